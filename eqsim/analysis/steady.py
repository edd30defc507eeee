"""Variables that need not be searched for: their value at rest follows from the others.

In: understood equations.  Out: for each such variable an expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eqsim.analysis.understand import Understood
from eqsim.ir.algebra import ZERO, negative, over
from eqsim.ir.expr import Expr
from eqsim.ir.walk import depends_on
from eqsim.model.calculus import linear, simplify


@dataclass(frozen=True, slots=True)
class Steady:
    """A variable whose rate is ``coefficient*x + rest``: at rest it has the ``value`` -rest/coefficient."""

    name: str
    value: Expr
    coefficient: Expr


def steady_variables(form: Understood) -> tuple[Steady, ...]:
    """Solve for variables that enter their own rate linearly, as long as no two are solved for in terms of each other."""
    found: dict[str, Steady] = {}
    needs: dict[str, set[str]] = {}
    for name, rate in reversed(list(zip(form.variables, form.rates, strict=True))):
        split = linear(rate, (name,))
        if split is None or name not in split[0] or (split[1] == ZERO and depends_on(split[0][name], form.variables)):
            continue  # x*(a - y) is 0 also where y = a
        value = over(negative(split[1]), split[0][name])
        needs[name] = {v for v in form.variables if depends_on(value, (v,))}
        if name in _reached(needs, name):
            del needs[name]
        else:
            found[name] = Steady(name, simplify(value), split[0][name])
    return tuple(found[name] for name in sorted(found, key=lambda n: len(_reached(needs, n) & set(found))))


def _reached(needs: Mapping[str, set[str]], name: str) -> set[str]:
    """All variables that a value needs, directly or not."""
    seen: set[str] = set()
    todo = list(needs[name])
    while todo:
        other = todo.pop()
        if other not in seen:
            seen.add(other)
            todo += needs.get(other, ())
    return seen
