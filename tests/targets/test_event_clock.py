"""A clock that ticks at listed times: when, how often, and together with whom."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    EventClock,
    Network,
    NetworkOperation,
    NeuronGroup,
    StateMonitor,
    ms,
    scheduling_summary,
)
from eqsim.errors import EqsimError
from eqsim.units import DimensionMismatchError

LISTED = [7.3, 0.0, 0.25, 3.0, 0.1, 12.0]  # ms; 0.25 lies between two steps of 0.1 ms


def recorded(ms_of_run: list[float], clock: EventClock) -> tuple[np.ndarray, np.ndarray]:
    """Times (ms) and values of a variable that is t itself, recorded by a clock over several runs."""
    G = NeuronGroup(3, "age : second", name="G")
    G.run_regularly("age = t", when="start", order=-1)
    M = StateMonitor(G, "age", record=[1], clock=clock)
    net = Network(G, M)
    for duration in ms_of_run:
        net.run(duration * ms)
    return np.asarray(M.t / ms), np.asarray(M.age[0] / ms)


@pytest.mark.parametrize("runs", [[10.0], [0.25, 0.05, 5.0, 4.7]], ids=["one run", "several runs"])
def test_ticks_once_at_each_time(lane: Lane, runs: list[float]) -> None:
    """Also across several runs; what a tick between two steps sees is the step before it."""
    with lane.networks():
        times, values = recorded(runs, EventClock(LISTED * ms))
    np.testing.assert_array_equal(times, np.sort(np.asarray(LISTED * ms))[:-1] / 1e-3)
    np.testing.assert_allclose(values, [0.0, 0.1, 0.2, 3.0, 7.3], rtol=1e-12)


def test_alone_in_a_network(lane: Lane) -> None:
    """A network may have no other clock at all."""
    seen = []
    with lane.networks():
        clock = EventClock([1, 2, 4] * ms)
        operation = NetworkOperation(lambda t: seen.append(float(t)), clock=clock)
        net = Network(operation)
        net.run(3 * ms)
        assert seen == [1e-3, 2e-3]
        net.run(3 * ms)
    assert seen == [1e-3, 2e-3, 4e-3]


def test_stands_in_its_slot_among_others(lane: Lane) -> None:
    """At a time that it shares with a step, `when` and `order` say who comes first."""
    with lane.networks():
        G = NeuronGroup(1, "x : 1", name="G")
        G.run_regularly("x = x + 1", when="groups")
        before = StateMonitor(G, "x", record=True, clock=EventClock([0.5] * ms), when="start")
        after = StateMonitor(G, "x", record=True, clock=EventClock([0.5] * ms), when="end")
        Network(G, before, after).run(1 * ms)
    assert (before.x[0, 0], after.x[0, 0]) == (5, 6)


def test_dt_in_its_code_is_that_of_the_group(lane: Lane) -> None:
    with lane.networks():
        G = NeuronGroup(1, "x : second\ny : second", name="G")
        G.run_regularly("x = dt; y = t", clock=EventClock([0.7] * ms))
        Network(G).run(1 * ms)
    assert G.x[0] == 0.1 * ms and G.y[0] == 0.7 * ms


def test_wrong_times() -> None:
    with pytest.raises(DimensionMismatchError, match=r"must be times, e.g. \[1, 5\]\*ms"):
        EventClock([1, 2])
    with pytest.raises(ValueError, match=r"must differ: 2. ms occurs twice"):
        EventClock([2, 1, 2] * ms)
    with pytest.raises(ValueError, match="finite and not negative"):
        EventClock([-1, 2] * ms)


def test_has_no_dt() -> None:
    with pytest.raises(EqsimError, match="ticks at listed times and has no dt"):
        EventClock([1] * ms).dt = 1 * ms
    with pytest.raises(EqsimError, match="ticks at listed times and has no dt"):
        _ = EventClock([1] * ms).dt
    with pytest.raises(TypeError, match="'G' needs a clock with equal steps"):
        NeuronGroup(1, "v : 1", clock=EventClock([1] * ms), name="G")


def test_is_in_the_summary() -> None:
    G = NeuronGroup(1, "x : 1", name="G")
    M = StateMonitor(G, "x", record=True, clock=EventClock([1, 2] * ms))
    assert "2 listed times" in str(scheduling_summary(Network(G, M)))


@pytest.mark.parametrize("pieces", [[25.0], [20.0, 5.0], [19.999, 0.001, 5.0]], ids=str)
def test_clocks_of_very_different_steps_meet_at_their_times(lane: Lane, pieces: list[float]) -> None:
    """A step of 20 ms and steps of 1 us: what is set at 20 ms has been set 5000 times 1 us before 25 ms, no step more."""
    with lane.networks():
        G = NeuronGroup(1, "dx/dt = 1/ms : 1", dt=0.001 * ms, method="euler", name="G")
        G.run_regularly("x = 0", dt=20 * ms)
        net = Network(G)
        for piece in pieces:
            net.run(piece * ms)
    assert round(float(G.x[0]) * 1000) == 5000
