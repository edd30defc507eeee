"""Binomial counts: a function of (trials, p, seed, stream, element, step).

With the rarer outcome, ``p <= 1/2``.  Below ``trials*p = 10``: inversion, one uniform number, terms added until they pass
it.  From there on: transformed rejection BTRS (Hoermann 1993, "The generation of binomial random variates"), where trial
number d uses the random words of draw d.

Used as ``Draw("binomial", stream, (trials, p))``; ``trials`` is a real that is rounded down.
"""

from __future__ import annotations

from math import lgamma, log, pi

from eqsim.functions.helpers import Lets, call, define, select
from eqsim.functions.random import integer53, random_words
from eqsim.ir.expr import Cast, Expr, Iterate, Ref, Select, Table, both, either, ge, gt, le, lt, real, unary, word

LARGE = 10.0
GREATEST = 2.0**53  # more trials are treated as this many
NEGLIGIBLE = 2.0**-60
TRIALS = 200  # each is accepted with a probability above 0.7


def _stirling_rest(k: int) -> float:
    """log k! - ((k + 1/2) log(k + 1) - (k + 1) + log(2 pi)/2)."""
    return lgamma(k + 1.0) - ((k + 0.5) * log(k + 1.0) - (k + 1.0) + 0.5 * log(2.0 * pi))


STIRLING = tuple(_stirling_rest(k) for k in range(10))


@define("stirling_rest", k="real")
def _rest(let: Lets, k: Expr) -> Expr:
    """What Stirling's formula leaves of log k!, for whole k >= 0: a table up to 9, then a series in 1/(k + 1)."""
    x = let("x", 1.0 / (k + 1.0))
    v = let("v", x * x)
    series = (1 / 12 - v * (1 / 360 - v * (1 / 1260))) * x
    within = let("within", both(ge(k, 0.0), lt(k, 10.0)))
    return Select(within, Table("stirling_rest", STIRLING, Cast("int", select(within, k, 0.0))), series)


def small_count(let: Lets, n: Expr, p: Expr, u: Expr) -> Expr:
    """The smallest k with u < P(0) + ... + P(k), where P(k) = P(k - 1) * (n - k + 1)/k * p/(1 - p)."""
    k, term, total = Ref("k"), Ref("term"), Ref("total")
    odds = let("odds", p / (1.0 - p))
    start = let("none", call("exp", n * call("log1p", -p)))
    term_next = term * ((n - k) / (k + 1.0) * odds)
    more = both(both(lt(n * p, LARGE), ge(u, total)), both(lt(k, n), gt(term, NEGLIGIBLE)))
    return Iterate(("k", "term", "total"), (real(0.0), start, start), more, (k + 1.0, term_next, total + term_next), k, 200)


def _log_ratio(let: Lets, n: Expr, p: Expr, k: Expr) -> Expr:
    """log(P(k)/P(m)) with the mode m = floor((n + 1) p), in a form in which large terms do not cancel."""
    k = let("k", k)
    m = let("m", unary("floor", (n + 1.0) * p))
    away = let("away", k - m)
    above, below = let("above", n - k + 1.0), let("below", k + 1.0)
    near = (m + 0.5) * call("log1p", -away / below) + (n - m + 0.5) * call("log1p", away / above)
    far = away * call("log", p / (1.0 - p) * (above / below))
    rests = (call("stirling_rest", m) + call("stirling_rest", n - m)) - (
        call("stirling_rest", k) + call("stirling_rest", n - k)
    )
    return near + far + rests


@define("binomial_trial", trials="real", p="real", seed="word", stream="word", element="word", step="word", draw="word")
def _binomial_trial(
    let: Lets, trials: Expr, p: Expr, seed: Expr, stream: Expr, element: Expr, step: Expr, draw: Expr
) -> Expr:
    """One trial of BTRS for trials*p >= 10 and p <= 1/2: a count, or -1 if it is rejected.  Letters as in the paper."""
    w0, w1, w2, w3 = random_words(let, seed, stream, element, step, draw)
    u = let("U", (integer53(let, w0, w1) + 0.5) * 2.0**-53 - 0.5)
    v = let("V", (integer53(let, w2, w3) + 0.5) * 2.0**-53)
    n, mean = trials, let("mean", trials * p)
    sigma = let("sigma", unary("sqrt", mean * (1.0 - p)))
    b = let("b", 1.15 + 2.53 * sigma)
    a = let("a", -0.0873 + 0.0248 * b + 0.01 * p)
    us = let("us", 0.5 - unary("abs", u))
    k = let("k_", unary("floor", (2.0 * a / us + b) * u + mean + 0.5))
    quick = both(ge(us, 0.07), le(v, 0.92 - 4.2 / b))
    within = let("within", both(ge(k, 0.0), le(k, n)))
    scaled = call("log", v * ((2.83 + 5.1 / b) * sigma) / (a / (us * us) + b))
    exact = le(scaled, _log_ratio(let, n, p, select(within, k, 0.0)))
    return select(both(within, either(quick, exact)), k, -1.0)


@define("binomial", trials="real", p="real", seed="word", stream="word", element="word", step="word")
def _binomial(let: Lets, trials: Expr, p: Expr, seed: Expr, stream: Expr, element: Expr, step: Expr) -> Expr:
    """The number of successes in independent trials of probability p; 0 for NaN, p is taken between 0 and 1."""
    place = (seed, stream, element, step)
    n = let("trials_", unary("floor", select(gt(trials, GREATEST), GREATEST, select(gt(trials, 0.0), trials, 0.0))))
    chance = let("chance", select(gt(p, 1.0), 1.0, select(gt(p, 0.0), p, 0.0)))
    often = let("often", gt(chance, 0.5))
    rare = let("rare", Select(often, 1.0 - chance, chance))
    few = let("few", small_count(let, n, rare, let("u", call("uniform", *place))))
    large = let("large", ge(n * rare, LARGE))
    k, draw = Ref("k"), Ref("draw", "word")
    trial = call("binomial_trial", n, rare, *place, draw)
    again = both(Ref("large", "bool"), lt(k, 0.0))
    many = let("many", Iterate(("draw", "k"), (word(0), real(-1.0)), again, (draw + 1, trial), k, TRIALS))
    count = let("count", Select(large, many, few))
    return Cast("int", Select(often, n - count, count))
