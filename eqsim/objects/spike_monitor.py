"""SpikeMonitor: who spikes, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.ir.expr import Expr, Ref, integer
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Log, Stmt
from eqsim.objects.crossing import time_of_event
from eqsim.objects.custom_events import check_place, no_event
from eqsim.objects.disk_log import DiskLog
from eqsim.objects.log import GrowingLog, last_time
from eqsim.objects.monitor import Monitor, labels
from eqsim.objects.part import Context, Contribution
from eqsim.objects.recorded import Wanted, array_dtype, column_names, find, recorded
from eqsim.objects.results import Events, in_format
from eqsim.objects.settle import settle
from eqsim.units import Dimension

KEPT = ("i", "t", "t_", "it", "it_")


class SpikeMonitor(Events, Monitor):
    """Records who spikes, and when.

    Parameters
    ----------
    source : NeuronGroup, Subgroup or PoissonGroup
    variables : str, sequence of str, or dict of str to str, optional
        Variables and expressions to record at each spike, before the reset; see `StateMonitor`.
    record : bool
        False: count only.
    when, order, name
        By default directly after the spikes are found.
    dtype : dtype or dict of str to dtype, optional
        What real values of ``variables`` are kept in: float64 or float32.
    buffer : Quantity, optional
        Keep the spikes of the last part only, of this duration; ``count`` counts all of them.
    to, chunk
        Record to a file, see `StateMonitor`; ``chunk`` is a number of spikes.

    Attributes
    ----------
    i : (n,) int32
        Who, in order of time, then of index.
    t : (n,) Quantity, second
    count : (N,) int32
        Number of spikes of each neuron.
    """

    event = "spike"
    KEPT = ("_count",)

    def __init__(
        self,
        source: Any,
        variables: Wanted = None,
        record: bool = True,
        when: str | None = None,
        order: int | None = None,
        name: str = "spikemonitor*",
        codeobj_class: Any = None,
        *,
        dtype: Any = None,
        buffer: Any = None,
        to: Any = None,
        chunk: int | None = None,
    ) -> None:
        if order is not None and when is None:
            raise ValueError("give when= together with order=")
        if self.event not in getattr(source, "rings", {}):
            raise no_event(source, self.event)
        finder = getattr(source.base, "thresholder", {}).get(self.event, source.base)
        after = finder.order + 1
        super().__init__(clock=source.clock, when=when or finder.when, order=after if order is None else order, name=name)
        self.source = source
        self.record = bool(record)
        self._columns = recorded(source, variables, f"{type(self).__name__} '{self.name}'") if self.record else {}
        self._columns = {n: c for n, c in self._columns.items() if n not in ("i", "t")}
        self.record_variables = ["i", "t", *self._columns] if self.record else []
        self._words = column_names(self._columns)
        self._buffer = self._recent(buffer, to)
        if to is not None and not self.record:
            raise TypeError(f"'{self.name}': to= needs record=True: without it nothing is kept")
        self._record_to(to, chunk)
        self._since = 0
        columns = {"i": "int32", "t": "float64"}
        columns |= {self._words[n]: array_dtype(c.type, dtype, n) for n, c in self._columns.items()}
        self._log = self._make_log(f"{self.name}.spikes", columns)
        self._count = np.zeros(len(source), np.int32)
        self._log.width = len(source)

    def _make_log(self, name: str, columns: Mapping[str, str]) -> GrowingLog:
        if self._recorder is not None:
            return DiskLog(name, columns, None, self._recorder, labels(self._columns), wide=False)
        if self._buffer is not None:
            return last_time(name, columns, self.clock, self._buffer)
        return GrowingLog(name, columns)

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self._log] if self.record else []

    def parts(self, context: Context) -> Contribution:
        """A row for each spike."""
        part = Contribution()
        self.source.declare(part)
        context = context.on(self.clock, self.when)
        counts = part.store(f"{self.name}.count", self._count)
        if self.record:
            self._log.contribute(part)
        if context.values_only:
            return part
        mine = self.source.own_symbol("i", Ref("i", "int"), context, self.source.scope(context)).expr
        body: tuple[Stmt, ...] = (Add(counts, mine, integer(1)),)
        if self.record:
            t = time_of_event(self.source, self.event, context.time(self.clock, "t").expr)
            body = (Log(self._log.name, (mine, t, *self._extra(context))), *body)
        check_place(self.source.base, self.event, self)
        domain, body = self.source.at_events(self.event, body)
        part.kernels.append(Kernel(self.name, domain, body, context.clock(self.clock), self.when, self.order))
        return part

    def _extra(self, context: Context) -> list[Expr]:
        return [c.expr(self.source, context) for c in self._columns.values()]

    # -- results ---------------------------------------------------------------------------------------------------

    def _size(self) -> int:
        return len(self.source)

    def _steps(self) -> tuple[int, int]:
        now = self.clock.step
        return (self._since if self._buffer is None else max(self._since, now - self._buffer)), now

    @property
    def _dt_s(self) -> float:
        return self.clock.dt_

    def _dims(self) -> dict[str, Dimension]:
        return {n: c.unit for n, c in self._columns.items()}

    def _others(self) -> tuple[str, ...]:
        return ("i", "t", "count")

    @property
    def count(self) -> np.ndarray:
        """(N,) int32: spikes of each neuron."""
        settle()
        return self._count.copy()

    @property
    def num_events(self) -> int:
        """Number of spikes of all neurons."""
        settle()
        return int(self._count.sum())

    num_spikes = num_events

    @property
    def N(self) -> int:
        """Number of spikes."""
        return len(self._log) if self.record else self.num_events

    def _column(self, name: str) -> np.ndarray:
        if not self.record:
            raise AttributeError(name)  # and `__getattr__` says why
        return self._log.column(self._words.get(name, name)).copy()

    def __getattr__(self, name: str) -> Any:
        if name in KEPT and not self.__dict__.get("record", True):
            raise AttributeError(
                f"{type(self).__name__} '{self.name}' has record=False: it counts spikes and does not keep '{name}'"
            )
        return self._recorded(name)

    def __getitem__(self, name: str) -> Any:
        found = find(self._columns, name) or name
        return getattr(self, found) if found in ("i", "t", "count") else self._recorded(found)

    def clear(self) -> None:
        """Forget all spikes and counts and give their memory back; recording goes on."""
        super().clear()
        self._count[:] = 0
        self._since = self.clock.step

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> Any:
        """``i``, ``t``, ``count``, ``N`` and the recorded variables; ``format`` is 'dict', 'pandas' or 'xarray'."""
        return in_format(self, lambda: self._states(vars, units), format)

    def _states(self, vars: Any, units: bool) -> dict[str, Any]:
        states: dict[str, Any] = {"N": self.N, "count": self.count}
        if self.record:
            states |= {"i": self.i, "t": self.t if units else self.t_}
            states |= {n: self._recorded(n if units else f"{n}_") for n in self._columns}
        return states if vars is None else {k: states[k] for k in vars}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}' of '{self.source.name}', {self.num_events} spikes>"
