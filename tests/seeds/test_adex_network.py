"""The network of adaptive neurons: equal bits everywhere, wiring, and the statistics of Brian2's runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import WAYS, data, numbers, play, playing, reference, spikes_of


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    script = play("adex_network", "--short")
    return {name: script[name] for name in ("S", "G", "M", "Se", "Si")}


@pytest.mark.parametrize("way", WAYS[1:])
def test_equal_bits_on_every_target(way: str, short: dict[str, Any], tmp_path: Path) -> None:
    with playing("adex_network", "--short", way=way, folder=tmp_path) as script:
        assert np.array_equal(spikes_of(script["S"]), spikes_of(short["S"]))
        for name in ("V", "w", "ge", "gi"):
            assert np.array(getattr(script["G"], name)).tobytes() == np.array(getattr(short["G"], name)).tobytes()


def test_connections(short: dict[str, Any]) -> None:
    """Each ordered pair with probability 0.05, never with itself, nothing from cell 80.  Of 80*99 and 19*99 pairs a binomial
    number is connected; 5 standard deviations (19.4 and 9.5): p < 1e-6 for each."""
    Se, Si = short["Se"], short["Si"]
    assert not np.any(Se.i[:] == Se.j[:]) and not np.any(Si.i[:] + 81 == Si.j[:])
    assert (len(Se.source), len(Si.source)) == (80, 19)
    assert abs(len(Se) - 0.05 * 80 * 99) < 5 * 19.4 and abs(len(Si) - 0.05 * 19 * 99) < 5 * 9.5


def test_a_spike_adds_to_the_adaptation(short: dict[str, Any]) -> None:
    """Each spike adds b = 65 pA to w, which decays with 88 ms; the part of a*(V - EL) is below 0.8 nS * 110 mV = 88 pA."""
    S, G = short["S"], short["G"]
    T = 0.5
    added = np.zeros(100)
    np.add.at(added, S.i, 65e-12 * np.exp(-(T - S.t_) / 0.088))
    assert np.all(np.abs(np.array(G.w) - added) < 88e-12) and added.max() > 65e-12


def test_statistics_are_those_of_brian2(tmp_path: Path) -> None:
    """60 s with the connections of Brian2's run; the noise has other numbers.  How much the mean rate of a population varies
    from run to run follows from its values in 12 windows of 5 s of the recorded spikes, which are nearly independent (w
    forgets within 88 ms): their standard deviation over sqrt(12).  A difference of two runs, 5 of its standard deviations,
    11 degrees of freedom (Student): p < 5e-4 for each of two rates."""
    listed, expected = data("adex_seed1234.npz"), reference("brian2_adex")["seed1234"]
    found = numbers("adex_network", tmp_path, "--connectivity", str(listed))
    assert set(expected) - {"version", "wall"} <= set(found)
    for key in ("nonzero_frac", "n_e_syn", "n_i_syn", "T"):
        assert found[key] == expected[key]
    cell, step = (np.load(listed)[name] for name in ("spike_cell", "spike_step"))
    windows = np.histogram2d(cell, step, (np.arange(101), np.arange(0, 600_001, 50_000)))[0] / 5
    for key, rows in (("rateE", slice(0, 80)), ("rateI", slice(81, 100))):
        sd = windows[rows].mean(axis=0).std(ddof=1) / np.sqrt(12)
        assert abs(found[key] - expected[key]) < 5 * np.sqrt(2) * sd, (key, found[key], expected[key], sd)
    assert (
        abs(found["cvE"] - expected["cvE"]) < 0.08
    )  # a cell's CV of 300 intervals is known to 0.05, 80 cells move together
