"""Cheaper operations for the same value, to within some units in the last place.

For the right-hand sides of differential equations only, whose terms are rearranged by the integrators anyway; thresholds,
resets and the code of synapses keep the user's operations.

=============================  ===========================  ==========================================================
``a / exprel(z)``              ``a * rexprel(z)``           one division instead of two (rate functions of channels)
``x / c``                      ``x * (1/c)``                c made of constants and numbers only: 1/c once for a run
``a / (exp(z) + exp(-z))``     ``a*b / (1 + b*b)``          b = exp(-abs(z)) (time constants of channels)
``a / cosh(z)``                ``a*(b + b) / (1 + b*b)``    the same b
``g + f(x) if test else f(y)`` ``f(x if test else y)`` once the same value, with the calls of both branches in one
``f(int(test))``               ``f(1) if test else f(0)``   the same value, chosen from two constants of a run
=============================  ===========================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterable

from eqsim.ir.expr import Call, Const, Expr, Op, Select, real, unary
from eqsim.ir.passes.cases import Cases, cases, is_fixed, without_choice
from eqsim.ir.passes.share import Results, share
from eqsim.ir.stmt import Bound, Let, Loop
from eqsim.ir.walk import distinct, map_statement, transform


def cheaper(
    lets: Iterable[Bound], results: Iterable[tuple[str, Expr]], fixed: Iterable[str] = ()
) -> tuple[tuple[Bound, ...], Results]:
    """The same Lets and results with cheaper operations, and with more Lets.

    ``fixed``: names that are bound before, to what is the same during a whole run.
    """
    work = _Cheaper(fixed)
    made = [work.statement(s) for s in lets]
    return share(made, [(name, work.value(value)) for name, value in results])


class _Cheaper:
    """Goes through a body, and remembers which names stand for constants of a run, or for one of two."""

    def __init__(self, fixed: Iterable[str]) -> None:
        self.fixed = set(fixed)
        self.known: dict[str, Cases] = {}

    def statement(self, s: Bound) -> Bound:
        if isinstance(s, Loop):  # its names mean something else at each turn, and what occurs twice in it stays there twice
            return map_statement(s, lambda e: transform(e, self._division))  # type: ignore[return-value]
        new = Let(s.name, self.value(s.value), s.origin)
        found = cases(new.value, self.fixed, self.known)
        if found is not None and found.test is None:
            self.fixed.add(s.name)
        elif found is not None:
            self.known[s.name] = found
        return new

    def value(self, e: Expr) -> Expr:
        found = cases(e, self.fixed, self.known)
        if found is not None and found.test is not None and any(isinstance(x, Call) for x in distinct(e)):
            return Select(found.test, found.yes, found.no)
        return transform(e, self._node)

    def _node(self, e: Expr) -> Expr:
        match e:
            case Select():
                return without_choice(e, self.fixed)
            case Op("/", (x, Call("cosh", (z,)))) if not is_fixed(z, self.fixed):
                bell = _bell(z)
                return x * (bell + bell) / (1.0 + bell * bell)
            case Op("/", (x, Op("+", (Call("exp", (z,)), Call("exp", (y,)))))) if _opposite(y, z) and not is_fixed(
                z, self.fixed
            ):
                bell = _bell(z)
                return x * bell / (1.0 + bell * bell)
        return self._division(e)

    def _division(self, e: Expr) -> Expr:
        match e:
            case Op("/", (x, Call("exprel", args))):
                return x * Call("rexprel", args)
            case Op("/", (x, d)) if e.type == "real" and is_fixed(d, self.fixed) and not is_fixed(x, self.fixed):
                return x * _inverse(d)
        return e


def _bell(z: Expr) -> Expr:
    """exp(-|z|)"""
    return Call("exp", (-unary("abs", _signed(z)[0]),))


def _inverse(d: Expr) -> Expr:
    if isinstance(d, Const) and d.value != 0:
        return real(1.0 / float(d.value))
    return 1.0 / d


def _opposite(x: Expr, y: Expr) -> bool:
    """Is it to be seen that x = -y?"""
    (a, positive), (b, other) = _signed(x), _signed(y)
    return a == b and positive != other


def _signed(e: Expr) -> tuple[Expr, bool]:
    """An expression without its signs, and whether these are an even number."""
    if isinstance(e, Op) and e.op == "neg":
        inner, positive = _signed(e.args[0])
        return inner, not positive
    if isinstance(e, Op) and e.op in ("*", "/"):
        (a, first), (b, second) = map(_signed, e.args)
        return Op(e.op, (a, b)), first == second
    return e, True
