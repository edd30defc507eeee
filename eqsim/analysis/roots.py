"""The points in a box where all rates are 0.

In: a `Model`, values of its parameters, a box (SI).  Out: the points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from eqsim.analysis.tape import Tape
from eqsim.errors import Diagnostic, UnsupportedEquationsException
from eqsim.units import DIMENSIONLESS, mV, volt

if TYPE_CHECKING:
    from eqsim.analysis.model import Model
    from eqsim.analysis.steady import Steady


RANGES = {DIMENSIONLESS: (-2.0, 2.0), volt.dim: (float(-120 * mV), float(60 * mV))}
"""Where variables are searched if nothing is said."""
POINTS: dict[int, int] = {0: 1, 1: 1001, 2: 101, 3: 25, 4: 9}  # grid points along each axis, by the number of axes
STEPS = 60  # Newton steps from one start
SAME = 1e-5  # points that are closer than this part of the range are one
Box = Mapping[str, tuple[float, float]]


def roots(model: Model, values: Mapping[str, float], box: Box) -> tuple[list[np.ndarray], np.ndarray]:
    """The points (n,) in a box where all rates are 0; and the size of each variable (n,), SI."""
    steady = model.steady
    while True:
        searched = [name for name in model.variables if name not in {s.name for s in steady}]
        axes = {name: _range(model, name, box) for name in searched}
        grid, bent = _states(model, values, _grid(axes), steady)
        if not bent:
            break
        steady = tuple(s for s in steady if s.name not in bent)
    scale = np.array([_size(row, axes.get(n)) for n, row in zip(model.variables, grid, strict=True)])
    near = _near_changes(model, values, axes, grid, steady)
    few = grid[:, :: max(1, grid.shape[1] // 200)]
    ends = [newton(model, values, np.concatenate([near, few], axis=1), scale), newton(model, values, few, scale, relax=True)]
    found = np.concatenate(ends, axis=1)
    inside = np.ones(found.shape[1], bool)
    for name, (low, high) in {**axes, **box}.items():
        row, slack = found[model.variables.index(name)], 1e-9 * (high - low)
        inside &= (row >= low - slack) & (row <= high + slack)
    return _distinct(found[:, inside], scale), scale


def _grid(axes: Box) -> dict[str, np.ndarray]:
    """Points of the box: a grid, or random ones in many dimensions."""
    if len(axes) > max(POINTS):
        rng = np.random.default_rng(1)
        return {name: rng.uniform(low, high, 2000) for name, (low, high) in axes.items()}
    lines = [np.linspace(*axis, POINTS[len(axes)]) for axis in axes.values()]
    return dict(zip(axes, (g.ravel() for g in np.meshgrid(*lines, indexing="ij")), strict=True))


def _states(
    model: Model, values: Mapping[str, float], searched: Mapping[str, np.ndarray], steady: tuple[Steady, ...]
) -> tuple[np.ndarray, set[str]]:
    """Points (n, m) at which the solved variables rest; and those of them that cannot be solved for everywhere."""
    rows, bent = dict(searched), set()
    m = len(next(iter(rows.values()))) if rows else 1
    for s, tape in zip(steady, _tapes(model, steady), strict=True):
        with np.errstate(all="ignore"):
            value, slope = (np.broadcast_to(v, m) for v in tape({**values, **rows}))
        rows[s.name] = np.array(value, float)
        known = slope[np.isfinite(slope)]
        if known.size and known.min() <= 0 <= known.max():
            bent.add(s.name)
    return np.stack([rows[name] for name in model.variables]), bent


def _near_changes(
    model: Model, values: Mapping[str, float], axes: Box, grid: np.ndarray, steady: tuple[Steady, ...]
) -> np.ndarray:
    """The middle (n, k) of each cell of the grid in which the rates of all searched variables change their sign.

    With several variables a cell is two steps wide: a curve may cut a corner between two points of the grid.
    """
    d = len(axes)
    if not 1 <= d <= max(POINTS):
        return grid[:, :0]
    rows = [model.variables.index(name) for name in axes]
    rates = model.field(grid, values)[rows].reshape(d, *[POINTS[d]] * d)
    low, high = rates, rates
    for axis in [*range(1, d + 1)] * (1 if d == 1 else 2):
        ahead, behind = [slice(None)] * (d + 1), [slice(None)] * (d + 1)
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        low = np.minimum(low[tuple(ahead)], low[tuple(behind)])
        high = np.maximum(high[tuple(ahead)], high[tuple(behind)])
    cells = np.nonzero(np.all((low <= 0) & (high >= 0), axis=0))
    lines = {name: np.linspace(*axis, POINTS[d]) for name, axis in axes.items()}
    left = {name: lines[name][at] for name, at in zip(axes, cells, strict=True)}
    wide = 1 if d == 1 else 2
    right = {name: lines[name][at + wide] for name, at in zip(axes, cells, strict=True)}
    if d == 1:
        _bisect(model, values, next(iter(axes)), left, right, steady)
    return _states(model, values, {name: 0.5 * (left[name] + right[name]) for name in axes}, steady)[0]


def _bisect(
    model: Model,
    values: Mapping[str, float],
    name: str,
    left: dict[str, np.ndarray],
    right: dict[str, np.ndarray],
    steady: tuple[Steady, ...],
) -> None:
    """Halve the intervals of the one searched variable until they are as small as they can be."""
    at = model.variables.index(name)

    def rate(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.sign(model.field(_states(model, values, {name: x}, steady)[0], values)[at]))

    sign = rate(left[name])
    for _ in range(50 if len(sign) else 0):
        middle = 0.5 * (left[name] + right[name])
        same = rate(middle) == sign
        left[name], right[name] = np.where(same, middle, left[name]), np.where(same, right[name], middle)


def _tapes(model: Model, steady: tuple[Steady, ...]) -> list[Tape]:
    """For each solved variable its value and its coefficient."""
    memory = model.memory
    for s in steady:
        if ("value of", s.name) not in memory:
            memory["value of", s.name] = Tape([s.value, s.coefficient])
    return [memory["value of", s.name] for s in steady]


def _range(model: Model, name: str, box: Box) -> tuple[float, float]:
    found = box.get(name) or RANGES.get(model.dims[name])
    if found is None:
        message = f"it is not known where to search for '{name}'"
        raise UnsupportedEquationsException(
            Diagnostic("A111", message, help=f"give its lowest and highest value: {name}=(low, high), with units")
        )
    return found


def _size(row: np.ndarray, axis: tuple[float, float] | None) -> float:
    """How much a variable typically changes."""
    if axis is not None:
        return (axis[1] - axis[0]) or 1.0
    known = row[np.isfinite(row)]
    if not known.size:
        return 1.0
    low, high = np.quantile(known, [0.1, 0.9])
    return float(high - low) or float(np.max(np.abs(known))) or 1.0


def newton(
    model: Model, values: Mapping[str, float], starts: np.ndarray, scale: np.ndarray, relax: bool = False
) -> np.ndarray:
    """Newton steps from many starts (n, m) at once; those that arrive at a fixed point (n, k).

    ``relax``: begin with steps of the implicit Euler method that grow longer and longer, which lead to stable points
    (Kelley and Keyes 1998, SIAM J. Numer. Anal. 35, 508-523).
    """
    x = starts[:, np.all(np.isfinite(starts), axis=0)].copy()
    step = np.full(x.shape[1], np.inf)
    moving = np.arange(x.shape[1])
    for k in range(STEPS):
        if not len(moving):
            break
        f, J = model.linearised(x[:, moving], values)
        J = np.moveaxis(J, -1, 0)
        if relax and k < STEPS // 2:
            fastest = np.max(np.abs(J), axis=(1, 2))[:, None, None]
            J = J - fastest * 0.6**k * np.eye(len(scale))
        A, b = _balanced(J * scale, f.T)
        good = np.all(np.isfinite(A), axis=(1, 2)) & np.all(np.isfinite(b), axis=1)
        moving, A, b = moving[good], A[good], b[good]
        d = _solved(A, -b)
        size = np.max(np.abs(d), axis=1, initial=0.0)
        x[:, moving] += (d * np.minimum(1.0, 0.5 / np.maximum(size, 1e-300))[:, None]).T * scale[:, None]
        step[moving] = size
        moving = moving[(size > 1e-13) | (relax and k < STEPS // 2)]
    found = x[:, step < 1e-8]
    return np.asarray(np.where(np.abs(found) < 1e-14 * scale[:, None], 0.0, found))


def _balanced(A: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of size 1."""
    size = np.max(np.abs(A), axis=2)
    size = np.where(size > 0, size, 1.0)
    return A / size[:, :, None], b / size


def _solved(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Solutions of many systems; a singular one is made regular by a little."""
    try:
        return np.asarray(np.linalg.solve(A, b[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.solve(A + 1e-12 * np.eye(A.shape[1]), b[:, :, None])[:, :, 0])


def _distinct(points: np.ndarray, scale: np.ndarray) -> list[np.ndarray]:
    """Each point once, in ascending order."""
    found: list[np.ndarray] = []
    for x in points.T[np.lexsort(points[::-1])]:
        if all(np.max(np.abs(x - y) / scale) > SAME for y in found):
            found.append(x)
    return found
