"""A string that is assigned between two runs, as a network with one kernel that a program does once.

In: an `Assignment`.  Out: a `Program`, and the values that it needs besides those of the simulation; None where only Python
can do it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from eqsim.ir.domain import Domain, Each, Once
from eqsim.ir.expr import Cast, Expr, Load, Number, Ref, Select, real
from eqsim.ir.program import STORAGE, Array, Kernel, Program
from eqsim.ir.stmt import Store
from eqsim.ir.walk import nodes, substitute
from eqsim.objects.assigned import Assignment
from eqsim.objects.code import as_type
from eqsim.objects.host import Formula, without_draws
from eqsim.schedule.prepare import prepare
from eqsim.targets.project import Values


@dataclass(frozen=True, slots=True)
class Job:
    """What a program has to do, the values that it needs, and the memory in which it looks."""

    program: Program
    values: Values
    memory: dict[str, np.ndarray]


def job_of(a: Assignment) -> Job | None:
    """The assignment as a job; None if an element takes what another one has before the assignment."""
    label, values = f"{a.name}.assigned", Values()
    seen = _elements(a, label, values)
    kind = STORAGE[a.memory.dtype.name]
    place = None if a.place is None else substitute(a.place, seen)
    value = _expression(a.value, f"{label}.value", seen, values)
    old = Load(a.name, place, kind)
    if a.condition is not None:
        value = Select(_condition(a.condition, f"{label}.condition", seen, values), as_type(value, kind), old)
    store = Store(a.name, place, as_type(value, kind))
    if any(isinstance(x, Load) and x.array == a.name and x != old for x in nodes(store.value)):
        return None
    domain: Domain = Once() if a.place is None else Each(f"{label}.size")
    kernel = Kernel(label, domain, (store,), f"{label}.clock")
    values.reals[f"{kernel.clock}.dt"] = 1.0  # it never ticks
    return _job(a, kernel, values)


def _elements(a: Assignment, label: str, values: Values) -> dict[str, Expr]:
    """What the indices are at visit ``i``; those that do not only count are arrays."""
    if a.place is None:
        return {}
    size = len(next(iter(a.indices.values())))
    values.ints[f"{label}.size"] = size
    found: dict[str, Expr] = {}
    for name, numbers in a.indices.items():
        if np.array_equal(numbers, np.arange(size)):
            found[name] = Ref("i", "int")
        else:
            array = f"{label}.{name}"
            values.arrays[array] = numbers.astype(np.int32)
            found[name] = Load(array, Ref("i", "int"), "int")
    return found


def _expression(f: Formula | float, label: str, seen: dict[str, Expr], values: Values) -> Expr:
    """The formula at visit ``i``; its numbers stay numbers, so that the next one has the same program."""
    if not isinstance(f, Formula):
        return real(f)
    seed, draw = (Cast("word", Number(f"{label}.{name}", "int")) for name in ("seed", "draw"))
    whole = without_draws(f.expr, f.element, seed, draw)
    if whole != f.expr:
        values.ints |= {f"{label}.seed": f.seed, f"{label}.draw": f.draw}
    values.reals |= {n: float(f.state.reals[n]) for n in _numbers(whole, "real") if n in f.state.reals}
    values.ints |= {n: int(f.state.ints[n]) for n in _numbers(whole, "int") if n in f.state.ints}
    return substitute(whole, seen)


def _condition(f: Formula, label: str, seen: dict[str, Expr], values: Values) -> Expr:
    test = _expression(f, label, seen, values)
    return test if test.type == "bool" else Cast("bool", test)


def _numbers(e: Expr, kind: str) -> set[str]:
    return {x.name for x in nodes(e) if isinstance(x, Number) and x.kind == kind}


def _job(a: Assignment, kernel: Kernel, values: Values) -> Job:
    (store,) = kernel.body
    assert isinstance(store, Store)
    parts = [*nodes(store.value), *(nodes(store.index) if store.index is not None else ())]
    formulas = [f for f in (a.value, a.condition) if isinstance(f, Formula)]
    memory = {n: m for f in formulas for n, m in f.state.arrays.items()} | {a.name: a.memory}
    loads = {x.array: x.index is None for x in parts if isinstance(x, Load)} | {a.name: a.place is None}
    arrays = tuple(Array(n, (values.arrays.get(n, memory.get(n, a.memory))).dtype.name, s) for n, s in sorted(loads.items()))
    values.arrays = {n: m for n, m in values.arrays.items() if n in loads}
    program = Program(
        arrays,
        tuple(sorted({*_names(parts, "real"), *values.reals})),
        tuple(sorted(_names(parts, "int") | ({kernel.domain.size} if isinstance(kernel.domain, Each) else set()))),  # type: ignore[arg-type]
        (kernel.clock,),
        kernels=(kernel,),
    )
    return Job(prepare(program), values, {n: memory[n] for n in loads if n in memory})


def _names(parts: Iterable[Expr], kind: str) -> set[str]:
    return {x.name for x in parts if isinstance(x, Number) and x.kind == kind}
