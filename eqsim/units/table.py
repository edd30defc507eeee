"""The units as data: one row per unit, one row per prefix.  Out: names, symbols and exponents, no objects.

A row says everything about a unit; names with prefixes and powers (``mvolt``, ``umetre2``) are derived from the rows in
``catalogue.py``.  To add a unit, add a row.

Source of symbols, prefixes and derived units: The International System of Units (SI), 9th edition, BIPM (2019), tables
2, 4 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BASE_ALIASES", "BASE_SYMBOLS", "PREFIXES", "SCALES", "SHORTS", "UNITS", "UnitRow"]

Exponents = tuple[int, int, int, int, int, int, int]  # of m, kg, s, A, K, mol, cd

# The seven base quantities, in the order of the exponents: symbol, name of the unit.
BASE_SYMBOLS = (
    ("m", "metre"),
    ("kg", "kilogram"),
    ("s", "second"),
    ("A", "amp"),
    ("K", "kelvin"),
    ("mol", "mole"),
    ("cd", "candle"),
)

# Other words for the base quantities, accepted by `get_or_create_dimension` and `Quantity.with_dimensions`.
BASE_ALIASES: tuple[tuple[str, ...], ...] = (
    ("length", "m", "meter", "metre", "meters", "metres"),
    ("mass", "kg", "kilogram", "kilogramme", "kilograms", "kilogrammes"),
    ("time", "s", "second", "seconds"),
    ("current", "electric current", "A", "amp", "ampere", "amps", "amperes"),
    ("temperature", "K", "kelvin", "kelvins"),
    ("substance", "amount of substance", "mol", "mole", "moles"),
    ("luminosity", "luminous intensity", "cd", "candle", "candela"),
)

# Powers of ten of every prefix.
PREFIXES: dict[str, int] = {
    "y": -24, "z": -21, "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0,
    "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21, "Y": 24,
    "c": -2, "d": -1, "da": 1, "h": 2,
}  # fmt: skip

# Prefixes in steps of a thousand: those that printing chooses from.
SCALES: tuple[str, ...] = tuple(p for p, power in PREFIXES.items() if power % 3 == 0)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit.

    ``scale`` is the power of ten of the bare unit in SI base units (-3 for gram, 3 for molar); ``prefixed`` says
    whether prefixes apply, ``powers`` whether squared and cubed names exist, ``prints`` whether printing may choose it,
    ``wildcard`` whether the wildcard import brings it.
    """

    name: str
    symbol: str
    exponents: Exponents
    scale: int = 0
    prefixed: bool = True
    powers: bool = True
    prints: bool = True
    wildcard: bool = False


UNITS: tuple[UnitRow, ...] = (
    UnitRow("metre", "m", (1, 0, 0, 0, 0, 0, 0), wildcard=True),
    UnitRow("meter", "m", (1, 0, 0, 0, 0, 0, 0), prints=False, wildcard=True),
    UnitRow("kilogram", "kg", (0, 1, 0, 0, 0, 0, 0), prefixed=False, wildcard=True),
    UnitRow("kilogramme", "kg", (0, 1, 0, 0, 0, 0, 0), prefixed=False, prints=False),
    UnitRow("gram", "g", (0, 1, 0, 0, 0, 0, 0), scale=-3, wildcard=True),
    UnitRow("gramme", "g", (0, 1, 0, 0, 0, 0, 0), scale=-3, prints=False, wildcard=True),
    UnitRow("second", "s", (0, 0, 1, 0, 0, 0, 0), wildcard=True),
    UnitRow("amp", "A", (0, 0, 0, 1, 0, 0, 0), wildcard=True),
    UnitRow("ampere", "A", (0, 0, 0, 1, 0, 0, 0), prints=False),
    UnitRow("kelvin", "K", (0, 0, 0, 0, 1, 0, 0), prefixed=False, wildcard=True),
    UnitRow("mole", "mol", (0, 0, 0, 0, 0, 1, 0), wildcard=True),
    UnitRow("mol", "mol", (0, 0, 0, 0, 0, 1, 0), prints=False),
    UnitRow("candle", "cd", (0, 0, 0, 0, 0, 0, 1)),
    UnitRow("radian", "rad", (0, 0, 0, 0, 0, 0, 0), prints=False),
    UnitRow("steradian", "sr", (0, 0, 0, 0, 0, 0, 0), prints=False),
    UnitRow("hertz", "Hz", (0, 0, -1, 0, 0, 0, 0), wildcard=True),
    UnitRow("newton", "N", (1, 1, -2, 0, 0, 0, 0)),
    UnitRow("pascal", "Pa", (-1, 1, -2, 0, 0, 0, 0), wildcard=True),
    UnitRow("joule", "J", (2, 1, -2, 0, 0, 0, 0), wildcard=True),
    UnitRow("watt", "W", (2, 1, -3, 0, 0, 0, 0), wildcard=True),
    UnitRow("coulomb", "C", (0, 0, 1, 1, 0, 0, 0), wildcard=True),
    UnitRow("volt", "V", (2, 1, -3, -1, 0, 0, 0), wildcard=True),
    UnitRow("farad", "F", (-2, -1, 4, 2, 0, 0, 0), wildcard=True),
    UnitRow("ohm", "ohm", (2, 1, -3, -2, 0, 0, 0), wildcard=True),
    UnitRow("siemens", "S", (-2, -1, 3, 2, 0, 0, 0), wildcard=True),
    UnitRow("weber", "Wb", (2, 1, -2, -1, 0, 0, 0)),
    UnitRow("tesla", "T", (0, 1, -2, -1, 0, 0, 0)),
    UnitRow("henry", "H", (2, 1, -2, -2, 0, 0, 0)),
    UnitRow("lumen", "lm", (0, 0, 0, 0, 0, 0, 1), prints=False),
    UnitRow("lux", "lx", (-2, 0, 0, 0, 0, 0, 1)),
    UnitRow("becquerel", "Bq", (0, 0, -1, 0, 0, 0, 0), prints=False),
    UnitRow("gray", "Gy", (2, 0, -2, 0, 0, 0, 0)),
    UnitRow("sievert", "Sv", (2, 0, -2, 0, 0, 0, 0), prints=False),
    UnitRow("katal", "kat", (0, 0, -1, 0, 0, 1, 0)),
    UnitRow("molar", "M", (-3, 0, 0, 0, 0, 1, 0), scale=3, wildcard=True),
    UnitRow("liter", "l", (3, 0, 0, 0, 0, 0, 0), scale=-3, powers=False, prints=False, wildcard=True),
    UnitRow("litre", "l", (3, 0, 0, 0, 0, 0, 0), scale=-3, powers=False, prints=False, wildcard=True),
)

# Short names and the full names they stand for.
SHORTS: dict[str, str] = {
    "mV": "mvolt", "mA": "mamp", "uA": "uamp", "nA": "namp", "pA": "pamp",
    "pF": "pfarad", "uF": "ufarad", "nF": "nfarad", "nS": "nsiemens", "uS": "usiemens", "mS": "msiemens",
    "ms": "msecond", "us": "usecond", "Hz": "hertz", "kHz": "khertz", "MHz": "Mhertz",
    "cm": "cmetre", "cm2": "cmetre2", "cm3": "cmetre3", "mm": "mmetre", "mm2": "mmetre2", "mm3": "mmetre3",
    "um": "umetre", "um2": "umetre2", "um3": "umetre3", "mM": "mmolar", "uM": "umolar", "nM": "nmolar",
}  # fmt: skip
