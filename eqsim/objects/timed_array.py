"""TimedArray: values over time, called like a function in strings and in Python.

In: values on a grid of times.  Out: for strings, a load of an array whose place follows from the time::

    value      v[0]      v[1]      v[2]    ...    v[last]
    time    0 ------ dt ------ 2 dt ----- ...  last*dt ------>      before 0: v[0]

With ``interpolation='linear'`` the values lie on a line between the grid points instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationError, Span
from eqsim.ir.expr import Call, Const, Expr, Load, Op, Ref, Select, as_int, as_real, both, ge, real
from eqsim.log import get_logger
from eqsim.model.translate import Site, Typed
from eqsim.objects.clock import defaultclock
from eqsim.objects.naming import Nameable
from eqsim.objects.scope import Surroundings, quantity
from eqsim.units import DIMENSIONLESS, check_units, get_dimensions, second, unit_name

logger = get_logger(__name__)

TOLERANCE = 1e-3
"""Fraction of the smaller of the two steps by which a time may fall short of a grid point and still counts as on it."""
ALIGNED = 1e-6  # largest difference of a ratio of steps from a whole number
INTERPOLATIONS = ("previous", "linear")


class TimedArray(Nameable):
    """Values over time.

    Parameters
    ----------
    values : (n,) or (n, columns) array or Quantity
        Value k holds from ``k*dt`` until before ``(k + 1)*dt``; the first one also before 0, the last one for ever.
    dt : Quantity, second
        Step of the grid.
    name : str
    interpolation : str
        ``'previous'``, or ``'linear'``: on a line from each value, at ``k*dt``, to the next.

    Raises
    ------
    NotImplementedError
        For values of three or more dimensions.

    Notes
    -----
    In strings: ``f(t)``, or ``f(t, i)`` for two dimensions, where a column that does not exist gives NaN; if ``i`` is the
    index of the group and runs over more elements than there are columns, that is an error.  Called from Python the same,
    with an IndexError.

    Examples
    --------
    >>> from eqsim import *
    >>> current = TimedArray([0, 1, 3]*nA, dt=10*ms)
    >>> current(12*ms)
    1. * namp
    >>> ramp = TimedArray([0, 1, 3]*nA, dt=10*ms, interpolation='linear')
    >>> ramp(12*ms)
    1.4 * namp
    """

    @check_units(dt=second)
    def __init__(self, values: Any, dt: Any, name: str = "_timedarray*", interpolation: str = "previous") -> None:
        super().__init__(name)
        if interpolation not in INTERPOLATIONS:
            raise ValueError(f"interpolation must be 'previous' or 'linear', not {interpolation!r}")
        self.dim = get_dimensions(values)
        self.values = np.array(values, dtype=np.float64, order="C")
        self.dt = float(dt)
        self.interpolation = interpolation
        if self.values.ndim not in (1, 2):
            raise NotImplementedError(f"a TimedArray has one or two dimensions (time, column), not {self.values.ndim}")
        if self.values.size == 0 or not self.dt > 0:
            raise ValueError("a TimedArray needs at least one value and a dt above 0")

    def __call__(self, t: Any, i: Any = None) -> Any:
        """The value at a time (of column i): numbers or arrays; with its unit.

        Raises
        ------
        DimensionMismatchError
            If t is not a time.
        TypeError
            If ``i`` is missing or not wanted.
        IndexError
            If there is no such column.
        """
        if get_dimensions(t) is not second.dim:
            raise DimensionMismatchError(f"'{self.name}' is called with a time, in second", get_dimensions(t))
        if (i is None) == (self.values.ndim == 2):
            raise TypeError(f"'{self.name}' has {self.values.ndim} dimensions: call it as {self.call_form}")
        table = self.values if i is None else self.values[:, np.asarray(i)]
        return quantity(np.asarray(self._at(np.asarray(t, float), table, () if i is None else np.shape(i))), self.dim)

    @property
    def call_form(self) -> str:
        """How it is called in strings."""
        return f"{self.name}(t)" if self.values.ndim == 1 else f"{self.name}(t, i)"

    def _at(self, t: np.ndarray, table: np.ndarray, columns: tuple[int, ...]) -> Any:
        """Values of a table (n, ...) at times, both broadcast against each other."""
        last = len(self.values) - 1
        early = 0.0 if self.interpolation == "linear" else TOLERANCE * min(self.dt, defaultclock.dt_)
        x = np.clip(np.nan_to_num((t + early) / self.dt, nan=0.0), 0, last)
        k = x.astype(np.int64)

        def row(at: np.ndarray) -> Any:
            if not columns:
                return table[at]
            at, number = np.broadcast_arrays(at, np.arange(int(np.prod(columns))).reshape(columns))
            return table.reshape(len(table), -1)[at, number]

        if self.interpolation == "previous":
            return row(k)
        return row(k) + (row(np.minimum(k + 1, last)) - row(k)) * (x - k)

    def is_locally_constant(self, dt: Any) -> bool:
        """Is the value the same for all times of a step of this length that begins on a multiple of it?"""
        return self.interpolation == "previous" and _whole(self.dt / float(dt))

    def provided(self, name: str, around: Surroundings) -> TimedValues:
        """What it is in the strings of one object."""
        return TimedValues(self, name, around)

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.values.shape))
        return f"<TimedArray '{self.name}' of {shape} values, one each {self.dt:g} s>"


def _whole(ratio: float) -> bool:
    return round(ratio) >= 1 and abs(ratio - round(ratio)) < ALIGNED * ratio


class TimedValues:
    """A TimedArray in the strings of one object."""

    def __init__(self, array: TimedArray, name: str, around: Surroundings) -> None:
        self.array, self.name, self.around = array, name, around
        values, dt = array.values, around.dt_s
        # when an object is made its step may still be set
        self.steady = array.interpolation == "previous" and (around.lenient or (dt > 0 and array.is_locally_constant(dt)))
        early = TOLERANCE * (min(array.dt, dt) if dt > 0 else array.dt * 1e-3)
        self.memory = around.array(f"{name}.values", values.reshape(-1), self.steady)
        self.early = around.number(f"{name}.tolerance", early).expr
        self.dt = around.number(f"{name}.dt", array.dt).expr
        self.rows = around.number(f"{name}.rows", len(values)).expr
        self.columns = around.number(f"{name}.columns", values.shape[1]).expr if values.ndim == 2 else None
        self._warn_about_grids()

    def _warn_about_grids(self) -> None:
        ratio = self.array.dt / self.around.dt_s if self.around.dt_s > 0 else 1.0
        if self.around.lenient or self.array.interpolation == "linear" or _whole(ratio):
            return
        why = "some values are never seen" if _whole(1 / ratio) else "values begin between two steps"
        steps = f"one value each {self.array.dt:g} s, and '{self.around.owner}' a step of {self.around.dt_s:g} s"
        logger.warning(
            f"'{self.array.name}' has {steps}: {why}",
            name_suffix="timed_array_grid",
            once=True,
        )

    @property
    def kind(self) -> tuple[Any, ...]:
        """What decides about the text of the program."""
        return (self.array.values.ndim, self.array.interpolation, self.array.dim, self.steady, self.fits)

    @property
    def fits(self) -> bool:
        """Is there a column for each element of the group?"""
        size = self.around.size
        return self.columns is not None and size is not None and size <= self.array.values.shape[1]

    def renewed(self, before: Any) -> bool:
        """The present values were brought when this was made."""
        return isinstance(before, TimedValues) and before.kind == self.kind

    def __call__(self, args: Sequence[Typed], site: Site) -> Typed:
        """As `Callee.__call__`."""
        wanted = self.array.values.ndim
        if len(args) != wanted:
            form = f"{self.name}(t)" if wanted == 1 else f"{self.name}(t, i)"
            message = f"{self.name}() takes {wanted} argument{'s' if wanted > 1 else ''}, not {len(args)}"
            raise EquationError(Diagnostic("E103", message, site.span, "", f"the array has {wanted} dimensions: {form}"))
        self._check_time(args[0], site.arguments[0])
        column = None if wanted == 1 else self._column(args[1], site.arguments[1])
        return Typed(self._value(as_real(args[0].expr), column), self.array.dim)

    def _check_time(self, t: Typed, span: Span) -> None:
        if t.dim is not None and t.dim is not second.dim and not t.is_zero:
            problem = Diagnostic("U102", f"{self.name}() needs a time", span, unit_name(t.dim))
            raise DimensionMismatchError(problem, t.dim)

    def _column(self, i: Typed, span: Span) -> Expr:
        """The number of the column, where it can be known that there is one."""
        count = self.array.values.shape[1]
        if i.expr.type == "real" and i.known:
            raise EquationError(Diagnostic("E107", "a column is a whole number", span, "a real", "use int(...)"))
        if i.known and i.dim is not DIMENSIONLESS:
            assert i.dim is not None
            raise DimensionMismatchError(Diagnostic("U102", "a column is a pure number", span, unit_name(i.dim)), i.dim)
        size = self.around.size
        if i.expr == Ref("i", "int") and size is not None and size > count:
            what = f"{self.around.owner} has {size} elements, but {self.name} only {count} columns"
            raise EquationError(Diagnostic("E108", what, span, f"up to {size - 1}", "e.g. int(i/2), or i % 10"))
        if isinstance(i.expr, Const) and not 0 <= i.expr.value < count:
            raise EquationError(Diagnostic("E108", f"{self.name} has {count} columns, counted from 0", span))
        return as_int(i.expr)

    def _value(self, t: Expr, column: Expr | None) -> Expr:
        linear = self.array.interpolation == "linear"
        row = Call("row_at", (t, real(0.0) if linear else self.early, self.dt, self.rows), "int")
        here = self._load(row, column)
        if not linear:
            return here
        following = self._load(Call("next_row", (row, self.rows), "int"), column)
        return here + (following - here) * Call("share_of_next", (t, self.dt, self.rows))

    def _load(self, k: Expr, column: Expr | None) -> Expr:
        """An entry; NaN in a column that does not exist."""
        if column is None or self.columns is None:
            return Load(self.memory, k)
        if self.fits and column == Ref("i", "int"):
            return Load(self.memory, k * self.columns + column)
        inside = both(ge(column, 0), Op("<", (column, self.columns)))
        place = k * self.columns + Select(inside, column, Const(0, "int"))
        return Select(inside, Load(self.memory, place), real(float("nan")))
