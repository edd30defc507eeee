"""Python's rules for numbers, on the IR: which type a result has, and what is known before the run.

In: expressions of any of the types bool, int, real.  Out: one expression.
"""

from __future__ import annotations

from eqsim.ir.expr import Call, Cast, Const, Expr, Op, Type, as_int, as_real

RANK: dict[Type, int] = {"bool": 0, "int": 1, "real": 2, "word": 3}


def number(e: Expr) -> Expr:
    """A bool as an int; others as they are."""
    return Cast("int", e) if e.type == "bool" else e


def matched(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Both with the higher of the two types."""
    if a.type == b.type:
        return a, b
    convert = as_real if max(RANK[a.type], RANK[b.type]) == 2 else as_int
    return fold(convert(a)), fold(convert(b))


def fold(e: Expr) -> Expr:
    """A cast of a constant is a constant."""
    if isinstance(e, Cast) and isinstance(e.arg, Const):
        value = e.arg.value
        return Const(float(value) if e.kind == "real" else int(value), e.kind)
    return e


def negative(e: Expr) -> Expr:
    """``-e``; of a constant, a constant."""
    return Const(-e.value, e.kind) if isinstance(e, Const) else Op("neg", (e,))


def arithmetic(op: str, a: Expr, b: Expr) -> Expr:
    """A binary operation of numbers with Python's rules for types; two real constants are computed now, exactly so."""
    x, y = matched(number(a), number(b))
    if op == "/":
        x, y = fold(as_real(x)), fold(as_real(y))
    if isinstance(x, Const) and isinstance(y, Const) and x.kind == "real" and op in ("+", "-", "*"):
        p, q = float(x.value), float(y.value)
        return Const(p + q if op == "+" else p - q if op == "-" else p * q)
    if isinstance(x, Const) and isinstance(y, Const) and x.kind == "real" and op == "/" and y.value != 0:
        return Const(float(x.value) / float(y.value))
    if op in ("//", "%") and x.type == "real":
        return Call("floor_divide" if op == "//" else "mod", (x, y))
    return Op(op, (x, y))
