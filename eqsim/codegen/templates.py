"""The templates: where they are, and how they are filled.  The only module that knows Jinja.

In: the name of a template and what it may refer to.  Out: text.  An unknown name in a template is an error.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path
from typing import Any


@functools.cache
def folder() -> Path:
    """The folder of the templates: inside the installed package, or beside it in a clone."""
    package = Path(str(files("eqsim")))
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@functools.cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def fill(template: str, **values: Any) -> str:
    """The text of a template with the given values."""
    return str(_environment().get_template(template).render(**values))


@functools.cache
def plain(name: str) -> str:
    """A file that needs no filling, e.g. ``runtime/eqsim.hpp``."""
    return (folder() / name).read_text(encoding="utf-8")
