"""arctan2, hypot, arcsinh, arccosh, arctanh, log2, exp2, cbrt.

The formulas of the inverse hyperbolic functions are those of Hull, Fairgrieve and Tang (1997, "Implementing the complex
arcsine and arccosine functions using exception handling") for real arguments: log1p of something in which no large terms
cancel.
"""

from __future__ import annotations

from fractions import Fraction

from eqsim.functions.exponential import log_domain, log_terms, split_exponent
from eqsim.functions.helpers import (
    INF,
    NAN,
    SIGN,
    Lets,
    absolute,
    bits,
    call,
    define,
    estrin,
    fast_two_sum,
    product_parts,
    select,
    with_sign_of,
)
from eqsim.functions.power import exp2_of
from eqsim.functions.tables import ARCTAN, HALF_PI, HALF_PI_LO, LN2, TWO_LOG2_E
from eqsim.ir.expr import Expr, Select, both, either, eq, ge, gt, lt, ne, real, unary

LOG2_E_UPPER, LOG2_E_LOWER = (c / 2 for c in TWO_LOG2_E)


def _multiple_of_half_pi(factor: Fraction) -> tuple[float, float]:
    exact = factor * (Fraction(HALF_PI) + Fraction(HALF_PI_LO))
    return float(exact), float(exact - Fraction(float(exact)))


PI, PI_LO = _multiple_of_half_pi(Fraction(2))
QUARTER, QUARTER_LO = _multiple_of_half_pi(Fraction(1, 2))
THREE_QUARTERS, THREE_QUARTERS_LO = _multiple_of_half_pi(Fraction(3, 2))


@define("arctan2", y="real", x="real")
def _arctan2(let: Lets, y: Expr, x: Expr) -> Expr:
    """The angle of the point (x, y), -pi to pi: the nearest multiple of pi/4, and the arctangent of a small quotient.

    With a = |y| and b = |x|: a/b up to 1/2, -b/a from 2 on, (a - b)/(a + b) between them, where a - b is exact.
    """
    scale = let("scale", select(either(gt(absolute(x), 2.0**1000), gt(absolute(y), 2.0**1000)), 2.0**-4, 1.0))
    a, b = let("a", absolute(y) * scale), let("b", absolute(x) * scale)
    flat, steep = let("flat", either(lt(a, 0.5 * b), eq(a, 0.0))), let("steep", gt(a, 2.0 * b))
    top = select(flat, a, select(steep, -b, select(eq(a, b), 0.0, a - b)))
    bottom = Select(flat, select(eq(b, 0.0), 1.0, b), Select(steep, a, a + b))
    quotient = let("quotient", top / bottom)
    left = let("left", ne(bits(x) & SIGN, 0))
    r = let("r", Select(left, -quotient, quotient))
    base = select(flat, select(left, PI, 0.0), select(steep, HALF_PI, select(left, THREE_QUARTERS, QUARTER)))
    low = select(flat, select(left, PI_LO, 0.0), select(steep, HALF_PI_LO, select(left, THREE_QUARTERS_LO, QUARTER_LO)))
    z = let("z", r * r)
    return with_sign_of(y, (base + r) + (r * z * estrin(let, z, ARCTAN) + low))


@define("hypot", x="real", y="real")
def _hypot(let: Lets, x: Expr, y: Expr) -> Expr:
    """sqrt(x**2 + y**2), scaled so that the squares neither overflow nor vanish."""
    a, b = let("a", absolute(x)), let("b", absolute(y))
    larger = let("larger", Select(lt(a, b), b, a))
    down = let("down", select(gt(larger, 2.0**500), 2.0**-600, select(lt(larger, 2.0**-400), 2.0**600, 1.0)))
    up = select(gt(larger, 2.0**500), 2.0**600, select(lt(larger, 2.0**-400), 2.0**-600, 1.0))
    p, q = let("p", a * down), let("q", b * down)
    return select(either(eq(a, INF), eq(b, INF)), INF, unary("sqrt", p * p + q * q) * up)


@define("arcsinh", x="real")
def _arcsinh(let: Lets, x: Expr) -> Expr:
    """Inverse hyperbolic sine: log1p(a + a**2/(1 + sqrt(1 + a**2))) with a = |x|."""
    a = let("magnitude", absolute(x))
    far = let("far", gt(a, 2.0**28))
    near = let("near", select(far, 1.0, a))
    square = let("square", near * near)
    value = call("log1p", near + square / (1.0 + unary("sqrt", 1.0 + square)))
    return with_sign_of(x, Select(far, call("log", a) + LN2, value))


@define("arccosh", x="real")
def _arccosh(let: Lets, x: Expr) -> Expr:
    """Inverse hyperbolic cosine: 2 arcsinh(sqrt((x - 1)/2)) up to 2, then log1p(t + sqrt(2 t + t**2)) with t = x - 1; NaN
    below 1.
    """
    far, near = let("far", gt(x, 2.0**28)), let("near", lt(x, 2.0))
    t = let("t", select(far, 1.0, x - 1.0))
    u = let("u", select(near, t, 1.0))
    close = 2.0 * call("arcsinh", unary("sqrt", 0.5 * u))
    middle = call("log1p", t + unary("sqrt", t * (t + 2.0)))
    return Select(near, close, Select(far, call("log", x) + LN2, middle))


@define("arctanh", x="real")
def _arctanh(let: Lets, x: Expr) -> Expr:
    """Inverse hyperbolic tangent: log1p(2 a/(1 - a))/2 with a = |x|; inf at 1, NaN beyond."""
    a = let("magnitude", absolute(x))
    double = let("double", a + a)
    return with_sign_of(x, 0.5 * call("log1p", select(lt(a, 0.5), double + double * a / (1.0 - a), double / (1.0 - a))))


@define("log2", x="real")
def _log2(let: Lets, x: Expr) -> Expr:
    """Logarithm to base 2: k + log(m)/log(2), the second as a sum of two parts."""
    k, m = split_exponent(let, x)
    f = let("f", m - 1.0)
    h, rest = log_terms(let, f)
    head, lost = fast_two_sum(let, f, -h)
    large, small = product_parts(let, head, let("tail", lost + rest), LOG2_E_UPPER, LOG2_E_LOWER)
    total, lost = fast_two_sum(let, k, large)
    return log_domain(let, x, total + (lost + small))


@define("exp2", x="real")
def _exp2(let: Lets, x: Expr) -> Expr:
    """2**x."""
    inside = let("inside", both(lt(x, 1100.0), gt(x, -1100.0)))
    value = exp2_of(let, select(inside, x, 0.0), real(0.0))
    return Select(inside, value, select(ge(x, 1100.0), INF, select(lt(x, 0.0), 0.0, NAN)))


@define("cbrt", x="real")
def _cbrt(let: Lets, x: Expr) -> Expr:
    """The real cube root: ``power``, and one step of Newton's method."""
    tiny = let("tiny", lt(absolute(x), 2.0**-900))
    a = let("magnitude", absolute(x) * select(tiny, 2.0**300, 1.0))
    y = let("y", call("power", a, real(1.0 / 3.0)))
    better = (y - (y * y * y - a) / (3.0 * (y * y))) * select(tiny, 2.0**-100, 1.0)
    return with_sign_of(x, Select(both(gt(a, 0.0), lt(a, INF)), better, y))
