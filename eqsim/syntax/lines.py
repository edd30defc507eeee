"""Blocks of equations, line by line.

In: the user's text.  Out: one frozen `Line` per equation, whose parts are spans of that text.

A line ends where the next one begins to define something, so an expression may run over several lines of text::

    dv/dt = (g*(E - v)        # a comment
             + I)/C : volt (unless refractory)

Each line is looked at for typical mistakes first (`eqsim.syntax.mistakes`); pyparsing reads the others into head,
expression, unit and flags; then each part is checked.  All mistakes of a block are reported together.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from eqsim import units
from eqsim.errors import Diagnostic, EquationSyntaxError, FlagError, Source, Span
from eqsim.syntax.expressions import parse_expression
from eqsim.syntax.flags import FLAGS, flag_mistakes
from eqsim.syntax.mistakes import EQUATIONS, EXPRESSIONS, LINES
from eqsim.syntax.names import check_name
from eqsim.syntax.patterns import find_all, find_first
from eqsim.syntax.text import attempt, blank_comments, blank_lines, check_characters
from eqsim.syntax.unit import TYPES, parse_unit

if TYPE_CHECKING:
    import pyparsing

__all__ = ["Kind", "Line", "parse_equations"]

Kind = Literal["differential", "subexpression", "parameter"]


@dataclass(frozen=True, slots=True)
class Line:
    """One equation.

    Attributes
    ----------
    kind : 'differential', 'subexpression' or 'parameter'
    name : Span
        The variable that is defined; ``line.name.text`` is the name itself.
    expression : Span or None
        The right side (see `parse_expression`); None for parameters.
    unit : Span
        See `parse_unit`.
    flags : tuple of (str, Span)
        In the user's order; inner spaces of the names are single.
    span : Span
        All of the equation.
    """

    kind: Kind
    name: Span
    expression: Span | None
    unit: Span
    flags: tuple[tuple[str, Span], ...]
    span: Span

    def has(self, flag: str) -> bool:
        """Whether the line has this flag."""
        return any(name == flag for name, _ in self.flags)


def parse_equations(source: Source) -> tuple[Line, ...]:
    """Read a block of equations.

    Raises
    ------
    FlagError
        If flags are the only thing that is wrong.
    EquationSyntaxError
        If anything else is wrong; it shows all mistakes of the block.

    Examples
    --------
    >>> lines = parse_equations(Source("dv/dt = -v/tau : volt  # leak" + chr(10) + "tau : second (constant)"))
    >>> [(line.kind, line.name.text, line.unit.text) for line in lines]
    [('differential', 'v', 'volt'), ('parameter', 'tau', 'second')]
    """
    found: list[Diagnostic] = []
    lines = [attempt(found, _read_line, span) for span in _split(source)]
    whole = [line for line in lines if line is not None]
    for line in whole:
        found += _check_line(line)
    found += _twice(whole) + _derivatives(whole)
    if found:
        raise _error(found)
    return tuple(whole)


def _error(found: list[Diagnostic]) -> EquationSyntaxError | FlagError:
    ordered = sorted(found, key=lambda d: d.span.start if d.span else 0)
    only_flags = all(d.code.startswith("E6") for d in ordered)
    return FlagError(*ordered) if only_flags else EquationSyntaxError(*ordered)


# ---- where equations begin and end -----------------------------------------------------------------------------------

_DEFINES = re.compile(r"\s*(?:d\s*\w+\s*/\s*d\s*t|\w+)\s*=(?!=)")
_DECLARES = re.compile(r"\s*\w+\s*:")
_GOES_ON = re.compile(r"(?:[-+*/%(=<>,]|\b(?:and|or|not|if|else))$")


def _split(source: Source) -> Iterator[Span]:
    """The equations of a block, without the spaces around them."""
    text = blank_comments(source.text)
    start = end = -1
    for m in re.finditer(r"[^\n]+", text):
        if not m[0].strip():
            continue
        if start >= 0 and not _continues(text[start:end], m[0]):
            yield _trim(source, text, start, end)
            start = -1
        start, end = (m.start() if start < 0 else start), m.end()
    if start >= 0:
        yield _trim(source, text, start, end)


def _continues(so_far: str, line: str) -> bool:
    """Whether a line of text belongs to the equation that has begun above it."""
    _, colon, unit = so_far.rpartition(":")
    if colon:
        defines = _DEFINES.match(line) or _DECLARES.match(line)
        flags_open = unit.count("(") > unit.count(")")
        flags_begin = line.lstrip().startswith("(") and "(" not in unit
        return not defines and (flags_open or flags_begin or not unit.strip())
    if _DEFINES.match(line):
        return False
    unfinished = _GOES_ON.search(so_far.rstrip()[-6:]) or so_far.count("(") > so_far.count(")")
    return bool(unfinished) or not _DECLARES.match(line)


def _trim(source: Source, text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(source, start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


# ---- one equation ----------------------------------------------------------------------------------------------------


@functools.cache
def _grammar() -> pyparsing.ParserElement:
    """``dx/dt = expression : unit (flag, flag)``; every part is one token with its place, so reading is linear."""
    import pyparsing as pp

    def part(pattern: str) -> Any:
        return pp.Regex(pattern).set_parse_action(lambda _, at, found: slice(at, at + len(found[0].rstrip())))

    name = part(r"[A-Za-z_]\w*")
    derivative = pp.Regex(r"d(?=\s*\w+\s*/)").suppress() + name("derived") + pp.Regex(r"/\s*d\s*t\b").suppress()
    expression = pp.Suppress("=") + part(r"[^:]+")("expression")
    unit = pp.Suppress(":") + part(r"(?:[^():]*[*/]\s*\((?:[^():]|\([^():]*\))*\))+[^():]*|[^():]+")("unit")
    flags = pp.Suppress("(") + pp.Group(pp.DelimitedList(part(r"[^(),]+")))("flags") + pp.Suppress(")")
    body = derivative + expression | name("name") + pp.Optional(expression)
    line: pp.ParserElement = body + unit + pp.Optional(flags)
    return line


def _read_line(span: Span) -> Line:
    import pyparsing as pp

    text = blank_lines(span.text)
    mistakes = check_characters(span, text) or find_first(EQUATIONS, span, text)
    if mistakes:
        raise EquationSyntaxError(*mistakes)
    try:
        parts: Any = _grammar().parse_string(text, parse_all=True)
    except pp.ParseBaseException:
        raise EquationSyntaxError(*_why_not(span, text)) from None
    spans = {key: span.part(at.start, at.stop) for key, at in parts.items() if key != "flags"}
    flags = tuple((" ".join(text[at].split()), span.part(at.start, at.stop)) for at in parts.get("flags", ()))
    name = spans.get("derived") or spans["name"]
    kind: Kind = "differential" if "derived" in spans else "subexpression" if "expression" in spans else "parameter"
    return Line(kind, name, spans.get("expression"), spans["unit"], flags, span)


def _why_not(span: Span, text: str) -> list[Diagnostic]:
    """Diagnostics for a line that pyparsing cannot read."""
    head = _HEAD.match(text)
    if head is None:
        return [LINES["other"].diagnostic(span, {})]
    if ":" not in text:
        return [_no_colon(span, text, head)]
    colon = text.index(":")
    if head[2] == "=" and not text[head.end() : colon].strip():
        return [LINES["equation needs"].diagnostic(span.part(head.start(2), colon + 1), {"x": head[1]})]
    second = text.find(":", colon + 1)
    if second < 0:
        return [_bad_end(span, text, colon + 1)]
    inside = find_all(EXPRESSIONS, span.part(head.end(), len(text)), text[head.end() :])
    return inside or [LINES["second colon"].diagnostic(span.part(second, second + 1), {})]


_HEAD = re.compile(r"(?:d(?=\s*\w+\s*/)\s*)?([A-Za-z_]\w*)(?:\s*/\s*d\s*t\b)?\s*(=|:|$|(?=\w))")


def _no_colon(span: Span, text: str, head: re.Match[str]) -> Diagnostic:
    last = re.search(r"(?<=[\w)])\s+(?P<unit>[A-Za-z]+|1)$", text)
    if last and (last["unit"] in units.UNITS_FOR_STRINGS or last["unit"] in TYPES):
        return LINES["colon"].diagnostic(span.part(*last.span("unit")), {"unit": last["unit"]})
    if head[2] == "" and head.end() < len(text):
        return LINES["other"].diagnostic(span, {})
    return LINES["no colon"].diagnostic(span.part(len(text), len(text)), {"x": head[1]})


def _bad_end(span: Span, text: str, start: int) -> Diagnostic:
    """What is wrong behind the colon: the unit is missing, or the brackets of the flags are not well formed."""
    rest = text[start:]
    opened, closed = rest.find("("), rest.find(")")
    if not rest.strip():
        return LINES["no unit"].diagnostic(span.part(start - 1, start), {})
    if rest.lstrip().startswith("("):
        return LINES["unit in brackets"].diagnostic(span.part(start + opened, start + opened + 1), {})
    if closed < 0:
        return LINES["open flags"].diagnostic(span.part(start + opened, start + opened + 1), {})
    gap = re.search(r"[(,](?=\s*[,)])", rest)
    if gap:
        return LINES["empty flags"].diagnostic(span.part(start + gap.start(), start + gap.end()), {"at": gap[0]})
    after = start + closed + 1
    after += len(text[after:]) - len(text[after:].lstrip())
    return LINES["after"].diagnostic(span.part(after, len(text)), {})


def _check_line(line: Line) -> list[Diagnostic]:
    """Mistakes in the name, the expression, the unit and the flags of a line that has them all."""
    found: list[Diagnostic] = []
    attempt(found, check_name, line.name)
    if line.expression is not None:
        attempt(found, parse_expression, line.expression)
    found += _bare_flags(line) or _unit_mistakes(line)
    return found + flag_mistakes(line.kind, line.flags)


def _unit_mistakes(line: Line) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    read = attempt(found, parse_unit, line.unit)
    if read is not None and read[1] != "real" and line.kind == "differential":
        found.append(LINES["type"].diagnostic(line.unit, {"x": line.name.text, "at": line.unit.text}))
    return found


def _bare_flags(line: Line) -> list[Diagnostic]:
    """Flags that stand behind the unit without brackets."""
    m = re.search(rf"[\s,](?P<at>{'|'.join(FLAGS)})\b.*$", blank_lines(line.unit.text))
    return [LINES["flags"].diagnostic(line.unit.part(*m.span("at")), {"at": m["at"]})] if m else []


# ---- the whole block -------------------------------------------------------------------------------------------------


def _twice(lines: list[Line]) -> list[Diagnostic]:
    """Each later definition of a name that is defined already."""
    first: dict[str, Line] = {}
    found = []
    for line in lines:
        name = line.name.text
        if name in first:
            words = {"at": name, "line": str(first[name].name.line)}
            found.append(LINES["twice"].diagnostic(line.name, words))
        first.setdefault(name, line)
    return found


def _derivatives(lines: list[Line]) -> list[Diagnostic]:
    """Places where ``dv/dt`` is used like a name, although ``v`` and not ``dv`` is defined."""
    names = {line.name.text for line in lines}
    found = []
    for line in lines:
        text = blank_lines(line.expression.text) if line.expression else ""
        for m in re.finditer(r"\bd([A-Za-z]\w*)\s*/\s*dt\b", text):
            if line.expression and m[1] in names and f"d{m[1]}" not in names:
                found.append(LINES["derivative"].diagnostic(line.expression.part(*m.span()), {"at": m[0], "x": m[1]}))
    return found
