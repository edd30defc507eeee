"""How well is a group integrated with its dt?  An estimate of the error of one step, and the dt that a tolerance needs.

In: a group and the state it is in.  Out: a table.  One step of dt is compared with two steps of dt/2, both without noise
(Richardson 1911): with a method of order p the error of the step is their difference times ``1/(1 - 2**-p)``, and it falls
with ``dt**(p + 1)``.  The eigenvalues of the Jacobian tell how fast the fastest process is.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError, UnsupportedEquationsException, did_you_mean
from eqsim.functions import resolve
from eqsim.integrators import Method, choose
from eqsim.ir.evaluate import Evaluator, Frame
from eqsim.ir.expr import Cast, Ref, local_name
from eqsim.ir.interpret import Constants, Interpreter
from eqsim.ir.program import Function, Program, State
from eqsim.model.calculus import derivative, split_noise
from eqsim.model.model import Model
from eqsim.objects.frames import user_namespace
from eqsim.objects.neurons import NeuronGroup
from eqsim.objects.update import model_of
from eqsim.tools.explain import Subject, subject_of
from eqsim.units import Quantity, get_dimensions, second

__all__ = ["Accuracy", "accuracy"]

RELATIVE = 1e-3  # tolerance of a step, of the largest magnitude that a variable has before or after it
STABLE = {"euler": 2.0, "rk2": 2.0, "rk4": 2.785, "heun": 2.0, "milstein": 2.0}
"""An explicit method is stable while -dt times the fastest rate is smaller than this (Hairer and Wanner 1996, IV.2)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One variable: the largest error of a step, where, the tolerance, and the dt that would just meet it (all SI)."""

    name: str
    error: float
    element: int
    tolerance: float
    dt: float


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The error of one step of a group from its present state; prints as a table.

    Attributes
    ----------
    group : NeuronGroup
    method : Method
    dt_s : float
        The step, in second.
    lines : tuple of Line
        One for each differential equation.
    fastest_s : float or None
        Time constant of the fastest decay, in second: -1/(real part of an eigenvalue of the Jacobian); None if nothing
        decays, or if a derivative is not known.
    """

    group: NeuronGroup
    method: Method
    dt_s: float
    lines: tuple[Line, ...]
    fastest_s: float | None

    @property
    def recommended_dt(self) -> Quantity:
        """The largest dt with which every variable meets its tolerance; inf for a method without error."""
        return Quantity(min((line.dt for line in self.lines), default=np.inf), dim=second.dim)

    @property
    def stiffness(self) -> float | None:
        """dt in units of the fastest decay."""
        return None if self.fastest_s is None else self.dt_s / self.fastest_s

    @property
    def advice(self) -> str:
        """What to do, in one sentence."""
        limit = STABLE.get(self.method.name)
        if limit is not None and self.stiffness is not None and self.stiffness > limit:
            return (
                f"{self.method.name} is unstable here: take a dt below {self._time(limit * (self.fastest_s or 0.0))}, or "
                "exponential_euler or rosenbrock"
            )
        if "absolute_error" in self.method.options:
            return f"{self.method.name} controls its error itself: see absolute_error"
        if self.method.order is None:
            return f"{self.method.name} makes no error in a step of any size"
        dt = float(self.recommended_dt)
        if dt >= self.dt_s:
            return f"all tolerances are met; they are up to dt = {self._time(dt)}"
        return f"dt = {self._time(dt)} would meet all tolerances, or a method of higher order"

    @staticmethod
    def _time(t_s: float) -> str:
        return f"{t_s * 1e3:.3g} ms"

    def __str__(self) -> str:
        head = f"{self.group.describe()}, method {self.method.name}, dt = {self._time(self.dt_s)}"
        rows = [("variable", "error of a step", "in element", "tolerance", "dt for it")]
        rows += [
            (x.name, self._value(x, x.error), str(x.element), self._value(x, x.tolerance), self._dt(x)) for x in self.lines
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        fastest = [] if self.fastest_s is None else [f"fastest decay: {self._time(self.fastest_s)}"]
        return "\n".join([head, "", *table, "", *fastest, self.advice])

    def _value(self, line: Line, value: float) -> str:
        return str(Quantity(float(f"{value:.2g}"), dim=self.group.variables[line.name].dim))

    def _dt(self, line: Line) -> str:
        return "any" if np.isinf(line.dt) else self._time(line.dt)


def accuracy(
    group: NeuronGroup,
    tolerance: Mapping[str, Any] | None = None,
    namespace: Mapping[str, Any] | None = None,
    level: int = 0,
) -> Accuracy:
    """Estimate the error of one step of integration, from the state that a group is in.

    Nothing is changed.  Errors differ from state to state: ask before a run, and again at moments that matter, such as
    during a spike.

    Parameters
    ----------
    group : NeuronGroup
    tolerance : mapping of str to Quantity, optional
        The error of a step that is allowed, by variable; by default 0.001 of the largest magnitude of the variable
        before and after the step.
    namespace : mapping, optional
        What the strings of the group can see; by default the names of the frame that calls.
    level : int
        How many frames further out to look for names.

    Returns
    -------
    accuracy : Accuracy
        Print it.

    Raises
    ------
    TypeError
        If this is no `NeuronGroup`, or it has no differential equations.
    DimensionMismatchError, ValueError
        If a tolerance is in another unit, or names no state variable.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'dv/dt = -v/tau : volt', method='euler', namespace={'tau': 10*ms}, name='cells', dt=1*ms)
    >>> G.v = 10*mV
    >>> print(accuracy(G))
    NeuronGroup 'cells', method euler, dt = 1 ms
    <BLANKLINE>
    variable  error of a step  in element  tolerance  dt for it
    v         50. uV           0           10. uV     0.447 ms
    <BLANKLINE>
    fastest decay: 10 ms
    dt = 0.447 ms would meet all tolerances, or a method of higher order
    """
    if not isinstance(group, NeuronGroup) or not group.equations.differential:
        raise TypeError("accuracy() takes a NeuronGroup with differential equations")
    subject = subject_of(group, user_namespace(level) if namespace is None else namespace)
    model = model_of(group, subject.context)
    method = choose(model, group.method_choice, group.name, group.method_options)
    _check(group, tolerance or {})
    lines = _lines(subject, group, method, tolerance or {})
    return Accuracy(group, method, group.clock.dt_, lines, _fastest(model, subject, group))


def _check(group: NeuronGroup, given: Mapping[str, Any]) -> None:
    names = [e.name for e in group.equations.differential]
    for name in given:
        if name not in names:
            raise ValueError(
                f"'{name}' is no state variable of {group.describe()}; {did_you_mean(name, names)}".rstrip("; ")
            )
        if get_dimensions(given[name]) is not group.variables[name].dim:
            raise DimensionMismatchError(
                f"the tolerance of '{name}' is in another unit", group.variables[name].dim, get_dimensions(given[name])
            )


def _lines(subject: Subject, group: NeuronGroup, method: Method, given: Mapping[str, Any]) -> tuple[Line, ...]:
    whole, halves = _steps(subject, group)
    order, dt = method.order, group.clock.dt_
    factor = 0.0 if order is None else 1 / (1 - 2.0**-order)
    lines = []
    for e in group.equations.differential:
        new = whole.arrays[group.full(e.name)]
        errors = factor * np.abs(new - halves.arrays[group.full(e.name)])
        element = int(np.argmax(errors))
        size = max(float(np.abs(x).max()) for x in (group.memory[e.name], new))
        error, allowed = float(errors[element]), float(given.get(e.name, RELATIVE * size))
        met = np.inf if order is None or error == 0 else dt * (allowed / error) ** (1 / (order + 1))
        lines.append(Line(e.name, error, element, allowed, float(met)))
    return tuple(lines)


# --- one step, and two of half its size -------------------------------------------------------------------------------


def _steps(subject: Subject, group: NeuronGroup) -> tuple[State, State]:
    """The state after a step, and after two of half its size."""
    program = _quiet(subject.linked.program)
    name = group.state_updater.name
    first = next(n for n, k in enumerate(program.kernels) if k.name == name)
    clock = program.kernels[first].clock
    start = subject.linked.state
    n = start.steps[clock]
    interpreter = Interpreter(program)
    active = [c == clock for c in program.clocks]

    def after(dt: float, steps: tuple[int, ...]) -> State:
        state = copy.deepcopy(start)
        state.reals[f"{clock}.dt"] = dt
        Constants(program)(state)
        for step in steps:
            state.steps[clock] = step
            interpreter.run_part(state, first, first + 1, active)
        return state

    dt = start.reals[f"{clock}.dt"]
    return after(dt, (n,)), after(dt / 2, (2 * n, 2 * n + 1))


def _quiet(program: Program) -> Program:
    """The program with 0 for every normal random number."""

    def silent(f: Function) -> Function:
        if f.name != "normal":
            return f
        element = next(Ref(name, kind) for name, kind in f.parameters if name == "element")
        return replace(f, body=(), result=Cast("real", element) * 0.0)  # one 0 for each element

    return replace(program, functions=tuple(map(silent, program.functions)))


# --- the fastest process ----------------------------------------------------------------------------------------------


def _fastest(model: Model, subject: Subject, group: NeuronGroup) -> float | None:
    """The time constant of the fastest decay of any element, in second."""
    drifts = {ode.name: split_noise(ode.rate, model.noise, ode.origin)[1] for ode in model.odes}
    compiled = Evaluator(resolve)
    size, n = len(group), len(model.odes)
    memory = {local_name(e.name): group.memory[e.name] for e in group.equations.differential}
    names = {**memory, "t": np.float64(group.clock.t_), "dt": np.float64(group.clock.dt_)}
    names |= {"i": np.arange(size), "n": np.int64(group.clock.step), "not_refractory": np.True_}
    frame = Frame(names, subject.linked.state)
    jacobian = np.zeros((size, n, n))
    try:
        with np.errstate(all="ignore"):
            for row, f in enumerate(drifts.values()):
                for column, name in enumerate(drifts):
                    jacobian[:, row, column] = compiled(derivative(f, name))(frame)
    except (UnsupportedEquationsException, TypeError, KeyError):  # a derivative that is not known, or a random number
        return None
    if not np.all(np.isfinite(jacobian)):
        return None
    fastest = -float(np.linalg.eigvals(jacobian).real.min())
    return 1 / fastest if fastest > 0 else None
