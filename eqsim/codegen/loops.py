"""Kernels over the same elements, one after the other in a stretch: which of them share one loop.

In: the kernels of a stretch (see `shares`), in order.  Out: the same kernels, in groups; those of a group share a loop.

What the first kernel stores is still in a register when the next one loads it, and each loop is begun once.  The kernels of
a stretch leave each other's memory alone, except that those over the same elements may touch the same entries: of these
the order is kept, so that each element meets the kernels in the order of the step.
"""

from __future__ import annotations

from collections.abc import Sequence

from eqsim.codegen.shares import Touch
from eqsim.ir.domain import Each, Where, asked
from eqsim.ir.expr import Call, Iterate, Load, Ref, Table
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Let, Store
from eqsim.ir.walk import body_nodes, nodes, statements

OWN = Ref("i", "int")


def is_plain(kernel: Kernel) -> bool:
    """Is it arithmetic on the entries of one element and on shared values?

    Such a body is bound by memory, and compilers make vector code of it, whatever else is in the loop.  Functions are
    bound by their chains of operations, and better left in loops of their own (see `stages`); branches, tables and values
    from other places may spoil a loop.
    """
    if not isinstance(kernel.domain, Each | Where):
        return False
    asks = asked(kernel.domain)
    inside = [*body_nodes(kernel.body), *(nodes(asks) if asks is not None else ())]
    if any(isinstance(e, Call | Iterate | Table) or (isinstance(e, Load) and e.index not in (OWN, None)) for e in inside):
        return False
    return all(isinstance(s, Let) or (isinstance(s, Store | Add) and s.index == OWN) for s in statements(kernel.body))


def grouped(
    together: Sequence[int], kernels: Sequence[Kernel], touches: Sequence[Touch], may: Sequence[bool]
) -> tuple[tuple[int, ...], ...]:
    """Groups of kernels, by number; ``may``: which of all kernels may share a loop.

    A group ends with the test for events, which has a loop of its own over what has been found; and before a kernel over
    the same elements that may not share a loop, or has another clock.
    """
    groups: list[list[int]] = []
    begun: dict[object, list[int]] = {}  # by the elements: the group that may go on
    for at in together:
        elements, kernel = touches[at].elements, kernels[at]
        group = begun.pop(elements, [])
        if not may[at] or not group or kernels[group[0]].clock != kernel.clock:
            group = []
            groups.append(group)
        group.append(at)
        if may[at] and isinstance(kernel.domain, Each):
            begun[elements] = group
    return tuple(map(tuple, groups))
