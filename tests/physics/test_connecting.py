"""Which pairs connect() makes: laws of numbers of partners, of distances and of graphs; matrices in and out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from eqsim import NeuronGroup, Synapses, ms, mV, nS, seed, siemens, umeter
from eqsim.topology import by_distance, exponential, gaussian, grid, random_positions, scale_free, small_world, within


def cells(n: int, name: str = "cells*") -> NeuronGroup:
    return NeuronGroup(n, "v : 1\nplace = i*2 : 1", threshold="v > 1", reset="v = 0", name=name)


def wires(n_source: int, n_target: int = 0, model: str = "w : 1") -> Synapses:
    """Synapses without any connections; between a group and itself without ``n_target``."""
    seed(11)
    source = cells(n_source)
    return Synapses(source, cells(n_target) if n_target else source, model, on_pre="v_post += 1", name="wires*")


def pairs(S: Synapses) -> list[tuple[int, int]]:
    return list(zip(S.i[:].tolist(), S.j[:].tolist(), strict=True))


def spread(p: float, n: int) -> float:
    """Five standard deviations of a binomial number: exceeded once in two million seeds."""
    return 5 * np.sqrt(n * p * (1 - p))


# --- sample() ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["i", "j"])
@pytest.mark.parametrize(("p", "expected"), [("0.2", 0.2), ("0.4*{0}/100", 0.2)])
def test_sample_takes_each_with_its_probability(end: str, p: str, expected: float) -> None:
    """Of 100 x 100 pairs; with a probability that rises from 0 to 0.4 on average as many as with 0.2."""
    S, other = wires(100, 100), "j" if end == "i" else "i"
    S.connect(**{end: f"k for k in sample(100, p={p.format(other)})"})
    assert abs(len(S) - expected * 1e4) < spread(0.2, 10_000) + 100 * (0.2 - 0.198)
    assert len(set(pairs(S))) == len(S)


@pytest.mark.parametrize("end", ["i", "j"])
def test_sample_of_a_size_takes_different_ones_in_order(end: str) -> None:
    S = wires(60, 60)
    S.connect(**{end: "k for k in sample(10, 60, 2, size=7)"})
    given, found = (S.i[:], S.j[:]) if end == "j" else (S.j[:], S.i[:])
    assert given.tolist() == np.repeat(np.arange(60), 7).tolist()
    rows = found.reshape(60, 7)
    assert (np.diff(rows, axis=1) > 0).all()
    assert set(np.unique(rows)) <= set(range(10, 60, 2)) and len(np.unique(rows)) == 25


def test_samples_of_a_size_are_all_equally_likely() -> None:
    """3 of 5: each of the ten sets has probability 1/10, also as here, where those left out are drawn."""
    S = wires(20_000, 5)
    S.connect(j="k for k in sample(5, size=3)")
    codes = (1 << S.j[:].reshape(-1, 3)).sum(axis=1)
    counts = np.unique(codes, return_counts=True)[1]
    assert len(counts) == 10 and np.abs(counts - 2000).max() < spread(0.1, 20_000)


def test_sample_counts_down_and_takes_conditions() -> None:
    S = wires(4, 8)
    S.connect(j="k for k in sample(7, 0, -2, p=1) if k > i")
    assert pairs(S) == [(i, k) for i in range(4) for k in (7, 5, 3, 1) if k > i]


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("9", "size=9 for i=0 is larger than the 8 that there are; skip_if_invalid=True takes as many as possible"),
        ("i - 1", "size=-1 for i=0 is negative; skip_if_invalid=True takes as many as possible"),
    ],
)
def test_impossible_sizes_are_refused_or_moved(size: str, message: str) -> None:
    S = wires(4, 8)
    with pytest.raises(IndexError) as caught:
        S.connect(j=f"k for k in sample(N_post, size={size})")
    assert str(caught.value) == f"connect() of Synapses '{S.name}': {message}"
    S.connect(j=f"k for k in sample(N_post, size={size})", skip_if_invalid=True)
    assert S.N_outgoing_pre.tolist() == ([8, 8, 8, 8] if size == "9" else [0, 0, 1, 2])


# --- fixed numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("multapses", [False, True])
@pytest.mark.parametrize("autapses", [False, True])
def test_degrees_are_fixed(multapses: bool, autapses: bool) -> None:
    for rule in ("fixed_indegree", "fixed_outdegree"):
        S = wires(30)
        S.connect(**{rule: 12}, multapses=multapses, autapses=autapses)
        degree, other = S.N_incoming_post, S.N_outgoing_pre
        if rule == "fixed_outdegree":
            degree, other = other, degree
        assert (degree == 12).all() and np.ptp(other) > 0
        assert (len(set(pairs(S))) < len(S)) == multapses
        assert any(i == j for i, j in pairs(S)) == autapses
        assert pairs(S) == sorted(pairs(S))


def test_candidates_are_equally_likely() -> None:
    """In-degree 3 of 8 others: each pair but the diagonal has probability 3/8."""
    seed(5)
    G, found = cells(9), np.zeros((9, 9))
    for _ in range(2000):
        S = Synapses(G, G, name="wires*")
        S.connect(fixed_indegree=3, autapses=False)
        found += S.to_matrix()
    assert (np.diag(found) == 0).all()
    assert np.abs(found[~np.eye(9, dtype=bool)] - 750).max() < spread(3 / 8, 2000)


def test_degrees_of_each_neuron() -> None:
    S = wires(6, 10)
    S.connect(fixed_outdegree="i + 1")
    assert S.N_outgoing_pre.tolist() == [1, 2, 3, 4, 5, 6]
    T = wires(6, 10)
    T.connect(fixed_indegree=np.arange(10) % 4)
    assert T.N_incoming_post.tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


def test_fixed_total() -> None:
    S = wires(10)
    S.connect(fixed_total=90, autapses=False)
    assert pairs(S) == [(i, j) for i in range(10) for j in range(10) if i != j]
    T = wires(10, 20)
    T.connect(fixed_total=500, multapses=True)
    assert len(T) == 500


def test_a_fraction_of_neurons_takes_part() -> None:
    """A quarter of the sources and half of the targets have synapses; these with everybody who takes part."""
    S = wires(40, 60)
    S.connect(pre_ratio=0.25, post_ratio=0.5)
    assert len(S) == 10 * 30 == np.count_nonzero(S.N_outgoing_pre) * np.count_nonzero(S.N_incoming_post)
    T = wires(40, 60)
    T.connect(fixed_indegree=4, pre_ratio=0.25)
    assert np.count_nonzero(T.N_outgoing_pre) == 10 and (T.N_incoming_post == 4).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"fixed_indegree": 7},
            ValueError,
            "connect() of Synapses 'them': fixed_indegree=7, but there are only 6 candidates; multapses=True lets a pair "
            "have several synapses",
        ),
        (
            {"fixed_outdegree": -1},
            ValueError,
            "connect() of Synapses 'them': fixed_outdegree=-1, but it is negative",
        ),
        (
            {"fixed_total": 61},
            ValueError,
            "connect() of Synapses 'them': fixed_total=61, but there are only 60 pairs; multapses=True lets a pair have "
            "several synapses",
        ),
        (
            {"fixed_indegree": 2.5},
            TypeError,
            "connect(): fixed_indegree is an integer, an array of integers or a string, not 2.5",
        ),
        (
            {"fixed_indegree": [1, 2]},
            ValueError,
            "connect(): fixed_indegree needs 10 numbers, one for each j, not 2",
        ),
        ({"fixed_indegree": 2, "p": 0.5}, ValueError, "connect(): p is not possible with fixed_indegree"),
        ({"fixed_indegree": 2, "matrix": 5}, ValueError, "connect() takes one rule: matrix and fixed_indegree are two"),
        ({"i": "j", "fixed_total": 2}, ValueError, "connect() takes one rule: i and fixed_total are two"),
        ({"fixed_indegre": 2}, TypeError, "connect() has no argument 'fixed_indegre'; did you mean 'fixed_indegree'?"),
        ({"pre_ratio": 1.5}, ValueError, "pre_ratio is a fraction between 0 and 1, not 1.5"),
        ({"i": [0], "j": [0], "autapses": False}, ValueError, "connect(): autapses is not possible with arrays of indices"),
        ({"condition": scale_free(2)}, ValueError, "this topology connects a group with itself, not 6 neurons with 10"),
    ],
)  # fmt: skip
def test_messages(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    S = Synapses(cells(6), cells(10), name="them")
    with pytest.raises(error) as caught:
        S.connect(**arguments)
    assert str(caught.value) == message
    assert len(S) == 0


def test_connect_gives_the_new_synapses() -> None:
    S = wires(5, 7)
    S.connect(j="i")
    new = S.connect(i=[4, 0], j=[0, 6])
    S.w[new] = [3, 4]
    assert (len(new), S.w[:].tolist(), repr(new)) == (2, [0] * 5 + [3, 4], f"<2 synapses of '{S.name}'>")


# --- matrices ---------------------------------------------------------------------------------------------------------


def test_a_matrix_comes_back_as_it_was() -> None:
    """Zeros and NaN are no synapses; rows are sources."""
    W = np.where(np.arange(24).reshape(4, 6) % 3 == 0, 0.0, np.linspace(-1, 1, 24).reshape(4, 6))
    W[1, 1] = np.nan
    S = wires(4, 6, "w : siemens")
    S.connect(matrix=W * nS, weight="w")
    back = S.to_matrix("w")
    assert back.dim is siemens.dim
    np.testing.assert_array_equal(np.asarray(back), np.nan_to_num(W * float(nS)))
    assert np.isnan(np.asarray(S.to_matrix("w", absent=np.nan))).sum() == 24 - len(S)
    np.testing.assert_array_equal(S.to_matrix(), (np.nan_to_num(W) != 0).astype(int))


def test_sparse_matrices() -> None:
    """Those of scipy; an explicit zero is a synapse, and values are SI."""
    sparse = pytest.importorskip("scipy.sparse", reason="the package scipy is not installed")
    W = sparse.coo_array(([1.0, 2.0, 0.0], ([3, 0, 2], [1, 5, 2])), shape=(4, 6))
    S = wires(4, 6, "w : siemens")
    S.connect(matrix=W, weight="w_")
    assert pairs(S) == [(0, 5), (2, 2), (3, 1)]
    back = S.to_matrix("w", sparse=True)
    assert back.nnz == 3 and (back.toarray() == W.toarray()).all()


def test_several_synapses_of_a_pair_in_a_matrix() -> None:
    S = wires(2, 2)
    S.connect(i=[0, 1, 0, 0], j=[1, 0, 1, 1])
    S.w = [1, 5, 7, 3]
    for several, value in (("sum", 11), ("min", 1), ("max", 7)):
        assert S.to_matrix("w", several=several).tolist() == [[0, value], [5, 0]]
    assert S.to_matrix().tolist() == [[0, 3], [1, 0]]


def test_a_matrix_of_delays() -> None:
    S = wires(2, 2)
    S.connect(matrix=np.array([[1, 2], [0, 3]]) * ms, weight="delay")
    np.testing.assert_allclose(np.asarray(S.delay), [1e-3, 2e-3, 3e-3], rtol=1e-15)
    assert S.to_matrix("delay")[1, 1] == 3 * ms


def test_a_matrix_in_another_unit_makes_nothing() -> None:
    S = wires(2, 2, "w : siemens")
    with pytest.raises(Exception, match=r"w is in siemens, but the value that it was set to is in volt"):
        S.connect(matrix=np.ones((2, 2)) * mV, weight="w")
    assert len(S) == 0
    with pytest.raises(ValueError, match=r"has no variable 'v' with one value for each synapse$"):
        S.connect(matrix=np.ones((2, 2)), weight="v")
    with pytest.raises(ValueError, match=r"a row for each source and a column for each target, 2 x 2; it is 3 x 2$"):
        S.connect(matrix=np.ones((3, 2)))


# --- topologies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_small_world_keeps_the_number_of_connections(directed: bool, p: float) -> None:
    """Each neuron has k = 6 partners on average, exactly 6 on the ring; a fraction 1 - p stays on the ring (binomial)."""
    S = wires(300)
    S.connect(small_world(6, p, directed=directed))
    found = set(pairs(S))
    assert len(found) == len(S) == 1800 and all(i != j for i, j in found)
    assert all((j, i) in found for i, j in found) or directed
    on_ring = sum(min((i - j) % 300, (j - i) % 300) <= 3 for i, j in found)
    edges = 1800 if directed else 900
    assert abs(on_ring * edges / 1800 - edges * (1 - p)) <= spread(p, edges) + edges * p * 6 / 299 + 10 * p


def test_small_world_is_small() -> None:
    """Rewired connections shorten ways: with p = 0.1 the mean distance is below half of that of the ring, 300/(2*6)."""

    def mean_distance(p: float) -> float:
        S = wires(300)
        S.connect(small_world(6, p))
        near = S.to_matrix() > 0
        reached, distance, total = np.eye(300, dtype=bool), 0, 0
        while not reached.all():
            distance += 1
            new = (reached @ near) & ~reached
            total += distance * int(new.sum())
            reached |= new
        return total / (300 * 299)

    assert mean_distance(0.0) == pytest.approx(25.5, abs=0.1)
    assert mean_distance(0.1) < 12


def test_scale_free_degrees_follow_a_power_law() -> None:
    """The density of degrees falls as degree**-3: P(k or more) = m(m+1)/(k(k+1)) (Bollobas et al. 2001)."""
    n, m = 4000, 3
    S = wires(n)
    S.connect(scale_free(m))
    degrees = S.N_outgoing_pre
    assert len(S) == 2 * (m + m * (n - m - 1)) and degrees.min() == m == S.N_incoming_post.min()
    for k in (4, 6, 10, 20):  # 4 standard errors, and 0.005 for the finite number
        expected = m * (m + 1) / (k * (k + 1))
        assert abs((degrees >= k).mean() - expected) < 4 * np.sqrt(expected / n) + 0.005
    T = wires(n)
    T.connect(scale_free(m, directed=True))
    assert (T.i[:] > T.j[:]).sum() == len(T) - m + m * (T.i[:m] > 0).all() and len(T) == len(S) // 2


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("rule", [gaussian, exponential])
def test_probability_follows_the_distance(periodic: bool, rule: Any) -> None:
    """On a plane of 40 x 50: for each distance the fraction of connected pairs is the probability."""
    layout = grid((40, 50), 10 * umeter, periodic)
    S = wires(2000)
    S.connect(rule(layout, 30 * umeter, p_max=0.6))
    i, j = np.divmod(np.arange(2000 * 2000), 2000)
    every = np.asarray(layout.distance(i, j))
    found = np.asarray(layout.distance(S.i[:], S.j[:]))
    for low, high in ((-1, 1e-9), (9e-6, 11e-6), (20e-6, 30e-6), (50e-6, 80e-6), (90e-6, 130e-6)):
        inside = every[(every >= low) & (every < high)]
        x = inside / 30e-6
        expected = 0.6 * np.exp(-(x**2) / 2 if rule is gaussian else -x).sum()
        assert abs(((found >= low) & (found < high)).sum() - expected) < 5 * np.sqrt(expected) + 1


def test_grid_and_other_layouts_follow_the_same_law() -> None:
    """The same positions, once as a grid, once as mere positions: numbers of synapses agree within their spread."""
    layout = grid((20, 20), 1.0, periodic=True)
    S, T = wires(400), wires(400)
    S.connect(by_distance(layout, lambda d: 0.5 * (d < 5)))
    T.connect(by_distance(layout, lambda d: 0.5 * (d < 5), to=grid((20, 20), 1.0, periodic=True)))
    number = 400 * int((np.asarray(layout.distance(0, np.arange(400))) < 5).sum())
    assert abs(len(S) - number / 2) < spread(0.5, number) > abs(len(T) - number / 2)
    assert pairs(T) == sorted(pairs(T)) and pairs(S) == sorted(set(pairs(S)))


def test_neighbours_on_a_torus() -> None:
    """Within one spacing: four neighbours; the corner's are at the opposite edges."""
    S = wires(12)
    S.connect(within(grid((3, 4), 1.0, periodic=True), 1.0), autapses=False)
    assert (S.N_outgoing_pre == 4).all()
    assert sorted(S.j[0, :].tolist()) == [1, 3, 4, 8]
    T = wires(12)
    T.connect(within(grid((3, 4), 1.0), 1.0), autapses=False)
    assert sorted(j for i, j in pairs(T) if i == 0) == [1, 4]


def test_positions_have_units_and_are_repeated_by_the_seed() -> None:
    layout = grid((2, 3), 5 * umeter)
    np.testing.assert_allclose(np.asarray(layout.x), np.array([0, 5, 10, 0, 5, 10]) * 1e-6, rtol=1e-15)
    np.testing.assert_allclose(np.asarray(layout.y), np.array([0, 0, 0, 5, 5, 5]) * 1e-6, rtol=1e-15)
    with pytest.raises(AttributeError, match="this layout has 2 axes, there is no z"):
        _ = layout.z
    with pytest.raises(
        TypeError, match=r"^sigma must be in the unit of the positions, m(et(er|re))?; it is in a pure number$"
    ):
        gaussian(layout, 3.0)
    made = []
    for _ in range(2):
        seed(4)
        made.append(random_positions(50, [1, 2] * umeter))
    np.testing.assert_array_equal(made[0].positions, made[1].positions)
    assert (made[0].positions.max(axis=0) < [1e-6, 2e-6]).all()


def test_connections_are_repeated_by_the_seed() -> None:
    """Every rule that draws gives the same synapses after the same seed, and others after another."""
    rules: list[dict[str, Any]] = [
        {"j": "k for k in sample(N_post, p=0.1)"},
        {"j": "k for k in sample(N_post, size=5)"},
        {"fixed_indegree": 5},
        {"fixed_total": 200, "multapses": True},
        {"pre_ratio": 0.5},
        {"condition": small_world(6, 0.5)},
        {"condition": scale_free(2)},
        {"condition": gaussian(grid((5, 8)), 2.0)},
    ]

    def made(n: int, rule: dict[str, Any]) -> list[tuple[int, int]]:
        G = cells(40, "same")
        S = Synapses(G, G, name="same_wires")
        seed(n)
        S.connect(**rule)
        return pairs(S)

    for rule in rules:
        assert made(1, rule) == made(1, rule) != made(2, rule)
