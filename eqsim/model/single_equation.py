"""One line of the equations: its kind, name, unit, right-hand side and flags.

In: a `Line` of the text.  Out: a `SingleEquation`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eqsim.errors import Diagnostic, EquationError, Span
from eqsim.ir.expr import Type
from eqsim.model.code_strings import Expression
from eqsim.syntax import Line, Tree, parse_expression, parse_unit
from eqsim.units import DIMENSIONLESS, Dimension, unit_name

DIFFERENTIAL, SUBEXPRESSION, PARAMETER = "differential equation", "subexpression", "parameter"
TYPE_NAMES: dict[Type, str] = {"real": "float", "int": "integer", "bool": "boolean"}


@dataclass(frozen=True, slots=True)
class SingleEquation:
    """One line: ``dx/dt = ...``, ``x = ...`` or ``x``, each with a unit and flags.

    Attributes
    ----------
    kind : str
        'differential', 'subexpression' or 'parameter'.
    name : str
    dim : Dimension
    type : 'real', 'int' or 'bool'
    tree : Tree or None
        The right-hand side; None for parameters.
    flags : tuple of str
    span : Span
        The line in the user's text.
    """

    kind: str
    name: str
    dim: Dimension
    type: Type
    tree: Tree | None
    flags: tuple[str, ...]
    span: Span
    line: Line = field(compare=False, repr=False)

    @property
    def identifiers(self) -> set[str]:
        """Names in the right-hand side, functions included."""
        return self.tree.names() | self.tree.calls() if self.tree is not None else set()

    @property
    def varname(self) -> str:
        """The name of the variable."""
        return self.name

    @property
    def var_type(self) -> str:
        """'float', 'integer' or 'boolean'."""
        return TYPE_NAMES[self.type]

    @property
    def expr(self) -> Expression | None:
        """The right-hand side; None for parameters."""
        return None if self.tree is None else Expression(self.tree.text)

    @property
    def stochastic_variables(self) -> set[str]:
        """The names of the noises in it."""
        return set(filter(is_noise, self.identifiers))

    @property
    def unit(self) -> str:
        """The unit as it may stand behind the colon."""
        return {"int": "integer", "bool": "boolean"}.get(self.type, unit_name(self.dim))

    @property
    def code(self) -> str:
        """The line as it may be written: with a unit that can be read again."""
        return self._line(self.unit)

    def __str__(self) -> str:
        return self._line(str(self.dim) if self.type == "real" and self.dim is not DIMENSIONLESS else self.unit)

    def _line(self, unit: str) -> str:
        left = f"d{self.name}/dt" if self.kind == "differential" else self.name
        right = f" = {self.tree.text}" if self.tree is not None else ""
        flags = f" ({', '.join(self.flags)})" if self.flags else ""
        return f"{left}{right} : {unit}{flags}"


def single(line: Line) -> SingleEquation:
    dim, kind = parse_unit(line.unit)
    tree = None if line.expression is None else parse_expression(line.expression)
    return SingleEquation(line.kind, line.name.text, dim, kind, tree, tuple(f for f, _ in line.flags), line.span, line)


def is_noise(name: str) -> bool:
    """Is it the name of a white noise: ``xi``, ``xi_1``, ...?"""
    return name == "xi" or name.startswith("xi_")


def check_noise(equations: tuple[SingleEquation, ...]) -> None:
    """Noise stands in differential equations; plain ``xi`` in one of them only, as nobody could tell one noise from two.

    Raises
    ------
    EquationError
        With all such places.
    """
    problems, first = [], ""
    for e in equations:
        noises = sorted(filter(is_noise, e.identifiers))
        if noises and e.kind != "differential":
            help = f"write it into the equation that it drives: dv/dt = ... + factor*{noises[0]}"
            where = f"'{noises[0]}' is white noise and cannot stand in the subexpression '{e.name}'"
            problems.append(Diagnostic("E302", where, e.span, "", help))
        elif "xi" in noises and first:
            help = "name each noise: xi_1 and xi_2 if they are independent, xi_1 in both if they are the same"
            problems.append(Diagnostic("E303", f"'xi' drives '{first}' already", e.span, "", help))
        elif "xi" in noises:
            first = e.name
    if problems:
        raise EquationError(*problems)
