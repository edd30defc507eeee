"""Bifurcation diagrams: what rests and what oscillates, over one parameter.

In: a `Model`, a parameter and its range.  Out: `BifurcationDiagram`: branches of fixed points and of limit
cycles, the points where they change, and a picture with units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.axes import Scale, axes
from eqsim.analysis.branches import Branch, Family, SpecialPoint, all_branches, branch_of, special_points
from eqsim.analysis.fixed import box_of

if TYPE_CHECKING:
    from eqsim.analysis.cycle_branches import CycleBranch
    from eqsim.analysis.model import Model

__all__ = ["BifurcationDiagram", "bifurcation"]

MARKERS: dict[str, dict[str, Any]] = {
    "fold": {"marker": "s", "color": "C2"},
    "Hopf": {"marker": "o", "color": "C3"},
    "branch point": {"marker": "*", "color": "C4"},
    "fold of cycles": {"marker": "^", "color": "C5"},
}


@dataclass(frozen=True, slots=True, eq=False)
class BifurcationDiagram:
    """Solutions of a model over one parameter.

    Attributes
    ----------
    model : Model
    parameter : str
    low, high : float
        The range of the parameter, SI.
    branches : tuple of Branch
        Curves of fixed points.
    points : tuple of SpecialPoint
        Folds, Hopf points and branch points, in ascending order of the parameter.
    cycles : tuple of CycleBranch
        Families of limit cycles that grow from the Hopf points; empty if they were not asked for.
    """

    model: Model
    parameter: str
    low: float
    high: float
    branches: tuple[Branch, ...]
    points: tuple[SpecialPoint, ...]
    cycles: tuple[CycleBranch, ...] = ()

    def of_kind(self, kind: str) -> tuple[SpecialPoint, ...]:
        """The special points of a kind: 'fold', 'Hopf', 'branch point'."""
        return tuple(point for point in self.points if point.kind == kind)

    def plot(self, variable: str | None = None, ax: Any = None, *, legend: bool = True) -> Any:
        """Draw a variable over the parameter: full lines are stable, broken ones unstable; cycles by their extremes.

        Parameters
        ----------
        variable : str, optional
            The first one by default.
        ax : matplotlib axes, optional
        legend : bool

        Returns
        -------
        The axes.
        """
        ax = axes(ax)
        name = self.model.variable(variable or self.model.variables[0])
        row = self.model.variables.index(name)
        sx = Scale.of(self.parameter, self.model.dims[self.parameter], [self.low, self.high])
        shown = [b.x[row] for b in self.branches] + [c.highest[row] for c in self.cycles]
        sy = Scale.of(name, self.model.dims[name], np.concatenate(shown) if shown else [0.0])
        for branch in self.branches:
            _two_styles(ax, sx(branch.p), sy(branch.x[row]), branch.stable, "C0", "fixed point")
        for cycle in self.cycles:
            for extreme in (cycle.lowest, cycle.highest):
                p, y, stable = cycle.with_ends(extreme[row], row)
                _two_styles(ax, sx(p), sy(y), stable, "C1", "limit cycle")
        for point in self.points:
            ax.plot([sx(point.p)], [sy(point.x[row])], linestyle="none", zorder=4, label=point.kind, **MARKERS[point.kind])
        ax.set(xlabel=sx.label, ylabel=sy.label, xlim=sx([self.low, self.high]))
        if legend:
            handles, labels = ax.get_legend_handles_labels()
            once = dict(zip(reversed(labels), reversed(handles), strict=True))
            ax.legend([once[k] for k in sorted(once)], sorted(once), fontsize="small")
        return ax

    def __str__(self) -> str:
        low, high = (self.model.quantity(self.parameter, v) for v in (self.low, self.high))
        count = f"{len(self.branches)} branch{'es' * (len(self.branches) != 1)} of fixed points"
        head = f"{count}, {self.parameter} from {low} to {high}"
        return "\n".join([head, *map(str, self.points), *map(str, self.cycles)])


def _two_styles(ax: Any, x: np.ndarray, y: np.ndarray, stable: np.ndarray, color: str, what: str) -> None:
    """Stable parts full, the others broken; both reach the point where they meet."""
    near = stable.copy()
    near[1:] |= stable[:-1]
    if np.any(near):
        ax.plot(x, np.where(near, y, np.nan), "-", color=color, label=f"stable {what}")
    far = ~stable
    far[1:] |= ~stable[:-1]
    if np.any(far):
        ax.plot(x, np.where(far, y, np.nan), "--", color=color, label=f"unstable {what}", linewidth=1)


def bifurcation(
    model: Model, parameter: str, low: Any, high: Any, *, cycles: bool = False, **ranges: Any
) -> BifurcationDiagram:
    """Follow all fixed points, and the limit cycles that grow from their Hopf points, over one parameter.

    Parameters
    ----------
    model : Model
    parameter : str
    low, high : quantity
        Range of the parameter.
    cycles : bool
        Follow limit cycles, too.
    **ranges
        Where to search for fixed points (see `fixed_points`): a low and a high value for each variable.

    Notes
    -----
    Fixed points are looked for at nine values of the parameter.  Each curve through one of them is followed by
    pseudo-arclength with the symbolic Jacobian.  Folds, Hopf points and branch points are located to rounding errors.  A
    closed curve between two of the nine values is not found.

    Raises
    ------
    UnknownNameError
        If there is no such parameter, or another one has no value.
    DimensionMismatchError
        If the range has the wrong unit.
    UnsupportedEquationsException
        If a range of a variable is needed.

    Examples
    --------
    >>> from eqsim.analysis import Model, bifurcation
    >>> from eqsim.units import ms
    >>> model = Model('''dx/dt = (r + x - x**3)/tau : 1
    ...                  r : 1''', tau=1 * ms)
    >>> print(bifurcation(model, "r", -1, 1))
    1 branch of fixed points, r from -1.0 to 1.0
    fold at r = -0.3849002, x = 0.5773503
    fold at r = 0.3849002, x = -0.5773503
    """
    name = model.parameter(parameter)
    ends = sorted((model.number(name, low), model.number(name, high)))
    family = Family(model, name, ends[0], ends[1], box_of(model, ranges))
    curves = all_branches(family)
    points: list[SpecialPoint] = []
    for places in curves:
        points += [s for s in special_points(family, places) if not any(family.same(s, known) for known in points)]
    points.sort(key=lambda s: s.p)
    found: tuple[CycleBranch, ...] = ()
    if cycles:
        from eqsim.analysis.cycle_branches import cycle_branches

        found = cycle_branches(family, points)
    return BifurcationDiagram(
        model, name, ends[0], ends[1], tuple(branch_of(family, c) for c in curves), tuple(points), found
    )
