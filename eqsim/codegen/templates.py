"""The templates: where they are, and how they are filled.  The only module that knows Jinja.

In: the name of a template and what it may refer to.  Out: text.  An unknown name in a template is an error.
"""

from __future__ import annotations

import base64
import functools
import sys
from pathlib import Path
from typing import Any

from eqsim.codegen.cache import Cache, key_of


@functools.cache
def folder() -> Path:
    """The folder of the templates: inside the installed package, or beside it in a clone."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@functools.cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder()),
        bytecode_cache=_translations(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _translations() -> Any:
    """What Jinja has made of our templates, kept with the compiled networks: it takes 0.1 s."""
    import jinja2

    class Translations(jinja2.BytecodeCache):
        def load_bytecode(self, bucket: Any) -> None:
            found = Cache().text(self.key(bucket))
            if found is not None:
                bucket.bytecode_from_string(base64.b64decode(found))

        def dump_bytecode(self, bucket: Any) -> None:
            Cache().store_text(self.key(bucket), base64.b64encode(bucket.bytecode_to_string()).decode())

        def key(self, bucket: Any) -> str:
            return key_of(["template", bucket.key, bucket.checksum, sys.version, jinja2.__version__])

    return Translations()


def fill(template: str, **values: Any) -> str:
    """The text of a template with the given values."""
    return str(_environment().get_template(template).render(**values))


@functools.cache
def plain(name: str) -> str:
    """A file that needs no filling, e.g. ``runtime/eqsim.hpp``."""
    return (folder() / name).read_text(encoding="utf-8")
