"""Names in a user's text replaced by other names, or by values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def substitute(text: str, substitutions: Mapping[str, Any]) -> str:
    """The text with whole words replaced; a value is put in brackets, a new name also into ``dx/dt``."""
    for name, value in substitutions.items():
        text = re.sub(rf"\bd{re.escape(name)}(\s*/\s*dt\b)", rf"d{value}\1", text) if isinstance(value, str) else text
        text = re.sub(rf"\b{re.escape(name)}\b", value if isinstance(value, str) else value_text(value), text)
    return text


def value_text(value: Any) -> str:
    """A value as it can stand in an expression: ``(3. * mvolt)``."""
    return f"({float(value)!r})" if isinstance(value, float) and not hasattr(value, "dim") else f"({value!r})"
