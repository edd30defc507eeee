"""What all monitors have in common, and how `variables=` and `record=` are understood."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from eqsim.objects.base import BrianObject
from eqsim.objects.clock import Clock
from eqsim.objects.group import Group
from eqsim.objects.log import GrowingLog
from eqsim.objects.randomness import random_state
from eqsim.objects.synaptic_index import SynapticIndexing
from eqsim.units import DimensionMismatchError, get_dimensions, second

SUBSETS = 0x5B5E7  # in the counter of random numbers: nothing else draws with it


class Monitor(BrianObject):
    """Base of monitors: they may be added between runs, and have no say in what `run` takes as a new simulation."""

    invalidates_magic_network = False
    source: Any
    KEPT: ClassVar[tuple[str, ...]] = ("logs",)

    @property
    def N(self) -> int:
        """Number of samples or spikes."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.N

    def __bool__(self) -> bool:
        return True  # also while nothing is recorded

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.source.base,)

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        raise NotImplementedError

    _running = False

    def before_run(self) -> None:
        self._running = True

    def after_run(self) -> None:
        self._running = False

    def clear(self) -> None:
        """Forget what has been recorded and give its memory back; recording goes on."""
        for log in self.logs:
            log.clear(free=not self._running)


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
