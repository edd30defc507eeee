"""Connections whose probability depends on distance.

On a grid the distance depends on the step from source to target only.  Steps of similar probability are taken together: in
each such band pairs are drawn with the largest probability, by jumping from one to the next, and then thinned out.  So the
work follows the number of synapses.  On other layouts all pairs are looked at, a part at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.objects.sampling import Numbers, skip
from eqsim.objects.scope import quantity
from eqsim.topology.layout import Layout

TOGETHER = 1 << 20  # pairs looked at together
BANDS = 40  # steps with a probability below 2**-40 share a band

Pairs = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, slots=True)
class ByDistance:
    """A probability for each distance; made by `by_distance`, `gaussian`, `exponential` and `within`."""

    layout: Layout
    to: Layout
    probability: Callable[[np.ndarray], np.ndarray]

    def pairs(self, source: Any, target: Any, numbers: Numbers) -> Pairs:
        """The pairs that are connected; (n,) int64 each.

        Raises
        ------
        ValueError
            If a layout has another number of neurons than the group.
        """
        for group, layout in ((source, self.layout), (target, self.to)):
            if len(group) != len(layout):
                raise ValueError(f"the layout has {len(layout)} positions, {group.describe()} has {len(group)} neurons")
        i, j = self._on_grid(numbers) if self.layout is self.to and self.layout.shape else self._anywhere(numbers)
        order = np.argsort(i * np.int64(len(self.to)) + j, kind="stable")
        return i[order], j[order]

    def _chances(self, lengths: np.ndarray) -> np.ndarray:
        return np.clip(np.broadcast_to(self.probability(lengths), lengths.shape).astype(np.float64), 0.0, 1.0)

    def _on_grid(self, numbers: Numbers) -> Pairs:
        shape = np.array(self.layout.shape)
        ranges = [np.arange(n) if self.layout.periodic else np.arange(1 - n, n) for n in shape]
        steps = np.stack([axis.reshape(-1) for axis in np.meshgrid(*ranges, indexing="ij")], axis=-1)
        spacing = self.layout.size[::-1] / shape
        chances = self._chances(self.layout.lengths((steps * spacing)[:, ::-1]))
        with np.errstate(divide="ignore"):
            bands = np.minimum(np.floor(-np.log2(chances)), BANDS)
        parts = [_band(shape, steps[m], chances[m], self.layout.periodic, numbers) for m in _masks(bands, chances)]
        i, j = (np.concatenate([np.zeros(0, np.int64), *ends]) for ends in (zip(*parts, strict=True) if parts else ((), ())))
        return i, j

    def _anywhere(self, numbers: Numbers) -> Pairs:
        rows, found = max(1, TOGETHER // len(self.to)), []
        for first in range(0, len(self.layout), rows):
            steps = self.to.positions[None] - self.layout.positions[first : first + rows, None]
            chances = self._chances(self.layout.lengths(steps))
            i, j = np.nonzero(numbers.uniform(chances.size).reshape(chances.shape) < chances)
            found.append((i + first, j))
        return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


def _masks(bands: np.ndarray, chances: np.ndarray) -> list[np.ndarray]:
    return [(bands == b) & (chances > 0) for b in np.unique(bands[chances > 0])]


def _band(shape: np.ndarray, steps: np.ndarray, chances: np.ndarray, periodic: bool, numbers: Numbers) -> Pairs:
    """Pairs one of some steps apart: first with the largest probability, then thinned out."""
    top, cells = float(chances.max()), int(np.prod(shape))
    flat = skip(cells * len(steps), top, numbers)
    i, which = flat // len(steps), flat % len(steps)
    keep = numbers.uniform(len(flat)) * top < chances[which]
    i, which = i[keep], which[keep]
    places = np.stack(np.unravel_index(i, tuple(shape)), axis=-1) + steps[which]
    if periodic:
        places %= shape
    inside = np.all((places >= 0) & (places < shape), axis=-1)
    return i[inside], np.ravel_multi_index(tuple(places[inside].T), tuple(shape)).astype(np.int64)


def by_distance(layout: Layout, probability: Callable[[Any], Any], to: Layout | None = None) -> ByDistance:
    """Connect each pair with a probability that is a function of the distance.

    Parameters
    ----------
    layout : Layout
        Where the sources lie; the targets, too, without ``to``.
    probability : callable
        Takes distances (Quantity array), gives probabilities of the same shape; values beyond 0 and 1 are cut off.
    to : Layout, optional
        Where the targets lie.
    """
    to = layout if to is None else to
    if to.dim is not layout.dim or to.positions.shape[1] != layout.positions.shape[1]:
        raise ValueError("both layouts must have the same axes and units")
    return ByDistance(layout, to, lambda lengths: np.asarray(probability(quantity(lengths, layout.dim))))


def gaussian(layout: Layout, sigma: Any, p_max: float = 1.0, to: Layout | None = None) -> ByDistance:
    """Probability ``p_max * exp(-d**2 / (2*sigma**2))`` at distance d."""
    s = layout.plain(sigma, "sigma")
    return by_distance(layout, lambda d: p_max * np.exp(-(np.asarray(d) ** 2) / (2 * s**2)), to)


def exponential(layout: Layout, scale: Any, p_max: float = 1.0, to: Layout | None = None) -> ByDistance:
    """Probability ``p_max * exp(-d / scale)`` at distance d."""
    s = layout.plain(scale, "scale")
    return by_distance(layout, lambda d: p_max * np.exp(-np.asarray(d) / s), to)


def within(layout: Layout, radius: Any, p: float = 1.0, to: Layout | None = None) -> ByDistance:
    """Probability ``p`` up to a distance, the radius included but for rounding, and none beyond."""
    r = layout.plain(radius, "radius") * (1 + 1e-9)
    return by_distance(layout, lambda d: np.where(np.asarray(d) <= r, p, 0.0), to)
