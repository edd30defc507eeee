"""Lists of spikes as a program walks them: for each neuron the step of its next spike, and how to find the one after it.

In: who spikes in which step.  Out: `Trains`, for a clock that stands at a certain step::

    due   [neuron]  step of its next spike; NEVER if there is none
    at    [neuron]  place of that spike in the lists below
    gap   [spike]   steps from this spike of a neuron to its next one; NEVER after the last
    next  [spike]   place of that next one

The spikes are sorted by neuron, then by step.  When a neuron has spiked: ``due += gap[at]``, ``at = next[at]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEVER = 1 << 61
"""A step that is never reached; twice as much is still an int."""

SLACK = 1e-3  # fraction of dt by which a time may miss the step that it was meant for


@dataclass(frozen=True, slots=True)
class Trains:
    """The arrays drawn above, all int64; ``clash`` is a neuron that has two spikes in one step, None if nobody has."""

    due: np.ndarray
    at: np.ndarray
    gap: np.ndarray
    next: np.ndarray
    clash: int | None = None

    def memory(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {"due": self.due, "at": self.at, "gap": self.gap, "next": self.next}


def steps_of(times_s: np.ndarray, dt_s: float) -> np.ndarray:
    """The steps in which spikes at these times take place; (n,) int64."""
    return ((times_s + SLACK * dt_s) / dt_s).astype(np.int64)


def in_order(indices: np.ndarray, steps: np.ndarray, period: int, N: int, now: int) -> Trains:
    """The trains of N neurons for a clock whose next step is ``now``.

    Parameters
    ----------
    indices, steps : (n,) int
        Who spikes in which step; sorted by step.
    period : int
        Steps after which everything repeats; 0: never.
    """
    if not len(indices):
        return Trains(np.full(N, NEVER), np.zeros(N, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64))
    order = np.lexsort((steps, indices))
    who, when = indices[order].astype(np.int64), steps[order]
    ends = np.searchsorted(who, np.arange(N + 1))
    first, last = ends[:-1], ends[1:] - 1
    has = last >= first
    follow = np.arange(1, len(who) + 1)
    follow[last[has]] = first[has]
    gap = when[follow] - when
    gap[last[has]] = gap[last[has]] + period if period else NEVER
    clashes = who[gap <= 0]
    due, at = _next(who, when, first, has, period, now)
    return Trains(due, at, gap, follow, int(clashes[0]) if len(clashes) else None)


def _next(
    who: np.ndarray, when: np.ndarray, first: np.ndarray, has: np.ndarray, period: int, now: int
) -> tuple[np.ndarray, np.ndarray]:
    """For each neuron the step of its next spike, and the place of that in the list."""
    began = now - now % period if period else 0
    width = int(when.max()) + 2
    sought = min(now - began, width - 1)
    at = np.searchsorted(who * width + when, np.arange(len(first)) * width + sought)
    over = has & ((at >= len(who)) | (who[np.minimum(at, len(who) - 1)] != np.arange(len(first))))
    at[over] = first[over]
    at = np.where(has, at, 0)
    wait = np.where(over, period or NEVER, 0)
    return np.where(has, began + when[at] + wait, NEVER), at
