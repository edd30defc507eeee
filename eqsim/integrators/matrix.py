"""The exponential of a small matrix, written out as values of the IR.

In: the entries of a matrix, as expressions.  Out: the entries of its exponential.  Source: Moler and Van Loan (2003),
"Nineteen dubious ways to compute the exponential of a matrix, twenty-five years later", SIAM Review 45, 3-49, method 3:
scaling and squaring, here after balancing (Osborne 1960), with a Taylor polynomial.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from eqsim.ir.algebra import ONE, ZERO, choice, over, plus, times, total
from eqsim.ir.expr import Const, Expr, Iterate, Op, Ref, Select, both, gt, real

Matrix = dict[tuple[str, str], Expr]
"""Entries by row and column; what is missing is 0."""
Name = Callable[[str, Expr], Expr]
"""Binds a value to a name and gives what refers to it."""

DEGREE = 12  # of the polynomial: at norm SMALL the next term is 2.4e-18
SMALL = 0.25
SQUARINGS = 16  # for norms up to SMALL*2**16; beyond, the result is NaN
SWEEPS = 3  # of the balancing


def exponential(name: Name, keys: tuple[str, ...], entries: Matrix) -> Matrix:
    """exp(M) for a matrix with these rows and columns.

    Its relative error is a few rounding errors, times the norm of the balanced matrix.
    """
    balanced, factors = _balance(name, keys, entries)
    norm = name("_norm", _norm(keys, balanced))
    scale = name("_scale", _scale(norm))
    small = {key: name("_m", times(value, scale)) for key, value in balanced.items()}
    result = _taylor(name, keys, small)
    for k in range(SQUARINGS):
        squared = _product(keys, result, result)
        test = name("_more", gt(norm, SMALL * 2.0**k))
        result = {key: name("_e", choice(test, value, result.get(key, ZERO))) for key, value in squared.items()}
    return {
        (i, j): name(f"_{_short(i)}_from_{_short(j)}", _unbalanced(value, factors[i], factors[j]))
        for (i, j), value in result.items()
    }


def _short(key: str) -> str:
    return key.replace("drive of ", "drive_")


def _unbalanced(value: Expr, row: Expr, column: Expr) -> Expr:
    return value if row == column else over(times(value, row), column)


def _scale(norm: Expr) -> Expr:
    """The largest power of 1/2 that makes the norm small; NaN if there are not enough squarings to undo it."""
    s = Ref("s")
    found = Iterate(("s",), (ONE,), gt(times(norm, s), SMALL), (times(real(0.5), s),), s, SQUARINGS)
    return Select(gt(norm, SMALL * 2.0**SQUARINGS), Const(math.nan), found)


def _product(keys: tuple[str, ...], a: Matrix, b: Matrix) -> Matrix:
    result: Matrix = {}
    for i in keys:
        for j in keys:
            terms = [times(a[i, k], b[k, j]) for k in keys if (i, k) in a and (k, j) in b]
            if terms:
                result[i, j] = total(terms)
    return result


def _taylor(name: Name, keys: tuple[str, ...], m: Matrix) -> Matrix:
    """1 + m*(1 + m/2*(1 + m/3*(...))), from the inside out."""
    identity: Matrix = {(k, k): ONE for k in keys}
    result = identity
    for n in range(DEGREE, 0, -1):
        product = _product(keys, m, result)
        result = dict(identity)
        for key, value in product.items():
            result[key] = name("_p", plus(identity.get(key, ZERO), times(value, real(1.0 / n))))
    return result


def _magnitude(values: list[Expr]) -> Expr:
    return total([v if isinstance(v, Const) else Op("abs", (v,)) for v in values])


def _norm(keys: tuple[str, ...], m: Matrix) -> Expr:
    """The largest sum of magnitudes in a column."""
    largest: Expr = ZERO
    for j in keys:
        column = _magnitude([m[i, j] for i in keys if (i, j) in m])
        largest = choice(Op(">", (column, largest)), column, largest) if column != ZERO else largest
    return largest


def _balance(name: Name, keys: tuple[str, ...], entries: Matrix) -> tuple[Matrix, dict[str, Expr]]:
    """Other units for the variables, so that couplings in both directions are alike.

    Without this the units of the user would decide about the norm: a conductance in siemens next to a voltage in volt.
    """
    m = dict(entries)
    factors: dict[str, Expr] = dict.fromkeys(keys, ONE)
    for _ in range(SWEEPS):
        for k in keys:
            f = name("_unit", _factor(name, keys, m, k))
            if f == ONE:
                continue
            factors[k] = name("_units", times(factors[k], f))
            for key, value in m.items():
                if key[0] != key[1] and k in key:
                    m[key] = name("_b", times(value, f) if key[1] == k else over(value, f))
    return m, factors


def _factor(name: Name, keys: tuple[str, ...], m: Matrix, k: str) -> Expr:
    """sqrt(row/column); for a variable that only feeds, or is only fed, what makes its couplings 1."""
    row = name("_row", _magnitude([m[k, j] for j in keys if j != k and (k, j) in m]))
    column = name("_column", _magnitude([m[i, k] for i in keys if i != k and (i, k) in m]))
    if row == ZERO and column == ZERO:
        return ONE
    if row == ZERO:
        return choice(gt(column, 0.0), over(ONE, column), ONE)
    if column == ZERO:
        return choice(gt(row, 0.0), row, ONE)
    return choice(both(gt(row, 0.0), gt(column, 0.0)), Op("sqrt", (over(row, column),)), ONE)
