"""Fixed points, their types, and phase planes against closed forms and published numbers."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pytest
from analysis_support import FHN, HODGKIN_HUXLEY, SQUID, WILSON_COWAN

from eqsim import cm, ms, mV, nS, pA, pF, uA, volt
from eqsim.analysis import Model, fixed_points, nullclines, trajectory
from eqsim.analysis.fixed import kind_of
from eqsim.errors import DimensionMismatchError, UnknownNameError, UnsupportedEquationsException

matplotlib.use("agg")


def squid(current: float) -> Model:
    return Model(HODGKIN_HUXLEY, SQUID, I=current * uA / cm**2)


@pytest.mark.parametrize(
    ("x_ext", "kind"),
    [(0.3, "stable node"), (0.6, "stable focus"), (1.0, "unstable focus"), (1.5, "stable focus"), (1.9, "stable node")],
)
def test_fitzhugh_nagumo_has_one_fixed_point_of_the_known_type(x_ext: float, kind: str) -> None:
    """The intervals of the types as an independent analyser found them on a grid of 0.01."""
    (point,) = Model(FHN, x_ext=x_ext).fixed_points()
    roots = np.roots([-3, 4, -1.5 - 2, x_ext])  # y = 2 x
    x = float(roots[np.abs(roots.imag) < 1e-9].real[0])
    assert point.kind == kind
    # np.roots of a cubic with one simple root: some 1e-15
    assert point["x"] == pytest.approx(x, rel=1e-12)
    assert point["y"] == pytest.approx(2 * x, rel=1e-12)


@pytest.mark.parametrize(
    ("x_ext", "x", "y"), [(-2, -0.010653, -0.001829), (0, 0, 0), (1, 0.170258, 0.105523), (2, 0.27364, 0.245524)]
)
def test_wilson_cowan_has_one_fixed_point(x_ext: float, x: float, y: float) -> None:
    """Published numbers, six digits."""
    (point,) = Model(WILSON_COWAN, x_ext=x_ext).fixed_points()
    assert point["x"] == pytest.approx(x, abs=6e-7)
    assert point["y"] == pytest.approx(y, abs=6e-7)


def test_all_rates_are_zero_at_fixed_points_of_a_bistable_neuron() -> None:
    """Morris-Lecar with three fixed points: residuals are rounding errors of the largest term (1e-14 of some 100 V/s)."""
    eqs = """
    dV/dt = (I - g_L*(V + 60*mV) - g_K*W*(V + 84*mV) - g_Ca*(1 + tanh((V + 1.2*mV)/(18*mV)))/2*(V - 120*mV))/C : volt
    dW/dt = ((1 + tanh((V - 12*mV)/(17.4*mV)))/2 - W)*cosh((V - 12*mV)/(34.8*mV))/(15*ms) : 1
    """
    model = Model(eqs, I=30 * pA, g_L=2 * nS, g_K=8 * nS, g_Ca=4 * nS, C=20 * pF)
    points = fixed_points(model)
    assert [p.kind for p in points] == ["stable node", "saddle", "unstable focus"]
    for point in points:
        rates = model.vector_field(**point.state)
        assert abs(float(rates["V"])) < 1e-10
        assert abs(float(rates["W"])) < 1e-10


def test_squid_axon_rests_and_becomes_unstable() -> None:
    """The Hopf point at 9.78 uA/cm2 lies between the two currents; four variables, of which three are solved for."""
    assert [s.name for s in squid(0).steady] == ["n", "h", "m"]
    (rest,), (moving,) = squid(0).fixed_points(), squid(10).fixed_points()
    assert rest.stable and not moving.stable
    assert moving.kind == "saddle-focus"
    assert float(rest["v"] / mV) == pytest.approx(-65, abs=0.01)


def test_fixed_points_where_a_factor_is_zero_are_not_lost() -> None:
    """x*(a - y) is linear in x, but it is also 0 where y = a."""
    model = Model("dx/dt = x*(a - y)/ms : 1\ndy/dt = y*(x - 1)/ms : 1", a=0.5)
    found = {(float(p["x"]), float(p["y"])): p.kind for p in model.fixed_points()}
    assert found == {(0.0, 0.0): "saddle", (1.0, 0.5): "centre"}


def test_rate_with_a_factor_that_changes_its_sign_is_searched() -> None:
    """(y - 0.3)*(1 - x): at rest x is 1, unless y is 0.3."""
    model = Model("dx/dt = (y - 0.3)*(1 - x)/ms : 1\ndy/dt = (x - y)/ms : 1")
    assert sorted(round(float(p["x"]), 9) for p in model.fixed_points()) == [0.3, 1.0]


@pytest.mark.parametrize(
    ("eigenvalues", "kind"),
    [
        ([-1, -2], "stable node"),
        ([-1 + 2j, -1 - 2j], "stable focus"),
        ([2, 1], "unstable node"),
        ([1 + 2j, 1 - 2j], "unstable focus"),
        ([1, -1], "saddle"),
        ([1 + 1j, 1 - 1j, -3], "saddle-focus"),
        ([1j, -1j], "centre"),
        ([0, -1], "non-hyperbolic"),
        ([-1, -5 + 1j, -5 - 1j], "stable node"),
    ],
)
def test_kinds(eigenvalues: list[complex], kind: str) -> None:
    assert kind_of(np.array(eigenvalues, complex)) == kind


def test_jacobian_is_that_of_differences() -> None:
    """Central differences with step h: error of order h**2 * third derivative, here below 1e-5 of the entries."""
    model = squid(5)
    x, values = model.point({"v": -50 * mV, "m": 0.2, "h": 0.4, "n": 0.5}), model.values()
    _, J = model.linearised(x, values)
    for j, h in enumerate([1e-6, 1e-5, 1e-5, 1e-5]):
        e = np.zeros(4)
        e[j] = h
        difference = (model.field(x + e, values) - model.field(x - e, values)) / (2 * h)
        np.testing.assert_allclose(J[:, j], difference, rtol=1e-5, atol=1e-5 * np.max(np.abs(J)))


def test_nullclines_are_where_the_rates_are_zero() -> None:
    model = Model(FHN, x_ext=1)
    lines = nullclines(model, x=(-0.5, 1.5), y=(-0.5, 1.5))
    x, y = lines["x"]
    known = np.isfinite(x)
    # Newton steps on each point: rounding errors of terms of order 10
    np.testing.assert_allclose(y[known], -3 * x[known] ** 3 + 4 * x[known] ** 2 - 1.5 * x[known] + 1, atol=1e-12)
    x, y = lines["y"]
    np.testing.assert_allclose(y, 2 * x, atol=1e-12)


def test_slices_of_a_larger_model() -> None:
    """Fast sodium at rest and h frozen leaves v and n; with h at rest the slice has the fixed point of the whole."""
    (whole,) = squid(0).fixed_points()
    plane = squid(0).instantaneous("m").freeze(h=whole["h"])
    assert plane.variables == ("v", "n")
    assert any(abs(p["v"] - whole["v"]) < 1e-9 * volt for p in plane.fixed_points())
    assert plane.phase_plane(x="v", y="n", v=(-90 * mV, 40 * mV), n=(0, 1)).fixed_points


def test_plane_is_drawn_with_units() -> None:
    import matplotlib.pyplot as plt

    plane = squid(0).instantaneous("m").freeze(h=0.6).phase_plane(v=(-90 * mV, 40 * mV), n=(0, 1))
    ax = plane.plot(trajectories=plane.model.trajectory(20 * ms, v=-60 * mV, n=0.4))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("v (mV)", "n")
    assert ax.get_xlim() == pytest.approx((-90, 40))
    assert "dv/dt = 0" in ax.get_legend_handles_labels()[1]
    plt.close("all")


def test_trajectory_decays_with_its_time_constant() -> None:
    """The integrator's relative tolerance is 1e-9 for each step, some 100 steps."""
    path = trajectory(Model("dv/dt = -v/tau : volt", tau=10 * ms), 30 * ms, v=5 * mV)
    np.testing.assert_allclose(np.asarray(path["v"] / mV), 5 * np.exp(-np.asarray(path.t / ms) / 10), rtol=1e-7)


# --- messages ---------------------------------------------------------------------------------------------------------


def test_time_noise_and_the_past_are_refused_together() -> None:
    eqs = """dx/dt = -x/ms + sin(t/ms)/ms : 1
dy/dt = -y/ms + xi*ms**-0.5 : 1
dz/dt = -z(t - 2*ms)/ms : 1"""
    with pytest.raises(UnsupportedEquationsException) as found:
        Model(eqs)
    assert str(found.value) == (
        """the rate of 'x' depends on the time t; only autonomous equations can be analysed
 --> equations, line 1
1 | dx/dt = -x/ms + sin(t/ms)/ms : 1
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: put a parameter in the place of what changes over time

there is noise in the equation of 'y'
 --> equations, line 2
2 | dy/dt = -y/ms + xi*ms**-0.5 : 1
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: Model(..., drop_noise=True) analyses the equations without it

the rate of 'z' depends on the past; equations with delays cannot be analysed here
 --> equations, line 3
3 | dz/dt = -z(t - 2*ms)/ms : 1
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^"""
    )


def test_noise_can_be_dropped() -> None:
    (point,) = Model("dx/dt = (1 - x)/tau + xi*tau**-0.5 : 1", drop_noise=True, tau=5 * ms).fixed_points()
    assert point["x"] == 1


MESSAGES: list[tuple[Any, type[Exception], str]] = [
    (
        lambda: squid(0).phase_plane(),
        UnsupportedEquationsException,
        """a phase plane has two variables, but these equations have 4: v, m, h, n
 = help: keep the others at a value, model.freeze(n=...), or where they would rest, model.instantaneous(...)""",
    ),
    (
        lambda: Model(FHN).fixed_points(),
        UnknownNameError,
        """the parameter 'x_ext' has no value
 --> equations, line 4
4 | x_ext : 1
  | ^^^^^^^^^
  = help: give it with the model: Model(equations, x_ext=...)""",
    ),
    (
        lambda: Model(FHN, xext=1),
        UnknownNameError,
        """the equations have no parameter 'xext'
 = help: did you mean 'x_ext'?""",
    ),
    (
        lambda: Model(FHN, x_ext=1 * mV),
        DimensionMismatchError,
        "'x_ext' is in 1, but the value given for it is in volt (units are 1 and V).",
    ),
    (
        lambda: Model("dq/dt = (q**2 - 1*coulomb**2)/coulomb/ms : coulomb").fixed_points(),
        UnsupportedEquationsException,
        """it is not known where to search for 'q'
 = help: give its lowest and highest value: q=(low, high), with units""",
    ),
    (
        lambda: Model(FHN, x_ext=1).trajectory(5, x=0, y=0),
        DimensionMismatchError,
        "the duration is a time, but it is in 1 (units are 1 and s).",
    ),
    (lambda: Model(FHN, x_ext=1).jacobian(x=0), UnknownNameError, "a value of the variable 'y' is needed, too"),
    (
        lambda: squid(0).instantaneous("v"),
        UnsupportedEquationsException,
        "the value at which 'v' rests cannot be solved for",
    ),
    (
        lambda: squid(0).freeze(k=1),
        UnknownNameError,
        """the equations have no variable 'k'
 = help: the variables are v, m, h, n""",
    ),
    (
        lambda: Model("dx/dt = -x/tauu : 1", tau=3 * ms),
        UnknownNameError,
        """'tauu' stands for nothing that is known here
 --> equations, line 1
1 | dx/dt = -x/tauu : 1
  |            ^^^^ unknown name
  = help: did you mean 'tau'?""",
    ),
]


@pytest.mark.parametrize(("ask", "error", "text"), MESSAGES)
def test_messages(ask: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as found:
        ask()
    assert str(found.value) == text
