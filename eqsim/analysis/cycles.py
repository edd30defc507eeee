"""Limit cycles: one periodic orbit, its period, its extremes and its Floquet multipliers.

In: a `Model` and a state from which a simulation runs into the cycle.  Out: `LimitCycle`, made exact by collocation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.axes import Scale, axes
from eqsim.analysis.branches import Family
from eqsim.analysis.collocation import Orbit
from eqsim.analysis.flow import follow, seconds
from eqsim.errors import Diagnostic, IntegrationError
from eqsim.units import Quantity, hertz, second
from eqsim.units.quantity import wrap

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

__all__ = ["LimitCycle", "limit_cycle"]

INTERVALS = 40
NOTHING = "(no parameter)"


@dataclass(frozen=True, slots=True, eq=False)
class LimitCycle:
    """A periodic orbit.

    Attributes
    ----------
    model : Model
    period_s : float
        In second.
    t_s : (k,) array
        Times in second, from 0 to the period.
    x : (n, k) array
        SI values of the variables; the last column is the first one.
    multipliers : (n,) complex array
        Floquet multipliers, the largest first; one of them is 1.
    """

    model: Model
    period_s: float
    t_s: np.ndarray
    x: np.ndarray
    multipliers: np.ndarray

    @property
    def period(self) -> Quantity:
        """The time of one turn."""
        found: Quantity = wrap(self.period_s, second.dim)
        return found

    @property
    def frequency(self) -> Quantity:
        """Turns per second."""
        found: Quantity = wrap(1 / self.period_s, hertz.dim)
        return found

    @property
    def stable(self) -> bool:
        """Do small deviations from the orbit decay?"""
        return is_stable(self.multipliers)

    def _row(self, name: str) -> np.ndarray:
        return np.asarray(self.x[self.model.variables.index(self.model.variable(name))])

    def __getitem__(self, name: str) -> Any:
        return self.model.quantity(name, self._row(name))

    def lowest(self, name: str) -> Any:
        """The smallest value of a variable."""
        return self.model.quantity(name, float(extremes(self._row(name))[0]))

    def highest(self, name: str) -> Any:
        """The largest value of a variable."""
        return self.model.quantity(name, float(extremes(self._row(name))[1]))

    def amplitude(self, name: str) -> Any:
        """Half the distance between the extremes of a variable."""
        low, high = extremes(self._row(name))
        return self.model.quantity(name, float(high - low) / 2)

    def plot(self, x: str | None = None, y: str | None = None, ax: Any = None) -> Any:
        """Draw the orbit in the plane of two variables, the first two by default; over time if there is only one name."""
        ax = axes(ax)
        first = x or self.model.variables[0]
        second_name = y or next(n for n in self.model.variables if n != first)
        sx, sy = (Scale.of(n, self.model.dims[n], self._row(n)) for n in (first, second_name))
        ax.plot(sx(self._row(first)), sy(self._row(second_name)), "-" if self.stable else "--", color="C1")
        ax.set(xlabel=sx.label, ylabel=sy.label)
        return ax

    def __str__(self) -> str:
        kind = "stable" if self.stable else "unstable"
        return f"{kind} limit cycle of period {wrap(float(f'{self.period_s:.7g}'), second.dim)}"

    __repr__ = __str__


def is_stable(multipliers: np.ndarray) -> bool:
    """All but the one that belongs to the phase lie inside the unit circle."""
    others = np.delete(multipliers, np.argmin(np.abs(multipliers - 1)))
    return bool(np.all(np.abs(others) < 1))


def extremes(row: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value of a periodic row (its last value is its first one), by parabolas through three points."""
    found = []
    for sign in (-1.0, 1.0):
        y = sign * row[:-1]
        k = int(np.argmax(y))
        a, b, c = y[k - 1], y[k], y[(k + 1) % len(y)]
        bend = a - 2 * b + c
        top = b - (a - c) ** 2 / (8 * bend) if bend < 0 else b
        found.append(sign * float(top))
    return found[0], found[1]


def dense(orbit: Orbit, u: np.ndarray, points: int = 801) -> tuple[np.ndarray, np.ndarray]:
    """The orbit on an even grid over one period: times (k,) in second, SI values (n, k)."""
    x, period, _ = orbit.split(u)
    s = np.linspace(0.0, 1.0, points)
    return s * period, orbit.interpolated(x, s).T * orbit.family.size[:, None]


def cycle_of(orbit: Orbit, u: np.ndarray, model: Model) -> LimitCycle:
    """The orbit in SI values with its multipliers."""
    found = np.linalg.eigvals(orbit.monodromy(u)).astype(complex)
    times, x = dense(orbit, u)
    return LimitCycle(model, float(times[-1]), times, x, found[np.argsort(-np.abs(found), kind="stable")])


def limit_cycle(model: Model, duration: Quantity, **start: Any) -> LimitCycle:
    """The stable limit cycle into which a state runs.

    Parameters
    ----------
    model : Model
    duration : quantity
        Time after which the state is near the cycle; in the same time again it must turn at least twice.
    **start
        A value for each variable, with units.

    Raises
    ------
    IntegrationError
        If the state does not run into a cycle.

    Examples
    --------
    >>> from eqsim.analysis import Model, limit_cycle
    >>> from eqsim.units import ms
    >>> eqs = '''dx/dt = (x - w*y - x*(x**2 + y**2))/ms : 1
    ...          dy/dt = (y + w*x - y*(x**2 + y**2))/ms : 1'''
    >>> print(limit_cycle(Model(eqs, w=2.0), 20 * ms, x=0.5, y=0))
    stable limit cycle of period 3.141593 ms
    """
    length = seconds(duration, "the duration")
    values = model.values()
    before = follow(model, values, model.point(start), np.linspace(0.0, length, 50))
    times = np.linspace(0.0, length, 20001)
    x = follow(model, values, before[:, -1], times)
    size = np.ptp(x, axis=1)
    still = 1e-6 * np.maximum(np.ptp(before, axis=1), np.max(np.abs(before), axis=1)) + 1e-300
    if np.all(size < still):
        raise IntegrationError(Diagnostic("A115", "the state comes to rest: there is no limit cycle here"))
    size = np.where(size > still, size, 1.0)
    first, last = _one_turn(x, size)
    return exact(model, values, times[first : last + 1], x[:, first : last + 1], size)


def _one_turn(x: np.ndarray, size: np.ndarray) -> tuple[int, int]:
    """Two samples between which the state goes around once: it comes back, in the same direction, closest."""
    row = x[int(np.argmax(size > 0))]
    middle = 0.5 * (np.min(row) + np.max(row))
    ups = np.flatnonzero((row[:-1] < middle) & (row[1:] >= middle))
    for at in ups[1:]:
        if np.max(np.abs(x[:, at] - x[:, ups[0]]) / size) < 0.05:
            return int(ups[0]), int(at)
    raise IntegrationError(
        Diagnostic("A115", "the state does not come back to where it was: there is no limit cycle here, or it is longer")
    )


def exact(model: Model, values: dict[str, float], times: np.ndarray, x: np.ndarray, size: np.ndarray) -> LimitCycle:
    """Newton steps on the orbit as a whole, twice, the second time on a mesh that fits it."""
    family = Family(model, NOTHING, 0.0, 1.0, {})
    family.values, family.size = dict(values), size
    orbit = Orbit(family, np.linspace(0, 1, INTERVALS + 1), np.zeros((0, 0)), float(times[-1] - times[0]))
    phase = (times - times[0]) / orbit.unit
    orbit.before = np.stack([np.interp(orbit.times(), phase, row) for row in x / size[:, None]], axis=1)
    u = np.append(orbit.before.ravel(), [0.0, 0.0])
    for _ in range(3):
        u = _solved(orbit, u)
        orbit, u = orbit.remeshed(u)
    return cycle_of(orbit, _solved(orbit, u), model)


def _solved(orbit: Orbit, u: np.ndarray) -> np.ndarray:
    for _ in range(20):
        f, matrix = orbit(u)
        step = np.linalg.solve(matrix[:, :-1], -f)
        u = u + np.append(step, 0.0)
        if float(np.max(np.abs(step))) < 1e-11:
            return u
    raise IntegrationError(Diagnostic("A116", "the limit cycle could not be made exact"))
