"""Is an expression, is a body well formed?  Types fit, names are bound, arrays and numbers exist.

In: nodes and the `Scope` they stand in.  Out: one sentence for each fault, with the node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from eqsim.ir.expr import (
    ARITHMETIC,
    BITWISE,
    COMPARISON,
    LOGIC,
    ROUNDING,
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
    Type,
)
from eqsim.ir.program import STORAGE, Array, Function, Program
from eqsim.ir.show import show
from eqsim.ir.stmt import Add, Let, Log, Loop, Stmt, Store, When
from eqsim.ir.walk import children

OPERANDS: dict[str, frozenset[Type]] = {
    **dict.fromkeys(ARITHMETIC, frozenset(("real", "int", "word"))),
    **dict.fromkeys(COMPARISON, frozenset(("real", "int", "word", "bool"))),
    **dict.fromkeys(LOGIC, frozenset(("bool",))),
    **dict.fromkeys(BITWISE, frozenset(("int", "word"))),
    **dict.fromkeys(ROUNDING, frozenset(("real",))),
    "/": frozenset(("real",)),
    "//": frozenset(("int",)),
    "%": frozenset(("int",)),
    "neg": frozenset(("real", "int", "word")),
    "abs": frozenset(("real", "int")),
    "sqrt": frozenset(("real",)),
    "bits": frozenset(("real",)),
    "unbits": frozenset(("word",)),
}
"""What an operator takes."""

ARITY = dict.fromkeys(("neg", "not", "abs", "sqrt", "bits", "unbits", *ROUNDING), 1)


@dataclass(slots=True)
class Scope:
    """What a place in a program may refer to."""

    names: dict[str, Type] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    numbers: dict[str, Type] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    linked: bool = True

    def inner(self, names: dict[str, Type]) -> Scope:
        """The same with other names."""
        return Scope(names, self.arrays, self.numbers, self.functions, self.linked)


def _shown(node: Expr | Stmt) -> str:
    """The node as text; what cannot even be shown comes as it is."""
    try:
        return show(node)
    except (KeyError, TypeError, ValueError, AttributeError):
        return repr(node)


# --- expressions ------------------------------------------------------------------------------------------------------


def expression_faults(e: Expr, scope: Scope) -> Iterator[str]:
    """What is wrong with the nodes of an expression."""
    if isinstance(e, Iterate):
        yield from _iterate_faults(e, scope)
        return
    for x in children(e):
        yield from expression_faults(x, scope)
    for fault in _node_faults(e, scope):
        yield f"{fault}: {_shown(e)}"


def _iterate_faults(e: Iterate, scope: Scope) -> Iterator[str]:
    kinds = [s.type for s in e.starts]
    inner = scope.inner({**scope.names, **dict(zip(e.names, kinds, strict=False))})
    for start in e.starts:
        yield from expression_faults(start, scope)
    for x in (e.test, *e.nexts, e.result):
        yield from expression_faults(x, inner)
    if not len(e.names) == len(e.starts) == len(e.nexts) or [x.type for x in e.nexts] != kinds or e.test.type != "bool":
        yield f"a loop needs one start and one next of the same type for each name: {_shown(e)}"


def _node_faults(e: Expr, scope: Scope) -> Iterator[str]:
    match e:
        case Ref(name, kind):
            if scope.names.get(name) != kind:
                yield f"'{name}' is not bound here as {kind} (bound: {', '.join(sorted(scope.names))})"
        case Number(name, kind):
            if scope.numbers.get(name) != kind:
                yield f"there is no {kind} number '{name}'"
        case Load(array, index, kind):
            yield from place_faults(array, index, scope)
            if array in scope.arrays and STORAGE[scope.arrays[array].dtype] != kind:
                yield f"array '{array}' holds {scope.arrays[array].dtype}, loaded as {kind}"
        case Op():
            yield from _operator_faults(e)
        case Call():
            yield from _call_faults(e, scope)
        case Select(test, yes, no):
            if test.type != "bool" or yes.type != no.type:
                yield "a choice needs a bool and two values of one type"
        case Draw():
            if scope.linked:
                yield "a draw must have become a call"
        case Table(_, _, index, _):
            if index.type != "int":
                yield "a table is indexed by an int"
        case Cast() | Const():
            pass
        case _:
            yield f"unknown node {type(e).__name__}"


def place_faults(array: str, index: Expr | None, scope: Scope) -> Iterator[str]:
    if array not in scope.arrays:
        yield f"there is no array '{array}'"
    elif scope.arrays[array].shared != (index is None):
        yield f"array '{array}' needs {'no index' if index is not None else 'an index'}"
    elif index is not None and index.type != "int":
        yield f"array '{array}' is indexed by an int"


def _operator_faults(e: Op) -> Iterator[str]:
    if e.op not in OPERANDS:
        yield f"unknown operator '{e.op}'"
    elif len(e.args) != ARITY.get(e.op, 2):
        yield f"operator '{e.op}' takes {ARITY.get(e.op, 2)} operands"
    elif any(a.type not in OPERANDS[e.op] for a in e.args):
        yield f"operator '{e.op}' does not take {' and '.join(a.type for a in e.args)}"
    elif e.op not in ("<<", ">>") and len({a.type for a in e.args}) != 1:
        yield f"operator '{e.op}' takes operands of one type"


def _call_faults(e: Call, scope: Scope) -> Iterator[str]:
    f = scope.functions.get(e.function)
    if f is None:
        if scope.linked:
            yield f"there is no function '{e.function}'"
    elif [a.type for a in e.args] != [kind for _, kind in f.parameters] or e.type != f.type:
        yield f"function '{e.function}' takes {', '.join(kind for _, kind in f.parameters)} and gives {f.type}"


# --- bodies -----------------------------------------------------------------------------------------------------------


def body_faults(body: Iterable[Stmt], scope: Scope, program: Program) -> Iterator[str]:
    """What is wrong with the statements of a body; binds its Lets in the scope."""
    for s in body:
        yield from (f"{fault}, in {_shown(s)!r}" for fault in _statement_faults(s, scope, program))
        if isinstance(s, When):
            yield from body_faults(s.body, scope.inner(dict(scope.names)), program)
        if isinstance(s, Let):
            scope.names[s.name] = s.value.type
        if isinstance(s, Loop):
            scope.names |= dict(zip(s.names, [x.type for x in s.starts], strict=False))


def _statement_faults(s: Stmt, scope: Scope, program: Program) -> Iterator[str]:
    match s:
        case Let(_, value):
            yield from expression_faults(value, scope)
        case Store(array, index, value) | Add(array, index, value):
            yield from expression_faults(value, scope)
            yield from () if index is None else expression_faults(index, scope)
            yield from place_faults(array, index, scope)
            if array in scope.arrays and STORAGE[scope.arrays[array].dtype] != value.type:
                yield f"array '{array}' holds {scope.arrays[array].dtype}, not {value.type}"
            if isinstance(s, Add) and value.type == "bool":
                yield "nothing is added to a bool"
        case Loop():
            yield from _loop_faults(s, scope, program)
        case When(test, _):
            yield from expression_faults(test, scope)
            if test.type != "bool":
                yield "a condition is a bool"
        case Log(log, values):
            yield from (f for v in values for f in expression_faults(v, scope))
            yield from _log_faults(log, [v.type for v in values], scope, program)


def _loop_faults(s: Loop, scope: Scope, program: Program) -> Iterator[str]:
    kinds = [x.type for x in s.starts]
    inner = scope.inner({**scope.names, **dict(zip(s.names, kinds, strict=False))})
    yield from (f for x in s.starts for f in expression_faults(x, scope))
    yield from expression_faults(s.test, inner)
    yield from (f"only Lets stand in a loop, not {type(x).__name__}" for x in s.body if not isinstance(x, Let))
    yield from body_faults(s.body, inner, program)
    yield from (f for x in s.nexts for f in expression_faults(x, inner))
    if not len(s.names) == len(s.starts) == len(s.nexts) or [x.type for x in s.nexts] != kinds:
        yield "a loop needs one start and one next of the same type for each name"
    if s.test.type != "bool":
        yield "a loop goes on while a bool holds"


def _log_faults(name: str, kinds: list[Type], scope: Scope, program: Program) -> Iterator[str]:
    log = next((x for x in program.logs if x.name == name), None)
    if log is None:
        yield f"there is no log '{name}'"
    elif [STORAGE[scope.arrays[c].dtype] for c in log.columns if c in scope.arrays] != kinds:
        yield f"log '{name}' has other columns"
