"""Cheaper operations for the same value, to within a unit in the last place.

For the right-hand sides of differential equations only, whose terms are rearranged by the integrators anyway; thresholds,
resets and the code of synapses keep the user's operations.

=====================  ===================  ==========================================================
``a / exprel(z)``      ``a * rexprel(z)``   one division instead of two (rate functions of ion channels)
``x / c``              ``x * (1/c)``        c made of constants and numbers only: 1/c once for a run
=====================  ===================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from eqsim.ir.expr import Call, Cast, Const, Expr, Number, Op, Ref, real
from eqsim.ir.stmt import Bound, Let, Stmt
from eqsim.ir.walk import map_statement, nodes, transform


def cheaper(
    lets: Iterable[Bound], results: Iterable[tuple[str, Expr]]
) -> tuple[tuple[Stmt, ...], tuple[tuple[str, Expr], ...]]:
    """The same Lets and results with cheaper operations."""
    fixed: set[str] = set()
    made = []
    for s in lets:
        made.append(map_statement(s, lambda e: transform(e, lambda x: _cheaper(x, fixed))))
        if isinstance(s, Let) and is_fixed(s.value, fixed):
            fixed.add(s.name)
    return tuple(made), tuple((name, transform(value, lambda x: _cheaper(x, fixed))) for name, value in results)


def _cheaper(e: Expr, fixed: Collection[str]) -> Expr:
    if not (isinstance(e, Op) and e.op == "/" and e.type == "real"):
        return e
    x, d = e.args
    if isinstance(d, Call) and d.function == "exprel":
        return Op("*", (x, Call("rexprel", d.args)))
    if is_fixed(d, fixed) and not is_fixed(x, fixed):
        return Op("*", (x, _inverse(d)))
    return e


def is_fixed(e: Expr, fixed: Collection[str] = ()) -> bool:
    """Is the value the same during a whole run?  ``fixed``: names of values that are."""
    kinds = (Const, Number, Op, Call, Cast)
    return all(isinstance(x, kinds) or (isinstance(x, Ref) and x.name in fixed) for x in nodes(e))


def _inverse(d: Expr) -> Expr:
    if isinstance(d, Const) and d.value != 0:
        return real(1.0 / float(d.value))
    return Op("/", (real(1.0), d))
