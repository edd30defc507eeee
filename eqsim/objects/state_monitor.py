"""StateMonitor: values of variables and expressions over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eqsim.ir.domain import Each, Sample
from eqsim.ir.expr import Const, Expr, Load, Ref, Select
from eqsim.objects.disk_log import DiskLog
from eqsim.objects.log import GrowingLog, last_ticks
from eqsim.objects.monitor import Monitor, chosen_elements, labels, random_elements
from eqsim.objects.over_population import OverPopulation
from eqsim.objects.over_time import OverTime
from eqsim.objects.part import Context, Contribution
from eqsim.objects.recorded import Wanted, array_dtype, recorded
from eqsim.objects.reducers import check_bins, reduction
from eqsim.objects.results import Traces, in_format
from eqsim.objects.samples import Collected, Samples, Work
from eqsim.objects.scope import quantity
from eqsim.objects.slow_clock import slow_clock
from eqsim.units import Dimension

GONE = -1
"""The number of a recorded synapse that was removed."""


class StateMonitor(Traces, Monitor):
    """Records variables and expressions over time.

    Parameters
    ----------
    source : NeuronGroup, Subgroup, PoissonGroup or Synapses
    variables : str, sequence of str, dict of str to str, or True
        What to record: state variables, parameters, subexpressions, expressions such as ``'v - E_L'``; a dictionary gives
        names: ``{'drive': 'v - E_L'}``; True for all equations.
    record : bool, int, sequence of int, or index object
        Which elements; True for all, False for none.
    dt, clock, when, order, name
        See `BrianObject`; the clock of the source, slot ``start``: the value at time t is the one before the step.
    dtype : dtype or dict of str to dtype, optional
        What real values are kept in: float64 or float32.
    every : int or Quantity, optional
        Record at every so many steps of the clock only, or at multiples of this time.
    subset : int, optional
        Record only so many of the elements, chosen at random (after `seed`, always the same).
    buffer : Quantity, optional
        Keep the last part only, of this duration.
    reduce : {'mean', 'variance', 'std', 'sum', 'min', 'max', 'histogram'} or sequence of these, optional
        Keep no values, but what they are reduced to; see `over`.
    over : {'time', 'population'}, optional
        One result for each element, over all times (the default); or one for each time, over all elements.
    bins : (n + 1,) Quantity or array, optional
        Ascending edges of the bins of histograms; a bin contains its lower edge, the last one both.
    to : str or path, optional
        Record to this HDF5 file, so that memory does not grow; see `load_recording`. Several monitors may share a file. What
        was in it is replaced when the first run begins.
    chunk : Quantity or int, optional
        With ``to=``: how much is written at a time, as a time or a number of samples.

    Attributes
    ----------
    t : (n,) Quantity, second
        Times of the samples.
    <variable> : (recorded, n) Quantity
        Also by text: ``M['v - E_L']``. With ``reduce=``: (recorded,) over time, (n,) over the population, histograms with
        one more dimension of bins; several reducers are ``<variable>_mean``, ``<variable>_variance`` and so on.
    record : (recorded,) int
        Indices of the recorded elements.

    Raises
    ------
    ValueError
        If the source has no such variable.
    EqsimError
        For a mistake in an expression.
    IndexError
        If there is no such element.
    """

    KEPT = ("record", "_collected")

    def __init__(
        self,
        source: Any,
        variables: Wanted,
        record: Any,
        dt: Any = None,
        clock: Any = None,
        when: str = "start",
        order: int = 0,
        name: str = "statemonitor*",
        codeobj_class: Any = None,
        dtype: Any = None,
        *,
        every: Any = None,
        subset: int | None = None,
        buffer: Any = None,
        reduce: str | Sequence[str] | None = None,
        over: str | None = None,
        bins: Any = None,
        to: Any = None,
        chunk: Any = None,
    ) -> None:
        if dt is None and clock is None:
            clock = source.clock
        super().__init__(dt=dt, clock=clock, when=when, order=order, name=name)
        if every is not None:
            self._clock = slow_clock(self._clock, every, self.name)
        self.source = source
        self._known_form: tuple[np.ndarray | None, tuple[bool, bool]] = (None, (False, False))
        self._record_all = record is True and subset is None
        self.record = random_elements(self, chosen_elements(source, record), subset)
        self._columns = recorded(source, variables, f"StateMonitor '{self.name}'")
        self.record_variables = list(self._columns)
        source.sampled = source.sampled or any(not c.stored for c in self._columns.values())
        self._buffer = self._recent(buffer, to)
        self._record_to(to, chunk)
        self._collected = self._collect(dtype, reduce, over, bins)
        self._collected.resize(len(self.record))
        if hasattr(source, "followers"):
            source.followers.add(self)

    def _collect(self, dtype: Any, reduce: Any, over: str | None, bins: Any) -> Collected:
        if reduce is None:
            if over is not None or bins is not None:
                raise TypeError(f"StateMonitor '{self.name}': over= and bins= need reduce=")
            dtypes = {n: array_dtype(c.type, dtype, n) for n, c in self._columns.items()}
            return Samples(self.name, self._columns, dtypes, self._make_log)
        if self._recorder is not None:
            raise TypeError(f"StateMonitor '{self.name}': reduce= and to= do not go together: what is reduced is small")
        if dtype is not None:
            raise TypeError(f"StateMonitor '{self.name}': reduce= and dtype= do not go together: sums are float64")
        asked = reduction(f"StateMonitor '{self.name}'", reduce, over or "time", bins)
        check_bins(self, asked)
        if asked.over == "population":
            return OverPopulation(self.name, self._columns, asked, self._make_log)
        if self._buffer is not None:
            raise TypeError(f"StateMonitor '{self.name}': buffer= and over='time' do not go together")
        return OverTime(self.name, self._columns, asked)

    def _make_log(self, name: str, columns: Mapping[str, str], wide: bool) -> GrowingLog:
        if self._recorder is not None:
            return DiskLog(name, columns, self.clock, self._recorder, labels(self._columns), wide)
        if self._buffer is not None:
            return last_ticks(name, columns, self.clock, self._buffer)
        return GrowingLog(name, columns, self.clock)

    def _ready(self) -> None:
        if self._record_all and self._collected.ticks == 0:
            self.record = chosen_elements(self.source, True)
        self._collected.resize(len(self.record))
        if self._recorder is not None and not len(self.record):
            raise ValueError(f"StateMonitor '{self.name}': to= needs elements to record, and there are none")

    def _fixed(self) -> dict[str, np.ndarray]:
        return {"record": self.record}

    @property
    def logs(self) -> list[GrowingLog]:
        """What grows during a run."""
        return list(self._collected.logs)

    def parts(self, context: Context) -> Contribution:
        """What is done with the values in each step of the clock."""
        part = Contribution()
        self.source.declare(part)
        clock = context.clock(self.clock)
        context = context.on(self.clock, self.when)
        self._collected.contribute(part)
        elements = self.elements()
        part.ints[f"{self.name}.width"] = len(elements)
        part.ints[f"{self.name}.first"] = int(elements[0]) if len(elements) else 0
        chosen = part.store(f"{self.name}.record", elements)
        if context.values_only:
            self._of_those_there({}, part)
            return part
        source = self.source
        values = {n: source.at_sample(c.expr(source, context)) for n, c in self._columns.items()}
        values = self._of_those_there(values, part)
        origins = {n: c.tree.source if c.tree is not None else None for n, c in self._columns.items()}
        time, width = context.time(self.clock, "t").expr, f"{self.name}.width"
        is_row, distinct = self._form()
        visits = Each(width, f"{self.name}.first") if is_row else Sample(chosen, width, distinct)
        sample = Sample(chosen, width)
        self._collected.kernels(Work(self.name, part, clock, self.when, self.order, time, values, origins, sample, visits))
        return part

    def structure(self) -> Any:
        return (*self._form(), self._some_are_gone, len(self.source) > 0)

    # -- synapses that were removed --------------------------------------------------------------------------------

    def follow(self, keep: np.ndarray) -> None:
        """Synapses were removed: those that stay, (n_syn,) bool, have new numbers; others give NaN now."""
        numbers = np.where(keep, np.cumsum(keep) - 1, GONE)
        self.record = np.where(self.record == GONE, GONE, numbers[self.record])
        if self._collected.over == "population":
            self.record = self.record[self.record != GONE]
            self._collected.resize(len(self.record))

    @property
    def _some_are_gone(self) -> bool:
        return bool((self.record == GONE).any())

    def _of_those_there(self, values: dict[str, Expr], part: Contribution) -> dict[str, Expr]:
        """The values of synapses that are there, NaN (0, False) for those that were removed."""
        if not self._some_are_gone:
            return values
        there = Load(part.store(f"{self.name}.there", self.record != GONE), Ref("r", "int"), "bool")
        nothing = {n: Const(float("nan")) if e.type == "real" else Const(0, e.type) for n, e in values.items()}
        return {n: Select(there, e, nothing[n]) if len(self.source) else nothing[n] for n, e in values.items()}

    def _form(self) -> tuple[bool, bool]:
        """Are the recorded elements neighbours, in ascending order?  Is none of them there twice?"""
        record, form = self._known_form
        if record is not self.record:
            elements = self.elements()
            is_row = len(elements) > 0 and np.array_equal(elements, elements[0] + np.arange(len(elements)))
            form = is_row, is_row or len(np.unique(elements)) == len(elements)
            form = (False, False) if self._some_are_gone else form
            self._known_form = self.record, form
        return form

    def elements(self) -> np.ndarray:
        """(recorded,) int32: the recorded elements, in the group that holds the memory."""
        of_source = getattr(self.source, "indices", None)
        record = np.maximum(self.record, 0)  # those that are gone are not looked at
        return np.asarray(record if of_source is None else of_source[record]).astype(np.int32)

    # -- results ---------------------------------------------------------------------------------------------------

    @property
    def t_(self) -> np.ndarray:
        """Times in seconds, (n,) float64."""
        return self._collected.times()

    @property
    def N(self) -> int:
        """Number of samples."""
        return self._collected.ticks

    @property
    def _dt_s(self) -> float:
        return self.clock.dt_

    def _dims(self) -> dict[str, Dimension]:
        return self._collected.dims()

    def _table(self, name: str, rows: Any = slice(None)) -> np.ndarray:
        return self._collected.table(name, rows)

    @property
    def reduced(self) -> str:  # type: ignore[override]
        """Over what values are reduced: time, population, or nothing."""
        return self._collected.over

    def holds(self, name: str) -> bool:
        """Are there, in memory, samples of this variable?"""
        kept = isinstance(self._collected, Samples) and name in self._columns
        return kept and self._columns[name].tree is None

    def clear(self) -> None:
        """Forget what has been recorded and give its memory back; recording goes on."""
        self._collected.clear(free=not self._running)

    def record_single_timestep(self) -> None:
        """Record the present values, e.g. those after the last step."""
        elements = self.record
        self._collected.add(self.clock.t_, {n: c.now(self.source, elements) for n, c in self._columns.items()})

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> Any:
        """``t`` and the recorded variables; here each is (samples, recorded). ``format`` is 'dict', 'pandas' or 'xarray'."""
        return in_format(self, lambda: self._states(vars, units), format)

    def _states(self, vars: Any, units: bool) -> dict[str, Any]:
        names = list(self._dims()) if vars is None else [v for v in vars if v not in ("t", "N")]
        times = {} if self.reduced == "time" else {"t": self.t if units else self.t_}
        states: dict[str, Any] = {**times, "N": self.N}
        for name in names:
            values = self._table(name).T
            states[name] = quantity(values, self._dims()[name]) if units else values
        return states

    def __repr__(self) -> str:
        return f"<StateMonitor '{self.name}' of {', '.join(self.record_variables)} from '{self.source.name}'>"
