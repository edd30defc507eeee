"""Quantities in, text out: the best unit, Python code, format specifications and LaTeX.

Best unit: of all units of the right dimension the one with the smallest sum over the printed numbers x of
``(log10(|x / unit|) - 1)**2``, so numbers near ten win.  Zeros and numbers that are not finite do not count.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.choices import ONE, get_unit, register_new_unit, units_of
from eqsim.units.dimension import DIMENSIONLESS
from eqsim.units.quantity import Quantity, get_dimensions
from eqsim.units.unit import Unit
from eqsim.units.unit_text import parse_unit

__all__ = [
    "best_unit",
    "formatted",
    "get_unit",
    "in_best_unit",
    "in_unit",
    "latex",
    "parse_unit",
    "register_new_unit",
    "value_in_unit",
]

_FAR = 5  # decades from ten beyond which a prefix on a compound does not help


# the best unit -----------------------------------------------------------------------------------------------------


def best_unit(q: Quantity) -> Unit:
    """The unit in which the numbers of a quantity are easiest to read."""
    if isinstance(q, Unit):
        return q
    if q.dim is DIMENSIONLESS:
        return ONE
    candidates = units_of(q.dim)
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
