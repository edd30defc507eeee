"""From a program to the views that the templates print: names are chosen and expressions spelled here, once.

In: a program that is ready to be printed (draws expanded, functions linked).  Out: `ProgramText`, whose fields are plain
strings, and the source files of the C family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eqsim.codegen.cfamily import STORAGE_TYPES, function_text
from eqsim.codegen.loops import grouped, is_plain
from eqsim.codegen.names import unique
from eqsim.codegen.roles import EMITTED, inner, roles_of
from eqsim.codegen.shares import stretches, touch
from eqsim.codegen.spelling import KernelSpelling, all_reals, size_text
from eqsim.codegen.templates import fill, plain
from eqsim.codegen.views import ClockText, KernelText, LogText, LoopText, ProgramText, StretchText
from eqsim.errors import CompileError, Diagnostic
from eqsim.ir.domain import (
    POINTS,
)
from eqsim.ir.program import Program, timetable
from eqsim.ir.stmt import Log
from eqsim.ir.walk import statements

STEP = """active advance ahead alone any arrays beat budget close crew deal dt ends enough first flights follow full ints
    last late me most next now open opening others part reals state status step steps stop synapses team threads together
    undeal ways Beat Crew Job State Ways""".split()
"""Words that the loop over the steps has taken."""


def spell(program: Program, whole: bool = False) -> ProgramText:
    """Choose all names and print all expressions of a program; ``whole``: no body in pieces."""
    reals = all_reals(program)
    fields = unique([a.name for a in program.arrays] + list(reals) + list(program.ints))
    names = unique([k.name for k in program.kernels], taken=(*STEP, *fields.values()))
    kernels = tuple(KernelSpelling(program, k, fields, names[k.name]).text(whole) for k in program.kernels)
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
            LogText(_cursor(program, x.cursor, fields), f"state.{fields[x.capacity]}", size_text(x.per_step, fields))
            for x in program.logs
        ),
    )


def _stretches(program: Program, kernels: tuple[KernelText, ...]) -> Iterator[StretchText]:
    """The step as threads share it."""
    arrays = {a.name for a in program.arrays}
    roles = [dict(roles_of(program, k)) for k in program.kernels]
    emitted = [
        frozenset(str(r[x]) for x in EMITTED.get(type(inner(k.domain)), ()))
        for k, r in zip(program.kernels, roles, strict=True)
    ]
    needed = [frozenset(map(str, r.values())) & arrays for r in roles]
    touches = [touch(program, *x) for x in zip(program.kernels, needed, emitted, strict=True)]
    cursors = {log.name: log.cursor for log in program.logs}
    moved = [frozenset(cursors[s.log] for s in statements(k.body) if isinstance(s, Log)) for k in program.kernels]
    found = [e | m if k.collects else frozenset() for k, e, m in zip(kernels, emitted, moved, strict=True)]
    may = [is_plain(k) and not text.wide for k, text in zip(program.kernels, kernels, strict=True)]
    for s in stretches([k.share for k in kernels], touches, found):
        clocks = sorted({kernels[at].clock for at in (*s.together, *s.alone)})
        groups = [tuple(kernels[at] for at in g) for g in grouped(s.together, program.kernels, touches, may)]
        names = unique([f"{g[0].name}_to_{g[-1].name}" for g in groups], taken=(*STEP, *(k.name for k in kernels)))
        loops = tuple(LoopText(names[f"{g[0].name}_to_{g[-1].name}"], g) for g in groups)
        together, alone = (tuple(kernels[at] for at in part) for part in (s.together, s.alone))
        yield StretchText(together, loops, alone, tuple(clocks))


def _cursor(program: Program, cursor: str, fields: Mapping[str, str]) -> str:
    """The number of rows of a log, or the largest one of a batch."""
    of_points = any(a.name == cursor and not a.shared for a in program.arrays)
    return f"eq_largest(state.{fields[cursor]}, state.{fields[POINTS.name]})" if of_points else f"state.{fields[cursor]}[0]"


def preamble(program: Program) -> tuple[str, ...]:
    """Lines that functions of the user need before everything else."""
    foreign = [f.foreign for f in program.functions if f.foreign is not None]
    standard = ["#include <algorithm>", "#include <cmath>", "#include <cstdint>", "#include <cstdlib>"] if foreign else []
    return tuple(dict.fromkeys([*standard, *(line for f in foreign for line in f.preamble)]))


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
        "lists.hpp": plain("runtime/lists.hpp"),
        "pace.hpp": plain("runtime/pace.hpp"),
        "state.hpp": fill("network/state.hpp.j2", p=text),
        "element.hpp": fill("kernels/element.hpp.j2", p=text),
        "cpu.hpp": fill("launch/cpu.hpp.j2", p=text),
        "network.cpp": fill("network/step.hpp.j2", p=text),
    }
