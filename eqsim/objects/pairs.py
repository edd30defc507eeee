"""Pairs of neurons, a part at a time: all of them, or each with a probability."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from eqsim.objects.host import EVALUATOR

PAIRS = 1 << 18  # pairs looked at together

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
    total = n_source * n_target
    if p <= 0:
        return
    numbers, log = generator(), EVALUATOR.function("log")
    scale, at = 1.0 / math.log1p(-p), -1
    while at < total:
        u = 1.0 - unit(numbers.random_raw(8192))
        gaps = np.minimum(np.floor(log(u) * scale), float(total)) + 1.0
        places = at + np.cumsum(gaps.astype(np.int64))
        at = int(places[-1])
        yield np.divmod(places[places < total], n_target)


def unit(words: np.ndarray) -> np.ndarray:
    """Words as numbers in [0, 1), 53 bits."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


class Growing:
    """Numbers that come in pieces, kept in one block: small pieces would leave holes in the memory behind them."""

    def __init__(self) -> None:
        self._block, self._count = np.empty(1024, np.int32), 0

    def append(self, piece: np.ndarray) -> None:
        """Add a piece."""
        count = self._count + len(piece)
        if count > len(self._block):
            self._block.resize(count + count // 4, refcheck=False)
        self._block[self._count : count] = piece
        self._count = count

    def finish(self) -> np.ndarray:
        """All of them, (n,) int32."""
        self._block.resize(self._count, refcheck=False)
        return self._block
