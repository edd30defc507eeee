"""How a typical mistake is described, found in a text, and turned into a diagnostic.

In: rows of `eqsim.syntax.mistakes` and a text.  Out: diagnostics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eqsim.errors import Diagnostic, Span

__all__ = ["Mistake", "find_all", "find_first", "neighbours"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One typical mistake.

    Attributes
    ----------
    code : str
        Stable name of the mistake.
    pattern : str
        Regular expression, linear in the length of the text.  Its group ``at`` (or all of it) gets the caret.  Empty
        for mistakes that are found in another way.
    message, help : str
        What is wrong and what to write instead.  ``{at}`` is the marked text, ``{left}`` and ``{right}`` are the words
        beside it, and the other named groups of the pattern can be used, too.
    """

    code: str
    pattern: str
    message: str
    help: str

    def diagnostic(self, span: Span, words: Mapping[str, str]) -> Diagnostic:
        """The row, filled with the user's words."""
        return Diagnostic(self.code, self.message.format_map(words), span, "", self.help.format_map(words))


def neighbours(blanked: str, start: int, end: int) -> dict[str, str]:
    """The words left and right of a place: helps repeat the user's own words."""
    left = re.search(r"[\w.]+$", blanked[max(0, start - 40) : start].rstrip())
    right = re.match(r"[\w.]+", blanked[end : end + 40].lstrip())
    return {"left": left[0] if left else "...", "right": right[0] if right else "...", "at": blanked[start:end]}


def _find(row: Mistake, span: Span, blanked: str) -> Diagnostic | None:
    m = re.search(row.pattern, blanked)
    if m is None:
        return None
    start, end = m.span("at") if "at" in m.re.groupindex else m.span()
    words = neighbours(blanked, start, end) | {k: (v or "").strip() for k, v in m.groupdict().items()}
    return row.diagnostic(span.part(start, end), words)


def find_first(rows: Iterable[Mistake], span: Span, blanked: str) -> list[Diagnostic]:
    """The diagnostic of the first row that fits; an empty list if none does."""
    for row in rows:
        diagnostic = _find(row, span, blanked)
        if diagnostic is not None:
            return [diagnostic]
    return []


def find_all(rows: Iterable[Mistake], span: Span, blanked: str) -> list[Diagnostic]:
    """The diagnostics of all rows that fit, each once, without those that lie in the place of an earlier one."""
    kept: list[Diagnostic] = []
    for row in rows:
        diagnostic = _find(row, span, blanked)
        if diagnostic is not None and not any(_overlap(diagnostic.span, k.span) for k in kept):
            kept.append(diagnostic)
    return sorted(kept, key=lambda d: d.span.start if d.span else 0)


def _overlap(a: Span | None, b: Span | None) -> bool:
    return a is not None and b is not None and a.start < b.end and b.start < a.end
