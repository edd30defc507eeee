"""The user's frame: the first one on the stack that is not eqsim's own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any


def user_frame(level: int = 0) -> FrameType:
    """The innermost frame outside eqsim, or ``level`` frames further out."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _ours(frame):
        frame = frame.f_back
    for _ in range(level):
        if frame is not None and frame.f_back is not None:
            frame = frame.f_back
    if frame is None:
        return sys._getframe(1)
    return frame


def _ours(frame: FrameType) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name == "eqsim" or name.startswith("eqsim.")


class FrameNamespace(Mapping[str, Any]):
    """The names that a frame sees: its locals over its globals, read when asked for."""

    def __init__(self, frame: FrameType) -> None:
        there, self._globals = frame.f_locals, frame.f_globals
        self._locals = {} if there is self._globals else dict(there)

    def __getitem__(self, name: str) -> Any:
        if name in self._locals:
            return self._locals[name]
        return self._globals[name]

    def __iter__(self) -> Any:
        yield from self._locals
        yield from (g for g in self._globals if g not in self._locals)

    def __len__(self) -> int:
        return len(set(self._locals) | set(self._globals))


def user_namespace(level: int = 0) -> FrameNamespace:
    """What the user's frame sees."""
    return FrameNamespace(user_frame(level))


def get_local_namespace(level: int = 0) -> dict[str, Any]:
    """The names visible in the caller's frame, ``level`` frames further out: locals over globals."""
    return dict(FrameNamespace(user_frame(level)))
