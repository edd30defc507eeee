"""What a sweep gives: results as arrays by parameter, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.errors import EqsimError
from eqsim.sweeps.points import Point, Points, stacked
from eqsim.sweeps.tasks import Outcome
from eqsim.units import Quantity


@dataclass(frozen=True, slots=True)
class Failure:
    """A point that raised.

    Attributes
    ----------
    index : int
        Its place among all points, in C order.
    values : dict
        The values of its parameters.
    repeat, seed : int
    error : str
        The error in a line.
    traceback : str
        Where it came from.
    """

    index: int
    values: Mapping[str, Any]
    repeat: int
    seed: int
    error: str
    traceback: str

    def __str__(self) -> str:
        return f"{Point(self.index, self.values, self.repeat)}: {self.error}"


class SweepError(EqsimError):
    """All points of a sweep have failed, or `SweepResults.check` found some that have."""


class SweepResults:
    """The results of a sweep.

    ``results['tau']`` are the values of a parameter along its axis, with their unit.  If the runs gave dictionaries,
    ``results['rate']`` is what they had under this name, as one array of ``shape`` and the shape of a single value;
    ``results.values`` is the same for runs that gave one value each.  Values that do not fit together (recordings of
    different lengths) come as an array of objects.  Where a run failed there is NaN, or None.

    Attributes
    ----------
    dims : tuple of str
        The axes: the names of the parameters; ``point`` where these go together; ``repeat``.
    shape : tuple of int
        Number of values along each.
    points : list of Point
        All runs: ``point.values``, ``point.repeat``.
    seeds : list of int
        Their seeds.
    failures : list of Failure
    reused : int
        How many results come from the file of an earlier sweep.
    """

    def __init__(self, points: Points, outcomes: Sequence[Outcome], seeds: Sequence[int], reused: int = 0) -> None:
        self._points, self._outcomes, self.reused = points, list(outcomes), reused
        self.dims, self.shape = points.dims, points.shape
        self.points, self.seeds = list(points), list(seeds)
        self._missing = [o.index for o in self._outcomes if o.failed]

    def __len__(self) -> int:
        return len(self._outcomes)

    @property
    def failures(self) -> list[Failure]:
        """The points that raised."""
        return [self._failure(o) for o in self._outcomes if o.failed]

    def _failure(self, o: Outcome) -> Failure:
        point = self.points[o.index]
        return Failure(o.index, point.values, point.repeat, self.seeds[o.index], o.error, o.traceback)

    @property
    def ok(self) -> np.ndarray:
        """(shape) bool: has the run given a result?"""
        return np.array([not o.failed for o in self._outcomes]).reshape(self.shape)

    @property
    def seconds(self) -> np.ndarray:
        """(shape) float64: wall time of each run; 0 for those from a file."""
        return np.array([o.seconds for o in self._outcomes]).reshape(self.shape)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of each parameter that varies, along its axis."""
        return {name: self._points.axis(name) for name in self._points.axes}

    @property
    def names(self) -> tuple[str, ...]:
        """What the runs gave, by name; empty if they gave one value each."""
        found = [o.result for o in self._outcomes if not o.failed]
        if not found or not all(isinstance(r, Mapping) for r in found):
            return ()
        return tuple(dict.fromkeys(str(name) for r in found for name in r))

    @property
    def values(self) -> Any:
        """All results as an array, or a dictionary of arrays."""
        if self.names:
            return {name: self._array(name) for name in self.names}
        return stacked([o.result for o in self._outcomes], self.shape, self._missing)

    def _array(self, name: str) -> Any:
        without = [o.index for o in self._outcomes if o.failed or name not in o.result]
        gone = set(without)
        return stacked([None if o.index in gone else o.result[name] for o in self._outcomes], self.shape, without)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key in self._points.axes:
                return self._points.axis(key)
            if key in self._points.fixed:
                return self._points.fixed[key]
            if key in self.names:
                return self._array(key)
            known = ", ".join([*self._points.axes, *self._points.fixed, *self.names])
            raise KeyError(f"the sweep has no '{key}'; it has {known}")
        return self.values[key]

    def at(self, repeat: int = 0, **values: Any) -> Any:
        """The result of one point.

        Parameters
        ----------
        repeat : int
        **values
            The values of the parameters that vary; those of names with a point in ``**{'G.tau': 5*ms}``.

        Raises
        ------
        KeyError
            If there is no such point, or more than one.
        SweepError
            If it failed.
        """
        found = [p for p in self.points if p.repeat == repeat and all(_same(p.values.get(n), v) for n, v in values.items())]
        if len(found) != 1:
            asked = ", ".join(f"{n}={v}" for n, v in values.items())
            raise KeyError(f"{len(found) or 'no'} points have {asked or 'no values'}")
        outcome = self._outcomes[found[0].index]
        if outcome.failed:
            raise SweepError(f"{found[0]}: {outcome.error}\n{outcome.traceback}")
        return outcome.result

    def __iter__(self) -> Iterator[tuple[Point, Any]]:
        """The points that gave a result, each with it."""
        return ((self.points[o.index], o.result) for o in self._outcomes if not o.failed)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.names:
            raise TypeError(f"the runs gave {', '.join(self.names)}: choose one of them, e.g. results['{self.names[0]}']")
        return np.array(self.values, dtype=dtype)

    def check(self) -> SweepResults:
        """The results themselves, if no point failed; else a `SweepError` that tells of all that did."""
        if self.failures:
            told = "\n".join(f"  {f}" for f in self.failures)
            first = self.failures[0].traceback
            raise SweepError(f"{len(self.failures)} of {len(self)} points failed:\n{told}\nthe first one:\n{first}")
        return self

    def to_xarray(self) -> Any:
        """An ``xarray.Dataset`` with named axes; ``units`` of each variable is an attribute, values are in SI.

        Raises
        ------
        ImportError
            If xarray is not installed.
        """
        try:
            import xarray
        except ImportError as error:
            raise ImportError("to_xarray() needs xarray: pip install xarray") from error
        found = self.values if self.names else {"result": self.values}
        variables = {name: _variable(name, array, self.dims) for name, array in found.items()}
        coordinates = {n: _variable(n, v, ("point",) if self._points.together else (n,)) for n, v in self.parameters.items()}
        if "repeat" in self.dims:
            coordinates["repeat"] = (("repeat",), np.arange(self.shape[-1]), {})
        return xarray.Dataset(variables, {n: v for n, v in coordinates.items() if np.ndim(v[1]) == len(v[0])})

    def __repr__(self) -> str:
        along = " x ".join(f"{name} ({length})" for name, length in zip(self.dims, self.shape, strict=True)) or "one point"
        failed = f", {len(self._missing)} failed" if self._missing else ""
        gave = f"; {', '.join(self.names)}" if self.names else ""
        return f"<SweepResults {along}{failed}{gave}>"


def _same(a: Any, b: Any) -> bool:
    """Equal but for rounding: ``10*ms`` may be written in several ways."""
    try:
        x, y = np.asarray(a, float), np.asarray(b, float)
    except (TypeError, ValueError):
        return bool(a == b)
    return x.shape == y.shape and bool(np.all(np.isclose(x, y, rtol=1e-12, atol=0)))


def _variable(name: str, array: Any, dims: tuple[str, ...]) -> tuple[tuple[str, ...], np.ndarray, dict[str, str]]:
    """Axes, values in SI, and unit, as xarray wants them."""
    plain = np.asarray(array)
    inner = tuple(f"{name}_{k}" for k in range(plain.ndim - len(dims)))
    units = {"units": str(array.dim)} if isinstance(array, Quantity) else {}
    return (*dims, *inner), plain, units
