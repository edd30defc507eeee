"""The points of a sweep: which values the parameters have in each run, and its seed.

In: values by the name of a parameter.  Out: `Points`, in a fixed order, each with a text that tells it from all others.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.sweeps.plain import plain
from eqsim.units import DIMENSIONLESS, Quantity, get_dimensions


@dataclass(frozen=True, slots=True)
class Point:
    """One run.

    Attributes
    ----------
    index : int
        Its place among all runs, in C order of ``Points.shape``.
    values : dict
        The values of the parameters, those that are the same for all points included.
    repeat : int
        How many runs with these values come before it.
    """

    index: int
    values: Mapping[str, Any]
    repeat: int

    @property
    def text(self) -> str:
        """Equal for equal values, in any process and in any order of the names."""
        return json.dumps({name: plain(v) for name, v in self.values.items()}, sort_keys=True)

    def seed(self, base: int, same: bool = False) -> int:
        """The seed of the run: a function of ``base`` and of the point, and of nothing else."""
        words = f"{base}|{self.repeat}|{'' if same else self.text}"
        return int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big") >> 2

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={_short(v)}" for name, v in self.values.items())
        return f"{shown} (repeat {self.repeat})" if self.repeat else shown


@dataclass(frozen=True, slots=True)
class Points:
    """All runs of a sweep.

    Attributes
    ----------
    axes : dict
        For each parameter that varies its values, one entry for each place along its axis.
    fixed : dict
        Parameters that have the same value in all runs.
    together : bool
        Do all parameters advance together, along one axis, instead of forming a grid?
    repeats : int
        Runs with the same values.
    """

    axes: Mapping[str, tuple[Any, ...]]
    fixed: Mapping[str, Any]
    together: bool = False
    repeats: int = 1

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of the axes."""
        along = (("point",) if self.together else tuple(self.axes)) if self.axes else ()
        return (*along, "repeat") if self.repeats > 1 else along

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        lengths = tuple(len(v) for v in self.axes.values())
        along = lengths[:1] if self.together else lengths
        return (*along, self.repeats) if self.repeats > 1 else along

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __iter__(self) -> Iterator[Point]:
        rows = zip(*self.axes.values(), strict=True) if self.together else itertools.product(*self.axes.values())
        runs = ((row, repeat) for row in rows for repeat in range(self.repeats))
        for index, (row, repeat) in enumerate(runs):
            yield Point(index, {**dict(zip(self.axes, row, strict=True)), **self.fixed}, repeat)

    def axis(self, name: str) -> Any:
        """The values of a parameter along its axis: an array, with its unit, where they are numbers."""
        return stacked(list(self.axes[name]), (len(self.axes[name]),))


def make_points(
    parameters: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] | None, together: bool, repeats: int
) -> Points:
    """The points that a user asks for.

    Parameters
    ----------
    parameters : mapping
        For each name a sequence of values (an axis), or one value for all runs.
    rows : sequence of mapping, optional
        The points themselves, each with the same names, instead of axes.
    together : bool
        Take the values of all axes side by side.
    repeats : int

    Raises
    ------
    ValueError
        If axes that go together have different lengths, if points have different names, if there is no point.
    """
    if isinstance(repeats, bool) or int(repeats) != repeats or repeats < 1:
        raise ValueError(f"repeats= is a number of runs, at least 1, not {repeats!r}")
    axes = {n: _values(v) for n, v in parameters.items() if is_axis(v)}
    fixed = {n: v for n, v in parameters.items() if n not in axes}
    if rows is not None:
        if axes:
            raise ValueError(f"points= already says all values: '{next(iter(axes))}' can only have one value beside it")
        axes, together = _of_rows(rows, fixed), True
    lengths = {n: len(v) for n, v in axes.items()}
    if together and len(set(lengths.values())) > 1:
        told = ", ".join(f"{n} has {length}" for n, length in lengths.items())
        raise ValueError(f"values that are taken side by side must be equally many: {told}")
    empty = next((n for n, length in lengths.items() if length == 0), None)
    if empty is not None:
        raise ValueError(f"'{empty}' has no values: there is nothing to run")
    return Points(axes, fixed, together, int(repeats))


def _of_rows(rows: Sequence[Mapping[str, Any]], fixed: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    rows = list(rows)
    if not rows:
        raise ValueError("points= is empty: there is nothing to run")
    names = list(rows[0])
    for at, row in enumerate(rows):
        if set(row) != set(names):
            raise ValueError(f"all points need the same names: point 0 has {sorted(names)}, point {at} has {sorted(row)}")
    twice = next((n for n in names if n in fixed), None)
    if twice is not None:
        raise ValueError(f"'{twice}' is in points= and also given by itself")
    return {n: tuple(row[n] for row in rows) for n in names}


def is_axis(value: Any) -> bool:
    """Is it a sequence of values?  Texts, dictionaries and single numbers are one value each."""
    if isinstance(value, list | tuple | range):
        return True
    return isinstance(value, np.ndarray) and value.ndim > 0


def _values(axis: Any) -> tuple[Any, ...]:
    """The entries of an axis; plain numbers become those of Python."""
    return tuple(v.item() if isinstance(v, np.generic) and not isinstance(v, Quantity) else v for v in axis)


def stacked(values: Sequence[Any], shape: tuple[int, ...], missing: Sequence[int] = ()) -> Any:
    """Values in C order as one array, with their unit, where they are numbers of one unit and one shape.

    Parameters
    ----------
    values : sequence
    shape : tuple of int
        Of the result, before the shape of a single value.
    missing : sequence of int
        Places without a value: NaN there, or None.

    Returns
    -------
    array : Quantity or ndarray
        ``shape + shape of a value``; of objects where values do not fit together.
    """
    gone = set(missing)
    there = [(at, v) for at, v in enumerate(values) if at not in gone]
    arrays = [np.asarray(v) if _is_number(v) else None for _, v in there]
    alike = {None if a is None else (a.shape, get_dimensions(v)) for a, (_, v) in zip(arrays, there, strict=True)}
    if len(alike) != 1 or None in alike:
        return _of_objects(values, shape, gone)
    inner, dim = next(iter(alike))  # type: ignore[misc]
    kind = np.result_type(*[a.dtype for a in arrays if a is not None])
    found = np.empty((len(values), *inner), np.result_type(kind, np.float64) if gone else kind)
    found[sorted(gone)] = np.nan if gone else 0
    for (at, _), a in zip(there, arrays, strict=True):
        found[at] = a
    found = found.reshape((*shape, *inner))
    return found if dim is DIMENSIONLESS else Quantity(found, dim=dim)


def _of_objects(values: Sequence[Any], shape: tuple[int, ...], gone: set[int]) -> np.ndarray:
    found = np.empty(len(values), object)
    for at, v in enumerate(values):
        found[at] = None if at in gone else v
    return found.reshape(shape)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool | int | float | complex | np.generic):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind in "biufc"


def _short(value: Any) -> str:
    text = str(value) if isinstance(value, Quantity) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
