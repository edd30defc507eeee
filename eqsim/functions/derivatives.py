"""Derivatives of the functions known in strings, as IR.

In: the arguments of a call and the number of one of them.  Out: the partial derivative by it.

Steps (``sign``, ``floor``, ``int``) have the derivative 0, which is right everywhere but at their jumps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from eqsim.functions.helpers import absolute, select
from eqsim.ir.expr import Call, Expr, Op, Select, as_real, gt, lt, real, unary

Args = tuple[Expr, ...]
Derivative = Callable[[Args, int], Expr]


def _f(name: str, x: Expr) -> Expr:
    return Call(name, (x,))


def _of_one(rule: Callable[[Expr], Expr]) -> Derivative:
    """The derivative of a function of one real."""
    return lambda args, at: rule(as_real(args[0]))


def _zero(args: Args, at: int) -> Expr:
    return real(0.0)


def _exprel(x: Expr) -> Expr:
    """((x - 1) exp(x) + 1)/x**2 = (exp(x) - exprel(x))/x; near 0 its series 1/2 + x/3 + x**2/8 + x**3/30."""
    series = 0.5 + x * (1 / 3 + x * (0.125 + x * (1 / 30)))
    return select(lt(absolute(x), 1e-3), series, (_f("exp", x) - _f("exprel", x)) / x)


def _clip(args: Args, at: int) -> Expr:
    """1 for the argument that the result equals, else 0."""
    x, low, high = map(as_real, args)
    raised = Select(Op("<", (x, low)), low, x)
    from_above, from_below = Op(">", (raised, high)), Op("<", (x, low))
    one, zero = real(1.0), real(0.0)
    if at == 2:
        return Select(from_above, one, zero)
    return Select(from_above, zero, Select(from_below, one, zero) if at == 1 else Select(from_below, zero, one))


def _arctan2(args: Args, at: int) -> Expr:
    """x/(x**2 + y**2) by y, -y/(x**2 + y**2) by x."""
    y, x = map(as_real, args)
    square = x * x + y * y
    return x / square if at == 0 else -y / square


def _hypot(args: Args, at: int) -> Expr:
    """x/hypot(x, y) by x."""
    pair = (as_real(args[0]), as_real(args[1]))
    return pair[at] / Call("hypot", pair)


DERIVATIVES: Mapping[str, Derivative] = {
    "cos": _of_one(lambda x: -_f("sin", x)),
    "sin": _of_one(lambda x: _f("cos", x)),
    "tan": _of_one(lambda x: 1.0 + _f("tan", x) * _f("tan", x)),
    "cosh": _of_one(lambda x: _f("sinh", x)),
    "sinh": _of_one(lambda x: _f("cosh", x)),
    "tanh": _of_one(lambda x: 1.0 - _f("tanh", x) * _f("tanh", x)),
    "exp": _of_one(lambda x: _f("exp", x)),
    "log": _of_one(lambda x: 1.0 / x),
    "log10": _of_one(lambda x: 1.0 / (x * math.log(10))),
    "expm1": _of_one(lambda x: _f("exp", x)),
    "exprel": _of_one(_exprel),
    "log1p": _of_one(lambda x: 1.0 / (1.0 + x)),
    "arccos": _of_one(lambda x: -1.0 / unary("sqrt", 1.0 - x * x)),
    "arcsin": _of_one(lambda x: 1.0 / unary("sqrt", 1.0 - x * x)),
    "arctan": _of_one(lambda x: 1.0 / (1.0 + x * x)),
    "log2": _of_one(lambda x: 1.0 / (x * math.log(2))),
    "exp2": _of_one(lambda x: _f("exp2", x) * math.log(2)),
    "cbrt": _of_one(lambda x: 1.0 / (3.0 * (_f("cbrt", x) * _f("cbrt", x)))),
    "arcsinh": _of_one(lambda x: 1.0 / unary("sqrt", x * x + 1.0)),
    "arccosh": _of_one(lambda x: 1.0 / unary("sqrt", x * x - 1.0)),
    "arctanh": _of_one(lambda x: 1.0 / (1.0 - x * x)),
    "arctan2": _arctan2,
    "hypot": _hypot,
    "sqrt": _of_one(lambda x: 0.5 / unary("sqrt", x)),
    "abs": _of_one(lambda x: select(gt(x, 0.0), 1.0, select(lt(x, 0.0), -1.0, 0.0))),
    "clip": _clip,
    "sign": _zero,
    "ceil": _zero,
    "floor": _zero,
    "int": _zero,
    "timestep": _zero,
}
"""The derivative of each builtin function that has one."""
