"""Arithmetic on real expressions that drops what does nothing: ``x + 0``, ``1*x``, ``-(-x)``.

In: expressions.  Out: expressions of equal value and never more operations.  Constants are folded only where the result
is exact, so that a folded expression rounds as the written one.  ``0*x`` is 0 and ``x - x`` is 0, as in calculus.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from eqsim.ir.expr import FALSE, TRUE, Const, Expr, Op, Select, real

ZERO, ONE = real(0.0), real(1.0)


def is_number(e: Expr, value: float) -> bool:
    """Is this the real constant ``value``?"""
    return isinstance(e, Const) and e.kind == "real" and e.value == value


def _folded(f: Callable[[Fraction, Fraction], Fraction], a: Expr, b: Expr) -> Const | None:
    """The constant that an operation on two constants gives, if no rounding happens."""
    if not (isinstance(a, Const) and isinstance(b, Const) and a.kind == b.kind == "real"):
        return None
    x, y = float(a.value), float(b.value)
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    result = f(Fraction(x), Fraction(y))
    try:
        rounded = float(result)
    except OverflowError:
        return None
    return real(rounded) if math.isfinite(rounded) and Fraction(rounded) == result else None


def _negated(e: Expr) -> Expr | None:
    """``x`` if the expression is ``-x``."""
    if isinstance(e, Op) and e.op == "neg" and e.type == "real":
        return e.args[0]
    if isinstance(e, Const) and e.kind == "real" and e.value < 0:
        return real(-e.value)
    return None


def _reciprocal(e: Expr) -> Expr | None:
    """``x`` if the expression is ``1/x``."""
    return e.args[1] if isinstance(e, Op) and e.op == "/" and is_number(e.args[0], 1.0) else None


def negative(a: Expr) -> Expr:
    """``-a``"""
    if isinstance(a, Const):
        return a if a.value == 0 else real(-a.value)
    if isinstance(a, Op) and a.op == "neg":
        return a.args[0]
    if isinstance(a, Op) and a.op == "-":
        return Op("-", (a.args[1], a.args[0]))
    return Op("neg", (a,))


def plus(a: Expr, b: Expr) -> Expr:
    """``a + b``"""
    if is_number(a, 0.0):
        return b
    if is_number(b, 0.0):
        return a
    if (c := _folded(lambda x, y: x + y, a, b)) is not None:
        return c
    x, y = _negated(a), _negated(b)
    if x is not None and y is not None:
        return negative(plus(x, y))
    if y is not None:
        return minus(a, y)
    if x is not None:
        return minus(b, x)
    return Op("+", (a, b))


def minus(a: Expr, b: Expr) -> Expr:
    """``a - b``"""
    if is_number(b, 0.0):
        return a
    if is_number(a, 0.0):
        return negative(b)
    if (c := _folded(lambda x, y: x - y, a, b)) is not None:
        return c
    if a == b:
        return ZERO
    x, y = _negated(a), _negated(b)
    if y is not None:
        return plus(a, y)
    if x is not None:
        return negative(plus(x, b))
    return Op("-", (a, b))


def times(a: Expr, b: Expr) -> Expr:
    """``a * b``"""
    if is_number(a, 0.0) or is_number(b, 0.0):
        return ZERO
    if is_number(a, 1.0):
        return b
    if is_number(b, 1.0):
        return a
    if (c := _folded(lambda x, y: x * y, a, b)) is not None:
        return c
    if (x := _negated(a)) is not None:
        return negative(times(x, b))
    if (y := _negated(b)) is not None:
        return negative(times(a, y))
    if (x := _reciprocal(a)) is not None:
        return over(b, x)
    if (y := _reciprocal(b)) is not None:
        return over(a, y)
    return Op("*", (a, b))


def over(a: Expr, b: Expr) -> Expr:
    """``a / b``"""
    if is_number(a, 0.0) and not is_number(b, 0.0):
        return ZERO
    if is_number(b, 1.0):
        return a
    if not is_number(b, 0.0) and (c := _folded(lambda x, y: x / y, a, b)) is not None:
        return c
    if (x := _negated(a)) is not None:
        return negative(over(x, b))
    if (y := _negated(b)) is not None:
        return negative(over(a, y))
    return Op("/", (a, b))


def choice(test: Expr, yes: Expr, no: Expr) -> Expr:
    """``yes if test else no``"""
    if test == TRUE or yes == no:
        return yes
    return no if test == FALSE else Select(test, yes, no)


def total(terms: list[Expr]) -> Expr:
    """The sum of the terms, from the left; 0 if there are none."""
    result: Expr = ZERO
    for term in terms:
        result = plus(result, term)
    return result


_BUILD: dict[str, Callable[..., Expr]] = {"+": plus, "-": minus, "*": times, "/": over, "neg": negative}


def simple(e: Expr) -> Expr:
    """The same node, tidied; its children are taken as they are."""
    if isinstance(e, Op) and e.type == "real" and e.op in _BUILD:
        return _BUILD[e.op](*e.args)
    return choice(e.test, e.yes, e.no) if isinstance(e, Select) else e
