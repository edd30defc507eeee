"""Equations of synapses: in each step, at spikes, and summed over the synapses of a neuron."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from eqsim import (
    Equations,
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    seed,
)
from eqsim.errors import DimensionMismatchError, EquationError, UnsupportedEquationsException

TAU = 5 * ms


def every(n: int, size: int = 1, model: str = "x : 1") -> NeuronGroup:
    """Neurons that all spike in steps n, 2n, ..."""
    defaultclock.dt = 0.1 * ms
    return NeuronGroup(size, model, threshold=f"t_in_timesteps > 0 and t_in_timesteps % {n} == 0", reset="")


# --- clock-driven -----------------------------------------------------------------------------------------------------


def test_clock_driven_equations_decay_exactly() -> None:
    """dw/dt = (drive - w)/tau with a parameter and a variable of the source: the closed form, to rounding errors."""
    G = every(10**6, 3)
    G.x = "1 + i"
    S = Synapses(G, G, "dw/dt = (a*x_pre - w)/TAU : 1 (clock-driven)\na : 1", method="exact")
    S.connect(j="2 - i")
    S.w, S.a = "i", 0.5
    Network(G, S).run(7 * ms)
    target = 0.5 * (1 + S.i[:])
    # 70 steps, each with a relative rounding error of a few 1e-16
    assert np.allclose(S.w[:], target + (S.i[:] - target) * np.exp(-7 / 5), rtol=70 * 1e-15, atol=0)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk2", 2), ("rk4", 4)])
def test_methods_of_synapses_have_their_order(method: str, order: int) -> None:
    """Halving dt divides the error of dw/dt = -w**2, w = 1/(1 + t), by 2**order."""
    errors = []
    for dt in (0.2, 0.1):
        defaultclock.dt = dt * ms
        G = NeuronGroup(1, "x : 1")
        S = Synapses(G, G, "dw/dt = -w**2/ms : 1 (clock-driven)", method=method)
        S.connect()
        S.w = 1
        Network(G, S).run(2 * ms)
        errors.append(abs(float(S.w[0]) - 1 / 3))
    # the next term of the error is smaller by a factor of dt = 0.1
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_noise_of_synapses_has_its_variance(lane: Any) -> None:
    """An Ornstein-Uhlenbeck process in each synapse: variance sigma**2 (1 - exp(-2t/tau)), independent synapses."""
    seed(5)
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(100, "x : 1", name="ou")
    S = Synapses(G, G, "dw/dt = -w/TAU + 0.5*sqrt(2/TAU)*xi : 1 (clock-driven)", method="euler", name="ou_synapses")
    S.connect()
    with lane.networks():
        Network(G, S).run(10 * ms)
    expected = 0.25 * (1 - np.exp(-4))
    # 10000 synapses: the relative standard error of a variance is sqrt(2/10000) = 1.4 %; 5 of these, 1 % of bias
    assert np.var(S.w[:]) == pytest.approx(expected, rel=0.08)
    # rows share a source: the mean of 100 independent values has 1/100 of the variance, to 5*sqrt(2/100)
    assert np.var(np.reshape(S.w[:], (100, 100)).mean(axis=1)) == pytest.approx(expected / 100, rel=0.71)


def test_clock_driven_equations_may_be_written_at_spikes() -> None:
    """A conductance in the synapse: rises by 1 with each spike, decays between them."""
    G, target = every(20), NeuronGroup(1, "g : 1")
    S = Synapses(G, target, "dg_syn/dt = -g_syn/TAU : 1 (clock-driven)\ng_post = g_syn : 1 (summed)", on_pre="g_syn += 1")
    S.connect()
    M = StateMonitor(S, "g_syn", record=True)
    Network(G, target, S, M).run(5 * ms)
    steps = np.arange(50)
    # recorded at the start of a step: a spike in step 20 is seen in step 21, before any decay
    values = sum(np.where(steps > s, np.exp(-(steps - s - 1) * 0.1 / 5), 0) for s in (20, 40))
    assert np.allclose(M.g_syn[0], values, rtol=1e-13, atol=0)


# --- event-driven -----------------------------------------------------------------------------------------------------


def test_event_driven_variables_are_exact_at_spikes(lane: Any) -> None:
    """Pre every 1.3 ms, post every 2.1 ms: trace and weight as by hand, spike after spike."""
    A, B = every(13), every(21)
    S = Synapses(
        A,
        B,
        "w : 1\nda/dt = -a/TAU : 1 (event-driven)\ndb/dt = -b/(2*TAU) : 1 (event-driven)",
        on_pre="a += 1; w -= b",
        on_post="b += 1; w += a",
    )
    S.connect()
    with lane.networks():
        Network(A, B, S).run(10 * ms)
    a = b = w = last = 0.0
    for step in range(100):
        for side, period in (("pre", 13), ("post", 21)):
            if step and step % period == 0:
                now = step * 0.1
                a, b, last = a * np.exp(-(now - last) / 5), b * np.exp(-(now - last) / 10), now
                a, w = (a + 1, w - b) if side == "pre" else (a, w + a)
                b += side == "post"
    assert (S.w[0], S.a[0], S.b[0]) == pytest.approx((w, a, b), rel=1e-13)
    assert S.lastupdate[0] / ms == pytest.approx(9.1)
    assert S.a_now[0] == pytest.approx(a * np.exp(-(10 - 9.1) / 5), rel=1e-13)


def test_event_driven_equals_clock_driven(lane: Any) -> None:
    """Coupled equations with parameters: solved at spikes or in each step, the same numbers to rounding errors."""
    G = every(17, 4)
    model = "dx1/dt = (y1 - x1)/tau1 : 1 {how}\ndy1/dt = (c - y1)/TAU : 1 {how}\ntau1 : second\nc : 1\nseen : 1"
    results = []
    for how in ("(event-driven)", "(clock-driven)"):
        S = Synapses(G, G, model.replace("{how}", how), on_pre="y1 += 1; seen = x1", method="exact")
        S.connect()
        S.tau1, S.c = "(3 + j)*ms", "0.1*i"
        results.append(S)
    results[0].lastupdate = -0.1 * ms  # the state update of step 0 comes before the spikes of step 0
    with lane.networks():
        Network(G, *results).run(12 * ms)
    # 120 steps of exact integration, each with a rounding error of a few 1e-16
    assert np.allclose(results[0].seen[:], results[1].seen[:], rtol=1e-13, atol=1e-14)
    assert np.ptp(results[0].seen[:]) > 0.1


def test_x_now_is_the_value_of_this_moment(lane: Any) -> None:
    """The stored value is that of the last spike; x_now decays on, also in a monitor."""
    G = every(10**6)
    S = Synapses(G, G, "da/dt = -a/TAU : 1 (event-driven)", on_pre="a += 1")
    S.connect()
    S.a = 1
    M = StateMonitor(S, ["a", "a_now"], record=True)
    with lane.networks():
        Network(G, S, M).run(4 * ms)
    assert np.all(M.a[0] == 1)
    assert np.allclose(M.a_now[0], np.exp(-np.arange(40) * 0.1 / 5), rtol=1e-14, atol=0)
    assert S.a_now[0] == pytest.approx(np.exp(-4 / 5), rel=1e-14)
    with pytest.raises(TypeError, match="cannot be set"):
        S.a_now = 3


def test_delays_bring_event_driven_variables_up_to_the_arrival() -> None:
    """The trace decays until the spike arrives, not until it was sent."""
    G = every(10)
    S = Synapses(G, G, "da/dt = -a/TAU : 1 (event-driven)\nseen : 1", on_pre="seen = a", delay=2.5 * ms)
    S.connect()
    S.a = 1
    Network(G, S).run(3.6 * ms)
    assert S.seen[0] == pytest.approx(np.exp(-3.5 / 5), rel=1e-14)


# --- summed -----------------------------------------------------------------------------------------------------------


def test_summed_variables_are_sums_over_synapses(lane: Any) -> None:
    """Both sides; neurons without synapses get 0."""
    defaultclock.dt = 0.1 * ms
    A, B = NeuronGroup(4, "r : 1\nout : 1"), NeuronGroup(3, "s : 1\ntotal : 1")
    A.r, A.out, B.s, B.total = "1 + i", 99, "10*i", 99
    S = Synapses(A, B, "w : 1\ntotal_post = w*r_pre : 1 (summed)\nout_pre = w*s_post + 1 : 1 (summed)")
    S.connect(i=[0, 1, 1, 3], j=[1, 1, 2, 1])
    S.w = [1, 2, 3, 4]
    with lane.networks():
        Network(A, B, S).run(0.1 * ms)
    assert list(B.total[:]) == [0, 1 * 1 + 2 * 2 + 4 * 4, 3 * 2]
    assert list(A.out[:]) == [10 + 1, 20 + 1 + 60 + 1, 0, 40 + 1]


def test_several_sums_into_one_variable_add_up(lane: Any) -> None:
    """Set to zero once, then each adds; in whatever order they were made, with subgroups, and one of them switched off."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(6, "x : 1\nv : 1")
    G.v, G.x = "1 + i", 7
    parts = [
        Synapses(G, G[at], f"x_post = {factor}*v_pre : 1 (summed)", name=name)
        for factor, at, name in ((1.0, slice(2, 6), "z"), (10.0, slice(0, 4), "b"), (100.0, slice(0, 6), "a"))
    ]
    for S in parts:
        S.connect(j="0", skip_if_invalid=True)
    net = Network(G, *parts)
    total = 21.0
    with lane.networks():
        net.run(0.1 * ms)
        assert list(G.x[:]) == [110 * total, 0, total, 0, 0, 0]
        parts[2].active = False
        G.x = 7
        net.run(0.2 * ms)
        assert list(G.x[:]) == [10 * total, 0, total, 0, 0, 0]
        parts[1].active = False
        G.x = 7
        net.run(0.1 * ms)
    assert list(G.x[:]) == [7, 7, total, 0, 0, 0]  # the only one that is left sums into neurons 2 to 5


def test_a_sum_is_taken_before_the_neurons_are_integrated() -> None:
    """One Euler step of dv/dt = I with I summed from the v before the step."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(2, "dv/dt = I/ms : 1\nI : 1", method="euler")
    G.v = [1, 3]
    S = Synapses(G, G, "I_post = v_pre - v_post : 1 (summed)")
    S.connect(condition="i != j")
    Network(G, S).run(0.1 * ms)
    assert np.allclose(G.v[:], [1 + 0.2, 3 - 0.2], rtol=1e-15)


def test_gap_junctions_conserve_charge_and_equalise() -> None:
    """Two cells joined by a gap junction: the mean is constant, the difference decays with 2 w/tau (explicit, by steps)."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(2, "dv/dt = I_gap/TAU : 1\nI_gap : 1", method="euler")
    G.v = [1, -0.5]
    S = Synapses(G, G, "w : 1\nI_gap_post = w*(v_pre - v_post) : 1 (summed)")
    S.connect(condition="i != j")
    S.w = 0.2
    Network(G, S).run(10 * ms)
    factor = 1 - 2 * 0.2 * 0.1 / 5
    assert np.mean(G.v[:]) == pytest.approx(0.25, rel=1e-13)
    assert G.v[0] - G.v[1] == pytest.approx(1.5 * factor**100, rel=1e-12)


# --- several synapses of a pair; synapses onto synapses ---------------------------------------------------------------


def test_synapses_of_a_pair_are_numbered() -> None:
    """In order of creation, also by later calls; a third index chooses."""
    defaultclock.dt = 0.1 * ms
    G = every(10, 2)
    S = Synapses(G, G, "w : 1", on_pre="x_post += w", multisynaptic_index="which")
    S.connect(i=[0, 0, 1, 0], j=[1, 1, 1, 1], n=2)
    S.connect(i=0, j=1)
    assert list(S.which[:]) == [0, 1, 2, 3, 0, 1, 4, 5, 6]
    S.w = "i + 10*which"
    assert list(S.w[0, 1, 1]) == [10]
    assert list(S.w[0, 1, :2]) == [0, 10]
    assert list(S.w[:, :, 0]) == [0, 1]
    assert list(S.w[0, 1, 99]) == []
    S.delay = "which*0.1*ms"
    assert np.allclose(S.delay[0, 1] / ms, np.arange(7) * 0.1)
    with pytest.raises(TypeError, match="cannot be set"):
        S.which = 3


def test_a_third_index_needs_numbered_synapses() -> None:
    G = every(10, 2)
    S = Synapses(G, G, "w : 1", on_pre="x_post += w", name="plain")
    S.connect()
    with pytest.raises(IndexError) as error:
        S.w[0, 1, 0]
    assert str(error.value) == "Synapses 'plain' takes S.x[synapse], S.x[i, j] or S.x['condition'], not 3 indices"


def test_synapses_onto_synapses(lane: Any) -> None:
    """A spike of a modulator changes weights; their sum over synapses, and a sum from synapses to neurons."""
    A, B, M = NeuronGroup(3, "r : 1"), NeuronGroup(2, "total : 1"), every(10, 2)
    A.r = "1 + i"
    S = Synapses(A, B, "w : 1\ngain : 1\ntwice = 2*w*r_pre : 1", name="S")
    S.connect(i=[0, 1, 2, 2], j=[0, 1, 0, 1])
    S.w = "0.1*(i + 1)"
    onto = Synapses(M, S, "a : 1\ngain_post = a*r_pre_post : 1 (summed)", on_pre="w_post += a + 0.01*j", name="onto")
    onto.connect()
    onto.a = "1 + i"
    away = Synapses(S, B, "total_post = twice_pre : 1 (summed)", name="away")
    away.connect(j="i % 2", skip_if_invalid=True)
    with lane.networks():
        Network(A, B, M, S, onto, away).run(1.2 * ms)
    r = np.array([1, 2, 3, 3])
    w = 0.1 * r + 2 * (1.5 + 0.01 * np.arange(4))
    assert np.allclose(S.w[:], w, rtol=1e-14)
    assert np.allclose(S.gain[:], 3 * r)
    twice = 2 * w * r
    assert np.allclose(B.total[:], [twice[0] + twice[2], twice[1] + twice[3]], rtol=1e-14)


# --- messages ---------------------------------------------------------------------------------------------------------


def message(error: type[Exception], model: str, **more: Any) -> str:
    """The text of the error that these equations raise."""
    G = NeuronGroup(2, "dv/dt = -v/TAU : 1\nx : 1\nc : 1 (constant)", threshold="v > 1", reset="v = 0", name="cells")
    with pytest.raises(error) as found:
        Synapses(G, G, model, name="S", **more)
    return str(found.value)


def test_drives_cannot_be_mixed() -> None:
    assert message(EquationError, "da/dt = -a/TAU : 1 (event-driven)\ndb/dt = (a - b)/TAU : 1 (clock-driven)") == (
        "'b' is clock-driven, but depends on 'a', which is event-driven\n"
        " --> equations of Synapses 'S', line 2\n"
        "2 | db/dt = (a - b)/TAU : 1 (clock-driven)\n"
        "  |         ^^^^^^^^^^^ a\n"
        "  = help: give both the flag (clock-driven): an event-driven variable has no value between spikes"
    )
    assert message(EquationError, "da/dt = -q/TAU : 1 (event-driven)\nq = a*b : 1\ndb/dt = -b/TAU : 1").startswith(
        "'a' is event-driven, but depends on 'b', which is clock-driven"
    )


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("-a**2/TAU", "the equation of 'a' is not linear in the state variables"),
        ("-a/TAU + t/TAU**2", "the equation of 'a' contains t, which may change during a step"),
        ("-a*dt/TAU**2", "the equation of 'a' contains dt"),
    ],
)
def test_event_driven_needs_an_exact_solution(rate: str, reason: str) -> None:
    found = message(UnsupportedEquationsException, f"da/dt = {rate} : 1 (event-driven)", on_pre="x += a")
    assert found.splitlines()[0] == f"'a' cannot be event-driven: {reason}"
    assert found.splitlines()[-1] == (
        "  = help: write (clock-driven) instead: it is then integrated in each step, by any method"
    )


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        (
            "v_post = 1 : 1 (summed)",
            "'v_post' is summed, but 'v' is a differential equation in the target, NeuronGroup 'cells'",
            "  = help: declare it there: v : 1",
        ),
        (
            "c_pre = 1 : 1 (summed)",
            "'c_pre' is summed, but 'c' is a parameter with the flag (constant) in the source, NeuronGroup 'cells'",
            "  = help: declare it there: c : 1",
        ),
        (
            "y_post = 1*ms : second (summed)",
            "'y_post' is summed, but 'y' is no variable in the target, NeuronGroup 'cells'",
            "  = help: declare it there: y : second",
        ),
        (
            "x_post = x : 1 (summed)",
            "'x_post' is the sum of something that contains it",
            "  = help: sum into a variable of its own, and use that in the equations of the neurons",
        ),
    ],
)
def test_where_sums_can_go(line: str, first: str, last: str) -> None:
    lines = message(EquationError, line).splitlines()
    assert lines[0].endswith(first)
    assert lines[-1] == last


def test_units_of_sums() -> None:
    assert message(DimensionMismatchError, "x_post = 1*ms : second (summed)").startswith(
        "'x_post' is in second, but 'x' of NeuronGroup 'cells' is a pure number"
    )


def test_sums_of_old_values_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """Also through a subexpression; not for the present value."""
    G = NeuronGroup(1, "x : 1", threshold="x > 1", reset="", name="summing")
    model = "da/dt = -a/TAU : 1 (event-driven)\nq = 2*a : 1\nx_post = {} : 1 (summed)"
    with caplog.at_level(logging.WARNING, "eqsim"):
        some = [Synapses(G, G, model.format(e), on_pre="a += 1", name="old" if e == "q" else "new") for e in ("q", "a_now")]
    assert len(some) == 2
    assert [r.getMessage() for r in caplog.records] == [
        "Synapses 'old': 'x_post' is summed in each step, but 'a' is event-driven and has the value of the last spike; "
        "write a_now for its present value, or make it (clock-driven)"
    ]


def test_without_a_flag_equations_are_clock_driven(caplog: Any) -> None:
    G = NeuronGroup(1, "x : 1", name="silent")
    S = Synapses(G, G, Equations("dw/dt = -w/TAU : 1"), name="unflagged")
    assert S.state_updater is not None and S.state_updater.name == "unflagged_stateupdater"
    assert not S.event_driven
