"""Clocks: whole steps of a length dt, and `defaultclock`."""

from __future__ import annotations

import math
from typing import Any

from eqsim.objects.naming import Nameable
from eqsim.units import DimensionMismatchError, Quantity, get_dimensions, second

EPSILON = 1e-4  # fraction of dt within which two times are the same


class Clock(Nameable):
    """Counts steps of length ``dt``.

    Parameters
    ----------
    dt : Quantity, second
        Length of a step.
    name : str, optional

    Raises
    ------
    DimensionMismatchError
        If ``dt`` is not a time.
    ValueError
        If ``dt`` is not positive.
    """

    def __init__(self, dt: Any, name: str = "clock*") -> None:
        super().__init__(name)
        self._dt = _seconds(dt)
        self._changed = False
        self.step = 0

    @property
    def dt(self) -> Any:
        """Length of a step (Quantity, second)."""
        return Quantity(self._dt, dim=second.dim)

    @dt.setter
    def dt(self, value: Any) -> None:
        new = _seconds(value)
        self._changed = self._changed or new != self._dt
        self._dt, self.step = new, round(self.step * self._dt / new)

    @property
    def dt_(self) -> float:
        """Length of a step in seconds."""
        return self._dt

    @dt_.setter
    def dt_(self, value: float) -> None:
        self.dt = Quantity(value, dim=second.dim)

    @property
    def t(self) -> Any:
        """Time of the next step (Quantity, second)."""
        return Quantity(self.t_, dim=second.dim)

    @property
    def t_(self) -> float:
        """Time of the next step in seconds."""
        return self.step * self._dt

    @property
    def timestep(self) -> int:
        """Number of the next step."""
        return self.step

    def first_step_at(self, t_s: float) -> int:
        """The first step that begins at ``t_s`` seconds or later."""
        return math.ceil(t_s / self._dt - EPSILON)

    def set_time(self, t_s: float) -> None:
        """Stand at the first step that begins at ``t_s`` seconds or later.

        Raises
        ------
        ValueError
            If dt has been changed, and ``t_s`` is no multiple of it.
        """
        if self._changed and abs(t_s - round(t_s / self._dt) * self._dt) > EPSILON * self._dt:
            raise ValueError(
                f"the dt of clock '{self.name}' was set to {self._dt * 1e3:g} ms, but the present time, {t_s * 1e3:g} ms, "
                "is no multiple of that: change it at a common multiple of the old and the new dt"
            )
        self._changed = False
        self.step = self.first_step_at(t_s)

    def __repr__(self) -> str:
        return f"Clock(dt={self.dt!r}, name={self.name!r})"


class DefaultClock(Clock):
    """The clock of all objects that have none of their own."""

    def __init__(self) -> None:
        super().__init__(Quantity(1e-4, dim=second.dim), name="defaultclock")


def _seconds(dt: Any) -> float:
    if get_dimensions(dt) is not second.dim:
        raise DimensionMismatchError("dt must be a time, e.g. dt=0.1*ms", get_dimensions(dt))
    value = float(dt)
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"dt must be a positive time, not {dt}")
    return value


defaultclock = DefaultClock()
