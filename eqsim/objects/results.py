"""What can be asked of a recording, wherever it lies: in a monitor's memory or in a file.

`Results` gives columns by name; `Events`, `Rates` and `Traces` add what one can ask of spikes, of the rate of a population
and of variables over time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.errors import did_you_mean
from eqsim.objects import export
from eqsim.objects.recorded import find
from eqsim.objects.scope import quantity
from eqsim.objects.smoothing import steps_in_bin, window_weights
from eqsim.units import Dimension, hertz, second


class Results(ABC):
    """Columns by name: ``x`` with its unit, ``x_`` without."""

    name: str

    @abstractmethod
    def _dims(self) -> Mapping[str, Dimension]:
        """The dimension of each column that can be asked for by name."""

    @abstractmethod
    def _column(self, name: str) -> np.ndarray:
        """A copy of a column, SI."""

    @property
    @abstractmethod
    def _dt_s(self) -> float:
        """Step in seconds."""

    @property
    def t(self) -> Any:
        """(n,) Quantity, second: times."""
        return quantity(self.t_, second.dim)

    @property
    def t_(self) -> np.ndarray:
        """(n,) float64: times in seconds."""
        return self._column("t")

    @abstractmethod
    def _export(self) -> export.Table:
        """All columns, for other packages."""

    def to_pandas(self) -> Any:
        """A DataFrame of pandas: rows are times (or events, or elements); SI units, named in ``attrs['units']``.

        Raises
        ------
        EqsimError
            If pandas is not installed.
        """
        return export.to_pandas(self, self._export())

    def to_xarray(self) -> Any:
        """A Dataset of xarray with axes ``i`` and ``t`` (or ``event``); SI units, named in the ``attrs`` of variables.

        Raises
        ------
        EqsimError
            If xarray is not installed.
        """
        return export.to_xarray(self, self._export())

    def to_neo(self) -> Any:
        """A Segment of neo: an AnalogSignal for each variable, or a SpikeTrain for each neuron.

        Raises
        ------
        EqsimError
            If neo is not installed, or for what neo has no place for.
        """
        return export.signals_to_neo(self, self._export())

    def _recorded(self, name: str) -> Any:
        """A column by an attribute's name."""
        plain = name[:-1] if name.endswith("_") else name
        if name.startswith("_") and plain not in self.__dict__.get("record_variables", ()):
            raise AttributeError(name)  # not one of the user's, and asked for before there are columns
        dims = self._dims()
        if name in dims:
            return quantity(self._column(name), dims[name])
        if name.endswith("_") and name[:-1] in dims:
            return self._column(name[:-1])
        raise unknown_column(self, name, {*dims, *self._others()})

    def _others(self) -> tuple[str, ...]:
        """Other attributes that the user may have meant."""
        return ()

    def __getattr__(self, name: str) -> Any:
        return self._recorded(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(n for n in self._dims() if n.isidentifier())})


def in_format(of: Results, states: Any, format: str) -> Any:
    """What `get_states` gives in a format: ``states()`` as a dictionary, or all columns as pandas or xarray has them."""
    forms = {"dict": states, "pandas": of.to_pandas, "xarray": of.to_xarray}
    if format not in forms:
        raise ValueError(f"unknown format {format!r}: {', '.join(map(repr, forms))} are available")
    return forms[format]()


def unknown_column(monitor: Any, name: str, known: set[str]) -> AttributeError:
    """The error for an attribute that was not recorded."""
    hint = did_you_mean(name, known)
    owner = monitor.__dict__.get("_name", monitor.__dict__.get("name"))
    return AttributeError(f"{type(monitor).__name__} '{owner}' did not record '{name}'{'; ' + hint if hint else ''}")


class Events(Results):
    """Who had an event, and when."""

    def _export(self) -> export.Table:
        return export.events_table(self)

    def to_neo(self) -> Any:
        """A Segment of neo with a SpikeTrain for each neuron, silent ones included."""
        return export.events_to_neo(self)

    @abstractmethod
    def _size(self) -> int:
        """How many elements there are."""

    @abstractmethod
    def _steps(self) -> tuple[int, int]:
        """The first step that is recorded, and one past the last."""

    @property
    def i(self) -> np.ndarray:
        """(n,) int32: who."""
        return self._column("i")

    @property
    def it(self) -> tuple[np.ndarray, Any]:
        """``(i, t)``."""
        return self.i, self.t

    @property
    def it_(self) -> tuple[np.ndarray, np.ndarray]:
        """``(i, t)`` with times in seconds."""
        return self.i, self.t_

    def values(self, var: str) -> dict[int, Any]:
        """For each neuron, the values of a variable at its spikes."""
        i, values = self.i, getattr(self, var)
        order = np.argsort(i, kind="stable")
        bounds = np.searchsorted(i[order], np.arange(self._size() + 1))
        ordered = values[order]
        return {n: ordered[bounds[n] : bounds[n + 1]] for n in range(self._size())}

    def all_values(self) -> dict[str, dict[int, Any]]:
        """`values` for every recorded variable."""
        return {v: self.values(v) for v in ("t", *self._dims()) if v != "i"}

    def event_trains(self) -> dict[int, Any]:
        """For each neuron, silent ones included, the times of its spikes."""
        return self.values("t")

    spike_trains = event_trains

    def binned_rate(self, bin_size: Any) -> tuple[Any, Any]:
        """Start times of bins, (bins,), and the rate of each neuron in each, (N, bins); Quantities in second and hertz.

        The first bin begins at 0 s; after `clear` where that was done, with ``buffer=`` with the time that is kept.

        Raises
        ------
        ValueError
            If the bin size is no multiple of dt.
        """
        steps, dt_s = steps_in_bin(bin_size, self._dt_s), self._dt_s
        first, last = self._steps()
        bins = (last - first) // steps
        numbers = (np.round(self.t_ / dt_s).astype(np.int64) - first) // steps
        inside = (numbers >= 0) & (numbers < bins)
        counts = np.zeros((self._size(), bins))
        np.add.at(counts, (self.i[inside], numbers[inside]), 1)
        times = (first + np.arange(bins) * steps) * dt_s
        return quantity(times, second.dim), quantity(counts / (steps * dt_s), hertz.dim)

    def smooth_rate(self, window: Any = "gaussian", width: Any = None) -> Any:
        """The rate of each neuron, smoothed as in `PopulationRateMonitor.smooth_rate`; (N, steps) Quantity in hertz."""
        weights = window_weights(window, width, self._dt_s)
        _, rates = self.binned_rate(self._dt_s * second)
        smooth = [np.convolve(row, weights, mode="same") for row in np.asarray(rates)]
        return quantity(np.array(smooth), hertz.dim)


class Rates(Results):
    """The rate of a population in each step."""

    def _dims(self) -> Mapping[str, Dimension]:
        return {"rate": hertz.dim}

    def _export(self) -> export.Table:
        return export.rates_table(self)

    def smooth_rate(self, window: Any = "gaussian", width: Any = None) -> Any:
        """The rate, smoothed by a moving average; (n,) Quantity in hertz.

        Parameters
        ----------
        window : {'gaussian', 'flat'} or array
            Shape of the weights; an array of odd length gives them itself.
        width : Quantity, second
            Standard deviation of a gaussian (cut at 2 of them), or width of a flat window (rounded to an odd number of
            steps).
        """
        weights, rate = window_weights(window, width, self._dt_s), self._column("rate")
        return quantity(np.convolve(rate, weights, mode="same") if len(rate) else rate, hertz.dim)

    def binned_rate(self, bin_size: Any) -> tuple[Any, Any]:
        """Start times of bins, and the mean rate in each; the bin size must be a multiple of dt."""
        steps, t, rate = steps_in_bin(bin_size, self._dt_s), self.t_, self._column("rate").astype(float)
        bins = len(rate) // steps
        means = rate[: bins * steps].reshape(bins, steps).mean(axis=1)
        return quantity(t[: bins * steps : steps], second.dim), quantity(means, hertz.dim)


class Traces(Results):
    """Values of variables over time, or what they were reduced to.

    Attributes
    ----------
    record : (recorded,) int
        Indices of the recorded elements.
    """

    record: np.ndarray
    reduced = ""
    """Over what values were reduced: time, population, or nothing."""

    def _export(self) -> export.Table:
        return export.traces_table(self)

    @abstractmethod
    def _table(self, name: str, rows: Any = slice(None)) -> np.ndarray:
        """The values of a column for some of the recorded elements (all, if they were reduced to one)."""

    def _column(self, name: str) -> np.ndarray:
        return self._table(name)

    @property
    def n_indices(self) -> int:
        """Number of recorded elements."""
        return len(self.record)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, str):
            name = find(self._dims(), item)
            if name is None:
                raise KeyError(str(unknown_column(self, item, set(self._dims()))))
            return quantity(self._table(name), self._dims()[name])
        return TracesView(self, item)

    def _rows(self, item: Any) -> np.ndarray:
        """The places of some elements of the source among the recorded ones.

        Raises
        ------
        IndexError
            If one is not there.
        """
        wanted = np.atleast_1d(np.asarray(getattr(item, "indices", item)))
        if wanted.dtype.kind not in "iu":
            raise TypeError(f"a StateMonitor is indexed with element numbers, not {wanted.dtype}")
        places = {int(n): at for at, n in enumerate(self.record)}
        missing = [int(n) for n in wanted if int(n) not in places]
        if missing:
            raise IndexError(f"StateMonitor '{self.name}' did not record element {missing[0]}")
        return np.array([places[int(n)] for n in wanted])


class TracesView:
    """Recorded elements chosen by their index in the source: ``M[5].v``."""

    def __init__(self, monitor: Traces, item: Any) -> None:
        self.monitor = monitor
        self.one = isinstance(item, int | np.integer)
        self.rows = monitor._rows(item)

    @property
    def t(self) -> Any:
        """Times of the samples."""
        return self.monitor.t

    @property
    def t_(self) -> np.ndarray:
        """Times of the samples in seconds."""
        return self.monitor.t_

    def __getattr__(self, name: str) -> Any:
        dims = self.monitor._dims()
        plain = name[:-1] if name.endswith("_") and name not in dims else name
        if plain not in dims:
            raise unknown_column(self.monitor, name, set(dims))
        values = self.monitor._table(plain, self.rows)
        values = values[0] if self.one else values
        return quantity(values, dims[plain]) if plain == name else values

    def __getitem__(self, name: str) -> Any:
        found = find(self.monitor._dims(), name)
        return getattr(self, name if found is None else found)
