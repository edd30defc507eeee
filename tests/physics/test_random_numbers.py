"""Random numbers belong to objects: nothing that happens elsewhere changes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim import Hz, Network, NeuronGroup, PoissonGroup, SpikeMonitor, StateMonitor, Synapses, ms, seed


def noisy(**more: Any) -> tuple[Any, Any, Any]:
    """A group with noise, Poisson input and random connections; what it did in 5 ms."""
    P = PoissonGroup(20, rates=500 * Hz, name="input")
    G = NeuronGroup(10, "dv/dt = -v/(5*ms) + (1/ms)**.5*xi : 1", name="cells", method="euler")
    S = Synapses(P, G, "w : 1", on_pre="v += w*rand()", name="wires")
    S.connect(p=0.3)
    S.w = "randn()"
    M = StateMonitor(G, "v", record=True, name="trace")
    return (P, G, S, M), M, S


def values(found: tuple[Any, Any, Any], *others: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Voltages, weights and connections after 5 ms."""
    objects, M, S = found
    Network(*objects, *others).run(5 * ms)
    return M.v, S.w[:], S.j[:]


def same(a: Any, b: Any) -> bool:
    """All arrays equal, bit for bit?"""
    return all(x.tobytes() == y.tobytes() for x, y in zip(a, b, strict=True))


def test_equal_seeds_give_equal_numbers() -> None:
    """And others give others."""
    seed(7)
    one = values(noisy())
    seed(7)
    two = values(noisy())
    seed(8)
    three = values(noisy())
    assert same(one, two)
    assert not same(one, three)


def test_an_unrelated_object_changes_nothing() -> None:
    """A random number is a function of seed, object, draw, element and step."""
    seed(7)
    one = values(noisy())
    seed(7)
    found = noisy()
    other = NeuronGroup(5, "v : 1", threshold="rand() < 0.5", reset="v += randn()")
    assert same(one, values(found, other, SpikeMonitor(other)))


def test_two_runs_are_one_run() -> None:
    """Time in pieces: the same bits."""
    seed(7)
    one = values(noisy())
    seed(7)
    objects, M, S = noisy()
    net = Network(*objects)
    for piece in (1, 2.5, 0.5, 1):
        net.run(piece * ms)
    assert same(one, (M.v, S.w[:], S.j[:]))


def test_draws_of_one_text_are_independent() -> None:
    """Two calls in one string differ, and so do elements and steps."""
    seed(2)
    G = NeuronGroup(1000, "a : 1\nb : 1\nc = rand() : 1 (constant over dt)")
    G.run_regularly("a = rand(); b = rand()")
    M = StateMonitor(G, ["a", "b", "c"], record=True)
    Network(G, M).run(0.3 * ms)
    # correlations of 2000 independent pairs are within 5/sqrt(2000) = 0.11 (6e-7)
    for x, y in ((M.a[:, 1:], M.b[:, 1:]), (M.a[:, 1:], M.a[:, :-1]), (M.c[:, 1:], M.c[:, :-1]), (M.c, M.a)):
        pairs = [np.ravel(x), np.ravel(y)]
        if pairs[0].std() > 0 and pairs[1].std() > 0:
            assert abs(np.corrcoef(pairs)[0, 1]) < 0.13
    assert len(np.unique(M.c)) == 3000


def test_probability_of_connections() -> None:
    """Each pair with probability p: totals, rows and columns are binomial."""
    seed(4)
    A, B = NeuronGroup(200, "x : 1"), NeuronGroup(300, "x : 1")
    for how in ({"p": 0.1}, {"condition": "i != j", "p": 0.1}, {"p": "0.1 + 0*j"}, {"condition": "rand() < 0.1"}):
        S = Synapses(A, B)
        S.connect(**how)
        pairs = 200 * 300 - (200 if "i != j" in how.values() else 0)
        # five standard deviations of a binomial number: 6e-7
        assert abs(len(S) - 0.1 * pairs) < 5 * (pairs * 0.09) ** 0.5
        assert abs(np.var(S.N_outgoing_pre) - 300 * 0.09) < 5 * 27 * (2 / 200) ** 0.5
        assert abs(np.var(S.N_incoming_post) - 200 * 0.09) < 5 * 18 * (2 / 300) ** 0.5
        assert len(np.unique(S.i[:] * 300 + S.j[:])) == len(S)
        assert np.all(np.diff(S.i[:].astype(int) * 300 + S.j[:]) > 0)
