"""Text in, a unit out: ``mS/cm^2``, ``volt / second``."""

from __future__ import annotations

import re
from functools import cache

from eqsim.errors import did_you_mean
from eqsim.units.catalogue import ALL_UNITS, named_unit
from eqsim.units.choices import COMPOUND_PREFIXES, ONE
from eqsim.units.table import UNITS
from eqsim.units.unit import Unit


@cache
def _symbols() -> dict[str, Unit]:
    """Symbols with prefixes: ``mV``, ``kOhm``; names win over symbols."""
    rows = [row for row in UNITS if row.prints or row.symbol in ("l", "rad")]
    return {p + row.symbol: named_unit(row, p) for row in reversed(rows) for p in ("", "c", *COMPOUND_PREFIXES)}


def parse_unit(text: str) -> Unit:
    """A unit from its text: names or symbols, ``*`` or blank, ``/``, ``**`` or ``^``: ``'mS/cm^2'``.

    Raises
    ------
    ValueError
        If a name is unknown or the text is not such a product.
    """
    tokens = re.findall(r"[A-Za-z]\w*|\*\*|[*/^()]|-?\d+(?:\.\d+)?|\S", text)
    unit, rest = _product(tokens, text)
    if rest:
        raise ValueError(f"'{text}' is not a unit: unexpected '{rest[0]}'")
    return unit


def _product(tokens: list[str], text: str) -> tuple[Unit, list[str]]:
    unit, tokens = _powered(tokens, text)
    while tokens and tokens[0] != ")":
        divide = tokens[0] == "/"
        factor, tokens = _powered(tokens[1:] if tokens[0] in "*/" else tokens, text)
        unit = unit / factor if divide else unit * factor
    return unit, tokens


def _powered(tokens: list[str], text: str) -> tuple[Unit, list[str]]:
    if not tokens:
        raise ValueError(f"'{text}' is not a unit: it ends too early")
    if tokens[0] == "(":
        unit, tokens = _product(tokens[1:], text)
        if not tokens:
            raise ValueError(f"'{text}' is not a unit: a bracket is not closed")
    elif tokens[0] == "1":
        unit = ONE
    else:
        unit = _lookup(tokens[0])
    tokens = tokens[1:]
    if tokens and tokens[0] in ("**", "^"):
        if len(tokens) < 2 or not re.fullmatch(r"-?\d+(?:\.\d+)?", tokens[1]):
            raise ValueError(f"'{text}' is not a unit: '{tokens[0]}' needs a number")
        return unit ** float(tokens[1]), tokens[2:]
    return unit, tokens


def _lookup(name: str) -> Unit:
    if name in ALL_UNITS:
        return ALL_UNITS[name]
    if name in _symbols():
        return _symbols()[name]
    help_text = did_you_mean(name, set(ALL_UNITS) | set(_symbols()))
    raise ValueError(f"'{name}' is not a unit; {help_text}" if help_text else f"'{name}' is not a unit")
