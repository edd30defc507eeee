"""The one printer of the C family: C++, CUDA.

In: expressions, statements and functions of the IR.  Out: text, with one IEEE operation per node, fully bracketed where
C's precedence could read it otherwise, and literals that are exactly the numbers of the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod

from eqsim.codegen.names import identifier
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
    integer,
)
from eqsim.ir.program import Foreign, Function
from eqsim.ir.stmt import Add, Let, Log, Loop, Stmt, Store, When
from eqsim.ir.walk import nodes

C_TYPES: dict[Type, str] = {"real": "double", "int": "int64_t", "word": "uint64_t", "bool": "bool"}
STORAGE_TYPES = {
    "float64": "double",
    "float32": "float",
    "uint8": "uint8_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "int64": "int64_t",
    "uint64": "uint64_t",
    "bool": "bool",
}

BINARY = {"and": "&", "or": "|"}  # bools are 0 or 1 and their terms pure: no branch, so loops stay vectorisable
CALLED = {
    "sqrt": "eq_sqrt",
    "floor": "eq_floor",
    "ceil": "eq_ceil",
    "trunc": "eq_trunc",
    "bits": "eq_bits",
    "unbits": "eq_unbits",
}
INTEGER_DIVISION = {"//": "eq_floordiv", "%": "eq_floormod"}


def literal(c: Const) -> str:
    """Exactly this number, as readable as that allows."""
    if c.kind == "bool":
        return "true" if c.value else "false"
    if c.kind == "word":
        return f"0x{int(c.value):x}ull"
    if c.kind == "int":
        value = int(c.value)
        if value == -(2**63):
            return "(-INT64_C(9223372036854775807) - 1)"
        text = str(abs(value)) if abs(value) < 2**31 else f"INT64_C({abs(value)})"
        return text if value >= 0 else f"(-{text})"
    x = float(c.value)
    if math.isnan(x):
        return "eq_nan()"
    if math.isinf(x):
        return "eq_inf()" if x > 0 else "(-eq_inf())"
    text = repr(x) if x.is_integer() and abs(x) < 1e15 else x.hex()
    return f"({text})" if text.startswith("-") else text


@dataclass(slots=True)
class Printer:
    """Prints what stands inside a function.

    ``array`` and ``number`` say how the surrounding text reaches an array (something that can be indexed) and a number,
    ``bound`` how it spells what it binds itself (prelude, indices); other names are locals.  ``steady``
    names are the same for all elements: g++ makes no vector code of a choice by one of them, unless it is written with
    masks.  ``row`` names the counter of a log, ``columns`` its arrays.
    """

    array: Callable[[str], str] = identifier
    number: Callable[[str], str] = identifier
    bound: Mapping[str, str] = field(default_factory=dict)
    steady: frozenset[str] = frozenset()
    row: Callable[[str], str] = identifier
    columns: Callable[[str], tuple[str, ...]] = lambda log: ()
    storage: Callable[[str], str] = lambda array: "float64"

    @singledispatchmethod
    def expr(self, e: Expr) -> str:
        """The text of an expression, safe to stand beside any operator."""
        raise TypeError(f"no C form for {type(e).__name__}")

    @expr.register
    def _(self, e: Const) -> str:
        return literal(e)

    @expr.register
    def _(self, e: Ref) -> str:
        return self.bound.get(e.name) or identifier(e.name)

    @expr.register
    def _(self, e: Number) -> str:
        return self.number(e.name)

    @expr.register
    def _(self, e: Load) -> str:
        return f"{self.array(e.array)}[{'0' if e.index is None else self.bare(e.index)}]"

    @expr.register
    def _(self, e: Op) -> str:
        if e.op in CALLED:
            return f"{CALLED[e.op]}({self.bare(e.args[0])})"
        if e.op in INTEGER_DIVISION:
            return f"{INTEGER_DIVISION[e.op]}({', '.join(map(self.bare, e.args))})"
        if e.op == "abs":
            return f"{'eq_abs' if e.type == 'real' else 'eq_iabs'}({self.bare(e.args[0])})"
        if e.op == "neg":
            return f"(-{self.expr(e.args[0])})"
        if e.op == "not":
            return f"(!{self.expr(e.args[0])})"
        a, b = e.args
        return f"({self._left(e, a)} {BINARY.get(e.op, e.op)} {self.expr(b)})"

    def _left(self, parent: Op, a: Expr) -> str:
        """Chains a + b + c and a * b * c need no brackets on the left: C evaluates them from the left, too."""
        same = {"+": ("+", "-", "*", "/"), "-": ("+", "-", "*", "/"), "*": ("*", "/"), "/": ("*", "/")}
        loose = isinstance(a, Op) and len(a.args) == 2 and a.op in same.get(parent.op, ()) and a.op not in INTEGER_DIVISION
        return self.bare(a) if loose else self.expr(a)

    @expr.register
    def _(self, e: Call) -> str:
        return f"eq_{e.function}({', '.join(map(self.bare, e.args))})"

    @expr.register
    def _(self, e: Select) -> str:
        if isinstance(e.test, Ref) and e.test.name in self.steady and e.type == "real":
            return f"eq_choose({', '.join(map(self.bare, (e.test, e.yes, e.no)))})"
        return f"({self.expr(e.test)} ? {self.expr(e.yes)} : {self.expr(e.no)})"

    @expr.register
    def _(self, e: Cast) -> str:
        if e.kind == "bool":
            return f"({self.expr(e.arg)} != 0)"
        if e.kind == "int" and e.arg.type == "real":
            return f"eq_int({self.bare(e.arg)})"
        return f"({C_TYPES[e.kind]}){self.expr(e.arg)}"

    @expr.register
    def _(self, e: Table) -> str:
        return f"eq_table_{e.name}[{self.bare(e.index)}]"

    @expr.register
    def _(self, e: Iterate) -> str:
        kinds = [C_TYPES[s.type] for s in e.starts]
        start = " ".join(f"{k} {identifier(x)} = {self.bare(s)};" for k, x, s in zip(kinds, e.names, e.starts, strict=True))
        step = " ".join(f"const {k} {x}_next = {self.bare(v)};" for k, x, v in zip(kinds, e.names, e.nexts, strict=True))
        move = " ".join(f"{identifier(x)} = {x}_next;" for x in e.names)
        return (
            f"[&]() -> {C_TYPES[e.type]} {{ {start} for (int turn_ = 0; turn_ < {e.limit} && {self.expr(e.test)}; ++turn_) "
            f"{{ {step} {move} }} return {self.bare(e.result)}; }}()"
        )

    def bare(self, e: Expr) -> str:
        """As `expr`, without a pair of brackets around the whole."""
        text = self.expr(e)
        return text[1:-1] if isinstance(e, Op | Select) and _wrapped(text) else text

    @singledispatchmethod
    def stmt(self, s: Stmt, indent: str = "  ") -> list[str]:
        """The lines of a statement."""
        raise TypeError(f"no C form for {type(s).__name__}")

    @stmt.register
    def _(self, s: Let, indent: str = "  ") -> list[str]:
        return [f"{indent}const {C_TYPES[s.value.type]} {self.expr(Ref(s.name))} = {self.bare(s.value)};"]

    @stmt.register
    def _(self, s: Store, indent: str = "  ") -> list[str]:
        return [f"{indent}{self.expr(Load(s.array, s.index))} = {self.bare(s.value)};"]

    @stmt.register
    def _(self, s: Add, indent: str = "  ") -> list[str]:
        narrow = STORAGE_TYPES[self.storage(s.array)]  # the term is rounded to what the array holds before it is added
        value = f"({narrow}){self.expr(s.value)}" if narrow in ("float", "int32_t") else self.bare(s.value)
        return [f"{indent}{self.expr(Load(s.array, s.index))} += {value};"]

    @stmt.register
    def _(self, s: When, indent: str = "  ") -> list[str]:
        match s.body:
            case (Add(array, Ref("j") as at, value),) if self.storage(array) == "float64" and not _calls(value):
                return [self._chosen(s.test, Load(array, at), value, indent)]
        inner = self.body(s.body, indent + "  ")
        return [f"{indent}if ({self.bare(s.test)}) {{", *inner, f"{indent}}}"]

    def _chosen(self, test: Expr, place: Load, value: Expr, indent: str) -> str:
        """An addition at the end of a synapse, where a test holds: a branch would be taken by chance, spike after spike."""
        here = self.expr(place)
        return f"{indent}{here} = eq_choose({self.bare(test)}, {here} + {self.expr(value)}, {here});"

    @stmt.register
    def _(self, s: Loop, indent: str = "  ") -> list[str]:
        names = [self.expr(Ref(n)) for n in s.names]
        kinds = [C_TYPES[x.type] for x in s.starts]
        turn = f"{names[0]}_turn"
        inner = indent + "  "
        changed = [(c, n, x) for c, n, m, x in zip(kinds, names, s.names, s.nexts, strict=True) if x != Ref(m, x.type)]
        return [
            *(f"{indent}{c} {n} = {self.bare(x)};" for c, n, x in zip(kinds, names, s.starts, strict=True)),
            f"{indent}for (int64_t {turn} = 0; {turn} < {literal(integer(s.limit))} && {self.expr(s.test)}; ++{turn}) {{",
            *self.body(s.body, inner),
            *(f"{inner}const {c} {n}_next = {self.bare(x)};" for c, n, x in changed),
            *(f"{inner}{n} = {n}_next;" for _, n, _ in changed),
            f"{indent}}}",
        ]

    @stmt.register
    def _(self, s: Log, indent: str = "  ") -> list[str]:
        row, columns = self.row(s.log), self.columns(s.log)
        lines = [f"{indent}{self.array(c)}[{row}] = {self.bare(v)};" for c, v in zip(columns, s.values, strict=True)]
        return [*lines, f"{indent}++{row};"]

    def body(self, body: tuple[Stmt, ...], indent: str = "  ") -> list[str]:
        """The lines of a body, the user's text above the lines that come from it."""
        lines: list[str] = []
        shown = None
        for s in body:
            if s.origin is not None and s.origin != shown:
                shown = s.origin
                lines.append(f"{indent}// {comment(s.origin.text)}")
            lines += self.stmt(s, indent)
        return lines


def comment(text: str) -> str:
    """A user's text on one line that is safe behind ``//``."""
    return " ".join(text.replace("\\", "/").split())


def _calls(value: Expr) -> bool:
    return any(isinstance(e, Call) for e in nodes(value))


def _wrapped(text: str) -> bool:
    """Does the first bracket close with the last?"""
    depth = 0
    for at, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return at == len(text) - 1 and text.startswith("(")
    return False


def table_text(t: Table) -> str:
    """The definition of a table of constants."""
    values = ", ".join(literal(Const(v, t.kind)) for v in t.values)
    return f"EQ_TABLE {C_TYPES[t.kind]} eq_table_{t.name}[{len(t.values)}] = {{{values}}};"


def tables(f: Function) -> list[Table]:
    """The tables that a function looks things up in, each once."""
    found: dict[str, Table] = {}
    for e in (*(let.value for let in f.body), f.result):
        for x in nodes(e):
            if isinstance(x, Table):
                found.setdefault(x.name, x)
    return list(found.values())


def function_text(f: Function) -> str:
    """The definition of a function (and of its tables)."""
    p = Printer()
    parameters = ", ".join(f"const {C_TYPES[kind]} {identifier(name)}" for name, kind in f.parameters)
    head = f"EQ_FN {C_TYPES[f.type]} eq_{f.name}({parameters}) {{"
    if f.foreign is not None:
        return foreign_text(f, f.foreign, head)
    doc = [f"// {line}" for line in f.doc.strip().splitlines()[:1]]
    body = p.body(needed(f.body, f.result))
    return "\n".join([*map(table_text, tables(f)), *doc, head, *body, f"  return {p.bare(f.result)};", "}"])


def needed(body: Sequence[Let], result: Expr) -> tuple[Let, ...]:
    """The Lets that a result depends on; compilers warn of others."""
    names = {e.name for e in nodes(result) if isinstance(e, Ref)}
    kept: list[Let] = []
    for let in reversed(body):
        if let.name in names:
            kept.append(let)
            names |= {e.name for e in nodes(let.value) if isinstance(e, Ref)}
    return tuple(reversed(kept))


def foreign_text(f: Function, foreign: Foreign, head: str) -> str:
    """What the user has written, in a namespace of its own, and a function that calls it."""
    args = ", ".join(identifier(name) for name, _ in (f.parameters[at] for at in foreign.takes))
    call = f"  return ({C_TYPES[f.type]})user_{f.name}::{foreign.calls}({args});"
    return "\n".join([f"namespace user_{f.name} {{", foreign.code, "}", head, call, "}"])
