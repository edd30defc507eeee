"""Expressions as sympy knows them, and back.

In: an expression of the IR.  Out: one of sympy, of real symbols, and what each symbol stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from eqsim.ir.algebra import ONE, ZERO, over, times, total
from eqsim.ir.expr import Call, Const, Expr, Op, Ref, Select, real
from eqsim.ir.walk import children, depends_on

if TYPE_CHECKING:
    pass
from eqsim.model.numerically import leaves_as_refs

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "neg": lambda x: -x,
}
RELATIONS = {
    "<": "Lt",
    "<=": "Le",
    ">": "Gt",
    ">=": "Ge",
    "==": "Eq",
    "!=": "Ne",
    "and": "And",
    "or": "Or",
    "not": "Not",
}
FUNCTIONS = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "power": "Pow"}
KNOWN = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign")
NODES = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">", "GreaterThan": ">=", "Equality": "=="}


def to_sympy(e: Expr) -> tuple[Any, dict[str, Expr]]:
    """A sympy expression of real symbols, and what each symbol stands for (by its name)."""
    bound, leaves = leaves_as_refs(e)
    return _sympy(bound), leaves


def _sympy(e: Expr) -> Any:
    import sympy

    match e:
        case Const(value, "real"):
            return sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(value, 17)
        case Const(value, kind):
            return sympy.true if value and kind == "bool" else sympy.false if kind == "bool" else sympy.Integer(value)
        case Ref():
            return sympy.Symbol(e.name, real=True)
        case Select():
            return sympy.Piecewise((_sympy(e.yes), _sympy(e.test)), (_sympy(e.no), True))
    args = [_sympy(c) for c in children(e)]
    name = e.op if isinstance(e, Op) else e.function if isinstance(e, Call) else type(e).__name__
    if name in OPERATORS:
        return OPERATORS[name](*args)
    if name in RELATIONS:
        return getattr(sympy, RELATIONS[name])(*args)
    name = FUNCTIONS.get(name, name)
    if name in KNOWN or name in ("Pow", "asin", "acos", "atan", "sqrt", "floor") or name == "abs":
        return getattr(sympy, "Abs" if name == "abs" else name)(*args)
    return sympy.Function(name, real=True)(*args)


def from_sympy(e: Any, leaves: Mapping[str, Expr]) -> Expr:
    """The expression that a result of `to_sympy`, after some algebra, stands for."""
    if e.is_Symbol:
        return leaves.get(e.name, Ref(e.name))
    if e.is_number and not e.args:
        return real(float(e))
    if e in (True, False):
        return Const(bool(e), "bool")
    name = type(e).__name__
    if name == "Piecewise":
        *pairs, last = e.args
        result = from_sympy(last.args[0], leaves)
        for value, test in reversed(pairs):
            result = Select(from_sympy(test, leaves), from_sympy(value, leaves), result)
        return result
    args = [from_sympy(a, leaves) for a in e.args]
    return _back(name, e, args)


def _back(name: str, e: Any, args: list[Expr]) -> Expr:
    if name == "Add":
        return total(args)
    if name == "Mul":
        above = [a for a, s in zip(args, e.args, strict=True) if not _inverse(s)]
        below = [a.args[1] for a, s in zip(args, e.args, strict=True) if _inverse(s) and isinstance(a, Op)]
        top = _fold(times, above)
        return over(top, _fold(times, below)) if below else top
    if name == "Pow":
        return _back_power(args, e)
    if name in NODES:
        return Op(NODES[name], (args[0], args[1]))
    if name == "Unequality":
        return Op("!=", (args[0], args[1]))
    if name in ("And", "Or"):
        return _fold(lambda x, y: Op(name.lower(), (x, y)), args)
    if name in ("Not", "Abs", "floor"):
        return Op(name.lower(), (args[0],))
    return Call({v: k for k, v in FUNCTIONS.items()}.get(name, name), tuple(args))


def _inverse(e: Any) -> bool:
    return bool(e.is_Pow and e.exp.is_Integer and e.exp < 0)


def _back_power(args: list[Expr], e: Any) -> Expr:
    base, exponent = args
    if e.exp.is_Integer and 0 < abs(int(e.exp)) <= 16:
        result = _fold(times, [base] * abs(int(e.exp)))
        return result if e.exp > 0 else Op("/", (ONE, result))
    if e.exp == 0.5:
        return Op("sqrt", (base,))
    return Call("power", (base, exponent))


def _fold(f: Callable[[Expr, Expr], Expr], terms: list[Expr]) -> Expr:
    result = terms[0] if terms else ONE
    for term in terms[1:]:
        result = f(result, term)
    return result


def linear_by_sympy(e: Expr, names: Collection[str]) -> tuple[dict[str, Expr], Expr] | None:
    """What `calculus.linear` gives, for expressions that are linear in value but not in form."""
    import sympy

    form, leaves = to_sympy(e)
    form = sympy.simplify(form)
    symbols = {name: sympy.Symbol(name, real=True) for name in names if depends_on(e, (name,))}
    coefficients = {name: sympy.simplify(sympy.diff(form, s)) for name, s in symbols.items()}
    if any(c.free_symbols & set(symbols.values()) for c in coefficients.values()):
        return None
    rest = sympy.simplify(form - sum(c * symbols[name] for name, c in coefficients.items()))
    if rest.free_symbols & set(symbols.values()):
        return None
    found = {name: from_sympy(c, leaves) for name, c in coefficients.items()}
    return {name: c for name, c in found.items() if c != ZERO}, from_sympy(rest, leaves)
