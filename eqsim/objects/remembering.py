"""Groups of neurons that remember the past of some of their variables, for ``x(t - tau)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from eqsim.errors import DimensionMismatchError, Source, UnsupportedEquationsException
from eqsim.integrators.explicit import active_only
from eqsim.ir.algebra import ZERO
from eqsim.ir.domain import Each, Once
from eqsim.ir.expr import Expr, Load, Ref, as_real, integer, local_name, real
from eqsim.ir.program import Array, Kernel
from eqsim.ir.stmt import Stmt, Store
from eqsim.ir.walk import map_statement, substitute
from eqsim.model.arithmetic import number
from eqsim.model.calculus import derivative
from eqsim.model.equations import Equations
from eqsim.model.model import Rule
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.clock import Clock
from eqsim.objects.code import wrong_unit
from eqsim.objects.delayed import callable_symbol
from eqsim.objects.frames import user_namespace
from eqsim.objects.host import evaluate
from eqsim.objects.part import Context, Contribution
from eqsim.objects.past import History, Past, Rows, held
from eqsim.objects.past_check import settle
from eqsim.objects.source import SpikeSource
from eqsim.objects.times import standing
from eqsim.objects.update import model_of
from eqsim.objects.variables import Variable
from eqsim.syntax import parse_expression
from eqsim.units import Quantity, get_dimensions, second

NEAR = 1e-7  # seconds; half the distance of differences, where a derivative is not known as a formula
ELEMENT, N_STEP = Ref("i", "int"), Ref("n", "int")


class Remembering(SpikeSource):
    """A group whose variables may be read as they were: ``x(t - tau)``.

    Attributes
    ----------
    pasts : dict of str to Past
        The variables that somebody asked for.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("pasts",)
    equations: Equations

    def __init__(self, N: int, **base: Any) -> None:
        super().__init__(N, **base)
        self.pasts: dict[str, Past] = {}
        self.longest_delay_s: float | None = None
        self._opened: set[str] = set()

    # -- what the user says ----------------------------------------------------------------------------------------

    @property
    def longest_delay(self) -> Any:
        """How long delays can become that change during a run (Quantity, second); None: nobody has said.

        A delay that is longer during the run gives NaN.
        """
        return None if self.longest_delay_s is None else Quantity(self.longest_delay_s, dim=second.dim)

    @longest_delay.setter
    def longest_delay(self, value: Any) -> None:
        if value is not None and get_dimensions(value) is not second.dim:
            raise DimensionMismatchError("longest_delay must be a time, e.g. 50*ms", get_dimensions(value))
        self.longest_delay_s = None if value is None else float(value)

    def set_history(self, level: int = 0, **values: Any) -> None:
        """Say what variables were before the present time, for equations with delays; sets the present values, too.

        Without it, a variable is taken to have had the value that it has when the first run begins.

        Parameters
        ----------
        **values : str or Quantity
            For each variable an expression of t, evaluated for each neuron when the run begins; or a constant, one for all
            or (N,).
        level : int
            How many frames further out to look for names.

        Raises
        ------
        KeyError
            If there is no such variable.
        TypeError
            If a variable cannot be set.
        DimensionMismatchError
            If a value is not in the unit of its variable.

        Examples
        --------
        >>> from eqsim import *
        >>> G = NeuronGroup(1, 'dx/dt = -x(t - 5*ms)/(10*ms) : 1', method='rk4')
        >>> G.set_history(x='cos(2*pi*20*Hz*t)')
        """
        namespace = user_namespace(level)
        for name, value in values.items():
            if name not in self.variables:
                raise KeyError(f"{self.describe()} has no variable '{name}'")
            variable = self.variables[name]
            if variable.kind not in ("state", "parameter", "subexpression"):
                raise TypeError(f"the history of '{name}' of {self.describe()} cannot be set")
            past = self.remember_past(name)
            past.forget()
            past.given = self._given(variable, value, namespace)
            if variable.stored:
                now = self.clock.t_ if self._network is not None else 0.0
                self.memory[name][:] = past.given(np.array([now]))[0][0]
                past.put = self.memory[name].copy()

    def _given(self, variable: Variable, value: Any, namespace: Mapping[str, Any]) -> History:
        if isinstance(value, str):
            return _expression(self, variable, value, namespace)
        given = get_dimensions(value)
        if given is not variable.dim and not np.all(np.asarray(value) == 0):
            raise wrong_unit(f"the history of '{variable.name}' of {self.describe()}", "the value", variable.dim, given)
        return held(value, 1 if variable.shared else len(self))

    # -- for others ------------------------------------------------------------------------------------------------

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """As `Group.own_symbol`; variables of the user's may be called with a time of the past."""
        if name in self._opened and self.variables[name].kind == "linked":
            return super().own_symbol(name, at, context, scope)  # which tells of the circle
        if name in self._opened:  # a subexpression that depends on its own past
            return self.called(Symbol(real(float("nan")), self.variables[name].dim), name, context, at)
        self._opened.add(name)
        try:
            symbol = super().own_symbol(name, at, context, scope)
        finally:
            self._opened.remove(name)
        if symbol is None or not self.variables[name].is_declared:
            return symbol
        return self.called(symbol, name, context, at)

    def called(self, symbol: Symbol, name: str, context: Context, at: Expr | None = None) -> Symbol:
        return callable_symbol(symbol, self, name, ELEMENT if at is None else at, context)

    def remember_past(self, name: str) -> Past:
        """The past of a variable; from now on it is recorded."""
        if name not in self.pasts:
            width = 1 if self.variables[name].shared else len(self)
            self.pasts[name] = Past(self.name, name, width)
        return self.pasts[name]

    def structure(self) -> Any:
        return (super().structure(), tuple(self._kind(past) for past in self.pasts.values()))

    def _kind(self, past: Past) -> tuple[str, bool, bool, bool]:
        return past.name, past.smooth, past.twice, past.jumps(self.memory.get(past.name))

    def arrays(self) -> dict[str, np.ndarray]:
        return super().arrays() | {k: v for past in self.pasts.values() for k, v in past.arrays().items()}

    def numbers(self) -> dict[str, int]:
        return super().numbers() | {k: v for past in self.pasts.values() for k, v in past.ints().items()}

    # -- for the program -------------------------------------------------------------------------------------------

    def contribute_pasts(self, part: Contribution, context: Context) -> None:
        """The memory of the past, and the kernels that write into it."""
        for past in self.pasts.values():
            for name, memory in past.arrays().items():
                part.arrays.append(Array(name, str(memory.dtype), shared=name.endswith("past_last")))
            part.ints.update(past.ints())
        if self.pasts:
            part.late.append(lambda state: settle(self, context.reads, state))
        if self.pasts and not (context.values_only and self.active):  # others may read it while it rests
            self.check_subexpressions(context)  # the user may look at them after the run
            part.kernels += self._recorders(context.on(self.clock, "before_groups"))

    def _recorders(self, context: Context) -> list[Kernel]:
        """Write the present values into their rows, before anything of this step changes them."""
        look, clock = self.scope(context), context.clock(self.clock)
        each: tuple[list[Stmt], ...] = ([], [])  # a kernel for each copy, so that the order of its visits does not matter
        once: list[Stmt] = []
        for name, past in self.pasts.items():
            symbol = look(name)
            assert symbol is not None
            shared = self.variables[name].shared
            for copy in past.copies:
                row = past.row(N_STEP, integer(0) if shared else ELEMENT, copy)
                (once if shared else each[copy]).append(Store(past.full("past"), row, as_real(number(symbol.expr))))
            once.append(Store(past.full("past_last"), None, N_STEP + 1))
        name, when = f"{self.name}_past", ("before_groups", self.order)
        kernels = [Kernel(f"{name}_step", Once(), tuple(once), clock, *when)]
        bodies = {n: tuple(body) for n, body in zip((name, f"{name}_again"), each, strict=True) if body}
        return kernels + [Kernel(n, Each(f"{self.name}.N"), body, clock, *when) for n, body in bodies.items()]

    def slope_kernels(self, context: Context, when: str, order: int) -> list[Kernel]:
        """Write the derivatives of variables whose past is read by polynomials into their rows, before integration."""
        smooth = {local_name(name): past for name, past in self.pasts.items() if past.smooth}
        if not smooth:
            return []
        model = model_of(self, context)  # type: ignore[arg-type]
        rates = tuple((o.name, active_only(o, o.rate, ZERO)) for o in model.odes if o.name in smooth)
        rule = context.reads.settled(Rule((), rates), self, context, None)
        clock = context.clock(self.clock)
        look = self.scope(context)
        meaning = {name: symbol.expr for name in ("t", "dt", "not_refractory") if (symbol := look(name)) is not None}
        meaning |= {local_name(e.name): Load(self.full(e.name), ELEMENT) for e in self.equations.differential}
        lets = tuple(map_statement(s, lambda e: substitute(e, meaning)) for s in rule.lets)
        values = tuple((name, substitute(value, meaning)) for name, value in rule.updates)
        # in two parts, so that no element writes where another one may read
        found = [Store(smooth[name].full("past_slope"), ELEMENT, value) for name, value in values]
        rows = [
            Store(past.full("past_slopes"), past.row(N_STEP, ELEMENT), Load(past.full("past_slope"), ELEMENT))
            for past in smooth.values()
        ]
        bodies = (("slopes", (*lets, *found)), ("slopes_kept", tuple(rows)))
        return [Kernel(f"{self.name}_{n}", Each(f"{self.name}.N"), body, clock, when, order) for n, body in bodies]


def _expression(group: Remembering, variable: Variable, text: str, namespace: Mapping[str, Any]) -> History:
    """A string with t as a function of time.

    Raises
    ------
    DimensionMismatchError, UnknownNameError
        If it cannot be understood.
    """
    name, context = variable.name, Context(namespace, _as_name, early=True)
    tree = parse_expression(Source(text, f"history of '{name}' of {group.describe()}").whole)
    typed = group.translate(tree, context, f"history {name}")
    if typed.dim is not variable.dim and typed.dim is not None and not typed.is_zero:
        raise wrong_unit(f"the history of '{name}' of {group.describe()}", repr(text), variable.dim, typed.dim)
    value = as_real(number(typed.expr))
    try:
        slope = derivative(value, "t")
    except UnsupportedEquationsException:
        later, before = (substitute(value, {"t": Ref("t") + h}) for h in (NEAR, -NEAR))
        slope = (later - before) / (2 * NEAR)
    width = 1 if variable.shared else len(group)

    def history(times_s: np.ndarray) -> Rows:
        state = group.host_state(context)
        indices = {"i": np.tile(np.arange(width, dtype=np.int64), len(times_s)), "t": np.repeat(times_s, width)}
        rows, slopes = (evaluate(e, state, indices).reshape(len(times_s), width) for e in (value, slope))
        return rows, slopes

    return history


def _as_name(clock: Clock, name: str) -> Symbol:
    """``t`` as a name that stands for many times."""
    if name == "t":
        return Symbol(Ref("t"), second.dim)
    return standing(clock, name)
