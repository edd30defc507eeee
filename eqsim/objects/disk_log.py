"""Logs whose rows go to a file: a chunk of them is in memory at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from eqsim.objects.clock import Clock
from eqsim.objects.disk import DiskFile, Layout
from eqsim.objects.log import GrowingLog
from eqsim.units import Dimension

CHUNK_BYTES = 1 << 22  # of all rows that are in memory before they are written
LARGEST_CHUNK = 1 << 16  # rows
LATEST_S = 10.0  # seconds after which rows are written also if they make no whole chunk

Label = Callable[[str], tuple[str, Dimension]]
"""For a column the name by which the user knows it, and its dimension."""


class Recorder:
    """Writes the logs of one monitor to its group of a file, all together, so that they have equally many rows."""

    def __init__(self, file: DiskFile, group: str, ticks: int | None) -> None:
        self.file, self.group, self._ticks = file, group, ticks
        self.logs: list[DiskLog] = []
        self.written = 0
        self.begun = False
        self._since = time.monotonic()

    @property
    def ticks(self) -> int:
        """Rows of the file in a chunk."""
        row = sum(log.row_bytes * (log.row_width or 1) for log in self.logs)
        return self._ticks or int(np.clip(CHUNK_BYTES // max(row, 1), 1, LARGEST_CHUNK))

    def begin(self, head: Mapping[str, Any], fixed: Mapping[str, np.ndarray]) -> None:
        """Make the group in the file, when the first run begins: its attributes, what never changes, empty columns."""
        if not self.begun:
            layouts = {name: layout for log in self.logs for name, layout in log.layouts(self.ticks).items()}
            self.file.begin(self.group, head, fixed, layouts)
            self.begun = True
        self._since = time.monotonic()

    def flush(self) -> None:
        """Write all rows that are in memory."""
        rows = {name: values for log in self.logs for name, values in log.in_memory().items()}
        count = max((len(v) for v in rows.values()), default=0)
        if count and self.begun:
            self.file.append(self.group, rows)
            self.written += count
            self._forget()
        self._since = time.monotonic()

    def look(self) -> None:
        """Write what has been waiting for long."""
        if time.monotonic() - self._since > LATEST_S:
            self.flush()

    def cut(self, rows: int) -> None:
        """Keep only the first rows, and none of those in memory."""
        if rows < self.written:
            self.file.cut(self.group, rows)
            self.written = rows
        self._forget()

    def _forget(self) -> None:
        for log in self.logs:
            log.cursor[0] = 0


class DiskLog(GrowingLog):
    """Rows that go to a file.  ``wide``: all rows of a tick make one row of the file."""

    def __init__(
        self, name: str, columns: Mapping[str, str], clock: Clock | None, recorder: Recorder, label: Label, wide: bool
    ) -> None:
        super().__init__(name, columns, clock)
        self.recorder, self._label, self.wide = recorder, label, wide
        recorder.logs.append(self)

    @property
    def row_width(self) -> int | None:
        """Values in a row of the file; None: the column is no table."""
        return self.width if self.wide else None

    def layouts(self, ticks: int) -> dict[str, Layout]:
        """The datasets of the file."""
        return {n: Layout(str(c.dtype), self.row_width, ticks, *self._label(n)) for n, c in self._columns.items()}

    def in_memory(self) -> dict[str, np.ndarray]:
        """The rows that are not in the file yet, as the file wants them."""
        shape = (-1, self.width) if self.wide else (-1,)
        return {n: super(DiskLog, self).column(n).reshape(shape) for n in self._columns}

    def __len__(self) -> int:
        return self.recorder.written * (self.row_width or 1) + self.pending

    def column(self, name: str) -> np.ndarray:
        """All rows, from the file and from memory."""
        return self._all(name, None).reshape(-1)

    def table(self, name: str, width: int, rows: Any) -> np.ndarray:
        """As in `GrowingLog`; only these columns of the file are read."""
        chosen = None if isinstance(rows, slice) and rows == slice(None) else np.arange(width)[rows]
        return self._all(name, chosen).T

    def _all(self, name: str, columns: np.ndarray | None) -> np.ndarray:
        present = self.in_memory()[name]
        present = present if columns is None else present[:, columns]
        if not self.recorder.written:
            return present.copy()
        written = self.recorder.file.read(self.recorder.group, name, columns)
        return np.concatenate((written, present)) if len(present) else written

    def grow(self, rows: int = 0) -> None:
        """Write what is there; room for a chunk (of events: and for a step more) is made once."""
        self.recorder.flush()
        chunk = self.recorder.ticks * self.width if self.clock is not None else self.recorder.ticks + self.width
        self.reserve(max(rows, chunk))

    def wanted(self, ticks: int) -> int:
        """It needs no more than it has."""
        return 0

    def in_file(self, ticks: int) -> int:
        """Bytes that some more ticks of the clock need in the file."""
        return ticks * self.width * self.row_bytes

    def expect(self, ticks: int) -> None:
        """The room that a run needs does not depend on its length."""

    def look(self) -> None:
        """Write what has been waiting for long."""
        self.recorder.look()

    def clear(self, free: bool = False) -> None:
        """Forget all rows, in the file, too."""
        self.recorder.cut(0)
        super().clear(free)

    def keep(self) -> dict[str, Any]:
        """How many rows of the file there are."""
        self.recorder.flush()
        return {"rows": self.recorder.written}

    def bring_back(self, values: Mapping[str, Any]) -> None:
        """Only the first rows are there again."""
        self.recorder.cut(int(values["rows"]))
