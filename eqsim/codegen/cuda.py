"""A network as a CUDA project: the kernels of every target, and loops that spread them over the threads of a GPU.

In: programs, and what is known of their objects.  Out: the text of each file by its path in the project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eqsim.codegen.project import Build, Story, frame, headers, tables, written_arrays
from eqsim.codegen.render import spell
from eqsim.codegen.roles import roles_of
from eqsim.codegen.spread import Phase, plan, spread
from eqsim.codegen.templates import fill, plain
from eqsim.codegen.views import KernelText, ProgramText
from eqsim.errors import CompileError, Diagnostic
from eqsim.ir.domain import Across, Gather
from eqsim.ir.program import Kernel, Program

EXACT_CUDA = ("-fmad=false", "-prec-div=true", "-prec-sqrt=true", "-ftz=false")
"""One IEEE operation for each node, on the GPU."""
ARCHITECTURES = (80, 90)
CALLS = {"collect": "eq_collect_{}(state, scratch, {})", "rows": "eq_rows_{}(state, {})", "": "{}(state, scratch, {})"}


@dataclass(frozen=True, slots=True)
class CudaBuild(Build):
    """How a CUDA project is built."""

    nvcc: str = "nvcc"
    gpu: int = 0
    architectures: tuple[int, ...] = ARCHITECTURES
    nvcc_flags: tuple[str, ...] = ("-O3",)
    flags: tuple[str, ...] = ("-O2", "-w")
    extra: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class SpreadText:
    """How a kernel is spread, and how its loop asks for the neuron of a place (on the device, and on the host)."""

    how: str
    by: str
    neuron: str = ""
    neuron_on_host: str = ""
    host: Mapping[str, str] = field(default_factory=dict)


def check_program(program: Program) -> None:
    """Can a GPU run this program?

    Raises
    ------
    CompileError
        If it calls C++ of the user.
    """
    for f in program.functions:
        if f.foreign is not None:
            raise CompileError(
                Diagnostic(
                    "C202",
                    f"the function '{f.foreign.calls or f.name}' is not made of equations, so a GPU cannot run it",
                    help="write it as equations or with built-in functions, or use set_device('cpp_standalone')",
                )
            )


def cuda_files(programs: Sequence[tuple[Program, Sequence[Story]]], build: CudaBuild, example: str = "") -> dict[str, str]:
    """All source files of a CUDA project.

    Parameters
    ----------
    programs : sequence of (Program, sequence of Story)
        The networks that are run, in the order of their numbers in the plan.
    build : CudaBuild
    example : str
        The name of a value that can be set, for the project's README.

    Raises
    ------
    CompileError
        If a GPU cannot run one of them.
    """
    for program, _ in programs:
        check_program(program)
    values = {
        "nvcc": build.nvcc,
        "architectures": build.architectures,
        "nvcc_flags": " ".join(build.nvcc_flags),
        "nvcc_exact": " ".join(EXACT_CUDA),
    }
    files = frame(len(programs), build, example or "neurons.v", "doors/cuda", values)
    for number, (program, stories) in enumerate(programs):
        text = spell(program, whole=True)
        files |= {f"network_{number}/{path}": t for path, t in headers(program, text, stories).items()}
        files |= {f"network_{number}/{path}": t for path, t in _grid_files(program, text, build.gpu).items()}
        files[f"network_{number}.cpp"] = tables(program, number, elsewhere=f"network_{number}_elsewhere")
        files[f"network_{number}.cu"] = fill("doors/cuda/network.cu.j2", number=number)
    return files


def _grid_files(program: Program, text: ProgramText, gpu: int) -> dict[str, str]:
    names = {k.name: t for k, t in zip(program.kernels, text.kernels, strict=True)}
    fields = _fields(program, text)
    kernels = [(t, _spread_text(program, k, t, fields)) for k, t in zip(program.kernels, text.kernels, strict=True)]
    levels = [[(_call(p, names), _clock(p, program)) for p in level] for level in plan(program)]
    written = written_arrays(program)
    return {
        "eqsim.hpp": plain("runtime/eqsim.hpp"),
        "grid.hpp": plain("runtime/grid.hpp"),
        "fibers.hpp": plain("runtime/fibers.hpp"),
        "memory.hpp": plain("runtime/memory.hpp"),
        "state.hpp": fill("network/state.hpp.j2", p=text),
        "launch.cuh": fill("launch/cuda.cuh.j2", kernels=kernels),
        "network.cuh": fill(
            "network/grid.cuh.j2",
            p=text,
            kernels=kernels,
            clocks=program.clocks,
            plan=levels,
            gpu=gpu,
            written=[a.name in written for a in program.arrays],
        ),
    }


def _fields(program: Program, text: ProgramText) -> dict[str, str]:
    """Members of `State` by the names of the program."""
    found = {name: f"state.{member}" for _, member, name in text.arrays}
    found |= {name: f"state.{member}" for member, name in text.reals}
    return found | {name: f"state.{member}" for member, name in text.ints}


def _spread_text(program: Program, kernel: Kernel, text: KernelText, fields: Mapping[str, str]) -> SpreadText:
    found = spread(program, kernel)
    host = {r: str(x) if isinstance(x, int) else fields[x] for r, x in roles_of(program, kernel)}
    if found.how != "owned":
        return SpreadText(found.how, "", host=host)
    if isinstance(kernel.domain, Gather):
        array = host["source" if found.by == "i" else "target"]
        return SpreadText("owned", found.by, "", f"{array}[k]", host)
    assert isinstance(kernel.domain, Across)
    return SpreadText("owned", found.by, _other(text.at, "sorted ? sorted[q] : q"), _other(host, "at"), host)


def _other(roles: Mapping[str, str], at: str) -> str:
    """The other end of the synapse at a place of a route, as a number in its part of the group."""
    if "ends" in roles:
        return f"{roles['ends']}[{at}]"
    end = roles["target" if roles["side"] == "0" else "source"]
    return f"{end}[{roles['order']}[{at}]]" if "order" in roles else f"{end}[{at}]"


def _clock(phase: Phase, program: Program) -> int:
    assert phase.kernel is not None
    return program.clocks.index(phase.kernel.clock)


def _call(phase: Phase, names: Mapping[str, KernelText]) -> str:
    assert phase.kernel is not None
    text = names[phase.kernel.name]
    return CALLS[phase.name.removeprefix(phase.kernel.name).lstrip(":")].format(text.name, f"steps[{text.clock}]")
