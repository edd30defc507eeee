"""The device 'cuda_standalone': as 'cpp_standalone', but the project is for NVIDIA GPUs.

The same project can be built without CUDA, for a CPU: one thread (``on='serial'``), or a grid of emulated threads that run
in random order (``on='emulated'``).  All three give the same numbers.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eqsim.codegen.cuda import ARCHITECTURES, CudaBuild, cuda_files
from eqsim.errors import CompileError
from eqsim.network.prefs import prefs
from eqsim.network.standalone import BUILD_OPTIONS, StandaloneDevice

PREFIX = "devices.cuda_standalone.cuda_backend."
PLACES = {"gpu": ("main", ()), "serial": ("main_serial", ("serial",)), "emulated": ("main_emulated", ("emulated",))}
"""Where a project can run: its program, and the arguments of make for it."""


class CudaDevice(StandaloneDevice):
    """Writes, builds and runs a CUDA project.

    Its options are those of `StandaloneDevice`, and ``on``: 'gpu', or without one 'serial' or 'emulated'.
    """

    name = "cuda_standalone"
    offered: Mapping[str, Any] = {**BUILD_OPTIONS, "on": "gpu"}

    def _sources(self, example: str) -> dict[str, str]:
        return cuda_files(self.script.programs, self._recipe(), example)

    def _recipe(self) -> CudaBuild:
        debug = bool(self.build_options["debug"])
        return CudaBuild(
            title=f"The project {self._folder.name}",
            flags=("-g", "-O0", "-w") if debug else ("-O2", "-w"),
            nvcc_flags=("-g", "-O0") if debug else ("-O3",),
            nvcc=nvcc(),
            gpu=int(prefs[PREFIX + "gpu_id"] or 0),
            architectures=architectures(),
            slots=self.slots,
        )

    def _make_arguments(self) -> list[str]:
        if self._place == "gpu" and shutil.which(nvcc()) is None:
            raise CompileError(f"the CUDA compiler '{nvcc()}' was not found").with_help(
                "install CUDA, or name its folder in prefs.devices.cuda_standalone.cuda_backend.cuda_path; "
                "set_device('cuda_standalone', on='serial') needs none"
            )
        return [*super()._make_arguments(), *PLACES[self._place][1]]

    @property
    def _place(self) -> str:
        place = str(self.build_options["on"])
        if place not in PLACES:
            raise ValueError(f"on='{place}': a CUDA project runs on {', '.join(map(repr, PLACES))}")
        return place

    @property
    def _binary(self) -> str:
        return PLACES[self._place][0]


def nvcc() -> str:
    """The command of the CUDA compiler."""
    folder = prefs[PREFIX + "cuda_path"]
    return str(Path(folder) / "bin" / "nvcc") if folder else "nvcc"


def architectures() -> tuple[int, ...]:
    """The GPUs to compile for (86: compute capability 8.6): the wanted one; else the usual ones and those found here."""
    wanted = prefs[PREFIX + "compute_capability"]
    if wanted is not None:
        return (round(10 * float(wanted)),)
    return tuple(sorted({*ARCHITECTURES, *found_here()} if prefs[PREFIX + "detect_gpus"] else ARCHITECTURES))


def found_here() -> tuple[int, ...]:
    """The GPUs of this machine."""
    if shutil.which("nvidia-smi") is None:
        return ()
    command = ["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return tuple(round(10 * float(x)) for x in said.stdout.split() if x.replace(".", "", 1).isdigit())
