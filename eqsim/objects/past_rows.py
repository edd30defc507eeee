"""The value of a variable in the past as an expression of a program: which rows of its `Past`, and how much of each.

In: a variable of an element, a delay, and the stage of the integrator.  Out: an expression.  With ``back = delay/dt - c``
steps, where c*dt is the time of the stage (0 outside of equations), and k the next whole number, the value lies between
those at steps ``n - k`` and ``n - k + 1``::

    share = k - back                                       from 0, the earlier of the two, to 1, the later, exactly
    value = (1 - share)*x[n - k] + share*x[n - k + 1]      a straight line: error of order dt**2
    value = cubic Hermite polynomial of both and their slopes    error of order dt**4, for methods of order 3 and more

=====================================  ==============================================================================
the delay                              how k and share are found
=====================================  ==============================================================================
one number for the run                 once for each step
other numbers, which no kernel sets    from tables with one entry for each element, or one for all: `past_tables`
changes in the run                     for each element in each step; NaN where it leaves the rows that are kept
=====================================  ==============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eqsim.ir.algebra import ZERO, minus, over
from eqsim.ir.expr import (
    Cast,
    Const,
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
from eqsim.ir.show import show
from eqsim.ir.walk import nodes, substitute
from eqsim.model.delays import carried
from eqsim.model.model import DT
from eqsim.objects.past import Past

if TYPE_CHECKING:
    from eqsim.objects.part import Context

TINY = 1e-6  # steps by which a delay may miss the least one that is possible
Names = list[tuple[Expr, str]]


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


def past_value(
    place: Place, delay: Expr, offset: Expr, context: Context, reader: Any, smooth: bool = False, names: Names | None = None
) -> Expr:
    """The value of a variable ``delay`` seconds before the time of the step plus ``offset``.

    ``reader`` is the object for whose elements it is; good names for parts of the expression are added to ``names``.
    """
    clock, tables = place.group.clock, context.reads.tables
    n, dt = context.time(clock, "t_in_timesteps").expr, context.time(clock, "dt").expr
    back = substitute(over(minus(delay, offset), DT), {"dt": dt})
    if isinstance(n, Const) or not (is_fixed(back) or tables.can_hold(back)):
        within = both(ge(back, real(-TINY)), le(back, as_real(place.past.steps) - real(2.0)))
        rows = _computed(place, n, Select(both(within, gt(back, 0.0)), back, ZERO), offset, context.early)
        return Select(within, rows.value(dt, smooth), real(float("nan")))
    if is_fixed(back):
        rows = _computed(place, n, Select(gt(back, 0.0), back, ZERO), offset, context.early)
    else:
        table = tables.table(reader, back, offset != ZERO, place.past)
        if table.alike:
            where = _around(place, n, table.rows)
        else:
            many = reader.element == "k" and context.reads.keep_twice(place.past)
            where = (_behind if many else _flat)(place.past, n, table.place(place.past, place.at))
        rows = Rows(place, n, table.rows, table.share, context.early, *where)
    value = rows.value(dt, smooth)
    if names is not None:
        x = place.past.name
        names += [(rows.k, f"_rows_back_{x}"), (rows.share, f"_share_{x}"), (value, f"_{x}_past")]
    return value


def is_fixed(e: Expr) -> bool:
    """Is it one number that does not change during a run?"""
    return all(isinstance(x, Const | Number | Op) or x == DT for x in nodes(e))


def _computed(place: Place, n: Expr, back: Expr, offset: Expr, early: bool) -> Rows:
    """The rows for a number of steps that the program computes."""
    k = _rows_back(back, offset)
    return Rows(place, n, k, as_real(k) - back, early, *_around(place, n, k))


def _around(place: Place, n: Expr, k: Expr) -> tuple[Expr, Expr]:
    """Where the two values lie in the ring."""
    here = Op("%", (n, place.past.steps)) - k
    low = Select(lt(here, 0), here + place.past.steps, here)
    high = Select(eq(low + 1, place.past.steps), integer(0), low + 1)
    return place.past.at(low, place.at), place.past.at(high, place.at)


def _rows_back(back: Expr, offset: Expr) -> Expr:
    """How many rows back the earlier of the two lies.

    A grid point belongs to the interval after it at the beginning of a step, and to the one before it within the step:
    this matters where the value jumps.
    """
    if offset != ZERO:
        return Cast("int", unary("floor", back)) + 1
    whole = Cast("int", unary("ceil", back))
    return Select(lt(whole, 1), integer(1), whole)


def _flat(past: Past, n: Expr, place: Expr) -> tuple[Expr, Expr]:
    """Where the two values lie in the ring, from the place ``k*columns - element`` of a table."""
    size = past.at(past.steps, integer(0))
    here = past.row(n, integer(0)) - place
    low = Select(lt(here, 0), here + size, here)
    next_row = low + past.next_row
    return low, Select(ge(next_row, size), next_row - size, next_row)


def _behind(past: Past, n: Expr, place: Expr) -> tuple[Expr, Expr]:
    """The same in the second copy of the ring, where no row lies before the beginning."""
    low = past.row(n, integer(0), 1) - place
    return low, low + past.next_row


@dataclass(frozen=True, slots=True)
class Rows:
    """The two values between which one lies: of steps ``n - k`` and ``n - k + 1``, at ``low`` and ``high`` in the ring."""

    of: Place
    n: Expr
    k: Expr
    share: Expr
    early: bool
    low: Expr
    high: Expr

    def value(self, dt: Expr, smooth: bool) -> Expr:
        """The value in between."""
        return self._hermite(dt) if smooth else self._line()

    @property
    def _start(self) -> Expr:
        """Is the later row the one at which the given history ends?"""
        return eq(self.n - self.k + 1, Number(self.of.past.full("past_start"), "int"))

    def _values(self) -> tuple[Expr, Expr]:
        past = self.of.past
        later: Expr = Load(past.full("past"), self.high)
        if past.jumps(self.of.group.memory.get(past.name)):
            later = Select(self._start, Load(past.full("past_before"), self.of.at), later)
        # at the beginning of a step the present row is not written yet
        return Load(past.full("past"), self.low), Select(eq(self.k, 1), self.of.now, later) if self.early else later

    def _line(self) -> Expr:
        low, high = self._values()
        return (1.0 - self.share) * low + self.share * high

    def _hermite(self, dt: Expr) -> Expr:
        (low, high), past, share = self._values(), self.of.past, self.share
        rise = Load(past.full("past_slopes"), self.low)
        end = Select(self._start, Load(past.full("past_rise"), self.of.at), Load(past.full("past_slopes"), self.high))
        rest = 1.0 - share
        value = (1.0 + 2.0 * share) * rest * rest * low + share * share * (3.0 - 2.0 * share) * high
        return value + dt * share * rest * (rest * rise - share * end)
