"""From a program to the views that the templates print: names are chosen and expressions spelled here, once.

In: a program that is ready to be printed (draws expanded, functions linked).  Out: `ProgramText`, whose fields are plain
strings, and the source files of the C family.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from eqsim.codegen.cfamily import C_TYPES, STORAGE_TYPES, Printer, function_text
from eqsim.codegen.names import identifier, members, unique
from eqsim.codegen.shares import share, stretches, touch
from eqsim.codegen.stages import Stage, stages
from eqsim.codegen.templates import fill, plain
from eqsim.codegen.volleys import own_arrays, volleys
from eqsim.errors import CompileError, Diagnostic
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
from eqsim.ir.expr import Expr, Load, Number, Ref
from eqsim.ir.order import independent
from eqsim.ir.program import Events, Kernel, Program, Queue, Route, timetable
from eqsim.ir.stmt import Add, Let, Log, Store
from eqsim.ir.walk import body_nodes, bound_names, nodes, statements, writes

INDICES = ("i", "j", "k", "r", "n")
IN_BATCH = {POINT.name: "p", ELEMENT.name: "e"}
"""How the indices that only a `Batch` binds are called."""

STEP = """active advance alone any arrays beat budget close crew deal dt ends enough first flights follow full ints last late
    me most next now open opening others part reals state status step steps stop synapses team threads together ways Beat
    Crew Job State Ways""".split()
"""Words that the loop over the steps has taken."""


EMITTED: dict[type, tuple[str, ...]] = {
    Where: ("indices", "counts"),
    Send: ("waiting", "waiting_counts", "due", "longest", "farthest"),
    Due: ("waiting_counts",),
}
"""Arrays that the loops of some domains write, by role."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a kernel's struct: what it is, and the member of `State` that it comes from ('' if from nowhere)."""

    type: str
    name: str
    source: str
    comment: str


@dataclass(frozen=True, slots=True)
class StageText:
    """A piece of a long body: its lines, and the values it keeps for later pieces as (type, name)."""

    body: tuple[str, ...]
    gives: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SumText:
    """What a kernel over synapses does if it only adds up: ``array[end] += value``, after some lines."""

    type: str
    array: str
    end: str
    body: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class KernelText:
    """One kernel, spelled.  ``at`` gives the member (``s.name``) of an array or number, or a literal, by its role."""

    name: str
    title: str
    shape: str
    clock: int
    independent: bool
    batch: bool
    delayed: bool
    members: tuple[Member, ...]
    wide: tuple[Member, ...]
    prelude: tuple[tuple[str, str], ...]
    body: tuple[str, ...]
    stages: tuple[StageText, ...]
    fetched: tuple[str, ...]
    test: str
    sum: SumText | None
    uses: frozenset[str]
    rows: tuple[tuple[str, str], ...]
    scratch: str
    at: Mapping[str, str]
    share: str
    owner: str
    """How threads share it (see `shares`), and the role of the ends by which they do."""

    @property
    def collects(self) -> bool:
        """Is there something to do when all threads have done their parts?"""
        return self.share == "range" and (self.shape == "where" or bool(self.rows))


@dataclass(frozen=True, slots=True)
class StretchText:
    """Kernels that all threads work on, and those of one thread after these; ``clocks``: when there is anything to do.

    A kernel in both: what the threads have found is put together.
    """

    together: tuple[KernelText, ...]
    alone: tuple[KernelText, ...]
    clocks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClockText:
    """A clock, and its fields: dt, and times if it ticks at listed ones."""

    name: str
    dt: str
    times: str


@dataclass(frozen=True, slots=True)
class LogText:
    """What the check for a full log needs."""

    cursor: str
    capacity: str
    per_step: str


@dataclass(frozen=True, slots=True)
class ProgramText:
    """A program, spelled: fields of `State` as (type, name, comment), functions, kernels, clocks and logs."""

    arrays: tuple[tuple[str, str, str], ...]
    reals: tuple[tuple[str, str], ...]
    ints: tuple[tuple[str, str], ...]
    preamble: tuple[str, ...]
    functions: tuple[str, ...]
    kernels: tuple[KernelText, ...]
    stretches: tuple[StretchText, ...]
    clocks: tuple[ClockText, ...]
    logs: tuple[LogText, ...]


def spell(program: Program, whole: bool = False) -> ProgramText:
    """Choose all names and print all expressions of a program; ``whole``: no body in pieces."""
    reals = all_reals(program)
    fields = unique([a.name for a in program.arrays] + list(reals) + list(program.ints))
    names = unique([k.name for k in program.kernels], taken=(*STEP, *fields.values()))
    kernels = tuple(_Kernel(program, k, fields, names[k.name]).text(whole) for k in program.kernels)
    return ProgramText(
        arrays=tuple((STORAGE_TYPES[a.dtype], fields[a.name], a.name) for a in program.arrays),
        reals=tuple((fields[name], name) for name in reals),
        ints=tuple((fields[name], name) for name in program.ints),
        preamble=preamble(program),
        functions=tuple(function_text(f) for f in program.functions),
        kernels=kernels,
        stretches=tuple(_stretches(program, kernels)),
        clocks=tuple(ClockText(c, fields[f"{c}.dt"], fields.get(timetable(c), "")) for c in program.clocks),
        logs=tuple(
            LogText(_cursor(program, x.cursor, fields), f"state.{fields[x.capacity]}", _size(x.per_step, fields))
            for x in program.logs
        ),
    )


def _stretches(program: Program, kernels: tuple[KernelText, ...]) -> Iterator[StretchText]:
    """The step as threads share it."""
    arrays = {a.name for a in program.arrays}
    roles = [dict(roles_of(program, k)) for k in program.kernels]
    emitted = [
        frozenset(str(r[x]) for x in EMITTED.get(type(_inner(k.domain)), ()))
        for k, r in zip(program.kernels, roles, strict=True)
    ]
    needed = [frozenset(map(str, r.values())) & arrays for r in roles]
    touches = [touch(program, *x) for x in zip(program.kernels, needed, emitted, strict=True)]
    cursors = {log.name: log.cursor for log in program.logs}
    moved = [frozenset(cursors[s.log] for s in statements(k.body) if isinstance(s, Log)) for k in program.kernels]
    found = [e | m if k.collects else frozenset() for k, e, m in zip(kernels, emitted, moved, strict=True)]
    for s in stretches([k.share for k in kernels], touches, found):
        clocks = sorted({kernels[at].clock for at in (*s.together, *s.alone)})
        yield StretchText(tuple(kernels[at] for at in s.together), tuple(kernels[at] for at in s.alone), tuple(clocks))


def _cursor(program: Program, cursor: str, fields: Mapping[str, str]) -> str:
    """The number of rows of a log, or the largest one of a batch."""
    of_points = any(a.name == cursor and not a.shared for a in program.arrays)
    return f"eq_largest(state.{fields[cursor]}, state.{fields[POINTS.name]})" if of_points else f"state.{fields[cursor]}[0]"


def preamble(program: Program) -> tuple[str, ...]:
    """Lines that functions of the user need before everything else."""
    foreign = [f.foreign for f in program.functions if f.foreign is not None]
    standard = ["#include <algorithm>", "#include <cmath>", "#include <cstdint>", "#include <cstdlib>"] if foreign else []
    return tuple(dict.fromkeys([*standard, *(line for f in foreign for line in f.preamble)]))


def all_reals(program: Program) -> tuple[str, ...]:
    """The names of the reals, and after them of those that follow from others: the order of their table."""
    return (*program.reals, *(name for name, _ in program.constants))


def _size(size: Size, fields: Mapping[str, str]) -> str:
    return str(size) if isinstance(size, int) else f"state.{fields[size]}"


class _Kernel:
    """Spells one kernel."""

    def __init__(self, program: Program, kernel: Kernel, fields: Mapping[str, str], name: str) -> None:
        self.program, self.kernel, self.fields, self.name = program, kernel, fields, name
        self.arrays = {a.name: a for a in program.arrays}
        self.functions = {f.name: f for f in program.functions}
        self.logs = {log.name: log for log in program.logs}
        self.roles = dict(roles_of(program, kernel))
        self.lets = {let.name: f"step.{let.name}" for let in kernel.prelude}  # a let may be called like a number
        self.row_names = {log: f"{log}.next_row" for log in self._logged()}
        self.member = members([*self._arrays(), *self._numbers(), *self.lets.values(), *self.row_names.values()])
        self.written = writes(kernel.body) | self._appended() | self._emitted()

    def _logged(self) -> list[str]:
        return list(dict.fromkeys(s.log for s in statements(self.kernel.body) if isinstance(s, Log)))

    def _appended(self) -> set[str]:
        return {c for log in self._logged() for c in (*self.logs[log].columns, self.logs[log].cursor)}

    def _emitted(self) -> set[str]:
        return {str(self.roles[r]) for r in EMITTED.get(type(_inner(self.kernel.domain)), ())}

    def _expressions(self) -> Iterator[Expr]:
        for let in self.kernel.prelude:
            yield from nodes(let.value)
        yield from body_nodes(self.kernel.body)
        asks = asked(self.kernel.domain)
        if asks is not None:
            yield from nodes(asks)

    def _arrays(self) -> list[str]:
        loaded = {e.array for e in self._expressions() if isinstance(e, Load)}
        needed = loaded | writes(self.kernel.body) | self._appended() | {r for r in self.roles.values() if r in self.arrays}
        return [a.name for a in self.program.arrays if a.name in needed]

    def _numbers(self) -> list[str]:
        used = {e.name for e in self._expressions() if isinstance(e, Number)} | set(map(str, self.roles.values()))
        return [x for x in (*all_reals(self.program), *self.program.ints) if x in used]

    def _of(self, name: str) -> str:
        return f"s.{self.member[name]}"

    def text(self, whole: bool = False) -> KernelText:
        """The views of this kernel."""
        pieces = () if whole else self._pieces()
        locals_ = [name for s in statements(self.kernel.body) for name in bound_names(s)]
        locals_ += [s.name for piece in pieces for s in piece.body if isinstance(s, Let)]
        batch = isinstance(self.kernel.domain, Batch)
        own = ("s", *INDICES, *(("b", "c") if pieces else ()), *(IN_BATCH.values() if batch else ()))  # the parameters
        spelled = unique([identifier(x) for x in dict.fromkeys(locals_)], taken=own)
        bound = {x: spelled[identifier(x)] for x in locals_}
        bound |= {i: i for i in INDICES} | IN_BATCH | {x: self._of(full) for x, full in self.lets.items()}
        printer = Printer(
            array=self._of,
            number=self._of,
            bound=bound,
            steady=frozenset(self.lets),
            row=lambda log: self._of(self.row_names[log]),
            columns=lambda log: self.logs[log].columns,
            storage=lambda name: self.arrays[name].dtype,
        )
        domain, asks = self.kernel.domain, asked(self.kernel.domain)
        free = independent(self.kernel)
        shared = share(self.program, self.kernel)
        return KernelText(
            name=self.name,
            title=f"{self.kernel.name}: {_title(domain)}",
            shape=type(_inner(domain)).__name__.lower(),
            clock=self.program.clocks.index(self.kernel.clock),
            independent=free,
            batch=batch,
            delayed=isinstance(domain, Across) and domain.delay is None,
            members=tuple(self._members()),
            wide=tuple(self._wide()) if free and isinstance(domain, Each | Where) else (),
            prelude=tuple((self._of(self.lets[let.name]), printer.bare(let.value)) for let in self.kernel.prelude),
            body=(*printer.body(self.kernel.body), *self._condition()),
            stages=self._stages(printer, bound, pieces),
            fetched=tuple(map(self._of, own_arrays(self.kernel.body))) if "order" in self.roles else (),
            test=printer.bare(asks) if asks is not None else "",
            sum=self._sum(printer),
            uses=frozenset(IN_BATCH.get(e.name, e.name) for e in self._expressions() if isinstance(e, Ref))
            & frozenset((*INDICES, *IN_BATCH.values())),
            rows=tuple((self._of(self.row_names[x]), self._of(self.logs[x].cursor)) for x in self._logged()),
            scratch=self._scratch(),
            at={role: self._role(name) for role, name in self.roles.items()},
            share=shared.way,
            owner={"i": "source", "j": "target"}.get(shared.owner, ""),
        )

    def _condition(self) -> tuple[str, ...]:
        """The user's condition, above the test that comes from it."""
        origin = self.kernel.origin
        return (f"  // {' '.join(origin.text.split())}",) if origin is not None else ()

    def _pieces(self) -> tuple[Stage, ...]:
        """The body in pieces, where that is better."""
        domain = self.kernel.domain
        if isinstance(domain, Across) and domain.delay is not None:
            return volleys(self.kernel.body, self.functions, {name: a.dtype for name, a in self.arrays.items()})
        return stages(self.kernel.body, self.functions) if isinstance(domain, Each) and independent(self.kernel) else ()

    def _stages(self, printer: Printer, bound: dict[str, str], pieces: tuple[Stage, ...]) -> tuple[StageText, ...]:
        """The pieces, spelled; a value from an earlier piece is ``c.name[b]``."""
        types = {let.name: let.value.type for piece in pieces for let in piece.body if isinstance(let, Let)}
        found = []
        for stage in pieces:
            taken = {x: f"c.{bound[x]}[b]" for x in stage.takes}
            taken |= {x: f"({text} != 0)" for x, text in taken.items() if types[x] == "bool"}
            lines = replace(printer, bound={**bound, **taken}).body(stage.body)
            lines += [f"  c.{bound[let.name]}[b] = {bound[let.name]};" for let in stage.gives]
            gives = [("double" if let.value.type == "real" else "int64_t", bound[let.name]) for let in stage.gives]
            found.append(StageText(tuple(lines), tuple(gives)))
        return tuple(found)

    def _sum(self, printer: Printer) -> SumText | None:
        """What a kernel of a batch adds to its neurons, if it does nothing else."""
        domain = self.kernel.domain
        if not isinstance(domain, Batch) or not domain.order:
            return None
        *lets, last = self.kernel.body
        assert isinstance(last, Add)
        end = "source" if last.index == Ref("i", "int") * POINTS + POINT else "target"
        kind = STORAGE_TYPES[self.arrays[last.array].dtype]
        return SumText(kind, self._of(last.array), end, tuple(printer.body(tuple(lets))), printer.bare(last.value))

    def _scratch(self) -> str:
        """How many events are in flight, or found in a step, at most."""
        if isinstance(self.kernel.domain, Where):
            return _size(self.kernel.domain.size, self.fields)
        if not isinstance(self.kernel.domain, Across):
            return "0"
        return " * ".join(_size(self.roles[role], self.fields) for role in ("history", "width"))

    def _role(self, name: Size) -> str:
        return str(name) if isinstance(name, int) else self._of(name)

    def _members(self) -> Iterator[Member]:
        for name in self._arrays():
            const = "" if name in self.written else "const "
            kind = STORAGE_TYPES[self.arrays[name].dtype]
            yield Member(f"{const}{kind}*", self.member[name], self.fields[name], name)
        for name in self._numbers():
            kind = "int64_t" if name in self.program.ints else "double"
            yield Member(kind, self.member[name], self.fields[name], name)
        for let in self.kernel.prelude:
            yield Member(
                C_TYPES[let.value.type], self.member[self.lets[let.name]], "", "the same for all elements of a step"
            )
        for name in self.row_names.values():
            yield Member("int64_t", self.member[name], "", "the next free row")

    def _wide(self) -> Iterator[Member]:
        """Arrays of bools by element: they pass through blocks of 64 bit, as narrow types would spoil wide loops."""
        places = [(e.array, e.index) for e in self._expressions() if isinstance(e, Load)]
        places += [(s.array, s.index) for s in statements(self.kernel.body) if isinstance(s, Store)]
        elsewhere = {array for array, index in places if index != Ref("i", "int")}
        for name in self._arrays():
            a = self.arrays[name]
            if a.dtype == "bool" and name not in elsewhere and name in {x for x, _ in places}:
                stored = "written" if name in self.written else ""
                yield Member("int64_t*", self.member[name], stored, name)


def roles_of(program: Program, kernel: Kernel) -> Iterator[tuple[str, Size]]:
    """What the loop of a kernel needs besides its body, by role."""
    if isinstance(kernel.domain, Batch):
        yield ("points", POINTS.name)
        if kernel.domain.order:
            yield ("in_order", kernel.domain.order)
    match _inner(kernel.domain):
        case Each(size, first):
            yield from (("size", size), ("first", first))
        case Where(size, _, events):
            yield from (("size", size), *_ring(program, events))
        case Of(events, size, first):
            yield from (("size", size), ("first", first), *_ring(program, events))
        case Sample(indices, size):
            yield from (("size", size), ("elements", indices))
        case Across(events, route, delay):
            yield from (*_ring(program, events), *_route(program, route))
            if delay is not None:
                yield ("delay", delay)
        case Send(events, route, _, queue):
            yield from (*_ring(program, events), *_route(program, route), *_queue(program, queue))
        case Due(queue, route):
            yield from (*_queue(program, queue), *_ends(program, _find(program.routes, route)))
        case Gather(route):
            found = _find(program.routes, route)
            yield from (("size", f"{found.synapses}.N"), *_ends(program, found))


def _inner(domain: Domain) -> Domain:
    """The domain itself, or the one that a batch visits for each point."""
    return domain.domain if isinstance(domain, Batch) else domain


def _ring(program: Program, name: str) -> Iterator[tuple[str, Size]]:
    ring: Events = _find(program.events, name)
    yield from (("indices", ring.indices), ("counts", ring.counts), ("history", ring.history), ("width", ring.size))


def _queue(program: Program, name: str) -> Iterator[tuple[str, Size]]:
    queue: Queue = _find(program.queues, name)
    yield from (("waiting", queue.waiting), ("waiting_counts", queue.counts), ("due", queue.due))
    yield from (("waiting_history", queue.history), ("waiting_width", queue.width))
    yield from (("longest", queue.longest), ("farthest", queue.farthest))


def _route(program: Program, name: str) -> Iterator[tuple[str, Size]]:
    route: Route = _find(program.routes, name)
    yield from (("size", route.size), ("first", route.first), ("rows", f"{name}.rows"), *_ends(program, route))
    yield ("since", route.since)
    if route.by_ends:
        yield ("ends", f"{name}.ends")
    elif route.ordered:
        yield ("order", f"{name}.order")
    if route.delayed:
        yield ("delays", f"{name}.delays")


def _ends(program: Program, route: Route) -> Iterator[tuple[str, Size]]:
    known = {a.name for a in program.arrays}
    for role, first in (("source", route.first_source), ("target", route.first_target)):
        yield (f"first_{role}", first)
        if f"{route.synapses}.{role}" in known:
            yield (role, f"{route.synapses}.{role}")
    yield ("side", 0 if route.side == "pre" else 1)


def _find(rows: Iterable[Any], name: str) -> Any:
    return next(x for x in rows if x.name == name)


def _title(domain: Domain) -> str:
    """What the loop visits, in words."""
    match domain:
        case Once():
            return "once"
        case Each():
            return "each element"
        case Where(_, _, events):
            return f"elements that have an event: {events}"
        case Of(events):
            return f"elements of {events}"
        case Across(events, route):
            return f"synapses that {events} reach along {route}"
        case Send(events, route):
            return f"synapses that {events} reach along {route}: they wait"
        case Due(queue):
            return f"synapses that have waited in {queue}"
        case Gather(route):
            return f"all synapses of {route}"
        case Sample():
            return "recorded elements"
        case Batch(inner):
            return f"{_title(inner)}, for each point"


def check_functions(program: Program) -> None:
    """Can all functions be compiled?"""
    for f in program.functions:
        if f.foreign is not None and not f.foreign.code:
            raise CompileError(
                Diagnostic(
                    "C201",
                    f"the function '{f.foreign.calls}' exists in Python only, so it cannot be compiled: {f.foreign.reason}",
                    help="give it code with @implementation('cpp', ...), or set prefs.codegen.target = 'numpy'",
                )
            )


def kernel_files(program: Program) -> dict[str, str]:
    """The source files of the C family that hold the whole network, for the CPU.

    Raises
    ------
    CompileError
        If a function of the user exists in Python only.
    """
    check_functions(program)
    text = spell(program)
    return {
        "eqsim.hpp": plain("runtime/eqsim.hpp"),
        "loops.hpp": plain("runtime/loops.hpp"),
        "team.hpp": plain("runtime/team.hpp"),
        "cut.hpp": plain("runtime/cut.hpp"),
        "pace.hpp": plain("runtime/pace.hpp"),
        "state.hpp": fill("network/state.hpp.j2", p=text),
        "element.hpp": fill("kernels/element.hpp.j2", p=text),
        "cpu.hpp": fill("launch/cpu.hpp.j2", p=text),
        "network.cpp": fill("network/step.hpp.j2", p=text),
    }
