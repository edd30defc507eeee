"""Does the order in which a body visits the elements of its domain matter?

Where it does not, the interpreter runs a body statement by statement over all elements at once.  Where it does, it
visits one element after the other, as the compiled code always does; so both give the same bits.
"""

from __future__ import annotations

from eqsim.ir.domain import ELEMENT, POINT, POINTS, Across, Batch, Each, Of, Once, Sample, Where, asked
from eqsim.ir.expr import Const, Expr, Load, Number, Op, Ref
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Stmt, Store
from eqsim.ir.walk import body_nodes, expressions, nodes, statements

OWN = {Each: "i", Where: "i", Of: "i", Across: "k", Sample: "r"}
"""The index that no two visits of a domain share."""


def _own(kernel: Kernel, index: Expr | None) -> bool:
    domain = kernel.domain
    if isinstance(domain, Batch):
        return _own_in_batch(domain, index)
    name = "i" if isinstance(domain, Sample) and domain.distinct else OWN.get(type(domain))
    return isinstance(index, Ref) and index.name == name


def _own_in_batch(domain: Batch, index: Expr | None) -> bool:
    if isinstance(domain.domain, Once):
        return index == POINT
    name = OWN.get(type(domain.domain), "")
    return index in (ELEMENT, Ref(name, "int") * POINTS + POINT)


def _writes(kernel: Kernel) -> list[Store | Add]:
    return [s for s in statements(kernel.body) if isinstance(s, Store | Add) and not _own(kernel, s.index)]


def _own_writes(kernel: Kernel) -> list[Store | Add]:
    return [s for s in statements(kernel.body) if isinstance(s, Store | Add) and _own(kernel, s.index)]


def read_by_others(kernel: Kernel) -> set[str]:
    """The arrays that are loaded at another place than the one that belongs to the visit."""
    loads = [e for e in body_nodes(kernel.body) if isinstance(e, Load)]
    asks = asked(kernel.domain)
    loads += [e for e in nodes(asks) if isinstance(e, Load)] if asks is not None else []
    return {e.array for e in loads if not _own(kernel, e.index)}


def _read_elsewhere(body: tuple[Stmt, ...], array: str) -> bool:
    """Is the array loaded, other than as the target of its own Add?"""
    return any(isinstance(e, Load) and e.array == array for e in body_nodes(body))


def conflict(kernel: Kernel) -> Store | Add | None:
    """The first statement whose result depends on the order of visits; None if there is no such statement.

    Only places that several visits share can be in conflict: those are added to by one statement and read nowhere, or
    are not in conflict because they are set once.
    """
    shared = _writes(kernel)
    for s in shared:
        others = [o for o in shared if o.array == s.array and o is not s]
        own_places = [o for o in statements(kernel.body) if isinstance(o, Store | Add) and o.array == s.array]
        if others or len(own_places) > 1 or _read_elsewhere(kernel.body, s.array):
            return s
    read = read_by_others(kernel)
    return next((s for s in _own_writes(kernel) if s.array in read), None)


def independent(kernel: Kernel) -> bool:
    """Does no visit read or write what another visit writes?  Then a loop over the visits may run in any order."""
    apart = all(_in_own_row(kernel, s) for s in _writes(kernel))
    return apart and read_by_others(kernel).isdisjoint(s.array for s in _own_writes(kernel))


def _in_own_row(kernel: Kernel, s: Store | Add) -> bool:
    """Is an array touched only at the places of the visits in one row, ``first + i``, as in the rings of the past?"""
    loads = [e for e in body_nodes((*kernel.prelude, *kernel.body)) if isinstance(e, Load)]
    asks = asked(kernel.domain)
    loads += [e for e in nodes(asks) if isinstance(e, Load)] if asks is not None else []
    stores = [o for o in statements(kernel.body) if isinstance(o, Store | Add)]
    places = {o.index for o in (*loads, *stores) if o.array == s.array}
    owner = belongs_to(s.index, frozenset(let.name for let in kernel.prelude))
    return len(places) == 1 and bool(owner) and _own(kernel, Ref(owner, "int"))


def belongs_to(index: Expr | None, fixed: frozenset[str]) -> str:
    """The index that a place belongs to, if different values of it give different places; '' otherwise.

    ``fixed``: names of values that are the same for all visits of a step.
    """
    match index:
        case Ref(name):
            return name
        case Op("+", (Ref(name), Ref(other))) if (name in fixed) != (other in fixed):
            return other if name in fixed else name
        case Op("+" | "-", (Ref(name), Number() | Const())):
            return name
    return ""


def last_wins(kernel: Kernel) -> Store | None:
    """A plain assignment to a shared place: the last visit wins, which is rarely what the user means."""
    for s in _writes(kernel):
        if isinstance(s, Store) and any(isinstance(x, Load | Ref) for e in expressions(s) for x in nodes(e)):
            return s
    return None
