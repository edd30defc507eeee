"""Which equations need which others.

In: equations by name.  Out: what each depends on, an order of the subexpressions, and right-hand sides with them put in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from eqsim.errors import Diagnostic, EquationError
from eqsim.model.single_equation import SingleEquation


def _own(equations: Mapping[str, SingleEquation], name: str) -> set[str]:
    """The variables in a right-hand side as they are now; ``x(t - tau)`` is what x was before."""
    tree = equations[name].tree
    return {n for n in tree.names() if n in equations} if tree is not None else set()


def reached(equations: Mapping[str, SingleEquation], name: str) -> set[str]:
    seen: set[str] = set()
    todo = [name]
    while todo:
        for n in _own(equations, todo.pop()):
            if n not in seen:
                seen.add(n)
                if equations[n].kind == "subexpression":
                    todo.append(n)
    return seen


def in_order(equations: Mapping[str, SingleEquation]) -> tuple[SingleEquation, ...]:
    """Subexpressions, each after those it needs.

    Raises
    ------
    EquationError
        If they need each other in a circle; it is a ValueError, too.
    """
    done: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done:
            return
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise EquationError(
                Diagnostic("E302", f"subexpressions define each other in a circle: {circle}", equations[name].span)
            )
        for other in sorted(_own(equations, name)):
            if equations[other].kind == "subexpression":
                visit(other, (*path, name))
        done.append(name)

    for e in equations.values():
        if e.kind == "subexpression":
            visit(e.name, ())
    return tuple(equations[n] for n in done)


def substituted(equations: Mapping[str, SingleEquation], e: SingleEquation) -> str:
    assert e.tree is not None
    text = e.tree.text
    for name in sorted(_own(equations, e.name)):
        if equations[name].kind == "subexpression":
            text = re.sub(rf"\b{name}\b", f"({substituted(equations, equations[name])})", text)
    return text
