"""Random numbers as functions of (seed, stream, element, step): no generator has a state.

In: words.  Out: reals and ints.  The bits come from Philox4x32 with ten rounds (Salmon, Moraes, Dror, Shaw 2011,
"Parallel random numbers: as easy as 1, 2, 3")::

    counter   c0 = element (low 32 bits)   c1 = step (low 32 bits)   c2 = stream
              c3 = step (bits 32 to 47) << 16 | number of the draw
    key       k0 = seed (low 32 bits)      k1 = seed (high 32 bits)

One call gives four words of 32 bits.  A uniform number uses the first two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from eqsim.functions.helpers import Lets, call, define, exact, horner, mask32, select, with_sign_of
from eqsim.functions.tables import NORMAL_CENTRE, NORMAL_FAR, NORMAL_TAIL
from eqsim.ir.expr import Expr, Scalar, le, lift, lt, unary

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)  # what is added to the key after each round

Words = tuple[Expr, Expr, Expr, Expr]


def philox4x32(let: Lets, counter: Sequence[Expr], key: Sequence[Expr]) -> Words:
    """The four output words; all words stay below 2**32."""
    c0, c1, c2, c3 = counter
    for turn in range(ROUNDS):
        k0, k1 = (mask32(k + turn * w) for k, w in zip(key, WEYL, strict=True))
        a, b = let("a", MULTIPLIERS[0] * c0), let("b", MULTIPLIERS[1] * c2)
        c0, c1, c2, c3 = (
            let("c0", (b >> 32) ^ c1 ^ k0),
            let("c1", mask32(b)),
            let("c2", (a >> 32) ^ c3 ^ k1),
            let("c3", mask32(a)),
        )
    return c0, c1, c2, c3


def random_words(let: Lets, seed: Expr, stream: Expr, element: Expr, step: Expr, draw: Expr | Scalar = 0) -> Words:
    """Four words of 32 random bits for this place and time."""
    high = ((step >> 32) & 0xFFFF) << 16
    counter = (mask32(element), mask32(step), mask32(stream), high | (lift(draw, step) & 0xFFFF))
    return philox4x32(let, [let("c", c) for c in counter], (mask32(seed), seed >> 32))


def integer53(let: Lets, a: Expr, b: Expr) -> Expr:
    """A real integer in [0, 2**53): the upper 27 bits of ``a``, then the upper 26 bits of ``b``."""
    return let("j", exact(a >> 5) * 2.0**26 + exact(b >> 6))


@define("uniform", seed="word", stream="word", element="word", step="word")
def _uniform(let: Lets, seed: Expr, stream: Expr, element: Expr, step: Expr) -> Expr:
    """A multiple of 2**-53 in [0, 1)."""
    a, b, _, _ = random_words(let, seed, stream, element, step)
    return integer53(let, a, b) * 2.0**-53


def rational(x: Expr, upper: Sequence[float], lower: Sequence[float]) -> Expr:
    """upper(x)/lower(x)."""
    return horner(x, upper) / horner(x, lower)


def normal_from(let: Lets, j: Expr) -> Expr:
    """The standard normal quantile at (j + 1/2) * 2**-53 by algorithm AS 241 (Wichura 1988), PPND16.

    The distance q from 1/2 is exact, so values come in pairs of opposite sign, and the largest is 8.29.
    """
    q = let("q", (j - 2.0**52 + 0.5) * 2.0**-53)
    distance = let("distance", unary("abs", q))
    centre = q * rational(let("v", 0.180625 - q * q), *NORMAL_CENTRE)
    t = let("t", unary("sqrt", -call("log", let("p", 0.5 - distance))))
    near = let("near", le(t, 5.0))
    far = let("w", t - select(near, 1.6, 5.0))
    upper, lower = (
        horner(far, [select(near, c, f) for c, f in zip(*pair, strict=True)])
        for pair in zip(NORMAL_TAIL, NORMAL_FAR, strict=True)
    )
    return select(lt(distance, 0.425), centre, with_sign_of(q, upper / lower))


@define("normal", seed="word", stream="word", element="word", step="word")
def _normal(let: Lets, seed: Expr, stream: Expr, element: Expr, step: Expr) -> Expr:
    """A standard normal number, by the inverse of the distribution function."""
    a, b, _, _ = random_words(let, seed, stream, element, step)
    return normal_from(let, integer53(let, a, b))


@define("philox4x32", c0="word", c1="word", c2="word", c3="word", k0="word", k1="word", which="word")
def _philox4x32(let: Lets, c0: Expr, c1: Expr, c2: Expr, c3: Expr, k0: Expr, k1: Expr, which: Expr) -> Expr:
    """Output word number 0, 1, 2 or 3 of Philox4x32-10."""
    w0, w1, w2, w3 = philox4x32(let, (c0, c1, c2, c3), (k0, k1))
    return select(lt(which, 2), select(lt(which, 1), w0, w1), select(lt(which, 3), w2, w3))


def stream_of(*parts: str) -> int:
    """The 32-bit number of the stream with this name: equal for equal names, on every machine."""
    name = "\0".join(parts).encode()
    return int.from_bytes(hashlib.blake2s(name, digest_size=4).digest(), "little")
