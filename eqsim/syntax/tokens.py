"""Words and signs of an expression, and whether each may follow the one before.

In: text on one line.  Out: tokens, or one diagnostic.

Python's parser would refuse the same texts, but in words for programmers that change with its version; here each
mistake of the kind "something is missing between" gets a sentence of its own (table `GAPS`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from eqsim.errors import Diagnostic, Span
from eqsim.syntax.mistakes import GAPS
from eqsim.syntax.patterns import neighbours

__all__ = ["MAX_BRACKETS", "Token", "check_order", "tokens"]

MAX_BRACKETS = 100

_TOKEN = re.compile(
    r"(?P<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|//|<<|>>|[<>=!]=|[-+*/%<>])"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<other>\S)"
)
_WORDS = {"and": "sign", "or": "sign", "if": "if", "else": "else", "not": "not", "True": "number", "False": "number"}
_BEFORE_NOT = ("and", "or", "not", "if", "else", "(", ",")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign; ``kind`` is number, name, sign, not, if, else, open, close, comma or other."""

    kind: str
    text: str
    start: int
    end: int


START = Token("start", "", 0, 0)


def tokens(blanked: str) -> list[Token]:
    """All words and signs, in order."""
    found = []
    for m in _TOKEN.finditer(blanked):
        kind = m.lastgroup or "other"
        found.append(Token(_WORDS.get(m[0], kind) if kind == "name" else kind, m[0], m.start(), m.end()))
    return found


@dataclass(slots=True)
class _Level:
    """An open bracket (or the whole text): is it a call, and where are its `if`s without `else`."""

    token: Token
    call: bool
    ifs: list[Token]


class _Reader:
    """Reads tokens left to right and notes the first one that cannot follow."""

    def __init__(self) -> None:
        self.before = START
        self.levels = [_Level(START, False, [])]
        self.wants_operand = True

    def read(self, token: Token) -> tuple[str, Token] | None:
        """The code of the mistake and its place, if there is one."""
        gap = self._operand(token) if self.wants_operand else self._operator(token)
        self.before = token
        return gap

    def finish(self) -> tuple[str, Token] | None:
        """The same at the end of the text."""
        if len(self.levels) > 1:
            return "open", self.levels[-1].token
        if self.wants_operand:
            return "end", self.before
        return self._unfinished_if()

    def _operand(self, token: Token) -> tuple[str, Token] | None:
        if token.kind in ("number", "name"):
            self.wants_operand = False
        elif token.kind == "open":
            return self._open(token, call=False)
        elif token.kind == "not":
            return None if self.before is START or self.before.text in _BEFORE_NOT else ("not", token)
        elif token.kind == "close":
            return self._close_early(token)
        elif token.text not in ("+", "-"):
            return ("start", token) if self.before.kind in ("start", "open") else ("between", token)
        return None

    def _operator(self, token: Token) -> tuple[str, Token] | None:
        level = self.levels[-1]
        if token.text in _WORDS and token.start == self.before.end and self.before.kind == "number":
            return "space", token
        if token.kind == "open" and self.before.kind == "name":
            return self._open(token, call=True)
        if token.kind in ("number", "name", "open", "not"):
            return self._missing_operator(token), token
        if token.kind == "close":
            return self._close(token)
        if token.kind == "comma" and not level.call:
            return "comma", token
        if token.kind == "if":
            level.ifs.append(token)
        elif token.kind == "else":
            if not level.ifs:
                return "else", token
            level.ifs.pop()
        self.wants_operand = True
        return self._unfinished_if() if token.kind == "comma" else None

    def _missing_operator(self, token: Token) -> str:
        if token.kind == "not":
            return "and not"
        return "brackets" if token.kind == "open" or self.before.kind == "close" else "operator"

    def _open(self, token: Token, call: bool) -> tuple[str, Token] | None:
        self.levels.append(_Level(token, call, []))
        self.wants_operand = True
        return ("deep", token) if len(self.levels) > MAX_BRACKETS + 1 else None

    def _close(self, token: Token) -> tuple[str, Token] | None:
        if len(self.levels) == 1:
            return "close", token
        gap = self._unfinished_if()
        self.levels.pop()
        self.wants_operand = False
        return gap

    def _close_early(self, token: Token) -> tuple[str, Token] | None:
        if len(self.levels) == 1:
            return "close", token
        if self.before.kind == "open" and self.levels[-1].call:
            return self._close(token)
        return ("empty", token) if self.before.kind == "open" else ("end", self.before)

    def _unfinished_if(self) -> tuple[str, Token] | None:
        ifs = self.levels[-1].ifs
        return ("if", ifs[-1]) if ifs else None


def check_order(span: Span, blanked: str, words: list[Token]) -> list[Diagnostic]:
    """At most one diagnostic: the first word or sign that cannot stand where it stands."""
    reader = _Reader()
    for token in words:
        before = reader.before
        gap = reader.read(token)
        if gap is not None:
            return [_diagnostic(span, blanked, before, *gap)]
    gap = reader.finish()
    return [] if gap is None else [_diagnostic(span, blanked, reader.before, *gap)]


def _diagnostic(span: Span, blanked: str, before: Token, code: str, token: Token) -> Diagnostic:
    if code == "comma" and blanked[token.start - 1].isdigit() and blanked[token.end : token.end + 1].isdigit():
        code = "decimal"
    row = GAPS[code]
    words = neighbours(blanked, token.start, token.end) | {"before": before.text, "limit": str(MAX_BRACKETS)}
    start = before.start if code in ("operator", "brackets", "space") else token.start
    return row.diagnostic(span.part(start, token.end), words)
