"""The short unit names (``mV``, ``nS``, ``um2``), for ``from eqsim.units.stdunits import *``."""

from __future__ import annotations

from eqsim.units.catalogue import STANDARD_UNITS

globals().update(STANDARD_UNITS)

__all__ = list(STANDARD_UNITS)
