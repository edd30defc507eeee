"""Monitors: what is kept of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.errors import did_you_mean
from eqsim.ir.domain import Of, Once, Sample
from eqsim.ir.expr import Expr, Load, Number, Ref, as_real, integer
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Log, Stmt, Store
from eqsim.model.translate import number
from eqsim.objects.base import BrianObject
from eqsim.objects.group import Group
from eqsim.objects.log import GrowingLog
from eqsim.objects.part import Context, Contribution
from eqsim.objects.scope import quantity
from eqsim.objects.synapses import SynapticIndexing
from eqsim.units import hertz, second

NUMPY: dict[str, str] = {"real": "float64", "int": "int32", "bool": "bool"}


class Monitor(BrianObject):
    """Base of monitors: they may be added between runs, and are part of no decision about time."""

    invalidates_magic_network = False

    @property
    def dependencies(self) -> tuple[Any, ...]:
        return (self.source.base,)

    source: Any


class StateMonitor(Monitor):
    """Records variables over time.

    Parameters
    ----------
    source : NeuronGroup, Subgroup, PoissonGroup or Synapses
    variables : str, sequence of str, or True
        What to record: state variables, parameters, subexpressions; True for all equations.
    record : bool, int, sequence of int, or index object
        Which elements; True for all, False for none.
    dt, clock, when, order, name
        See `BrianObject`; the clock of the source, slot ``start``: the value at time t is the one before the step.

    Attributes
    ----------
    t : (n,) Quantity, second
        Times of the samples.
    <variable> : (recorded, n) Quantity
    record : (recorded,) int
        Indices of the recorded elements.
    """

    def __init__(
        self,
        source: Any,
        variables: str | Sequence[str] | bool,
        record: Any,
        dt: Any = None,
        clock: Any = None,
        when: str = "start",
        order: int = 0,
        name: str = "statemonitor*",
        codeobj_class: Any = None,
        dtype: Any = None,
    ) -> None:
        if dt is None and clock is None:
            clock = source.clock
        super().__init__(dt=dt, clock=clock, when=when, order=order, name=name)
        self.source = source
        self.record_variables = _variables(source, variables)
        self._record_all = record is True
        self.record = _recorded(source, record)
        self._variables = {n: source.variables[n] for n in self.record_variables}
        self._log = GrowingLog(f"{self.name}.samples", {"t": "float64"})
        self._values = {
            n: GrowingLog(f"{self.name}.{n}", {n: NUMPY[v.type]}) for n, v in self._variables.items()
        }

    def before_run(self) -> None:
        if self._record_all and len(self._log) == 0:
            self.record = _recorded(self.source, True)
        width = max(1, len(self.record))
        for log in self._values.values():
            log.width = width

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self._log, *self._values.values()]

    def parts(self, context: Context) -> Contribution:
        """One row of time, and one value for each recorded element, in each step of the clock."""
        part = Contribution(ints=dict(self.source.numbers()))
        clock = context.clock(self.clock)
        context = context.on(self.clock)
        for log in self.logs:
            log.contribute(part)
        part.ints[f"{self.name}.width"] = len(self.record)
        chosen = part.store(f"{self.name}.record", (self.record + _start(self.source)).astype(np.int32))
        if context.values_only:
            return part
        time = (Log(self._log.name, (context.time(self.clock, "t").expr,)),)
        part.kernels.append(Kernel(f"{self.name}_t", Once(), time, clock, self.when, self.order))
        body = tuple(self._sample(n, context) for n in self.record_variables)
        if len(self.record) and body:
            domain = Sample(chosen, f"{self.name}.width")
            part.kernels.append(Kernel(self.name, domain, body, clock, self.when, self.order))
        return part

    def _sample(self, name: str, context: Context) -> Stmt:
        symbol = self.source.scope(context, Ref("i", "int"))(name)
        value: Expr = symbol.expr
        kind = self._variables[name].type
        return Log(self._values[name].name, (as_real(number(value)) if kind == "real" else value,))

    # -- results ---------------------------------------------------------------------------------------------------

    @property
    def t(self) -> Any:
        """Times of the samples, (n,) Quantity."""
        return quantity(self.t_, second.dim)

    @property
    def t_(self) -> np.ndarray:
        """Times in seconds, (n,) float64."""
        return self._log.column("t").copy()

    @property
    def N(self) -> int:
        """Number of samples."""
        return len(self._log)

    @property
    def n_indices(self) -> int:
        """Number of recorded elements."""
        return len(self.record)

    def _recorded_values(self, name: str) -> np.ndarray:
        flat = self._values[name].column(name)
        return flat.reshape(self.N, len(self.record)).T.copy()

    def __getattr__(self, name: str) -> Any:
        known = self.__dict__.get("_variables", {})
        if name in known:
            return quantity(self._recorded_values(name), known[name].dim)
        if name.endswith("_") and name[:-1] in known:
            return self._recorded_values(name[:-1])
        hint = did_you_mean(name, set(known))
        raise AttributeError(f"StateMonitor '{self.__dict__.get('_name')}' did not record '{name}'{'; ' + hint if hint else ''}")

    def __getitem__(self, item: Any) -> StateMonitorView:
        return StateMonitorView(self, item)

    def record_single_timestep(self) -> None:
        """Record the present values, e.g. those after the last step."""
        context = self.source.host_context()
        log, values = self._log, self._values
        log.append({"t": np.array([self.clock.t_])})
        for name in self.record_variables:
            found = np.atleast_1d(self.source._read(self._variables[name], self.record))
            values[name].append({name: np.broadcast_to(found, len(self.record))})
        del context

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> dict[str, Any]:
        """``t`` and the recorded variables; here each is (samples, recorded)."""
        names = list(self.record_variables) if vars is None else [v for v in vars if v not in ("t", "N")]
        states: dict[str, Any] = {"t": self.t if units else self.t_, "N": self.N}
        for name in names:
            values = self._recorded_values(name).T
            states[name] = quantity(values, self._variables[name].dim) if units else values
        return states

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.record_variables})

    def __repr__(self) -> str:
        return f"<StateMonitor '{self.name}' of {', '.join(self.record_variables)} from '{self.source.name}'>"


class StateMonitorView:
    """Recorded elements chosen by their index in the source: ``M[5].v``."""

    def __init__(self, monitor: StateMonitor, item: Any) -> None:
        self.monitor = monitor
        self.one = isinstance(item, int | np.integer)
        wanted = np.atleast_1d(item.indices if isinstance(item, SynapticIndexing) else np.asarray(item))
        if wanted.dtype.kind not in "iu":
            raise TypeError(f"a StateMonitor is indexed with element numbers, not {wanted.dtype}")
        places = {int(n): at for at, n in enumerate(monitor.record)}
        missing = [int(n) for n in wanted if int(n) not in places]
        if missing:
            raise IndexError(f"StateMonitor '{monitor.name}' did not record element {missing[0]}")
        self.rows = np.array([places[int(n)] for n in wanted])

    @property
    def t(self) -> Any:
        """Times of the samples."""
        return self.monitor.t

    def __getattr__(self, name: str) -> Any:
        values = getattr(self.monitor, name)
        return values[self.rows[0]] if self.one else values[self.rows]


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
            raise TypeError(f"{source.describe()} has no threshold: it never spikes")
        finder = getattr(source.base, "thresholder", {}).get(self.event, source.base)
        after = finder.order + 1
        super().__init__(
            clock=source.clock, when=when or finder.when, order=after if order is None else order, name=name
        )
        self.source = source
        names = [] if variables is None else [variables] if isinstance(variables, str) else list(variables)
        self.record = bool(record)
        self.record_variables = list(dict.fromkeys(["i", "t", *_variables(source, names)])) if self.record else []
        self._variables = {n: source.variables[n] for n in self.record_variables if n not in ("i", "t")}
        columns = {"i": "int32", "t": "float64"} | {n: NUMPY[v.type] for n, v in self._variables.items()}
        self._log = GrowingLog(f"{self.name}.spikes", columns)
        self._count = np.zeros(len(source), np.int32)
        self._log.width = len(source)

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self._log] if self.record else []

    def parts(self, context: Context) -> Contribution:
        """A row for each spike."""
        part = Contribution(ints=dict(self.source.numbers()))
        context = context.on(self.clock)
        counts = part.store(f"{self.name}.count", self._count)
        if self.record:
            self._log.contribute(part)
        if context.values_only:
            return part
        mine = self.source.own_symbol("i", Ref("i", "int"), context, self.source.scope(context)).expr
        body: tuple[Stmt, ...] = (Add(counts, mine, integer(1)),)
        if self.record:
            body = (Log(self._log.name, (mine, context.time(self.clock, "t").expr, *self._extra(context))), *body)
        group = self.source
        first = f"{group.name}.first" if group is not group.base else 0
        domain = Of(group.rings[self.event].name, f"{group.name}.N", first)
        part.kernels.append(Kernel(self.name, domain, body, context.clock(self.clock), self.when, self.order))
        return part

    def _extra(self, context: Context) -> list[Expr]:
        look = self.source.scope(context, Ref("i", "int"))
        return [as_real(number(look(n).expr)) if v.type == "real" else look(n).expr for n, v in self._variables.items()]

    # -- results ---------------------------------------------------------------------------------------------------

    @property
    def i(self) -> np.ndarray:
        """(n,) int32: who."""
        return self._log.column("i").copy()

    @property
    def t(self) -> Any:
        """(n,) Quantity: when."""
        return quantity(self.t_, second.dim)

    @property
    def t_(self) -> np.ndarray:
        """(n,) float64: when, in seconds."""
        return self._log.column("t").copy()

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
        """Number of recorded spikes."""
        return len(self._log)

    def __getattr__(self, name: str) -> Any:
        known = self.__dict__.get("_variables", {})
        if name in known:
            return quantity(self._log.column(name).copy(), known[name].dim)
        if name.endswith("_") and name[:-1] in known:
            return self._log.column(name[:-1]).copy()
        hint = did_you_mean(name, {*known, "i", "t", "count"})
        raise AttributeError(f"{type(self).__name__} '{self.__dict__.get('_name')}' has no '{name}'{'; ' + hint if hint else ''}")

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

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> dict[str, Any]:
        """``i``, ``t``, ``count``, ``N`` and the recorded variables."""
        states: dict[str, Any] = {"N": self.N, "count": self.count}
        if self.record:
            states |= {"i": self.i, "t": self.t if units else self.t_}
            states |= {n: getattr(self, n if units else f"{n}_") for n in self._variables}
        return states if vars is None else {k: states[k] for k in vars}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.name}' of '{self.source.name}', {self.num_events} spikes>"


class PopulationRateMonitor(Monitor):
    """Records the rate of a whole population: spikes in a step / N / dt.

    Parameters
    ----------
    source : NeuronGroup, Subgroup or PoissonGroup
    name : str, optional

    Attributes
    ----------
    t : (n,) Quantity, second
    rate : (n,) Quantity, hertz
    """

    def __init__(self, source: Any, name: str = "ratemonitor*", codeobj_class: Any = None, dtype: Any = np.float64) -> None:
        if "spike" not in getattr(source, "rings", {}):
            raise TypeError(f"{source.describe()} has no threshold: it never spikes")
        super().__init__(clock=source.clock, when="end", name=name)
        self.source = source
        self._log = GrowingLog(f"{self.name}.rates", {"t": "float64", "rate": "float64"})
        self._now = np.zeros(1, np.int64)

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self._log]

    def parts(self, context: Context) -> Contribution:
        """Count the spikes of the step, then write down the rate."""
        part = Contribution(ints=dict(self.source.numbers()))
        self._log.contribute(part)
        group, clock, context = self.source, context.clock(self.clock), context.on(self.clock)
        now = part.store(f"{self.name}.now", self._now, shared=True)
        if context.values_only:
            return part
        first = f"{group.name}.first" if group is not group.base else 0
        of = Of(group.rings["spike"].name, f"{group.name}.N", first)
        part.kernels.append(Kernel(f"{self.name}_count", of, (Add(now, None, integer(1)),), clock, self.when, self.order))
        spikes = as_real(Load(now, None, "int"))
        rate = spikes / as_real(Number(f"{group.name}.N", "int")) / context.time(self.clock, "dt").expr
        body: tuple[Stmt, ...] = (
            Log(self._log.name, (context.time(self.clock, "t").expr, rate)),
            Store(now, None, integer(0)),
        )
        part.kernels.append(Kernel(f"{self.name}_rate", Once(), body, clock, self.when, self.order))
        return part

    @property
    def t(self) -> Any:
        """Times, (n,) Quantity."""
        return quantity(self.t_, second.dim)

    @property
    def t_(self) -> np.ndarray:
        """Times in seconds."""
        return self._log.column("t").copy()

    @property
    def rate(self) -> Any:
        """Rates, (n,) Quantity in hertz."""
        return quantity(self.rate_, hertz.dim)

    @property
    def rate_(self) -> np.ndarray:
        """Rates in hertz, plain."""
        return self._log.column("rate").copy()

    @property
    def N(self) -> int:
        """Number of samples."""
        return len(self._log)

    def smooth_rate(self, window: Any = "gaussian", width: Any = None) -> Any:
        """The rate, smoothed by a moving average; (n,) Quantity in hertz.

        Parameters
        ----------
        window : {'gaussian', 'flat'} or array
            Shape of the weights; an array of odd length gives them itself.
        width : Quantity, second
            Standard deviation of a gaussian (cut at 2 of them), or width of a flat window (rounded to an odd number of
            steps).
        """
        weights = _window(window, width, self.clock.dt_)
        return quantity(np.convolve(self.rate_, weights, mode="same") if self.N else self.rate_, hertz.dim)

    def binned_rate(self, bin_size: Any) -> tuple[Any, Any]:
        """Start times of bins, and the mean rate in each; the bin size must be a multiple of dt."""
        steps = _steps_in_bin(bin_size, self.clock.dt_)
        bins = self.N // steps
        rates = self.rate_[: bins * steps].reshape(bins, steps).mean(axis=1)
        return quantity(self.t_[: bins * steps : steps], second.dim), quantity(rates, hertz.dim)

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> dict[str, Any]:
        """``t``, ``rate`` and ``N``."""
        states = {"t": self.t if units else self.t_, "rate": self.rate if units else self.rate_, "N": self.N}
        return states if vars is None else {k: states[k] for k in vars}

    def __repr__(self) -> str:
        return f"<PopulationRateMonitor '{self.name}' of '{self.source.name}'>"


def _window(window: Any, width: Any, dt_s: float) -> np.ndarray:
    if isinstance(window, str):
        if width is None:
            raise TypeError("smooth_rate() needs a width")
        if window == "gaussian":
            half = int(np.round(2 * float(width) / dt_s))
            weights = np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * (float(width) / dt_s) ** 2))
        elif window == "flat":
            weights = np.ones(int(float(width) / 2 / dt_s) * 2 + 1)
        else:
            raise NotImplementedError(f"unknown window {window!r}: 'gaussian', 'flat' or an array")
        return weights / weights.sum()
    if width is not None:
        raise TypeError("smooth_rate(): a window given as an array has its own width")
    weights = np.asarray(window, float)
    if weights.ndim != 1 or len(weights) % 2 == 0:
        raise TypeError("smooth_rate(): the window must have an odd number of weights")
    return weights / weights.sum()


def _steps_in_bin(bin_size: Any, dt_s: float) -> int:
    steps = round(float(bin_size) / dt_s)
    if steps < 1 or abs(float(bin_size) / dt_s - steps) > 1e-4:
        raise ValueError(f"the bin size must be a multiple of dt ({dt_s * 1e3:g} ms), not {bin_size}")
    return steps


def _start(source: Any) -> int:
    return int(getattr(source, "start", 0))


def _variables(source: Any, names: str | Sequence[str] | bool) -> list[str]:
    if names is True:
        return list(source.base.equations)
    wanted = [names] if isinstance(names, str) else list(names)  # type: ignore[arg-type]
    for name in wanted:
        if name not in source.variables:
            hint = did_you_mean(name, set(source.variables))
            raise ValueError(f"{source.describe()} has no variable '{name}'{'; ' + hint if hint else ''}")
    return wanted


def _recorded(source: Any, record: Any) -> np.ndarray:
    if record is True:
        return np.arange(len(source), dtype=np.int64)
    if record is False:
        return np.zeros(0, np.int64)
    if isinstance(record, SynapticIndexing):
        return record.indices
    if isinstance(record, Group):
        record = record.as_index(source)
    numbers = np.arange(len(source), dtype=np.int64)
    if isinstance(record, slice):
        return numbers[record]
    chosen = np.atleast_1d(np.asarray(record))
    if chosen.dtype.kind not in "iu" and chosen.size:
        raise TypeError(f"record= takes element numbers, True or False, not {chosen.dtype}")
    if chosen.size and (chosen.min() < 0 or chosen.max() >= len(source)):
        raise IndexError(f"record={record!r}: {source.describe()} has the elements 0 to {len(source) - 1}")
    return chosen.astype(np.int64)

