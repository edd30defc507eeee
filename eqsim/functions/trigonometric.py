"""sin, cos, tan and their inverses."""

from __future__ import annotations

from eqsim.functions.angle import reduce_angle
from eqsim.functions.helpers import (
    SIGN,
    Lets,
    absolute,
    bits,
    define,
    estrin,
    fast_two_sum,
    select,
    unbits,
    with_sign_of,
)
from eqsim.functions.tables import ARCSIN, ARCTAN, COS, HALF_PI, HALF_PI_LO, SIN
from eqsim.ir.expr import Expr, Select, eq, gt, lt, ne, real, unary

Pair = tuple[Expr, Expr]


def sin_cos(let: Lets, r: Expr, low: Expr) -> tuple[Pair, Pair]:
    """sin(r + low) and cos(r + low) for |r| <= pi/4, each as a large and a small part that wait to be added."""
    z = let("z", r * r)
    half = let("half", 0.5 * z)
    sine = z * r * estrin(let, z, SIN) + low * (1.0 - half)
    w = let("w", 1.0 - half)
    cosine = ((1.0 - w) - half) + (z * z * estrin(let, z, COS) - r * low)
    return (r, let("sine", sine)), (w, let("cosine", cosine))


def odd(quadrant: Expr) -> Expr:
    """Is the angle nearer to the vertical axis?"""
    return ne(quadrant & 1, 0)


def flipped(value: Expr, sign: Expr) -> Expr:
    """``value`` with its sign flipped where the top bit of ``sign`` is set."""
    return unbits(bits(value) ^ (sign & SIGN))


@define("sin", x="real")
def _sin(let: Lets, x: Expr) -> Expr:
    """Sine."""
    quadrant, r, low = reduce_angle(let, x)
    (s, s_low), (c, c_low) = sin_cos(let, r, low)
    return flipped(Select(let("odd", odd(quadrant)), c + c_low, s + s_low), (quadrant << 62) ^ bits(x))


@define("cos", x="real")
def _cos(let: Lets, x: Expr) -> Expr:
    """Cosine."""
    quadrant, r, low = reduce_angle(let, x)
    (s, s_low), (c, c_low) = sin_cos(let, r, low)
    return flipped(Select(let("odd", odd(quadrant)), s + s_low, c + c_low), (quadrant + 1) << 62)


@define("tan", x="real")
def _tan(let: Lets, x: Expr) -> Expr:
    """Tangent: sin/cos, corrected for the parts that were rounded away."""
    quadrant, r, low = reduce_angle(let, x)
    (s, s_low), (c, c_low) = sin_cos(let, r, low)
    swap = let("odd", odd(quadrant))
    top, bottom = let("top", Select(swap, c, s)), let("bottom", Select(swap, s, c))
    top_low, bottom_low = Select(swap, c_low, s_low), Select(swap, s_low, c_low)
    total = let("total", top + let("top_low", top_low))
    below = let("below", bottom + let("bottom_low", bottom_low))
    ratio = let("ratio", total / below)
    lost = ((top - total) + Select(swap, c_low, s_low)) - ratio * ((bottom - below) + Select(swap, s_low, c_low))
    value = select(eq(r, 0.0), ratio, ratio + lost / below)
    return flipped(value, (quadrant << 63) ^ bits(x))


def arcsin_terms(let: Lets, x: Expr) -> tuple[Expr, Expr, Expr]:
    """Is |x| above 1/2; then s = sqrt((1 - |x|)/2), else s = |x|; and arcsin(s) - s."""
    magnitude = let("magnitude", absolute(x))
    large = let("large", gt(magnitude, 0.5))
    z = let("z", Select(large, 0.5 - 0.5 * magnitude, magnitude * magnitude))
    s = let("s", Select(large, unary("sqrt", z), magnitude))
    return large, s, let("rest", s * z * estrin(let, z, ARCSIN))


@define("arcsin", x="real")
def _arcsin(let: Lets, x: Expr) -> Expr:
    """Inverse sine: pi/2 - 2 arcsin(sqrt((1 - x)/2)) for x > 1/2; NaN beyond 1."""
    large, s, rest = arcsin_terms(let, x)
    total, lost = fast_two_sum(let, real(HALF_PI), -2.0 * s)
    return with_sign_of(x, Select(large, total + ((lost + HALF_PI_LO) - 2.0 * rest), s + rest))


@define("arccos", x="real")
def _arccos(let: Lets, x: Expr) -> Expr:
    """Inverse cosine; NaN beyond 1."""
    large, s, rest = arcsin_terms(let, x)
    up, signed, signed_rest = gt(x, 0.0), with_sign_of(x, s), flipped(rest, bits(x))
    beyond = Select(up, 2.0 * s + 2.0 * rest, (2.0 * HALF_PI - 2.0 * s) - (2.0 * rest - 2.0 * HALF_PI_LO))
    return Select(large, beyond, (HALF_PI - signed) - (signed_rest - HALF_PI_LO))


@define("arctan", x="real")
def _arctan(let: Lets, x: Expr) -> Expr:
    """Inverse tangent: pi/4 + arctan((x - 1)/(x + 1)) from 1/2 to 2, pi/2 - arctan(1/x) above."""
    a = let("magnitude", absolute(x))
    small, large = let("small", lt(a, 0.5)), let("large", gt(a, 2.0))
    top = select(small, a, select(large, -1.0, a - 1.0))
    r = let("r", top / select(small, 1.0, Select(large, a, a + 1.0)))
    base = select(small, 0.0, select(large, HALF_PI, 0.5 * HALF_PI))
    base_low = select(small, 0.0, select(large, HALF_PI_LO, 0.5 * HALF_PI_LO))
    z = let("z", r * r)
    return with_sign_of(x, (base + r) + (r * z * estrin(let, z, ARCTAN) + base_low))
