"""What a StateMonitor does with the values it sees: keep each of them (here), or reduce them (`reducers`).

In: for each column an expression for one element.  Out: kernels and memory; and tables of what has come together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from eqsim.ir.domain import Domain, Once, Sample
from eqsim.ir.expr import Expr
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Log, Stmt
from eqsim.objects.keeping import Keeper
from eqsim.objects.log import GrowingLog
from eqsim.objects.part import Contribution
from eqsim.objects.recorded import Recorded, column_names
from eqsim.units import Dimension

MakeLog = Callable[[str, Mapping[str, str], bool], GrowingLog]
"""A log of this name with these columns; with a row for each tick, or also for each element."""


@dataclass(slots=True)
class Work:
    """What kernels of a monitor are made of: the present time, the value of each column for one element."""

    name: str
    part: Contribution
    clock: str
    when: str
    order: int
    time: Expr
    values: Mapping[str, Expr]
    origins: Mapping[str, Any]
    chosen: Sample
    """The recorded elements, and their place ``r`` among each other."""
    visits: Domain
    """The recorded elements, in the same order."""

    def kernel(self, suffix: str, domain: Domain, body: tuple[Stmt, ...]) -> None:
        """Add a kernel; those of one monitor run in the order of their suffixes."""
        if body:
            self.part.kernels.append(Kernel(f"{self.name}{suffix}", domain, body, self.clock, self.when, self.order))


class Collected(Protocol):
    """What becomes of the values of a StateMonitor."""

    over: str

    @property
    def logs(self) -> Sequence[GrowingLog]:
        """What grows during a run."""

    @property
    def ticks(self) -> int:
        """How many times values were taken."""

    def resize(self, width: int) -> None:
        """So many elements are recorded."""

    def contribute(self, part: Contribution) -> None:
        """Declare the memory."""

    def kernels(self, work: Work) -> None:
        """Add the kernels."""

    def dims(self) -> dict[str, Dimension]:
        """What can be asked for, and its dimension."""

    def table(self, name: str, rows: Any) -> np.ndarray:
        """A copy of the values of a column for some of the recorded elements."""

    def times(self) -> np.ndarray:
        """(n,) float64: when, in seconds."""

    def add(self, t_s: float, values: Mapping[str, np.ndarray]) -> None:
        """Take values from the host."""

    def clear(self, free: bool) -> None:
        """Forget everything."""


class Samples(Keeper):
    """Each value of each element, by time and then by element::

    t        [n]
    column   [n * width + r]
    """

    over = ""

    def __init__(self, name: str, columns: Mapping[str, Recorded], dtypes: Mapping[str, str], make: MakeLog) -> None:
        self.columns, self.width = columns, 0
        self._words = column_names(columns)
        self.clocked = make(f"{name}.samples", {"t": "float64"}, False)
        self.values = {n: make(f"{name}.{w}", {w: dtypes[n]}, True) for n, w in self._words.items()}

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self.clocked, *self.values.values()]

    @property
    def ticks(self) -> int:
        """How many times values were taken."""
        return len(self.clocked)

    def resize(self, width: int) -> None:
        """So many elements are recorded."""
        self.width = width
        for log in self.values.values():
            log.width = max(1, width)

    def contribute(self, part: Contribution) -> None:
        """Declare the memory."""
        for log in self.logs:
            log.contribute(part)

    def kernels(self, work: Work) -> None:
        """One row of time, and one value for each recorded element."""
        work.kernel("_t", Once(), (Log(self.clocked.name, (work.time,)),))
        if self.width:
            logs = tuple(Log(self.values[n].name, (value,), work.origins[n]) for n, value in work.values.items())
            work.kernel("", work.visits, logs)

    def dims(self) -> dict[str, Dimension]:
        """What can be asked for, and its dimension."""
        return {n: c.unit for n, c in self.columns.items()}

    def table(self, name: str, rows: Any) -> np.ndarray:
        """(rows, n): a copy of the values of a column for some of the recorded elements."""
        if not self.width:
            return np.zeros((0, self.ticks), self.values[name].column(self._words[name]).dtype)
        return self.values[name].table(self._words[name], self.width, rows)

    def times(self) -> np.ndarray:
        """(n,) float64: when, in seconds."""
        return self.clocked.column("t").copy()

    def add(self, t_s: float, values: Mapping[str, np.ndarray]) -> None:
        """Take values from the host."""
        self.clocked.append({"t": np.array([t_s])})
        for name, found in values.items():
            self.values[name].append({self._words[name]: found})

    def clear(self, free: bool) -> None:
        """Forget everything."""
        for log in self.logs:
            log.clear(free)
