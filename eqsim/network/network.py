"""Network: the objects that are simulated together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.network.device import choice, module_for
from eqsim.network.driver import Drive, Progress, interruptible, stop_wish
from eqsim.network.finite import warn_about_runaways
from eqsim.network.prefs import prefs
from eqsim.network.report import BAR_PERIOD, BarReport, make_report
from eqsim.objects.base import SLOTS, BrianObject
from eqsim.objects.frames import user_namespace
from eqsim.objects.naming import Nameable, name_streams
from eqsim.objects.randomness import random_state
from eqsim.schedule.link import Linked, Randomness, link, relink
from eqsim.schedule.order import check_schedule, sorted_objects
from eqsim.units import Quantity, get_dimensions, second


class Network(Nameable):
    """Objects that are simulated together.

    Parameters
    ----------
    *objs : BrianObject, or nested lists, tuples, sets or dictionaries of them
    name : str, optional

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'dv/dt = -v/(10*ms) : 1')
    >>> net = Network(G)
    >>> net.run(1*ms)
    """

    def __init__(self, *objs: Any, name: str = "network*") -> None:
        super().__init__(name)
        self._objects: list[BrianObject] = []
        self._t_s = 0.0
        self._schedule: tuple[str, ...] | None = None
        self._linked: Linked | None = None
        self._module: Any = None
        self._choice: tuple[Any, ...] = ()
        self._generation: int | None = None
        self._randomness = Randomness(0, 0.0)
        self._runaways: frozenset[tuple[str, str]] = frozenset()
        self.add(*objs)

    # -- objects -----------------------------------------------------------------------------------------------------

    def add(self, *objs: Any) -> None:
        """Add objects.

        Raises
        ------
        RuntimeError
            If an object belongs to another network already.
        TypeError
            If something is no object of a model.
        """
        for obj in _flatten(objs):
            if obj._network not in (None, self.name):
                raise RuntimeError(f"'{obj.name}' belongs to another network ('{obj._network}') already")
            if all(obj is not o for o in self._objects):
                self._objects.append(obj)

    def remove(self, *objs: Any) -> None:
        """Take objects out."""
        gone = [id(o) for o in _flatten(objs)]
        self._objects = [o for o in self._objects if id(o) not in gone]

    @property
    def objects(self) -> list[BrianObject]:
        """All objects, the parts of others included."""
        return with_parts(self._objects)

    @property
    def sorted_objects(self) -> list[BrianObject]:
        """All objects in the order of a step."""
        return sorted_objects(self.objects, self.schedule_names)

    def scheduling_summary(self) -> Any:
        """What runs in a step, in which order; see `eqsim.scheduling_summary`."""
        from eqsim.network.summary import scheduling_summary

        return scheduling_summary(self)

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

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def t(self) -> Any:
        """Present time (Quantity, second)."""
        return Quantity(self._t_s, dim=second.dim)

    @property
    def t_(self) -> float:
        """Present time in seconds."""
        return self._t_s

    @property
    def schedule(self) -> list[str]:
        """The slots of a step, in order; set to None for the default."""
        return list(self.schedule_names)

    @schedule.setter
    def schedule(self, slots: Sequence[str] | None) -> None:
        self._schedule = None if slots is None else check_schedule(slots)

    @property
    def schedule_names(self) -> tuple[str, ...]:
        """The slots in force."""
        return self._schedule or tuple(prefs["core.network.default_schedule"]) or SLOTS

    # -- running -----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """End the run in progress after its current step."""
        stop_wish.requested = True

    def run(
        self,
        duration: Any,
        report: Any = None,
        report_period: Any = None,
        namespace: Mapping[str, Any] | None = None,
        profile: Any = None,
        level: int = 0,
    ) -> None:
        """Simulate.

        Parameters
        ----------
        duration : Quantity, second
            At least 0; rounded up to whole steps of each clock.
        report : {'text', 'stdout', 'stderr', 'bar'} or callable, optional
            A callable gets ``(elapsed, completed, start, duration)``.
        report_period : Quantity, second
            Wall time between two reports, by default 10 s.
        namespace : dict, optional
            What strings can see; by default the names of the frame that calls.
        profile : optional
            Accepted; there is no profile yet.
        level : int
            How many frames further out to look for names.

        Raises
        ------
        DimensionMismatchError
            If the duration is no time.
        ValueError
            If it is negative, or two objects have the same name.
        EqsimError
            For mistakes in the strings of an object; nothing has been run then.
        """
        duration_s = _duration(duration)
        if not self._objects:
            return
        objects = self._ready_objects()
        end_s = self._t_s + duration_s
        if objects:
            linked = self._link(objects, namespace if namespace is not None else user_namespace(level))
            drive = self._drive(linked, objects, report, _period(report, report_period), duration_s)
            end_s = self._simulate(drive, objects, end_s)
        self._t_s = end_s
        self.after_run()
        self._runaways = warn_about_runaways(objects, self._runaways)

    def after_run(self) -> None:
        """Called at the end of each run; tells the objects."""
        for obj in self.objects:
            obj.after_run()

    def _ready_objects(self) -> list[BrianObject]:
        objects = self.objects
        _check_names(objects)
        self._check_dependencies(objects)
        active = [o for o in objects if o.active]
        for clock in {id(o.clock): o.clock for o in objects}.values():
            clock.set_time(self._t_s)
        self._start_numbers()
        name_streams(objects)
        for obj in objects:
            obj._network = self.name
        for obj in active:
            obj.before_run()
        return [o for o in objects if o.active or o.has_memory]

    def _start_numbers(self) -> None:
        """Begin a new sequence of random numbers, for a new network and after `seed`."""
        if self._generation != random_state.generation:
            self._generation = random_state.generation
            self._randomness = Randomness(random_state.next_simulation(), self._t_s)

    def _check_dependencies(self, objects: Iterable[BrianObject]) -> None:
        present = {id(o) for o in objects}
        for obj in objects:
            for needed in obj.dependencies:
                if id(needed) not in present and obj.active:
                    raise ValueError(f"'{obj.name}' needs '{needed.name}', which is not in network '{self.name}'")

    def _link(self, objects: list[BrianObject], namespace: Mapping[str, Any]) -> Linked:
        """The program of the last run if it still fits, else a new one."""
        schedule = self.schedule_names
        again = relink(self._linked, objects, namespace, schedule, self._randomness) if self._linked is not None else None
        if again is None or self._choice != choice():
            again = link(objects, namespace, schedule, self._randomness) if again is None else again
            self._module, self._choice = module_for(again.program), choice()
        self._linked = again
        return again

    def _drive(self, linked: Linked, objects: Any, report: Any, period: float, duration_s: float) -> Drive:
        linked.constants(linked.state)
        logs = [log for o in objects for log in getattr(o, "logs", ())]
        progress = Progress(make_report(report), period, self._t_s, duration_s)
        return Drive(linked, self._module, logs, progress, self._t_s + duration_s)

    def _simulate(self, drive: Drive, objects: list[BrianObject], end_s: float) -> float:
        """Run; the time that was reached, also when an operation of the user raises."""
        with interruptible(self._module, bool(prefs["core.stop_on_keyboard_interrupt"])):
            try:
                done = drive.run()
            except BaseException:
                self._t_s = min(end_s, self._reached(objects))
                raise
        reached = end_s if done else min(end_s, self._reached(objects))
        drive.progress.end(1.0 if done else (reached - self._t_s) / drive.progress.duration_s)
        return reached

    @staticmethod
    def _reached(objects: Iterable[BrianObject]) -> float:
        return min(o.clock.t_ for o in objects)

    def __repr__(self) -> str:
        return f"<Network '{self.name}' of {len(self.objects)} objects, t={self.t}>"


def _flatten(objs: Any) -> Iterator[BrianObject]:
    for obj in objs:
        if isinstance(obj, BrianObject):
            yield obj
        elif isinstance(obj, Mapping):
            yield from _flatten(obj.values())
        elif isinstance(obj, Iterable) and not isinstance(obj, str | bytes | np.ndarray):
            yield from _flatten(obj)
        else:
            raise TypeError(f"a network consists of objects of a model, not of {type(obj).__name__}")


def with_parts(objects: Iterable[BrianObject]) -> list[BrianObject]:
    """The objects, each followed by its parts."""
    found: dict[int, BrianObject] = {}
    for obj in objects:
        for one in (obj, *with_parts(obj.contained_objects)):
            found.setdefault(id(one), one)
    return list(found.values())


def _check_names(objects: Iterable[BrianObject]) -> None:
    seen: set[str] = set()
    for obj in objects:
        if obj.name in seen:
            raise ValueError(f"two objects of the network are called '{obj.name}'")
        seen.add(obj.name)


def _duration(duration: Any) -> float:
    if get_dimensions(duration) is not second.dim and not (np.isscalar(duration) and duration == 0):
        raise DimensionMismatchError("the duration of a run must be a time, e.g. run(100*ms)", get_dimensions(duration))
    if float(duration) < 0:
        raise ValueError(f"the duration of a run cannot be negative: {duration}")
    return float(duration)


def _period(report: Any, period: Any) -> float:
    if period is not None:
        return float(period)
    return BAR_PERIOD if report == "bar" or isinstance(report, BarReport) else 10.0
