"""Systems of linear equations, written out as values of the IR: elimination without any loop.

In: the entries of a matrix, as expressions; what is missing is 0 for every element and at all times.  Out: a solver for
right-hand sides.

Pivots are taken from the diagonal, in an order that is fixed when the model is made: the one that creates the fewest new
entries (Markowitz 1957).  Which numbers stand on the diagonal plays no part, so that all elements do the same operations.
The matrices here are ``I/(g*h) - J``: for small h the diagonal dominates, whatever the units of the variables are.  Where
h is too large for that, a small pivot gives a large error, and the control of the error takes a smaller h.
"""

from __future__ import annotations

from collections.abc import Mapping

from eqsim.functions.helpers import Lets
from eqsim.ir.algebra import ONE, ZERO, minus, over, times, total
from eqsim.ir.expr import Expr

__all__ = ["Factors", "factors"]

Matrix = Mapping[tuple[str, str], Expr]


class Factors:
    """A matrix as L U.  ``lower`` holds the multipliers, ``upper`` the rows above the diagonal, ``inverse`` 1/pivot."""

    def __init__(self, order: list[str]) -> None:
        self.order = order
        self.lower: dict[tuple[str, str], Expr] = {}
        self.upper: dict[tuple[str, str], Expr] = {}
        self.inverse: dict[str, Expr] = {}

    def solve(self, let: Lets, right: Mapping[str, Expr], label: str) -> dict[str, Expr]:
        """The unknowns, bound to ``label`` and their names."""
        b = dict(right)
        for n, k in enumerate(self.order):
            for i in self.order[n + 1 :]:
                if (i, k) in self.lower and b[k] != ZERO:
                    b[i] = let(f"_right_{i}", minus(b[i], times(self.lower[i, k], b[k])))
        x: dict[str, Expr] = {}
        for n, k in reversed(list(enumerate(self.order))):
            known = [times(self.upper[k, j], x[j]) for j in self.order[n + 1 :] if (k, j) in self.upper]
            x[k] = let(f"{label}_{k}", times(minus(b[k], total(known)), self.inverse[k]))
        return x


def factors(let: Lets, matrix: Matrix, names: tuple[str, ...]) -> Factors:
    """The factors of a matrix with these rows and columns; its diagonal is not 0."""
    m = {key: value for key, value in matrix.items() if value != ZERO}
    found = Factors(elimination_order(set(m), names))
    for n, k in enumerate(found.order):
        found.inverse[k] = let(f"_pivot_{k}", over(ONE, m[k, k]))
        later = found.order[n + 1 :]
        found.upper |= {(k, j): m[k, j] for j in later if (k, j) in m}
        for i in (i for i in later if (i, k) in m):
            factor = found.lower[i, k] = let(f"_l_{i}_{k}", times(m[i, k], found.inverse[k]))
            for j in (j for j in later if (k, j) in m):
                m[i, j] = let(f"_u_{i}_{j}", minus(m.get((i, j), ZERO), times(factor, m[k, j])))
    return found


def elimination_order(filled: set[tuple[str, str]], names: tuple[str, ...]) -> list[str]:
    """The diagonal, always next the entry with the smallest (row length - 1)*(column length - 1)."""
    filled, left, order = set(filled), list(names), []
    while left:

        def cost(k: str, left: list[str] = left, filled: set[tuple[str, str]] = filled) -> int:
            row = sum((k, j) in filled for j in left if j != k)
            return row * sum((i, k) in filled for i in left if i != k)

        k = min(left, key=cost)
        left = [n for n in left if n != k]
        order.append(k)
        filled |= {(i, j) for i in left for j in left if (i, k) in filled and (k, j) in filled}
    return order
