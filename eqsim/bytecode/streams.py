"""Memory in place: slots that follow the blocks along an array, and shared arrays of one value.

In: arrays and indices.  Out: slots.
"""

from __future__ import annotations

from eqsim.bytecode.slots import BYTES, Slots
from eqsim.bytecode.values import Registers, Value, names_in
from eqsim.codegen.roles import inner
from eqsim.ir.domain import ELEMENT, POINT, Batch, Each, Gather, Of, Once, Sample, Send, Where, asked
from eqsim.ir.expr import Const, Expr, Number, Op, Ref, Type
from eqsim.ir.program import Kernel

RUNNING: dict[type, str] = {Each: "i", Where: "i", Gather: "k", Sample: "r"}
"""The index that runs along an array, from block to block."""
IN_BATCH: dict[type, str] = {Each: ELEMENT.name, Where: ELEMENT.name, Once: POINT.name}
"""... if a domain is visited for all points of a batch."""
INDICES = frozenset(("i", "j", "k", "r", POINT.name, ELEMENT.name))
ALWAYS: dict[type, frozenset[str]] = {Of: frozenset("i"), Sample: frozenset("i"), Send: frozenset("k")}
"""Indices that a loop needs itself."""


class Streams(Registers):
    """What a kernel's loop gives: streams, and registers of indices (``indices``, by name)."""

    def __init__(self, slots: Slots, pool: list[int], kernel: Kernel) -> None:
        super().__init__(slots, pool)
        self.kernel, self.domain = kernel, inner(kernel.domain)
        self.running = (IN_BATCH if isinstance(kernel.domain, Batch) else RUNNING).get(type(self.domain), "")
        self.fixed = {let.name for let in kernel.prelude}
        self.streams: dict[tuple[str, int], int] = {}
        self.depth = 0  # conditions around this place: elements do not lie side by side
        asks = asked(kernel.domain)
        used = names_in((*kernel.body, *(() if asks is None else (asks,)))) & INDICES | ALWAYS.get(
            type(self.domain), frozenset()
        )
        computed = {"i", POINT.name} if self.running == ELEMENT.name else set()
        self.indices = {name: self.register() for name in sorted(used - computed - {self.running})}

    def stream(self, array: str, at: Expr | None) -> int | None:
        """The slot that follows the blocks along an array, if the index runs as they do; else None."""
        if self.depth:
            return None
        match at:
            case Ref(self.running):
                shift = -1
            case Op("+", (Ref(self.running), other)) | Op("+", (other, Ref(self.running))):
                shift = self.shift(other)
                if shift < 0:
                    return None
            case _:
                return None
        if (array, shift) not in self.streams:
            self.streams[array, shift] = self.slots.new()
        return self.streams[array, shift]

    def shift(self, e: Expr) -> int:
        """The slot of a value that is known when a block begins; -1 for others."""
        match e:
            case Number(name):
                return self.slots.numbers[name]
            case Const():
                return self.slots.constant(e)
            case Ref(name) if name in self.fixed:
                return self.names[name].slot
        return -1

    def in_place(self, array: str, at: Expr | None, kind: Type) -> Value | None:
        """Entries of an array where they are, or read one after the other; None if they lie elsewhere."""
        dtype = self.slots.types[array]
        wide = BYTES[dtype] == 8
        slot = self.slots.place(array) if at is None and wide else self.stream(array, at)
        if slot is None:
            return None
        if wide:
            return Value(slot, at is not None, kind, array=array)
        return self.give(f"read {dtype}", True, kind, slot, arrays=(array,))
