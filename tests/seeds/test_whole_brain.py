"""The whole brain: equal bits everywhere, the listed trajectory without noise, and functional connectivity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import WAYS, data, numbers, play, playing, reference


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    """With the artificial connectome."""
    return play("whole_brain", "--short")


@pytest.mark.parametrize("way", WAYS[1:])
def test_equal_bits(way: str, short: dict[str, Any], tmp_path: Path) -> None:
    with playing("whole_brain", "--short", way=way, folder=tmp_path) as script:
        assert np.array(script["trace"].x).tobytes() == np.array(short["trace"].x).tobytes()
        assert np.array(script["regions"].y).tobytes() == np.array(short["regions"].y).tobytes()


def test_artificial_connectome(short: dict[str, Any]) -> None:
    """Symmetric, without fibres from a region to itself; delays are whole steps, at 20 m/s."""
    C, lengths, fibres = short["C"], short["lengths"], short["fibres"]
    assert np.array_equal(C, C.T) and not np.diag(C).any() and C.max() == 1
    assert "scores" not in short["numbers"]
    steps = np.array(fibres.delay) / 1e-4
    assert np.abs(steps - np.round(steps)).max() < 1e-9
    exact = lengths[fibres.i[:], fibres.j[:]] / 20 / 0.1
    assert np.all((steps > exact - 1 - 1e-9) & (steps < exact + 1e-9))


def test_noise_has_its_exact_law(short: dict[str, Any]) -> None:
    """The steady state of dn/dt = -n/tau + sigma*xi has the variance sigma**2*tau/2, reached to exp(-2*300/5) here.  The sum
    of squares of 160 values over the variance is chi-squared, with the spread sqrt(2*160): 4 of them, p < 1e-4."""
    n = np.concatenate([np.array(short["noise"].n_x), np.array(short["noise"].n_y)])
    assert abs(np.sum(n**2) / (0.01**2 * 5 / 2) - 160) < 4 * np.sqrt(320)


def test_without_noise() -> None:
    """As an independent program in double precision has it: 2 s in steps of 0.1 ms, from a listed start, exponential Euler,
    delays of whole steps.  All comes to rest, so that rounding errors stay of the size of a few units in the last place."""
    connectome, listed = data("hcp.npz"), data("wholebrain_det.npz")
    script = play("whole_brain", "--quiet", "--connectome", str(connectome), way="cython")
    x, expected = script["trace"].x, np.load(listed)["x_every_10ms"]
    found = np.concatenate([x[:, 100::100], np.array(script["regions"].x)[:, None]], axis=1).T
    assert np.abs(found - expected).max() < 1e-13
    assert np.abs(found[-1] - 0.27379412).max() < 1e-8


def test_functional_connectivity(tmp_path: Path) -> None:
    """One run; the reference has mean and standard deviation over 9 runs of BrainPy 2.4.4.  A run differs from the mean
    with the variance sd**2*(1 + 1/9); Student's t at 8 degrees of freedom is beyond 4.5 with p = 0.002."""
    expected = reference("whole_brain")["BrainPy 2.4.4 n=9"]
    found = numbers("whole_brain", tmp_path, "--connectome", str(data("hcp.npz")))
    for key in ("mean", "mean_fc", "x_mean", "x_sd"):
        mean, sd = expected[key]
        assert abs(found[key] - mean) < 4.5 * sd * np.sqrt(1 + 1 / 9), key
    for score, (mean, sd) in zip(found["scores"], expected["scores"], strict=True):
        assert abs(score - mean) < 4.5 * sd * np.sqrt(1 + 1 / 9)
