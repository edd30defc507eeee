"""What all monitors have in common, and how `variables=` and `record=` are understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eqsim.errors import did_you_mean
from eqsim.ir.expr import Expr, as_real
from eqsim.model.arithmetic import number
from eqsim.objects.base import BrianObject
from eqsim.objects.group import Group
from eqsim.objects.log import GrowingLog
from eqsim.objects.synaptic_index import SynapticIndexing
from eqsim.objects.variables import Variable


class Monitor(BrianObject):
    """Base of monitors: they may be added between runs, and have no say in what `run` takes as a new simulation."""

    invalidates_magic_network = False
    source: Any
    KEPT = ("logs",)

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


def stored_as(e: Expr, variable: Variable) -> Expr:
    """An expression as the column for a variable keeps it."""
    return as_real(number(e)) if variable.type == "real" else e


def chosen_variables(source: Any, names: str | Sequence[str] | bool | None) -> list[str]:
    """What `variables=` said: one name, several, or True for all that the equations define.

    Raises
    ------
    ValueError
        If the source has no such variable.
    """
    if names is True:
        return list(source.base.equations)
    wanted = [] if names is None or names is False else [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in source.variables:
            hint = did_you_mean(name, set(source.variables))
            raise ValueError(f"{source.describe()} has no variable '{name}'{'; ' + hint if hint else ''}")
    return list(dict.fromkeys(wanted))


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


def unknown_column(monitor: BrianObject, name: str, known: Mapping[str, Any] | set[str]) -> AttributeError:
    """The error for an attribute that was not recorded."""
    hint = did_you_mean(name, set(known))
    return AttributeError(
        f"{type(monitor).__name__} '{monitor.__dict__.get('_name')}' did not record '{name}'{'; ' + hint if hint else ''}"
    )
