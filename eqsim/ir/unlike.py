"""How may the points of a batch differ?

In: programs and the states of points.  Out: what is not the same in all of them, and what must be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eqsim.ir.domain import Across, Due, Sample, Send, Where
from eqsim.ir.program import Program, State, timetable
from eqsim.ir.walk import writes


class Unlike(Exception):
    """The points cannot run as one program; the message says why."""


def differing(states: Iterable[State], first: State) -> tuple[set[str], set[str]]:
    """Names of arrays, and of numbers, that are not the same in all points.

    Raises
    ------
    Unlike
        If arrays have different lengths, or clocks stand at different steps.
    """
    arrays: set[str] = set()
    numbers: set[str] = set()
    for state in states:
        if state.steps != first.steps:
            raise Unlike("their clocks stand at different steps")
        for name, values in state.arrays.items():
            before = first.arrays[name]
            if before is values or name in arrays:
                continue
            if before.shape != values.shape or before.dtype != values.dtype:
                raise Unlike(f"the array '{name}' has {len(before)} entries in one point and {len(values)} in another")
            if before.tobytes() != values.tobytes():
                arrays.add(name)
        numbers |= {n for n, v in state.reals.items() if v.hex() != first.reals[n].hex()}
        numbers |= {n for n, v in state.ints.items() if v != first.ints[n]}
    return arrays, numbers


def structural(program: Program) -> set[str]:
    """Numbers that decide how loops run: these must be the same in all points."""
    found: list[Any] = [f"{c}.dt" for c in program.clocks]
    for k in program.kernels:
        found += [getattr(k.domain, name) for name in ("size", "first", "delay") if hasattr(k.domain, name)]
    for e in program.events:
        found += [e.size, e.history]
    for r in program.routes:
        found += [r.size, r.first_source, r.first_target, r.since, f"{r.synapses}.N"]
    for log in program.logs:
        found += [log.per_step]
    return {x for x in found if isinstance(x, str)}


def loops(program: Program) -> set[str]:
    """Arrays that decide how loops run: these, too."""
    found = {timetable(c) for c in program.clocks}
    found |= {k.domain.indices for k in program.kernels if isinstance(k.domain, Sample)}
    for r in program.routes:
        found |= {f"{r.name}.{what}" for what in ("rows", "order", "delays", "ends")}
        found |= {f"{r.synapses}.{end}" for end in ("source", "target")}
    return found


def emitted(program: Program) -> set[str]:
    """Arrays of the rings that events are put into."""
    found = {k.domain.events for k in program.kernels if isinstance(k.domain, Where)}
    return {name for e in program.events if e.name in found for name in (e.indices, e.counts)}


def changing(program: Program) -> set[str]:
    """Arrays that a run changes, the columns of logs left out."""
    stored = {name for k in program.kernels for name in writes(k.body)}
    return stored | emitted(program) | {log.cursor for log in program.logs}


def refused(program: Program) -> str:
    """Why the points of a program cannot run side by side; '' if they can."""
    for k in program.kernels:
        if isinstance(k.domain, Send | Due) or (isinstance(k.domain, Across) and k.domain.delay is None):
            return f"'{k.name}' has a delay for each synapse"
    return ""
