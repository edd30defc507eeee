"""The balanced network: equal bits everywhere, the listed spikes, rates and irregularity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scripts import WAYS, data, play, playing, reference, spikes_of


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    script = play("ei_balance", "--short")
    return {"spikes": spikes_of(script["spikes_E"], script["spikes_I"]), "V": np.array(script["P"].V)}


@pytest.mark.parametrize("way", WAYS[1:])
def test_equal_bits(way: str, expected: dict[str, np.ndarray], tmp_path: Path) -> None:
    with playing("ei_balance", "--short", way=way, folder=tmp_path) as script:
        assert np.array_equal(spikes_of(script["spikes_E"], script["spikes_I"]), expected["spikes"])
        assert np.array(script["P"].V).tobytes() == expected["V"].tobytes()


def test_wiring() -> None:
    """Each neuron has 64 different excitatory and 16 different inhibitory targets."""
    script = play("ei_balance", "--short")
    for synapses in (script["excitation"], script["inhibition"]):
        n, j = len(synapses.source), synapses.j[:]
        assert np.array_equal(np.bincount(synapses.i[:][j < 3200], minlength=n), np.full(n, 64))
        assert np.array_equal(np.bincount(synapses.i[:][j >= 3200], minlength=n), np.full(n, 16))
        assert len(np.unique(synapses.i[:] * 4000 + j)) == len(j)


def test_spike_for_spike() -> None:
    """From a listed wiring and start: all 9014 spikes of 100 ms, each in its step, as an independent program in double
    precision has them.  A change of 1e-9 mV at the start changes none of them, so rounding errors may not, either."""
    listed = data("ei_det.npz")
    script = play("ei_balance", "--short", "--wiring", str(listed), way="cython")
    found = spikes_of(script["spikes_E"], script["spikes_I"])
    rows = np.load(listed)["spikes"]
    assert np.array_equal(found, rows[np.lexsort((rows[:, 1], rows[:, 0]))])


def test_rates_and_irregularity() -> None:
    """Ours has one run; the reference lists mean and standard deviation over n = 10 runs of BrainPy 2.8.2.  The difference
    of one run from the mean has the variance sd**2*(1 + 1/n); with 4 of its standard deviations, and sd itself known to 25 %
    (Student, 9 degrees of freedom), each of six numbers is outside by chance with p = 0.003."""
    expected = reference("ei")
    script = play("ei_balance", way="cython")
    for key, value in script["numbers"].items():
        if key in expected:
            mean, sd = expected[key]["brainpy282"]
            assert abs(value - mean) < 4 * sd * np.sqrt(1.1), (key, value, mean, sd)
