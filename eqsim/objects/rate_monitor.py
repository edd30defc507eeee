"""PopulationRateMonitor: the rate of a whole population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.ir.domain import Once
from eqsim.ir.expr import Load, Number, as_real, integer
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Log, Stmt, Store
from eqsim.objects.disk_log import DiskLog
from eqsim.objects.log import GrowingLog, last_ticks
from eqsim.objects.monitor import Monitor, labels
from eqsim.objects.part import Context, Contribution
from eqsim.objects.recorded import array_dtype
from eqsim.objects.results import Rates, in_format


class PopulationRateMonitor(Rates, Monitor):
    """Records the rate of a whole population: spikes in a step / N / dt.

    Parameters
    ----------
    source : NeuronGroup, Subgroup or PoissonGroup
    name : str, optional
    dtype : dtype
        What the rates are kept in: float64 or float32.
    buffer : Quantity, optional
        Keep the last part only, of this duration.
    to, chunk
        Record to a file, see `StateMonitor`.

    Attributes
    ----------
    t : (n,) Quantity, second
    rate : (n,) Quantity, hertz
    """

    needs_dt = True

    KEPT = ("_now",)

    def __init__(
        self,
        source: Any,
        name: str = "ratemonitor*",
        codeobj_class: Any = None,
        dtype: Any = np.float64,
        *,
        buffer: Any = None,
        to: Any = None,
        chunk: Any = None,
    ) -> None:
        if "spike" not in getattr(source, "rings", {}):
            raise ValueError(f"{source.describe()} has no threshold: it never spikes")
        super().__init__(clock=source.clock, when="end", name=name)
        self.source = source
        self._buffer = self._recent(buffer, to)
        self._record_to(to, chunk)
        self._log = self._make_log(f"{self.name}.rates", {"t": "float64", "rate": array_dtype("real", dtype, "rate")})
        self._now = np.zeros(1, np.int64)

    def _make_log(self, name: str, columns: Mapping[str, str]) -> GrowingLog:
        if self._recorder is not None:
            return DiskLog(name, columns, self.clock, self._recorder, labels({}), wide=False)
        if self._buffer is not None:
            return last_ticks(name, columns, self.clock, self._buffer)
        return GrowingLog(name, columns, self.clock)

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self._log]

    def parts(self, context: Context) -> Contribution:
        """Count the spikes of the step, then write down the rate."""
        part = Contribution()
        self.source.declare(part)
        self._log.contribute(part)
        group, clock, context = self.source, context.clock(self.clock), context.on(self.clock, self.when)
        now = part.store(f"{self.name}.now", self._now, shared=True)
        if context.values_only:
            return part
        of, count = group.at_events("spike", (Add(now, None, integer(1)),))
        part.kernels.append(Kernel(f"{self.name}_count", of, count, clock, self.when, self.order))
        spikes = as_real(Load(now, None, "int"))
        rate = spikes / as_real(Number(f"{group.name}.N", "int")) / context.time(self.clock, "dt").expr
        body: tuple[Stmt, ...] = (
            Log(self._log.name, (context.time(self.clock, "t").expr, rate)),
            Store(now, None, integer(0)),
        )
        part.kernels.append(Kernel(f"{self.name}_rate", Once(), body, clock, self.when, self.order))
        return part

    @property
    def rate_(self) -> np.ndarray:
        """Rates in hertz, plain."""
        return self._column("rate")

    def _column(self, name: str) -> np.ndarray:
        return self._log.column(name).copy()

    @property
    def _dt_s(self) -> float:
        return self.clock.dt_

    @property
    def N(self) -> int:
        """Number of samples."""
        return len(self._log)

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> Any:
        """``t``, ``rate`` and ``N``; ``format`` is 'dict', 'pandas' or 'xarray'."""
        return in_format(self, lambda: self._states(vars, units), format)

    def _states(self, vars: Any, units: bool) -> dict[str, Any]:
        states = {"t": self.t if units else self.t_, "rate": self.rate if units else self.rate_, "N": self.N}
        return states if vars is None else {k: states[k] for k in vars}

    def __repr__(self) -> str:
        return f"<PopulationRateMonitor '{self.name}' of '{self.source.name}'>"
