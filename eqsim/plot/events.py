"""Pictures of spikes: `raster`, `isi`.

In: spike monitors, recordings from files, or for each neuron an array of times.  Out: axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eqsim.analysis.flow import seconds
from eqsim.analysis.spikes import cv_isi, trains_of
from eqsim.objects.results import Events
from eqsim.plot.anything import picture_of
from eqsim.plot.look import MANY, axes, colors, dot_size, ink, label_time, opacity, time_scale, whole_numbers
from eqsim.units import second

__all__ = ["Train", "isi", "raster", "trains"]

TICKS = 60
"""Up to so many neurons get lines of the height of their row, more get dots."""


@dataclass(frozen=True, slots=True)
class Train:
    """The spikes of a population: ``i`` (n,) and ``t`` (n,) in second, of ``size`` neurons, from ``first`` to ``last``."""

    name: str
    i: np.ndarray
    t: np.ndarray
    size: int
    first: float
    last: float

    def between(self, first: float, last: float) -> Train:
        """The spikes from one time to another."""
        shown = (self.t >= first) & (self.t <= last)
        return replace(self, i=self.i[shown], t=self.t[shown])


def trains(spikes: Sequence[Any], names: Sequence[str] | None, what: str) -> list[Train]:
    """What was given, in one form.

    Raises
    ------
    TypeError
        If something is given that has no spikes.
    """
    if not spikes:
        raise TypeError(f"plot.{what} needs a SpikeMonitor")
    found = [_train(of, what) for of in spikes]
    if names is not None:
        if len(names) != len(found):
            raise ValueError(f"{len(found)} populations, but {len(names)} names")
        found = [replace(train, name=str(name)) for name, train in zip(names, found, strict=True)]
    return found


def _train(of: Any, what: str) -> Train:
    if isinstance(of, Events):
        first, last = (step * of._dt_s for step in of._steps())
        source = getattr(of, "source", "")
        return Train(getattr(source, "name", str(source)), of.i, of.t_, of._size(), first, last)
    if other := picture_of(of):
        help = f"; plot.{other} draws it" if other != what else ""
        raise TypeError(f"plot.{what} draws spikes, and {of!r} has none{help}")
    times = trains_of(of)
    i = np.repeat(np.arange(len(times)), [len(t) for t in times])
    t = np.concatenate(times) if times else np.zeros(0)
    return Train("", i, t, len(times), 0.0, float(t.max(initial=0.0)))


def raster(
    *spikes: Any,
    ax: Any = None,
    names: Sequence[str] | None = None,
    color: Any = None,
    size: float | None = None,
    start: Any = None,
    end: Any = None,
) -> Any:
    """Who spikes when: a mark for each spike.

    Parameters
    ----------
    *spikes : SpikeMonitor, EventMonitor, recording from a file, or sequence of arrays of times
        Several populations are stacked, each in its colour, with its name at the right.
    ax : matplotlib axes, optional
    names : sequence of str, optional
        Of the populations; the names of the groups by default.
    color : colour, or list of one for each population, optional
    size : float, optional
        Diameter of the dots in points; by default as large as there is room for.
    start, end : Quantity, second, optional
        What is shown; all that was recorded by default.

    Returns
    -------
    The axes: time, and the number of the neuron.  Up to 60 neurons are drawn as lines, more as dots; more than 2000 marks
    become pixels in vector files.

    Raises
    ------
    TypeError
        If something is given that has no spikes.

    Examples
    --------
    >>> from eqsim.only import *
    >>> from eqsim import plot
    >>> ax = plot.raster([[1, 5, 9] * ms, [3, 4] * ms])
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('time (ms)', 'neuron')
    """
    found = trains(spikes, names, "raster")
    ax = axes(ax)
    first = min(t.first for t in found) if start is None else seconds(start, "start")
    last = max(t.last for t in found) if end is None else seconds(end, "end")
    found = [train.between(first, last) for train in found]
    marks, total = sum(len(train.t) for train in found), sum(train.size for train in found)
    scale, offset = time_scale(first, last), 0
    for train, shade in zip(found, _inks(color, len(found), ax), strict=True):
        _marks(ax, scale(train.t), train.i + offset, shade, size, (marks, total))
        if len(found) > 1:
            place = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": "small"}
            ax.text(1.01, offset + train.size / 2 - 0.5, train.name, color=shade, **place)
        offset += train.size
    label_time(ax, scale)
    ax.set(ylabel="neuron", ylim=(-0.5, max(total, 1) - 0.5))
    if last > first:
        ax.set_xlim(scale([first, last]))
    whole_numbers(ax.yaxis)
    return ax


def _marks(ax: Any, x: np.ndarray, y: np.ndarray, color: Any, size: float | None, of_all: tuple[int, int]) -> None:
    """Lines if there are few neurons, else dots; ``of_all`` says how many marks and neurons the picture has."""
    marks, neurons = of_all
    if neurons <= TICKS and size is None:
        ax.vlines(x, y - 0.4, y + 0.4, color=color, linewidth=1.0, rasterized=marks > MANY)
        return
    diameter = dot_size(ax, marks, neurons) if size is None else size
    style: dict[str, Any] = {"markersize": diameter, "markeredgewidth": 0, "rasterized": marks > MANY}
    style["alpha"] = opacity(ax, marks, diameter) if size is None else None
    style["snap"] = diameter >= 1.5  # smaller ones would all become whole pixels, and patterns that are none
    ax.plot(x, y, linestyle="none", marker="o", color=color, **style)


def _inks(color: Any, count: int, ax: Any) -> list[Any]:
    """A colour for each population; one alone has the colour of the text."""
    if isinstance(color, list):
        return color
    if color is not None:
        return [color] * count
    return colors(count) if count > 1 else [ink(ax)]


def isi(*spikes: Any, bins: Any = 50, log: bool = False, ax: Any = None, names: Sequence[str] | None = None) -> Any:
    """Histogram of the intervals between the spikes of each neuron, all neurons together.

    Parameters
    ----------
    *spikes : SpikeMonitor, recording from a file, or sequence of arrays of times
        Several populations are drawn as outlines.
    bins : int, or array of times
        Number of bins or their edges.
    log : bool
        Bins of equal width on a logarithmic axis.
    ax : matplotlib axes, optional
    names : sequence of str, optional

    Returns
    -------
    The axes: interval, and count.  The legend says the mean coefficient of variation.

    Examples
    --------
    >>> from eqsim.only import *
    >>> from eqsim import plot
    >>> plot.isi([[1, 5, 9, 13] * ms]).get_xlabel()
    'interval (ms)'
    """
    found = trains(spikes, names, "isi")
    ax = axes(ax, (5.0, 3.5))
    intervals = [np.concatenate([np.diff(t) for t in _split(train)] or [np.zeros(0)]) for train in found]
    everything = np.concatenate(intervals)
    scale = time_scale(0.0, float(everything.max(initial=0.0)))
    edges = scale(_edges(bins, everything, log))
    for train, values, shade in zip(found, intervals, colors(len(found)), strict=True):
        label = f"{train.name + ': ' if train.name and len(found) > 1 else ''}CV {_cv(train)}"
        kind = "stepfilled" if len(found) == 1 else "step"
        ax.hist(scale(values), bins=edges, histtype=kind, color=shade, label=label)
    ax.set(xlabel=scale.label.replace("time", "interval"), ylabel="count")
    if log:
        _logarithmic(ax)
    ax.legend(fontsize="small", frameon=False)
    return ax


def _logarithmic(ax: Any) -> None:
    """A logarithmic axis with plain numbers at 1, 2, 5, 10..."""
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_formatter(NullFormatter())


def _split(train: Train) -> list[np.ndarray]:
    """For each neuron its times, ascending."""
    order = np.lexsort((train.t, train.i))
    return np.split(train.t[order], np.searchsorted(train.i[order], np.arange(1, train.size)))


def _cv(train: Train) -> str:
    found = cv_isi([t * second for t in _split(train)])
    found = found[np.isfinite(found)]
    return f"{found.mean():.2f}" if len(found) else "unknown"


def _edges(bins: Any, values: np.ndarray, log: bool) -> np.ndarray:
    """Edges of bins, in second."""
    if np.ndim(bins):
        seconds(bins[0], "the edge of a bin")
        return np.asarray(bins, float)
    low, high = (float(values.min()), float(values.max())) if len(values) else (1e-4, 1e-3)
    if log:
        return np.geomspace(low * (1 - 1e-9), high * (1 + 1e-9), int(bins) + 1)
    return np.linspace(0.0, high * (1 + 1e-9), int(bins) + 1)
