"""SpikeMonitor: who spikes, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.ir.expr import Expr, Ref, integer
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Log, Stmt
from eqsim.objects.custom_events import no_event
from eqsim.objects.log import GrowingLog
from eqsim.objects.monitor import Monitor, whole_ticks
from eqsim.objects.part import Context, Contribution
from eqsim.objects.scope import quantity
from eqsim.objects.smoothing import steps_in_bin, window_weights
from eqsim.objects.variables import DTYPES
from eqsim.units import hertz, second

KEPT = ("i", "t", "t_", "it", "it_")


class SpikeMonitor(Monitor):
    """Records who spikes, and when.

    Parameters
    ----------
    source : NeuronGroup, Subgroup or PoissonGroup
    variables : str or sequence of str, optional
        Variables to record at each spike, before the reset.
    record : bool
        False: count only.
    when, order, name
        By default directly after the spikes are found.

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
    KEPT = ("_count",)

    def __init__(
        self,
        source: Any,
        variables: str | Sequence[str] | None = None,
        record: bool = True,
        when: str | None = None,
        order: int | None = None,
        name: str = "spikemonitor*",
        codeobj_class: Any = None,
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
        self.record_variables = list(dict.fromkeys(["i", "t", *chosen_variables(source, variables)])) if self.record else []
        self._variables = {n: source.variables[n] for n in self.record_variables if n not in ("i", "t")}
        columns = {"i": "int32", "t": "float64"} | {n: DTYPES[v.type] for n, v in self._variables.items()}
        self._log = GrowingLog(f"{self.name}.spikes", columns)
        self._count = np.zeros(len(source), np.int32)
        self._log.width = len(source)

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
            body = (Log(self._log.name, (mine, context.time(self.clock, "t").expr, *self._extra(context))), *body)
        domain, body = self.source.at_events(self.event, body)
        part.kernels.append(Kernel(self.name, domain, body, context.clock(self.clock), self.when, self.order))
        return part

    def _extra(self, context: Context) -> list[Expr]:
        look = self.source.scope(context, Ref("i", "int"))
        return [stored_as(look(n).expr, v) for n, v in self._variables.items()]

    # -- results ---------------------------------------------------------------------------------------------------

    @property
    def i(self) -> np.ndarray:
        """(n,) int32: who."""
        return self._column("i")

    @property
    def t(self) -> Any:
        """(n,) Quantity: when."""
        return quantity(self.t_, second.dim)

    @property
    def t_(self) -> np.ndarray:
        """(n,) float64: when, in seconds."""
        return self._column("t")

    @property
    def it(self) -> tuple[np.ndarray, Any]:
        """``(i, t)``."""
        return self.i, self.t

    @property
    def it_(self) -> tuple[np.ndarray, np.ndarray]:
        """``(i, t)`` with times in seconds."""
        return self.i, self.t_

    @property
    def count(self) -> np.ndarray:
        """(N,) int32: spikes of each neuron."""
        return self._count.copy()

    @property
    def num_events(self) -> int:
        """Number of spikes of all neurons."""
        return int(self._count.sum())

    num_spikes = num_events

    @property
    def N(self) -> int:
        """Number of spikes."""
        return len(self._log) if self.record else self.num_events

    def _column(self, name: str) -> np.ndarray:
        if not self.record:
            raise AttributeError(name)  # and `__getattr__` says why
        return self._log.column(name).copy()

    def __getattr__(self, name: str) -> Any:
        known = self.__dict__.get("_variables", {})
        if name in known:
            return quantity(self._column(name), known[name].dim)
        if name.endswith("_") and name[:-1] in known:
            return self._column(name[:-1])
        if name in KEPT and not self.__dict__.get("record", True):
            raise AttributeError(
                f"{type(self).__name__} '{self.name}' has record=False: it counts spikes and does not keep '{name}'"
            )
        raise unknown_column(self, name, {*known, "i", "t", "count"})

    def values(self, var: str) -> dict[int, Any]:
        """For each neuron, the values of a variable at its spikes."""
        i, values = self.i, getattr(self, var)
        order = np.argsort(i, kind="stable")
        bounds = np.searchsorted(i[order], np.arange(len(self.source) + 1))
        ordered = values[order]
        return {n: ordered[bounds[n] : bounds[n + 1]] for n in range(len(self.source))}

    def all_values(self) -> dict[str, dict[int, Any]]:
        """`values` for every recorded variable."""
        return {v: self.values(v) for v in self.record_variables if v != "i"}

    def event_trains(self) -> dict[int, Any]:
        """For each neuron, silent ones included, the times of its spikes."""
        return self.values("t")

    spike_trains = event_trains

    def binned_rate(self, bin_size: Any) -> tuple[Any, Any]:
        """Start times of bins, (bins,), and the rate of each neuron in each, (N, bins); Quantities in second and hertz.

        Raises
        ------
        ValueError
            If the bin size is no multiple of dt.
        """
        steps, dt_s = steps_in_bin(bin_size, self.clock.dt_), self.clock.dt_
        bins = self.clock.step // steps
        numbers = np.round(self.t_ / dt_s).astype(np.int64) // steps
        inside = numbers < bins
        counts = np.zeros((len(self.source), bins))
        np.add.at(counts, (self.i[inside], numbers[inside]), 1)
        times = np.arange(bins) * steps * dt_s
        return quantity(times, second.dim), quantity(counts / (steps * dt_s), hertz.dim)

    def smooth_rate(self, window: Any = "gaussian", width: Any = None) -> Any:
        """The rate of each neuron, smoothed as in `PopulationRateMonitor.smooth_rate`; (N, steps) Quantity in hertz."""
        weights = window_weights(window, width, self.clock.dt_)
        _, rates = self.binned_rate(self.clock.dt)
        smooth = [np.convolve(row, weights, mode="same") for row in np.asarray(rates)]
        return quantity(np.array(smooth), hertz.dim)

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> dict[str, Any]:
        """``i``, ``t``, ``count``, ``N`` and the recorded variables."""
        states: dict[str, Any] = {"N": self.N, "count": self.count}
        if self.record:
            states |= {"i": self.i, "t": self.t if units else self.t_}
            states |= {n: getattr(self, n if units else f"{n}_") for n in self._variables}
        return states if vars is None else {k: states[k] for k in vars}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}' of '{self.source.name}', {self.num_events} spikes>"
