"""SpikeGeneratorGroup: every spike in its step, in one run or several, at any dt, once or again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    DimensionMismatchError,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    second,
)
from eqsim.log import catch_logs


@pytest.fixture(autouse=True)
def step() -> Any:
    """A test may change dt."""
    yield
    defaultclock.dt = 0.1 * ms


def played(G: SpikeGeneratorGroup, *pieces: Any) -> list[tuple[int, int]]:
    """(step, neuron) of all spikes, in the order of the recording."""
    M = SpikeMonitor(G)
    net = Network(G, M)
    for piece in pieces:
        net.run(piece)
    return list(zip(np.round(M.t_ / 1e-4).astype(int).tolist(), M.i.tolist(), strict=True))


def listed(seed: int = 1, N: int = 30, steps: int = 200, share: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Random spikes: neurons and steps, in no order."""
    rng = np.random.default_rng(seed)
    who, when = np.nonzero(rng.random((N, steps)) < share)
    order = rng.permutation(len(who))
    return who[order], when[order]


def test_every_spike_comes_in_its_step_on_every_lane(lane: Lane) -> None:
    """300 spikes of 30 neurons in 200 steps, in three runs; recorded by step, then by neuron."""
    who, when = listed()
    with lane.networks():
        found = played(SpikeGeneratorGroup(30, who, when * 0.1 * ms), 7 * ms, 0.1 * ms, 12.9 * ms)
    assert found == sorted(zip(when.tolist(), who.tolist(), strict=True))


def test_spikes_repeat_with_the_period_on_every_lane(lane: Lane) -> None:
    """A list of 40 steps five times; the phase is that of time 0, also when a run ends within a period."""
    who, when = listed(2, N=7, steps=40)
    with lane.networks():
        found = played(SpikeGeneratorGroup(7, who, when * 0.1 * ms, period=4 * ms), 6.3 * ms, 13.7 * ms)
    every = [(s + 40 * k, i) for k in range(5) for s, i in zip(when.tolist(), who.tolist(), strict=True)]
    assert found == sorted(every)


@pytest.mark.parametrize(("time", "step"), [(0.0, 0), (0.0999, 1), (0.09, 0), (0.1, 1), (0.3, 3), (0.25, 2), (0.7, 7)])
def test_a_spike_belongs_to_the_step_that_its_time_lies_in(time: float, step: int) -> None:
    """int((t + 0.001*dt)/dt): a time a thousandth of a step early still belongs to the step."""
    assert played(SpikeGeneratorGroup(1, [0], [time] * ms), 1 * ms) == [(step, 0)]


def test_synapses_and_subgroups_take_its_spikes(lane: Lane) -> None:
    """Neurons 2 and 3 of a subgroup [1:4] are 1 and 2 there; a delay of 1 ms moves the jumps."""
    with lane.networks():
        G = SpikeGeneratorGroup(5, [0, 2, 3, 4], [0.5, 1, 2, 3] * ms)
        part = G[1:4]
        T = NeuronGroup(3, "x : 1")
        S = Synapses(part, T, on_pre="x_post += 1 + i", delay=1 * ms)
        S.connect(j="i")
        spikes, M = SpikeMonitor(part), StateMonitor(T, "x", record=True)
        Network(G, T, S, spikes, M).run(5 * ms)
    assert spikes.i.tolist() == [1, 2]
    assert [np.flatnonzero(np.diff(x)).tolist() for x in M.x] == [[], [20], [30]]  # set in the step that a row follows
    assert M.x[:, -1].tolist() == [0, 2, 3]


def test_new_spikes_between_runs() -> None:
    """Those of the past are left out, and that is told; the next run uses the new list only."""
    G = SpikeGeneratorGroup(2, [0, 1, 1], [0, 1, 3] * ms)
    M = SpikeMonitor(G)
    net = Network(G, M)
    net.run(2 * ms)
    G.set_spikes([0, 1], [1, 2.5] * ms)
    with catch_logs() as logs:
        net.run(3 * ms)
    assert (M.i.tolist(), np.round(M.t_ * 1e3, 6).tolist()) == ([0, 1, 1], [0.0, 1.0, 2.5])
    assert [message for _, _, message in logs] == [
        f"SpikeGeneratorGroup '{G.name}': 1 of its spikes lie before the present time, 2. ms: they are left out"
    ]


def test_no_warning_when_spikes_have_been_played() -> None:
    """The second run begins after them, but they were not lost."""
    G = SpikeGeneratorGroup(1, [0], [0.5] * ms)
    with catch_logs() as logs:
        assert played(G, 1 * ms, 1 * ms) == [(5, 0)]
    assert logs == []


def test_times_stay_when_dt_changes() -> None:
    """A list with a period, at 0.1 ms and then at 0.05 ms: recorded from Brian2 2.9.0."""
    G = SpikeGeneratorGroup(2, [0, 1, 1], [0, 1, 0.3] * ms, period=1.5 * ms)
    M = SpikeMonitor(G)
    net = Network(G, M)
    net.run(2 * ms)
    defaultclock.dt = 0.05 * ms
    net.run(3 * ms)
    assert M.i.tolist() == [0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1]
    # a time is a whole number of steps, so it is off by rounding only
    assert np.allclose(M.t_ * 1e3, [0.0, 0.3, 1.0, 1.5, 1.8, 2.5, 3.0, 3.3, 4.0, 4.5, 4.8], rtol=0, atol=1e-12)


def test_a_group_that_is_not_active_is_silent() -> None:
    """And does not make up for it afterwards."""
    G = SpikeGeneratorGroup(1, np.zeros(10, int), np.arange(10) * ms)
    M = SpikeMonitor(G)
    net = Network(G, M)
    for active in (True, False, True):
        G.active = active
        net.run(3 * ms)
    assert np.round(M.t_ * 1e3).tolist() == [0, 1, 2, 6, 7, 8]


def test_attributes_are_sorted_by_time_then_index() -> None:
    """As in Brian2."""
    G = SpikeGeneratorGroup(4, [3, 0, 2, 1], [3, 1, 2, 1] * ms, period=5 * ms)
    assert G.neuron_index.tolist() == [0, 1, 2, 3] and G.neuron_index.dtype == np.int32
    assert np.array_equal(G.spike_time, [1, 1, 2, 3] * ms) and G.period == 5 * ms
    assert (len(G), G.N, G.i[:].tolist()) == (4, 4, [0, 1, 2, 3])
    assert played(SpikeGeneratorGroup(3, [], [] * second), 1 * ms) == []


MISTAKES: list[tuple[type[Exception], dict[str, Any], str]] = [
    (ValueError, {"times": [-1, 1] * ms}, "SpikeGeneratorGroup 'G': spike times must be finite, and not negative"),
    (ValueError, {"indices": [0, 2]}, "SpikeGeneratorGroup 'G' has neurons 0 to 1, there is no 2"),
    (ValueError, {"indices": [0]}, "SpikeGeneratorGroup 'G': there are 1 indices but 2 times"),
    (TypeError, {"indices": [0.5, 1]}, "indices of SpikeGeneratorGroup 'G' must be whole numbers"),
    (ValueError, {"period": -1 * ms}, "SpikeGeneratorGroup 'G': the period cannot be negative"),
    (
        ValueError,
        {"period": 2 * ms},
        "SpikeGeneratorGroup 'G': the period must be longer than the time of the last spike (2 ms is not longer than 2 ms)",
    ),
]


@pytest.mark.parametrize(("error", "given", "message"), MISTAKES)
def test_mistakes_are_told_when_it_is_made(error: type[Exception], given: dict[str, Any], message: str) -> None:
    arguments = {"indices": [0, 1], "times": [1, 2] * ms} | given
    with pytest.raises(error) as caught:
        SpikeGeneratorGroup(2, **arguments, name="G")
    assert str(caught.value) == message


def test_times_need_a_unit() -> None:
    with pytest.raises(DimensionMismatchError, match="times must be in second"):
        SpikeGeneratorGroup(2, [0, 1], [1, 2])
    with pytest.raises(DimensionMismatchError, match="the period must be in second"):
        SpikeGeneratorGroup(2, [0, 1], [1, 2] * ms, period=3)


@pytest.mark.parametrize(
    ("times", "period", "message"),
    [
        (
            [0.11, 0.12],
            0,
            "SpikeGeneratorGroup 'G': neuron 0 has more than one spike in one step of 100. us; make dt smaller, or move the "
            "spikes",
        ),
        (
            [0, 0.1],
            0.25,
            "SpikeGeneratorGroup 'G': the period, 0.25 ms, must be a multiple of the step, 0.1 ms; give the group a dt= of "
            "its own that fits",
        ),
    ],
)
def test_what_depends_on_dt_is_told_when_a_run_begins(times: list[float], period: float, message: str) -> None:
    G = SpikeGeneratorGroup(1, [0, 0], times * ms, period=period * ms, name="G")
    with pytest.raises(ValueError) as caught:
        Network(G).run(1 * ms)
    assert str(caught.value) == message
