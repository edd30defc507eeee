"""Functions under the names of numpy that know units, and everything else of numpy: usable as ``np``.

Most numpy functions already handle quantities (``numpy_functions.py``).  Here are those that numpy cannot hand over to
us, because no argument is an array (``arange``, a list of quantities), and those whose contract differs
(``zeros_like`` gives plain zeros).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as _np

from eqsim.errors import DimensionMismatchError
from eqsim.units.checks import check_units
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.quantity import Quantity, fits_every_dimension, get_dimensions, wrap
from eqsim.units.ufuncs import plain

_ELEMENTARY = "log log10 exp expm1 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh".split()
_FUNCTIONS = "diagonal ravel trace dot ptp concatenate sum prod mean std var max min cumsum sort unique".split()

__all__ = [
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "concat",
    "concatenate",
    "cos",
    "cosh",
    "diagonal",
    "dot",
    "exp",
    "expm1",
    "exprel",
    "linspace",
    "log",
    "log1p",
    "log10",
    "ones_like",
    "ptp",
    "ravel",
    "sin",
    "sinh",
    "tan",
    "tanh",
    "trace",
    "where",
    "zeros_like",
]


def _as_quantity(value: Any) -> Any:
    """A list of quantities as one quantity; other values unchanged."""
    if isinstance(value, list | tuple) and get_dimensions(value) is not DIMENSIONLESS:
        return Quantity(value)
    return value


def _elementary(name: str) -> Callable[..., Any]:
    ufunc = getattr(_np, name)

    def function(x: Any, *args: Any, **kwargs: Any) -> Any:
        dim = get_dimensions(x)
        if dim is not DIMENSIONLESS:
            shown = x if isinstance(x, Quantity) else _np.asarray(x)
            raise DimensionMismatchError(f"{name} expects a dimensionless argument but got {shown}", dim)
        return ufunc(plain(x), *args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}` for values without unit; anything else raises `DimensionMismatchError`."
    return function


def _function(name: str) -> Callable[..., Any]:
    original = getattr(_np, name)

    def function(a: Any, *args: Any, **kwargs: Any) -> Any:
        if name != "concatenate":
            a = _as_quantity(a)
        return original(a, *(_as_quantity(x) for x in args), **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}`, also for lists of quantities."
    return function


log, log10, exp, expm1, log1p, sin, cos, tan, arcsin, arccos, arctan, sinh, cosh, tanh, arcsinh, arccosh, arctanh = (
    _elementary(name) for name in _ELEMENTARY
)
diagonal, ravel, trace, dot, ptp, concatenate, sum, prod, mean, std, var, max, min, cumsum, sort, unique = (
    _function(name) for name in _FUNCTIONS
)
concat = concatenate
amax, amin = max, min


@check_units(x=1, result=1)
def exprel(x: Any) -> Any:
    """``(exp(x) - 1) / x``, and 1 at ``x = 0``.

    Parameters
    ----------
    x : float or ndarray
        Without unit.

    Raises
    ------
    DimensionMismatchError
        If ``x`` has a unit.

    Examples
    --------
    >>> exprel(0.0)
    1.0
    """
    values = _np.asarray(plain(x), dtype=float)
    small = _np.abs(values) < 1e-16
    divisor = _np.where(small, 1.0, values)
    with _np.errstate(over="ignore", invalid="ignore"):
        quotient = _np.where(values == _np.inf, _np.inf, _np.expm1(values) / divisor)
    result = _np.where(small, 1.0, quotient)
    return float(result) if result.ndim == 0 else result


def _fail(first: str, one: Any, second: str, two: Any) -> None:
    raise DimensionMismatchError(
        f"{first} {one} and {second} {two} have to have the same units.", get_dimensions(one), get_dimensions(two)
    )


def arange(*args: Any, **kwargs: Any) -> Any:
    """`numpy.arange` of quantities: ``arange(0*ms, 10*ms, 0.1*ms)``.

    Raises
    ------
    DimensionMismatchError
        If start (unless 0), stop and step have different units; the step is 1 by default.
    """
    given = dict(zip(("start", "stop", "step", "dtype"), args, strict=False))
    if len(args) == 1:
        given = {"stop": args[0]}
    for name in kwargs:
        if name in given:
            raise TypeError(f"arange() got multiple values for argument '{name}'")
    given |= kwargs
    start, step = given.pop("start", 0), given.pop("step", 1)
    stop = given.pop("stop", None)
    if stop is None:
        start, stop = 0, start
    dim = get_dimensions(stop)
    if get_dimensions(start) is not dim and not fits_every_dimension(start):
        _fail("Start value", start, "stop value", stop)
    if get_dimensions(step) is not dim:
        _fail("Stop value", stop, "step value", step)
    # quantities as floats: integers stay integers, as in numpy
    bare = [float(v) if isinstance(v, Quantity) else v for v in (start, stop, step)]
    return _in_dimension(_np.arange(*bare, **given), dim)


def linspace(start: Any, stop: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.linspace` of quantities; a start of plain 0 fits each unit.

    Raises
    ------
    DimensionMismatchError
        If start and stop have different units.
    """
    dim = get_dimensions(stop)
    if get_dimensions(start) is not dim:
        if fits_every_dimension(stop):
            dim = get_dimensions(start)
        elif not fits_every_dimension(start):
            _fail("Start value", start, "stop value", stop)
    result = _np.linspace(plain(start), plain(stop), *args, **kwargs)
    return tuple(_in_dimension(r, dim) for r in result) if isinstance(result, tuple) else _in_dimension(result, dim)


def _in_dimension(values: Any, dim: Dimension) -> Any:
    return values if dim is DIMENSIONLESS else wrap(values, dim)


def where(condition: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.where`; both choices need the same unit, a plain 0 fits each.

    Raises
    ------
    DimensionMismatchError
        If the units differ.
    ValueError
        If only one choice is given.
    """
    if not args:
        return _np.where(plain(condition), **kwargs)
    if len(args) == 1:
        raise ValueError("either both or neither of x and y should be given")
    x, y = (_as_quantity(value) for value in args)
    one, two = get_dimensions(x), get_dimensions(y)
    if one is not two and not fits_every_dimension(x) and not fits_every_dimension(y):
        raise DimensionMismatchError("x and y need to have the same dimensions", one, two)
    dim = two if fits_every_dimension(x) else one
    return _in_dimension(_np.where(plain(condition), plain(x), plain(y), **kwargs), dim)


def zeros_like(a: Any, *args: Any, **kwargs: Any) -> Any:
    """Plain zeros in the shape of an array: no unit, so they fit every unit."""
    return _np.zeros_like(_np.asarray(a), *args, **kwargs)


def ones_like(a: Any, *args: Any, **kwargs: Any) -> Any:
    """Plain ones in the shape of an array, without unit."""
    return _np.ones_like(_np.asarray(a), *args, **kwargs)


def array(obj: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.array`: the SI values without unit; says so for a list of quantities, where that is rarely meant."""
    if isinstance(obj, list | tuple) and get_dimensions(obj) is not DIMENSIONLESS:
        warnings.warn(
            "array() drops the unit of a list of quantities; use Quantity([...]) to keep it", UserWarning, stacklevel=2
        )
    return _np.array(obj, *args, **kwargs)


def __getattr__(name: str) -> Any:
    """Everything else is numpy's own."""
    return getattr(_np, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_np)})
