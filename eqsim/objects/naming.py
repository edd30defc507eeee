"""Names of objects: given by the user, or the next free one of a pattern such as ``neurongroup*``."""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from eqsim.objects.keeping import Keeper
from eqsim.objects.recipe import Recipe, Recorded, serials

_alive: dict[str, weakref.ref[Nameable]] = {}


class Nameable(Keeper, metaclass=Recorded):
    """Something with a name that no other living object has when it was chosen by us.

    Raises
    ------
    ValueError
        If the name is not made of letters, digits and underscores.
    """

    _recipe: Recipe | None

    def __init__(self, name: str) -> None:
        self._name = _choose(name)
        self._base = name.removesuffix("*")
        self._own_name = not name.endswith("*")
        self._serial = next(serials)
        self.stream_name = self._base
        _alive[self._name] = weakref.ref(self)

    @property
    def name(self) -> str:
        """The unique name."""
        return self._name

    def __str__(self) -> str:
        return self._name


def name_streams(objects: Iterable[Nameable]) -> None:
    """Name the random streams of the objects of one network.

    An object with a name of its own keeps it.  The others are numbered in the order in which they were made, whatever other
    objects there are in the process: a script that is run again in the same process gets the same numbers.
    """
    used: Counter[str] = Counter()
    for obj in sorted(objects, key=lambda o: o._serial):
        number = used[obj._base]
        used[obj._base] += not obj._own_name
        obj.stream_name = obj._base if obj._own_name or number == 0 else f"{obj._base}_{number}"


def rename(thing: Nameable, name: str, base: str, own: bool) -> None:
    """Give something the name that it had in another process."""
    thing._name, thing._base, thing._own_name = name, base, own
    _alive[name] = weakref.ref(thing)


def living() -> Iterator[Nameable]:
    """All living things that have a name, or those that took it last."""
    for ref in list(_alive.values()):
        found = ref()
        if found is not None:
            yield found


def _taken(name: str) -> bool:
    found = _alive.get(name)
    return found is not None and found() is not None


def _choose(name: str) -> str:
    pattern = name.endswith("*")
    base = name[:-1] if pattern else name
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", base):
        raise ValueError(f"{name!r} cannot be a name: use letters, digits and underscores, beginning with a letter")
    if not pattern or not _taken(base):
        return base
    number = 1
    while _taken(f"{base}_{number}"):
        number += 1
    return f"{base}_{number}"


def forget_names() -> None:
    """Let patterns begin anew, as after `start_scope`; living objects keep their names."""
    for name in [n for n, ref in _alive.items() if ref() is None]:
        del _alive[name]


@contextmanager
def names_of_a_while() -> Iterator[None]:
    """Names that are taken inside are free afterwards, also if their objects live on.

    So a model that is made again and again has the same names each time, and is the same program.
    """
    before = dict(_alive)
    try:
        yield
    finally:
        _alive.clear()
        _alive.update(before)
