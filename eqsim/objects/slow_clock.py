"""A clock that ticks at every n-th step of another one, whatever the step of that becomes."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.objects.clock import Clock, EventClock
from eqsim.units import get_dimensions, second


class SlowClock(Clock):
    """Ticks at the steps 0, n, 2n, ... of another clock."""

    def __init__(self, of: Clock, n: int, name: str) -> None:
        self._of, self._n = of, n
        super().__init__(of.dt * n, name)

    @property
    def _dt(self) -> float:
        return self._of.dt_ * self._n

    @_dt.setter
    def _dt(self, value: float) -> None:
        """It follows from the other clock."""


def slow_clock(of: Clock, every: Any, owner: str) -> Clock:
    """The clock for ``every=``: a number of steps, or a time.

    Raises
    ------
    TypeError, ValueError
        If it is neither a positive number of steps nor a time that is a multiple of dt.
    """
    if get_dimensions(every) is second.dim:
        steps = round(float(every) / of.dt_)
        if steps < 1 or abs(float(every) / of.dt_ - steps) > 1e-4:
            raise ValueError(f"'{owner}': every= must be a multiple of dt ({of.dt_ * 1e3:g} ms), not {every}")
        every = steps
    if isinstance(every, bool) or not isinstance(every, int | np.integer):
        raise TypeError(f"'{owner}': every= is a number of steps or a time, not {every!r}")
    if isinstance(of, EventClock):
        raise TypeError(f"'{owner}': every= needs a clock with steps, not one with listed times")
    if every < 1:
        raise ValueError(f"'{owner}': every= must be at least 1, not {every}")
    return SlowClock(of, int(every), f"{owner}_clock*")
