"""From a user's expression to the IR, checking units on the way.

In: a `Tree` (Python's ``ast`` with spans) and a scope.  Out: a `Typed` expression: IR in SI values, and its dimension.
All mistakes of one expression are collected and reported together, each with a caret under its term.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from eqsim.errors import (
    Diagnostic,
    DimensionMismatchError,
    EqsimError,
    EquationError,
    UnknownNameError,
    did_you_mean,
)
from eqsim.functions import BUILTINS, lower_power
from eqsim.ir.expr import Cast, Const, Expr, Op, Select, Type, as_int, as_real
from eqsim.syntax import Tree
from eqsim.units import DIMENSIONLESS, Dimension, unit_name

NodeOp = type[ast.AST]

BINARY: dict[NodeOp, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
COMPARE: dict[NodeOp, str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
VERBS = {"+": "add", "-": "subtract", "%": "take the remainder of"}
RANK: dict[Type, int] = {"bool": 0, "int": 1, "real": 2, "word": 3}


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name stands for.  ``dim=None``: not known yet (an external name before the run)."""

    expr: Expr
    dim: Dimension | None
    value: float | None = None
    """The present value of an external constant; needed where it stands in an exponent of a quantity."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression with its dimension; ``None`` when that is not known yet."""

    expr: Expr
    dim: Dimension | None
    value: float | None = None

    @property
    def is_zero(self) -> bool:
        """A literal 0 fits any dimension."""
        return isinstance(self.expr, Const) and self.expr.kind != "bool" and self.expr.value == 0

    @property
    def known(self) -> bool:
        """Has the dimension been determined?"""
        return self.dim is not None


Scope = Callable[[str], Symbol | None]
"""Looks a name up; None if it stands for nothing."""
Stream = Callable[[], int]
"""Gives the stream of the next random draw in the text."""


def no_draws() -> NoReturn:
    """The `Stream` of places where nothing random is allowed."""
    raise EquationError("random numbers are not possible here")


@dataclass(slots=True)
class Translator:
    """Translates the trees of one object, collecting mistakes."""

    scope: Scope
    stream: Stream = no_draws
    known_names: Callable[[], set[str]] = set
    conditions_count: bool = False
    """May conditions stand among numbers, as 0 and 1?"""
    problems: list[tuple[type[EqsimError], Diagnostic, tuple[Any, ...]]] = field(default_factory=list)

    def __call__(self, tree: Tree) -> Typed:
        """Translate a whole expression."""
        return _Walk(self, tree).visit(tree.root)

    def finish(self) -> None:
        """Raise what was collected: one error with all its diagnostics."""
        if not self.problems:
            return
        kind, _, dims = self.problems[0]
        same = tuple(d for k, d, _ in self.problems if k is kind)
        error = kind(same[0], *dims) if kind is DimensionMismatchError else kind(*same)
        error.diagnostics = same
        raise error


@dataclass(slots=True)
class _Walk:
    owner: Translator
    tree: Tree

    def report(self, kind: type[EqsimError], code: str, message: str, node: ast.AST, label: str = "", help: str = "", dims: tuple[Any, ...] = ()) -> Typed:
        self.owner.problems.append((kind, Diagnostic(code, message, self.tree.span(node), label, help), dims))
        return Typed(Const(0.0), None)

    def visit(self, node: ast.AST) -> Typed:
        match node:
            case ast.Constant():
                return self.literal(node)
            case ast.Name():
                return self.name(node)
            case ast.BinOp(op=ast.Pow()):
                return self.power(node)
            case ast.BinOp():
                return self.binary(node)
            case ast.UnaryOp():
                return self.unary(node)
            case ast.BoolOp():
                return self.logic(node)
            case ast.Compare():
                return self.compare(node)
            case ast.IfExp():
                return self.conditional(node)
            case ast.Call():
                return self.call(node)
        raise TypeError(f"the parser let {type(node).__name__} through")

    def literal(self, node: ast.Constant) -> Typed:
        value: Any = node.value
        kind: Type = "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "real"
        return Typed(Const(value, kind), DIMENSIONLESS, float(value))

    def name(self, node: ast.Name) -> Typed:
        symbol = self.owner.scope(node.id)
        if symbol is not None:
            return Typed(symbol.expr, symbol.dim, symbol.value)
        hint = did_you_mean(node.id, self.owner.known_names())
        return self.report(
            UnknownNameError,
            "E101",
            f"'{node.id}' stands for nothing that is known here",
            node,
            "unknown name",
            hint or "define it in the equations, in the script before the run, or pass it in namespace=",
        )

    def binary(self, node: ast.BinOp) -> Typed:
        op = BINARY[type(node.op)]
        a, b = self.visit(node.left), self.visit(node.right)
        self._numeric(a, node.left)
        self._numeric(b, node.right)
        if op in ("*", "/", "//"):
            return Typed(arithmetic(op, a.expr, b.expr), _product(a, b, op))
        if not self.same(a, b):
            return self.mismatch(node, VERBS[op], a, b)
        return Typed(arithmetic(op, a.expr, b.expr), a.dim if not a.is_zero and a.known else b.dim)

    @staticmethod
    def same(a: Typed, b: Typed) -> bool:
        """Do the dimensions agree, as far as they are known?"""
        return not (a.known and b.known) or a.dim is b.dim or a.is_zero or b.is_zero or _infinite(a) or _infinite(b)

    def mismatch(self, node: ast.AST, verb: str, a: Typed, b: Typed) -> Typed:
        assert a.dim is not None and b.dim is not None
        x, y = unit_name(a.dim), unit_name(b.dim)
        text = {
            "add": f"cannot add {_unit(y)} to {_unit(x)}",
            "subtract": f"cannot subtract {_unit(y)} from {_unit(x)}",
        }.get(verb, f"cannot {verb} {_unit(x)} and {_unit(y)}")
        return self.report(
            DimensionMismatchError, "U101", text, node, _label(node, x, y), _unit_help(a.dim, b.dim), (a.dim, b.dim)
        )

    def _numeric(self, a: Typed, node: ast.AST) -> None:
        if isinstance(node, ast.Compare | ast.BoolOp) and not self.owner.conditions_count:
            self.report(
                EquationError, "E110", "a condition is not a number", node, "condition", "write int(...) around it for 0 or 1"
            )

    def power(self, node: ast.BinOp) -> Typed:
        base, exponent = self.visit(node.left), self.visit(node.right)
        if exponent.known and exponent.dim is not DIMENSIONLESS:
            assert exponent.dim is not None
            label = unit_name(exponent.dim)
            return self.report(
                DimensionMismatchError,
                "U103",
                "an exponent must be a pure number",
                node.right,
                label,
                "divide it by its unit",
                (exponent.dim,),
            )
        expr = lower_power(base.expr, exponent.expr)
        if not base.known or base.dim is DIMENSIONLESS:
            return Typed(expr, base.dim)
        value = exponent.value if not isinstance(exponent.expr, Const) else float(exponent.expr.value)
        if value is None:
            if not exponent.known:
                return Typed(expr, None)
            return self.report(
                EquationError,
                "U104",
                "a quantity can only be raised to a fixed power",
                node.right,
                "changes during the run",
                "divide the base by its unit first, e.g. (v/mV)**x",
            )
        assert base.dim is not None
        return Typed(expr, base.dim**value)

    def unary(self, node: ast.UnaryOp) -> Typed:
        a = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return Typed(Op("not", (self.condition(a, node.operand),)), DIMENSIONLESS)
        self._numeric(a, node.operand)
        if isinstance(node.op, ast.UAdd):
            return a
        value = None if a.value is None else -a.value
        return Typed(negative(number(a.expr)), a.dim, value)

    def condition(self, a: Typed, node: ast.AST) -> Expr:
        """A value used as a condition: bools as they are, numbers are true unless 0."""
        if a.known and a.dim is not DIMENSIONLESS:
            assert a.dim is not None
            self.report(
                EquationError,
                "E111",
                "a condition is needed here",
                node,
                unit_name(a.dim),
                "compare it with something, e.g. v > 0*mV",
            )
        return a.expr if a.expr.type == "bool" else Cast("bool", a.expr)

    def logic(self, node: ast.BoolOp) -> Typed:
        op = "and" if isinstance(node.op, ast.And) else "or"
        result: Expr | None = None
        for value in node.values:
            term = self.condition(self.visit(value), value)
            result = term if result is None else Op(op, (result, term))
        assert result is not None
        return Typed(result, DIMENSIONLESS)

    def compare(self, node: ast.Compare) -> Typed:
        a, b = self.visit(node.left), self.visit(node.comparators[0])
        op = COMPARE[type(node.ops[0])]
        if not self.same(a, b):
            return self.mismatch(node, "compare", a, b)
        x, y = matched(a.expr, b.expr)
        return Typed(Op(op, (x, y)), DIMENSIONLESS)

    def conditional(self, node: ast.IfExp) -> Typed:
        test = self.condition(self.visit(node.test), node.test)
        a, b = self.visit(node.body), self.visit(node.orelse)
        if not self.same(a, b):
            return self.mismatch(node, "choose between", a, b)
        x, y = matched(a.expr, b.expr)
        return Typed(Select(test, x, y), a.dim if a.known and not a.is_zero else b.dim)

    def call(self, node: ast.Call) -> Typed:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        builtin = BUILTINS.get(name)
        if builtin is None:
            hint = did_you_mean(name, set(BUILTINS)) or "functions that can be called are listed in the guide"
            return self.report(UnknownNameError, "E102", f"there is no function '{name}'", node.func, "unknown function", hint)
        if len(node.args) != builtin.arity:
            wanted = f"{builtin.arity} argument{'s' if builtin.arity != 1 else ''}"
            return self.report(EquationError, "E103", f"{name}() takes {wanted}, not {len(node.args)}", node, "", builtin.doc)
        args = [self.visit(a) for a in node.args]
        for at, (arg, sub) in enumerate(zip(args, node.args, strict=True)):
            if (wrong := builtin.wrong_dimension(at, [a.dim for a in args])) and not arg.is_zero:
                assert arg.dim is not None
                return self.report(
                    DimensionMismatchError,
                    "U102",
                    f"{name}() needs {wrong}",
                    sub,
                    unit_name(arg.dim),
                    "divide it by its unit or by a quantity of the same kind" if "dimensionless" in wrong else "",
                    (arg.dim,),
                )
        dim = builtin.dimension([a.dim for a in args])
        stream = 0 if builtin.stateless else self.owner.stream()
        return Typed(builtin.lower(tuple(a.expr for a in args), stream), dim)


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
        from eqsim.ir.expr import Call

        return Call("floor_divide" if op == "//" else "mod", (x, y))
    return Op(op, (x, y))


def _product(a: Typed, b: Typed, op: str) -> Dimension | None:
    if a.dim is None or b.dim is None:
        return None
    return a.dim * b.dim if op == "*" else a.dim / b.dim


def _infinite(a: Typed) -> bool:
    return isinstance(a.expr, Const) and a.expr.kind == "real" and abs(float(a.expr.value)) == float("inf")


def _unit(name: str) -> str:
    return "a pure number" if name == "1" else name


def _label(node: ast.AST, x: str, y: str) -> str:
    sign = "<>"
    if isinstance(node, ast.BinOp):
        sign = {"+": "+", "-": "-", "%": "%"}[BINARY[type(node.op)]]
    elif isinstance(node, ast.Compare):
        sign = COMPARE[type(node.ops[0])]
    elif isinstance(node, ast.IfExp):
        sign = "or"
    return f"{x} {sign} {y}"


_BRIDGES = {
    "second": "a time constant (e.g. /tau with tau in second)",
    "ohm": "a resistance (in ohm)",
    "siemens": "a conductance (in siemens)",
    "farad": "a capacitance (in farad)",
    "volt": "a voltage (e.g. *mV)",
    "hertz": "a rate (in hertz)",
    "amp": "a current (e.g. *nA)",
}


def _unit_help(a: Dimension, b: Dimension) -> str:
    """What the second term would have to be multiplied by, in words, when there are words for it."""
    for ratio, verb in ((a / b, "multiply"), (b / a, "divide")):
        known = _BRIDGES.get(unit_name(ratio))
        if known is not None and not known.endswith("second)"):
            return f"{verb} the second term by {known}"
    if unit_name(b / a) == "second" or unit_name(a / b) == "second":
        faster = "second" if unit_name(b / a) == "second" else "first"
        return f"the two differ by a time: divide the {faster} term by {_BRIDGES['second'].replace(' (e.g. /tau', ' (e.g. tau')}"
    return ""
