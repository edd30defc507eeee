"""The unit behind the colon of an equation.

In: its span.  Out: the dimension and the type of the variable.

Allowed are ``1``, ``integer``, ``boolean`` and products and powers of base units such as ``siemens/metre**2``.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import TYPE_CHECKING, Literal

from eqsim import units
from eqsim.errors import Diagnostic, EquationSyntaxError, Span, did_you_mean
from eqsim.syntax.text import blank_lines, check_characters

if TYPE_CHECKING:
    from eqsim.units import Dimension

__all__ = ["VariableType", "parse_unit"]

VariableType = Literal["real", "int", "bool"]

LONGEST = 500  # characters; keeps the tree of a unit flat enough for recursion

TYPES: dict[str, VariableType] = {"1": "real", "integer": "int", "boolean": "bool"}

OTHER_WORDS: dict[str, str] = {
    **dict.fromkeys(("bool", "Boolean", "logical"), "boolean"),
    **dict.fromkeys(("int", "Integer", "int32", "int64"), "integer"),
    **dict.fromkeys(("float", "double", "real", "number", "dimensionless", "unitless", "1.0", "1.", "none"), "1"),
    **{"V": "volt", "A": "amp", "S": "siemens", "F": "farad", "s": "second", "sec": "second", "m": "metre"},
    **{"M": "mole/metre**3", "K": "kelvin", "W": "watt", "J": "joule", "C": "coulomb", "ohms": "ohm", "volts": "volt"},
    **{"g": "kilogram", "kg": "kilogram", "seconds": "second", "amps": "amp", "ampere": "amp", "l": "metre**3"},
}
"""Words that people write for a unit or a type, and the word to write instead."""

_HELP = "write 1 for a number, or a product of base units such as volt, amp*second or siemens/metre**2"


@functools.lru_cache(maxsize=1024)
def parse_unit(span: Span) -> tuple[Dimension, VariableType]:
    """Read the unit of a variable.

    Raises
    ------
    EquationSyntaxError
        If it is not 1, integer, boolean or a product of powers of base units.
    """
    blanked = blank_lines(span.text)
    text = blanked.strip()
    left = len(blanked) - len(blanked.lstrip())
    place = span.part(left, left + len(text))
    strange = check_characters(place, text)
    if strange:
        raise EquationSyntaxError(*strange)
    if text in TYPES:
        return units.DIMENSIONLESS, TYPES[text]
    if text in OTHER_WORDS and text not in units.BASE_UNIT_NAMES:
        raise _unknown(place)
    return _dimension(place, _tree(place, text)), "real"


def _tree(place: Span, text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise _not_a_unit(place)
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _not_a_unit(place) from None


def _not_a_unit(place: Span) -> EquationSyntaxError:
    return EquationSyntaxError(Diagnostic("E701", "this is not a unit", place, "", _HELP))


def _dimension(place: Span, node: ast.expr) -> Dimension:
    match node:
        case ast.Name():
            return _base_unit(_part(place, node))
        case ast.Constant(value=1) if type(node.value) is int:
            return units.DIMENSIONLESS
        case ast.BinOp(op=ast.Mult()):
            return _dimension(place, node.left) * _dimension(place, node.right)
        case ast.BinOp(op=ast.Div()):
            return _dimension(place, node.left) / _dimension(place, node.right)
        case ast.BinOp(op=ast.Pow()):
            return _dimension(place, node.left) ** _exponent(place, node.right)
        case ast.Constant():
            raise _number(_part(place, node))
    raise _not_a_unit(_part(place, node))


def _part(place: Span, node: ast.expr) -> Span:
    return place.part(node.col_offset, node.end_col_offset or node.col_offset + 1)


def _number(place: Span) -> EquationSyntaxError:
    text = "give the value where you set the variable, and only the unit here"
    return EquationSyntaxError(Diagnostic("E702", "a unit cannot contain a number", place, "", text))


def _exponent(place: Span, node: ast.expr) -> float:
    """A number, or a fraction of two, with a sign."""
    match node:
        case ast.Constant(value=int() | float() as value) if type(value) is not bool and abs(value) < 100:
            return value
        case ast.UnaryOp(op=ast.USub()):
            return -_exponent(place, node.operand)
        case ast.BinOp(op=ast.Div()) if _exponent(place, node.right) != 0:
            return _exponent(place, node.left) / _exponent(place, node.right)
    text = "write a small number such as 2, -1 or 0.5"
    raise EquationSyntaxError(Diagnostic("E703", "this power of a unit cannot be used", _part(place, node), "", text))


def _base_unit(place: Span) -> Dimension:
    name = place.text
    if name in units.BASE_UNIT_NAMES:
        return units.BASE_UNIT_NAMES[name]
    if name in units.UNITS_FOR_STRINGS:
        base = units.unit_name(units.UNITS_FOR_STRINGS[name].dim)
        message, text = f"'{name}' is not a base unit", f"write {base}; values may be given in any unit, e.g. 5*{name}"
        raise EquationSyntaxError(Diagnostic("E704", message, place, "", text))
    raise _unknown(place)


def _unknown(place: Span) -> EquationSyntaxError:
    name = re.sub(r"\s+", " ", place.text)
    if name in OTHER_WORDS:
        text = f"write {OTHER_WORDS[name]}"
    else:
        text = did_you_mean(name, {*units.BASE_UNIT_NAMES, "integer", "boolean"}) or _HELP
    return EquationSyntaxError(Diagnostic("E705", f"'{name}' is not a unit", place, "", text))
