"""Names in a user's text replaced by other names, by expressions, or by values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def substitute(text: str, substitutions: Mapping[str, Any]) -> str:
    """The text with whole words replaced, all at once; a new name also in ``dx/dt``.

    Values, and texts that are no name, are put in brackets.

    Examples
    --------
    >>> substitute("dx/dt = -x/tau + y", {"x": "y", "y": "x", "tau": 3.0})
    'dy/dt = -y/(3.0) + x'
    """
    if not substitutions:
        return text
    words = "|".join(map(re.escape, sorted(substitutions, key=len, reverse=True)))
    renamed = {n: v for n, v in substitutions.items() if isinstance(v, str) and v.isidentifier()}
    rates = "|".join(map(re.escape, sorted(renamed, key=len, reverse=True))) or "(?!)"

    def new(m: re.Match[str]) -> str:
        return f"d{renamed[m[1]]}" if m[1] else replacement(substitutions[m[2]])

    return re.sub(rf"\bd({rates})(?=\s*/\s*dt\b)|\b({words})\b", new, text)


def replacement(value: Any) -> str:
    """What stands in the place of a name."""
    if isinstance(value, str):
        return value if value.isidentifier() else f"({value})"
    return value_text(value)


def value_text(value: Any) -> str:
    """A value as it can stand in an expression: ``(3. * mvolt)``."""
    return f"({float(value)!r})" if isinstance(value, float) and not hasattr(value, "dim") else f"({value!r})"
