"""A network as a C++ project of its own: the same kernels as everywhere, a C API, a main program, and how to build them.

In: programs, and what is known of their objects.  Out: the text of each file by its path in the project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

import eqsim
from eqsim.codegen.cfamily import Printer
from eqsim.codegen.compiler import EXACT, THREAD_FLAGS
from eqsim.codegen.names import identifier
from eqsim.codegen.render import kernel_files, spell
from eqsim.codegen.spelling import all_reals
from eqsim.codegen.templates import fill, plain
from eqsim.codegen.views import KernelText, ProgramText
from eqsim.ir.domain import Where
from eqsim.ir.program import Kernel, Program, Queue
from eqsim.ir.stmt import Log
from eqsim.ir.walk import statements, writes

SLOTS = "main before_start after_start before_network_run after_network_run before_end after_end".split()
"""Places in `main` that take lines of the user's own."""


@dataclass(frozen=True, slots=True)
class Story:
    """What an object is, for those who read its header: a title, the user's strings, and the names of its kernels."""

    name: str
    title: str
    lines: tuple[str, ...]
    kernels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Build:
    """How a project is built.  ``flags`` optimise; the flags that keep the numbers exact are always added.

    ``threads``: so many work on a step unless the program is told otherwise.
    """

    binary: str = "main"
    title: str = "A simulation"
    flags: tuple[str, ...] = ("-O3", "-march=native", "-w")
    extra: tuple[str, ...] = ()
    cxx: str = "c++"
    cc: str = "cc"
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    threads: int = 1


def project_files(programs: Sequence[tuple[Program, Sequence[Story]]], build: Build, example: str = "") -> dict[str, str]:
    """All source files of a project.

    Parameters
    ----------
    programs : sequence of (Program, sequence of Story)
        The networks that are run, in the order of their numbers in the plan.
    build : Build
    example : str
        The name of a value that can be set, for the project's README.
    """
    files = frame(len(programs), build, example or "neurons.v")
    for number, (program, stories) in enumerate(programs):
        files |= {f"network_{number}/{path}": text for path, text in kernel_files(program).items()}
        files |= {f"network_{number}/{path}": text for path, text in headers(program, spell(program), stories).items()}
        files[f"network_{number}.cpp"] = tables(program, number)
    return files


def frame(
    count: int, build: Build, example: str, door: str = "doors/standalone", more: Mapping[str, object] | None = None
) -> dict[str, str]:
    """The files that know nothing of a network; how to build them says the ``door``, which takes ``more`` values."""
    names = ("model.h", "model.cpp", "network.hpp", "npy.hpp", "example.c")
    files = {name: plain(f"doors/standalone/{name}") for name in names}
    slots = {slot: "\n".join(build.slots.get(slot, ())) for slot in SLOTS}
    values = {
        "count": count,
        "binary": build.binary,
        "title": build.title,
        "identifier": identifier(build.binary),
        "optimise": " ".join(build.flags),
        "exact": " ".join((*EXACT, "-fwrapv")),
        "extra": " ".join(build.extra),
        "threading": " ".join(THREAD_FLAGS),
        "threads": build.threads,
        "cxx": build.cxx,
        "cc": build.cc,
        "version": eqsim.__version__,
        "example": example,
        "result": example,
        "slots": slots,
    }
    for name in ("main.cpp", "networks.cpp"):
        files[name] = fill(f"doors/standalone/{name}.j2", **values)
    for name in ("Makefile", "CMakeLists.txt", "README.md"):
        files[name] = fill(f"{door}/{name}.j2", **values, **(more or {}))
    return files


def headers(program: Program, text: ProgramText, stories: Sequence[Story]) -> dict[str, str]:
    """The functions of a network, and a header for each object."""
    spelled = dict(zip((k.name for k in program.kernels), text.kernels, strict=True))
    complete = [*stories, *_rest(stories, spelled)]
    found = {identifier(s.name): _header(s, [spelled[k] for k in s.kernels]) for s in complete if s.kernels}
    files = {f"objects/{name}.hpp": header for name, header in found.items()}
    files["functions.hpp"] = fill("doors/standalone/functions.hpp.j2", functions=text.functions)
    files["element.hpp"] = fill("doors/standalone/element.hpp.j2", objects=list(found))
    return files


def _rest(stories: Sequence[Story], spelled: Mapping[str, KernelText]) -> list[Story]:
    """Kernels that belong to no object that is known."""
    told = {k for s in stories for k in s.kernels}
    left = tuple(k for k in spelled if k not in told)
    return [Story("others", "Other kernels", (), left)] if left else []


def _header(story: Story, kernels: Sequence[KernelText]) -> str:
    return fill("doors/standalone/object.hpp.j2", title=story.title, story=story.lines, kernels=kernels)


def tables(program: Program, number: int, elsewhere: str = "") -> str:
    """The names of a network's memory, in the order of its tables; ``elsewhere``: how it gets to a GPU, if it does."""
    written = written_arrays(program)
    reals = all_reals(program)
    return fill(
        "doors/standalone/network.cpp.j2",
        number=number,
        arrays=[(a.name, np.dtype(a.dtype).str, a.name in written) for a in program.arrays],
        reals=reals,
        ints=program.ints,
        clocks=program.clocks,
        logs=[_log(log) for log in program.logs],
        queues=[_queue(program, q) for q in program.queues],
        derived=_derived(program, reals),
        elsewhere=elsewhere,
    )


def _log(log: object) -> dict[str, object]:
    rows = log.per_step  # type: ignore[attr-defined]
    named = isinstance(rows, str)
    shown = {name: getattr(log, name) for name in ("cursor", "capacity", "columns")}
    return {**shown, "rows": rows if named else "", "fixed": 0 if named else rows}


def _queue(program: Program, queue: Queue) -> dict[str, object]:
    limits = {log.cursor: log.per_step for log in program.logs}
    names = [queue.waiting, queue.counts, queue.due, queue.longest, queue.farthest, queue.history, queue.width]
    return {"names": [*names, limits[queue.longest]], "clock": program.clocks.index(queue.clock)}


def _derived(program: Program, reals: Sequence[str]) -> list[tuple[int, str]]:
    """The numbers that follow from others, as (place in the table, expression)."""
    places = {name: at for at, name in enumerate(reals)}
    counts = {name: at for at, name in enumerate(program.ints)}
    printer = Printer(number=lambda name: f"reals[{places[name]}]" if name in places else f"ints[{counts[name]}]")
    return [(places[name], printer.bare(value)) for name, value in program.constants]


def written_arrays(program: Program) -> set[str]:
    """The arrays that kernels change."""
    found = {name for q in program.queues for name in q.arrays}
    logs = {log.name: log for log in program.logs}
    for kernel in program.kernels:
        found |= writes(kernel.body)
        for s in statements(kernel.body):
            if isinstance(s, Log):
                found |= {*logs[s.log].columns, logs[s.log].cursor}
        found |= _emitted(program, kernel)
    return found


def _emitted(program: Program, kernel: Kernel) -> set[str]:
    if not isinstance(kernel.domain, Where):
        return set()
    name = kernel.domain.events
    return {part for e in program.events if e.name == name for part in (e.indices, e.counts)}
