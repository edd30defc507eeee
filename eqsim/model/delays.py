"""``x(t - delay)``: the value of a variable in the past, as far as it can be said without any object.

In: the argument of a call.  Out: the delay; and, for equations on their own, a call of the IR that stands for the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eqsim.errors import Diagnostic, EquationError
from eqsim.ir.algebra import ZERO, minus, plus
from eqsim.ir.expr import PAST, Call, Const, Expr, Op, as_real
from eqsim.model.model import T
from eqsim.model.translate import Callee, Site, Typed
from eqsim.units import Dimension


def delay_of(argument: Expr, now: Expr) -> Expr | None:
    """The delay in ``t - delay``; None if it is something else."""
    if argument == now:
        return ZERO
    if isinstance(argument, Const) and isinstance(now, Const):  # a string that is evaluated at once
        return Const(float(now.value) - float(argument.value))
    if isinstance(argument, Op) and argument.op in ("+", "-") and len(argument.args) == 2:
        first, rest = argument.args
        inner = delay_of(first, now)
        if inner is not None:
            return plus(inner, rest) if argument.op == "-" else minus(inner, rest)
    return None


def carried(name: str) -> str:
    """The name of the call that stands for past values of a variable while an integrator works."""
    return f"{PAST}{name}"


@dataclass(frozen=True, slots=True)
class Carried(Callee):
    """A variable of equations that belong to no object."""

    name: str
    dim: Dimension | None = None

    def __call__(self, args: Sequence[Typed], site: Site) -> Typed:
        """The call ``past:x(t, delay)``.

        Raises
        ------
        EquationError
            If the argument is not ``t - delay``.
        """
        delay = delay_of(args[0].expr, T) if len(args) == 1 else None
        if delay is None or delay == ZERO:
            raise not_a_delay(self.name, site)
        return Typed(Call(carried(self.name), (T, as_real(delay))), self.dim)


def not_a_delay(name: str, site: Site) -> EquationError:
    """The error for a variable that is called with something else than a time before now."""
    message = f"'{name}' is a variable: its value now is {name}, and what it was before is {name}(t - delay)"
    return EquationError(Diagnostic("E130", message, site.span, "", delay_help(name)))


def delay_help(name: str) -> str:
    """How to write it."""
    return f"write {name}(t - delay), where delay is a time"
