"""The program: everything one network needs to run, and nothing about values.

In: arrays, numbers and kernels that the objects produced.  Out: one frozen form with a fingerprint; and `State`, the
memory of one simulation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from eqsim.errors import Span
from eqsim.ir.domain import Domain, Size
from eqsim.ir.expr import Expr, Type
from eqsim.ir.stmt import Let, Stmt

STORAGE: dict[str, Type] = {
    "float64": "real",
    "float32": "real",
    "uint8": "int",
    "uint16": "int",
    "int32": "int",
    "int64": "int",
    "uint64": "word",
    "bool": "bool",
}
"""What an array may hold, and the type of the value that a `Load` of it gives."""


@dataclass(frozen=True, slots=True)
class Array:
    """A named array.  ``shared`` arrays hold one value."""

    name: str
    dtype: str = "float64"
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """A function that is no IR: what the user has written for it in Python, and in C++.

    Attributes
    ----------
    code : str
        C++ that defines ``calls``; '' if there is none, and then only the interpreter can run it.
    calls : str
        What is called in that code.
    takes : tuple of int
        The parameters that it gets, by their place.
    preamble : tuple of str
        Lines that come before everything else (``#include``, ``#define``).
    flags, sources : tuple of str
        What the compiler gets in addition: options; files of C++.
    python : callable
        The function of numpy values, for the interpreter.
    reason : str
        Why there is no C++.
    """

    code: str = ""
    calls: str = ""
    takes: tuple[int, ...] = ()
    preamble: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    python: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    reason: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function: Lets, then a result.  A foreign one has no body, and a result that only tells the type."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    body: tuple[Let, ...]
    result: Expr
    doc: str = field(default="", compare=False)
    foreign: Foreign | None = None

    @property
    def type(self) -> Type:
        """The type of the result."""
        return self.result.type


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a group in its last steps: a ring of ``history`` lists of at most ``size`` ascending indices.

    ::

        slot      = step % history
        indices   [slot*size ... slot*size + counts[slot] - 1]     int32
        counts    [slot]                                           int64
    """

    name: str
    size: Size
    history: str
    clock: str

    @property
    def indices(self) -> str:
        """Name of the array of indices."""
        return f"{self.name}.indices"

    @property
    def counts(self) -> str:
        """Name of the array of counts."""
        return f"{self.name}.counts"


@dataclass(frozen=True, slots=True)
class Route:
    """How the events of one side find their synapses.  ``side`` is ``pre`` (by source) or ``post`` (by target)::

        rows     [source - first] .. [source - first + 1]   positions of its synapses             int64
        order    [position] -> synapse number               absent where it is the identity      int32
        delays   [position] -> steps                        absent with a shared delay     uint8, 16, int32
        ends     [position] -> the other end                instead of order, where only     uint16 or int32
                                                            that end matters
        target   [synapse]  -> j - first_target             of the synapses object     uint16 or int32
        source   [synapse]  -> i - first_source             of the synapses object               int32

    With delays, the positions of one source are sorted by delay, then by synapse number.
    """

    name: str
    synapses: str
    side: Literal["pre", "post"]
    size: Size
    ordered: bool = True
    delayed: bool = False
    first_source: Size = 0
    first_target: Size = 0
    by_ends: bool = False
    """Do positions lead to the other end of a synapse, and not to its number?"""
    since: Size = 0
    """Events of earlier steps do not travel along this route."""

    @property
    def first(self) -> Size:
        """First element, in its group, of the side that has the events."""
        return self.first_source if self.side == "pre" else self.first_target


@dataclass(frozen=True, slots=True)
class Queue:
    """Synapses that wait for their spikes: a ring of lists, one for each of the next ``history`` steps.

    ::

        slot      = step % history
        waiting   [slot*width ... slot*width + counts[slot] - 1]      int32   synapses that are due at the step
                  [history*width ...]                                 int32   those that are due after all slots
        counts    [slot]; [history] for those after all slots         int64
        due       [0 ... counts[history] - 1]: their steps            int64
        longest   the largest count so far; a log's cursor, so that a run returns before a list overflows
        farthest  one more than the largest delay so far, in steps; a log's cursor, too
    """

    name: str
    history: str
    width: str
    clock: str

    @property
    def arrays(self) -> tuple[str, ...]:
        """Names of all its arrays."""
        return (self.waiting, self.counts, self.due, self.longest, self.farthest)

    @property
    def waiting(self) -> str:
        """Name of the array of synapses."""
        return f"{self.name}.waiting"

    @property
    def counts(self) -> str:
        """Name of the array of counts."""
        return f"{self.name}.counts"

    @property
    def due(self) -> str:
        """Name of the array of steps of those that are due after all slots."""
        return f"{self.name}.due"

    @property
    def longest(self) -> str:
        """Name of the shared array with the largest count."""
        return f"{self.name}.longest.cursor"

    @property
    def farthest(self) -> str:
        """Name of the shared array with the largest delay."""
        return f"{self.name}.farthest.cursor"


@dataclass(frozen=True, slots=True)
class LogBuffer:
    """Columns that grow by rows.  A step appends at most ``per_step`` rows; ``cursor`` is the next free row."""

    name: str
    columns: tuple[str, ...]
    per_step: Size

    @property
    def cursor(self) -> str:
        """Name of the shared int64 array with the next free row."""
        return f"{self.name}.cursor"

    @property
    def capacity(self) -> str:
        """Name of the int with the number of allocated rows."""
        return f"{self.name}.capacity"


@dataclass(frozen=True, slots=True)
class Kernel:
    """Work on a domain at each step of a clock.  ``prelude`` is the part that is the same for all elements."""

    name: str
    domain: Domain
    body: tuple[Stmt, ...]
    clock: str
    when: str = "groups"
    order: int = 0
    prelude: tuple[Let, ...] = ()
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Program:
    """A network, ready for any target.  ``kernels`` stand in the order of a step.

    ``constants`` are numbers that follow from other numbers; they are computed once when a run begins.
    """

    arrays: tuple[Array, ...] = ()
    reals: tuple[str, ...] = ()
    ints: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    events: tuple[Events, ...] = ()
    routes: tuple[Route, ...] = ()
    logs: tuple[LogBuffer, ...] = ()
    queues: tuple[Queue, ...] = ()
    functions: tuple[Function, ...] = ()
    constants: tuple[tuple[str, Expr], ...] = ()
    kernels: tuple[Kernel, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Hash of the structure: equal for equal programs, whatever the values of their numbers."""
        return hashlib.sha256(repr(self._bare()).encode()).hexdigest()

    def _bare(self) -> Any:
        """The fields without origins, which say where text came from and not what it means."""
        return tuple(strip(getattr(self, f)) for f in self.__slots__)


def strip(node: Any) -> Any:
    """A nested tuple of a node's compared fields."""
    if isinstance(node, tuple):
        return tuple(strip(n) for n in node)
    fields = getattr(type(node), "__dataclass_fields__", None)
    if fields is None:
        return node.hex() if isinstance(node, float) else node
    return (type(node).__name__, *(strip(getattr(node, name)) for name, f in fields.items() if f.compare))


def timetable(clock: str) -> str:
    """Name of the array with the times of a clock that ticks at listed times; other clocks have none."""
    return f"{clock}.times"


@dataclass(slots=True)
class State:
    """The memory of one simulation: arrays and numbers by name, and the step of each clock."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    reals: dict[str, float] = field(default_factory=dict)
    ints: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """Why a run returned: ``done``, ``full`` (a log must grow), ``stopped`` (asked to) or ``paused`` (did its part)."""

    reason: str
