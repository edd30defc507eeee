"""Synapses: connections between two groups, with variables of their own and statements that run when spikes arrive."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from eqsim.ir.domain import Domain, Gather, Size
from eqsim.ir.program import Route
from eqsim.model.equations import Equations
from eqsim.objects import ends
from eqsim.objects.arguments import given_equations, given_pathways
from eqsim.objects.check import check_strings
from eqsim.objects.event_driven import EventDriven
from eqsim.objects.frames import user_namespace
from eqsim.objects.group import Group
from eqsim.objects.part import Context, Contribution
from eqsim.objects.pathway import SynapticPathway
from eqsim.objects.regular import CodeRunner
from eqsim.objects.storage import stored_as
from eqsim.objects.subgroup import Subgroup
from eqsim.objects.summed import SummedVariableUpdater, summed_lines, without_sums
from eqsim.objects.synaptic_index import numbering
from eqsim.objects.synaptic_names import of_source, own_variables
from eqsim.objects.synaptic_update import CLOCK, SynapticStateUpdater, check_drives, driven_by
from eqsim.objects.synaptic_wiring import SynapticWiring
from eqsim.objects.table import SynapseTable
from eqsim.objects.variables import declared, seen_from_synapses
from eqsim.syntax import check_lines


class Synapses(SynapticWiring):
    """Synapses from a source group to a target group.

    Parameters
    ----------
    source, target : NeuronGroup, Subgroup or PoissonGroup
        Without ``target`` the source is connected to itself.
    model : str or Equations, optional
        Parameters and subexpressions, one value for each synapse.
    on_pre, on_post : str, or dict of str to str, optional
        Statements for spikes of the source (target); a dict names several pathways.
    pre, post : str, optional
        Old names of ``on_pre`` and ``on_post``.
    delay : Quantity, or dict of pathway to Quantity, optional
        One delay for all synapses. Without it, `S.delay` holds one for each.
    on_event : str, or dict of str to str
        The event of the source (target) that runs ``on_pre`` (``on_post``); a dict tells it for each pathway.
    namespace, dt, clock, order, name
        As for `NeuronGroup`.

    Raises
    ------
    EquationError, DimensionMismatchError, UnknownNameError
        When the strings cannot be understood.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(10, 'dv/dt = -v/(10*ms) : 1', threshold='v > 1', reset='v = 0')
    >>> S = Synapses(G, G, 'w : 1', on_pre='v += w')
    >>> new = S.connect(condition='i != j', p=0.5)
    >>> S.w = 0.1
    """

    KEPT = ("memory", "table", "connected")

    def check_kept(self, values: Mapping[str, Any]) -> None:
        self.check_memory(values["memory"], self.table.length_of(values["table"]))

    def __init__(
        self,
        source: Any,
        target: Any = None,
        model: str | Equations | None = None,
        on_pre: Any = None,
        pre: Any = None,
        on_post: Any = None,
        post: Any = None,
        connect: Any = None,
        delay: Any = None,
        on_event: str | Mapping[str, str] = "spike",
        multisynaptic_index: str | None = None,
        namespace: Mapping[str, Any] | None = None,
        dtype: Any = None,
        codeobj_class: Any = None,
        dt: Any = None,
        clock: Any = None,
        order: int = 0,
        method: Any = ("exact", "euler", "heun"),
        method_options: Mapping[str, Any] | None = None,
        name: str = "synapses*",
    ) -> None:
        if connect is not None:
            raise TypeError("connect= is not an argument of Synapses: make the synapses first, then call S.connect(...)")
        _check_groups(source, target)
        super().__init__(namespace=namespace, dt=dt, clock=clock, when="groups", order=order, name=name)
        self.dtype = dtype
        self.source = source
        self.target = source if target is None else target
        self.table = SynapseTable(len(self.source), len(self.target))
        self.multisynaptic_index = multisynaptic_index
        self.method_choice, self.method_options = method, dict(method_options or {})
        self.connected = False
        self.followers: weakref.WeakSet[Any] = weakref.WeakSet()
        for end in (self.source, self.target):
            end.base.sampled = end.base.sampled or isinstance(end, Synapses)
        self.equations = given_equations("" if model is None else model, self.describe())
        check_lines((e.line for e in self.equations.values()), "synapses")
        self._add_equations()
        self.pathways: dict[str, SynapticPathway] = {}
        self._add_pathways(given_pathways("pre", on_pre, pre), given_pathways("post", on_post, post), on_event, delay)
        self._make_variables()
        self.hold_subexpressions(tuple(e.name for e in self.equations.ordered_subexpressions))
        self.warn_about_attributes()
        check_strings(self, user_namespace(), self._check)

    def _add_equations(self) -> None:
        """The parts that compute what the equations say."""
        check_drives(self.equations, self.describe())
        self.event_driven = EventDriven(self)
        self.summed_updaters = {e.name: SummedVariableUpdater(self, e) for e in summed_lines(self.equations)}
        self.contained_objects += self.summed_updaters.values()
        self.state_updater = SynapticStateUpdater(self) if driven_by(self.equations, CLOCK).differential else None
        self.contained_objects += [self.state_updater] if self.state_updater is not None else []

    def _add_pathways(self, on_pre: dict[str, str], on_post: dict[str, str], event: Any, delay: Any) -> None:
        delays = delay if isinstance(delay, dict) else {} if delay is None else {"pre": delay}
        sides: tuple[tuple[Literal["pre", "post"], dict[str, str]], ...] = (("pre", on_pre), ("post", on_post))
        for side, codes in sides:
            for path, code in codes.items():
                happens = event if isinstance(event, str) else event.get(path, "spike")
                self._add_pathway(path, side, code, happens, delays.get(path))
        unknown = sorted(set(delays) - set(self.pathways))
        if unknown:
            raise ValueError(f"{self.describe()} has a delay for '{unknown[0]}', but no pathway of that name")

    def _add_pathway(self, path: str, side: Literal["pre", "post"], code: str, event: str, delay: Any) -> None:
        group = self.source if side == "pre" else self.target
        if event not in group.rings:
            why = "it has no threshold" if event == "spike" else f"its events are: {', '.join(group.rings) or 'none'}"
            raise ValueError(f"{group.describe()} has no '{event}' events: {why}, so on_{side} would never run")
        if path in self.pathways or path in self.__dict__:
            raise ValueError(f"{self.describe()}: the pathway name '{path}' is already taken")
        pathway = SynapticPathway(self, path, side, code, event, delay)
        self.pathways[path] = pathway
        self.__dict__[path] = pathway
        self.contained_objects.append(pathway)

    def _make_variables(self) -> None:
        mine = stored_as(declared(without_sums(self.equations)), self.dtype, self.describe())
        if self.multisynaptic_index is not None:
            mine |= numbering(self.multisynaptic_index, self.describe(), mine)
        for name in mine:
            for group in (self.source, self.target):
                if name in group.base.variables:
                    raise ValueError(
                        f"'{name}' is a variable of {group.describe()}, too: choose another name in {self.describe()}"
                    )
        ends = seen_from_synapses(self.source.variables, "pre") | seen_from_synapses(self.target.variables, "post")
        variables = ends | own_variables() | self.event_driven.variables() | mine
        memory = {n: np.full(1 if v.shared else 0, v.start, v.dtype) for n, v in variables.items() if v.stored}
        for path in self.pathways.values():
            name = path.variable.name
            if name in mine:
                raise ValueError(f"'{name}' is the delay of the pathway '{path.path}' of {self.describe()}, too")
            variables[name] = path.variable
        object.__setattr__(self, "memory", memory)
        object.__setattr__(self, "variables", variables)

    def _check(self, context: Context) -> None:
        self.check_subexpressions(context)
        self.event_driven.check(context)
        for sum in self.summed_updaters.values():
            sum.check(context)
        if self.state_updater is not None:
            self.state_updater.parts(context)
        for path in self.pathways.values():
            path.check(context.on(path.clock, path.when))

    @property
    def edition(self) -> int:  # type: ignore[override]
        """Another number when synapses were made or removed."""
        return self.table.version

    def before_run(self) -> None:
        super().before_run()
        if not self.connected:
            raise TypeError(f"{self.describe()} has no synapses yet: call connect(); or set active=False to leave it out")

    def parts(self, context: Context) -> Contribution:
        """The variables of the synapses; the pathways contribute for themselves."""
        part = self.contribute()
        if self.needs_ends:
            part.store(f"{self.name}.target", ends.column(self.target, self.table.target))
        for end in (self.source, self.target):
            if isinstance(end, Subgroup):
                end.declare(part)
        part.ints.update(self.numbers())
        if self.connected:
            for name, memory in self._counts().items():
                part.store(name, memory)
        if self.needs_source:
            part.store(f"{self.name}.source", ends.column(self.source, self.table.source.astype(np.int32, copy=False)))
        return part

    def structure(self) -> Any:
        return (self.needs_ends, self.needs_source)

    @property
    def needs_ends(self) -> bool:
        """Is there anything that visits single synapses?"""
        parts = [o for o in self.contained_objects if not getattr(o, "is_common", False)]
        return self.sampled or any(not isinstance(o, SynapticPathway) or bool(o.block) for o in parts)

    @property
    def needs_source(self) -> bool:
        """Does code ask for the source of a synapse that is not reached from it?"""
        if not self.needs_ends:
            return False
        runners = any(isinstance(o, CodeRunner) for o in self.contained_objects)
        sums = any(u.side == "pre" for u in self.summed_updaters.values())
        posts = {name for p in self.pathways.values() if p.side == "post" for name in p.names}
        waiting = any(p.queue is not None for p in self.pathways.values())
        return waiting or runners or self.sampled or sums or any(map(of_source, posts | self.equations.identifiers))

    def every(self, part: Contribution) -> Domain:
        """The domain of a kernel that visits all synapses."""
        route = Route(f"{self.name}.every", self.name, "pre", ends.size(self.source), False, False, *self.firsts)
        if route not in part.routes:
            part.routes.append(route)
        return Gather(route.name)

    def run_regularly(
        self, code: str, dt: Any = None, clock: Any = None, when: str = "start", order: int = 0, name: str | None = None
    ) -> CodeRunner:
        """Run statements for all synapses at each step of a clock; see `NeuronGroup.run_regularly`."""
        return CodeRunner(self, code, dt=dt, clock=clock, when=when, order=order, name=name)

    @property
    def firsts(self) -> tuple[Size, Size]:
        """The first neurons of source and target in their groups."""
        return ends.first(self.source), ends.first(self.target)

    def __repr__(self) -> str:
        return f"<Synapses '{self.name}' from '{self.source.name}' to '{self.target.name}', {len(self)} synapses>"


def _check_groups(source: Any, target: Any) -> None:
    for what, group in (("source", source), ("target", target)):
        if group is not None and not (isinstance(group, Group) and hasattr(group, "rings")):
            raise TypeError(f"the {what} of Synapses must be a group of neurons, not {type(group).__name__}")
