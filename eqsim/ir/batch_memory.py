"""The memory of a batch: the states of all points as one, and the state of each point again.

In: a `Together`, the states of its points.  Out: one `State`; after the run, values and rows by point.  How arrays lie is
told in `eqsim.ir.batch`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.ir.aligned import aligned, empty
from eqsim.ir.batch import LANES, Together
from eqsim.ir.domain import POINTS
from eqsim.ir.program import LogBuffer, State

FIRST_ROWS = 64


class BatchMemory:
    """The memory of a batch.

    Parameters
    ----------
    batch : Together
    states : sequence of State
        One for each point.  An array that is not in ``batch.varying`` is taken from the first one.
    spare : dict, optional
        Columns of an earlier batch, by name, whose memory may be used again: fresh memory costs more than what is written
        into it.  Those of this batch are put there.
    """

    def __init__(self, batch: Together, states: Sequence[State], spare: dict[str, np.ndarray] | None = None) -> None:
        self.batch = batch
        self._spare = {} if spare is None else spare
        self.count = len(states)
        lanes = LANES if len(states) <= LANES else 2 * LANES
        self.points = -(-len(states) // lanes) * lanes
        self.columns = {c for log in batch.single.logs for c in log.columns if c in batch.varying}
        padded = [*states, *[states[-1]] * (self.points - len(states))]
        self.state = self._joined(padded)

    def _joined(self, states: Sequence[State]) -> State:
        first, program = states[0], self.batch.program
        numbers = {**first.reals, **first.ints}
        found = State(steps=dict(first.steps), ints={POINTS.name: self.points})
        for a in program.arrays:
            if a.name in self.batch.varying:
                found.arrays[a.name] = aligned(self._array(a.name, a.dtype, states))
            elif a.name in first.arrays:
                found.arrays[a.name] = first.arrays[a.name]
            elif a.name in numbers:
                found.arrays[a.name] = np.array([s.reals.get(a.name, s.ints.get(a.name)) for s in states], a.dtype)
            elif a.name in self.batch.orders:
                neurons = first.arrays[self.batch.orders[a.name]]
                found.arrays[a.name] = np.argsort(neurons, kind="stable").astype(a.dtype)
            else:
                found.arrays[a.name] = np.zeros(self.points, a.dtype)
        found.reals = {n: v for n, v in first.reals.items() if n not in found.arrays}
        found.ints |= {n: v for n, v in first.ints.items() if n not in found.arrays}
        for log in self.batch.single.logs:
            alike = [name for name in (log.cursor, *log.columns) if name not in self.batch.varying]
            found.arrays |= {name: first.arrays[name].copy() for name in alike}
            if log.columns[0] in self.batch.varying:
                found.ints[log.capacity] = self._first_rows(log, first)
        return found

    def _array(self, name: str, dtype: str, states: Sequence[State]) -> np.ndarray:
        if name in self.columns:
            return self._column(name, dtype, states[0])
        if name in self.batch.rings:
            return np.concatenate([s.arrays[name] for s in states]).astype(dtype, copy=False)
        if all(s.arrays[name] is states[0].arrays[name] for s in states):
            return np.repeat(states[0].arrays[name], self.points).astype(dtype, copy=False)
        return np.stack([s.arrays[name] for s in states], axis=-1).reshape(-1).astype(dtype, copy=False)

    def _column(self, name: str, dtype: str, first: State) -> np.ndarray:
        """All points have the same rows when they begin."""
        log = next(log for log in self.batch.single.logs if name in log.columns)
        rows, column = int(first.arrays[log.cursor][0]), first.arrays[name]
        found = empty(self._first_rows(log, first) * self.points, dtype)
        found[: rows * self.points] = np.repeat(column[:rows], self.points)
        return found

    @staticmethod
    def _first_rows(log: LogBuffer, first: State) -> int:
        """Rows there is room for in the beginning: for a step, and some more."""
        per_step = log.per_step if isinstance(log.per_step, int) else first.ints[log.per_step]
        return int(first.arrays[log.cursor][0]) + max(per_step, FIRST_ROWS)

    # -- logs ------------------------------------------------------------------------------------------------------

    def capacity(self, log: LogBuffer) -> int:
        """Rows there is room for."""
        return self.state.ints[log.capacity]

    def rows(self, log: LogBuffer) -> int:
        """The largest number of rows of a point."""
        return int(self.state.arrays[log.cursor].max())

    def reserve(self, log: LogBuffer, rows: int) -> None:
        """Make room for this many rows of each point."""
        if rows <= self.capacity(log):
            return
        used = self.rows(log)
        for c in log.columns:
            wide = self.points if c in self.batch.varying else 1
            old = self.state.arrays[c]
            new = self._room(c, rows * wide, old.dtype)
            new[: used * wide] = old[: used * wide]
            self.state.arrays[c] = new
        self.state.ints[log.capacity] = rows

    def _room(self, column: str, size: int, dtype: np.dtype[Any]) -> np.ndarray:
        spare = self._spare.get(column)
        if spare is None or len(spare) < size or spare.dtype != dtype or np.shares_memory(spare, self.state.arrays[column]):
            spare = self._spare[column] = empty(size, dtype)
        return spare[:size]

    def grow(self) -> None:
        """Make room for a step more in each log."""
        for log in self.batch.single.logs:
            per_step = log.per_step if isinstance(log.per_step, int) else self.state.ints[log.per_step]
            if self.rows(log) + per_step > self.capacity(log):
                self.reserve(log, max(self.rows(log) + per_step, 2 * self.capacity(log)))

    # -- single points -----------------------------------------------------------------------------------------------

    def take(self, point: int, state: State) -> None:
        """Write the memory of a point into the arrays of a state; logs are left out."""
        cursors = {log.cursor for log in self.batch.single.logs}
        for name in self.batch.varying - self.columns - cursors:
            state.arrays[name][:] = self._of(name, point)
        state.steps.update(self.state.steps)

    def _of(self, name: str, point: int) -> np.ndarray:
        values = self.state.arrays[name]
        if name in self.batch.rings:
            length = len(values) // self.points
            return values[point * length : (point + 1) * length]
        return values[point :: self.points]

    def column(self, log: LogBuffer, column: str, point: int) -> np.ndarray:
        """The rows of a point."""
        cursor = self.state.arrays[log.cursor]
        rows = int(cursor[point] if log.cursor in self.batch.varying else cursor[0])
        values = self.state.arrays[column]
        return values[point : rows * self.points : self.points] if column in self.batch.varying else values[:rows]
