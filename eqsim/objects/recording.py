"""Recordings read back from a file: what the monitors that wrote them would answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from eqsim.errors import EqsimError
from eqsim.objects.disk import FORMAT, INDEXED, VERSION, opened, read_columns
from eqsim.objects.results import Events, Rates, Results, Traces
from eqsim.units import Dimension


class FromFile(Results):
    """The group of one monitor.  Values are read when they are asked for.

    Attributes
    ----------
    name, source : str
        Of the monitor, and of what it recorded.
    N : int
        Number of samples or events.
    """

    N: int

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        with opened(path) as file:
            group = file[name]
            self.source, self._elements = str(group.attrs["source"]), int(group.attrs["N"])
            self._step = float(group.attrs["dt"])
            self._file_names = {str(d.attrs["name"]): n for n, d in group.items() if n not in INDEXED}
            self._all_dims = {str(d.attrs["name"]): _dim(d) for n, d in group.items() if n not in INDEXED}
            self.N = min(int(group[n].shape[0]) for n in self._file_names.values())

    def __len__(self) -> int:
        return self.N

    @property
    def _dt_s(self) -> float:
        return self._step

    def _dims(self) -> Mapping[str, Dimension]:
        return {n: d for n, d in self._all_dims.items() if n not in ("t", "i")}

    def _read(self, name: str, columns: Any = None) -> np.ndarray:
        with opened(self.path) as file:
            return read_columns(file[self.name][self._file_names[name]], columns)[: self.N]

    def _column(self, name: str) -> np.ndarray:
        return self._read(name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}' of '{self.source}' in {self.path.name}>"


def _dim(dataset: Any) -> Dimension:
    return Dimension([float(e) for e in dataset.attrs["dimension"]])


class TracesFile(FromFile, Traces):
    """What a StateMonitor wrote."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        with opened(path) as file:
            self.record = np.asarray(file[name]["record"][:])

    def _table(self, name: str, rows: Any = slice(None)) -> np.ndarray:
        columns = None if isinstance(rows, slice) and rows == slice(None) else np.arange(len(self.record))[rows]
        return self._read(name, columns).T

    def _column(self, name: str) -> np.ndarray:
        return self._read("t") if name == "t" else self._table(name)


class EventsFile(FromFile, Events):
    """What a SpikeMonitor or an EventMonitor wrote."""

    def _size(self) -> int:
        return self._elements

    def _steps(self) -> tuple[int, int]:
        t = self.t_
        return 0, round(float(t[-1]) / self._step) + 1 if len(t) else 0

    @property
    def count(self) -> np.ndarray:
        """(N,) int32: spikes of each neuron."""
        return np.bincount(self.i, minlength=self._elements).astype(np.int32)

    @property
    def num_events(self) -> int:
        """Number of spikes of all neurons."""
        return self.N

    num_spikes = num_events


class RatesFile(FromFile, Rates):
    """What a PopulationRateMonitor wrote."""

    def _dims(self) -> Mapping[str, Dimension]:
        return Rates._dims(self)


class Recording(Mapping[str, FromFile]):
    """The recordings of a file, by the names of the monitors.

    Examples
    --------
    ``recording['trace'].v`` is what ``trace.v`` was.
    """

    KINDS: ClassVar[dict[str, type[FromFile]]] = {
        "StateMonitor": TracesFile,
        "SpikeMonitor": EventsFile,
        "EventMonitor": EventsFile,
        "PopulationRateMonitor": RatesFile,
    }

    def __init__(self, path: Path) -> None:
        self.path = path
        with opened(path) as file:
            if file.attrs.get("format") != FORMAT:
                raise EqsimError(f"{path} is no recording of eqsim")
            if int(file.attrs["version"]) > VERSION:
                raise EqsimError(f"{path} was written by {file.attrs['written by']}, which is newer than this eqsim")
            self._classes = {str(n): str(g.attrs["class"]) for n, g in file.items()}

    def __getitem__(self, name: str) -> FromFile:
        return self.KINDS[self._classes[name]](self.path, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def __repr__(self) -> str:
        return f"<Recording {self.path.name}: {', '.join(f'{c} {n!r}' for n, c in self._classes.items())}>"


def load_recording(path: Any) -> Recording:
    """Read what monitors recorded with ``to=``, also while they write and after the process was killed.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    recording : Recording
        By the names of the monitors: objects with the attributes of a monitor. Values are read when they are asked for.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    EqsimError
        If it is no recording, or if h5py is not installed.
    """
    where = Path(path).expanduser().absolute()
    if not where.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    return Recording(where)
