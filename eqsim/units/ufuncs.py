"""What numpy's ufuncs do to dimensions, as one table.  In: a ufunc and its inputs.  Out: the result with its unit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.quantity import (
    Quantity,
    fits_every_dimension,
    get_dimensions,
    wrap,
)

__all__ = ["apply", "asked_by_matplotlib", "plain", "shown"]

Dims = tuple[Dimension, ...]
Rule = Callable[[str, tuple[Any, ...], list[Dimension]], Dimension | Dims]

SAME = "add subtract maximum minimum fmax fmin remainder fmod nextafter".split()
COMPARE = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
KEEP = (
    "absolute fabs negative positive conjugate floor ceil trunc rint _ones_like spacing copysign ldexp modf frexp clip"
).split()
PLAIN = "sign isfinite isnan isinf signbit logical_not isnat".split()
LOGICAL = "logical_and logical_or logical_xor".split()
NO_UNIT = (
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh "
    "degrees radians deg2rad rad2deg"
).split()
NO_UNIT_2 = "arctan2 hypot logaddexp logaddexp2".split()
PRODUCT = "multiply matmul vecdot matvec vecmat".split()
POWERS = {"sqrt": 0.5, "cbrt": 1 / 3, "square": 2, "reciprocal": -1}


def plain(value: Any) -> Any:
    """The bare numbers of a quantity, also within lists; other objects unchanged."""
    if isinstance(value, Quantity):
        return value.view(np.ndarray)
    if isinstance(value, list | tuple) and any(isinstance(v, Quantity | list | tuple) for v in value):
        return type(value)([plain(v) for v in value]) if type(value) in (list, tuple) else value
    return value


def shown(value: Any) -> str:
    """How an operand appears in messages: quantities with unit, lists as arrays."""
    return str(value if isinstance(value, Quantity) else np.asarray(value))


def asked_by_matplotlib() -> bool:
    """Whether matplotlib mixes units on its own, e.g. stacks seconds and volts, or compares volts with axis limits.

    To it all quantities are bare SI numbers; the user's own mismatches are errors.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(("eqsim.units.", "numpy.")):
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__", "").startswith("matplotlib.")


def _common(what: str, inputs: tuple[Any, ...], dims: list[Dimension], infinite: bool = False) -> Dimension:
    """The one dimension of both operands, where zero fits all; else an error."""
    one, two = dims[0], dims[1]
    if one is two or fits_every_dimension(inputs[1], infinite):
        return one
    if fits_every_dimension(inputs[0], infinite):
        return two
    raise DimensionMismatchError(what.format(shown(inputs[0]), shown(inputs[1])), one, two)


def _same(name: str, inputs: tuple[Any, ...], dims: list[Dimension]) -> Dimension:
    return _common(f"Cannot calculate {{}} {name} {{}}, the units do not match", inputs, dims)


def _compare(name: str, inputs: tuple[Any, ...], dims: list[Dimension]) -> Dimension:
    _common(f"Cannot perform comparison {{}} {COMPARE[name]} {{}}, units do not match", inputs, dims, infinite=True)
    return DIMENSIONLESS


def _no_unit(name: str, inputs: tuple[Any, ...], dims: list[Dimension]) -> Dimension:
    if dims[0] is not DIMENSIONLESS:
        raise DimensionMismatchError(f"{name} expects a dimensionless argument but got {shown(inputs[0])}", dims[0])
    return DIMENSIONLESS


def _no_units(name: str, inputs: tuple[Any, ...], dims: list[Dimension]) -> Dimension:
    for place, value, dim in zip(("first", "second"), inputs, dims, strict=False):
        if dim is not DIMENSIONLESS:
            raise DimensionMismatchError(
                f'Both arguments for "{name}" should be dimensionless but {place} argument was {shown(value)}', dim
            )
    return DIMENSIONLESS


def _power(name: str, inputs: tuple[Any, ...], dims: list[Dimension]) -> Dimension:
    if dims[1] is not DIMENSIONLESS:
        raise DimensionMismatchError(
            f"The exponent for a power operation has to be dimensionless but was {shown(inputs[1])}", dims[1]
        )
    if dims[0] is DIMENSIONLESS:
        return DIMENSIONLESS
    if np.size(inputs[1]) != 1:
        raise TypeError("Only length-1 arrays can be used as an exponent for quantities.")
    return dims[0] ** float(np.asarray(inputs[1]).item())


RULES: dict[str, Rule] = {
    **dict.fromkeys(SAME, _same),
    **dict.fromkeys(COMPARE, _compare),
    **dict.fromkeys(KEEP, lambda name, inputs, dims: dims[0]),
    **dict.fromkeys([*PLAIN, *LOGICAL], lambda name, inputs, dims: DIMENSIONLESS),
    **dict.fromkeys(NO_UNIT, _no_unit),
    **dict.fromkeys(NO_UNIT_2, _no_units),
    **dict.fromkeys(PRODUCT, lambda name, inputs, dims: dims[0] * dims[1]),
    **dict.fromkeys(["divide", "true_divide", "floor_divide"], lambda name, inputs, dims: dims[0] / dims[1]),
    **dict.fromkeys(["power", "float_power"], _power),
    **{f: lambda name, inputs, dims, p=p: dims[0] ** p for f, p in POWERS.items()},  # type: ignore[misc]
    "heaviside": lambda name, inputs, dims: dims[1],
    "divmod": lambda name, inputs, dims: (DIMENSIONLESS, _same(name, inputs, dims)),
}


def apply(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """One call of a ufunc, or of its ``reduce``, ``accumulate``, ``outer``, ``reduceat``, ``at``.

    Raises
    ------
    DimensionMismatchError
        If the units do not fit.
    TypeError
        If the ufunc has no meaning for quantities.
    """
    rule = RULES.get(ufunc.__name__)
    if rule is None:
        return NotImplemented
    if method == "at":
        return _at(ufunc, rule, inputs)
    dim = _result(ufunc, rule, method, inputs, kwargs)
    out = kwargs.get("out")
    if out is not None:
        kwargs = kwargs | {"out": tuple(None if o is None else np.asarray(o) for o in out)}
    if "where" in kwargs:
        kwargs = kwargs | {"where": plain(kwargs["where"])}
    if "initial" in kwargs and isinstance(kwargs["initial"], Quantity):
        kwargs = kwargs | {"initial": plain(kwargs["initial"])}
    result = getattr(ufunc, method)(*(plain(i) for i in inputs), **kwargs)
    return _delivered(result, dim, out)


def _result(ufunc: np.ufunc, rule: Rule, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Dimension | Dims:
    name = ufunc.__name__
    if method in ("__call__", "outer"):
        try:
            return rule(name, inputs, [get_dimensions(i) for i in inputs])
        except DimensionMismatchError:
            if asked_by_matplotlib():
                return DIMENSIONLESS
            raise
    dim = get_dimensions(inputs[0])
    if dim is DIMENSIONLESS:
        return dim
    if name in SAME:
        return dim
    if name in LOGICAL:
        return DIMENSIONLESS
    if name == "multiply" and method == "reduce" and kwargs.get("where", True) is True:
        return dim ** _count(inputs[0], kwargs.get("axis", 0))
    raise TypeError(f"{name}.{method} over elements with the unit {dim} has no single unit")


def _count(array: Any, axis: Any) -> int:
    """How many elements go into one product."""
    if axis is None:
        return int(np.size(array))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([np.shape(array)[a] for a in axes])) if np.ndim(array) else 1


def _at(ufunc: np.ufunc, rule: Rule, inputs: tuple[Any, ...]) -> None:
    target, index, *others = inputs
    dim = rule(ufunc.__name__, (target, *others), [get_dimensions(i) for i in (target, *others)])
    if dim is not get_dimensions(target):
        raise DimensionMismatchError(f"{ufunc.__name__}.at would change the unit", get_dimensions(target))
    ufunc.at(np.asarray(target), index, *(plain(o) for o in others))


def _delivered(result: Any, dim: Dimension | Dims, out: Any) -> Any:
    """The result in its unit; arrays given as ``out`` take that unit, if they can."""
    if isinstance(result, tuple):
        dims = dim if isinstance(dim, tuple) else (dim,) * len(result)
        return tuple(wrap(r, d) for r, d in zip(result, dims, strict=True))
    assert isinstance(dim, Dimension)
    if out is None or out[0] is None:
        return wrap(result, dim)
    if isinstance(out[0], Quantity):
        out[0].dim = dim
    elif dim is not DIMENSIONLESS:
        raise TypeError(f"a plain array cannot hold a result with the unit {dim}; use a Quantity for out")
    return out[0]
