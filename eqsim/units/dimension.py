"""Physical dimensions: seven exponents in, one interned object out, so dimensions are compared with ``is``.

The exponents are exact fractions: ``(volt ** (1/3)) ** 3`` is volt again.  Products, quotients and powers are
remembered per object, so that arithmetic of quantities costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, Self, SupportsFloat

from eqsim.units import names
from eqsim.units.table import BASE_ALIASES

__all__ = ["DIMENSIONLESS", "Dimension", "get_or_create_dimension", "unit_name"]

_INDEX = {word: i for i, words in enumerate(BASE_ALIASES) for word in words}
_INTERNED: dict[tuple[Fraction, ...], Dimension] = {}


def _exact(exponent: Any) -> Fraction:
    """A small fraction where the number is one up to rounding (0.1 -> 1/10), else the number itself."""
    exact = Fraction(exponent) if isinstance(exponent, int | Fraction) else Fraction(float(exponent))
    near = exact.limit_denominator(1000)
    return near if abs(near - exact) < 1e-9 else exact


class Dimension:
    """Exponents of m, kg, s, A, K, mol and cd.

    There is one object per set of exponents: compare with ``is``.

    Parameters
    ----------
    exponents : sequence of 7 numbers

    Examples
    --------
    >>> length = Dimension((1, 0, 0, 0, 0, 0, 0))
    >>> str(length * length), (length / length).is_dimensionless
    ('m^2', True)
    """

    __slots__ = ("__weakref__", "_div", "_mul", "_pow", "_symbol", "exponents", "is_dimensionless")

    exponents: tuple[Fraction, ...]
    is_dimensionless: bool
    _mul: dict[Dimension, Dimension]
    _div: dict[Dimension, Dimension]
    _pow: dict[Any, Dimension]
    _symbol: str | None

    def __new__(cls, exponents: Sequence[SupportsFloat | Fraction]) -> Self:
        key = tuple(_exact(e) for e in exponents)
        if len(key) != len(BASE_ALIASES):
            raise TypeError("Need a sequence of exactly 7 items")
        known = _INTERNED.get(key)
        if known is None:
            known = object.__new__(cls)
            known.exponents, known.is_dimensionless = key, not any(key)
            known._mul, known._div, known._pow, known._symbol = {}, {}, {}, None
            known = _INTERNED.setdefault(key, known)
        return known  # type: ignore[return-value]

    @property
    def dim(self) -> Dimension:
        """The dimension itself, so that a dimension can stand where a quantity can."""
        return self

    def get_dimension(self, name: str) -> float:
        """Exponent of one base quantity, by name: ``'length'``, ``'metre'`` or ``'m'``."""
        return float(self.exponents[_INDEX[name]])

    def __mul__(self, other: Dimension) -> Dimension:
        known = self._mul.get(other)
        if known is None:
            if not isinstance(other, Dimension):
                return NotImplemented
            known = self._mul[other] = Dimension([a + b for a, b in zip(self.exponents, other.exponents, strict=True)])
        return known

    def __truediv__(self, other: Dimension) -> Dimension:
        known = self._div.get(other)
        if known is None:
            if not isinstance(other, Dimension):
                return NotImplemented
            known = self._div[other] = Dimension([a - b for a, b in zip(self.exponents, other.exponents, strict=True)])
        return known

    def __pow__(self, exponent: Any) -> Dimension:
        """Power with an int, float or Fraction."""
        if type(exponent) not in (int, float, Fraction):
            exponent = float(exponent)
        known = self._pow.get(exponent)
        if known is None:
            power = _exact(exponent)
            known = self._pow[exponent] = Dimension([e * power for e in self.exponents])
        return known

    def __str__(self) -> str:
        """Symbol of the unit of size one: ``V``, ``S/m^2``, ``1``."""
        if self._symbol is None:
            self._symbol = names.symbol_product(self.exponents)
        return self._symbol

    def __repr__(self) -> str:
        """Product of base units as Python code."""
        return names.base_product(self.exponents, python=True) or "Dimension()"

    def _repr_latex_(self) -> str:
        parts = names.base_factors(self.exponents)
        text = r"\,".join(rf"\mathrm{{{r.symbol}}}" + (f"^{{{names.number(e)}}}" if e != 1 else "") for r, e in parts)
        return f"${text or '1'}$"

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self.exponents,)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


DIMENSIONLESS: Final = Dimension((0, 0, 0, 0, 0, 0, 0))


def get_or_create_dimension(*exponents: Any, **by_name: float) -> Dimension:
    """The dimension with the given exponents.

    Parameters
    ----------
    *exponents : sequence of 7 numbers
        Exponents of m, kg, s, A, K, mol, cd, as one sequence.
    **by_name : float
        Or each exponent by the name of its quantity or unit: ``length=1, time=-2`` or ``m=1, s=-2``.

    Raises
    ------
    TypeError
        If the sequence has not 7 items.
    KeyError
        If a name is not one of a base quantity.

    Examples
    --------
    >>> str(get_or_create_dimension(length=1, mass=1, time=-2))
    'N'
    """
    if exponents:
        sequence = exponents[0] if len(exponents) == 1 else exponents
        if not hasattr(sequence, "__len__"):
            raise TypeError("Need a sequence of exactly 7 items")
        return Dimension(sequence)
    powers: list[float] = [0] * len(BASE_ALIASES)
    for name, exponent in by_name.items():
        powers[_INDEX[name]] = exponent
    return Dimension(powers)


def unit_name(dim: Dimension) -> str:
    """Text for a dimension that can be written after the colon of an equation.

    Examples
    --------
    >>> unit_name(get_or_create_dimension(length=-2, current=1))
    'amp/meter**2'
    """
    return names.unit_product(dim.exponents)
