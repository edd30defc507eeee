"""Delays in equations, ``x(t - tau)``: closed forms, orders of methods, an independent loop, equal bits."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from conftest import Lane
from scipy.integrate import solve_ivp

from eqsim import (
    DimensionMismatchError,
    EquationError,
    Equations,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    UnsupportedEquationsException,
    defaultclock,
    ms,
    mV,
    nsiemens,
    seed,
)
from eqsim.log import catch_logs


@pytest.fixture(autouse=True)
def step() -> Any:
    """A test may change dt."""
    yield
    defaultclock.dt = 0.1 * ms


# --- closed forms -----------------------------------------------------------------------------------------------------


def steps_method(t: float, tau: float) -> float:
    """x' = -x(t - tau), x = 1 before 0, by the method of steps: a polynomial of degree k + 1 in each interval k."""
    return sum((-1) ** k * max(t - (k - 1) * tau, 0.0) ** k / math.factorial(k) for k in range(math.floor(t / tau) + 2))


def delayed_decay(method: str, dt: float, *pieces: float) -> Any:
    """Neurons with the delays 1, 2 and 1.5 ms, and rates in 1/ms."""
    defaultclock.dt = dt * ms
    G = NeuronGroup(3, "dx/dt = -x(t - tau)/ms : 1\ntau : second (constant)", method=method)
    G.x, G.tau = 1, [1, 2, 1.5] * ms
    M = StateMonitor(G, "x", record=True)
    net = Network(G, M)
    for piece in pieces:
        net.run(piece * ms)
    return M


def test_method_of_steps(lane: Lane) -> None:
    """rk4 integrates polynomials of degree 4 exactly, and Hermite polynomials hold those of degree 3: so the first three
    intervals are right to rounding, 30 steps of a few units in the last place; a run may be cut anywhere."""
    with lane.networks():
        M = delayed_decay("rk4", 0.1, 0.7, 1.1, 1.2)
    exact = np.array([[steps_method(t, tau) for t in M.t_ * 1e3] for tau in (1, 2, 1.5)])
    assert np.abs(M.x - exact).max() < 1e-14


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("exponential_euler", 1), ("heun", 1), ("rk2", 2), ("rk4", 4)])
def test_methods_keep_their_order(method: str, order: int) -> None:
    """x' = -x(t - pi/2) has the solution sin(t).  The delay is n + 0.3 steps, so that the errors of interpolation, which
    depend on the fraction, fall as dt to the order, too.  Within a tenth of the order."""
    errors = []
    for n in (20, 40, 80):
        defaultclock.dt = np.pi / 2 / (n + 0.3) * ms
        G = NeuronGroup(1, "dx/dt = -x(t - pi/2*ms)/ms : 1", method=method)
        G.set_history(x="sin(t/ms)")
        M = StateMonitor(G, "x", record=True)
        Network(G, M).run(5 * ms)
        errors.append(np.abs(M.x[0] - np.sin(M.t_ * 1e3)).max())
    assert np.all(np.abs(np.diff(np.log2(errors)) + order) < 0.1 * order)


def test_embedded_methods_read_the_past_within_their_steps() -> None:
    """rk45 with error control; Hermite polynomials of the grid limit the error to dt**4/384 of the 4th derivative, 1."""
    G = NeuronGroup(1, "dx/dt = -x(t - pi/2*ms)/ms : 1", method="rk45")
    G.set_history(x="sin(t/ms)")
    Network(G).run(5 * ms)
    assert abs(G.x_[0] - np.sin(5)) < 1e-6


def mackey_glass(t_end: float) -> float:
    """x' = 0.2*x(t - 17)/(1 + x(t - 17)**10) - 0.1*x, x = 1.2 before 0 (Mackey and Glass 1977), by the method of steps:
    one integration to a tolerance of 1e-11 in each interval, on the dense solution of the one before it."""
    before: Any = lambda t: np.array([1.2])
    x = 1.2
    for k in range(math.ceil(t_end / 17)):
        ends = (17 * k, min(17 * (k + 1), t_end))
        rate = lambda t, y, past=before: 0.2 * past(t - 17) / (1 + past(t - 17) ** 10) - 0.1 * y
        found = solve_ivp(rate, ends, [x], method="DOP853", rtol=1e-11, atol=1e-11, dense_output=True, max_step=0.5)
        before, x = found.sol, found.y[0, -1]
    return float(x)


def test_mackey_glass() -> None:
    """rk4 with dt = 0.1 and a constant history: error of order dt**4 = 1e-4 times a small factor; halving dt gains 2**4."""
    exact, errors = mackey_glass(60), []
    for dt in (0.1, 0.05):
        G = NeuronGroup(1, "dx/dt = (0.2*x(t - 17*ms)/(1 + x(t - 17*ms)**10) - 0.1*x)/ms : 1", method="rk4", dt=dt * ms)
        G.x = 1.2
        Network(G).run(60 * ms)
        errors.append(abs(G.x_[0] - exact))
    assert errors[0] < 1e-6 and errors[1] < errors[0] / 10


JITCDDE = {10: (0.21808867, 0.96303723), 15: (-0.98355786, -0.00295586), 30: (0.92398610, 0.89791857)}


def test_two_rate_models_with_two_delays() -> None:
    """Against values of jitcdde 1.8.3 (Ansmann 2018), tolerances 1e-10, steps on the discontinuities; its past has one
    slope at 0 where there are two, so that its values are good to 1e-7.  Ours: dt**4/384 of the 4th derivative, below 10."""
    G = NeuronGroup(
        1,
        """dx/dt = (-x + tanh(2*x(t - 1.7*ms) - 3*y(t - 3.3*ms) + 0.5))/ms : 1
           dy/dt = 0.5*(-y + tanh(4*x(t - 3.3*ms) - 0.3))/ms : 1""",
        method="rk4",
        dt=0.05 * ms,
    )
    G.set_history(x="0.3*cos(t/ms)", y="0.1*t/ms + 0.2")
    net, before = Network(G), 0
    for t, (x, y) in JITCDDE.items():
        net.run((t - before) * ms)
        before = t
        assert abs(G.x_[0] - x) < 3e-7 and abs(G.y_[0] - y) < 3e-7


# --- coupled groups ---------------------------------------------------------------------------------------------------

N = 8


def brain() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, delays in ms, frequencies in radians per ms."""
    rng = np.random.default_rng(0)
    return rng.random((N, N)) * (1 - np.eye(N)), rng.uniform(0.3, 12, (N, N)), 2 * np.pi * 0.04 * (1 + 0.1 * np.arange(N))


def stuart_landau() -> dict[str, np.ndarray]:
    """Stuart-Landau oscillators, coupled by differences with a delay for each connection (Deco et al. 2017)."""
    W, D, omega = brain()
    G = NeuronGroup(
        N,
        """dx/dt = ((0.02 - x**2 - y**2)*x - omega*y + 0.01*Cx)/ms : 1
           dy/dt = ((0.02 - x**2 - y**2)*y + omega*x + 0.01*Cy)/ms : 1
           omega : 1 (constant)
           Cx : 1
           Cy : 1""",
        method="euler",
    )
    G.x, G.y, G.omega = "0.1*cos(i)", "0.1*sin(i)", omega
    S = Synapses(
        G, G,
        """w : 1 (constant)
           delay : second (constant)
           Cx_post = w*(x_pre(t - delay) - x_post) : 1 (summed)
           Cy_post = w*(y_pre(t - delay) - y_post) : 1 (summed)""",
    )  # fmt: skip
    S.connect("i != j")
    S.w, S.delay = W[S.i[:], S.j[:]], D[S.i[:], S.j[:]] * ms
    M = StateMonitor(G, ["x", "y"], record=True)
    net = Network(G, S, M)
    net.run(13 * ms)
    net.run(37 * ms)
    return {"x": M.x_[:], "y": M.y_[:]}


def by_hand(steps: int) -> np.ndarray:
    """The same in a plain loop."""
    (W, D, omega), dt, before = brain(), 0.1, 200
    z = np.zeros((before + steps + 1, N), complex)
    z[: before + 1] = 0.1 * np.exp(1j * np.arange(N))
    back = np.floor(D / dt).astype(int) + 1
    share = back - D / dt
    source = np.arange(N)[:, None]
    for n in range(before, before + steps):
        delayed = (1 - share) * z[n - back, source] + share * z[n - back + 1, source]
        coupling = (W * (delayed - z[n])).sum(0)
        z[n + 1] = z[n] + dt * ((0.02 + 1j * omega - abs(z[n]) ** 2) * z[n] + 0.01 * coupling)
    return z[before:-1]


def test_whole_brain_with_a_delay_for_each_connection(lane: Lane) -> None:
    """500 steps; both add the same terms in another order, each step is off by rounding of values below 0.3."""
    with lane.networks():
        found = stuart_landau()
    assert np.abs(found["x"] + 1j * found["y"] - by_hand(500).T).max() < 500 * 1e-16


def everything() -> dict[str, np.ndarray]:
    """All ways to read the past: equations, subexpressions, conditions, resets, synapses, subgroups, shared variables."""
    seed(5)
    G = NeuronGroup(
        12,
        """dv/dt = (I - v + feedback + 0.1*slow(t - 0.73*ms) + 0.05*old_drive)/(4*ms) : 1 (unless refractory)
           feedback = 0.2*v(t - d)*(2 - v(t - d)) : 1
           old_drive = drive(t - 2*ms) : 1 (shared)
           dslow/dt = (v - slow)/(10*ms) : 1
           early = v(t - (1 + sin(t/ms)**2)*ms) : 1
           drive : 1 (shared)
           I : 1
           d : second""",
        threshold="v > 1 + 0.1*slow(t - 3*ms)", reset="v = 0.1*v(t - 0.5*ms)", refractory="(0.5 + slow)*ms", method="rk4",
    )  # fmt: skip
    G.longest_delay = 2 * ms
    G.I, G.d = "1.2 + 0.1*i", "(0.1 + 0.31*i)*ms"
    G.set_history(v="0.5*cos(t/ms + i)", drive="t/second")
    G.run_regularly("drive = sin(t/(2*ms))")
    H = NeuronGroup(5, "du/dt = (-u + 0.1*u(t - 2.5*ms) + C)/(5*ms) : 1\nC : 1", method="exponential_euler")
    gap = Synapses(G[2:9], H, "g : 1\nlag : second\nC_post = g*(v_pre(t - lag) - u_post(t - 1*ms)) : 1 (summed)")
    gap.connect(p=0.6)
    gap.g, gap.lag = "0.1*rand()", "rand()*4*ms"
    kick = Synapses(G, H, on_pre="u_post += 0.01*slow_pre(t - 2*ms)", delay=1 * ms)
    kick.connect(p=0.3)
    monitors = [StateMonitor(G, ["v", "early", "slow"], record=True), StateMonitor(H, "u", record=True), SpikeMonitor(G)]
    net = Network(G, H, gap, kick, monitors)
    for piece in (3 * ms, 0.1 * ms, 11.9 * ms):
        net.run(piece)
    states, others, spikes = monitors
    return {"v": states.v_[:], "early": states.early_[:], "slow": states.slow_[:], "u": others.u_[:], "spikes": spikes.t_[:]}


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    return everything()


def test_equal_bits_on_every_lane(lane: Lane, reference: dict[str, np.ndarray]) -> None:
    with lane.networks():
        found = everything()
    assert [name for name, values in reference.items() if found[name].tobytes() != values.tobytes()] == []
    assert all(np.all(np.isfinite(values)) for values in found.values()) and len(found["spikes"]) > 20


def test_one_run_or_many_give_equal_bits() -> None:
    """The past outlives a run, as do the slopes."""
    assert np.array_equal(delayed_decay("rk4", 0.1, 6).x, delayed_decay("rk4", 0.1, 0.1, 2.3, 3.6).x)


def test_a_restored_network_goes_on_from_the_same_past() -> None:
    """store takes the past down, restore brings it back: also when a run in between has changed it."""
    G = NeuronGroup(2, "dx/dt = -x(t - tau)/ms : 1\ntau : second", method="rk4")
    G.tau = [1.3, 2.7] * ms
    G.set_history(x="cos(t/ms + i)")
    net = Network(G)
    net.run(3.1 * ms)
    net.store()
    ends = []
    for tau in (5, 0, 0):
        G.tau = [1.3 + tau, 2.7] * ms
        net.run(2 * ms)
        ends.append(G.x_[:])
        net.restore()
    assert np.array_equal(ends[1], ends[2]) and ends[0][0] != ends[1][0]


# --- what is read -----------------------------------------------------------------------------------------------------


def test_a_delay_of_whole_steps_gives_what_a_monitor_recorded() -> None:
    """The very same numbers, also through two subexpressions, in conditions, and when a monitor looks at the slot start."""
    G = NeuronGroup(
        2, "dx/dt = (2 - x)/(10*ms) : 1\ny = x(t - 2*ms) : 1\nz = y(t - 1*ms) : 1", threshold="x(t - 3*ms) > 1",
        reset="", refractory="x > 1", method="exact",
    )  # fmt: skip
    G.x = [0, 0.3]
    M, spikes = StateMonitor(G, ["x", "y", "z"], record=True), SpikeMonitor(G)
    Network(G, M, spikes).run(20 * ms)
    assert np.array_equal(M.y[:, 20:], M.x[:, :-20]) and np.array_equal(M.z[:, 30:], M.x[:, :-30])
    assert np.array_equal(M.y[:, :20], np.repeat(M.x[:, :1], 20, axis=1))  # before the first run x is what it was set to
    crossed = [int(np.argmax(x > 1)) + 30 for x in M.x]
    assert sorted(np.round(spikes.t_ * 1e4).astype(int).tolist()) == sorted(crossed)
    assert np.array_equal(G.y[:], M.x[:, -20])  # after the run, t is the time of the next step


def test_a_spike_may_carry_what_its_source_was() -> None:
    """on_pre at 1.2 ms reads x = t between the grid points: a straight line is exact there."""
    G = NeuronGroup(2, "dx/dt = 1/ms : 1", method="euler")
    G.set_history(x="t/ms")
    I, T = SpikeGeneratorGroup(1, [0], [1.2] * ms), NeuronGroup(2, "v : 1")
    S = Synapses(I, G, "d : second\nv : 1", on_pre="v = x_post(t - d)")
    S.connect()
    S.d = [0.37, 2.05] * ms
    Network(G, I, T, S).run(2 * ms)
    assert np.allclose(S.v, [1.2 - 0.37, 1.2 - 2.05], rtol=0, atol=1e-14)


def test_the_delay_of_spikes_may_be_that_of_coupling() -> None:
    """With a pathway ``pre``, ``delay`` is its delay; without, it may be a variable; never both."""
    G = NeuronGroup(4, "dx/dt = 1/ms : 1", threshold="False", reset="", method="euler")
    H = NeuronGroup(2, "v : 1\nu : 1")
    G.set_history(x="t/ms + 10*i")
    S = Synapses(G[1:3], H, "v_post = x_pre(t - delay) : 1 (summed)", on_pre="u += 1")
    R = Synapses(G[[0, 3]], H, "delay : second\nu_post = x_pre(t - delay) : 1 (summed)")
    for one in (S, R):
        one.connect(j="i")
        one.delay = [1, 2.25] * ms
    Network(G, H, S, R).run(3 * ms)
    assert np.allclose(H.v, [2.9 - 1 + 10, 2.9 - 2.25 + 20]) and np.allclose(H.u, [2.9 - 1, 2.9 - 2.25 + 30])
    with pytest.raises(ValueError, match="'delay' is the delay of the pathway 'pre' of Synapses 'T', too"):
        Synapses(G, H, "delay : second", on_pre="u += 1", name="T")


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_the_past_keeps_its_times_when_dt_changes(method: str) -> None:
    """x = t: interpolation between the old rows is exact, so y = x(t - 1.05 ms) is t - 1.05 at either dt."""
    G = NeuronGroup(1, "dx/dt = 1/ms + 0*x(t - 1.05*ms)/ms : 1\ny = x(t - 1.05*ms) : 1", method=method)
    G.set_history(x="t/ms")
    M = StateMonitor(G, "y", record=True, when="end")
    net = Network(G, M)
    for dt in (0.1, 0.05, 0.2):
        defaultclock.dt = dt * ms
        net.run(2 * ms)
    assert np.allclose(M.y[0], M.t_ * 1e3 - 1.05, rtol=0, atol=1e-12)


def test_delays_may_change_between_runs() -> None:
    """Shorter at will; longer as far as `longest_delay` said, else the oldest known value is taken, with a warning."""

    def ramp(longest: Any) -> tuple[Any, Any, Any]:
        G = NeuronGroup(1, "dx/dt = 1/ms : 1\nd : second\ny = x(t - d) : 1", method="euler")
        G.longest_delay, G.d = longest, 1 * ms
        G.set_history(x="t/ms")
        return G, StateMonitor(G, "y", record=True), None

    G, M, _ = ramp(4 * ms)
    net = Network(G, M)
    for d in (1, 0.5, 4):
        G.d = d * ms
        net.run(2 * ms)
    delays = np.repeat([1, 0.5, 4], 20)
    assert np.allclose(M.y[0], M.t_ * 1e3 - delays, rtol=0, atol=1e-12)
    G, M, _ = ramp(None)
    net = Network(G, M)
    net.run(20 * ms)
    G.d = 4 * ms
    with catch_logs() as logs:
        net.run(2 * ms)
    assert [m for _, _, m in logs] == [
        f"'x' of '{G.name}': a delay has become longer than what was remembered of the last run; what lies before it is "
        f"taken as the oldest value that is known. Set {G.name}.longest_delay before the first run"
    ]


@pytest.mark.parametrize("code", ["d = (1 + 0.5*i)*ms + 0.3*ms*int(t/ms + 0.001)", "d += 0*second"])
def test_a_delay_that_code_sets_during_the_run(lane: Lane, code: str) -> None:
    """x = t, so that y = t - d shows the delay at each time: parameters may change, unless code sets them they are fixed."""
    with lane.networks():
        G = NeuronGroup(3, "dx/dt = 1/ms : 1\nd : second\ny = x(t - d) : 1", method="euler")
        H = NeuronGroup(2, "v : 1")
        S = Synapses(G, H, "lag : second\nv_post = x_pre(t - lag) : 1 (summed)")
        S.connect(i=[0, 1], j=[0, 1])
        G.set_history(x="t/ms")
        G.longest_delay, G.d, S.lag = 5 * ms, "(1 + 0.5*i)*ms", [1, 2.25] * ms
        G.run_regularly(code, dt=1 * ms)
        S.run_regularly(code.replace("d", "lag", 1), dt=1 * ms)
        M, O = StateMonitor(G, "y", record=True, when="after_start"), StateMonitor(H, "v", record=True, when="end")
        Network(G, H, S, M, O).run(4 * ms)
    moved = "int" in code
    whole = np.repeat(np.arange(4), 10) * 0.3 * moved
    assert np.allclose(M.y, M.t_ * 1e3 - whole - np.array([[1], [1.5], [2]]), rtol=0, atol=1e-12)
    lags = np.array([[1], [1.5]]) + whole if moved else np.array([[1], [2.25]])
    assert np.allclose(O.v, O.t_ * 1e3 - lags, rtol=0, atol=1e-12)


def test_a_delay_that_depends_on_the_state() -> None:
    """x' = x(t - x)/x(t - x) = 1, so x = 1 + t: the delay grows with it and x(t - x) is x at time -1, the history 3."""
    G = NeuronGroup(1, "dx/dt = 1/ms : 1\ny = x(t - x*ms) : 1", method="rk4")
    G.longest_delay = 10 * ms
    G.set_history(x="3")
    G.x = 1
    M = StateMonitor(G, "y", record=True)
    Network(G, M).run(5 * ms)
    assert np.allclose(M.y, 3, rtol=0, atol=1e-12)


def test_a_delay_beyond_the_longest_gives_nan() -> None:
    """It is told after the run, too."""
    G = NeuronGroup(1, "dx/dt = x(t - 3*t)/ms : 1", method="euler", name="G")
    G.longest_delay, G.x = 2 * ms, 1
    with catch_logs() as logs:
        Network(G).run(2 * ms)
    assert np.isnan(G.x_[0]) and any("'x' has run away: it is nan" in m for _, _, m in logs)


# --- histories --------------------------------------------------------------------------------------------------------


def test_history_may_end_with_a_jump() -> None:
    """x(0) = 5 after a history cos(t): on [0, 1] x = 5 - (sin(t - 1) + sin(1)); the error of Hermite polynomials is at
    most dt**4/384 of the 4th derivative, 1, and that of Simpson's rule less."""
    G = NeuronGroup(1, "dx/dt = -x(t - 1*ms)/ms : 1", method="rk4")
    G.set_history(x="cos(t/ms)")
    assert G.x_[0] == 1
    G.x = 5
    Network(G).run(1 * ms)
    assert abs(G.x_[0] - (5 - np.sin(1))) < 1e-4 / 384


def test_history_of_each_neuron_and_of_shared_variables() -> None:
    """Values with units, arrays, strings with i and names of the script; parameters that nobody changes."""
    scale = 2
    G = NeuronGroup(
        3, "dv/dt = 0*v/ms : volt\nI : siemens (shared)\na = v(t - 1*ms) : volt\nb = I(t - 1*ms) : siemens (shared)"
    )
    G.set_history(v="(i + scale*t/ms)*mV", I=3 * nsiemens)
    assert np.allclose(G.v_, [0, 1e-3, 2e-3]) and np.allclose(float(G.I), 3e-9)
    M = StateMonitor(G, ["a", "b"], record=True)
    Network(G, M).run(0.2 * ms)
    assert np.allclose(M.a_[:, 0], (np.arange(3) + scale * -1) * 1e-3) and np.allclose(M.b_, 3e-9)


def test_histories_are_checked() -> None:
    G = NeuronGroup(1, "dv/dt = -v(t - 1*ms)/ms : volt\ny = 2*v : volt", name="G")
    with pytest.raises(DimensionMismatchError, match="the history of 'v' of NeuronGroup 'G' is in volt, but the value is"):
        G.set_history(v=3)
    with pytest.raises(
        DimensionMismatchError, match="the history of 'v' of NeuronGroup 'G' is in volt, but 't' is in second"
    ):
        G.set_history(v="t")
    with pytest.raises(KeyError, match="has no variable 'w'"):
        G.set_history(w=3 * mV)
    with pytest.raises(TypeError, match="the history of 'i' of NeuronGroup 'G' cannot be set"):
        G.set_history(i="0")


# --- mistakes ---------------------------------------------------------------------------------------------------------

WRITE = "write x(t - delay), where delay is a time"
NOW = "'x' is a variable: its value now is x, and what it was before is x(t - delay)"
MADE = [
    (
        "-x(3*ms)/ms",
        EquationError,
        f"{NOW}\n --> equations of NeuronGroup 'G', line 1\n"
        f"1 | dx/dt = -x(3*ms)/ms : 1\n  |          ^^^^^^^\n  = help: {WRITE}",
    ),
    (
        "-x(3*mV)/ms",
        DimensionMismatchError,
        "x(...) needs a time\n --> equations of NeuronGroup 'G', line 1\n"
        f"1 | dx/dt = -x(3*mV)/ms : 1\n  |            ^^^^ volt\n  = help: {WRITE}",
    ),
    (
        "-x(t)/ms",
        EquationError,
        f"{NOW}\n --> equations of NeuronGroup 'G', line 1\n1 | dx/dt = -x(t)/ms : 1\n  |          ^^^^\n  = help: {WRITE}",
    ),
    (
        "-x(t, tau)/ms",
        EquationError,
        f"{NOW}\n --> equations of NeuronGroup 'G', line 1\n"
        f"1 | dx/dt = -x(t, tau)/ms : 1\n  |          ^^^^^^^^^\n  = help: {WRITE}",
    ),
]


@pytest.mark.parametrize(("rate", "error", "message"), MADE)
def test_mistakes_are_told_when_the_group_is_made(rate: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        NeuronGroup(1, f"dx/dt = {rate} : 1\ntau : second", method="euler", name="G")
    assert str(caught.value) == message


RUN = [
    (
        "-x(t - tau)/ms", "euler", -1,
        "a delay cannot be negative, but one is -1 ms", "x(t - delay) is the past, with delay > 0",
    ),
    (
        "-x(t - tau)/ms", "rk2", 0.05,
        "a delay of 0.05 ms is shorter than the step, 0.1 ms",
        "this method needs values within the step: make dt smaller, or use method='euler'",
    ),
    (
        "-x(t - x*tau)/ms", "euler", 1,
        "the delay of 'x' changes during a run", "say how long it can become, e.g. G.longest_delay = 50*ms",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rate", "method", "tau", "message", "help"), RUN)
def test_delays_are_checked_when_a_run_begins(rate: str, method: str, tau: float, message: str, help: str) -> None:
    G = NeuronGroup(2, f"dx/dt = {rate} : 1\ntau : second", method=method, name="G")
    G.tau = [1, tau] * ms
    with pytest.raises(EquationError) as caught:
        Network(G).run(1 * ms)
    place = f" --> equations of NeuronGroup 'G', line 1\n1 | dx/dt = {rate} : 1\n  |          {'^' * len(rate[1:-3])}"
    assert str(caught.value) == f"{message}\n{place}\n  = help: {help}"


def test_exact_says_why_it_cannot() -> None:
    with pytest.raises(UnsupportedEquationsException, match=r"contains x\(t - delay\), which may change during a step"):
        NeuronGroup(1, "dx/dt = -x(t - 1*ms)/ms : 1", method="exact")


def test_the_past_is_not_known_before_the_first_run() -> None:
    G = NeuronGroup(1, "dx/dt = -x(t - 1*ms)/ms : 1", name="G")
    with pytest.raises(EquationError, match="the past of 'x' is known from the first run on"):
        G.x = "x(t - 3*ms)"


def test_another_clock_cannot_read_it() -> None:
    G = NeuronGroup(1, "dx/dt = -x(t - 1*ms)/ms : 1", name="G")
    with pytest.raises(EquationError, match="can be read in steps of the clock of 'G' only"):
        G.run_regularly("x = x(t - 2*ms)", dt=1 * ms)


def test_code_of_a_method_shows_delays_as_they_are_written() -> None:
    from eqsim import rk2

    code = rk2(Equations("dx/dt = (y(t - d) - x(t - tau))/tau : 1\ny = x(t - 1*ms)**2 : 1"))
    assert "(y(_t_at2 - d) - x(_t_at2 - tau))/tau" in code


def test_coupling_of_all_pairs_that_is_not_stored(lane: Lane) -> None:
    """x = t + i/10: the sum over 4 sources, a time 1.25 ms ago, is 4*(t - 1.25) + 0.6, for all targets."""
    with lane.networks():
        G = NeuronGroup(4, "dx/dt = 1/ms : 1\nC : 1", method="euler")
        G.set_history(x="t/ms + 0.1*i")
        S = Synapses(G, G, "C_post = x_pre(t - 1.25*ms) : 1 (summed)")
        S.connect()
        M = StateMonitor(G, "C", record=True, when="end")
        Network(G, S, M).run(3 * ms)
    assert np.allclose(M.C, 4 * (M.t_ * 1e3 - 1.25) + 0.6, rtol=0, atol=1e-13)


ONE_DELAY = {
    "a number": ("", "1.25*ms", {}),
    "a shared variable": ("lag : second (shared)\n", "lag", {}),
    "the delay of spikes": ("", "delay", {"on_pre": "x_post += 0.01*gain_pre", "delay": 1.25 * ms}),
}


SUMS = ("S_post = gain_pre*(x_pre(t - {}) - x_post)", "S_pre = x_post(t - {})/N_post")


def one_delay(lines: str, delay: str, more: Any, total: str, condition: Any) -> tuple[Any, ...]:
    """Neurons that are coupled to each other with one delay."""
    G = NeuronGroup(
        5, "dx/dt = (1 + 0.01*S)/ms : 1\nS : 1\ngain : 1", threshold="x > 1", reset="x -= 1", method="euler"
    )  # fmt: skip
    G.gain = "1 + 0.1*i"
    G.set_history(x="t/ms/10 + 0.1*i")
    S = Synapses(G, G, f"{lines}{total.format(delay)} : 1 (summed)", **more)
    S.connect(condition)
    if lines:
        S.lag = 1.25 * ms
    return G, S, StateMonitor(G, "S", record=True, when="end")


def test_one_delay_for_all_pairs_needs_no_single_synapses(lane: Lane) -> None:
    """However the delay is given: one sum over the sources (targets), the same as that of stored synapses to rounding: 30
    steps of 5 terms below 10."""
    cases = [(*given, total) for given in ONE_DELAY.values() for total in SUMS]
    with lane.networks():
        common, stored = ([one_delay(*case, condition) for case in cases] for condition in (None, "True"))
        Network(*common, *stored).run(3 * ms)
    for (_, S, M), (_, R, Q) in zip(common, stored, strict=True):
        assert all(o.is_common for o in S.contained_objects) and not any(o.is_common for o in R.contained_objects)
        assert np.ptp(M.S) > 0.1 and np.allclose(M.S, Q.S, rtol=0, atol=1e-12)


def test_one_delay_for_all_pairs_may_change_between_runs() -> None:
    """x = t: after the second run the sum over 3 sources is that of 2.5 ms before."""
    G = NeuronGroup(3, "dx/dt = 1/ms : 1\nC : 1", method="euler")
    G.set_history(x="t/ms")
    S = Synapses(G, G, "lag : second (shared)\nC_post = x_pre(t - lag) : 1 (summed)")
    S.connect()
    net = Network(G, S)
    for lag in (1, 2.5):
        S.lag = lag * ms
        net.run(3 * ms)
        assert np.allclose(G.C, 3 * (float(net.t) * 1e3 - 0.1 - lag), rtol=0, atol=1e-12)
    assert S.summed_updaters["C_post"].is_common


def test_one_delay_that_code_sets_during_the_run(lane: Lane) -> None:
    """It grows by 0.1 ms in each step, as t does: what is read stays x(0) = 1."""
    with lane.networks():
        G = NeuronGroup(3, "dx/dt = 1/ms : 1\nC : 1", method="euler")
        G.longest_delay = 5 * ms
        G.x = 1
        S = Synapses(G, G, "lag : second (shared)\nC_post = x_pre(t - lag) : 1 (summed)")
        S.connect()
        S.run_regularly("lag = t")
        Network(G, S).run(3 * ms)
        assert S.summed_updaters["C_post"].is_common
    assert np.allclose(G.C, 3, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [1, 3, 64])
def test_coupling_that_comes_later_finds_the_past(size: int, lane: Lane) -> None:
    """x = t + i: a delay for each synapse needs the rows twice; those from before, and from before `restore`, count, too."""
    with lane.networks():
        G = NeuronGroup(size, "dx/dt = 1/ms : 1\nold = x(t - 4*ms) : 1\nC : 1", method="euler")
        G.set_history(x="t/ms + i")
        net = Network(G)
        net.run(3 * ms)
        net.store()
        S = Synapses(G, G, "lag : second\nC_post = x_pre(t - lag) : 1 (summed)")
        S.connect(i=np.arange(size), j=np.arange(size)[::-1])
        S.lag = "(0.3 + 0.05*i/N_pre)*10*ms"
        net.restore()
        net.add(S)
        net.run(2 * ms)
        assert G.pasts["x"].twice
        source = np.arange(size)[::-1]
        assert np.allclose(G.C, 4.9 + source - 3 - 0.5 * source / size, rtol=0, atol=1e-12)
        assert np.allclose(G.old, 1 + np.arange(size), rtol=0, atol=1e-12)


def test_rows_of_the_past_do_not_share_their_places_in_caches() -> None:
    """Whatever the size of the group, rows lie an odd number of lines of 64 bytes apart."""
    for size in (9, 512, 1000, 4096):
        G = NeuronGroup(size, "dx/dt = -x(t - 1*ms)/ms : 1", method="euler")
        Network(G).run(0.1 * ms)
        past = G.pasts["x"]
        assert past.columns % 8 == 0 and past.columns // 8 % 2 == 1 and 0 <= past.columns - size < 16
        assert len(past.ring) == past.columns * past.length


def test_a_group_that_rests_keeps_its_value_in_its_past(lane: Lane) -> None:
    """x rises to 1, rests for 2 ms and rises again; 0.5 ms later so does what synapses read."""
    with lane.networks():
        G = NeuronGroup(1, "dx/dt = 1/ms : 1", method="euler")
        H = NeuronGroup(1, "C : 1")
        S = Synapses(G, H, "lag : second\nC_post = x_pre(t - lag) : 1 (summed)")
        S.connect()
        S.lag = 0.5 * ms
        M = StateMonitor(H, "C", record=True, when="end")
        net = Network(G, H, S, M)
        for active, time in ((True, 1), (False, 2), (True, 1)):
            G.active = active
            net.run(time * ms)
    t = M.t_ * 1e3 - 0.5
    assert np.allclose(M.C[0], np.clip(t, 0, 1) + np.clip(t - 3, 0, 1), rtol=0, atol=1e-12)


def test_several_names_for_one_past() -> None:
    """A delayed variable is no circle of subexpressions."""
    G = NeuronGroup(1, "a = 0.5*b(t - 1*ms) : 1\nb = a(t - 1*ms) + 1 : 1\ndx/dt = -x/ms : 1", method="euler")
    G.x = 1
    G.set_history(a="0", b="0")
    M = StateMonitor(G, ["a", "x"], record=True)
    Network(G, M).run(10 * ms)
    # a doubles back every 2 ms: a = (1 + a(t - 2 ms))/2 from 2 ms on, with a = 0 before 1 ms and 1/2*(0 + 1) from then
    assert [round(float(a), 12) for a, _ in itertools.groupby(M.a[0])][:4] == [0.0, 0.5, 0.75, 0.875]
    assert np.allclose(M.x[0], 0.9 ** np.arange(100), rtol=1e-12)
