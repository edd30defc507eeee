"""What names and expressions mean while strings are translated: expressions of the IR with their dimension."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from eqsim.errors import (
    EquationError,
    Span,
)
from eqsim.functions import Builtin
from eqsim.ir.expr import Const, Expr
from eqsim.units import Dimension


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name stands for.  ``dim=None``: not known yet (an external name before the run)."""

    expr: Expr
    dim: Dimension | None
    value: float | None = None
    """The present value of an external constant; needed where it stands in an exponent of a quantity."""
    callee: Callee | Builtin | None = None
    """What a call of the name means, if it may be called."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression with its dimension; ``None`` when that is not known yet."""

    expr: Expr
    dim: Dimension | None
    value: float | None = None

    @property
    def is_zero(self) -> bool:
        """A literal 0 fits any dimension."""
        return isinstance(self.expr, Const) and self.expr.kind != "bool" and self.expr.value == 0

    @property
    def known(self) -> bool:
        """Has the dimension been determined?"""
        return self.dim is not None


FUNCTION = Const(float("nan"))
"""The ``expr`` of a `Symbol` that can only be called."""
Scope = Callable[[str], Symbol | None]
"""Looks a name up; None if it stands for nothing."""
Stream = Callable[[], int]
"""Gives the stream of the next random draw in the text."""


@dataclass(frozen=True, slots=True)
class Site:
    """The place of a call: its text, that of its arguments, what names mean there, and streams for random draws."""

    span: Span
    arguments: tuple[Span, ...]
    scope: Scope
    stream: Stream


class Callee(Protocol):
    """Something of the user's that strings may call: a function, an array over time."""

    def __call__(self, args: Sequence[Typed], site: Site) -> Typed:
        """The value of a call.

        Raises
        ------
        EqsimError
            If the arguments do not fit; its diagnostics point into the text of the call.
        """


def anything(args: Sequence[Typed], site: Site) -> Typed:
    """The `Callee` of a name that is not known yet."""
    return Typed(Const(1.0), None)


def no_draws() -> NoReturn:
    """The `Stream` of places where nothing random is allowed."""
    raise EquationError("random numbers are not possible here")
