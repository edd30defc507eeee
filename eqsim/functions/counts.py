"""Poisson counts: a function of (lam, seed, stream, element, step).

Below ``lam = 10``: inversion, one uniform number, terms added until they pass it.  From there on: transformed rejection
PTRS (Hoermann 1993, "The transformed rejection method for generating Poisson random variables"), where trial number d
uses the random words of draw d.
"""

from __future__ import annotations

from math import lgamma, pi

from eqsim.functions.helpers import Lets, call, define, select
from eqsim.functions.random import integer53, random_words
from eqsim.ir.expr import (
    Cast,
    Expr,
    Iterate,
    Ref,
    Select,
    Table,
    both,
    either,
    ge,
    gt,
    le,
    lt,
    negate,
    real,
    unary,
    word,
)

LARGE = 10.0
GREATEST = 2.0**62  # larger means are treated as this one, so that counts fit into an int
NEGLIGIBLE = 2.0**-60
TRIALS = 200  # each is accepted with a probability above 0.7
SMALL_FACTORIALS = tuple(lgamma(k + 1.0) for k in range(10))


def small_count(let: Lets, lam: Expr, u: Expr) -> Expr:
    """The smallest k with u < P(0) + ... + P(k), for lam < 10; 0 for lam <= 0 and NaN."""
    k, p, total = Ref("k"), Ref("p"), Ref("total")
    p_next = p * (lam / (k + 1.0))
    start = let("none", call("exp", -lam))
    more = both(both(lt(lam, LARGE), ge(u, total)), gt(p, NEGLIGIBLE))
    return Iterate(("k", "p", "total"), (real(0.0), start, start), more, (k + 1.0, p_next, total + p_next), k, 100)


def log_probability(let: Lets, lam: Expr, k: Expr) -> Expr:
    """log(lam**k exp(-lam)/k!) for whole k >= 0, with Stirling's series from k = 10, in a form without cancellation."""
    few = let("few", lt(k, 10.0))
    n = let("n", select(few, 10.0, k))
    d = let("d", (lam - n) / n)
    v = let("v", 1.0 / (n * n))
    series = (1 / 12 - v * (1 / 360 - v * (1 / 1260 - v * (1 / 1680)))) / n
    many = let("many", n * (call("log1p", d) - d) - 0.5 * call("log", 2.0 * pi * n) - series)
    within = both(few, ge(k, 0.0))
    factorial = Table("log_factorial", SMALL_FACTORIALS, Cast("int", select(within, k, 0.0)))
    return Select(few, k * call("log", lam) - lam - factorial, many)


@define("poisson_trial", lam="real", seed="word", stream="word", element="word", step="word", draw="word")
def _poisson_trial(let: Lets, lam: Expr, seed: Expr, stream: Expr, element: Expr, step: Expr, draw: Expr) -> Expr:
    """One trial of PTRS for lam >= 10: a count, or -1 if it is rejected.  Letters as in the paper."""
    w0, w1, w2, w3 = random_words(let, seed, stream, element, step, draw)
    u = let("U", (integer53(let, w0, w1) + 0.5) * 2.0**-53 - 0.5)
    v = let("V", (integer53(let, w2, w3) + 0.5) * 2.0**-53)
    b = let("b", 0.931 + 2.53 * unary("sqrt", lam))
    a = let("a", -0.059 + 0.02483 * b)
    us = let("us", 0.5 - unary("abs", u))
    k = let("k", unary("floor", (2.0 * a / us + b) * u + lam + 0.43))
    quick = both(ge(us, 0.07), le(v, 0.9277 - 3.6224 / (b - 2.0)))
    hopeless = either(lt(k, 0.0), both(lt(us, 0.013), gt(v, us)))
    scaled = call("log", v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b))
    exact = le(scaled, log_probability(let, lam, k))
    return select(either(quick, both(negate(hopeless), exact)), k, -1.0)


@define("poisson", lam="real", seed="word", stream="word", element="word", step="word")
def _poisson(let: Lets, lam: Expr, seed: Expr, stream: Expr, element: Expr, step: Expr) -> Expr:
    """A count with mean and variance lam; 0 for lam <= 0 and NaN."""
    place = (seed, stream, element, step)
    few = let("few", small_count(let, lam, let("u", call("uniform", *place))))
    mean = let("mean", select(gt(lam, GREATEST), GREATEST, lam))
    k, draw = Ref("k"), Ref("draw", "word")
    again = both(ge(mean, LARGE), lt(k, 0.0))
    trial = call("poisson_trial", mean, *place, draw)
    many = Iterate(("draw", "k"), (word(0), real(-1.0)), again, (draw + 1, trial), k, TRIALS)
    return Cast("int", select(ge(lam, LARGE), let("many", many), few))
