"""The decision network: equal bits everywhere, no stored synapses, who wins and at which rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import WAYS, play, playing, reference, spikes_of


def state(script: dict[str, Any]) -> tuple[Any, bytes]:
    E, I = script["E"], script["I"]
    values = [np.array(getattr(g, name)) for g in (E, I) for name in ("V", "g_ampa", "g_gaba", "g_nmda")]
    return spikes_of(*script["spikes"].values()).tolist(), np.concatenate([*values, np.array(E.s), np.array(E.x)]).tobytes()


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    return play("decision", "--short")


@pytest.mark.parametrize("way", WAYS[1:])
def test_equal_bits(way: str, short: dict[str, Any], tmp_path: Path) -> None:
    with playing("decision", "--short", way=way, folder=tmp_path) as script:
        assert state(script) == state(short)
        assert script["found"] == short["found"]


def test_trials_begin_alike_and_differ(short: dict[str, Any]) -> None:
    """The first of two trials is that of a single one; the second one has other random numbers."""
    first, second = play("decision", "--short", "--trials", "2", way="cython")["found"]
    assert [first] == short["found"]
    assert second != first


def test_no_synapse_is_stored(short: dict[str, Any]) -> None:
    assert all(synapses.table.all_pairs for synapses in short["projections"])


def test_weights(short: dict[str, Any]) -> None:
    """What all pyramidal cells have open reaches every cell of N with 0.165 nS and every interneuron with 0.13 nS; what
    reaches A is w_pos*a + w_neg*(b + n) in the sums over A, B and N.  Sums of 160 terms: relative error below 1e-13."""
    g = {name: np.array(short[name].g_nmda) for name in "ABNI"}
    assert g["I"][0] > 0 and all(np.ptp(values) == 0 for values in g.values())
    assert np.allclose(g["N"][0] / g["I"][0], 0.165 / 0.13, rtol=1e-13, atol=0)
    unit = 0.165e-9 / 0.1
    total, a_minus_b = g["N"][0] / unit, (g["A"][0] - g["B"][0]) / unit / (1.7 - short["w_neg"])
    rest = (g["A"][0] + g["B"][0]) / unit - 2 * short["w_neg"] * total  # (w_pos - w_neg)*(a + b)
    assert 0 <= rest / (1.7 - short["w_neg"]) <= total and abs(a_minus_b) <= total


def test_decisions() -> None:
    """Coherence 25.6 %.  The reference has 16 trials of BrainPy, all won by A, so that A wins in at least 0.83 of all trials
    (95 %); fewer than 4 of 6 then have p < 0.08, and p < 1e-4 at the 0.98 that more trials of ours have shown.

    Rates, of the trials that A has won: the mean of m trials and that of n = 16 differ with the variance sd**2*(1/m + 1/n);
    5 of its standard deviations: p below 1e-3 for each of the 12 with Student's t at 15 degrees of freedom."""
    expected = reference("dm")["coh25p6"]
    found = play("decision", "--trials", "6", way="cython")["found"]
    won = [r for r in found if r["stim_last200"]["A"] > r["stim_last200"]["B"]]
    assert len(won) >= 4
    for window in ("stim_last200", "delay", "pre"):
        for name in "ABNI":
            mean, sd = expected[window][name]
            rate = np.mean([r[window][name] for r in won])
            assert abs(rate - mean) < 5 * sd * np.sqrt(1 / len(won) + 1 / 16), (window, name)
