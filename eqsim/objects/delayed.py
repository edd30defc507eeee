"""``x(t - tau)`` in a string: what it means, and how a program reads it from the `Past` of the variable.

In: a call of a variable with one argument.  Out: an expression of the IR.  With ``back = (tau - c*dt)/dt`` steps, where c is
the stage of the integrator (0 outside of equations), and k the next whole number, the value lies between those at steps
``n - k`` and ``n - k + 1``::

    share = k - back                                       from 0, the earlier of the two, to 1, the later, exactly
    value = (1 - share)*x[n - k] + share*x[n - k + 1]      a straight line: error of order dt**2
    value = cubic Hermite polynomial of both and their slopes    error of order dt**4, for methods of order 3 and more

While an integrator works on equations, ``t`` is a name that it replaces by the time of each stage.  A call is then kept
as ``Call(label, (t, tau))`` and read when the step is finished, see `Reads.settled`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationError, Span, for_object
from eqsim.ir.algebra import ZERO, minus, over
from eqsim.ir.expr import (
    Call,
    Cast,
    Const,
    Draw,
    Expr,
    Load,
    Number,
    Op,
    Ref,
    Select,
    as_real,
    both,
    eq,
    ge,
    gt,
    integer,
    le,
    lt,
    real,
    unary,
)
from eqsim.ir.passes.share import share
from eqsim.ir.program import State
from eqsim.ir.show import show
from eqsim.ir.stmt import Bound, Let
from eqsim.ir.walk import expressions, map_statement, nodes, statements, substitute, transform
from eqsim.model.delays import carried, delay_help, delay_of, not_a_delay
from eqsim.model.model import DT, Rule, T
from eqsim.model.translate import Callee, Site, Symbol, Typed
from eqsim.objects.host import evaluate
from eqsim.objects.past import Past
from eqsim.units import second, unit_name

if TYPE_CHECKING:
    from eqsim.objects.meaning import Meaning
    from eqsim.objects.part import Context

SMOOTH = 3  # order of a method from which on the slopes are remembered, too
TINY = 1e-6  # steps by which a delay may miss the least one that is possible
INDICES = frozenset("ijk")


@dataclass(frozen=True, slots=True)
class Place:
    """A variable of one element: whose past is read, and where the element stands in it."""

    past: Past
    group: Any
    at: Expr
    now: Expr
    """The present value."""

    @property
    def label(self) -> str:
        """A name for calls that an integrator carries along."""
        own = self.at == Ref("i", "int")
        return carried(self.past.name if own else f"{self.past.owner}.{self.past.name}[{show(self.at)}]")


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
        count = len(self.reader)
        if not count:
            return np.zeros(0)
        indices = self.reader.host_indices(np.arange(count, dtype=np.int64))
        return np.asarray(evaluate(self.delay, state, indices, self.reader.element)) / dt_s


@dataclass(slots=True)
class Reads:
    """All reads of one program, and what calls stand for that integrators carry along."""

    found: list[Read] = field(default_factory=list)
    carried: dict[str, tuple[Place, Span]] = field(default_factory=dict)

    def settled(self, rule: Rule, reader: Any, context: Context, order: float | None) -> Rule:
        """The rule of an integrator with all delayed values read from the past.

        ``order`` of the method: from `SMOOTH` on, values of variables of ``reader`` itself lie on polynomials.
        """
        bound = {let.name: let.value for let in rule.lets if isinstance(let, Let)}
        if not self._prepare(rule, reader, order):
            return rule
        names: list[tuple[Expr, str]] = []

        def read(e: Expr) -> Expr:
            if not (isinstance(e, Call) and e.function in self.carried):
                return e
            place, span = self.carried[e.function]
            time, delay = (_expanded(a, bound) for a in e.args)
            offset = _after(time)
            self.found.append(Read(place, _in_program(delay, context, place), reader, span, int(offset != ZERO)))
            short = delay if _is_fixed(delay) else e.args[1]
            return _value(place, short, offset, context, place.past.smooth and place.group is reader, names)

        def whole(e: Expr) -> Expr:
            return transform(e, read)

        lets = tuple(cast(Bound, map_statement(s, whole)) for s in rule.lets)
        updates = tuple((name, whole(value)) for name, value in rule.updates)
        lets, updates = share(lets, updates, names)
        return replace(rule, lets=lets, updates=updates, failed=None if rule.failed is None else whole(rule.failed))

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
        if delay is None:
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
        reader = self.context.reader or self.group
        self.context.reads.found.append(Read(place, delay, reader, span))
        return _value(place, delay, ZERO, self.context, False)

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


# --- in programs ------------------------------------------------------------------------------------------------------


def _value(
    place: Place,
    delay: Expr,
    offset: Expr,
    context: Context,
    smooth: bool,
    names: list[tuple[Expr, str]] | None = None,
) -> Expr:
    """The value of a variable ``delay`` seconds before the time of the step plus ``offset``.

    Good names for its parts are added to ``names``.
    """
    clock = place.group.clock
    n, dt = context.time(clock, "t_in_timesteps").expr, context.time(clock, "dt").expr
    back = substitute(over(minus(delay, offset), DT), {"dt": dt})
    length = place.past.steps
    within = both(ge(back, real(-TINY)), le(back, as_real(length) - real(2.0)))
    sure = _is_fixed(back) and not isinstance(n, Const)
    back = Select(gt(back, 0.0) if sure else both(within, gt(back, 0.0)), back, ZERO)
    k = _rows_back(back, offset)
    share = as_real(k) - back
    rows = _Rows(place, n, k, length, early=context.early)
    value = rows.hermite(share, dt) if smooth else rows.line(share)
    if names is not None:
        x = place.past.name
        names += [(back, f"_steps_back_{x}"), (k, f"_row_back_{x}"), (share, f"_share_{x}"), (value, f"_{x}_past")]
    return value if sure else Select(within, value, real(float("nan")))


def _is_fixed(e: Expr) -> bool:
    """Can the value not change during a run?"""
    return all(isinstance(x, Const | Number | Op) or x == DT for x in nodes(e))


def _rows_back(back: Expr, offset: Expr) -> Expr:
    """How many rows back the earlier of the two lies.

    A grid point belongs to the interval after it at the beginning of a step, and to the one before it within the step:
    this matters where the value jumps.
    """
    if offset != ZERO:
        return Cast("int", unary("floor", back)) + 1
    whole = Cast("int", unary("ceil", back))
    return Select(lt(whole, 1), integer(1), whole)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The two rows between which a value lies: steps ``n - k`` and ``n - k + 1``."""

    place: Place
    n: Expr
    k: Expr
    length: Number
    early: bool

    def _slots(self) -> tuple[Expr, Expr]:
        here = Op("%", (self.n, self.length)) - self.k
        low = Select(lt(here, 0), here + self.length, here)
        high = low + 1
        return low, Select(eq(high, self.length), integer(0), high)

    def _load(self, what: str, slot: Expr) -> Expr:
        past = self.place.past
        return Load(past.full(what), past.at(slot, self.place.at))

    @property
    def _start(self) -> Expr:
        """Is the later row the one at which the given history ends?"""
        return eq(self.n - self.k + 1, Number(self.place.past.full("past_start"), "int"))

    def _values(self) -> tuple[Expr, Expr]:
        low, high = self._slots()
        later = self._load("past", high)
        if self.place.past.jumps(self.place.group.memory.get(self.place.past.name)):
            later = Select(self._start, Load(self.place.past.full("past_before"), self.place.at), later)
        # at the beginning of a step the present row is not written yet
        return self._load("past", low), Select(eq(self.k, 1), self.place.now, later) if self.early else later

    def line(self, share: Expr) -> Expr:
        """On a straight line between the two."""
        low, high = self._values()
        return (1.0 - share) * low + share * high

    def hermite(self, share: Expr, dt: Expr) -> Expr:
        """On the cubic polynomial with the values and slopes of the two."""
        (low, high), (low_slot, high_slot) = self._values(), self._slots()
        past = self.place.past
        rise = self._load("past_slopes", low_slot)
        end = Select(self._start, Load(past.full("past_rise"), self.place.at), self._load("past_slopes", high_slot))
        rest = 1.0 - share
        value = (1.0 + 2.0 * share) * rest * rest * low + share * share * (3.0 - 2.0 * share) * high
        return value + dt * share * rest * (rest * rise - share * end)


# --- when a run begins ------------------------------------------------------------------------------------------------


def settle(group: Any, reads: Reads, state: State) -> None:
    """Check the delays of a program, make room for them, and put the memory into its state.

    Raises
    ------
    EqsimError
        If a delay is negative, or too short for the method; or if it changes and nobody has said how far.
    """
    waiting = dict(group.pasts)
    while waiting:
        ready = {name: now for name in waiting if (now := _present(group, name, bool(len(waiting) > 1))) is not None}
        for name, now in ready.items():
            past, dt_s = waiting.pop(name), group.clock.dt_
            longest = max((_longest(r, group, state, dt_s) for r in reads.found if r.place.past is past), default=0.0)
            past.fit(longest, group.clock.step, dt_s, now)
        if not ready:
            _present(group, next(iter(waiting)), False)
    for past in group.pasts.values():
        state.arrays.update(past.arrays())
        state.ints.update(past.ints())


def _present(group: Any, name: str, patient: bool) -> np.ndarray | None:
    """The values of a variable now, (width,) float64; None if they follow from the past of another one."""
    variable, past = group.variables[name], cast(Past, group.pasts[name])
    if past.length and not variable.stored:
        return past.latest
    if not past.length and past.given is not None:
        return past.begin(group.memory.get(name), group.clock.step * group.clock.dt_)
    try:
        values: np.ndarray = np.atleast_1d(np.asarray(group._read(variable, slice(None)), dtype=np.float64))
        return values
    except EquationError:
        if patient:
            return None
        raise


def _longest(read: Read, group: Any, state: State, dt_s: float) -> float:
    """The longest delay in steps.

    Raises
    ------
    EqsimError
        As `settle`.
    """
    longest = group.longest_delay_s
    if _changes(read):
        if longest is None:
            message = f"the delay of '{read.place.past.name}' changes during a run"
            help = f"say how long it can become, e.g. {group.name}.longest_delay = 50*ms"
            raise for_object(EquationError(Diagnostic("E133", message, read.span, "", help)), read.reader.name)
        return float(longest / dt_s)
    steps = read.steps(state, dt_s)
    if not len(steps):
        return 0.0
    _check_least(read, float(np.min(steps)), dt_s)
    if not np.all(np.isfinite(steps)):
        raise for_object(EquationError(Diagnostic("E134", "a delay is not finite", read.span)), read.reader.name)
    return max(float(np.max(steps)), 0.0 if longest is None else longest / dt_s)


def _check_least(read: Read, steps: float, dt_s: float) -> None:
    if steps >= read.least - TINY:
        return
    given = f"{steps * dt_s * 1e3:.6g} ms"
    if steps < 0:
        message, help = f"a delay cannot be negative, but one is {given}", "x(t - delay) is the past, with delay > 0"
    else:
        message = f"a delay of {given} is shorter than the step, {dt_s * 1e3:g} ms"
        help = "this method needs values within the step: make dt smaller, or use method='euler'"
    raise for_object(EquationError(Diagnostic("E135", message, read.span, "", help)), read.reader.name)


def _changes(read: Read) -> bool:
    """Does the delay depend on something that equations change, or on time?"""
    groups = {g.name: g for g in _seen_by(read.reader)}
    for x in nodes(read.delay):
        if isinstance(x, Draw) or (isinstance(x, Ref) and x.name not in INDICES):
            return True
        if isinstance(x, Load) and x.array.endswith(".past"):
            return True
        if isinstance(x, Load):
            owner, _, name = x.array.rpartition(".")
            variable = groups[owner].variables.get(name) if owner in groups else None
            if variable is not None and variable.kind in ("state", "held"):
                return True
    return False


def _seen_by(reader: Any) -> list[Any]:
    ends = [getattr(reader, "source", None), getattr(reader, "target", None)]
    return [g.base for g in (reader, *ends) if g is not None]
