"""Remainder, whole quotient and sign of reals, with the signs of Python."""

from __future__ import annotations

from eqsim.functions.helpers import INF, NAN, SIGN, Lets, absolute, bits, define, select, upper_half, with_sign_of
from eqsim.ir.expr import Expr, Select, eq, ge, gt, lt, ne, unary


def divide(let: Lets, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """The whole quotient q = floor(a/b) and the remainder a - q*b, for a, b >= 0.

    The products are split so that nothing is rounded.  The rounded quotient may be one too large; then the remainder is
    negative, and both are put right.  Where a/b >= 2**53 the remainder is 0: neighbours of ``a`` are more than b apart.
    """
    q = let("q", unary("floor", a / b))
    q1, b1 = let("q1", upper_half(q)), let("b1", upper_half(b))
    q2, b2 = let("q2", q - q1), let("b2", b - b1)
    r = let("r", (((a - q1 * b1) - q1 * b2) - q2 * b1) - q2 * b2)
    above = let("above", lt(r, 0.0))
    q, r = let("q", Select(above, q - 1.0, q)), let("r", Select(above, r + b, r))
    r = let("r", Select(ge(q, 2.0**53), a * 0.0, r))
    r = let("r", Select(eq(b, INF), a, r))
    return q, let("r", select(eq(b, 0.0), NAN, Select(lt(a, INF), r, a - a)))


def signs_differ(x: Expr, y: Expr) -> Expr:
    """Has exactly one of the two the sign bit?"""
    return ne((bits(x) ^ bits(y)) & SIGN, 0)


@define("mod", x="real", y="real")
def _mod(let: Lets, x: Expr, y: Expr) -> Expr:
    """x % y, with the sign of y; NaN for y = 0."""
    b = let("b", absolute(y))
    _, r = divide(let, let("a", absolute(x)), b)
    other = let("other", select(gt(r, 0.0), b - r, r))
    return with_sign_of(y, Select(signs_differ(x, y), other, r))


@define("floor_divide", x="real", y="real")
def _floor_divide(let: Lets, x: Expr, y: Expr) -> Expr:
    """x // y: the largest whole number that is not above x/y; x/y itself for y = 0."""
    q, r = divide(let, let("a", absolute(x)), let("b", absolute(y)))
    below = let("below", -select(gt(r, 0.0), q + 1.0, q))
    whole = let("whole", Select(signs_differ(x, y), below, q))
    whole = let("whole", select(ne(r, r), NAN, whole))
    return Select(eq(y, 0.0), x / y, whole)


@define("sign", x="real")
def _sign(let: Lets, x: Expr) -> Expr:
    """1 above zero, -1 below, and zero or NaN itself."""
    return select(gt(x, 0.0), 1.0, select(lt(x, 0.0), -1.0, x))
