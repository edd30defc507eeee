"""A bar that fills, in a terminal, in a notebook, and as lines in a file.

In: how much is done (0 to 1) and a short text.  Out: the bar, drawn again in its place.  Nothing but Python is needed; in a
notebook the `display` of IPython, which is there, draws an HTML element, so the bar has the colours of the page.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from html import escape
from typing import Any, Protocol, TextIO

__all__ = ["Bar", "LinesBar", "NotebookBar", "TerminalBar", "make_bar"]

EIGHTHS = " ▏▎▍▌▋▊▉█"


class Bar(Protocol):
    """What shows progress."""

    def show(self, completed: float, note: str) -> None:
        """Draw: ``completed`` from 0 to 1."""

    def close(self) -> None:
        """There is nothing more to show; the cursor goes to a new line."""


def make_bar(stream: TextIO | None = None) -> Bar:
    """The bar that fits: of a notebook if the code runs in one and ``stream`` is None; of a terminal; or lines in a file."""
    if stream is None and _in_notebook():
        return NotebookBar()
    out = sys.stdout if stream is None else stream
    return TerminalBar(out) if out.isatty() else LinesBar(out)


def _in_notebook() -> bool:
    """Is this the kernel of a notebook?  Somebody else has imported IPython then."""
    ask = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return getattr(ask(), "kernel", None) is not None


class TerminalBar:
    """One line of a terminal, never longer than that, drawn over the one before."""

    WIDTH = 30

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._shown = ""
        self._blocks = _can_print(stream, EIGHTHS)

    def show(self, completed: float, note: str) -> None:
        text = f" {completed * 100:3.0f} % {note}"
        room = shutil.get_terminal_size().columns - 1
        width = min(self.WIDTH, room - len(text) - 2)
        line = ((f"|{self._bar(completed, width)}|" if width >= 5 else "") + text)[:room]
        self.stream.write("\r" + line + " " * (len(self._shown) - len(line)))  # spaces erase what was longer
        self.stream.flush()
        self._shown = line

    def _bar(self, completed: float, width: int) -> str:
        if not self._blocks:
            return ("#" * int(width * completed)).ljust(width, "-")
        whole, part = divmod(int(8 * width * completed), 8)
        return ("█" * whole + (EIGHTHS[part] if part else "")).ljust(width)

    def close(self) -> None:
        if self._shown:
            self.stream.write("\n")
            self.stream.flush()
        self._shown = ""


class LinesBar:
    """A line for each tenth, for files and pipes, where nothing can be drawn over."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._tenth = -1

    def show(self, completed: float, note: str) -> None:
        tenth = int(10 * completed + 1e-9)
        if tenth > self._tenth:
            self._tenth = tenth
            print(f"{completed * 100:3.0f} % {note}".rstrip(), file=self.stream, flush=True)

    def close(self) -> None:
        self._tenth = -1


class NotebookBar:
    """An HTML element in the output of a cell, which is kept with the notebook."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, completed: float, note: str) -> None:
        text = f"{completed * 100:.0f} % {note}".rstrip()
        style = "width: 20em; vertical-align: middle"
        html = f'<progress value="{completed:.3f}" max="1" style="{style}"></progress> {escape(text)}'
        shown = {"text/html": html, "text/plain": text}
        if self._handle is None:
            display: Any = importlib.import_module("IPython.display").display
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)

    def close(self) -> None:
        self._handle = None


def _can_print(stream: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
