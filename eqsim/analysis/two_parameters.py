"""Bifurcation diagrams in two parameters: the curves on which fixed points fold, or lose their stability to a cycle.

In: a `Model`, two parameters and their ranges.  Out: `BifurcationMap`: curves of fold and Hopf points, the cusps of
fold curves, and the Bogdanov-Takens points at which a Hopf curve ends on a fold curve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.axes import Scale, axes, ink
from eqsim.analysis.branches import FAR, Family, all_branches, special_points
from eqsim.analysis.curve import Place, corrected, follow, located
from eqsim.analysis.fixed import box_of
from eqsim.analysis.stability import determinant, hopf_test, turning_product

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

__all__ = ["BifurcationCurve", "BifurcationMap", "bifurcation_map"]

ROWS = 7  # values of the second parameter at which curves are looked for
STEP = 1e-6  # of the differences by which the test is derived
COLORS = {"fold": "C2", "Hopf": "C3"}
MARKERS = {"cusp": "v", "Bogdanov-Takens": "s"}


@dataclass(frozen=True, slots=True, eq=False)
class BifurcationCurve:
    """A curve, or a single point of it, in the plane of two parameters.

    Attributes
    ----------
    model : Model
    first, second : str
        The parameters.
    kind : str
        'fold' or 'Hopf'; of points 'cusp' or 'Bogdanov-Takens'.
    p, q : (k,) array
        SI values of the first and the second parameter.
    x : (n, k) array
        SI values of the variables.
    """

    model: Model
    first: str
    second: str
    kind: str
    p: np.ndarray
    q: np.ndarray
    x: np.ndarray

    def __getitem__(self, name: str) -> Any:
        if name in (self.first, self.second):
            return self.model.quantity(name, self.p if name == self.first else self.q)
        return self.model.quantity(name, self.x[self.model.variables.index(self.model.variable(name))])


@dataclass(frozen=True, slots=True, eq=False)
class BifurcationMap:
    """Curves in the plane of two parameters.

    Attributes
    ----------
    model : Model
    first, second : str
    ranges : ((low, high), (low, high))
        SI values.
    curves : tuple of BifurcationCurve
        Of folds and Hopf points.
    points : tuple of BifurcationCurve
        Cusps and Bogdanov-Takens points, each a curve of length 1.
    """

    model: Model
    first: str
    second: str
    ranges: tuple[tuple[float, float], tuple[float, float]]
    curves: tuple[BifurcationCurve, ...]
    points: tuple[BifurcationCurve, ...]

    def of_kind(self, kind: str) -> tuple[BifurcationCurve, ...]:
        """The curves or points of a kind: 'fold', 'Hopf', 'cusp', 'Bogdanov-Takens'."""
        return tuple(c for c in (*self.curves, *self.points) if c.kind == kind)

    def plot(self, ax: Any = None, *, legend: bool = True) -> Any:
        """Draw the curves in the plane of the parameters; returns the axes."""
        ax = axes(ax)
        sx, sy = (Scale.of(n, self.model.dims[n], r) for n, r in zip((self.first, self.second), self.ranges, strict=True))
        for c in self.curves:
            ax.plot(sx(c.p), sy(c.q), color=COLORS[c.kind], label=c.kind)
        for c in self.points:
            ax.plot(sx(c.p), sy(c.q), MARKERS[c.kind], color=ink(ax), label=c.kind)
        ax.set(xlabel=sx.label, ylabel=sy.label, xlim=sx(self.ranges[0]), ylim=sy(self.ranges[1]))
        if legend and (self.curves or self.points):
            handles, labels = ax.get_legend_handles_labels()
            once = dict(zip(labels, handles, strict=True))
            ax.legend(list(once.values()), list(once), fontsize="small")
        return ax


class _Special:
    """The fixed points at which a test is 0, over two parameters: u = (x/size, p/width, q/width)."""

    def __init__(self, family: Family, second: str, ends: tuple[float, float], kind: str) -> None:
        self.family, self.second, self.kind = family, second, kind
        self.ends, self.width = ends, ends[1] - ends[0]
        self.values = family.model.values(free=[family.parameter, second])
        self.rows: np.ndarray | None = None

    def pack(self, x: np.ndarray, p: float, q: float) -> np.ndarray:
        """Scaled unknowns."""
        return np.append(self.family.pack(x, p), q / self.width)

    def linearised(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rates (n,) of scaled variables, and their derivatives by the scaled unknowns (n, n + 2)."""
        family = self.family
        by = (*family.model.variables, family.parameter, self.second)
        at = {**self.values, family.parameter: float(u[-2]) * family.width, self.second: float(u[-1]) * self.width}
        f, jacobian = family.model.linearised(u[:-2] * family.size, at, by)
        scale = np.concatenate([family.size, [family.width, self.width]])
        return f / family.size, jacobian * scale / family.size[:, None]

    def jacobian(self, u: np.ndarray) -> np.ndarray:
        """By the scaled variables (n, n), 1/second."""
        return self.linearised(u)[1][:, :-2]

    def eigenvalues(self, u: np.ndarray) -> np.ndarray:
        """In 1/second."""
        return np.asarray(np.linalg.eigvals(self.jacobian(u)).astype(complex))

    def test(self, u: np.ndarray) -> float:
        """0 at the special points."""
        rows = self.units(u)
        if self.kind == "Hopf":
            return hopf_test(self.eigenvalues(u), float(np.max(rows)))
        return determinant(self.jacobian(u) / rows)

    def units(self, u: np.ndarray) -> np.ndarray:
        """Rates of the rows of the Jacobian at the first point, (n, 1): they stay, as the test must be smooth."""
        if self.rows is None:
            self.rows = np.max(np.abs(self.linearised(u)[1]), axis=1, keepdims=True)
        return self.rows

    def turning(self, u: np.ndarray) -> float:
        """omega**2 on a Hopf curve; below 0 the pair does not turn any more."""
        return turning_product(self.eigenvalues(u), float(np.max(self.units(u))))

    def __call__(self, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        f, jacobian = self.linearised(u)
        slope = [(self.test(u + e) - self.test(u - e)) / (2 * STEP) for e in STEP * np.eye(len(u))]
        return np.append(f, self.test(u)), np.vstack([jacobian, slope])

    def outside(self, u: np.ndarray) -> bool:
        """Beyond the ranges, or no Hopf point any more."""
        p, q = float(u[-2]) * self.family.width, float(u[-1]) * self.width
        inside = self.family.low <= p <= self.family.high and self.ends[0] <= q <= self.ends[1]
        gone = self.kind == "Hopf" and self.turning(u) <= 0
        return not inside or gone or bool(np.max(np.abs(u[:-2])) > FAR)


def bifurcation_map(
    model: Model, first: str, between: tuple[Any, Any], second: str, within: tuple[Any, Any], **ranges: Any
) -> BifurcationMap:
    """The curves of fold and Hopf points in the plane of two parameters.

    Parameters
    ----------
    model : Model
    first, second : str
        Two parameters.
    between, within : (low, high)
        Their ranges, with units.
    **ranges
        Where to search for fixed points: see `fixed_points`.

    Notes
    -----
    At seven values of the second parameter the diagram of the first one is made; each of its special points that does not
    lie on a known curve is followed in both directions.  A curve that no such diagram meets is not found.

    Raises
    ------
    UnknownNameError, DimensionMismatchError, UnsupportedEquationsException
        As in `bifurcation`.

    Examples
    --------
    >>> from eqsim.analysis import Model, bifurcation_map
    >>> from eqsim.units import ms
    >>> model = Model('''dx/dt = (a + b*x - x**3)/tau : 1
    ...                  a : 1
    ...                  b : 1''', tau=1 * ms)
    >>> cusp = bifurcation_map(model, "a", (-1, 1), "b", (-0.5, 1)).of_kind("cusp")[0]
    >>> print(abs(cusp["a"][0]) < 1e-6, abs(cusp["b"][0]) < 1e-6)
    True True
    """
    across, (low, high) = _ends(model, second, within), _ends(model, first, between)
    if first == second:
        raise ValueError(f"two different parameters are needed, not '{first}' twice")
    found: list[tuple[_Special, list[Place]]] = []
    for q in np.linspace(across[0], across[1], ROWS + 2)[1:-1]:
        family = Family(model.replace(**{second: model.quantity(second, float(q))}), first, low, high, box_of(model, ranges))
        for places in all_branches(family):
            for point in special_points(family, places):
                if point.kind in COLORS:
                    _take(found, _Special(family, second, across, point.kind), (point.x, point.p, float(q)))
    curves = tuple(_curve(system, system.kind, _turning_part(system, places)) for system, places in found)
    points = [_curve(system, kind, [place]) for system, places in found for kind, place in _corners(system, places)]
    return BifurcationMap(model, first, second, ((low, high), across), curves, tuple(_once(points)))


def _ends(model: Model, name: str, given: tuple[Any, Any]) -> tuple[float, float]:
    """A range in SI values, in ascending order."""
    a, b = (float(model.number(model.parameter(name), v)) for v in given)
    return min(a, b), max(a, b)


def _take(found: list[tuple[_Special, list[Place]]], system: _Special, at: tuple[np.ndarray, float, float]) -> None:
    """Follow the curve through a special point, if it is a new one."""
    for known, places in found:
        if known.kind == system.kind and _near(places, known.pack(*at)):
            return
    start = system.pack(*at)
    along = np.zeros(len(start))
    along[-1] = 1.0
    first = corrected(system, start, along)
    if first is None:
        return
    back, forth = (follow(system, first[0].u, s * first[0].tangent, system.outside) for s in (-1.0, 1.0))
    turned = [Place(p.u, -p.tangent, p.jacobian) for p in reversed(back)]
    if len(turned) + len(forth) > 2:
        found.append((system, turned + forth[1:]))


def _near(places: list[Place], u: np.ndarray) -> bool:
    """Is a point within a hundredth of the ranges of a curve?"""
    for a, b in pairwise(places):
        d = b.u - a.u
        s = np.clip((u - a.u) @ d / (d @ d), 0, 1)
        if np.max(np.abs(a.u + s * d - u)) < 0.01:
            return True
    return False


def _corners(system: _Special, places: list[Place]) -> list[tuple[str, Place]]:
    """Cusps of a fold curve; Bogdanov-Takens points on a Hopf curve, where its frequency becomes 0."""
    found = []
    kind = "cusp" if system.kind == "fold" else "Bogdanov-Takens"
    for a, b in pairwise(places):
        test = _along(a) if kind == "cusp" else _turning(system)
        place = located(system, a, b, test) if test(a) * test(b) < 0 else None
        found += [] if place is None or (kind == "cusp" and not _is_tip(place)) else [(kind, place)]
    return found


def _along(a: Place) -> Callable[[Place], float]:
    """How far the parameters go in the direction in which they went."""
    return lambda place: float(place.tangent[-2:] @ a.tangent[-2:])


def _turning(system: _Special) -> Callable[[Place], float]:
    return lambda place: system.turning(place.u)


def _turning_part(system: _Special, places: list[Place]) -> list[Place]:
    """A Hopf curve without what lies beyond a Bogdanov-Takens point."""
    return places if system.kind == "fold" else [place for place in places if system.turning(place.u) > 0]


def _is_tip(place: Place) -> bool:
    """At a cusp both parameters stand still."""
    return bool(np.max(np.abs(place.tangent[-2:])) < 1e-4)


def _curve(system: _Special, kind: str, places: list[Place]) -> BifurcationCurve:
    family = system.family
    u = np.stack([place.u for place in places], axis=1)
    x = u[:-2] * family.size[:, None]
    return BifurcationCurve(
        family.model, family.parameter, system.second, kind, u[-2] * family.width, u[-1] * system.width, x
    )


def _once(points: list[BifurcationCurve]) -> list[BifurcationCurve]:
    """Points that were met on two curves, once."""
    found: list[BifurcationCurve] = []
    for c in points:
        same = (d for d in found if d.kind == c.kind and np.allclose([d.p, d.q], [c.p, c.q], rtol=1e-6, atol=1e-300))
        found += [c] if next(same, None) is None else []
    return found
