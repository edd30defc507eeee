"""Reductions of what a StateMonitor sees: computed in each step, so that memory does not grow with what is not kept.

==============  =============================  ==========================================
over            memory                         result
==============  =============================  ==========================================
``time``        some numbers for each element  one value (or histogram) for each element
``population``  some numbers, one row a tick   one value (or histogram) for each time
==============  =============================  ==========================================

The two kinds are in `over_time` and `over_population`. Everything is added up in the order of the elements, so the bits are
the same on every target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eqsim.ir.expr import Expr, Iterate, Load, Op, Ref, Select, as_real, eq, integer, le, lt
from eqsim.ir.stmt import Let, Stmt
from eqsim.model.arithmetic import number
from eqsim.objects.code import wrong_unit
from eqsim.objects.keeping import Keeper
from eqsim.objects.part import Contribution
from eqsim.objects.recorded import Recorded, column_names
from eqsim.objects.samples import Work
from eqsim.units import DIMENSIONLESS, Dimension, Quantity, get_dimensions

REDUCERS = ("mean", "variance", "std", "sum", "min", "max", "histogram")
OVER = ("time", "population")
MINE = Ref("r", "int")
"""The place of an element among the recorded ones."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What the user asked for: reducers, over what, and the edges of the bins of a histogram (with their dimension)."""

    whats: tuple[str, ...]
    over: str
    edges: np.ndarray = field(default_factory=lambda: np.zeros(0))
    dim: Dimension | None = None

    @property
    def moments(self) -> bool:
        """Are squares of deviations needed?"""
        return bool({"variance", "std"} & set(self.whats))

    def column_dims(self, columns: Mapping[str, Recorded]) -> dict[str, Dimension]:
        """Names and dimensions of the results: ``x`` if there is one reducer, ``x_mean``, ``x_variance`` ... always."""
        found = {f"{n}_{w}": _dim(c.unit, w) for n, c in columns.items() for w in self.whats}
        return {n: found[f"{n}_{self.whats[0]}"] for n in columns if len(self.whats) == 1} | found

    def split(self, name: str, columns: Mapping[str, Recorded]) -> tuple[str, str]:
        """The column and the reducer of a result."""
        if name in columns and len(self.whats) == 1:
            return name, self.whats[0]
        return next((n, w) for n in columns for w in self.whats if f"{n}_{w}" == name)


def _dim(dim: Dimension, what: str) -> Dimension:
    return dim**2 if what == "variance" else DIMENSIONLESS if what == "histogram" else dim


def reduction(owner: str, reduce: str | Sequence[str], over: str, bins: Any) -> Reduction:
    """What ``reduce=``, ``over=`` and ``bins=`` of a monitor mean.

    Raises
    ------
    ValueError, TypeError
        For an unknown word, a reducer that needs all values at once, or bins that are not ascending edges.
    """
    whats = (reduce,) if isinstance(reduce, str) else tuple(reduce)
    unknown = [w for w in whats if w not in REDUCERS]
    if unknown or not whats:
        raise ValueError(f"{owner}: reduce= takes {', '.join(REDUCERS)}, not {unknown[0] if unknown else reduce!r}")
    if over not in OVER:
        raise ValueError(f"{owner}: over= is 'time' or 'population', not {over!r}")
    extremes = {"min", "max"} & set(whats)
    if over == "population" and extremes:
        raise ValueError(f"{owner}: {' and '.join(sorted(extremes))} can be taken over='time' only")
    if ("histogram" in whats) != (bins is not None):
        raise TypeError(f"{owner}: bins= (edges of bins, ascending) and reduce='histogram' belong together")
    if bins is None:
        return Reduction(whats, over)
    edges = np.asarray(bins, float)
    if edges.ndim != 1 or len(edges) < 2 or not np.all(np.diff(edges) > 0):
        raise ValueError(f"{owner}: bins= must be at least two ascending edges")
    return Reduction(whats, over, edges, get_dimensions(bins) if isinstance(bins, Quantity) else DIMENSIONLESS)


def check_bins(monitor: Any, asked: Reduction) -> None:
    """Do the edges have the unit of what is recorded?

    Raises
    ------
    DimensionMismatchError
        If not.
    """
    for name, column in monitor._columns.items():
        if asked.dim is not None and column.dim is not None and column.dim is not asked.dim:
            raise wrong_unit(f"'{name}'", "bins=", column.dim, asked.dim)


class Reduced(Keeper):
    """What both kinds of reductions share: columns as reals, the histogram's edges, arrays by name."""

    def __init__(self, name: str, columns: Mapping[str, Recorded], asked: Reduction) -> None:
        self.name, self.columns, self.asked, self.width = name, columns, asked, 0
        self.words = column_names(columns)
        self.slots = len(asked.edges) + 1
        self.edges = np.append(asked.edges, np.inf)

    def dims(self) -> dict[str, Dimension]:
        """What can be asked for, and its dimension."""
        return self.asked.column_dims(self.columns)

    def full(self, column: str, what: str) -> str:
        """The name of an array in the program."""
        return f"{self.name}.{self.words[column]}.{what}"

    def store_edges(self, part: Contribution) -> None:
        """Declare the edges of a histogram."""
        if len(self.asked.edges):
            part.store(f"{self.name}.edges", self.edges)

    def slot(self, value: Expr) -> Expr:
        """The slot of a value, found by halving: 0 below the edges (and for NaN), 1 for the first bin, ..., then above."""
        last = len(self.asked.edges)
        lo, hi = Ref("lo", "int"), Ref("hi", "int")
        middle = Op("//", (lo + hi, integer(2)))
        right = le(Load(f"{self.name}.edges", middle), value)
        found = Iterate(
            ("lo", "hi"),
            (integer(0), integer(last)),
            lt(lo, hi),
            (Select(right, middle + 1, lo), Select(right, hi, middle)),
            lo,
            64,
        )
        end = Load(f"{self.name}.edges", integer(last - 1))
        return Select(eq(value, end), integer(last - 1), found)

    def reals(self, work: Work) -> tuple[list[Stmt], dict[str, Expr]]:
        """The values of an element as reals, each with a name of its own."""
        names = {n: f"{self.words[n]}_now" for n in work.values}
        lets: list[Stmt] = [Let(names[n], as_real(number(e)), work.origins[n]) for n, e in work.values.items()]
        return lets, {n: Ref(x) for n, x in names.items()}


def host_slots(edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The slots of values, as `Reduced.slot` gives them."""
    found = np.searchsorted(edges, values, side="right")
    found[np.isnan(values)] = 0
    return np.where(values == edges[-1], len(edges) - 1, found)
