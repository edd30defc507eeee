"""The form of a program: what it is, whatever its objects are called.

In: a program.  Out: a hash, equal for programs that become equal when the objects of one are renamed.  Compiled code finds
its memory by position, so it serves all programs of one form: a cell of a notebook that is run again makes objects with
other names (``neurongroup_1``), and needs no compiler.

The object in a name is what stands before its first dot.  Objects are numbered in the order in which they occur::

    Load("neurongroup_1.v"), Number("synapses_2.w")      ->      Load("0.v"), Number("1.w")
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from eqsim.ir.domain import POINTS, Across, Batch, Due, Each, Gather, Of, Sample, Send, Where
from eqsim.ir.expr import Load, Number
from eqsim.ir.program import Array, Events, Kernel, LogBuffer, Program, Queue, Route, strip
from eqsim.ir.stmt import Add, Log, Store

NAMES: dict[type, frozenset[str]] = {
    kind: frozenset(fields.split())
    for kind, fields in {
        Program: "reals ints clocks",
        Array: "name",
        Events: "name size history clock",
        Route: "name synapses size first_source first_target since",
        LogBuffer: "name columns per_step",
        Queue: "name history width clock",
        Kernel: "name clock",
        Number: "name",
        Load: "array",
        Store: "array",
        Add: "array",
        Log: "log",
        Each: "size first",
        Where: "size events",
        Of: "events size first",
        Across: "events route delay",
        Gather: "route",
        Sample: "indices size",
        Send: "events route queue",
        Due: "queue route",
        Batch: "order",
    }.items()
}
"""The fields that hold names of a program's objects, also without a dot.  Other texts are words of the language and names
of values inside a kernel; those with a dot are made of an object's name."""


class Objects(dict[str, str]):
    """The objects that have occurred, with their numbers."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, str(len(self)))

    def renamed(self, name: str) -> str:
        """A name with the number of its object."""
        owner, dot, rest = name.partition(".")
        return f"{self[owner]}{dot}{rest}"


_last: list[tuple[Program, str]] = []  # several parts of eqsim ask for the form of the program that is about to run


def form_of(program: Program) -> str:
    """A hash of a program that does not depend on what its objects are called."""
    if not _last or _last[0][0] is not program:
        _last[:] = [(program, _form(program))]
    return _last[0][1]


def _form(program: Program) -> str:
    batch = POINTS.name.partition(".")[0]
    objects = Objects({batch: batch})  # a name of ours, which loops of the runtime know
    shape = [_spelled(getattr(program, f), objects, f in NAMES[Program]) for f in program.__slots__ if f != "functions"]
    return hashlib.sha256(repr((shape, strip(program.functions))).encode()).hexdigest()


def _spelled(node: Any, objects: Objects, names: bool) -> Any:
    """As `eqsim.ir.program.strip`, with numbers for objects; ``names``: is a text the name of an object?"""
    if isinstance(node, str):
        return objects.renamed(node) if names or "." in node else node
    if isinstance(node, tuple):
        return tuple([_spelled(n, objects, names) for n in node])
    fields = _fields(type(node))  # type: ignore[arg-type]
    if fields is None:
        return node.hex() if isinstance(node, float) else node
    return (type(node).__name__, *[_spelled(getattr(node, name), objects, named) for name, named in fields])


@cache
def _fields(kind: type) -> tuple[tuple[str, bool], ...] | None:
    """The fields of a node that tell it from others, and whether they hold names of objects; None for plain values."""
    known = getattr(kind, "__dataclass_fields__", None)
    if known is None:
        return None
    return tuple((name, name in NAMES.get(kind, ())) for name, field in known.items() if field.compare)
