"""Chosen synapses: by number, by pair, by condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import Source
from eqsim.objects.group import Group
from eqsim.objects.table import SynapseTable
from eqsim.objects.variables import Variable
from eqsim.syntax.names import check_name
from eqsim.units import DIMENSIONLESS

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
    number = synapses.multisynaptic_index
    if len(item) != 2 and (len(item) != 3 or number is None):
        also = f", S.x[i, j, {number}]" if number is not None else ""
        raise IndexError(
            f"{synapses.describe()} takes S.x[synapse], S.x[i, j]{also} or S.x['condition'], not {len(item)} indices"
        )
    table = synapses.table
    mask = _mask(synapses.source, item[0])[table.source] & _mask(synapses.target, item[1])[table.target]
    if len(item) == 3 and number is not None:
        mask &= _numbered(synapses.memory[number], item[2])
    return np.flatnonzero(mask)


def _numbered(numbers: np.ndarray, item: Any) -> np.ndarray:
    """The synapses whose number within their pair is in an index."""
    possible: np.ndarray = np.zeros(max(int(numbers.max(initial=-1)) + 1, 1), bool)
    if isinstance(item, slice):
        possible[item] = True
    else:
        wanted = np.atleast_1d(np.asarray(item))
        possible[wanted[(wanted >= 0) & (wanted < len(possible))]] = True
    chosen: np.ndarray = possible[numbers]
    return chosen


def numbering(name: str, owner: str, taken: Mapping[str, Variable]) -> dict[str, Variable]:
    """The variable that numbers the synapses of one pair.

    Raises
    ------
    ValueError
        If its name is taken, or no name.
    """
    if name in taken:
        raise ValueError(f"multisynaptic_index='{name}': {owner} has a variable of that name already")
    check_name(Source(name, f"multisynaptic_index of {owner}").whole, "synapses")
    return {name: Variable(name, DIMENSIONLESS, "int", read_only=True)}


def numbers_of_pairs(table: SynapseTable) -> np.ndarray:
    """(n_syn,) int32: each synapse's number among those of the same source and target, from 0, in order of creation."""
    pair: np.ndarray = table.source.astype(np.int64) * table.n_target + table.target.astype(np.int64)
    order = np.argsort(pair, kind="stable")
    ranked = pair[order]
    new = np.concatenate(([True], ranked[1:] != ranked[:-1])) if len(ranked) else np.zeros(0, bool)
    starts = np.flatnonzero(new)
    lengths = np.diff(np.concatenate((starts, [len(ranked)])))
    numbers: np.ndarray = np.zeros(len(pair), np.int32)
    numbers[order] = np.arange(len(ranked)) - np.repeat(starts, lengths)
    return numbers


def _mask(group: Any, item: Any) -> np.ndarray:
    mask = np.zeros(len(group), bool)
    if isinstance(item, str):
        item = np.flatnonzero(group.evaluate(item, np.arange(len(group), dtype=np.int64), "index"))
    if isinstance(item, Group):
        item = item.as_index(group)
    mask[item] = True
    return mask
