"""One result for each element: what a StateMonitor sees, reduced over time.

Mean and variance follow B. P. Welford, Technometrics 4 (1962), p. 419: with the n-th value x, the mean m and the sum of
squared deviations S, m' = m + (x - m)/n and S' = S + (x - m)*(x - m').
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.ir.domain import Once
from eqsim.ir.expr import Cast, Expr, Load, Ref, Select, gt, integer, lt
from eqsim.ir.stmt import Add, Let, Stmt, Store
from eqsim.objects.log import GrowingLog
from eqsim.objects.part import Contribution
from eqsim.objects.recorded import Recorded
from eqsim.objects.reducers import MINE, Reduced, Reduction, host_slots
from eqsim.objects.samples import Work


class OverTime(Reduced):
    """One result for each element::

    count     []                      how many values
    mean, m2  [r]                     mean, sum of squared deviations from it
    sum, min, max  [r]
    histogram [r * slots + slot]      int64
    """

    KEPT = ("count", "sums")
    logs: tuple[GrowingLog, ...] = ()

    over = "time"

    def __init__(self, name: str, columns: Mapping[str, Recorded], asked: Reduction) -> None:
        super().__init__(name, columns, asked)
        self.count = np.zeros(1, np.int64)
        self.sums: dict[str, dict[str, np.ndarray]] = {}

    @property
    def ticks(self) -> int:
        """How many times values were taken."""
        return int(self.count[0])

    def resize(self, width: int) -> None:
        """So many elements are recorded."""
        if width != self.width or not self.sums:
            self.width = width
            self.sums = {n: {w: self._start(w) for w in self._kinds()} for n in self.columns}

    def _kinds(self) -> list[str]:
        wanted = set(self.asked.whats)
        kinds = ["mean"] * bool(wanted & {"mean", "variance", "std"}) + ["m2"] * self.asked.moments
        return kinds + [w for w in ("sum", "min", "max", "histogram") if w in wanted]

    def _start(self, what: str) -> np.ndarray:
        if what == "histogram":
            return np.zeros(self.width * self.slots, np.int64)
        return np.full(self.width, {"min": np.inf, "max": -np.inf}.get(what, 0.0))

    def contribute(self, part: Contribution) -> None:
        """Declare the memory."""
        self.store_edges(part)
        part.store(f"{self.name}.taken", self.count, shared=True)
        for n, sums in self.sums.items():
            for what, memory in sums.items():
                part.store(self.full(n, what), memory)

    def kernels(self, work: Work) -> None:
        """Count, then take each element's value."""
        work.kernel("_reduce_1", Once(), (Add(f"{self.name}.taken", None, integer(1)),))
        lets, values = self.reals(work)
        lets.append(Let("taken", Cast("real", Load(f"{self.name}.taken", None, "int"))))
        work.kernel("_reduce_2", work.chosen, (*lets, *(s for n, x in values.items() for s in self._take(n, x))))

    def _take(self, column: str, x: Expr) -> list[Stmt]:
        return [s for what in self.sums[column] for s in self._update(column, what, x)]

    def _update(self, column: str, what: str, x: Expr) -> list[Stmt]:
        array, word = self.full(column, what), self.words[column]
        old, away, mean = Load(array, MINE), Ref(f"{word}_away"), Ref(f"{word}_mean")
        match what:
            case "mean":
                new = old + away / Ref("taken")
                return [Let(away.name, x - old), Let(mean.name, new), Store(array, MINE, mean)]
            case "m2":
                return [Store(array, MINE, old + away * (x - mean))]
            case "histogram":
                slot = Ref(f"{word}_slot", "int")
                return [Let(slot.name, self.slot(x)), Add(array, MINE * self.slots + slot, integer(1))]
        new = {"sum": old + x, "min": Select(lt(x, old), x, old), "max": Select(gt(x, old), x, old)}[what]
        return [Store(array, MINE, new)]

    def table(self, name: str, rows: Any) -> np.ndarray:
        """(rows,) or, of histograms, (rows, bins): the results for some of the recorded elements; NaN if there are none."""
        column, what = self.asked.split(name, self.columns)
        sums, nothing = self.sums[column], self.ticks == 0
        if what == "histogram":
            return np.array(sums[what].reshape(self.width, self.slots)[rows, 1:-1])
        if what in ("variance", "std"):
            variance: np.ndarray = sums["m2"][rows] / (self.ticks or np.nan)
            return np.sqrt(variance) if what == "std" else variance
        return np.full(len(sums[what][rows]), np.nan) if nothing and what != "sum" else np.array(sums[what][rows])

    def times(self) -> np.ndarray:
        """There are none."""
        raise AttributeError("a monitor with over='time' keeps no times")

    def add(self, t_s: float, values: Mapping[str, np.ndarray]) -> None:
        """Take values from the host."""
        self.count += 1
        for n, found in values.items():
            x, sums = np.asarray(found, float), self.sums[n]
            if "mean" in sums:
                away = x - sums["mean"]
                sums["mean"] += away / self.ticks
                if "m2" in sums:
                    sums["m2"] += away * (x - sums["mean"])
            for what, act in (("sum", np.add), ("min", np.minimum), ("max", np.maximum)):
                if what in sums:
                    act(sums[what], x, out=sums[what])
            if "histogram" in sums:
                slots = host_slots(self.asked.edges, x)
                np.add.at(sums["histogram"], np.arange(self.width) * self.slots + slots, 1)

    def clear(self, free: bool) -> None:
        """Forget everything."""
        self.count[:] = 0
        for sums in self.sums.values():
            for what, memory in sums.items():
                memory[:] = self._start(what)
