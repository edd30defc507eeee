"""Strings that are evaluated at once: initial values, conditions for an index, connections.

In: an expression of the IR and the elements it is wanted for.  Out: its values.  Always on the interpreter: no compiler
is ever started for these.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def drawn_now(e: Expr, element: str) -> Expr:
    """Random draws as functions of (seed, stream, element, number of this evaluation)."""
    if not any(isinstance(x, Draw) for x in nodes(e)):
        return e
    step = random_state.next_draw()

    def expand(x: Expr) -> Expr:
        if not isinstance(x, Draw):
            return x
        counter = (word(random_state.seed), word(x.stream), Cast("word", Ref(element, "int")), word(step))
        return Call(x.law, (*x.args, *counter), x.type)

    return transform(e, expand)


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
    compute = EVALUATOR(drawn_now(e, element))
    total = len(next(iter(indices.values())))
    result: np.ndarray = np.empty(total, RESULTS[e.type])
    with np.errstate(all="ignore"):
        for start in range(0, total, CHUNK):
            part = slice(start, start + CHUNK)
            names: dict[str, Any] = {k: v[part] for k, v in indices.items()}
            result[part] = compute(Frame(names, state))
    return result


def evaluate_once(e: Expr, state: State) -> Any:
    """The value of an expression without element indices."""
    return evaluate(e, state, {"i": np.zeros(1, np.int64)})[0]
