"""Measures of spike trains: rates, regularity, counts, correlation.  Units in and out.

In: a `SpikeMonitor`, or for each neuron an array of times.  Out: numbers and quantities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from eqsim.analysis.flow import seconds
from eqsim.units import hertz, second
from eqsim.units.quantity import wrap

__all__ = ["cross_correlogram", "cv_isi", "fano_factor", "firing_rate", "interspike_intervals", "local_variation"]


def trains_of(spikes: Any) -> list[np.ndarray]:
    """For each neuron its spike times in second, ascending.

    Raises
    ------
    DimensionMismatchError
        If they are no times.
    """
    if hasattr(spikes, "spike_trains"):
        spikes = spikes.spike_trains()
    if isinstance(spikes, Mapping):
        spikes = [spikes[k] for k in sorted(spikes)]
    if isinstance(spikes, np.ndarray) and spikes.ndim == 1 and spikes.dtype != object:
        spikes = [spikes]
    return [np.sort(_times(train)) for train in spikes]


def _times(train: Any) -> np.ndarray:
    if np.size(train) == 0:
        return np.zeros(0)
    if isinstance(train, list):
        train = wrap(np.array([seconds(t, "a spike time") for t in train]), second.dim)
    seconds(train[0], "a spike time")
    return np.atleast_1d(np.asarray(train, float))


def _span(spikes: Any, trains: Iterable[np.ndarray], start: Any, end: Any) -> tuple[float, float]:
    """Begin and end of what is looked at, in second: up to the present of a monitor, or to the last spike."""
    first = seconds(start, "the start") if start is not None else 0.0
    if end is not None:
        return first, seconds(end, "the end")
    if hasattr(spikes, "clock"):
        return first, float(spikes.clock.t)
    return first, max((float(t[-1]) for t in trains if len(t)), default=first)


def firing_rate(spikes: Any, width: Any, *, start: Any = None, end: Any = None, step: Any = None) -> tuple[Any, Any]:
    """Mean rate of all neurons over time.

    Parameters
    ----------
    spikes : SpikeMonitor, or sequence of arrays of times
    width : quantity
        Of a bin, or of the window if there is a ``step``.
    start, end : quantity, optional
        0 and the present time of a monitor (else the last spike) by default.
    step : quantity, optional
        A window slides with this step, instead of bins that touch each other.

    Returns
    -------
    t : (k,) quantity
        The middle of each bin.
    rate : (k,) quantity, hertz
        Spikes per neuron and second.  Only whole bins within the time are counted.

    Raises
    ------
    DimensionMismatchError
        If something is no time.

    Examples
    --------
    >>> from eqsim.units import ms
    >>> t, rate = firing_rate([[1, 5, 6] * ms, [15] * ms], 10 * ms, end=20 * ms)
    >>> print(t, rate)
    [ 5. 15.] ms [150.  50.] Hz
    """
    trains = trains_of(spikes)
    first, last = _span(spikes, trains, start, end)
    wide = seconds(width, "the width")
    forward = wide if step is None else seconds(step, "the step")
    count = int(np.floor((last - first - wide) / forward * (1 + 1e-12) + 1e-9)) + 1
    begin = first + forward * np.arange(max(count, 0))
    times = np.sort(np.concatenate(trains)) if trains else np.zeros(0)
    tiny = 1e-9 * wide  # a spike on a border belongs to the bin that begins there, whatever the rounding
    inside = np.searchsorted(times, begin + wide - tiny) - np.searchsorted(times, begin - tiny)
    return wrap(begin + wide / 2, second.dim), wrap(inside / (wide * max(len(trains), 1)), hertz.dim)


def interspike_intervals(spikes: Any) -> list[Any]:
    """For each neuron the times between its spikes, with unit."""
    return [wrap(np.diff(train), second.dim) for train in trains_of(spikes)]


def cv_isi(spikes: Any, minimum: int = 3) -> np.ndarray:
    """Coefficient of variation of the intervals of each neuron: 0 of a clock, 1 of a Poisson process.

    Parameters
    ----------
    spikes : SpikeMonitor, or sequence of arrays of times
    minimum : int
        Neurons with fewer spikes get nan.

    Returns
    -------
    (N,) array
        Standard deviation (divided by the number of intervals) over mean.

    Examples
    --------
    >>> from eqsim.units import ms
    >>> print(cv_isi([[10, 20, 30, 40] * ms])[0].round(9))
    0.0
    """
    trains = trains_of(spikes)
    return np.array([_cv(np.diff(t)) if len(t) >= max(minimum, 2) else np.nan for t in trains])


def _cv(intervals: np.ndarray) -> float:
    mean = float(np.mean(intervals))
    return float(np.std(intervals)) / mean if mean > 0 else float("nan")


def local_variation(spikes: Any, minimum: int = 3) -> np.ndarray:
    """Local variation of the intervals of each neuron (N,): like the CV, but slow changes of the rate do not count.

    Source: Shinomoto, Shima and Tanji (2003), Neural Computation 15, 2823-2842, equation 2.2:
    ``LV = 3/(n - 1) * sum(((I[k] - I[k+1])/(I[k] + I[k+1]))**2)``.  Neurons with fewer than ``minimum`` spikes get nan.
    """
    found = []
    for train in trains_of(spikes):
        a = np.diff(train)
        enough = len(train) >= max(minimum, 3)
        found.append(3 * float(np.mean(((a[:-1] - a[1:]) / (a[:-1] + a[1:])) ** 2)) if enough else np.nan)
    return np.array(found)


def fano_factor(spikes: Any, width: Any, *, start: Any = None, end: Any = None) -> np.ndarray:
    """Variance over mean of the counts of each neuron in windows that touch each other (N,); nan without spikes.

    Parameters are those of `firing_rate`.
    """
    trains = trains_of(spikes)
    first, last = _span(spikes, trains, start, end)
    wide = seconds(width, "the width")
    count = int(np.floor((last - first) / wide + 1e-9))
    edges = first + wide * np.arange(count + 1) - 1e-9 * wide
    counts = np.array([np.histogram(train, edges)[0] for train in trains], float).reshape(len(trains), count)
    mean = counts.mean(axis=1) if count else np.zeros(len(trains))
    return np.where(mean > 0, counts.var(axis=1) / np.where(mean > 0, mean, 1.0), np.nan) if count else mean * np.nan


def cross_correlogram(a: Any, b: Any, width: Any, furthest: Any) -> tuple[Any, Any]:
    """How often ``b`` fires at a lag after a spike of ``a``.

    Parameters
    ----------
    a, b : array of times
        Two spike trains, with units.
    width : quantity
        Of a bin.
    furthest : quantity
        The largest lag.

    Returns
    -------
    lag : (2k + 1,) quantity
        Middles of the bins; the middle one is around 0.
    rate : (2k + 1,) quantity, hertz
        Rate of ``b`` at that lag: its mean rate if the trains are independent.  Of a train with itself the pairs of a spike
        with itself are left out.
    """
    wide, far = seconds(width, "the width"), seconds(furthest, "the largest lag")
    (first,), (other,) = trains_of(a), trains_of(b)
    k = round(far / wide)
    edges = wide * (np.arange(2 * k + 2) - k - 0.5)
    counts = np.zeros(2 * k + 1)
    low, high = np.searchsorted(other, first + edges[0]), np.searchsorted(other, first + edges[-1])
    for t, i, j in zip(first, low, high, strict=True):
        counts += np.histogram(other[i:j] - t, edges)[0]
    if a is b or (len(first) == len(other) and bool(np.all(first == other))):
        counts[k] -= len(first)
    return wrap(wide * np.arange(-k, k + 1), second.dim), wrap(counts / (max(len(first), 1) * wide), hertz.dim)
