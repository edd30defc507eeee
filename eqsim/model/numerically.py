"""Questions about expressions that a few numbers answer: is it linear, are two of them equal?

In: expressions.  Out: the answer, right but for a chance that is as small as that of random numbers to lie on a curve.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from eqsim.ir.expr import Expr, Load, Number, Op, Ref
from eqsim.ir.walk import children, rebuild

if TYPE_CHECKING:
    pass


def looks_linear(e: Expr, names: Collection[str]) -> bool:
    """Is the expression linear along a few random lines?  It costs little, and saves the import of sympy."""
    import numpy as np

    from eqsim.functions import resolve
    from eqsim.ir.evaluate import Evaluator, Frame
    from eqsim.ir.program import State

    rng = np.random.default_rng(12345)
    bound, leaves = leaves_as_refs(e)
    at = {name: rng.uniform(0.2, 1.0, (3, 1)) for name in leaves}
    scale = np.array([[1.0], [0.1], [0.01]])  # a voltage of 1 V may lie where everything is saturated
    for name in names:
        at[name] = scale * (rng.uniform(0.2, 1.0, (3, 1)) + rng.uniform(0.2, 1.0, (3, 1)) * np.arange(4.0))
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(Evaluator(resolve)(bound)(Frame(at, State())), dtype=float)
    except Exception:  # a function without a body in the IR, a draw: then nothing can be said
        return False
    bends = np.abs(np.diff(values, 2, axis=-1)) if values.ndim == 2 else np.array([np.nan])
    return bool(np.all(bends <= 1e-9 * (1 + np.max(np.abs(values), axis=-1, keepdims=True))))


def same_value(a: Expr, b: Expr) -> bool:
    """Are two real expressions equal wherever they are?  Equal in form, or at a few random points."""
    import numpy as np

    from eqsim.functions import resolve
    from eqsim.ir.evaluate import Evaluator, Frame
    from eqsim.ir.program import State

    if a == b:
        return True
    bound, leaves = leaves_as_refs(Op("-", (a, b)))
    scale, _ = leaves_as_refs(Op("+", (Op("abs", (a,)), Op("abs", (b,)))))
    rng = np.random.default_rng(54321)
    frame = Frame({name: rng.uniform(0.2, 1.0, 5) for name in leaves}, State())
    try:
        with np.errstate(all="ignore"):
            difference, size = (np.asarray(Evaluator(resolve)(e)(frame), float) for e in (bound, scale))
    except Exception:  # a function without a body in the IR, a draw: then nothing can be said
        return False
    return bool(np.all(np.abs(difference) <= 1e-12 * size))


def leaves_as_refs(e: Expr) -> tuple[Expr, dict[str, Expr]]:
    """Numbers and loads replaced by `Ref`s; and what every `Ref` stands for."""
    leaves: dict[str, Expr] = {}

    def replace(x: Expr) -> Expr:
        if isinstance(x, Ref):
            leaves[x.name] = x
        elif isinstance(x, Number | Load) and x.type == "real":
            label = x.name if isinstance(x, Number) else x.array
            name = next((n for n, y in leaves.items() if y == x), f"{label} {len(leaves)}")
            leaves[name] = x
            return Ref(name)
        return x

    def walk(x: Expr) -> Expr:
        """Not into the index of a load."""
        if isinstance(x, Load):
            return replace(x)
        old = children(x)
        return replace(rebuild(x, tuple(walk(c) for c in old)) if old else x)

    return walk(e), leaves
