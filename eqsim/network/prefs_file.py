"""Preference files: text comes in and names with values go out, and the other way round.

A file has lines ``[category]``, ``name = value`` with a Python literal as the value (or a dtype by its name), or
``category.name = value``; lines that start with ``#`` are comments.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eqsim.errors import PreferenceError
from eqsim.network.prefs_table import DTYPES, BrianPreference

__all__ = ["assign_lines", "written"]


def _entries(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, full name and value text of each line that sets something; the name is empty if it is unclear."""
    category = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line.startswith("[") and line.endswith("]"):
            category = line[1:-1].strip() + "."
        elif line and not line.startswith("#"):
            name, equals, value = (part.strip() for part in line.partition("="))
            yield number, category + name if name and equals else "", value if equals else line


def _value(text: str) -> Any:
    """The value that a line means; the text is never run as code."""
    if text in DTYPES:
        return DTYPES[text]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise PreferenceError(f"{text} is not a Python value").with_help("put texts between quotes") from None


def assign_lines(text: str, where: str, assign: Callable[[str, Any], None]) -> None:
    """Call ``assign(name, value)`` for each line; all mistakes are reported together, after the good lines are done.

    Raises
    ------
    PreferenceError
        Lines cannot be understood, or ``assign`` refuses them; the message names file and lines.
    """
    mistakes = []
    for number, name, value in _entries(text):
        try:
            if not name:
                raise PreferenceError(f"'{value}' is neither [category] nor name = value")
            assign(name, _value(value))
        except PreferenceError as error:
            mistakes.append(f"{where}, line {number}: {error}")
    if mistakes:
        raise PreferenceError("\n".join(mistakes))


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 100)]


def _block(category: str, doc: str, names: list[str], known: Mapping[str, BrianPreference], values: Any) -> str:
    lines = [*_comment(doc), f"[{category}]", ""]
    for name in names:
        preference = known.get(name, BrianPreference(None, "(not registered)"))
        entry = f"{name.rpartition('.')[2]} = {preference.representor(values[name])}"
        lines += [*_comment(preference.docs), entry, ""]
    return "\n".join(lines)


def written(values: Mapping[str, Any], known: Mapping[str, BrianPreference], categories: Mapping[str, str]) -> str:
    """A preference file with these values, one block per category, each name below its meaning."""
    blocks: dict[str, list[str]] = {}
    for name in sorted(values):
        blocks.setdefault(name.rpartition(".")[0], []).append(name)
    texts = [_block(c, categories.get(c, "(not registered)"), names, known, values) for c, names in blocks.items()]
    return "\n".join(texts)
