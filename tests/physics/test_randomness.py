"""A random number is a function of the seed, the simulation, the object, the string, the element and the step."""

from __future__ import annotations

import numpy as np

from eqsim import Hz, Network, NeuronGroup, PoissonGroup, SpikeMonitor, StateMonitor, Synapses, ms, seed

NOISE = "dv/dt = -v/(10*ms) + xi/sqrt(10*ms) : 1"
kept: list[NeuronGroup] = []  # living objects make the names of later ones longer


def noisy(n: int = 3, name: str = "neurongroup*") -> NeuronGroup:
    G = NeuronGroup(n, NOISE, method="euler", name=name)
    G.v = "rand()"
    kept.append(G)
    return G


def trace(G: NeuronGroup, *others: object) -> np.ndarray:
    M = StateMonitor(G, "v", record=True)
    Network(G, M, *others).run(2 * ms)
    return np.asarray(M.v)


def test_a_function_that_seeds_repeats_itself() -> None:
    """The second group has another name (``neurongroup_1``), but the same numbers."""

    def simulate() -> np.ndarray:
        seed(3)
        return trace(noisy())

    first, second = simulate(), simulate()
    assert kept[-1].name != kept[-2].name
    assert np.array_equal(first, second)


def test_simulations_after_one_seed_are_independent() -> None:
    """Trials in a loop must not repeat the noise of the first; equal numbers of 53 bits would be a bug."""
    seed(4)
    trials = [trace(noisy()) for _ in range(4)]
    for a in range(4):
        for b in range(a):
            assert not np.any(trials[a][:, 1:] == trials[b][:, 1:])


def test_a_continued_simulation_draws_new_numbers() -> None:
    seed(5)
    G = noisy()
    M = StateMonitor(G, "v", record=True)
    net = Network(G, M)
    net.run(1 * ms)
    net.run(1 * ms)
    halves = np.asarray(M.v)
    seed(5)
    whole = trace(noisy())
    assert np.array_equal(halves, whole)


def test_seed_between_runs_freezes_the_noise() -> None:
    """Each run after the same seed gets the same increments, whatever the time is."""
    G = NeuronGroup(3, "dv/dt = xi/sqrt(10*ms) : 1", method="euler")
    net = Network(G)
    increments = []
    for _ in range(2):
        seed(6)
        G.v = 0
        net.run(1 * ms)
        increments.append(np.array(G.v))
    assert np.array_equal(*increments)
    assert net.t == 2 * ms


def test_other_objects_change_nobodys_numbers() -> None:
    seed(7)
    alone = trace(noisy())
    seed(7)
    G = noisy()
    P = PoissonGroup(20, 100 * Hz)
    later = noisy()
    beside = trace(G, P, SpikeMonitor(P), later)
    assert np.array_equal(alone, beside)


def test_groups_of_one_network_have_noise_of_their_own() -> None:
    seed(8)
    A, B = noisy(), noisy()
    v = np.array(A.v), np.array(B.v)
    assert not np.any(v[0] == v[1])
    Network(A, B).run(1 * ms)
    assert not np.any(np.array(A.v) == np.array(B.v))


def test_connections_are_repeated_by_the_seed() -> None:
    def connected(value: int) -> list[tuple[int, int]]:
        seed(value)
        G = NeuronGroup(30, "v : 1", threshold="v > 1", reset="v = 0")
        S = Synapses(G, G, on_pre="v += 1")
        S.connect(condition="i != j", p=0.2)
        return list(zip(S.i[:].tolist(), S.j[:].tolist(), strict=True))

    assert connected(9) == connected(9) != connected(10)


def test_elements_do_not_depend_on_the_size_of_their_group() -> None:
    seed(11)
    few = trace(noisy(2))
    seed(11)
    many = trace(noisy(50))
    assert np.array_equal(few, many[:2])
