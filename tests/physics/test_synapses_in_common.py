"""All-to-all synapses that are not stored: the same results as the stored ones, at the cost of N instead of N*N."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from eqsim import (
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
)

PAIRS = {"not stored": None, "stored": "True"}
"""Conditions of connect(): nothing, or a string, which is asked of every pair."""


def oscillators(n: int) -> NeuronGroup:
    """Phase oscillators with different frequencies."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(n, "dtheta/dt = (omega + S)/ms : 1\nS : 1\nC : 1\nomega : 1", method="euler")
    G.theta, G.omega = "6.2*(i*0.618 % 1)", "0.2 + 0.01*i/N"
    return G


@pytest.mark.parametrize(
    "expression",
    [
        "sin(theta_pre - theta_post)/N_pre",
        "0.3*cos(theta_pre + 0.1 - theta_post)/N_pre",
        "w_all*(theta_pre - theta_post)/(N_pre*(1 + omega_post))",
        "-sin(theta_pre)*cos(theta_post)/N_pre + omega_pre/10 - omega_post/10",
        "sin(theta_pre)/N_pre",
    ],
)
def test_sums_over_all_pairs(expression: str) -> None:
    """Kuramoto coupling and the like: N sums instead of N*N terms, the same to rounding errors."""
    found = {}
    for name, condition in PAIRS.items():
        G = oscillators(40)
        S = Synapses(G, G, f"w_all : 1 (shared)\nS_post = {expression} : 1 (summed)")
        S.connect(condition)
        S.w_all = 0.2
        Network(G, S).run(5 * ms)
        assert S.summed_updaters["S_post"].is_common == (name == "not stored")
        found[name] = G.theta[:]
    # 50 steps of a sum of 40 terms of size 6 each: 50*40*6*1e-16 at most, less as signs differ
    assert np.allclose(found["not stored"], found["stored"], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "expression",
    [
        "sin((theta_pre - theta_post)**2)",
        "(theta_pre - theta_post)*(omega_pre - omega_post)",
        "w*theta_pre",
        "theta_pre/(1 + theta_pre + theta_post)",
        "exp(theta_pre - theta_post)",
    ],
)
def test_what_cannot_be_taken_apart_is_stored(expression: str) -> None:
    G = oscillators(10)
    S = Synapses(G, G, f"w : 1\nS_post = {expression} : 1 (summed)")
    S.connect()
    S.w = "i + j"
    Network(G, S).run(0.1 * ms)
    assert not S.summed_updaters["S_post"].is_common
    assert np.isfinite(G.S[:]).all()


def test_kuramoto_order_parameter_is_kept_by_equal_oscillators() -> None:
    """Two oscillators of equal frequency: the difference d follows d' = -K sin d, so tan(d/2) = tan(d0/2) exp(-K t)."""
    defaultclock.dt = 0.01 * ms
    G = NeuronGroup(2, "dtheta/dt = (2 + S)/ms : 1\nS : 1", method="euler")
    G.theta = [0.5, 2.5]
    S = Synapses(G, G, "S_post = 0.7*2*sin(theta_pre - theta_post)/N_pre : 1 (summed)")
    S.connect()
    Network(G, S).run(2 * ms)
    d = 2 * np.arctan(np.tan(1.0) * np.exp(-2 * 0.7 * 2))
    # Euler: 200 steps of 0.01, local error dt**2/2*|d''| <= 1e-4/2*2, for one time constant
    assert G.theta[1] - G.theta[0] == pytest.approx(d, abs=1e-2)
    assert np.sum(G.theta[:]) == pytest.approx(3 + 2 * 2 * 2, rel=1e-12)


def pulses(condition: Any, **more: Any) -> tuple[np.ndarray, np.ndarray, Synapses]:
    """Neurons that spike in different steps; spikes reach all, some of which are refractory."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(
        12,
        "dv/dt = (1.3 - v)/(3*ms) : 1 (unless refractory)\nx : 1\ny : 1\ngain : 1\ncount : integer",
        threshold="v > 1",
        reset="v = 0",
        refractory=1 * ms,
    )
    G.v, G.gain = "i/N", "1 + 0.1*i"
    S = Synapses(
        G,
        G,
        on_pre="a = 0.01*gain_pre; v_post += a; x_post += a*gain_post; count_post += 1",
        on_post="y_pre += gain_post",
        **more,
    )
    S.connect(condition)
    M = StateMonitor(G, ["v", "x", "y"], record=True)
    Network(G, S, M).run(20 * ms)
    return np.stack([M.v, M.x, M.y]), G.count[:], S


@pytest.mark.parametrize("delay", [None, 0.7 * ms])
def test_spikes_that_reach_all(delay: Any, lane: Any) -> None:
    """on_pre and on_post, with and without delay, also to refractory neurons and to integers."""
    with lane.networks():
        values, counts, S = pulses(None, delay=delay)
        assert [p.is_common for p in S.pathways.values()] == [True, True]
        assert len(S.table._target) == 0
        expected, expected_counts, S = pulses("True", delay=delay)
        assert [p.is_common for p in S.pathways.values()] == [False, False]
    assert counts.sum() > 500
    assert np.array_equal(counts, expected_counts)
    # values up to 100, sums of 12 terms, 60 volleys
    assert np.allclose(values, expected, rtol=1e-13, atol=1e-13)


def test_single_synapses_can_be_asked_for_later() -> None:
    """Indices, weights and delays work as ever; what needs single synapses in a run makes them."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(3, "x : 1", threshold="t_in_timesteps % 5 == 0", reset="")
    S = Synapses(G, G[:2], "w : 1", on_pre="x_post += 1")
    S.connect()
    assert len(S) == 6 and list(S.N_incoming_post) == [3, 3] and list(S.N_outgoing_pre) == [2, 2, 2]
    assert len(S.table._target) == 0
    net = Network(G, S)
    net.run(0.5 * ms)
    assert list(G.x[:]) == [3, 3, 0] and S.pre.is_common
    assert list(S.i[:]) == [0, 0, 1, 1, 2, 2] and list(S.j[:]) == [0, 1] * 3
    assert S.pre.is_common  # looking does not change anything
    S.delay = "j*0.1*ms + i*0*ms"
    assert not S.pre.is_common
    net.run(0.1 * ms)
    assert list(G.x[:]) == [6, 3, 0]
    net.run(0.1 * ms)
    assert list(G.x[:]) == [6, 6, 0]
    S.connect(i=0, j=0)
    assert len(S) == 7 and list(S.j[-2:]) == [1, 0]


def test_spikes_on_their_way_arrive_when_synapses_are_stored() -> None:
    """A change of delays between runs: who has set out in common arrives one by one."""
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(3, "x : 1", threshold="t_in_timesteps == 0", reset="")
    S = Synapses(G, G, on_pre="x_post += 1 + 10*i")
    S.connect()
    S.delay = 1 * ms
    net = Network(G, S)
    net.run(0.5 * ms)
    assert S.pre.is_common and not G.x[:].any()
    S.delay = "0.1*ms*i"
    net.run(1 * ms)
    assert list(G.x[:]) == [33, 33, 33]


def test_subgroups_in_common(lane: Any) -> None:
    """From some neurons to others, neighbours or not."""
    defaultclock.dt = 0.1 * ms
    results = []
    for condition in (None, "True"):
        G = NeuronGroup(9, "x : 1\nr : 1\ntotal : 1\nout : 1", threshold="(t_in_timesteps + i) % 4 == 0", reset="")
        G.r = "1 + i"
        A = Synapses(G[::2], G[2:5], "total_post = r_pre + r_post : 1 (summed)", on_pre="x_post += r_pre", delay=0.2 * ms)
        B = Synapses(G[:4], G[[1, 5, 6]], "out_pre = r_post : 1 (summed)", on_post="x_pre += 0.5*r_post")
        for S in (A, B):
            S.connect(condition)
        with lane.networks():
            Network(G, A, B).run(1.1 * ms)
        assert all(p.is_common == (condition is None) for S in (A, B) for p in S.pathways.values())
        results.append(np.stack([G.x[:], G.total[:], G.out[:]]))
    assert np.array_equal(results[0], results[1])  # sums of small multiples of 1/2 are exact


def test_nothing_of_the_size_of_all_pairs_is_allocated() -> None:
    """20000 x 20000 pairs would need 1.6 GB for their targets alone; here 20 MB are enough for everything."""
    defaultclock.dt = 0.1 * ms
    tracemalloc.start()
    G = NeuronGroup(20_000, "dv/dt = I/ms : 1\nI : 1\nx : 1", threshold="v > 1", reset="v = 0", method="euler")
    G.v = "i/N"
    S = Synapses(G, G, "I_post = (v_pre - v_post)/N_pre : 1 (summed)", on_pre="x_post += 1/N_post")
    S.connect()
    net = Network(G, S)
    net.run(0.5 * ms)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(S) == 400_000_000
    assert peak < 20e6
    mean = np.mean(G.v[:])  # the coupling conserves it
    assert mean == pytest.approx(0.499975, rel=1e-9)
