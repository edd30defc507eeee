"""`G.v`: a variable of a group as the user handles it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.objects.code import wrong_unit
from eqsim.objects.scope import quantity
from eqsim.objects.variables import Variable
from eqsim.units import DIMENSIONLESS, get_dimensions, get_unit

if TYPE_CHECKING:
    from eqsim.objects.group import Group


IN_PLACE = ("fill", "sort", "put", "partition")
"""Methods of arrays that change them."""


class VariableView:
    """A live view of one variable: it always shows the present values, with their unit.

    ``view[index]`` reads, ``view[index] = value`` writes; an index is a number, a slice, an array of numbers or bools, a
    condition in a string, or a subgroup.  Arithmetic, numpy functions and the methods of arrays act on the values.
    """

    __array_priority__ = 2000
    _group: Group
    _variable: Variable
    _units: bool

    def __init__(self, group: Group, variable: Variable, units: bool = True) -> None:
        object.__setattr__(self, "_group", group)
        object.__setattr__(self, "_variable", variable)
        object.__setattr__(self, "_units", units)

    @property
    def name(self) -> str:
        """Name of the variable."""
        return self._variable.name

    @property
    def group(self) -> Group:
        """The group that it belongs to."""
        return self._group

    @property
    def group_name(self) -> str:
        """Name of that group."""
        return self._group.name

    @property
    def dim(self) -> Any:
        """Its dimension."""
        return self._variable.dim if self._units else DIMENSIONLESS

    dimensions = dim

    @property
    def unit(self) -> Any:
        """The base unit of its dimension, e.g. volt."""
        return get_unit(self.dim)

    @property
    def variable(self) -> Variable:
        """What the group knows of the variable."""
        return self._variable

    def get_item(self, item: Any) -> Any:
        """The values at an index, with unit."""
        if isinstance(item, tuple) and any(x is None for x in item):  # a new axis: matplotlib asks for x[:, None]
            return self.get_item(slice(None))[item]
        values = self._group._read(self._variable, item)
        return quantity(values, self.dim) if self._units else values

    __getitem__ = get_item

    def __setitem__(self, item: Any, value: Any) -> None:
        if self._variable.read_only:
            raise TypeError(f"{self._full_name} cannot be set")
        if not isinstance(value, str):
            value = self._plain(value)
        self._group._write(self._variable, item, value)

    def check(self, value: Any) -> None:
        """A DimensionMismatchError if a value has another unit than the variable."""
        self._plain(value)

    def _plain(self, value: Any) -> np.ndarray:
        """The value in SI, after its unit has been checked."""
        given = get_dimensions(value)
        if self._units and given is not self.dim:
            plain = np.asarray(value)
            if not (given is DIMENSIONLESS and plain.dtype.kind in "fiub" and _fits_any(plain)):
                raise wrong_unit(self._full_name, "the value that it was set to", self.dim, given)
        return np.asarray(value)

    @property
    def _full_name(self) -> str:
        return f"{self._group.name}.{self._variable.name}"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        values = np.asarray(self._group._read(self._variable, slice(None)))
        return np.array(values, dtype=dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*map(_value, inputs), **kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return func(*[_deep(a) for a in args], **{k: _deep(v) for k, v in kwargs.items()})

    def __len__(self) -> int:
        return len(np.atleast_1d(np.asarray(self)))

    def __iter__(self) -> Any:
        return iter(self.get_item(slice(None)))

    def __float__(self) -> float:
        return float(np.asarray(self).reshape(-1)[0]) if np.size(np.asarray(self)) == 1 else self._not_one()

    def __bool__(self) -> bool:
        return bool(_value(self))

    def __index__(self) -> int:
        return operator.index(np.asarray(self)[()])

    def __int__(self) -> int:
        return int(self.__float__())

    def __round__(self, digits: int = 0) -> Any:
        return np.round(_value(self), digits)

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(_value(self) == value))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(_value(self))})

    def __format__(self, spec: str) -> str:
        return format(_value(self), spec)

    def _not_one(self) -> float:
        raise TypeError(f"{self._full_name} holds more than one value")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._changed_by(name) if name in IN_PLACE else getattr(_value(self), name)

    def _changed_by(self, method: str) -> Callable[..., None]:
        """A method of arrays that changes them: here it changes the variable."""

        def change(*args: Any, **kwargs: Any) -> None:
            values = _value(self)
            getattr(values, method)(*args, **kwargs)
            self[:] = values

        return change

    def __repr__(self) -> str:
        underscore = "" if self._units else "_"
        value = _value(self)
        shown = value.item() if isinstance(value, np.generic) else value
        return f"<{self._group.name}.{self._variable.name}{underscore}: {shown!r}>"

    def __hash__(self) -> int:
        return hash((self._group.name, self._variable.name))


def _fits_any(values: np.ndarray) -> bool:
    return bool(np.all((values == 0) | np.isinf(values)))


def _value(x: Any) -> Any:
    return x.get_item(slice(None)) if isinstance(x, VariableView) else x


def _deep(x: Any) -> Any:
    return type(x)(_deep(e) for e in x) if isinstance(x, list | tuple) else _value(x)


def _binary(op: Callable[[Any, Any], Any], swapped: bool = False) -> Callable[[VariableView, Any], Any]:
    def apply(self: VariableView, other: Any) -> Any:
        a, b = _value(self), _value(other)
        return op(b, a) if swapped else op(a, b)

    return apply


def _in_place(op: Callable[[Any, Any], Any]) -> Callable[[VariableView, Any], VariableView]:
    def apply(self: VariableView, other: Any) -> VariableView:
        self[:] = op(_value(self), _value(other))
        return self

    return apply


for _name in "add sub mul truediv floordiv mod pow matmul".split():
    _op = getattr(operator, _name)
    setattr(VariableView, f"__{_name}__", _binary(_op))
    setattr(VariableView, f"__r{_name}__", _binary(_op, swapped=True))
    setattr(VariableView, f"__i{_name}__", _in_place(_op))
for _name, _swapped in (("__divmod__", False), ("__rdivmod__", True)):
    setattr(VariableView, _name, _binary(lambda a, b: divmod(a, b), _swapped))
for _name in "lt le gt ge eq ne and_ or_ xor".split():
    setattr(VariableView, f"__{_name.rstrip('_')}__", _binary(getattr(operator, _name)))
for _name in "neg pos abs invert".split():
    setattr(VariableView, f"__{_name}__", (lambda op: lambda self: op(_value(self)))(getattr(operator, _name)))
