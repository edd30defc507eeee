"""The phase plane of two variables: vector field, nullclines, fixed points, trajectories.

In: a `Model` of two variables and their ranges.  Out: `PhasePlane`, arrays with units and a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.axes import Scale, axes, ink, marker
from eqsim.analysis.fixed import FixedPoint, box_of, search
from eqsim.analysis.flow import Trajectory
from eqsim.analysis.roots import RANGES
from eqsim.errors import Diagnostic, UnsupportedEquationsException

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

__all__ = ["PhasePlane", "nullclines", "phase_plane"]

GRID = 201  # points along each axis between which nullclines are looked for
ARROWS = 21  # arrows along each axis


@dataclass(frozen=True, slots=True, eq=False)
class PhasePlane:
    """What is seen in the plane of two variables.

    Attributes
    ----------
    model : Model
    x, y : str
        The variables of the axes.
    box : dict of str to (low, high)
        What is shown, SI.
    lines : dict of str to (2, k) array
        The nullcline of each variable: x and y, SI; nan between pieces.
    fixed_points : tuple of FixedPoint
        Those in the box.
    """

    model: Model
    x: str
    y: str
    box: Mapping[str, tuple[float, float]]
    lines: Mapping[str, np.ndarray]
    fixed_points: tuple[FixedPoint, ...]

    def nullcline(self, name: str) -> tuple[Any, Any]:
        """Where the rate of a variable is 0: values of x and y, with units; nan between pieces."""
        x, y = self.lines[self.model.variable(name)]
        return self.model.quantity(self.x, x), self.model.quantity(self.y, y)

    def plot(self, ax: Any = None, *, trajectories: Trajectory | tuple[Trajectory, ...] = (), legend: bool = True) -> Any:
        """Draw the plane.

        Parameters
        ----------
        ax : matplotlib axes, optional
        trajectories : Trajectory or tuple of Trajectory
            Drawn on top; a dot is their start.
        legend : bool

        Returns
        -------
        The axes.
        """
        ax = axes(ax)
        sx, sy = (Scale.of(n, self.model.dims[n], self.box[n]) for n in (self.x, self.y))
        self._arrows(ax, sx, sy)
        for name, color in ((self.x, "C0"), (self.y, "C1")):
            px, py = self.lines[name]
            ax.plot(sx(px), sy(py), color=color, label=f"d{name}/dt = 0", zorder=2)
        for path in (trajectories,) if isinstance(trajectories, Trajectory) else trajectories:
            px, py = (np.asarray(path[n]) for n in (self.x, self.y))
            ax.plot(sx(px), sy(py), color=ink(ax), linewidth=1, zorder=3)
            ax.plot(sx(px[:1]), sy(py[:1]), ".", color=ink(ax), zorder=3)
        seen: set[str] = set()
        for point in self.fixed_points:
            label = point.kind if point.kind not in seen else None
            seen.add(point.kind)
            at = (np.asarray(point[n]) for n in (self.x, self.y))
            px, py = at
            ax.plot([sx(px)], [sy(py)], linestyle="none", markersize=8, zorder=4, label=label, **marker(ax, point.kind))
        ax.set(xlabel=sx.label, ylabel=sy.label, xlim=sx(self.box[self.x]), ylim=sy(self.box[self.y]))
        if legend:
            ax.legend(fontsize="small")
        return ax

    def _arrows(self, ax: Any, sx: Scale, sy: Scale) -> None:
        """Arrows of one length along the motion as it looks in the picture."""
        px, py = np.meshgrid(*[np.linspace(*self.box[n], ARROWS + 2)[1:-1] for n in (self.x, self.y)])
        u, v = _plane(self.model, self.x, self.y, px, py)
        wide, high = (self.box[n][1] - self.box[n][0] for n in (self.x, self.y))
        a, b = u / wide, v / high
        length = np.hypot(a, b)
        length = np.where(length > 0, length, 1.0)
        style = {"color": ink(ax), "alpha": 0.25, "width": 0.0022, "scale": 32, "zorder": 1}
        ax.quiver(sx(px), sy(py), a / length, b / length, angles="uv", pivot="mid", **style)


def phase_plane(model: Model, x: Any = None, y: Any = None, **ranges: Any) -> PhasePlane:
    """Look at the plane of the two variables of a model.

    Parameters
    ----------
    model : Model
        Of two variables.  To slice a larger one, keep variables where they are, ``model.freeze(h=0.6)``, or where they would
        rest, ``model.instantaneous('m')``.
    x, y : str, optional
        The variables of the axes; in the order of the equations by default.  (If there are variables called x and y, a
        pair of values is the range of such a variable, as for all others.)
    **ranges
        For each variable the lowest and the highest value, with units.  Not needed for voltages (-120 mV to 60 mV), for
        dimensionless variables (-2 to 2), and for a variable whose nullcline shows how far it goes.

    Raises
    ------
    UnsupportedEquationsException
        If the model has not two variables, or a range is needed.

    Examples
    --------
    >>> from eqsim.analysis import Model, phase_plane
    >>> from eqsim.units import ms
    >>> plane = phase_plane(Model("dx/dt = y/tau : 1; dy/dt = (-x - y)/tau : 1".replace(";", chr(10)), tau=1 * ms))
    >>> plane.fixed_points
    (stable focus at x = 0, y = 0,)
    """
    check_plane(model)
    ranges |= {n: value for n, value in (("x", x), ("y", y)) if value is not None and not isinstance(value, str)}
    first, second = _axes_of(model, *(name if isinstance(name, str) else None for name in (x, y)))
    values, given = model.values(), box_of(model, ranges)
    points = search(model, values, given)
    box = {n: given.get(n) or _room(model, n, points) for n in (first, second)}
    lines = {n: nullcline(model, n, (first, second), box) for n in (first, second)}
    inside = [p for p in points if all(box[n][0] <= float(p[n]) <= box[n][1] for n in box)]
    return PhasePlane(model, first, second, box, lines, tuple(inside))


def nullclines(model: Model, **ranges: Any) -> dict[str, tuple[Any, Any]]:
    """The curves of a model of two variables on which one of the rates is 0: values of both, with units, for each variable.

    Parameters and errors are those of `phase_plane`.
    """
    plane = phase_plane(model, **ranges)
    return {name: plane.nullcline(name) for name in model.variables}


def check_plane(model: Model) -> None:
    """There must be two variables.

    Raises
    ------
    UnsupportedEquationsException
        If not.
    """
    n = len(model.variables)
    if n == 2:
        return
    message = f"a phase plane has two variables, but these equations have {n}: {', '.join(model.variables)}"
    example = f"model.freeze({model.variables[-1]}=...)" if n > 2 else ""
    help = f"keep the others at a value, {example}, or where they would rest, model.instantaneous(...)" if n > 2 else ""
    raise UnsupportedEquationsException(Diagnostic("A114", message, help=help))


def _axes_of(model: Model, x: str | None, y: str | None) -> tuple[str, str]:
    first = model.variable(x) if x is not None else next(n for n in model.variables if n != y)
    second = model.variable(y) if y is not None else next(n for n in model.variables if n != first)
    if first == second:
        raise ValueError(f"x and y are the same variable, '{first}'")
    return first, second


def _room(model: Model, name: str, points: tuple[FixedPoint, ...]) -> tuple[float, float]:
    """A range for a variable of which none was given: the usual one, or three times what the fixed points reach."""
    if model.dims[name] in RANGES:
        return RANGES[model.dims[name]]
    reach = max((abs(float(p[name])) for p in points), default=0.0)
    if not reach:
        message = f"it is not known which values of '{name}' to show"
        help = f"give its lowest and highest value: {name}=(low, high), with units"
        raise UnsupportedEquationsException(Diagnostic("A111", message, help=help))
    return -3 * reach, 3 * reach


def _plane(model: Model, x: str, y: str, px: np.ndarray, py: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rates of x and y at points."""
    at = {x: px, y: py}
    rates = dict(zip(model.variables, model.field(np.stack([at[n] for n in model.variables]), model.values()), strict=True))
    return rates[x], rates[y]


def nullcline(model: Model, name: str, over: tuple[str, str], box: Mapping[str, tuple[float, float]]) -> np.ndarray:
    """Where the rate of a variable is 0 in a box: x and y (2, k), SI, with nan between pieces.

    Lines between the points of a grid, then Newton steps along the gradient; false lines at poles fall away.
    """
    from contourpy import contour_generator

    px, py = (np.linspace(*box[n], GRID) for n in over)
    rates = dict(zip(over, _plane(model, *over, *np.meshgrid(px, py)), strict=True))
    with np.errstate(all="ignore"):
        pieces = contour_generator(px, py, np.ma.masked_invalid(rates[name])).lines(0.0)
    result: list[np.ndarray] = []
    for piece in pieces:
        result += [_on_the_line(model, name, over, box, np.asarray(piece).T), np.full((2, 1), np.nan)]
    return np.concatenate(result[:-1], axis=1) if result else np.zeros((2, 0))


def _on_the_line(
    model: Model, name: str, over: tuple[str, str], box: Mapping[str, tuple[float, float]], points: np.ndarray
) -> np.ndarray:
    """Points (2, k) moved onto the nullcline; nan where it is none."""
    size = np.array([box[n][1] - box[n][0] for n in over])[:, None]
    order, row = [over.index(n) for n in model.variables], model.variables.index(name)
    p, cell = points.copy(), size / (GRID - 1)
    for _ in range(8):
        f, J = model.linearised(p[order], model.values())
        slope = J[row][[model.variables.index(n) for n in over]] * size
        with np.errstate(all="ignore"):
            step = -f[row] * slope / np.sum(slope * slope, axis=0) * size
        p = p + step
    close = np.all(np.abs(p - points) <= 2 * cell, axis=0) & np.all(np.abs(step) <= 1e-6 * size, axis=0)
    return np.where(close, p, np.nan)
