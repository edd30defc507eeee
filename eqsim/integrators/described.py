"""ExplicitStateUpdater: a method of integration from a description.

In: a description (see `description`) and a `Model`.  Out: a `Rule`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from eqsim.errors import Diagnostic, EquationSyntaxError, Source, UnsupportedEquationsException
from eqsim.functions import BUILTINS, CONSTANTS, lower_power
from eqsim.functions.helpers import Lets
from eqsim.integrators.description import Description, Shape, Step, parse_description
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, Method, T, bind, dW, lets_for
from eqsim.ir.algebra import ZERO, minus, negative, over, plus, times, total
from eqsim.ir.expr import Expr, Ref, as_real, real
from eqsim.ir.walk import depends_on, substitute
from eqsim.model.calculus import Noise, split_noise
from eqsim.model.model import Model, Rule

__all__ = ["ExplicitStateUpdater"]

Check = Callable[[Any, Any], Any]
Where = tuple[str, str]
"""A state variable and a noise; '' where there is none."""

KINDS: dict[str | None, Noise] = {None: "none", "additive": "additive", "multiplicative": "multiplicative"}


class ExplicitStateUpdater(Method):
    """A method of integration from a description of one step.

    Parameters
    ----------
    description : str
        Lines ``name = expression``, the last one ``x_new = ...``.  ``x`` stands for all state variables, ``f(x, t)`` for
        the drift, ``g(x, t)`` for the factors of the noises, ``dW`` for their increments; the module
        `eqsim.integrators.description` has all words.
    stochastic : {None, 'additive', 'multiplicative'}
        Which noise the method handles.
    custom_check : callable, optional
        Called with ``(equations, variables)``; raises `UnsupportedEquationsException` to refuse them.

    Raises
    ------
    EquationSyntaxError
        If the description cannot be understood; with a caret under the place.
    ValueError
        If ``stochastic`` is something else.

    Examples
    --------
    >>> from eqsim import *
    >>> midpoint = ExplicitStateUpdater('''k = dt*f(x, t)
    ...                                    x_new = x + dt*f(x + k/2, t + dt/2)''')
    >>> print(midpoint(Equations('dv/dt = -v/tau : 1')))
    _k_v = dt*(-v/tau)
    _v_at = v + _k_v/2
    v_new = v + dt*(-_v_at/tau)
    v = v_new
    """

    __slots__ = ("custom_check", "description", "stochastic")

    description: str
    stochastic: Literal["additive", "multiplicative"] | None
    custom_check: Check | None

    def __init__(
        self,
        description: str,
        stochastic: Literal["additive", "multiplicative"] | None = None,
        custom_check: Check | None = None,
    ) -> None:
        if stochastic not in KINDS:
            raise ValueError(f"stochastic must be None, 'additive' or 'multiplicative', not {stochastic!r}")
        parsed = _with_noise_where_promised(parse_description(description), description, stochastic)
        set_once = object.__setattr__  # a Method is frozen
        set_once(self, "description", description)
        set_once(self, "stochastic", stochastic)
        set_once(self, "custom_check", custom_check)
        fields = {
            "name": type(self).__name__,
            "order": None,
            "strong_order": None,
            "noise": KINDS[stochastic],
            "refuses": lambda model: _refused(custom_check, model),
            "steps": lambda model: _Application(parsed, model).rule(),
            "citation": "A description by the user.",
            "bibtex": "",
            "ito": False,
            "options": (),
            "configure": None,
            "calculus": "stratonovich",
        }
        for name, value in fields.items():
            set_once(self, name, value)

    def __repr__(self) -> str:
        return f"ExplicitStateUpdater('''{self.description}''', stochastic={self.stochastic!r})"


def _with_noise_where_promised(parsed: Description, text: str, stochastic: str | None) -> Description:
    if stochastic is not None and not parsed.uses_noise:
        place = Source(text, "description of ExplicitStateUpdater").whole
        help = "add e.g. g(x, t)*dW, or leave stochastic away"
        raise EquationSyntaxError(Diagnostic("M201", "the noise does nothing: dW does not occur", place, "", help))
    return parsed


def _refused(check: Check | None, model: Model) -> str | None:
    """Why the user's own check does not like the equations."""
    if check is None or model.origin is None:
        return None
    try:
        check(model.origin.equations, model.origin.variables)
    except UnsupportedEquationsException as error:
        return str(error)
    return None


@dataclass(slots=True)
class _Application:
    """A description, applied to one model."""

    description: Description
    model: Model
    let: Lets = field(init=False)
    drifts: dict[str, Expr] = field(default_factory=dict)
    factors: dict[str, dict[str, Expr]] = field(default_factory=dict)
    named: dict[tuple[str, str, str], Expr] = field(default_factory=dict)
    stages: dict[tuple[int, str, str], Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.let = lets_for(self.model)
        for ode in self.model.odes:
            g, drift = split_noise(ode.rate, self.model.noise, ode.origin)
            self.drifts[ode.name] = active_only(ode, drift, ZERO)
            self.factors[ode.name] = {xi: active_only(ode, e, ZERO) for xi, e in g.items()}

    def rule(self) -> Rule:
        """One step: the lines of the description for all variables."""
        *lines, last = self.description.steps
        for step in lines:
            self._name(step)
        updates = []
        for ode in self.model.odes:
            new = self._summed(last.value.root, (ode.name, ""))
            updates.append((ode.name, active_only(ode, new, Ref(ode.name))))
        return Rule(tuple(self.let.body), tuple(updates), self.model.noise)

    def _name(self, step: Step) -> None:
        """Bind the value of a line, for each entry that it has."""
        new = {}
        for name, xi in self._entries(step.shape.summed):
            label = "_" + "_".join(part for part in (step.name.lstrip("_"), name, xi) if part)
            new[step.name, name, xi] = bind(self.let, label, self._summed(step.value.root, (name, xi)))
        self.named = {key: value for key, value in self.named.items() if key[0] != step.name} | new

    def _entries(self, shape: Shape) -> list[Where]:
        names = self.model.names if shape.vector or shape.noisy else ("",)
        return [(name, xi) for name in names for xi in (self.model.noise if shape.noisy else ("",))]

    # -- values ------------------------------------------------------------------------------------------------------

    def _shape(self, node: ast.expr) -> Shape:
        return self.description.shapes[id(node)]

    def _summed(self, node: ast.expr, at: Where) -> Expr:
        """The value of a node; an increment is summed over the noises that drive the variable."""
        if not self._shape(node).is_increment:
            return self._value(node, at)
        return total([self._value(node, (at[0], xi)) for xi in self.factors.get(at[0], {})])

    def _value(self, node: ast.expr, at: Where) -> Expr:
        """The entry of a node for a variable and a noise."""
        match node:
            case ast.Constant():
                assert isinstance(node.value, int | float)
                return real(float(node.value))
            case ast.Name():
                return self._named_value(node.id, at)
            case ast.UnaryOp(op=ast.USub()):
                return negative(self._value(node.operand, at))
            case ast.UnaryOp():
                return self._value(node.operand, at)
            case ast.BinOp():
                return self._binary(node, at)
            case ast.Call(func=ast.Name("f" | "g")):
                return self._coefficient(node, at)
            case ast.Call(func=ast.Name(function)):
                return as_real(BUILTINS[function].lower(tuple(self._value(a, at) for a in node.args), 0))
        raise TypeError(f"the reader let {type(node).__name__} through")

    def _named_value(self, name: str, at: Where) -> Expr:
        if name in CONSTANTS:
            return real(float(CONSTANTS[name]))
        variable, xi = at
        words: dict[str, Expr] = {"t": T, "dt": DT, "x": Ref(variable), "dW": dW(xi)}
        for key in ((name, variable, xi), (name, variable, ""), (name, "", "")):
            if key in self.named:
                return self.named[key]
        return words[name]

    def _binary(self, node: ast.BinOp, at: Where) -> Expr:
        sums = isinstance(node.op, ast.Add | ast.Sub) and not self._shape(node).is_increment
        value = self._summed if sums else self._value
        a, b = value(node.left, at), value(node.right, at)
        match node.op:
            case ast.Add():
                return plus(a, b)
            case ast.Sub():
                return minus(a, b)
            case ast.Mult():
                return times(a, b)
            case ast.Div():
                return over(a, b)
        return as_real(lower_power(a, b))

    # -- drift and noise ---------------------------------------------------------------------------------------------

    def _coefficient(self, node: ast.Call, at: Where) -> Expr:
        """f or g at the state and the time of the call."""
        assert isinstance(node.func, ast.Name)
        variable, xi = at
        drift = node.func.id == "f"
        value = self.drifts[variable] if drift else self.factors[variable].get(xi, ZERO)
        everything = self._all_drifts() if drift else self._all_factors()
        state = {name: self._stage(node, (name, xi)) for name in self.model.names if _occurs(name, everything)}
        if _occurs("t", everything):
            state["t"] = self._stage_time(node)
        return substitute(value, state)

    def _all_drifts(self) -> list[Expr]:
        return list(self.drifts.values())

    def _all_factors(self) -> list[Expr]:
        return [e for g in self.factors.values() for e in g.values()]

    def _stage(self, node: ast.Call, at: Where) -> Expr:
        """The state at which f or g is taken, bound once."""
        name, xi = at
        state = node.args[0]
        xi = xi if self._shape(state).summed.noisy else ""
        key = (id(node), name, xi)
        if key not in self.stages:
            label = f"_{name}_at" + (f"_{xi}" if xi else "")
            self.stages[key] = bind(self.let, label, self._summed(state, (name, xi)))
        return self.stages[key]

    def _stage_time(self, node: ast.Call) -> Expr:
        key = (id(node), "t", "")
        if key not in self.stages:
            self.stages[key] = bind(self.let, "_t_at", self._value(node.args[1], ("", "")))
        return self.stages[key]


def _occurs(name: str, values: list[Expr]) -> bool:
    return any(depends_on(e, (name,)) for e in values)
