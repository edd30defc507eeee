"""Columns that grow while a simulation runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from eqsim.ir.aligned import empty
from eqsim.ir.program import LogBuffer
from eqsim.objects.clock import EPSILON, Clock
from eqsim.objects.keeping import Keeper
from eqsim.objects.part import Contribution
from eqsim.objects.settle import settle

FIRST_ROWS = 1024
LARGEST_STEP = 1 << 26  # bytes: beyond this a log grows by this much, or a quarter, not by doubling


class GrowingLog(Keeper):
    """Rows of a monitor.  ``width`` is the largest number of rows that one step can add.

    ``clock`` is given if every tick of it adds ``width`` rows: then the length of a run tells how many there will be.
    ``cursor`` is the number of rows in memory.
    """

    def __init__(self, name: str, columns: Mapping[str, str], clock: Clock | None = None) -> None:
        self.name, self.width, self.clock = name, 1, clock
        self._columns = {n: np.zeros(0, dtype) for n, dtype in columns.items()}
        self.cursor = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return self.pending

    @property
    def pending(self) -> int:
        """Rows in memory."""
        settle()
        return int(self.cursor[0])

    @property
    def capacity(self) -> int:
        """Rows there is room for."""
        return min(len(c) for c in self._columns.values())

    @property
    def full(self) -> bool:
        """Is there no room for another step?"""
        return self.pending + self.width > self.capacity

    def column(self, name: str) -> np.ndarray:
        """The rows written so far."""
        return self._columns[name][: self.pending]

    def table(self, name: str, width: int, rows: Any) -> np.ndarray:
        """(rows, n): of a column with ``width`` rows in each tick, some of these for all ticks."""
        return np.array(self.column(name).reshape(-1, width).T[rows])

    def reserve(self, rows: int) -> None:
        """Make room for this many rows in all."""
        if rows > self.capacity:
            for name, old in self._columns.items():
                new = empty(rows, old.dtype)
                new[: self.pending] = old[: self.pending]
                self._columns[name] = new

    def grow(self, rows: int = 0) -> None:
        """Make room for at least one more step, or for some more rows; doubles while small."""
        largest = max(LARGEST_STEP // self.row_bytes, self.capacity // 4, 1)
        step = min(max(self.capacity, FIRST_ROWS), largest)
        self.reserve(max(self.pending + max(self.width, rows), self.capacity + step))

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return sum(c.itemsize for c in self._columns.values())

    def wanted(self, ticks: int) -> int:
        """Bytes of memory that some more ticks of the clock need beyond what there is; 0 if only the run will tell."""
        return 0 if self.clock is None else max(0, self.pending + ticks * self.width - self.capacity) * self.row_bytes

    def expect(self, ticks: int) -> None:
        """Make room for some more ticks of the clock.  Memory costs nothing before it is written to."""
        if self.clock is not None:
            with suppress(MemoryError):  # then it grows as it is needed
                self.reserve(self.pending + ticks * self.width)

    def look(self) -> None:
        """Called now and then during a run, between two steps."""

    def append(self, rows: Mapping[str, np.ndarray]) -> None:
        """Add rows from the host."""
        count = len(next(iter(rows.values())))
        if self.pending + count > self.capacity:
            self.grow(count)
        start = self.pending
        for name, values in rows.items():
            self._columns[name][start : start + count] = values
        self.cursor[0] += count

    def clear(self, free: bool = False) -> None:
        """Forget all rows; ``free`` gives their memory back, too."""
        self.cursor[0] = 0
        if free:
            self._columns = {n: np.zeros(0, c.dtype) for n, c in self._columns.items()}

    def keep(self) -> dict[str, Any]:
        """The rows written so far."""
        return {name: self.column(name).copy() for name in self._columns}

    def bring_back(self, values: Mapping[str, Any]) -> None:
        """Only these rows are there again."""
        rows = min(len(values[name]) for name in self._columns)
        self.reserve(rows)
        for name, column in self._columns.items():
            column[:rows] = values[name]
        self.cursor[0] = rows

    def adopt(self, columns: Mapping[str, np.ndarray]) -> None:
        """Take rows over that were written elsewhere; columns and cursor by their names in the program."""
        for name in self._columns:
            self._columns[name] = columns[f"{self.name}.{name}"]
        self.cursor[0] = columns[f"{self.name}.cursor"][0]

    def take_over(self, columns: Mapping[str, np.ndarray]) -> None:
        """Have these rows, and no others; columns by their names in the program."""
        rows = len(next(iter(columns.values())))
        self.reserve(rows)
        for name, column in self._columns.items():
            column[:rows] = columns[f"{self.name}.{name}"]
        self.cursor[0] = rows

    def memory(self) -> dict[str, np.ndarray]:
        """Arrays by their names in the program."""
        return {**{f"{self.name}.{n}": c for n, c in self._columns.items()}, f"{self.name}.cursor": self.cursor}

    def contribute(self, part: Contribution) -> None:
        """Declare the columns; their memory and capacity may change during a run."""
        if self.capacity == 0:
            self.grow()
        columns = tuple(f"{self.name}.{n}" for n in self._columns)
        part.logs.append(LogBuffer(self.name, columns, f"{self.name}.width"))
        for name, memory in self.memory().items():
            part.store(name, memory, shared=name.endswith(".cursor"))
        part.ints[f"{self.name}.width"] = self.width
        part.ints[f"{self.name}.capacity"] = self.capacity


class RecentLog(GrowingLog):
    """Keeps the last rows only.  When half of the memory is old it is given to new rows::

        [ old ... | recent ... ]   ->   [ recent ... |  free  ]

    ``first`` tells how many rows are old; ``ticks`` of how many ticks of the clock the others can be.
    """

    def __init__(
        self,
        name: str,
        columns: Mapping[str, str],
        clock: Clock | None,
        first: Callable[[RecentLog], int],
        ticks: int,
    ) -> None:
        super().__init__(name, columns, clock)
        self._first, self._ticks = first, ticks

    def __len__(self) -> int:
        return self.pending - self._first(self)

    def column(self, name: str) -> np.ndarray:
        """The recent rows."""
        return self._columns[name][self._first(self) : self.pending]

    def newest(self, name: str) -> np.ndarray:
        """All rows in memory, the old ones included."""
        return super().column(name)

    def grow(self, rows: int = 0) -> None:
        """Move the recent rows to the front; make more room if that gives little."""
        first = self._first(self)
        if first < max(self.width, rows, self.capacity // 2):
            super().grow(rows)
            return
        recent = self.pending - first
        for c in self._columns.values():
            c[:recent] = c[first : self.pending].copy()
        self.cursor[0] = recent

    def wanted(self, ticks: int) -> int:
        """As in `GrowingLog`; at most for twice what is kept."""
        return super().wanted(min(ticks, 2 * self._ticks))

    def expect(self, ticks: int) -> None:
        """The room that a run needs does not depend on its length."""


def last_ticks(name: str, columns: Mapping[str, str], clock: Clock, ticks: int) -> RecentLog:
    """A log of which the rows of the last ticks of its clock are kept."""
    return RecentLog(name, columns, clock, lambda log: max(0, log.pending - ticks * log.width), ticks)


def last_time(name: str, columns: Mapping[str, str], clock: Clock, ticks: int) -> RecentLog:
    """A log of events, of which those of the last ticks of a clock are kept."""

    def first(log: RecentLog) -> int:
        return int(np.searchsorted(log.newest("t"), (clock.step - ticks - EPSILON) * clock.dt_))

    return RecentLog(name, columns, None, first, ticks)
