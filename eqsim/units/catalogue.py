"""Names in, `Unit` objects out.  Units are made when they are first asked for, so importing costs nothing.

`UNITS_FOR_STRINGS` holds every name that equation strings know, `WILDCARD_UNITS` the names that the wildcard import
brings, `BASE_UNIT_NAMES` the names that may stand after the colon of an equation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

from eqsim.units.dimension import Dimension
from eqsim.units.table import PREFIXES, SCALES, SHORTS, UNITS, UnitRow
from eqsim.units.unit import Unit

__all__ = ["ALL_UNITS", "BASE_UNIT_NAMES", "UNITS_FOR_STRINGS", "WILDCARD_UNITS", "UnitTable", "named_unit", "scaled"]

Recipe = tuple[UnitRow, str, int]  # row, prefix, power

_WILDCARD_PREFIXES = ("", "p", "n", "u", "m", "k", "M", "G", "T")
_POWERS = {1: "", 2: "2", 3: "3"}


@cache
def named_unit(row: UnitRow, prefix: str = "", power: int = 1) -> Unit:
    """The unit of a row, with a prefix, squared or cubed: one object per name."""
    scale = (row.scale + PREFIXES[prefix]) * power
    symbol = prefix + row.symbol
    latex = rf"\mathrm{{{prefix}}}" if prefix and prefix != "u" else r"\mathrm{\mu}" if prefix else ""
    latex += r"\Omega" if row.name == "ohm" else rf"\mathrm{{{row.symbol}}}"
    return Unit(
        10.0**scale,
        Dimension(tuple(power * e for e in row.exponents)),
        scale,
        prefix + row.name + _POWERS[power],
        symbol if power == 1 else f"{symbol}^{power}",
        latex if power == 1 else f"{latex}^{{{power}}}",
    )


@cache
def scaled(row: UnitRow, power: int) -> tuple[Unit, ...]:
    """The units that printing chooses from: prefixes in steps of a thousand, the bare unit first."""
    prefixes = SCALES if row.prefixed else ("",)
    return tuple(named_unit(row, p, power) for p in sorted(prefixes, key=lambda p: abs(PREFIXES[p])))


class UnitTable(Mapping[str, Unit]):
    """A dictionary of units that knows all its names and makes each unit on demand."""

    def __init__(self, recipes: Callable[[], dict[str, Recipe]]) -> None:
        self._recipes = recipes

    def __getitem__(self, name: str) -> Unit:
        return named_unit(*self._recipes()[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._recipes())

    def __len__(self) -> int:
        return len(self._recipes())

    def __contains__(self, name: object) -> bool:
        return name in self._recipes()


def _prefixes(row: UnitRow, every: bool) -> tuple[str, ...]:
    if not row.prefixed:
        return ("",)
    return tuple(PREFIXES) if every or not row.powers else SCALES


@cache
def _named(every: bool) -> dict[str, Recipe]:
    """Every name: prefixes in steps of a thousand, or (``every``) also c, d, da and h."""
    found = {
        prefix + row.name + digit: (row, prefix, power)
        for row in UNITS
        for prefix in _prefixes(row, every)
        for power, digit in _POWERS.items()
        if power == 1 or row.powers
    }
    everything = found if every else _named(True)
    return found | {short: everything[name] for short, name in SHORTS.items()}


@cache
def _wildcard() -> dict[str, Recipe]:
    rows = [row for row in UNITS if row.wildcard]
    found = {p + row.name: (row, p, 1) for row in rows for p in (_WILDCARD_PREFIXES if row.prefixed else ("",))}
    everything = _named(True)
    return found | {name: everything[name] for name in ("cmetre", "cmeter", *SHORTS)}


ALL_UNITS = UnitTable(partial(_named, True))
UNITS_FOR_STRINGS = UnitTable(partial(_named, False))
WILDCARD_UNITS = UnitTable(_wildcard)
STANDARD_UNITS = UnitTable(lambda: {name: _named(True)[name] for name in SHORTS})


def _equation_names() -> dict[str, Dimension]:
    """Unprefixed names of size one; concentrations are millimolar, masses kilogram."""
    names = {row.name: Dimension(row.exponents) for row in UNITS if row.scale == 0}
    concentration = Dimension(next(row.exponents for row in UNITS if row.name == "molar"))
    return names | {"Hz": names["hertz"], "mmolar": concentration, "mM": concentration}


BASE_UNIT_NAMES: dict[str, Dimension] = _equation_names()
