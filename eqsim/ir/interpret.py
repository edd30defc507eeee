"""The meaning of a program: an interpreter on numpy.

In: a program and a state.  Out: the state, advanced in place.  No text is generated and nothing is compiled; the compiled
targets give the same bits on the same memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.ir.clock import ticking
from eqsim.ir.domain import Across, Each, Gather, Of, Once, Sample, Size, Where
from eqsim.ir.evaluate import Evaluate, Evaluator, Frame, Value
from eqsim.ir.expr import Expr, Load, Ref
from eqsim.ir.order import conflict
from eqsim.ir.program import Kernel, LogBuffer, Program, Route, State, Status
from eqsim.ir.stmt import Add, Let, Log, Stmt, Store, When

Run = Callable[[State, int], None]
Act = Callable[[Frame, "Visits"], None]
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


class Constants:
    """Computes the numbers of a program that follow from others; to be called when a run begins."""

    def __init__(self, program: Program) -> None:
        evaluator = Evaluator({f.name: f for f in program.functions}.__getitem__)
        self._values = [(name, evaluator(e)) for name, e in program.constants]

    def __call__(self, state: State) -> None:
        with np.errstate(all="ignore"):
            for name, value in self._values:
                state.reals[name] = float(value(Frame({}, state)))


class Interpreter:
    """A program turned into Python functions.  Satisfies the `Module` protocol of the targets."""

    def __init__(self, program: Program) -> None:
        functions = {f.name: f for f in program.functions}
        self.program = program
        self._evaluator = Evaluator(functions.__getitem__)
        self._routes = {r.name: r for r in program.routes}
        self._events = {e.name: e for e in program.events}
        self._logs = {log.name: log for log in program.logs}
        self._storage = {a.name: a for a in program.arrays}
        self._kernels = [(program.clocks.index(k.clock), self.kernel(k)) for k in program.kernels]
        self._stopping = False

    def stop(self) -> None:
        """Ask the run in progress to return after its current step."""
        self._stopping = True

    def run(self, state: State, ends: dict[str, int], pause: Callable[[], bool] | None = None) -> Status:
        """Advance every clock to its end, or until a log is too full for another step, or until `stop` is called.

        Parameters
        ----------
        state : State
            Its arrays are changed in place, its steps advanced.
        ends : dict
            For each clock the step at which it stops (not run).
        pause : callable or None
            Asked before each step; the run returns ``paused`` when it says so.
        """
        try:
            return self._run(state, ends, pause)
        finally:
            self._stopping = False

    def _run(self, state: State, ends: dict[str, int], pause: Callable[[], bool] | None) -> Status:
        clocks = self.program.clocks
        dts = [state.reals[f"{c}.dt"] for c in clocks]
        last = [ends[c] for c in clocks]
        with np.errstate(all="ignore"):
            while True:
                active = ticking([state.steps[c] for c in clocks], last, dts)
                if not any(active):
                    return Status("done")
                if any(self._full(log, state) for log in self.program.logs):
                    return Status("full")
                if self._stopping:
                    return Status("stopped")
                if pause is not None and pause():
                    return Status("paused")
                for clock, run in self._kernels:
                    if active[clock]:
                        run(state, state.steps[clocks[clock]])
                for clock, name in enumerate(clocks):
                    state.steps[name] += active[clock]

    def run_part(self, state: State, first: int, last: int, active: Sequence[bool]) -> None:
        """Run kernels ``first`` to ``last - 1`` of one step, those of ticking clocks; no clock is advanced."""
        with np.errstate(all="ignore"):
            for clock, run in self._kernels[first:last]:
                if active[clock]:
                    run(state, state.steps[self.program.clocks[clock]])

    def constants(self, state: State) -> None:
        """Compute the numbers that follow from other numbers."""
        Constants(self.program)(state)

    def _full(self, log: LogBuffer, state: State) -> bool:
        return int(state.arrays[log.cursor][0]) + size_of(log.per_step, state) > state.ints[log.capacity]

    def kernel(self, k: Kernel) -> Run:
        """The function that runs one kernel for step ``n``."""
        prelude = [(let.name, self._evaluator(let.value)) for let in k.prelude]
        body = [self.statement(s) for s in k.body]
        visits = self._domain(k)
        one_by_one = conflict(k) is not None
        emit = self._emit(k.domain) if isinstance(k.domain, Where) else None

        def run(state: State, n: int) -> None:
            frame = Frame({"n": np.int64(n)}, state)
            visit = visits(frame)
            if visit.count == 0 and emit is None:
                return
            for name, value in prelude:
                frame.names[name] = value(frame)
            frame.names.update(visit.indices)
            if one_by_one:
                self._sequential(frame, visit, body)
            else:
                for act in body:
                    act(frame, visit)
            if emit is not None:
                emit(frame)

        return run

    @staticmethod
    def _sequential(frame: Frame, visits: Visits, body: list[Act]) -> None:
        names, frame.slices = dict(frame.names), {}
        for at in range(visits.count):
            here = Visits(1, {k: v[at] for k, v in visits.indices.items()})
            frame.names = {**names, **here.indices}
            for act in body:
                act(frame, here)

    def _domain(self, k: Kernel) -> Callable[[Frame], Visits]:
        match k.domain:
            case Once():
                return lambda frame: Visits(1, {})
            case Each(size, first):
                return lambda frame: self._each(frame, size, first)
            case Where(size):
                return lambda frame: self._each(frame, size, 0)
            case Of(events, size, first):
                return lambda frame: self._of(frame, events, size, first)
            case Across():
                return self._across(k.domain)
            case Gather(route):
                return lambda frame: self._gather(frame, self._routes[route])
            case Sample(indices):
                return lambda frame: self._sample(frame, indices)

    @staticmethod
    def _each(frame: Frame, size: Size, first: Size) -> Visits:
        start, count = size_of(first, frame.state), size_of(size, frame.state)
        frame.slices = {"i": slice(start, start + count)}
        return Visits(count, {"i": np.arange(start, start + count, dtype=np.int64)})

    @staticmethod
    def _sample(frame: Frame, indices: str) -> Visits:
        i = frame.state.arrays[indices].astype(np.int64)
        return Visits(len(i), {"i": i, "r": np.arange(len(i), dtype=np.int64)})

    def happened(self, state: State, events: str, step: int) -> np.ndarray:
        """The elements that had an event at a step (which must lie within the history)."""
        ring = self._events[events]
        if step < 0:
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
                events = self.happened(state, domain.events, n - size_of(domain.delay, state))
                where, row = row_positions(state.arrays[f"{route.name}.rows"], _within(events, first, size) - first)
                return _synapses(state, route, where, row)
            return self._delayed(state, domain.events, route, n, first, size)

        return visits

    def _delayed(self, state: State, events: str, route: Route, n: int, first: int, size: int) -> Visits:
        rows, delays = state.arrays[f"{route.name}.rows"], state.arrays[f"{route.name}.delays"]
        pieces, owners = [NOWHERE], [NOWHERE]
        for age in range(state.ints[self._events[events].history] - 1, -1, -1):
            for source in _within(self.happened(state, events, n - age), first, size) - first:
                lo, hi = int(rows[source]), int(rows[source + 1])
                left, right = np.searchsorted(delays[lo:hi], [age, age + 1])
                pieces.append(np.arange(lo + left, lo + right, dtype=np.int64))
                owners.append(np.full(right - left, source, np.int64))
        return _synapses(state, route, np.concatenate(pieces), np.concatenate(owners))

    @staticmethod
    def _gather(frame: Frame, route: Route) -> Visits:
        state = frame.state
        k = np.arange(len(state.arrays[f"{route.synapses}.target"]), dtype=np.int64)
        return Visits(len(k), {"k": k, **_ends(state, route, k, None)})

    def _emit(self, domain: Where) -> Callable[[Frame], None]:
        test, ring = self._evaluator(domain.test), self._events[domain.events]

        def emit(frame: Frame) -> None:
            state = frame.state
            size = size_of(domain.size, state)
            found = np.flatnonzero(np.broadcast_to(test(frame), (size,)))
            slot = int(frame.names["n"]) % state.ints[ring.history]
            width = size_of(ring.size, state)
            state.arrays[ring.indices][slot * width : slot * width + len(found)] = found
            state.arrays[ring.counts][slot] = len(found)

        return emit

    def statement(self, s: Stmt) -> Act:
        """The function that runs a statement for all its visits."""
        match s:
            case Let(name, value):
                return self._let(name, value)
            case Store(array, index, value):
                return self._store(array, index, self._evaluator(value))
            case Add(array, index, value):
                return self._add(array, index, self._evaluator(value))
            case When(test, body):
                return self._when(self._evaluator(test), [self.statement(b) for b in body])
            case Log(log, values):
                return self._log(self._logs[log], [self._evaluator(v) for v in values])

    def _let(self, name: str, value: Expr) -> Act:
        compute, view = self._evaluator(value), isinstance(value, Load)

        def let(frame: Frame, visits: Visits) -> None:
            result = compute(frame)
            frame.names[name] = np.array(result)[()] if view else result

        return let

    def _index(self, index: Expr | None) -> Callable[[Frame], Any]:
        if index is None:
            return lambda frame: 0
        name, compute = index.name if isinstance(index, Ref) else "", self._evaluator(index)

        def at(frame: Frame) -> Any:
            where = frame.slices.get(name)
            return compute(frame) if where is None else where

        return at

    def _store(self, array: str, index: Expr | None, value: Evaluate) -> Act:
        at = self._index(index)

        def store(frame: Frame, visits: Visits) -> None:
            result = value(frame)
            if index is None and np.ndim(result):
                result = result[-1]
            frame.state.arrays[array][at(frame)] = result

        return store

    def _add(self, array: str, index: Expr | None, value: Evaluate) -> Act:
        at = self._index(index)

        def add(frame: Frame, visits: Visits) -> None:
            target, where = frame.state.arrays[array], at(frame)
            result = np.asarray(value(frame)).astype(target.dtype, copy=False)
            if isinstance(where, slice) or (np.ndim(where) == 0 and visits.count == 1):
                target[where] += result
            else:
                where = np.broadcast_to(where, (visits.count,))
                np.add.at(target, where, np.broadcast_to(result, (visits.count,)))

        return add

    def _when(self, test: Evaluate, body: list[Act]) -> Act:
        def when(frame: Frame, visits: Visits) -> None:
            holds = test(frame)
            if not visits.indices or np.ndim(next(iter(visits.indices.values()))) == 0:
                inner, some = frame, visits
                if not holds:
                    return
            else:
                mask = np.broadcast_to(holds, (visits.count,))
                some = visits.where(mask)
                if some.count == 0:
                    return
                names = {k: v[mask] if np.ndim(v) else v for k, v in frame.names.items()}
                inner = Frame({**names, **some.indices}, frame.state)
            for act in body:
                act(inner, some)

        return when

    def _log(self, log: LogBuffer, values: list[Evaluate]) -> Act:
        def append(frame: Frame, visits: Visits) -> None:
            arrays = frame.state.arrays
            row = int(arrays[log.cursor][0])
            for column, value in zip(log.columns, values, strict=True):
                arrays[column][row : row + visits.count] = value(frame)
            arrays[log.cursor][0] = row + visits.count

        return append


def _within(elements: np.ndarray, first: int, size: int) -> np.ndarray:
    return elements[(elements >= first) & (elements < first + size)]


def _synapses(state: State, route: Route, where: np.ndarray, row: np.ndarray) -> Visits:
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
