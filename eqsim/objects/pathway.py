"""Pathways: what the spikes of one side do to the synapses, and how long they travel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from eqsim.errors import EqsimError, Source
from eqsim.ir.domain import Across, Due, Send
from eqsim.ir.expr import Cast, Const, Draw, Expr, Load, Number, Ref, Select, ge, integer
from eqsim.ir.program import Kernel, Route
from eqsim.ir.stmt import Stmt
from eqsim.ir.visits import row_positions
from eqsim.ir.walk import body_nodes
from eqsim.objects import ends
from eqsim.objects.custom_events import found_after
from eqsim.objects.moment import moment
from eqsim.objects.part import Context, Contribution
from eqsim.objects.pathway_delays import PathwayDelays
from eqsim.objects.pending import NONE, Entries, SpikeQueue
from eqsim.objects.population import Broadcast, Totals, broadcasts
from eqsim.syntax import parse_statements

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses

ROUNDING = 0.5  # a delay is rounded to the nearest step


class SynapticPathway(PathwayDelays):
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
    KEPT = ("shared_delay", "delays", "queue", "_since")

    def __init__(
        self, synapses: Synapses, name: str, side: Literal["pre", "post"], code: str, event: str, delay: Any = None
    ) -> None:
        group = synapses.source if side == "pre" else synapses.target
        order = -1 if side == "pre" else 1
        super().__init__(delay, clock=group.clock, when="synapses", order=order, name=f"{synapses.name}_{name}*")
        self.synapses, self.path, self.side, self.code, self.event = synapses, name, side, code, event
        self.prepost, self.objname = side, name
        self.block = parse_statements(Source(code, f"on_{side} of {synapses.describe()}")) if code.strip() else ()
        self._since = 0
        self.common: tuple[Broadcast, ...] = ()
        self._travels_in_common = self._needs_ends_only = False
        self._route: dict[str, np.ndarray] = {}
        self._steps = 0

    @property
    def group(self) -> Any:
        """The (sub)group whose events travel along this pathway."""
        return self.synapses.source if self.side == "pre" else self.synapses.target

    source = group

    def bring_back(self, values: Mapping[str, Any]) -> None:
        waiting, built = values["queue"], self._built
        same = self.queue is None and waiting is None and self.shared_delay == values["shared_delay"]
        mine: Any = self.delays  # None is equal to itself
        same = same and np.array_equal(mine, values["delays"])
        self.queue = None if waiting is None else self._new_queue(int(waiting["size"]))
        super().bring_back(values)
        self._built = built if same else ()  # if anything is different, synapses are sorted for travelling anew

    def resize(self) -> None:
        """New synapses begin with delay 0."""
        if self.delays is not None:
            self.delays = np.concatenate((self.delays, np.zeros(len(self.synapses) - len(self.delays))))
        if self.queue is not None and self.queue.size != len(self.synapses):
            self.queue.resize(len(self.synapses), self._next_step())

    def remove(self, keep: np.ndarray) -> None:
        """Keep the delays of the synapses that are marked, and the spikes on their way to them; (n_syn,) bool."""
        if self.delays is not None:
            self.delays = self.delays[keep]
        if self.queue is not None:
            self.queue.remove(keep, self._next_step())

    # -- spikes on their way ---------------------------------------------------------------------------------------

    def hold_spikes(self) -> None:
        """Before delays or synapses change: spikes on their way keep the delays with which they have set out."""
        if self.queue is None and self._route:
            first = self._next_step()
            waiting = self._on_their_way(first)
            if len(waiting[0]):
                self.queue = self._new_queue(len(self.synapses))
                self.queue.fill(waiting, first)
            self._since, self._built = first, ()
            self.edition += 1

    def _new_queue(self, size: int) -> SpikeQueue:
        return SpikeQueue(f"{self.synapses.name}.{self.path}.queue", self.clock, size)

    def _next_step(self) -> int:
        """The first step whose spikes have not been delivered yet."""
        return self.clock.step + moment.has_run(self.name)

    def _on_their_way(self, first: int) -> Entries:
        """Synapses with spikes that are due from step ``first`` on, by the route of the last run."""
        if self._travels_in_common:
            self._build(in_common=False)
        ring, rows, group = self.group.rings[self.event], self._route["rows"], self.group
        found = [NONE]
        for step in range(max(self._since, first - min(self._longest, ring.history - 1)), first):
            spiking = ring.at(step).astype(np.int64)
            here = ends.relative(group, spiking) if ends.contiguous(group) else spiking
            positions = row_positions(rows, here)[0]
            ahead = self._route["delays"][positions].astype(np.int64) if "delays" in self._route else self._steps
            due = np.broadcast_to(step + ahead, positions.shape)
            late = due >= first
            synapses = self._route["order"][positions] if "order" in self._route else positions
            found.append((synapses[late].astype(np.int64), due[late]))
        synapses, due = (np.concatenate(x) for x in zip(*found, strict=True))
        order = np.argsort(due, kind="stable")
        return synapses[order], due[order]

    # -- for the program -------------------------------------------------------------------------------------------

    def steps(self) -> np.ndarray:
        """The steps of the clock that events are under way; one entry if they are all the same."""
        late = int(found_after(self.group.base, self.event, self))
        if self.shared_delay is None and self.delays is None:
            return np.full(1, late, np.int32)
        steps = (self.get_delays() / self.clock.dt_ + ROUNDING).astype(np.int32) + late
        return steps[:1] if len(steps) and np.all(steps == steps[0]) else steps if len(steps) else np.zeros(1, np.int32)

    def before_run(self) -> None:
        """Sort the synapses for travelling, if anything changed."""
        late = found_after(self.group.base, self.event, self)
        if late and self.is_changed_by_code:
            raise EqsimError(f"{self.name}: delays that code changes need events that are found before slot '{self.when}'")
        key = (self.synapses.table.version, self.clock.dt_, self.is_common, late)
        if self._built != key or not self._route:
            self._build(self.is_common)
            self._built = key
        if self.is_seen_by_code and self.shared_delay is None:
            self.delays = self.get_delays()
        ring, step = self.group.rings[self.event], self.clock.step
        self._since = self._since_now(ring.dt_s)
        if self.is_changed_by_code and self.queue is None:
            self.queue = self._new_queue(len(self.synapses))
            self.queue.fill(self._on_their_way(step), step)
            self._build(in_common=False)
        if self.queue is not None:
            self.queue.prepare(self._next_step(), self._longest + 1, self.clock.dt_)
        history = 1 if self.queue is not None else self._longest + 1
        ring.fit(max(ring.history, history), step + moment.has_found(ring.name), self.clock.dt_)

    def renew(self) -> None:
        self.before_run()

    def _since_now(self, dt_s: float | None) -> int:
        """The step from which on spikes travel by the present route; ``dt_s`` is the step with which it was counted."""
        since = self._since if dt_s in (None, self.clock.dt_) else round(self._since * dt_s / self.clock.dt_)
        return since if since <= self.clock.step + 1 else 0

    def _build(self, in_common: bool) -> None:
        steps, table = self.steps(), self.synapses.table
        self._travels_in_common = in_common
        rows, order = (np.arange(len(self.group) + 1), None) if in_common else table.rows(self.side)
        self._route = {"rows": ends.spread(self.group, rows)}
        self._longest = int(steps.max())
        self._steps = int(steps[0])
        if len(steps) > 1 and self.queue is None:
            key = table.source if self.side == "pre" else table.target
            order = np.lexsort((np.arange(len(key)), steps, key)).astype(np.int32)
            self._route["delays"] = steps[order].astype(ends.narrow(self._longest))
        if order is not None:
            self._route["order"] = order

    def structure(self) -> Any:
        kinds = (key in self._route for key in ("order", "delays"))
        return (*kinds, self.queue is not None, self._has_array, self._travels_in_common)

    @property
    def logs(self) -> list[Any]:
        """What may have to grow during a run."""
        return [] if self.queue is None else [self.queue.longest, self.queue.farthest]

    @property
    def names(self) -> set[str]:
        """All names in the statements."""
        return {n for a in self.block for n in (*a.value.names(), a.target.text)}

    def body(self, context: Context) -> tuple[Stmt, ...]:
        """What happens at a synapse: event-driven variables are brought up to now, then the statements run."""
        synapses = self.synapses
        return synapses.event_driven.around(synapses.code(self.block, context, f"on_{self.path}"), context)

    def check(self, context: Context) -> None:
        """Translate the statements; is what they do the same for all pairs?"""
        body = self.body(context)
        single = self.synapses.event_driven or not self.block
        self.common = () if single else broadcasts(body, "i" if self.side == "pre" else "j")

    @property
    def is_common(self) -> bool:
        """Can all pairs be done at once, without single synapses?  See `population`."""
        of_synapse = self.is_seen_by_code and self.shared_delay is None
        alike = self.queue is None and not of_synapse and len(self.steps()) == 1
        return bool(self.common) and self.synapses.table.all_pairs and alike

    def parts(self, context: Context) -> Contribution:
        """The route, and the kernel that walks it."""
        if not self._route:
            self.before_run()
        s, part = self.synapses, Contribution()
        name = f"{s.name}.{self.path}"
        body = () if context.values_only else self._understood(context)
        by_ends = self._needs_ends_only and "order" in self._route
        for key, memory in self._route.items():
            if key != "order" or not by_ends:
                part.store(f"{name}.{key}", memory)
        if by_ends:
            part.store(f"{name}.ends", self._other_ends()[self._route["order"]])
        delayed = "delays" in self._route
        size = ends.size(self.group)
        since = f"{name}.since"
        ends_of = f"{name}.common" if self._travels_in_common else s.name  # in common there are no single synapses
        ordered = "order" in self._route
        part.routes.append(Route(name, ends_of, self.side, size, ordered, delayed, *s.firsts, by_ends, since))
        part.ints |= {f"{name}.delay": self._steps, since: self._since}
        if self._has_array:
            part.store(self.array, self.get_delays(), self.shared_delay is not None)
        if self.queue is not None:
            self.queue.contribute(part, context.clock(self.clock))
        if self._travels_in_common:
            Totals(self.name, "", self.common).declare(part)
        if self.block and not context.values_only:
            part.kernels += self._kernels(context, name, delayed, part, body)
        return part

    def _understood(self, context: Context) -> tuple[Stmt, ...]:
        """What happens at a synapse; is it a matter of the neurons at its ends only?"""
        body = self.body(context.on(self.clock, self.when)) if self.block else ()
        of_synapse = any(isinstance(e, Draw) or e == Ref("k", "int") for e in body_nodes(body))
        self._needs_ends_only = bool(body) and not of_synapse and self.queue is None and not self._travels_in_common
        return body

    def _other_ends(self) -> np.ndarray:
        """(n_syn,): the neurons at the other ends, as programs know them."""
        s = self.synapses
        if self.side == "pre":
            return ends.column(s.target, s.table.target)
        return ends.column(s.source, s.table.source.astype(np.int32, copy=False))

    def _kernels(
        self, context: Context, route: str, delayed: bool, part: Contribution, body: tuple[Stmt, ...]
    ) -> list[Kernel]:
        """One kernel that delivers; with a queue one before it that lets spikes set out."""
        clock, events = context.clock(self.clock), self.group.rings[self.event].name
        if self._travels_in_common:
            end, other = ("i", self.synapses.target) if self.side == "pre" else ("j", self.synapses.source)
            totals = Totals(self.name, end, broadcasts(body, end))
            place = {"clock": clock, "when": self.when, "order": self.order}
            return totals.kernels(Across(events, route, f"{route}.delay"), ends.everyone(other, part), end, place)
        if self.queue is None:
            domain = Across(events, route, None if delayed else f"{route}.delay")
            return [Kernel(self.name, domain, body, clock, self.when, self.order)]
        send, due = Send(events, route, self._steps_of(route, clock), self.queue.name), Due(self.queue.name, route)
        return [
            Kernel(self.name, send, (), clock, self.when, self.order),
            Kernel(f"{self.name}_due", due, body, clock, self.when, self.order),
        ]

    def _steps_of(self, route: str, clock: str) -> Expr:
        """The delay of synapse ``k`` in steps; what code has made negative counts as 0."""
        if self.shared_delay is not None or not self._has_array:
            return Number(f"{route}.delay", "int")
        steps = Cast("int", Load(self.array, Ref("k", "int")) / Number(f"{clock}.dt") + Const(ROUNDING))
        return Select(ge(steps, integer(0)), steps, integer(0))
