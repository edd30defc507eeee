"""What a name in a user's string stands for.

In: the symbols of an object, and the namespaces around it.  Out: a `Scope` for the translator.  The order of look-up:
own variables; constants, units; ``namespace=`` of the object; namespace of the run, or the frame that called it; the
frame in which the object was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eqsim.errors import Diagnostic, EqsimError, UnknownNameError
from eqsim.functions import CONSTANTS
from eqsim.ir.expr import Const, Expr, Number, Type
from eqsim.log import get_logger
from eqsim.model.translate import Symbol
from eqsim.units import DIMENSIONLESS, UNITS_FOR_STRINGS, Dimension, Quantity, get_dimensions

logger = get_logger(__name__)

Own = Callable[[str], Symbol | None]


@dataclass(slots=True)
class External:
    """A number that comes from outside: its name in the program, value, type and dimension."""

    number: str
    value: float | int
    kind: Type
    dim: Dimension
    structural: bool = False
    """Has the value itself become part of the program (an exponent of a quantity)?"""


@dataclass(slots=True)
class Surroundings:
    """The namespaces around an object, and the externals that its strings turned out to use."""

    owner: str
    explicit: Mapping[str, Any] = field(default_factory=dict)
    outer: Mapping[str, Any] = field(default_factory=dict)
    made_in: Mapping[str, Any] = field(default_factory=dict)
    lenient: bool = False
    externals: dict[str, External] = field(default_factory=dict)

    def lookup(self, name: str) -> Symbol | None:
        """A constant, a unit or an external value; None if there is nothing of that name."""
        if name in CONSTANTS:
            return Symbol(Const(float(CONSTANTS[name])), DIMENSIONLESS, float(CONSTANTS[name]))
        if name in UNITS_FOR_STRINGS:
            unit = UNITS_FOR_STRINGS[name]
            return Symbol(Const(float(unit)), unit.dim, float(unit))
        for place in (self.explicit, self.outer, self.made_in):
            if name in place:
                return self._external(name, place[name])
        return Symbol(Const(1.0), None) if self.lenient else None

    def warn_if_hidden(self, name: str) -> None:
        """Tell once that a variable of the object hides a number of the same name in the script."""
        place = next((p for p in (self.explicit, self.outer) if name in p), None)
        if not self.lenient and place is not None and isinstance(place[name], float | int | np.ndarray):
            logger.warning(
                f"'{name}' is a variable of '{self.owner}', and also a name in the script, of the value {place[name]!r}: "
                "the variable is used",
                name_suffix="resolution_conflict",
                once=True,
            )

    def names(self) -> Iterable[str]:
        """Names that a user may have meant."""
        yield from self.explicit
        yield from (k for k, v in self.outer.items() if not k.startswith("_") and isinstance(v, float | int | np.ndarray))

    def _external(self, name: str, value: Any) -> Symbol:
        try:
            number, kind = as_number(name, value)
        except UnknownNameError:
            if self.lenient:
                return Symbol(Const(1.0), None)
            raise
        if kind == "bool":
            return Symbol(Const(bool(number), "bool"), DIMENSIONLESS)
        dim = get_dimensions(value)
        full = f"{self.owner}.{name}"
        self.externals[name] = External(full, number, kind, dim)
        return Symbol(Number(full, kind), dim, float(number))


def as_number(name: str, value: Any) -> tuple[float | int, Type]:
    """One plain number and its type from a value of the user's namespace.

    Raises
    ------
    EqsimError (UnknownNameError)
        If the value is not one number.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value), "bool"
    if isinstance(value, int | np.integer):
        return int(value), "int"
    try:
        array = np.asarray(value)
    except Exception:  # whatever a user's object does when it is turned into an array
        array = np.zeros(0, object)
    if array.dtype.kind in "fiub" and array.size == 1:
        plain = array.reshape(-1)[0]
        if array.dtype.kind == "f" or get_dimensions(value) is not DIMENSIONLESS:
            return float(plain), "real"
        return (bool(plain), "bool") if array.dtype.kind == "b" else (int(plain), "int")
    raise not_a_number(name, value, array)


def not_a_number(name: str, value: Any, array: np.ndarray) -> EqsimError:
    """The error for a name that stands for something that cannot be used in a string."""
    if array.dtype.kind in "fiub":
        what = f"an array of {array.size} values"
        mend = f"make '{name}' a variable of the group ('{name} : unit (constant)') and assign the array to it"
    elif callable(value):
        what = "a Python function"
        mend = "functions of your own cannot be used in strings yet"
    else:
        what = f"of type {type(value).__name__}"
        mend = "only numbers and quantities can be used in strings"
    return UnknownNameError(Diagnostic("E104", f"'{name}' cannot be used in a string: it is {what}", help=mend))


def constant(value: float) -> Expr:
    """A real constant."""
    return Const(float(value))


def quantity(values: np.ndarray, dim: Dimension) -> Any:
    """Values with their unit; plain if dimensionless."""
    return values if dim is DIMENSIONLESS else Quantity(values, dim=dim, copy=False)
