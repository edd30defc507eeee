"""One result for each time: what a StateMonitor sees, reduced over its elements.

The mean comes first, then the squares of the deviations from it: two passes lose nothing to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from eqsim.ir.domain import Once, Sample
from eqsim.ir.expr import Expr, Load, Number, Ref, as_real, integer, real
from eqsim.ir.stmt import Add, Let, Log, Stmt, Store
from eqsim.objects.log import GrowingLog
from eqsim.objects.part import Contribution
from eqsim.objects.recorded import Recorded
from eqsim.objects.reducers import MINE, Reduced, Reduction, host_slots
from eqsim.objects.samples import MakeLog, Work


class OverPopulation(Reduced):
    """One result for each time::

    t, x_sum, x_squares   [n]                     of a log
    x_histogram           [n * slots + slot]      int32, of a log of its own
    """

    over = "population"

    def __init__(self, name: str, columns: Mapping[str, Recorded], asked: Reduction, make: MakeLog) -> None:
        super().__init__(name, columns, asked)
        self.kinds = ["sum"] * (set(asked.whats) != {"histogram"}) + ["squares"] * asked.moments
        rows = {f"{w}_{kind}": "float64" for w in self.words.values() for kind in self.kinds}
        self.log = make(f"{name}.reduced", {"t": "float64", **rows}, False)
        counted = self.words.items() if "histogram" in asked.whats else ()
        self.counts = {n: make(f"{name}.{w}.counts", {"counts": "int32"}, True) for n, w in counted}
        for log in self.counts.values():
            log.width = self.slots
        self.now = {(n, k): np.zeros(1) for n in columns for k in self.kinds}
        self.slots_now = {n: np.zeros(self.slots, np.int32) for n in self.counts}

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self.log, *self.counts.values()]

    @property
    def ticks(self) -> int:
        """How many times values were taken."""
        return len(self.log)

    def resize(self, width: int) -> None:
        """So many elements are recorded."""
        self.width = width

    def contribute(self, part: Contribution) -> None:
        """Declare the memory."""
        self.store_edges(part)
        for log in self.logs:
            log.contribute(part)
        for (n, kind), memory in self.now.items():
            part.store(self.full(n, kind), memory, shared=True)
        for n, counts in self.slots_now.items():
            part.store(self.full(n, "slots"), counts)
        if self.counts:
            part.store(f"{self.name}.slots", np.arange(self.slots, dtype=np.int32))

    def kernels(self, work: Work) -> None:
        """Add up, then the squares, then write down and begin anew."""
        self._pass(work, "_reduce_1", lambda n, x: self._sum(n, x))
        if "squares" in self.kinds:
            self._pass(work, "_reduce_2", lambda n, x: self._square(work, n, x))
        row = [Load(self.full(n, k)) for n in self.columns for k in self.kinds]
        zero = (Store(self.full(n, k), None, real(0.0)) for n in self.columns for k in self.kinds)
        work.kernel("_reduce_3", Once(), (Log(self.log.name, (work.time, *row)), *zero))
        for at, (n, log) in enumerate(self.counts.items()):
            slots = self.full(n, "slots")
            body = (Log(log.name, (Load(slots, MINE, "int"),)), Store(slots, MINE, integer(0)))
            work.kernel(f"_reduce_4_{at}", Sample(f"{self.name}.slots", self.slots), body)

    def _pass(self, work: Work, suffix: str, act: Callable[[str, Expr], list[Stmt]]) -> None:
        lets, values = self.reals(work)
        if self.width:
            work.kernel(suffix, work.chosen, (*lets, *(s for n, x in values.items() for s in act(n, x))))

    def _sum(self, column: str, x: Expr) -> list[Stmt]:
        found: list[Stmt] = [Add(self.full(column, "sum"), None, x)] if self.kinds else []
        if column in self.counts:
            slot = Ref(f"{self.words[column]}_slot", "int")
            found += [Let(slot.name, self.slot(x)), Add(self.full(column, "slots"), slot, integer(1))]
        return found

    def _square(self, work: Work, column: str, x: Expr) -> list[Stmt]:
        mean, away = f"{self.words[column]}_mean", f"{self.words[column]}_away"
        size = as_real(Number(str(work.chosen.size), "int"))
        return [
            Let(mean, Load(self.full(column, "sum")) / size),
            Let(away, x - Ref(mean)),
            Add(self.full(column, "squares"), None, Ref(away) * Ref(away)),
        ]

    def table(self, name: str, rows: Any) -> np.ndarray:
        """(n,) or, of histograms, (n, bins): the results, for all recorded elements together.

        Raises
        ------
        IndexError
            If some of the elements are asked for.
        """
        if rows != slice(None):
            raise IndexError(f"'{self.name}' keeps one value for all elements, over='population'")
        column, what = self.asked.split(name, self.columns)
        if what == "histogram":
            return np.array(self.counts[column].column("counts").reshape(self.ticks, self.slots)[:, 1:-1])
        size = self.width or np.nan
        total = self.log.column(f"{self.words[column]}_sum")
        if what in ("sum", "mean"):
            return total / size if what == "mean" else total.copy()
        variance = self.log.column(f"{self.words[column]}_squares") / size
        return np.sqrt(variance) if what == "std" else variance

    def times(self) -> np.ndarray:
        """(n,) float64: when, in seconds."""
        return self.log.column("t").copy()

    def add(self, t_s: float, values: Mapping[str, np.ndarray]) -> None:
        """Take values from the host."""
        row = {"t": np.array([t_s])}
        for n, found in values.items():
            x, word = np.asarray(found, float), self.words[n]
            total = _in_order(x)
            if self.kinds:
                row[f"{word}_sum"] = np.array([total])
            if "squares" in self.kinds:
                row[f"{word}_squares"] = np.array([_in_order((x - total / (self.width or np.nan)) ** 2)])
            if n in self.counts:
                counts = np.bincount(host_slots(self.asked.edges, x), minlength=self.slots)
                self.counts[n].append({"counts": counts.astype(np.int32)})
        self.log.append(row)

    def clear(self, free: bool) -> None:
        """Forget everything."""
        for log in self.logs:
            log.clear(free)


def _in_order(values: np.ndarray) -> float:
    """The sum from the first to the last; 0 of nothing."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0
