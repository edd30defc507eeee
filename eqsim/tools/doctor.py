"""What this machine offers: compilers, tools, cores, cache, GPU; and what to install.

Run it as ``python -m eqsim doctor``.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import eqsim
from eqsim.codegen.cache import Cache
from eqsim.codegen.compiler import THREAD_FLAGS, Compiler, Missing, find_compiler, kernel_flags
from eqsim.network.cuda import nvcc
from eqsim.targets.bytecode import BytecodeTarget

PACKAGES = ("numpy", "sympy", "pyparsing", "jinja2", "cython", "matplotlib")
OPTIONAL = {"scipy": "sparse matrices of weights", "pandas": "tables of results", "h5py": "recording to disk"}
PROBE = "#include <pthread.h>\nint main() { return pthread_self() == 0; }\n"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``advice`` says what to do about something that is missing."""

    what: str
    found: str
    good: bool = True
    advice: str = ""

    def __str__(self) -> str:
        mark = "ok " if self.good else "-- "
        lines = [f"{mark}{self.what:<14}{self.found}"]
        return "\n".join([*lines, *([f"{'':17}{self.advice}"] if self.advice else [])])


def said(*command: str) -> str:
    """What a program says; '' if it is missing or fails."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def python() -> list[Finding]:
    """Python, eqsim and the packages that it needs or can use."""
    found = [Finding("eqsim", f"{eqsim.__version__} on Python {platform.python_version()}, {platform.platform()}")]
    versions = [(name, _version(name)) for name in PACKAGES]
    found.append(Finding("packages", ", ".join(f"{n} {v}" for n, v in versions if v)))
    found += [Finding(n, "missing", False, f"pip install {n}") for n, v in versions if not v]
    for name, use in OPTIONAL.items():
        v = _version(name)
        found.append(Finding(name, v or "not installed (optional)", bool(v), "" if v else f"for {use}: pip install {name}"))
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def compilers() -> list[Finding]:
    """The compilers, whether they work, and with which flags."""
    found = []
    for language, what in (("CXX", "C++ compiler"), ("CC", "C compiler")):
        compiler = find_compiler(language)
        if isinstance(compiler, Missing):
            found.append(Finding(what, "none: networks run on numpy, which is slower", False, compiler.help))
        else:
            found.append(Finding(what, f"{compiler.command[0]} ({compiler.version})"))
    cxx = find_compiler("CXX")
    if isinstance(cxx, Compiler):
        found.append(Finding("flags", " ".join(kernel_flags(cxx))))
        works = compiles(cxx, PROBE, *THREAD_FLAGS)
        advice = "" if works else "install the headers of the C library, e.g. `sudo apt install libc6-dev`"
        found.append(Finding("threads", "work" if works else "do not work: networks run on one thread", works, advice))
    return found


def compiles(compiler: Compiler, text: str, *flags: str) -> bool:
    """Does a compiler make a program of a text?"""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text(text)
        command = [*compiler.command, *flags, str(source), "-o", str(Path(folder) / "probe")]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def bytecode() -> list[Finding]:
    """What runs networks that have not been compiled."""
    if BytecodeTarget().machine() is not None:
        return [Finding("bytecode", "the machine is compiled: networks start at once")]
    advice = "python -m eqsim prepare" if isinstance(find_compiler("CXX"), Compiler) else ""
    return [Finding("bytecode", "the machine is not compiled: networks start on numpy", False, advice)]


def tools() -> list[Finding]:
    """What builds C++ projects."""
    found = []
    for name in ("make", "cmake"):
        answer = said(name, "--version").splitlines()
        advice = "" if answer else f"for set_device('cpp_standalone'): install {name}" if name == "make" else ""
        found.append(Finding(name, answer[0] if answer else "not found", bool(answer), advice))
    return found


def machine() -> list[Finding]:
    """Cores and cache."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cache = Cache()
    files = [p for p in cache.folder.glob("*") if p.is_file()] if cache.folder.is_dir() else []
    size = sum(p.stat().st_size for p in files) / 1e6
    writable = os.access(next(p for p in (cache.folder, *cache.folder.parents) if p.exists()), os.W_OK)
    return [
        Finding("cores", f"{usable} usable of {os.cpu_count()}"),
        Finding(
            "cache",
            f"{cache.folder}: {len(files)} files, {size:.1f} MB",
            writable,
            "" if writable else "it cannot be written: set EQSIM_CACHE_DIR to another folder",
        ),
    ]


def gpu() -> list[Finding]:
    """GPU and CUDA compiler."""
    cards = said("nvidia-smi", "--query-gpu=name,compute_cap,driver_version,memory.total", "--format=csv,noheader")
    compiler = nvcc()
    version = [line.strip() for line in said(compiler, "--version").splitlines() if "release" in line]
    found = "; ".join(cards.splitlines()) if cards else "none found"
    advice = "install CUDA, or name its folder in prefs.devices.cuda_standalone.cuda_backend.cuda_path"
    return [
        Finding("GPU", found, bool(cards), "" if cards else "set_device('cuda_standalone', on='serial') needs none"),
        Finding("nvcc", version[0] if version else "not found", bool(version), "" if version else f"for GPUs: {advice}"),
    ]


PARTS: tuple[Callable[[], list[Finding]], ...] = (python, compilers, bytecode, tools, machine, gpu)


def examine() -> list[Finding]:
    """All findings, in the order of the report."""
    return [finding for part in PARTS for finding in part()]


def report(findings: Sequence[Finding]) -> str:
    """The findings as text."""
    return "\n".join(map(str, findings))
