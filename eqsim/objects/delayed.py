"""``x(t - tau)`` in a string: what it means, and what becomes of it while an integrator works on the equations.

In: a call of a variable with one argument.  Out: an expression that reads the `Past` of the variable, see `past_rows`.

In equations ``t`` is a name that the integrator replaces by the time of each stage.  A call is then kept as
``past:x(t, tau)``, a `Call` that no method looks into, and the past is read when the step is finished: `Reads.settled`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationError, Span
from eqsim.ir.algebra import ZERO, minus
from eqsim.ir.expr import Call, Const, Expr, Number, Op, Ref, as_real, integer
from eqsim.ir.passes.share import share
from eqsim.ir.program import State
from eqsim.ir.stmt import Bound, Let
from eqsim.ir.walk import expressions, map_statement, nodes, statements, substitute, transform
from eqsim.model.delays import delay_help, delay_of, not_a_delay
from eqsim.model.model import Rule, T
from eqsim.model.translate import Callee, Site, Symbol, Typed
from eqsim.objects.host import evaluate
from eqsim.objects.past import Past
from eqsim.objects.past_rows import Names, Place, is_fixed, past_value
from eqsim.objects.past_tables import Tables, looking
from eqsim.units import second, unit_name

if TYPE_CHECKING:
    from eqsim.objects.meaning import Meaning
    from eqsim.objects.part import Context

SMOOTH = 3  # order of a method from which on the slopes are remembered, too


@dataclass(frozen=True, slots=True)
class Read:
    """One place in a string where the past is read: how long the delay is, and by which elements."""

    place: Place
    delay: Expr
    reader: Meaning
    span: Span | None
    least: int = 0
    """Steps that the delay must have at least."""

    def steps(self, state: State, dt_s: float) -> np.ndarray:
        """The delays in steps, as far as they are known when a run begins; (n,) float64."""
        if not len(self.reader):
            return np.zeros(0)
        indices = looking(self.reader, self.delay)
        return np.asarray(evaluate(self.delay, state, indices, self.reader.element)) / dt_s


@dataclass(slots=True)
class Reads:
    """All reads of one program, and what calls stand for that integrators carry along."""

    found: list[Read] = field(default_factory=list)
    carried: dict[str, tuple[Place, Span]] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)
    changed: bool = False
    """Is there a past of which nobody knew before that its rows are kept twice?"""

    def settled(self, rule: Rule, reader: Any, context: Context, order: float | None) -> Rule:
        """The rule of an integrator with all delayed values read from the past.

        ``order`` of the method: from `SMOOTH` on, values of variables of ``reader`` itself lie on polynomials.
        """
        bound = {let.name: let.value for let in rule.lets if isinstance(let, Let)}
        if not self._prepare(rule, reader, order):
            return rule
        names: Names = []

        def read(e: Expr) -> Expr:
            if not (isinstance(e, Call) and e.function in self.carried):
                return e
            place, span = self.carried[e.function]
            time, delay = (_expanded(a, bound) for a in e.args)
            offset = _after(time)
            self.found.append(Read(place, _in_program(delay, context, place), reader, span, int(offset != ZERO)))
            if not (is_fixed(delay) or self.tables.can_hold(substitute(delay, {"dt": ZERO}))):
                delay = e.args[1]
            return past_value(place, delay, offset, context, reader, place.past.smooth and place.group is reader, names)

        def whole(e: Expr) -> Expr:
            return transform(e, read)

        lets = tuple(cast(Bound, map_statement(s, whole)) for s in rule.lets)
        updates = tuple((name, whole(value)) for name, value in rule.updates)
        lets, updates = share(lets, updates, names)
        return replace(rule, lets=lets, updates=updates, failed=None if rule.failed is None else whole(rule.failed))

    def keep_twice(self, past: Past) -> bool:
        """The rows of a past are kept twice from now on."""
        self.changed |= not past.twice
        past.twice = True
        return True

    def spoiled(self, written: Collection[str]) -> bool:
        """Do kernels set what the tables rely on, or has a past changed?  Then everything has to be said again."""
        changing = self.tables.relied_on & set(written)
        again = bool(changing) or self.changed
        if again:
            self.found, self.carried, self.changed = [], {}, False
            self.tables = Tables(changing=self.tables.changing | changing)
        return again

    def complete(self, state: State) -> None:
        """Fill the tables, when the memory of the past is in the state."""
        for table in self.tables.found.values():
            table.fill(state)

    def _prepare(self, rule: Rule, reader: Any, order: float | None) -> bool:
        """Are there calls in the rule?  For methods of a high order, ask for slopes."""
        used = {x.function for e in _values(rule) for x in nodes(e) if isinstance(x, Call)} & set(self.carried)
        for name in used:
            place, _ = self.carried[name]
            own = place.group is reader and place.group.variables[place.past.name].kind == "state"
            place.past.smooth |= own and (order or 0) >= SMOOTH and not rule.noise
        return bool(used)


def _values(rule: Rule) -> Iterator[Expr]:
    for s in statements(rule.lets):
        yield from expressions(s)
    yield from (value for _, value in rule.updates)
    yield from () if rule.failed is None else (rule.failed,)


def _after(time: Expr) -> Expr:
    """The time of a stage minus that of the step."""
    if isinstance(time, Op) and time.op == "+" and time.args[0] == T:
        return time.args[1]
    return ZERO if time == T else minus(time, T)


def _expanded(e: Expr, bound: dict[str, Expr]) -> Expr:
    """An expression with the Lets that it refers to put in."""

    def put(x: Expr) -> Expr:
        return _expanded(bound[x.name], bound) if isinstance(x, Ref) and x.name in bound else x

    return transform(e, put)


def _in_program(e: Expr, context: Context, place: Place) -> Expr:
    """A delay in the words of an integrator, as the program says it."""
    dt = context.time(place.group.clock, "dt").expr
    return substitute(e, {"dt": dt})


# --- in strings -------------------------------------------------------------------------------------------------------


def callable_symbol(symbol: Symbol, group: Any, name: str, at: Expr, context: Context) -> Symbol:
    """The symbol of a variable that may be called with a time of the past."""
    return replace(symbol, callee=Delayed(group, name, at, symbol, context))


@dataclass(frozen=True, slots=True)
class Delayed(Callee):
    """What ``x(...)`` means for a variable x."""

    group: Any
    name: str
    at: Expr
    symbol: Symbol
    context: Context

    def __call__(self, args: Sequence[Typed], site: Site) -> Typed:
        """The value in the past.

        Raises
        ------
        EquationError
            If the argument is not ``t - delay``.
        DimensionMismatchError
            If the delay is no time.
        """
        now = site.scope("t")
        if len(args) != 1 or now is None:
            raise not_a_delay(self.name, site)
        if args[0].dim is not None and args[0].dim is not second.dim:
            label = unit_name(args[0].dim)
            problem = Diagnostic("U107", f"{self.name}(...) needs a time", site.arguments[0], label, delay_help(self.name))
            raise DimensionMismatchError(problem, second.dim, args[0].dim)
        delay = delay_of(args[0].expr, now.expr)
        if delay is None or delay == ZERO:
            raise not_a_delay(self.name, site)
        return Typed(self._read(as_real(delay), now.expr, site.span), self.symbol.dim)

    def _read(self, delay: Expr, now: Expr, span: Span) -> Expr:
        shared = self.group.variables[self.name].shared
        place = Place(
            self.group.remember_past(self.name), self.group, integer(0) if shared else self.at, as_real(self.symbol.expr)
        )
        if now == T:
            self.context.reads.carried[place.label] = (place, span)
            return Call(place.label, (T, delay))
        self._check_clock(now, span)
        reader = self.group if self.context.reader is None else self.context.reader  # without synapses yet, it is false
        self.context.reads.found.append(Read(place, delay, reader, span))
        return past_value(place, delay, ZERO, self.context, reader)

    def _check_clock(self, now: Expr, span: Span) -> None:
        """Only with the steps of the group the rows of its past can be counted."""
        if isinstance(self.context.time(self.group.clock, "t_in_timesteps").expr, Const):
            if not self.group.pasts[self.name].length:
                message = f"the past of '{self.name}' is known from the first run on"
                raise EquationError(Diagnostic("E131", message, span))
            return
        names = {x.name for x in nodes(now) if isinstance(x, Number)}
        own = {x.name for x in nodes(self.context.time(self.group.clock, "dt").expr) if isinstance(x, Number)}
        if names != own:
            message = f"the past of '{self.name}' can be read in steps of the clock of '{self.group.name}' only"
            raise EquationError(Diagnostic("E132", message, span))
