"""The ends of synapses: neurons by their numbers in a (sub)group, and in the whole group.

Synapses know their ends by the numbers in the (sub)group.  Where the neurons of a subgroup are no neighbours, programs know
the ends by the numbers in the whole group, so that no kernel has to look them up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.ir.domain import Domain, Each, Size
from eqsim.objects.part import Contribution


def contiguous(group: Any) -> bool:
    """Is it a whole group, or a subgroup of neighbours?"""
    return bool(getattr(group, "contiguous", True))


def absolute(group: Any, numbers: np.ndarray) -> np.ndarray:
    """Numbers in the whole group; (n,) int64."""
    if contiguous(group):
        return numbers + np.int64(group.start)
    return np.asarray(group.indices.astype(np.int64)[numbers])


def relative(group: Any, neurons: np.ndarray) -> np.ndarray:
    """Those neurons of the whole group that belong to the subgroup, by their numbers in it; (m,) int64."""
    if contiguous(group):
        return np.asarray(neurons[(neurons >= group.start) & (neurons < group.start + len(group))] - group.start)
    found = group.place[neurons].astype(np.int64)
    return np.asarray(found[found >= 0])


def column(group: Any, numbers: np.ndarray) -> np.ndarray:
    """The ends of synapses as a program keeps them."""
    return numbers if contiguous(group) else np.asarray(group.indices[numbers])


def narrow(largest: int) -> type:
    """What is wide enough for whole numbers up to this one."""
    return next((t for t in (np.uint8, np.uint16) if largest <= np.iinfo(t).max), np.int32)


def first(group: Any) -> Size:
    """What is to be added to a column."""
    return f"{group.name}.first" if group is not group.base and contiguous(group) else 0


def size(group: Any) -> Size:
    """How many rows a route has that begins at a group."""
    return f"{(group if contiguous(group) else group.base).name}.N"


def spread(group: Any, rows: np.ndarray) -> np.ndarray:
    """First positions for the rows of a route, from those for the neurons of the (sub)group."""
    if contiguous(group):
        return rows
    counts = np.zeros(len(group.base), np.int64)
    counts[group.indices] = np.diff(rows)
    return np.concatenate(([0], np.cumsum(counts)))


def everyone(group: Any, part: Contribution) -> Domain:
    """The domain of all elements of a group of neurons or of synapses, each called ``i``."""
    group.declare(part)
    return Each(f"{group.name}.N") if hasattr(group, "pathways") else group.every(part)
