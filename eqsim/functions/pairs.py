"""Functions of a 2x2 matrix whose exponential is wanted, through its two eigenvalues, real, equal or conjugate.

The eigenvalues are ``m - q`` and ``m + q`` with ``q**2 = d``, and d may be negative.  For a function f,
``f(A) = base + slope*(A - m + q)`` if they are real and ``base + slope*(A - m)`` if they are not, where

=====================  ====================================  ==========================================
function               real eigenvalues                      conjugate eigenvalues ``m +- i*q``
=====================  ====================================  ==========================================
``exp_pair_base``      ``f(m - q)``                          mean of f over both
``exp_pair_slope``     divided difference of f at both       the same
=====================  ====================================  ==========================================

with f = exp, and with ``f(z) = (exp(z) - exp(mu))/(z - mu)`` for those whose names end in 2.
"""

from __future__ import annotations

from eqsim.functions.divided import series
from eqsim.functions.helpers import Lets, call, define
from eqsim.ir.expr import Expr, Select, ge, lt, real, unary

NEAR = 1.0  # squared distance of the eigenvalues from mu below which the series is used


def _root(let: Lets, d: Expr) -> Expr:
    return let("q", unary("sqrt", unary("abs", d)))


@define("exp_pair_base", m="real", d="real")
def _base(let: Lets, m: Expr, d: Expr) -> Expr:
    """exp(m - q), or exp(m) cos(q)."""
    q = _root(let, d)
    return Select(ge(d, 0.0), call("exp", m - q), call("exp", m) * call("cos", q))


@define("exp_pair_slope", m="real", d="real")
def _slope(let: Lets, m: Expr, d: Expr) -> Expr:
    """exp(m) sinh(q)/q, or exp(m) sin(q)/q."""
    q = _root(let, d)
    return Select(ge(d, 0.0), call("exp_diff2", m - q, m + q), call("exp", m) * (call("sin", q) / q))


def _conjugate(let: Lets, m: Expr, d: Expr, mu: Expr) -> tuple[Expr, Expr]:
    """Mean and slope of (exp(z) - exp(mu))/(z - mu) at z = m +- i q; real and imaginary part of a complex quotient."""
    q = _root(let, d)
    s = let("s", call("exp", m) * (call("sin", q) / q))
    change = let("change", call("exp", m) * call("cos", q) - call("exp", mu))
    x = let("x", m - mu)
    distance = let("distance", x * x - d)
    near = lt(distance, NEAR)
    close = call("exp", mu) * series(let, [x * 2.0, distance, real(0.0)])
    slope = let("slope", Select(near, close, (s * x - change) / distance))
    mean = Select(near, s - slope * x, (change * x - s * d) / distance)
    return mean, slope


@define("exp_pair_base2", m="real", d="real", mu="real")
def _base2(let: Lets, m: Expr, d: Expr, mu: Expr) -> Expr:
    """The base of (exp(z) - exp(mu))/(z - mu)."""
    q = _root(let, d)
    mean, _ = _conjugate(let, m, d, mu)
    return Select(ge(d, 0.0), call("exp_diff2", m - q, mu), mean)


@define("exp_pair_slope2", m="real", d="real", mu="real")
def _slope2(let: Lets, m: Expr, d: Expr, mu: Expr) -> Expr:
    """The slope of (exp(z) - exp(mu))/(z - mu)."""
    q = _root(let, d)
    _, slope = _conjugate(let, m, d, mu)
    return Select(ge(d, 0.0), call("exp_diff3", m - q, m + q, mu), slope)
