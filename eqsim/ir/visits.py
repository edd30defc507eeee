"""Which elements a kernel visits in a step, in which order.

In: a domain.  Out: a function of the frame (step and memory) that gives the indices, as `eqsim.ir.domain` states them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.ir.domain import (
    ELEMENT,
    POINT,
    POINTS,
    Across,
    Batch,
    Domain,
    Due,
    Each,
    Gather,
    Of,
    Once,
    Sample,
    Send,
    Size,
    Where,
)
from eqsim.ir.evaluate import Frame, Value
from eqsim.ir.program import Program, Queue, Route, State

NOWHERE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Visits:
    """The elements that a statement runs for: how many, and their indices by name (scalars in a sequential visit)."""

    count: int
    indices: dict[str, Any]

    def where(self, mask: np.ndarray) -> Visits:
        """Only those for which the mask holds."""
        return Visits(int(np.count_nonzero(mask)), {k: v[mask] for k, v in self.indices.items()})


def size_of(size: Size, state: State) -> int:
    """A size, given as a number or by name."""
    return size if isinstance(size, int) else state.ints[size]


def row_positions(rows: np.ndarray, sources: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All positions of the rows of ``sources``, one row after the other, and for each the row it belongs to."""
    starts, lengths = rows[sources], rows[sources + 1] - rows[sources]
    return _ranges(starts, lengths), np.repeat(sources, lengths)


def _ranges(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    total = int(lengths.sum())
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths[:-1]))), lengths) if total else NOWHERE
    return offsets + np.arange(total, dtype=np.int64)


class Visitor:
    """Finds the visits of the domains of a program."""

    def __init__(self, program: Program) -> None:
        self._routes = {r.name: r for r in program.routes}
        self._events = {e.name: e for e in program.events}
        self._queues = {q.name: q for q in program.queues}

    def of(self, domain: Domain) -> Callable[[Frame], Visits]:
        """The function that finds the visits of a step."""
        match domain:
            case Once():
                return lambda frame: Visits(1, {})
            case Each(size, first):
                return lambda frame: self._each(frame, size, first)
            case Where(size):
                return lambda frame: self._each(frame, size, 0)
            case Of(events, size, first):
                return lambda frame: self._of(frame, events, size, first)
            case Across():
                return self._across(domain)
            case Send(events, route):
                return self._across(Across(events, route, 0))
            case Due(queue, route):
                return lambda frame: self._due(frame.state, self._queues[queue], int(frame.names["n"]), self._routes[route])
            case Gather(route):
                return lambda frame: self._gather(frame, self._routes[route])
            case Sample(indices):
                return lambda frame: self._sample(frame, indices)
            case Batch(inner):
                return self._batch(inner)

    def _batch(self, inner: Domain) -> Callable[[Frame], Visits]:
        if isinstance(inner, Of | Across):
            return lambda frame: self._by_point(frame, inner)
        single = self.of(inner)

        def visits(frame: Frame) -> Visits:
            points, one = frame.state.ints[POINTS.name], single(frame)
            frame.slices = {}
            found = {name: np.repeat(x, points) for name, x in one.indices.items()}
            found[POINT.name] = np.tile(np.arange(points, dtype=np.int64), one.count)
            if isinstance(inner, Each | Where):
                first = int(one.indices["i"][0]) * points if one.count else 0
                frame.slices = {ELEMENT.name: slice(first, first + one.count * points)}
                found[ELEMENT.name] = np.arange(first, first + one.count * points, dtype=np.int64)
            return Visits(one.count * points, found)

        return visits

    def _by_point(self, frame: Frame, inner: Of | Across) -> Visits:
        """Events of each point, one point after the other."""
        state, n = frame.state, int(frame.names["n"])
        ring = self._events[inner.events]
        history, size = state.ints[ring.history], size_of(ring.size, state)
        step = n if isinstance(inner, Of) else n - size_of(inner.delay or 0, state)
        counts = state.arrays[ring.counts].reshape(-1, history)[:, step % history]
        since = 0 if isinstance(inner, Of) else size_of(self._routes[inner.route].since, state)
        there = np.flatnonzero(counts) if step >= since else NOWHERE
        rows = state.arrays[ring.indices].reshape(state.ints[POINTS.name], -1)[:, (step % history) * size :]
        events = np.concatenate([NOWHERE, *[rows[p, : counts[p]] for p in there]])
        points = np.repeat(there, counts[there])
        return self._of_points(state, inner, events, points)

    def _of_points(self, state: State, inner: Of | Across, events: np.ndarray, points: np.ndarray) -> Visits:
        if isinstance(inner, Of):
            first, size = size_of(inner.first, state), size_of(inner.size, state)
        else:
            route = self._routes[inner.route]
            first, size = size_of(route.first, state), size_of(route.size, state)
        mine = (events >= first) & (events < first + size)
        events, points = events[mine], points[mine]
        if isinstance(inner, Of):
            return Visits(len(events), {"i": events, POINT.name: points})
        starts = state.arrays[f"{route.name}.rows"]
        lengths = starts[events - first + 1] - starts[events - first]
        where, row = row_positions(starts, events - first)
        found = _synapses(state, route, where, row)
        return Visits(found.count, {**found.indices, POINT.name: np.repeat(points, lengths)})

    @staticmethod
    def _each(frame: Frame, size: Size, first: Size) -> Visits:
        start, count = size_of(first, frame.state), size_of(size, frame.state)
        frame.slices = {"i": slice(start, start + count)}
        return Visits(count, {"i": np.arange(start, start + count, dtype=np.int64)})

    @staticmethod
    def _sample(frame: Frame, indices: str) -> Visits:
        i = frame.state.arrays[indices].astype(np.int64)
        return Visits(len(i), {"i": i, "r": np.arange(len(i), dtype=np.int64)})

    def happened(self, state: State, events: str, step: int, since: int = 0) -> np.ndarray:
        """The elements that had an event at a step (which must lie within the history); none before step ``since``."""
        ring = self._events[events]
        if step < since:
            return NOWHERE
        slot, size = step % state.ints[ring.history], size_of(ring.size, state)
        count = int(state.arrays[ring.counts][slot])
        return state.arrays[ring.indices][slot * size : slot * size + count].astype(np.int64)

    def _of(self, frame: Frame, events: str, size: Size, first: Size) -> Visits:
        i = self.happened(frame.state, events, int(frame.names["n"]))
        i = _within(i, size_of(first, frame.state), size_of(size, frame.state))
        return Visits(len(i), {"i": i})

    def _across(self, domain: Across) -> Callable[[Frame], Visits]:
        route = self._routes[domain.route]

        def visits(frame: Frame) -> Visits:
            state, n = frame.state, int(frame.names["n"])
            first, size = size_of(route.first, state), size_of(route.size, state)
            if domain.delay is not None:
                events = self.happened(state, domain.events, n - size_of(domain.delay, state), size_of(route.since, state))
                where, row = row_positions(state.arrays[f"{route.name}.rows"], _within(events, first, size) - first)
                return _synapses(state, route, where, row)
            return self._delayed(state, domain.events, route, n, first, size)

        return visits

    def _delayed(self, state: State, events: str, route: Route, n: int, first: int, size: int) -> Visits:
        rows, delays = state.arrays[f"{route.name}.rows"], state.arrays[f"{route.name}.delays"]
        pieces, owners = [NOWHERE], [NOWHERE]
        for age in range(state.ints[self._events[events].history] - 1, -1, -1):
            happened = self.happened(state, events, n - age, size_of(route.since, state))
            for source in _within(happened, first, size) - first:
                lo, hi = int(rows[source]), int(rows[source + 1])
                left, right = np.searchsorted(delays[lo:hi], [age, age + 1])
                pieces.append(np.arange(lo + left, lo + right, dtype=np.int64))
                owners.append(np.full(right - left, source, np.int64))
        return _synapses(state, route, np.concatenate(pieces), np.concatenate(owners))

    @staticmethod
    def _due(state: State, queue: Queue, n: int, route: Route) -> Visits:
        slot, width = n % state.ints[queue.history], state.ints[queue.width]
        count = int(state.arrays[queue.counts][slot])
        k = state.arrays[queue.waiting][slot * width : slot * width + count].astype(np.int64)
        state.arrays[queue.counts][slot] = 0
        return Visits(len(k), {"k": k, **_ends(state, route, k, None)})

    @staticmethod
    def _gather(frame: Frame, route: Route) -> Visits:
        state = frame.state
        k = np.arange(len(state.arrays[f"{route.synapses}.target"]), dtype=np.int64)
        return Visits(len(k), {"k": k, **_ends(state, route, k, None)})


def _within(elements: np.ndarray, first: int, size: int) -> np.ndarray:
    return elements[(elements >= first) & (elements < first + size)]


def _synapses(state: State, route: Route, where: np.ndarray, row: np.ndarray) -> Visits:
    if route.by_ends:
        here, there = ("i", "j") if route.side == "pre" else ("j", "i")
        firsts = {"i": size_of(route.first_source, state), "j": size_of(route.first_target, state)}
        found = state.arrays[f"{route.name}.ends"][where].astype(np.int64)
        return Visits(len(where), {here: row + firsts[here], there: found + firsts[there]})
    k = state.arrays[f"{route.name}.order"][where].astype(np.int64) if route.ordered else where
    return Visits(len(k), {"k": k, **_ends(state, route, k, row)})


def _ends(state: State, route: Route, k: np.ndarray, row: np.ndarray | None) -> dict[str, Value]:
    """Source and target elements of synapses; the side that had the events is known from the row."""
    found: dict[str, Value] = {}
    for name, side, column, first in (
        ("i", "pre", "source", route.first_source),
        ("j", "post", "target", route.first_target),
    ):
        if row is not None and side == route.side:
            found[name] = row + size_of(first, state)
        elif f"{route.synapses}.{column}" in state.arrays:
            found[name] = state.arrays[f"{route.synapses}.{column}"][k].astype(np.int64) + size_of(first, state)
    return found
