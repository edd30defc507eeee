"""The memory of a group's events: who spiked in the last steps."""

from __future__ import annotations

import math

import numpy as np

from eqsim.ir.program import Events
from eqsim.objects.keeping import Keeper
from eqsim.objects.part import Contribution
from eqsim.objects.settle import settle


class EventRing(Keeper):
    """A ring of the events of the last ``history`` steps; its layout is drawn at `eqsim.ir.program.Events`."""

    KEPT = ("history", "dt_s", "indices", "counts")

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size, self.history = name, size, 1
        self.dt_s: float | None = None
        self.indices = np.zeros(size, np.int32)
        self.counts = np.zeros(1, np.int64)

    def at(self, step: int) -> np.ndarray:
        """Who had an event at a step of the last ``history`` ones; (n,) int32, ascending."""
        settle()
        slot = step % self.history
        start = slot * self.size
        return self.indices[start : start + int(self.counts[slot])].copy() if step >= 0 else np.zeros(0, np.int32)

    def fit(self, history: int, step: int, dt_s: float) -> None:
        """Make room for ``history`` past steps of ``dt_s`` seconds; ``step`` is the next one to be computed.

        If dt has changed, events move to the step that is nearest to their time, so that they arrive when they were due.
        """
        if (history, dt_s) == (self.history, self.dt_s):
            return
        ratio = (self.dt_s or dt_s) / dt_s
        next_old = round(step / ratio)
        kept = [(s, self.at(s)) for s in range(max(0, next_old - self.history), next_old)]
        self.history, self.dt_s = history, dt_s
        self.indices, self.counts = np.zeros(history * self.size, np.int32), np.zeros(history, np.int64)
        for s, found in reversed(kept):
            self._put(min(math.ceil(s * ratio - 0.5), step - 1), step - history, found)

    def _put(self, step: int, first: int, found: np.ndarray) -> None:
        """Add events to a step; who has one there already gets the other one a step earlier."""
        while len(found) and step >= max(first, 0):
            slot, there = step % self.history, self.at(step)
            together = np.union1d(there, found)
            self.indices[slot * self.size : slot * self.size + len(together)] = together
            self.counts[slot] = len(together)
            found, step = np.intersect1d(there, found), step - 1

    def forget(self) -> None:
        """No events: as before the first step."""
        self.counts[:] = 0

    def contribute(self, part: Contribution, size: str, clock: str) -> None:
        """Declare the ring and its memory."""
        events = Events(self.name, size, f"{self.name}.history", clock)
        part.events.append(events)
        part.store(events.indices, self.indices)
        part.store(events.counts, self.counts)
        part.ints[events.history] = self.history
