"""The operations of the bytecode machine: a name, a number, and the C++ of each.

In: nothing.  Out: `VALUES`, `MEMORY` and `CONTROL`, from which the machine is rendered and programs are assembled.

An operation on values exists in several forms, one for each way in which its operands may come: ``v``, one for each element
of a block, or ``s``, one for all of them.  ``+ real:vs`` adds a number to each element.  Values are 64 bits wide, bools are
ints; an operation reads and writes them as the types that it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from eqsim.codegen.cfamily import STORAGE_TYPES
from eqsim.functions import FUNCTIONS
from eqsim.ir.expr import Type
from eqsim.ir.program import Function

TYPES: dict[Type, str] = {"real": "double", "int": "int64_t", "word": "uint64_t", "bool": "int64_t"}
"""What a value is in a register."""

DRAWN = ("uniform", "normal")
INNER = ("philox4x32", "stirling_rest", "binomial_trial", "poisson_trial")
"""Functions that only other functions call."""
MOST_OPERANDS = 6


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on values.

    Attributes
    ----------
    name : str
        With its form: ``+ real:vs``.
    text : str
        C++ of the result; ``{0}``, ``{1}``... are the operands.
    takes : tuple of str
        C++ types of the operands.
    gives : str
        C++ type of the result.
    form : str
        A letter for each operand.
    """

    name: str
    text: str
    takes: tuple[str, ...]
    gives: str
    form: str

    @property
    def value(self) -> str:
        """The result for element ``q``."""
        return self.text.format(*[f"a{at}[q]" if c == "v" else f"a{at}" for at, c in enumerate(self.form)])


def _forms(name: str, text: str, takes: tuple[Type, ...], gives: Type, forms: tuple[str, ...] = ()) -> Iterator[Operation]:
    types = tuple(TYPES[t] for t in takes)
    for form in forms or map("".join, product("vs", repeat=len(takes))):
        yield Operation(f"{name}:{form}", text, types, TYPES[gives], form)


def _binary() -> Iterator[Operation]:
    numbers: tuple[Type, ...] = ("real", "int", "word")
    for kind in numbers:
        for op in "+-*":
            yield from _forms(f"{op} {kind}", f"{{0}} {op} {{1}}", (kind, kind), kind)
    yield from _forms("/ real", "{0} / {1}", ("real", "real"), "real")
    for op, function in (("//", "eq_floordiv"), ("%", "eq_floormod")):
        yield from _forms(f"{op} int", f"{function}({{0}}, {{1}})", ("int", "int"), "int")
    for kind in (*numbers, "bool"):
        for op in ("<", "<=", ">", ">=", "==", "!="):
            yield from _forms(f"{op} {kind}", f"{{0}} {op} {{1}}", (kind, kind), "bool")
    for op, sign in (("and", "&"), ("or", "|")):
        yield from _forms(f"{op} bool", f"{{0}} {sign} {{1}}", ("bool", "bool"), "bool")
    for kind in ("int", "word"):
        for op in ("&", "|", "^", "<<", ">>"):
            yield from _forms(f"{op} {kind}", f"{{0}} {op} {{1}}", (kind, kind), kind)


SIMPLE = ("+", "-", "*", "/")
"""What may stand in a pair: two operations at once, one pass over memory less."""


def _pairs() -> Iterator[Operation]:
    """``(a * b) + c``; ``c - (a * b)`` and ``c / (a * b)``: elsewhere the second one may come first; ``a * b + c * d``."""
    three: tuple[Type, ...] = ("real", "real", "real")
    forms = ("vvv", "vvs", "vsv", "vss", "svv", "svs")
    for inner, outer in product(SIMPLE, SIMPLE):
        yield from _forms(f"({inner}){outer} real", f"({{0}} {inner} {{1}}) {outer} {{2}}", three, "real", forms)
    for inner, outer in product(SIMPLE, ("-", "/")):
        yield from _forms(f"{outer}({inner}) real", f"{{2}} {outer} ({{0}} {inner} {{1}})", three, "real", forms)
    products = tuple(a + b for a in ("vv", "sv", "vs") for b in ("vv", "sv", "vs"))
    for op in ("+", "-"):
        yield from _forms(f"*{op}* real", f"{{0}} * {{1}} {op} {{2}} * {{3}}", (*three, "real"), "real", products)


def _unary() -> Iterator[Operation]:
    yield from _forms("neg real", "-{0}", ("real",), "real")
    yield from _forms("neg int", "-{0}", ("int",), "int")
    yield from _forms("neg word", "-{0}", ("word",), "word")
    yield from _forms("abs real", "eq_abs({0})", ("real",), "real")
    yield from _forms("abs int", "eq_iabs({0})", ("int",), "int")
    yield from _forms("not bool", "{0} ^ 1", ("bool",), "bool")
    for op in ("sqrt", "floor", "ceil", "trunc"):
        yield from _forms(f"{op} real", f"eq_{op}({{0}})", ("real",), "real")


def _casts() -> Iterator[Operation]:
    yield from _forms("int from real", "eq_int({0})", ("real",), "int")
    yield from _forms("word from real", "(uint64_t){0}", ("real",), "word")
    whole: tuple[Type, ...] = ("int", "word")
    for source in whole:
        yield from _forms(f"real from {source}", "(double){0}", (source,), "real")
    signed: tuple[Type, ...] = ("real", "int")
    for source in signed:
        yield from _forms(f"bool from {source}", "{0} != 0", (source,), "bool")


def _moves() -> Iterator[Operation]:
    yield from _forms("select", "{0} ? {1} : {2}", ("bool", "int", "int"), "int")
    yield from _forms("copy", "{0}", ("int",), "int")


def function_forms(f: Function) -> tuple[str, ...]:
    """The forms of a call: each operand in a register; and random numbers as models draw them."""
    every = "v" * len(f.parameters)
    return (every, "ssvs") if f.name in DRAWN else (every,)


def known_functions() -> tuple[Function, ...]:
    """The functions that the machine has, among those that are part of eqsim."""
    return tuple(
        f
        for name, f in FUNCTIONS.items()
        if f.foreign is None and name not in INNER and 0 < len(f.parameters) <= MOST_OPERANDS
    )


def _calls(functions: tuple[Function, ...]) -> Iterator[Operation]:
    for f in functions:
        takes = tuple(kind for _, kind in f.parameters)
        text = f"eq_{f.name}({', '.join(f'{{{at}}}' for at in range(len(takes)))})"
        yield from _forms(f"call {f.name}", text, takes, f.type, function_forms(f))


OWN: tuple[Function, ...] = known_functions()
"""Taken when the package is loaded: functions that users define come later, and have no operation."""
VALUES: tuple[Operation, ...] = (*_binary(), *_pairs(), *_unary(), *_casts(), *_moves(), *_calls(OWN))
MEMORY: tuple[str, ...] = tuple(
    f"{what} {dtype}:{form}"
    for dtype in STORAGE_TYPES
    for what in ("load", "store", "scatter", "put", "add", "add at", "add to", "log")
    for form in ("v", "s")
    if dtype != "bool" or not what.startswith("add")
)
"""What moves values between registers and arrays; the form is that of the value, of ``load`` that of the index."""
NARROW = ("float32", "uint8", "uint16", "int32", "bool")
"""Types of arrays whose entries become wider when they are read; others are read in place."""
CONTROL = (
    *(f"read {dtype}" for dtype in NARROW),
    *("skip", "when", "end when", "pick", "fill", "range", "logged", "once", "table:v", "table:s", "turn", "jump"),
    "add product",
)
NUMBERS: dict[str, int] = {name: at for at, name in enumerate((*(o.name for o in VALUES), *MEMORY, *CONTROL))}
"""The number of each operation."""
