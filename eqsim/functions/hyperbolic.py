"""sinh, cosh, tanh."""

from __future__ import annotations

from eqsim.functions.exponential import beyond_linear, power_of_two, reduce_exponent
from eqsim.functions.helpers import (
    Lets,
    absolute,
    at_most,
    define,
    estrin,
    fast_two_sum,
    select,
    with_sign_of,
)
from eqsim.functions.tables import SINH, TANH
from eqsim.ir.expr import Expr, gt, lt, real


def half_exp(let: Lets, a: Expr) -> tuple[Expr, Expr, Expr]:
    """exp(a)/2**65 for 0 <= a <= 720, as a sum of two reals, and exp(-a)/2**65.

    2**65 = 2 * 2**64: half of the result, and room for what is just below the largest real.
    """
    u, r, _ = reduce_exponent(let, a, 1023 - 65)
    s = let("s", power_of_two(u))
    total, lost = fast_two_sum(let, real(1.0), r)
    large = let("large", s * total)
    small = let("small", s * (lost + beyond_linear(let, r)))
    return large, small, let("inverse", 2.0**-130 / (large + small))


@define("sinh", x="real")
def _sinh(let: Lets, x: Expr) -> Expr:
    """Hyperbolic sine: a polynomial up to 1, then (exp(x) - exp(-x))/2."""
    magnitude = let("magnitude", absolute(x))
    z = let("z", magnitude * magnitude)
    near = magnitude + magnitude * z * estrin(let, z, SINH)
    large, small, inverse = half_exp(let, at_most(let, 720.0, magnitude))
    far = (large + (small - inverse)) * 2.0**64
    return with_sign_of(x, select(gt(magnitude, 1.0), far, near))


@define("cosh", x="real")
def _cosh(let: Lets, x: Expr) -> Expr:
    """Hyperbolic cosine: (exp(x) + exp(-x))/2."""
    large, small, inverse = half_exp(let, at_most(let, 720.0, let("magnitude", absolute(x))))
    return (large + (small + inverse)) * 2.0**64


@define("tanh", x="real")
def _tanh(let: Lets, x: Expr) -> Expr:
    """Hyperbolic tangent: a polynomial up to 0.55, then 1 - 2/(exp(2 x) + 1)."""
    magnitude = let("magnitude", absolute(x))
    z = let("z", magnitude * magnitude)
    near = magnitude + magnitude * z * estrin(let, z, TANH)
    u, r, _ = reduce_exponent(let, 2.0 * at_most(let, 20.0, magnitude), 1023)
    exponential = power_of_two(u) * (1.0 + (r + beyond_linear(let, r)))
    return with_sign_of(x, select(lt(magnitude, 0.55), near, 1.0 - 2.0 / (exponential + 1.0)))
