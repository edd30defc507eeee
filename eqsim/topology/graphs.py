"""Graphs without space: small worlds and scale-free networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.objects.sampling import Numbers

ROUNDS = 1000

Pairs = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class SmallWorld:
    """Made by `small_world`."""

    k: int
    p: float
    directed: bool

    def pairs(self, source: Any, target: Any, numbers: Numbers) -> Pairs:
        """The pairs that are connected; (n,) int64 each."""
        n = _nodes(source, target)
        if n < 2 * self.k:
            raise ValueError(f"a small world with {self.k} neighbours needs at least {2 * self.k} neurons, not {n}")
        i = np.repeat(np.arange(n, dtype=np.int64), self.k // 2)
        j = (i + np.tile(np.arange(1, self.k // 2 + 1), n)) % n
        if self.directed:
            i, j = np.concatenate((i, j)), np.concatenate((j, i))
        return _both_ways(n, i, self._rewired(n, i, j, numbers), self.directed)

    def _rewired(self, n: int, i: np.ndarray, j: np.ndarray, numbers: Numbers) -> np.ndarray:
        """New targets: with probability p any other neuron that is not connected yet."""
        j = j.copy()
        open_ = np.flatnonzero(numbers.uniform(len(i)) < self.p)
        closed = np.delete(np.arange(len(i)), open_)
        taken = np.sort(self._keys(n, i[closed], j[closed]))
        for _ in range(ROUNDS):
            if not len(open_):
                return j
            j[open_] = numbers.below(np.full(len(open_), n))
            keys = self._keys(n, i[open_], j[open_])
            good = (i[open_] != j[open_]) & ~np.isin(keys, taken)
            good &= np.isin(np.arange(len(keys)), np.unique(np.where(good, keys, -1), return_index=True)[1])
            taken = np.sort(np.concatenate((taken, keys[good])))
            open_ = open_[~good]
        raise ValueError("no room to rewire: the network is too small for so many neighbours")

    def _keys(self, n: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """A number for each edge; the same in both directions if the graph has no directions."""
        keys: np.ndarray = i * n + j if self.directed else np.minimum(i, j) * n + np.maximum(i, j)
        return keys


@dataclass(frozen=True, slots=True)
class ScaleFree:
    """Made by `scale_free`."""

    m: int
    directed: bool

    def pairs(self, source: Any, target: Any, numbers: Numbers) -> Pairs:
        """The pairs that are connected; (n,) int64 each."""
        n, m = _nodes(source, target), self.m
        if n <= m:
            raise ValueError(f"a scale-free network with {m} synapses for each neuron needs more than {m} neurons, not {n}")
        ends = list(range(1, m + 1)) + [0] * m  # each neuron as often as it has partners; at first a star
        i, j = list(range(1, m + 1)), [0] * m
        for new in range(m + 1, n):
            chosen: dict[int, None] = {}
            while len(chosen) < m:
                places = (numbers.uniform(m - len(chosen)) * len(ends)).astype(int)
                chosen.update(dict.fromkeys(ends[place] for place in places))
            i += [new] * m
            j += chosen
            ends += [*chosen, *([new] * m)]
        return _both_ways(n, np.array(i, np.int64), np.array(j, np.int64), self.directed)


def _nodes(source: Any, target: Any) -> int:
    if len(source) != len(target):
        raise ValueError(f"this topology connects a group with itself, not {len(source)} neurons with {len(target)}")
    return len(source)


def _both_ways(n: int, i: np.ndarray, j: np.ndarray, directed: bool) -> Pairs:
    """Synapses by source, then by target; in both directions unless directed."""
    if not directed:
        i, j = np.concatenate((i, j)), np.concatenate((j, i))
    order = np.argsort(i * n + j, kind="stable")
    return i[order], j[order]


def small_world(k: int, p: float, directed: bool = False) -> SmallWorld:
    """A ring in which each neuron is connected to its nearest ones, and some connections lead elsewhere.

    Parameters
    ----------
    k : int
        Number of neighbours, even: half of them on each side.
    p : float
        Probability with which a connection leads to any other neuron instead.
    directed : bool
        Is each direction of a connection rewired on its own?  If not, each connection is two synapses.

    References
    ----------
    Watts and Strogatz (1998). Collective dynamics of 'small-world' networks. Nature 393, 440-442.
    """
    if k < 2 or k % 2:
        raise ValueError(f"k is an even number of neighbours, at least 2, not {k}")
    if not 0 <= p <= 1:
        raise ValueError(f"p is a probability, not {p}")
    return SmallWorld(int(k), float(p), directed)


def scale_free(m: int, directed: bool = False) -> ScaleFree:
    """Neurons are added one by one, each connected to ``m`` that are there, preferably to those with many partners.

    Parameters
    ----------
    m : int
        Number of partners of a new neuron.
    directed : bool
        Only synapses from new neurons to old ones; if not, in both directions.

    References
    ----------
    Barabasi and Albert (1999). Emergence of scaling in random networks. Science 286, 509-512.
    """
    if m < 1:
        raise ValueError(f"m is at least 1, not {m}")
    return ScaleFree(int(m), directed)
