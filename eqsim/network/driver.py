"""The run: from the first step to the last, with Python in between only where it is needed.

Between two visits of Python lies a *segment*: many steps in one call of the module.  A segment ends where an operation
in Python is due, where a log must grow, after about `SLICE` seconds (progress, interrupts), and at the end.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eqsim.ir.clock import Clocks
from eqsim.network.report import BarReport
from eqsim.objects.base import BrianObject
from eqsim.objects.clock import EPSILON, Clock
from eqsim.objects.log import GrowingLog
from eqsim.objects.moment import moment
from eqsim.objects.operations import NetworkOperation
from eqsim.schedule.link import Linked
from eqsim.units import Quantity, second

if TYPE_CHECKING:
    from eqsim.network.profile import Profile

SLICE = 0.05  # seconds of wall time after which Python looks around
FIRST_STEPS = 32  # steps of the first segment; the next ones follow the measured speed


@dataclass(slots=True)
class Progress:
    """Tells the user how far the run is."""

    report: Callable[[Any, float, Any, Any], None] | None
    period: float
    start_s: float
    duration_s: float
    wall_s: float | None = None
    began: float = field(default_factory=time.time)
    next_at: float = 0.0

    @property
    def is_over(self) -> bool:
        """Has as much real time passed as the run may take?"""
        return self.wall_s is not None and time.time() - self.began >= self.wall_s

    @property
    def every_s(self) -> float:
        """Seconds between the lines of a program of its own, which draws no bars; 0 for none."""
        if self.report is None:
            return 0.0
        return max(self.period, 1.0) if isinstance(self.report, BarReport) else self.period

    def begin(self) -> None:
        """The first report."""
        self.next_at = self.began + self.period
        self._tell(0.0)

    def at(self, t_s: float) -> None:
        """A report, if it is time for one."""
        if self.report is not None and time.time() >= self.next_at:
            self.next_at = time.time() + self.period
            self._tell(min(max((t_s - self.start_s) / self.duration_s, 0.0), 1.0) if self.duration_s else 1.0)

    def end(self, completed: float) -> None:
        """The last report."""
        self._tell(completed)

    def close(self) -> None:
        """Nothing more will be reported: a bar leaves its line."""
        if isinstance(self.report, BarReport):
            self.report.close()

    def _tell(self, completed: float) -> None:
        if self.report is not None:
            elapsed, start, duration = (
                Quantity(x, dim=second.dim) for x in (time.time() - self.began, self.start_s, self.duration_s)
            )
            self.report(elapsed, completed, start, duration)


class Stop:
    """The wish to stop after the current step; shared by `stop()` and Ctrl-C."""

    requested = False


stop_wish = Stop()


def stop() -> None:
    """End the run that is in progress after its current step; recordings are kept, and the next run goes on."""
    stop_wish.requested = True


@dataclass(slots=True)
class Drive:
    """One run of a linked network on a module."""

    linked: Linked
    module: Any
    logs: list[GrowingLog]
    progress: Progress
    end_s: float
    profile: Profile | None = None
    objects: Sequence[BrianObject] = ()
    renew: Callable[[Linked], tuple[Linked, Any, list[Any]]] | None = None
    """Links the objects again, in the middle of a step, when their structure has changed."""
    ends: dict[str, int] = field(default_factory=dict)
    pace: float = FIRST_STEPS

    def run(self) -> bool:
        """Run to the end; False if it was stopped before."""
        if hasattr(self.module, "drive"):
            self._end_at(self.end_s)
            return bool(self.module.drive(self))
        self.plan(self.end_s)
        self.progress.begin()
        while not stop_wish.requested and self._segment():
            self.progress.at(self.now)
            if self.progress.is_over and not self._is_done():
                return False
        return not stop_wish.requested

    def plan(self, end_s: float) -> None:
        """Say where the whole run will end: logs get their room, and it may pay to compile."""
        self._end_at(end_s)
        self._expect()
        if hasattr(self.module, "plan"):
            self.module.plan(self.ends)

    def advance(self, until_s: float) -> bool:
        """Run to a time on the way; False if somebody wished to stop."""
        self._end_at(until_s)
        while not stop_wish.requested and self._segment():
            pass
        return not stop_wish.requested

    def _end_at(self, end_s: float) -> None:
        self.end_s = end_s
        self.ends = {name: members[0].first_step_at(end_s) for name, members in self.linked.clocks.items()}

    @property
    def now(self) -> float:
        """Time of the next step of the clock that is behind."""
        waiting = [self._time(c) for c in self.ends if self.linked.state.steps[c] < self.ends[c]]
        return min(waiting, default=self.end_s)

    def _time(self, clock: str) -> float:
        return self.linked.clocks[clock][0].time_of(self.linked.state.steps[clock])

    def _dt(self, clock: str) -> float:
        return self.linked.state.reals[f"{clock}.dt"]

    def _segment(self) -> bool:
        """Some steps; False when there is nothing left to do."""
        if self._is_done():
            return False
        if self.profile is not None:
            self._step_by_parts()
            return True
        if self.linked.operations:
            due = self._next_operation()
            if due <= self.now + EPSILON * self._shortest():
                self._step_by_parts()
                return True
            return self._steps(due)
        return self._steps(self.end_s)

    def _is_done(self) -> bool:
        return self.now >= self.end_s and all(self.linked.state.steps[c] >= e for c, e in self.ends.items())

    def _shortest(self) -> float:
        return min(self._dt(c) for c in self.ends)

    def _steps(self, until_s: float) -> bool:
        """As many whole steps as fit into a slice, not beyond ``until_s``."""
        state = self.linked.state
        target = min(until_s, self.now + max(1.0, math.floor(self.pace)) * self._shortest())
        ends = {c: min(e, self._first_at(c, target)) for c, e in self.ends.items()}
        began, before = time.perf_counter(), dict(state.steps)
        status = self.module.run(state, ends)
        self._keep_pace(time.perf_counter() - began, max(state.steps[c] - before[c] for c in before))
        self._write_back()
        if status.reason == "full":
            self._grow()
        for log in self.logs:
            log.look()
        return True

    def _first_at(self, clock: str, t_s: float) -> int:
        return self.linked.clocks[clock][0].first_step_at(t_s, self._shortest())

    def _keep_pace(self, took: float, steps: int) -> None:
        if steps > 0:
            wanted = steps * SLICE / max(took, 1e-6)
            self.pace = max(1.0, min(wanted, 8 * self.pace))

    def _expect(self) -> None:
        """Room for all samples of monitors that record at every tick."""
        for log in self.logs:
            if log.clock is not None:
                clock = self._clock_name(log.clock)
                log.expect(self.ends[clock] - self.linked.state.steps[clock])
                self._bind(log)

    def _grow(self) -> None:
        for log in self.logs:
            if log.full:
                log.grow()
            self._bind(log)

    def _bind(self, log: GrowingLog) -> None:
        self.linked.state.arrays.update(log.memory())
        self.linked.state.ints[f"{log.name}.capacity"] = log.capacity

    def _write_back(self) -> None:
        for name, members in self.linked.clocks.items():
            for clock in members:
                clock.step = self.linked.state.steps[name]
        for check in self.linked.checks:
            check()

    # -- steps with Python in them -----------------------------------------------------------------------------------

    def _clock_name(self, clock: Clock) -> str:
        return next(n for n, members in self.linked.clocks.items() if any(c is clock for c in members))

    def _next_operation(self) -> float:
        names = {self._clock_name(o.clock) for _, o in self.linked.operations}
        return min((self._time(c) for c in names if self.linked.state.steps[c] < self.ends[c]), default=self.end_s)

    def _step_by_parts(self) -> None:
        """One step, the kernels before, between and after the operations."""
        state, names = self.linked.state, list(self.linked.program.clocks)
        self._grow()
        active = Clocks.of(self.linked.program, state).ticking(state.steps, self.ends)
        at = 0
        for number in range(len(self.linked.operations)):
            place, operation = self.linked.operations[number]
            if active[names.index(self._clock_name(operation.clock))]:
                self._part(at, place, active)
                self._operate(operation, place, active)
                at = self.linked.operations[number][0]
        self._part(at, len(self.linked.program.kernels), active)
        for name, ticks in zip(names, active, strict=True):
            self.linked.state.steps[name] += ticks
        self._write_back()

    def _part(self, first: int, last: int, active: Sequence[bool]) -> None:
        seconds = None if self.profile is None else self.profile.kernels
        self.module.run_part(self.linked.state, first, last, active, seconds)

    def _operate(self, operation: NetworkOperation, place: int, active: Sequence[bool]) -> None:
        began, before = time.perf_counter(), self._editions()
        kernels, clocks = self.linked.program.kernels, self.linked.program.clocks
        moment.done = lambda: [k for k in kernels[:place] if active[clocks.index(k.clock)]]
        try:
            operation.run()
            if self.renew is not None and self._editions() != before:
                self.linked, self.module, self.logs = self.renew(self.linked)
        finally:
            moment.clear()
        if self.profile is not None:
            self.profile.operations[operation.name] += time.perf_counter() - began

    def _editions(self) -> list[int]:
        """Other numbers when an operation has made or removed synapses, or changed delays."""
        return [o.edition for o in self.objects]


@contextmanager
def interruptible(module: Any, enabled: bool) -> Any:
    """Ctrl-C stops after the current step instead of raising in the middle of it; a second one raises."""
    stop_wish.requested = False
    if not enabled or threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(signum: int, frame: Any) -> None:
        if stop_wish.requested:
            raise KeyboardInterrupt
        stop_wish.requested = True
        module.stop()

    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
