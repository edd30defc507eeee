"""Questions about units: which dimension has a value, do two values fit.

In: quantities, numbers, arrays, lists, quantities of other packages.  Out: dimensions and truth values, or an error.
What is a quantity is known by its ``dim``, so that `Quantity` itself can ask.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension

__all__ = [
    "fail_for_dimension_mismatch",
    "fits_every_dimension",
    "get_dimensions",
    "have_same_dimensions",
    "is_dimensionless",
    "is_scalar_type",
    "known_foreign",
]

_NUMBERS = (int, float, np.floating, np.integer)


def known_foreign(value: Any) -> Any:
    """Quantities of other packages as ours; anything else unchanged."""
    if isinstance(value, np.ndarray | float | int | list | tuple):
        return value
    from eqsim.units import exchange

    return exchange.from_foreign(value)


def get_dimensions(obj: Any) -> Dimension:
    """The dimension of a quantity, a number, an array or a list of quantities.

    Raises
    ------
    TypeError
        If the object is not numeric, or a list mixes quantities and plain numbers.
    DimensionMismatchError
        If a list mixes dimensions.
    """
    if isinstance(obj, _NUMBERS):
        return DIMENSIONLESS
    if isinstance(obj, list | tuple):
        return _dimensions_of_list(obj)
    dim = getattr(obj, "dim", None)
    if isinstance(dim, Dimension):
        return dim
    if isinstance(obj, np.ndarray) and obj.dtype.kind != "O":
        return DIMENSIONLESS
    return _dimensions_by_conversion(obj)


def _dimensions_of_list(obj: Any) -> Dimension:
    if not any(isinstance(x, list | tuple) or hasattr(x, "dim") for x in obj):
        return _dimensions_by_conversion(obj)
    found = [get_dimensions(x) for x in obj]
    for dim in found[1:]:
        if dim is not found[0]:
            if DIMENSIONLESS in (dim, found[0]):
                raise TypeError("Mixing quantities and non-quantities is not allowed.")
            raise DimensionMismatchError(
                "Mixing quantities with different dimensions is not allowed", *sorted((dim, found[0]), key=str)
            )
    return found[0]


def _dimensions_by_conversion(obj: Any) -> Dimension:
    try:
        array = np.asarray(obj)
    except (TypeError, ValueError):
        array = np.asarray(None)
    if array.dtype.kind in "biufc":
        return DIMENSIONLESS
    dim = getattr(known_foreign(obj), "dim", None)
    if isinstance(dim, Dimension):
        return dim
    raise TypeError(f"Object of type {type(obj)} does not have dimensions")


def is_dimensionless(obj: Any) -> bool:
    """Whether a value has no unit."""
    return get_dimensions(obj) is DIMENSIONLESS


def have_same_dimensions(obj1: Any, obj2: Any) -> bool:
    """Whether two values have the same unit up to its size."""
    return get_dimensions(obj1) is get_dimensions(obj2)


def is_scalar_type(obj: Any) -> bool:
    """Whether a value is one plain number: no array, no text, no unit."""
    if isinstance(obj, np.ndarray) and hasattr(obj, "dim"):
        return obj.dim is DIMENSIONLESS and obj.ndim == 0
    return not isinstance(obj, str) and np.ndim(obj) == 0 and np.asarray(obj).dtype.kind in "biufc"


def fits_every_dimension(obj: Any, infinite: bool = False) -> bool:
    """Whether a plain value is all zero (or infinite, where that is allowed), which fits each unit."""
    if get_dimensions(obj) is not DIMENSIONLESS:
        return False
    if isinstance(obj, int | float):
        return obj == 0 or (infinite and abs(obj) == float("inf"))
    array = np.asarray(obj)
    if infinite and array.dtype.kind == "f":
        return bool(np.all((array == 0) | np.isinf(array)))
    return array.dtype.kind in "biufc" and not np.any(array)


def fail_for_dimension_mismatch(
    obj1: Any, obj2: Any = None, error_message: str | None = None, **error_quantities: Any
) -> tuple[Dimension, Dimension | None]:
    """Nothing if two values have the same unit, or one is zero; else an error.

    Parameters
    ----------
    obj1, obj2 : quantity, number or array_like
        Without ``obj2``, ``obj1`` has to be dimensionless.
    error_message : str, optional
        May name ``error_quantities`` in braces.

    Returns
    -------
    tuple of Dimension
        Both dimensions; the one of a plain zero is that of its partner.

    Raises
    ------
    DimensionMismatchError
        With both units in its text.
    """
    one = get_dimensions(obj1)
    two = None if obj2 is None else get_dimensions(obj2)
    if one is (two or DIMENSIONLESS):
        return one, two
    if two is None:
        if fits_every_dimension(obj1):
            return DIMENSIONLESS, None
    elif fits_every_dimension(obj1):
        return two, two
    elif fits_every_dimension(obj2):
        return one, one
    words = {name: str(q) for name, q in error_quantities.items()}
    message = (error_message or "Dimension mismatch").format(**words) if words else (error_message or "Dimension mismatch")
    raise DimensionMismatchError(message, *(d for d in (one, two) if d is not None))
