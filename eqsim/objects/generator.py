"""The text of `connect(j="EXPR for VAR in range(...) if COND")`, taken apart.

In: the user's text.  Out: spans of its parts, each to be parsed as an expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eqsim.errors import Diagnostic, EqsimError, EquationSyntaxError, Source, Span

LOOP = re.compile(r"\bfor\s+([A-Za-z_]\w*)\s+in\s+(\w+)\s*\(")


@dataclass(frozen=True, slots=True)
class Generator:
    """``result`` for each ``variable`` in ``range(bounds)`` where ``test`` holds; without ``variable``, just once."""

    result: Span
    variable: str = ""
    bounds: tuple[Span, ...] = ()
    test: Span | None = None


def has_loop(text: str) -> bool:
    """Is there a ``for ... in ...(``?"""
    return LOOP.search(text) is not None


def parse_generator(source: Source) -> Generator:
    """Take the text apart.

    Raises
    ------
    EquationSyntaxError
        If brackets are not closed, or `range` has too many arguments.
    EqsimError
        If it loops over something else than `range`.
    """
    text = source.text
    match = LOOP.search(text)
    if match is None:
        result, test = _split_if(source, 0, len(text))
        return Generator(result, test=test)
    if match[2] != "range":
        raise EqsimError(f"connect() knows 'for {match[1]} in range(...)'; '{match[2]}(...)' is not available yet")
    close = _closing(source, match.end() - 1)
    _, test = _split_if(source, close + 1, len(text))
    return Generator(Span(source, 0, match.start()), match[1], _arguments(source, match.end(), close), test)


def _split_if(source: Source, start: int, stop: int) -> tuple[Span, Span | None]:
    """`EXPR if COND` without else: the expression and the condition."""
    text = source.text[start:stop]
    found = re.search(r"\bif\b", text)
    if found is None or re.search(r"\belse\b", text):
        return Span(source, start, stop), None
    return Span(source, start, start + found.start()), Span(source, start + found.end(), stop)


def _closing(source: Source, opening: int) -> int:
    depth = 0
    for at in range(opening, len(source.text)):
        depth += (source.text[at] == "(") - (source.text[at] == ")")
        if depth == 0:
            return at
    raise EquationSyntaxError(Diagnostic("E310", "this bracket is not closed", Span(source, opening, opening + 1)))


def _arguments(source: Source, start: int, stop: int) -> tuple[Span, ...]:
    parts: list[Span] = []
    depth, begin = 0, start
    for at in range(start, stop):
        c = source.text[at]
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            parts.append(Span(source, begin, at))
            begin = at + 1
    parts.append(Span(source, begin, stop))
    if len(parts) > 3:
        problem = "range() takes one to three arguments"
        raise EquationSyntaxError(Diagnostic("E311", problem, Span(source, start, stop)))
    return tuple(parts)
