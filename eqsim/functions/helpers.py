"""How the bodies of functions are written: formulas in Python that build IR, once, when the package is imported.

In: Python functions with the mathematics.  Out: `Function`s in one registry, ``FUNCTIONS``.

A body takes a `Lets` and its parameters; ``let("r", x - k)`` names an intermediate value::

    @define("cube", x="real")
    def _cube(let: Lets, x: Expr) -> Expr:
        \"\"\"x**3.\"\"\"
        x2 = let("x2", x * x)
        return x2 * x
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence

from eqsim.errors import InternalError
from eqsim.ir.expr import Call, Expr, Op, Ref, Scalar, Select, Type, lift, real, unary, word
from eqsim.ir.program import Function
from eqsim.ir.stmt import Let
from eqsim.ir.walk import called

FUNCTIONS: dict[str, Function] = {}
"""Every function of the IR by name."""
OF_USERS: set[str] = set()
"""Those that a user wrote in Python: plain arithmetic."""

Body = Callable[..., Expr]


class Lets:
    """The Lets of one body, in order.  A name that is taken gets a number."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.body: list[Let] = []
        self.taken = set(taken)

    def __call__(self, name: str, value: Expr) -> Ref:
        """Bind ``value`` to ``name`` and return what refers to it."""
        free = self.reserve(name)
        self.body.append(Let(free, value))
        return Ref(free, value.type)

    def reserve(self, name: str) -> str:
        """The name, or the name with the first number that is free; it is taken from now on."""
        free = name
        number = 1
        while free in self.taken:
            number += 1
            free = f"{name}_{number}"
        self.taken.add(free)
        return free

    def inside(self) -> Lets:
        """The Lets of a loop in this body: no name is used in both."""
        inner = Lets()
        inner.taken = self.taken
        return inner


def define(name: str, **parameters: Type) -> Callable[[Body], Body]:
    """Register the decorated body as the function ``name``; its docstring becomes the function's."""

    def register(body: Body) -> Body:
        let = Lets(parameters)
        result = body(let, *(Ref(p, kind) for p, kind in parameters.items()))
        FUNCTIONS[name] = Function(name, tuple(parameters.items()), tuple(let.body), result, body.__doc__ or "")
        return body

    return register


def call(name: str, *args: Expr) -> Call:
    """A call of a function that gives a real."""
    return Call(name, args)


def resolve(name: str) -> Function:
    """The function of this name."""
    if name not in FUNCTIONS:
        raise InternalError("functions", f"no function is called {name!r}")
    return FUNCTIONS[name]


def closure(names: Iterable[str]) -> tuple[Function, ...]:
    """These functions and all that they call; whatever is called stands before its callers."""
    found: dict[str, Function] = {}

    def visit(name: str) -> None:
        if name not in found:
            f = resolve(name)
            for other in sorted(called((*f.body, Let("result", f.result)))):
                visit(other)
            found[name] = f

    for name in names:
        visit(name)
    return tuple(found.values())


# --- bits of a real ---------------------------------------------------------------------------------------------------


def word_of(value: float) -> int:
    """The 64 bits of a real: sign (1), exponent + 1023 (11), fraction (52)."""
    return int(struct.unpack("<Q", struct.pack("<d", value))[0])


SHIFTER = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest integer in the low bits
TWO52 = 4503599627370496.0
SIGN = 1 << 63
EXPONENT_ONE = word_of(1.0)


def bits(x: Expr) -> Expr:
    """A real, read as a word."""
    return unary("bits", x)


def unbits(w: Expr) -> Expr:
    """A word, read as a real."""
    return unary("unbits", w)


def exact(w: Expr) -> Expr:
    """A word below 2**52 as a real, without a conversion instruction."""
    return unbits(w | word_of(TWO52)) - TWO52


def with_sign_of(x: Expr, magnitude: Expr) -> Expr:
    """``magnitude`` (not negative) with the sign of ``x``."""
    return unbits(bits(magnitude) | (bits(x) & SIGN))


def upper_half(x: Expr) -> Expr:
    """The upper 26 bits of a real: products of two such numbers are exact."""
    return unbits(bits(x) & word(~((1 << 27) - 1)))


def fast_two_sum(let: Lets, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """a + b as rounded sum and error (Dekker 1971); exact for |a| >= |b| or a = 0."""
    total = let("total", a + b)
    return total, (a - total) + b


def product_parts(let: Lets, x: Expr, x_low: Expr, c_upper: float, c_lower: float) -> tuple[Expr, Expr]:
    """(x + x_low) * (c_upper + c_lower) as a large and a small part; the large one is exact."""
    head = let("head", upper_half(x))
    tail = let("tail", (x - head) + x_low)
    return let("large", head * c_upper), let("small", head * c_lower + tail * (c_upper + c_lower))


# --- choices ----------------------------------------------------------------------------------------------------------


def absolute(x: Expr) -> Expr:
    """|x|."""
    return unary("abs", x)


def select(test: Expr, yes: Expr | Scalar, no: Expr | Scalar) -> Expr:
    """``yes`` where the test holds, else ``no``; a plain number takes the type of the other."""
    if isinstance(yes, Expr):
        return Select(test, yes, lift(no, yes))
    return Select(test, lift(yes, no) if isinstance(no, Expr) else real(yes), lift(no, real(0.0)))


def at_most(let: Lets, limit: float, x: Expr) -> Expr:
    """The smaller one; NaN passes."""
    return let("a", Select(Op("<", (real(limit), x)), real(limit), x))


def at_least(let: Lets, limit: float, x: Expr) -> Expr:
    """The larger one; NaN passes."""
    return let("a", Select(Op(">", (real(limit), x)), real(limit), x))


NAN, INF = math.nan, math.inf


# --- polynomials ------------------------------------------------------------------------------------------------------


def horner(x: Expr, coefficients: Sequence[float | Expr]) -> Expr:
    """c0 + c1 x + c2 x**2 + ... from the inside out: fewest operations, longest chain."""
    *rest, last = coefficients
    value = lift(last, x)
    for c in reversed(rest):
        value = value * x + c
    return value


def estrin(let: Lets, x: Expr, coefficients: Sequence[float | Expr], square: Expr | None = None) -> Expr:
    """c0 + c1 x + c2 x**2 + ... in pairs of pairs: a short chain, so that a processor finds work to do at once.

    The terms of a level are ``a + b*x**(2**level)``.  ``square`` is x*x if the caller has it.
    """
    terms = [lift(c, x) for c in coefficients]
    power = x
    while len(terms) > 1:
        pairs = [terms[i] + terms[i + 1] * power for i in range(0, len(terms) - 1, 2)]
        terms = pairs + terms[len(pairs) * 2 :]
        if len(terms) > 1:
            power = let("x2", power * power) if square is None or power is not x else square
    return terms[0]


def mask32(w: Expr) -> Expr:
    """The low 32 bits of a word."""
    return w & word(0xFFFFFFFF)
