"""``check_units``: a function in, the same function out, which refuses arguments and results of wrong units."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.names import unit_product
from eqsim.units.quantity import Quantity, get_dimensions
from eqsim.units.unit import Unit

__all__ = ["CheckedUnits", "check_units"]

_BOOLEAN = (bool, np.bool_)  # `bool` is numpy's after a wildcard import of numpy

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class CheckedUnits:
    """What a function expects, for the simulator.

    ``arguments`` has for each argument in ``names`` a `Dimension`, `bool`, the name of another argument, or None (any).
    ``result`` is a `Dimension`, `bool`, None (unknown), or a function of the argument dimensions.
    """

    names: tuple[str, ...]
    arguments: tuple[Any, ...]
    result: Any


def check_units(**au: Any) -> Callable[[F], F]:
    """Decorator: check the units of arguments and result.

    Parameters
    ----------
    **au : unit, 1, bool or str
        For each argument its unit; ``1`` for no unit; ``bool`` for a truth value; the name of another argument for
        "the same unit as". ``result`` may also be a function of the units of the arguments. Arguments that are None or
        text pass unchecked.

    Raises
    ------
    DimensionMismatchError
        When the function is called with, or returns, a wrong unit.
    TypeError
        When an argument is not numeric, or not a truth value.

    Examples
    --------
    >>> from eqsim.units import amp, mV, ohm, volt
    >>> @check_units(I=amp, R=ohm, result=volt)
    ... def voltage(I, R):
    ...     return I * R
    >>> voltage(1 * mV, 1 * ohm)
    Traceback (most recent call last):
    ...
    eqsim.errors.DimensionMismatchError: Function 'voltage' expected a quantity with unit amp for argument 'I' but got '1. mV' (unit is V).
    """  # noqa: E501
    result = _normal(au.pop("result", None))
    au = {name: _normal(unit) for name, unit in au.items()}

    def decorate(f: F) -> F:
        names = tuple(inspect.signature(f).parameters)
        positional = [n for n in names if n not in _keyword_only(f)]

        @functools.wraps(f)
        def checked(*args: Any, **kwargs: Any) -> Any:
            given = dict(zip(positional, args, strict=False)) | kwargs
            for name, expected in au.items():
                if name in given:
                    _check_argument(f.__name__, name, given, expected)
            value = f(*args, **kwargs)
            if result is not None:
                _check_result(f.__name__, value, result, [given.get(n) for n in positional])
            return value

        expected = tuple(_expectation(au.get(n)) for n in names)
        checked.eqsim_units = CheckedUnits(names, expected, _expectation(result))  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def _keyword_only(f: Callable[..., Any]) -> set[str]:
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    return {name for name, p in inspect.signature(f).parameters.items() if p.kind in kinds}


def _normal(unit: Any) -> Any:
    return bool if any(unit is b for b in _BOOLEAN) else unit


def _expectation(unit: Any) -> Any:
    """Units as dimensions; bool, names, functions and None as they are."""
    if unit is None or unit is bool or isinstance(unit, str) or (callable(unit) and not isinstance(unit, Quantity)):
        return unit
    return get_dimensions(unit)


def _check_argument(function: str, name: str, given: Mapping[str, Any], expected: Any) -> None:
    value = given[name]
    if value is None or isinstance(value, str) or expected is None:
        return
    if expected is bool:
        if not _is_boolean(value):
            raise TypeError(f"Function '{function}' expected a boolean value for argument '{name}' but got '{_text(value)}'")
    elif isinstance(expected, str):
        _check_alike(function, name, expected, given)
    else:
        _check_dimension(function, name, value, expected)


def _check_dimension(function: str, name: str, value: Any, expected: Any) -> None:
    wanted = get_dimensions(expected)
    try:
        dim = get_dimensions(value)
    except TypeError:
        text = f"Argument '{name}' is not a quantity, expected a quantity with dimensions {wanted}"
        raise TypeError(text) from None
    if dim is not wanted:
        raise DimensionMismatchError(
            f"Function '{function}' expected a quantity with unit {_unit_text(expected)} for argument '{name}' "
            f"but got '{_text(value)}'",
            dim,
        )


def _check_alike(function: str, name: str, other: str, given: Mapping[str, Any]) -> None:
    if other not in given:
        raise TypeError(f"Function '{function}': argument '{name}' is compared with '{other}', which was not given")
    mine, its = get_dimensions(given[name]), get_dimensions(given[other])
    if mine is not its:
        raise DimensionMismatchError(
            f"Function '{function}' expected the argument '{name}' to have the same units as argument '{other}', "
            f"but argument '{name}' has unit {mine}, while argument '{other}' has unit {its}."
        )


def _check_result(function: str, value: Any, expected: Any, arguments: list[Any]) -> None:
    if expected is bool:
        if not _is_boolean(value):
            raise TypeError(
                f"The return value of function '{function}' was expected to be a boolean value, "
                f"but was of type {type(value)}"
            )
        return
    if callable(expected) and not isinstance(expected, Quantity):
        expected = expected(*(DIMENSIONLESS if a is None or isinstance(a, str) else get_dimensions(a) for a in arguments))
    wanted, dim = get_dimensions(expected), get_dimensions(value)
    if dim is not wanted:
        text = f"The return value of function '{function}' was expected to have unit {wanted} but was '{value}'"
        raise DimensionMismatchError(text, dim)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def _text(value: Any) -> str:
    return str(value if isinstance(value, Quantity) else Quantity(value))


def _unit_text(expected: Any) -> str:
    if isinstance(expected, Unit):
        return repr(expected)
    dim: Dimension = get_dimensions(expected)
    return unit_product(dim.exponents)
