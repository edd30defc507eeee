"""Columns that grow while a simulation runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.ir.program import LogBuffer
from eqsim.objects.clock import Clock
from eqsim.objects.keeping import Keeper
from eqsim.objects.part import Contribution

FIRST_ROWS = 1024
LARGEST_STEP = 1 << 26  # bytes: beyond this a log grows by this much, or a quarter, not by doubling
LARGEST_RESERVE = 1 << 28  # bytes: up to this the whole of a run gets its room at once


class GrowingLog(Keeper):
    """Rows of a monitor.  ``width`` is the largest number of rows that one step can add.

    ``clock`` is given if every tick of it adds ``width`` rows: then the length of a run tells how many there will be.
    """

    def __init__(self, name: str, columns: Mapping[str, str], clock: Clock | None = None) -> None:
        self.name, self.width, self.clock = name, 1, clock
        self._columns = {n: np.zeros(0, dtype) for n, dtype in columns.items()}
        self.cursor = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return int(self.cursor[0])

    @property
    def capacity(self) -> int:
        """Rows there is room for."""
        return min(len(c) for c in self._columns.values())

    def column(self, name: str) -> np.ndarray:
        """The rows written so far."""
        return self._columns[name][: len(self)]

    def reserve(self, rows: int) -> None:
        """Make room for this many rows in all."""
        if rows > self.capacity:
            for name, old in self._columns.items():
                new = np.empty(rows, old.dtype)
                new[: len(self)] = old[: len(self)]
                self._columns[name] = new

    def grow(self) -> None:
        """Make room for at least one more step; doubles while small."""
        largest = max(LARGEST_STEP // self._row_bytes, self.capacity // 4, 1)
        step = min(max(self.capacity, FIRST_ROWS), largest)
        self.reserve(max(len(self) + self.width, self.capacity + step))

    @property
    def _row_bytes(self) -> int:
        return sum(c.itemsize for c in self._columns.values())

    def expect(self, ticks: int) -> None:
        """Make room for some more ticks of the clock, unless that is a lot."""
        rows = len(self) + ticks * self.width
        if self.clock is not None and rows * self._row_bytes <= LARGEST_RESERVE:
            self.reserve(rows)

    def append(self, rows: Mapping[str, np.ndarray]) -> None:
        """Add rows from the host."""
        count = len(next(iter(rows.values())))
        self.reserve(len(self) + count)
        start = len(self)
        for name, values in rows.items():
            self._columns[name][start : start + count] = values
        self.cursor[0] += count

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
