"""Methods that numpy computes in C, without asking about units, are sent through the functions of the same name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eqsim.units.dimension import DIMENSIONLESS
from eqsim.units.quantity import Quantity, fail_for_dimension_mismatch

__all__: list[str] = []

# Methods that do to units what the numpy function of their name does.
AS_FUNCTIONS = (
    "sum mean std var max min ptp cumsum prod cumprod clip round take repeat diagonal trace dot argmax argmin argsort "
    "argpartition nonzero any all searchsorted put"
).split()


def _method(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def method(self: Quantity, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, f"`numpy.{name}` of the quantity, with its unit."
    return method


def compress(self: Quantity, condition: Any, *args: Any, **kwargs: Any) -> Any:
    """The chosen elements."""
    return np.compress(condition, self, *args, **kwargs)


def choose(self: Quantity, *args: Any, **kwargs: Any) -> Any:
    """Refused: indices have no unit."""
    raise TypeError("a quantity cannot be an index")


def fill(self: Quantity, value: Any) -> None:
    """Set every element to one value of the same unit."""
    fail_for_dimension_mismatch(self, value, "fill")
    np.asarray(self).fill(np.asarray(value))


def astype(self: Quantity, dtype: Any, *args: Any, **kwargs: Any) -> Any:
    """The SI values in another data type, with the unit; truth values have none."""
    values = np.asarray(self).astype(dtype, *args, **kwargs)
    if values.dtype.kind not in "iufc":
        return values
    q = values.view(Quantity)
    q.dim = self.dim
    return q if self.dim is not DIMENSIONLESS else values


for _name in AS_FUNCTIONS:
    setattr(Quantity, _name, _method(_name))
for _function in (fill, astype, compress, choose):
    setattr(Quantity, _function.__name__, _function)
