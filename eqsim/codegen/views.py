"""What the templates print: a program whose names are chosen and whose expressions are spelled, as plain strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a kernel's struct: what it is, and the member of `State` that it comes from ('' if from nowhere)."""

    type: str
    name: str
    source: str
    comment: str


@dataclass(frozen=True, slots=True)
class StageText:
    """A piece of a long body: its lines, and the values it keeps for later pieces as (type, name)."""

    body: tuple[str, ...]
    gives: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SumText:
    """What a kernel over synapses does if it only adds up: ``array[end] += value``, after some lines.

    ``takes``: the indices that the value depends on.  ``of``: the role of the other end, if it depends on nothing else.
    """

    type: str
    array: str
    end: str
    body: tuple[str, ...]
    value: str
    takes: tuple[str, ...]
    of: str = ""


@dataclass(frozen=True, slots=True)
class KernelText:
    """One kernel, spelled.  ``at`` gives the member (``s.name``) of an array or number, or a literal, by its role.

    ``wide``: arrays of bools that pass through blocks of wider numbers.  ``copied``: arrays by element of a long body, of
    whose last few elements there are copies.  Both have a ``source`` where they are written.
    """

    name: str
    title: str
    shape: str
    clock: int
    independent: bool
    batch: bool
    delayed: bool
    members: tuple[Member, ...]
    wide: tuple[Member, ...]
    copied: tuple[Member, ...]
    prelude: tuple[tuple[str, str], ...]
    body: tuple[str, ...]
    stages: tuple[StageText, ...]
    fetched: tuple[str, ...]
    test: str
    sum: SumText | None
    uses: frozenset[str]
    rows: tuple[tuple[str, str], ...]
    scratch: str
    at: Mapping[str, str]
    share: str
    owner: str
    """How threads share it (see `shares`), and the role of the ends by which they do."""

    @property
    def listed(self) -> bool:
        """Are sums made from lists of the other ends?"""
        return self.share == "listed" and self.sum is not None

    @property
    def collects(self) -> bool:
        """Is there something to do when all threads have done their parts?"""
        return self.share == "range" and (self.shape == "where" or bool(self.rows))


@dataclass(frozen=True, slots=True)
class LoopText:
    """Kernels that share a loop over the same elements; only the last one may look for events."""

    name: str
    kernels: tuple[KernelText, ...]


@dataclass(frozen=True, slots=True)
class StretchText:
    """Kernels that all threads work on, and those of one thread after these; ``clocks``: when there is anything to do.

    A kernel in both: what the threads have found is put together.  ``loops``: those of all threads, by the loops they share.
    """

    together: tuple[KernelText, ...]
    loops: tuple[LoopText, ...]
    alone: tuple[KernelText, ...]
    clocks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClockText:
    """A clock, and its fields: dt, and times if it ticks at listed ones."""

    name: str
    dt: str
    times: str


@dataclass(frozen=True, slots=True)
class LogText:
    """What the check for a full log needs."""

    cursor: str
    capacity: str
    per_step: str


@dataclass(frozen=True, slots=True)
class ProgramText:
    """A program, spelled: fields of `State` as (type, name, comment), functions, kernels, clocks and logs."""

    arrays: tuple[tuple[str, str, str], ...]
    reals: tuple[tuple[str, str], ...]
    ints: tuple[tuple[str, str], ...]
    preamble: tuple[str, ...]
    functions: tuple[str, ...]
    kernels: tuple[KernelText, ...]
    stretches: tuple[StretchText, ...]
    clocks: tuple[ClockText, ...]
    logs: tuple[LogText, ...]
