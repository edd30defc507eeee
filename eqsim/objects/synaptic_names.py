"""What names mean in the strings of synapses, and where their statements may write to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import EqsimError, for_object
from eqsim.ir.commute import order_matters
from eqsim.ir.expr import Expr, Load, Number, Ref
from eqsim.ir.stmt import Stmt, Store
from eqsim.ir.walk import substitute
from eqsim.log import get_logger
from eqsim.model.equations import Equations
from eqsim.model.translate import Scope, Symbol, Translator
from eqsim.objects import ends
from eqsim.objects.code import Block, Target
from eqsim.objects.event_driven import NOW, EventDriven
from eqsim.objects.events import EventRing
from eqsim.objects.group import Group
from eqsim.objects.linked import linked_target
from eqsim.objects.part import Context
from eqsim.objects.source import FOR_SOME
from eqsim.objects.table import SynapseTable
from eqsim.objects.variables import Variable, clock_variables
from eqsim.syntax import Assignment
from eqsim.units import DIMENSIONLESS

if TYPE_CHECKING:
    from eqsim.objects.pathway import SynapticPathway

logger = get_logger(__name__)

SYNAPSE = Ref("k", "int")
COUNTS = {"N_incoming": "post", "N_outgoing": "pre"}
INDICES = {"i": "pre", "j": "post"}


def own_variables() -> dict[str, Variable]:
    """What all synapses have: i, j, counts, sizes, time."""
    return {
        **{name: Variable(name, DIMENSIONLESS, "int", "index", read_only=True) for name in INDICES},
        **{name: Variable(name, DIMENSIONLESS, "int", "count", read_only=True) for name in COUNTS},
        **{name: Variable(name, DIMENSIONLESS, "int", "size", True, read_only=True) for name in ("N", "N_pre", "N_post")},
        **clock_variables(),
    }


def of_source(name: str) -> bool:
    """Does a name in a string ask for the source?"""
    return name in ("i", "N_outgoing") or name.endswith("_pre")


class SynapticNames(Group):
    """Synapses as far as strings are concerned: ``x_pre``, ``x_post``, plain ``x`` of the target, i, j, N_incoming."""

    element = "k"
    source: Any
    target: Any
    table: SynapseTable
    equations: Equations
    pathways: dict[str, SynapticPathway]
    event_driven: EventDriven

    def __len__(self) -> int:
        return len(self.table)

    @property
    def base(self) -> SynapticNames:
        """The object that holds the memory: this one."""
        return self

    start = 0
    """First synapse."""

    @property
    def rings(self) -> dict[str, EventRing]:
        """Synapses have no events."""
        return {}

    @property
    def dependencies(self) -> tuple[Any, ...]:
        return (self.source.base, self.target.base)

    @property
    def _pathways(self) -> list[SynapticPathway]:
        return list(self.pathways.values())

    def _path_of(self, variable: Variable) -> SynapticPathway:
        """The pathway that a variable is the delay of."""
        return next(p for p in self.pathways.values() if p.variable.name == variable.name)

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
            "i": ends.absolute(self.source, self.table.source[elements].astype(np.int64)),
            "j": ends.absolute(self.target, self.table.target[elements].astype(np.int64)),
        }

    def at_sample(self, e: Expr) -> Expr:
        """Synapse ``i``, its source and its target, for kernels that know nothing of routes."""
        return self._seen_at(e, Ref("i", "int"))

    def _seen_at(self, e: Expr, synapse: Expr) -> Expr:
        """An expression for synapse ``k`` between ``i`` and ``j``, for the synapse of a given number."""
        ends = {
            name: absolute(group, Load(f"{self.name}.{column}", synapse, "int"))
            for name, column, group in (("i", "source", self.source), ("j", "target", self.target))
        }
        return substitute(e, {"k": synapse, **ends})

    # -- names -----------------------------------------------------------------------------------------------------

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """Own variables; ``x_pre``, ``x_post``; and plain ``x`` of the target."""
        if at == SYNAPSE:
            return self._symbol(name, context, scope)
        found = self._symbol(name, context, self.scope(context))  # of synapses at an end of other synapses
        return found and replace(found, expr=self._seen_at(found.expr, at))

    def _symbol(self, name: str, context: Context, scope: Scope) -> Symbol | None:
        """What a name means for synapse ``k`` between neurons ``i`` and ``j``."""
        at = SYNAPSE
        if name in INDICES:
            return Symbol(self._number(INDICES[name], context), DIMENSIONLESS)
        if name in ("N_pre", "N_post"):
            return self._end(name[2:], "N", context)
        if name in COUNTS:
            return Symbol(Load(self.full(name), self._number(COUNTS[name], context), "int"), DIMENSIONLESS)
        if name in self.variables and self.variables[name].kind == "derived":
            return Symbol(self.event_driven.now(name.removesuffix(NOW), context), self.variables[name].dim)
        if name == "N":
            return Symbol(Number(f"{self.name}.N", "int"), DIMENSIONLESS)
        if name in self.variables and self.variables[name].kind == "delay":
            return self._path_of(self.variables[name]).symbol()
        if name in self.variables and self.variables[name].kind != "end":
            return super().own_symbol(name, at, context, scope)
        for side in ("pre", "post"):
            if name.endswith(f"_{side}"):
                return self._end(side, name.removesuffix(f"_{side}"), context)
        return self._end("post", name, context)

    def _end(self, side: str, name: str, context: Context) -> Symbol | None:
        group, at = self._side(side)
        return group.own_symbol(name, at, context, group.scope(context, at)) if group is not None else None

    def _number(self, side: str, context: Context) -> Expr:
        """The number of a synapse's source or target in its (sub)group."""
        group, at = self._side(side)
        if isinstance(group, SynapticNames):
            return at
        found = self._end(side, "i", context)
        assert found is not None
        return found.expr

    def end_changes(self, name: str) -> bool:
        """Is it a variable of the neurons at an end that has a differential equation?"""
        for side, plain in (("pre", name.removesuffix("_pre")), ("post", name.removesuffix("_post"))):
            found = self._side(side)[0].base.variables.get(plain)
            if (plain != name or side == "post") and found is not None and found.kind == "state":
                return True
        return False

    def _side(self, side: str) -> tuple[Any, Expr]:
        return (self.source, Ref("i", "int")) if side == "pre" else (self.target, Ref("j", "int"))

    def identifiers(self) -> set[str]:
        return self.equations.identifiers | {
            n for p in self.pathways.values() for a in p.block for n in a.value.identifiers()
        }

    def place(self, name: str, context: Context, whole: bool = False) -> Target | None:
        """Where code may write to: own variables, and those of the target (``x``, ``x_post``) and the source (``x_pre``)."""
        if name in self.variables and self.variables[name].kind != "end":
            variable = self.variables[name]
            if variable.kind == "delay":
                return self._path_of(variable).place()
            if whole and variable.shared and variable.stored:
                return Target(self.full(name), None, variable)
            return _place(self, variable, Ref("k", "int"), context, accumulate=False)
        for side, plain in (("pre", name.removesuffix("_pre")), ("post", name.removesuffix("_post"))):
            group, at = self._side(side)
            if (plain != name or side == "post") and plain in group.variables:
                return _place(group, group.variables[plain], at, context)
        return None

    def code(
        self,
        block: tuple[Assignment, ...],
        context: Context,
        what: str,
        view: Any = None,
        whole: bool = False,
    ) -> tuple[Stmt, ...]:
        """The IR of statements that run for synapses ``k``.

        ``whole``: they run for all synapses, and may set shared variables.
        """
        translator = Translator(self.scope(context), self.streams(what), lambda: self.known_names(context))
        translate = Block(
            translator,
            lambda name: self.place(name, context, whole),
            f"{what} of {self.describe()}",
            lambda: self.known_names(context),
        )
        try:
            body = translate(block)
        except EqsimError as error:
            raise for_object(error, self.name) from None
        self._warn_about_order(body, what)
        return body

    def _warn_about_order(self, body: tuple[Stmt, ...], what: str) -> None:
        found = order_matters(body)
        if found is not None and found.origin is not None:
            side = "post" if found.index == Ref("j", "int") else "pre"
            if max(self.table.incoming() if side == "post" else self.table.outgoing(), default=0) <= 1:
                return  # not connected yet, or one to one: no neuron is shared
            sums = f"; to add up over synapses, write {found.array.rpartition('.')[2]}_{side} += ..."
            sums = sums if isinstance(found, Store) else ""
            logger.warning(
                f"{what} of {self.describe()}: the result of '{found.origin.text.strip()}' depends on the order of the "
                f"synapses that share a neuron (it is: by time of the spike, then by number){sums}",
                "order_dependence",
                once=True,
            )


def absolute(group: Any, relative: Expr) -> Expr:
    """A neuron of a (sub)group by its number in the whole group, from what a program knows of the ends of synapses."""
    first = ends.first(group)
    return relative if first == 0 else relative + Number(str(first), "int")


def _place(group: Any, variable: Variable, at: Expr, context: Context, accumulate: bool = True) -> Target:
    if variable.kind == "linked":
        return replace(linked_target(group, variable, at, context, whole=False), accumulate=True)
    if variable.kind == "derived" and not variable.read_only:
        variable = group.stored_variable(variable)
    if not variable.stored:
        return _fixed(variable)
    if variable.shared:
        return Target("", None, variable, refusal=f"'{variable.name}' is shared: {FOR_SOME}")
    return Target(group.full(variable.name), at, variable, accumulate, group.guard(variable, at, context))


def _fixed(variable: Variable) -> Target:
    return Target("", None, Variable(variable.name, variable.dim, variable.type, read_only=True))
