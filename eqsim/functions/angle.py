"""The angle of sin, cos and tan: |x| = quadrant * pi/2 + r with |r| <= pi/4, for every x, without branches.

The method is that of Payne and Hanek (1983), with integers.  With x = M 2**(b - 1076), 1023 <= b < 2047, M < 2**54,
only 192 bits of 2/pi matter: those before contribute multiples of four quadrants, those after less than 2**-123
quadrants::

    2/pi     0 . 1 0 1 0 0 0 1 0 1 1 1 1 1 0 0 1 1 0 0 0 ...
                       |<-- w0 -->|<-- w1 -->|<-- w2 -->|          bits b - 1077 to b - 886

    M * w  mod 2**192  =  quadrant (2 bits) . fraction (126 bits used)

The window is cut from 20 words by a barrel shifter (compare and choose), which is faster than loads from addresses that
differ between the elements of a vector.
"""

from __future__ import annotations

from eqsim.functions.helpers import Lets, absolute, bits, exact, fast_two_sum, mask32, product_parts, select
from eqsim.functions.tables import HALF_PI_PARTS, TWO_OVER_PI
from eqsim.ir.expr import Expr, Select, lt, ne, word

QUARTER_PI = 0.7853981633974483
LOWEST = 1023  # biased exponents below are treated as this one, with a shifted fraction


def window(let: Lets, start: Expr) -> tuple[Expr, Expr, Expr]:
    """192 bits of 2/pi from bit ``start`` (0 to 1023) of the table."""
    at = let("at", start >> 6)
    words: list[Expr] = [word(w) for w in TWO_OVER_PI]
    for level in (8, 4, 2, 1):
        test = let("test", ne(at & level, 0))
        keep = level + 3
        words = [let("w", Select(test, words[i + level], words[i])) for i in range(keep)]
    left = let("left", start & 63)
    right = let("right", 63 - left)
    a, b, c = (let("w", (words[i] << left) | ((words[i + 1] >> 1) >> right)) for i in range(3))
    return a, b, c


def high_product(let: Lets, m: Expr, w: Expr) -> Expr:
    """The upper word of m * w for m < 2**54."""
    m0, m1, w0, w1 = mask32(m), m >> 32, let("w0", mask32(w)), let("w1", w >> 32)
    middle = let("middle", m0 * w1 + ((m0 * w0) >> 32))
    other = m1 * w0 + mask32(middle)
    return m1 * w1 + (middle >> 32) + (other >> 32)


def fraction_product(let: Lets, m: Expr, w: tuple[Expr, Expr, Expr]) -> tuple[Expr, Expr]:
    """Two words of m * w: quadrant and 62 bits of its fraction; 64 more bits of the fraction."""
    plain = let("plain", m * w[1])
    low = let("low", plain + high_product(let, m, w[2]))
    carry = select(lt(low, plain), word(1), word(0))
    return let("high", m * w[0] + high_product(let, m, w[1]) + carry), low


def reduce_angle(let: Lets, x: Expr) -> tuple[Expr, Expr, Expr]:
    """The quadrant of |x| (a word, modulo 4) and r as a sum of two reals; r is NaN for infinite and NaN x."""
    magnitude = let("magnitude", absolute(x))
    b = let("b", bits(magnitude) >> 52)
    below = let("below", lt(b, LOWEST))
    fraction = (bits(magnitude) & (2**52 - 1)) | 2**52
    m = let("m", select(below, fraction, fraction << 1))
    high, low = fraction_product(let, m, window(let, select(below, word(0), b - LOWEST)))
    turned = let("turned", high + 2**61)
    f, f_low = signed_fraction(let, turned, low)
    large, small = product_parts(let, f, f_low, *HALF_PI_PARTS)
    r, r_low = fast_two_sum(let, large, small)
    direct = let("direct", lt(magnitude, QUARTER_PI))
    zero = magnitude * 0.0  # NaN where x is not finite
    return (
        let("quadrant", select(direct, word(0), turned >> 62)),
        let("r", Select(direct, magnitude, r) + zero),
        let("r_low", select(direct, 0.0, let("r_rest", r_low))),
    )


def signed_fraction(let: Lets, turned: Expr, low: Expr) -> tuple[Expr, Expr]:
    """The fraction in units of a quadrant, -1/2 to 1/2, as a sum of two reals, from pieces of 40, 40 and 46 bits."""
    first = let("first", exact((turned & (2**62 - 1)) >> 22) - 2.0**39)
    second = exact(((turned & (2**22 - 1)) << 18) | (low >> 46))
    third = exact(low & (2**46 - 1))
    f, rest = fast_two_sum(let, first * 2.0**-40, let("second", second * 2.0**-80))
    return fast_two_sum(let, f, let("rest", rest + third * 2.0**-126))
