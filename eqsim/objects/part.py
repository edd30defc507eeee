"""What an object contributes to a program, and what it may ask while doing so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from eqsim.ir.program import Array, Events, Kernel, LogBuffer, Queue, Route, State
from eqsim.model.translate import Symbol
from eqsim.objects.delayed import Reads
from eqsim.objects.scope import External, Surroundings

if TYPE_CHECKING:
    from eqsim.objects.clock import Clock
    from eqsim.objects.meaning import Meaning

EARLY = ("before_start", "start", "after_start", "before_groups")
"""Slots in which the state is still that of the last step."""


@dataclass(slots=True)
class Contribution:
    """Pieces of a program, with the present values of its numbers and its memory."""

    arrays: list[Array] = field(default_factory=list)
    reals: dict[str, float] = field(default_factory=dict)
    ints: dict[str, int] = field(default_factory=dict)
    events: list[Events] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    logs: list[LogBuffer] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    memory: dict[str, np.ndarray] = field(default_factory=dict)
    late: list[Callable[[State], None]] = field(default_factory=list)
    """What is left to do when all objects have spoken: the state is complete but for this."""

    def store(self, name: str, memory: np.ndarray, shared: bool = False) -> str:
        """Declare an array with its memory."""
        self.arrays.append(Array(name, str(memory.dtype), shared))
        self.memory[name] = memory
        return name


@dataclass(slots=True)
class Context:
    """What an object may ask when its strings get their meaning.

    ``outer`` holds what the run (or the statement of the user) can see besides own variables; ``time`` tells how a clock's
    ``t``, ``dt`` and ``t_in_timesteps`` are read; ``clock`` gives the program's name of a clock.
    """

    outer: Mapping[str, Any]
    time: Callable[[Clock, str], Symbol]
    clock: Callable[[Clock], str] = lambda clock: clock.name
    lenient: bool = False
    """Are names that stand for nothing taken as not known yet?  (When an object is made, not when it is run.)"""
    early: bool = False
    """Is it about the beginning of a step, when the state is still that of the last step?"""
    values_only: bool = False
    """Are the kernels known already, and only present values wanted?"""
    surroundings: dict[str, Surroundings] = field(default_factory=dict)
    present: tuple[Any, ...] = ()
    """The active objects of the network in the order of a step."""
    reads: Reads = field(default_factory=Reads)
    """Where strings read the past of variables."""
    reader: Meaning | None = None
    """Whose string it is."""

    def on(self, clock: Clock, when: str = "groups") -> Context:
        """The same for a kernel that has a clock and a slot of its own: its ``t`` is that of its own clock."""
        time = self.time
        return replace(self, time=lambda own, name: time(own if name == "dt" else clock, name), early=when in EARLY)

    def read_by(self, reader: Meaning) -> Context:
        """The same for the strings of an object, also for what these take from other objects."""
        return replace(self, reader=reader) if self.reader is None else self

    def idle(self) -> Context:
        """The same for an object that takes no part in the run, but whose memory others see."""
        return replace(self, values_only=True)

    def around(self, group: Meaning) -> Surroundings:
        """The namespaces around a group, or around the one that a subgroup is part of; the same object each time."""
        group = getattr(group, "base", group)
        if group.name not in self.surroundings:
            self.surroundings[group.name] = Surroundings(
                group.name,
                group.namespace,
                self.outer,
                group.made_in,
                self.lenient,
                dt_s=getattr(group.clock, "dt_", 0.0),
                size=len(group) if group.element == "i" else None,
            )
        return self.surroundings[group.name]

    @property
    def externals(self) -> list[External]:
        """All external numbers that have been asked for."""
        return [e for s in self.surroundings.values() for e in (*s.externals.values(), *s.numbers.values())]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """All external arrays that have been asked for, by their names in the program."""
        return {name: memory for s in self.surroundings.values() for name, memory in s.arrays.items()}


class Part(Protocol):
    """All a user object must be able to say."""

    def parts(self, context: Context) -> Contribution:
        """What this object contributes to the program."""
