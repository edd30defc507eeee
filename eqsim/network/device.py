"""The live device: which module runs a program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eqsim.codegen.cache import MEGABYTE, Cache
from eqsim.ir.program import Program
from eqsim.network.prefs import prefs
from eqsim.targets.auto import AutoTarget
from eqsim.targets.cython import CythonTarget
from eqsim.targets.target import Target, target


def module_for(program: Program, present: Any = None) -> Any:
    """The module for the target in force; the present one if it is for the same program and target."""
    name = prefs["codegen.target"]
    if present is not None and getattr(present, "made_for", None) == (id(program), name):
        return present
    chosen = _target(name)
    module = chosen.build(chosen.render(program))
    module.made_for = (id(program), name)  # type: ignore[attr-defined]
    return module


def _target(name: str) -> Target:
    if name not in ("auto", "cython"):
        return target(name)
    folder = prefs["codegen.cache.directory"]
    cache = Cache(Path(folder) if folder else None, int(prefs["codegen.cache.max_size"]) * MEGABYTE)
    compiled = CythonTarget(cache=cache)
    return compiled if name == "cython" else AutoTarget(compiled)
