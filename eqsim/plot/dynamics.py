"""Pictures of what equations do: `phase_plane`, `bifurcation`; thin, the results of `eqsim.analysis` draw themselves.

In: a `Model`, or a result of an analysis.  Out: axes.
"""

from __future__ import annotations

from typing import Any

from eqsim import analysis
from eqsim.analysis import BifurcationDiagram, BifurcationMap, Model, PhasePlane
from eqsim.plot.look import axes

__all__ = ["bifurcation", "phase_plane"]


def phase_plane(of: Any, *, ax: Any = None, trajectories: Any = (), legend: bool = True, **ranges: Any) -> Any:
    """Vector field, nullclines and fixed points.

    Parameters
    ----------
    of : Model or PhasePlane
    ax : matplotlib axes, optional
    trajectories : Trajectory or tuple of Trajectory
        Drawn on top.
    legend : bool
    **ranges
        For a model: names of the axes and ranges of the variables, see `eqsim.analysis.phase_plane`.

    Returns
    -------
    The axes.

    Raises
    ------
    TypeError
        If it is neither a model nor a phase plane.
    """
    if isinstance(of, Model):
        of = of.phase_plane(**ranges)
    elif not isinstance(of, PhasePlane) or ranges:
        raise TypeError(f"plot.phase_plane draws a Model (with ranges) or a PhasePlane, not {type(of).__name__}")
    return of.plot(axes(ax, (6.0, 4.2)), trajectories=trajectories, legend=legend)


def bifurcation(
    of: Any,
    parameter: str | None = None,
    low: Any = None,
    high: Any = None,
    *,
    variable: str | None = None,
    cycles: bool = True,
    ax: Any = None,
    legend: bool = True,
    **ranges: Any,
) -> Any:
    """Fixed points and limit cycles over a parameter, or the curves of folds and Hopf points over two.

    Parameters
    ----------
    of : BifurcationDiagram, BifurcationMap, or Model
    parameter, low, high
        For a model: the parameter and its range.
    variable : str, optional
        What is drawn upwards; the first variable by default.
    cycles : bool
        For a model: follow limit cycles, too.
    ax : matplotlib axes, optional
    legend : bool
    **ranges
        For a model: where to search for fixed points, see `eqsim.analysis.bifurcation`.

    Returns
    -------
    The axes.

    Raises
    ------
    TypeError
        If it is none of these, or the parameter of a model is missing.
    """
    if isinstance(of, Model):
        if parameter is None or low is None or high is None:
            raise TypeError(
                "plot.bifurcation of a Model needs a parameter and its range: plot.bifurcation(model, 'I', low, high)"
            )
        of = analysis.bifurcation(of, parameter, low, high, cycles=cycles, **ranges)
    if isinstance(of, BifurcationMap):
        return of.plot(axes(ax, (6.0, 4.2)), legend=legend)
    if isinstance(of, BifurcationDiagram):
        return of.plot(variable, axes(ax, (6.0, 4.2)), legend=legend)
    raise TypeError(f"plot.bifurcation draws a BifurcationDiagram, a BifurcationMap or a Model, not {type(of).__name__}")
