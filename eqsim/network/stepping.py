"""A simulation step by step, with the user's code in between.

What costs time when a run begins (program, memory, names) is done once, and again only when something has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from eqsim.network.driver import Drive, Progress, stop_wish
from eqsim.network.finite import warn_about_runaways
from eqsim.objects.base import BrianObject
from eqsim.objects.clock import EPSILON, Clock, EventClock
from eqsim.objects.frames import user_namespace
from eqsim.objects.scope import Surroundings

if TYPE_CHECKING:
    from eqsim.network.network import Network

ABSENT = object()


class Stepper:
    """Advances a network by few steps at a time."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.objects: list[BrianObject] = []
        self.drive: Drive | None = None
        self._all: list[BrianObject] = []
        self._clocks: list[Clock] = []
        self._edition: list[Any] = []
        self._t_s = -1.0
        self._memory: list[tuple[dict[str, Any], str, Any]] = []
        self._names: list[tuple[Surroundings, str, Any]] = []

    def prepare(self, namespace: Mapping[str, Any]) -> Drive:
        """Be ready for the next step, whatever has happened since the last one."""
        if self.drive is None or self._is_stale(namespace):
            self.drive = self._start(namespace)
        return self.drive

    @property
    def clock(self) -> Clock:
        """The clock with the shortest dt."""
        regular = [c for c in self._clocks if not isinstance(c, EventClock)]
        return min(regular or self._clocks, key=lambda c: c.dt_)

    def advance(self, count: int, namespace: Mapping[str, Any]) -> bool:
        """Run ``count`` steps of the clock with the shortest dt; False if somebody wished to stop."""
        stop_wish.requested = False
        drive = self.prepare(namespace)
        return self.advance_to(drive, self.clock.time_of(self.clock.step + count))

    def advance_to(self, drive: Drive, until_s: float) -> bool:
        """Run up to a time."""
        net = self.net
        net._running = True
        try:
            done = drive.advance(until_s)
        finally:
            net._running = False
            self._t_s = net._t_s = min(until_s, min(c.t_ for c in self._clocks))
        if done:
            self._t_s = net._t_s = until_s
        return done

    # -- what may have changed between two steps -----------------------------------------------------------------------

    def _start(self, namespace: Mapping[str, Any]) -> Drive:
        net = self.net
        self.objects, self._all = net.begin_run(), net.objects
        self._clocks = list({id(o.clock): o.clock for o in self._all}.values())
        linked = net.engine.link(self.objects, namespace, net.schedule_names)
        self._edition, self._t_s = self._present_edition(), net.t_
        memories = {id(m): m for o in self.objects if isinstance(m := getattr(o, "memory", None), dict)}
        self._memory = [(m, name, array) for m in memories.values() for name, array in m.items()]
        around = linked.context.surroundings.values()
        self._names = [(s, n, _look(s, n, namespace)) for s in around for n in s.externals]
        net._profile = None
        return net.make_drive(linked, self.objects, Progress(None, 0.0, net.t_, 0.0), net.t_)

    def _is_stale(self, namespace: Mapping[str, Any]) -> bool:
        if self._t_s != self.net.t_ or self._edition != self._present_edition():
            return True
        if any(memory.get(name) is not array for memory, name, array in self._memory):
            return True
        return any(_look(s, name, namespace) is not value for s, name, value in self._names)

    def _present_edition(self) -> list[Any]:
        net, engine = self.net, self.net.engine
        whole = [engine.linked and engine.linked.program, engine.randomness, net._schedule, *map(id, net._objects)]
        parts = [(o._active, o.when, o.order, o.edition, len(o.contained_objects)) for o in self._all]
        return whole + parts + [c.dt_ for c in self._clocks]


def _look(around: Surroundings, name: str, namespace: Mapping[str, Any]) -> Any:
    for place in (around.explicit, namespace, around.made_in):
        if name in place:
            return place[name]
    return ABSENT


def steps(
    net: Network, duration_s: float, every_s: float | None, namespace: Mapping[str, Any] | None, level: int
) -> Iterator[Any]:
    """The generator behind `Network.steps`."""
    net.refuse_during_run("steps()")
    if not net.objects:
        return
    stepper, end_s, stop_wish.requested = Stepper(net), net.t_ + duration_s, False
    try:
        while net.t_ < end_s:
            before = stepper.drive
            drive = stepper.prepare(user_namespace(level) if namespace is None else namespace)
            clock, count = stepper.clock, _count(stepper.clock, every_s)
            if drive is not before:
                drive.plan(end_s)
            until_s = clock.time_of(clock.step + count)
            last = until_s >= end_s - EPSILON * clock.dt_
            if not stepper.advance_to(drive, end_s if last else until_s):
                return
            yield net.t
            if stop_wish.requested:
                return
    finally:
        net.after_run()
        warn_about_runaways(stepper.objects)


def _count(clock: Clock, every_s: float | None) -> int:
    """Steps of the clock between two turns."""
    count = 1 if every_s is None else round(every_s / clock.dt_)
    if count < 1 or (every_s is not None and abs(count * clock.dt_ - every_s) > EPSILON * clock.dt_):
        raise ValueError(f"every= must be a multiple of the shortest dt, which is {clock.dt}")
    return count
