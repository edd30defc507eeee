"""All points of a network in one compiled run.

In: a network task, points.  Out: their outcomes, with the bits of single runs.

==================  ==================================================================================
prepare             the state in which each point begins, as a run of its own would have it
together            one program, one memory: see `eqsim.ir.batch`
run                 one call of the module, but for room in the recordings
read                the network stands where each point has ended, and gives what was asked for
==================  ==================================================================================

Points that cannot go side by side run one after the other: if they need different programs or sizes, or where a step has so
much to do that more points at once would only be in the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from eqsim.errors import EqsimError
from eqsim.ir.batch import LANES, Together, together
from eqsim.ir.batch_memory import BatchMemory
from eqsim.ir.domain import Across
from eqsim.ir.program import State
from eqsim.ir.unlike import Unlike, changing, differing, refused
from eqsim.ir.verify import verify
from eqsim.ir.visits import size_of
from eqsim.log import get_logger
from eqsim.network.device import choice
from eqsim.network.devices import get_device
from eqsim.network.driver import interruptible
from eqsim.network.network import Network, logs_of
from eqsim.objects.operations import NetworkOperation
from eqsim.objects.randomness import seeds_of_a_while
from eqsim.schedule.link import Linked
from eqsim.sweeps.beginnings import Beginnings
from eqsim.sweeps.networks import NetworkTask
from eqsim.sweeps.tasks import Outcome, Run, attempt, detached, told

logger = get_logger(__name__)

MOST_BYTES = 1 << 26  # of all points that run side by side
MOST_SYNAPSES = 20_000  # along which spikes travel: with more, each point alone makes better use of the caches


def check(net: Network) -> None:
    """Can the points of a network run together?

    Raises
    ------
    EqsimError
        If it has an operation in Python, or if runs become a project.
    """
    operation = next((o for o in net.objects if isinstance(o, NetworkOperation) and o.active), None)
    if operation is not None:
        raise EqsimError(
            f"a batch cannot run the network operation '{operation.name}': it is a function in Python, for one network; "
            "use run_regularly, or sweep(..., batch=False)"
        )
    if get_device().name != "runtime":
        raise EqsimError(
            f"a batch runs in this process, not on device '{get_device().name}': set_device('runtime') before it"
        )


def run_together(task: NetworkTask, runs: Sequence[Run]) -> Iterator[Outcome]:
    """Run the points of a network together; gives their outcomes."""
    check(task.net)
    kept = _known.setdefault(task.net, _Kept())
    task.outline = kept.outline
    left, spare = list(runs), dict[str, np.ndarray]()
    while left:
        batch = _Batch(task, kept, spare)
        with seeds_of_a_while():
            failed = batch.prepare(left)
        yield from failed
        try:
            yield from batch.outcomes()
        except Unlike as reason:
            logger.info(f"the points run one after the other: {reason}", name_suffix="in_turn")
            for run in batch.runs:
                yield attempt(task, run.point, run.seed)
        left = left[len(failed) + len(batch.runs) :]
    kept.outline = task.outline


@dataclass(slots=True)
class _Kept:
    """What the next batch of a network may use again."""

    outline: Linked | None = None
    key: Any = None
    together: Together | None = None
    module: Any = None


_known: WeakKeyDictionary[Network, _Kept] = WeakKeyDictionary()


class _Batch:
    """Some points that run together."""

    def __init__(self, task: NetworkTask, kept: _Kept, spare: dict[str, np.ndarray]) -> None:
        self.task, self.kept, self.spare = task, kept, spare
        self.runs: list[Run] = []
        self.states: list[State] = []
        self.beginnings = Beginnings(task)

    @property
    def linked(self) -> Linked:
        """The program and the state of the point that was linked last."""
        assert self.beginnings.linked is not None
        return self.beginnings.linked

    @property
    def objects(self) -> list[Any]:
        """What takes part in a run."""
        return self.beginnings.objects

    # -- the beginning -----------------------------------------------------------------------------------------------

    def prepare(self, runs: Sequence[Run]) -> list[Outcome]:
        """Take as many of the runs as have room; gives those that cannot even begin."""
        failed: list[Outcome] = []
        room = len(runs)
        for run in runs:
            if len(self.states) >= room:
                break
            try:
                self.states.append(self.beginnings.state(run))
                self.runs.append(run)
            except Exception as error:
                line, text = told(error)
                failed.append(Outcome(run.point.index, error=line, traceback=text))
                continue
            if len(self.states) == 1:
                room = min(room, self._room())
                self._expect(runs[room - 1])
        return failed

    def _expect(self, last: Run) -> None:
        with suppress(Exception):  # it will be told of when it is its turn
            self.beginnings.expect(last)

    def _room(self) -> int:
        """How many points there is memory for."""
        program, state = self.linked.program, self.states[0]
        size = sum(int(state.arrays[name].nbytes) for name in changing(program))
        clocked = [log for log in logs_of(self.objects) if log.clock is not None]
        size += sum(self._ticks(log) * int(log.width) * int(log.row_bytes) for log in clocked)
        return max(2 * LANES, MOST_BYTES // max(size, 1) // (2 * LANES) * 2 * LANES)

    # -- the run -----------------------------------------------------------------------------------------------------

    @property
    def _end_s(self) -> float:
        return float(self.task.start["t"]) + float(self.task.duration)

    def _ends(self) -> dict[str, int]:
        return {name: members[0].first_step_at(self._end_s) for name, members in self.linked.clocks.items()}

    def _ticks(self, log: Any) -> int:
        """How often the clock of a log will tick."""
        clock = next(n for n, members in self.linked.clocks.items() if any(c is log.clock for c in members))
        return self._ends()[clock] - self.states[0].steps[clock]

    def _together(self) -> Together:
        """The program of all points, with the module that runs it.

        Raises
        ------
        Unlike
            If they cannot go side by side.
        """
        program, kept = self.linked.program, self.kept
        reason = self.beginnings.unlike or refused(program) or self._too_large()
        if reason:
            raise Unlike(reason)
        arrays, numbers = differing(self.states[1:], self.states[0])
        key = (program, frozenset(arrays), frozenset(numbers), get_device(), *choice())
        if kept.together is None or kept.key is None or kept.key[0] is not program or kept.key[1:] != key[1:]:
            found = together(program, arrays, numbers)
            verify(found.program, "batch")
            kept.key, kept.together, kept.module = key, found, get_device().module(found.program)
        return kept.together

    def _too_large(self) -> str:
        program, state = self.linked.program, self.states[0]
        walked = {k.domain.route for k in program.kernels if isinstance(k.domain, Across)}
        count = sum(size_of(f"{r.synapses}.N", state) for r in program.routes if r.name in walked)
        return f"spikes travel along {count} synapses" if count > MOST_SYNAPSES else ""

    def outcomes(self) -> Iterator[Outcome]:
        """Run, then read point by point.

        Raises
        ------
        Unlike
            If the points cannot go side by side; nothing has been run then.
        """
        if not self.runs:
            return
        memory = BatchMemory(self._together(), self.states, self.spare)
        self._run(memory)
        for at, run in enumerate(self.runs):
            yield self._outcome(memory, at, run)

    def _run(self, memory: BatchMemory) -> None:
        module, ends = self.kept.module, self._ends()
        buffers = {log.name: log for log in memory.batch.single.logs}
        for log in logs_of(self.objects):
            if log.clock is not None and log.name in buffers:
                buffer = buffers[log.name]
                memory.reserve(buffer, memory.rows(buffer) + self._ticks(log) * log.width)
        if hasattr(module, "plan"):
            module.plan(ends)
        with interruptible(module, True):
            while (status := module.run(memory.state, ends)).reason != "done":
                if status.reason != "full":
                    raise KeyboardInterrupt
                memory.grow()

    # -- the end -----------------------------------------------------------------------------------------------------

    def _outcome(self, memory: BatchMemory, at: int, run: Run) -> Outcome:
        """Let the network stand where the point has ended, and read."""
        try:
            self._stand(memory, at, run)
            for still_good in self.linked.checks:
                still_good()
            self.task.net.after_run()
            return Outcome(run.point.index, detached(self.task.read()))
        except Exception as error:
            line, text = told(error)
            return Outcome(run.point.index, error=line, traceback=text)

    def _stand(self, memory: BatchMemory, at: int, run: Run) -> None:
        memory.take(at, self.linked.state)
        buffers = {log.name: log for log in memory.batch.single.logs}
        for log in logs_of(self.objects):
            if log.name in buffers:
                buffer = buffers[log.name]
                log.take_over({c: memory.column(buffer, c, at) for c in buffer.columns})
        for name, members in self.linked.clocks.items():
            for clock in members:
                clock.step = memory.state.steps[name]
        self.task.net.stand_at(self._end_s)
        self.task.see(run.point.values)
