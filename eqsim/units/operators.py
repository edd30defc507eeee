"""Operators of quantities as their ufuncs.

In: a ufunc.  Out: a method for a class of arrays with units.  What a ufunc does to dimensions is said in ``ufuncs.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eqsim.units.dimension import DIMENSIONLESS
from eqsim.units.questions import get_dimensions

Method = Callable[[Any, Any], Any]


def operate(ufunc: np.ufunc, left: Any, right: Any) -> Any:
    """An operator as its ufunc; objects that know better (proxies, views of groups) get their turn."""
    from eqsim.units import ufuncs

    for operand in (left, right):
        if getattr(operand, "__array_ufunc__", ufunc) is None:
            return NotImplemented
        if operand is None or isinstance(operand, str):
            get_dimensions(operand)
    return ufuncs.apply(ufunc, "__call__", (left, right), {})


def operator(ufunc: np.ufunc) -> Method:
    """``self ? other``"""

    def method(self: Any, other: Any) -> Any:
        return operate(ufunc, self, other)

    return method


def reflected(ufunc: np.ufunc) -> Method:
    """``other ? self``"""

    def method(self: Any, other: Any) -> Any:
        return operate(ufunc, other, self)

    return method


def comparison(ufunc: np.ufunc, otherwise: bool) -> Method:
    """``self == other``; what has no number is different."""

    def method(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, str):
            return otherwise
        try:
            return operate(ufunc, self, other)
        except TypeError:
            return NotImplemented

    return method


def in_place(ufunc: np.ufunc) -> Method:
    """``self ?= other``: arrays change in place, for every alias; scalars behave like Python numbers."""

    def method(self: Any, other: Any) -> Any:
        if self.ndim == 0:
            return NotImplemented  # then Python takes the operator without ``=``
        from eqsim.units import ufuncs

        result = ufuncs.apply(ufunc, "__call__", (self, other), {"out": (self,)})
        return result.view(np.ndarray) if result.dim is DIMENSIONLESS else result

    return method
