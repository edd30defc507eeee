"""Physical constants with units.

Source: CODATA recommended values 2014 (Mohr, Newell, Taylor 2016, Rev. Mod. Phys. 88, 035009, table XXXII): those on
which published models were computed.

Examples
--------
>>> from eqsim.units.constants import faraday_constant, gas_constant, zero_celsius
>>> print(gas_constant * zero_celsius / faraday_constant)
23.53823764 mV
"""

from __future__ import annotations

from math import pi

from eqsim.units.dimension import Dimension
from eqsim.units.quantity import Quantity, quantity_with_dimensions

__all__ = [
    "avogadro_constant",
    "boltzmann_constant",
    "electric_constant",
    "electron_mass",
    "elementary_charge",
    "faraday_constant",
    "gas_constant",
    "magnetic_constant",
    "molar_mass_constant",
    "zero_celsius",
]


def _constant(value: float, *exponents: int) -> Quantity:
    """SI value and exponents of m, kg, s, A, K, mol, cd."""
    return quantity_with_dimensions(value, Dimension(exponents))


avogadro_constant = _constant(6.022140857e23, 0, 0, 0, 0, 0, -1, 0)
boltzmann_constant = _constant(1.38064852e-23, 2, 1, -2, 0, -1, 0, 0)
electric_constant = _constant(8.854187817e-12, -3, -1, 4, 2, 0, 0, 0)
electron_mass = _constant(9.10938356e-31, 0, 1, 0, 0, 0, 0, 0)
elementary_charge = _constant(1.6021766208e-19, 0, 0, 1, 1, 0, 0, 0)
faraday_constant = _constant(96485.33289, 0, 0, 1, 1, 0, -1, 0)
gas_constant = _constant(8.3144598, 2, 1, -2, 0, -1, -1, 0)
magnetic_constant = _constant(4e-7 * pi, 1, 1, -2, -2, 0, 0, 0)
molar_mass_constant = _constant(1e-3, 0, 1, 0, 0, 0, -1, 0)
zero_celsius = _constant(273.15, 0, 0, 0, 0, 1, 0, 0)
