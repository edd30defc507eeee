"""Summed variables: in each step a variable of the neurons becomes the sum of an expression over their synapses.

``x_post = w*r_pre : 1 (summed)`` sets ``x`` of each target to the sum over the synapses that arrive, in order of number;
``x_pre = ...`` that of each source over those that leave.  Neurons without synapses get 0.  When several `Synapses` sum
into one variable, it is set to zero once, and they add one after the other in the order of the step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationError
from eqsim.ir.domain import Domain, Sample
from eqsim.ir.expr import Const, Expr, Load, Ref, as_int, as_real
from eqsim.ir.program import Kernel
from eqsim.ir.separate import Terms, separate
from eqsim.ir.stmt import Add, Store
from eqsim.ir.walk import nodes
from eqsim.log import get_logger
from eqsim.model.arithmetic import number
from eqsim.model.equations import Equations, SingleEquation
from eqsim.objects import ends
from eqsim.objects.base import BrianObject
from eqsim.objects.code import as_type, in_unit
from eqsim.objects.part import Context, Contribution
from eqsim.objects.population import Broadcast, Totals
from eqsim.objects.variables import Variable
from eqsim.units import unit_name

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses

logger = get_logger(__name__)

SUMMED = "summed"


def without_sums(equations: Equations) -> Equations:
    """The lines that describe the synapses themselves."""
    return Equations._of(tuple(e for e in equations.values() if SUMMED not in e.flags))


def summed_lines(equations: Equations) -> tuple[SingleEquation, ...]:
    """The lines with the flag (summed), in the user's order."""
    return tuple(e for e in equations.values() if SUMMED in e.flags)


class SummedVariableUpdater(BrianObject):
    """Computes one summed variable in each step (slot ``groups``), just before the neurons that it belongs to.

    Attributes
    ----------
    equation : SingleEquation
    side : 'pre' or 'post'
        Whose variable it is.
    """

    add_to_magic_network = False

    def __init__(self, synapses: Synapses, equation: SingleEquation) -> None:
        side: Literal["pre", "post"] = "post" if equation.name.endswith("_post") else "pre"
        group = synapses.target if side == "post" else synapses.source
        name = f"{synapses.name}_summed_variable_{equation.name}*"
        super().__init__(clock=group.clock, when="groups", order=group.base.order - 1, name=name)
        self.synapses, self.equation, self.side, self.group = synapses, equation, side, group
        self.variable = self._checked_variable(equation.name.removesuffix(f"_{side}"))
        self.array = group.full(self.variable.name)
        self.common: Terms = ()

    def _checked_variable(self, name: str) -> Variable:
        end = "target" if self.side == "post" else "source"
        variable, e = self.group.base.variables.get(name), self.equation
        if variable is None or variable.kind != "parameter" or variable.shared or variable.constant:
            what = "no variable" if variable is None else _instead(variable)
            message = f"'{e.name}' is summed, but '{name}' is {what} in the {end}, {self.group.describe()}"
            help = f"declare it there: {name} : {e.unit}"
            raise EquationError(Diagnostic("E612", message, e.line.name, "", help))
        if variable.dim is not e.dim:
            message = f"'{e.name}' is {in_unit(e.dim)}, but '{name}' of {self.group.describe()} is {in_unit(variable.dim)}"
            help = f"write ': {unit_name(variable.dim)}' at the end of the line"
            raise DimensionMismatchError(Diagnostic("U108", message, e.span, "", help), e.dim, variable.dim)
        return variable  # type: ignore[no-any-return]

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.synapses, self.group.base)

    # -- the expression --------------------------------------------------------------------------------------------

    def term(self, context: Context) -> Expr:
        """What one synapse contributes.

        Raises
        ------
        EquationError, DimensionMismatchError
            If it contains the sum itself, or is in another unit than its line says.
        """
        e, s = self.equation, self.synapses
        assert e.tree is not None
        found = s.meaning(Variable(e.name, e.dim, e.type, "subexpression", tree=e.tree), s.scope(context))
        if any(isinstance(x, Load) and x.array == self.array for x in nodes(found.expr)):
            message = f"'{e.name}' is the sum of something that contains it"
            help = "sum into a variable of its own, and use that in the equations of the neurons"
            raise EquationError(Diagnostic("E613", message, e.tree.source, "", help))
        value = number(found.expr)
        return as_real(value) if self.variable.type == "real" else as_int(value)

    def check(self, context: Context) -> None:
        """Translate the expression; is it a sum of products over pairs?"""
        self._warn_of_old_values()
        self.common = separate(self.term(context)) or ()

    def _warn_of_old_values(self) -> None:
        """An event-driven variable has the value of the last spike, which is rarely what a sum in each step means."""
        synapses, name = self.synapses, self.equation.name
        for old in sorted(synapses.equations.dependencies[name] & set(synapses.event_driven.equations)):
            logger.warning(
                f"{synapses.describe()}: '{name}' is summed in each step, but '{old}' is event-driven and has the value of "
                f"the last spike; write {old}_now for its present value, or make it (clock-driven)",
                "sum_of_old_values",
                once=True,
            )

    @property
    def is_common(self) -> bool:
        """Can all pairs be done at once, without single synapses?  See `population`."""
        return bool(self.common) and self.synapses.table.all_pairs

    def structure(self) -> Any:
        return self.is_common

    # -- kernels ---------------------------------------------------------------------------------------------------

    def parts(self, context: Context) -> Contribution:
        """The sum, and before it the zero it begins with."""
        part = Contribution()
        zero = self._zero_domain(part, context)
        if self.is_common:
            self._in_common(part, context, zero)
            return part
        gather = self.synapses.every(part)
        if context.values_only:
            return part
        clock = context.clock(self.clock)
        if zero is not None:
            begin = (Store(self.array, Ref("i", "int"), as_type(Const(0.0), self.variable.type)),)
            part.kernels.append(Kernel(self.name, zero, begin, clock, self.when, self.order))
        value = self.term(context.on(self.clock, self.when))
        at = Ref("j" if self.side == "post" else "i", "int")
        assert self.equation.tree is not None
        add = (Add(self.array, at, value, self.equation.tree.source),)
        # a point comes before letters, digits and _: the sum follows its zero at once in the order of names
        part.kernels.append(Kernel(f"{self.name}.sum", gather, add, clock, self.when, self.order))
        return part

    def _in_common(self, part: Contribution, context: Context, zero: Domain | None) -> None:
        """One sum over all sources for each term; then each target gets its own."""
        end, sources = ("i", self.synapses.source) if self.side == "post" else ("j", self.synapses.target)
        kind = self.variable.type
        if context.values_only:
            Totals(self.name, end, (Broadcast(self.array, self.common, kind, None, None),)).declare(part)
            return
        assert self.equation.tree is not None
        terms = separate(self.term(context.on(self.clock, self.when))) or ()
        totals = Totals(self.name, end, (Broadcast(self.array, terms, kind, None, self.equation.tree.source),))
        totals.declare(part)
        place: dict[str, Any] = {"clock": context.clock(self.clock), "when": self.when, "order": self.order}
        mine = ends.everyone(self.group, part)
        whole = zero == mine
        if zero is not None and not whole:
            begin = (Store(self.array, Ref("i", "int"), as_type(Const(0.0), kind)),)
            part.kernels.append(Kernel(self.name, zero, begin, **place))
        part.kernels += totals.kernels(ends.everyone(sources, part), mine, "i", place, store=whole)

    def _zero_domain(self, part: Contribution, context: Context) -> Domain | None:
        """The neurons that no other updater of this variable has set to zero before in the same step; None: no neurons."""
        mine = _members(self.group)
        rest = mine & ~self._done_before(context)
        if rest.all() or np.array_equal(rest, mine):
            return ends.everyone(self.group, part)
        if not rest.any():
            return None
        chosen, size = part.store(f"{self.name}.rest", np.flatnonzero(rest).astype(np.int32)), f"{self.name}.rest_size"
        part.ints[size] = int(np.count_nonzero(rest))
        return Sample(chosen, size, distinct=True)

    def _done_before(self, context: Context) -> np.ndarray:
        done = np.zeros(len(self.group.base), bool)
        for other in context.present:
            if other is self:
                break
            if isinstance(other, SummedVariableUpdater) and other.array == self.array:
                done |= _members(other.group)
        return done


def _members(group: Any) -> np.ndarray:
    """Which neurons of the whole group belong to a (sub)group."""
    mask = np.zeros(len(group.base), bool)
    mask[slice(None) if group is group.base else group.indices] = True
    return mask


def _instead(variable: Variable) -> str:
    """What a variable is that cannot be summed into."""
    if variable.shared or variable.constant:
        return f"a parameter with the flag ({'shared' if variable.shared else 'constant'})"
    kinds = {"state": "a differential equation", "subexpression": "a subexpression", "held": "a subexpression"}
    return kinds.get(variable.kind, "no parameter")
