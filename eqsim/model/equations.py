"""Equations: what the user wrote, line by line, understood but not yet connected to any object.

In: a text.  Out: a mapping of names to equations, with units, flags and trees; combinable with ``+``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eqsim.errors import Diagnostic, EquationError, Source
from eqsim.model.code_strings import Expression
from eqsim.model.dependence import in_order, reached, substituted
from eqsim.model.single_equation import DIFFERENTIAL, PARAMETER, SUBEXPRESSION, SingleEquation, check_noise, is_noise, single
from eqsim.model.substitution import substitute
from eqsim.syntax import parse_equations, register_identifier_check
from eqsim.units import Dimension

__all__ = ["DIFFERENTIAL", "PARAMETER", "SUBEXPRESSION", "Equations", "SingleEquation", "is_noise"]


class Equations(Mapping[str, SingleEquation]):
    """Equations of a model.

    Parameters
    ----------
    eqns : str
        The lines.
    **substitutions
        ``name='other'`` renames, ``name=value`` puts the value in the place of the name.

    Raises
    ------
    EquationSyntaxError, FlagError
        With all mistakes of the text.
    EquationError
        If a variable is defined twice, or subexpressions define each other in a circle.

    Examples
    --------
    >>> from eqsim.model import Equations
    >>> print(Equations('dv/dt = -v/tau : volt') + 'tau : second (constant)')
    dv/dt = -v/tau : V
    tau : s (constant)
    """

    def __init__(self, eqns: str, *, owner: str = "equations", **substitutions: Any) -> None:
        if not isinstance(eqns, str):
            raise TypeError(f"equations are a string, not {type(eqns).__name__}")
        _check_substituted(eqns, substitutions)
        text = substitute(eqns, substitutions)
        self._take(tuple(single(line) for line in parse_equations(Source(text, owner))))

    def _take(self, equations: tuple[SingleEquation, ...]) -> None:
        self._equations: dict[str, SingleEquation] = {}
        for e in equations:
            if e.name in self._equations:
                raise EquationError(
                    Diagnostic("E301", f"'{e.name}' is defined twice", e.span, "", "remove one of the definitions")
                )
            self._equations[e.name] = e
        check_noise(equations)
        self.ordered_subexpressions = in_order(self._equations)

    register_identifier_check = staticmethod(register_identifier_check)

    @classmethod
    def _of(cls, equations: tuple[SingleEquation, ...]) -> Equations:
        new = cls.__new__(cls)
        new._take(equations)
        return new

    def __getitem__(self, name: str) -> SingleEquation:
        return self._equations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._equations)

    def __len__(self) -> int:
        return len(self._equations)

    def __add__(self, other: Any) -> Equations:
        if isinstance(other, str):
            other = Equations(other)
        if not isinstance(other, Equations):
            return NotImplemented
        return Equations._of((*self.values(), *other.values()))

    def __radd__(self, other: Any) -> Equations:
        return Equations(other) + self if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equations) and str(self) == str(other)

    def substitute(self, **substitutions: Any) -> Equations:
        """The same equations with names replaced."""
        return Equations("\n".join(e.code for e in self.values()), **substitutions)

    # -- selections ------------------------------------------------------------------------------------------------

    def _of_kind(self, kind: str) -> tuple[SingleEquation, ...]:
        return tuple(e for e in self.values() if e.kind == kind)

    @property
    def differential(self) -> tuple[SingleEquation, ...]:
        """The differential equations, in the user's order."""
        return self._of_kind("differential")

    @property
    def names(self) -> set[str]:
        """All variables that are defined."""
        return set(self)

    @property
    def diff_eq_names(self) -> set[str]:
        """Variables with a differential equation."""
        return {e.name for e in self.differential}

    @property
    def subexpr_names(self) -> set[str]:
        """Subexpressions."""
        return {e.name for e in self._of_kind("subexpression")}

    @property
    def eq_names(self) -> set[str]:
        """Variables with a right-hand side."""
        return self.diff_eq_names | self.subexpr_names

    @property
    def parameter_names(self) -> set[str]:
        """Parameters."""
        return {e.name for e in self._of_kind("parameter")}

    @property
    def identifiers(self) -> set[str]:
        """All names in right-hand sides that are not variables of these equations."""
        return {name for e in self.values() for name in e.identifiers} - set(self)

    @property
    def diff_eq_expressions(self) -> list[tuple[str, Expression]]:
        """The right-hand sides of the differential equations."""
        return [(e.name, Expression(e.tree.text)) for e in self.differential if e.tree is not None]

    @property
    def eq_expressions(self) -> list[tuple[str, Expression]]:
        """All right-hand sides."""
        return [(e.name, Expression(e.tree.text)) for e in self.values() if e.tree is not None]

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """The dimension of each variable."""
        return {e.name: e.dim for e in self.values()}

    @property
    def ordered(self) -> list[SingleEquation]:
        """Subexpressions in order of dependency, then differential equations, then parameters."""
        return [*self.ordered_subexpressions, *self.differential, *self._of_kind("parameter")]

    @property
    def dependencies(self) -> dict[str, set[str]]:
        """For each variable with a right-hand side the variables that it depends on, directly or not."""
        return {e.name: reached(self._equations, e.name) for e in self.values() if e.tree is not None}

    # -- noise -----------------------------------------------------------------------------------------------------

    @property
    def noise_names(self) -> set[str]:
        """The white noises: ``xi``, ``xi_1``, ..."""
        return set(filter(is_noise, self.identifiers))

    @property
    def is_stochastic(self) -> bool:
        """Is there noise?"""
        return bool(self.noise_names)

    @property
    def stochastic_variables(self) -> set[str]:
        """The names of the noises."""
        return self.noise_names

    @property
    def stochastic_type(self) -> str | None:
        """None, 'additive' or 'multiplicative' (noise whose strength depends on a state variable or on t)."""
        if not self.is_stochastic:
            return None
        from eqsim.model.calculus import noise_type

        return noise_type(self)

    def get_substituted_expressions(self, include_subexpressions: bool = False) -> list[tuple[str, Expression]]:
        """The right-hand sides of the differential equations with all subexpressions put in.

        ``include_subexpressions``: those of the subexpressions, too, in order of dependency.
        """
        wanted = (*self.ordered_subexpressions, *self.differential) if include_subexpressions else self.differential
        return [(e.name, Expression(substituted(self._equations, e))) for e in wanted]

    def __str__(self) -> str:
        return "\n".join(str(e) for e in self.ordered)

    def __repr__(self) -> str:
        return f"<Equations object consisting of {len(self)} equations>"

    def _repr_latex_(self) -> str:
        from eqsim.model.latex import equations_latex

        return equations_latex(self)

    def _repr_pretty_(self, p: Any, cycle: bool) -> None:
        p.text(str(self))


def _check_substituted(text: str, substitutions: Mapping[str, Any]) -> None:
    """A value cannot stand where the equations define a variable, nor can an expression."""
    values = {name for name, value in substitutions.items() if not (isinstance(value, str) and value.isidentifier())}
    if not values:
        return
    for name in sorted(values & {line.name.text for line in parse_equations(Source(text, "equations"))}):
        raise ValueError(f"'{name}' is defined in the equations and cannot be replaced by {substitutions[name]!r}")
