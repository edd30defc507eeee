"""% and // of reals: as in Python."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from functions_support import same, value

inf, nan = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.3, -0.3, 2.5, -2.5, 5e-324, -5e-324, 1e-310, inf, -inf, nan]


def pairs() -> tuple[np.ndarray, np.ndarray]:
    """Ratios of every size up to 2**52, of every sign; and multiples, where rounding would show most."""
    rng = np.random.default_rng(2)
    x = rng.choice([-1, 1], 2000) * 10 ** rng.uniform(-7, 7, 2000)
    y = rng.choice([-1, 1], 2000) * 10 ** rng.uniform(-7, 7, 2000)
    k = rng.integers(-60, 60, 2000)
    return np.concatenate([x, k * 0.1, k * 1e-4]), np.concatenate(
        [y, np.repeat([0.1, -0.3], 1000), np.repeat([1e-3, -1e-4], 1000)]
    )


def test_remainder_and_quotient_agree_with_python() -> None:
    x, y = pairs()
    for a, b, r, q in zip(
        x.tolist(), y.tolist(), value("mod", x, y).tolist(), value("floor_divide", x, y).tolist(), strict=True
    ):
        assert same(r, a % b), (a, b)
        assert same(q, a // b), (a, b)


def test_quotient_and_remainder_give_back_the_number() -> None:
    """x = q*y + r in exact arithmetic, when x and y have the same sign, so that r needs no rounding."""
    x, y = map(np.abs, pairs())
    for a, b, r, q in zip(
        x.tolist(), y.tolist(), value("mod", x, y).tolist(), value("floor_divide", x, y).tolist(), strict=True
    ):
        assert Fraction(q) * Fraction(b) + Fraction(r) == Fraction(a)
        assert 0 <= r < b


@pytest.mark.parametrize("y", [1.0, -1.0, 2.5, -0.3, inf, -inf, nan])
@pytest.mark.parametrize("x", SPECIAL)
def test_special_values_agree_with_numpy(x: float, y: float) -> None:
    with np.errstate(all="ignore"):
        assert same(float(value("mod", x, y)), float(np.remainder(x, y)))
        assert same(float(value("floor_divide", x, y)), float(np.floor_divide(x, y)))


def test_division_by_zero() -> None:
    for x in SPECIAL:
        assert math.isnan(float(value("mod", x, 0.0)))
        with np.errstate(all="ignore"):
            assert same(float(value("floor_divide", x, 0.0)), float(np.float64(x) / 0.0))


def test_remainder_beyond_all_digits_is_zero() -> None:
    """Neighbours of 1e300 are 1e284 apart: its remainder by 3 says nothing, and is 0 with the sign of the divisor."""
    assert same(float(value("mod", 1e300, 3.0)), 0.0)
    assert same(float(value("mod", 1e300, -3.0)), -0.0)
