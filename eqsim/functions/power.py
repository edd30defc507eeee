"""x**y for reals, with the special cases of C99 (annex F.9.4.4).

2**(y log2 |x|), where the logarithm is a sum of two reals with an error below 2**-65, so that |y log2 |x|| up to 1075
leaves the result right to about one unit in the last place.
"""

from __future__ import annotations

from eqsim.functions.exponential import beyond_linear, power_of_two, split_exponent
from eqsim.functions.helpers import (
    INF,
    NAN,
    SHIFTER,
    SIGN,
    Lets,
    absolute,
    at_least,
    at_most,
    bits,
    define,
    estrin,
    fast_two_sum,
    product_parts,
    select,
    unbits,
    upper_half,
)
from eqsim.functions.tables import ATANH, LN2, THIRD, TWO_LOG2_E
from eqsim.ir.expr import Expr, Select, both, either, eq, gt, lt, ne, negate, unary

Pair = tuple[Expr, Expr]


def ratio(let: Lets, m: Expr) -> Pair:
    """(m - 1)/(m + 1) as a sum of two reals: a quotient and what it leaves."""
    f, g = let("f", m - 1.0), let("g", m + 1.0)
    g_low = let("g_low", m - (g - 1.0))
    inverse = let("inverse", 1.0 / g)
    s = let("s", f * inverse)
    s1, g1 = let("s1", upper_half(s)), let("g1", upper_half(g))
    left = (((f - s1 * g1) - s1 * (g - g1)) - (s - s1) * g) - s * g_low
    return s, let("s_low", left * inverse)


def log2_of(let: Lets, m: Expr, k: Expr) -> Pair:
    """k + log2(m) as a sum of two reals: log2(m) = 2/ln(2) * s (1 + z/3 + z**2 (1/5 + z/7 + ...)), z = s**2."""
    s, s_low = ratio(let, m)
    s1 = let("s1", upper_half(s))
    s2 = let("s2", (s - s1) + s_low)
    z, z_low = fast_two_sum(let, let("square", s1 * s1), let("rest", (s + s1 + s_low) * s2))
    z_low = let("z_low", z_low)
    third, third_low = product_parts(let, z, z_low, *THIRD)
    t, t_low = fast_two_sum(let, third, let("t_rest", third_low + z * z * estrin(let, z, ATANH)))
    t1 = let("t1", upper_half(t))
    t2 = let("t2", (t - t1) + t_low)
    v, v_low = fast_two_sum(let, s, let("lead", s1 * t1))
    v_low = let("v_low", v_low + ((s1 * t2 + s2 * t) + s_low))
    large, small = product_parts(let, v, v_low, *TWO_LOG2_E)
    total, rest = fast_two_sum(let, k, large)
    return fast_two_sum(let, total, let("l_rest", rest + small))


def times(let: Lets, y: Expr, logarithm: Pair) -> Pair:
    """y * logarithm as a sum of two reals."""
    y1, l1 = let("y1", upper_half(y)), let("l1", upper_half(logarithm[0]))
    l2 = (logarithm[0] - l1) + logarithm[1]
    return let("t", y1 * l1), let("t_low", y1 * l2 + (y - y1) * logarithm[0])


def exp2_of(let: Lets, t: Expr, t_low: Expr) -> Expr:
    """2**(t + t_low)."""
    shifter = SHIFTER + 2046
    shifted = let("shifted", (t + t_low) + shifter)
    r = let("r", ((t - (shifted - shifter)) + t_low) * LN2)
    u = let("u", bits(shifted))
    half = let("half", u >> 1)
    value = (1.0 + (r + beyond_linear(let, r))) * power_of_two(half) * power_of_two(u - half)
    total = let("total", t + t_low)
    return select(gt(total, 1025.0), INF, select(lt(total, -1080.0), 0.0, value))


def magnitude_of_power(let: Lets, a: Expr, y: Expr) -> Expr:
    """a**y for a >= 0 and y != 0."""
    k, m = split_exponent(let, a)
    t, t_low = times(let, at_least(let, -(2.0**64), at_most(let, 2.0**64, y)), log2_of(let, m, k))
    edge = let("edge", either(eq(a, 0.0), eq(a, INF)))
    to_zero = let("to_zero", exactly_one(lt(a, 1.0), lt(y, 0.0)))
    return Select(edge, select(to_zero, 0.0, INF), exp2_of(let, t, t_low))


def exactly_one(a: Expr, b: Expr) -> Expr:
    """Exactly one of the two."""
    return either(both(a, negate(b)), both(b, negate(a)))


@define("power", x="real", y="real")
def _power(let: Lets, x: Expr, y: Expr) -> Expr:
    """x**y."""
    value = let("value", magnitude_of_power(let, let("magnitude", absolute(x)), y))
    half = let("half_y", 0.5 * y)
    whole = eq(unary("floor", y), y)
    is_odd = let("odd", both(whole, ne(unary("floor", half), half)))
    signed = Select(is_odd, unbits(bits(value) | (bits(x) & SIGN)), value)
    undefined = both(both(lt(x, 0.0), gt(x, -INF)), negate(whole))
    undefined = let("undefined", either(undefined, either(ne(x, x), ne(y, y))))
    return select(either(eq(y, 0.0), eq(x, 1.0)), 1.0, select(undefined, NAN, signed))
