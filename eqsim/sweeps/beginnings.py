"""The states in which the points of a batch begin.

In: a network task, runs.  Out: for each of them the `State` that a run of its own would begin with.  Linking tells what
that is; where points differ in nothing but numbers and plain variables, the two ends of the batch are linked, and what the
first one and the values of a point give is compared with the last one: if it is the same to the bit, so it is for all in
between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.ir.program import State
from eqsim.ir.unlike import changing
from eqsim.objects import seed as set_seed
from eqsim.objects.group import Group
from eqsim.objects.randomness import random_state
from eqsim.objects.scope import as_number
from eqsim.schedule.link import Linked
from eqsim.sweeps.networks import NetworkTask
from eqsim.sweeps.tasks import Run
from eqsim.units import get_dimensions


class Beginnings:
    """States of points, one after the other.

    Attributes
    ----------
    linked : Linked or None
        The program of the last point that was linked.
    objects : list
        What takes part in a run.
    unlike : str
        Which point needs another program; '' if none does.
    """

    def __init__(self, task: NetworkTask) -> None:
        self.task = task
        self.linked: Linked | None = None
        self.objects: list[Any] = []
        self.first: State | None = None
        self.unlike = ""
        self._simple = False

    def expect(self, last: Run) -> None:
        """Find out whether all points up to the last one can be had without linking; the first one has been linked."""
        assert self.first is not None
        guess = self._guessed(last)
        self._simple = guess is not None and _equal(guess, self._linked_state(last))

    def state(self, run: Run) -> State:
        """The state of a point; arrays that are as in the first one are shared with it.

        Raises
        ------
        Exception
            Whatever is wrong with its values.
        """
        guess = self._guessed(run) if self._simple else None
        return self._linked_state(run) if guess is None else guess

    def _linked_state(self, run: Run) -> State:
        set_seed(run.seed)
        linked, self.objects = self.task.link(run.point.values)
        linked.constants(linked.state)
        if self.linked is not None and linked.program is not self.linked.program and not self.unlike:
            self.unlike = f"{run.point} needs a program of its own"
        self.linked = linked
        found = self._copied(linked.state)
        self.first = found if self.first is None else self.first
        return found

    def _copied(self, state: State) -> State:
        assert self.linked is not None
        program, first = self.linked.program, self.first
        columns = {c for log in program.logs for c in log.columns}
        changed = changing(program)
        found = State(dict(state.arrays), dict(state.reals), dict(state.ints), dict(state.steps))
        for name in found.arrays.keys() - columns:
            values, before = state.arrays[name], None if first is None else first.arrays.get(name)
            same = before is not None and name not in changed and _same(values, before)
            found.arrays[name] = before if same and before is not None else values.copy()
        return found

    # -- without linking ---------------------------------------------------------------------------------------------

    def _guessed(self, run: Run) -> State | None:
        """What the values of a point make of the first state; None if that is not known."""
        first, linked = self.first, self.linked
        assert first is not None and linked is not None
        found = State(dict(first.arrays), dict(first.reals), dict(first.ints), dict(first.steps))
        set_seed(run.seed)
        if "seed" in found.ints:
            found.ints["seed"] = random_state.next_simulation()
        for name, value in run.point.values.items():
            done = self._set_variable(name, value, found) if "." in name else _set_number(linked, name, value, found)
            if not done:
                return None
        linked.constants(found)
        return found

    def _set_variable(self, name: str, value: Any, state: State) -> bool:
        owner, _, variable = name.partition(".")
        group = self.task.net[owner]
        if not isinstance(group, Group) or isinstance(value, str) or name not in state.arrays:
            return False
        known = group.variables.get(variable)
        if known is None or not known.stored or group.full(variable) != name or get_dimensions(value) is not known.dim:
            return False
        array = state.arrays[name].copy()
        array[:] = np.asarray(value)
        state.arrays[name] = array
        return True


def _set_number(linked: Linked, name: str, value: Any, state: State) -> bool:
    """Give a name in strings another value, for all objects that use it."""
    for around in linked.context.surroundings.values():
        if name in around.used:
            return False
        known = around.externals.get(name)
        if known is None:
            continue
        number, kind = as_number(name, value)
        if kind != known.kind or get_dimensions(value) is not known.dim or known.structural:
            return False
        numbers: Mapping[str, Any] = state.ints if kind == "int" else state.reals
        if known.number not in numbers:
            return False
        numbers[known.number] = number  # type: ignore[index]
    return True


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a is b or (a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes())


def _equal(a: State, b: State) -> bool:
    """Are two states the same to the bit?"""
    if a.steps != b.steps or a.ints != b.ints or a.arrays.keys() != b.arrays.keys() or a.reals.keys() != b.reals.keys():
        return False
    reals = all(v.hex() == b.reals[n].hex() for n, v in a.reals.items())
    return reals and all(_same(v, b.arrays[n]) for n, v in a.arrays.items())
