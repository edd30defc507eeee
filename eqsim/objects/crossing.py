"""Spike times between grid points: where in its step the threshold is crossed, by linear interpolation.

In: a threshold that is one comparison, ``a > b``; its margin ``c = a - b`` at the beginning and at the end of a step.
Out: ``spiketime = begin + (end - begin)*c_begin/(c_begin - c_end)``, which monitors record; and for what the reset sets the
time that is really left: it begins anew at ``spiketime`` (plus the refractory time), not at the end of the step::

    step k             step k+1               v is integrated over ``pace*dt``, in its equation written as a factor of
    |------x-----------|--------------|       the rate; ``pace`` is 1 in all other steps, more than 1 here, and less
           spiketime   reset          |       than 1 in the step in which a refractory time ends
           ------- pace*dt ----------->

Source: Hansel, Mato, Meunier and Neltner (1998), Neural Computation 10, 467-483.  Without this, the mean interval is wrong
by about dt/2; with it, by terms of dt**2.  Spikes still act on synapses at the end of their step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eqsim.errors import Diagnostic, EquationError
from eqsim.ir.algebra import ONE, choice, minus, over, plus, times, total
from eqsim.ir.domain import Of
from eqsim.ir.expr import Cast, Expr, Load, Number, Op, Ref, as_real, eq, gt, local_name, lt, real, unary
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Let, Stmt, Store
from eqsim.model.calculus import split_noise
from eqsim.model.model import Model, Ode
from eqsim.objects.part import Context
from eqsim.objects.refractory import NEVER
from eqsim.objects.variables import Variable
from eqsim.units import DIMENSIONLESS, second

if TYPE_CHECKING:
    from eqsim.objects.neurons import NeuronGroup

OPTION = "spike_times"
CHOICES = ("grid", "linear")
AT = Ref("i", "int")
PACE, PACE_AT_REST = "_pace", "_pace_refractory"
COMPARED = {">": 1, ">=": 1, "<": -1, "<=": -1}


@dataclass(frozen=True, slots=True)
class Crossing:
    """What a group with spike times between grid points knows and does."""

    group: NeuronGroup

    @staticmethod
    def variables() -> dict[str, Variable]:
        """The time of the last spike, and what is needed to find the next one."""
        return {
            "spiketime": Variable("spiketime", second.dim, read_only=True, start=NEVER),
            "_spike_step": Variable("_spike_step", DIMENSIONLESS, read_only=True, start=-2.0),
            "_margin": Variable("_margin", DIMENSIONLESS, read_only=True),
        }

    def _load(self, name: str) -> Expr:
        return Load(self.group.full(name), AT)

    def margin(self, context: Context) -> Expr:
        """How far the neuron is beyond its threshold.

        Raises
        ------
        EquationError
            If the threshold is not one comparison of numbers.
        """
        tree = self.group.event_trees["spike"]
        test = self.group.translate(tree, context, "threshold", condition=True).expr
        if isinstance(test, Op) and test.op in COMPARED:
            a, b = map(as_real, test.args)
            return minus(a, b) if COMPARED[test.op] > 0 else minus(b, a)
        help = "write it as one comparison, such as v > v_th"
        message = f"{OPTION}='linear' cannot interpolate this threshold"
        raise EquationError(Diagnostic("M501", message, tree.source, "not one comparison", help))

    def remember(self, context: Context) -> tuple[Stmt, ...]:
        """The margin at the beginning of a step."""
        return (Store(self.group.full("_margin"), AT, self.margin(context)),)

    # -- the time that is left ---------------------------------------------------------------------------------------

    def paces(self, context: Context) -> dict[str, Expr]:
        """The part of dt over which variables are integrated: those of the reset, and those that rest meanwhile."""
        rest = Number(f"{self.group.name}.refractory") if self.group.refractoriness else None
        begun = self._load("spiketime")
        return {
            PACE: self._pace(context, begun),
            PACE_AT_REST: self._pace(context, begun if rest is None else plus(begun, rest)),
        }

    def _pace(self, context: Context, begun: Expr) -> Expr:
        t, dt = self._times(context)
        left = plus(minus(t, begun), dt)
        just = eq(self._load("_spike_step"), as_real(Ref("n", "int")) - 1.0)
        most = choice(just, left, choice(lt(left, dt), left, dt))
        return over(choice(gt(most, 0.0), most, real(0.0)), dt)

    def _times(self, context: Context) -> tuple[Expr, Expr]:
        clock = self.group.clock
        return as_real(context.time(clock, "t").expr), context.time(clock, "dt").expr

    def model(self, model: Model) -> Model:
        """The equations, those of the variables that begin anew with their pace."""
        begins = {local_name(a.target.text) for a in self.group.reset_block if a.op == "="}
        return replace(model, odes=tuple(self._paced(ode, model, begins) for ode in model.odes))

    def _paced(self, ode: Ode, model: Model, begins: set[str]) -> Ode:
        if ode.active is None and ode.name not in begins:
            return ode
        pace = Ref(PACE if ode.active is None else PACE_AT_REST)
        factors, drift = split_noise(ode.rate, model.noise, ode.origin)
        noise = [times(times(g, unary("sqrt", pace)), Ref(xi)) for xi, g in factors.items()]
        active = None if ode.active is None else gt(pace, 0.0)
        return replace(ode, rate=plus(times(drift, pace), total(noise)), active=active)

    # -- the time of the spike ---------------------------------------------------------------------------------------

    def kernel(self, context: Context, clock: str) -> Kernel:
        """For those that spike: when."""
        group, who = self.group, self.group.thresholder["spike"]
        t, dt = self._times(context)
        pace = self.paces(context)[PACE_AT_REST if self._tested_at_rest() else PACE]
        before, after = Ref("_before"), Ref("_after")
        body: tuple[Stmt, ...] = (
            Let("_before", self._load("_margin")),
            Let("_after", self.margin(context)),
            Let("_part", choice(lt(before, 0.0), over(before, minus(before, after)), real(0.0))),
            Let("_span", times(pace, dt)),
            Store(group.full("spiketime"), AT, minus(plus(t, dt), times(minus(ONE, Ref("_part")), Ref("_span")))),
            Store(group.full("_spike_step"), AT, Cast("real", Ref("n", "int"))),
        )
        return Kernel(f"{who.name}_time", Of(f"{group.name}.spike", f"{group.name}.N"), body, clock, who.when, who.order)

    def _tested_at_rest(self) -> bool:
        """Does the threshold compare a variable that rests while the neuron is refractory?"""
        names = self.group.event_trees["spike"].identifiers()
        return any("unless refractory" in e.flags for e in self.group.equations.differential if e.name in names)


def crossing(group: NeuronGroup) -> Crossing | None:
    """What `method_options` asks for.

    Raises
    ------
    ValueError
        If the option has another value, the group has no threshold, or its refractory time may change.
    """
    wanted = group.method_options.get(OPTION, "grid")
    if wanted not in CHOICES:
        raise ValueError(f"{OPTION} is 'grid' or 'linear', not {wanted!r}")
    if wanted == "grid":
        return None
    if "spike" not in group.event_trees:
        raise ValueError(f"{group.describe()} has no threshold: {OPTION}='linear' needs one")
    if group.refractoriness.tree is not None:
        raise ValueError(f"{group.describe()}: {OPTION}='linear' needs a refractory time that is a number, not a string")
    return Crossing(group)


def time_of_event(source: Any, event: str, t: Expr) -> Expr:
    """The time that monitors record for an event of element ``i``; ``t`` is that of the step."""
    base = getattr(source, "base", source)
    if event == "spike" and getattr(base, "crossing", None) is not None:
        return Load(base.full("spiketime"), AT)
    return t
