"""Elementary functions are right to 2 units in the last place, everywhere."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from functions_support import error_in_ulp, exact, same, value

from eqsim.functions import tables

WORST = json.loads(Path(__file__).with_name("worst_cases.json").read_text())
LIMIT = 2.0
inf, nan = math.inf, math.nan
TINY, LEAST, MOST = 2.2250738585072014e-308, 5e-324, 1.7976931348623157e308


@pytest.mark.parametrize(("name", "args", "stated"), WORST, ids=[f"{w[0]}-{i}" for i, w in enumerate(WORST)])
def test_worst_known_cases(name: str, args: list[str], stated: float) -> None:
    """The largest errors that searches over 10**7 points have found; a change of a body must not make them larger."""
    xs = [float.fromhex(a) for a in args]
    error = error_in_ulp(float(value(name, *xs)), exact(name, *xs))
    assert error <= LIMIT
    assert error == pytest.approx(stated, abs=2e-3)  # stated with three decimals


def uniform(rng: np.random.Generator, low: float, high: float, n: int = 700) -> np.ndarray:
    return rng.uniform(low, high, n)


def wide(rng: np.random.Generator, low: float, high: float, n: int = 700) -> np.ndarray:
    """Positive numbers with exponents evenly between those of 2**low and 2**high, denormal ones included."""
    return np.exp2(rng.uniform(low, high, n))


def both_signs(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, -x])


def points(name: str, rng: np.random.Generator) -> np.ndarray:
    """Where a function is tested: typical arguments, all exponents, and the places where it is hard."""
    match name:
        case "exp":
            return np.concatenate([uniform(rng, -708, 709.7), both_signs(wide(rng, -1074, 9)), uniform(rng, 709.4, 709.78)])
        case "rexprel":
            edge = both_signs(uniform(rng, 0.34, 0.36))
            return np.concatenate([uniform(rng, -100, 752), both_signs(wide(rng, -1000, 3)), edge, uniform(rng, -1e9, 0)])
        case "expm1" | "exprel":
            edge = both_signs(uniform(rng, 0.34, 0.36))
            return np.concatenate([uniform(rng, -100, 709.7), both_signs(wide(rng, -1000, 3)), edge, uniform(rng, -1e9, 0)])
        case "log" | "log10":
            return np.concatenate([wide(rng, -1074, 1024, 300), uniform(rng, 0.5, 2), 1 + both_signs(wide(rng, -52, -2))])
        case "log1p":
            return np.concatenate([both_signs(wide(rng, -1000, -0.001)), wide(rng, 0, 1024), uniform(rng, -0.99, 3)])
        case "sin" | "cos" | "tan":
            near = np.arange(1, 80) * (np.pi / 4)
            # the double that comes nearest to a multiple of pi/2 (Kahan; Muller 2016, table 11.1)
            nearest = 6381956970095103.0 * 2.0**797
            return np.concatenate([both_signs(wide(rng, -30, 1024, 300)), uniform(rng, -7, 7), near, [nearest, 1e22, 1e300]])
        case "arcsin" | "arccos":
            return np.concatenate(
                [uniform(rng, -1, 1, 300), both_signs(wide(rng, -40, 0)), both_signs(1 - wide(rng, -53, -1))]
            )
        case "log2":
            return np.concatenate([wide(rng, -1074, 1024, 300), uniform(rng, 0.5, 2), 1 + both_signs(wide(rng, -52, -2))])
        case "exp2":
            return np.concatenate([uniform(rng, -1074, 1024), both_signs(wide(rng, -60, 3))])
        case "cbrt":
            return both_signs(wide(rng, -1074, 1024))
        case "arccosh":
            return np.concatenate([1 + wide(rng, -52, 4), wide(rng, 0, 1000), uniform(rng, 1, 3)])
        case "arctanh":
            return np.concatenate([both_signs(wide(rng, -40, -0.0001)), 1 - wide(rng, -53, -1)])
        case "arctan":
            return np.concatenate([both_signs(wide(rng, -40, 60, 200)), both_signs(uniform(rng, 0.4, 2.2, 200))])
        case _:
            return np.concatenate([both_signs(wide(rng, -40, 9.47)), uniform(rng, -2, 2, 300), uniform(rng, -30, 30)])


NAMES = """exp expm1 exprel rexprel log log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh
    log2 exp2 cbrt arcsinh arccosh arctanh""".split()


@pytest.mark.parametrize("name", NAMES)
def test_errors_stay_below_two_ulp(name: str) -> None:
    xs = points(name, np.random.default_rng(len(name)))
    errors = [error_in_ulp(y, exact(name, x)) for x, y in zip(xs.tolist(), value(name, xs).tolist(), strict=True)]
    worst = int(np.argmax(errors))
    assert errors[worst] <= LIMIT, f"{name}({xs[worst].hex()})"


@pytest.mark.parametrize("name", ["arctan2", "hypot"])
def test_errors_of_functions_of_two_numbers_stay_below_two_ulp(name: str) -> None:
    rng = np.random.default_rng(6)
    far = both_signs(wide(rng, -1000, 1000, 200))
    x = np.concatenate([far, uniform(rng, -2, 2), wide(rng, -300, 300, 400)])
    y = np.concatenate([rng.permutation(far), uniform(rng, -2, 2), x[-400:] * both_signs(wide(rng, -3, 3, 200))])
    found = value(name, x, y).tolist()
    # what is below the normal numbers, or above the largest, has no relative error
    cases = [(a, b, f) for a, b, f in zip(x.tolist(), y.tolist(), found, strict=True) if TINY < abs(f) < MOST]
    errors = [error_in_ulp(f, exact(name, a, b)) for a, b, f in cases]
    worst = int(np.argmax(errors))
    assert errors[worst] <= LIMIT, f"{name}{cases[worst]}"


EDGES = (0.0, -0.0, 1.0, -1.0, 3.0, inf, -inf, nan, LEAST, MOST, -MOST)


def test_arctan2_has_the_special_values_of_c() -> None:
    """C99, annex F.9.1.4; Python's `math.atan2` follows it."""
    for y in EDGES:
        for x in EDGES:
            found, wanted = float(value("arctan2", y, x)), math.atan2(y, x)
            assert same(found, wanted) or found == pytest.approx(wanted, rel=4e-16), (y, x)


def test_hypot_neither_overflows_nor_vanishes() -> None:
    for x in EDGES:
        for y in EDGES:
            found, wanted = float(value("hypot", x, y)), math.hypot(x, y)
            assert same(found, wanted) or found == pytest.approx(wanted, rel=4e-16), (x, y)


SPECIAL = {
    "log2": [(0.0, -inf), (-0.0, -inf), (inf, inf), (-1.0, nan), (1.0, 0.0), (1024.0, 10), (2.0**-1074, -1074)],
    "exp2": [(-inf, 0.0), (inf, inf), (0.0, 1), (10.0, 1024), (-1074, LEAST), (1024, inf), (-1080, 0.0), (1e300, inf)],
    "cbrt": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (27.0, 3), (-8.0, -2)],
    "arcsinh": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (LEAST, LEAST)],
    "arccosh": [(1.0, 0.0), (0.5, nan), (-1e300, nan), (-inf, nan), (inf, inf)],
    "arctanh": [(0.0, 0.0), (-0.0, -0.0), (1.0, inf), (-1.0, -inf), (2.0, nan), (LEAST, LEAST), (-inf, nan)],
    "exp": [(-inf, 0), (inf, inf), (0.0, 1), (-0.0, 1), (-745.14, 0), (709.79, inf), (-1e300, 0), (1e300, inf)],
    "expm1": [(-inf, -1), (inf, inf), (0.0, 0.0), (-0.0, -0.0), (LEAST, LEAST), (-LEAST, -LEAST), (-1e300, -1)],
    "exprel": [(0.0, 1), (-0.0, 1), (LEAST, 1), (inf, inf), (-inf, 0.0), (800, inf), (1e300, inf), (-1e300, 1e-300)],
    "rexprel": [(0.0, 1), (-0.0, 1), (LEAST, 1), (inf, 0.0), (-inf, inf), (760, 0.0), (1e300, 0.0), (-1e300, 1e300)],
    "log": [(0.0, -inf), (-0.0, -inf), (inf, inf), (-1.0, nan), (-inf, nan), (1.0, 0.0)],
    "log10": [(0.0, -inf), (-0.0, -inf), (inf, inf), (-1.0, nan), (1.0, 0.0), (1000.0, 3), (1e-5, -5), (1e22, 22)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (-1.5, nan), (-inf, nan), (inf, inf), (LEAST, LEAST)],
    "sin": [(0.0, 0.0), (-0.0, -0.0), (LEAST, LEAST), (inf, nan), (-inf, nan)],
    "cos": [(0.0, 1), (-0.0, 1), (LEAST, 1), (inf, nan), (-inf, nan)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (-LEAST, -LEAST), (inf, nan), (-inf, nan)],
    "arcsin": [(0.0, 0.0), (-0.0, -0.0), (1, math.pi / 2), (-1, -math.pi / 2), (1.1, nan), (-inf, nan), (LEAST, LEAST)],
    "arccos": [(1, 0.0), (-1, math.pi), (0.0, math.pi / 2), (1.1, nan), (inf, nan)],
    "arctan": [(0.0, 0.0), (-0.0, -0.0), (inf, math.pi / 2), (-inf, -math.pi / 2), (LEAST, LEAST), (MOST, math.pi / 2)],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf), (711, inf), (-1e300, -inf), (LEAST, LEAST)],
    "cosh": [(0.0, 1), (inf, inf), (-inf, inf), (711, inf), (LEAST, 1)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (inf, 1), (-inf, -1), (1e300, 1), (LEAST, LEAST)],
    "sign": [(0.0, 0.0), (-0.0, -0.0), (LEAST, 1), (-inf, -1), (3, 1)],
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_values(name: str) -> None:
    """Zeros keep their sign, infinities go to limits, and what is not defined is NaN; so is every function of NaN."""
    for x, wanted in (*SPECIAL[name], (nan, nan), (-nan, nan)):
        assert same(float(value(name, x)), float(wanted)), (name, x, wanted)


def test_exp_vanishes_where_its_results_would_soon_be_denormal() -> None:
    below = np.nextafter(-708.0, -inf)
    assert value("exp", -708.0) == pytest.approx(3.307553003638408e-308, rel=4e-16)
    assert value("exp", np.array([below, -708.1, -745.0, -746.0, -1e6])).tolist() == [0.0] * 5


def test_functions_are_monotonic_across_the_seams_of_their_bodies() -> None:
    """At a seam two formulas meet; neighbours must not change places by more than their errors."""
    seams = {"tanh": 0.55, "sinh": 1.0, "arcsin": 0.5, "arctan": 0.5, "expm1": 0.34657359027997264, "log": math.sqrt(2)}
    for name, seam in seams.items():
        xs = seam + np.arange(-200, 201) * math.ulp(seam) * 8
        steps = np.diff(value(name, xs)) / np.spacing(value(name, xs)[1:])
        assert steps.min() >= -2, name


POLYNOMIALS = [
    # name, function of z (or r), weight of an error, interval, log2 of the stated error
    ("EXP", lambda r: (mpmath.exp(r) - 1 - r) / r**2, abs, (-math.log(2) / 2, math.log(2) / 2), -55),
    ("LOG", lambda z: (2 * mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 2) / z, abs, (0, 0.029437), -58),
    (
        "ATANH",
        lambda z: (mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1 - z / 3) / z**2,
        lambda z: z**2,
        (0, 0.029437),
        -72,
    ),
    ("SIN", lambda z: (mpmath.sin(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, abs, (0, 0.6168), -58),
    ("COS", lambda z: (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2, (0, 0.6168), -64),
    ("SINH", lambda z: (mpmath.sinh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, abs, (0, 1), -63),
    ("TANH", lambda z: (mpmath.tanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, abs, (0, 0.56**2), -59),
    ("ARCSIN", lambda z: (mpmath.asin(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, abs, (0, 0.25), -59),
    ("ARCTAN", lambda z: (mpmath.atan(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, abs, (0, 0.25), -61),
]


@pytest.mark.parametrize(("name", "wanted", "weight", "interval", "bits"), POLYNOMIALS, ids=[p[0] for p in POLYNOMIALS])
def test_polynomials_keep_their_stated_errors(name, wanted, weight, interval, bits) -> None:  # type: ignore[no-untyped-def]
    coefficients = [mpmath.mpf(c) for c in getattr(tables, name)]
    with mpmath.workprec(200):
        for x in np.linspace(*interval, 401):
            if abs(x) > 1e-3:
                p = mpmath.polyval(coefficients[::-1], mpmath.mpf(x))
                # rounding of the coefficients adds to the error of the fit: below 2**-54 of the first one
                slack = 1.2 * mpmath.mpf(2) ** bits + weight(x) * abs(coefficients[0]) * mpmath.mpf(2) ** -53
                assert weight(mpmath.mpf(x)) * abs(p - wanted(mpmath.mpf(x))) <= slack


def test_parts_of_constants_add_up() -> None:
    """A constant that is split is given by its parts to more than 90 bits; 2/pi by its first 1161 bits."""
    with mpmath.workprec(1300):
        log2, pi = mpmath.log(2), mpmath.pi
        parts = {
            log2: (tables.LN2_HI, tables.LN2_LO),
            pi / 2: (tables.HALF_PI, tables.HALF_PI_LO),
            2 / log2: tables.TWO_LOG2_E,
            mpmath.mpf(1) / 3: tables.THIRD,
            log2 / mpmath.log(10): (tables.LOG10_2_HI, tables.LOG10_2_LO),
        }
        for whole, pieces in parts.items():
            assert abs(sum(map(mpmath.mpf, pieces)) / whole - 1) < mpmath.mpf(2) ** -76
        digits = sum(mpmath.mpf(w) * mpmath.mpf(2) ** (55 - 64 * (i + 1)) for i, w in enumerate(tables.TWO_OVER_PI))
        assert 0 <= 2 / pi - digits < mpmath.mpf(2) ** -1161
