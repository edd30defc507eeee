"""The text of `connect(j="EXPR for VAR in range(...) if COND")`, taken apart.

In: the user's text.  Out: spans of its parts, each to be parsed as an expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eqsim.errors import Diagnostic, EquationSyntaxError, Source, Span, did_you_mean

LOOP = re.compile(r"\bfor\s+([A-Za-z_]\w*)\s+in\s+(\w+)\s*\(")
NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
CHOICES = ("p", "size")
SAMPLE = "sample() takes one named argument, the probability or the number: sample(N_post, p=0.1) or sample(N_post, size=10)"


@dataclass(frozen=True, slots=True)
class Generator:
    """``result`` for each ``variable`` in ``range(bounds)`` where ``test`` holds; without ``variable``, just once.

    With ``choice`` (``p`` or ``size``) only some members of the range are taken: each with the probability ``amount``, or
    ``amount`` of them.
    """

    result: Span
    variable: str = ""
    bounds: tuple[Span, ...] = ()
    test: Span | None = None
    choice: str = ""
    amount: Span | None = None


def has_loop(text: str) -> bool:
    """Is there a ``for ... in ...(``?"""
    return LOOP.search(text) is not None


def parse_generator(source: Source) -> Generator:
    """Take the text apart.

    Raises
    ------
    EquationSyntaxError
        If brackets are not closed, if it loops over something else than `range` and `sample`, or if these have wrong
        arguments.
    """
    text = source.text
    match = LOOP.search(text)
    if match is None:
        result, test = _split_if(source, 0, len(text))
        return Generator(result, test=test)
    over = Span(source, match.start(2), match.end(2))
    if match[2] not in ("range", "sample"):
        help = did_you_mean(match[2], {"range", "sample"})
        raise _problem("E342", "connect() goes over range(...) or sample(...)", over, help)
    close = _closing(source, match.end() - 1)
    _, test = _split_if(source, close + 1, len(text))
    found = Generator(Span(source, 0, match.start()), match[1], _arguments(source, match.end(), close), test)
    return _sampled(found, over) if match[2] == "sample" else _ranged(found, over)


def _ranged(found: Generator, over: Span) -> Generator:
    named = next((b for b in found.bounds if NAMED.match(b.text)), None)
    if named is not None:
        help = "to take some of them, write sample(...) instead of range(...)"
        raise _problem("E341", "range() has no named arguments", named, help)
    return _bounded(found, over)


def _sampled(found: Generator, over: Span) -> Generator:
    """Take ``p=...`` or ``size=...`` out of the arguments."""
    named = [(b, m) for b in found.bounds if (m := NAMED.match(b.text))]
    if len(named) != 1 or named[0][1][1] not in CHOICES or named[0][0] is not found.bounds[-1]:
        raise _problem("E343", SAMPLE, named[-1][0] if named else over)
    argument, match = named[0]
    amount = Span(argument.source, argument.start + match.end(), argument.end)
    return _bounded(replace(found, bounds=found.bounds[:-1], choice=match[1], amount=amount), over)


def _bounded(found: Generator, over: Span) -> Generator:
    if 1 <= len(found.bounds) <= 3 and all(b.text.strip() for b in found.bounds):
        return found
    raise _problem("E341", f"{over.text}() takes one to three arguments", over)


def _problem(code: str, message: str, span: Span, help: str = "") -> EquationSyntaxError:
    return EquationSyntaxError(Diagnostic(code, message, span, "", help))


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
    raise _problem("E340", "this bracket is not closed", Span(source, opening, opening + 1))


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
    return tuple(parts)
