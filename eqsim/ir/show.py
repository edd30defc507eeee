"""The IR as text for people: expressions look like Python, with brackets only where the order of operations needs them.

In: an expression, a statement, a function, a kernel or a program.  Out: text.  Nothing reads this text back.
"""

from __future__ import annotations

from functools import singledispatch

from eqsim.ir.domain import Across, Batch, Domain, Due, Each, Gather, Of, Once, Sample, Send, Where
from eqsim.ir.expr import (
    PAST,
    Call,
    Cast,
    Const,
    Draw,
    Expr,
    Iterate,
    Load,
    Number,
    Op,
    Ref,
    Select,
    Table,
)
from eqsim.ir.program import Function, Kernel, Program
from eqsim.ir.stmt import Add, Let, Log, Loop, Stmt, Store, When

STRENGTH = {
    **dict.fromkeys(("or",), 1),
    **dict.fromkeys(("and",), 2),
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4),
    **dict.fromkeys(("|",), 5),
    **dict.fromkeys(("^",), 6),
    **dict.fromkeys(("&",), 7),
    **dict.fromkeys(("<<", ">>"), 8),
    **dict.fromkeys(("+", "-"), 9),
    **dict.fromkeys(("*", "/", "//", "%"), 10),
}
"""How strongly an operator binds, as in Python."""
NOT, NEG, ATOM = 3, 11, 12
TIGHT = frozenset("*/")
CASTS = {"real": "float", "int": "int", "word": "word", "bool": "bool"}


@singledispatch
def show(node: Expr | Stmt | Function | Kernel | Program) -> str:
    """The text of any form of the IR."""
    raise TypeError(f"no text for {type(node).__name__}")


# --- expressions ------------------------------------------------------------------------------------------------------


@show.register
def _(e: Expr) -> str:
    return _text(e)[0]


def _bracketed(e: Expr, least: int) -> str:
    text, strength = _text(e)
    return text if strength >= least else f"({text})"


def _arguments(args: tuple[Expr, ...]) -> str:
    return ", ".join(show(a) for a in args)


def _text(e: Expr) -> tuple[str, int]:
    """Text, and how strongly its weakest operator binds."""
    match e:
        case Const():
            return _literal(e)
        case Ref(name) | Number(name):
            return name, ATOM
        case Load(array, index):
            return (array if index is None else f"{array}[{show(index)}]"), ATOM
        case Op():
            return _operator(e)
        case Call(function, (time, delay)) if function.startswith(PAST):
            return f"{function.removeprefix(PAST)}({show(Op('-', (time, delay)))})", ATOM
        case Call(function, args):
            return f"{function}({_arguments(args)})", ATOM
        case Select(test, yes, no):
            return f"{_bracketed(yes, 1)} if {_bracketed(test, 1)} else {_bracketed(no, 0)}", 0
        case Cast(kind, arg):
            return f"{CASTS[kind]}({show(arg)})", ATOM
        case Draw(law, stream, args):
            return f"{law}[{stream}]({_arguments(args)})", ATOM
        case Table(name, _, index):
            return f"{name}[{show(index)}]", ATOM
        case Iterate():
            return _loop(e), ATOM
    raise TypeError(f"no text for {type(e).__name__}")


def _literal(c: Const) -> tuple[str, int]:
    if c.kind == "word":
        return f"0x{int(c.value):x}", ATOM
    whole = c.kind == "real" and float(c.value).is_integer() and abs(c.value) < 1e15
    text = repr(int(c.value)) if whole and str(c.value) != "-0.0" else repr(c.value)
    return text, NEG if text.startswith("-") else ATOM


def _operator(e: Op) -> tuple[str, int]:
    if e.op in ("neg", "not"):
        sign, strength = ("-", NEG) if e.op == "neg" else ("not ", NOT)
        return sign + _bracketed(e.args[0], strength), strength
    if len(e.args) == 1:
        return f"{e.op}({show(e.args[0])})", ATOM
    strength = STRENGTH[e.op]
    a, b = _bracketed(e.args[0], strength), _bracketed(e.args[1], strength + 1)
    return (f"{a}{e.op}{b}" if e.op in TIGHT else f"{a} {e.op} {b}"), strength


def _loop(e: Iterate) -> str:
    start = ", ".join(f"{n} = {show(s)}" for n, s in zip(e.names, e.starts, strict=True))
    step = ", ".join(f"{n} = {show(s)}" for n, s in zip(e.names, e.nexts, strict=True))
    return f"loop({start}; while {show(e.test)}: {step}; at most {e.limit}; give {show(e.result)})"


# --- statements -------------------------------------------------------------------------------------------------------


@show.register
def _(s: Let) -> str:
    return f"{s.name} = {show(s.value)}"


@show.register
def _(s: Store) -> str:
    return f"{show(Load(s.array, s.index))} = {show(s.value)}"


@show.register
def _(s: Add) -> str:
    return f"{show(Load(s.array, s.index))} += {show(s.value)}"


@show.register
def _(s: Loop) -> str:
    """As Python would say it; a name is set to what it will be only when all are known."""
    start = [f"{n} = {show(x)}" for n, x in zip(s.names, s.starts, strict=True)]
    step = [f"  {n} = {show(x)}" for n, x in zip(s.names, s.nexts, strict=True) if x != Ref(n, x.type)]
    head = f"while {show(s.test)}:  # at most {s.limit} times; new values are assigned together"
    return "\n".join([*start, head, *_indented(s.body), *step])


@show.register
def _(s: When) -> str:
    return "\n".join([f"if {show(s.test)}:", *_indented(s.body)])


@show.register
def _(s: Log) -> str:
    return f"append to {s.log}: {_arguments(s.values)}"


def _indented(body: tuple[Stmt, ...]) -> list[str]:
    """The lines of a body, the user's text above the lines that come from it."""
    lines: list[str] = []
    shown = None
    for s in body:
        if s.origin is not None and s.origin != shown:
            shown = s.origin
            lines.append(f"  # {' '.join(s.origin.text.split())}")
        lines += [f"  {line}" for line in show(s).splitlines()]
    return lines


# --- functions, kernels, programs -------------------------------------------------------------------------------------


@show.register
def _(f: Function) -> str:
    if f.foreign is not None:
        lines = [f"  {line}" for line in f.foreign.code.splitlines()] or ["  in Python only"]
        return "\n".join([f"function {f.name}, written by the user:", *lines])
    head = f"function {f.name}({', '.join(f'{name}: {kind}' for name, kind in f.parameters)}):"
    return "\n".join([head, *_indented(f.body), f"  give {show(f.result)}"])


def _domain(d: Domain) -> str:
    match d:
        case Once():
            return "once"
        case Each(size, first):
            return f"for each i in {_range(first, size)}"
        case Where(size, test, events):
            return f"for each i in {_range(0, size)}; where {show(test)}: {events}"
        case Of(events, size, first):
            return f"for i of {events} in {_range(first, size)}"
        case Across(events, route, delay):
            return f"for each synapse k that {events} reach along {route}" + (f", delay {delay}" if delay else "")
        case Gather(route):
            return f"for each synapse k of {route}"
        case Sample(indices, size):
            return f"for i in {indices}[0:{size}]"
        case Send(events, route, steps, queue):
            return f"for each synapse k that {events} reach along {route}; put it into {queue}, due in {show(steps)} steps"
        case Batch(inner):
            return f"{_domain(inner)}, for each point of the batch"
        case Due(queue, route):
            return f"for each synapse k of {route} that is due in {queue}; take it out"


def _range(first: int | str, size: int | str) -> str:
    return f"0:{size}" if first == 0 else f"{first}:{first}+{size}"


@show.register
def _(k: Kernel) -> str:
    head = f"kernel {k.name}, {_domain(k.domain)} (clock {k.clock}, {k.when} {k.order}):"
    before = ["  before:", *(f"  {line}" for line in _indented(k.prelude))] if k.prelude else []
    origin = [f"  # {' '.join(k.origin.text.split())}"] if k.origin is not None else []
    return "\n".join([head, *origin, *before, *_indented(k.body)])


@show.register
def _(p: Program) -> str:
    lines = [f"array {a.name}: {a.dtype}{', shared' if a.shared else ''}" for a in p.arrays]
    lines += [f"numbers: {', '.join(p.reals)}"] if p.reals else []
    lines += [f"whole numbers: {', '.join(p.ints)}"] if p.ints else []
    lines += [f"once: {name} = {show(value)}" for name, value in p.constants]
    return "\n\n".join(["\n".join(lines), *map(show, p.kernels)]).strip()
