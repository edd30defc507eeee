"""From a user's expression to the IR, checking units on the way.

In: a `Tree` (Python's ``ast`` with spans) and a scope.  Out: a `Typed` expression: IR in SI values, and its dimension.
All mistakes of one expression are collected and reported together, each with a caret under its term.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eqsim.errors import (
    Diagnostic,
    DimensionMismatchError,
    EqsimError,
    EquationError,
    UnknownNameError,
    did_you_mean,
)
from eqsim.functions import BUILTINS, Builtin, lower_power
from eqsim.ir.expr import Cast, Const, Expr, Op, Select, Type
from eqsim.model.arithmetic import arithmetic, matched, negative, number
from eqsim.model.messages import cannot, units_differ
from eqsim.model.typed import FUNCTION, Callee, Scope, Site, Stream, Symbol, Typed, anything, no_draws
from eqsim.syntax import Tree
from eqsim.units import DIMENSIONLESS, Dimension, unit_name

__all__ = ["FUNCTION", "Callee", "Scope", "Site", "Stream", "Symbol", "Translator", "Typed", "anything", "no_draws"]

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

    def report(
        self,
        kind: type[EqsimError],
        code: str,
        message: str,
        node: ast.AST,
        label: str = "",
        help: str = "",
        dims: tuple[Any, ...] = (),
    ) -> Typed:
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
        if symbol is not None and symbol.expr is FUNCTION:
            help = f"call it: {node.id}(...)"
            return self.report(EquationError, "E106", f"'{node.id}' is a function, not a value", node, "function", help)
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
            return self.mismatch(node, VERBS[op], op, a, b)
        return Typed(arithmetic(op, a.expr, b.expr), a.dim if not a.is_zero and a.known else b.dim)

    @staticmethod
    def same(a: Typed, b: Typed) -> bool:
        """Do the dimensions agree, as far as they are known?"""
        return not (a.known and b.known) or a.dim is b.dim or a.is_zero or b.is_zero or _infinite(a) or _infinite(b)

    def mismatch(self, node: ast.AST, verb: str, sign: str, a: Typed, b: Typed) -> Typed:
        assert a.dim is not None and b.dim is not None
        x, y = unit_name(a.dim), unit_name(b.dim)
        return self.report(
            DimensionMismatchError,
            "U101",
            cannot(verb, x, y),
            node,
            f"{x} {sign} {y}",
            units_differ(a.dim, b.dim),
            (a.dim, b.dim),
        )

    def _numeric(self, a: Typed, node: ast.AST) -> None:
        if isinstance(node, ast.Compare | ast.BoolOp) and not self.owner.conditions_count:
            self.report(
                EquationError,
                "E110",
                "a condition is not a number",
                node,
                "condition",
                "write int(...) around it for 0 or 1",
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
            return self.mismatch(node, "compare", op, a, b)
        x, y = matched(a.expr, b.expr)
        return Typed(Op(op, (x, y)), DIMENSIONLESS)

    def conditional(self, node: ast.IfExp) -> Typed:
        test = self.condition(self.visit(node.test), node.test)
        a, b = self.visit(node.body), self.visit(node.orelse)
        if not self.same(a, b):
            return self.mismatch(node, "choose between", "or", a, b)
        x, y = matched(a.expr, b.expr)
        return Typed(Select(test, x, y), a.dim if a.known and not a.is_zero else b.dim)

    def call(self, node: ast.Call) -> Typed:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        builtin = BUILTINS.get(name)
        symbol = self.owner.scope(name) if builtin is None or builtin.weak else None
        callee = None if symbol is None else symbol.callee
        if builtin is not None and symbol is not None and symbol.expr is not FUNCTION:
            variable = callee is not anything and builtin.wrong_count(len(node.args))  # one with delays, of this name
            callee = callee if variable else None
        if callee is not None:
            return self.call_of_builtin(node, callee) if isinstance(callee, Builtin) else self.call_of_user(node, callee)
        if builtin is not None:
            return self.call_of_builtin(node, builtin)
        if symbol is not None:
            help = f"to multiply by it write {name}*(...)"
            return self.report(
                UnknownNameError, "E105", f"'{name}' is no function and cannot be called", node.func, "a value", help
            )
        hint = did_you_mean(name, set(BUILTINS)) or "define it before the run, or see the functions listed in the guide"
        return self.report(UnknownNameError, "E102", f"there is no function '{name}'", node.func, "unknown function", hint)

    def call_of_user(self, node: ast.Call, callee: Callee) -> Typed:
        """A call of something in the user's namespace."""
        args = [self.visit(a) for a in node.args]
        spans = tuple(self.tree.span(a) for a in node.args)
        try:
            return callee(args, Site(self.tree.span(node), spans, self.owner.scope, self.owner.stream))
        except EqsimError as error:
            dims = tuple(getattr(error, "dims", ()))
            self.owner.problems += [(type(error), d, dims) for d in error.diagnostics]
            return Typed(Const(0.0), None)

    def call_of_builtin(self, node: ast.Call, builtin: Builtin) -> Typed:
        """A call of a function that eqsim knows."""
        name = builtin.name
        if wrong := builtin.wrong_count(len(node.args)):
            return self.report(EquationError, "E103", f"{name}() takes {wrong}", node, "", builtin.doc)
        args = [self.visit(a) for a in node.args]
        dims = [None if a.is_zero else a.dim for a in args]
        for at, (arg, sub) in enumerate(zip(args, node.args, strict=True)):
            if wrong := builtin.wrong_dimension(at, dims):
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
        dim = builtin.dimension([a.dim for a in args] if all(a.is_zero for a in args) else dims)
        stream = 0 if builtin.stateless else self.owner.stream()
        return Typed(builtin.lower(tuple(a.expr for a in args), stream), dim)


def _product(a: Typed, b: Typed, op: str) -> Dimension | None:
    if a.dim is None or b.dim is None:
        return None
    return a.dim * b.dim if op == "*" else a.dim / b.dim


def _infinite(a: Typed) -> bool:
    return isinstance(a.expr, Const) and a.expr.kind == "real" and abs(float(a.expr.value)) == float("inf")
