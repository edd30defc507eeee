"""Pathways: what the spikes of one side do to the synapses, and how long they travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from eqsim.errors import DimensionMismatchError, Source
from eqsim.ir.domain import Across
from eqsim.ir.program import Kernel, Route
from eqsim.ir.stmt import Stmt
from eqsim.objects.base import BrianObject
from eqsim.objects.part import Context, Contribution
from eqsim.objects.variables import Variable
from eqsim.objects.views import VariableView
from eqsim.syntax import parse_statements
from eqsim.units import get_dimensions, second

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses

ROUNDING = 0.5  # a delay is rounded to the nearest step


class SynapticPathway(BrianObject):
    """The statements that run when a spike arrives; an attribute of its synapses (``S.pre``).

    Attributes
    ----------
    delay : Quantity, second
        One for all synapses, or one each.
    order : int
        Place in the slot ``synapses``; -1 for pre, 1 for post.
    code : str
    """

    add_to_magic_network = False
    KEPT = ("shared_delay", "delays")

    def __init__(
        self, synapses: Synapses, name: str, side: Literal["pre", "post"], code: str, event: str, delay: Any = None
    ) -> None:
        group = synapses.source if side == "pre" else synapses.target
        order = -1 if side == "pre" else 1
        super().__init__(clock=group.clock, when="synapses", order=order, name=f"{synapses.name}_{name}*")
        self.synapses, self.path, self.side, self.code, self.event = synapses, name, side, code, event
        self.prepost, self.objname = side, name
        self.block = parse_statements(Source(code, f"on_{side} of {synapses.describe()}")) if code.strip() else ()
        self.shared_delay: float | None = None if delay is None else _delay(delay)
        self.delays: np.ndarray | None = None
        self._built: tuple[Any, ...] = ()
        self._route: dict[str, np.ndarray] = {}
        self._steps = 0

    @property
    def group(self) -> Any:
        """The (sub)group whose events travel along this pathway."""
        return self.synapses.source if self.side == "pre" else self.synapses.target

    source = group

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
        if np.any(np.asarray(values) < 0):
            raise ValueError(f"{self.name}: a delay cannot be negative (smallest: {np.min(values) * 1e3:g} ms)")
        if self.shared_delay is not None:
            if np.size(values) != 1:
                raise TypeError(f"{self.name}: the delay was given as one for all synapses, it takes one value")
            self.shared_delay = float(np.reshape(values, -1)[0])
        else:
            self.delays = self.get_delays().copy()
            self.delays[where] = values
        self._built = ()
        self.edition += 1
        self.edition += 1

    def brought_back(self) -> None:
        """Synapses are sorted for travelling anew."""
        self._built = ()

    def resize(self) -> None:
        """New synapses begin with delay 0."""
        if self.delays is not None:
            self.delays = np.concatenate((self.delays, np.zeros(len(self.synapses) - len(self.delays))))

    def remove(self, keep: np.ndarray) -> None:
        """Keep the delays of the synapses that are marked; (n_syn,) bool."""
        if self.delays is not None:
            self.delays = self.delays[keep]

    # -- for the program -------------------------------------------------------------------------------------------

    def steps(self) -> np.ndarray:
        """The delays in steps of the clock; one entry if they are all the same."""
        if self.shared_delay is None and self.delays is None:
            return np.zeros(1, np.int32)
        steps = (self.get_delays() / self.clock.dt_ + ROUNDING).astype(np.int32)
        return steps[:1] if len(steps) and np.all(steps == steps[0]) else steps if len(steps) else np.zeros(1, np.int32)

    def before_run(self) -> None:
        """Sort the synapses for travelling, if anything changed."""
        key = (self.synapses.table.version, self.clock.dt_)
        if self._built != key or not self._route:
            self._build()
            self._built = key
        ring = self.group.rings[self.event]
        ring.fit(max(ring.history, self._longest + 1), self.clock.step, self.clock.dt_)

    def _build(self) -> None:
        steps, table = self.steps(), self.synapses.table
        rows, order = table.rows(self.side)
        self._route = {"rows": rows}
        self._longest = int(steps.max())
        self._steps = int(steps[0])
        if len(steps) > 1:
            key = table.source if self.side == "pre" else table.target
            order = np.lexsort((np.arange(len(key)), steps, key)).astype(np.int32)
            self._route["delays"] = steps[order]
        if order is not None:
            self._route["order"] = order

    def structure(self) -> Any:
        return ("order" in self._route, "delays" in self._route)

    @property
    def names(self) -> set[str]:
        """All names in the statements."""
        return {n for a in self.block for n in (*a.value.names(), a.target.text)}

    def body(self, context: Context) -> tuple[Stmt, ...]:
        """What happens at a synapse: event-driven variables are brought up to now, then the statements run."""
        synapses = self.synapses
        return synapses.event_driven.around(synapses.code(self.block, context, f"on_{self.path}"), context)

    def parts(self, context: Context) -> Contribution:
        """The route, and the kernel that walks it."""
        if not self._route:
            self.before_run()
        s, part = self.synapses, Contribution()
        name = f"{s.name}.{self.path}"
        for key, memory in self._route.items():
            part.store(f"{name}.{key}", memory)
        delayed = "delays" in self._route
        size = f"{self.group.name}.N"
        part.routes.append(Route(name, s.name, self.side, size, "order" in self._route, delayed, *s.firsts))
        part.ints[f"{name}.delay"] = self._steps
        if self.block and not context.values_only:
            body = self.body(context.on(self.clock, self.when))
            domain = Across(self.group.rings[self.event].name, name, None if delayed else f"{name}.delay")
            part.kernels.append(Kernel(self.name, domain, body, context.clock(self.clock), self.when, self.order))
        return part


def _delay(value: Any) -> float:
    if get_dimensions(value) is not second.dim:
        raise DimensionMismatchError("a delay must be a time, e.g. delay=2*ms", get_dimensions(value))
    if np.size(value) != 1:
        raise TypeError("delay= takes one time for all synapses; set S.delay after connect() for one each")
    if float(value) < 0:
        raise ValueError(f"a delay cannot be negative: {value}")
    return float(value)
