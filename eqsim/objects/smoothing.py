"""Smoothing and binning of rates."""

from __future__ import annotations

from typing import Any

import numpy as np


def window_weights(window: Any, width: Any, dt_s: float) -> np.ndarray:
    """Weights of a moving average, (odd,) float64, of sum 1.

    Parameters
    ----------
    window : {'gaussian', 'flat'} or array
    width : Quantity, second
        For a window that is given by name.
    dt_s : float
        Step of the rates, in seconds.

    Raises
    ------
    NotImplementedError
        For an unknown name.
    TypeError
        If the width is missing or superfluous, or the number of weights is even.
    """
    weights = _weights(window, width, dt_s)
    normed: np.ndarray = weights / weights.sum()
    return normed


def _weights(window: Any, width: Any, dt_s: float) -> np.ndarray:
    if isinstance(window, str):
        if width is None:
            raise TypeError("smooth_rate() needs a width")
        if window == "gaussian":
            half = int(np.round(2 * float(width) / dt_s))
            weights = np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * (float(width) / dt_s) ** 2))
        elif window == "flat":
            weights = np.ones(int(float(width) / 2 / dt_s) * 2 + 1)
        else:
            raise NotImplementedError(f"unknown window {window!r}: 'gaussian', 'flat' or an array")
        return weights
    if width is not None:
        raise TypeError("smooth_rate(): a window given as an array has its own width")
    weights = np.asarray(window, float)
    if weights.ndim != 1 or len(weights) % 2 == 0:
        raise TypeError("smooth_rate(): the window must have an odd number of weights")
    return weights


def steps_in_bin(bin_size: Any, dt_s: float) -> int:
    """How many steps make a bin; a ValueError if it is no whole number."""
    steps = round(float(bin_size) / dt_s)
    if steps < 1 or abs(float(bin_size) / dt_s - steps) > 1e-4:
        raise ValueError(f"the bin size must be a multiple of dt ({dt_s * 1e3:g} ms), not {bin_size}")
    return steps
