"""Spikes that are under way when dt changes arrive when they were due."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from eqsim import Network, NeuronGroup, StateMonitor, Synapses, defaultclock, ms
from eqsim.objects.events import EventRing


@pytest.mark.parametrize("dt", [0.05, 0.1, 0.2])
def test_spikes_in_flight_keep_their_time(lane: Any, dt: float) -> None:
    """A spike at 0.9 ms; delays of 2.5 ms (shared) and of 3 and 4 ms (one each); dt changes at 2 ms.

    They are due at 3.4, 3.9 and 4.9 ms; the new dt rounds the spike and the delay, each by half a step at most.
    """
    A = NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v >= 0.95", reset="v = -100", method="euler")
    B = NeuronGroup(2, "x : 1")
    each, shared = Synapses(A, B, on_pre="x_post += 1"), Synapses(A, B, on_pre="x_post += 10", delay=2.5 * ms)
    each.connect()
    shared.connect()
    each.delay = "(3 + j)*ms"
    M = StateMonitor(B, "x", record=True, when="end")
    net = Network(A, B, each, shared, M)
    with lane.networks():
        net.run(2 * ms)
        defaultclock.dt = dt * ms
        try:
            net.run(4 * ms)
        finally:
            defaultclock.dt = 0.1 * ms
    for k, due in ((0, (3.4, 3.9)), (1, (3.4, 4.9))):
        arrived = M.t_[1:][np.diff(M.x[k]) != 0] * 1e3
        assert np.abs(arrived - due).max() <= dt + 1e-9
        assert M.x[k][-1] == 11


def test_two_spikes_that_fall_into_one_step_are_both_kept() -> None:
    """Steps 2 and 3 of 0.1 ms are both nearest to step 1 of 0.2 ms: the earlier spike of neuron 5 moves to step 0."""
    ring = EventRing("cells.spike", 8)
    ring.fit(4, 0, 1e-4)
    for step, found in ((2, [1, 5]), (3, [5, 7])):
        slot = step % 4
        ring.indices[slot * 8 : slot * 8 + len(found)] = found
        ring.counts[slot] = len(found)
    ring.fit(4, 2, 2e-4)
    assert ring.at(1).tolist() == [1, 5, 7]
    assert ring.at(0).tolist() == [5]
