"""Calls in strings, as IR: which node or function a name of the user stands for, and which type comes out.

Types follow Python: bool < int < real.  Elementary functions give reals; ``abs``, ``sign`` and ``clip`` keep the
highest type of their arguments (a bool counts as an int); ``int`` gives an int.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from math import isfinite

from eqsim.ir.expr import Call, Cast, Const, Expr, Op, Select, as_int, as_real, gt, integer, lt, real, unary

Args = tuple[Expr, ...]
LARGEST_PRODUCT = 16  # exponents up to this become products


def as_number(e: Expr) -> Expr:
    """A bool as an int; numbers as they are."""
    return Cast("int", e) if e.type == "bool" else e


def same_type(args: Args) -> Args:
    """All arguments with the highest of their types."""
    numbers = tuple(as_number(a) for a in args)
    return tuple(map(_as_real, numbers)) if any(a.type == "real" for a in numbers) else numbers


def _as_real(e: Expr) -> Expr:
    """As `as_real`, but a constant stays a constant."""
    return real(e.value) if isinstance(e, Const) else as_real(e)


def elementwise(name: str) -> Callable[[Args, int], Expr]:
    """A function of one real: an operator if there is one, else a call."""
    if name == "sqrt":
        return lambda args, stream: unary("sqrt", _as_real(args[0]))
    return lambda args, stream: Call(name, (_as_real(args[0]),))


def rounding(op: str) -> Callable[[Args, int], Expr]:
    """``floor`` and ``ceil``: the result is a real."""
    return lambda args, stream: unary(op, args[0]) if args[0].type == "real" else _as_real(args[0])


def magnitude(args: Args, stream: int) -> Expr:
    """|x|."""
    return unary("abs", as_number(args[0]))


def sign(args: Args, stream: int) -> Expr:
    """1, 0 or -1 of the type of the argument; NaN stays NaN."""
    (x,) = same_type(args)
    if x.type == "real":
        return Call("sign", (x,))
    return Select(gt(x, 0), integer(1), Select(lt(x, 0), integer(-1), integer(0)))


def clip(args: Args, stream: int) -> Expr:
    """min(max(x, low), high), so that the upper bound wins; NaN stays NaN."""
    x, low, high = same_type(args)
    raised = Select(Op("<", (x, low)), low, x)
    return Select(Op(">", (raised, high)), high, raised)


def extreme(op: str) -> Callable[[Args, int], Expr]:
    """``min`` (``<``) or ``max`` (``>``) of several arguments; NaN if one of them is NaN."""

    def pick(best: Expr, x: Expr) -> Expr:
        better: Expr = Op(op, (x, best))
        if x.type == "real" and not isinstance(x, Const):
            better = Op("or", (better, Op("!=", (x, x))))
        return Select(better, x, best)

    return lambda args, stream: functools.reduce(pick, same_type(args))


def choice(args: Args, stream: int) -> Expr:
    """The second argument where the first holds, else the third."""
    test, *values = args
    yes, no = same_type(tuple(values))
    return Select(test if test.type == "bool" else Cast("bool", test), yes, no)


def of_two(name: str) -> Callable[[Args, int], Expr]:
    """A function of two reals."""
    return lambda args, stream: Call(name, tuple(map(_as_real, args)))


def truncated(args: Args, stream: int) -> Expr:
    """The value without its fraction, as an int."""
    return as_int(args[0])


def step_of(args: Args, stream: int) -> Expr:
    """int((t + dt/1000)/dt): the step that begins at t, although t may be a rounding error short of it."""
    t, dt = map(_as_real, args)
    return Cast("int", (t + 1e-3 * dt) / dt)


# --- powers -----------------------------------------------------------------------------------------------------------


def lower_power(base: Expr, exponent: Expr) -> Expr:
    """``base**exponent``: a product for a small whole exponent, a root for 1/2, else a call of ``power``.

    An int to the power of a constant int >= 0 is an int; everything else is real.
    """
    x, n = as_number(base), as_number(exponent)
    if isinstance(n, Const) and isfinite(n.value):
        if n.type == "int" and x.type == "int" and n.value >= 0:
            return product(x, int(n.value))
        if float(n.value).is_integer() and abs(n.value) <= LARGEST_PRODUCT:
            count = int(n.value)
            whole = product(_as_real(x), abs(count))
            return whole if count >= 0 else 1.0 / whole
        if n.value == 0.5:
            return unary("sqrt", _as_real(x))
    return Call("power", (_as_real(x), _as_real(n)))


def product(x: Expr, count: int) -> Expr:
    """x multiplied ``count`` times by itself: x*x*x for 3, else squares of squares."""
    if count == 0:
        return integer(1) if x.type == "int" else real(1.0)
    if count == 1:
        return x
    half = product(x, count // 2)
    square = half * half
    return square * x if count % 2 else square
