"""Pairs of neurons, a part at a time: all of them, or each with a probability."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from eqsim.objects.host import EVALUATOR

PAIRS = 1 << 18  # pairs looked at together
MANY, RARE = 1 << 18, 0.001  # a table of gaps pays for more pairs than this, unless they are rarer than this

Pairs = tuple[np.ndarray, np.ndarray]
"""Sources and targets; (n,) int64 each, by source and then by target."""


def all_pairs(n_source: int, n_target: int) -> Iterator[Pairs]:
    """Every pair."""
    rows = max(1, PAIRS // n_target)
    for first in range(0, n_source, rows):
        sources = np.arange(first, min(first + rows, n_source), dtype=np.int64)
        yield np.repeat(sources, n_target), np.tile(np.arange(n_target, dtype=np.int64), len(sources))


def random_pairs(n_source: int, n_target: int, p: float, generator: Callable[[], np.random.Philox]) -> Iterator[Pairs]:
    """Each pair with probability p, by jumping from one that is taken to the next: the gaps are geometric."""
    total, at = n_source * n_target, -1
    if p <= 0:
        return
    numbers, gaps = generator(), Gaps(p, total) if total * p < MANY or p < RARE else TabledGaps(p, total)
    while at < total:
        places = at + np.cumsum(gaps(numbers.random_raw(gaps.words)))
        at = int(places[-1])
        places = places[: np.searchsorted(places, total)] if at >= total else places
        sources = places // n_target
        yield sources, places - sources * n_target


class Gaps:
    """Distances between pairs that are taken, from random words: 1 + floor(log(1 - u)/log(1 - p)), but at most ``most + 1``.

    (The distribution is geometric: Devroye 1986, Non-Uniform Random Variate Generation, X.2.)
    """

    words = 8192  # as many at once as the first cache holds

    def __init__(self, p: float, most: int) -> None:
        self._log, self._scale, self._most = EVALUATOR.function("log"), 1.0 / math.log1p(-p), float(most) + 1.0

    def __call__(self, words: np.ndarray) -> np.ndarray:
        """(n,) uint64 to (n,) int64."""
        gaps: np.ndarray = np.minimum(np.floor(self._log(1.0 - unit(words)) * self._scale) + 1.0, self._most)
        return gaps.astype(np.int64)


class TabledGaps(Gaps):
    """The same numbers, faster when there are many: looked up by the first bits of a word where these decide."""

    words = 1 << 15
    bits = 15

    def __init__(self, p: float, most: int) -> None:
        super().__init__(p, most)
        first = np.arange(1 << self.bits, dtype=np.uint64) << np.uint64(64 - self.bits)
        last = first + np.uint64((1 << (64 - self.bits)) - 1)
        low, high = super().__call__(first), super().__call__(last)
        self._table = np.where(low == high, low, 0)  # 0: the first bits do not decide

    def __call__(self, words: np.ndarray) -> np.ndarray:
        """(n,) uint64 to (n,) int64."""
        gaps = self._table[(words >> np.uint64(64 - self.bits)).view(np.int64)]
        rest = np.flatnonzero(gaps == 0)
        gaps[rest] = super().__call__(words[rest])
        return gaps


def unit(words: np.ndarray) -> np.ndarray:
    """Words as numbers in [0, 1), 53 bits."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


class Growing:
    """Numbers that come in pieces, kept in one block: small pieces would leave holes in the memory behind them."""

    def __init__(self, dtype: Any) -> None:
        self._block: np.ndarray = np.empty(1024, dtype)
        self._count = 0

    def append(self, piece: np.ndarray) -> None:
        """Add a piece."""
        count = self._count + len(piece)
        if count > len(self._block):
            self._block.resize(count + count // 4, refcheck=False)
        self._block[self._count : count] = piece
        self._count = count

    def finish(self) -> np.ndarray:
        """All of them, (n,) of the dtype."""
        self._block.resize(self._count, refcheck=False)
        return self._block
