"""exp, expm1, exprel, log, log10, log1p, and the pieces that other functions share.

All bodies are free of branches and tables, so that loops over them become vector code.

The reduction is that of Cody and Waite (1980), chapter 6: x = k ln 2 + r with |r| <= ln(2)/2, where k ln 2 is
subtracted in two parts, the first without error.
"""

from __future__ import annotations

from eqsim.functions.helpers import (
    EXPONENT_ONE,
    INF,
    NAN,
    SHIFTER,
    TWO52,
    Lets,
    absolute,
    at_most,
    bits,
    define,
    estrin,
    fast_two_sum,
    product_parts,
    select,
    unbits,
    word_of,
)
from eqsim.functions.tables import (
    EXP,
    LN2_HI,
    LN2_LO,
    LOG,
    LOG2_E,
    LOG10_2_HI,
    LOG10_2_LO,
    LOG10_E_LOWER,
    LOG10_E_UPPER,
    SQRT_HALF,
)
from eqsim.ir.expr import Expr, eq, gt, lt

SMALL = 2.0**-54
LEAST_EXPONENT = -708.0


def reduce_exponent(let: Lets, x: Expr, bias: int) -> tuple[Expr, Expr, Expr]:
    """x = k ln 2 + r.  Gives a word with k + bias in its low 12 bits, r, and what was rounded away from r."""
    shifter = SHIFTER + bias
    shifted = let("shifted", x * LOG2_E + shifter)
    k = let("k", shifted - shifter)
    high, low = let("high", x - k * LN2_HI), let("low", k * LN2_LO)
    r = let("r", high - low)
    return let("u", bits(shifted)), r, (high - r) - low


def power_of_two(u: Expr) -> Expr:
    """2**k from a word with k + 1023 in its low 11 bits."""
    return unbits(u << 52)


def beyond_linear(let: Lets, r: Expr, times: float = 1.0) -> Expr:
    """exp(r) - 1 - r for |r| <= ln(2)/2; so many times, with the same operations if that is a power of two."""
    r2 = let("r2", r * r)
    return let("q", r2 * estrin(let, r, [times * c for c in EXP], r2))


@define("exp", x="real")
def _exp(let: Lets, x: Expr) -> Expr:
    """e**x, which is 0 below x = -708, where results are hardly normal numbers any more.

    It is 2 exp(r) times 2**(k - 1), which is a normal number for all other x, and results above the largest real overflow.
    """
    u, r, _ = reduce_exponent(let, at_most(let, 710.0, x), 1023 - 1)
    twice = 2.0 + ((r + r) + beyond_linear(let, r, 2.0))
    return select(lt(x, LEAST_EXPONENT), 0.0, twice * power_of_two(u))


def scaled_expm1(let: Lets, x: Expr, scale: int) -> Expr:
    """(exp(x) - 1) * 2**-scale = (s - c) + s r + s (exp(r) - 1 - r), with s = 2**(k - scale) and c = 2**-scale.

    Added from the left no large terms cancel.  Near |x| = 0.35, where the sum is smallest, the errors of r and of the
    first addition would show; they are carried to the second one.  Below x = -50 it is -2**-scale.
    """
    u, r, r_low = reduce_exponent(let, x, 1023 - scale)
    s = let("s", power_of_two(u))
    total, lost = fast_two_sum(let, let("constant", s - 2.0**-scale), let("linear", s * r))
    y = let("y", total + (lost + s * (beyond_linear(let, r) + r_low)))
    return select(lt(x, -50.0), -(2.0**-scale), y)


@define("expm1", x="real")
def _expm1(let: Lets, x: Expr) -> Expr:
    """e**x - 1, also where e**x is near 1."""
    y = scaled_expm1(let, at_most(let, 720.0, x), 64) * 2.0**64
    return select(lt(absolute(x), SMALL), x, y)


@define("exprel", x="real")
def _exprel(let: Lets, x: Expr) -> Expr:
    """(e**x - 1)/x, which is 1 at 0."""
    y = scaled_expm1(let, x, 11) / (x * 2.0**-11)
    return select(gt(x, 717.0), INF, select(lt(absolute(x), SMALL), 1.0, y))


@define("rexprel", x="real")
def _rexprel(let: Lets, x: Expr) -> Expr:
    """x/(e**x - 1), which is 1 at 0: the rate functions of ion channels, with one division."""
    y = x * 2.0**-64 / scaled_expm1(let, at_most(let, 752.0, x), 64)
    return select(gt(x, 752.0), 0.0, select(lt(absolute(x), SMALL), 1.0, y))


# --- logarithms -------------------------------------------------------------------------------------------------------


def split_exponent(let: Lets, x: Expr) -> tuple[Expr, Expr]:
    """x = 2**k * m with sqrt(1/2) <= m < sqrt(2), for x > 0: k and m as reals."""
    tiny = let("tiny", lt(x, 2.0**-1022))
    w = let("w", bits(select(tiny, x * 2.0**54, x)) + (EXPONENT_ONE - word_of(SQRT_HALF)))
    k = let("k", unbits((w >> 52) | word_of(TWO52)) - select(tiny, TWO52 + 1023 + 54, TWO52 + 1023))
    return k, let("m", unbits((w & (2**52 - 1)) + word_of(SQRT_HALF)))


def log_domain(let: Lets, x: Expr, y: Expr) -> Expr:
    """``y``, but -inf at 0, NaN below, and x itself where it is inf or NaN."""
    y = let("y", select(lt(x, INF), y, x))
    y = let("y", select(lt(x, 0.0), NAN, y))
    return select(eq(x, 0.0), -INF, y)


def log_terms(let: Lets, f: Expr) -> tuple[Expr, Expr]:
    """h and p of log(1 + f) = f - (h - p): h = f**2/2, p = s (h + R(s**2)), s = f/(2 + f); for f in sqrt(1/2) - 1 to
    sqrt(2) - 1.
    """
    s = let("s", f / (2.0 + f))
    h = let("h", 0.5 * f * f)
    z = let("z", s * s)
    return h, s * (h + z * estrin(let, z, LOG))


@define("log", x="real")
def _log(let: Lets, x: Expr) -> Expr:
    """Natural logarithm."""
    k, m = split_exponent(let, x)
    f = let("f", m - 1.0)
    h, rest = log_terms(let, f)
    return log_domain(let, x, k * LN2_HI - ((h - (rest + k * LN2_LO)) - f))


@define("log1p", x="real")
def _log1p(let: Lets, x: Expr) -> Expr:
    """log(1 + x): the logarithm of the rounded sum, and what was rounded away divided by it."""
    total = let("total", 1.0 + x)
    back = let("back", total - 1.0)
    lost = (1.0 - (total - back)) + (x - back)
    k, m = split_exponent(let, total)
    f = let("f", m - 1.0)
    h, rest = log_terms(let, f)
    y = k * LN2_HI - ((h - (rest + (k * LN2_LO + lost / total))) - f)
    return log_domain(let, total, let("y", select(lt(absolute(x), SMALL), x, y)))


@define("log10", x="real")
def _log10(let: Lets, x: Expr) -> Expr:
    """Logarithm to base 10: k log10(2) + log(m)/log(10), the second as a sum of two parts."""
    k, m = split_exponent(let, x)
    f = let("f", m - 1.0)
    h, rest = log_terms(let, f)
    head, lost = fast_two_sum(let, f, -h)
    large, small = product_parts(let, head, let("tail", lost + rest), LOG10_E_UPPER, LOG10_E_LOWER)
    total, lost = fast_two_sum(let, let("whole", k * LOG10_2_HI), large)
    return log_domain(let, x, total + (lost + (k * LOG10_2_LO + small)))
