"""The source of a Python function: read, parsed, and the places in it; the source is never run.

In: a function.  Out: its source, its tree, and the names of its arguments; or `Untranslatable`, which says why not.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
import tokenize
from dataclasses import dataclass
from types import FunctionType

from eqsim.errors import Diagnostic, EquationError, Source, Span
from eqsim.syntax import Tree


class Untranslatable(Exception):
    """A function cannot be translated: why, and where in its source."""

    def __init__(self, reason: str, span: Span | None = None, help: str = "") -> None:
        super().__init__(reason)
        self.what, self.span, self.help = reason, span, help

    @property
    def reason(self) -> str:
        """The reason in one line."""
        if self.span is None:
            return self.what
        line = " ".join(self.span.text.split())
        return f"{self.what} ({self.span.source.owner}, line {self.span.line}: {line})"

    def at(self, call: Span, name: str) -> EquationError:
        """The error for a function without units, which cannot be called in Python either."""
        help = self.help or f"write it with arithmetic only, or decorate '{name}' with check_units: then numpy can call it"
        message = f"the function '{name}' cannot be translated: {self.what}"
        return EquationError(Diagnostic("E151", message, self.span or call, "", help))


@dataclass(frozen=True, slots=True)
class SourceTree(Tree):
    """An expression in the source of a function, which may stand on any line."""

    def span(self, node: ast.AST) -> Span:
        """The place of a node; the columns of ``ast`` count bytes."""
        lines = self.source.source.text.splitlines(keepends=True)

        def offset(line: int, column: int) -> int:
            return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode(errors="ignore"))

        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
        start = offset(first, getattr(node, "col_offset", 0))
        return Span(self.source.source, start, offset(last, getattr(node, "end_col_offset", 0)) if last else start)


@dataclass(frozen=True, slots=True)
class Reading:
    """A function as it was read."""

    source: Source
    tree: ast.FunctionDef | ast.Lambda
    names: tuple[str, ...]

    def span(self, node: ast.AST) -> Span:
        """The place of a node in the source."""
        return SourceTree(self.source.whole, self.tree if isinstance(self.tree, ast.Lambda) else ast.Name("_")).span(node)

    def refusal(self, node: ast.AST, reason: str = "") -> Untranslatable:
        """Says that something cannot be translated."""
        span = self.span(node)
        first = span.text.split("\n")[0].rstrip()
        return Untranslatable(reason or f"{_words(node)} cannot be translated", span.part(0, len(first)))


def read(f: FunctionType, name: str) -> Reading:
    """A function, read from its file.

    Raises
    ------
    Untranslatable
        If there is no source, or several lambdas stand in its line, or the function takes any number of arguments.
    """
    source, tree = _source_of(f, name)
    if f.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        raise Untranslatable("it takes any number of arguments")
    return Reading(source, tree, _arguments(f))


def _source_of(f: FunctionType, name: str) -> tuple[Source, ast.FunctionDef | ast.Lambda]:
    """The source of a function, and its tree.  The source of a lambda is the statement in which it stands."""
    try:
        text = textwrap.dedent(inspect.getsource(f))
    except tokenize.TokenError:  # a lambda behind a text of several lines
        line = f.__code__.co_firstlineno
        text = "".join(linecache.getlines(f.__code__.co_filename)[line - 1 : line + 4])
    except (OSError, TypeError, SyntaxError):
        raise Untranslatable("its source cannot be read") from None
    text, tree = _parsed(text)
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    if f.__name__ == "<lambda>":
        found = [n for n in found if isinstance(n, ast.Lambda) and [a.arg for a in n.args.args] == list(_arguments(f))]
    if not found or (len(found) > 1 and f.__name__ == "<lambda>"):
        raise Untranslatable("several lambdas stand in its line" if found else "its source cannot be read")
    return Source(text, f"function '{name}'"), found[0]


def _arguments(f: FunctionType) -> tuple[str, ...]:
    return f.__code__.co_varnames[: f.__code__.co_argcount]


def _parsed(text: str) -> tuple[str, ast.AST]:
    """A statement and its tree; or only the lambda in it, if the statement was cut from something longer."""
    start = text.find("lambda")
    for end in (None, *range(len(text), max(start, 0), -1)) if start >= 0 else (None,):
        piece = text if end is None else text[start:end].rstrip()
        try:
            return piece, ast.parse(piece)
        except SyntaxError:
            continue
    raise Untranslatable("its source cannot be read")


WORDS: dict[type[ast.AST], str] = {
    ast.While: "a while loop",
    ast.For: "this loop",
    ast.Try: "try",
    ast.With: "with",
    ast.Assert: "assert",
    ast.Raise: "raise",
    ast.Delete: "del",
    ast.Import: "an import",
    ast.ImportFrom: "an import",
    ast.FunctionDef: "a function in the function",
    ast.Lambda: "a lambda",
    ast.Subscript: "an index",
    ast.List: "a list",
    ast.Tuple: "a tuple",
    ast.Dict: "a dict",
    ast.ListComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "a text",
    ast.Expr: "a call without use of its value",
    ast.Break: "break",
    ast.Continue: "continue",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.NamedExpr: "':='",
}


def _words(node: ast.AST) -> str:
    return WORDS.get(type(node), f"this ({type(node).__name__})")
