"""Remainder, whole quotient and sign of reals, with the signs of Python."""

from __future__ import annotations

from eqsim.functions.helpers import INF, NAN, Lets, absolute, define, select, upper_half, with_sign_of
from eqsim.ir.expr import Expr, Select, both, eq, ge, gt, lt, ne, negate, unary

Pair = tuple[Expr, Expr]


def divide(let: Lets, x: Expr, y: Expr) -> Pair:
    """The whole quotient q = floor(x/y) and the remainder x - q*y, without rounding while |x/y| < 2**53.

    The rounded quotient may be one off; the sign of the remainder tells, and both are put right.
    """
    scale = let("scale", select(gt(absolute(x), 2.0**900), 2.0**-200, 1.0))
    x, y = let("a", x * scale), let("b", y * scale)
    q = let("q", unary("floor", x / y))
    q1, y1 = let("q1", upper_half(q)), let("y1", upper_half(y))
    q2, y2 = let("q2", q - q1), let("y2", y - y1)
    r = let("r", (((x - q1 * y1) - q1 * y2) - q2 * y1) - q2 * y2)
    low = let("low", both(ne(r, 0.0), ne_sign(r, y)))
    high = let("high", ge(absolute(r), absolute(y)))
    high = let("over", both(high, negate(low)))
    whole = select(low, q - 1.0, select(high, q + 1.0, q))
    rest = Select(low, r + y, Select(high, r - y, r))
    return let("whole", whole), let("remainder", rest / scale)


def ne_sign(a: Expr, b: Expr) -> Expr:
    """Is exactly one of two numbers that are not zero negative?"""
    return ne(lt(a, 0.0), lt(b, 0.0))


def edges(let: Lets, x: Expr, y: Expr, value: Expr, beside_infinity: Expr) -> Expr:
    """NaN for infinite x or y = 0, and what stands beside an infinite y."""
    bad = let("bad", negate(both(lt(absolute(x), INF), ne(y, 0.0))))
    return select(bad, NAN, Select(both(eq(absolute(y), INF), ne(x, 0.0)), beside_infinity, value))


@define("mod", x="real", y="real")
def _mod(let: Lets, x: Expr, y: Expr) -> Expr:
    """x % y with the sign of y; 0 where |x/y| >= 2**53, since x is then known to no multiple of y; NaN for y = 0."""
    whole, rest = divide(let, x, y)
    far = let("far", ge(absolute(whole), 2.0**53))
    value = let("value", select(far, 0.0, rest))
    bounded = select(eq(value, 0.0), with_sign_of(y, absolute(value)), value)
    return edges(let, x, y, bounded, Select(ne_sign(x, y), y, x))


@define("floor_divide", x="real", y="real")
def _floor_divide(let: Lets, x: Expr, y: Expr) -> Expr:
    """x // y: the largest whole number that is not above x/y; x/y itself for y = 0."""
    whole, _ = divide(let, x, y)
    value = select(ge(absolute(let("ratio", x / y)), 2.0**53), let("floored", unary("floor", x / y)), whole)
    beside = select(ne_sign(x, y), -1.0, 0.0)
    return select(eq(y, 0.0), x / y, Select(both(eq(absolute(y), INF), ne(x, 0.0)), beside, value))


@define("sign", x="real")
def _sign(let: Lets, x: Expr) -> Expr:
    """1 above zero, -1 below, and zero or NaN itself."""
    return select(gt(x, 0.0), 1.0, select(lt(x, 0.0), -1.0, x))
