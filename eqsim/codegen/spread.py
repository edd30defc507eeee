"""How the visits of a kernel are spread over the threads of a GPU, so that every number comes out as in order.

In: a program.  Out: for each kernel how its loop runs, and the phases of a step with the barriers between them.

Visits that share no memory run at the same time.  Synapses share their neurons: all visits that write to one neuron are
made by one warp, in the old order; visits of different neurons are free.  What fits none of this runs on one thread::

    free    any thread makes any visit
    rows    one thread makes all visits of an event
    owned   one warp (`Across`) or thread (`Gather`) makes all visits of a neuron
    alone   one thread makes all visits

A barrier stands between two phases where memory passes from one to the other, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from eqsim.codegen.roles import EMITTED, roles_of
from eqsim.ir.domain import Across, Each, Gather, Of, Sample, Where, asked
from eqsim.ir.expr import Expr, Load, Ref
from eqsim.ir.order import belongs_to
from eqsim.ir.program import Kernel, Program
from eqsim.ir.stmt import Add, Log, Store
from eqsim.ir.walk import body_nodes, nodes, statements, writes

How = Literal["free", "rows", "owned", "alone"]
ENDS = {"i": "source", "j": "target"}
Places = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Spread:
    """How a kernel runs; ``by``: the end of the synapses ('i' or 'j') whose neurons are owned."""

    how: How
    by: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a step between two barriers.

    ``mapping``: phases with the same one visit their elements on the same threads; ``own`` are the arrays of which a visit
    touches nothing but its own element.
    """

    name: str
    kernel: Kernel | None
    reads: frozenset[str]
    writes: frozenset[str]
    mapping: tuple[object, ...] = ()
    own: frozenset[str] = frozenset()


def spread(program: Program, kernel: Kernel) -> Spread:
    """How a kernel runs."""
    logs = [s.log for s in statements(kernel.body) if isinstance(s, Log)]
    once_each = len(set(logs)) == len(logs) == sum(isinstance(s, Log) for s in kernel.body)
    places = _places(kernel)
    match kernel.domain:
        case Each() | Of() if once_each and _private(places, "i"):
            return Spread("free")
        case Where() if not logs and _private(places, "i"):
            return Spread("free")
        case Sample(_, _, distinct) if once_each and _private(places, "ri" if distinct else "r"):
            return Spread("free")
        case Across(_, route, delay) if not logs:
            side, other = ("i", "j") if _side(program, route) == "pre" else ("j", "i")
            if _private(places, "k"):
                return Spread("free")
            if delay is not None and _private(places, f"k{side}"):
                return Spread("rows")
            if _private(places, f"k{other}") and _stored(program, route, other):
                return Spread("owned", other)
        case Gather(route) if not logs:
            for end in "ij":
                if _private(places, f"k{end}") and _stored(program, route, end):
                    return Spread("owned", end)
    return Spread("alone")


def _side(program: Program, route: str) -> str:
    return next(r.side for r in program.routes if r.name == route)


def _stored(program: Program, route: str, end: str) -> bool:
    """Is that end of each synapse in memory?"""
    found = next(r for r in program.routes if r.name == route)
    return found.by_ends or any(a.name == f"{found.synapses}.{ENDS[end]}" for a in program.arrays)


def _all_nodes(kernel: Kernel) -> Iterator[Expr]:
    yield from body_nodes(kernel.body)
    for let in kernel.prelude:
        yield from nodes(let.value)
    asks = asked(kernel.domain)
    if asks is not None:
        yield from nodes(asks)


def _places(kernel: Kernel) -> Places:
    """Where a kernel touches the arrays that it writes: for each place the index that it belongs to."""
    fixed = frozenset(let.name for let in kernel.prelude)
    found: dict[str, set[Expr | None]] = {a: set() for a in writes(kernel.body)}
    for s in statements(kernel.body):
        if isinstance(s, Store | Add):
            found[s.array].add(s.index)
    for e in _all_nodes(kernel):
        if isinstance(e, Load) and e.array in found:
            found[e.array].add(e.index)
    return {array: [belongs_to(index, fixed) for index in places] for array, places in found.items()}


def _private(places: Places, indices: str) -> bool:
    """Is every written array touched at one place only, which belongs to one of these indices?"""
    return all(len(found) == 1 and found[0] in tuple(indices) for found in places.values())


def phases(program: Program, kernel: Kernel) -> tuple[Phase, ...]:
    """The parts of a kernel."""
    how, roles = spread(program, kernel), dict(roles_of(program, kernel))
    arrays = {a.name for a in program.arrays}
    touched = frozenset(e.array for e in _all_nodes(kernel) if isinstance(e, Load))
    touched |= frozenset(str(r) for r in roles.values() if r in arrays)
    written = frozenset(writes(kernel.body))
    emitted = frozenset(str(roles[r]) for r in EMITTED.get(type(kernel.domain), ()))
    logs = [log for log in program.logs if log.name in {s.log for s in statements(kernel.body) if isinstance(s, Log)}]
    cursors = frozenset(log.cursor for log in logs)
    columns = frozenset(c for log in logs for c in log.columns)
    if how.how == "alone":
        everything = touched | written | emitted | cursors | columns
        return (
            Phase(kernel.name, kernel, touched | cursors, written | emitted | cursors | columns, ("alone",), everything),
        )
    found = frozenset({f"found by {kernel.name}"}) if emitted else frozenset()
    first = Phase(kernel.name, kernel, (touched | cursors) - emitted, written | columns | found, *_mapping(kernel))
    if emitted:
        return (first, Phase(f"{kernel.name}:collect", kernel, found, emitted))
    if cursors:
        of = frozenset(str(roles[r]) for r in ("indices", "counts") if r in roles)
        return (first, Phase(f"{kernel.name}:rows", kernel, cursors | of, cursors, ("alone",), cursors | of))
    return (first,)


def _mapping(kernel: Kernel) -> tuple[tuple[object, ...], frozenset[str]]:
    """Which thread visits which element, and what only that visit touches."""
    match kernel.domain:
        case Each(size, first):
            mapping = (size, first)
        case Where(size):
            mapping = (size, 0)
        case _:
            return (), frozenset()
    places: dict[str, set[Expr | None]] = {}
    for s in statements(kernel.body):
        if isinstance(s, Store | Add):
            places.setdefault(s.array, set()).add(s.index)
    for e in _all_nodes(kernel):
        if isinstance(e, Load):
            places.setdefault(e.array, set()).add(e.index)
    return mapping, frozenset(a for a, found in places.items() if found == {Ref("i", "int")})


def touching(before: Phase, after: Phase) -> frozenset[str]:
    """The arrays that keep two phases in order."""
    return (before.writes & (after.reads | after.writes)) | (before.reads & after.writes)


def passing(before: Phase, after: Phase) -> frozenset[str]:
    """Those of them that pass between threads, so that a barrier must stand between the phases."""
    same = before.mapping and before.mapping == after.mapping
    return touching(before, after) - (before.own & after.own if same else frozenset())


def plan(program: Program) -> tuple[tuple[Phase, ...], ...]:
    """The phases of a step, between barriers: each as early as what it needs allows, in the old order where it matters.

    After the last ones there is a barrier, too.  A step begins with a look at the cursors of all logs.
    """
    look = Phase("", None, frozenset(log.cursor for log in program.logs), frozenset())
    placed = [(0, look)]
    for phase in (p for k in program.kernels for p in phases(program, k)):
        after = [at + bool(passing(earlier, phase)) for at, earlier in placed if touching(earlier, phase)]
        placed.append((max(after, default=0), phase))
    count = 1 + max(at for at, _ in placed)
    return tuple(tuple(p for at, p in placed[1:] if at == level) for level in range(count))
