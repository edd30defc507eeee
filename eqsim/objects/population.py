"""All-to-all synapses that are not stored: what all pairs do is done once for the sources and once for the targets.

``S.connect()`` connects all pairs. If each statement of a pathway adds to the other side a sum of products
``a(source)*b(target)``, and if nothing belongs to a single synapse, then for each spike only ``a`` is added up, and then
each target gets ``sum(a)*b``. The same holds for summed variables. Where the synapses are stored, each target adds its
terms one by one; here the sum over the sources (by time of the spike, then by number) comes first, so results agree to
rounding errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.errors import Span
from eqsim.ir.algebra import ONE, times, total
from eqsim.ir.domain import Domain, Once
from eqsim.ir.expr import Const, Expr, Load, Ref, Type, either, ne
from eqsim.ir.program import Kernel
from eqsim.ir.separate import Terms, ends_of, separate
from eqsim.ir.stmt import Add, Let, Stmt, Store, When
from eqsim.ir.walk import nodes, substitute
from eqsim.objects.part import Contribution

OTHER = {"i": "j", "j": "i"}
ZEROS: dict[Type, Any] = {"real": np.float64, "int": np.int64}
ELEMENT = Ref("i", "int")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """``array[other] += sum(terms)`` for each pair with an event at one end; where ``guard`` holds at the other."""

    array: str
    terms: Terms
    type: Type
    guard: Expr | None
    origin: Span | None


def broadcasts(body: tuple[Stmt, ...], end: str) -> tuple[Broadcast, ...]:
    """The statements of a pathway whose events are at ``end``; none if single synapses are needed."""
    lets: dict[str, Expr] = {}
    found: list[Broadcast] = []
    for s in body:
        if isinstance(s, Let):
            lets[s.name] = substitute(s.value, lets)
            continue
        one = _broadcast(s, end, lets)
        if one is None:
            return ()
        found.append(one)
    written = {b.array for b in found}
    return () if any(written & _arrays(b) for b in found) else tuple(found)


def _broadcast(s: Stmt, end: str, lets: dict[str, Expr]) -> Broadcast | None:
    guard = None
    if isinstance(s, When):
        if len(s.body) != 1:
            return None
        guard, s = substitute(s.test, lets), s.body[0]
        if not ends_of(guard) <= {OTHER[end]}:
            return None
    if not isinstance(s, Add) or s.index != Ref(OTHER[end], "int"):
        return None
    value = substitute(s.value, lets)
    terms = separate(value)
    return None if terms is None else Broadcast(s.array, terms, value.type, guard, s.origin)


def _arrays(b: Broadcast) -> set[str]:
    parts = [e for t in b.terms for e in (t.of_source, t.of_target)] + ([b.guard] if b.guard is not None else [])
    return {x.array for e in parts for x in nodes(e) if isinstance(x, Load)}


@dataclass(frozen=True, slots=True)
class Totals:
    """The kernels of some broadcasts.  ``name`` is that of the object, and of the first kernel."""

    name: str
    end: str
    items: tuple[Broadcast, ...]

    def array(self, at: int, m: int) -> str:
        """The sum over one factor."""
        return f"{self.name}.total_{at}_{m}"

    def declare(self, part: Contribution) -> None:
        """The memory of the sums."""
        for at, b in enumerate(self.items):
            for m in range(len(b.terms)):
                part.store(self.array(at, m), np.zeros(1, ZEROS[b.type]), shared=True)

    def kernels(self, sources: Domain, targets: Domain, index: str, place: Any, store: bool = False) -> list[Kernel]:
        """Zero, the sums over ``sources`` (whose elements are called ``index``), and what each of ``targets`` gets.

        ``store``: it is set to that, instead of added.
        """
        zero = [
            Store(self.array(at, m), None, Const(0.0) if b.type == "real" else Const(0, "int"))
            for at, b in enumerate(self.items)
            for m in range(len(b.terms))
        ]
        sums = [
            Add(self.array(at, m), None, substitute(t.at(self.end), {self.end: Ref(index, "int")}), b.origin)
            for at, b in enumerate(self.items)
            for m, t in enumerate(b.terms)
        ]
        gets = [self._received(at, b, store) for at, b in enumerate(self.items)]
        # points come before letters: the three follow each other, also in the order of names
        return [
            Kernel(f"{self.name}.begin", Once(), tuple(zero), **place),
            Kernel(f"{self.name}.sum", sources, tuple(sums), **place),
            Kernel(f"{self.name}.to_all", targets, tuple(gets), **place),
        ]

    def _received(self, at: int, b: Broadcast, store: bool) -> Stmt:
        other = OTHER[self.end]
        sums = [Load(self.array(at, m), None, b.type) for m in range(len(b.terms))]
        factors = [substitute(t.at(other), {other: ELEMENT}) for t in b.terms]
        value = total([s if f == ONE else times(s, f) for s, f in zip(sums, factors, strict=True)])
        if store:
            return Store(b.array, ELEMENT, value, b.origin)
        adds: Stmt = Add(b.array, ELEMENT, value, b.origin)
        if b.guard is not None:
            adds = When(substitute(b.guard, {other: ELEMENT}), (adds,), b.origin)
        return When(_any_of(sums), (adds,), b.origin)


def _any_of(sums: list[Load]) -> Expr:
    """Is there anything to hand on?"""
    tests: list[Expr] = [ne(s, 0.0 if s.kind == "real" else 0) for s in sums]
    result = tests[0]
    for test in tests[1:]:
        result = either(result, test)
    return result
