"""Curves of solutions of ``F(u) = 0`` with one equation less than unknowns, followed by pseudo-arclength.

In: F with its Jacobian, a point.  Out: points along the curve, also around folds; and places where a test changes sign.

A step goes along the tangent and comes back to the curve at a right angle to it (Keller 1977, Applications of Bifurcation
Theory, 359-384).  The unknowns are scaled, so that all of them are of order 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

System = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Of u (m + 1,): F (m,) and its Jacobian (m, m + 1)."""
Test = Callable[["Place"], float]

SMALLEST = 1e-7  # steps below this are given up
FLAT = 0.97  # smallest cosine of the angle between tangents of neighbouring points
CLOSE = 1e-11  # a Newton step this small has arrived


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A point of a curve: u (m + 1,), the tangent of length 1, and the Jacobian (m, m + 1) there."""

    u: np.ndarray
    tangent: np.ndarray
    jacobian: np.ndarray


def tangent_of(jacobian: np.ndarray, along: np.ndarray) -> np.ndarray:
    """The direction of length 1 in which F stays 0, on the side of ``along``."""
    matrix = np.vstack([jacobian, along])
    right = np.zeros(len(matrix))
    right[-1] = 1.0
    try:
        found = np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        found = np.linalg.svd(jacobian)[2][-1]
        found = found * (np.sign(found @ along) or 1.0)
    return np.asarray(found / np.linalg.norm(found))


def balanced(f: np.ndarray, jacobian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F and its Jacobian with rows of size 1."""
    size = np.max(np.abs(jacobian), axis=1)
    size = np.where(size > 0, size, 1.0)
    return f / size, jacobian / size[:, None]


def corrected(system: System, guess: np.ndarray, along: np.ndarray, steps: int = 12) -> tuple[Place, int] | None:
    """The point of the curve at a right angle to ``along`` from the guess, and the Newton steps it took; None if none."""
    u = guess.copy()
    for k in range(steps):
        f, jacobian = balanced(*system(u))
        if not (np.all(np.isfinite(f)) and np.all(np.isfinite(jacobian))):
            return None
        matrix = np.vstack([jacobian, along])
        try:
            d = np.linalg.solve(matrix, -np.append(f, along @ (u - guess)))
        except np.linalg.LinAlgError:
            return None
        u = u + d
        size = float(np.max(np.abs(d)))
        if size > 1.0:
            return None
        if size < CLOSE or (size < 1e-8 and k >= 4):
            jacobian = balanced(*system(u))[1]
            return Place(u, tangent_of(jacobian, along), jacobian), k
    return None


def follow(
    system: System,
    start: np.ndarray,
    along: np.ndarray,
    outside: Callable[[np.ndarray], bool],
    *,
    step: float = 0.01,
    longest: float = 0.03,
    points: int = 2000,
    settle: Callable[[Place], Place] = lambda place: place,
) -> list[Place]:
    """Points along a curve in one direction, until one is outside (it is the last one), or the curve is closed.

    ``settle`` is called with each new point, and may describe it anew (a new mesh).
    """
    first = corrected(system, start, along / np.linalg.norm(along))
    if first is None:
        return []
    place = settle(first[0])
    found = [place]
    while len(found) < points and step > SMALLEST:
        new = corrected(system, place.u + step * place.tangent, place.tangent)
        if new is None or new[0].tangent @ place.tangent < FLAT:
            step *= 0.5
            continue
        place = settle(new[0])
        found.append(place)
        if outside(place.u) or _is_closed(found, step):
            break
        step = min(longest, step * (1.4 if new[1] <= 3 else 1.0 if new[1] <= 5 else 0.7))
    return found


def _is_closed(found: list[Place], step: float) -> bool:
    """Has the curve come back to its first point?"""
    first, last = found[0], found[-1]
    if len(found) < 5 or len(first.u) != len(last.u):
        return False
    return bool(np.linalg.norm(last.u - first.u) < step and last.tangent @ first.tangent > FLAT)


def located(system: System, a: Place, b: Place, test: Test) -> Place | None:
    """The place between two neighbours at which a test, of different sign at the two, is 0."""
    from scipy.optimize import brentq  # type: ignore[import-untyped]

    chord = b.u - a.u
    along = chord / np.linalg.norm(chord)
    last: list[Place] = [a]

    def value(s: float) -> float:
        found = corrected(system, a.u + s * chord, along)
        if found is None:
            raise ArithmeticError
        last[0] = found[0]
        return test(found[0])

    if not test(a) * test(b) < 0:
        return None
    try:
        s = brentq(value, 0.0, 1.0, xtol=1e-13, rtol=1e-14)
        value(s)
    except (ArithmeticError, ValueError):
        return None
    return last[0]


def at_border(system: System, a: Place, b: Place, index: int, border: float) -> Place | None:
    """The place between two neighbours at which one of the unknowns has this value."""
    return located(system, a, b, lambda place: float(place.u[index]) - border)
