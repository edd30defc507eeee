"""The compilers of this machine, and compilations as processes of their own.

In: source files and flags.  Out: a shared library in the cache.  Nothing here blocks unless it is asked to wait.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import eqsim
from eqsim.codegen.cache import Cache, key_of, machine
from eqsim.codegen.templates import folder
from eqsim.errors import CompileError

NATIVE = "-march=native" if platform.machine() in ("x86_64", "AMD64", "i686") else "-mcpu=native"
EXACT = ("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
"""One IEEE operation for each node: these flags may not be left out; none of them changes a result."""
LAYOUT = "-falign-functions=64"  # loops lie alike in the lines of the cache, whatever stands before them
KERNEL_FLAGS = ("-std=c++17", "-O3", NATIVE, *EXACT, LAYOUT, "-fwrapv", "-fPIC", "-shared", "-fvisibility=hidden", "-w")
QUICK = ("--param=vect-epilogues-nomask=0", "-fno-ipa-icf")
"""For gcc in addition: what takes a quarter of its time on long bodies and makes them little faster (decision 0099)."""
THREAD_FLAGS = ("-DEQ_THREADS", "-pthread")
DOOR_FLAGS = ("-O0", "-fwrapv", "-fPIC", "-shared", "-w")  # optimising costs 0.3 s and saves 2 us of a call
if sys.platform == "darwin":
    DOOR_FLAGS = (*DOOR_FLAGS, "-undefined", "dynamic_lookup")

CANDIDATES = {"CXX": ("g++", "clang++", "c++"), "CC": ("gcc", "clang", "cc")}
HELP = {
    "linux": "install a C++ compiler, e.g. `sudo apt install g++` or `conda install -c conda-forge gxx`",
    "darwin": "install the command line tools: `xcode-select --install`",
    "win32": "install a C++ compiler, e.g. `conda install -c conda-forge gxx`",
}


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler that was found: how to call it, and what tells it from others."""

    command: tuple[str, ...]
    identity: str

    @property
    def version(self) -> str:
        """The first line of what the compiler says about itself (starts a process)."""
        return _version(self.command)

    @property
    def is_gnu(self) -> bool:
        """Is it gcc, as far as the name of its file tells?  On macOS a 'g++' without a number is clang."""
        name = re.search(r"(?:^|-)(?:g\+\+|gcc)(-\d+)?$", os.path.basename(os.path.realpath(self.command[0])))
        return bool(name and (name[1] or sys.platform != "darwin"))


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no compiler; ``help`` says what to install."""

    what: str
    help: str


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    try:
        result = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return (result.stdout.splitlines() or ["unknown"])[0]


def find_compiler(language: str = "CXX", preferred: str = "") -> Compiler | Missing:
    """The compiler to use: ``preferred``, else the environment's (``CXX``, ``CC``), else the first that is installed."""
    chosen = preferred or os.environ.get(language, "")
    for candidate in (chosen,) if chosen.strip() else CANDIDATES[language]:
        command = shlex.split(candidate)
        path = shutil.which(command[0])
        if path is not None:
            return Compiler((path, *command[1:]), _identity(path, tuple(command[1:])))
    names = chosen or " or ".join(CANDIDATES[language])
    return Missing(f"no compiler found ({names})", HELP.get(sys.platform, HELP["linux"]))


def compilers(cxx: str = "", cc: str = "") -> tuple[Compiler, Compiler]:
    """Those for C++ and for C, see `find_compiler`.

    Raises
    ------
    CompileError
        If one is missing; it says what to install.
    """
    found = (find_compiler("CXX", cxx), find_compiler("CC", cc))
    for one in found:
        if isinstance(one, Missing):
            raise CompileError(one.what).with_help(one.help)
    return found  # type: ignore[return-value]  # none of them is missing


def kernel_flags(compiler: Compiler | Missing) -> tuple[str, ...]:
    """The flags for kernels that suit a compiler."""
    gnu = isinstance(compiler, Compiler) and compiler.is_gnu
    return (*KERNEL_FLAGS, *QUICK) if gnu else KERNEL_FLAGS


def _identity(path: str, arguments: tuple[str, ...]) -> str:
    """Tells a compiler from its next version without starting it."""
    real = os.path.realpath(path)
    info = os.stat(real)
    return f"{real} {info.st_size} {info.st_mtime_ns} {' '.join(arguments)}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One library to be made: its files, the command (run in their folder, writes ``library.so``), and its key."""

    files: tuple[tuple[str, str], ...]
    command: tuple[str, ...]
    key: str
    what: str


def kernel_recipe(files: Mapping[str, str], main: str, flags: Sequence[str], compiler: Compiler) -> Recipe:
    """Compile the kernels of a network (one translation unit)."""
    command = (*compiler.command, *flags, main, "-o", "library.so")
    parts = [*_texts(files), *command, compiler.identity, machine(), eqsim.__version__]
    return Recipe(tuple(files.items()), command, key_of(parts), "the network")


def door_recipe(text: str, compiler: Compiler) -> Recipe:
    """Compile a Cython module: Cython and the C compiler run one after the other in one process."""
    then = _compile_c(compiler)
    key = key_of(["door", text, *then, compiler.identity, *_python_abi(), _cython_version(), eqsim.__version__])
    return Recipe((("door.pyx", text),), (sys.executable, "-c", CYTHON_THEN_C, *then), key, "the door to Python")


def _compile_c(compiler: Compiler) -> tuple[str, ...]:
    include = sysconfig.get_paths()["include"]
    return (*compiler.command, *DOOR_FLAGS, f"-I{include}", "door.c", "-o", "library.so")


def _python_abi() -> tuple[str, ...]:
    return (sys.version, sys.implementation.cache_tag or "", sysconfig.get_config_var("EXT_SUFFIX") or "")


@functools.cache
def environment_key() -> tuple[str, ...]:
    """What decides how a program is rendered and compiled, besides the program: eqsim itself, Python, the machine."""
    package = Path(eqsim.__file__).parent
    own = stamps(package / "codegen", package / "targets", folder())
    return (*own, *_python_abi(), machine(), eqsim.__version__)


@functools.cache
def stamps(*folders: Path) -> tuple[str, ...]:
    """What changes when a source file in one of the folders does."""
    own = [p for f in folders for p in f.rglob("*.*") if p.suffix != ".pyc"]
    return tuple(sorted(f"{p.name} {i.st_size} {i.st_mtime_ns}" for p in own if (i := p.stat())))


CYTHON_THEN_C = """
import os, sys
command = sys.argv[1:]
from Cython.Compiler.Main import main
sys.argv = ["cython", "-3", "door.pyx"]
try:
    main(command_line=1)
except SystemExit as end:
    if end.code:
        raise
os.execv(command[0], command)
"""


@functools.cache
def _cython_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cython")
    except PackageNotFoundError:
        return "none"


def _texts(files: Mapping[str, str]) -> list[str]:
    return [x for item in sorted(files.items()) for x in item]


def _abandon(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Stop a compiler (and what it started) and remove its files."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, 9)
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True, weakref_slot=True, eq=False)
class Compilation:
    """A recipe at work in a process of its own, which ends with this object or with Python."""

    recipe: Recipe
    cache: Cache
    folder: Path
    process: subprocess.Popen[bytes]
    result: Path | None = None
    error: CompileError | None = None
    ending: weakref.finalize[..., Compilation] = field(init=False)

    def __post_init__(self) -> None:
        self.ending = weakref.finalize(self, _abandon, self.process, self.folder)

    @classmethod
    def start(cls, recipe: Recipe, cache: Cache) -> Compilation:
        """Write the files and start the compiler."""
        folder = cache.workshop()
        for name, text in recipe.files:
            (folder / name).write_text(text, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "LC_ALL": "C"}
        with open(folder / "messages", "wb") as messages:
            process = subprocess.Popen(
                recipe.command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=messages,
                stderr=messages,
                env=environment,
                start_new_session=True,
            )
        return cls(recipe, cache, folder, process)

    def poll(self) -> Path | None:
        """The library if it is finished, None if not yet.

        Raises
        ------
        CompileError
            With the compiler's message.
        """
        if self.result is None and self.process.poll() is not None:
            self._finish()
        return self.result

    def wait(self) -> Path:
        """The library, when it is finished."""
        self.process.wait()
        if self.result is None:
            self._finish()
        assert self.result is not None
        return self.result

    def cancel(self) -> None:
        """Stop the compiler (and what it started) and remove its files."""
        self.ending()

    def _finish(self) -> None:
        if self.error is None:
            try:
                if self.process.returncode == 0:
                    self.result = self.cache.put(self.recipe.key, ".so", self.folder / "library.so")
                else:
                    self.error = _failure(self.recipe, self.folder)
            finally:
                self.ending()
        if self.error is not None:
            raise self.error


def _failure(recipe: Recipe, folder: Path) -> CompileError:
    messages = (folder / "messages").read_text(encoding="utf-8", errors="replace").strip()
    origin = equation_of(messages, dict(recipe.files))
    about = f"\nThe line comes from: {origin}" if origin else ""
    return CompileError(f"the compiler failed on {recipe.what}.{about}\n{messages or recipe.command[0] + ' said nothing'}")


def equation_of(messages: str, files: Mapping[str, str]) -> str:
    """The user's text above the first line that the compiler complains about; '' if there is none."""
    for file, number in re.findall(r"^(?:\./)?([\w.]+):(\d+):\d+: (?:fatal )?error", messages, re.MULTILINE):
        lines = files.get(file, "").splitlines()[: int(number)]
        for line in reversed(lines):
            if line.startswith("  // "):
                return line[5:]
            if not line.startswith("  "):
                break
    return ""
