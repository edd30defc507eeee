"""Quantities in, text out: the best unit, Python code, format specifications and LaTeX.

Best unit: of all units of the right dimension the one with the smallest sum over the printed numbers x of
``(log10(|x / unit|) - 1)**2``, so numbers near ten win.  Zeros and numbers that are not finite do not count.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError, did_you_mean
from eqsim.units import names
from eqsim.units.catalogue import ALL_UNITS, named_unit, scaled
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.quantity import Quantity, get_dimensions
from eqsim.units.table import UNITS
from eqsim.units.unit import Unit

__all__ = [
    "best_unit",
    "formatted",
    "get_unit",
    "in_best_unit",
    "in_unit",
    "latex",
    "parse_unit",
    "register_new_unit",
    "scaled_units",
    "value_in_unit",
]

ONE = Unit(1.0, DIMENSIONLESS, 0, "1", "1", "1")
_REGISTERED: dict[Dimension, list[Unit]] = {}
_ROW = {row.name: row for row in UNITS}
_MOLAR_PREFIX = {"": "m", "m": "u", "u": "n", "n": "p", "p": "f", "k": "", "M": "k", "G": "M"}  # mM has size one
_FAR = 5  # decades from ten beyond which a prefix on a compound does not help
_COMPOUND_PREFIXES = ("", "m", "u", "n", "p", "k", "M", "G")
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
    return tuple(_natural(dim, prefix, True) for prefix in _COMPOUND_PREFIXES)


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


# the best unit -----------------------------------------------------------------------------------------------------


def best_unit(q: Quantity) -> Unit:
    """The unit in which the numbers of a quantity are easiest to read."""
    if isinstance(q, Unit):
        return q
    if q.dim is DIMENSIONLESS:
        return ONE
    candidates = _registered_and_standard(q.dim)
    shown = np.abs(_printed_items(np.asarray(q))).astype(float)
    shown = shown[(shown > 0) & np.isfinite(shown)]
    if not shown.size:
        return next((u for u in candidates if u.scale == 0), candidates[0])
    sizes = np.array([float(u) for u in candidates])
    badness = np.square(np.log10(shown[:, None] / sizes) - 1).mean(axis=0)
    best = int(np.argmin(badness))
    if candidates[0].iscompound and badness[best] > _FAR**2:
        best = 0
    return candidates[best]


def scaled_units(dim: Dimension) -> tuple[Unit, ...]:
    """The units of a dimension that has a name, with all prefixes (mV, volt...); none for compounds such as volt/second."""
    found = _candidates(dim)
    return () if found[0].iscompound else found


def _registered_and_standard(dim: Dimension) -> tuple[Unit, ...]:
    """Registered units win over compounds that nobody asked for, and win ties against units with a name."""
    registered = tuple(_REGISTERED.get(dim, ()))
    standard = _candidates(dim)
    if not registered:
        return standard
    return registered if standard[0].iscompound else (standard[0], *registered, *standard[1:])


def _printed_items(values: Any) -> Any:
    """Of a long array the items that numpy prints, per axis; else everything."""
    options = np.get_printoptions()
    edge = options["edgeitems"]
    if values.size > options["threshold"]:
        for axis, length in enumerate(values.shape):
            if length > 2 * edge:
                values = np.take(values, [*range(edge), *range(-edge, 0)], axis=axis)
    return values.ravel()


# text ---------------------------------------------------------------------------------------------------------------


def value_in_unit(q: Any, u: Any, precision: int | None = None, python_code: bool = False) -> str:
    """Number and symbol (``3. mV``), or Python code (``3. * mvolt``)."""
    value = np.asarray(q) / float(u)
    plain = get_dimensions(q) is DIMENSIONLESS and not isinstance(q, Unit)
    if python_code and value.ndim:
        text = np.array_repr(value, precision=precision)
    else:
        text = np.array2string(value, precision=precision) if value.ndim else _number(value, precision)
    if python_code and value.ndim == 0 and value.dtype.kind == "c":
        text = f"({text})"
    if plain:
        return f"Quantity({text})" if python_code else text
    if isinstance(u, Unit):
        return f"{text} * {u.name}" if python_code else f"{text} {u.dispname}"
    return f"{text} * ({u!r})" if python_code else f"{text} ({u!s})"


def _number(value: Any, precision: int | None) -> str:
    return np.array2string(np.asarray(value), precision=precision)


def in_unit(x: Any, u: Any, precision: int | None = None) -> str:
    """Text of a value in a given unit.

    Raises
    ------
    DimensionMismatchError
        If the unit has other dimensions.

    Examples
    --------
    >>> from eqsim.units import mV, volt
    >>> in_unit(3 * mV, volt)
    '0.003 V'
    """
    if get_dimensions(x) is DIMENSIONLESS:
        if get_dimensions(u) is not DIMENSIONLESS:
            raise DimensionMismatchError('Non-matching unit for function "in_unit"', get_dimensions(x), get_dimensions(u))
        return _plain_text(np.asarray(x) / u, precision)
    return _as_quantity(x).in_unit(u, precision)


def in_best_unit(x: Any, precision: int | None = None) -> str:
    """Text of a value in the unit that makes its numbers easiest to read."""
    if get_dimensions(x) is DIMENSIONLESS:
        return _plain_text(np.asarray(x), precision)
    return _as_quantity(x).in_best_unit(precision)


def _plain_text(value: Any, precision: int | None) -> str:
    return str(np.asarray(value)) if precision is None else np.array2string(np.asarray(value), precision=precision)


def _as_quantity(x: Any) -> Quantity:
    return x if isinstance(x, Quantity) else Quantity(x)


_SPEC = re.compile(r"((?:.?[<>=^])?[-+ ]?z?#?0?\d*[,_]?(?:\.\d+)?[a-zA-Z%]?)(?:\s+(\S.*))?")


def formatted(q: Quantity, spec: str) -> str:
    """A quantity in an f-string: ``f'{q}'``, ``f'{q:.2f mV}'``.

    A specification without unit formats the SI value, as plain numbers do: ``f'{3*mV:.3f}'`` is ``0.003``.

    Raises
    ------
    ValueError
        If the unit is unknown.
    DimensionMismatchError
        If the unit has other dimensions.
    """
    if not spec:
        return str(q)
    match = _SPEC.fullmatch(spec)
    number, unit_text = match.groups() if match else (spec, None)
    if unit_text is None:
        return _format_values(np.asarray(q), spec)
    unit = parse_unit(unit_text)
    if unit.dim is not q.dim:
        raise DimensionMismatchError(f"Cannot format {q} in {unit_text}", q.dim, unit.dim)
    return f"{_format_values(np.asarray(q) / float(unit), number)} {unit_text.strip()}"


def _format_values(values: Any, spec: str) -> str:
    if values.ndim == 0:
        return format(values.item(), spec)
    return "[" + " ".join(_format_values(v, spec) for v in values) + "]"


@cache
def _symbols() -> dict[str, Unit]:
    """Symbols with prefixes: ``mV``, ``kOhm``; names win over symbols."""
    rows = [row for row in UNITS if row.prints or row.symbol in ("l", "rad")]
    return {p + row.symbol: named_unit(row, p) for row in reversed(rows) for p in ("", "c", *_COMPOUND_PREFIXES)}


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


def latex(q: Quantity) -> str:
    """LaTeX between dollars: numbers of arrays as a matrix, shortened as numpy prints them."""
    unit = best_unit(q)
    value = np.asarray(q) / float(unit)
    if value.ndim == 0:
        body = str(value.item())
    else:
        rows = np.array2string(value, max_line_width=10**9).replace("...", r"\dots")
        lines = [" & ".join(line.strip(" []").split()) for line in rows.split("\n") if line.strip(" []")]
        inner = lines[0] if value.ndim == 1 else "\n" + "\\\\\n ".join(lines) + "\n"
        body = rf"\left[\begin{{matrix}}{inner}\end{{matrix}}\right]"
    return f"${body}$" if q.dim is DIMENSIONLESS else rf"${body}\,{unit.latexname}$"
