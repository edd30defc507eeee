"""The bytecode target: programs as they are, on a machine that is compiled once for all of them.

In: a `Program`.  Out: a module that starts at once.  The machine is compiled when eqsim is installed, or when a network is
compiled for the first time, and stays in the cache.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import eqsim
from eqsim.bytecode import Unsupported
from eqsim.bytecode.code import code_of
from eqsim.codegen.cache import Cache, key_of
from eqsim.codegen.compiler import (
    Compilation,
    Recipe,
    compilers,
    door_recipe,
    environment_key,
    find_compiler,
    kernel_flags,
    stamps,
)
from eqsim.codegen.templates import plain
from eqsim.errors import CompileError, Diagnostic
from eqsim.ir.program import Program
from eqsim.targets.cython import DOOR, CompiledModule, door_names, load_door
from eqsim.targets.target import Sources, register

under_way: dict[str, list[Compilation | Path]] = {}
"""Machines that are being made in this process."""


class BytecodeModule(CompiledModule):
    """A program on the machine."""

    way = "bytecode"


@register("bytecode")
class BytecodeTarget:
    """Runs programs on the bytecode machine.

    Parameters
    ----------
    cache : Cache or None
        Where the machine is kept.
    cxx, cc : str
        Compilers; '' for the environment's or the first that is installed.
    """

    def __init__(self, cache: Cache | None = None, cxx: str = "", cc: str = "") -> None:
        self.cache = Cache() if cache is None else cache
        self.cxx, self.cc = cxx, cc

    def render(self, program: Program) -> Sources:
        """There is no text to be rendered."""
        return Sources(program, (), "bytecode")

    def build(self, sources: Sources) -> BytecodeModule:
        """The program on the machine, which is compiled if need be.

        Raises
        ------
        CompileError
            If the machine cannot run the program, or cannot be compiled.
        """
        try:
            code = code_of(sources.program)
        except Unsupported as error:
            raise CompileError(Diagnostic("C203", f"the bytecode machine does not know {error}", help=OTHERWISE)) from None
        return self._opened(self.machine() or self.prepare(), sources.program, code)

    def ready(self, program: Program) -> BytecodeModule | None:
        """The program on the machine; None if that has not been compiled yet, or cannot run it."""
        machine = self.machine()
        try:
            return self._opened(machine, program, code_of(program)) if machine else None
        except (Unsupported, OSError, ImportError):
            return None

    @staticmethod
    def _opened(machine: Sequence[Path], program: Program, code: Any) -> BytecodeModule:
        door = load_door(machine[1])
        return BytecodeModule(door.Network(str(machine[0]).encode(), door_names(program), 1, False, code.tobytes()))

    # -- the machine -------------------------------------------------------------------------------------------------

    def machine(self) -> tuple[Path, Path] | None:
        """The libraries of the machine and of the door, if the cache has them."""
        note = self.cache.text(self._note())
        keys = self._look() if note is None else note.split()
        found = [self.cache.find(key, ".so") for key in keys]
        return (found[0], found[1]) if len(found) == 2 and found[0] and found[1] else None

    def _look(self) -> list[str]:
        """The keys of both, if another installation has made them; what was found is noted, for it takes 0.2 s."""
        keys: list[str] = []
        with contextlib.suppress(CompileError, OSError):
            keys = [r.key for r in self.recipes() if self.cache.find(r.key, ".so")]
        self.cache.store_text(self._note(), " ".join(keys))
        return keys

    def _note(self) -> str:
        cxx, cc = find_compiler("CXX", self.cxx), find_compiler("CC", self.cc)
        package = Path(eqsim.__file__).parent
        own = stamps(package / "bytecode", package / "functions", package / "ir")
        return key_of(["bytecode machine", *kernel_flags(cxx), str(cxx), str(cc), *own, *environment_key()])

    def recipes(self) -> tuple[Recipe, Recipe]:
        """How the machine and the door are made.

        Raises
        ------
        CompileError
            If there is no compiler.
        """
        from eqsim.bytecode.render import machine_recipe

        cxx, cc = compilers(self.cxx, self.cc)
        return machine_recipe(cxx), door_recipe(plain(DOOR), cc)

    def prepare(self) -> tuple[Path, Path]:
        """Compile what the cache does not have, and wait for it.

        Raises
        ------
        CompileError
            If there is no compiler, or if it fails.
        """
        recipes = self.recipes()
        jobs = [self.cache.find(r.key, ".so") or Compilation.start(r, self.cache) for r in recipes]
        paths = [job if isinstance(job, Path) else job.wait() for job in jobs]
        self.cache.store_text(self._note(), " ".join(r.key for r in recipes))
        return paths[0], paths[1]

    def prepare_beside(self) -> None:
        """Compile beside other work what the cache does not have; what is not finished when Python ends is lost."""
        note = self._note()
        if note in under_way or self.machine() is not None:
            return
        with contextlib.suppress(CompileError, OSError):
            recipes = self.recipes()
            under_way[note] = [self.cache.find(r.key, ".so") or Compilation.start(_polite(r), self.cache) for r in recipes]
            atexit.register(self._collect, note, recipes)

    def _collect(self, note: str, recipes: Sequence[Recipe]) -> None:
        with contextlib.suppress(CompileError, OSError):
            if all(isinstance(job, Path) or job.poll() for job in under_way[note]):
                self.cache.store_text(note, " ".join(r.key for r in recipes))


def _polite(recipe: Recipe) -> Recipe:
    """The same at a low priority."""
    return replace(recipe, command=("nice", "-n", "10", *recipe.command)) if shutil.which("nice") else recipe


OTHERWISE = "set prefs.codegen.target = 'auto', which finds another way"
