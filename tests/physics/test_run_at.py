"""`run_at`: statements at listed times, on every lane."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import EqsimError, Network, NeuronGroup, StateMonitor, Synapses, exp, ms, second


def test_kicks_at_listed_times(lane: Lane) -> None:
    """v decays with tau; kicks of i + 1 at t_k: v(T) = (i + 1)*sum_k exp(-(T - t_k)/tau), whatever the order of the list."""
    with lane.networks():
        G = NeuronGroup(3, "dv/dt = -v/(10*ms) : 1\ntimes : 1 (shared)", method="exact")
        runner = G.run_at("times += 1; v += i + 1", [12, 1, 5.3] * ms)
        Network(G).run(20 * ms)
        expected = np.sum(exp(-(20 - np.array([1, 5.3, 12])) / 10))
        np.testing.assert_allclose(np.asarray(G.v), expected * np.array([1, 2, 3]), 1e-12)  # 200 products, an ulp each
        assert G.times[:] == 3 and runner.when == "start" and runner in G.contained_objects


def test_subgroups_and_synapses_run_at_times(lane: Lane) -> None:
    with lane.networks():
        G = NeuronGroup(6, "v : 1")
        G[::2].run_at("v = i + 10", [0] * second)
        G[1:3].run_at("v += 100", [0.2, 0.3] * ms, when="end")
        S = Synapses(G, G, "w : 1")
        S.connect(j="i")
        S.run_at("w = v_pre", [0.3] * ms)
        M = StateMonitor(G, "v", record=2)
        Network(G, S, M).run(0.5 * ms)
        assert list(G.v) == [10, 200, 211, 0, 12, 0]
        assert list(S.w) == [10, 100, 111, 0, 12, 0]
        assert list(M.v[0]) == [11, 11, 11, 111, 211]


def test_runs_go_on_where_they_stopped() -> None:
    """Each time is met once, also at the seam between two runs."""
    G = NeuronGroup(1, "v : 1")
    G.run_at("v += 1", [0, 1, 2] * ms)
    net = Network(G)
    found = []
    for _ in range(3):
        net.run(1 * ms)
        found.append(G.v[0])
    assert found == [1, 2, 3]


def test_time_of_the_statement_is_that_of_the_list() -> None:
    G = NeuronGroup(1, "last : second\nstep : second")
    G.run_at("last = t; step = dt", [0.7, 1.3] * ms)
    net = Network(G)
    net.run(1 * ms)
    np.testing.assert_allclose([G.last_[0], G.step_[0]], [0.7e-3, 1e-4], 1e-12)
    net.run(1 * ms)
    np.testing.assert_allclose(G.last_[0], 1.3e-3, 1e-12)


def test_mistakes_are_told_at_once() -> None:
    G = NeuronGroup(1, "v : 1", name="cells")
    with pytest.raises(EqsimError, match="'w' is changed before it has a value"):
        G.run_at("w += 1", [1] * ms)
    with pytest.raises(ValueError):
        G.run_at("v += 1", [1, 1] * ms)
    assert not any("run_at" in o.name for o in G.contained_objects)
