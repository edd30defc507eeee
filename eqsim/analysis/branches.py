"""Branches of fixed points along one parameter, with the points at which something changes.

In: a `Model`, a parameter, its range.  Out: `Branch`es and `SpecialPoint`s: fold (saddle-node), Hopf, branch point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.curve import Place, at_border, corrected, follow, located
from eqsim.analysis.roots import Box, roots
from eqsim.analysis.stability import determinant, hopf_test, lyapunov_coefficient, turning_pair
from eqsim.units import hertz, second
from eqsim.units.quantity import wrap

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

STARTS = 9  # values of the parameter at which fixed points are looked for
FAR = 20.0  # a branch ends where a variable is so many times its range away
SAME = 1e-4  # points on two branches closer than this are one


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A curve of fixed points.

    Attributes
    ----------
    model : Model
    parameter : str
    p : (k,) array
        SI values of the parameter; it goes back and forth if there are folds.
    x : (n, k) array
        SI values of the variables.
    eigenvalues : (n, k) complex array
        In 1/second.
    """

    model: Model
    parameter: str
    p: np.ndarray
    x: np.ndarray
    eigenvalues: np.ndarray

    @property
    def stable(self) -> np.ndarray:
        """(k,) bool: do all small deviations decay?"""
        return np.asarray(np.all(self.eigenvalues.real < 0, axis=0))

    def __getitem__(self, name: str) -> Any:
        if name == self.parameter:
            return self.model.quantity(name, self.p)
        return self.model.quantity(name, self.x[self.model.variables.index(self.model.variable(name))])


@dataclass(frozen=True, slots=True, eq=False)
class SpecialPoint:
    """A point of a branch where the number or the stability of solutions changes.

    Attributes
    ----------
    kind : str
        'fold', 'Hopf' or 'branch point'.
    p : float
        SI value of the parameter.
    x : (n,) array
        SI values of the variables.
    eigenvalues : (n,) complex array
        In 1/second.
    lyapunov : float or None
        Of a Hopf point: below 0 supercritical (a stable cycle appears where the point is unstable), above 0 subcritical.
    """

    model: Model
    parameter: str
    kind: str
    p: float
    x: np.ndarray
    eigenvalues: np.ndarray
    lyapunov: float | None = None

    def __getitem__(self, name: str) -> Any:
        if name == self.parameter:
            return self.value
        return self.model.quantity(name, self.x[self.model.variables.index(self.model.variable(name))])

    @property
    def value(self) -> Any:
        """The value of the parameter, with its unit."""
        return self.model.quantity(self.parameter, self.p)

    @property
    def omega_hz(self) -> float:
        """Angular frequency at a Hopf point, in 1/second; else 0."""
        return turning_pair(self.eigenvalues) if self.kind == "Hopf" else 0.0

    @property
    def frequency(self) -> Any:
        """With which the cycle is born at a Hopf point."""
        return wrap(self.omega_hz / (2 * np.pi), hertz.dim)

    @property
    def period(self) -> Any:
        """With which the cycle is born at a Hopf point."""
        return wrap(2 * np.pi / self.omega_hz if self.omega_hz else float("inf"), second.dim)

    @property
    def supercritical(self) -> bool:
        """Is it a Hopf point from which a stable cycle grows?"""
        return self.lyapunov is not None and self.lyapunov < 0

    def __str__(self) -> str:
        kind = self.kind
        if self.lyapunov is not None:
            kind = f"{'supercritical' if self.supercritical else 'subcritical'} Hopf"
        names = ((self.parameter, self.value), *((n, self[n]) for n in self.model.variables))
        return f"{kind} at " + ", ".join(f"{name} = {_short(value)}" for name, value in names)

    __repr__ = __str__


def _short(value: Any) -> str:
    return f"{value:.7g}" if isinstance(value, float) else str(wrap(float(f"{float(value):.7g}"), value.dim))


class Family:
    """The fixed points of a model over one parameter: u = (x/size, p/width)."""

    def __init__(self, model: Model, parameter: str, low: float, high: float, box: Box) -> None:
        self.model, self.parameter = model, parameter
        self.low, self.high, self.box = low, high, box
        self.values = model.values(free=[parameter])
        self.width = high - low
        self.size = np.ones(len(model.variables))

    def starts(self) -> list[np.ndarray]:
        """Fixed points at some values of the parameter, as u; the size of the variables is found here."""
        found = []
        for p in np.linspace(self.low, self.high, STARTS):
            points, size = roots(self.model, {**self.values, self.parameter: float(p)}, self.box)
            found += [(x, float(p)) for x in points]
            if len(found) == len(points):
                self.size = size
        return [self.pack(x, p) for x, p in found]

    def pack(self, x: np.ndarray, p: float) -> np.ndarray:
        """Scaled unknowns."""
        return np.append(x / self.size, p / self.width)

    def unpack(self, u: np.ndarray) -> tuple[np.ndarray, float]:
        """SI values of variables and parameter."""
        return u[:-1] * self.size, float(u[-1]) * self.width

    def __call__(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rates and their derivatives by the scaled unknowns."""
        x, p = self.unpack(u)
        by = (*self.model.variables, self.parameter)
        f, jacobian = self.model.linearised(x, {**self.values, self.parameter: p}, by)
        return f, jacobian * np.append(self.size, self.width)

    def jacobian(self, u: np.ndarray) -> np.ndarray:
        """(n, n) in 1/second, by scaled variables: it has the eigenvalues of the plain one."""
        return np.asarray(self(u)[1][:, :-1] / self.size[:, None])

    def eigenvalues(self, u: np.ndarray) -> np.ndarray:
        """Of the Jacobian, in 1/second."""
        return np.asarray(np.linalg.eigvals(self.jacobian(u)).astype(complex))

    def outside(self, u: np.ndarray) -> bool:
        """Is this beyond what was asked for?"""
        p = float(u[-1]) * self.width
        slack = 1e-12 * self.width
        return p < self.low - slack or p > self.high + slack or bool(np.max(np.abs(u[:-1])) > FAR)

    def same(self, a: SpecialPoint, b: SpecialPoint) -> bool:
        """Are two points one, up to rounding?"""
        return float(np.max(np.abs(self.pack(a.x, a.p) - self.pack(b.x, b.p)))) < SAME

    def branch(self, start: np.ndarray) -> list[Place]:
        """The curve through a start in both directions, cut at the ends of the range."""
        along = np.zeros(len(start))
        along[-1] = 1.0
        first = corrected(self, start, along)
        if first is None:
            return []
        halves = []
        for direction in (-1.0, 1.0):
            half = follow(self, first[0].u, direction * first[0].tangent, self.outside)
            halves.append(self._cut(half))
            if len(half) > 4 and not self.outside(half[-1].u):
                break  # closed
        back, *forth = halves
        turned = [Place(p.u, -p.tangent, p.jacobian) for p in reversed(back)]
        return turned + (forth[0][1:] if forth else [])

    def _cut(self, half: list[Place]) -> list[Place]:
        """What is outside left out, and the last point moved to the border of the parameter."""
        if len(half) < 2 or not self.outside(half[-1].u):
            return half
        inner, last = half[:-1], half[-1]
        for border in (self.low, self.high):
            end = at_border(self, inner[-1], last, -1, border / self.width)
            if end is not None:
                return [*inner, end]
        return inner


def on_curve(family: Family, places: list[Place], u: np.ndarray) -> bool:
    """Does a fixed point lie on a curve that is known already?"""
    p = u[-1]
    for a, b in pairwise(places):
        da, db = a.u[-1] - p, b.u[-1] - p
        if da * db > 0 and min(abs(da), abs(db)) > 1e-9:
            continue
        s = da / (da - db) if da != db else 0.0
        guess = a.u + np.clip(s, 0, 1) * (b.u - a.u)
        if np.max(np.abs(guess - u)) > 0.1:
            continue
        along = np.zeros(len(u))
        along[-1] = 1.0
        guess[-1] = p
        near = corrected(family, guess, along)
        if near is not None and np.max(np.abs(near[0].u - u)) < SAME:
            return True
    return False


def all_branches(family: Family) -> list[list[Place]]:
    """Every branch that passes through the range at one of the values where fixed points were looked for."""
    found: list[list[Place]] = []
    for u in family.starts():
        if not any(on_curve(family, places, u) for places in found):
            places = family.branch(u)
            if len(places) > 1:
                found.append(places)
    return found


def branch_of(family: Family, places: list[Place]) -> Branch:
    """The points in SI values, with their eigenvalues."""
    pairs = [family.unpack(place.u) for place in places]
    eigenvalues = np.stack([family.eigenvalues(place.u) for place in places], axis=1)
    return Branch(
        family.model, family.parameter, np.array([p for _, p in pairs]), np.stack([x for x, _ in pairs], axis=1), eigenvalues
    )


def special_points(family: Family, places: list[Place]) -> list[SpecialPoint]:
    """Folds, Hopf points and branch points between the points of a curve, each located to rounding."""
    tests: dict[str, Callable[[Place], float]] = {
        "fold": lambda place: float(place.tangent[-1]),
        "Hopf": lambda place: hopf_test(family.eigenvalues(place.u)),
        "branch point": lambda place: determinant(np.vstack([place.jacobian, place.tangent])),
    }
    signs = {kind: [test(place) for place in places] for kind, test in tests.items()}
    found: list[SpecialPoint] = []
    for k, (a, b) in enumerate(pairwise(places)):
        for kind, test in tests.items():
            if signs[kind][k] * signs[kind][k + 1] < 0:
                place = located(family, a, b, test)
                found += [] if place is None else _special(family, kind, place)
    crossings = [s for s in found if s.kind == "branch point"]
    return [s for s in found if s.kind == "branch point" or not any(family.same(s, c) for c in crossings)]


def _special(family: Family, kind: str, place: Place) -> list[SpecialPoint]:
    x, p = family.unpack(place.u)
    eigenvalues = family.eigenvalues(place.u)
    coefficient = None
    if kind == "Hopf":
        omega = turning_pair(eigenvalues)
        if not omega:
            return []  # a neutral saddle: nothing happens there
        coefficient = lyapunov_coefficient(lambda y: family.jacobian(np.append(y, place.u[-1])), place.u[:-1], omega)
    return [SpecialPoint(family.model, family.parameter, kind, p, x, eigenvalues, coefficient)]
