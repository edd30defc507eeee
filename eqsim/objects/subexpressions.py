"""Subexpressions: their units, and those that are held during a step (`constant over dt`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationSyntaxError
from eqsim.ir.domain import Each, Once
from eqsim.ir.expr import Draw, Ref
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Store
from eqsim.ir.walk import depends_on, nodes
from eqsim.model.translate import Symbol, Translator, Typed
from eqsim.objects.base import BrianObject
from eqsim.objects.code import ELEMENTS, in_unit, needs_shared
from eqsim.objects.part import Context, Contribution
from eqsim.objects.variables import Variable
from eqsim.units import DIMENSIONLESS, unit_name

if TYPE_CHECKING:
    from eqsim.objects.meaning import Meaning


def check_unit(translator: Translator, variable: Variable, typed: Typed) -> None:
    """Report a right-hand side that is not in the unit that its line declares."""
    if typed.dim is None or typed.dim is variable.dim or typed.is_zero:
        return
    assert variable.tree is not None
    given = unit_name(typed.dim)
    declared = (
        "declared as a pure number (: 1)" if variable.dim is DIMENSIONLESS else f"declared in {unit_name(variable.dim)}"
    )
    message = f"{variable.name} is {declared}, but its right-hand side is {in_unit(typed.dim)}"
    span = variable.tree.span(variable.tree.root)
    problem = Diagnostic(
        "U107", message, span, given, f"write ': {given}' at the end of the line, or change the units in it"
    )
    translator.problems.append((DimensionMismatchError, problem, (variable.dim, typed.dim)))


def check_shared(translator: Translator, variable: Variable, typed: Typed) -> None:
    """Report a shared subexpression that depends on something that is not shared."""
    if variable.shared and depends_on(typed.expr, ELEMENTS):
        assert variable.tree is not None
        message, help = needs_shared(variable.name)
        problem = Diagnostic("E121", message, variable.tree.span(variable.tree.root), "", help)
        translator.problems.append((EquationSyntaxError, problem, ()))


def check_draws(variable: Variable, symbol: Symbol | None) -> None:
    """Refuse random numbers in a subexpression that is computed wherever it is used.

    Raises
    ------
    EquationSyntaxError
        If there are some.
    """
    if symbol is None or not any(isinstance(e, Draw) for e in nodes(symbol.expr)):
        return
    assert variable.tree is not None
    message = f"'{variable.name}' is computed wherever it is used: it cannot be random"
    help = "write (constant over dt) behind its unit: then it is drawn once in each step"
    raise EquationSyntaxError(Diagnostic("E122", message, variable.tree.span(variable.tree.root), "", help))


class SubexpressionUpdater(BrianObject):
    """Computes the subexpressions of a group that are constant over dt, at the beginning of each step."""

    add_to_magic_network = False

    def __init__(self, group: Meaning, held: tuple[Variable, ...]) -> None:
        super().__init__(clock=group.clock, when="before_start", name=f"{group.name}_subexpression_update*")
        self.group, self.held = group, held
        group.sampled = True

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.group,)

    def parts(self, context: Context) -> Contribution:
        """One kernel for shared subexpressions (first), one for those of each element."""
        part = Contribution(ints=dict(self.group.numbers()))
        if context.values_only:
            return part
        context, clock = context.on(self.clock, self.when), context.clock(self.clock)
        shared = tuple(self._store(v, context) for v in self.held if v.shared)
        each = tuple(self._store(v, context) for v in self.held if not v.shared)
        if shared:
            part.kernels.append(Kernel(self.name, Once(), shared, clock, self.when, self.order))
        if each:
            name = f"{self.name}_each" if shared else self.name
            part.kernels.append(Kernel(name, Each(f"{self.group.name}.N"), each, clock, self.when, self.order))
        return part

    def _store(self, variable: Variable, context: Context) -> Store:
        assert variable.tree is not None
        value = self.group.at_sample(self.group.meaning(variable, self.group.scope(context)).expr)
        where = None if variable.shared else Ref("i", "int")
        return Store(self.group.full(variable.name), where, value, variable.tree.source)


def held_in_order(variables: dict[str, Variable], order: tuple[str, ...]) -> tuple[Variable, ...]:
    """The held subexpressions, each after those that it needs."""
    return tuple(variables[n] for n in order if variables[n].kind == "held")
