"""Variables over time: `traces`.

In: state monitors, recordings from files.  Out: axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.analysis.axes import Scale
from eqsim.analysis.flow import seconds
from eqsim.objects import Synapses
from eqsim.objects.results import Traces, TracesView
from eqsim.plot.anything import picture_of
from eqsim.plot.look import colors, label_time, rows_of, some, thinned, time_scale
from eqsim.units import Dimension, get_dimensions

__all__ = ["traces"]

LINES = 5
"""So many neurons are drawn if it is not said which."""


@dataclass(frozen=True, slots=True)
class Lines:
    """One variable: ``y`` (rows, n) SI values of elements ``who`` (None: one line for the population)."""

    name: str
    dim: Dimension
    y: np.ndarray
    who: np.ndarray | None


def traces(
    monitor: Any,
    *variables: str,
    neurons: Any = None,
    spikes: Any = None,
    top: Any = None,
    ax: Any = None,
    start: Any = None,
    end: Any = None,
    legend: bool = True,
) -> Any:
    """Variables over time.

    Parameters
    ----------
    monitor : StateMonitor, recording from a file, or some neurons of it (``M[5]``)
    *variables : str
        Which variables; all by default.  Variables of one unit share axes.
    neurons : int or sequence of int, optional
        Which neurons (or synapses), by their number in the group; by default at most five of those that were recorded, and
        the legend says so.
    spikes : SpikeMonitor, optional
        Draw its spikes as lines up to ``top``, for models whose spikes are a reset only.
    top : Quantity, optional
        The height of the drawn spikes; by default as far above the largest value as that is above the smallest, halved.
    ax : matplotlib axes, or one for each unit, optional
    start, end : Quantity, second, optional
        What is shown; all that was recorded by default.
    legend : bool

    Returns
    -------
    The axes; an array of axes, one above the other, if the variables have different units.  Of long recordings each
    stretch of time is drawn by its smallest and largest value, so no spike is lost.

    Raises
    ------
    TypeError
        If it is no state monitor.
    ValueError
        If there is nothing over time, or the number of axes does not fit.
    """
    monitor, neurons = _unwrapped(monitor, neurons)
    names = _variables(monitor, variables)
    t = monitor.t_
    step = monitor._dt_s if len(t) < 2 else float(t[1] - t[0])
    first = (float(t[0]) if len(t) else 0.0) if start is None else seconds(start, "start")
    last = (float(t[-1]) + step if len(t) else step) if end is None else seconds(end, "end")
    shown = slice(*np.searchsorted(t, [first, last]).tolist())
    lines = [_lines(monitor, name, neurons, shown) for name in names]
    dims = list(dict.fromkeys(line.dim for line in lines))
    places = rows_of(ax, len(dims))
    time = time_scale(first, last)
    for place, dim in zip(places, dims, strict=True):
        here = [line for line in lines if line.dim is dim]
        if spikes is not None:
            here = [_spiking(line, t[shown], spikes, top) for line in here]
        _draw(place, time, t[shown], here, monitor, legend and (place is places[0] or len(here) > 1))
        place.set_xlim(time([first, last]))
    label_time(places[-1], time)
    return places[0] if len(places) == 1 else np.array(places)


def _unwrapped(monitor: Any, neurons: Any) -> tuple[Any, Any]:
    """The monitor, and which neurons."""
    if isinstance(monitor, TracesView):
        return monitor.monitor, monitor.monitor.record[monitor.rows]
    if isinstance(monitor, Traces):
        return monitor, neurons
    other = picture_of(monitor)
    help = f"; plot.{other} draws it" if other else ""
    raise TypeError(f"plot.traces draws a StateMonitor, not {type(monitor).__name__}{help}")


def _variables(monitor: Any, asked: Sequence[str]) -> list[str]:
    """The columns to draw.

    Raises
    ------
    ValueError
        If there is nothing over time.
    """
    if monitor.reduced == "time":
        raise ValueError(f"{monitor!r} was reduced over time: plot.histogram draws what it holds")
    found = [name for name in (asked or monitor._dims()) if not monitor.reduced or monitor._table(name).ndim == 1]
    if not found:
        raise ValueError(f"{monitor!r} has no variable that is a line over time")
    return found


def _lines(monitor: Any, name: str, neurons: Any, shown: slice) -> Lines:
    dim = get_dimensions(monitor[name]) if name not in monitor._dims() else monitor._dims()[name]
    if monitor.reduced:
        return Lines(name, dim, np.asarray(monitor._table(name), float)[None, shown], None)
    who = some(monitor.record, LINES) if neurons is None else np.atleast_1d(np.asarray(neurons))
    return Lines(name, dim, np.asarray(monitor._table(name, monitor._rows(who)), float)[:, shown], who)


def _spiking(line: Lines, t: np.ndarray, spikes: Any, top: Any) -> Lines:
    """The line with a point of height ``top`` at each spike."""
    y, step = line.y.copy(), (t[1] - t[0]) if len(t) > 1 else 0.0
    low, high = (float(np.nanmin(y)), float(np.nanmax(y))) if y.size else (0.0, 1.0)
    height = high + (high - low) / 2 if top is None else float(top)
    if top is not None and get_dimensions(top) is not line.dim:
        return line
    i, when = spikes.i, spikes.t_
    for row, neuron in zip(y, line.who if line.who is not None else [], strict=True):
        at = np.searchsorted(t, when[i == neuron] - 1e-6 * step)
        row[at[at < len(row)]] = height
    return Lines(line.name, line.dim, y, line.who)


def _draw(ax: Any, time: Scale, t: np.ndarray, lines: list[Lines], monitor: Any, legend: bool) -> None:
    """All lines of one unit."""
    scale = Scale.of(lines[0].name, lines[0].dim, np.concatenate([line.y.ravel() for line in lines]))
    one = len(lines) == 1
    shades = colors(len(lines[0].y) if one else len(lines))
    for at, line in enumerate(lines):
        for row, y in enumerate(line.y):
            x, shown = thinned(t, y)
            label = str(line.who[row]) if one and line.who is not None else line.name if not row else "_"
            ax.plot(time(x), scale(shown), color=shades[row if one else at], linewidth=1.0, label=label)
    ax.set_ylabel(scale.label if one else scale.symbol or "value")
    many = len(lines[0].y)
    if legend and (many > 1 or not one):
        kind, recorded = "synapse" if isinstance(monitor.source, Synapses) else "neuron", len(monitor.record)
        title = None if not one or lines[0].who is None else kind if many == recorded else f"{many} of {recorded}"
        style = {"fontsize": "small", "title_fontsize": "small", "frameon": False}
        ax.legend(title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), **style)
