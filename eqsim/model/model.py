"""The Model: differential equations as expressions of the IR, ready for an integrator; and the Rule it gives back.

In a Model every state variable, ``t`` and ``dt`` is a `Ref`; subexpressions are already put in; parameters are `Load`,
constants `Number`.  All values are SI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eqsim.errors import Span
from eqsim.ir.expr import Expr, Ref, Type
from eqsim.ir.stmt import Bound

if TYPE_CHECKING:
    from eqsim.model.equations import Equations
    from eqsim.model.translate import Scope

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
class Origin:
    """Where a model comes from: for methods that users write, which see the text and may use its names.

    Attributes
    ----------
    equations : Equations
    scope : Scope
        What a name in the text of the equations means.
    stream : callable
        Gives the stream of the next random draw.
    variables : mapping
        The variables of the group by name; empty without a group.
    """

    equations: Equations
    scope: Scope
    stream: Callable[[], int]
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """A system of differential equations.  ``noise`` holds the names of the white noises (``xi``, ``xi_1``) in use.

    ``locally_constant`` holds names of functions of t, and of arrays over time, that do not change within a step.
    ``subexpressions`` are the
    user's names for certain values; they are put in already and only serve to give generated code their names.
    ``origin`` is None for a model that was not made from text.
    """

    odes: tuple[Ode, ...] = ()
    noise: tuple[str, ...] = ()
    locally_constant: frozenset[str] = frozenset()
    subexpressions: tuple[tuple[str, Expr], ...] = ()
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The state variables, in the user's order."""
        return tuple(ode.name for ode in self.odes)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that a method keeps for each element from step to step; -1 before the first step.

    ``time`` says that it is in second; other cells are pure numbers.
    """

    name: str
    type: Type = "real"
    time: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of integration: Lets and loops, then new values of state variables and cells, all assigned together.

    Values may refer to state variables and cells (old values), ``t``, ``dt``, the Lets, and ``dW_xi`` for each noise
    ``xi`` in ``noise``: a normal number of variance ``dt``, one for each element and step.  ``failed`` is a bool that
    says for each element whether the step is worth nothing, and ``because`` says why; None if that cannot happen.
    """

    lets: tuple[Bound, ...]
    updates: tuple[tuple[str, Expr], ...]
    noise: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    failed: Expr | None = None
    because: str = ""
