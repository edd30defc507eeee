"""What a target is, and the table of targets.

In: a `Program`.  Out: source files (`render`), and a module that runs them (`build`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from eqsim.ir.program import Program, State, Status


@dataclass(frozen=True, slots=True)
class Sources:
    """The text of a program: its files by name, the language they are in, and the compiler's flags."""

    program: Program
    files: tuple[tuple[str, str], ...]
    language: str
    flags: tuple[str, ...] = ()


class Module(Protocol):
    """A program that runs."""

    def run(self, state: State, ends: dict[str, int]) -> Status:
        """Advance every clock to its end, or until a log is full (``full``) or `stop` was called (``stopped``).

        The numbers of ``Program.constants`` must have been computed (`Interpreter.constants`) since the last change of a
        number.
        """

    def stop(self) -> None:
        """Ask the run in progress to return after its current step.  Harmless if none is in progress."""


class Target(Protocol):
    """A way to run programs."""

    def render(self, program: Program) -> Sources:
        """The text of a program."""

    def build(self, sources: Sources) -> Module:
        """A module that runs the text."""


TARGETS: dict[str, Callable[[], Target]] = {}
"""How to make each target, by name; others are found through the entry points of the group ``eqsim.targets``."""


def register(name: str) -> Callable[[Callable[[], Target]], Callable[[], Target]]:
    """Add a target to the table."""

    def add(make: Callable[[], Target]) -> Callable[[], Target]:
        TARGETS[name] = make
        return make

    return add
