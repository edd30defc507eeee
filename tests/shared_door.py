"""A Cython target for tests that compiles one door for all programs, which saves 1.2 s of processor time for each of them.

The door is rendered for each program as always; but its tables of names, which are all that differs, are put into a copy of
a door that was compiled with empty tables.  What is tested with doors of their own: `test_compile` and `test_auto`.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
import shutil
from pathlib import Path

from eqsim.codegen.compiler import Compilation, Missing, Recipe, door_recipe, find_compiler
from eqsim.targets.cython import CompiledModule, CythonTarget, load_door, opened
from eqsim.targets.target import Sources

TABLE = re.compile(r"^([A-Z]+) = (\(\n.*?^\))\n", re.MULTILINE | re.DOTALL)
COPIES = itertools.count()


class OneDoorTarget(CythonTarget):
    """As `CythonTarget`, with one door."""

    def build(self, sources: Sources) -> CompiledModule:
        """Compile the kernels, and furnish a door."""
        text = dict(sources.files)["network.pyx"]
        compiler = find_compiler("CC", self.cc)
        assert not isinstance(compiler, Missing)
        kernels = self.library(self.recipes(sources)[0])
        empty = TABLE.sub(r"\1 = ()\n", text)
        door = self.copy_of(self.library(door_recipe(empty, (empty,), compiler)))
        for name, table in TABLE.findall(text):
            setattr(load_door(door), name, ast.literal_eval(table))
        return opened(kernels, door, sources.program, self.threads)

    def library(self, recipe: Recipe) -> Path:
        """What a recipe makes."""
        return self.cache.find(recipe.key, ".so") or Compilation.start(recipe, self.cache).wait()

    def copy_of(self, path: Path) -> Path:
        """A file of its own for a module of its own: Python loads a file only once."""
        copies = self.cache.folder / "doors"
        copies.mkdir(exist_ok=True)
        return Path(shutil.copy(path, copies / f"{path.stem}_{os.getpid()}_{next(COPIES)}.so"))
