"""An artificial connectome of cortical areas, the same for all sides: numpy only."""

import numpy as np


def artificial(n=29):
    """Fractions of labelled neurons (n, n; row: target), places in the hierarchy; see examples/seeds/joglekar_2018.py."""
    chance = np.random.default_rng(1234)
    place = np.linspace(0, 1, n)
    fractions = np.exp(-7 * np.abs(place[:, None] - place) + 1.5 * chance.standard_normal((n, n)))
    fractions[chance.random((n, n)) > 0.66] = 0
    np.fill_diagonal(fractions, 0)
    return fractions * chance.uniform(0.2, 0.9, (n, 1)) / fractions.sum(axis=1, keepdims=True), place
