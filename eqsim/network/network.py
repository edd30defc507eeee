"""Network: the objects that are simulated together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.network.collection import check_dependencies, check_names
from eqsim.network.driver import Drive, Progress, interruptible, stop_wish
from eqsim.network.engine import ready
from eqsim.network.finite import warn_about_runaways
from eqsim.network.forecast import MemoryForecast, check_room, forecast
from eqsim.network.keeping import Keeping
from eqsim.network.prefs import prefs
from eqsim.network.profile import Profile
from eqsim.network.report import BAR_PERIOD, BarReport, make_report
from eqsim.network.stepping import Stepper, steps
from eqsim.objects.base import BrianObject
from eqsim.objects.frames import user_namespace
from eqsim.objects.settle import settle
from eqsim.schedule.link import Linked
from eqsim.units import get_dimensions, second


class Network(Keeping):
    """Objects that are simulated together.

    Parameters
    ----------
    *objs : BrianObject, or nested lists, tuples, sets, dictionaries or generators of them
    name : str, optional

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'dv/dt = -v/(10*ms) : 1')
    >>> net = Network(G)
    >>> net.run(1*ms)
    """

    def __init__(self, *objs: Any, name: str = "network*") -> None:
        self._stepper: Stepper | None = None
        self._profile: Profile | None = None
        super().__init__(*objs, name=name)

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
        profile: bool | None = None,
        level: int = 0,
        max_wall: Any = None,
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
        profile : bool, optional
            Measure how long each object takes; see `profiling_summary`.  Slower, with the same numbers.
        level : int
            How many frames further out to look for names.
        max_wall : Quantity, second, optional
            End the run after a step when so much real time has passed; the next run goes on.

        Raises
        ------
        DimensionMismatchError
            If the duration is no time.
        ValueError
            If it is negative, or two objects have the same name.
        EqsimError
            For mistakes in the strings of an object, or if the recordings would need more memory than there is; nothing has
            been run then.
        """
        settle()
        duration_s, wall_s = (
            _time("the duration of a run", duration),
            None if max_wall is None else _time("max_wall", max_wall),
        )
        self.refuse_during_run("run()")
        if not self._objects:
            return
        objects = self.begin_run()
        end_s = self._t_s + duration_s
        check_room(objects, self._t_s, end_s)
        if objects:
            around = namespace if namespace is not None else user_namespace(level)
            linked = self.engine.link(objects, around, self.schedule_names, compiled=bool(profile))
            progress = Progress(make_report(report), _period(report, report_period), self._t_s, duration_s, wall_s)
            self._profile = Profile.of(linked, objects, self.engine.module) if profile else None
            end_s = self._simulate(self.make_drive(linked, objects, progress, end_s), objects, end_s)
        self._t_s = end_s
        self.after_run()
        self._runaways = warn_about_runaways(objects, self._runaways)

    def memory_forecast(self, duration: Any) -> MemoryForecast:
        """What the monitors will need for a run, in memory and in files.

        Parameters
        ----------
        duration : Quantity, second

        Returns
        -------
        forecast : MemoryForecast
            Prints as a table; ``memory`` and ``files`` are the sums in bytes.
        """
        return forecast(self.objects, self._t_s, self._t_s + _time("the duration of a run", duration))

    def steps(
        self, duration: Any, every: Any = None, namespace: Mapping[str, Any] | None = None, level: int = 0
    ) -> Iterator[Any]:
        """Simulate step by step: ``for t in net.steps(100*ms): ...``.

        After each step the body of the loop can read and set everything; values of names in strings are looked up anew.
        ``break`` or `stop` end the simulation there; the next run goes on.

        Parameters
        ----------
        duration : Quantity, second
        every : Quantity, second, optional
            How long to run between two turns of the loop; a multiple of the shortest dt, which is the default.
        namespace, level
            As for `run`.

        Yields
        ------
        t : Quantity, second
            The time that has been reached.

        Raises
        ------
        ValueError
            If ``every`` is no multiple of the shortest dt.
        """
        every_s = None if every is None else _time("every", every)
        return steps(self, _time("the duration of a run", duration), every_s, namespace, level)

    def step(self, n: int = 1, namespace: Mapping[str, Any] | None = None, level: int = 0) -> None:
        """Simulate ``n`` steps of the clock with the shortest dt."""
        self.refuse_during_run("step()")
        if self._objects:
            self._stepper = self._stepper or Stepper(self)
            self._stepper.advance(n, user_namespace(level) if namespace is None else namespace)

    def begin_run(self) -> list[BrianObject]:
        """Tell all objects that a run begins; give those that take part."""
        prefs.check_all_validated()
        objects = self.objects
        check_names(objects)
        check_dependencies(objects, self.name)
        found = ready(objects, self.name, self._t_s)
        self.engine.start_numbers(self._t_s)
        return found

    def after_run(self) -> None:
        """Called at the end of each run; tells the objects."""
        for obj in self.objects:
            obj.after_run()

    def make_drive(self, linked: Linked, objects: Iterable[Any], progress: Progress, end_s: float) -> Drive:
        """The run of a linked network up to ``end_s`` seconds."""
        linked.constants(linked.state)
        return Drive(
            linked,
            self.engine.module,
            logs_of(objects),
            progress,
            end_s,
            self._profile,
            list(objects),
            lambda old: self._renew(old, list(objects)),
        )

    def _renew(self, old: Linked, objects: list[Any]) -> tuple[Linked, Any, list[Any]]:
        """Link again in the middle of a step, as synapses were made or removed or delays have changed."""
        for obj in objects:
            if obj.active:
                obj.renew()
        linked = self.engine.link(objects, old.context.outer, self.schedule_names)
        linked.constants(linked.state)
        if self._profile is not None:
            self._profile.follow(linked, objects)
        return linked, self.engine.module, logs_of(objects)

    def _simulate(self, drive: Drive, objects: list[BrianObject], end_s: float) -> float:
        """Run; the time that was reached, also when an operation of the user raises."""
        self._running = True
        with interruptible(self.engine.module, bool(prefs["core.stop_on_keyboard_interrupt"])):
            try:
                done = drive.run()
            except BaseException:
                self._t_s = min(end_s, reached(objects))
                drive.progress.close()
                raise
            finally:
                self._running = False
        at_s = end_s if done else min(end_s, reached(objects))
        drive.progress.end(1.0 if done else (at_s - self._t_s) / drive.progress.duration_s)
        drive.progress.close()
        return at_s

    # -- what there is -------------------------------------------------------------------------------------------------

    def scheduling_summary(self) -> Any:
        """What runs in a step, in which order; see `eqsim.scheduling_summary`."""
        from eqsim.network.summary import scheduling_summary

        return scheduling_summary(self)

    @property
    def profiling_info(self) -> list[tuple[str, Any]]:
        """What took how long in the last run with ``profile=True``: (name, Quantity in second), the longest first.

        Raises
        ------
        ValueError
            If the last run was without it.
        """
        if self._profile is None:
            raise ValueError("nothing was measured: run with profile=True")
        return self._profile.info()

    def __repr__(self) -> str:
        return f"<Network '{self.name}' of {len(self.objects)} objects, t={self.t}>"


def reached(objects: Iterable[BrianObject]) -> float:
    """The time of the clock that is behind, in seconds."""
    return min(o.clock.t_ for o in objects)


def logs_of(objects: Iterable[Any]) -> list[Any]:
    """All logs that may have to grow during a run."""
    return [log for o in objects for log in getattr(o, "logs", ())]


def _time(what: str, value: Any) -> float:
    if get_dimensions(value) is not second.dim and not (np.isscalar(value) and value == 0):
        raise DimensionMismatchError(f"{what} must be a time, e.g. 100*ms", get_dimensions(value))
    if not float(value) >= 0:
        raise ValueError(f"{what} cannot be negative: {value}")
    return float(value)


def _period(report: Any, period: Any) -> float:
    if period is not None:
        return float(period)
    return BAR_PERIOD if report == "bar" or isinstance(report, BarReport) else 10.0
