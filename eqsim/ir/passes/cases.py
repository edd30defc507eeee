"""What a condition decides: values of which there are only two, and choices between calls of the same function.

Both branches of a `Select` are pure and, where elements are computed side by side, both are computed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from eqsim.ir.algebra import simple
from eqsim.ir.expr import FALSE, TRUE, Call, Cast, Const, Expr, Number, Op, Ref, Select
from eqsim.ir.walk import children, distinct, rebuild, transform


@dataclass(frozen=True, slots=True)
class Cases:
    """A value that is ``yes`` where the test holds, else ``no``; no test: it is the same everywhere."""

    test: Expr | None
    yes: Expr
    no: Expr


def is_fixed(e: Expr, fixed: Collection[str] = ()) -> bool:
    """Is the value the same during a whole run?  ``fixed``: names of values that are."""
    kinds = (Const, Number, Op, Call, Cast)
    return all(isinstance(x, kinds) or (isinstance(x, Ref) and x.name in fixed) for x in distinct(e))


def cases(e: Expr, fixed: Collection[str], known: Mapping[str, Cases]) -> Cases | None:
    """The two values that an expression has during a run, or None if it may have more.  ``known``: those of names."""
    if is_fixed(e, fixed):
        return Cases(None, e, e)
    if isinstance(e, Ref) and e.name in known:
        return known[e.name]
    if e.type == "bool":
        return Cases(e, TRUE, FALSE)
    if not isinstance(e, Op | Call | Cast | Select):
        return None
    parts = [cases(c, fixed, known) for c in children(e)]
    tests = {part.test for part in parts if part is not None and part.test is not None}
    if None in parts or len(tests) != 1:
        return None
    yes, no = (rebuild(e, tuple(getattr(part, side) for part in parts)) for side in ("yes", "no"))
    return Cases(tests.pop(), _settled(yes), _settled(no))


def _settled(e: Expr) -> Expr:
    """The node, tidied now that the test is known."""
    if isinstance(e, Cast) and isinstance(e.arg, Const) and e.arg.type in ("bool", "int") and e.type in ("int", "real"):
        return Const(float(e.arg.value) if e.type == "real" else int(e.arg.value), e.type)
    return simple(e)


def without_choice(e: Select, fixed: Collection[str]) -> Expr:
    """``f(x) if test else g + f(y)`` with one call, ``f(x if test else y)``, in the place of both."""
    first, second = ([c for c in _calls(part) if not is_fixed(c, fixed)] for part in (e.yes, e.no))
    ours, theirs = [c for c in first if c not in second], [c for c in second if c not in first]
    if not ours or [c.function for c in ours] != [c.function for c in theirs]:
        return e
    one = {}
    for a, b in zip(ours, theirs, strict=True):
        args = (x if x == y else Select(e.test, x, y) for x, y in zip(a.args, b.args, strict=True))
        one[a] = one[b] = Call(a.function, tuple(args), a.kind)
    return Select(e.test, *(transform(part, lambda x: one.get(x, x)) for part in (e.yes, e.no)))  # type: ignore[call-overload]


def _calls(e: Expr) -> list[Call]:
    """The calls in an expression that are not arguments of others, in order."""
    if isinstance(e, Call):
        return [e]
    return list(dict.fromkeys(call for c in children(e) for call in _calls(c)))
