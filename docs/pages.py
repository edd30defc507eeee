"""The pages of this folder are programs: this reads and runs them, and renews what they print and draw.

    python docs/pages.py            renew the outputs and images of all pages
    python docs/pages.py tour.md    ... of one page

In a page,

- each ``python`` block runs, in order, in one namespace for the page;
- a ``text`` block directly after ``<!-- output -->`` is what the block before it prints;
- a ``text`` block directly after ``<!-- error -->`` is the error that the block before it raises;
- an image directly after a block is the figure that the block leaves open.
"""

from __future__ import annotations

import contextlib
import gc
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent

PIECES = re.compile(
    r"^```python\n(?P<code>.*?)^```$"
    r"|^<!-- (?P<kind>output|error) -->\n```text\n(?P<text>.*?)^```$"
    r"|^!\[[^\]]*\]\((?P<image>[^)\s]+\.png)\)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Piece:
    """A code block with what it prints, the error it raises and the image it draws; None where the page shows nothing.

    ``place`` is where the shown text stands in the page.
    """

    code: str
    line: int
    output: str | None = None
    error: str | None = None
    image: Path | None = None
    place: tuple[int, int] = (0, 0)


@dataclass
class Result:
    """What a block did."""

    output: str
    error: str
    figure: Any


def pages() -> list[Path]:
    """All pages, in the order of reading."""
    return sorted(DOCS.glob("*.md")) + sorted((DOCS / "guide").glob("*.md"))


def pieces(page: Path) -> list[Piece]:
    """The code blocks of a page."""
    text = page.read_text(encoding="utf-8")
    found: list[Piece] = []
    for m in PIECES.finditer(text):
        if m["code"] is not None:
            found.append(Piece(m["code"], text.count("\n", 0, m.start()) + 2))
        elif m["image"] is not None:
            found[-1].image = (page.parent / m["image"]).resolve()
        else:
            setattr(found[-1], m["kind"], m["text"])
            found[-1].place = m.span("text")
    return found


def run(page: Path) -> Iterator[tuple[Piece, Result]]:
    """Run the blocks of a page, one after the other, as a script of its own on the numpy target."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    import eqsim
    from eqsim.objects import naming

    gc.collect()
    naming._alive.clear()  # a page is a script of its own: objects that still live elsewhere leave it their names
    eqsim.start_scope()
    eqsim.seed(0)
    eqsim.defaultclock.dt = 0.1 * eqsim.ms
    eqsim.prefs.codegen.target, eqsim.prefs.codegen.threads = "numpy", 1
    eqsim.prefs.devices.cpp_standalone.openmp_threads = 0
    namespace: dict[str, Any] = {"__name__": "page"}
    for piece in pieces(page):
        pyplot.close("all")
        output, error = io.StringIO(), ""
        # the line numbers of errors are those of the page
        code = compile("\n" * (piece.line - 1) + piece.code, str(page), "exec")
        with contextlib.redirect_stdout(output):
            try:
                exec(code, namespace)
            except Exception as problem:
                if piece.error is None:
                    raise
                error = f"{type(problem).__name__}: {problem}\n"
        figure = pyplot.gcf() if pyplot.get_fignums() else None
        yield piece, Result(plain(output.getvalue()), error, figure)
    pyplot.close("all")


def plain(text: str) -> str:
    """Without spaces at the ends of lines, which editors remove."""
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


def renew(page: Path) -> None:
    """Write what the blocks print and draw into the page."""
    text, shift = page.read_text(encoding="utf-8"), 0
    for piece, result in run(page):
        if piece.image is not None:
            piece.image.parent.mkdir(exist_ok=True)
            result.figure.savefig(piece.image, dpi=100, metadata={"Software": None})
        new = result.error if piece.error is not None else result.output
        if piece.place[1]:
            start, end = (at + shift for at in piece.place)
            text = text[:start] + new + text[end:]
            shift += len(new) - (end - start)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for page in [DOCS / name for name in sys.argv[1:]] or pages():
        renew(page)
        print(page.relative_to(DOCS))
