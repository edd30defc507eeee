"""Synapses and delays that change: what is on its way arrives when it was due, and everything else follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    network_operation,
    seed,
)


def arrivals(M: StateMonitor) -> list[list[tuple[float, float]]]:
    """For each recorded neuron: times in ms (of the sample that shows it first, minus a step), and by how much x grew."""
    return [[(round(M.t_[n] * 1e3, 3), round(float(d), 9)) for n, d in enumerate(np.diff(x)) if d] for x in np.asarray(M.x)]


def sender(times_ms: list[float], targets: int = 3, **wires: Any) -> tuple[Network, Synapses, StateMonitor]:
    """One input that spikes at given times, and targets that sum up weights; not connected yet."""
    A = SpikeGeneratorGroup(1, np.zeros(len(times_ms), int), times_ms * ms, name="input")
    B = NeuronGroup(targets, "x : 1", name="sums")
    S = Synapses(A, B, "w : 1", on_pre="x_post += w", name="wires", **wires)
    M = StateMonitor(B, "x", record=True, name="record")
    return Network(A, B, S, M), S, M


# --- delays -----------------------------------------------------------------------------------------------------------


def test_spikes_keep_the_delay_with_which_they_set_out(lane: Lane) -> None:
    """Spikes at 1 and 2 ms; at 1.5 ms delays of 3, 4 ms become 1, 0 ms, at 2.5 ms they become 9 ms."""
    net, S, M = sender([1.0, 2.0], 2)
    S.connect()
    S.w = "1 + j"
    S.delay = [3, 4] * ms
    with lane.networks():
        net.run(1.5 * ms)
        S.delay = [1, 0] * ms
        net.run(1 * ms)
        S.delay = 9 * ms
        net.run(4.5 * ms)
    assert arrivals(M) == [[(3.0, 1.0), (4.0, 1.0)], [(2.0, 2.0), (5.0, 2.0)]]


def test_a_longer_delay_does_not_deliver_again(lane: Lane) -> None:
    """The spike of 1 ms has arrived without delay; a delay of 2 ms set after it must not bring it a second time."""
    for given in ({}, {"delay": 0 * ms}):
        net, S, M = sender([1.0], 1, **given)
        S.connect()
        S.w = 1
        with lane.networks():
            net.run(1.1 * ms)
            S.delay = 2 * ms
            net.run(4 * ms)
        assert arrivals(M) == [[(1.0, 1.0)]]
        assert S.pre.queue is None


def test_code_changes_delays(lane: Lane) -> None:
    """Each arrival makes the delay 0.5 ms longer, from 1 ms: spikes at 1, 3, 5 ms arrive at 2, 4.5, 7 ms."""
    A = SpikeGeneratorGroup(1, [0, 0, 0], [1, 3, 5] * ms)
    B = NeuronGroup(1, "x : 1")
    S = Synapses(A, B, on_pre="x_post += 1; delay += 0.5*ms")
    S.connect()
    S.delay = 1 * ms
    M = StateMonitor(B, "x", record=True)
    D = StateMonitor(S, "delay", record=True)
    with lane.networks():
        Network(A, B, S, M, D).run(8 * ms)
    assert arrivals(M) == [[(2.0, 1.0), (4.5, 1.0), (7.0, 1.0)]]
    assert S.delay[0] == 2.5 * ms
    assert np.asarray(D.delay)[0, [0, 30, 50, 75]] == pytest.approx([1e-3, 1.5e-3, 2e-3, 2.5e-3], rel=1e-12)


def test_two_spikes_that_arrive_together_both_count(lane: Lane) -> None:
    """Spikes at 1 and 2 ms; a shrinking delay of 3 ms, then 2 ms: both arrive at 4 ms, and statements run twice."""
    A = SpikeGeneratorGroup(1, [0, 0], [1, 2] * ms)
    B = NeuronGroup(1, "x : 1")
    S = Synapses(A, B, "n : 1", on_pre="n += 1; x_post = n")
    S.connect()
    S.delay = 3 * ms
    S.run_regularly("delay = clip(delay - 1*ms, 2*ms, 3*ms)*int(t > 1.2*ms) + 3*ms*int(t <= 1.2*ms)", dt=0.5 * ms)
    M = StateMonitor(B, "x", record=True)
    with lane.networks():
        Network(A, B, S, M).run(6 * ms)
    assert arrivals(M) == [[(4.0, 2.0)]]


def test_delays_that_grow_beyond_the_ring_arrive(lane: Lane) -> None:
    """The delay doubles at each of 11 spikes, from 0.1 ms to 204.8 ms: the ring of waiting spikes has to grow on the way.

    It doubles just before a spike sets out: pathways of a step run in the order of their names.
    """
    times = np.arange(11) * 1.0 + 1
    A = SpikeGeneratorGroup(1, np.zeros(11, int), times * ms)
    B = NeuronGroup(1, "x : 1")
    S = Synapses(A, B, on_pre={"pre": "x_post += 1", "longer": "delay *= 2"}, delay={"longer": 0 * ms})
    S.connect()
    S.delay = 0.1 * ms
    M = StateMonitor(B, "x", record=True)
    with lane.networks():
        Network(A, B, S, M).run(220 * ms)
    assert arrivals(M) == [[(round(t + 0.2 * 2**k, 3), 1.0) for k, t in enumerate(times)]]


def test_a_negative_delay_is_refused_and_from_code_counts_as_none(lane: Lane) -> None:
    net, S, M = sender([1.0], 1)
    S.connect()
    S.w = 1
    for value in (-1 * ms, np.nan * ms, "-0.5*ms"):
        with pytest.raises(ValueError, match=r"^wires_pre(_\d+)?: a delay cannot be negative"):
            S.delay = value
    S.run_regularly("delay = -1*ms")
    with lane.networks():
        net.run(2 * ms)
    assert arrivals(M) == [[(1.0, 1.0)]]


def test_a_shared_delay_cannot_be_changed_by_code() -> None:
    G = NeuronGroup(1, "x : 1", threshold="x > 1", reset="x = 0")
    with pytest.raises(Exception) as caught:
        Synapses(G, G, on_pre="delay += 1*ms", delay=1 * ms, name="wires")
    assert str(caught.value) == (
        "it was given as one for all synapses (delay=...): set S.delay after connect() for one each\n"
        " --> on_pre of Synapses 'wires', line 1\n"
        "1 | delay += 1*ms\n"
        "  | ^^^^^"
    )


def network(how: str) -> tuple[Network, Synapses, StateMonitor]:
    """Noise-free neurons with plastic synapses of many delays; ``how`` makes the pathway wait in a queue, or not."""
    seed(8)
    A = NeuronGroup(12, "dv/dt = (1 + 0.1*i)/ms : 1", threshold="v > 1", reset="v = 0", method="euler", name="a")
    B = NeuronGroup(9, "x : 1", threshold="x > 1e9", reset="", name="b")
    S = Synapses(A, B, "w : 1", on_pre="x_post += w*rand(); w = clip(w + 0.01*randn(), 0, 2)", name="wires")
    S.connect(p=0.6)
    S.w = "rand()"
    S.delay = "0.1*ms + rand()*2.5*ms"
    if how == "code":
        S.run_regularly("delay = delay", name="same")
    M = StateMonitor(B, "x", record=True, name="record")
    return Network(A, B, S, M), S, M


@pytest.mark.parametrize("how", ["code", "between"])
def test_waiting_gives_the_same_bits(lane: Lane, how: str) -> None:
    """Delays that are set anew to what they are: whether spikes wait or travel by the sorted route, all numbers agree."""
    net, S, M = network("")
    net.run(6 * ms)
    with lane.networks():
        again, T, N = network(how)
        again.run(2.5 * ms)
        if how == "between":
            T.delay = S.delay[:]
        again.run(3.5 * ms)
    assert S.pre.queue is None and T.pre.queue is not None
    assert np.asarray(M.x).tobytes() == np.asarray(N.x).tobytes()
    assert np.asarray(S.w).tobytes() == np.asarray(T.w).tobytes()


def test_waiting_spikes_are_stored_and_restored(lane: Lane) -> None:
    net, _, M = network("code")
    with lane.networks():
        net.run(3 * ms)
        net.store()
        net.run(3 * ms)
        first = np.asarray(M.x).copy()
        net.restore(restore_random_state=True)
        net.run(3 * ms)
    assert np.asarray(M.x).tobytes() == first.tobytes()


def test_waiting_spikes_keep_their_time_when_dt_changes() -> None:
    """Due at 4 ms with steps of 0.1 ms; with steps of 0.25 ms still at 4 ms."""
    net, S, M = sender([1.0], 1)
    S.connect()
    S.w = 1
    S.delay = 3 * ms
    net.run(2 * ms)
    S.delay = 0 * ms
    defaultclock.dt = 0.25 * ms
    try:
        net.run(4 * ms)
    finally:
        defaultclock.dt = 0.1 * ms
    assert arrivals(M) == [[(4.0, 1.0)]]


# --- growth and removal -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["start", "thresholds", "after_synapses", "end"])
def test_growth_and_removal_during_a_run(lane: Lane, when: str) -> None:
    """Spikes at 1 and 2 ms, delays of 3 ms. At 1.5 ms the synapse to neuron 0 is removed: nothing arrives there. At 2 ms
    one to neuron 2 is made, with 1 ms: it carries the spike of 2 ms if it is there before the slot ``synapses``."""
    net, S, M = sender([1.0, 2.0])
    S.connect(j="k for k in range(2)")
    S.w = "1 + j"
    S.delay = 3 * ms

    @network_operation(dt=0.5 * ms, when=when)
    def change(t: Any) -> None:
        if abs(t - 1.5 * ms) < 0.01 * ms:
            assert S.remove("j == 0") == 1
        if abs(t - 2 * ms) < 0.01 * ms:
            new = S.connect(i=0, j=2)
            S.w[new], S.delay[new] = 10, 1 * ms

    net.add(change)
    with lane.networks():
        net.run(7 * ms)
    carried = [(3.0, 10.0)] if when in ("start", "thresholds") else []
    assert arrivals(M) == [[], [(4.0, 2.0), (5.0, 2.0)], carried]
    assert (len(S), S.w[:].tolist(), S.j[:].tolist()) == (2, [2.0, 10.0], [1, 2])


def test_removal_keeps_order_values_and_numbers() -> None:
    G = NeuronGroup(6, "x : 1", threshold="x > 1", reset="x = 0")
    S = Synapses(G, G, "w : 1\nn : integer\nshared_one : 1 (shared)", on_pre="x_post += w", name="wires")
    S.connect(i=[3, 0, 5, 2, 2], j=[1, 2, 3, 4, 5])
    S.w, S.n, S.delay, S.shared_one = [1, 2, 3, 4, 5], [10, 20, 30, 40, 50], [1, 2, 3, 4, 5] * ms, 7
    old = S[1]
    assert S.remove([0, 3]) == 2
    assert (S.i[:].tolist(), S.j[:].tolist()) == ([0, 5, 2], [2, 3, 5])
    assert (S.w[:].tolist(), S.n[:].tolist(), S.shared_one[:]) == ([2, 3, 5], [20, 30, 50], 7)
    assert np.asarray(S.delay).tolist() == [2e-3, 3e-3, 5e-3]
    assert S.N_incoming_post.tolist() == [0, 0, 1, 1, 0, 1]
    with pytest.raises(IndexError, match=r"were made or removed since this index was made: make it anew$"):
        _ = old.indices
    assert S.remove(np.array([False, True, False])) == 1 and S.remove("w > 100") == 0 and len(S) == 2
    assert S.remove(slice(None)) == 2 and len(S) == 0


def test_the_table_stays_sorted_when_synapses_are_removed() -> None:
    """Connections that connect() has made keep their rows; new ones between old sources need a list of sources."""
    seed(2)
    G = NeuronGroup(30, "x : 1", threshold="x > 1", reset="x = 0")
    S = Synapses(G, G, "w : 1", on_pre="x_post += w")
    S.connect(p=0.3)
    before = np.stack((S.i[:], S.j[:]))
    keep = np.random.default_rng(0).random(len(S)) < 0.5
    S.remove(~keep)
    assert S.table.by_source
    np.testing.assert_array_equal(np.stack((S.i[:], S.j[:])), before[:, keep])
    np.testing.assert_array_equal(S.N_outgoing_pre, np.bincount(before[0][keep], minlength=30))


def test_a_network_that_rewires_itself_is_the_same_on_every_lane(lane: Lane, rewired: list[Any]) -> None:
    """Weak synapses are pruned and as many new ones grow, every 2 ms, with spikes on their way: equal bits everywhere."""
    with lane.networks():
        found = rewiring()
    assert all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in zip(found, rewired, strict=True))


def rewiring() -> list[Any]:
    seed(21)
    G = NeuronGroup(
        25, "dv/dt = (1.2 + 0.01*i - v)/(5*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", name="cells"
    )
    G.v = "rand()"
    S = Synapses(
        G, G, "w : 1\nage : 1", on_pre="v_post += 0.02*w; w *= 0.9", on_post="w += 0.05*rand(); age += 1", name="wires"
    )
    S.connect(fixed_outdegree=6, autapses=False)
    S.w, S.delay = "rand()", "0.2*ms + 3*ms*rand()"
    counts = []

    @network_operation(dt=2 * ms, when="end")
    def rewire() -> None:
        gone = S.remove("w < 0.3")
        new = S.connect(fixed_total=gone)
        S.w[new], S.delay[new] = 0.5, "1*ms + rand()*ms"
        counts.append(gone)

    M = StateMonitor(G, "v", record=True, name="record")
    Network(G, S, M, rewire).run(30 * ms)
    assert sum(counts) > 50 and len(S) == 150
    return [M.v, S.w, S.i, S.j, S.age, S.delay, counts]


@pytest.fixture(scope="module")
def rewired() -> list[Any]:
    """The same on the interpreter."""
    return rewiring()


def test_monitors_follow_their_synapses(lane: Lane) -> None:
    """Of three synapses the middle one is removed at 1 ms: NaN from there on; the last one, numbered anew, goes on."""
    G = NeuronGroup(3, "x : 1", threshold="x > 1", reset="x = 0")
    S = Synapses(G, G, "w : 1\nn : integer\ntwice = 2*w : 1", on_pre="x_post += w")
    S.connect(j="i")
    S.w, S.n = "i + 1", "i + 10"
    S.run_regularly("w += 1", dt=1 * ms, when="end")
    M = StateMonitor(S, ["w", "n", "twice"], record=True, dt=1 * ms)
    net = Network(G, S, M)
    with lane.networks():
        net.run(1 * ms)
        S.remove(1)
        net.run(2 * ms)
        S.remove(slice(None))
        net.run(1 * ms)
    nan = np.nan
    np.testing.assert_array_equal(M.w, [[1, 2, 3, nan], [2, nan, nan, nan], [3, 4, 5, nan]])
    np.testing.assert_array_equal(M.n, [[10, 10, 10, 0], [11, 0, 0, 0], [12, 12, 12, 0]])
    np.testing.assert_array_equal(M.twice, 2 * M.w)


# --- subgroups --------------------------------------------------------------------------------------------------------


def test_synapses_between_scattered_neurons(lane: Lane) -> None:
    """From every third neuron to a chosen few, with delays: as from groups of their own."""

    def groups(scattered: bool) -> tuple[Any, Any, Any]:
        seed(6)
        A = NeuronGroup(12, "dv/dt = (1 + 0.05*i)/ms : 1", threshold="v > 1", reset="v = 0", method="euler", name="a")
        B = NeuronGroup(10, "x : 1\nlevel : 1", name="b")
        B.level = "10*i"
        source, target = A[::3], B[[1, 2, 5, 9]]
        where = np.array([1, 2, 5, 9])
        if not scattered:
            S = Synapses(A, B, "w : 1", on_pre="x_post += w + 0.001*level_post", name="wires")
            S.connect("i % 3 == 0 and (j == 1 or j == 2 or j == 5 or j == 9)")
            S.w = S.i[:] / 3 + 10 * np.searchsorted(where, S.j[:])
            S.delay = (S.i[:] / 3 + np.searchsorted(where, S.j[:])) * 0.3 * ms
        else:
            S = Synapses(source, target, "w : 1", on_pre="x_post += w + 0.001*level_post", name="wires")
            S.connect()
            S.w, S.delay = "i + 10*j", "(i + j)*0.3*ms"
        return A, B, S

    found = []
    for scattered in (False, True):
        A, B, S = groups(scattered)
        if scattered:
            with lane.networks():
                Network(A, B, S).run(6 * ms)
        else:
            Network(A, B, S).run(6 * ms)
        found.append(np.asarray(B.x).copy())
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)
    assert (found[0] > 0).sum() == 4
