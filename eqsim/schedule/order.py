"""The order of a step: slots, then ``order``, then name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eqsim.ir.program import Kernel
from eqsim.objects.base import SLOTS, BrianObject, slot_names
from eqsim.objects.common_names import common_names


def check_schedule(schedule: Sequence[str]) -> tuple[str, ...]:
    """A schedule of the user.

    Raises
    ------
    ValueError
        If a slot is named ``before_...`` or ``after_...``: these belong to each slot anyway; if one stands there twice, or
        there is none.
    TypeError
        If it is no list of texts.
    """
    if isinstance(schedule, str) or not all(isinstance(slot, str) for slot in schedule):
        raise TypeError("a schedule is a list of slots, e.g. ['start', 'groups', 'thresholds', 'synapses', 'resets', 'end']")
    if not schedule:
        raise ValueError("a schedule needs at least one slot; None stands for the default")
    twice = next((slot for slot in schedule if list(schedule).count(slot) > 1), None)
    if twice is not None:
        raise ValueError(f"'{twice}' stands twice in the schedule")
    for slot in schedule:
        if slot.startswith(("before_", "after_")):
            raise ValueError(f"'{slot}' cannot stand in a schedule: every slot has a before_ and an after_ of its own")
    return tuple(schedule)


def place(
    when: str, order: int, name: str, schedule: tuple[str, ...] = SLOTS, common: Mapping[str, str] | None = None
) -> tuple[int, int, str]:
    """The sort key of something that runs in a step; ``common``: what it is called in each process.

    Raises
    ------
    ValueError
        If the slot does not exist.
    """
    slots = slot_names(schedule)
    if when not in slots:
        raise ValueError(f"'{name}' is to run in slot '{when}', which is not in the schedule ({', '.join(schedule)})")
    return (slots.index(when), order, name if common is None else common.get(name, name))


def sorted_kernels(
    kernels: Iterable[Kernel], schedule: tuple[str, ...], common: Mapping[str, str] | None = None
) -> tuple[Kernel, ...]:
    """Kernels in the order of a step."""
    return tuple(sorted(kernels, key=lambda k: place(k.when, k.order, k.name, schedule, common)))


def sorted_objects(objects: Iterable[BrianObject], schedule: tuple[str, ...]) -> list[Any]:
    """The objects of a network, parts included, in the order of a step.

    Names that the user has not given count as if nothing else lived in this process: a script that is run again in it has
    the same order of steps, whatever numbers are in the names of its objects.
    """
    found = list(objects)
    common = common_names(found)
    return sorted(found, key=lambda o: place(o.when, o.order, o.name, schedule, common))
