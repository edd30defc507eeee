"""Refractoriness: after a spike a neuron is refractory for a time, or as long as a condition holds.

A fixed time needs no memory but ``lastspike``: a neuron is ready again ``timestep(refractory, dt)`` steps after its
spike.  If code sets ``not_refractory``, it is an array that is renewed in each step.  A string is evaluated in each step,
before integration, and ``not_refractory`` is an array, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eqsim.errors import DimensionMismatchError, Source
from eqsim.ir.expr import FALSE, Cast, Expr, Load, Number, Op, Ref, Select, as_real, ge, real, unary
from eqsim.ir.stmt import Stmt, Store
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.part import Context
from eqsim.objects.variables import Variable
from eqsim.syntax import Tree, parse_expression
from eqsim.units import DIMENSIONLESS, get_dimensions, second, unit_name

if TYPE_CHECKING:
    from eqsim.objects.neurons import NeuronGroup

NEVER = -1e4  # lastspike of a neuron that has not spiked yet, in seconds
SLACK = 1e-3  # fraction of dt by which a time may miss a step: see `timestep`


@dataclass(frozen=True, slots=True)
class Refractoriness:
    """What `refractory=` said: nothing, a time in seconds, or a string."""

    time_s: float | None = None
    tree: Tree | None = None
    kept: bool = False
    """Is ``not_refractory`` an array, although the time is fixed?  (As somebody sets it.)"""

    def __bool__(self) -> bool:
        return self.time_s is not None or self.tree is not None

    def variables(self) -> dict[str, Variable]:
        """``lastspike`` and ``not_refractory``."""
        if not self:
            return {}
        stored = self.tree is not None or self.kept
        ready = Variable("not_refractory", DIMENSIONLESS, "bool", "parameter" if stored else "derived", start=1.0)
        return {"lastspike": Variable("lastspike", second.dim, start=NEVER), "not_refractory": ready}

    def symbol(self, group: NeuronGroup, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """``not_refractory`` where it is computed from ``lastspike``."""
        if name != "not_refractory" or self.time_s is None or self.kept:
            return None
        return Symbol(self._ready(group, at, context), DIMENSIONLESS)

    def _ready(self, group: NeuronGroup, at: Expr, context: Context) -> Expr:
        """Is a fixed time over?"""
        t, dt = context.time(group.clock, "t").expr, context.time(group.clock, "dt").expr
        now = as_real(t) - dt if context.early else as_real(t)
        since = now - Load(group.full("lastspike"), at)
        steps = unary("trunc", (Number(f"{group.name}.refractory") + real(SLACK) * dt) / dt)
        # one comparison for each neuron; the bound is computed once for the whole run
        bound = Select(ge(steps, real(1)), (steps - real(SLACK)) * dt, real(SLACK) * dt)
        return ge(since, bound)

    def numbers(self, group: NeuronGroup) -> dict[str, float]:
        """The fixed time."""
        return {} if self.time_s is None else {f"{group.name}.refractory": self.time_s}

    def marks(self, group: NeuronGroup, context: Context) -> tuple[Stmt, ...]:
        """What a spike leaves behind."""
        if not self:
            return ()
        i = Ref("i", "int")
        marks: tuple[Stmt, ...] = (Store(group.full("lastspike"), i, context.time(group.clock, "t").expr),)
        return marks if self.tree is None and not self.kept else (*marks, Store(group.full("not_refractory"), i, FALSE))

    def renewed(self, group: NeuronGroup, context: Context) -> Expr | None:
        """The value of a stored ``not_refractory`` at the beginning of a step."""
        if self.kept:
            return self._ready(group, Ref("i", "int"), context)
        if self.tree is None:
            return None
        typed = group.translate(self.tree, context, "refractory")
        i = Ref("i", "int")
        if typed.expr.type == "bool":
            return Op("or", (Load(group.full("not_refractory"), i, "bool"), Op("not", (typed.expr,))))
        if typed.dim is not second.dim and not typed.is_zero:
            raise DimensionMismatchError(
                f"refractory must be a time or a condition, not in {unit_name(typed.dim or DIMENSIONLESS)}", typed.dim
            )
        t, dt = context.time(group.clock, "t").expr, context.time(group.clock, "dt").expr

        def steps(x: Expr) -> Expr:
            return Cast("int", (x + real(SLACK) * dt) / dt)

        return ge(steps(t - Load(group.full("lastspike"), i)), steps(as_real(typed.expr)))


def refractoriness(value: Any, owner: str) -> Refractoriness:
    """What the user gave as ``refractory=``.

    Raises
    ------
    DimensionMismatchError
        If a value is no time.
    TypeError
        If it is neither a time nor a string nor False.
    """
    if value is False or value is None:
        return Refractoriness()
    if isinstance(value, str):
        return Refractoriness(tree=parse_expression(Source(value, f"refractory of {owner}").whole))
    if value is True:
        raise TypeError(f"refractory of {owner} must be a time such as 5*ms, a string, or False")
    if get_dimensions(value) is not second.dim:
        raise DimensionMismatchError(f"refractory of {owner} must be a time such as 5*ms", get_dimensions(value))
    return Refractoriness(time_s=float(value))
