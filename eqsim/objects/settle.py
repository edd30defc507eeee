"""Whether what the user sees is up to date: a run that has been put off happens as soon as somebody looks."""

from __future__ import annotations

from collections.abc import Callable

waiting: list[Callable[[], None]] = []
"""What has been put off."""


def settle() -> None:
    """Do what has been put off; to be called before values of a simulation are read or changed."""
    while waiting:
        waiting.pop(0)()


def put_off(work: Callable[[], None]) -> None:
    """Do this when somebody looks."""
    waiting.append(work)


def forget() -> None:
    """Never do it."""
    waiting.clear()
