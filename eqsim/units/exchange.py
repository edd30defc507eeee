"""Quantities of other packages in and out, known by their shape, not by import.

pint, quantities and neo objects have ``.magnitude`` and ``.units``; astropy quantities have ``.value`` and ``.unit``.
Their unit is read from its text, so nothing is imported here; `to_pint` imports pint when it is called.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from eqsim.units.dimension import DIMENSIONLESS

__all__ = ["from_foreign", "to_pint"]

_WORDS = {"dimensionless": "1", "Ohm": "ohm", "µ": "u", "μ": "u", "Ω": "ohm", "·": "*"}
_LONG_PREFIXES = {
    "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n", "micro": "u", "milli": "m",
    "centi": "c", "deci": "d", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G", "tera": "T",
}  # fmt: skip


def from_foreign(value: Any) -> Any:
    """A quantity of another package as ours; an object that is no quantity comes back unchanged.

    Raises
    ------
    ValueError
        If its unit is not known here.
    """
    magnitude, unit = getattr(value, "magnitude", None), getattr(value, "units", None)
    if magnitude is None or unit is None:
        magnitude, unit = getattr(value, "value", None), getattr(value, "unit", None)
    if magnitude is None or unit is None:
        return value
    from eqsim.units.quantity import wrap
    from eqsim.units.unit_text import parse_unit

    known = parse_unit(_translated(_unit_text(unit)))
    return wrap(np.asarray(magnitude, dtype=float) * float(known), known.dim)


def _unit_text(unit: Any) -> str:
    """``'mV'`` or ``'millivolt / second'``; the ``quantities`` package writes ``'1.0 mV'``."""
    text = str(getattr(unit, "dimensionality", "") if hasattr(unit, "magnitude") else unit) or "1"
    return re.sub(r"^1\.0\s+", "", text)


def _translated(text: str) -> str:
    for foreign, ours in _WORDS.items():
        text = text.replace(foreign, ours)
    for long, short in _LONG_PREFIXES.items():
        text = re.sub(rf"\b{long}(?=[a-z])", short, text)
    return text


def to_pint(q: Any, registry: Any = None) -> Any:
    """Our quantity as one of pint.

    Parameters
    ----------
    q : Quantity
    registry : pint.UnitRegistry, optional
        The application registry of pint if it is not given.

    Raises
    ------
    ImportError
        If pint is not installed.
    """
    from eqsim.units.names import base_product
    from eqsim.units.quantity import get_dimensions

    if registry is None:
        import pint  # type: ignore[import-not-found,unused-ignore]

        registry = pint.get_application_registry()
    dim = get_dimensions(q)
    text = "" if dim is DIMENSIONLESS else base_product(dim.exponents, python=True).replace("candle", "candela")
    return registry.Quantity(np.asarray(q), text.replace("amp", "ampere"))
