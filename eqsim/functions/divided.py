"""Divided differences of exp: what couples the variables of linear equations, without loss of digits at equal rates.

``exp_diff2(a, b) = (exp(a) - exp(b))/(a - b)``, and so on for up to six points; at equal points the limit.  They are
symmetric and positive.  Source: McCurdy, Ng and Parlett (1984), "Accurate computation of divided differences of the
exponential function", Mathematics of Computation 43, 501-528: the recurrence where the points are apart, the series
where they are together.
"""

from __future__ import annotations

import math

from eqsim.functions.helpers import Lets, call, define
from eqsim.ir.algebra import ONE, ZERO, minus, plus, times, total
from eqsim.ir.expr import Expr, Select, Type, gt, lt, real, unary

MOST_POINTS = 6
TOGETHER = 2.0  # points within this distance: series; the recurrence would lose digits there
TERMS = 20  # of the series: the next one is below 2**-56 of the sum, for six points, too


def difference(*points: Expr) -> Expr:
    """The divided difference of exp at these points."""
    return call("exp", *points) if len(points) == 1 else call(f"exp_diff{len(points)}", *points)


def _sorted(let: Lets, points: list[Expr]) -> list[Expr]:
    """The points in ascending order."""
    result = list(points)
    for last in range(len(result) - 1, 0, -1):
        for at in range(last):
            a, b = result[at], result[at + 1]
            swap = gt(a, b)
            result[at], result[at + 1] = let("p", Select(swap, b, a)), let("p", Select(swap, a, b))
    return result


def symmetric(points: list[Expr]) -> list[Expr]:
    """The elementary symmetric polynomials e_1 ... e_n of the points."""
    e: list[Expr] = [ONE]
    for x in points:
        e = [ONE, *(plus(e[k] if k < len(e) else ZERO, times(x, e[k - 1])) for k in range(1, len(e) + 1))]
    return e[1:]


def series(let: Lets, e: list[Expr]) -> Expr:
    """The divided difference of exp at n points near 0, from their elementary symmetric polynomials.

    It is ``sum_k h_k/(k + n - 1)!`` with the complete homogeneous polynomials
    ``h_k = e_1 h_(k-1) - e_2 h_(k-2) + e_3 h_(k-3) - ...``, real also for pairs of conjugate points.
    """
    n = len(e)
    h: list[Expr] = [ONE]
    for k in range(1, TERMS):
        value: Expr = ZERO
        for m in range(1, min(k, n) + 1):
            value = (plus if m % 2 else minus)(value, times(e[m - 1], h[k - m]))
        h.append(let("h", value) if k > 1 else value)
    terms = [times(h[k], real(1.0 / math.factorial(k + n - 1))) for k in range(TERMS)]
    return let("series", total(terms[::-1]))  # smallest first


@define("exp_diff2", a="real", b="real")
def _exp_diff2(let: Lets, a: Expr, b: Expr) -> Expr:
    """(exp(a) - exp(b))/(a - b); exp(a) at a = b."""
    largest = let("largest", Select(gt(a, b), a, b))
    return call("exp", largest) * call("exprel", -unary("abs", a - b))


def _define(n: int) -> None:
    parameters: dict[str, Type] = dict.fromkeys("abcdef"[:n], "real")

    @define(f"exp_diff{n}", **parameters)
    def _body(let: Lets, *points: Expr) -> Expr:
        p = _sorted(let, list(points))
        middle = let("middle", (p[0] + p[-1]) * 0.5)
        e: list[Expr] = [let("e", x) for x in symmetric([let("q", x - middle) for x in p])]
        near = call("exp", middle) * series(let, e)
        span = let("span", p[-1] - p[0])
        far = (difference(*p[1:]) - difference(*p[:-1])) / span
        return Select(lt(span, TOGETHER), near, far)


for _n in range(3, MOST_POINTS + 1):
    _define(_n)
