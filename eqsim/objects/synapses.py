"""Synapses: connections between two groups, with variables of their own and statements that run when spikes arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from eqsim.errors import EqsimError, for_object
from eqsim.ir.expr import Expr, Load, Number, Ref
from eqsim.ir.stmt import Stmt
from eqsim.ir.walk import substitute
from eqsim.model.equations import Equations
from eqsim.model.translate import Scope, Symbol, Translator
from eqsim.objects.check import check_strings
from eqsim.objects.code import Block, Target
from eqsim.objects.connect import Connection
from eqsim.objects.frames import user_namespace
from eqsim.objects.group import Group
from eqsim.objects.part import Context, Contribution
from eqsim.objects.pathway import SynapticPathway
from eqsim.objects.regular import CodeRunner
from eqsim.objects.source import FOR_SOME
from eqsim.objects.synaptic_index import SynapticIndexing, pairs
from eqsim.objects.table import SynapseTable
from eqsim.objects.variables import Variable, clock_variables, declared, seen_from_synapses
from eqsim.syntax import Assignment, check_lines
from eqsim.units import DIMENSIONLESS

COUNTS = {"N_incoming": "post", "N_outgoing": "pre"}
INDICES = {"i": "pre", "j": "post"}


def _own_variables() -> dict[str, Variable]:
    whole = {"dim": DIMENSIONLESS, "type": "int", "read_only": True}
    return {
        **{name: Variable(name, kind="index", **whole) for name in INDICES},
        **{name: Variable(name, kind="count", **whole) for name in COUNTS},
        **{name: Variable(name, kind="size", shared=True, **whole) for name in ("N", "N_pre", "N_post")},
        **clock_variables(),
    }


class Synapses(Group):
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

    element = "k"

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
        _check_groups(source, target)
        super().__init__(namespace=namespace, dt=dt, clock=clock, when="groups", order=order, name=name)
        self.source = source
        self.target = source if target is None else target
        self.table = SynapseTable(len(self.source), len(self.target))
        self.connected = False
        self.equations = _equations(model, self.describe())
        check_lines((e.line for e in self.equations.values()), "synapses")
        self.pathways: dict[str, SynapticPathway] = {}
        self._add_pathways(_merge("pre", on_pre, pre), _merge("post", on_post, post), on_event, delay)
        self._make_variables()
        self.hold_subexpressions(tuple(e.name for e in self.equations.ordered_subexpressions))
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
        variables = ends | _own_variables() | mine
        memory = {n: np.full(1 if v.shared else 0, v.start, v.dtype) for n, v in variables.items() if v.stored}
        for path in self.pathways.values():
            variables[path.variable.name] = path.variable
        object.__setattr__(self, "memory", memory)
        object.__setattr__(self, "variables", variables)

    def _check(self, context: Context) -> None:
        self.check_subexpressions(context)
        for path in self.pathways.values():
            self.code(path.block, context.on(path.clock, path.when), f"on_{path.path}")

    # -- sizes and indices -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.table)

    @property
    def base(self) -> Synapses:
        """The object that holds the memory: this one."""
        return self

    @property
    def dependencies(self) -> tuple[Any, ...]:
        return (self.source.base, self.target.base)

    @property
    def _pathways(self) -> list[SynapticPathway]:
        return list(self.pathways.values())

    @property
    def N_incoming_post(self) -> np.ndarray:
        """(n_target,) how many synapses arrive at each target."""
        return self.table.incoming()

    @property
    def N_outgoing_pre(self) -> np.ndarray:
        """(n_source,) how many synapses leave each source."""
        return self.table.outgoing()

    @property
    def events(self) -> dict[str, str]:
        """Synapses have no events."""
        return {}

    def numbers(self) -> dict[str, int]:
        return {**self.source.numbers(), **self.target.numbers(), f"{self.name}.N": len(self)}

    def reals(self) -> dict[str, float]:
        return {**self.source.reals(), **self.target.reals()}

    def arrays(self) -> dict[str, np.ndarray]:
        return {**self.source.arrays(), **self.target.arrays(), **super().arrays(), **self._counts()}

    def _counts(self) -> dict[str, np.ndarray]:
        used = self.identifiers() & set(COUNTS)
        return {self.full(n): self._count_array(n) for n in used}

    def _count_array(self, name: str) -> np.ndarray:
        return self.table.incoming() if COUNTS[name] == "post" else self.table.outgoing()

    def host_indices(self, elements: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "k": elements,
            "i": self.table.source[elements].astype(np.int64) + self.source.start,
            "j": self.table.target[elements].astype(np.int64) + self.target.start,
        }

    def at_sample(self, e: Expr) -> Expr:
        """Synapse ``i``, its source and its target, for kernels that know nothing of routes."""
        synapse = Ref("i", "int")
        ends = {
            name: absolute(group, Load(f"{self.name}.{column}", synapse, "int"))
            for name, column, group in (("i", "source", self.source), ("j", "target", self.target))
        }
        return substitute(e, {"k": synapse, **ends})

    # -- names -----------------------------------------------------------------------------------------------------

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """Own variables; ``x_pre``, ``x_post``; and plain ``x`` of the target."""
        if name in INDICES:
            return self._end(INDICES[name], "i", context)
        if name in ("N_pre", "N_post"):
            return self._end(name[2:], "N", context)
        if name in COUNTS:
            side = COUNTS[name]
            relative = self._end(side, "i", context)
            assert relative is not None
            return Symbol(Load(self.full(name), relative.expr, "int"), DIMENSIONLESS)
        if name == "N":
            return Symbol(Number(f"{self.name}.N", "int"), DIMENSIONLESS)
        if name in self.variables and self.variables[name].kind != "end":
            return super().own_symbol(name, at, context, scope)
        for side in ("pre", "post"):
            if name.endswith(f"_{side}"):
                return self._end(side, name.removesuffix(f"_{side}"), context)
        return self._end("post", name, context)

    def _end(self, side: str, name: str, context: Context) -> Symbol | None:
        group, at = self._side(side)
        return group.own_symbol(name, at, context, group.scope(context, at)) if group is not None else None

    def _side(self, side: str) -> tuple[Any, Expr]:
        return (self.source, Ref("i", "int")) if side == "pre" else (self.target, Ref("j", "int"))

    def identifiers(self) -> set[str]:
        return self.equations.identifiers | {n for p in self.pathways.values() for a in p.block for n in a.value.names()}

    def place(self, name: str, context: Context) -> Target | None:
        """Where code may write to: own variables, those of the target (``x`` or ``x_post``) and of the source (``x_pre``)."""
        if name in self.variables and self.variables[name].kind != "end":
            return _place(self, self.variables[name], Ref("k", "int"), context, accumulate=False)
        for side, plain in (("pre", name.removesuffix("_pre")), ("post", name.removesuffix("_post"))):
            group, at = self._side(side)
            if (plain != name or side == "post") and plain in group.variables:
                return _place(group, group.variables[plain], at, context)
        return None

    def code(
        self, block: tuple[Assignment, ...], context: Context, what: str, guarded: bool = True, view: Any = None
    ) -> tuple[Stmt, ...]:
        """The IR of statements that run for synapses ``k``."""
        translator = Translator(self.scope(context), self.streams(what), lambda: self.known_names(context))
        translate = Block(
            translator,
            lambda name: self.place(name, context),
            f"{what} of {self.describe()}",
            lambda: self.known_names(context),
        )
        try:
            return translate(block)
        except EqsimError as error:
            raise for_object(error, self.name) from None

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

    # -- reading and writing ---------------------------------------------------------------------------------------

    def elements(self, item: Any) -> Any:
        """An index of the user (a synapse, a pair, a condition, an index object) as synapse numbers."""
        if isinstance(item, SynapticIndexing):
            return item.indices
        if isinstance(item, tuple):
            return pairs(self, item)
        if isinstance(item, Group):
            return pairs(self, (item, slice(None)))
        return super().elements(item)

    def __getitem__(self, item: Any) -> SynapticIndexing:
        return SynapticIndexing(self, self.elements(item))

    def _read(self, variable: Variable, item: Any) -> Any:
        if variable.kind == "delay":
            delays = self._path_of(variable).get_delays()
            return delays[0] if variable.shared else delays[self.elements(item)]
        return super()._read(variable, item)

    def _computed(self, variable: Variable, where: Any) -> Any:
        if variable.kind == "index":
            return (self.table.source if INDICES[variable.name] == "pre" else self.table.target)[where]
        if variable.kind == "count":
            ends = self.table.target if COUNTS[variable.name] == "post" else self.table.source
            return self._count_array(variable.name)[ends][where]
        if variable.name in ("N_pre", "N_post"):
            return len(self.source if variable.name == "N_pre" else self.target)
        return super()._computed(variable, where)

    def _path_of(self, variable: Variable) -> SynapticPathway:
        return next(p for p in self.pathways.values() if p.variable.name == variable.name)

    def _write(self, variable: Variable, item: Any, value: Any) -> None:
        if not self.connected and not variable.shared:
            raise TypeError(f"{self.describe()} has no synapses yet: call connect() before setting '{variable.name}'")
        if variable.kind != "delay":
            super()._write(variable, item, value)
            return
        where = self.elements(item)
        if isinstance(value, str):
            numbers = np.atleast_1d(np.arange(len(self), dtype=np.int64)[where])
            value = self.evaluate(value, numbers, "value for delay", variable.dim)
        self._path_of(variable).set_delays(where, value)

    def __getattr__(self, name: str) -> Any:
        if name in ("delay", "delay_") and "pre" not in self.__dict__.get("pathways", {}):
            raise AttributeError(f"{self.describe()} has no pathway 'pre', so no delay; use S.<pathway>.delay")
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "delay" and "pre" in self.__dict__.get("pathways", {}):
            getattr(self, "pre").delay = value  # noqa: B009
            return
        if name == "delay" and "variables" in self.__dict__:
            raise AttributeError(f"{self.describe()} has no pathway 'pre', so no delay; use S.<pathway>.delay")
        super().__setattr__(name, value)

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
        return self.sampled or any(p.side == "post" and p.block for p in self.pathways.values())

    def run_regularly(
        self, code: str, dt: Any = None, clock: Any = None, when: str = "start", order: int = 0, name: str | None = None
    ) -> CodeRunner:
        """Run statements for all synapses at each step of a clock; see `NeuronGroup.run_regularly`."""
        raise EqsimError("run_regularly on Synapses is not available yet")

    def __repr__(self) -> str:
        return f"<Synapses '{self.name}' from '{self.source.name}' to '{self.target.name}', {len(self)} synapses>"


def absolute(group: Any, relative: Expr) -> Expr:
    """A neuron of a (sub)group by its number in the whole group."""
    return relative if group is group.base else relative + Number(f"{group.name}.first", "int")


def _place(group: Any, variable: Variable, at: Expr, context: Context, accumulate: bool = True) -> Target:
    if not variable.stored:
        return _fixed(variable)
    if variable.shared:
        return Target("", None, variable, refusal=f"'{variable.name}' is shared: {FOR_SOME}")
    return Target(group.full(variable.name), at, variable, accumulate, group.guard(variable, at, context))


def _fixed(variable: Variable) -> Target:
    return Target("", None, Variable(variable.name, variable.dim, variable.type, read_only=True))


def _check_groups(source: Any, target: Any) -> None:
    for what, group in (("source", source), ("target", target)):
        if group is not None and not (isinstance(group, Group) and hasattr(group, "rings")):
            raise TypeError(f"the {what} of Synapses must be a group of neurons, not {type(group).__name__}")


def _merge(side: str, on: Any, old: Any) -> dict[str, str]:
    from eqsim.log import get_logger

    if old is not None:
        if on is not None:
            raise TypeError(f"give on_{side}= or {side}=, not both")
        get_logger(__name__).warning(f"{side}= is the old name of on_{side}=", name_suffix="deprecated", once=True)
        on = old
    if on is None:
        return {}
    if isinstance(on, dict):
        return {str(k): str(v) for k, v in on.items()}
    if not isinstance(on, str):
        raise TypeError(f"on_{side} must be a string or a dictionary of strings, not {type(on).__name__}")
    return {side: on}


def _equations(model: Any, owner: str) -> Equations:
    equations = model if isinstance(model, Equations) else Equations(model or "", owner=f"equations of {owner}")
    if equations.differential:
        raise EqsimError(f"{owner}: differential equations in synapses are not available yet")
    for e in equations.values():
        if "summed" in e.flags:
            raise EqsimError(f"{owner}: summed variables are not available yet")
    return equations
