"""What all monitors have in common, and how `variables=` and `record=` are understood."""

from __future__ import annotations

import weakref
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from eqsim.objects.base import BrianObject
from eqsim.objects.clock import Clock
from eqsim.objects.disk import disk_file
from eqsim.objects.disk_log import Label, Recorder
from eqsim.objects.group import Group
from eqsim.objects.log import GrowingLog
from eqsim.objects.randomness import random_state
from eqsim.objects.recorded import Recorded, column_names
from eqsim.objects.synaptic_index import SynapticIndexing
from eqsim.units import DIMENSIONLESS, Dimension, DimensionMismatchError, get_dimensions, hertz, second

SUBSETS = 0x5B5E7  # in the counter of random numbers: nothing else draws with it


class Monitor(BrianObject):
    """Base of monitors: they may be added between runs, and have no say in what `run` takes as a new simulation."""

    invalidates_magic_network = False
    source: Any
    KEPT: ClassVar[tuple[str, ...]] = ("logs",)

    @property
    @abstractmethod
    def N(self) -> int:
        """Number of samples or spikes."""

    def __len__(self) -> int:
        return self.N

    def __bool__(self) -> bool:
        return True  # also while nothing is recorded

    def add_attribute(self, name: str) -> None:
        """Allow an attribute of the user's own, as for groups."""
        self.__dict__[name] = None

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.source.base,)

    @property
    @abstractmethod
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""

    _running = False
    _recorder: Recorder | None = None

    def _record_to(self, to: Any, chunk: Any) -> None:
        """Record to a file; ``chunk`` is a time, or a number of rows."""
        if to is None:
            if chunk is not None:
                raise TypeError(f"'{self.name}': chunk= needs to=, the file that is written in chunks")
            return
        if chunk is not None and get_dimensions(chunk) is second.dim:
            chunk = whole_ticks(chunk, self.clock, f"'{self.name}': chunk=")
        if chunk is not None and (isinstance(chunk, bool) or not isinstance(chunk, int | np.integer) or chunk < 1):
            raise TypeError(f"'{self.name}': chunk= is a time or a number of rows, not {chunk!r}")
        self._recorder = Recorder(disk_file(to, f"'{self.name}'"), self.name, None if chunk is None else int(chunk))
        weakref.finalize(self, self._recorder.flush)  # whatever a run that failed has left in memory

    def _recent(self, buffer: Any, to: Any) -> int | None:
        """Of how many ticks recordings are kept; None: of all."""
        if buffer is not None and to is not None:
            raise TypeError(f"'{self.name}': buffer= and to= do not go together")
        return None if buffer is None else whole_ticks(buffer, self.clock, f"'{self.name}': buffer=")

    def _ready(self) -> None:
        """Called when a run begins."""

    def _fixed(self) -> dict[str, np.ndarray]:
        """What a file keeps besides columns."""
        return {}

    def before_run(self) -> None:
        self._running = True
        self._ready()
        if self._recorder is not None:
            about = {"source": self.source.name, "N": len(self.source), "dt": self.clock.dt_}
            self._recorder.begin({"class": type(self).__name__, **about}, self._fixed())

    def after_run(self) -> None:
        self._running = False
        if self._recorder is not None:
            self._recorder.flush()

    def clear(self) -> None:
        """Forget what has been recorded and give its memory back; recording goes on."""
        for log in self.logs:
            log.clear(free=not self._running)


def labels(columns: Mapping[str, Recorded]) -> Label:
    """What a file says about columns: the name by which the user knows them, and the dimension."""
    words = {w: n for n, w in column_names(columns).items()}

    def label(column: str) -> tuple[str, Dimension]:
        name = words.get(column, column)
        dims = {"t": second.dim, "rate": hertz.dim}
        return name, columns[name].unit if name in columns else dims.get(name, DIMENSIONLESS)

    return label


def chosen_elements(source: Any, record: Any) -> np.ndarray:
    """What `record=` said, as (n,) int64 numbers of elements of the source.

    Raises
    ------
    IndexError
        If there is no such element.
    TypeError
        If it is no index.
    """
    if record is True or record is False:
        return np.arange(len(source) if record else 0, dtype=np.int64)
    if isinstance(record, SynapticIndexing):
        return record.indices
    if isinstance(record, Group):
        record = record.as_index(source)
    if isinstance(record, slice):
        return np.arange(len(source), dtype=np.int64)[record]
    chosen = np.atleast_1d(np.asarray(record))
    if chosen.dtype.kind not in "iu" and chosen.size:
        raise TypeError(f"record= takes element numbers, True or False, not {chosen.dtype}")
    if chosen.size and (chosen.min() < 0 or chosen.max() >= len(source)):
        raise IndexError(f"record={record!r}: {source.describe()} has the elements 0 to {len(source) - 1}")
    return chosen.astype(np.int64)


def random_elements(monitor: BrianObject, elements: np.ndarray, count: int | None) -> np.ndarray:
    """So many of the elements, chosen by the seed, in ascending order; all of them for None.

    The choice depends on the seed and on both numbers only, so monitors of one group see the same elements.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    if count is None:
        return elements
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 0 < count <= len(elements):
        raise ValueError(f"'{monitor.name}': subset= must be a number from 1 to {len(elements)}, not {count!r}")
    words = np.random.Philox(key=random_state.seed, counter=[0, 0, SUBSETS, count])
    return np.sort(elements[np.argsort(words.random_raw(len(elements)), kind="stable")[:count]])


def whole_ticks(time: Any, clock: Clock, what: str) -> int:
    """How many ticks of a clock lie in a time, rounded up.

    Raises
    ------
    DimensionMismatchError
        If it is no time.
    ValueError
        If it is not positive.
    """
    if get_dimensions(time) is not second.dim:
        raise DimensionMismatchError(f"{what} must be a time, e.g. 1*second", get_dimensions(time))
    if not float(time) > 0:
        raise ValueError(f"{what} must be positive, not {time}")
    return max(1, clock.first_step_at(float(time)))
