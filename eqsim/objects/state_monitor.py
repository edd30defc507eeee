"""StateMonitor: values of variables over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.ir.domain import Once, Sample
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Log, Stmt
from eqsim.objects.log import GrowingLog
from eqsim.objects.monitor import Monitor, chosen_elements, chosen_variables, stored_as, unknown_column
from eqsim.objects.part import Context, Contribution
from eqsim.objects.scope import quantity
from eqsim.objects.synaptic_index import SynapticIndexing
from eqsim.objects.variables import DTYPES
from eqsim.units import second


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

    KEPT = ("record",)

    KEPT = ("record",)

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
        self.record_variables = chosen_variables(source, variables)
        self._record_all = record is True
        self.record = chosen_elements(source, record)
        self._variables = {n: source.variables[n] for n in self.record_variables}
        source.sampled = source.sampled or any(not v.stored for v in self._variables.values())
        self._log = GrowingLog(f"{self.name}.samples", {"t": "float64"}, self.clock)
        self._values = {
            n: GrowingLog(f"{self.name}.{n}", {n: DTYPES[v.type]}, self.clock) for n, v in self._variables.items()
        }

    def before_run(self) -> None:
        if self._record_all and len(self._log) == 0:
            self.record = chosen_elements(self.source, True)
        width = max(1, len(self.record))
        for log in self._values.values():
            log.width = width

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return [self._log, *self._values.values()]

    def parts(self, context: Context) -> Contribution:
        """One row of time, and one value for each recorded element, in each step of the clock."""
        part = Contribution()
        self.source.declare(part)
        clock = context.clock(self.clock)
        context = context.on(self.clock, self.when)
        for log in self.logs:
            log.contribute(part)
        part.ints[f"{self.name}.width"] = len(self.record)
        chosen = part.store(f"{self.name}.record", self._elements())
        if context.values_only:
            return part
        time = (Log(self._log.name, (context.time(self.clock, "t").expr,)),)
        part.kernels.append(Kernel(f"{self.name}_t", Once(), time, clock, self.when, self.order))
        body = tuple(self._sample(n, context) for n in self.record_variables)
        if len(self.record) and body:
            domain = Sample(chosen, f"{self.name}.width")
            part.kernels.append(Kernel(self.name, domain, body, clock, self.when, self.order))
        return part

    def _elements(self) -> np.ndarray:
        """(recorded,) int32: the recorded elements, in the group that holds the memory."""
        of_source = getattr(self.source, "indices", None)
        return (self.record if of_source is None else of_source[self.record]).astype(np.int32)

    def _sample(self, name: str, context: Context) -> Stmt:
        symbol = self.source.scope(context)(name)
        assert symbol is not None
        return Log(self._values[name].name, (stored_as(self.source.at_sample(symbol.expr), self._variables[name]),))

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
        raise unknown_column(self, name, known)

    def __getitem__(self, item: Any) -> StateMonitorView:
        return StateMonitorView(self, item)

    def record_single_timestep(self) -> None:
        """Record the present values, e.g. those after the last step."""
        log, values = self._log, self._values
        log.append({"t": np.array([self.clock.t_])})
        for name in self.record_variables:
            found = np.atleast_1d(self.source._read(self._variables[name], self.record))
            values[name].append({name: np.broadcast_to(found, len(self.record))})

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
