"""The Cython target: kernels in C++, and a door in Cython that binds the memory of networks and drives their steps.

In: a `Program`.  Out: `CompiledModule`.  Kernels are compiled for each network, the door once; both stay in the cache.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from eqsim.codegen.cache import Cache, key_of
from eqsim.codegen.compiler import (
    THREAD_FLAGS,
    Compilation,
    Missing,
    Recipe,
    compilers,
    door_recipe,
    environment_key,
    find_compiler,
    kernel_flags,
    kernel_recipe,
)
from eqsim.codegen.render import kernel_files
from eqsim.codegen.templates import plain
from eqsim.ir.form import form_of
from eqsim.ir.program import Program, State, Status
from eqsim.targets.target import Sources, register

UNLIMITED = 2**62
DOORS: dict[Path, ModuleType] = {}
"""The doors of this process; Python cannot load the same one twice."""


@register("cython")
class CythonTarget:
    """Compiles programs for the CPU.

    Parameters
    ----------
    flags : sequence of str
        For the kernels, instead of those that suit the compiler (`kernel_flags`).
    cxx, cc : str
        Compilers; '' for the environment's or the first that is installed.
    cache : Cache or None
        Where compiled modules are kept.
    threads : int
        At most so many work on a step; the numbers do not depend on it.
    always : bool
        All of them, also where one is faster.
    """

    def __init__(
        self,
        flags: Sequence[str] = (),
        cxx: str = "",
        cc: str = "",
        cache: Cache | None = None,
        threads: int = 1,
        always: bool = False,
    ) -> None:
        self.cxx, self.cc = cxx, cc
        self._flags = tuple(flags)
        self.threads = (threads, always)
        self.cache = Cache() if cache is None else cache

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags for kernels."""
        flags = self._flags or kernel_flags(find_compiler("CXX", self.cxx))
        return (*flags, *THREAD_FLAGS) if self.threads[0] > 1 else flags

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for targets that make the same of a program."""
        return (self.flags, self.cxx, self.cc, self.cache.folder, self.threads)

    def render(self, program: Program) -> Sources:
        """The C++ files of the network and the Cython file of the door."""
        files = {**kernel_files(program), "door.pyx": plain(DOOR)}
        return Sources(program, tuple(files.items()), "cython", self.flags)

    def build(self, sources: Sources) -> CompiledModule:
        """Compile, or take from the cache, and load.

        Raises
        ------
        CompileError
            If there is no compiler, or if it fails.
        """
        return Build(sources, self).wait()

    def module(self, program: Program) -> CompiledModule:
        """As `build`, of a program that need not be rendered if one of its form has been compiled before."""
        return self.remembered(program) or self.build(self.render(program))

    def remembered(self, program: Program) -> CompiledModule | None:
        """The module of a program that has been compiled before, whatever its objects were called then; else None."""
        note = self.cache.text(self._note(program))
        if note is None:
            return None
        paths = [self.cache.find(key, ".so") for key in note.split()]
        try:
            return opened(paths[0], paths[1], program, self.threads) if paths[0] and paths[1] else None
        except (OSError, ImportError):
            return None

    def has_door(self) -> bool:
        """Is the door in the cache?  It is when a network has been compiled before."""
        found = find_compiler("CC", self.cc)
        return not isinstance(found, Missing) and bool(self.cache.find(door_recipe(plain(DOOR), found).key, ".so"))

    def remember(self, program: Program, keys: Sequence[str]) -> None:
        """Note which compiled files belong to a program."""
        self.cache.store_text(self._note(program), " ".join(keys))

    def _note(self, program: Program) -> str:
        tools = [str(find_compiler("CXX", self.cxx)), str(find_compiler("CC", self.cc))]
        return key_of(["note", form_of(program), *self.flags, *tools, *environment_key()])

    def recipes(self, sources: Sources) -> tuple[Recipe, Recipe]:
        """How the kernels and the door are made.

        Raises
        ------
        CompileError
            If there is no compiler.
        """
        cxx, cc = compilers(self.cxx, self.cc)
        files = dict(sources.files)
        text = files.pop("door.pyx")
        flags = (*sources.flags, *foreign_flags(sources.program))
        return kernel_recipe(files, "network.cpp", flags, cxx), door_recipe(text, cc)


def foreign_flags(program: Program) -> tuple[str, ...]:
    """What the functions of the user ask of the compiler; files of C++ by their paths."""
    foreign = [f.foreign for f in program.functions if f.foreign is not None]
    return tuple(dict.fromkeys(word for f in foreign for word in (*f.sources, *f.flags)))


DOOR = "doors/cython/door.pyx"


def door_names(program: Program) -> tuple[tuple[Any, ...], ...]:
    """Where the door finds arrays, reals, ints and clocks in a `State`, in the order of the program.

    Each array with its type, and whether it tells where synapses lead.
    """
    routes = {f"{r.name}.{key}" for r in program.routes for key in ("rows", "order", "delays", "ends")}
    routes |= {f"{r.synapses}.{key}" for r in program.routes for key in ("source", "target")}
    arrays = tuple((a.name, np.dtype(a.dtype).str, a.name in routes) for a in program.arrays)
    return (arrays, (*program.reals, *(name for name, _ in program.constants)), program.ints, program.clocks)


class Build:
    """The two compilations of a network, side by side."""

    def __init__(self, sources: Sources, target: CythonTarget) -> None:
        self.target, self.program = target, sources.program
        self.cache, self.recipes = target.cache, target.recipes(sources)
        self.jobs: list[Compilation | Path] = []

    @property
    def cached(self) -> bool:
        """Has all this been compiled before?"""
        return all(self.cache.find(r.key, ".so") for r in self.recipes)

    def start(self) -> None:
        """Start what the cache does not have."""
        if not self.jobs:
            self.jobs = [self.cache.find(r.key, ".so") or Compilation.start(r, self.cache) for r in self.recipes]

    def poll(self, program: Program | None = None) -> CompiledModule | None:
        """The module if all is finished, else None.  ``program``: one of the same form.  Raises CompileError."""
        paths = [job.poll() if isinstance(job, Compilation) else job for job in self.jobs]
        return self._load(program or self.program) if all(paths) else None

    def wait(self, program: Program | None = None) -> CompiledModule:
        """The module, when all is finished.  ``program``: one of the same form.  Raises CompileError."""
        self.start()
        try:
            for job in self.jobs:
                if isinstance(job, Compilation):
                    job.wait()
        except BaseException:
            self.cancel()
            raise
        return self._load(program or self.program)

    def cancel(self) -> None:
        """Stop what is still at work."""
        for job in self.jobs:
            if isinstance(job, Compilation):
                job.cancel()
        self.jobs = []

    def _load(self, program: Program) -> CompiledModule:
        """Load the libraries; one that is damaged or has vanished is made once more."""
        try:
            return self._open(program)
        except (OSError, ImportError):
            for recipe in self.recipes:
                self.cache.drop(recipe.key, ".so")
            for job in [Compilation.start(r, self.cache) for r in self.recipes]:
                job.wait()
            return self._open(program)

    def _open(self, program: Program) -> CompiledModule:
        kernels, entrance = (r.key for r in self.recipes)
        module = opened(self.cache.path(kernels, ".so"), self.cache.path(entrance, ".so"), program, self.target.threads)
        self.target.remember(program, (kernels, entrance))
        return module


def opened(kernels: Path, entrance: Path, program: Program, threads: tuple[int, bool] = (1, False)) -> CompiledModule:
    """Load the two libraries of a program; ``threads``: how many at most, and all of them always?"""
    return CompiledModule(load_door(entrance).Network(str(kernels).encode(), door_names(program), *threads))


def load_door(path: Path) -> ModuleType:
    """The Python module in a compiled door."""
    path = path.resolve()
    if path not in DOORS:
        loader = importlib.machinery.ExtensionFileLoader("door", str(path))
        spec = importlib.util.spec_from_file_location("door", path, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        DOORS[path] = module
    return DOORS[path]


class CompiledModule:
    """A compiled network.  ``way``: how it is run, for reports."""

    way = "cython"

    def __init__(self, network: Any) -> None:
        self._network = network

    def run(self, state: State, ends: dict[str, int], most: int = UNLIMITED) -> Status:
        """As `Module.run`; at most ``most`` steps, then the reason is ``paused``."""
        return _status(self._network.run(state.arrays, state.reals, state.ints, state.steps, ends, most))

    def run_part(
        self, state: State, first: int, last: int, active: Sequence[bool], seconds: list[float] | None = None
    ) -> None:
        """As `Module.run_part`."""
        network = self._network
        _status(network.run_part(state.arrays, state.reals, state.ints, state.steps, first, last, active, seconds))

    def stop(self) -> None:
        """Ask the run in progress to return after its current step."""
        self._network.stop()


def _status(reason: str) -> Status:
    if reason == "out of memory":
        raise MemoryError("there is no memory for the events in flight")
    return Status(reason)
