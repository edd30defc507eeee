"""Who is connected to whom: the table of synapses, in the order in which they were made.

Synapses that come sorted by source, as connect() makes them, are kept by rows: 2 or 4 bytes each for the target and
nothing for the source. Anything else keeps its sources, too. All pairs, as ``connect()`` makes them, keep nothing until
somebody asks for single synapses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.objects.keeping import Keeper


class SynapseTable(Keeper):
    """Sources and targets of synapses, relative to their (sub)groups.

    ::

        target   [synapse]            uint16 if that is enough for the target group, else int32
        rows     [source], [source+1] first and one past the last synapse of a source; only while sorted by source
        source   [synapse]            int32; only once the synapses are not sorted by source any more

    Attributes
    ----------
    all_pairs : bool
        Is there one synapse for each pair, by source and then by target?
    """

    KEPT = ("all_pairs", "_target", "_rows", "_source")

    def __init__(self, n_source: int, n_target: int) -> None:
        self.n_source, self.n_target = n_source, n_target
        self.narrow: Any = np.uint16 if n_target <= 1 << 16 else np.int32
        self.all_pairs = False
        self._target: np.ndarray = np.zeros(0, self.narrow)
        self._rows: np.ndarray | None = np.zeros(n_source + 1, np.int64)
        self._source: np.ndarray | None = None
        self.version = 0

    def __len__(self) -> int:
        return self.n_source * self.n_target if self.all_pairs else len(self._target)

    def length_of(self, values: Mapping[str, Any]) -> int:
        """How many synapses there are in values that `keep` gave."""
        return self.n_source * self.n_target if values["all_pairs"] else len(values["_target"])

    @property
    def target(self) -> np.ndarray:
        """(n_syn,): made when asked for while the synapses are all pairs."""
        if self.all_pairs and not len(self._target):
            self._target = np.tile(np.arange(self.n_target, dtype=self.narrow), self.n_source)
        return self._target

    @target.setter
    def target(self, numbers: np.ndarray) -> None:
        self.all_pairs, self._target = False, numbers

    def append_all(self) -> bool:
        """Make all pairs, if there are no synapses yet; is that so?"""
        if len(self) or not self.n_source * self.n_target:
            return False
        self.all_pairs = True
        self._rows, self._source = np.arange(self.n_source + 1, dtype=np.int64) * self.n_target, None
        self.version += 1
        return True

    def bring_back(self, values: Mapping[str, Any]) -> None:
        """As `Keeper.bring_back`; a new version if anything is different now."""
        same = all(np.array_equal(getattr(self, name), values[name]) for name in self.KEPT)
        super().bring_back(values)
        self.version += not same

    @property
    def by_source(self) -> bool:
        """Are the synapses sorted by source?"""
        return self._rows is not None

    @property
    def source(self) -> np.ndarray:
        """(n_syn,) int32: made when asked for while the synapses are sorted."""
        if self._source is not None:
            return self._source
        assert self._rows is not None
        return np.repeat(np.arange(self.n_source, dtype=np.int32), np.diff(self._rows))

    def append(self, source: np.ndarray, target: np.ndarray) -> None:
        """Add synapses; (m,) ints each."""
        if len(source) == 0:
            self.version += 1
            return
        if self._rows is not None and self._continues(source):
            self.append_rows(np.bincount(source, minlength=self.n_source), target)
            return
        old = self.source
        self._rows, self._source = None, np.concatenate((old, source.astype(np.int32)))
        self.target = np.concatenate((self.target, target.astype(self.narrow, copy=False)))
        self.version += 1

    def _continues(self, source: np.ndarray) -> bool:
        return bool(source[0] >= self._last() and np.all(source[1:] >= source[:-1]))

    def _last(self) -> int:
        assert self._rows is not None
        return int(np.searchsorted(self._rows, len(self.target), side="left")) - 1 if len(self.target) else -1

    def append_rows(self, counts: np.ndarray, target: np.ndarray) -> None:
        """Add synapses that are sorted by source: ``counts[source]`` of them each."""
        first = int(np.argmax(counts > 0)) if counts.any() else self.n_source
        if self._rows is None or first < self._last():
            self.append(np.repeat(np.arange(self.n_source, dtype=np.int32), counts), target)
            return
        self._rows = self._rows + np.concatenate(([0], np.cumsum(counts)))
        self.target = (
            target.astype(self.narrow, copy=False)
            if not len(self.target)
            else np.concatenate((self.target, target.astype(self.narrow, copy=False)))
        )
        self.version += 1

    def remove(self, keep: np.ndarray) -> None:
        """Keep the synapses that are marked, in their order; (n_syn,) bool."""
        if self._rows is not None:
            before = np.concatenate(([0], np.cumsum(keep)))
            self._rows = before[self._rows]
        else:
            self._source = self.source[keep]
        self.target = self.target[keep]
        self.version += 1

    def rows(self, side: str) -> tuple[np.ndarray, np.ndarray | None]:
        """First positions for each source (or target), and the synapse at each position (None: the same number)."""
        if side == "pre" and self._rows is not None:
            return self._rows, None
        key: np.ndarray = self.source if side == "pre" else self.target
        size = self.n_source if side == "pre" else self.n_target
        rows = np.concatenate(([0], np.cumsum(np.bincount(key, minlength=size)))).astype(np.int64)
        if np.all(np.greater_equal(key[1:], key[:-1])):
            return rows, None
        return rows, np.argsort(key, kind="stable").astype(np.int32)

    def incoming(self) -> np.ndarray:
        """(n_target,) int32: how many synapses arrive at each target."""
        if self.all_pairs:
            return np.full(self.n_target, self.n_source, np.int32)
        return np.bincount(self.target, minlength=self.n_target).astype(np.int32)

    def outgoing(self) -> np.ndarray:
        """(n_source,) int32: how many synapses leave each source."""
        if self._rows is not None:
            return np.diff(self._rows).astype(np.int32)
        return np.bincount(self.source, minlength=self.n_source).astype(np.int32)
