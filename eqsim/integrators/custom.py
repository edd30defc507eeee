"""Methods that a user writes as a Python function which gives the code of one step.

In: ``function(equations, variables, options) -> str``, where the text is such as ::

    xi = dt**.5 * randn()
    _v = v + dt*(-v/tau) + sigma*xi
    v = _v

Out: a `Method`.  Statements run one after the other; a name that is no state variable holds an intermediate value.
Units are not checked in such code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eqsim.errors import Diagnostic, EquationError, Source, UnsupportedEquationsException
from eqsim.functions.helpers import Lets
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import Method, bind, lets_for
from eqsim.ir.expr import Expr, Ref, as_real, local_name
from eqsim.model.arithmetic import arithmetic, number
from eqsim.model.model import Model, Origin, Rule
from eqsim.model.translate import Symbol, Translator
from eqsim.syntax import Assignment, parse_statements

__all__ = ["from_callable"]

Function = Callable[..., Any]


def from_callable(function: Function, options: Mapping[str, Any] | None = None) -> Method:
    """The method whose step is the code that ``function(equations, variables, options)`` gives.

    The function may raise `UnsupportedEquationsException` to refuse the equations.
    """
    name = getattr(function, "__name__", type(function).__name__)
    code = _Code(name, function, dict(options) if options else None)
    return Method(name, None, None, "multiplicative", code.refuses, code.rule, "A function by the user.")


@dataclass(slots=True)
class _Code:
    """What the function says about a model; it is asked once for each."""

    name: str
    function: Function
    options: dict[str, Any] | None
    asked: tuple[Model, str | UnsupportedEquationsException] | None = None

    def refuses(self, model: Model) -> str | None:
        found = self._ask(model)
        return None if isinstance(found, str) else str(found)

    def rule(self, model: Model) -> Rule:
        text = self._ask(model)
        assert isinstance(text, str), "refused before"
        return rule_from_code(Source(text, f"code of method '{self.name}'"), model)

    def _ask(self, model: Model) -> str | UnsupportedEquationsException:
        if self.asked is None or self.asked[0] is not model:
            self.asked = model, self._answer(model)
        return self.asked[1]

    def _answer(self, model: Model) -> str | UnsupportedEquationsException:
        if model.origin is None:
            return UnsupportedEquationsException("it needs the text of the equations")
        try:
            code = self.function(model.origin.equations, model.origin.variables, self.options)
        except UnsupportedEquationsException as error:
            return error
        if not isinstance(code, str):
            raise TypeError(f"method '{self.name}' must return the code of a step as a string, not {type(code).__name__}")
        return code


_TOGETHER = re.compile(r"^(\w+(?:, *\w+)+) = (\w+(?:, *\w+)+)$", re.MULTILINE)


_UNDERSCORES = re.compile(r"\b__+(?=[^\W_])")


def _plain(text: str) -> str:
    """The code of other programs as we read it: one target in a line, at most one underscore in front of a name."""
    return _UNDERSCORES.sub("_", _TOGETHER.sub(_one_by_one, text))


def _one_by_one(m: re.Match[str]) -> str:
    """``v, w = v_new, w_new`` on two lines, as the code of our own methods is written."""
    names, values = m[1].split(","), m[2].split(",")
    return "\n".join(f"{n.strip()} = {v.strip()}" for n, v in zip(names, values, strict=False))


def rule_from_code(source: Source, model: Model) -> Rule:
    """The step that statements describe.

    Raises
    ------
    EquationError, UnknownNameError
        If the code cannot be understood; with carets in the code.
    """
    assert model.origin is not None
    source = Source(_plain(source.text), source.owner)
    reader = _Reader(model, model.origin)
    for statement in parse_statements(source, kind="update"):
        reader.read(statement)
    reader.translator.finish()
    changed = [ode for ode in model.odes if ode.name in reader.state]
    updates = tuple((ode.name, active_only(ode, reader.state[ode.name], Ref(ode.name))) for ode in changed)
    return Rule(tuple(reader.let.body), updates)


@dataclass(slots=True)
class _Reader:
    """Statements, one after the other: what each name stands for at this point."""

    model: Model
    origin: Origin
    names: dict[str, Symbol] = field(default_factory=dict)
    state: dict[str, Expr] = field(default_factory=dict)
    let: Lets = field(init=False)
    translator: Translator = field(init=False)

    def __post_init__(self) -> None:
        self.let = lets_for(self.model)
        self.translator = Translator(self._symbol, self.origin.stream, self._known)

    def _symbol(self, name: str) -> Symbol | None:
        if name in self.names:
            return self.names[name]
        if name in self.model.noise:
            return None
        found = self.origin.scope(name)
        return None if found is None else Symbol(found.expr, None, found.value)

    def _known(self) -> set[str]:
        return {*self.names, *self.origin.variables, *self.origin.equations}

    def read(self, s: Assignment) -> None:
        """One statement."""
        name = s.target.text
        self._check_target(s)
        value = self.translator(s.value).expr
        if s.op != "=":
            before = self._symbol(name)
            if before is None:
                raise EquationError(Diagnostic("M302", f"'{name}' has no value yet", s.target))
            value = arithmetic(s.op[:-1], before.expr, value)
        self._set(name, value)

    def _check_target(self, s: Assignment) -> None:
        name = s.target.text
        if name in ("t", "dt") or (name in self.origin.equations and local_name(name) not in self.model.names):
            help = "only state variables can be changed; choose another name for an intermediate value"
            raise EquationError(Diagnostic("M301", f"a method cannot change '{name}'", s.target, "", help))
        if s.op == "**=":
            raise EquationError(Diagnostic("M303", "'**=' is not possible here", s.span, "", f"write {name} = {name}**..."))

    def _set(self, name: str, value: Expr) -> None:
        local = local_name(name)
        if local in self.model.names:
            value = as_real(number(value))
            bound = bind(self.let, f"_{local}", value)
            self.state[local] = bound
        else:
            bound = bind(self.let, f"_{name.lstrip('_')}", value)
        self.names[name] = Symbol(bound, None)
