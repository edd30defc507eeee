"""What a target is, and the table of targets.

In: a `Program`.  Out: source files (`render`), and a module that runs them (`build`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

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

        The numbers of ``Program.constants`` must have been computed (`eqsim.ir.interpret.Constants`) since a number was
        changed last.
        """

    def run_part(
        self, state: State, first: int, last: int, active: Sequence[bool], seconds: list[float] | None = None
    ) -> None:
        """Run kernels ``first`` to ``last - 1`` of one step, those of clocks that tick; no clock is advanced.

        The logs must have room for a step.  ``seconds``: for each kernel of the program, the time that it takes is added
        there.
        """

    def stop(self) -> None:
        """Ask the run in progress to return after its current step.  Harmless if none is in progress."""


class Target(Protocol):
    """A way to run programs."""

    def render(self, program: Program) -> Sources:
        """The text of a program."""

    def build(self, sources: Sources) -> Module:
        """A module that runs the text."""


TARGETS: dict[str, Callable[..., Target]] = {}
"""How to make each target, by name; others are found through the entry points of the group ``eqsim.targets``."""


Make = TypeVar("Make", bound=Callable[..., Target])


def register(name: str) -> Callable[[Make], Make]:
    """Add a target to the table."""

    def add(make: Make) -> Make:
        TARGETS[name] = make
        return make

    return add


def target(name: str, **options: Any) -> Target:
    """The target of a name, made with its options.

    Raises
    ------
    ValueError
        If there is no such target.
    """
    if name not in TARGETS:
        _load_others(name)
    if name not in TARGETS:
        raise ValueError(f"there is no target '{name}'; there are {', '.join(sorted(TARGETS))}")
    return TARGETS[name](**options)


def _load_others(name: str) -> None:
    """Import what stands for the name among the entry points of installed packages."""
    from importlib.metadata import entry_points

    for point in entry_points(group="eqsim.targets", name=name):
        TARGETS[name] = point.load()
