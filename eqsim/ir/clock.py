"""Which clocks tick next.  Every target follows this rule, word for word.

Each clock counts whole steps: its time is ``step * dt``, never accumulated.  The clocks that tick together are the one
that is earliest and all others within ``TOGETHER`` of a step of their own of it; a clock that has reached its end waits.
"""

from __future__ import annotations

from collections.abc import Sequence

TOGETHER = 1e-4  # fraction of a clock's dt within which two times are the same


def ticking(steps: Sequence[int], ends: Sequence[int], dts: Sequence[float]) -> list[bool]:
    """Which clocks tick now; nobody if all have reached their end."""
    times = [n * dt for n, dt in zip(steps, dts, strict=True)]
    waiting = [n < end for n, end in zip(steps, ends, strict=True)]
    now = min((t for t, w in zip(times, waiting, strict=True) if w), default=None)
    if now is None:
        return [False] * len(times)
    return [w and t - now <= TOGETHER * dt for t, w, dt in zip(times, waiting, dts, strict=True)]
