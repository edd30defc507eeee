"""Subgroups: chosen neurons of a group, seen as a group of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.ir.domain import Domain, Each, Of, Sample
from eqsim.ir.expr import Expr, Load, Number, Ref, ge, integer
from eqsim.ir.stmt import Stmt, When
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.access import Access
from eqsim.objects.group import Group
from eqsim.objects.part import Context, Contribution
from eqsim.objects.variables import Variable
from eqsim.units import DIMENSIONLESS

if TYPE_CHECKING:
    from eqsim.objects.source import SpikeSource

ELSEWHERE = -1


class Subgroup(Group):
    """Chosen neurons of a group, in ascending order; shares its memory.  ``i`` and ``N`` are its own.

    Usable wherever a group is: as source or target of synapses, in monitors, for `run_regularly`.

    Attributes
    ----------
    indices : (n,) int32
        The numbers of its neurons in the whole group; fixed when the subgroup is made.
    contiguous : bool
        Are they neighbours, ``start`` to ``stop - 1``?
    """

    # The two forms in a program, for a neuron i of the whole group:
    #
    #     contiguous   number in the subgroup = i - first            (first is an int)
    #     otherwise    number in the subgroup = place[i], or -1      (int32, one entry for each neuron of the group)
    #                  i = indices[number]                           (int32, one entry for each neuron of the subgroup)

    source: SpikeSource
    base: SpikeSource
    indices: np.ndarray
    contiguous: bool
    _place: np.ndarray | None

    def __init__(self, source: SpikeSource | Subgroup, indices: np.ndarray, name: str | None = None) -> None:
        base = source.base
        super().__init__(clock=base.clock, name=name or f"{source.name}_subgroup*")
        given: dict[str, Any] = {
            "source": base,
            "base": base,
            "indices": indices.astype(np.int32),
            "contiguous": bool(indices[-1] - indices[0] == len(indices) - 1),
            "_place": None,
            "memory": base.memory,
            "namespace": base.namespace,
            "variables": base.variables,
            "links": base.links,
        }
        for attribute, value in given.items():
            object.__setattr__(self, attribute, value)

    add_to_magic_network = False

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, item: Any) -> Subgroup:
        return subgroup(self, item)

    @property
    def start(self) -> int:
        """First neuron, for neurons that are neighbours."""
        return self._bound(0)

    @property
    def stop(self) -> int:
        """One past the last neuron, for neurons that are neighbours."""
        return self._bound(-1) + 1

    def _bound(self, at: int) -> int:
        if not self.contiguous:
            raise TypeError(f"the neurons of {self.describe()} are no neighbours: use its indices, not start and stop")
        return int(self.indices[at])

    @property
    def place(self) -> np.ndarray:
        """(N,) int32: for each neuron of the whole group its number in the subgroup, or -1."""
        if self._place is None:
            found: np.ndarray = np.full(len(self.base), ELSEWHERE, np.int32)
            found[self.indices] = np.arange(len(self), dtype=np.int32)
            object.__setattr__(self, "_place", found)
        assert self._place is not None
        return self._place

    @property
    def spikes(self) -> np.ndarray:
        """Indices (within the subgroup) that spiked in the last step."""
        found = self.place[self.base.spikes]
        mine: np.ndarray = found[found != ELSEWHERE]
        return mine

    @property
    def events(self) -> Any:
        """The events of the group that it is part of."""
        return self.base.events

    @property
    def rings(self) -> Any:
        """The memory of those events."""
        return self.base.rings

    @property
    def equations(self) -> Any:
        """The equations of the group that it is part of."""
        return self.base.equations

    @property
    def dependencies(self) -> tuple[Any, ...]:
        return (self.base,)

    def full(self, name: str) -> str:
        return str(self.base.full(name))

    # -- in programs -----------------------------------------------------------------------------------------------

    def arrays(self) -> dict[str, np.ndarray]:
        return {**self.base.arrays(), **self._own_arrays()}

    def _own_arrays(self) -> dict[str, np.ndarray]:
        return {} if self.contiguous else {f"{self.name}.indices": self.indices, f"{self.name}.place": self.place}

    def reals(self) -> dict[str, float]:
        return dict(self.base.reals())

    def numbers(self) -> dict[str, int]:
        first = {f"{self.name}.first": self.start} if self.contiguous else {}
        return {**self.base.numbers(), f"{self.name}.N": len(self), **first}

    def declare(self, part: Contribution) -> None:
        """Its sizes, and the arrays that tell which neurons it has."""
        part.ints.update(self.numbers())
        for name, memory in self._own_arrays().items():
            part.store(name, memory)

    def every(self, part: Contribution) -> Domain:
        """The domain of a kernel that visits all neurons of the subgroup."""
        self.declare(part)
        size = f"{self.name}.N"
        return Each(size, f"{self.name}.first") if self.contiguous else Sample(f"{self.name}.indices", size, distinct=True)

    def at_events(self, event: str, body: tuple[Stmt, ...]) -> tuple[Of, tuple[Stmt, ...]]:
        """The domain and the body of a kernel that runs for the events of the subgroup."""
        ring = self.rings[event].name
        if self.contiguous:
            return Of(ring, f"{self.name}.N", f"{self.name}.first"), body
        mine = ge(self.relative(Ref("i", "int")), integer(0))
        return Of(ring, f"{self.base.name}.N"), (When(mine, body),)

    def relative(self, at: Expr) -> Expr:
        """The number in the subgroup of a neuron of the whole group."""
        if self.contiguous:
            return at - Number(f"{self.name}.first", "int")
        return Load(f"{self.name}.place", at, "int")

    def absolute(self, number: Expr) -> Expr:
        """The number in the whole group of a neuron of the subgroup."""
        if self.contiguous:
            return number + Number(f"{self.name}.first", "int")
        return Load(f"{self.name}.indices", number, "int")

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """Its own ``i`` and ``N``; everything else means what it means in the whole group."""
        if name == "i":
            return Symbol(self.relative(at), DIMENSIONLESS)
        if name == "N":
            return Symbol(Number(f"{self.name}.N", "int"), DIMENSIONLESS)
        return self.base.own_symbol(name, at, context, scope)

    def stored_variable(self, variable: Variable) -> Variable:
        return self.base.stored_variable(variable)

    def guard(self, variable: Variable, at: Expr, context: Context) -> Expr | None:
        return self.base.guard(variable, at, context)

    # -- reading and writing ---------------------------------------------------------------------------------------

    def host_indices(self, elements: np.ndarray) -> dict[str, np.ndarray]:
        return {"i": self.indices[elements].astype(np.int64)}

    def as_index(self, other: Access) -> Any:
        """Where its neurons lie in the group it is part of, or in another subgroup of that."""
        if other is self.base:
            return slice(self.start, self.stop) if self.contiguous else self.indices.astype(np.int64)
        if not (isinstance(other, Subgroup) and other.base is self.base):
            return super().as_index(other)
        found = other.place[self.indices].astype(np.int64)
        if np.any(found == ELSEWHERE):
            raise IndexError(f"{self.describe()} has neurons that are not in {other.describe()}")
        return found

    def elements(self, item: Any) -> Any:
        """An index within the subgroup as element numbers of the whole group."""
        inside = super().elements(item)
        if isinstance(inside, int | np.integer) and not -len(self) <= inside < len(self):
            raise IndexError(f"{self.describe()} has {len(self)} neurons, there is no {inside}")
        return self.indices.astype(np.int64)[inside]

    def _read(self, variable: Variable, item: Any) -> Any:
        if variable.stored and not variable.shared:
            return self.memory[variable.name][self.elements(item)]
        return super()._read(variable, item)

    def _computed(self, variable: Variable, where: Any) -> Any:
        if isinstance(where, int | np.integer | np.ndarray):
            where = self.place[where]
        return super()._computed(variable, where)

    def _write(self, variable: Variable, item: Any, value: Any) -> None:
        if variable.kind == "derived" and not variable.read_only:
            variable = self.stored_variable(variable)
        if variable.shared or not (variable.stored or variable.kind == "linked"):
            super()._write(variable, item, value)
            return
        if variable.stored and (isinstance(value, str) or isinstance(item, str)):
            self._write_string(variable, item, value)
            return
        where = self.elements(item)
        if isinstance(value, str):
            values = self.evaluate(
                value, np.atleast_1d(self._numbers_within(where)), f"value for {variable.name}", variable.dim
            )
            value = values if np.ndim(where) else values[0]
        self.base._write(variable, where, value)

    def _numbers_within(self, where: Any) -> Any:
        return self.place[where]

    def link(self, variable: Variable, given: Any) -> None:
        raise TypeError(f"link '{variable.name}' of the whole group, {self.base.describe()}, not of {self.describe()}")

    def __repr__(self) -> str:
        where = f"from {self.start} to {self.stop}" if self.contiguous else f"with {len(self)} neurons"
        return f"<Subgroup '{self.name}' of '{self.base.name}' {where}>"


def subgroup(source: SpikeSource | Subgroup, item: Any) -> Subgroup:
    """The subgroup for an index: a slice, numbers of neurons, a mask, a condition, or another subgroup.

    Raises
    ------
    IndexError
        If it is empty, leaves the group, or names a neuron twice or not in ascending order.
    TypeError
        If it is no index.
    """
    if isinstance(item, int | np.integer) and not isinstance(item, bool) and item < 0:
        raise IndexError(f"{source.describe()}: a single negative index is not possible, write [{len(source) + item}]")
    chosen = _chosen(source, item)
    if not chosen.size:
        raise IndexError(f"{source.describe()}: the subgroup {item!r} is empty")
    if chosen.min() < 0 or chosen.max() >= len(source):
        raise IndexError(f"{source.describe()} has {len(source)} neurons; the subgroup {item!r} leaves it")
    if np.any(np.diff(chosen) <= 0):
        raise IndexError(f"{source.describe()}: the numbers of a subgroup must be ascending, each once: {item!r}")
    return Subgroup(source, source.indices[chosen])


def _chosen(source: SpikeSource | Subgroup, item: Any) -> np.ndarray:
    """The numbers in the source that an index stands for; (n,) int64."""
    everything: np.ndarray = np.arange(len(source), dtype=np.int64)
    chosen: np.ndarray
    if isinstance(item, str):
        item = np.asarray(source.evaluate(item, everything, "subgroup", condition=True), bool)
    if isinstance(item, Group):
        item = item.as_index(source)
    if isinstance(item, slice):
        chosen = everything[item]
        return chosen
    numbers = np.atleast_1d(np.asarray(item)) if not isinstance(item, set | frozenset) else np.array(sorted(item))
    if numbers.dtype.kind == "b" and not isinstance(item, bool):
        if numbers.shape != everything.shape:
            raise IndexError(f"{source.describe()} has {len(source)} neurons, the mask has {numbers.size}")
        chosen = everything[numbers]
        return chosen
    if (numbers.dtype.kind not in "iu" and numbers.size) or numbers.ndim != 1:
        raise TypeError(f"a subgroup is made with a slice, neuron numbers, a mask or a condition, not {item!r}")
    return numbers.astype(np.int64)
