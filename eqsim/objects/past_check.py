"""When a run begins: are the delays of its program possible, and how much of the past has to be kept for them?

In: where the program reads the past, and its state.  Out: the memory of the past in the state; or one clear error.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from eqsim.errors import Diagnostic, EquationError, for_object
from eqsim.ir.expr import Draw, Load, Ref
from eqsim.ir.program import State
from eqsim.ir.walk import nodes
from eqsim.objects.delayed import Read, Reads
from eqsim.objects.past import Past
from eqsim.objects.past_rows import TINY
from eqsim.objects.past_tables import INDICES


def settle(group: Any, reads: Reads, state: State) -> None:
    """Check the delays of a program, make room for them, and put the memory into its state.

    Raises
    ------
    EqsimError
        If a delay is negative, or too short for the method; or if it changes and nobody has said how far.
    """
    waiting = dict(group.pasts)
    while waiting:
        ready = {name: now for name in waiting if (now := _present(group, name, bool(len(waiting) > 1))) is not None}
        for name, now in ready.items():
            past, dt_s = waiting.pop(name), group.clock.dt_
            longest = max((_longest(r, group, state, dt_s) for r in reads.found if r.place.past is past), default=0.0)
            past.fit(longest, group.clock.step, dt_s, now)
        if not ready:
            _present(group, next(iter(waiting)), False)
    for past in group.pasts.values():
        state.arrays.update(past.arrays())
        state.ints.update(past.ints())


def _present(group: Any, name: str, patient: bool) -> np.ndarray | None:
    """The values of a variable now, (width,) float64; None if they follow from the past of another one."""
    variable, past = group.variables[name], cast(Past, group.pasts[name])
    if past.length and not variable.stored:
        return past.latest
    if not past.length and past.given is not None:
        return past.begin(group.memory.get(name), group.clock.step * group.clock.dt_)
    try:
        values: np.ndarray = np.atleast_1d(np.asarray(group._read(variable, slice(None)), dtype=np.float64))
        return values
    except EquationError:
        if patient:
            return None
        raise


def _longest(read: Read, group: Any, state: State, dt_s: float) -> float:
    """The longest delay in steps.

    Raises
    ------
    EqsimError
        As `settle`.
    """
    longest = group.longest_delay_s
    if _changes(read):
        if longest is None:
            message = f"the delay of '{read.place.past.name}' changes during a run"
            help = f"say how long it can become, e.g. {group.name}.longest_delay = 50*ms"
            raise for_object(EquationError(Diagnostic("E133", message, read.span, "", help)), read.reader.name)
        return float(longest / dt_s)
    steps = read.steps(state, dt_s)
    if not len(steps):
        return 0.0
    _check_least(read, float(np.min(steps)), dt_s)
    if not np.all(np.isfinite(steps)):
        raise for_object(EquationError(Diagnostic("E134", "a delay is not finite", read.span)), read.reader.name)
    return max(float(np.max(steps)), 0.0 if longest is None else longest / dt_s)


def _check_least(read: Read, steps: float, dt_s: float) -> None:
    if steps >= read.least - TINY:
        return
    given = f"{steps * dt_s * 1e3:.6g} ms"
    if steps < 0:
        message, help = f"a delay cannot be negative, but one is {given}", "x(t - delay) is the past, with delay > 0"
    else:
        message = f"a delay of {given} is shorter than the step, {dt_s * 1e3:g} ms"
        help = "this method needs values within the step: make dt smaller, or use method='euler'"
    raise for_object(EquationError(Diagnostic("E135", message, read.span, "", help)), read.reader.name)


def _changes(read: Read) -> bool:
    """Does the delay depend on something that equations change, or on time?"""
    groups = {g.name: g for g in _seen_by(read.reader)}
    for x in nodes(read.delay):
        if isinstance(x, Draw) or (isinstance(x, Ref) and x.name not in INDICES):
            return True
        if isinstance(x, Load) and x.array.endswith(".past"):
            return True
        if isinstance(x, Load):
            owner, _, name = x.array.rpartition(".")
            variable = groups[owner].variables.get(name) if owner in groups else None
            if variable is not None and variable.kind in ("state", "held"):
                return True
    return False


def _seen_by(reader: Any) -> list[Any]:
    ends = [getattr(reader, "source", None), getattr(reader, "target", None)]
    return [g.base for g in (reader, *ends) if g is not None]
