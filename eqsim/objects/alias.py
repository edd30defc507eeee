"""Random counts of a law that stays the same, from two look-ups: the alias method (Walker 1977, tables as Vose 1991).

In: a binomial law.  Out: an `AliasTable` of ``sides`` = 2**m columns.  A uniform number u in [0, 1) chooses the column
``c = floor(u*sides)``; its fraction ``u*sides - c`` decides between the two counts of the column::

    count = low + c     if the fraction is below chance[c]
            other[c]    else
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

MOST_SIDES = 1 << 14
TINY = 1e-19  # counts that are less likely than this, relative to the most likely one, never come


@dataclass(frozen=True, slots=True)
class AliasTable:
    """Counts from ``low`` on; ``chance`` (sides,) float64, ``other`` (sides,) float64."""

    low: int
    chance: np.ndarray
    other: np.ndarray

    @property
    def sides(self) -> int:
        """How many columns."""
        return len(self.chance)


def binomial_table(n: int, p: float) -> AliasTable | None:
    """The table for n trials of probability p; None if it would be too large."""
    spread = 25 * math.sqrt(n * p * (1 - p)) + 50
    if min(spread, n) > MOST_SIDES:
        return None
    low, masses = _binomial(n, p)
    sides = 1 << max(len(masses) - 1, 0).bit_length()
    return _alias(low, np.concatenate((masses, np.zeros(sides - len(masses)))))


def _binomial(n: int, p: float) -> tuple[int, np.ndarray]:
    """The probabilities of the counts ``low``, ``low + 1``, ..., by their ratios, from the most likely count on."""
    if p <= 0 or p >= 1:
        return (n if p >= 1 else 0), np.ones(1)
    mode, odds = min(int((n + 1) * p), n), p / (1 - p)
    up: list[float] = [1.0]
    down: list[float] = []
    while mode + len(up) <= n and up[-1] > TINY:
        k = mode + len(up)
        up.append(up[-1] * (n - k + 1) / k * odds)
    last = 1.0
    while mode - len(down) > 0 and last > TINY:
        k = mode - len(down)
        last = last * k / ((n - k + 1) * odds)
        down.append(last)
    masses = np.array(down[::-1] + up)
    return mode - len(down), masses / masses.sum()


def _alias(low: int, masses: np.ndarray) -> AliasTable:
    """Fill columns of equal width: what is too much in one goes on top of one that has too little."""
    heights = masses * len(masses)
    chance, other = np.ones(len(masses)), np.arange(low, low + len(masses), dtype=np.float64)
    small, large = [int(i) for i in np.flatnonzero(heights < 1)], [int(i) for i in np.flatnonzero(heights >= 1)]
    while small and large:
        short, tall = small.pop(), large[-1]
        chance[short], other[short] = heights[short], low + tall
        heights[tall] -= 1 - heights[short]
        if heights[tall] < 1:
            small.append(large.pop())
    return AliasTable(low, chance, other)
