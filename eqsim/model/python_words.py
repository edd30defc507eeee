"""An expression of Python in the words of strings: one comparison at a time, functions by their own names.

In: an expression in the source of a function.  Out: the same as a tree that `Translator` understands.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container

from eqsim.model.python_names import Names
from eqsim.syntax.expressions import BINARY, COMPARISONS, UNARY


class Words(ast.NodeTransformer):
    """Puts an expression of Python into the words of strings."""

    def __init__(self, names: Names, local: Container[str]) -> None:
        self.names, self.local, self.refusal = names, local, names.reading.refusal

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Whatever has no case of its own."""
        raise self.refusal(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A local name, or one from outside."""
        if node.id not in self.local:
            self.names.symbol(node, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """``module.name``."""
        path = _path(node)
        if path is None:
            raise self.refusal(node, "attributes cannot be used, but for names in modules")
        self.names.symbol(node, path)
        return ast.copy_location(ast.Name(path, ast.Load()), node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A number or a truth value."""
        if type(node.value) not in (int, float, bool):
            raise self.refusal(node, f"{node.value!r} is not a number")
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Arithmetic."""
        if type(node.op) not in BINARY:
            raise self.refusal(node, "this operator cannot be translated")
        return ast.copy_location(ast.BinOp(self.visit(node.left), node.op, self.visit(node.right)), node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """A sign, or ``not``."""
        if type(node.op) not in UNARY:
            raise self.refusal(node, "this operator cannot be translated")
        return ast.copy_location(ast.UnaryOp(node.op, self.visit(node.operand)), node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """``and``, ``or``."""
        return ast.copy_location(ast.BoolOp(node.op, [self.visit(v) for v in node.values]), node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """``a if c else b``."""
        new = ast.IfExp(self.visit(node.test), self.visit(node.body), self.visit(node.orelse))
        return ast.copy_location(new, node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """``a < b < c`` is ``a < b and b < c``."""
        if any(type(op) not in COMPARISONS for op in node.ops):
            raise self.refusal(node, "this comparison cannot be translated")
        terms = [self.visit(t) for t in (node.left, *node.comparators)]
        pairs: list[ast.expr] = [
            ast.copy_location(ast.Compare(a, [op], [b]), node) for a, op, b in zip(terms, node.ops, terms[1:], strict=False)
        ]
        return pairs[0] if len(pairs) == 1 else ast.copy_location(ast.BoolOp(ast.And(), pairs), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call of something known."""
        path = _path(node.func)
        if path is None or path in self.local:
            raise self.refusal(node, "this call cannot be translated")
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.refusal(node, "arguments by name cannot be translated")
        args = [self.visit(a) for a in node.args]
        plain = path.rpartition(".")[2]
        written_out = REWRITTEN.get((plain, len(args)))
        if written_out is not None and self.names.from_library(path):
            return ast.fix_missing_locations(ast.copy_location(written_out(*args), node))
        symbol = self.names.symbol(node.func, path)
        if symbol.callee is None:
            raise self.refusal(node, f"'{path}' is no function")
        called = f"{path}()"  # a name that no function of strings has
        self.names.found[called] = symbol
        func = ast.copy_location(ast.Name(called, ast.Load()), node.func)
        return ast.copy_location(ast.Call(func, args, []), node)


REWRITTEN: dict[tuple[str, int], Callable[..., ast.expr]] = {
    ("where", 3): lambda test, yes, no: ast.IfExp(test, yes, no),
    ("square", 1): lambda x: ast.BinOp(x, ast.Mult(), x),
    ("power", 2): lambda x, y: ast.BinOp(x, ast.Pow(), y),
    ("pow", 2): lambda x, y: ast.BinOp(x, ast.Pow(), y),
    ("float", 1): lambda x: ast.BinOp(x, ast.Mult(), ast.Constant(1.0)),
    ("bool", 1): lambda x: ast.Compare(x, [ast.NotEq()], [ast.Constant(0)]),
    ("logical_and", 2): lambda x, y: ast.BoolOp(ast.And(), [x, y]),
    ("logical_or", 2): lambda x, y: ast.BoolOp(ast.Or(), [x, y]),
    ("logical_not", 1): lambda x: ast.UnaryOp(ast.Not(), x),
    ("add", 2): lambda x, y: ast.BinOp(x, ast.Add(), y),
    ("subtract", 2): lambda x, y: ast.BinOp(x, ast.Sub(), y),
    ("multiply", 2): lambda x, y: ast.BinOp(x, ast.Mult(), y),
    ("divide", 2): lambda x, y: ast.BinOp(x, ast.Div(), y),
    ("negative", 1): lambda x: ast.UnaryOp(ast.USub(), x),
}
"""Functions of numpy, ``math`` and Python that are written with operators."""


def _path(node: ast.expr) -> str | None:
    """``a`` or ``a.b.c`` as text; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _path(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None
