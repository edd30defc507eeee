"""Names of objects that are the same in each process, whatever else lives there: for files, and for the order of a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eqsim.objects.base import BrianObject


def keys(objects: Iterable[BrianObject], owner: BrianObject | None = None, key: str = "") -> dict[str, BrianObject]:
    """The objects and their parts by names that do not depend on what else lives in this process.

    A name that the user gave is kept.  Other objects are numbered in the order in which they were made, and parts are
    called after their owner: ``neurongroup``, ``neurongroup_1``, ``neurongroup_1_stateupdater``.
    """
    found: dict[str, BrianObject] = {}
    for obj in sorted(objects, key=lambda o: o._serial):
        base = obj._base if owner is None or obj._own_name else key + obj._base.removeprefix(owner.name)
        mine = base if obj._own_name else free(base, found)
        found[mine] = obj
        found |= keys(obj.contained_objects, obj, mine)
    return found


def common_names(objects: Sequence[BrianObject]) -> dict[str, str]:
    """Such a name for the name of each object; ``objects`` with their parts."""
    parts = {id(part) for obj in objects for part in obj.contained_objects}
    return {obj.name: key for key, obj in keys(o for o in objects if id(o) not in parts).items()}


def free(base: str, taken: Mapping[str, Any]) -> str:
    """The name, with the first number that makes it a new one."""
    return next(n for n in (base, *(f"{base}_{k}" for k in range(1, len(taken) + 2))) if n not in taken)
