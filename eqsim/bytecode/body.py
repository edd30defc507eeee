"""The instructions of one kernel.

In: its prelude and body.  Out: two lists of instructions, the streams that they read and write along, and the registers of
the indices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from eqsim.bytecode import Unsupported
from eqsim.bytecode.formulas import Formulas
from eqsim.bytecode.slots import BYTES, Slots
from eqsim.bytecode.streams import INDICES
from eqsim.bytecode.values import Instruction, Value, form_of, last_uses, names_in
from eqsim.ir.domain import Each, asked
from eqsim.ir.expr import Expr, Op, Ref
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Let, Log, Loop, Stmt, Store, When
from eqsim.ir.walk import bound_names, writes

DEEPEST = 15  # conditions inside one another
BORDERS = frozenset(("skip", "when", "end when", "turn", "jump"))
"""Instructions over which no other is moved."""


class Body(Formulas):
    """Assembles one kernel; ``clock`` is the slot of its step."""

    def __init__(self, slots: Slots, pool: list[int], kernel: Kernel, clock: int) -> None:
        super().__init__(slots, pool, kernel, clock)
        self.logs = {log.name: log for log in slots.program.logs}

    def assemble(self) -> tuple[list[Instruction], list[Instruction], Value | None]:
        """Prelude, body, and what the loop asks of each element, or once for all of them: there may be nothing to do."""
        written = writes(self.kernel.body)
        for let in self.kernel.prelude:
            value = self.expr(let.value)
            if value.wide:  # a loop uses registers; here they have one entry
                self.release(value)
                value = self.copied(replace(value, wide=False))
            self.names[let.name] = self.copied(value) if value.array in written else value
        prelude, self.code, self.known = self.code, [], None
        asks = asked(self.kernel.domain)
        match self.kernel.body:
            case (When(Ref(name), body),) if asks is None and name in self.fixed and isinstance(self.domain, Each):
                self.statements(body)
                return prelude, self.code, self.names[name]
        self.statements(self.kernel.body, () if asks is None else (asks,))
        return prelude, self.code, None if asks is None else self.expr(asks)

    # -- memory ------------------------------------------------------------------------------------------------------

    def added(self, s: Add, later: Sequence[Stmt | Expr]) -> Value | None:
        """The value that is added; None if it was a product of a number, and has been added to one place as it was made."""
        if s.index is not None or self.slots.types[s.array] != "float64":
            return self.expr(s.value)
        match s.value:
            case Op("*", (x, y)):
                factors = [self.expr(x), self.expr(y)]
                if factors[0].wide == factors[1].wide:
                    return self.operate("* real", factors, "real")
                number, values = sorted(factors, key=lambda v: v.wide)
                self.keep(s.array, later)
                self.emit("add product", self.slots.arrays[s.array], number.slot, values.slot, arrays=(s.array,))
                self.release(values)
                return None
        return self.expr(s.value)

    def write(self, s: Store | Add, later: Sequence[Stmt | Expr]) -> None:
        """A store or an addition."""
        value = self.added(s, later) if isinstance(s, Add) else self.expr(s.value)
        if value is None:
            return
        kept = self.keep(s.array, later)
        adds, slot = isinstance(s, Add), self.stream(s.array, s.index)
        operation = f"{self.slots.types[s.array]}:{form_of([value])}"
        if slot is not None:
            if adds or kept or not self.aimed(value, s, slot, later):
                self.emit(f"{'add' if adds else 'store'} {operation}", slot, value.slot, arrays=(s.array,))
            self.release(value)
            return
        where = self.place(s.index)
        what = ("add at" if adds else "scatter") if where.wide else ("add to" if adds else "put")
        self.emit(f"{what} {operation}", self.slots.arrays[s.array], value.slot, where.slot, arrays=(s.array,))
        self.release(value, where)

    def keep(self, array: str, later: Iterable[Stmt | Expr]) -> bool:
        """Copy what was read in place from an array that is about to change, if it is needed later; was there something?"""
        read = [name for name, v in self.names.items() if v.array == array]
        kept = [name for name in read if name in names_in(later)] if read else []
        for name in kept:
            self.bind(name, self.copied(self.names[name]))
        return bool(kept)

    def aimed(self, value: Value, s: Store | Add, stream: int, later: Iterable[Stmt | Expr]) -> bool:
        """Let the instruction that has computed a value write it to an array, unless something in between is against it."""
        passing = isinstance(s.value, Ref) and self.held.get(value.slot) == 1 and s.value.name not in names_in(later)
        if not (value.own or passing) or BYTES[self.slots.types[s.array]] != 8:
            return False
        mine = {slot for (array, _), slot in self.streams.items() if array == s.array}
        for made in reversed(self.code):
            if made.gives and made.to == value.slot:
                if s.array in made.arrays or not (mine - {stream}).isdisjoint(made.takes):
                    return False
                made.to = stream
                return True
            if made.operation in BORDERS or s.array in made.arrays or value.slot in made.takes:
                return False
            if made.to in mine or not mine.isdisjoint(made.takes):
                return False
        return False

    # -- statements --------------------------------------------------------------------------------------------------

    def statements(self, body: Sequence[Stmt], after: tuple[Expr, ...] = ()) -> None:
        """A body; what its names hold is free again behind the last use of it."""
        last = last_uses((*body, *after))
        bound: set[str] = set()
        for at, s in enumerate(body):
            self.statement(s, (*body[at + 1 :], *after))
            bound |= set(bound_names(s))
            self.forget(bound, last, at)

    def statement(self, s: Stmt, later: Sequence[Stmt | Expr]) -> None:
        """One statement, and what comes after it."""
        match s:
            case Let(name, value):
                self.bind(name, self.expr(value))
            case Store() | Add():
                self.write(s, later)
            case When(test, body):
                self.when(test, body, later)
            case Log(log, values):
                self.log(log, values)
            case Loop():
                for name, state in self.repeated(s).items():
                    self.bind(name, state)

    def log(self, log: str, values: Sequence[Expr]) -> None:
        """A row for each element."""
        cursor = self.slots.arrays[self.logs[log].cursor]
        for column, e in zip(self.logs[log].columns, values, strict=True):
            value = self.expr(e)
            self.emit(f"log {self.slots.types[column]}:{form_of([value])}", self.slots.arrays[column], value.slot, cursor)
            self.release(value)
        self.emit("logged", cursor)

    def when(self, test: Expr, body: Sequence[Stmt], later: Sequence[Stmt | Expr]) -> None:
        """Statements for the elements for which a test holds."""
        if self.depth == DEEPEST:
            raise Unsupported("so many conditions inside one another")
        for array in writes(tuple(body)):
            self.keep(array, (*body, *later))
        holds = self.expr(test)
        if holds.wide:
            self.some(holds, body)
            return
        begin = len(self.code)
        self.emit("skip", 0, holds.slot)
        self.inside(body, {})
        self.code[begin].to = len(self.code) - begin - 1

    def some(self, holds: Value, body: Sequence[Stmt]) -> None:
        used = names_in(body)
        wide = {name: self.names[name] for name in used if name in self.names and self.names[name].wide}
        wide |= {name: self.index(name) for name in used & INDICES if name not in self.names}
        chosen, begin = self.register(), len(self.code)
        self.emit("when", 0, holds.slot, chosen)
        picked = {name: self.give("pick", True, v.kind, v.slot, chosen) for name, v in wide.items()}
        self.depth += 1
        self.inside(body, picked)
        self.depth -= 1
        self.emit("end when", 0)
        self.code[begin].to = len(self.code) - begin - 1
        self.release(holds, *wide.values(), *picked.values(), Value(chosen, True, "int", True))

    def inside(self, body: Sequence[Stmt], names: Mapping[str, Value]) -> None:
        """A body with names of its own."""
        around = dict(self.names)
        self.names |= {name: replace(v, own=False) for name, v in names.items()}
        self.statements(body)
        self.names = around
