"""NeuronGroup: neurons that share their equations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from eqsim.errors import EqsimError, for_object
from eqsim.ir.aligned import full
from eqsim.ir.expr import Expr
from eqsim.model.equations import Equations
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.arguments import given_code, given_condition, given_equations
from eqsim.objects.base import BrianObject
from eqsim.objects.check import check_strings
from eqsim.objects.crossing import crossing
from eqsim.objects.custom_events import Resetter, Thresholder, given_events, no_event, reset_kernel, threshold_kernels
from eqsim.objects.events import EventRing
from eqsim.objects.frames import user_namespace
from eqsim.objects.linked import read_before_write
from eqsim.objects.part import Context, Contribution
from eqsim.objects.recipe import recorded
from eqsim.objects.refractory import Refractoriness, refractoriness
from eqsim.objects.regular import CodeRunner
from eqsim.objects.remembering import Remembering
from eqsim.objects.storage import stored_as
from eqsim.objects.update import check_failures, contribute_cells, update_kernel
from eqsim.objects.variables import BASIC, Variable, clock_variables, declared
from eqsim.syntax import Assignment, Tree, check_lines

DEFAULT_METHOD = ("exact", "euler", "heun")


class StateUpdater(BrianObject):
    """Integrates the equations of a group (slot ``groups``)."""

    def __init__(self, group: NeuronGroup, order: int) -> None:
        super().__init__(clock=group.clock, when="groups", order=order, name=f"{group.name}_stateupdater*")
        self.group = group

    def during_run(self) -> None:
        """Look for failed steps.

        Raises
        ------
        IntegrationError
            With the first element whose integration failed.
        """
        check_failures(self.group)


class NeuronGroup(Remembering):
    """A group of neurons.

    Parameters
    ----------
    N : int
        Number of neurons, at least 1.
    model : str or Equations
        Lines ``dx/dt = ... : unit (flags)``, ``x = ... : unit``, ``x : unit (flags)``.
    method : str, sequence of str, or Method
        Integration method; of several names the first that applies.
    method_options : dict, optional
    threshold : str, optional
        Condition; a neuron spikes in each step in which it holds and the neuron is not refractory.
    reset : str, optional
        Statements that run for each spiking neuron.
    refractory : Quantity, str or False
        A time, an expression for a time, or a condition that keeps a neuron refractory after a spike.
    events : dict of str to str, optional
        Conditions for events of other kinds, by their names; see `run_on_event`, `EventMonitor`, ``on_event`` of `Synapses`.
    namespace : dict, optional
        Values for names in the strings.
    dtype : dtype or dict, optional
        What real variables are kept as: float64 or float32; or for each variable by name, also int32 or int64.
    dt, clock, order, name
        See `BrianObject`. Groups are integrated in the order of ``order``, then of name: a group sees the new values of
        those before it (in linked variables).
    after_step : str, optional
        Statements that run for all neurons when their equations have been integrated, before anything looks at the new
        values: bounds such as ``'r = clip(r, 0, inf)'``.

    Raises
    ------
    EquationError, DimensionMismatchError, UnknownNameError
        When the strings cannot be understood; with a caret under the place.
    UnsupportedEquationsException
        When the method does not apply.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(2, 'dv/dt = -v/(10*ms) : volt', threshold='v > 10*mV', reset='v = 0*mV')
    >>> G.v = [1, 2]*mV
    """

    def __init__(
        self,
        N: int,
        model: str | Equations,
        method: Any = DEFAULT_METHOD,
        method_options: Mapping[str, Any] | None = None,
        threshold: str | None = None,
        reset: str | None = None,
        refractory: Any = False,
        events: Mapping[str, str] | None = None,
        namespace: Mapping[str, Any] | None = None,
        dtype: Any = None,
        dt: Any = None,
        clock: Any = None,
        order: int = 0,
        name: str = "neurongroup*",
        codeobj_class: Any = None,
        *,
        after_step: str | None = None,
    ) -> None:
        _check_arguments(N)
        super().__init__(N, namespace=namespace, dt=dt, clock=clock, when="groups", order=order, name=name)
        self.dtype = dtype
        self.equations = self.user_equations = given_equations(model, self.describe())
        self.method_choice = method
        self.method_options = dict(method_options or {})
        self.refractoriness: Refractoriness = refractoriness(refractory, self.describe())
        check_lines((e.line for e in self.equations.values()), "neurons", bool(self.refractoriness))
        self.events = given_events(events, threshold, reset, self.describe())
        self.event_trees = {e: self._condition(e, text) for e, text in self.events.items()}
        self.event_blocks = {"spike": block} if (block := given_code(reset, f"reset of {self.describe()}")) else {}
        self.crossing = crossing(self)
        self.after_step: CodeRunner | None = None
        self._make_parts(order)
        self._make_variables()
        self.hold_subexpressions(tuple(e.name for e in self.equations.ordered_subexpressions))
        self.warn_about_attributes()
        self._warn_about_threshold(threshold, reset, refractory)
        check_strings(self, user_namespace(), self._check)
        self.after_step = self._run_after_step(after_step, order)

    def _run_after_step(self, code: str | None, order: int) -> CodeRunner | None:
        """The statements that follow the integration; by their name they stand behind it."""
        if code is None or not code.strip():
            return None
        name = f"{self.state_updater.name}_after*"
        return CodeRunner(self, code, clock=self.clock, when="groups", order=order, name=name, what="after_step")

    def _make_parts(self, order: int) -> None:
        self.state_updater = StateUpdater(self, order)
        self.contained_objects.append(self.state_updater)
        self.thresholder = {event: Thresholder(self, order, event) for event in self.events}
        self.rings = {event: EventRing(f"{self.name}.{event}", len(self)) for event in self.events}
        self.resetter = {event: Resetter(self, order, event) for event in self.event_blocks}
        self.contained_objects += [*self.thresholder.values(), *self.resetter.values()]

    def _condition(self, event: str, text: str) -> Tree:
        what = "threshold" if event == "spike" else f"event '{event}'"
        tree = given_condition(text, f"{what} of {self.describe()}")
        assert tree is not None
        return tree

    @property
    def threshold_tree(self) -> Tree | None:
        """The condition for spikes; None if there are none."""
        return self.event_trees.get("spike")

    @property
    def reset_block(self) -> tuple[Assignment, ...]:
        """The statements that run for neurons that have spiked."""
        return self.event_blocks.get("spike", ())

    def _make_variables(self) -> None:
        variables = {v.name: v for v in BASIC} | clock_variables()
        mine = stored_as(declared(self.equations), self.dtype, self.describe())
        variables |= mine | self.refractoriness.variables()
        variables |= {} if self.crossing is None else self.crossing.variables()
        memory = {n: full(1 if v.shared else len(self), v.start, v.dtype) for n, v in variables.items() if v.stored}
        object.__setattr__(self, "memory", memory)
        object.__setattr__(self, "variables", variables)

    def _warn_about_threshold(self, threshold: str | None, reset: str | None, refractory: Any) -> None:
        from eqsim.log import get_logger

        if threshold is not None and reset is None and refractory is False and "rand" not in threshold:
            get_logger(__name__).warning(
                f"{self.describe()} has a threshold, but neither a reset nor refractoriness: it will spike in every step in "
                "which the condition holds; if you want that, write reset=''",
                name_suffix="only_threshold",
            )

    # -- events ----------------------------------------------------------------------------------------------------

    @recorded
    def run_on_event(self, event: str, code: str, when: str = "after_resets", order: int | None = None) -> None:
        """Run statements for each neuron that has an event.

        Parameters
        ----------
        event : str
            Name of the event; each can have statements once.
        code : str
        when, order
            Slot of the step and place in it; by default ``after_resets``, and the order of the group.

        Raises
        ------
        ValueError
            If there is no such event, or it has statements already.

        Examples
        --------
        >>> from eqsim import *
        >>> G = NeuronGroup(1, 'dv/dt = 1/ms : 1', events={'high': 'v > 5'})
        >>> G.run_on_event('high', 'v = 0')
        """
        if event not in self.rings:
            raise no_event(self, event)
        if event in self.event_blocks:
            raise ValueError(f"{self.describe()} has statements for event '{event}' already")
        block = given_code(code, f"run_on_event '{event}' of {self.describe()}")
        resetter = Resetter(self, self.order if order is None else order, event, when)
        self.event_blocks[event], self.resetter[event] = block, resetter
        self.contained_objects.append(resetter)
        try:
            check_strings(self, user_namespace(), self.parts)
        except EqsimError:
            self.contained_objects.remove(resetter)
            del self.event_blocks[event], self.resetter[event]
            raise

    def set_event_schedule(self, event: str, when: str = "after_thresholds", order: int | None = None) -> None:
        """Say when in a step an event is looked for; see `run_on_event` for ``when`` and ``order``."""
        if event not in self.thresholder:
            raise no_event(self, event)
        finder = self.thresholder[event]
        finder.when, finder.order = when, self.order if order is None else order

    # -- what it says to others ------------------------------------------------------------------------------------

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """As `Group.own_symbol`; ``not_refractory`` may be computed from ``lastspike``."""
        derived = self.refractoriness.symbol(self, name, at, context, scope)
        return derived or super().own_symbol(name, at, context, scope)

    def stored_variable(self, variable: Variable) -> Variable:
        """``not_refractory`` becomes an array, which is renewed in each step."""
        values = np.asarray(self._read(variable, slice(None)), bool)
        self.refractoriness = replace(self.refractoriness, kept=True)
        kept: Variable = self.refractoriness.variables()[variable.name]
        self.variables[variable.name], self.memory[variable.name] = kept, values
        return kept

    def _check(self, context: Context) -> None:
        self.check_subexpressions(context)
        self.parts(context)

    def reals(self) -> dict[str, float]:
        return self.refractoriness.numbers(self)

    def structure(self) -> Any:
        chosen = self.method_choice if isinstance(self.method_choice, str) else None
        return (chosen, len(self.contained_objects), self.refractoriness.kept, super().structure())

    def identifiers(self) -> set[str]:
        """All names in the strings of this group."""
        trees = [*self.event_trees.values(), self.refractoriness.tree]
        trees += [a.value for block in self.event_blocks.values() for a in block]
        return self.equations.identifiers | {n for t in trees if t is not None for n in t.identifiers()}

    # -- kernels ---------------------------------------------------------------------------------------------------

    def parts(self, context: Context) -> Contribution:
        """Arrays, the state update, the threshold and the reset."""
        part = self.contribute()
        part.reals.update(self.reals())
        for ring in self.rings.values():
            ring.contribute(part, f"{self.name}.N", context.clock(self.clock))
        if context.values_only:
            part.kernels += [] if self.active else [self.silence(e, context.clock(self.clock)) for e in self.rings]
            self.contribute_pasts(part, context)
            return part
        try:
            self._kernels(context, part)
        except EqsimError as error:
            raise for_object(error, self.name) from None
        contribute_cells(self, part)
        self.contribute_pasts(part, context)
        return part

    def _kernels(self, context: Context, part: Contribution) -> None:
        clock = context.clock(self.clock)
        if self.state_updater.active:
            kernel = update_kernel(self, context, clock)
            if kernel is not None:
                part.kernels += read_before_write(kernel, f"{self.name}_before_update", self, part)
            part.kernels += self.slope_kernels(context, self.state_updater.when, self.state_updater.order)
        for event, finder in self.thresholder.items():
            kernels = threshold_kernels(self, event, context, clock) if finder.active else [self.silence(event, clock)]
            part.kernels += kernels
        part.kernels += [reset_kernel(self, e, context, clock) for e, who in self.resetter.items() if who.active]

    def __repr__(self) -> str:
        return f"<NeuronGroup '{self.name}' with {len(self)} neurons>"


def _check_arguments(N: Any) -> None:
    if isinstance(N, str | Equations):
        raise TypeError("the first argument of NeuronGroup is the number of neurons: NeuronGroup(N, equations, ...)")
