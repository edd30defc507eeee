"""Which objects `run()` sees: those with a name in the frame of the caller, and those in containers that have one.

==================  =====================================================================================
with a name         always
in a container      in lists, tuples, sets, dictionaries, and attributes of the user's own objects, up to two
                    levels deep: new ones if a new simulation begins, else those of the present one
elsewhere           never; but those that would belong to the simulation are told of
==================  =====================================================================================
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eqsim.objects.base import BrianObject, scope_counter
from eqsim.objects.naming import living

LEVELS = 2
MOST = 10_000  # entries of one container that are looked at
NOT_THE_USERS = {"In", "Out", "exit", "quit", "get_ipython"}  # what notebooks have besides
CONTAINERS = (list, tuple, set, frozenset, dict)


@dataclass(frozen=True, slots=True)
class Found:
    """An object in a container.

    Attributes
    ----------
    obj : BrianObject
    place : str
        How the user would write it: ``layers[3]``, ``model.cells``.
    """

    obj: BrianObject
    place: str


def named(namespace: Mapping[str, Any]) -> set[BrianObject]:
    """The objects of this scope that have a name."""
    return {v for v in map(namespace.get, namespace) if isinstance(v, BrianObject) and is_candidate(v)}


def contained(namespace: Mapping[str, Any]) -> list[Found]:
    """The objects of this scope that are in containers with a name, each once."""
    found: dict[int, Found] = {}
    seen: set[int] = set()
    for name in namespace:
        if not (name.startswith("_") or name in NOT_THE_USERS):
            for one in _inside(namespace[name], name, LEVELS, seen):
                found.setdefault(id(one.obj), one)
    return [f for f in found.values() if is_candidate(f.obj)]


def is_candidate(obj: BrianObject) -> bool:
    """Can `run()` take it by itself?"""
    return obj.add_to_magic_network and obj._scope == scope_counter.value


def _inside(thing: Any, place: str, levels: int, seen: set[int]) -> Iterator[Found]:
    if levels == 0 or id(thing) in seen:
        return
    entries = _entries(thing)
    if entries is None:
        return
    seen.add(id(thing))
    for where, entry in entries:
        if isinstance(entry, BrianObject):
            yield Found(entry, f"{place}{where}")
        else:
            yield from _inside(entry, f"{place}{where}", levels - 1, seen)


def _entries(thing: Any) -> Iterable[tuple[str, Any]] | None:
    """What is in a container, each with what stands behind the name of the container; None if it is none."""
    kind = type(thing)
    if issubclass(kind, CONTAINERS):
        if len(thing) > MOST:
            return None
        if issubclass(kind, dict):
            return [(f"[{key!r}]", value) for key, value in thing.items()]
        return [(f"[{number}]", value) for number, value in enumerate(thing)]
    if _is_of_the_user(kind):
        attributes = object.__getattribute__(thing, "__dict__")
        return [(f".{name}", value) for name, value in attributes.items()] if len(attributes) <= MOST else None
    return None


def _is_of_the_user(kind: type) -> bool:
    """Is it a class from a script, with attributes in a dictionary?"""
    if issubclass(kind, type | BrianObject) or not getattr(kind, "__dictoffset__", 0):
        return False
    module = kind.__module__.partition(".")[0]
    return module == "__main__" or (module not in LIBRARIES and not module.startswith("_"))


LIBRARIES = {
    "builtins", "types", "typing", "functools", "itertools", "collections", "enum", "abc", "io", "os", "pathlib", "logging",
    "threading", "multiprocessing", "argparse", "contextlib", "importlib", "random", "decimal", "fractions", "datetime",
    "eqsim", "numpy", "scipy", "matplotlib", "mpl_toolkits", "pandas", "xarray", "sympy", "IPython", "ipykernel", "pytest",
    "pyparsing", "h5py", "zarr", "joblib", "tqdm", "PIL", "sklearn", "networkx", "torch", "jax",
}  # fmt: skip
"""Modules whose objects are not looked into."""


def linked_to(objects: Iterable[BrianObject]) -> list[BrianObject]:
    """Living objects of this scope that need only some of these, and have never been in a network."""
    present = {id(o) for o in objects}

    def missed() -> list[BrianObject]:
        candidates = (o for o in living() if isinstance(o, BrianObject) and is_candidate(o) and not o.is_used)
        return [
            o
            for o in candidates
            if id(o) not in present and o.dependencies and all(id(d) in present for d in o.dependencies)
        ]

    if missed():
        gc.collect()  # some may only wait to be forgotten
    return missed()
