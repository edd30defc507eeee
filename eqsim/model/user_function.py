"""Functions of the user: what they are called with, what they give, and in which languages they exist.

In: a Python function with ``check_units``, ``declare_types`` and ``implementation``.  Out: `Function`, which strings may
call.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from eqsim.ir.expr import Type
from eqsim.model.implementations import Implementations
from eqsim.units import CheckedUnits, get_dimensions
from eqsim.units.quantity import Quantity

F = TypeVar("F", bound=Callable[..., Any])

ARGUMENT_TYPES: Mapping[str, Type | None] = {"boolean": "bool", "integer": "int", "float": "real", "any": None}
RESULT_TYPES = ("boolean", "integer", "float", "highest")


class Function:
    """A function that strings may call.

    Parameters
    ----------
    pyfunc : callable
        The function in Python; called with quantities.
    sympy_func : optional
        Accepted and not used.
    arg_units : sequence, optional
        Unit of each argument; 1 for a pure number, None for any, `bool`, or the name of another argument ("the same").
        Default: what ``check_units`` says.
    arg_names : sequence of str, optional
    return_unit : unit or callable, optional
        Unit of the result, or a function that gives it from those of the arguments.
    arg_types, return_type : optional
        As in `declare_types`.
    stateless : bool
        False if it may give another value for the same arguments.
    auto_vectorise : bool
        Does its code take the number of the element as one more argument, at the end?

    Raises
    ------
    ValueError
        If the units are not known.

    Attributes
    ----------
    implementations : Implementations
    """

    def __init__(
        self,
        pyfunc: Callable[..., Any],
        sympy_func: Any = None,
        arg_units: Any = None,
        arg_names: Any = None,
        return_unit: Any = None,
        arg_types: Any = None,
        return_type: str | None = None,
        stateless: bool = True,
        auto_vectorise: bool = False,
    ) -> None:
        self.pyfunc = pyfunc
        self.sympy_func = sympy_func
        self.stateless = bool(stateless)
        self.auto_vectorise = auto_vectorise
        self.name = getattr(pyfunc, "__name__", type(pyfunc).__name__)
        checked: CheckedUnits | None = getattr(pyfunc, "eqsim_units", None)
        if checked is None and (arg_units is None or return_unit is None):
            raise ValueError(
                f"the units of the function '{self.name}' are not known: decorate it with check_units, "
                "or give arg_units= and return_unit="
            )
        self.arg_names = tuple(arg_names or argument_names(pyfunc) or (checked.names if checked else ()))
        self.arg_units = tuple(map(_expected, arg_units)) if arg_units is not None else checked.arguments if checked else ()
        self.return_unit = _expected(return_unit) if return_unit is not None else checked.result if checked else None
        types, result = getattr(pyfunc, "eqsim_types", ({}, "float"))
        given = dict(zip(self.arg_names, arg_types, strict=False)) if arg_types is not None else types
        self.arg_types = tuple(given.get(name, "any") for name in (self.arg_names or range(len(self.arg_units))))
        self.return_type = return_type or result
        self.implementations = Implementations(self)
        functools.update_wrapper(self, pyfunc, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the Python function."""
        return self.pyfunc(*args, **kwargs)

    def is_locally_constant(self, dt: Any) -> bool:
        """Does a value for a time hold for a whole step?  Nothing is known of a general function."""
        return False

    def provided(self, name: str, around: Any) -> Any:
        """What it is in the strings of one object."""
        from eqsim.model.calls import UserCall

        return UserCall(self, name, around)

    def __repr__(self) -> str:
        return f"<Function '{self.name}'>"


def unknown_unit(*dims: Any) -> None:
    """The ``return_unit`` of a function of which nothing is known."""


def function_of(f: Callable[..., Any]) -> Function:
    """A plain Python function as one that strings may call, also without units."""
    if isinstance(f, Function):
        return f
    inner = getattr(f, "__wrapped__", None)
    if isinstance(inner, Function):  # check_units around it
        return inner
    if hasattr(f, "eqsim_units"):
        return Function(f)
    return Function(f, arg_units=(None,) * len(argument_names(f)), return_unit=unknown_unit)


def argument_names(f: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return ()


def _expected(unit: Any) -> Any:
    """A unit as a dimension; bool, names, functions and None as they are."""
    if unit is None or unit is bool or isinstance(unit, str) or (callable(unit) and not isinstance(unit, Quantity)):
        return unit
    return get_dimensions(unit)
