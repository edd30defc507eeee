"""Expressions over pairs as sums of products: one factor for each end.

In: an expression of a synapse, of its source ``i`` and its target ``j``.  Out: terms ``a(i)*b(j)`` whose sum it is, or None.
So a sum over all pairs needs one sum over ``i`` for each term::

    sum_i w*(v_i - v_j)            =   sum_i(w*v_i)*1  +  sum_i(1)*(-w*v_j)
    sum_i sin(theta_i - theta_j)   =   sum_i(sin(theta_i))*cos(theta_j)  -  sum_i(cos(theta_i))*sin(theta_j)

A difference is multiplied by what belongs to one end only: in products of differences the terms would cancel too much.
"""

from __future__ import annotations

from dataclasses import dataclass

from eqsim.ir.algebra import ONE, negative, over, times
from eqsim.ir.expr import Call, Draw, Expr, Op, Ref
from eqsim.ir.walk import nodes

MOST = 8  # terms


@dataclass(frozen=True, slots=True)
class Term:
    """``of_source * of_target``."""

    of_source: Expr
    of_target: Expr = ONE

    def at(self, end: str) -> Expr:
        """The factor that belongs to ``i`` or ``j``."""
        return self.of_source if end == "i" else self.of_target


Terms = tuple[Term, ...]


def ends_of(e: Expr) -> frozenset[str]:
    """Which of ``i``, ``j``, ``k`` a value depends on; a random number belongs to its synapse."""
    found = {x.name for x in nodes(e) if isinstance(x, Ref) and x.name in "ijk"}
    return frozenset(found | ({"k"} if any(isinstance(x, Draw) for x in nodes(e)) else set()))


def separate(e: Expr) -> Terms | None:
    """The terms of a real expression; of any other only if it belongs to one end."""
    ends = ends_of(e)
    if ends <= {"i"}:
        return (Term(e),)
    if "k" in ends or e.type != "real":
        return None
    if ends <= {"j"}:
        return (Term(ONE, e),)
    found = _of_node(e)
    return found if found is not None and len(found) <= MOST else None


def _of_node(e: Expr) -> Terms | None:
    match e:
        case Op("neg", (x,)):
            return _negative(separate(x))
        case Op("+" | "-" as op, (x, y)):
            p, q = separate(x), separate(y)
            q = _negative(q) if op == "-" else q
            return None if p is None or q is None else p + q
        case Op("*", (x, y)):
            return _product(separate(x), separate(y))
        case Op("/", (x, y)):
            return _quotient(separate(x), y)
        case Call("sin" | "cos" as name, (x,)):
            return _wave(name, separate(x))
    return None


def _negative(p: Terms | None) -> Terms | None:
    return None if p is None else tuple(Term(negative(t.of_source), t.of_target) for t in p)


def _product(p: Terms | None, q: Terms | None) -> Terms | None:
    if p is None or q is None or min(len(p), len(q)) > 1:
        return None
    return tuple(Term(times(s.of_source, t.of_source), times(s.of_target, t.of_target)) for s in p for t in q)


def _quotient(p: Terms | None, y: Expr) -> Terms | None:
    ends = ends_of(y)
    if p is None or len(ends) > 1:
        return None
    if ends <= {"i"}:
        return tuple(Term(over(t.of_source, y), t.of_target) for t in p)
    return tuple(Term(t.of_source, over(t.of_target, y)) for t in p)


def _wave(name: str, p: Terms | None) -> Terms | None:
    """sin(a + b) = sin a cos b + cos a sin b;  cos(a + b) = cos a cos b - sin a sin b."""
    if p is None or len(p) != 2 or {_one_sided(t) for t in p} != {"i", "j"}:
        return None
    a, b = (next(times(t.of_source, t.of_target) for t in p if _one_sided(t) == end) for end in "ij")
    sin_a, cos_a, sin_b, cos_b = (Call(f, (x,)) for x in (a, b) for f in ("sin", "cos"))
    if name == "sin":
        return Term(sin_a, cos_b), Term(cos_a, sin_b)
    return Term(cos_a, cos_b), Term(negative(sin_a), sin_b)


def _one_sided(t: Term) -> str:
    """The end that a term belongs to; '' for a true product."""
    if ends_of(t.of_target) == frozenset():
        return "i"
    return "j" if ends_of(t.of_source) == frozenset() else ""
