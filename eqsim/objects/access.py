"""Reading and writing the variables of a group, by all kinds of indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.ir.expr import Ref
from eqsim.objects.assigned import Assignment, noted
from eqsim.objects.host import Formula, evaluate
from eqsim.objects.linked import check_links
from eqsim.objects.meaning import Meaning
from eqsim.objects.settle import settle
from eqsim.objects.variables import Variable


class Access(Meaning):
    """Reads and writes elements: numbers, slices, masks, conditions, subgroups."""

    def elements(self, item: Any) -> Any:
        """An index of the user as a slice, an int or an array of element numbers."""
        settle()
        if isinstance(item, str):
            everything = np.arange(len(self), dtype=np.int64)
            return np.flatnonzero(self.evaluate(item, everything, "index"))
        if isinstance(item, Access):
            return item.as_index(self)
        if isinstance(item, slice | int | np.integer) or item is Ellipsis:
            return slice(None) if item is Ellipsis else item
        array = np.asarray(item)
        if array.dtype.kind == "b":
            if len(array) != len(self):
                raise IndexError(f"{self.describe()} has {len(self)} elements, the mask has {len(array)}")
            return np.flatnonzero(array)
        if array.dtype.kind not in "iu" and array.size:
            raise TypeError(f"indices must be integers, slices, masks or conditions, not {array.dtype}")
        return array.astype(np.int64)

    def as_index(self, other: Access) -> Any:
        """This group as an index into another one (subgroups only)."""
        raise IndexError(f"{self.describe()} is no part of {other.describe()}")

    def _read(self, variable: Variable, item: Any) -> Any:
        settle()
        if variable.shared and variable.stored:
            return self.memory[variable.name][0] if _everything(item) else self.memory[variable.name][item]
        where = self.elements(item)
        if variable.stored:
            found = self.memory[variable.name][where]
            return found.copy() if isinstance(found, np.ndarray) else found
        return self._computed(variable, where)

    def _computed(self, variable: Variable, where: Any) -> Any:
        """The values of something that is not stored: a subexpression, i, N, t, dt."""
        if variable.kind in ("size", "clock"):
            return {"N": len(self), "t": self.clock.t_, "dt": self.clock.dt_, "t_in_timesteps": self.clock.step}[
                variable.name
            ]
        numbers = np.arange(len(self), dtype=np.int64)[where]
        if variable.kind == "index":
            return numbers.astype(np.int32)
        context = self.host_context()
        symbol = self.scope(context)(variable.name)
        assert symbol is not None
        values = evaluate(symbol.expr, self.host_state(context), self.host_indices(np.atleast_1d(numbers)), self.element)
        return values[0] if np.ndim(numbers) == 0 or variable.shared else values

    def _write(self, variable: Variable, item: Any, value: Any) -> None:
        settle()
        if variable.kind == "derived" and not variable.read_only:
            variable = self.stored_variable(variable)
        if variable.kind == "linked":
            self._write_linked(variable, item, value)
            return
        if not variable.stored:
            raise TypeError(f"{self.name}.{variable.name} is computed from other things and cannot be set")
        if variable.shared:
            self._write_shared(variable, value)
        elif isinstance(value, str) or isinstance(item, str):
            self._write_string(variable, item, value)
        else:
            self.memory[variable.name][self.elements(item)] = value

    def _write_string(self, variable: Variable, item: Any, value: Any) -> None:
        """Set elements where the value is a string, or the condition that chooses them."""
        where, visited, condition = self._chosen(item)
        found = self.formula(value, f"value for {variable.name}", variable.dim) if isinstance(value, str) else None
        if found is not None:
            values = found.at(self.host_indices(np.atleast_1d(self._numbers_within(where))))
            value = values[0] if isinstance(where, int | np.integer) else values
        with noted(lambda: self._assignment(variable, found or value, visited, condition)):
            self.memory[variable.name][where] = value

    def _chosen(self, item: Any) -> tuple[Any, np.ndarray, Formula | None]:
        """The elements of an index as `elements`; which must be visited to find them, and the condition for each."""
        if not isinstance(item, str):
            where = self.elements(item)
            return where, np.atleast_1d(self._numbers_within(where)), None
        settle()
        everything = np.arange(len(self), dtype=np.int64)
        condition = self.formula(item, "index")
        return self.elements(np.flatnonzero(condition.at(self.host_indices(everything)))), everything, condition

    def _numbers_within(self, where: Any) -> Any:
        """What `elements` gave, as numbers within this group."""
        return np.arange(len(self), dtype=np.int64)[where]

    def _write_shared(self, variable: Variable, value: Any) -> None:
        memory, visited = self.memory[variable.name], np.zeros(1, np.int64)
        if not isinstance(value, str):
            if np.size(value) != 1:
                raise TypeError(f"{self.name}.{variable.name} is shared: it takes one value, not {np.size(value)}")
            memory[:] = value
            return
        found = self.formula(value, f"value for {variable.name}", variable.dim, shared=True)
        with noted(lambda: self._assignment(variable, found, visited, None)):
            memory[:] = found.at(self.host_indices(visited))

    def _assignment(
        self, variable: Variable, value: Any, visited: np.ndarray, condition: Formula | None
    ) -> Assignment | None:
        """What is set, for those who compute it again; None for values of single elements, which come from Python."""
        if not isinstance(value, Formula) and np.size(value) != 1:
            return None
        return Assignment(
            self.full(variable.name),
            self.memory[variable.name],
            None if variable.shared else Ref(self.element, "int"),
            value if isinstance(value, Formula) else float(np.reshape(value, ())),
            condition,
            self.host_indices(visited),
        )

    def _write_linked(self, variable: Variable, item: Any, value: Any) -> None:
        check_links(self)
        where = self.elements(item)
        if isinstance(value, str):
            numbers = np.zeros(1, np.int64) if variable.shared else np.atleast_1d(np.arange(len(self))[where])
            value = self.evaluate(value, numbers, f"value for {variable.name}", variable.dim, shared=variable.shared)
            value = value[0] if isinstance(where, int | np.integer) else value
        self.links[variable.name].write(np.arange(len(self), dtype=np.int64)[where], value)


def _everything(item: Any) -> bool:
    return item is Ellipsis or (isinstance(item, slice) and item == slice(None))
