"""Values, instructions and registers of one kernel.

In: requests.  Out: instructions in order, and registers that are used again when nothing needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from eqsim.bytecode.operations import MOST_OPERANDS, NUMBERS
from eqsim.bytecode.slots import Slots
from eqsim.ir.expr import Expr, Ref, Type
from eqsim.ir.stmt import Stmt
from eqsim.ir.walk import body_nodes, nodes


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value is; ``wide``: one for each element?  ``own``: a register that nobody else needs?

    ``array``: the memory that it is read from in place.
    """

    slot: int
    wide: bool
    kind: Type
    own: bool = False
    array: str = ""


@dataclass(slots=True)
class Instruction:
    """An operation, where its result goes, its operands.

    ``gives``: is ``to`` the slot of a result?  ``arrays``: those that it reaches other than through streams.
    """

    operation: str
    to: int
    takes: tuple[int, ...] = ()
    gives: bool = False
    arrays: tuple[str, ...] = ()

    def words(self) -> list[int]:
        """As the machine reads it."""
        return [NUMBERS[self.operation], self.to, *self.takes, *[0] * (MOST_OPERANDS - len(self.takes))]


class Registers:
    """The code of a kernel as it grows, the names of its values, and who needs which register.

    Parameters
    ----------
    slots : Slots
        Those of the program.
    pool : list of int
        Registers that kernels share, since only one runs at a time.
    """

    def __init__(self, slots: Slots, pool: list[int]) -> None:
        self.slots, self.pool = slots, pool
        self.code: list[Instruction] = []
        self.names: dict[str, Value] = {}
        self.free = list(reversed(pool))
        self.held: dict[int, int] = {}  # how many names stand for a register

    def emit(self, operation: str, to: int, *takes: int, arrays: tuple[str, ...] = ()) -> None:
        """An instruction without a result."""
        self.code.append(Instruction(operation, to, takes, False, arrays))

    def give(self, operation: str, wide: bool, kind: Type, *takes: int, arrays: tuple[str, ...] = ()) -> Value:
        """An instruction with a result."""
        to = Value(self.register(), True, kind, True) if wide else Value(self.slots.scalar(), False, kind)
        self.code.append(Instruction(operation, to.slot, takes, True, arrays))
        return to

    def register(self) -> int:
        """A register that nobody needs."""
        if not self.free:
            self.free.append(self.slots.register())
            self.pool.append(self.free[-1])
        return self.free.pop()

    def release(self, *values: Value) -> None:
        """These are needed no more, unless they have names."""
        self.free += dict.fromkeys(v.slot for v in values if v.own)

    def bind(self, name: str, value: Value) -> None:
        """A name for a value."""
        if value.own or value.slot in self.held:
            self.held[value.slot] = self.held.get(value.slot, 0) + 1
        self.names[name] = replace(value, own=False)

    def unbind(self, name: str) -> None:
        """Nobody uses the name any more."""
        self.release(self.taken_back(name))

    def forget(self, bound: set[str], last: Mapping[str, int], at: int) -> None:
        """Unbind those of some names that are used last at a place or before it."""
        for name in [n for n in bound if last.get(n, -1) <= at]:
            self.unbind(name)
            bound.remove(name)

    def taken_back(self, name: str) -> Value:
        """The value of a name that nobody uses any more."""
        value = self.names.pop(name)
        if value.slot not in self.held:
            return value
        self.held[value.slot] -= 1
        if self.held[value.slot]:
            return value
        del self.held[value.slot]
        return replace(value, own=True)


def form_of(values: Sequence[Value]) -> str:
    """A letter for each value: is there one for each element, or one for all?"""
    return "".join("v" if v.wide else "s" for v in values)


def names_in(things: Iterable[Stmt | Expr]) -> set[str]:
    """The names that statements and expressions refer to."""
    found: set[str] = set()
    for x in things:
        found |= {e.name for e in (nodes(x) if isinstance(x, Expr) else body_nodes((x,))) if isinstance(e, Ref)}
    return found


def last_uses(things: Sequence[Stmt | Expr]) -> dict[str, int]:
    """For each name where it is used last."""
    return {name: at for at, x in enumerate(things) for name in names_in((x,))}
