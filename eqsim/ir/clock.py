"""When clocks tick, and which tick next.  Every target follows these rules, word for word.

Each clock counts whole steps.  Step ``n`` begins at ``n * dt``, never accumulated; or at ``times[n]``, for a clock with a
list of times (ascending).  The clocks that tick together are the one that is earliest and all others within `TOGETHER` of
the smallest ``dt`` of it; a clock that has reached its end waits.  For a clock with a list, ``dt`` is only this measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eqsim.ir.program import Program, State, timetable

TOGETHER = 1e-4  # fraction of the smallest dt within which two times are the same


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of a program in one simulation: their names, dt, and lists of times."""

    names: tuple[str, ...]
    dts: tuple[float, ...]
    lists: tuple[np.ndarray | None, ...]

    @classmethod
    def of(cls, program: Program, state: State) -> Clocks:
        """The clocks as their numbers are now."""
        lists = tuple(state.arrays.get(timetable(c)) for c in program.clocks)
        return cls(program.clocks, tuple(state.reals[f"{c}.dt"] for c in program.clocks), lists)

    def time(self, clock: int, step: int) -> float:
        """When a step begins, in seconds; for a list that has ended, never."""
        times = self.lists[clock]
        if times is None:
            return step * self.dts[clock]
        return float(times[step]) if step < len(times) else float("inf")

    def ticking(self, steps: Mapping[str, int], ends: Mapping[str, int]) -> list[bool]:
        """Which clocks tick now; nobody if all have reached their end."""
        waiting = [steps[c] < ends[c] for c in self.names]
        times = [self.time(at, steps[c]) for at, c in enumerate(self.names)]
        return together(times, waiting, self.dts)


def together(times: Sequence[float], waiting: Sequence[bool], dts: Sequence[float]) -> list[bool]:
    """Of clocks that wait for their times: which tick at the earliest of them?"""
    now = min((t for t, w in zip(times, waiting, strict=True) if w), default=None)
    if now is None:
        return [False] * len(times)
    limit = TOGETHER * min(dts)
    return [w and t - now <= limit for t, w in zip(times, waiting, strict=True)]
