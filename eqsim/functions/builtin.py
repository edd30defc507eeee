"""The functions and constants that strings of a model may use.

In: names.  Out: for each function its number of arguments, its rule for dimensions, its IR and its derivatives.

The kinds of rules for dimensions, with what is printed when they are broken::

    pure      every argument and the result are pure numbers          exp(v/mV)
    same      the result has the dimension of the first argument;
              all arguments agree                                     clip(v, v_low, v_high)
    root      the result has the root of the dimension                sqrt(g**2)
    number    any dimension; the result is a pure number              sign(v)
    times     all arguments are times; the result is a pure number    timestep(t, dt)
    angle     all arguments agree; the result is a pure number        arctan2(y, x)
    choice    a condition, then two of the dimension of the result    where(v > 0*mV, a, b)

Functions that came later than the others are ``weak``: a variable, or a function of the user's, may have their names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eqsim.functions.derivatives import DERIVATIVES
from eqsim.functions.lowering import (
    choice,
    clip,
    elementwise,
    extreme,
    magnitude,
    of_two,
    rounding,
    sign,
    step_of,
    truncated,
)
from eqsim.ir.expr import Draw, Expr, as_real
from eqsim.units import DIMENSIONLESS, Dimension, get_or_create_dimension

TIME = get_or_create_dimension(second=1)
Dims = Sequence[Dimension | None]
Lower = Callable[[tuple[Expr, ...], int], Expr]
Derivative = Callable[[tuple[Expr, ...], int], Expr]

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "inf": math.inf}
"""Numbers that strings may use by name."""

NEEDS = {
    "pure": "a dimensionless argument",
    "same": "arguments of the same dimension",
    "times": "times as arguments",
    "angle": "arguments of the same dimension",
    "choice": "a condition and two values of the same dimension",
}


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function that strings may call.

    Attributes
    ----------
    name : str
    arity : int
        Number of arguments; if ``variadic``, the least number.
    rule : str
        Kind of rule for dimensions, see the table of this module.
    lower : Callable[[tuple[Expr, ...], int], Expr]
        The IR of a call from the IR of its arguments and the stream for its random numbers.
    derivative : Callable[[tuple[Expr, ...], int], Expr] or None
        The partial derivative by the argument of this number; ``None`` where there is none.
    stateless : bool
        False if every call gives another number.
    doc : str
    weak : bool
        May the user give its name to something else?
    """

    name: str
    arity: int
    rule: str
    lower: Lower
    derivative: Derivative | None = None
    stateless: bool = True
    doc: str = ""
    weak: bool = False
    variadic: bool = False

    def wrong_count(self, count: int) -> str:
        """How many arguments are wanted, as words after "takes"; an empty string if this many are right."""
        if count == self.arity or (self.variadic and count > self.arity):
            return ""
        least = "at least " if self.variadic else ""
        return f"{least}{self.arity} argument{'s' if self.arity != 1 else ''}, not {count}"

    def wrong_dimension(self, at: int, dims: Dims) -> str:
        """What argument number ``at`` should be and is not, as words after "needs"; an empty string if it fits."""
        dim, wanted = dims[at], _wanted(self.rule, dims, at)
        return "" if dim is None or wanted is None or dim is wanted else NEEDS[self.rule]

    def dimension(self, dims: Dims) -> Dimension | None:
        """The dimension of the result; ``None`` as long as it is not known."""
        if self.rule == "same":
            return next((d for d in dims if d is not None), None)
        if self.rule == "choice":
            return next((d for d in dims[1:] if d is not None), None)
        if self.rule == "root":
            return None if dims[0] is None else dims[0] ** 0.5
        return DIMENSIONLESS


def _wanted(rule: str, dims: Dims, at: int) -> Dimension | None:
    """The dimension that argument ``at`` must have; ``None`` if any will do."""
    match rule:
        case "pure":
            return DIMENSIONLESS
        case "times":
            return TIME
        case "choice" if at > 0:
            return next((d for d in dims[1:] if d is not None), None)
        case "choice":
            return DIMENSIONLESS
        case "same" | "angle":
            return next((d for d in dims if d is not None), None)
    return None


def _draw(law: str) -> Lower:
    return lambda args, stream: Draw(law, stream, tuple(as_real(a) for a in args))


ELEMENTARY = {
    "cos": "Cosine of an angle in radian.",
    "sin": "Sine of an angle in radian.",
    "tan": "Tangent of an angle in radian.",
    "cosh": "Hyperbolic cosine.",
    "sinh": "Hyperbolic sine.",
    "tanh": "Hyperbolic tangent.",
    "exp": "Exponential function.",
    "log": "Natural logarithm.",
    "log10": "Logarithm to base 10.",
    "expm1": "exp(x) - 1, accurate also for small x.",
    "exprel": "(exp(x) - 1)/x, which is 1 at 0.",
    "log1p": "log(1 + x), accurate also for small x.",
    "arccos": "Inverse cosine, in 0 to pi.",
    "arcsin": "Inverse sine, in -pi/2 to pi/2.",
    "arctan": "Inverse tangent, in -pi/2 to pi/2.",
}

LATER = {
    "log2": "Logarithm to base 2.",
    "exp2": "2**x.",
    "cbrt": "Cube root of a pure number.",
    "arcsinh": "Inverse hyperbolic sine.",
    "arccosh": "Inverse hyperbolic cosine.",
    "arctanh": "Inverse hyperbolic tangent.",
}

_ALL = (
    *(Builtin(name, 1, "pure", elementwise(name), DERIVATIVES[name], doc=doc) for name, doc in ELEMENTARY.items()),
    Builtin("sqrt", 1, "root", elementwise("sqrt"), DERIVATIVES["sqrt"], doc="Square root."),
    Builtin("ceil", 1, "pure", rounding("ceil"), DERIVATIVES["ceil"], doc="Rounds up; the result is a real."),
    Builtin("floor", 1, "pure", rounding("floor"), DERIVATIVES["floor"], doc="Rounds down; the result is a real."),
    Builtin("abs", 1, "same", magnitude, DERIVATIVES["abs"], doc="Absolute value."),
    Builtin("sign", 1, "number", sign, DERIVATIVES["sign"], doc="1, 0 or -1."),
    Builtin("clip", 3, "same", clip, DERIVATIVES["clip"], doc="clip(x, low, high): x, but not beyond the bounds."),
    Builtin("int", 1, "pure", truncated, DERIVATIVES["int"], doc="The integer part; 1 or 0 for a condition."),
    Builtin("timestep", 2, "times", step_of, DERIVATIVES["timestep"], doc="timestep(t, dt): t as a number of steps."),
    Builtin("rand", 0, "pure", _draw("uniform"), None, False, "A random number, uniform in 0 to 1."),
    Builtin("randn", 0, "pure", _draw("normal"), None, False, "A random number of the standard normal law."),
    *(Builtin(n, 1, "pure", elementwise(n), DERIVATIVES[n], doc=doc, weak=True) for n, doc in LATER.items()),
    Builtin("where", 3, "choice", choice, doc="where(condition, a, b): a where it holds, else b.", weak=True),
    Builtin("min", 2, "same", extreme("<"), doc="The smallest argument.", weak=True, variadic=True),
    Builtin("max", 2, "same", extreme(">"), doc="The largest argument.", weak=True, variadic=True),
    Builtin(
        "arctan2",
        2,
        "angle",
        of_two("arctan2"),
        DERIVATIVES["arctan2"],
        doc="arctan2(y, x): the angle of (x, y).",
        weak=True,
    ),
    Builtin("hypot", 2, "same", of_two("hypot"), DERIVATIVES["hypot"], doc="sqrt(x**2 + y**2).", weak=True),
    Builtin("poisson", 1, "pure", _draw("poisson"), None, False, "poisson(lam): a random count with mean lam."),
)

BUILTINS: Mapping[str, Builtin] = {b.name: b for b in _ALL}
"""The functions that strings may call, by name."""
