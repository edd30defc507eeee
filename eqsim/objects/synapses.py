"""Synapses: connections between two groups, with variables of their own and statements that run when spikes arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from eqsim.errors import EqsimError
from eqsim.ir.domain import Domain, Gather, Size
from eqsim.ir.program import Route
from eqsim.model.equations import Equations
from eqsim.objects.arguments import given_equations, given_pathways
from eqsim.objects.check import check_strings
from eqsim.objects.connect import Connection
from eqsim.objects.frames import user_namespace
from eqsim.objects.group import Group
from eqsim.objects.part import Context, Contribution
from eqsim.objects.pathway import SynapticPathway
from eqsim.objects.regular import CodeRunner
from eqsim.objects.synaptic_access import SynapticAccess
from eqsim.objects.synaptic_names import own_variables
from eqsim.objects.table import SynapseTable
from eqsim.objects.variables import declared, seen_from_synapses
from eqsim.syntax import check_lines


class Synapses(SynapticAccess):
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
    on_event : str
        Only ``'spike'``.
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
    >>> S.connect(condition='i != j', p=0.5)
    >>> S.w = 0.1
    """

    KEPT = ("memory", "table", "connected")

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
        on_event: str = "spike",
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
        if multisynaptic_index is not None:
            raise EqsimError("multisynaptic_index= is not available yet")
        _check_groups(source, target)
        super().__init__(namespace=namespace, dt=dt, clock=clock, when="groups", order=order, name=name)
        self.source = source
        self.target = source if target is None else target
        self.table = SynapseTable(len(self.source), len(self.target))
        self.connected = False
        self.equations = given_equations("" if model is None else model, self.describe())
        if self.equations.differential:
            raise EqsimError(f"{self.describe()}: differential equations in synapses are not available yet")
        check_lines((e.line for e in self.equations.values()), "synapses")
        self.pathways: dict[str, SynapticPathway] = {}
        self._add_pathways(given_pathways("pre", on_pre, pre), given_pathways("post", on_post, post), on_event, delay)
        self._make_variables()
        self.hold_subexpressions(tuple(e.name for e in self.equations.ordered_subexpressions))
        self.warn_about_attributes()
        check_strings(self, user_namespace(), self._check)

    def _add_pathways(self, on_pre: dict[str, str], on_post: dict[str, str], event: str, delay: Any) -> None:
        delays = delay if isinstance(delay, dict) else {} if delay is None else {"pre": delay}
        sides: tuple[tuple[Literal["pre", "post"], dict[str, str]], ...] = (("pre", on_pre), ("post", on_post))
        for side, codes in sides:
            for path, code in codes.items():
                self._add_pathway(path, side, code, event, delays.get(path))
        unknown = sorted(set(delays) - set(self.pathways))
        if unknown:
            raise ValueError(f"{self.describe()} has a delay for '{unknown[0]}', but no pathway of that name")

    def _add_pathway(self, path: str, side: Literal["pre", "post"], code: str, event: str, delay: Any) -> None:
        group = self.source if side == "pre" else self.target
        if event not in group.rings:
            raise ValueError(
                f"{group.describe()} has no '{event}' events: it has no threshold, so on_{side} would never run"
            )
        if path in self.pathways or path in self.__dict__:
            raise ValueError(f"{self.describe()}: the pathway name '{path}' is already taken")
        pathway = SynapticPathway(self, path, side, code, event, delay)
        self.pathways[path] = pathway
        self.__dict__[path] = pathway
        self.contained_objects.append(pathway)

    def _make_variables(self) -> None:
        mine = declared(self.equations)
        for name in mine:
            for group in (self.source, self.target):
                if name in group.base.variables:
                    raise ValueError(
                        f"'{name}' is a variable of {group.describe()}, too: choose another name in {self.describe()}"
                    )
        ends = seen_from_synapses(self.source.variables, "pre") | seen_from_synapses(self.target.variables, "post")
        variables = ends | own_variables() | mine
        memory = {n: np.full(1 if v.shared else 0, v.start, v.dtype) for n, v in variables.items() if v.stored}
        for path in self.pathways.values():
            variables[path.variable.name] = path.variable
        object.__setattr__(self, "memory", memory)
        object.__setattr__(self, "variables", variables)

    def _check(self, context: Context) -> None:
        self.check_subexpressions(context)
        for path in self.pathways.values():
            self.code(path.block, context.on(path.clock, path.when), f"on_{path.path}")

    # -- connecting ------------------------------------------------------------------------------------------------

    def connect(
        self,
        condition: Any = None,
        i: Any = None,
        j: Any = None,
        p: Any = 1.0,
        n: Any = 1,
        skip_if_invalid: bool = False,
        namespace: Mapping[str, Any] | None = None,
        level: int = 0,
    ) -> None:
        """Make synapses; with no arguments, between all pairs.  Several calls add up.

        Parameters
        ----------
        condition : str or bool, optional
            Which pairs: over i, j, variables with _pre and _post, and names of the script.
        i, j : array of int, int, or str, optional
            Arrays of sources and targets; or an expression for one end in terms of the other, such as ``j='i+1'`` or
            ``j='k for k in range(i-2, i+3) if k != i'``.
        p : float or str
            Probability with which each pair is taken.
        n : int or str
            Number of synapses for each pair.
        skip_if_invalid : bool
            Leave out targets that do not exist, instead of an error.
        namespace : dict, optional
            Values for names in the strings.
        level : int
            How many frames further out to look for names.

        Raises
        ------
        IndexError
            If a source or target does not exist.
        TypeError, ValueError
            If the arguments do not fit together.
        """
        context = self.host_context(level)
        if namespace is not None:
            context = replace(context, outer=namespace)
        Connection(self, context, skip_if_invalid).make(condition, i, j, p, n)
        self.connected = True
        self._resize()

    def _resize(self) -> None:
        for name, variable in self.variables.items():
            if variable.stored and not variable.shared:
                old = self.memory[name]
                if len(old) != len(self):
                    new = np.zeros(len(self), old.dtype)
                    new[: len(old)] = old
                    self.memory[name] = new
        for path in self.pathways.values():
            path.resize()

    def before_run(self) -> None:
        if not self.connected:
            raise TypeError(f"{self.describe()} has no synapses yet: call connect(); or set active=False to leave it out")

    def parts(self, context: Context) -> Contribution:
        """The variables of the synapses; the pathways contribute for themselves."""
        part = self.contribute()
        part.store(f"{self.name}.target", self.table.target)
        part.ints.update(self.numbers())
        if self.connected:
            for name, memory in self._counts().items():
                part.store(name, memory)
        if self.needs_source:
            part.store(f"{self.name}.source", self.table.source.astype(np.int32, copy=False))
        return part

    @property
    def needs_source(self) -> bool:
        """Does code ask for the source of a synapse that is not reached from it?"""
        runners = any(isinstance(o, CodeRunner) for o in self.contained_objects)
        return runners or self.sampled or any(p.side == "post" and p.block for p in self.pathways.values())

    def every(self, part: Contribution) -> Domain:
        """The domain of a kernel that visits all synapses."""
        route = Route(f"{self.name}.every", self.name, "pre", f"{self.source.name}.N", False, False, *self.firsts)
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
        source, target = (f"{g.name}.first" if g is not g.base else 0 for g in (self.source, self.target))
        return source, target

    def __repr__(self) -> str:
        return f"<Synapses '{self.name}' from '{self.source.name}' to '{self.target.name}', {len(self)} synapses>"


def _check_groups(source: Any, target: Any) -> None:
    for what, group in (("source", source), ("target", target)):
        if group is not None and not (isinstance(group, Group) and hasattr(group, "rings")):
            raise TypeError(f"the {what} of Synapses must be a group of neurons, not {type(group).__name__}")
