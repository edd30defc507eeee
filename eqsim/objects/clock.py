"""Clocks: whole steps of a length dt, or listed times; and `defaultclock`."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np

from eqsim.errors import EqsimError
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

    KEPT = ("_dt", "step", "_changed")

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
        return self.time_of(self.step)

    def time_of(self, step: int) -> float:
        """When a step begins, in seconds."""
        return step * self._dt

    def agrees_with(self, other: Clock) -> bool:
        """Do both tick at the same times, from now on?"""
        return not isinstance(other, EventClock) and (self._dt, self.step) == (other._dt, other.step)

    @property
    def timestep(self) -> int:
        """Number of the next step."""
        return self.step

    def first_step_at(self, t_s: float, measure_s: float | None = None) -> int:
        """The first step that begins at ``t_s`` seconds or later; times within 1e-4 of ``measure_s`` (dt) are the same."""
        return math.ceil(t_s / self._dt - EPSILON * (measure_s or self._dt) / self._dt)

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


class EventClock(Clock):
    """Ticks at listed times, once at each.

    Parameters
    ----------
    times : array_like of Quantity, second
        At which times; in any order, each once, none negative.
    name : str, optional

    Raises
    ------
    DimensionMismatchError
        If ``times`` are not times.
    ValueError
        If a time is negative, occurs twice, or is no number.

    Notes
    -----
    A time that lies within 1e-4 steps of `defaultclock` of the beginning of another clock's step belongs to that step;
    other times lie between two steps.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'v : 1')
    >>> M = StateMonitor(G, 'v', record=True, clock=EventClock([1, 10, 100]*ms))
    """

    def __init__(self, times: Any, name: str = "eventclock*") -> None:
        Nameable.__init__(self, name)
        self.times_ = _ascending(times)
        self.step = 0

    @classmethod
    def kept_names(cls) -> tuple[str, ...]:
        """As `Keeper.kept_names`: its times in place of a dt."""
        return ("times_", "step")

    @property
    def times(self) -> Any:
        """The times (n,) Quantity, second; ascending."""
        return Quantity(self.times_.copy(), dim=second.dim)

    @property
    def dt(self) -> NoReturn:
        """There is none: raises `EqsimError`."""
        self._refuse()

    @dt.setter
    def dt(self, value: Any) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise EqsimError(f"'{self.name}' is an EventClock: it ticks at listed times and has no dt")

    @property
    def dt_(self) -> float:
        """The dt of `defaultclock`, by which it is decided whether two times are the same."""
        return defaultclock.dt_

    @dt_.setter
    def dt_(self, value: float) -> None:
        self.dt = value

    def time_of(self, step: int) -> float:
        """When a step begins, in seconds; after the last one, never."""
        return float(self.times_[step]) if step < len(self.times_) else math.inf

    def agrees_with(self, other: Clock) -> bool:
        """Do both tick at the same times?"""
        return isinstance(other, EventClock) and np.array_equal(self.times_, other.times_)

    def first_step_at(self, t_s: float, measure_s: float | None = None) -> int:
        """The first step that begins at ``t_s`` seconds or later; times within 1e-4 of ``measure_s`` are the same."""
        return int(np.searchsorted(self.times_, t_s - EPSILON * (measure_s or self.dt_)))

    def set_time(self, t_s: float) -> None:
        """Stand at the first step that begins at ``t_s`` seconds or later."""
        self.step = self.first_step_at(t_s)

    def __repr__(self) -> str:
        return f"EventClock(times={self.times!r}, name={self.name!r})"


class DefaultClock(Clock):
    """The clock of all objects that have none of their own."""

    def __init__(self) -> None:
        super().__init__(Quantity(1e-4, dim=second.dim), name="defaultclock")


def timestep(t: Any, dt: Any) -> Any:
    """The number of the step in which a time lies; rounded up if it lies just before the next one.

    Parameters
    ----------
    t : Quantity, second, of any shape
    dt : Quantity, second

    Returns
    -------
    n : int64, of the shape of ``t``

    Raises
    ------
    DimensionMismatchError
        If one of them is no time.

    Examples
    --------
    >>> from eqsim import *
    >>> timestep([0.1, 0.29, 0.3]*ms, 0.1*ms)
    array([1, 2, 3])
    """
    for value in (t, dt):
        if get_dimensions(value) is not second.dim:
            raise DimensionMismatchError(
                "timestep(t, dt) takes two times, e.g. timestep(1*ms, defaultclock.dt)", get_dimensions(value)
            )
    steps = np.floor(np.asarray(t) / float(dt) + 1e-3).astype(np.int64)
    return steps if steps.ndim else int(steps)


def _seconds(dt: Any) -> float:
    if get_dimensions(dt) is not second.dim:
        raise DimensionMismatchError("dt must be a time, e.g. dt=0.1*ms", get_dimensions(dt))
    value = float(dt)
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"dt must be a positive time, not {dt}")
    return value


def _ascending(times: Any) -> np.ndarray:
    if get_dimensions(times) is not second.dim:
        raise DimensionMismatchError("the times of an EventClock must be times, e.g. [1, 5]*ms", get_dimensions(times))
    values = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)).ravel())
    if not np.all(np.isfinite(values)) or np.any(values < 0):
        raise ValueError("the times of an EventClock must be finite and not negative")
    twice = values[1:][np.diff(values) == 0]
    if len(twice):
        raise ValueError(f"the times of an EventClock must differ: {Quantity(twice[0], dim=second.dim)} occurs twice")
    return values


defaultclock = DefaultClock()
