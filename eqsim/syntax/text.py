"""The user's text made easy to read: comments blanked, characters checked.  Offsets never move.

In: text.  Out: text of the same length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from eqsim.errors import Diagnostic, EquationError, Span

__all__ = ["attempt", "blank_comments", "blank_lines", "check_characters"]

T = TypeVar("T")

_COMMENT = re.compile(r"#[^\n]*")
_SPACES = str.maketrans(dict.fromkeys("\t\r\f\v\u00a0", " "))
_NEWLINES = str.maketrans({"\n": " "})
_STRANGE = re.compile(r"[^\n\x20-\x7e]")

# fmt: off
CHARACTERS: dict[str, str] = {
    **dict.fromkeys("\u2212\u2013\u2014\u2010\u2011\uff0d", "-"),
    **dict.fromkeys("\u00d7\u00b7\u22c5\u2219\u2217\u2022", "*"),
    **dict.fromkeys("\u00f7\u2215\u2044", "/"),
    **dict.fromkeys("\u00b5\u03bc", "u"),
    **dict.fromkeys("\u2126\u03a9", "ohm"),
    **dict.fromkeys("\u201c\u201d\u2018\u2019\u2032\u00b4", "'"),
    **{"\u00b2": "**2", "\u00b3": "**3", "\u00b9": "**1", "\u207b": "**-", "\u221a": "sqrt(...)", "\u221e": "inf"},
    **{"\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2227": "and", "\u2228": "or", "\u00ac": "not"},
    **{"\uff1a": ":", "\uff08": "(", "\uff09": ")", "\uff0c": ",", "\uff0b": "+", "\uff1d": "=", "\uff0a": "*"},
    "\u03b1": "alpha", "\u03b2": "beta", "\u03b3": "gamma", "\u03b4": "delta", "\u03b5": "epsilon", "\u03b7": "eta",
    "\u03b8": "theta", "\u03ba": "kappa", "\u03bb": "lambda_", "\u03be": "xi", "\u03c0": "pi", "\u03c1": "rho",
    "\u03c3": "sigma", "\u03c4": "tau", "\u03c6": "phi", "\u03d5": "phi", "\u03c7": "chi", "\u03c8": "psi",
    "\u03c9": "omega", "\u0394": "Delta",
}
"""What people type or paste, and how it is written here."""
# fmt: on


def blank_comments(text: str) -> str:
    """Comments become spaces, and so do tabs, carriage returns and no-break spaces; lines stay lines."""
    return _COMMENT.sub(lambda m: " " * len(m[0]), text).translate(_SPACES)


def blank_lines(text: str) -> str:
    """As `blank_comments`, and everything on one line."""
    return blank_comments(text).translate(_NEWLINES)


def check_characters(span: Span, blanked: str) -> list[Diagnostic]:
    """One diagnostic for the first character that cannot be part of equations (comments may hold any)."""
    found = _STRANGE.search(blanked)
    if found is None:
        return []
    char, place = found[0], span.part(found.start(), found.end())
    if not char.isprintable():
        message = f"there is an invisible character here (code U+{ord(char):04X})"
        return [Diagnostic("E101", message, place, "", "delete it and type this part again")]
    plain = CHARACTERS.get(char)
    advice = f"write {plain} instead" if plain else "use letters a to z, digits and underscores"
    return [Diagnostic("E102", f"equations cannot contain the character {char}", place, "", advice)]


def attempt(found: list[Diagnostic], read: Callable[[Span], T], span: Span) -> T | None:
    """What ``read`` makes of the span; None, and its diagnostics added to ``found``, if it makes nothing."""
    try:
        return read(span)
    except EquationError as error:
        found.extend(error.diagnostics)
        return None
