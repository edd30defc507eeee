"""Subgroups: a run of neighbouring neurons, seen as a group of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.ir.domain import Domain, Each
from eqsim.ir.expr import Expr, Number
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.access import Access
from eqsim.objects.group import Group
from eqsim.objects.part import Context, Contribution
from eqsim.objects.regular import CodeRunner
from eqsim.objects.variables import Variable
from eqsim.units import DIMENSIONLESS

if TYPE_CHECKING:
    from eqsim.objects.source import SpikeSource


class Subgroup(Group):
    """Neurons ``start`` to ``stop - 1`` of a group; shares its memory.  ``i`` and ``N`` are its own.

    Usable wherever a group is: as source or target of synapses, in monitors, for `run_regularly`.
    """

    source: SpikeSource
    base: SpikeSource
    start: int
    stop: int

    def __init__(self, source: SpikeSource | Subgroup, start: int, stop: int, name: str | None = None) -> None:
        base = source.base
        super().__init__(clock=base.clock, name=name or f"{source.name}_subgroup*")
        object.__setattr__(self, "source", base)
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "stop", stop)
        object.__setattr__(self, "memory", base.memory)
        object.__setattr__(self, "namespace", base.namespace)
        object.__setattr__(self, "variables", base.variables)

    add_to_magic_network = False

    def __len__(self) -> int:
        return int(self.stop - self.start)

    def __getitem__(self, item: Any) -> Subgroup:
        return subgroup(self, item)

    @property
    def spikes(self) -> np.ndarray:
        """Indices (within the subgroup) that spiked in the last step."""
        found: np.ndarray = self.base.spikes
        return found[(found >= self.start) & (found < self.stop)] - self.start

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

    def arrays(self) -> dict[str, np.ndarray]:
        return dict(self.base.arrays())

    def reals(self) -> dict[str, float]:
        return dict(self.base.reals())

    def numbers(self) -> dict[str, int]:
        return {**self.base.numbers(), f"{self.name}.N": len(self), f"{self.name}.first": int(self.start)}

    def every(self, part: Contribution) -> Domain:
        """The domain of a kernel that visits all neurons of the subgroup."""
        return Each(f"{self.name}.N", f"{self.name}.first")

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """Its own ``i`` and ``N``; everything else means what it means in the whole group."""
        if name == "i":
            return Symbol(at - Number(f"{self.name}.first", "int"), DIMENSIONLESS)
        if name == "N":
            return Symbol(Number(f"{self.name}.N", "int"), DIMENSIONLESS)
        return self.base.own_symbol(name, at, context, scope)

    def guard(self, variable: Variable, at: Expr, context: Context) -> Expr | None:
        return self.base.guard(variable, at, context)

    def host_indices(self, elements: np.ndarray) -> dict[str, np.ndarray]:
        return {"i": elements + self.start}

    def as_index(self, other: Access) -> Any:
        """Where its neurons lie in the group it is part of."""
        if isinstance(other, Subgroup) and other.base is self.base:
            return slice(self.start - other.start, self.stop - other.start)
        return slice(self.start, self.stop) if other is self.base else super().as_index(other)

    def elements(self, item: Any) -> Any:
        """An index within the subgroup as element numbers of the whole group."""
        inside = super().elements(item)
        if isinstance(inside, int | np.integer) and not -len(self) <= inside < len(self):
            raise IndexError(f"{self.describe()} has {len(self)} neurons, there is no {inside}")
        return np.arange(self.start, self.stop, dtype=np.int64)[inside]

    def _read(self, variable: Variable, item: Any) -> Any:
        if variable.stored and not variable.shared:
            return self.memory[variable.name][self.elements(item)]
        return super()._read(variable, item)

    def _computed(self, variable: Variable, where: Any) -> Any:
        if isinstance(where, np.ndarray):
            where = where - self.start
        return super()._computed(variable, where)

    def _write(self, variable: Variable, item: Any, value: Any) -> None:
        if not variable.stored or variable.shared:
            super()._write(variable, item, value)
            return
        where = self.elements(item)
        if isinstance(value, str):
            value = self.evaluate(value, np.atleast_1d(where) - self.start, f"value for {variable.name}", variable.dim)
            value = value if np.ndim(where) else value[0]
        self.memory[variable.name][where] = value

    def run_regularly(
        self, code: str, dt: Any = None, clock: Any = None, when: str = "start", order: int = 0, name: str | None = None
    ) -> CodeRunner:
        """As `NeuronGroup.run_regularly`, for the neurons of this subgroup."""
        return CodeRunner(self, code, dt=dt, clock=clock, when=when, order=order, name=name)

    def __repr__(self) -> str:
        return f"<Subgroup '{self.name}' of '{self.base.name}' from {self.start} to {self.stop}>"


def subgroup(source: SpikeSource | Subgroup, item: Any) -> Subgroup:
    """The subgroup for an index: a slice, a neuron number, or consecutive numbers.

    Raises
    ------
    IndexError
        If it is empty, has a step, is not consecutive, or leaves the group.
    TypeError
        If it is no index.
    """
    start, stop = _bounds(source, item)
    if start >= stop:
        raise IndexError(f"{source.describe()}: the subgroup {item!r} is empty")
    if not (0 <= start and stop <= len(source)):
        raise IndexError(f"{source.describe()} has {len(source)} neurons; the subgroup {item!r} leaves it")
    return Subgroup(source, source.start + start, source.start + stop)


def _bounds(source: SpikeSource | Subgroup, item: Any) -> tuple[int, int]:
    if isinstance(item, slice):
        if item.step not in (None, 1):
            raise IndexError("a subgroup is a run of neighbouring neurons: a step is not possible")
        start, stop, _ = item.indices(len(source))
        return start, stop
    if isinstance(item, int | np.integer) and not isinstance(item, bool):
        if item < 0:
            raise IndexError(f"{source.describe()}: a single negative index is not possible, write [{len(source) + item}]")
        return int(item), int(item) + 1
    if isinstance(item, list | tuple | range | np.ndarray):
        numbers = np.asarray(item)
        if numbers.size and numbers.dtype.kind in "iu" and np.array_equal(numbers, numbers[0] + np.arange(len(numbers))):
            return int(numbers[0]), int(numbers[-1]) + 1
        raise IndexError("a subgroup is a run of neighbouring neurons: the numbers must be consecutive and ascending")
    raise TypeError(f"a subgroup is made with a slice or neuron numbers, not {type(item).__name__}")
