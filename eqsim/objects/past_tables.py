"""Tables of delays: for elements whose delays stay the same during a run, which rows of the past they read.

In: how many steps back the elements of an object look.  Out: arrays with one entry for each element, filled when a run
begins::

    rows   [element]  k, see `past_rows`                                     int32
    share  [element]  how much of the later row                              float64
    place  [element]  k*columns - (element of the variable that is read)     int32

A delay that is the same for all elements has one row and one share, and no places.
A delay of synapses that a kernel sets during the run cannot be kept in a table.  Which arrays kernels set is known when
all of them are there; then the program is made once more, see `Reads.spoiled`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eqsim.errors import EqsimError
from eqsim.ir.expr import PAST, Call, Draw, Expr, Load, Ref
from eqsim.ir.program import Array, State
from eqsim.ir.walk import nodes
from eqsim.objects.host import evaluate
from eqsim.objects.past import Past

INDICES = frozenset("ijk")
LARGEST = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Table:
    """How far back the elements of a reader look: ``back`` steps, within a step of the integrator or at its beginning."""

    reader: Any
    back: Expr
    within: bool
    name: str
    pasts: list[Past] = field(default_factory=list, compare=False)
    places: dict[tuple[str, Expr], tuple[str, Past]] = field(default_factory=dict, compare=False)

    @property
    def alike(self) -> bool:
        """Is the delay the same for all elements?"""
        return is_alike(self.back)

    def _load(self, what: str, kind: Any) -> Expr:
        return Load(f"{self.name}_{what}", None if self.alike else Ref(self.reader.element, "int"), kind)

    @property
    def rows(self) -> Expr:
        """k"""
        return self._load("rows", "int")

    @property
    def share(self) -> Expr:
        """How much of the later row."""
        return self._load("share", "real")

    def place(self, past: Past, at: Expr) -> Expr:
        """``k*columns - at`` for the past of a group of this width."""
        key = (past.owner if past.width > 1 else "", at)
        name, _ = self.places.setdefault(key, (f"place_{len(self.places) + 1}", past))
        return self._load(name, "int")

    def arrays(self) -> dict[str, Array]:
        """The arrays by their names in the program."""
        found = {"rows": "int32", "share": "float64"} | {name: "int32" for name, _ in self.places.values()}
        names = {f"{self.name}_{what}": dtype for what, dtype in found.items()}
        return {name: Array(name, dtype, self.alike) for name, dtype in names.items()}

    def fill(self, state: State) -> None:
        """Put the arrays into the state, when the lengths of the pasts are known."""
        longest = max(past.length for past in self.pasts) - 2
        indices = looking(self.reader, self.back)
        back = np.clip(np.nan_to_num(evaluate(self.back, state, indices, self.reader.element)), 0.0, longest)
        rows = np.floor(back).astype(np.int64) + 1 if self.within else np.maximum(np.ceil(back).astype(np.int64), 1)
        found = {"rows": rows.astype(np.int32), "share": rows - back}
        for (_, at), (name, past) in self.places.items():
            place = rows * past.columns - evaluate(at, state, indices, self.reader.element)
            if len(place) and np.abs(place).max() > LARGEST:
                raise EqsimError(
                    f"the past of '{past.name}' of '{past.owner}' is too large: shorter delays, or fewer elements"
                )
            found[name] = place.astype(np.int32)
        state.arrays.update({f"{self.name}_{what}": values for what, values in found.items()})


@dataclass(slots=True)
class Tables:
    """All tables of a program.  ``changing``: arrays that its kernels set."""

    found: dict[tuple[str, Expr, bool], Table] = field(default_factory=dict)
    changing: frozenset[str] = frozenset()

    def can_hold(self, e: Expr) -> bool:
        """Does a number of each element stay the same during a run, as far as is known?"""
        return not any(
            isinstance(x, Draw)
            or (isinstance(x, Ref) and x.name not in INDICES)
            or (isinstance(x, Load) and (x.array in self.changing or x.array.endswith(".past")))
            or (isinstance(x, Call) and x.function.startswith(PAST))
            for x in nodes(e)
        )

    def table(self, reader: Any, back: Expr, within: bool, past: Past) -> Table:
        """The table for a delay with which an object's elements look at a past; the same for equal delays."""
        reader = getattr(reader, "base", reader)
        key = (reader.name, back, within)
        if key not in self.found:
            number = 1 + sum(name == reader.name for name, _, _ in self.found)
            self.found[key] = Table(reader, back, within, f"{reader.name}.delay_{number}.table")
        self.found[key].pasts.append(past)
        return self.found[key]

    @property
    def relied_on(self) -> set[str]:
        """The arrays that must not change during the run."""
        return {x.array for t in self.found.values() for x in nodes(t.back) if isinstance(x, Load)}

    def arrays(self) -> dict[str, Array]:
        """The arrays of all tables, by name."""
        return {name: array for t in self.found.values() for name, array in t.arrays().items()}


def is_alike(e: Expr) -> bool:
    """Does a number not depend on the element that looks?"""
    return not any(isinstance(x, Draw) or (isinstance(x, Ref) and x.name in INDICES) for x in nodes(e))


def looking(reader: Any, delay: Expr) -> Any:
    """The indices of all elements that look; of one of them where all have the same delay."""
    if is_alike(delay):
        return {reader.element: np.zeros(1, np.int64)}
    return reader.host_indices(np.arange(len(reader), dtype=np.int64))
