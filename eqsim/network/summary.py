"""`scheduling_summary`: what runs in a step, in which order."""

from __future__ import annotations

from dataclasses import dataclass

from eqsim.network.collection import with_parts
from eqsim.network.magic import collect, magic_network
from eqsim.network.network import Network
from eqsim.objects.base import BrianObject
from eqsim.objects.clock import Clock, EventClock
from eqsim.objects.group import Group
from eqsim.objects.source import SpikeSource
from eqsim.schedule.order import sorted_objects

HEADINGS = ("object", "part of", "clock dt", "when", "order", "active")


@dataclass(frozen=True, slots=True)
class SchedulingSummary:
    """A table of what runs in a step; prints as text, shows as a table in notebooks.

    Attributes
    ----------
    rows : tuple of tuple of str
        Object, what it is part of, step of its clock, slot, order, active; in the order of a step.
    """

    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        table = (HEADINGS, *self.rows)
        widths = [max(len(row[c]) for row in table) for c in range(len(HEADINGS))]
        lines = [" | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table]
        return "\n".join((lines[0], "-+-".join("-" * w for w in widths), *lines[1:]))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{h}</th>" for h in HEADINGS)
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def scheduling_summary(net: Network | None = None, level: int = 0) -> SchedulingSummary:
    """What runs in a step of a network, in its order.

    Parameters
    ----------
    net : Network, optional
        By default the objects that `run` would see.
    level : int
        How many frames further out to look for them.
    """
    shown = magic_network if net is None else net
    objects = sorted_objects(with_parts(collect(level)) if net is None else shown.objects, shown.schedule_names)
    owners = {id(part): obj for obj in objects for part in obj.contained_objects}
    smallest = min((o.clock.dt_ for o in objects if not isinstance(o.clock, EventClock)), default=0.0)
    acting = [o for o in objects if not isinstance(o, Group) or (isinstance(o, SpikeSource) and not o.contained_objects)]
    return SchedulingSummary(tuple(_row(o, owners.get(id(o)), smallest) for o in acting))


def _row(obj: BrianObject, owner: BrianObject | None, smallest: float) -> tuple[str, ...]:
    part_of = _called(owner) if owner is not None else "--"
    return (_called(obj), part_of, _pace(obj.clock, smallest), obj.when, str(obj.order), "yes" if obj.active else "no")


def _pace(clock: Clock, smallest: float) -> str:
    if isinstance(clock, EventClock):
        return f"{len(clock.times_)} listed times"
    every = round(clock.dt_ / smallest)
    return f"{clock.dt} ({'every step' if every == 1 else f'every {every} steps'})"


def _called(obj: BrianObject) -> str:
    return f"{obj.name} ({type(obj).__name__})"
