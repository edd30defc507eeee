"""Strings that are evaluated at once: initial values, conditions for an index, connections.

In: an expression of the IR and the elements it is wanted for.  Out: its values.  Always on the interpreter: no compiler
is ever started for these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.functions import resolve
from eqsim.ir.evaluate import Evaluator, Frame
from eqsim.ir.expr import Call, Cast, Draw, Expr, Ref, Type, word
from eqsim.ir.program import State
from eqsim.ir.walk import nodes, transform
from eqsim.objects.randomness import random_state

CHUNK = 16384  # elements computed at a time, so that all intermediate values stay in the cache

EVALUATOR = Evaluator(resolve)
RESULTS: dict[Type, type] = {"real": np.float64, "int": np.int64, "bool": np.bool_, "word": np.uint64}


def without_draws(e: Expr, element: str, seed: Expr, step: Expr) -> Expr:
    """Random draws as functions of (seed, stream, element, number of the evaluation)."""

    def expand(x: Expr) -> Expr:
        if not isinstance(x, Draw):
            return x
        return Call(x.law, (*x.args, seed, word(x.stream), Cast("word", Ref(element, "int")), step), x.type)

    return transform(e, expand)


@dataclass(frozen=True, slots=True)
class Formula:
    """A string that is evaluated now.

    Attributes
    ----------
    expr : Expr
    element : str
        The index that numbers random draws.
    state : State
        Arrays and numbers that the expression refers to.
    seed, draw : int
        What random numbers are functions of; the number of this evaluation is 0 where nothing is random.
    """

    expr: Expr
    element: str
    state: State
    seed: int = 0
    draw: int = 0

    @classmethod
    def now(cls, e: Expr, element: str, state: State) -> Formula:
        """The formula with a number of its own, if it is random."""
        if not any(isinstance(x, Draw) for x in nodes(e)):
            return cls(e, element, state)
        return cls(e, element, state, random_state.seed, random_state.next_draw())

    def at(self, indices: Mapping[str, np.ndarray]) -> np.ndarray:
        """The values (n,) for each entry of the index arrays (n,) int64."""
        compute = EVALUATOR(without_draws(self.expr, self.element, word(self.seed), word(self.draw)))
        total = len(next(iter(indices.values())))
        result: np.ndarray = np.empty(total, RESULTS[self.expr.type])
        with np.errstate(all="ignore"):
            for start in range(0, total, CHUNK):
                part = slice(start, start + CHUNK)
                names: dict[str, Any] = {k: v[part] for k, v in indices.items()}
                result[part] = compute(Frame(names, self.state))
        return result


def evaluate(e: Expr, state: State, indices: Mapping[str, np.ndarray], element: str = "i") -> np.ndarray:
    """The values of ``e`` for each entry of the index arrays.

    Parameters
    ----------
    e : Expr
    state : State
        Arrays and numbers that ``e`` refers to.
    indices : mapping of str to (n,) int64
        The values of the index names in ``e``.
    element : str
        The index that numbers random draws.

    Returns
    -------
    values : (n,) array
    """
    return Formula.now(e, element, state).at(indices)


def evaluate_once(e: Expr, state: State) -> Any:
    """The value of an expression without element indices."""
    return evaluate(e, state, {"i": np.zeros(1, np.int64)})[0]
