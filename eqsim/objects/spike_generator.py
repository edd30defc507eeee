"""SpikeGeneratorGroup: spikes at listed times."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.ir.domain import Of, Where
from eqsim.ir.expr import Load, Ref, eq
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Let, Store
from eqsim.log import get_logger
from eqsim.objects.events import EventRing
from eqsim.objects.part import Context, Contribution
from eqsim.objects.source import SpikeSource
from eqsim.objects.trains import Trains, in_order, steps_of
from eqsim.objects.variables import BASIC, clock_variables
from eqsim.units import Quantity, get_dimensions, second

logger = get_logger(__name__)


class SpikeGeneratorGroup(SpikeSource):
    """Neurons that spike at given times.

    A spike at time t takes place in the step ``int((t + 0.001*dt)/dt)``: the one that begins at t, or the one that t lies
    in.  A step costs one comparison for each neuron, and some work for each spike.

    Parameters
    ----------
    N : int
        Number of neurons.
    indices : (n,) array of int
        Who spikes.
    times : (n,) Quantity, second
        When; in any order.
    dt, clock, when, order, name
        See `BrianObject`.
    period : Quantity, second
        Repeat everything after this time, a multiple of dt that is longer than all ``times``; 0: once.
    sorted : bool
        The spikes are sorted already, by time and then by index: saves time where they are many.

    Attributes
    ----------
    neuron_index : (n,) int32
        Who spikes, sorted by time, then by index.
    spike_time : (n,) Quantity, second
    period : Quantity, second

    Raises
    ------
    DimensionMismatchError
        If the times or the period are no times.
    TypeError
        If the indices are no whole numbers.
    ValueError
        If a time is negative, a neuron does not exist, the lengths differ, the period is too short; when a run begins,
        also if a neuron has two spikes in one step, or the period is no multiple of dt.

    Examples
    --------
    >>> from eqsim import *
    >>> G = SpikeGeneratorGroup(3, [0, 2, 1], [1, 3, 2]*ms)
    >>> M = SpikeMonitor(G)
    >>> Network(G, M).run(5*ms)
    >>> print(M.i, M.t)
    [0 1 2] [1. 2. 3.] ms
    """

    KEPT = ("_indices", "_times_s", "_period_s", "_fresh")

    def __init__(
        self,
        N: int,
        indices: Any,
        times: Any,
        dt: Any = None,
        clock: Any = None,
        period: Any = 0 * second,
        when: str = "thresholds",
        order: int = 0,
        sorted: bool = False,
        name: str = "spikegeneratorgroup*",
        codeobj_class: Any = None,
    ) -> None:
        super().__init__(N, dt=dt, clock=clock, when=when, order=order, name=name)
        self.events: dict[str, Any] = {"spike": None}
        self.rings["spike"] = EventRing(f"{self.name}.spike", len(self))
        self.set_spikes(indices, times, period, sorted)
        object.__setattr__(self, "memory", {})
        object.__setattr__(self, "variables", {v.name: v for v in BASIC} | clock_variables())

    def set_spikes(self, indices: Any, times: Any, period: Any = 0 * second, sorted: bool = False) -> None:
        """Other spikes from now on; those that lie in the past are left out, with a warning.

        Parameters and errors are those of `SpikeGeneratorGroup`.
        """
        i, t_s, period_s = _indices(indices, self.describe()), _seconds(times, "times"), _seconds(period, "the period")
        _check(i, t_s, float(period_s[0]), len(self), self.describe())
        order = slice(None) if sorted else np.lexsort((i, t_s))
        self._indices, self._times_s, self._period_s = i[order].astype(np.int32), t_s[order], float(period_s[0])
        self._fresh = True
        self._trains: Trains | None = None

    @property
    def neuron_index(self) -> np.ndarray:
        """Who spikes, sorted by time, then by index; (n,) int32."""
        return self._indices.copy()

    @property
    def spike_time(self) -> Any:
        """When; (n,) Quantity, second."""
        return Quantity(self._times_s, dim=second.dim)

    @property
    def period(self) -> Any:
        """The time after which everything repeats (Quantity, second); 0: never."""
        return Quantity(self._period_s, dim=second.dim)

    def before_run(self) -> None:
        """Put the spikes on the steps of the clock, and stand at the next one of each neuron."""
        dt = self.clock.dt_
        steps = steps_of(self._times_s, dt)
        period = _period_steps(self._period_s, dt, self.describe())
        if self._fresh and not period and np.any(steps < self.clock.step):
            logger.warning(
                f"{self.describe()}: {np.count_nonzero(steps < self.clock.step)} of its spikes lie before the present time, "
                f"{self.clock.t}: they are left out",
                name_suffix="ignored_spikes",
            )
        self._fresh = False
        self._trains = in_order(self._indices, steps, period, len(self), self.clock.step)
        if self._trains.clash is not None:
            raise ValueError(
                f"{self.describe()}: neuron {self._trains.clash} has more than one spike in one step of {self.clock.dt}; "
                "make dt smaller, or move the spikes"
            )

    def parts(self, context: Context) -> Contribution:
        """Find those whose next spike is now, then look up their next but one."""
        part, clock = self.contribute(), context.clock(self.clock)
        self.rings["spike"].contribute(part, f"{self.name}.N", clock)
        if self._trains is None:
            self.before_run()
        assert self._trains is not None
        for name, memory in self._trains.memory().items():
            part.store(self.full(name), memory)
        if context.values_only:
            part.kernels += [] if self.active else [self.silence("spike", clock)]
            return part
        part.kernels += self._kernels(clock)
        return part

    def _kernels(self, clock: str) -> list[Kernel]:
        i, ring, size = Ref("i", "int"), self.rings["spike"].name, f"{self.name}.N"
        due, at, here = self.full("due"), self.full("at"), Ref("spike", "int")
        find = Where(size, eq(Load(due, i, "int"), Ref("n", "int")), ring)
        advance = (
            Let("spike", Load(at, i, "int")),
            Store(due, i, Load(due, i, "int") + Load(self.full("gap"), here, "int")),
            Store(at, i, Load(self.full("next"), here, "int")),
        )
        return [
            Kernel(f"{self.name}_spike_thresholder", find, (), clock, self.when, self.order),
            Kernel(f"{self.name}_spike_thresholder_next", Of(ring, size), advance, clock, self.when, self.order),
        ]

    def __repr__(self) -> str:
        return f"<SpikeGeneratorGroup '{self.name}' with {len(self)} neurons and {len(self._indices)} spikes>"


def _indices(indices: Any, owner: str) -> np.ndarray:
    given = np.atleast_1d(np.asarray(indices))
    whole = given.astype(np.int64) if given.dtype.kind in "iuf" else given
    if given.size and (given.dtype.kind not in "iuf" or np.any(whole != given)):
        raise TypeError(f"indices of {owner} must be whole numbers")
    return whole.astype(np.int64)


def _seconds(value: Any, what: str) -> np.ndarray:
    if np.size(value) and get_dimensions(value) is not second.dim:
        raise DimensionMismatchError(f"{what} must be in second, e.g. [1, 2]*ms", get_dimensions(value))
    return np.atleast_1d(np.asarray(value, dtype=np.float64))


def _check(indices: np.ndarray, times_s: np.ndarray, period_s: float, N: int, owner: str) -> None:
    if len(indices) != len(times_s):
        raise ValueError(f"{owner}: there are {len(indices)} indices but {len(times_s)} times")
    if not np.all(np.isfinite(times_s)) or np.any(times_s < 0):
        raise ValueError(f"{owner}: spike times must be finite, and not negative")
    if len(indices) and (indices.min() < 0 or indices.max() >= N):
        bad = indices[(indices < 0) | (indices >= N)][0]
        raise ValueError(f"{owner} has neurons 0 to {N - 1}, there is no {bad}")
    if period_s < 0:
        raise ValueError(f"{owner}: the period cannot be negative")
    if period_s and len(times_s) and times_s.max() >= period_s:
        raise ValueError(
            f"{owner}: the period must be longer than the time of the last spike "
            f"({period_s * 1e3:g} ms is not longer than {times_s.max() * 1e3:g} ms)"
        )


def _period_steps(period_s: float, dt_s: float, owner: str) -> int:
    steps = round(period_s / dt_s)
    if period_s and (steps < 1 or abs(period_s / dt_s - steps) > 1e-6 * steps):
        raise ValueError(
            f"{owner}: the period, {period_s * 1e3:g} ms, must be a multiple of the step, {dt_s * 1e3:g} ms; "
            "give the group a dt= of its own that fits"
        )
    return steps
