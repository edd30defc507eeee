"""Rules for what numpy's functions do to dimensions.  In: the arguments of a call.  Out: the dimension of its result.

A rule says one dimension, or one for each result; it refuses units that do not fit.  Which function has which rule is
the table of ``numpy_functions.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension
from eqsim.units.quantity import Quantity, fits_every_dimension, get_dimensions
from eqsim.units.ufuncs import plain

__all__ = [
    "Arguments",
    "Rule",
    "alike",
    "average",
    "close",
    "common",
    "compared",
    "covariance",
    "determinant",
    "dimensionless_argument",
    "each",
    "einsum",
    "equal_arrays",
    "first_result",
    "full_like",
    "gradient",
    "histogram",
    "histogram2d",
    "interp",
    "inverse",
    "keep",
    "matrix_power",
    "meshgrid",
    "no_unit",
    "norm",
    "number_of_factors",
    "parts",
    "refuse",
    "select",
    "singular_values",
    "solve",
    "squared",
    "times",
    "trapezoid",
    "where",
]


class Arguments:
    """The arguments of one call, by position or name."""

    def __init__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.name, self.args, self.kwargs = name, args, kwargs

    def get(self, position: int, name: str, default: Any = None) -> Any:
        """One argument."""
        return self.args[position] if position < len(self.args) else self.kwargs.get(name, default)

    def dim(self, position: int, name: str) -> Dimension:
        """Dimension of one argument; none if it is absent."""
        value = self.get(position, name)
        return DIMENSIONLESS if value is None else common(self.name, parts(value))


Rule = Callable[[Arguments], Any]


def parts(value: Any) -> Sequence[Any]:
    """The arrays of a list of arrays, or the one array."""
    if isinstance(value, list | tuple) and any(isinstance(v, Quantity | list | tuple) for v in value):
        return [part for v in value for part in parts(v)]
    return [value]


def common(name: str, values: Sequence[Any]) -> Dimension:
    """The one dimension of all values, where zero fits all; else an error."""
    dims = [get_dimensions(v) for v in values]
    candidates = [d for d, v in zip(dims, values, strict=True) if d is not DIMENSIONLESS or not fits_every_dimension(v)]
    for dim in candidates[1:]:
        if dim is not candidates[0]:
            raise DimensionMismatchError(f"The arguments of {name} have different units", candidates[0], dim)
    return candidates[0] if candidates else DIMENSIONLESS


# rules ---------------------------------------------------------------------------------------------------------------


def keep(a: Arguments) -> Dimension:
    """The unit of the first argument."""
    return common(a.name, parts(a.args[0] if a.args else next(iter(a.kwargs.values()))))


def no_unit(a: Arguments) -> Dimension:
    """A count, an index or a truth value."""
    return DIMENSIONLESS


def squared(a: Arguments) -> Dimension:
    """The square of the unit of the first argument."""
    return keep(a) ** 2


def inverse(a: Arguments) -> Dimension:
    """One over the unit of the first argument."""
    return keep(a) ** -1


def alike(*places: tuple[int, str], result: Callable[[Dimension], Any] = lambda dim: dim) -> Rule:
    """The common unit of several arguments."""

    def rule(a: Arguments) -> Any:
        values = [part for place in places for part in parts(a.get(*place)) if a.get(*place) is not None]
        return result(common(a.name, values))

    return rule


def times(one: tuple[int, str], two: tuple[int, str]) -> Rule:
    """The product of two arguments' units."""
    return lambda a: a.dim(*one) * a.dim(*two)


def dimensionless_argument(a: Arguments) -> Dimension:
    """A function such as sinc that needs a plain number."""
    dim = keep(a)
    if dim is not DIMENSIONLESS:
        raise DimensionMismatchError(f"{a.name} expects a dimensionless argument but got {a.args[0]}", dim)
    return DIMENSIONLESS


def number_of_factors(a: Arguments) -> Dimension:
    dim, array, axis = keep(a), plain(a.get(0, "a")), a.get(1, "axis")
    if dim is DIMENSIONLESS:
        return dim
    shape = np.shape(array)
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis)
    return dim ** int(np.prod([shape[i] for i in axes]))


def refuse(a: Arguments) -> Dimension:
    if keep(a) is not DIMENSIONLESS:
        raise TypeError(f"{a.name} over array elements on quantities with dimensions is not possible.")
    return DIMENSIONLESS


def covariance(a: Arguments) -> Dimension:
    dims = {get_dimensions(v) for v in (a.get(0, "m"), a.get(1, "y")) if v is not None}
    if len(dims) == 2:
        raise DimensionMismatchError("The entries of cov would have different units", *sorted(dims, key=str))
    return dims.pop() ** 2


def interp(a: Arguments) -> Dimension:
    common(a.name, [a.get(0, "x"), a.get(1, "xp")])
    return common(a.name, [v for v in (a.get(2, "fp"), a.get(3, "left"), a.get(4, "right")) if v is not None])


def trapezoid(a: Arguments) -> Dimension:
    return a.dim(0, "y") * a.dim(1, "x") * a.dim(2, "dx")


def gradient(a: Arguments) -> Any:
    f, spacing = a.args[0], a.args[1:]
    dims = [get_dimensions(f) / get_dimensions(s) for s in spacing] or [get_dimensions(f)]
    axes = np.ndim(f) if a.kwargs.get("axis") is None else np.size(a.kwargs["axis"])
    return tuple(dims * axes if len(dims) == 1 else dims) if axes > 1 else dims[0]


def close(a: Arguments) -> Dimension:
    dim = common(a.name, [a.get(0, "a"), a.get(1, "b")])
    if a.get(3, "atol") is not None:
        common(a.name, [Quantity(1.0, dim=dim), a.get(3, "atol")])
    return DIMENSIONLESS


def histogram(a: Arguments) -> Any:
    dim, bins = a.dim(0, "a"), a.get(1, "bins")
    for edges in (bins, a.get(2, "range")):
        if edges is not None and np.ndim(edges):
            common(a.name, [Quantity(1.0, dim=dim), *parts(edges)])
    density = a.get(3, "density")
    return (a.dim(4, "weights") / dim if density else a.dim(4, "weights")), dim


def histogram2d(a: Arguments) -> Any:
    x, y = a.dim(0, "x"), a.dim(1, "y")
    return (DIMENSIONLESS / (x * y) if a.get(4, "density") else a.dim(5, "weights")), x, y


def where(a: Arguments) -> Any:
    return DIMENSIONLESS if len(a.args) == 1 else common(a.name, [a.args[1], a.args[2]])


def einsum(a: Arguments) -> Dimension:
    dim = DIMENSIONLESS
    for operand in a.args:
        if not isinstance(operand, str | list | tuple):
            dim = dim * get_dimensions(operand)
    return dim


def determinant(a: Arguments) -> Dimension:
    return keep(a) ** int(np.shape(a.args[0])[-1])


def norm(a: Arguments) -> Dimension:
    return DIMENSIONLESS if a.get(1, "ord") == 0 else keep(a)


def matrix_power(a: Arguments) -> Dimension:
    return keep(a) ** int(a.get(1, "n"))


def meshgrid(a: Arguments) -> Any:
    return tuple(get_dimensions(x) for x in a.args)


def each(a: Arguments) -> Any:
    """Each argument keeps its own unit."""
    return get_dimensions(a.args[0]) if len(a.args) == 1 else tuple(get_dimensions(x) for x in a.args)


def full_like(a: Arguments) -> Dimension:
    """The unit of the fill value; a plain number takes the unit of the array, as an SI value."""
    fill = a.dim(1, "fill_value")
    return a.dim(0, "a") if fill is DIMENSIONLESS else fill


def average(a: Arguments) -> Any:
    returned = a.get(3, "returned", False)
    return (keep(a), a.dim(2, "weights")) if returned else keep(a)


def select(a: Arguments) -> Dimension:
    return common(a.name, [*a.get(1, "choicelist"), a.get(2, "default", 0)])


def equal_arrays(a: Arguments) -> Dimension:
    common(a.name, [a.get(0, "a1"), a.get(1, "a2")])
    return DIMENSIONLESS


def singular_values(a: Arguments) -> Any:
    return keep(a) if a.get(2, "compute_uv", True) is False else (DIMENSIONLESS, keep(a), DIMENSIONLESS)


def solve(a: Arguments) -> Dimension:
    return a.dim(1, "b") / a.dim(0, "a")


def first_result(a: Arguments) -> Any:
    """Only the first result has the unit, the others are indices and counts."""
    return (keep(a), *[DIMENSIONLESS] * 3)


def compared(one: tuple[int, str], two: tuple[int, str]) -> Rule:
    """Two arguments of one unit; the result has none."""
    return alike(one, two, result=lambda dim: DIMENSIONLESS)
