"""The live device: which module runs a program, from the preferences."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from eqsim.ir.program import Program
from eqsim.network.prefs import prefs


def choice() -> tuple[Any, ...]:
    """The preferences that decide which module runs a program."""
    return (prefs["codegen.target"], prefs["codegen.cache.directory"], prefs["codegen.cache.max_size"])


def module_for(program: Program) -> Any:
    """A module that runs a program on the target in force.

    Raises
    ------
    CompileError
        If the target is 'cython' and there is no compiler, or it fails.
    """
    made = _target(*choice())
    return made.build(made.render(program))


@cache
def _target(name: str, directory: str | None, max_megabytes: int) -> Any:
    from eqsim.codegen.cache import MEGABYTE, Cache
    from eqsim.targets import target
    from eqsim.targets.cython import CythonTarget

    if name == "numpy":
        return target("numpy")
    compiled = CythonTarget(cache=Cache(Path(directory) if directory else None, max_megabytes * MEGABYTE))
    return target("auto", compiled=compiled) if name == "auto" else compiled
