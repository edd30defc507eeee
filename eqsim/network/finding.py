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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eqsim.objects.base import BrianObject, scope_counter
from eqsim.objects.naming import living

LEVELS = 2
MOST = 5_000  # entries that are looked at in all
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
    search = _Search()
    for name in namespace:
        if not (name.startswith("_") or name in NOT_THE_USERS):
            search.look(namespace[name], name, LEVELS)
    return [f for f in search.found.values() if is_candidate(f.obj)]


def is_candidate(obj: BrianObject) -> bool:
    """Can `run()` take it by itself?"""
    return obj.add_to_magic_network and obj._scope == scope_counter.value


class _Search:
    """Looks into containers, up to `MOST` entries in all: a run is not to wait for lists of data."""

    def __init__(self) -> None:
        self.found: dict[int, Found] = {}
        self._seen: set[int] = set()
        self._left = MOST

    def look(self, thing: Any, place: str, levels: int) -> None:
        """Find the objects in a container, and in those in it; ``place`` is how the user would write it."""
        form = form_of(type(thing))
        if not form or id(thing) in self._seen:
            return
        entries = thing if form == ITEM else object.__getattribute__(thing, "__dict__")
        if len(entries) > self._left:
            return
        self._seen.add(id(thing))
        self._left -= len(entries)
        for key, entry in entries.items() if isinstance(entries, dict) else enumerate(entries):
            kind = type(entry)
            if issubclass(kind, BrianObject):
                self.found.setdefault(id(entry), Found(entry, place + form.format(key)))
            elif levels > 1 and form_of(kind):
                self.look(entry, place + form.format(key), levels - 1)


ITEM, ATTRIBUTE, NEITHER = "[{!r}]", ".{}", ""
_forms: dict[type, str] = {}


def form_of(kind: type) -> str:
    """How what is in a thing of this type is written behind its name; '' if it is no container."""
    if kind not in _forms:
        _forms[kind] = ITEM if issubclass(kind, CONTAINERS) else ATTRIBUTE if _is_of_the_user(kind) else NEITHER
    return _forms[kind]


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
