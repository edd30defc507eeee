"""Families of limit cycles that grow from Hopf points, followed over the parameter.

In: the Hopf points of a family of systems.  Out: `CycleBranch`: extremes, period, Floquet multipliers over the parameter,
and the folds of cycles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.branches import Family, SpecialPoint
from eqsim.analysis.collocation import Orbit
from eqsim.analysis.curve import Place, corrected
from eqsim.analysis.cycles import INTERVALS, LimitCycle, cycle_of, exact, extremes, is_stable
from eqsim.units import second
from eqsim.units.quantity import wrap

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

MOST = 400  # orbits of one family
FIRST = 0.01  # size of the first orbit, of the range of the variables
LONGEST = 0.1  # step along the family
SLOW = 300.0  # a family ends where the period is so many times that of its first orbit


@dataclass(frozen=True, slots=True, eq=False)
class CycleBranch:
    """Limit cycles over a parameter.

    Attributes
    ----------
    model : Model
    parameter : str
    p : (k,) array
        SI values of the parameter.
    period_s : (k,) array
        In second.
    lowest, highest : (n, k) array
        Extremes of the variables, SI.
    multipliers : (n, k) complex array
        Floquet multipliers, the largest first; one of them is 1.
    orbits : tuple of LimitCycle
    begin, end : SpecialPoint or None
        The Hopf points at which the family begins and ends; None if it ends otherwise.
    """

    model: Model
    parameter: str
    p: np.ndarray
    period_s: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    multipliers: np.ndarray
    orbits: tuple[LimitCycle, ...]
    begin: SpecialPoint
    end: SpecialPoint | None = None

    @property
    def stable(self) -> np.ndarray:
        """(k,) bool: do small deviations from the orbit decay?"""
        return np.array([is_stable(m) for m in self.multipliers.T])

    @property
    def period(self) -> Any:
        """Times of one turn (k,)."""
        return wrap(self.period_s, second.dim)

    @property
    def folds(self) -> tuple[Any, ...]:
        """Values of the parameter at which two cycles meet, with units: extremes of the parameter on the family.

        From a parabola through three orbits: good to a few 1e-3 of the step between them.
        """
        inside = range(1, len(self.p) - 1)
        turns = [k for k in inside if (self.p[k] - self.p[k - 1]) * (self.p[k + 1] - self.p[k]) < 0]
        found = []
        for k in turns:
            a, b, c = self.p[k - 1 : k + 2]
            found.append(self.model.quantity(self.parameter, float(b - (a - c) ** 2 / (8 * (a - 2 * b + c)))))
        return tuple(found)

    def with_ends(self, extreme: np.ndarray, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Parameter, an extreme of a variable, and stability, each continued to the Hopf points."""
        p, y, stable = [self.begin.p, *self.p], [self.begin.x[row], *extreme], [self.stable[0], *self.stable]
        if self.end is not None:
            p, y, stable = [*p, self.end.p], [*y, self.end.x[row]], [*stable, stable[-1]]
        return np.array(p), np.array(y), np.array(stable)

    def at(self, value: Any) -> tuple[LimitCycle, ...]:
        """The limit cycles of the family at one value of the parameter: several behind a fold, none beyond the ends.

        Each is made exact by Newton steps from a mean of the two orbits between which it lies.

        Raises
        ------
        DimensionMismatchError
            If the value has the wrong unit.
        """
        model = self.model.replace(**{self.parameter: value})
        p = float(self.model.number(self.parameter, value))
        return tuple(exact(model, model.values(), t, x, np.ptp(x, axis=1)) for t, x in self._guesses(p))

    def _guesses(self, p: float) -> list[tuple[np.ndarray, np.ndarray]]:
        """Times and states of orbits near those at a value; at a Hopf point orbits grow as the root of the distance."""
        found = [(o.t_s, o.x) for o, q in zip(self.orbits, self.p, strict=True) if q == p]
        for k, (a, b) in enumerate(pairwise(self.orbits)):
            if (self.p[k] - p) * (self.p[k + 1] - p) < 0:
                part = (p - self.p[k]) / (self.p[k + 1] - self.p[k])
                found.append(((1 - part) * a.t_s + part * b.t_s, (1 - part) * a.x + part * b.x))
        for hopf, orbit, q in ((self.begin, self.orbits[0], self.p[0]), (self.end, self.orbits[-1], self.p[-1])):
            if hopf is not None and (hopf.p - p) * (q - p) < 0:
                part = np.sqrt((p - hopf.p) / (q - hopf.p))
                found.append((orbit.t_s, hopf.x[:, None] + part * (orbit.x - hopf.x[:, None])))
        return found

    def __str__(self) -> str:
        low, high = (self.model.quantity(self.parameter, float(v)) for v in (self.p.min(), self.p.max()))
        return f"limit cycles for {self.parameter} from {_short(low)} to {_short(high)}"

    __repr__ = __str__


def _short(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(wrap(float(f"{float(value):.5g}"), value.dim))


def cycle_branches(family: Family, points: list[SpecialPoint]) -> tuple[CycleBranch, ...]:
    """The family of each Hopf point; those that end at another Hopf point are followed once."""
    found: list[CycleBranch] = []
    done: set[int] = set()
    hopfs = [s for s in points if s.kind == "Hopf"]
    for k, hopf in enumerate(hopfs):
        if k in done:
            continue
        branch = _followed(family, hopf)
        if branch is None:
            continue
        centre = 0.5 * (branch.lowest[:, -1] + branch.highest[:, -1])
        last = family.pack(centre, float(branch.p[-1]))
        ends = [m for m, s in enumerate(hopfs) if m != k and np.max(np.abs(last - family.pack(s.x, s.p))) < 5 * FIRST]
        done |= set(ends)
        found.append(replace(branch, end=hopfs[ends[0]]) if ends else branch)
    return tuple(found)


class _Weighted:
    """The equations of an orbit in unknowns of which those of the orbit together count as much as one."""

    def __init__(self, orbit: Orbit, count: int) -> None:
        self.orbit = orbit
        self.weights = np.ones(count)
        self.weights[:-2] = 1 / np.sqrt(len(orbit.before))

    def __call__(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        f, jacobian = self.orbit(u / self.weights)
        return f, jacobian / self.weights


def _birth(family: Family, hopf: SpecialPoint) -> tuple[Orbit, np.ndarray, np.ndarray]:
    """A small circle around a Hopf point, and the direction in which it grows."""
    u0 = family.pack(hopf.x, hopf.p)
    values, vectors = np.linalg.eig(family.jacobian(u0))
    q = vectors[:, np.argmin(np.abs(values - 1j * hopf.omega_hz))]
    orbit = Orbit(family, np.linspace(0, 1, INTERVALS + 1), np.zeros((0, 0)), 2 * np.pi / hopf.omega_hz)
    turn = np.real(np.exp(2j * np.pi * orbit.times())[:, None] * (q / np.max(np.abs(q))))
    orbit.before = u0[:-1] + FIRST * turn
    along = np.concatenate([turn.ravel(), [0.0, 0.0]])
    return orbit, np.concatenate([orbit.before.ravel(), [0.0, u0[-1]]]), along


def _followed(family: Family, hopf: SpecialPoint) -> CycleBranch | None:
    """The family that is born at a Hopf point, within the range of the parameter."""
    orbit, start, along = _birth(family, hopf)
    system = _Weighted(orbit, len(start))
    begin = along * system.weights
    first = corrected(system, start * system.weights, begin / np.linalg.norm(begin))
    if first is None:
        return None
    place, step = first[0], FIRST
    found: list[tuple[Orbit, np.ndarray]] = [(orbit, place.u / system.weights)]
    while len(found) < MOST and step > 1e-6:
        new = corrected(system, place.u + step * place.tangent, place.tangent)
        if new is None or new[0].tangent @ place.tangent < 0.95:
            step *= 0.5
            continue
        u, ahead = new[0].u / system.weights, new[0].tangent / system.weights
        if not _inside(family, orbit, u, hopf, len(found)):
            if step > 1e-4 and _size(family, u) > FIRST:  # come nearer to the border
                step *= 0.5
                continue
            break
        found.append((orbit, u))
        orbit, u, ahead = _carried(orbit, u, ahead)
        system = _Weighted(orbit, len(u))
        place = Place(u * system.weights, ahead * system.weights / np.linalg.norm(ahead * system.weights), new[0].jacobian)
        step = min(LONGEST, step * (1.4 if new[1] <= 4 else 0.8))
    return _branch(family, found, hopf)


def _carried(orbit: Orbit, u: np.ndarray, ahead: np.ndarray) -> tuple[Orbit, np.ndarray, np.ndarray]:
    """Orbit and tangent on a new mesh."""
    new, moved = orbit.remeshed(u)
    n = len(orbit.family.size)
    tangent = orbit.interpolated(ahead[:-2].reshape(-1, n), new.times())
    return new, moved, np.concatenate([tangent.ravel(), ahead[-2:]])


def _size(family: Family, u: np.ndarray) -> float:
    """The largest extent of an orbit, of the range of the variables."""
    return float(np.max(np.ptp(u[:-2].reshape(-1, len(family.size)), axis=0)))


def _inside(family: Family, orbit: Orbit, u: np.ndarray, hopf: SpecialPoint, count: int) -> bool:
    """Does the family go on here?"""
    p = float(u[-1]) * family.width
    shrunk = count > 3 and _size(family, u) < FIRST
    slow = orbit.unit * np.exp(u[-2]) > SLOW * 2 * np.pi / hopf.omega_hz
    return bool(family.low <= p <= family.high and not shrunk and not slow and not _inverted(orbit, u))


def _inverted(orbit: Orbit, u: np.ndarray) -> bool:
    """Has a step led through an orbit of size 0 to the same orbits again, now half a period later?"""
    new = orbit.split(u)[0]
    return bool(np.sum((new - new.mean(axis=0)) * (orbit.before - orbit.before.mean(axis=0))) < 0)


def _branch(family: Family, found: list[tuple[Orbit, np.ndarray]], hopf: SpecialPoint) -> CycleBranch:
    values = [float(u[-1]) * family.width for _, u in found]
    models = [family.model.replace(**{family.parameter: family.model.quantity(family.parameter, p)}) for p in values]
    orbits = tuple(cycle_of(orbit, u, model) for (orbit, u), model in zip(found, models, strict=True))
    limits = np.array([[extremes(row) for row in orbit.x] for orbit in orbits])
    return CycleBranch(
        family.model,
        family.parameter,
        np.array(values),
        np.array([orbit.period_s for orbit in orbits]),
        limits[:, :, 0].T,
        limits[:, :, 1].T,
        np.stack([orbit.multipliers for orbit in orbits], axis=1),
        orbits,
        hopf,
    )
