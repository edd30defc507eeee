"""What the tests of functions share: their values by the interpreter, exact values by mpmath, errors in ulp."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from eqsim.functions import resolve
from eqsim.ir.evaluate import Evaluator

EVALUATOR = Evaluator(resolve)

Number = Any
EXACT: dict[str, Callable[..., Number]] = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "exprel": lambda x: mpmath.expm1(x) / x,
    "rexprel": lambda x: x / mpmath.expm1(x),
    "log": mpmath.log,
    "log10": mpmath.log10,
    "log1p": mpmath.log1p,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "power": mpmath.power,
    "log2": lambda x: mpmath.log(x, 2),
    "exp2": lambda x: mpmath.power(2, x),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh,
    "arctanh": mpmath.atanh,
    "arctan2": mpmath.atan2,
    "hypot": mpmath.hypot,
}


def value(name: str, *args: Any) -> np.ndarray:
    """The function applied to arrays; its parameters say which types they get."""
    kinds = {"real": np.float64, "int": np.int64, "word": np.uint64, "bool": np.bool_}
    given = [np.asarray(a, kinds[k])[()] for a, (_, k) in zip(args, resolve(name).parameters, strict=True)]
    shape = np.broadcast_shapes(*(np.shape(a) for a in given))
    with np.errstate(all="ignore"):
        return np.broadcast_to(EVALUATOR.function(name)(*given), shape)


def exact(name: str, *args: float) -> Number:
    """The function of these reals, with more than 60 correct digits.

    The sine of a number near 2**1023 needs as many bits as the number has, and 120 more (nearest multiple of pi/2).
    """
    with mpmath.workprec(1300 if name in ("sin", "cos", "tan") else 260):
        return EXACT[name](*(mpmath.mpf(a) for a in args))


def error_in_ulp(computed: float, wanted: Number) -> float:
    """|computed - wanted| in units in the last place of the wanted value."""
    if not math.isfinite(computed):
        return 0.0 if computed == float(wanted) else math.inf
    unit = math.ulp(min(abs(float(wanted)), float(np.finfo(float).max)))
    return float(abs(mpmath.mpf(computed) - wanted) / unit)


def same(a: float, b: float) -> bool:
    """Equal, with the sign of zero; NaN equals NaN."""
    return (a != a and b != b) or (a == b and math.copysign(1.0, a) == math.copysign(1.0, b))
