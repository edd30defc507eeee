"""The units of a dimension that printing may choose from.

In: a dimension.  Out: units, the one of size one (SI) first; those that the user has registered go before.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from eqsim.units import names
from eqsim.units.catalogue import named_unit, scaled
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.quantity import get_dimensions
from eqsim.units.table import UNITS
from eqsim.units.unit import Unit

ONE = Unit(1.0, DIMENSIONLESS, 0, "1", "1", "1")
_REGISTERED: dict[Dimension, list[Unit]] = {}
_ROW = {row.name: row for row in UNITS}
_MOLAR_PREFIX = {"": "m", "m": "u", "u": "n", "n": "p", "p": "f", "k": "", "M": "k", "G": "M"}  # mM has size one
COMPOUND_PREFIXES = ("", "m", "u", "n", "p", "k", "M", "G")
# Membranes are described per square centimetre, cytoplasm in ohm cm: (leading unit, exponent of the length).
_IN_CENTIMETRES = {("farad", -2), ("siemens", -2), ("ohm", 1), ("ohm", 2)}


def register_new_unit(u: Unit) -> None:
    """Let printing choose this unit for quantities of its dimension.

    Examples
    --------
    >>> from eqsim.units import pA, um
    >>> register_new_unit(pA / um**2)
    >>> print(3 * pA / um**2)
    3. pA/(um^2)
    """
    known = _REGISTERED.setdefault(u.dim, [])
    if all(repr(u) != repr(k) for k in known):
        known.append(u)


@cache
def get_unit(dim: Any) -> Unit:
    """The unit of size one (in SI) of a dimension, e.g. volt; a compound such as volt/second where there is no name."""
    dim = get_dimensions(dim)
    return ONE if dim is DIMENSIONLESS else _natural(dim, "", False)


@cache
def _candidates(dim: Dimension) -> tuple[Unit, ...]:
    """Units to choose from, the one of size one first."""
    parts = names.factors(dim.exponents)
    if len(parts) == 1 and parts[0][1] in (1, 2, 3):
        row, power = parts[0][0], int(parts[0][1])
        more = tuple(u for r in UNITS if r.prints and r is not row and _same(r, row) for u in scaled(r, power))
        return scaled(row, power) + more
    if names.is_base_product(parts) or parts[0][1] != 1:
        return (_natural(dim, "", False),)
    return tuple(_natural(dim, prefix, True) for prefix in COMPOUND_PREFIXES)


def _same(one: Any, other: Any) -> bool:
    return bool(one.exponents == other.exponents)


def _natural(dim: Dimension, prefix: str, centimetres: bool) -> Unit:
    """The compound of named units, with a prefix on its first one; per cm^2 where membranes are described."""
    parts = names.factors(dim.exponents)
    if names.is_base_product(parts) and len(parts) > 1:
        symbol = names.base_product(dim.exponents)
        latexname = r"\,".join(_latex_power(rf"\mathrm{{{row.symbol}}}", e) for row, e in parts)
        return Unit(1.0, dim, 0, repr(dim), symbol, latexname, True)
    members = [_member(row, e, prefix if i == 0 else "", parts if centimetres else ()) for i, (row, e) in enumerate(parts)]
    if len(members) == 1 and members[0][1] == 1:
        return members[0][0]
    scale = sum(float(unit.scale * e) for unit, e in members)
    name = names.join([(unit.name, e) for unit, e in members], " ** ", " * ", " / ")
    symbol = names.join([(unit.dispname, e) for unit, e in members], "^", " ", "/")
    return Unit(10.0**scale, dim, scale, name, symbol, _latex_fraction(members), True)


def _member(row: Any, exponent: Any, prefix: str, compound: Any) -> tuple[Unit, Any]:
    if row.name == "molar":
        return named_unit(row, _MOLAR_PREFIX[prefix]), exponent
    if row.name == "metre" and compound and len(compound) == 2:
        if (compound[0][0].name, exponent) in _IN_CENTIMETRES:
            return named_unit(row, "c"), exponent
    return named_unit(row, prefix), exponent


def _latex_power(latexname: str, exponent: Any) -> str:
    return latexname if exponent == 1 else f"{latexname}^{{{names.number(exponent)}}}"


def _latex_fraction(members: list[tuple[Unit, Any]]) -> str:
    above = r"\,".join(_latex_power(u.latexname, e) for u, e in members if e > 0)
    below = r"\,".join(_latex_power(u.latexname, -e) for u, e in members if e < 0)
    if not above:
        return r"\,".join(_latex_power(u.latexname, e) for u, e in members)
    return rf"\frac{{{above}}}{{{below}}}" if below else above


def scaled_units(dim: Dimension) -> tuple[Unit, ...]:
    """The units of a dimension that has a name, with all prefixes (mV, volt...); none for compounds such as volt/second."""
    found = _candidates(dim)
    return () if found[0].iscompound else found


def units_of(dim: Dimension) -> tuple[Unit, ...]:
    """Registered units win over compounds that nobody asked for, and win ties against units with a name."""
    registered = tuple(_REGISTERED.get(dim, ()))
    standard = _candidates(dim)
    if not registered:
        return standard
    return registered if standard[0].iscompound else (standard[0], *registered, *standard[1:])
