"""What belongs to a network: its objects, by name and in order, and the slots of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from eqsim.network.prefs import prefs
from eqsim.objects.base import SLOTS, BrianObject
from eqsim.objects.naming import Nameable
from eqsim.schedule.order import check_schedule, sorted_objects


class Collection(Nameable):
    """Objects that belong together; base of `Network`."""

    def __init__(self, *objs: Any, name: str) -> None:
        super().__init__(name)
        self._objects: list[BrianObject] = []
        self._schedule: tuple[str, ...] | None = None
        self.add(*objs)

    def add(self, *objs: Any) -> None:
        """Add objects.

        Raises
        ------
        RuntimeError
            If an object belongs to another network already.
        TypeError
            If something is no object of a model.
        """
        for obj in flatten(objs):
            if obj._network not in (None, self.name):
                raise RuntimeError(f"'{obj.name}' belongs to another network ('{obj._network}') already")
            if all(obj is not o for o in self._objects):
                self._objects.append(obj)
                obj.is_used = True

    def remove(self, *objs: Any) -> None:
        """Take objects out."""
        gone = [id(o) for o in flatten(objs)]
        self._objects = [o for o in self._objects if id(o) not in gone]

    @property
    def objects(self) -> list[BrianObject]:
        """All objects, the parts of others included."""
        return with_parts(self._objects)

    @property
    def sorted_objects(self) -> list[BrianObject]:
        """All objects in the order of a step."""
        return sorted_objects(self.objects, self.schedule_names)

    def __getitem__(self, name: str) -> BrianObject:
        if not isinstance(name, str):
            raise TypeError("a network is indexed with the name of an object")
        for obj in self.objects:
            if obj.name == name:
                return obj
        raise KeyError(f"there is no object '{name}' in network '{self.name}'")

    def __delitem__(self, name: str) -> None:
        self.remove(self[name])

    def __contains__(self, item: Any) -> bool:
        return any(o is item or o.name == item for o in self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __iter__(self) -> Iterator[BrianObject]:
        return iter(self.objects)

    @property
    def schedule(self) -> list[str]:
        """The slots of a step, in order; set to None for the default.

        Each has a ``before_`` and an ``after_`` slot of its own.
        """
        return list(self.schedule_names)

    @schedule.setter
    def schedule(self, slots: Sequence[str] | None) -> None:
        self._schedule = None if slots is None else check_schedule(slots)

    @property
    def schedule_names(self) -> tuple[str, ...]:
        """The slots in force."""
        return self._schedule or tuple(prefs["core.network.default_schedule"]) or SLOTS


def flatten(objs: Any) -> Iterator[BrianObject]:
    """The objects in nested lists, tuples, sets, dictionaries and generators.

    Raises
    ------
    TypeError
        If there is something else.
    """
    for obj in objs:
        if isinstance(obj, BrianObject):
            yield obj
        elif isinstance(obj, Mapping):
            yield from flatten(obj.values())
        elif isinstance(obj, Iterable) and not isinstance(obj, str | bytes | np.ndarray):
            yield from flatten(obj)
        else:
            raise TypeError(f"a network consists of objects of a model, not of {type(obj).__name__}")


def with_parts(objects: Iterable[BrianObject]) -> list[BrianObject]:
    """The objects, each followed by its parts."""
    found: dict[int, BrianObject] = {}
    for obj in objects:
        for one in (obj, *with_parts(obj.contained_objects)):
            found.setdefault(id(one), one)
    return list(found.values())


def check_names(objects: Iterable[BrianObject]) -> None:
    """ValueError if two objects have the same name."""
    seen: set[str] = set()
    for obj in objects:
        if obj.name in seen:
            raise ValueError(f"two objects of the network are called '{obj.name}'")
        seen.add(obj.name)


def check_dependencies(objects: Iterable[BrianObject], network: str) -> None:
    """ValueError if an object needs another one that is not there."""
    present = {id(o) for o in objects}
    for obj in objects:
        for needed in obj.dependencies:
            if id(needed) not in present and obj.active:
                raise ValueError(f"'{obj.name}' needs '{needed.name}', which is not in network '{network}'")
