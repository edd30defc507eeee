"""Is a program legal?  Run after every pass, so that a fault shows where it was made.

In: a program.  Out: nothing, or an `InternalError` that names the rule and shows the offending node.  `RULES` is the
definition of the IR's grammar beyond its types: each rule gives one sentence for each place where it is broken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from eqsim.errors import InternalError
from eqsim.ir.domain import (
    ELEMENT,
    POINT,
    POINTS,
    Across,
    Batch,
    Domain,
    Due,
    Each,
    Gather,
    Of,
    Once,
    Sample,
    Send,
    Size,
    Where,
    asked,
)
from eqsim.ir.expr import Ref, Type
from eqsim.ir.order import independent
from eqsim.ir.program import STORAGE, Function, Kernel, Program, timetable
from eqsim.ir.stmt import Log
from eqsim.ir.walk import body_nodes, bound_names, statements
from eqsim.ir.wellformed import Scope, body_faults, expression_faults

INDICES: dict[type, frozenset[str]] = {
    Once: frozenset(),
    Each: frozenset("i"),
    Where: frozenset("i"),
    Of: frozenset("i"),
    Across: frozenset("ijk"),
    Gather: frozenset("ijk"),
    Sample: frozenset("ir"),
    Send: frozenset("ijk"),
    Due: frozenset("ijk"),
}
"""The indices that each domain binds, besides the step ``n``."""

NO_LOGS = (Where,)
"""Domains whose loops are wide: a log would make them narrow."""


def _indices(domain: Domain) -> frozenset[str]:
    """The names that a domain binds."""
    if not isinstance(domain, Batch):
        return INDICES[type(domain)]
    inner = domain.domain
    return INDICES[type(inner)] | {POINT.name} | ({ELEMENT.name} if isinstance(inner, Each | Where) else set())


def verify(program: Program, stage: str = "verify", linked: bool = True) -> Program:
    """The program itself, if it is legal.

    Parameters
    ----------
    stage : str
        What made the program, for the message.
    linked : bool
        Whether functions have been linked and draws expanded.

    Raises
    ------
    InternalError
        With every rule that is broken and the nodes that break it.
    """
    faults = [f for rule in RULES for f in rule(program, linked)]
    if faults:
        raise InternalError(stage, "\n".join(dict.fromkeys(faults)))
    return program


def _scope(program: Program, linked: bool) -> Scope:
    numbers: dict[str, Type] = {
        **dict.fromkeys((*program.reals, *(name for name, _ in program.constants)), "real"),
        **dict.fromkeys(program.ints, "int"),
    }
    functions = {f.name: f for f in program.functions}
    return Scope({}, {a.name: a for a in program.arrays}, numbers, functions, linked)


# --- rules ------------------------------------------------------------------------------------------------------------


def names_are_unique(program: Program, linked: bool) -> Iterator[str]:
    """No two things of a kind have the same name; arrays and numbers share one space."""
    values = [a.name for a in program.arrays] + [*program.reals, *program.ints, *(n for n, _ in program.constants)]
    kinds: dict[str, Iterable[str]] = {
        "arrays and numbers": values,
        "kernels": [k.name for k in program.kernels],
        "events": [e.name for e in program.events],
        "routes": [r.name for r in program.routes],
        "logs": [x.name for x in program.logs],
        "queues": [q.name for q in program.queues],
        "clocks": program.clocks,
        "functions": [f.name for f in program.functions],
    }
    for kind, names in kinds.items():
        yield from (f"{kind}: '{name}' occurs {n} times" for name, n in Counter(names).items() if n > 1)


def declarations_are_complete(program: Program, linked: bool) -> Iterator[str]:
    """Clocks have their dt; rings, logs and arrays what belongs to them."""
    scope = _scope(program, linked)
    needed = [(f"{c}.dt", "real", f"clock '{c}'") for c in program.clocks]
    needed += [(e.history, "int", f"events '{e.name}'") for e in program.events]
    needed += [(x.capacity, "int", f"log '{x.name}'") for x in program.logs]
    needed += [(x, "int", f"queue '{q.name}'") for q in program.queues for x in (q.history, q.width)]
    for name, kind, owner in needed:
        if scope.numbers.get(name) != kind:
            yield f"{owner} needs the {kind} number '{name}'"
    owned = [(e.indices, "int32", e.name) for e in program.events]
    owned += [(e.counts, "int64", e.name) for e in program.events]
    owned += [(array, "int32" if array == q.waiting else "int64", q.name) for q in program.queues for array in q.arrays]
    owned += [(timetable(c), "float64", c) for c in program.clocks if timetable(c) in scope.arrays]
    for array, dtype, owner in [*owned, *((x.cursor, "int64", x.name) for x in program.logs)]:
        yield from _array_faults(array, dtype, f"'{owner}'", scope)
    for a in program.arrays:
        if a.dtype not in STORAGE:
            yield f"array '{a.name}' cannot hold {a.dtype}"
    for x in program.logs:
        yield from (f"log '{x.name}' has no column '{c}'" for c in x.columns if c not in scope.arrays)


def _array_faults(array: str, dtype: str, owner: str, scope: Scope) -> Iterator[str]:
    if array not in scope.arrays or scope.arrays[array].dtype != dtype:
        yield f"{owner} needs the {dtype} array '{array}'"


def functions_are_closed(program: Program, linked: bool) -> Iterator[str]:
    """A function refers to its parameters and to functions before it."""
    known: dict[str, Function] = {}
    for f in program.functions:
        scope = Scope(dict(f.parameters), {}, {}, dict(known), linked)
        for fault in body_faults(f.body, scope, program):
            yield f"function '{f.name}': {fault}"
        yield from (f"function '{f.name}': {fault}" for fault in expression_faults(f.result, scope))
        known[f.name] = f


def constants_are_constant(program: Program, linked: bool) -> Iterator[str]:
    """A constant is a real made of numbers that come before it."""
    scope = _scope(program, linked)
    scope.arrays = {}
    for name, e in program.constants:
        yield from (f"constant '{name}': {fault}" for fault in expression_faults(e, scope))
        if e.type != "real":
            yield f"constant '{name}' is {e.type}, not real"


def kernels_are_legal(program: Program, linked: bool) -> Iterator[str]:
    """Types fit, names are bound once and before they are used, indices belong to the domain."""
    for k in program.kernels:
        yield from (f"kernel '{k.name}': {fault}" for fault in _kernel_faults(k, program, linked))


def _kernel_faults(k: Kernel, program: Program, linked: bool) -> Iterator[str]:
    scope = _scope(program, linked)
    scope.names = {"n": "int"}
    yield from body_faults(k.prelude, scope, program)
    scope.names |= dict.fromkeys(_indices(k.domain), "int")
    yield from body_faults(k.body, scope, program)
    asks = asked(k.domain)
    if asks is not None:
        yield from expression_faults(asks, scope)
        if isinstance(k.domain, Where) and asks.type != "bool":
            yield "the test of a domain is a bool"
        if isinstance(k.domain, Send) and asks.type != "int":
            yield "the steps of a Send are an int"
    lets = Counter([let.name for let in k.prelude] + [name for s in statements(k.body) for name in bound_names(s)])
    yield from (f"'{name}' is bound {n} times" for name, n in lets.items() if n > 1)
    yield from (f"'{name}' is the name of an index" for name in lets if name in "ijknr")


def domains_are_legal(program: Program, linked: bool) -> Iterator[str]:
    """What a loop needs exists, and its body is one that this loop can run."""
    scope = _scope(program, linked)
    for k in program.kernels:
        if k.clock not in program.clocks:
            yield f"kernel '{k.name}': there is no clock '{k.clock}'"
        yield from (f"kernel '{k.name}': {fault}" for fault in _domain_faults(k, k.domain, program, scope))
        logs = Counter(s.log for s in statements(k.body) if isinstance(s, Log))
        yield from (f"kernel '{k.name}': log '{x}' is written {n} times" for x, n in logs.items() if n > 1)
        if logs and isinstance(k.domain, (*NO_LOGS, Batch)):
            yield f"kernel '{k.name}': a {type(k.domain).__name__} cannot log"


def _domain_faults(k: Kernel, domain: Domain, program: Program, scope: Scope) -> Iterator[str]:
    match domain:
        case Once():
            pass
        case Batch(inner):
            yield from _size_faults((POINTS.name,), scope)
            yield from _array_faults(domain.order, "int32", "a batch of sums", scope) if domain.order else ()
            yield from _domain_faults(k, inner, program, scope)
        case Each(size, first):
            yield from _size_faults((size, first), scope)
        case Where(size, _, events):
            yield from _size_faults((size,), scope)
            yield from _event_faults(events, k, program)
            if not independent(k):
                yield "the elements of a Where may not depend on each other"
        case Of(events, size, first):
            yield from _size_faults((size, first), scope)
            yield from _event_faults(events, k, program)
        case Across(events, route, delay):
            yield from _size_faults(() if delay is None else (delay,), scope)
            yield from _event_faults(events, k, program)
            yield from _route_faults(route, delay is None, k, program, scope)
        case Gather(route):
            yield from _route_faults(route, False, k, program, scope)
        case Sample(indices, size):
            yield from _size_faults((size,), scope)
            yield from _array_faults(indices, "int32", "a list of recorded elements", scope)
        case Send(events, route, _, queue):
            yield from _event_faults(events, k, program)
            yield from _route_faults(route, False, k, program, scope)
            yield from _queue_faults(queue, k, program)
        case Due(queue, route):
            yield from _route_faults(route, False, k, program, scope)
            yield from _queue_faults(queue, k, program)


def _size_faults(sizes: Iterable[Size], scope: Scope) -> Iterator[str]:
    yield from (f"there is no int '{x}'" for x in sizes if isinstance(x, str) and scope.numbers.get(x) != "int")


def _end_dtype(scope: Scope, array: str) -> str:
    """The ends and the delays of synapses may be kept in 8 or 16 bits, where they are small enough."""
    kept = scope.arrays[array].dtype if array in scope.arrays else ""
    return kept if kept in ("uint8", "uint16") else "int32"


def _event_faults(events: str, k: Kernel, program: Program) -> Iterator[str]:
    ring = next((e for e in program.events if e.name == events), None)
    if ring is None:
        yield f"there are no events '{events}'"
    elif ring.clock != k.clock:
        yield f"events '{events}' have clock '{ring.clock}', the kernel '{k.clock}'"


def _queue_faults(name: str, k: Kernel, program: Program) -> Iterator[str]:
    queue = next((q for q in program.queues if q.name == name), None)
    if queue is None:
        yield f"there is no queue '{name}'"
    elif queue.clock != k.clock:
        yield f"queue '{name}' has clock '{queue.clock}', the kernel '{k.clock}'"


def _route_faults(name: str, delayed: bool, k: Kernel, program: Program, scope: Scope) -> Iterator[str]:
    route = next((r for r in program.routes if r.name == name), None)
    if route is None:
        yield f"there is no route '{name}'"
        return
    yield from _size_faults((route.size, route.first_source, route.first_target, route.since), scope)
    domain = k.domain.domain if isinstance(k.domain, Batch) else k.domain
    walked = isinstance(domain, Across | Send)
    used = {x.name for x in body_nodes(k.body) if isinstance(x, Ref)}
    ends = [("i", "source")] * (not walked or route.side == "post") + [("j", "target")] * (not walked or route.side == "pre")
    columns = [
        f"{name}.ends" if walked and route.by_ends else f"{route.synapses}.{end}" for index, end in ends if index in used
    ]
    needed = [(column, _end_dtype(scope, column)) for column in columns]
    if walked:
        needed.append((f"{name}.rows", "int64"))
        needed += [(f"{name}.order", "int32")] if route.ordered and not route.by_ends else []
        needed += [(f"{name}.delays", _end_dtype(scope, f"{name}.delays"))] if delayed else []
        if route.by_ends and "k" in used:
            yield f"route '{name}' knows no numbers of synapses"
    else:
        yield from _size_faults((f"{route.synapses}.N",), scope)
    if delayed and not route.delayed:
        yield f"route '{name}' has no delays"
    for array, dtype in needed:
        yield from _array_faults(array, dtype, f"route '{name}'", scope)


Rule = Callable[[Program, bool], Iterator[str]]
RULES: tuple[Rule, ...] = (
    names_are_unique,
    declarations_are_complete,
    functions_are_closed,
    constants_are_constant,
    kernels_are_legal,
    domains_are_legal,
)
