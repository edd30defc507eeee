"""Linear systems: ``dx/dt = A x + b`` taken from a `Model`, and which variables depend on which.

In: a `Model`.  Out: a `LinearSystem`, or a sentence that says why the equations are not of this kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eqsim.ir.algebra import ZERO
from eqsim.ir.expr import PAST, Call, Draw, Expr, Load, Ref
from eqsim.ir.walk import children
from eqsim.model.calculus import linear
from eqsim.model.model import Model

Component = tuple[str, ...]


@dataclass(frozen=True)
class LinearSystem:
    """``dx_i/dt = sum_j matrix[i, j]*x_j + drive[i]``; what is missing is 0."""

    names: tuple[str, ...]
    matrix: dict[tuple[str, str], Expr]
    drive: dict[str, Expr]

    def rate(self, name: str) -> Expr:
        """The factor of a variable in its own equation."""
        return self.matrix.get((name, name), ZERO)

    def inputs(self, name: str) -> tuple[str, ...]:
        """The other variables in the equation of a variable."""
        return tuple(j for j in self.names if j != name and (name, j) in self.matrix)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The variable and all that it depends on, directly or not."""
        found, todo = {name}, [name]
        while todo:
            new = [j for j in self.inputs(todo.pop()) if j not in found]
            found.update(new)
            todo += new
        return tuple(n for n in self.names if n in found)

    def component(self, name: str) -> Component:
        """The variables that depend on each other in a loop through this one, with it; alone if there is no loop."""
        return tuple(n for n in self.ancestors(name) if name in self.ancestors(n))

    def frozen(self, resting: set[str]) -> LinearSystem:
        """The system in which some variables stay as they are."""
        return LinearSystem(
            self.names,
            {key: a for key, a in self.matrix.items() if key[0] not in resting},
            {name: b for name, b in self.drive.items() if name not in resting},
        )


def linear_system(model: Model) -> LinearSystem | str:
    """The equations as a linear system with constant coefficients; or what is in the way."""
    matrix: dict[tuple[str, str], Expr] = {}
    drive: dict[str, Expr] = {}
    for ode in model.odes:
        split = linear(ode.rate, model.names)
        if split is None:
            return f"the equation of '{ode.name}' is not linear in the state variables"
        coefficients, rest = split
        for e in (*coefficients.values(), rest):
            if (what := changing(e, model)) is not None:
                return f"the equation of '{ode.name}' contains {what}, which may change during a step"
        matrix |= {(ode.name, j): a for j, a in coefficients.items()}
        drive |= {ode.name: rest} if rest != ZERO else {}
    return LinearSystem(model.names, matrix, drive)


def changing(e: Expr, model: Model) -> str | None:
    """What is not constant within a step, in words."""
    for x in _reached(e, model.locally_constant):
        if x == Ref("t"):
            return "t"
        if isinstance(x, Call) and x.function.startswith(PAST):
            return f"{x.function.removeprefix(PAST)}(t - delay)"
        if isinstance(x, Draw):
            return "random numbers"
    return None


def _reached(e: Expr, closed: frozenset[str]) -> Iterator[Expr]:
    """All nodes, but not those inside calls of the closed functions, and not the places in the closed arrays."""
    yield e
    if not ((isinstance(e, Call) and e.function in closed) or (isinstance(e, Load) and e.array in closed)):
        for c in children(e):
            yield from _reached(c, closed)
