"""The Model: differential equations as expressions of the IR, ready for an integrator; and the Rule it gives back.

In a Model every state variable, ``t`` and ``dt`` is a `Ref`; subexpressions are already put in; parameters are `Load`,
constants `Number`.  All values are SI.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eqsim.errors import Span
from eqsim.ir.expr import Expr, Ref
from eqsim.ir.stmt import Let

T, DT = Ref("t"), Ref("dt")


@dataclass(frozen=True, slots=True)
class Ode:
    """``d name/dt = rate``, where ``rate`` may contain noise symbols (see `Model.noise`).

    ``active`` is a bool expression that says for each element whether it is integrated (`unless refractory`); None:
    always.  ``locals`` of the element stay as they are while it is not active.
    """

    name: str
    rate: Expr
    active: Expr | None = None
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Model:
    """A system of differential equations.  ``noise`` holds the names of the white noises (``xi``, ``xi_1``) in use.

    ``locally_constant`` holds names of functions of t that do not change within a step.  ``subexpressions`` are the
    user's names for certain values; they are put in already and only serve to give generated code their names.
    """

    odes: tuple[Ode, ...] = ()
    noise: tuple[str, ...] = ()
    locally_constant: frozenset[str] = frozenset()
    subexpressions: tuple[tuple[str, Expr], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The state variables, in the user's order."""
        return tuple(ode.name for ode in self.odes)


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of integration: Lets, then new values of state variables, all assigned together.

    Values may refer to state variables (old values), ``t``, ``dt``, the Lets, and ``dW_xi`` for each noise ``xi`` in
    ``noise``: a normal number of variance ``dt``, one for each element and step.
    """

    lets: tuple[Let, ...]
    updates: tuple[tuple[str, Expr], ...]
    noise: tuple[str, ...] = ()
