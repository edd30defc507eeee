"""The memory of a group's events: who spiked in the last steps."""

from __future__ import annotations

import numpy as np

from eqsim.ir.program import Events
from eqsim.objects.part import Contribution


class EventRing:
    """A ring of the events of the last ``history`` steps; its layout is drawn at `eqsim.ir.program.Events`."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size, self.history = name, size, 1
        self.indices = np.zeros(size, np.int32)
        self.counts = np.zeros(1, np.int64)

    def at(self, step: int) -> np.ndarray:
        """Who had an event at a step of the last ``history`` ones; (n,) int32, ascending."""
        slot = step % self.history
        start = slot * self.size
        return self.indices[start : start + int(self.counts[slot])].copy() if step >= 0 else np.zeros(0, np.int32)

    def resize(self, history: int, step: int) -> None:
        """Make room for more (or fewer) past steps; ``step`` is the next one to be computed."""
        if history == self.history:
            return
        kept = [(s, self.at(s)) for s in range(max(0, step - min(history, self.history)), step)]
        self.history = history
        self.indices, self.counts = np.zeros(history * self.size, np.int32), np.zeros(history, np.int64)
        for s, found in kept:
            slot = s % history
            self.indices[slot * self.size : slot * self.size + len(found)] = found
            self.counts[slot] = len(found)

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
