"""Kernels over all synapses that only add up: what is added, to which end, and what the value depends on.

In: a kernel.  Out: its `Sum`, or none.  Where a value depends on the other end only, it is computed once for each of them
and added from lists (`runtime/lists.hpp`).  The sums have the same bits: each neuron gets the same values in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

from eqsim.ir.domain import Gather
from eqsim.ir.expr import Expr, Load, Ref
from eqsim.ir.program import Array, Kernel
from eqsim.ir.stmt import Add, Let
from eqsim.ir.walk import body_nodes, nodes

OTHER = {"i": "j", "j": "i"}
KEPT = ("float64", "float32", "int32", "int64")
"""What a sum may be kept in, so that adding in a register is adding in memory."""


@dataclass(frozen=True, slots=True)
class Sum:
    """``array[end] += value`` after some Lets; ``of`` is the end that the value depends on."""

    lets: tuple[Let, ...]
    array: str
    end: str
    value: Expr
    of: str


def listed_sum(kernel: Kernel, arrays: dict[str, Array]) -> Sum | None:
    """What a kernel adds up, if it does nothing else, and if what it adds belongs to the other end.

    Nothing may be read that is written, and nothing but arrays that do not change while the sums are made.
    """
    match kernel.domain, kernel.body:
        case Gather(), (*lets, Add(array, Ref(end), value)) if end in OTHER and all(isinstance(s, Let) for s in lets):
            values = (*(e for e in body_nodes(tuple(lets))), *nodes(value))
        case _:
            return None
    used = {e.name for e in values if isinstance(e, Ref)} & set("ijk")
    read = {e.array for e in values if isinstance(e, Load)}
    if used != {OTHER[end]} or array in read or arrays[array].dtype not in KEPT:
        return None
    return Sum(tuple(s for s in lets if isinstance(s, Let)), array, end, value, OTHER[end])
