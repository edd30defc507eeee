"""Subgroups of any neurons: numbers, steps, masks, conditions; what can be done with them, on every lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Subgroup,
    Synapses,
    linked_var,
    ms,
    seed,
)

CLOSE = 1e-12
N = 12


def cells(**more: Any) -> NeuronGroup:
    """Neurons that spike every 2 + i steps."""
    group = NeuronGroup(
        N,
        "v : 1\nu : 1\nbig : boolean",
        threshold="(t_in_timesteps + 1) % (2 + i) == 0",
        reset="v += 1",
        name="cells",
        **more,
    )
    group.u = "10*i"
    group.big = "i >= 6"
    return group


CHOICES: dict[str, tuple[Any, list[int]]] = {
    "numbers": ([1, 5, 7], [1, 5, 7]),
    "set": ({7, 1, 5}, [1, 5, 7]),
    "range": (range(0, 12, 5), [0, 5, 10]),
    "step": (slice(1, None, 4), [1, 5, 9]),
    "mask": (np.arange(N) % 3 == 0, [0, 3, 6, 9]),
    "condition": ("u > 75 and i != 9", [8, 10, 11]),
    "boolean_variable": ("big", [6, 7, 8, 9, 10, 11]),
    "neighbours": ([3, 4, 5], [3, 4, 5]),
    "one": (4, [4]),
    "two_ends": ("i == 0 or i == N - 1", [0, 11]),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_numbers_values_and_back(choice: str) -> None:
    """i and N are its own; memory is that of the whole."""
    item, wanted = CHOICES[choice]
    G = cells()
    A = G[item]
    assert isinstance(A, Subgroup) and list(A.indices) == wanted and len(A) == A.N == len(wanted)
    assert A.contiguous == (wanted == list(range(wanted[0], wanted[-1] + 1)))
    assert list(A.i) == list(range(len(wanted))) and list(A.u) == [10 * i for i in wanted]
    A.u = "u + i/N"
    expected = 10.0 * np.arange(N)
    expected[wanted] += np.arange(len(wanted)) / len(wanted)
    np.testing.assert_allclose(np.asarray(G.u), expected, CLOSE)
    A.v[-1] = 5
    A.v["i == 0"] += 2
    assert G.v[wanted[-1]] == (7 if len(wanted) == 1 else 5) and G.v[:].sum() == 7
    assert list(G.u[A]) == list(A.u)


def test_monitors_record_its_neurons_only(lane: Lane) -> None:
    """In one network: spikes, rate and variables of subgroups of all kinds."""
    with lane.networks():
        G = cells()
        whole, found = SpikeMonitor(G), {}
        for name, (item, _) in CHOICES.items():
            A = G[item]
            found[name] = (
                SpikeMonitor(A, "u"),
                PopulationRateMonitor(A),
                StateMonitor(A, ["v", "u"], record=True),
                StateMonitor(A, "u", record=len(A) - 1),
            )
        Network(G, whole, found).run(6 * ms)
        trains = whole.spike_trains()
        for name, (_, wanted) in CHOICES.items():
            spikes, rate, states, last = found[name]
            assert list(spikes.count) == list(whole.count[wanted]) and spikes.num_spikes > 0, name
            for at, i in enumerate(wanted):
                np.testing.assert_array_equal(spikes.spike_trains()[at], trains[i])
            assert list(spikes.u) == [10 * wanted[i] for i in spikes.i], name
            np.testing.assert_allclose(rate.rate_.sum() * 1e-4, spikes.num_spikes / len(wanted), CLOSE)
            np.testing.assert_array_equal(states.u[:, 0], 10 * np.array(wanted))
            np.testing.assert_array_equal(states.v[:, -1], [np.sum(trains[i] < 5.9 * ms - 1e-9 * ms) for i in wanted])
            assert last.u[0, 0] == 10 * wanted[-1], name


def test_statements_run_for_its_neurons_only(lane: Lane) -> None:
    """`i` and `N` are those of the subgroup."""
    with lane.networks():
        seed(3)
        groups = {}
        for name, (item, _) in CHOICES.items():
            groups[name] = G = NeuronGroup(N, "v : 1\nu : 1\nbig : boolean", name=f"cells_{name}")
            G.u, G.big = "10*i", "i >= 6"
            G[item].run_regularly("u += i*N; v -= 1 + 0*rand()", dt=1 * ms)
        Network(groups).run(3 * ms)
        for name, (_, wanted) in CHOICES.items():
            expected, v = 10.0 * np.arange(N), np.zeros(N)
            expected[wanted] += 3 * np.arange(len(wanted)) * len(wanted)
            v[wanted] = -3
            np.testing.assert_allclose(np.asarray(groups[name].u), expected, CLOSE, err_msg=name)
            np.testing.assert_array_equal(groups[name].v, v, err_msg=name)


def test_random_numbers_of_a_neuron_do_not_depend_on_its_neighbours(lane: Lane) -> None:
    """Draws are numbered by the neuron in the whole group."""
    found = {}
    with lane.networks():
        for name, item in (("all", slice(None)), ("some", [2, 3, 9])):
            seed(8)
            G = cells()
            G[item].run_regularly("u = rand()")
            Network(G).run(0.1 * ms)
            found[name] = np.asarray(G.u)
    np.testing.assert_array_equal(found["some"][[2, 3, 9]], found["all"][[2, 3, 9]])


def test_subgroup_of_a_subgroup() -> None:
    G = cells()
    A = G[1::2]
    B, C = A[[0, 2, 5]], A["u > 60"]
    assert list(B.indices) == [1, 5, 11] and list(C.indices) == [7, 9, 11] and B.base is G
    assert list(A.as_index(G)) == [1, 3, 5, 7, 9, 11] and list(B.as_index(A)) == [0, 2, 5]
    assert list(A.u[B]) == [10, 50, 110] and list(G[A].indices) == list(A.indices)
    with pytest.raises(IndexError, match="has neurons that are not in"):
        A.as_index(B)


def test_conditions_are_evaluated_once() -> None:
    """A subgroup does not change when the values do."""
    G = cells()
    A = G["u > 100"]
    G.u = 0
    assert list(A.indices) == [11]


def test_slices_may_reach_beyond_the_end() -> None:
    G = cells()
    assert list(G[10:99].indices) == [10, 11] and list(G[9:99:2].indices) == [9, 11]


@pytest.mark.parametrize(
    ("source", "target"), [(slice(1, None, 3), [0, 2, 3]), ([0, 5, 6], slice(2, 6)), (slice(3, 8), "i % 4 == 1")]
)
def test_synapses_between_chosen_neurons(source: Any, target: Any, lane: Lane) -> None:
    """Compared with synapses between whole groups that are made only there; i, j, N relative; with and without delays."""
    found = {}
    with lane.networks():
        for kind in ("chosen", "whole"):
            G, T = (
                cells(),
                NeuronGroup(8, "x : 1\ny : 1\ngain : 1", threshold="t_in_timesteps % 7 == i", reset="", name="targets"),
            )
            T.gain = "1 + i"
            A, B = G[source], T[target]
            S = Synapses(A if kind == "chosen" else G, B if kind == "chosen" else T, "w : 1\nn : 1",
                         on_pre="x_post += w*gain_post; n += 1", on_post="w += 0.01*u_pre", name="S")  # fmt: skip
            if kind == "chosen":
                S.connect("(i + j) % 2 == 0")
                S.w = "1 + i + 10*j + N_pre + N_post"
            else:
                pairs = [(p, q) for p in range(len(A)) for q in range(len(B)) if (p + q) % 2 == 0]
                S.connect(i=A.indices[[p for p, _ in pairs]], j=B.indices[[q for _, q in pairs]])
                S.w = [1 + p + 10 * q + len(A) + len(B) for p, q in pairs]
            S.pre.delay = "0.1*ms*(w % 5)"
            M = StateMonitor(S, ["w", "n"], record=True)
            Network(G, T, S, M).run(4 * ms)
            found[kind] = [np.asarray(a) for a in (T.x, S.w, S.n, M.w)]
    for a, b in zip(*found.values(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert found["whole"][0].any() and found["whole"][2].any()


def test_linked_to_and_from_chosen_neurons(lane: Lane) -> None:
    """A subgroup reads the linked variables of its neurons."""
    with lane.networks():
        G = cells()
        H = NeuronGroup(4, "dz/dt = x/ms : 1\nx : 1 (linked)", method="euler")
        H.x = linked_var(G[::3], "u")
        M = StateMonitor(H[1::2], "x", record=True)
        Network(G, H, M).run(0.1 * ms)
        np.testing.assert_allclose(np.asarray(H.z), 0.1 * np.array([0, 30, 60, 90]), CLOSE)
        np.testing.assert_array_equal(M.x[:, 0], [30, 90])
        np.testing.assert_array_equal(np.asarray(H[[0, 3]].x), [0, 90])


def test_shared_variables_and_refractoriness_through_a_subgroup(lane: Lane) -> None:
    with lane.networks():
        G = NeuronGroup(
            6, "v : 1 \ns : 1 (shared)\nw = v*s : 1", threshold="v > 0.5", reset="v = 0", refractory=1 * ms, name="few"
        )
        A = G[[0, 2, 5]]
        A.s = 3
        A.v = "s*i"
        A.run_regularly("v = 1")
        M = SpikeMonitor(A)
        Network(G, M).run(2.05 * ms)
        assert G.s[:] == 3 and list(M.count) == [3, 3, 3]
        assert list(A.w) == [0, 0, 0] and list(A.not_refractory) == [False] * 3
