"""Slots: what instructions name.  One table for a program.

In: constants, numbers, arrays as they are asked for.  Out: their slots, and the lists that the machine makes them from.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

from eqsim.ir.domain import Size
from eqsim.ir.expr import Const, Scalar, Type
from eqsim.ir.program import STORAGE, Program

BYTES = {dtype: np.dtype(dtype).itemsize for dtype in STORAGE}
"""Bytes of an entry, by type of the array."""


def word_of(value: Scalar, kind: Type) -> int:
    """The 64 bits of a value, as a signed number."""
    if kind == "real":
        return int(struct.unpack("<q", struct.pack("<d", float(value)))[0])
    whole = int(value) & 0xFFFFFFFFFFFFFFFF
    return whole - (1 << 64) if whole >> 63 else whole


@dataclass(slots=True)
class Slots:
    """The slots of a program, numbered as they are asked for; clocks and numbers come first."""

    program: Program
    count: int = 0
    reals_at: int = 0
    ints_at: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    constants: dict[int, int] = field(default_factory=dict)
    tables: dict[tuple[int, ...], int] = field(default_factory=dict)
    registers: list[int] = field(default_factory=list)
    scalars: list[int] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        p = self.program
        reals = (*p.reals, *(name for name, _ in p.constants))
        self.count = len(p.clocks)
        self.reals_at, self.ints_at = self.count, self.count + len(reals)
        self.numbers = {name: self.reals_at + at for at, name in enumerate(reals)}
        self.numbers |= {name: self.ints_at + at for at, name in enumerate(p.ints)}
        self.count = self.ints_at + len(p.ints)
        self.arrays = {a.name: at for at, a in enumerate(p.arrays)}
        self.types = {a.name: a.dtype for a in p.arrays}

    def new(self) -> int:
        """A slot."""
        self.count += 1
        return self.count - 1

    def word(self, value: int) -> int:
        """The slot of a constant."""
        if value not in self.constants:
            self.constants[value] = self.new()
        return self.constants[value]

    def constant(self, c: Const) -> int:
        """The slot of a literal."""
        return self.word(word_of(c.value, c.kind))

    def size(self, size: Size) -> int:
        """The slot of a size."""
        return self.word(size) if isinstance(size, int) else self.numbers[size]

    def table(self, words: tuple[int, ...]) -> int:
        """The slot of a table."""
        if words not in self.tables:
            self.tables[words] = self.new()
        return self.tables[words]

    def register(self) -> int:
        """A new register."""
        self.registers.append(self.new())
        return self.registers[-1]

    def scalar(self) -> int:
        """A new place for one value."""
        self.scalars.append(self.new())
        return self.scalars[-1]

    def place(self, array: str) -> int:
        """The slot of an array that holds one value of 64 bits."""
        if array not in self.places:
            self.places[array] = self.new()
        return self.places[array]

    def entries(self, array: str) -> int:
        """Bytes of an entry of an array."""
        return BYTES[self.types[array]]
