"""Exponents of the seven base units in, readable text out: ``V``, ``volt``, ``siemens/meter**2``, ``m^2 kg s^-4``.

A dimension without a name of its own is written as a product of few named units.  Among all products of at most three
derived and base units the shortest wins; of equally short ones the one of base units, then the one whose units come
first in `PREFERRED`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from eqsim.units.table import BASE_SYMBOLS, UNITS, UnitRow

__all__ = [
    "Factors",
    "base_factors",
    "base_product",
    "factors",
    "is_base_product",
    "join",
    "number",
    "symbol_product",
    "unit_product",
]

Powers = tuple[Fraction | int, ...]
Factors = tuple[tuple[UnitRow, Fraction | int], ...]  # unit and its exponent; positive exponents first

_ROW = {row.name: row for row in UNITS}
_BASE = tuple(_ROW[name] for _, name in BASE_SYMBOLS)

# Derived units that compound names are built from, the most telling ones in neuroscience first.
PREFERRED = tuple(
    _ROW[name]
    for name in ("volt", "siemens", "farad", "ohm", "coulomb", "joule", "watt", "henry", "newton", "pascal", "molar")
)
_RANK = {row.name: rank for rank, row in enumerate(PREFERRED)}
_WITHOUT_MASS = (_ROW["molar"], _ROW["coulomb"])  # the only derived units worth naming when there is no mass
_MASS = 1  # position of kg among the exponents


def number(exponent: Fraction | float) -> str:
    """``2``, ``-0.5``, ``0.333333333333``: an exponent as text that Python reads back."""
    return str(int(exponent)) if exponent == int(exponent) else f"{float(exponent):.12g}"


def base_factors(exponents: Powers) -> Factors:
    """The base units and their exponents."""
    return tuple((row, e) for row, e in zip(_BASE, exponents, strict=True) if e)


@cache
def factors(exponents: Powers) -> Factors:
    """The shortest product of named units with these exponents.

    Parameters
    ----------
    exponents : tuple of 7 int or Fraction
        Of m, kg, s, A, K, mol, cd.

    Returns
    -------
    tuple of (UnitRow, exponent)
        ``()`` for a dimensionless quantity.
    """
    exponents = tuple(int(e) if e == int(e) else e for e in exponents)
    own = _own_name(exponents)
    if own is not None:
        return own
    found = [base_factors(exponents), *_with_one_name(exponents)]
    best = min(found, key=_cost)
    if len(best) > 3:
        best = min([best, *_with_two_names(exponents)], key=_cost)
    return _rate(best)


def _own_name(exponents: Powers) -> Factors | None:
    for row in UNITS:
        if row.prints and any(row.exponents):
            for power in (1, 2, 3):
                if tuple(power * e for e in row.exponents) == exponents:
                    return ((row, power),)
    return None


def _with_one_name(exponents: Powers) -> list[Factors]:
    """Each derived unit to a small power, times what is left over in base units."""
    mass = exponents[_MASS]
    rows = PREFERRED if mass else _WITHOUT_MASS
    powers: list[Fraction | int] = [1, -1, 2, -2]
    if mass != int(mass):
        powers = [mass, -mass] if mass > 0 else [-mass, mass]
    return [_sorted(((row, p), *base_factors(_without(exponents, row, p)))) for row in rows for p in powers]


def _with_two_names(exponents: Powers) -> list[Factors]:
    return [
        _sorted(((row, p), *rest))
        for row in PREFERRED
        for p in (1, -1)
        for rest in _with_one_name(_without(exponents, row, p))
        if all(row is not other for other, _ in rest)
    ]


def _without(exponents: Powers, row: UnitRow, power: Fraction | int) -> Powers:
    return tuple(e - power * r for e, r in zip(exponents, row.exponents, strict=True))


def _sorted(parts: Factors) -> Factors:
    return tuple(sorted(parts, key=lambda part: (part[1] < 0, part[0].name == "kelvin")))


def _rate(parts: Factors) -> Factors:
    """``V^-1 s^-1`` is read more easily as ``Hz/V``."""
    volt_per_time = {(row.name, e) for row, e in parts} == {("volt", -1), ("second", -1)}
    return ((_ROW["hertz"], 1), (_ROW["volt"], -1)) if volt_per_time else parts


def _cost(parts: Factors) -> tuple[int, int, Fraction | int, int]:
    """Few factors, then base units or the most telling derived ones, then small exponents and few denominators."""
    rank = sum(1 + _RANK[row.name] + (len(_RANK) if e < 0 else 0) for row, e in parts if row.name in _RANK)
    return len(parts), rank, sum((e if e > 0 else -e for _, e in parts), Fraction(0)), sum(e < 0 for _, e in parts)


def is_base_product(parts: Factors) -> bool:
    """Whether a compound consists of base units only."""
    return all(row in _BASE for row, _ in parts)


def base_product(exponents: Powers, *, python: bool = False) -> str:
    """``m^2 kg s^-3 A^-1``, or ``metre ** 2 * kilogram * second ** -3 * amp ** -1`` as Python code."""
    parts = base_factors(exponents)
    if python:
        return " * ".join(row.name if e == 1 else f"{row.name} ** {number(e)}" for row, e in parts)
    return " ".join(row.symbol if e == 1 else f"{row.symbol}^{number(e)}" for row, e in parts)


def symbol_product(exponents: Powers) -> str:
    """``V``, ``S/m^2``, ``J/(K mol)``; products of base units as in ``m s^-1``; ``1`` without dimension."""
    parts = factors(exponents)
    if is_base_product(parts):
        return base_product(exponents) or "1"
    return join([(_base_symbol(row), e) for row, e in parts], "^", " ", "/")


def unit_product(exponents: Powers) -> str:
    """``volt``, ``siemens/meter**2``: text that is valid after the colon of an equation; ``1`` without dimension."""
    parts: list[tuple[str, Fraction | int]] = [(_base_name(row), e) for row, e in factors(exponents)]
    if not parts:
        return "1"
    text = "*".join(_power(n, e, "**") for n, e in parts if e > 0)
    below = [_power(n, -e, "**") for n, e in parts if e < 0]
    if not text:
        return "*".join(_power(n, e, "**") for n, e in parts)
    return "/".join([text, *below])


def join(parts: list[tuple[str, Fraction | int]], power: str, times: str, over: str) -> str:
    """Names and exponents as one fraction; negative powers alone stay negative powers."""
    above = [_power(n, e, power) for n, e in parts if e > 0]
    below = [_power(n, -e, power) for n, e in parts if e < 0]
    if not above:
        return times.join(_power(n, e, power) for n, e in parts) or "1"
    if not below:
        return times.join(above)
    denominator = below[0] if len(below) == 1 else f"({times.join(below)})"
    return times.join(above) + over + denominator


def _power(name: str, exponent: Fraction | int, sign: str) -> str:
    return name if exponent == 1 else f"{name}{sign}{number(exponent)}"


def _base_symbol(row: UnitRow) -> str:
    """Symbol of the unit of size one in SI: mM is 1 mol/m^3."""
    return "mM" if row.name == "molar" else row.symbol


def _base_name(row: UnitRow) -> str:
    return {"molar": "mmolar", "metre": "meter"}.get(row.name, row.name)
