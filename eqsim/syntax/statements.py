"""Statements of a reset, on_pre, run_regularly and the like.

In: the user's text.  Out: one frozen `Assignment` per statement.

Statements are separated by new lines or ``;``.  Inside brackets a statement may go on in the next line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

from eqsim.errors import Diagnostic, EquationSyntaxError, Source, Span
from eqsim.syntax.expressions import Tree, parse_expression
from eqsim.syntax.mistakes import ASSIGNMENTS, STATEMENTS
from eqsim.syntax.names import check_name
from eqsim.syntax.patterns import find_first
from eqsim.syntax.text import attempt, blank_comments, blank_lines, check_characters

__all__ = ["OPERATORS", "Assignment", "parse_statements"]

Operator = Literal["=", "+=", "-=", "*=", "/=", "//=", "%=", "**="]
OPERATORS: tuple[Operator, ...] = ("=", "+=", "-=", "*=", "/=", "//=", "%=", "**=")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One statement ``target op value``.

    Attributes
    ----------
    target : Span
        The variable that is set; ``target.text`` is its name.
    op : str
        One of `OPERATORS`.
    value : Tree
        The right side.
    span : Span
        All of the statement.
    """

    target: Span
    op: Operator
    value: Tree
    span: Span


def parse_statements(source: Source, kind: str = "statement") -> tuple[Assignment, ...]:
    """Read a block of statements; ``kind`` says which names may be set, see `names`.

    Raises
    ------
    EquationSyntaxError
        With all mistakes of the block.

    Examples
    --------
    >>> [(s.target.text, s.op, s.value.text) for s in parse_statements(Source("v = v_r; w += b  # adapt"))]
    [('v', '=', 'v_r'), ('w', '+=', 'b')]
    """
    found: list[Diagnostic] = []
    statements = [attempt(found, partial(_read, kind=kind), span) for span in _split(source)]
    if found:
        raise EquationSyntaxError(*found)
    return tuple(s for s in statements if s is not None)


_SEPARATOR = re.compile(r"[()\n;]")
_BEGINS = re.compile(r"\s*\w+\s*(?:\*\*|//|[-+*/%])?=(?!=)")


def _split(source: Source) -> Iterator[Span]:
    """The statements of a block, without the spaces around them."""
    text = blank_comments(source.text)
    start = depth = 0
    for m in _SEPARATOR.finditer(text):
        if m[0] in "()":
            depth = max(0, depth + (1 if m[0] == "(" else -1))
        elif depth == 0 or m[0] == ";" or _BEGINS.match(text, m.end()):
            yield from _trim(source, text, start, m.start())
            start, depth = m.end(), 0
    yield from _trim(source, text, start, len(text))


def _trim(source: Source, text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    if piece.strip():
        yield Span(source, start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


_ASSIGNMENT = re.compile(r"(?P<target>[A-Za-z_]\w*)\s*(?P<op>(?:\*\*|//|[-+*/%])?=)(?!=)\s*(?P<value>.*)")


def _read(span: Span, kind: str) -> Assignment:
    text = blank_lines(span.text)
    mistakes = check_characters(span, text) or find_first(STATEMENTS, span, text)
    if mistakes:
        raise EquationSyntaxError(*mistakes)
    m = _ASSIGNMENT.fullmatch(text)
    if m is None:
        raise EquationSyntaxError(_why_not(span, text))
    target, op = span.part(*m.span("target")), cast(Operator, m["op"])
    if not m["value"]:
        words = {"at": op, "x": m["target"]}
        raise EquationSyntaxError(ASSIGNMENTS["empty"].diagnostic(span.part(*m.span("op")), words))
    found: list[Diagnostic] = []
    attempt(found, partial(check_name, kind=kind), target)
    value = attempt(found, parse_expression, span.part(*m.span("value")))
    if value is None or found:
        raise EquationSyntaxError(*found)
    return Assignment(target, op, value, span)


def _why_not(span: Span, text: str) -> Diagnostic:
    """A diagnostic for what is not an assignment: an expression on its own, or something else."""
    try:
        parse_expression(span)
    except EquationSyntaxError:
        return ASSIGNMENTS["other"].diagnostic(span, {})
    return ASSIGNMENTS["nothing set"].diagnostic(span, {"x": text if len(text) < 40 else "..."})
