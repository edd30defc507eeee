"""Pictures over time, and of what is in it: `traces`, `rate`, `spectrum`.

In: state monitors, rate monitors, spike monitors, recordings from files.  Out: axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.analysis.axes import Scale
from eqsim.analysis.flow import seconds
from eqsim.objects import Synapses
from eqsim.objects.results import Events, Rates, Traces, TracesView
from eqsim.objects.smoothing import window_weights
from eqsim.plot.anything import picture_of
from eqsim.plot.events import trains
from eqsim.plot.look import axes, colors, label_time, rows_of, some, thinned, time_scale
from eqsim.units import Dimension, Quantity, get_dimensions, hertz, second
from eqsim.units.quantity import wrap

__all__ = ["rate", "spectrum", "traces"]

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


def rate(*monitors: Any, width: Any = None, ax: Any = None, names: Sequence[str] | None = None, color: Any = None) -> Any:
    """The rate of populations over time, smoothed with a gaussian window.

    Parameters
    ----------
    *monitors : PopulationRateMonitor, SpikeMonitor, recording from a file
    width : Quantity, second, optional
        Standard deviation of the window; 0 s for none.  By default about a hundredth of the time; the title says it.
    ax : matplotlib axes, optional
    names : sequence of str, optional
        Of the populations; the names of the groups by default.
    color : colour, or list of one for each population, optional

    Returns
    -------
    The axes: time, and rate in hertz.  At both ends of the recording the window is cut off.

    Raises
    ------
    TypeError
        If something is given that has no rate.
    """
    found = [_rate(of) for of in monitors]
    if not found:
        raise TypeError("plot.rate needs a PopulationRateMonitor or a SpikeMonitor")
    ax = axes(ax, (7.0, 3.0))
    first, last = min(f[1][0] if len(f[1]) else 0.0 for f in found), max(f[3] for f in found)
    time, window = time_scale(first, last), _window(width, last - first)
    smooth = [_smooth(r, window, dt) for _, _, r, _, dt in found]
    scale = Scale.of("rate", hertz.dim, np.concatenate(smooth))
    shades = color if isinstance(color, list) else [color] * len(found) if color is not None else colors(len(found))
    for at, ((name, t, _, _, _), y) in enumerate(zip(found, smooth, strict=True)):
        x, shown = thinned(t, y)
        ax.plot(time(x), scale(shown), color=shades[at], linewidth=1.2, label=names[at] if names else name)
    label_time(ax, time)
    ax.set(ylabel=scale.label, ylim=(0, None))
    if window:
        ax.set_title(f"{window * 1e3:g} ms window", loc="right", fontsize="small")
    if last > first:
        ax.set_xlim(time([first, last]))
    if len(found) > 1:
        ax.legend(fontsize="small")
    return ax


def _rate(of: Any) -> tuple[str, np.ndarray, np.ndarray, float, float]:
    """Name, times and rates in each step, the end, and the step, in SI."""
    if isinstance(of, Rates):
        t, source, dt = of.t_, getattr(of, "source", ""), of._dt_s
        return getattr(source, "name", str(source)), t, of._column("rate"), float(t[-1]) + dt if len(t) else 0.0, dt
    (train,) = trains([of], None, "rate")
    dt = of._dt_s if isinstance(of, Events) else 1e-4
    steps = round((train.last - train.first) / dt)
    number = np.floor((train.t - train.first) / dt + 1e-6).astype(int)
    counts = np.bincount(number[(number >= 0) & (number < steps)], minlength=steps)
    return train.name, train.first + np.arange(steps) * dt, counts / max(train.size, 1) / dt, train.last, dt


def _window(width: Any, duration: float) -> float:
    """The width of the window in second: 1, 2 or 5 times a power of ten, at most a hundredth of the time, and 50 ms."""
    if width is not None:
        return seconds(width, "width")
    target = min(max(duration / 100, 1e-4), 0.05)
    power = 10.0 ** np.floor(np.log10(target * (1 + 1e-9)))
    return float(next(f for f in (5, 2, 1) if f * power <= target * (1 + 1e-9)) * power)


def _smooth(rates: np.ndarray, width: float, dt: float) -> np.ndarray:
    """Mean under the window; at the ends over the part of it that lies inside."""
    if width < dt / 2 or not len(rates):
        return rates
    weights = window_weights("gaussian", width, dt)
    half = len(weights) // 2

    def under(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.convolve(x, weights, mode="full")[half : half + len(x)])

    return np.asarray(under(np.asarray(rates, float)) / under(np.ones(len(rates))))


def spectrum(
    signal: Any, variable: str | None = None, *, dt: Any = None, segment: Any = None, highest: Any = None, ax: Any = None
) -> Any:
    """Power spectral density over frequency, by the method of Welch (see `eqsim.analysis.power_spectrum`).

    Parameters
    ----------
    signal : PopulationRateMonitor, StateMonitor, or (..., n) Quantity or array
        The mean of several rows is removed nowhere; their spectra are averaged.
    variable : str, optional
        Of a state monitor; the first by default.
    dt : Quantity, second
        Time between samples, for arrays.
    segment : Quantity, second, optional
        Length of the segments over which is averaged; the resolution is its inverse.  A quarter of the signal by default.
    highest : Quantity, hertz, optional
        The largest frequency that is shown.
    ax : matplotlib axes, optional

    Returns
    -------
    The axes: frequency in hertz, and power.

    Raises
    ------
    TypeError
        If the signal is an array and ``dt`` is missing.
    ValueError
        If there are fewer than two samples.
    """
    from eqsim.analysis.signals import power_spectrum

    name, values, step = _signal(signal, variable, dt)
    if np.shape(values)[-1] < 2:
        raise ValueError("plot.spectrum needs at least two samples: has the network been run?")
    f, density = power_spectrum(values, step, segment=segment)
    y, dim = np.atleast_2d(np.asarray(density)).mean(axis=0), get_dimensions(density)
    shown = np.asarray(f) <= (np.inf if highest is None else float(highest))
    ax = axes(ax, (5.0, 3.5))
    unit = Scale.of("", get_dimensions(values), np.asarray(values))
    ax.plot(np.asarray(f)[shown], y[shown] / unit.unit**2, color=colors(1)[0], linewidth=1.2)
    label = f"power of {name} ({unit.symbol + '²' if unit.symbol else '1'}/Hz)" if name else str(dim)
    ax.set(xlabel="frequency (Hz)", ylabel=label, ylim=(0, None), xlim=(0, float(np.max(np.asarray(f)[shown]))))
    return ax


def _signal(signal: Any, variable: str | None, dt: Any) -> tuple[str, Any, Any]:
    """Name, values, and time between samples."""
    if isinstance(signal, Rates):
        return "rate", signal.rate, wrap(signal._dt_s, second.dim)
    if isinstance(signal, Traces):
        name = variable or next(iter(signal._dims()))
        times = signal.t_[:2]
        return name, signal[name], wrap(float(np.ptp(times)) if len(times) else 0.0, second.dim)
    if dt is None:
        raise TypeError("plot.spectrum needs dt=, the time between the samples of an array")
    return getattr(signal, "name", "signal"), signal if isinstance(signal, Quantity) else np.asarray(signal, float), dt
