"""One neuron and a hundred: every spike follows from the equations."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import WAYS, numbers, playing, reference


@pytest.mark.parametrize("way", WAYS)
def test_spikes_are_those_of_the_exact_solution(way: str, tmp_path: Path) -> None:
    """The distance to the resting potential decays with tau: after n steps it is exp(-n*dt/tau) of what it was.  A spike is
    seen in the step in which v passes the threshold, number n - 1 if the first one is number 0.  With a refractory time of
    r steps the step r after the spike is the first one that is integrated, so intervals are r + n - 1."""
    with playing("brian2_tutorial", way=way, folder=tmp_path) as script:
        first, period = steps(-10 - -70, -10 - -40), steps(-10 - -60, -10 - -40) + 49
        expected = np.arange(first - 1, 500, period)
        assert np.array_equal(np.round(script["times"].t_ * 1e4), expected)
        assert script["spikes"].count.tolist() == [count(k * 40 / 99) for k in range(100)]


def steps(before: float, at: float) -> int:
    """Steps of 0.1 ms until the distance from the resting potential has become smaller than ``at``; tau is 10 ms."""
    return math.floor(100 * math.log(before / at)) + 1


def count(drive_mV: float) -> int:
    """Spikes in 10000 steps of a neuron that rests at -50 mV plus its drive; refractory for 10 steps."""
    if drive_mV <= 10:
        return 0
    at = drive_mV - 10
    return len(range(steps(drive_mV + 20, at) - 1, 10000, steps(drive_mV + 10, at) + 9))


def test_numbers_are_those_of_brian2(tmp_path: Path) -> None:
    expected: dict[str, Any] = reference("brian2_tutorial")
    found = numbers("brian2_tutorial", tmp_path, way="numpy")
    assert set(expected) <= set(found)
    assert found["A_spikes_ms"] == expected["A_spikes_ms"] and found["B_counts"] == expected["B_counts"]
    assert abs(found["A_v1"] - expected["A_v1"]) < 1e-12
