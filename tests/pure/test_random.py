"""Random numbers: the published bits, the right laws, and independence between places.

Every statistical test has a fixed seed and was designed for a failure probability of 10**-6 or less, had the seed been
drawn at random; with the seed fixed it always gives the same answer.
"""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from functions_support import value
from scipy import stats

from eqsim.functions import stream_of

RISK = 1e-6
N = 200_000
ELEMENTS = np.arange(N)

# Random123, kat_vectors: philox 4x32, 10 rounds (Salmon, Moraes, Dror, Shaw 2011)
KNOWN = [
    ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "wanted"), KNOWN)
def test_philox_gives_the_published_words(counter, key, wanted) -> None:  # type: ignore[no-untyped-def]
    assert tuple(int(value("philox4x32", *counter, *key, which)) for which in range(4)) == wanted


def philox_by_definition(counter: list[int], key: list[int]) -> list[int]:
    """Ten rounds in Python's integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & 0xFFFFFFFF, (a >> 32) ^ c3 ^ k1, a & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


@pytest.mark.parametrize(
    ("seed", "stream", "element", "step"),
    [(0, 0, 0, 0), (2**64 - 1, 2**32 - 1, 2**32 - 1, 2**48 - 1), (2**40 + 3, 77, 5, 2**33 + 9), (1, 2, 2**33 + 1, 3)],
)
def test_a_uniform_number_is_its_place_in_the_counter(seed: int, stream: int, element: int, step: int) -> None:
    """c0 = element, c1 = step (low), c2 = stream, c3 = step (bits 32 to 47) << 16 | draw; 27 + 26 bits of two words."""
    low = 0xFFFFFFFF
    counter = [element & low, step & low, stream, ((step >> 32) & 0xFFFF) << 16]
    a, b, _, _ = philox_by_definition(counter, [seed & low, seed >> 32])
    assert float(value("uniform", seed, stream, element, step)) == ((a >> 5) * 2**26 + (b >> 6)) / 2**53


def test_uniform_numbers_are_uniform() -> None:
    u = value("uniform", 1, stream_of("test", "uniform"), ELEMENTS, 3)
    assert u.min() >= 0 and u.max() < 1
    assert np.array_equal(u * 2**53, np.floor(u * 2**53))
    assert stats.kstest(u, "uniform").pvalue > RISK


def test_every_bit_of_a_uniform_number_is_fair() -> None:
    """Each of the 53 bits is set in half of the numbers: 5.9 standard deviations for 53 two-sided tests at 10**-6."""
    j = (value("uniform", 2, 3, ELEMENTS, 4) * 2**53).astype(np.int64)
    set_bits = np.array([((j >> b) & 1).sum() for b in range(53)])
    assert np.abs(set_bits - N / 2).max() < 5.9 * math.sqrt(N) / 2


def test_normal_numbers_are_normal() -> None:
    z = value("normal", 1, stream_of("test", "normal"), ELEMENTS, 3)
    assert stats.kstest(z, "norm").pvalue > RISK
    # standard errors of the first four moments of N numbers: sqrt(1, 2, 15, 96)/sqrt(N); 5 of them: 6e-7 each
    for power, wanted, spread in [(1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)]:
        assert abs((z**power).mean() - wanted) < 5 * math.sqrt(spread / N)


def test_normal_is_the_quantile_of_uniform() -> None:
    """The same bits, moved by half a step so that 0 does not occur: relative error below 10 ulp, also in the tails."""
    elements = np.concatenate([np.arange(300), np.flatnonzero(np.abs(value("normal", 1, 2, ELEMENTS, 3)) > 3.2)[:150]])
    u, z = value("uniform", 1, 2, elements, 3), value("normal", 1, 2, elements, 3)
    with mpmath.workprec(120):
        for a, b in zip(u.tolist(), z.tolist(), strict=True):
            p = mpmath.mpf(a) + mpmath.mpf(2) ** -54
            # the slope of the distribution turns an error of the quantile into one of the probability
            found = mpmath.ncdf(b)
            slope = mpmath.npdf(b) * abs(b)
            assert abs(found - p) <= 10 * 2.0**-52 * slope


def test_poisson_counts_follow_their_law() -> None:
    """chi-squared over bins with at least 20 expected counts, by inversion (0.1, 3), by rejection (10.5, 30, 1000)."""
    n = 50_000
    for lam in (0.1, 3.0, 9.99, 10.5, 30.0, 1000.0):
        k = value("poisson", lam, 7, stream_of("poisson", str(lam)), np.arange(n), 0)
        low, high = stats.poisson.ppf([20 / n, 1 - 20 / n], lam)
        edges = np.unique(np.linspace(low, high, min(60, int(high - low) + 1)).round())
        counts = np.histogram(k, np.concatenate([[-1], edges + 0.5, [np.inf]]))[0]
        expected = np.diff(np.concatenate([[0], stats.poisson.cdf(edges, lam), [1]])) * n
        assert stats.chisquare(counts, expected).pvalue > RISK, lam
        assert abs(k.mean() - lam) < 5 * math.sqrt(lam / n)
        # the fourth central moment of the law is lam + 3 lam**2
        assert abs(k.var() - lam) < 5 * math.sqrt((lam + 2 * lam**2) / n)


def test_poisson_of_large_means_is_nearly_normal() -> None:
    """At lam = 10**9 the skewness is 3e-5: KS with 50000 numbers cannot see it."""
    lam = 1e9
    k = value("poisson", lam, 7, 8, np.arange(50_000), 0)
    assert stats.kstest((k - lam) / math.sqrt(lam), "norm").pvalue > RISK


def test_poisson_of_odd_means() -> None:
    assert value("poisson", [0.0, -0.0, -3.0, -math.inf, math.nan, 1e-300], 1, 2, 3, 4).tolist() == [0] * 6
    assert value("poisson", [math.inf, 1e300], 1, 2, 3, 4).min() > 0.99 * 2**62  # as if the mean were 2**62
    assert value("poisson", 5.0, 1, 2, 3, 4).dtype == np.int64


@pytest.mark.parametrize("law", ["uniform", "normal"])
def test_neighbours_in_every_direction_are_independent(law: str) -> None:
    """Correlations between numbers whose place differs by one: standard error 1/sqrt(N), 5.2 of them."""
    here = value(law, 5, 6, ELEMENTS, 7)
    others = {
        "element": value(law, 5, 6, ELEMENTS + 1, 7),
        "step": value(law, 5, 6, ELEMENTS, 8),
        "stream": value(law, 5, 7, ELEMENTS, 7),
        "seed": value(law, 6, 6, ELEMENTS, 7),
        "step in its high bits": value(law, 5, 6, ELEMENTS, 7 + 2**32),
        "seed in its high bits": value(law, 5 + 2**32, 6, ELEMENTS, 7),
    }
    for name, there in others.items():
        assert not np.array_equal(here, there), name
        assert abs(np.corrcoef(here, there)[0, 1]) < 5.2 / math.sqrt(N), name


def test_steps_of_one_element_are_uniform_too() -> None:
    assert stats.kstest(value("uniform", 5, 6, 7, ELEMENTS), "uniform").pvalue > RISK


def test_streams_have_stable_numbers() -> None:
    """Written down once: results of scripts depend on them."""
    assert stream_of("cells", "noise") == STREAM_OF_CELLS_NOISE
    assert stream_of("ab", "c") != stream_of("a", "bc")
    assert 0 <= stream_of() < 2**32


STREAM_OF_CELLS_NOISE = 0x2A11965B
