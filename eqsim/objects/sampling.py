"""Random choices for many rows at once: each candidate with a probability, or so many distinct ones.

In: how many candidates each row has.  Out: the rows and the places within them, by row and then by place.  Memory follows
the result, not the number of candidates.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from eqsim.objects.pairs import MANY, RARE, Gaps, TabledGaps, unit

TOGETHER = 1 << 18  # candidates or results that are looked at together

Choice = tuple[np.ndarray, np.ndarray]
"""Rows and places in them; (n,) int64 each."""


class Numbers:
    """Random numbers of one call of connect(): the words of a Philox generator, one after the other."""

    def __init__(self, generator: np.random.Philox) -> None:
        self.generator = generator

    def words(self, count: int) -> np.ndarray:
        """(count,) uint64."""
        words: np.ndarray = self.generator.random_raw(count)
        return words

    def uniform(self, count: int) -> np.ndarray:
        """(count,) float64 in [0, 1)."""
        numbers: np.ndarray = unit(self.words(count))
        return numbers

    def below(self, bounds: np.ndarray) -> np.ndarray:
        """For each bound a whole number from 0 to bound - 1; (n,) int64."""
        below: np.ndarray = np.minimum(np.floor(self.uniform(len(bounds)) * bounds).astype(np.int64), bounds - 1)
        return below


def starts_of(counts: np.ndarray) -> np.ndarray:
    """Where each row begins if the rows lie one after the other, and where the last one ends; (rows + 1,) int64."""
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def everything(counts: np.ndarray) -> Choice:
    """All places of all rows."""
    rows = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return rows, np.arange(len(rows), dtype=np.int64) - starts_of(counts)[rows]


def with_probability(counts: np.ndarray, p: np.ndarray | float, numbers: Numbers) -> Choice:
    """Each place with the probability of its row.

    Parameters
    ----------
    counts : (rows,) int64
    p : float, or (rows,) float64
    """
    if np.ndim(p) == 0 or (len(p) and np.all(p == p[0])):  # type: ignore[arg-type,index]
        chance = float(np.reshape(p, -1)[0])
        starts = starts_of(counts)
        return _by_row(starts, skip(int(starts[-1]), chance, numbers))
    chances = np.asarray(p, np.float64)
    parts = [_thinned(counts[part], chances[part], part.start, numbers) for part in _parts(counts)]
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([places for _, places in parts])


def _parts(counts: np.ndarray) -> Iterator[slice]:
    """Stretches of rows with about `TOGETHER` entries."""
    starts, first = starts_of(counts), 0
    while first < len(counts):
        last = max(int(np.searchsorted(starts, starts[first] + TOGETHER, side="right")) - 1, first + 1)
        yield slice(first, last)
        first = last


def _thinned(counts: np.ndarray, p: np.ndarray, first: int, numbers: Numbers) -> Choice:
    """Take candidates with the largest probability, then keep each with the quotient of its own and that one."""
    top = float(np.clip(p.max(), 0.0, 1.0))
    starts = starts_of(counts)
    rows, places = _by_row(starts, skip(int(starts[-1]), top, numbers))
    keep = numbers.uniform(len(rows)) * top < p[rows]
    return rows[keep] + first, places[keep]


def skip(total: int, p: float, numbers: Numbers) -> np.ndarray:
    """Each of ``total`` places with probability p, by jumping from one to the next; (n,) int64, ascending."""
    if not p > 0 or total == 0:
        return np.zeros(0, np.int64)
    if p >= 1:
        return np.arange(total, dtype=np.int64)
    gaps = Gaps(p, total) if total * p < MANY or p < RARE else TabledGaps(p, total)
    found, at = [], -1
    while at < total:
        places = at + np.cumsum(gaps(numbers.words(gaps.words)))
        at = int(places[-1])
        found.append(places[: np.searchsorted(places, total)] if at >= total else places)
    return np.concatenate(found)


def distinct(counts: np.ndarray, sizes: np.ndarray, numbers: Numbers) -> Choice:
    """So many different places of each row, every set of them with the same probability.

    Where more than half of a row is wanted, those that stay out are drawn.

    Parameters
    ----------
    counts, sizes : (rows,) int64
        Candidates, and how many of them; ``0 <= sizes <= counts``.
    """
    pieces = [_distinct(counts[part], sizes[part], part.start, numbers) for part in _parts(sizes)]
    return np.concatenate([rows for rows, _ in pieces]), np.concatenate([places for _, places in pieces])


def _distinct(counts: np.ndarray, sizes: np.ndarray, first: int, numbers: Numbers) -> Choice:
    starts, most = starts_of(counts), 2 * sizes > counts
    drawn = _different(starts, counts, np.where(most, counts - sizes, sizes), numbers)
    if not most.any():
        return _by_row(starts, drawn, first)
    rows, places = everything(np.where(most, counts, 0))
    inside = starts[rows] + places
    out = most[np.searchsorted(starts, drawn, side="right") - 1]
    inside = inside[~np.isin(inside, drawn[out], assume_unique=True)]
    return _by_row(starts, np.sort(np.concatenate((drawn[~out], inside))), first)


def _different(starts: np.ndarray, counts: np.ndarray, wanted: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Draw until each row has as many different places as it wants; the rows lie one after the other."""
    taken, missing = np.zeros(0, np.int64), wanted
    while missing.any():
        rows = np.repeat(np.arange(len(counts)), missing)
        both = np.sort(np.concatenate((taken, starts[rows] + numbers.below(counts[rows]))))
        taken = both[np.concatenate(([True], both[1:] != both[:-1]))]
        missing = wanted - np.diff(np.searchsorted(taken, starts))
    return taken


def with_repetition(counts: np.ndarray, sizes: np.ndarray, numbers: Numbers) -> Choice:
    """So many places of each row, each drawn on its own: the same one may come several times."""
    pieces = []
    for part in _parts(sizes):
        starts = starts_of(counts[part])
        rows = np.repeat(np.arange(len(starts) - 1), sizes[part])
        drawn = np.sort(starts[rows] + numbers.below(counts[part][rows]))
        pieces.append(_by_row(starts, drawn, part.start))
    return np.concatenate([rows for rows, _ in pieces]), np.concatenate([places for _, places in pieces])


def _by_row(starts: np.ndarray, flat: np.ndarray, first: int = 0) -> Choice:
    """Ascending places among all rows, as rows (the first one has the number ``first``) and places in them."""
    ends = np.searchsorted(flat, starts)
    rows = np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(ends))
    return rows + first, flat - starts[rows]
