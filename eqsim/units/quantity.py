"""Quantities: numpy arrays with a dimension.  In: numbers and units.  Out: numbers with the right unit, or an error.

`Quantity` is an `numpy.ndarray` in SI base units that carries one `Dimension`.  Results without dimension collapse to
plain floats and arrays.  What each ufunc and numpy function does to dimensions is written as tables in ``ufuncs.py``
and ``numpy_functions.py``; the operators below only take a short cut past them for scalars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.dimension import DIMENSIONLESS, Dimension, get_or_create_dimension
from eqsim.units.operators import comparison, in_place, operate, operator, reflected
from eqsim.units.questions import (
    fail_for_dimension_mismatch,
    fits_every_dimension,
    get_dimensions,
    have_same_dimensions,
    is_dimensionless,
    is_scalar_type,
    known_foreign,
)

__all__ = [
    "Quantity",
    "fail_for_dimension_mismatch",
    "fits_every_dimension",
    "get_dimensions",
    "have_same_dimensions",
    "is_dimensionless",
    "is_scalar_type",
    "quantity_with_dimensions",
    "wrap",
]

_new = np.ndarray.__new__
_item = np.ndarray.item
_put = np.ndarray.__setitem__


def _scalar(value: float, dim: Dimension) -> Any:
    """A scalar quantity, or a float without dimension: the fast way."""
    if dim is DIMENSIONLESS:
        return float(value)
    q = _new(Quantity, (), float)
    _put(q, (), value)
    q.dim = dim
    return q


def wrap(value: Any, dim: Dimension) -> Any:
    """The value with its dimension; a plain float or array where there is none.

    Parameters
    ----------
    value : number or ndarray
        In SI base units.
    dim : Dimension
    """
    if dim is DIMENSIONLESS:
        if isinstance(value, Quantity):
            value = value.view(np.ndarray)
        if (isinstance(value, np.ndarray) and value.ndim == 0) or isinstance(value, np.generic):
            return value.item()
        return value
    return quantity_with_dimensions(value, dim)


def quantity_with_dimensions(value: Any, dim: Dimension) -> Quantity:
    """A quantity with this SI value and dimension, also if it is dimensionless; arrays are not copied.

    Examples
    --------
    >>> from eqsim.units import volt
    >>> print(quantity_with_dimensions(0.003, volt.dim))
    3. mV
    """
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(float)
    q = array.view(Quantity)
    q.dim = dim
    return q


class Quantity(np.ndarray[Any, np.dtype[Any]]):
    """A number or an array with a physical dimension.

    Parameters
    ----------
    value : array_like
        Numbers in SI base units, a quantity, or a list of quantities of one dimension.
    dim : Dimension or Quantity, optional
        Replaces the dimension of ``value``.
    dtype : dtype, optional
        Integers become float64 unless a dtype is given with ``copy=False`` views.
    copy : bool
        Whether to copy an array that could be used as it is.
    force_quantity : bool
        Accepted for scripts that pass it; the constructor always returns a quantity.

    Raises
    ------
    TypeError
        If the value is not numeric, or mixes quantities and plain numbers.
    DimensionMismatchError
        If a list mixes dimensions.

    Examples
    --------
    >>> from eqsim.units import mV
    >>> print(Quantity([1 * mV, 2 * mV]))
    [1. 2.] mV
    """

    __slots__ = ("dim",)
    __array_priority__ = 1000
    dim: Dimension

    def __new__(
        cls,
        value: Any,
        dim: Any = None,
        dtype: Any = None,
        copy: bool = False,
        force_quantity: bool = False,
    ) -> Self:
        own = get_dimensions(known_foreign(value)) if dim is None else get_dimensions(dim)
        array = np.array(known_foreign(value), dtype=dtype, copy=copy or None)
        if array.dtype.kind in "biu":
            array = array.astype(float)
        if array.dtype.kind not in "fc":
            raise TypeError("Quantities can only be created from numerical data.")
        q = array.view(cls)
        q.dim = own
        return q

    @staticmethod
    def with_dimensions(value: Any, *dims: Any, **by_name: float) -> Quantity:
        """A quantity from an SI value and a dimension, or exponents by name (``length=2``)."""
        if dims and isinstance(dims[0], Dimension | Quantity):
            return Quantity(value, dim=dims[0])
        return Quantity(value, dim=get_or_create_dimension(*dims, **by_name))

    def __array_finalize__(self, obj: Any) -> None:
        self.dim = getattr(obj, "dim", DIMENSIONLESS)

    # dimensions ---------------------------------------------------------------------------------------------------

    @property
    def dimensions(self) -> Dimension:
        """Another name of ``dim``; may be set."""
        return self.dim

    @dimensions.setter
    def dimensions(self, dim: Dimension) -> None:
        self.dim = dim

    @property
    def is_dimensionless(self) -> bool:
        """Whether all exponents are zero."""
        return self.dim is DIMENSIONLESS

    def has_same_dimensions(self, other: Any) -> bool:
        """Whether both are, say, voltages."""
        return get_dimensions(other) is self.dim

    # text ---------------------------------------------------------------------------------------------------------

    def get_best_unit(self, *more: Any) -> Any:
        """The unit in which the value is printed."""
        from eqsim.units import printing

        return printing.best_unit(self)

    def in_unit(self, u: Any, precision: int | None = None, python_code: bool = False) -> str:
        """Text of the value in a given unit.

        Raises
        ------
        DimensionMismatchError
            If the unit has other dimensions.
        """
        from eqsim.units import printing

        if self.dim is not get_dimensions(u):
            raise DimensionMismatchError('Non-matching unit for method "in_unit"', self.dim, get_dimensions(u))
        return printing.value_in_unit(self, u, precision, python_code)

    def in_best_unit(self, precision: int | None = None, python_code: bool = False, *more: Any) -> str:
        """Text of the value in the unit that makes its numbers easiest to read."""
        return self.in_unit(self.get_best_unit(), precision, python_code)

    def __str__(self) -> str:
        return self.in_best_unit()

    def __repr__(self) -> str:
        return self.in_best_unit(python_code=True)

    def __format__(self, format_spec: str) -> str:
        from eqsim.units import printing

        return printing.formatted(self, format_spec)

    def _repr_latex_(self) -> str:
        from eqsim.units import printing

        return printing.latex(self)

    # arithmetic: scalars take the short cut, everything else numpy's way through __array_ufunc__ ---------------------

    def __add__(self, other: Any) -> Any:
        if self.ndim == 0 and type(other) in _PLAIN and other.ndim == 0 and other.dim is self.dim:
            return _scalar(_item(self) + _item(other), self.dim)
        return operate(np.add, self, other)

    def __sub__(self, other: Any) -> Any:
        if self.ndim == 0 and type(other) in _PLAIN and other.ndim == 0 and other.dim is self.dim:
            return _scalar(_item(self) - _item(other), self.dim)
        return operate(np.subtract, self, other)

    def __mul__(self, other: Any) -> Any:
        if self.ndim == 0:
            kind = type(other)
            if kind is float or kind is int:
                return _scalar(_item(self) * other, self.dim)
            if kind in _PLAIN and other.ndim == 0:
                return _scalar(_item(self) * _item(other), self.dim * other.dim)
        return operate(np.multiply, self, other)

    def __rmul__(self, other: Any) -> Any:
        kind = type(other)
        if self.ndim == 0 and (kind is float or kind is int):
            return _scalar(other * _item(self), self.dim)
        return operate(np.multiply, other, self)

    def __truediv__(self, other: Any) -> Any:
        if self.ndim == 0:
            kind = type(other)
            if kind in _PLAIN and other.ndim == 0 and (divisor := _item(other)):
                return _scalar(_item(self) / divisor, self.dim / other.dim)
            if (kind is float or kind is int) and other:
                return _scalar(_item(self) / other, self.dim)
        return operate(np.true_divide, self, other)

    def __round__(self, ndigits: int = 0) -> Any:
        return wrap(np.round(self.view(np.ndarray), ndigits), self.dim)

    def __hash__(self) -> int:  # type: ignore[override]
        if self.ndim:
            raise TypeError("unhashable: an array with a unit (a scalar quantity can be hashed)")
        return hash((_item(self), self.dim))

    __radd__: Any = reflected(np.add)
    __rsub__: Any = reflected(np.subtract)
    __rtruediv__: Any = reflected(np.true_divide)
    __rpow__: Any = reflected(np.power)
    __pow__: Any = operator(np.power)
    __floordiv__: Any = operator(np.floor_divide)
    __mod__: Any = operator(np.remainder)
    __iadd__: Any = in_place(np.add)
    __isub__: Any = in_place(np.subtract)
    __imul__: Any = in_place(np.multiply)
    __itruediv__: Any = in_place(np.true_divide)
    __ifloordiv__: Any = in_place(np.floor_divide)
    __imod__: Any = in_place(np.remainder)
    __ipow__: Any = in_place(np.power)
    __eq__: Any = comparison(np.equal, False)
    __ne__: Any = comparison(np.not_equal, True)
    __lt__: Any = operator(np.less)
    __le__: Any = operator(np.less_equal)
    __gt__: Any = operator(np.greater)
    __ge__: Any = operator(np.greater_equal)

    # numpy protocols ------------------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from eqsim.units import ufuncs

        return ufuncs.apply(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        from eqsim.units import numpy_functions

        return numpy_functions.apply(func, args, kwargs)

    # elements -------------------------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        return value if isinstance(value, Quantity) else wrap(value, self.dim)

    def __setitem__(self, key: Any, value: Any) -> None:
        if self.dim is not DIMENSIONLESS or not isinstance(value, int | float):
            fail_for_dimension_mismatch(self, value, "Inconsistent units in assignment")
        super().__setitem__(key, np.asarray(value))

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError("iteration over a scalar quantity")
        return (self[i] for i in range(len(self)))

    def item(self, *args: Any) -> Any:
        """One element with its unit."""
        return wrap(super().item(*args), self.dim)

    def tolist(self) -> Any:
        """Nested lists of scalar quantities."""
        if self.ndim == 0:
            return self
        return [part.tolist() if isinstance(part, np.ndarray) else part for part in self]

    # copies ---------------------------------------------------------------------------------------------------------

    def __reduce__(self) -> tuple[Any, ...]:
        return quantity_with_dimensions, (np.array(self), self.dim)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Any:
        return self.copy()

    def __copy__(self) -> Any:
        return self.copy()


_PLAIN: set[type] = {Quantity}  # types that take the short cut; Unit adds itself, and has its own unit * unit
