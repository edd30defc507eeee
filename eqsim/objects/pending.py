"""Spikes on their way to synapses, each with the delay that it has set out with.

A pathway needs no such queue as long as delays and synapses stay as they are: then the events of the source, remembered for
as long as the longest delay, say all.  From the first change on, while spikes were on their way, it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.ir.program import LogBuffer, Queue
from eqsim.objects.clock import Clock
from eqsim.objects.keeping import Keeper
from eqsim.objects.part import Contribution

Entries = tuple[np.ndarray, np.ndarray]
"""Synapses, and the steps at which their spikes are due; in the order in which they are delivered.  (n,) int64 each."""

NONE: Entries = (np.zeros(0, np.int64), np.zeros(0, np.int64))
LEAST = 16


class SpikeQueue(Keeper):
    """The memory of a `Queue`, where its layout is drawn.

    Parameters
    ----------
    name : str
    clock : Clock
        Its steps count.
    size : int
        Number of synapses.
    """

    def __init__(self, name: str, clock: Clock, size: int) -> None:
        self.name, self.clock, self.size = name, clock, size
        self.dt_s = clock.dt_
        self.longest, self.farthest = Limit(self, "longest"), Limit(self, "farthest")
        self._lay_out(0, 1)

    @property
    def history(self) -> int:
        """For how many steps there are lists."""
        return self.farthest.capacity

    @property
    def width(self) -> int:
        """How many synapses each list has room for."""
        return self.longest.capacity

    def _lay_out(self, width: int, history: int) -> None:
        """Empty lists, that have room for all synapses beside those that wait."""
        self.longest.capacity, self.farthest.capacity = max(width, self.size + LEAST), max(history, 1)
        self.waiting = np.zeros((self.history + 1) * self.width, np.int32)
        self.counts = np.zeros(self.history + 1, np.int64)
        self.due = np.zeros(self.width, np.int64)
        self.longest.cursor[0] = self.farthest.cursor[0] = 0

    # -- what waits ------------------------------------------------------------------------------------------------

    def entries(self, first: int) -> Entries:
        """What waits, if ``first`` is the first step that has not been delivered."""
        found = [self._list(step % self.history) for step in range(first, first + self.history)]
        late = self._list(self.history)
        synapses = np.concatenate([*found, late]).astype(np.int64)
        sizes = [len(f) for f in found]
        steps = np.concatenate((np.repeat(np.arange(first, first + self.history), sizes), self.due[: len(late)]))
        order = np.argsort(steps, kind="stable")
        return synapses[order], steps[order]

    def _list(self, slot: int) -> np.ndarray:
        return self.waiting[slot * self.width : slot * self.width + int(self.counts[slot])]

    def fill(self, entries: Entries, first: int, history: int = 1) -> None:
        """Let these wait and no others; room for delays of ``history - 1`` steps."""
        synapses, steps = entries
        farthest = int(steps.max()) - first + 1 if len(steps) else 1
        most = int(np.unique(steps, return_counts=True)[1].max()) if len(steps) else 0
        self._lay_out(most + self.size + LEAST, max(history, farthest))
        slots = steps % self.history
        order = np.argsort(slots, kind="stable")
        slots = slots[order]
        rank = np.arange(len(slots)) - np.searchsorted(slots, slots)
        self.waiting[slots * self.width + rank] = synapses[order]
        self.counts += np.bincount(slots, minlength=self.history + 1)
        self.longest.cursor[0], self.farthest.cursor[0] = most, farthest

    def prepare(self, first: int, history: int, dt_s: float) -> None:
        """Make room for delays of ``history - 1`` steps of ``dt_s`` seconds; what waits stays due at the nearest time."""
        if history <= self.history and dt_s == self.dt_s:
            return
        old = first if dt_s == self.dt_s else round(first * dt_s / self.dt_s)
        synapses, steps = self.entries(old)
        if dt_s != self.dt_s:
            steps = np.maximum(np.floor(steps * (self.dt_s / dt_s) + 0.5).astype(np.int64), first)
        self.dt_s = dt_s
        self.fill((synapses, steps), first, max(history, self.history))

    def resize(self, size: int, first: int) -> None:
        """There are more synapses."""
        entries, self.size = self.entries(first), size
        self.fill(entries, first, self.history)

    def remove(self, keep: np.ndarray, first: int) -> None:
        """Only marked synapses stay, numbered anew; spikes on their way to others are lost."""
        synapses, steps = self.entries(first)
        stays = keep[synapses]
        self.size = int(np.count_nonzero(keep))
        self.fill(((np.cumsum(keep) - 1)[synapses[stays]], steps[stays]), first, self.history)

    def grow(self) -> None:
        """Make room for what the last step has shown to be needed."""
        first = self.clock.step
        self.fill(self.entries(first), first, max(self.history, 2 * int(self.farthest.cursor[0])))

    # -- store and restore -----------------------------------------------------------------------------------------

    def keep(self) -> dict[str, Any]:
        """What waits."""
        synapses, steps = self.entries(self.clock.step)
        return {"first": self.clock.step, "dt": self.dt_s, "size": self.size, "synapses": synapses, "steps": steps}

    def bring_back(self, values: Mapping[str, Any]) -> None:
        """Only this waits."""
        self.dt_s, self.size = float(values["dt"]), int(values["size"])
        entries = np.asarray(values["synapses"], np.int64), np.asarray(values["steps"], np.int64)
        self.fill(entries, int(values["first"]), self.history)

    def adopt(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what waits after a run elsewhere; arrays by their names in the program."""
        self.waiting, self.counts, self.due = (arrays[f"{self.name}.{x}"] for x in ("waiting", "counts", "due"))
        self.longest.capacity, self.farthest.capacity = len(self.due), len(self.counts) - 1
        for limit in (self.longest, self.farthest):
            limit.cursor[:] = arrays[f"{limit.name}.cursor"]

    # -- for the program -------------------------------------------------------------------------------------------

    def memory(self) -> dict[str, np.ndarray]:
        """Arrays by their names in the program."""
        found = {f"{self.name}.{x}": getattr(self, x) for x in ("waiting", "counts", "due")}
        return found | {f"{limit.name}.cursor": limit.cursor for limit in (self.longest, self.farthest)}

    def contribute(self, part: Contribution, clock: str) -> None:
        """Declare the queue, and the limits at which a run returns to make room."""
        part.queues.append(Queue(self.name, f"{self.farthest.name}.capacity", f"{self.longest.name}.capacity", clock))
        for name, memory in self.memory().items():
            part.store(name, memory, shared=name.endswith(".cursor"))
        for limit in (self.longest, self.farthest):
            part.logs.append(LogBuffer(limit.name, (), f"{limit.name}.width"))
            part.ints |= {f"{limit.name}.width": limit.width, f"{limit.name}.capacity": limit.capacity}


class Limit:
    """A limit of a queue, as the driver of a run sees a log: when it is reached, `grow` makes room."""

    clock = None

    def __init__(self, queue: SpikeQueue, what: str) -> None:
        self.queue, self.what, self.name = queue, what, f"{queue.name}.{what}"
        self.cursor, self.capacity = np.zeros(1, np.int64), 1

    @property
    def width(self) -> int:
        """How far one step can go: a list can get all synapses."""
        return self.queue.size if self.what == "longest" else 0

    @property
    def full(self) -> bool:
        """Might the next step go too far?"""
        return int(self.cursor[0]) + self.width > self.capacity

    def grow(self) -> None:
        """Make room."""
        self.queue.grow()

    def adopt(self, columns: Mapping[str, np.ndarray]) -> None:
        """As in `GrowingLog`."""
        self.queue.adopt(columns)

    def memory(self) -> dict[str, np.ndarray]:
        """The arrays of the queue."""
        return self.queue.memory()

    def look(self) -> None:
        """Nothing to do between two steps."""

    def wanted(self, ticks: int) -> int:
        """Nothing that the length of a run would tell."""
        return 0
