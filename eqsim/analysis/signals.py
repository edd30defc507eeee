"""Measures of continuous signals: spectra, connectivity, synchrony.  Units in and out.

In: arrays with units, one row for each neuron or region, as state monitors have them.  Out: arrays with units.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.analysis.flow import seconds
from eqsim.units import get_dimensions, hertz
from eqsim.units.quantity import wrap

__all__ = ["functional_connectivity", "matrix_correlation", "power_spectrum", "synchrony"]


def power_spectrum(signal: Any, dt: Any, *, segment: Any = None, points: int | None = None) -> tuple[Any, Any]:
    """Power spectral density by the method of Welch (1967), IEEE Trans. Audio Electroacoustics 15, 70-73.

    Parameters
    ----------
    signal : (..., k) quantity or array
    dt : quantity
        Time between samples.
    segment : quantity, optional
        Length of the segments over which is averaged (Hann window, half overlapping): the resolution is 1/segment.
        A quarter of the signal by default.
    points : int, optional
        Samples to which the segments are filled up with zeros: f in steps of ``1/(points*dt)``, the resolution stays.

    Returns
    -------
    f : (m,) quantity, hertz
    density : (..., m) quantity
        Square of the signal's unit per hertz, one-sided: its integral over f is the variance of the signal.

    Raises
    ------
    DimensionMismatchError
        If ``dt`` or ``segment`` is no time.
    ValueError
        If ``points`` are fewer than the samples of a segment.

    Examples
    --------
    >>> from eqsim.units import ms, mV, second
    >>> t = np.arange(2000) * 1e-3
    >>> f, density = power_spectrum(np.sin(2 * np.pi * 40 * t) * mV, 1 * ms, segment=1 * second)
    >>> print(f[np.argmax(density)])
    40. Hz
    """
    from scipy.signal import welch  # type: ignore[import-untyped]

    plain, dim = np.asarray(signal, float), get_dimensions(signal)
    step = seconds(dt, "dt")
    length = plain.shape[-1] if segment is None else round(seconds(segment, "the segment") / step)
    size = max(2, length // 4 if segment is None else min(length, plain.shape[-1]))
    f, density = welch(plain, fs=1 / step, nperseg=size, nfft=points)
    return wrap(f, hertz.dim), wrap(density, dim**2 / hertz.dim)


def functional_connectivity(signals: Any) -> np.ndarray:
    """Pearson correlation of each pair of rows.

    Parameters
    ----------
    signals : (N, k) quantity or array
        One row for each region, as in a `StateMonitor`.

    Returns
    -------
    (N, N) array
        1 on the diagonal; 0 for a row that does not change.
    """
    x = np.asarray(signals, float)
    x = x - x.mean(axis=1, keepdims=True)
    size = np.sqrt(np.sum(x * x, axis=1))
    x = x / np.where(size > 0, size, 1.0)[:, None]
    found = np.clip(x @ x.T, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def matrix_correlation(a: Any, b: Any) -> float:
    """Pearson correlation of two square matrices of one shape, over what is above the diagonal.

    Raises
    ------
    ValueError
        If they are not square and of one shape.
    """
    x, y = np.asarray(a, float), np.asarray(b, float)
    if x.ndim != 2 or x.shape != y.shape or x.shape[0] != x.shape[1]:
        raise ValueError(f"two square matrices of one shape are needed, not {x.shape} and {y.shape}")
    upper = np.triu_indices(len(x), 1)
    return float(functional_connectivity(np.stack([x[upper], y[upper]]))[0, 1])


def synchrony(signals: Any) -> float:
    """How much of the variance of the rows is common: 1 if they move together, about 1/sqrt(N) if they are independent.

    Parameters
    ----------
    signals : (N, k) quantity or array
        One row for each neuron.

    Notes
    -----
    ``chi**2 = var(mean of all)/mean(var of each)``: Golomb and Rinzel (1994), Physica D 72, 259-282.
    """
    x = np.asarray(signals, float)
    single = float(np.mean(np.var(x, axis=1)))
    return float(np.sqrt(np.var(x.mean(axis=0)) / single)) if single > 0 else float("nan")
