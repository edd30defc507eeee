"""Every unit name with every prefix, for ``from eqsim.units.allunits import farad, pmetre``."""

from __future__ import annotations

from eqsim.units.catalogue import ALL_UNITS
from eqsim.units.unit import Unit

__all__ = list(ALL_UNITS)


def __getattr__(name: str) -> Unit:
    if name in ALL_UNITS:
        return ALL_UNITS[name]
    raise AttributeError(f"there is no unit called '{name}'")
