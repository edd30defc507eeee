"""PopulationRateMonitor: the rate of a whole population."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.ir.domain import Once
from eqsim.ir.expr import Load, Number, as_real, integer
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Log, Stmt, Store
from eqsim.objects.log import GrowingLog
from eqsim.objects.monitor import Monitor
from eqsim.objects.part import Context, Contribution
from eqsim.objects.scope import quantity
from eqsim.objects.smoothing import steps_in_bin, window_weights
from eqsim.units import hertz, second


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

    needs_dt = True

    KEPT = ("_now",)

    KEPT = ("_now",)

    def __init__(self, source: Any, name: str = "ratemonitor*", codeobj_class: Any = None, dtype: Any = np.float64) -> None:
        if "spike" not in getattr(source, "rings", {}):
            raise ValueError(f"{source.describe()} has no threshold: it never spikes")
        super().__init__(clock=source.clock, when="end", name=name)
        self.source = source
        self._log = GrowingLog(f"{self.name}.rates", {"t": "float64", "rate": "float64"}, self.clock)
        self._now = np.zeros(1, np.int64)

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
        weights = window_weights(window, width, self.clock.dt_)
        return quantity(np.convolve(self.rate_, weights, mode="same") if self.N else self.rate_, hertz.dim)

    def binned_rate(self, bin_size: Any) -> tuple[Any, Any]:
        """Start times of bins, and the mean rate in each; the bin size must be a multiple of dt."""
        steps = steps_in_bin(bin_size, self.clock.dt_)
        bins = self.N // steps
        rates = self.rate_[: bins * steps].reshape(bins, steps).mean(axis=1)
        return quantity(self.t_[: bins * steps : steps], second.dim), quantity(rates, hertz.dim)

    def get_states(self, vars: Any = None, units: bool = True, format: str = "dict", **_: Any) -> dict[str, Any]:
        """``t``, ``rate`` and ``N``."""
        states = {"t": self.t if units else self.t_, "rate": self.rate if units else self.rate_, "N": self.N}
        return states if vars is None else {k: states[k] for k in vars}

    def __repr__(self) -> str:
        return f"<PopulationRateMonitor '{self.name}' of '{self.source.name}'>"
