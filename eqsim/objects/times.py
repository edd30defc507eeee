"""How `t`, `dt` and `t_in_timesteps` are read: in a run, and in a string that is evaluated at once."""

from __future__ import annotations

from eqsim.ir.expr import Cast, Const, Expr, Load, Number, Op, Ref
from eqsim.ir.program import timetable
from eqsim.model.translate import Symbol
from eqsim.objects.clock import Clock, EventClock
from eqsim.units import DIMENSIONLESS, second

NAMES = ("t", "dt", "t_in_timesteps")


def running(clock: Clock, known_as: str, name: str) -> Symbol:
    """In a kernel: ``t`` is ``n*dt``, never accumulated, or ``times[n]``.

    Raises
    ------
    EqsimError
        If ``dt`` is asked of a clock that has none.
    """
    step, dt = Ref("n", "int"), Number(f"{known_as}.dt")
    listed = isinstance(clock, EventClock)
    if listed and name == "dt":
        _ = clock.dt
    t: Expr = Load(timetable(known_as), step) if listed else Op("*", (Cast("real", step), dt))
    choices = {"t": Symbol(t, second.dim), "dt": Symbol(dt, second.dim), "t_in_timesteps": Symbol(step, DIMENSIONLESS)}
    return choices[name]


def standing(clock: Clock, name: str) -> Symbol:
    """In a string that is evaluated now."""
    if name == "t_in_timesteps":
        return Symbol(Const(clock.step, "int"), DIMENSIONLESS)
    return Symbol(Const(clock.t_ if name == "t" else clock.dt_), second.dim)
