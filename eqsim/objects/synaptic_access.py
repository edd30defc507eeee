"""Reading and writing the variables of synapses, delays included."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.objects.group import Group
from eqsim.objects.synaptic_index import SynapticIndexing, pairs
from eqsim.objects.synaptic_names import COUNTS, INDICES, SynapticNames
from eqsim.objects.variables import Variable


class SynapticAccess(SynapticNames):
    """Synapses by number, by pair ``[i, j]``, by condition, by index object."""

    connected: bool
    multisynaptic_index: str | None

    def elements(self, item: Any) -> Any:
        """An index of the user (a synapse, a pair, a condition, an index object) as synapse numbers."""
        if isinstance(item, SynapticIndexing):
            return item.indices
        if isinstance(item, tuple):
            return pairs(self, item)
        if isinstance(item, Group):
            return pairs(self, (item, slice(None)))
        return super().elements(item)

    def __getitem__(self, item: Any) -> SynapticIndexing:
        return SynapticIndexing(self, self.elements(item))

    def _read(self, variable: Variable, item: Any) -> Any:
        if variable.kind == "delay":
            delays = self._path_of(variable).get_delays()
            return delays[0] if variable.shared else delays[self.elements(item)]
        return super()._read(variable, item)

    def _computed(self, variable: Variable, where: Any) -> Any:
        if variable.kind == "index":
            ends = self.table.source if INDICES[variable.name] == "pre" else self.table.target
            return ends[where].astype(np.int32)
        if variable.kind == "count":
            ends = self.table.target if COUNTS[variable.name] == "post" else self.table.source
            return self._count_array(variable.name)[ends][where]
        if variable.name in ("N_pre", "N_post"):
            return len(self.source if variable.name == "N_pre" else self.target)
        return super()._computed(variable, where)

    def _write(self, variable: Variable, item: Any, value: Any) -> None:
        if not self.connected and not variable.shared:
            raise TypeError(f"{self.describe()} has no synapses yet: call connect() before setting '{variable.name}'")
        if variable.kind != "delay":
            super()._write(variable, item, value)
            return
        where = self.elements(item)
        if isinstance(value, str):
            numbers = np.atleast_1d(np.arange(len(self), dtype=np.int64)[where])
            value = self.evaluate(value, numbers, "value for delay", variable.dim)
        self._path_of(variable).set_delays(where, value)

    def __getattr__(self, name: str) -> Any:
        if name in ("delay", "delay_") and "delay" not in self.__dict__.get("variables", ()):
            raise AttributeError(f"{self.describe()} has no pathway 'pre', so no delay; use S.<pathway>.delay")
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "delay" and "pre" in self.__dict__.get("pathways", {}):
            getattr(self, "pre").delay = value  # noqa: B009
            return
        if name == "delay" and "delay" not in self.__dict__.get("variables", {"delay": None}):
            raise AttributeError(f"{self.describe()} has no pathway 'pre', so no delay; use S.<pathway>.delay")
        super().__setattr__(name, value)
