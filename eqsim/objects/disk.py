"""Recordings in a file: HDF5, appended chunk by chunk, so that memory stays bounded.

::

    /                  attributes: format, version, written by
    /<monitor>         attributes: class, source, dt (seconds), N (elements of the source)
    /<monitor>/t       (n,)            attributes of each: name, unit, dimension (7 exponents)
    /<monitor>/v       (n, recorded)   a row for each time
    /<monitor>/record  (recorded,)     of a StateMonitor: which elements

Between two chunks the file is closed. While one is written it is open in the mode "single writer, multiple readers", in
which HDF5 orders its writes such that the file is valid at each moment: a process that is killed leaves all chunks before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.errors import EqsimError
from eqsim.units import Dimension, unit_name

FORMAT, VERSION = "eqsim recording", 1
INDEXED = ("record",)
"""Datasets that have no row for each time."""


def hdf5() -> Any:
    """The package h5py.

    Raises
    ------
    EqsimError
        If it is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise EqsimError("recording to a file needs the package h5py: pip install h5py") from None
    return h5py


_files: dict[Path, DiskFile] = {}
"""The files of this process."""


def disk_file(path: Any, owner: str) -> DiskFile:
    """The file of this path; shared by all monitors that write to it.

    Raises
    ------
    EqsimError
        If h5py is not installed.
    FileNotFoundError
        If there is no such folder.
    """
    hdf5()
    where = Path(path).expanduser().absolute()
    if not where.parent.is_dir():
        raise FileNotFoundError(f"{owner}: to={str(path)!r}: there is no folder {str(where.parent)!r}")
    return _files.setdefault(where, DiskFile(where))


class DiskFile:
    """A file that monitors append to.

    What was there before this process wrote to it is replaced when the first of its monitors is run; later ones add to it,
    or replace what one of the same name has written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begun = False

    @contextmanager
    def _changed(self, mode: str = "r+", growing: bool = False) -> Iterator[Any]:
        """``growing``: datasets only grow; then the file can be read at any time, also if this process is killed now."""
        try:
            file = grown(self.path) if growing else hdf5().File(self.path, mode, libver="latest", locking=False)
        except OSError as error:
            text = f"cannot write to {self.path} ({error}); is it open in this process? "
            raise EqsimError(f"{text}Nothing is lost: the next run writes what is still in memory") from None
        with file:
            yield file

    def begin(
        self,
        group: str,
        attributes: Mapping[str, Any],
        fixed: Mapping[str, np.ndarray],
        layouts: Mapping[str, Layout],
    ) -> None:
        """Make the group of a monitor: its attributes, datasets that never change, and empty ones."""
        new = not (self._begun and self.path.exists()) or self._holds_only(group)
        with self._changed("w" if new else "r+") as file:
            if new:
                from eqsim import __version__

                file.attrs.update({"format": FORMAT, "version": VERSION, "written by": f"eqsim {__version__}"})
            if group in file:
                del file[group]
            made = file.create_group(group)
            made.attrs.update(attributes)
            for name, values in fixed.items():
                made.create_dataset(name, data=values)
            for name, layout in layouts.items():
                layout.make(made, name)
        self._begun = True

    def _holds_only(self, group: str) -> bool:
        with opened(self.path) as file:
            return set(file) <= {group}

    def append(self, group: str, rows: Mapping[str, np.ndarray]) -> None:
        """Add rows to datasets of a group."""
        with self._changed(growing=True) as file:
            for name, values in rows.items():
                dataset = file[group][name]
                start = dataset.shape[0]
                dataset.resize(start + len(values), axis=0)
                dataset[start:] = values

    def cut(self, group: str, rows: int) -> None:
        """Forget all rows after the first ones."""
        with self._changed() as file:
            for name, dataset in file[group].items():
                if name not in INDEXED:
                    dataset.resize(min(rows, dataset.shape[0]), axis=0)

    def read(self, group: str, name: str, columns: Any = None) -> np.ndarray:
        """A dataset, or some of its columns."""
        with opened(self.path) as file:
            return read_columns(file[group][name], columns)


@dataclass(frozen=True, slots=True)
class Layout:
    """A dataset that grows: its type, values in a row (None: one), rows in a chunk, the user's name for it, dimension."""

    dtype: str
    width: int | None
    chunk: int
    label: str
    dim: Dimension

    def make(self, group: Any, name: str) -> None:
        """Make the dataset, empty."""
        tail = () if self.width is None else (self.width,)
        chunks = (self.chunk, *tail)
        made = group.create_dataset(name, (0, *tail), self.dtype, maxshape=(None, *tail), chunks=chunks)
        made.attrs.update({"name": self.label, "unit": unit_name(self.dim)})
        made.attrs["dimension"] = [float(e) for e in self.dim.exponents]


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A file for reading; also one that a process was writing to when it was killed."""
    h5py = hdf5()
    try:
        file = h5py.File(path, "r")
    except OSError:
        if not path.exists():
            raise
        file = h5py.File(path, "r", libver="latest", swmr=True)
    with file:
        yield file


def grown(path: Path) -> Any:
    """A file for writing that others may read meanwhile, which it says from the first moment on."""
    low = hdf5().h5f
    access = hdf5().h5p.create(hdf5().h5p.FILE_ACCESS)
    access.set_libver_bounds(low.LIBVER_LATEST, low.LIBVER_LATEST)
    access.set_file_locking(False, ignore_when_disabled=True)
    access.set_fclose_degree(low.CLOSE_STRONG)
    return hdf5().File(low.open(os.fsencode(path), low.ACC_RDWR | low.ACC_SWMR_WRITE, fapl=access))


def read_columns(dataset: Any, columns: Any = None) -> np.ndarray:
    """A dataset, or some of its columns; then chunk by chunk, as a chunk has all columns of its rows."""
    if columns is None:
        return np.asarray(dataset[:])
    rows, step = dataset.shape[0], dataset.chunks[0]
    found = np.empty((rows, len(columns)), dataset.dtype)
    for start in range(0, rows, step):
        found[start : start + step] = dataset[start : start + step][:, columns]
    return found
