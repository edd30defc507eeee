"""Expressions of equations, statements and conditions, read by Python's own parser and then restricted.

In: a span of the user's text.  Out: a `Tree`: an ``ast`` of allowed nodes, each of which knows its span.

Allowed are names, numbers, True, False, ``+ - * / // % **``, one comparison at a time, ``and or not``, brackets,
calls of plain names, and ``a if c else b``.  At most `MAX_BRACKETS` brackets are open at once and no branch of the tree
is longer than `MAX_DEPTH`, so that all later stages may walk it by plain recursion.  A sum of n terms is n levels deep,
because the order of the user's additions is kept.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

from eqsim.errors import Diagnostic, EquationSyntaxError, Span
from eqsim.syntax.mistakes import EXPRESSIONS, LEFTOVERS, NODES
from eqsim.syntax.patterns import find_all
from eqsim.syntax.text import blank_lines, check_characters
from eqsim.syntax.tokens import check_order, tokens

__all__ = ["BINARY", "COMPARISONS", "LOGIC", "MAX_DEPTH", "UNARY", "Tree", "parse_expression"]

MAX_DEPTH = 200

BINARY: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
UNARY: dict[type[ast.AST], str] = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}
COMPARISONS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
LOGIC: dict[type[ast.AST], str] = {ast.And: "and", ast.Or: "or"}


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed expression; two trees are equal if they were read from equal places.

    Attributes
    ----------
    source : Span
        The expression in the user's text, without the spaces around it.
    root : ast.expr
        Only allowed nodes; never change them, trees are shared.
    """

    source: Span
    root: ast.expr = field(compare=False)

    @property
    def text(self) -> str:
        """The expression on one line, without comments."""
        return " ".join(blank_lines(self.source.text).split())

    def span(self, node: ast.AST) -> Span:
        """The place of a node in the user's text (brackets around it not included)."""
        start = getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", None)
        return self.source.part(start, len(self.source.text) if end is None else end)

    def names(self) -> set[str]:
        """Identifiers that stand for values: variables, constants and units, but not the functions that are called."""
        called = {id(n.func) for n in self.walk() if isinstance(n, ast.Call)}
        return {n.id for n in self.walk() if isinstance(n, ast.Name) and id(n) not in called}

    def identifiers(self) -> set[str]:
        """Names of values and of functions."""
        return self.names() | self.calls()

    def calls(self) -> set[str]:
        """Names of the functions that are called."""
        return {n.func.id for n in self.walk() if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}

    def walk(self) -> Iterator[ast.AST]:
        """All nodes, breadth first, without recursion."""
        return ast.walk(self.root)


@functools.lru_cache(maxsize=1024)
def parse_expression(span: Span) -> Tree:
    """Read one expression or condition.

    Parameters
    ----------
    span : Span
        The user's text; it may run over several lines and hold comments.

    Raises
    ------
    EquationSyntaxError
        If it is not a well-formed expression; all mistakes that are known by their look are shown together.

    Examples
    --------
    >>> from eqsim.errors import Source
    >>> tree = parse_expression(Source("g*(E - v)/exp(v/mV)").whole)
    >>> sorted(tree.names()), sorted(tree.calls())
    (['E', 'g', 'mV', 'v'], ['exp'])
    """
    blanked = blank_lines(span.text)
    left = len(blanked) - len(blanked.lstrip())
    place, text = span.part(left, max(left, len(blanked.rstrip()))), blanked.strip()
    if not text:
        raise EquationSyntaxError(NODES["empty"].diagnostic(span.part(0, 0), {}))
    _refuse(check_characters(place, text))
    _refuse(find_all(EXPRESSIONS, place, text) or find_all(LEFTOVERS, place, text))
    _refuse(check_order(place, text, tokens(text)))
    tree = Tree(place, _python_tree(place, text))
    _refuse(_check_nodes(tree))
    return tree


def _refuse(found: list[Diagnostic]) -> None:
    if found:
        raise EquationSyntaxError(*found)


def _python_tree(place: Span, text: str) -> ast.expr:
    """The tree; columns of its nodes count from the start of ``place``, since ``text`` is ASCII on one line."""
    try:
        return ast.parse(text, mode="eval").body
    except (RecursionError, MemoryError):
        raise _too_deep(place) from None
    except (SyntaxError, ValueError) as error:
        if "nested" in str(error):
            raise _too_deep(place) from None
        column = min((getattr(error, "offset", 1) or 1) - 1, len(text) - 1)
        raise EquationSyntaxError(NODES["other"].diagnostic(place.part(column, column + 1), {})) from None


def _too_deep(place: Span) -> EquationSyntaxError:
    return EquationSyntaxError(NODES["depth"].diagnostic(place, {"limit": str(MAX_DEPTH)}))


def _check_nodes(tree: Tree) -> list[Diagnostic]:
    """Goes down the tree with its own stack; does not look inside a node that is refused."""
    found: list[Diagnostic] = []
    todo: list[tuple[ast.AST, int]] = [(tree.root, 1)]
    while todo:
        node, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise _too_deep(tree.source)
        mistake = _check_node(tree, node)
        if mistake is None:
            todo += [(child, depth + 1) for child in _parts(node)]
        else:
            found.append(mistake)
    return found


def _parts(node: ast.AST) -> list[ast.AST]:
    return [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]


def _check_node(tree: Tree, node: ast.AST) -> Diagnostic | None:
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return NODES["chain"].diagnostic(tree.span(node), {"help": _unchained(tree, node)})
    return None if _allowed(node) else NODES["other"].diagnostic(tree.span(node), {})


def _allowed(node: ast.AST) -> bool:
    match node:
        case ast.BinOp():
            return type(node.op) in BINARY
        case ast.UnaryOp():
            return type(node.op) in UNARY
        case ast.Compare():
            return all(type(op) in COMPARISONS for op in node.ops)
        case ast.Constant():
            return type(node.value) in (int, float, bool)
        case ast.Call():
            return isinstance(node.func, ast.Name) and not node.keywords
    return isinstance(node, (ast.Name, ast.BoolOp, ast.IfExp))


def _unchained(tree: Tree, node: ast.Compare) -> str:
    """``a < b < c`` as ``a < b and b < c``."""
    terms = [" ".join(blank_lines(tree.span(n).text).split()) for n in (node.left, *node.comparators)]
    signs = [COMPARISONS[type(op)] for op in node.ops]
    pairs = [f"{a} {sign} {b}" for a, sign, b in zip(terms, signs, terms[1:], strict=False)]
    return " and ".join(pairs[:3]) + (" and so on" if len(pairs) > 3 else "")
