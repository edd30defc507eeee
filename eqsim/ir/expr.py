"""Expressions of the IR: SI numbers, no units, every node typed.

In: nothing.  Out: frozen nodes that compare and hash by value.

The four types and what they are in memory::

    real   IEEE binary64        int    signed 64 bit
    word   unsigned 64 bit      bool   true or false

Nodes may be combined with Python's operators (``x*2 + 1``); a plain number takes the type of its partner.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Type = Literal["real", "int", "word", "bool"]
Scalar = float | int | bool

ARITHMETIC = ("+", "-", "*", "/", "//", "%")
COMPARISON = ("<", "<=", ">", ">=", "==", "!=")
LOGIC = ("and", "or", "not")
BITWISE = ("&", "|", "^", "<<", ">>")
ROUNDING = ("floor", "ceil", "trunc")
# `/` is for reals; `//` and `%` are for ints and have Python's signs; by zero they give 0.
UNARY = ("neg", "not", "sqrt", "abs", "bits", "unbits", *ROUNDING)
"""Operators of one argument.  ``bits`` reads a real as a word, ``unbits`` a word as a real; the others are IEEE exact."""


INDEX_NAMES = frozenset("ijkrn")
"""Names that the domains bind: element, target, synapse, record, step.  A user's variable of such a name is renamed."""


PAST = "past:"
"""How the names of those `Call`s begin that stand for ``x(t - delay)``, until an integrator has done its work: the function
``past:x`` of t and the delay."""


def local_name(name: str) -> str:
    """The name of a `Let` for a variable of the user."""
    return f"{name}_" if name.rstrip("_") in INDEX_NAMES else name


class Expr:
    """Base of all expressions; gives them Python's operators."""

    __slots__ = ()

    @property
    @abstractmethod  # without the metaclass of `abc`, which would make every `isinstance` of the passes slow
    def type(self) -> Type:
        """The type of the value."""

    def __add__(self, other: Expr | Scalar) -> Expr:
        return Op("+", (self, lift(other, self)))

    def __radd__(self, other: Scalar) -> Expr:
        return Op("+", (lift(other, self), self))

    def __sub__(self, other: Expr | Scalar) -> Expr:
        return Op("-", (self, lift(other, self)))

    def __rsub__(self, other: Scalar) -> Expr:
        return Op("-", (lift(other, self), self))

    def __mul__(self, other: Expr | Scalar) -> Expr:
        return Op("*", (self, lift(other, self)))

    def __rmul__(self, other: Scalar) -> Expr:
        return Op("*", (lift(other, self), self))

    def __truediv__(self, other: Expr | Scalar) -> Expr:
        return Op("/", (self, lift(other, self)))

    def __rtruediv__(self, other: Scalar) -> Expr:
        return Op("/", (lift(other, self), self))

    def __neg__(self) -> Expr:
        return Op("neg", (self,))

    def __and__(self, other: Expr | Scalar) -> Expr:
        return Op("&", (self, lift(other, self)))

    def __or__(self, other: Expr | Scalar) -> Expr:
        return Op("|", (self, lift(other, self)))

    def __xor__(self, other: Expr | Scalar) -> Expr:
        return Op("^", (self, lift(other, self)))

    def __lshift__(self, other: Expr | Scalar) -> Expr:
        return Op("<<", (self, lift(other, self)))

    def __rshift__(self, other: Expr | Scalar) -> Expr:
        return Op(">>", (self, lift(other, self)))


@dataclass(frozen=True, slots=True)
class Const(Expr):
    """A literal number."""

    value: Scalar
    kind: Type = "real"

    @property
    def type(self) -> Type:
        return self.kind

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str]:
        """Distinguishes -0.0 from 0.0 and lets NaN equal itself."""
        return (self.kind, float(self.value).hex() if self.kind == "real" else repr(int(self.value)))


@dataclass(frozen=True, slots=True)
class Ref(Expr):
    """A value bound in the same body: a `Let`, a function's parameter, or an index of the domain.

    The domains bind ``i`` (element), ``j`` (post-synaptic element), ``k`` (synapse), ``r`` (position in a list of
    recorded elements) and always ``n`` (step of the kernel's clock).
    """

    name: str
    kind: Type = "real"

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class Number(Expr):
    """A run-time number of the program (a real or an int): tau, dt, a size, the seed.  Constant during a run."""

    name: str
    kind: Type = "real"

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class Load(Expr):
    """The entry of an array at an index; ``index=None`` for an array that holds one shared value."""

    array: str
    index: Expr | None = None
    kind: Type = "real"

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class Op(Expr):
    """An operator; both arguments of a binary one have the same type (shifts excepted)."""

    op: str
    args: tuple[Expr, ...]

    @property
    def type(self) -> Type:
        if self.op in COMPARISON or self.op in LOGIC:
            return "bool"
        if self.op == "bits":
            return "word"
        if self.op == "unbits":
            return "real"
        return self.args[0].type


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A call of a `Function` by name."""

    function: str
    args: tuple[Expr, ...]
    kind: Type = "real"

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class Select(Expr):
    """``yes`` where ``test`` holds, else ``no``.  Both are pure, so both may be computed."""

    test: Expr
    yes: Expr
    no: Expr

    @property
    def type(self) -> Type:
        return self.yes.type


@dataclass(frozen=True, slots=True)
class Cast(Expr):
    """Conversion: real to int truncates; int and word convert modulo 2**64; bool gives 0 or 1; to bool is ``!= 0``."""

    kind: Type
    arg: Expr

    @property
    def type(self) -> Type:
        return self.kind


COUNTS = ("poisson", "binomial")
"""Laws that give an int."""


@dataclass(frozen=True, slots=True)
class Draw(Expr):
    """A random number of a law (``uniform``, ``normal``, ``poisson``, ``binomial``).

    ``stream`` tells this draw from every other draw of the program.  The pass ``expand_draws`` turns it into a `Call`
    on (seed, stream, element, step), so that it is a function and nothing else.
    """

    law: str
    stream: int
    args: tuple[Expr, ...] = ()

    @property
    def type(self) -> Type:
        return "int" if self.law in COUNTS else "real"


@dataclass(frozen=True, slots=True)
class Table(Expr):
    """Entry ``index`` (an int within bounds) of a table of constants."""

    name: str
    values: tuple[Scalar, ...]
    index: Expr
    kind: Type = "real"

    @property
    def type(self) -> Type:
        return self.kind


@dataclass(frozen=True, slots=True)
class Iterate(Expr):
    """A bounded loop: start with ``starts``; while ``test`` holds, and at most ``limit`` times, replace the ``names`` by
    ``nexts`` (all at once); the value is ``result``.  ``test``, ``nexts`` and ``result`` may refer to ``names`` and to
    what surrounds them.
    """

    names: tuple[str, ...]
    starts: tuple[Expr, ...]
    test: Expr
    nexts: tuple[Expr, ...]
    result: Expr
    limit: int

    @property
    def type(self) -> Type:
        return self.result.type


def lift(value: Expr | Scalar, partner: Expr) -> Expr:
    """A plain number as a constant of the partner's type; an expression as it is."""
    if isinstance(value, Expr):
        return value
    return Const(float(value) if partner.type == "real" else int(value), partner.type)


def real(value: float) -> Const:
    """A real constant."""
    return Const(float(value), "real")


def integer(value: int) -> Const:
    """An int constant."""
    return Const(int(value), "int")


def word(value: int) -> Const:
    """A word constant."""
    return Const(int(value) & 0xFFFFFFFFFFFFFFFF, "word")


TRUE, FALSE = Const(True, "bool"), Const(False, "bool")


def _comparison(op: str) -> Callable[[Expr, Expr | Scalar], Expr]:
    def compare(a: Expr, b: Expr | Scalar) -> Expr:
        return Op(op, (a, lift(b, a)))

    compare.__doc__ = f"``a {op} b``; a plain number takes the type of ``a``."
    return compare


lt, le, gt, ge, eq, ne = (_comparison(op) for op in COMPARISON)


def both(a: Expr, b: Expr) -> Expr:
    """Logical and."""
    return Op("and", (a, b))


def either(a: Expr, b: Expr) -> Expr:
    """Logical or."""
    return Op("or", (a, b))


def negate(a: Expr) -> Expr:
    """Logical not."""
    return Op("not", (a,))


def unary(op: str, a: Expr) -> Expr:
    """An operator of one argument, see `UNARY`."""
    return Op(op, (a,))


def as_real(a: Expr) -> Expr:
    """The value as a real; nothing happens to a real."""
    return a if a.type == "real" else Cast("real", a)


def as_int(a: Expr) -> Expr:
    """The value as an int; nothing happens to an int."""
    return a if a.type == "int" else Cast("int", a)
