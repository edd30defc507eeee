"""The instructions of expressions: one IEEE operation for each node, as everywhere.

In: expressions of a kernel.  Out: where their values are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eqsim.bytecode import Unsupported
from eqsim.bytecode.operations import NUMBERS, SIMPLE
from eqsim.bytecode.slots import Slots, word_of
from eqsim.bytecode.streams import Streams
from eqsim.bytecode.values import Instruction, Value, form_of, last_uses
from eqsim.ir.domain import ELEMENT, POINTS
from eqsim.ir.expr import (
    Call,
    Cast,
    Const,
    Expr,
    Iterate,
    Load,
    Number,
    Op,
    Ref,
    Select,
    Table,
    Type,
)
from eqsim.ir.program import Function, Kernel
from eqsim.ir.stmt import Let, Loop

ALIKE = {("int", "word"), ("word", "int"), ("int", "bool"), ("word", "bool")}
"""Conversions that change no bit of a register."""


class Formulas(Streams):
    """Assembles expressions.  ``known``: values of expressions of the prelude; None in the body, where memory changes."""

    def __init__(self, slots: Slots, pool: list[int], kernel: Kernel, clock: int) -> None:
        super().__init__(slots, pool, kernel)
        self.names["n"] = Value(clock, False, "int")
        self.known: dict[Expr, Value] | None = {}
        self.functions = {f.name: f for f in slots.program.functions}

    def expr(self, e: Expr) -> Value:
        """The instructions of an expression; where its value is."""
        match e:
            case Const():
                return Value(self.slots.constant(e), False, e.kind)
            case Number(name, kind):
                return Value(self.slots.numbers[name], False, kind)
            case Ref(name):
                return self.names[name] if name in self.names else self.index(name)
        if self.known is None:
            return self.compute(e)
        if e in self.known:
            return self.known[e]
        value = self.compute(e)
        if not value.wide:  # a loop gives a register, which will be used again
            self.known[e] = value
        return value

    def index(self, name: str) -> Value:
        """The numbers of the elements, or of what belongs to them."""
        if name == self.running:
            return self.give("range", True, "int")
        if name in self.indices:
            return Value(self.indices[name], True, "int")  # which the loop fills
        element, points = self.index(ELEMENT.name), self.expr(POINTS)  # i*POINTS + POINT
        return self.operate("// int" if name == "i" else "% int", [element, points], "int")

    def compute(self, e: Expr) -> Value:
        """As `expr`, of what is neither a name nor a number."""
        match e:
            case Load(array, at, kind):
                return self.load(array, at, kind)
            case Op("bits" | "unbits", (x,)):
                return replace(self.expr(x), kind=e.type)
            case Op("+" | "-" | "*" | "/", (_, _)) if e.type == "real" and self.known is None:
                return self.pair(e)
            case Op(op, args):
                return self.apply(f"{op} {args[0].type}", args, e.type)
            case Select(test, yes, no):
                return self.apply("select", (test, yes, no), e.type)
            case Cast(kind, x):
                return self.cast(x, kind)
            case Call(name, args):
                return self.call(f"call {name}", args, e.type)
            case Table(_, values, at, kind):
                table, where = self.slots.table(tuple(word_of(v, kind) for v in values)), self.expr(at)
                self.release(where)
                return self.give(f"table:{form_of([where])}", where.wide, kind, table, where.slot)
            case Iterate():
                return self.iterated(e)
        raise Unsupported(type(e).__name__)

    def load(self, array: str, at: Expr | None, kind: Type) -> Value:
        """An entry of an array for each element; in place if that can be."""
        found = self.in_place(array, at, kind)
        if found is not None:
            return found
        where = self.place(at)
        self.release(where)
        operation = f"load {self.slots.types[array]}:{form_of([where])}"
        return self.give(operation, where.wide, kind, self.slots.arrays[array], where.slot, arrays=(array,))

    def place(self, at: Expr | None) -> Value:
        """The value of an index; 0 for a shared array."""
        return Value(self.slots.word(0), False, "int") if at is None else self.expr(at)

    def apply(self, name: str, args: Sequence[Expr], kind: Type) -> Value:
        """An operation on expressions."""
        return self.operate(name, [self.expr(a) for a in args], kind)

    def pair(self, e: Op) -> Value:
        """An operation together with operands that are of this kind, too, if there are such operands."""
        op, (x, y) = e.op, e.args
        if both := _two_products(e):
            return self.two_products(op, *both)
        first, second = f"({{}}){op} real", f"{op}({{}}) real"
        for part, other, name in ((x, y, first), (y, x, first if op in ("+", "*") else second)):
            if isinstance(part, Op) and part.op in SIMPLE and len(part.args) == 2 and not _two_products(part):
                a, b = map(self.expr, part.args)
                if a.wide or b.wide:
                    return self.operate(name.format(part.op), [a, b, self.expr(other)], "real")
                done, rest = self.operate(f"{part.op} real", [a, b], "real"), self.expr(other)
                return self.operate(f"{op} real", [done, rest] if part is x else [rest, done], "real")
        return self.apply(f"{op} real", (x, y), "real")

    def two_products(self, op: str, x: Op, y: Op) -> Value:
        """Their sum or difference."""
        values = [self.expr(a) for a in (*x.args, *y.args)]
        if f"*{op}* real:{form_of(values)}" in NUMBERS:
            return self.operate(f"*{op}* real", values, "real")
        products = [self.operate("* real", pair, "real") for pair in (values[:2], values[2:])]
        return self.operate(f"{op} real", products, "real")

    def operate(self, name: str, values: Sequence[Value], kind: Type) -> Value:
        """An operation; the register of an operand that is not needed any more gets the result."""
        operation = f"{name}:{form_of(values)}"
        if operation not in NUMBERS:
            raise Unsupported(name)
        self.release(*values)
        return self.give(operation, any(v.wide for v in values), kind, *(v.slot for v in values))

    def cast(self, x: Expr, kind: Type) -> Value:
        """A conversion."""
        if kind == x.type or (kind, x.type) in ALIKE:
            return replace(self.expr(x), kind=kind)
        source = "int" if x.type == "bool" or (x.type, kind) == ("word", "bool") else x.type
        return self.apply(f"{kind} from {source}", (x,), kind)

    def call(self, name: str, args: Sequence[Expr], kind: Type) -> Value:
        """A call; in a form that the machine has."""
        values = [self.expr(a) for a in args]
        form, every = form_of(values), "v" * len(values)
        if f"{name}:{every}" not in NUMBERS:
            return self.inlined(self.functions[name.partition(" ")[2]], values)
        if "v" not in form:
            self.emit("once", 0)
            return self.give(f"{name}:{every}", False, kind, *(v.slot for v in values))
        if f"{name}:{form}" not in NUMBERS:
            form, values = every, [self.widened(v) for v in values]
        self.release(*values)
        return self.give(f"{name}:{form}", True, kind, *(v.slot for v in values))

    # -- functions and loops -----------------------------------------------------------------------------------------

    def inlined(self, f: Function, args: Sequence[Value]) -> Value:
        """The body of a function that the machine does not have."""
        if f.foreign is not None:
            raise Unsupported(f"the function {f.name}, which is not made of formulas")
        around, known = self.names, self.known
        self.names = {name: replace(v, own=False) for (name, _), v in zip(f.parameters, args, strict=True)}
        self.known, inside = None, set(self.names)
        self.lets(f.body, (f.result,))
        result = self.kept(f.result, inside)
        self.names, self.known = around, known
        own = result.own or any(a.own and a.slot == result.slot for a in args)
        self.release(*(a for a in args if a.slot != result.slot))
        return replace(result, own=own)

    def kept(self, e: Expr, others: set[str]) -> Value:
        """A value that stays when all names but the others go."""
        self.bind("", self.expr(e))
        for name in set(self.names) - others - {""}:
            self.unbind(name)
        return self.taken_back("")

    def lets(self, body: Sequence[Let], after: Sequence[Expr]) -> None:
        """Some Lets; what their names hold is free again behind the last use of it, if that is not in ``after``."""
        last, bound = last_uses((*body, *after)), set[str]()
        for at, let in enumerate(body):
            self.bind(let.name, self.expr(let.value))
            bound.add(let.name)
            self.forget(bound, last, at)

    def repeated(self, loop: Loop | Iterate) -> dict[str, Value]:
        """Runs a loop; gives the registers of its names.  Elements whose test holds no more keep their values."""
        starts = [self.expr(x) for x in loop.starts]
        states = {n: self.apart(v) for n, v in zip(loop.names, starts, strict=True)}
        self.release(*starts)
        around = dict(self.names)
        self.names |= {name: replace(v, own=False) for name, v in states.items()}
        turns = self.slots.scalar()
        self.code.append(Instruction("copy:s", turns, (self.slots.word(0),), True))
        active = self.apart(self.expr(loop.test))
        begin = len(self.code)
        self.emit("turn", 0, active.slot, turns, self.slots.word(loop.limit))
        self.turn(loop, states, active)
        self.emit("jump", begin - len(self.code) - 1)
        self.code[begin].to = len(self.code) - begin - 1
        self.release(active)
        self.names = around
        return states

    def turn(self, loop: Loop | Iterate, states: Mapping[str, Value], active: Value) -> None:
        """One turn of a loop."""
        before = set(self.names)
        if isinstance(loop, Loop):
            self.lets(loop.body, loop.nexts)
        new = [self.expr(x) for x in loop.nexts]
        mine = {v.slot for v in states.values()}
        new = [self.apart(v) if v.slot in mine else v for v in new]  # all at once
        for state, value in zip(states.values(), new, strict=True):
            form = f"select:v{form_of([value])}v"
            self.code.append(Instruction(form, state.slot, (active.slot, value.slot, state.slot), True))
        self.release(*new)
        for name in set(self.names) - before:
            self.unbind(name)
        holds = self.expr(loop.test)
        self.code.append(Instruction(f"and bool:v{form_of([holds])}", active.slot, (active.slot, holds.slot), True))
        self.release(holds)

    def iterated(self, e: Iterate) -> Value:
        """The result of a loop."""
        around, known = self.names, self.known
        self.known = None
        states = self.repeated(e)
        self.names = {**around, **{name: replace(v, own=False) for name, v in states.items()}}
        result = self.expr(e.result)
        self.names, self.known = around, known
        self.release(*(v for v in states.values() if v.slot != result.slot))
        return replace(result, own=result.own or result.slot in {v.slot for v in states.values()})

    def apart(self, value: Value) -> Value:
        """A copy of a value for each element, in a register of its own."""
        return self.copied(value) if value.wide else self.widened(value)

    def widened(self, value: Value) -> Value:
        """The same for each element."""
        return value if value.wide else self.give("fill", True, value.kind, value.slot)

    def copied(self, value: Value) -> Value:
        """The value, apart from the memory that it was read from."""
        return self.give(f"copy:{form_of([value])}", value.wide, value.kind, value.slot)


def _two_products(e: Op) -> tuple[Op, Op] | None:
    """Those whose sum or difference it is."""
    match e:
        case Op("+" | "-", (Op("*") as x, Op("*") as y)):
            return x, y
    return None
