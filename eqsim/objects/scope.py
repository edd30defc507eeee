"""What a name in a user's string stands for.

In: the symbols of an object, and the namespaces around it.  Out: a `Scope` for the translator.  The order of look-up:
own variables; constants, units; ``namespace=`` of the object; namespace of the run, or the frame that called it; the
frame in which the object was made.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from eqsim.errors import Diagnostic, EqsimError, UnknownNameError
from eqsim.functions import BUILTINS, CONSTANTS, Builtin
from eqsim.ir.expr import Const, Expr, Number, Type
from eqsim.later import Later
from eqsim.log import get_logger
from eqsim.model.translate import FUNCTION, Callee, Symbol, anything
from eqsim.model.user_function import function_of
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


class Provided(Callee, Protocol):
    """What a callable thing in a namespace becomes for one object: it brings its numbers and arrays to the program."""

    def renewed(self, before: Any) -> bool:
        """Bring the present values, for a program in which ``before`` stood; False if the program must change."""


@dataclass(slots=True)
class Surroundings:
    """The namespaces around an object, and the externals that its strings turned out to use.

    Attributes
    ----------
    dt_s : float
        Step of the object; 0 if it has none.
    size : int or None
        Number of its elements, if ``i`` numbers them.
    used : dict of str to Provided
        What its strings call, by the user's name.
    numbers, arrays : dict
        What those need, by the name in the program.
    steady : set of str
        Arrays whose entry for a time does not change within a step.
    """

    owner: str
    explicit: Mapping[str, Any] = field(default_factory=dict)
    outer: Mapping[str, Any] = field(default_factory=dict)
    made_in: Mapping[str, Any] = field(default_factory=dict)
    lenient: bool = False
    externals: dict[str, External] = field(default_factory=dict)
    dt_s: float = 0.0
    size: int | None = None
    used: dict[str, Provided] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, External] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    steady: set[str] = field(default_factory=set)

    def number(self, name: str, value: Any) -> Symbol:
        """A number that something callable needs: an entry of the program, with its unit."""
        plain, kind = as_number(name, value)
        if kind == "bool":
            return Symbol(Const(bool(plain), "bool"), DIMENSIONLESS)
        full, dim = f"{self.owner}.{name}", get_dimensions(value)
        self.numbers[full] = External(full, plain, kind, dim)
        return Symbol(Number(full, kind), dim, float(plain))

    def array(self, name: str, memory: np.ndarray, steady: bool = False) -> str:
        """An array that something callable reads: its name in the program."""
        full = f"{self.owner}.{name}"
        self.arrays[full] = memory
        if steady:
            self.steady.add(full)
        return full

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
        return Symbol(Const(1.0), None, callee=anything) if self.lenient else None

    def warn_if_hidden(self, name: str, size: int | None = None) -> None:
        """Tell once that a variable of the object hides a number of the same name in the script.

        ``size``: the variable is the number of elements; a number that is the same does no harm.
        """
        place = next((p for p in (self.explicit, self.outer) if name in p), None)
        if not self.lenient and place is not None and isinstance(place[name], float | int | np.ndarray):
            value = place[name]
            if size is not None and np.size(value) == 1 and value == size:
                return
            what = f"an array of {value.size} values" if np.size(value) > 5 else f"of the value {value!r}"
            meaning, used = ("a variable", "variable") if size is None else (f"the size ({size})", "size")
            logger.warning(
                f"'{name}' is {meaning} of '{self.owner}', and also a name in the script, {what}: the {used} is used",
                name_suffix="resolution_conflict",
                once=True,
            )

    def names(self) -> Iterable[str]:
        """Names that a user may have meant."""
        yield from self.explicit
        yield from (k for k, v in self.outer.items() if not k.startswith("_") and isinstance(v, float | int | np.ndarray))

    def _external(self, name: str, value: Any) -> Symbol:
        builtin = known_function(value)
        if builtin is not None:
            return Symbol(FUNCTION, None, callee=builtin)
        if name in self.used and self.sources[name] is value:
            return Symbol(FUNCTION, None, callee=self.used[name])
        provided = self.provided(name, value)
        if provided is not None:
            assert not isinstance(provided, Builtin)
            self.used[name], self.sources[name] = provided, value
            return Symbol(FUNCTION, None, callee=provided)
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

    def provided(self, name: str, value: Any) -> Provided | Builtin | None:
        """What a thing is that can be called: one of the functions of strings, or something of the user's."""
        builtin = known_function(value)
        if builtin is not None:
            return builtin
        found: Provided | None = None
        if hasattr(type(value), "provided"):
            found = value.provided(name, self)
        elif isinstance(value, types.FunctionType) and (value.__module__ or "").split(".")[0] not in LIBRARIES:
            found = function_of(value).provided(name, self)
        return found


ALIASES = {
    "absolute": "abs",
    "amax": "max",
    "amin": "min",
    "maximum": "max",
    "minimum": "min",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "fabs": "abs",
    "random": "rand",
    "random_sample": "rand",
    "standard_normal": "randn",
}
"""Other names of functions in numpy and math."""
LIBRARIES = ("numpy", "math", "builtins", "eqsim")


def known_function(value: Any) -> Builtin | None:
    """The function of strings that a function of numpy, of ``math`` or of Python itself stands for; None if none."""
    if isinstance(value, Later):
        home, name = object.__getattribute__(value, "_module"), object.__getattribute__(value, "_name")
    elif isinstance(value, np.ufunc):
        home, name = "numpy", value.__name__
    elif type(getattr(value, "__self__", None)).__name__ == "RandomState":
        home, name = "numpy", value.__name__
    elif isinstance(value, types.FunctionType | types.BuiltinFunctionType | type):
        home, name = getattr(value, "__module__", "") or "", value.__name__
    else:
        return None
    if home.split(".")[0] not in LIBRARIES:
        return None
    return BUILTINS.get(ALIASES.get(name, name))


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
        what = "something that cannot be called in strings"
        mend = f"write a function around it: def {name}_of(x): ..."
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
