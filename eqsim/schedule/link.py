"""Linking: the contributions of all objects become one program and its state.

In: objects and what the run can see.  Out: a `Linked` network.  When nothing but values has changed since the last run,
only the values are taken anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eqsim.ir.expr import Number
from eqsim.ir.interpret import Constants
from eqsim.ir.program import Array, Program, State, timetable
from eqsim.ir.walk import writes
from eqsim.model.translate import Symbol
from eqsim.objects.base import BrianObject, slot_names
from eqsim.objects.clock import Clock, EventClock
from eqsim.objects.common_names import common_names
from eqsim.objects.operations import NetworkOperation
from eqsim.objects.part import Context, Contribution
from eqsim.objects.scope import Provided, Surroundings
from eqsim.objects.times import running
from eqsim.schedule.order import place, sorted_kernels
from eqsim.schedule.prepare import prepare


@dataclass(slots=True)
class Linked:
    """A program, its state, its clocks; and the operations in Python with their place among the kernels."""

    program: Program
    state: State
    clocks: dict[str, list[Clock]]
    operations: list[tuple[int, NetworkOperation]]
    context: Context
    signature: tuple[Any, ...]
    constants: Constants
    checks: tuple[Callable[[], None], ...] = ()
    owners: tuple[tuple[BrianObject, tuple[str, ...]], ...] = ()
    """The objects, each with the names of its kernels."""


@dataclass(frozen=True, slots=True)
class Randomness:
    """The seed of a network, and the time from which its steps are counted."""

    seed: int
    origin_s: float


UNSEEDED = Randomness(0, 0.0)


def program_clocks(objects: Sequence[BrianObject]) -> dict[str, list[Clock]]:
    """The clocks of a network; those with the same step and time are one clock of the program."""
    found: dict[str, list[Clock]] = {}
    for clock in {id(o.clock): o.clock for o in objects}.values():
        for members in found.values():
            if members[0].agrees_with(clock):
                members.append(clock)
                break
        else:
            found[clock.name] = [clock]
    return found


def make_context(clocks: Mapping[str, list[Clock]], namespace: Mapping[str, Any]) -> Context:
    """How names get their meaning in a run."""
    names = {id(c): name for name, members in clocks.items() for c in members}

    def clock_name(clock: Clock) -> str:
        return names.get(id(clock), clock.name)

    def time(clock: Clock, name: str) -> Symbol:
        return running(clock, clock_name(clock), name)

    return Context(namespace, time, clock_name)


def signature(objects: Sequence[BrianObject], clocks: Mapping[str, list[Clock]], schedule: Sequence[str]) -> tuple[Any, ...]:
    """What must be equal for a program to be used again."""
    shapes = tuple((id(o), o.active, o.when, o.order, o.stream_name, o.structure()) for o in objects)
    return (shapes, tuple((n, tuple(id(c) for c in members)) for n, members in clocks.items()), tuple(schedule))


def link(
    objects: Sequence[BrianObject],
    namespace: Mapping[str, Any],
    schedule: tuple[str, ...],
    randomness: Randomness = UNSEEDED,
) -> Linked:
    """Put the active objects together.

    Raises
    ------
    EqsimError
        For whatever is wrong in the strings of an object.
    """
    clocks = program_clocks(objects)
    context = make_context(clocks, namespace)
    context.present = in_step_order(objects, schedule)
    able = [o for o in objects if hasattr(o, "parts")]
    parts = [o.parts(context if o.active else context.idle()) for o in able]
    if context.reads.spoiled({array for p in parts for k in p.kernels for array in writes(k.body)}):
        parts = [o.parts(context if o.active else context.idle()) for o in able]
    common = _common(objects, able, parts)
    kernels = sorted_kernels((k for p in parts for k in p.kernels), schedule, common)
    operations = _operations(objects, kernels, schedule, common)
    state = collect_state(parts, clocks, context, randomness)
    program = prepare(_program(parts, kernels, state, clocks, context))
    checks = tuple(o.during_run for o in objects if o.active and o.during_run is not None)
    owners = tuple((o, tuple(k.name for k in p.kernels)) for o, p in zip(able, parts, strict=True))
    signed = signature(objects, clocks, schedule)
    return Linked(program, state, clocks, operations, context, signed, Constants(program), checks, owners)


def in_step_order(objects: Sequence[BrianObject], schedule: tuple[str, ...]) -> tuple[Any, ...]:
    """The active objects, sorted."""
    slots = slot_names(schedule)  # an object that does nothing in a step may have a slot that is not there
    able = [o for o in objects if o.active and o.when in slots]
    common = common_names(objects)
    return tuple(sorted(able, key=lambda o: place(o.when, o.order, o.name, schedule, common)))


def _common(objects: Sequence[BrianObject], able: Sequence[Any], parts: Sequence[Contribution]) -> dict[str, str]:
    """What objects and their kernels are called in each process."""
    common = common_names(objects)
    kernels = {k.name: (o.name, k.name.removeprefix(o.name)) for o, p in zip(able, parts, strict=True) for k in p.kernels}
    return common | {name: common[owner] + rest for name, (owner, rest) in kernels.items() if rest != name}


def _operations(
    objects: Sequence[BrianObject], kernels: Any, schedule: tuple[str, ...], common: Mapping[str, str]
) -> list[tuple[int, NetworkOperation]]:
    keys = [place(k.when, k.order, k.name, schedule, common) for k in kernels]
    found = [o for o in objects if isinstance(o, NetworkOperation) and o.active]
    found.sort(key=lambda o: place(o.when, o.order, o.name, schedule, common))
    return [(sum(key < place(o.when, o.order, o.name, schedule, common) for key in keys), o) for o in found]


def _program(
    parts: Sequence[Contribution], kernels: Any, state: State, clocks: Mapping[str, list[Clock]], context: Context
) -> Program:
    arrays = {a.name: a for p in parts for a in p.arrays} | {n: Array(n) for n in _timetables(clocks)}
    arrays |= {n: Array(n, str(memory.dtype)) for n, memory in context.arrays.items()} | context.reads.tables.arrays()
    return Program(
        arrays=tuple(arrays.values()),
        reals=tuple(state.reals),
        ints=tuple(state.ints),
        clocks=tuple(clocks),
        events=tuple(e for p in parts for e in p.events),
        routes=tuple(dict.fromkeys(r for p in parts for r in p.routes)),  # several kernels may share one
        logs=tuple(log for p in parts for log in p.logs),
        queues=tuple(q for p in parts for q in p.queues),
        kernels=kernels,
    )


def collect_state(
    parts: Sequence[Contribution], clocks: Mapping[str, list[Clock]], context: Context, randomness: Randomness
) -> State:
    """The memory and the numbers of all parts, external values and clocks included."""
    state = State(ints={"seed": randomness.seed})
    for part in parts:
        state.arrays.update(part.memory)
        state.reals.update(part.reals)
        state.ints.update(part.ints)
    for e in context.externals:
        (state.ints if e.kind == "int" else state.reals)[e.number] = e.value  # type: ignore[assignment]
    for name, members in clocks.items():
        state.reals[f"{name}.dt"] = members[0].dt_
        state.ints[f"{name}.origin"] = members[0].first_step_at(randomness.origin_s)
        state.steps[name] = members[0].step
    state.arrays.update(_timetables(clocks) | context.arrays)
    for part in parts:
        for complete in part.late:
            complete(state)
    context.reads.complete(state)
    return state


def _timetables(clocks: Mapping[str, list[Clock]]) -> dict[str, np.ndarray]:
    """The times of the clocks that tick at listed ones, by the name of their array."""
    return {timetable(n): c[0].times_ for n, c in clocks.items() if isinstance(c[0], EventClock)}


def relink(
    linked: Linked,
    objects: Sequence[BrianObject],
    namespace: Mapping[str, Any],
    schedule: tuple[str, ...],
    randomness: Randomness,
) -> Linked | None:
    """The same program with present values; None if the program itself must change."""
    clocks = program_clocks(objects)
    if signature(objects, clocks, schedule) != linked.signature:
        return None
    context = make_context(clocks, namespace)
    context.values_only, context.present = True, in_step_order(objects, schedule)
    context.reads = linked.context.reads
    if not _same_externals(linked.context, context, objects):
        return None
    parts = [o.parts(context if o.active else context.idle()) for o in objects if hasattr(o, "parts")]
    state = collect_state(parts, clocks, context, randomness)
    return replace(linked, state=state, clocks=clocks, context=context)


def _same_externals(old: Context, new: Context, objects: Sequence[BrianObject]) -> bool:
    """Look the external names up again: same types and dimensions, and nothing missing?"""
    by_name = {o.name: o for o in objects}
    for owner, before in old.surroundings.items():
        if owner not in by_name:
            return False
        around = new.around(by_name[owner])  # type: ignore[arg-type]
        for name, external in before.externals.items():
            symbol = around.lookup(name)
            if symbol is None or not isinstance(symbol.expr, Number):
                return False
            if symbol.expr.kind != external.kind or symbol.dim is not external.dim:
                return False
            if symbol.value != external.value and external.structural:
                return False
        if not all(_renewed(around, name, old) for name, old in before.used.items()):
            return False
    return True


def _renewed(around: Surroundings, name: str, old: Provided) -> bool:
    """Look up again what the strings call: is it of the same kind, so that the program can stay?"""
    symbol = around.lookup(name)
    return symbol is not None and name in around.used and around.used[name].renewed(old)
