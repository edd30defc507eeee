"""Runs a `Rule` with numpy: a helper of the tests of integrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from eqsim.functions import resolve
from eqsim.ir.evaluate import Evaluator, Frame, iteration
from eqsim.ir.expr import Expr
from eqsim.ir.program import State
from eqsim.ir.stmt import Loop
from eqsim.model.model import Rule

Values = dict[str, Any]


def evaluate(e: Expr, names: Mapping[str, Any], reals: Mapping[str, float] | None = None) -> Any:
    """The value of one expression."""
    with np.errstate(all="ignore"):
        return Evaluator(resolve)(e)(Frame(dict(names), State(reals=dict(reals or {}))))


def _binding(name: str, value: Callable[[Frame], Any]) -> Callable[[Frame], None]:
    def act(frame: Frame) -> None:
        frame.names[name] = value(frame)

    return act


def stepper(rule: Rule, reals: Mapping[str, float] | None = None) -> Callable[..., Values]:
    """A function ``step(values, dt, t=0, **more)`` that gives the new values of the state variables.

    ``values`` are the old ones; ``more`` are further names, such as ``dW_xi``.
    """
    compiled = Evaluator(resolve)
    lets = [iteration(compiled, s) if isinstance(s, Loop) else _binding(s.name, compiled(s.value)) for s in rule.lets]
    updates = [(name, compiled(value)) for name, value in rule.updates]
    state = State(reals=dict(reals or {}))

    def step(values: Mapping[str, Any], dt: Any, t: float = 0.0, **more: Any) -> Values:
        frame = Frame({**values, **more, "dt": np.asarray(dt, float)[()], "t": np.float64(t)}, state)
        with np.errstate(all="ignore"):
            for act in lets:
                act(frame)
            return {name: value(frame) for name, value in updates}

    return step


def run(rule: Rule, start: Mapping[str, Any], dt: float, steps: int, reals: Mapping[str, float] | None = None) -> Values:
    """The state after a number of steps from t = 0."""
    step, values = stepper(rule, reals), dict(start)
    for n in range(steps):
        values = step(values, dt, n * dt)
    return values
