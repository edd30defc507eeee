"""Bifurcations against closed forms and published numbers: folds, Hopf points, limit cycles, Floquet multipliers."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from analysis_support import FHN, HODGKIN_HUXLEY, SQUID, WILSON_COWAN

from eqsim import cm, ms, mV, pA, uA
from eqsim.analysis import Model, bifurcation, limit_cycle
from eqsim.errors import DimensionMismatchError, IntegrationError, UnknownNameError

matplotlib.use("agg")


def test_folds_of_the_cubic() -> None:
    """0 = r + x - x**3 folds at r = +-2/sqrt(27); located to rounding errors of the double root, which is flat in r."""
    diagram = bifurcation(Model("dx/dt = (r + x - x**3)/ms : 1\nr : 1"), "r", -1, 1)
    assert [s.kind for s in diagram.points] == ["fold", "fold"]
    np.testing.assert_allclose([s.value for s in diagram.points], [-2 / 27**0.5, 2 / 27**0.5], rtol=1e-12)
    (branch,) = diagram.branches
    np.testing.assert_allclose(branch["r"], branch["x"] ** 3 - branch["x"], atol=1e-10)
    inside = np.abs(branch["x"]) < 0.57
    assert not np.any(branch.stable[inside])
    assert np.all(branch.stable[np.abs(branch["x"]) > 0.58])


def test_pitchfork_is_a_branch_point_on_two_branches() -> None:
    diagram = bifurcation(Model("dx/dt = (r*x - x**3)/ms : 1\nr : 1"), "r", -1, 1)
    assert len(diagram.branches) == 2
    (point,) = diagram.points
    assert point.kind == "branch point"
    assert abs(point.value) < 1e-6 and abs(point["x"]) < 1e-6


def test_units_and_time_scale_do_not_matter() -> None:
    """The theta neuron's normal form in physical units: dv/dt = (I - I_0 - k*(v - v_0)**2)/C folds at I_0."""
    eqs = "dv/dt = (I - 150*pA + k*(v + 50*mV)**2)/(100*pF) : volt\nI : amp"
    from eqsim import nS

    diagram = bifurcation(Model(eqs, k=1 * nS / mV), "I", 0 * pA, 300 * pA)
    (fold,) = diagram.points
    # v at the fold is good to the square root of rounding, I to rounding
    assert float(fold.value / pA) == pytest.approx(150, rel=1e-10)
    assert float(fold["v"] / mV) == pytest.approx(-50, rel=1e-5)


def test_hopf_points_of_fitzhugh_nagumo() -> None:
    """Published: 0.7260583 and 1.3315549, omega = 0.222205/ms; and the trace is 0 on y = 2*x there."""
    diagram = bifurcation(Model(FHN), "x_ext", 0, 2)
    first, second = diagram.of_kind("Hopf")
    assert len(diagram.points) == 2
    x = np.sort(np.roots([-9, 8, -1.5 - 0.025]).real)  # trace: -9x^2 + 8x - 1.5 - 1/40
    np.testing.assert_allclose([first["x"], second["x"]], x, rtol=1e-9)
    np.testing.assert_allclose([first.value, second.value], 3 * x**3 - 4 * x**2 + 3.5 * x, rtol=1e-9)
    assert first.value == pytest.approx(0.7260583, abs=1e-7)
    assert second.value == pytest.approx(1.3315549, abs=1e-7)
    assert float(first.frequency * 2 * np.pi * ms) == pytest.approx(0.222205, abs=1e-6)
    assert first.supercritical and second.supercritical


def test_wilson_cowan_has_one_hopf_point_and_no_fold() -> None:
    """Published: 0.69981, supercritical, period 9.587 ms."""
    diagram = bifurcation(Model(WILSON_COWAN), "x_ext", -2, 2)
    (hopf,) = diagram.points
    assert hopf.kind == "Hopf" and hopf.supercritical
    assert hopf.value == pytest.approx(0.69981, abs=5e-6)
    assert float(hopf.period / ms) == pytest.approx(9.587, abs=6e-4)


def test_lyapunov_coefficient_of_the_normal_form() -> None:
    """z' = (mu + 3i) z + a |z|^2 z: its sign is that of a."""
    for a in (-1.0, 2.0):
        eqs = """dx/dt = (mu*x - 3*y + a*x*(x**2 + y**2))/second : 1
                 dy/dt = (mu*y + 3*x + a*y*(x**2 + y**2))/second : 1
                 mu : 1"""
        diagram = bifurcation(Model(eqs, a=a), "mu", -0.5, 0.7)
        (hopf,) = diagram.of_kind("Hopf")
        assert abs(hopf.value) < 1e-9
        assert hopf.supercritical == (a < 0)


def test_hopf_points_of_the_squid_axon() -> None:
    """Known since Rinzel and Miller (1980): subcritical at 9.78 uA/cm2, supercritical at 154.5 uA/cm2."""
    current = uA / cm**2
    diagram = bifurcation(Model(HODGKIN_HUXLEY, SQUID), "I", 0 * current, 200 * current)
    first, second = diagram.of_kind("Hopf")
    assert float(first.value / current) == pytest.approx(9.78, abs=0.01)
    assert float(second.value / current) == pytest.approx(154.5, abs=0.1)
    assert not first.supercritical and second.supercritical


def test_cycles_of_the_squid_axon_turn_three_times() -> None:
    """Rinzel and Miller (1980), Math. Biosci. 49, 27-59: from 9.78 uA/cm2 the family goes down to 7.84, up to 7.92, down to
    6.26, and up to the second Hopf point; the spikes of the last part are stable."""
    current = uA / cm**2
    diagram = bifurcation(Model(HODGKIN_HUXLEY, SQUID), "I", 0 * current, 200 * current, cycles=True)
    (family,) = diagram.cycles
    assert family.begin is diagram.points[0] and family.end is diagram.points[1]
    np.testing.assert_allclose([float(fold / current) for fold in family.folds], [7.84, 7.92, 6.26], atol=0.03)
    spiking = (family.highest[0] > 0) & (family.p > float(7 * current))
    assert np.all(family.stable[spiking])


# --- limit cycles -----------------------------------------------------------------------------------------------------

STUART_LANDAU = """
dx/dt = (mu*x - w*y - x*(x**2 + y**2))/ms : 1
dy/dt = (mu*y + w*x - y*(x**2 + y**2))/ms : 1
mu : 1
"""


def test_limit_cycle_of_stuart_landau() -> None:
    """Radius sqrt(mu), period 2*pi/w, multiplier exp(-2*mu*T); collocation of order 8 on 40 intervals: 1e-10 and better."""
    cycle = limit_cycle(Model(STUART_LANDAU, mu=0.25, w=2.0), 30 * ms, x=0.3, y=0.1)
    period = np.pi
    assert float(cycle.period / ms) == pytest.approx(period, rel=1e-9)
    assert cycle.amplitude("x") == pytest.approx(0.5, rel=1e-8)
    assert cycle.multipliers[0] == pytest.approx(1, abs=1e-8)
    assert cycle.multipliers[1].real == pytest.approx(np.exp(-2 * 0.25 * period), rel=1e-7)
    assert cycle.stable


@pytest.mark.parametrize(
    ("x_ext", "low", "high", "period"),
    [(0.75, 0.12963, 0.47575, 33.3592), (1.0, 0.10183, 0.77166, 30.5455), (1.3, 0.36875, 0.77991, 34.5480)],
)
def test_limit_cycle_of_fitzhugh_nagumo(x_ext: float, low: float, high: float, period: float) -> None:
    """Published numbers of an accurate integration, five and six digits."""
    cycle = Model(FHN, x_ext=x_ext).limit_cycle(600 * ms, x=0, y=0)
    assert cycle.lowest("x") == pytest.approx(low, abs=6e-6)
    assert cycle.highest("x") == pytest.approx(high, abs=6e-6)
    assert float(cycle.period / ms) == pytest.approx(period, abs=6e-5)


def test_cycles_are_followed_from_hopf_point_to_hopf_point() -> None:
    """mu*(1 - mu) in the place of mu: born at 0, gone at 1, radius sqrt(mu*(1 - mu)) between, and all of them stable."""
    eqs = STUART_LANDAU.replace("mu*x", "mu*(1 - mu)*x").replace("mu*y", "mu*(1 - mu)*y")
    diagram = bifurcation(Model(eqs, w=2.0), "mu", -0.5, 1.5, cycles=True)
    (family,) = diagram.cycles
    assert family.begin is diagram.points[0] and family.end is diagram.points[1]
    np.testing.assert_allclose(family.highest[0], np.sqrt(family.p * (1 - family.p)), rtol=1e-6)
    np.testing.assert_allclose(family.period_s, np.pi * 1e-3, rtol=1e-9)
    assert np.all(family.stable)
    assert family.p.max() > 0.9


def test_fold_of_cycles_after_a_subcritical_hopf_point() -> None:
    """r' = mu*r + r**3 - r**5: the unstable cycle born at mu = 0 turns at mu = -1/4, where r**2 = 1/2."""
    eqs = """dx/dt = (mu*x - 2*y + x*(x**2 + y**2) - x*(x**2 + y**2)**2)/ms : 1
             dy/dt = (mu*y + 2*x + y*(x**2 + y**2) - y*(x**2 + y**2)**2)/ms : 1
             mu : 1"""
    diagram = bifurcation(Model(eqs), "mu", -0.5, 0.5, cycles=True)
    (family,) = diagram.cycles
    assert not diagram.points[0].supercritical
    (fold,) = family.folds
    assert fold == pytest.approx(-0.25, abs=1e-3)
    assert np.all(family.stable[family.highest[0] ** 2 > 0.55])
    assert not np.any(family.stable[family.highest[0] ** 2 < 0.45])


def test_diagram_is_drawn_with_units() -> None:
    import matplotlib.pyplot as plt

    from eqsim import nS

    model = Model("dv/dt = (I - 150*pA + k*(v + 50*mV)**2)/(100*pF) : volt\nI : amp", k=1 * nS / mV)
    ax = bifurcation(model, "I", 0 * pA, 300 * pA).plot("v")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("I (pA)", "v (mV)")
    assert ax.get_xlim() == pytest.approx((0, 300))
    plt.close("all")


def test_wrong_parameters_are_named() -> None:
    with pytest.raises(UnknownNameError) as found:
        bifurcation(Model(FHN), "x_exd", 0, 1)
    assert str(found.value) == "the equations have no parameter 'x_exd'\n = help: did you mean 'x_ext'?"
    with pytest.raises(DimensionMismatchError, match="'x_ext' is in 1, but the value given for it is in volt"):
        bifurcation(Model(FHN), "x_ext", 0, 1 * mV)
    with pytest.raises(UnknownNameError) as found:
        bifurcation(Model(FHN), "x", 0, 1)
    assert str(found.value) == "'x' is a variable of these equations, not a parameter"


def test_what_comes_to_rest_is_no_cycle() -> None:
    with pytest.raises(IntegrationError) as found:
        Model(FHN, x_ext=0).limit_cycle(2000 * ms, x=0.5, y=0)
    assert str(found.value) == "the state comes to rest: there is no limit cycle here"


def test_cycle_at_a_value_of_the_parameter() -> None:
    """The normal form has the cycle of radius sqrt(r) and period 2*pi, also nearer to the Hopf point than any orbit that was
    followed; beyond the ends there is none.  Of the cycles of r + 2*R**2 - R**4 there are two between the fold and r = 0."""
    eqs = "dx/dt = (r*x - y + s*x*(x**2 + y**2) - q*x*(x**2 + y**2)**2)/ms : 1\n"
    eqs += "dy/dt = (r*y + x + s*y*(x**2 + y**2) - q*y*(x**2 + y**2)**2)/ms : 1\nr : 1"
    (soft,) = bifurcation(Model(eqs, s=-1.0, q=0.0), "r", -1, 1, cycles=True).cycles
    for r in (1e-5, 0.2, float(soft.p[4])):
        (cycle,) = soft.at(r)
        assert float(cycle.period / ms) == pytest.approx(2 * np.pi, rel=1e-9)
        # extremes by parabolas through three of 800 points on a circle: relative error below (2*pi/800)**4
        assert cycle.highest("x") == pytest.approx(r**0.5, rel=4e-9)
    assert soft.at(-0.1) == soft.at(1.1) == ()
    (hard,) = bifurcation(Model(eqs, s=2.0, q=1.0), "r", -1.5, 1, cycles=True).cycles
    radii = sorted(float(cycle.highest("x")) for cycle in hard.at(-0.5))
    assert radii == pytest.approx([(1 - 0.5**0.5) ** 0.5, (1 + 0.5**0.5) ** 0.5], rel=1e-8)
    with pytest.raises(DimensionMismatchError):
        soft.at(1 * ms)
