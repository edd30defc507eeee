"""Chosen synapses: by number, by pair, by condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.objects.group import Group

if TYPE_CHECKING:
    from eqsim.objects.synaptic_access import SynapticAccess


class SynapticIndexing:
    """Chosen synapses: ``S[0, :]``; an index for variables and monitors.

    Attributes
    ----------
    indices : (n,) int64
        Numbers of the synapses.
    """

    def __init__(self, synapses: SynapticAccess, indices: Any) -> None:
        self.synapses, self._version, self._chosen = synapses, synapses.table.version, indices
        if not isinstance(indices, slice):
            self._chosen = np.atleast_1d(np.arange(len(synapses), dtype=np.int64)[indices])

    @property
    def indices(self) -> np.ndarray:
        """The numbers; an IndexError if synapses were made or removed since."""
        if self._version != self.synapses.table.version:
            raise IndexError(
                f"synapses of {self.synapses.describe()} were made or removed since this index was made: make it anew"
            )
        if isinstance(self._chosen, slice):
            return np.arange(len(self.synapses), dtype=np.int64)[self._chosen]
        return np.asarray(self._chosen)

    def __repr__(self) -> str:
        return f"<{len(self)} synapses of '{self.synapses.name}'>"

    def __len__(self) -> int:
        return len(self.indices)


def pairs(synapses: SynapticAccess, item: tuple[Any, ...]) -> np.ndarray:
    """The numbers of the synapses between chosen sources and targets: ``S.w[i, j]``; (n,) int64, ascending."""
    if len(item) != 2:
        raise IndexError(f"{synapses.describe()} takes S.x[synapse], S.x[i, j] or S.x['condition'], not {len(item)} indices")
    table = synapses.table
    mask = _mask(synapses.source, item[0])[table.source] & _mask(synapses.target, item[1])[table.target]
    return np.flatnonzero(mask)


def _mask(group: Any, item: Any) -> np.ndarray:
    mask = np.zeros(len(group), bool)
    if isinstance(item, str):
        item = np.flatnonzero(group.evaluate(item, np.arange(len(group), dtype=np.int64), "index"))
    if isinstance(item, Group):
        item = item.as_index(group)
    mask[item] = True
    return mask
