"""Fractions of labelled neurons (29, 29; row: target) and places in the hierarchy, from a file or made up."""

from __future__ import annotations

import numpy as np


def connectome(path: str) -> tuple[np.ndarray, np.ndarray]:
    """From a MATLAB file; of the same size and density if there is none."""
    if path:
        from scipy.io import loadmat

        file = loadmat(path)
        return np.asarray(file["flnMat"], float), (file["hierVals"] / file["hierVals"].max()).ravel()
    chance, n = np.random.default_rng(1), 29
    place = np.linspace(0, 1, n)
    fractions = np.exp(-7 * np.abs(place[:, None] - place)) * (chance.random((n, n)) < 0.66)
    np.fill_diagonal(fractions, 0)
    return 0.8 * fractions / fractions.sum(1, keepdims=True), place


MU = np.tile(np.arange(20, 52, 2.0), 2)
OMEGA = np.concatenate([19.7 + (MU[:16] - 33.7) * 55 / 178, np.full(16, 19.7)])
STEPS = 17_500  # of 0.2 ms
