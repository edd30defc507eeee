"""The meaning of a program: an interpreter on numpy.

In: a program and a state.  Out: the state, advanced in place.  No text is generated and nothing is compiled; the compiled
targets give the same bits on the same memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eqsim.ir.clock import Clocks
from eqsim.ir.domain import POINTS, Batch, Domain, Send, Where
from eqsim.ir.evaluate import Evaluate, Evaluator, Frame, iteration
from eqsim.ir.expr import Expr, Load, Ref
from eqsim.ir.order import conflict
from eqsim.ir.program import Kernel, LogBuffer, Program, State, Status
from eqsim.ir.stmt import Add, Let, Log, Loop, Stmt, Store, When
from eqsim.ir.visits import Visitor, Visits, size_of

Run = Callable[[State, int], None]
Act = Callable[[Frame, "Visits"], None]


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
        self._visitor = Visitor(program)
        self._events = {e.name: e for e in program.events}
        self._queues = {q.name: q for q in program.queues}
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
        names = self.program.clocks
        clocks = Clocks.of(self.program, state)
        with np.errstate(all="ignore"):
            while True:
                active = clocks.ticking(state.steps, ends)
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
                        run(state, state.steps[names[clock]])
                for clock, name in enumerate(names):
                    state.steps[name] += active[clock]

    def run_part(
        self, state: State, first: int, last: int, active: Sequence[bool], seconds: list[float] | None = None
    ) -> None:
        """Run kernels ``first`` to ``last - 1`` of one step, those of ticking clocks; no clock is advanced.

        ``seconds``: for each kernel of the program, the time that it takes is added there.
        """
        with np.errstate(all="ignore"):
            for at, (clock, run) in enumerate(self._kernels[first:last], first):
                if active[clock]:
                    began = time.perf_counter()
                    run(state, state.steps[self.program.clocks[clock]])
                    if seconds is not None:
                        seconds[at] += time.perf_counter() - began

    def constants(self, state: State) -> None:
        """Compute the numbers that follow from other numbers."""
        Constants(self.program)(state)

    def _full(self, log: LogBuffer, state: State) -> bool:
        return int(state.arrays[log.cursor].max()) + size_of(log.per_step, state) > state.ints[log.capacity]

    def kernel(self, k: Kernel) -> Run:
        """The function that runs one kernel for step ``n``."""
        prelude = [(let.name, self._evaluator(let.value)) for let in k.prelude]
        body = [self.statement(s) for s in k.body]
        visits = self._visitor.of(k.domain)
        one_by_one = conflict(k) is not None
        emit = self._emitter(k.domain)

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

    def _emitter(self, domain: Domain) -> Callable[[Frame], None] | None:
        match domain:
            case Where():
                return self._emit(domain)
            case Send():
                return self._put(domain)
            case Batch(Where() as inner):
                return self._emit_by_point(inner)
        return None

    def _put(self, domain: Send) -> Callable[[Frame], None]:
        """Append synapses to the lists of the steps at which they are due."""
        steps, queue = self._evaluator(domain.steps), self._queues[domain.queue]

        def put(frame: Frame) -> None:
            state, n, k = frame.state, int(frame.names["n"]), frame.names["k"]
            if not len(k):
                return
            ahead = np.broadcast_to(steps(frame), (len(k),))
            history, width, counts = state.ints[queue.history], state.ints[queue.width], state.arrays[queue.counts]
            slots = np.where(ahead < history, (n + ahead) % history, history)
            order = np.argsort(slots, kind="stable")
            slots = slots[order]
            rank = np.arange(len(slots)) - np.searchsorted(slots, slots)
            late = slots == history
            state.arrays[queue.due][(counts[slots] + rank)[late]] = n + ahead[order][late]
            state.arrays[queue.waiting][slots * width + counts[slots] + rank] = k[order]
            np.add.at(counts, slots, 1)
            for most, value in ((queue.longest, counts.max()), (queue.farthest, ahead.max() + 1)):
                state.arrays[most][0] = max(int(state.arrays[most][0]), int(value))

        return put

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

    def _emit_by_point(self, domain: Where) -> Callable[[Frame], None]:
        """Each point has a ring of its own."""
        test, ring = self._evaluator(domain.test), self._events[domain.events]

        def emit(frame: Frame) -> None:
            state = frame.state
            size, points, history = size_of(domain.size, state), state.ints[POINTS.name], state.ints[ring.history]
            holds = np.broadcast_to(test(frame), (size * points,)).reshape(size, points)
            point, found = np.nonzero(holds.T)
            counts = np.count_nonzero(holds, axis=0)
            place = np.arange(len(found)) - np.repeat(np.cumsum(counts) - counts, counts)
            slot = int(frame.names["n"]) % history
            state.arrays[ring.indices][(point * history + slot) * size_of(ring.size, state) + place] = found
            state.arrays[ring.counts].reshape(points, history)[:, slot] = counts

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
            case Loop():
                run = iteration(self._evaluator, s)
                return lambda frame, visits: run(frame)
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
            if isinstance(where, slice):
                target[where] += result
            elif np.ndim(where) == 0 and visits.count == 1:
                target[where] += result.reshape(-1)[0]
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
