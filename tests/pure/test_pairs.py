"""Random pairs: each with probability p, on its own; the quick way takes the same pairs as the slow one."""

from __future__ import annotations

import numpy as np
import pytest

from eqsim.objects import pairs
from eqsim.objects.pairs import Gaps, TabledGaps, random_pairs
from eqsim.objects.table import SynapseTable


def generator(seed: int = 1) -> np.random.Philox:
    return np.random.Philox(key=[seed, 7])


@pytest.mark.parametrize("p", [0.001, 0.02, 0.3, 0.9, 0.9999])
def test_table_gives_the_same_gaps_as_the_formula(p: float) -> None:
    """Also at both ends of the range of words, where the longest and shortest gaps are."""
    most = 10**9
    words = np.concatenate((generator().random_raw(200_000), np.array([0, 1, 2**64 - 1, 2**63, 2**49 - 1], np.uint64)))
    np.testing.assert_array_equal(TabledGaps(p, most)(words), Gaps(p, most)(words))


@pytest.mark.parametrize("p", [0.02, 0.5])
def test_gaps_are_geometric(p: float) -> None:
    """Their mean is 1/p and their variance (1 - p)/p**2; bounds of 5 standard errors fail once in a million seeds."""
    n = 400_000
    gaps = TabledGaps(p, 10**9)(generator().random_raw(n))
    assert abs(gaps.mean() - 1 / p) < 5 * np.sqrt((1 - p) / n) / p
    assert (gaps == 1).mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / n))


@pytest.mark.parametrize("many", [0, 10**9])
def test_pairs_are_in_order_differ_and_exist(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MANY", many)
    n_source, n_target, p = 700, 300, 0.1
    i, j = (np.concatenate(ends) for ends in zip(*random_pairs(n_source, n_target, p, generator), strict=True))
    place = i * n_target + j
    assert (np.diff(place) > 0).all() and place[-1] < n_source * n_target and j.max() < n_target
    # binomial: 5 standard deviations
    assert abs(len(i) - 21_000) < 5 * np.sqrt(21_000 * 0.9)


def test_no_pairs_without_probability() -> None:
    assert list(random_pairs(10, 10, 0.0, generator)) == []


@pytest.mark.parametrize(("targets", "dtype"), [(1 << 16, np.uint16), ((1 << 16) + 1, np.int32)])
def test_targets_are_kept_in_16_bits_where_they_fit(targets: int, dtype: type) -> None:
    """The last neuron of the largest group that fits, and of one that is larger by one, is reached and read back."""
    table = SynapseTable(2, targets)
    table.append(np.array([0, 1]), np.array([0, targets - 1]))
    assert table.target.dtype == dtype
    assert table.target.tolist() == [0, targets - 1]
