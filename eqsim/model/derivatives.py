"""Derivatives of expressions: the rules of calculus.  The derivatives of functions stand with the functions.

In: an expression and a name.  Out: an expression, tidied by `ir.algebra`.
"""

from __future__ import annotations

from collections.abc import Callable

from eqsim.errors import UnsupportedEquationsException
from eqsim.functions import resolve
from eqsim.functions.derivatives import DERIVATIVES
from eqsim.functions.helpers import OF_USERS
from eqsim.ir.algebra import ONE, ZERO, choice, is_number, minus, negative, over, plus, times, total
from eqsim.ir.expr import Call, Expr, Iterate, Op, Ref, Select, gt, lt, real
from eqsim.ir.walk import depends_on, substitute

Args = tuple[Expr, ...]


def sign(x: Expr) -> Expr:
    """-1, 0 or 1."""
    return Select(gt(x, 0.0), ONE, Select(lt(x, 0.0), real(-1.0), ZERO))


def _power(args: Args, at: int) -> Expr:
    """``c*x**(c - 1)`` by the base, ``x**c*log(x)`` by the exponent."""
    x, c = args
    if at == 1:
        return times(Call("power", (x, c)), Call("log", (x,)))
    return times(c, x if is_number(c, 2.0) else Call("power", (x, minus(c, ONE))))


def _mod(args: Args, at: int) -> Expr:
    """x - y*floor(x/y), between its jumps."""
    return ONE if at == 0 else negative(Call("floor_divide", args))


OPERATORS: dict[str, Callable[[Args, int], Expr]] = {
    "power": _power,
    "mod": _mod,
    "floor_divide": lambda args, at: ZERO,
}
"""Functions of the IR that strings write as operators: ``**``, ``%``, ``//``."""


def derivative(e: Expr, name: str) -> Expr:
    """The derivative of a real expression with respect to a name.

    Steps (``floor``, comparisons, the test of a `Select`) count as constant, as they are almost everywhere.

    Raises
    ------
    UnsupportedEquationsException
        If the expression calls a function of which no derivative is known.
    """
    match e:
        case Ref():
            return ONE if e.name == name else ZERO
        case _ if not depends_on(e, (name,)) or e.type != "real":
            return ZERO
        case Op():
            return _of_operator(e, name)
        case Select():
            return choice(e.test, derivative(e.yes, name), derivative(e.no, name))
        case Call("log", (Op("*" | "/" as op, factors),)):
            first, second = (derivative(Call("log", (x,)), name) for x in factors)
            return (plus if op == "*" else minus)(first, second)
        case Call():
            return _of_call(e, name)
        case Iterate():
            raise UnsupportedEquationsException(f"the derivative of a loop with respect to '{name}' is not known")
    return ZERO  # casts, loads and tables: steps


def _of_operator(e: Op, name: str) -> Expr:
    if len(e.args) == 1:
        return _of_unary(e.op, e.args[0], derivative(e.args[0], name))
    x, y = e.args
    dx, dy = derivative(x, name), derivative(y, name)
    match e.op:
        case "+":
            return plus(dx, dy)
        case "-":
            return minus(dx, dy)
        case "*":
            return plus(times(dx, y), times(x, dy))
        case "/" if dy == ZERO:
            return over(dx, y)
        case "/":
            return over(minus(times(dx, y), times(x, dy)), times(y, y))
    return ZERO


def _of_unary(op: str, x: Expr, dx: Expr) -> Expr:
    match op:
        case "neg":
            return negative(dx)
        case "sqrt":
            return over(times(real(0.5), dx), Op("sqrt", (x,)))
        case "abs":
            return times(sign(x), dx)
    return ZERO


def _of_call(e: Call, name: str) -> Expr:
    """The chain rule."""
    rule = DERIVATIVES.get(e.function) or OPERATORS.get(e.function)
    if e.function in OF_USERS:
        return derivative(written_out(e), name)
    if rule is None:
        raise UnsupportedEquationsException(f"the derivative of {e.function}() with respect to '{name}' is not known")
    inner = [derivative(a, name) for a in e.args]
    return total([times(rule(e.args, at), i) for at, i in enumerate(inner) if i != ZERO])


def written_out(e: Call) -> Expr:
    """The body of a function, its arguments put in."""
    f = resolve(e.function)
    values: dict[str, Expr] = {name: a for (name, _), a in zip(f.parameters, e.args, strict=True)}
    for let in f.body:
        values[let.name] = substitute(let.value, values)
    return substitute(f.result, values)
