"""The live device: which module runs a program, from the preferences."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eqsim.ir.program import Program
from eqsim.log import get_logger
from eqsim.network.prefs import prefs

if TYPE_CHECKING:
    from eqsim.codegen.cache import Cache


def choice() -> tuple[Any, ...]:
    """The preferences that decide which module runs a program."""
    return (prefs["codegen.target"], prefs["codegen.cache.directory"], prefs["codegen.cache.max_size"], threads())


def threads() -> int:
    """How many threads may work on a step; not more than there are cores for this process."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = int(prefs["codegen.threads"])
    return min(wanted, cores) if wanted else cores


def module_for(program: Program) -> Any:
    """A module that runs a program on the target in force.

    Raises
    ------
    CompileError
        If the target is 'cython' and there is no compiler, or it fails.
    """
    made = _target(*choice())
    return made.module(program) if hasattr(made, "module") else made.build(made.render(program))


def compiled_cache() -> Cache:
    """Where compiled networks are kept, by the preferences."""
    from eqsim.codegen.cache import MEGABYTE, Cache

    directory, megabytes = prefs["codegen.cache.directory"], prefs["codegen.cache.max_size"]
    return Cache(Path(directory) if directory else None, megabytes * MEGABYTE)


def clear_cache(target: str = "cython") -> None:
    """Remove all compiled networks from the cache.

    Raises
    ------
    ValueError
        If there is no such target, or it keeps nothing.
    """
    _keeps(target)
    compiled_cache().clear()


def check_cache(target: str = "cython") -> None:
    """Warn if the cache is larger than the preference ``codegen.cache.max_size``; it is kept below that by itself."""
    _keeps(target)
    cache = compiled_cache()
    if cache.size > cache.limit:
        get_logger(__name__).warning(
            f"the cache {cache.folder} has {cache.size / 1e6:.0f} MB; clear_cache('{target}') empties it"
        )


def _keeps(target: str) -> None:
    if target not in ("cython", "auto"):
        raise ValueError(f"target '{target}' keeps nothing: only 'cython' has a cache")


@cache
def _target(name: str, directory: str | None, max_megabytes: int, threads: int) -> Any:
    from eqsim.codegen.cache import MEGABYTE, Cache
    from eqsim.targets import target
    from eqsim.targets.cython import CythonTarget

    if name == "numpy":
        return target("numpy")
    cache = Cache(Path(directory) if directory else None, max_megabytes * MEGABYTE)
    if name == "bytecode":
        return target("bytecode", cache=cache)
    compiled = CythonTarget(cache=cache, threads=threads)
    return target("auto", compiled=compiled) if name == "auto" else compiled
