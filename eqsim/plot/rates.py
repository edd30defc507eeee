"""Rates over time, and what is in a signal: `rate`, `spectrum`.

In: rate monitors, spike monitors, state monitors, recordings from files, arrays.  Out: axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.analysis.axes import Scale
from eqsim.analysis.flow import seconds
from eqsim.objects.results import Events, Rates, Traces
from eqsim.objects.smoothing import window_weights
from eqsim.plot.events import trains
from eqsim.plot.look import axes, colors, label_time, thinned, time_scale
from eqsim.units import Quantity, get_dimensions, hertz, second
from eqsim.units.quantity import wrap

__all__ = ["rate", "spectrum"]


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
