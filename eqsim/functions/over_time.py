"""Where a time lies on a grid: the places in the arrays of values over time."""

from __future__ import annotations

from eqsim.functions.helpers import Lets, define
from eqsim.ir.expr import Cast, Expr, Select, as_real, gt, lt, real


def _within(let: Lets, t: Expr, dt: Expr, rows: Expr) -> Expr:
    """t/dt between 0 and the number of the last row; 0 for NaN."""
    x, last = let("x", t / dt), let("last", as_real(rows - 1))
    return Select(gt(x, 0.0), Select(lt(x, last), x, last), real(0.0))


@define("row_at", t="real", tolerance="real", dt="real", rows="int")
def _row_at(let: Lets, t: Expr, tolerance: Expr, dt: Expr, rows: Expr) -> Expr:
    """The row whose stretch of time, ``row*dt`` to ``(row + 1)*dt``, holds t; a time just before a grid point is on it."""
    return Cast("int", _within(let, t + tolerance, dt, rows))


@define("share_of_next", t="real", dt="real", rows="int")
def _share_of_next(let: Lets, t: Expr, dt: Expr, rows: Expr) -> Expr:
    """How far t is on its way from its row to the next one, 0 to 1."""
    x = let("within", _within(let, t, dt, rows))
    return x - as_real(Cast("int", x))


@define("next_row", row="int", rows="int")
def _next_row(let: Lets, row: Expr, rows: Expr) -> Expr:
    """The row after this one; the last row has none but itself."""
    return Select(lt(row, rows - 1), row + 1, row)
