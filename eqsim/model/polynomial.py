"""Expressions as polynomials in some names, with the user's terms in their order.

In: an expression.  Out: the coefficient of each monomial, or None if it is no polynomial.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from eqsim.ir.algebra import ONE, ZERO, choice, minus, negative, over, plus, times
from eqsim.ir.expr import Expr, Op, Ref, Select
from eqsim.ir.walk import children, distinct

if TYPE_CHECKING:
    pass


Polynomial = dict[tuple[str, ...], Expr]
"""The coefficient of each monomial: ``{("v", "v"): a, (): b}`` is ``a*v*v + b``."""
MONOMIALS = 64  # a polynomial with more terms than this is not worked out


def _merge(a: Polynomial, b: Polynomial, f: Callable[[Expr, Expr], Expr]) -> Polynomial:
    result = {key: f(a.get(key, ZERO), b.get(key, ZERO)) for key in (*a, *(k for k in b if k not in a))}
    return {key: value for key, value in result.items() if value != ZERO}


def _product(a: Polynomial, b: Polynomial) -> Polynomial | None:
    result: Polynomial = {}
    if len(a) * len(b) > MONOMIALS:
        return None
    for p, x in a.items():
        for q, y in b.items():
            result = _merge(result, {tuple(sorted(p + q)): times(x, y)}, plus)
    return result


def polynomial(e: Expr, names: Collection[str]) -> Polynomial | None:
    """The expression as a polynomial in the names, its coefficients in the user's form; None if it is not one."""
    found: dict[int, Polynomial | None] = {}
    variable: set[int] = set()  # nodes in which a name occurs
    for x in distinct(e):
        if (isinstance(x, Ref) and x.name in names) or any(id(c) in variable for c in children(x)):
            variable.add(id(x))
        fixed = id(x) not in variable
        found[id(x)] = ({} if x == ZERO else {(): x}) if fixed else _of_node(x, lambda c: found[id(c)])
    return found[id(e)]


def _of_node(e: Expr, of: Callable[[Expr], Polynomial | None]) -> Polynomial | None:
    """The polynomial of a node, given those of its children."""
    match e:
        case Ref():
            return {(e.name,): ONE}
        case Op("neg", (x,)):
            p = of(x)
            return None if p is None else {key: negative(value) for key, value in p.items()}
        case Op("+" | "-" | "*" | "/", (x, y)) if e.type == "real":
            p, q = of(x), of(y)
            return None if p is None or q is None else _combine(e.op, p, q)
        case Select() if of(e.test) in ({}, {(): e.test}):
            p, q = of(e.yes), of(e.no)
            return None if p is None or q is None else _merge(p, q, lambda x, y: choice(e.test, x, y))
    return None


def _combine(op: str, p: Polynomial, q: Polynomial) -> Polynomial | None:
    if op == "+":
        return _merge(p, q, plus)
    if op == "-":
        return _merge(p, q, minus)
    if op == "*":
        return _product(p, q)
    return {key: over(value, q[()]) for key, value in p.items()} if set(q) == {()} else None
