"""How long spikes travel: the delays of a pathway, one for all synapses or one for each.

In: times of the user, set from outside or by code during a run.  Out: seconds, and what strings see and set.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.ir.expr import Load, Ref
from eqsim.model.translate import Symbol
from eqsim.objects.base import BrianObject
from eqsim.objects.code import Target
from eqsim.objects.pending import SpikeQueue
from eqsim.objects.variables import Variable
from eqsim.objects.views import VariableView
from eqsim.units import get_dimensions, second

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses


class PathwayDelays(BrianObject):
    """Base of `SynapticPathway`.

    Attributes
    ----------
    shared_delay : float or None
        Seconds, one for all synapses.
    delays : (n_syn,) float64, second, or None
        One for each; None: all 0.
    is_changed_by_code, is_seen_by_code : bool
        Do statements set the delays, or read them?
    """

    synapses: Synapses
    path: str
    shared_delay: float | None
    queue: SpikeQueue | None = None

    def __init__(self, delay: Any, **place: Any) -> None:
        super().__init__(**place)
        self.shared_delay = None if delay is None else _delay(delay)
        self.delays: np.ndarray | None = None
        self.is_changed_by_code = False
        self.is_seen_by_code = False
        self._built: tuple[Any, ...] = ()

    @abstractmethod
    def hold_spikes(self) -> None:
        """Before delays or synapses change: spikes on their way keep the delays with which they have set out."""

    @property
    def variable(self) -> Variable:
        """The delay as a variable of the synapses."""
        name = "delay" if self.path == "pre" else f"{self.path}.delay"
        return Variable(name, second.dim, kind="delay", shared=self.shared_delay is not None)

    @property
    def delay(self) -> VariableView:
        """The delay: one for all, or one for each synapse."""
        return VariableView(self.synapses, self.variable)

    @delay.setter
    def delay(self, value: Any) -> None:
        if not (isinstance(value, VariableView) and value.group is self.synapses):
            self.delay[:] = value

    @property
    def delay_(self) -> VariableView:
        """The delay in seconds, without unit."""
        return VariableView(self.synapses, self.variable, units=False)

    def get_delays(self) -> np.ndarray:
        """(n_syn,) or (1,) float64, in seconds."""
        if self.shared_delay is not None:
            return np.array([self.shared_delay])
        return np.zeros(len(self.synapses)) if self.delays is None else self.delays

    def set_delays(self, where: Any, values: Any) -> None:
        """Set delays in seconds.

        Raises
        ------
        ValueError
            If one is negative; or if a shared delay is to become many.
        """
        if not np.all(np.asarray(values) >= 0):
            raise ValueError(f"{self.name}: a delay cannot be negative (smallest: {np.min(values) * 1e3:g} ms)")
        self.hold_spikes()
        if self.shared_delay is not None:
            if np.size(values) != 1:
                raise TypeError(f"{self.name}: the delay was given as one for all synapses, it takes one value")
            self.shared_delay = float(np.reshape(values, -1)[0])
        else:
            self.delays = self.get_delays().copy()
            self.delays[where] = values
        self._built = ()
        self.edition += 1

    # -- in strings ------------------------------------------------------------------------------------------------

    @property
    def _has_array(self) -> bool:
        """Does the program need the delays in seconds?"""
        return self.is_seen_by_code or (self.queue is not None and self.delays is not None)

    @property
    def array(self) -> str:
        """The name of the delays in the program."""
        return f"{self.synapses.name}.{self.path}.delay_s"

    def symbol(self) -> Symbol:
        """The delay of synapse ``k``, as strings see it."""
        self.is_seen_by_code = True
        return Symbol(Load(self.array, None if self.shared_delay is not None else Ref("k", "int")), second.dim)

    def place(self) -> Target:
        """Where statements set the delay of synapse ``k``."""
        if self.shared_delay is not None:
            refusal = "it was given as one for all synapses (delay=...): set S.delay after connect() for one each"
            return Target("", None, self.variable, refusal=refusal)
        self.is_seen_by_code = self.is_changed_by_code = True
        return Target(self.array, Ref("k", "int"), self.variable)


def _delay(value: Any) -> float:
    if get_dimensions(value) is not second.dim:
        raise DimensionMismatchError("a delay must be a time, e.g. delay=2*ms", get_dimensions(value))
    if np.size(value) != 1:
        raise TypeError("delay= takes one time for all synapses; set S.delay after connect() for one each")
    if float(value) < 0:
        raise ValueError(f"a delay cannot be negative: {value}")
    return float(value)
