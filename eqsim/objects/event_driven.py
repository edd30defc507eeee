"""Event-driven equations of synapses: solved exactly from the last update to now, just before a spike's statements run.

A synapse is visited when a spike arrives; then for a time ``t - lastupdate``::

    trace  <-  exact solution of its equation over that time          (trace += 1 and the like come after this)
    ...statements of the pathway...
    lastupdate  <-  t

Between spikes nothing is computed.  ``S.trace`` is the value after the last spike, ``S.trace_now`` that of this moment.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from eqsim.errors import Diagnostic, UnsupportedEquationsException
from eqsim.integrators import METHODS
from eqsim.ir.expr import Expr, Load, Ref, local_name
from eqsim.ir.passes.cheaper import cheaper
from eqsim.ir.stmt import Let, Stmt, Store
from eqsim.ir.walk import depends_on, substitute
from eqsim.log import get_logger
from eqsim.model.equations import SingleEquation
from eqsim.model.model import Model
from eqsim.objects.part import Context
from eqsim.objects.synaptic_update import EVENT, driven_by
from eqsim.objects.update import model_of
from eqsim.objects.variables import Variable
from eqsim.units import second

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses

logger = get_logger(__name__)

LAST, NOW = "lastupdate", "_now"
SYNAPSE = Ref("k", "int")
ELAPSED = Ref("_elapsed")

Solution = tuple[tuple[Let, ...], tuple[tuple[str, Expr], ...]]


class EventDriven:
    """The event-driven equations of one `Synapses`; false if there are none."""

    def __init__(self, synapses: Synapses) -> None:
        self.synapses = synapses
        self.text = driven_by(synapses.equations, EVENT)
        self.equations: dict[str, SingleEquation] = {e.name: e for e in self.text.differential}

    def __bool__(self) -> bool:
        return bool(self.equations)

    def variables(self) -> dict[str, Variable]:
        """``lastupdate``, and ``x_now`` for each event-driven ``x``."""
        if not self:
            return {}
        now = {e.name + NOW: Variable(e.name + NOW, e.dim, kind="derived", read_only=True) for e in self.equations.values()}
        return {LAST: Variable(LAST, second.dim), **now}

    # -- the exact solution ----------------------------------------------------------------------------------------

    def _model(self, context: Context) -> Model:
        return replace(model_of(self.synapses, context, self.text), subexpressions=())

    def _rule(self, model: Model) -> Solution:
        """One step of any length, called ``dt`` in it: Lets, and new values by name."""
        exact = METHODS["exact"]
        reason = exact.reason(model)
        timed = next((ode for ode in model.odes if depends_on(ode.rate, ("dt",))), None)
        if reason is not None or timed is not None:
            reason = reason or f"the equation of '{timed.name if timed else ''}' contains dt"
            names = ", ".join(f"'{name}'" for name in self.equations)
            first = next(iter(self.equations.values()))
            assert first.tree is not None
            help = "write (clock-driven) instead: it is then integrated in each step, by any method"
            raise UnsupportedEquationsException(
                Diagnostic(
                    "E611", f"{names} cannot be event-driven: {reason}", (timed and timed.origin) or first.span, "", help
                )
            )
        rule = exact.build(model)
        return cheaper((let for let in rule.lets if isinstance(let, Let)), rule.updates)  # type: ignore[return-value]

    def check(self, context: Context) -> None:
        """Translate and solve the equations.

        Raises
        ------
        UnsupportedEquationsException
            If there is no exact solution.
        """
        if self:
            self._rule(self._model(context))
            self._warn_of_ends()

    def _warn_of_ends(self) -> None:
        """A variable of a neuron is taken as constant from spike to spike, which it is not if it has an equation."""
        for e in self.equations.values():
            for name in sorted(e.identifiers & set(self.synapses.variables)):
                if name not in self.synapses.equations and self.synapses.end_changes(name):
                    logger.warning(
                        f"{self.synapses.describe()}: '{e.name}' is event-driven and depends on '{name}', which changes "
                        "between spikes; it is taken as constant since the last one; write (clock-driven) to follow it",
                        "event_driven_end",
                        once=True,
                    )

    # -- what is made of it ----------------------------------------------------------------------------------------

    def around(self, body: tuple[Stmt, ...], context: Context) -> tuple[Stmt, ...]:
        """The statements of a pathway, between the solution up to now and the note of the time."""
        if not self:
            return body
        t = context.time(self.synapses.clock, "t").expr
        last = Load(self.synapses.full(LAST), SYNAPSE)
        model = self._model(context)
        lets, updates = self._rule(model)
        old = {local_name(name): self.synapses.full(name) for name in self.equations}
        names: dict[str, Expr] = {"dt": ELAPSED, **{name: Ref(f"_old_{name}") for name in old}}
        begin: tuple[Stmt, ...] = (Let("_elapsed", t - last),)
        begin += tuple(Let(f"_old_{name}", Load(array, SYNAPSE)) for name, array in old.items())
        begin += tuple(Let(let.name, substitute(let.value, names), let.origin) for let in lets)
        origins = {ode.name: ode.origin for ode in model.odes}
        begin += tuple(Let(f"_new_{name}", substitute(value, names), origins[name]) for name, value in updates)
        begin += tuple(Store(old[name], SYNAPSE, Ref(f"_new_{name}")) for name, _ in updates)
        return (*begin, *body, Store(last.array, SYNAPSE, t))

    def now(self, name: str, context: Context) -> Expr:
        """The value of an event-driven variable at this moment, for synapse ``k``."""
        lets, updates = self._rule(self._model(context))
        t = context.time(self.synapses.clock, "t").expr
        values: dict[str, Expr] = {local_name(n): Load(self.synapses.full(n), SYNAPSE) for n in self.equations}
        values["dt"] = t - Load(self.synapses.full(LAST), SYNAPSE)
        values = reduce(lambda known, let: {**known, let.name: substitute(let.value, known)}, lets, values)
        return substitute(dict(updates)[local_name(name)], values)
