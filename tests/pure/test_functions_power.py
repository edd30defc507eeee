"""x**y: accurate, and with the special cases of C99 (annex F.9.4.4)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from functions_support import error_in_ulp, exact, same, value

inf, nan = math.inf, math.nan
ODD, EVEN, BROKEN = (3.0, -3.0, 9007199254740991.0), (2.0, -2.0, 1e300, -1e300), (2.5, -2.5, 0.1, -0.1)


def test_power_is_accurate_to_two_ulp() -> None:
    """For results of every size, bases near 1 and of every size."""
    rng = np.random.default_rng(5)
    x = np.concatenate(
        [np.exp2(rng.uniform(-1074, 1024, 400)), 1 + np.exp2(rng.uniform(-50, -1, 300)), rng.uniform(0, 10, 300)]
    )
    y = rng.uniform(-1074, 1023.9, 1000) / np.log2(x)
    errors = [
        error_in_ulp(v, exact("power", a, b))
        for a, b, v in zip(x.tolist(), y.tolist(), value("power", x, y).tolist(), strict=True)
    ]
    assert max(errors) <= 2.0


def test_whole_powers_of_whole_numbers_are_exact() -> None:
    """The error is below 1/2 ulp + 2**-10 ulp wherever the result is a whole number that fits into 53 bits."""
    for base in (2, 3, 5, 7, 10):
        count = int(53 / math.log2(base))
        assert value("power", float(base), np.arange(count + 1.0)).tolist() == [float(base**k) for k in range(count + 1)]


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, inf, -inf, nan, 5e-324])
def test_anything_to_the_power_zero_is_one(x: float) -> None:
    assert float(value("power", x, 0.0)) == float(value("power", x, -0.0)) == 1.0


@pytest.mark.parametrize("y", [1.0, -2.5, inf, -inf, nan, 1e300])
def test_one_to_any_power_is_one(y: float) -> None:
    assert float(value("power", 1.0, y)) == 1.0


def test_zero() -> None:
    """0**y is 0 or inf; only odd whole exponents show the sign of the zero."""
    for y in (*ODD, *EVEN, *BROKEN, inf, -inf):
        size = 0.0 if y > 0 else inf
        assert same(float(value("power", 0.0, y)), size)
        assert same(float(value("power", -0.0, y)), -size if y in ODD else size)


def test_infinite_base() -> None:
    for y in (*ODD, *EVEN, *BROKEN, inf, -inf):
        size = inf if y > 0 else 0.0
        assert same(float(value("power", inf, y)), size)
        assert same(float(value("power", -inf, y)), -size if y in ODD else size)


def test_infinite_exponent() -> None:
    for x, y, wanted in [(0.5, inf, 0), (0.5, -inf, inf), (2, inf, inf), (2, -inf, 0), (-0.5, inf, 0), (-2, -inf, 0)]:
        assert same(float(value("power", x, y)), float(wanted))
    assert float(value("power", -1.0, inf)) == float(value("power", -1.0, -inf)) == 1.0
    assert float(value("power", 1 - 2**-53, inf)) == 0.0


def test_negative_base() -> None:
    """A whole exponent gives a real result with the sign of its parity; any other is NaN."""
    for y in ODD[:2]:
        assert float(value("power", -2.5, y)) == -float(value("power", 2.5, y)) < 0
    for y in EVEN[:2]:
        assert float(value("power", -2.5, y)) == float(value("power", 2.5, y)) > 0
    for y in BROKEN:
        assert math.isnan(float(value("power", -2.5, y)))
    assert float(value("power", -1.0, ODD[2])) == -1.0
    assert float(value("power", -1.0, 2.0**53)) == 1.0


def test_nan_spreads() -> None:
    for x, y in [(nan, 1.0), (nan, -2.5), (2.0, nan), (-2.0, nan), (0.0, nan), (inf, nan), (nan, nan)]:
        assert math.isnan(float(value("power", x, y)))


def test_results_beyond_the_range_of_reals() -> None:
    for x, y, wanted in [(2.0, 1024.0, inf), (2.0, -1075.0, 0.0), (-2.0, 1025.0, -inf), (-2.0, -1077.0, -0.0)]:
        assert same(float(value("power", x, y)), wanted)
    assert same(float(value("power", 1 + 2**-52, 1e300)), inf)
    assert same(float(value("power", 1 - 2**-53, 1e300)), 0.0)
    assert float(value("power", 2.0, -1074.0)) == 5e-324
