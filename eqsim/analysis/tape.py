"""Many expressions computed at once, each common part once: a list of operations on numpy values.

In: expressions of real `Ref`s.  Out: a function of the values of these; arrays of one shape give arrays of that shape.

The elementary functions are numpy's, not those of simulations: a curve of fixed points needs no equal bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from eqsim.functions import resolve
from eqsim.ir.evaluate import OPERATORS, Evaluator, Frame, cast, select
from eqsim.ir.expr import Call, Cast, Const, Expr, Op, Ref, Select
from eqsim.ir.program import State
from eqsim.ir.walk import distinct

Value = Any  # a number, or an array

NUMPY: dict[str, Callable[..., Value]] = {
    "arccos": np.arccos,
    "arcsin": np.arcsin,
    "arctan": np.arctan,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "power": np.power,
    "sin": np.sin,
    "sinh": np.sinh,
    "tan": np.tan,
    "tanh": np.tanh,
}
"""Functions of the IR that numpy computes faster than their bodies are interpreted."""


class Tape:
    """The values of some expressions.

    Parameters
    ----------
    results : sequence of Expr
        In terms of `Ref`s; numbers of the user's functions are put in already.

    Examples
    --------
    >>> x = Ref("x")
    >>> print(*Tape([x * x, x * x + 1.0])({"x": 3.0}))
    9.0 10.0
    """

    def __init__(self, results: Sequence[Expr]) -> None:
        self._evaluator = Evaluator(resolve)
        self._places: dict[tuple[Any, ...], int] = {}
        self._start: list[Value] = []  # constants, and room for the rest
        self._names: list[tuple[str, int]] = []
        self._steps: list[tuple[int, Callable[..., Value], tuple[int, ...]]] = []
        done: dict[int, int] = {}
        self._results = [self._add(e, done) for e in results]
        self._kept = results  # ids of nodes stay unique as long as the nodes live

    def __call__(self, values: Mapping[str, Value]) -> list[Value]:
        """The values of all expressions where the names have these values (SI)."""
        slots = self._start.copy()
        for name, at in self._names:
            slots[at] = values[name]
        for at, f, args in self._steps:
            slots[at] = f(*[slots[a] for a in args])
        return [slots[at] for at in self._results]

    def _add(self, e: Expr, done: dict[int, int]) -> int:
        for x in distinct(e):
            if id(x) not in done:
                done[id(x)] = self._place(x, done)
        return done[id(e)]

    def _place(self, x: Expr, done: Mapping[int, int]) -> int:
        """The slot of a node whose children have theirs."""
        match x:
            case Const():
                return self._slot(("constant", x), np.float64(x.value) if x.type == "real" else x.value)
            case Ref():
                new = ("name", x.name) not in self._places
                at = self._slot(("name", x.name), None)
                self._names += [(x.name, at)] * new
                return at
            case Op():
                return self._step(x.op, OPERATORS[x.op], tuple(done[id(a)] for a in x.args))
            case Call():
                f = NUMPY.get(x.function) or self._evaluator.function(x.function)
                return self._step(f"{x.function}()", f, tuple(done[id(a)] for a in x.args))
            case Select():
                return self._step("select", select, (done[id(x.test)], done[id(x.yes)], done[id(x.no)]))
            case Cast(kind, arg):
                return self._step(f"to {kind}", lambda value: cast(value, kind), (done[id(arg)],))
        value = self._evaluator(x)(Frame({}, State()))  # a table that does not depend on names
        return self._slot(("other", id(x)), value)

    def _slot(self, key: tuple[Any, ...], value: Value) -> int:
        if key not in self._places:
            self._places[key] = len(self._start)
            self._start.append(value)
        return self._places[key]

    def _step(self, what: str, f: Callable[..., Value], args: tuple[int, ...]) -> int:
        if (what, args) not in self._places:
            self._steps.append((self._slot((what, args), None), f, args))
        return self._places[what, args]
