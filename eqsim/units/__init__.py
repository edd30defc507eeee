"""Quantities with units: ``3 * mV``, ``[1, 2] * nS``; everything with the wrong unit is an error.

``table.py`` holds the units as data, ``dimension.py`` the algebra, ``quantity.py`` and ``unit.py`` the objects,
``questions.py`` what is asked of values, ``ufuncs.py``, ``numpy_rules.py`` and ``numpy_functions.py`` what numpy does to
units, ``printing.py`` the text.  Units are attributes of this package (``from eqsim.units import mV, nsiemens``) and are
made when they are first asked for.
"""

from __future__ import annotations

from eqsim.errors import DimensionMismatchError
from eqsim.units import methods as _methods  # noqa: F401  (gives Quantity its numpy methods)
from eqsim.units.catalogue import ALL_UNITS, BASE_UNIT_NAMES, STANDARD_UNITS, UNITS_FOR_STRINGS, WILDCARD_UNITS
from eqsim.units.checks import CheckedUnits, check_units
from eqsim.units.choices import get_unit, register_new_unit
from eqsim.units.dimension import DIMENSIONLESS, Dimension, get_or_create_dimension, unit_name
from eqsim.units.exchange import from_foreign, to_pint
from eqsim.units.printing import in_best_unit, in_unit
from eqsim.units.quantity import (
    Quantity,
    fail_for_dimension_mismatch,
    get_dimensions,
    have_same_dimensions,
    is_dimensionless,
    is_scalar_type,
    quantity_with_dimensions,
)
from eqsim.units.unit import Unit
from eqsim.units.unit_text import parse_unit

__all__ = [
    "ALL_UNITS",
    "BASE_UNIT_NAMES",
    "DIMENSIONLESS",
    "STANDARD_UNITS",
    "UNITS_FOR_STRINGS",
    "WILDCARD_UNITS",
    "CheckedUnits",
    "Dimension",
    "DimensionMismatchError",
    "Quantity",
    "Unit",
    "check_units",
    "fail_for_dimension_mismatch",
    "from_foreign",
    "get_dimensions",
    "get_or_create_dimension",
    "get_unit",
    "have_same_dimensions",
    "in_best_unit",
    "in_unit",
    "is_dimensionless",
    "is_scalar_type",
    "parse_unit",
    "quantity_with_dimensions",
    "register_new_unit",
    "to_pint",
    "unit_name",
]
__all__ += sorted(WILDCARD_UNITS)  # `from eqsim.units import *` gives the units of the wildcard import, too


def __getattr__(name: str) -> Unit:
    """A unit by its name, made at the first access."""
    if not name.startswith("_") and name in ALL_UNITS:
        unit = globals()[name] = ALL_UNITS[name]
        return unit
    raise AttributeError(f"module 'eqsim.units' has no attribute '{name}'")
