"""Quotients that are 0/0 at one point, written without the gap: ``x/(exp(x) - 1)`` is ``1/exprel(x)``.

In: an expression and the name of a variable.  Out: an expression of the same value, which also has a value, and a
derivative, where numerator and denominator vanish together.  The rate functions of ion channels are full of these.

===========================  =====================================
``c*z/(exp(z) - 1)``         ``c/exprel(z)``
``c*z/(1 - exp(z))``         ``-c/exprel(z)``
``c*z/expm1(z)``             ``c/exprel(z)``
``(exp(z) - 1)/(c*z)``       ``exprel(z)/c``
===========================  =====================================
"""

from __future__ import annotations

from eqsim.ir.algebra import is_number, negative, over, times
from eqsim.ir.expr import Call, Expr, Op
from eqsim.ir.walk import depends_on, transform
from eqsim.model.calculus import linear, same_value

__all__ = ["without_gaps"]


def without_gaps(e: Expr, name: str) -> Expr:
    """The expression with all quotients of this kind, as functions of a variable, in their safe form."""
    return transform(e, lambda x: _safe(x, name))


def _safe(e: Expr, name: str) -> Expr:
    if not (isinstance(e, Op) and e.op == "/" and e.type == "real" and depends_on(e, (name,))):
        return e
    above, below = e.args
    return _quotient(above, below, name) or _inverse(above, below, name) or e


def _quotient(above: Expr, below: Expr, name: str) -> Expr | None:
    """``rest*c*z/(exp(z) - 1)``"""
    for factor, rest in _products(below):
        found = _minus_one(factor)
        if found is not None and depends_on(found[0], (name,)):
            z, sign = found
            for part, others in _products(above):
                if (c := _ratio(part, z, name)) is not None:
                    top = times(others, c)
                    return over(top if sign > 0 else negative(top), times(rest, Call("exprel", (z,))))
    return None


def _inverse(above: Expr, below: Expr, name: str) -> Expr | None:
    """``rest*(exp(z) - 1)/(c*z)``"""
    for factor, rest in _products(above):
        found = _minus_one(factor)
        if found is not None and depends_on(found[0], (name,)):
            z, sign = found
            for part, others in _products(below):
                if (c := _ratio(part, z, name)) is not None:
                    top = times(rest, Call("exprel", (z,)))
                    return over(top if sign > 0 else negative(top), times(others, c))
    return None


def _minus_one(e: Expr) -> tuple[Expr, int] | None:
    """``(z, sign)`` if the expression is ``sign*(exp(z) - 1)``."""
    match e:
        case Call("expm1", (z,)):
            return z, 1
        case Op("neg", (x,)):
            inner = _minus_one(x)
            return None if inner is None else (inner[0], -inner[1])
        case Op("-", (Call("exp", (z,)), one)) if is_number(one, 1.0):
            return z, 1
        case Op("-", (one, Call("exp", (z,)))) if is_number(one, 1.0):
            return z, -1
        case Op("+", (Call("exp", (z,)), one)) if is_number(one, -1.0):
            return z, 1
        case Op("+", (one, Call("exp", (z,)))) if is_number(one, -1.0):
            return z, 1
    return None


def _products(e: Expr) -> list[tuple[Expr, Expr]]:
    """Every factor of a product, with the product of all others."""
    from eqsim.ir.algebra import ONE

    match e:
        case Op("*", (x, y)):
            left = [(f, times(rest, y)) for f, rest in _products(x)]
            return left + [(f, times(x, rest)) for f, rest in _products(y)]
        case Op("/", (x, y)):
            return [(f, over(rest, y)) for f, rest in _products(x)]
        case Op("neg", (x,)):
            return [(f, negative(rest)) for f, rest in _products(x)]
    return [(e, ONE)]


def _ratio(part: Expr, z: Expr, name: str) -> Expr | None:
    """``part/z``, if both are linear in the variable and vanish together: a value free of the variable."""
    p, q = linear(part, (name,)), linear(z, (name,))
    if p is None or q is None or name not in p[0] or name not in q[0]:
        return None
    a, b = p[0][name], q[0][name]
    return over(a, b) if same_value(times(a, q[1]), times(b, p[1])) else None
