"""Walking over the IR: children, rebuilding, substitution, and who reads and writes what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from eqsim.ir.expr import Call, Cast, Draw, Expr, Iterate, Load, Number, Op, Ref, Select, Table
from eqsim.ir.stmt import Add, Let, Log, Loop, Stmt, Store, When


def children(e: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in order of evaluation."""
    match e:
        case Op() | Call() | Draw():
            return e.args
        case Select():
            return (e.test, e.yes, e.no)
        case Cast():
            return (e.arg,)
        case Load():
            return () if e.index is None else (e.index,)
        case Table():
            return (e.index,)
        case Iterate():
            return (*e.starts, e.test, *e.nexts, e.result)
    return ()


def rebuild(e: Expr, new: tuple[Expr, ...]) -> Expr:
    """The same node with other children."""
    match e:
        case Op() | Call() | Draw():
            return replace(e, args=new)
        case Select():
            return Select(*new)
        case Cast():
            return Cast(e.kind, new[0])
        case Load():
            return e if e.index is None else replace(e, index=new[0])
        case Table():
            return replace(e, index=new[0])
        case Iterate():
            m = len(e.names)
            return replace(e, starts=new[:m], test=new[m], nexts=new[m + 1 : -1], result=new[-1])
    return e


def transform(e: Expr, f: Callable[[Expr], Expr]) -> Expr:
    """Apply ``f`` to every node, children first; a node that stands in several places is transformed once."""
    done: dict[int, Expr] = {}
    for x in distinct(e):
        old = children(x)
        new = tuple(done[id(c)] for c in old)
        done[id(x)] = f(x if all(a is b for a, b in zip(old, new, strict=True)) else rebuild(x, new))
    return done[id(e)]


def substitute(e: Expr, values: Mapping[str, Expr]) -> Expr:
    """Replace `Ref`s by name."""
    return transform(e, lambda x: values.get(x.name, x) if isinstance(x, Ref) else x)


def distinct(e: Expr, parts: Callable[[Expr], tuple[Expr, ...]] = children) -> Iterator[Expr]:
    """Every node once, also if it stands in several places; children first.  Deep expressions are no problem."""
    seen: set[int] = set()
    todo = [(e, False)]
    while todo:
        x, ready = todo.pop()
        if ready:
            yield x
        elif id(x) not in seen:
            seen.add(id(x))
            todo.append((x, True))
            todo.extend((c, False) for c in reversed(parts(x)))


def depends_on(e: Expr, names: Collection[str]) -> bool:
    """Does a `Ref` to one of the names occur?"""
    return any(isinstance(x, Ref) and x.name in names for x in distinct(e))


def nodes(e: Expr) -> Iterator[Expr]:
    """Every node of an expression, children first."""
    found, todo = [], [e]
    while todo:
        x = todo.pop()
        found.append(x)
        todo.extend(children(x))
    yield from reversed(found)


def expressions(s: Stmt) -> tuple[Expr, ...]:
    """The expressions that stand directly in a statement."""
    match s:
        case Let():
            return (s.value,)
        case Store() | Add():
            return (s.value,) if s.index is None else (s.index, s.value)
        case When():
            return (s.test,)
        case Log():
            return s.values
        case Loop():
            return (*s.starts, s.test, *s.nexts)


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Every statement, those inside a `When` or a `Loop` after it."""
    for s in body:
        yield s
        if isinstance(s, When | Loop):
            yield from statements(s.body)


def map_statement(s: Stmt, f: Callable[[Expr], Expr]) -> Stmt:
    """The statement with ``f`` applied to each of its expressions as a whole."""
    match s:
        case Let():
            return replace(s, value=f(s.value))
        case Store() | Add():
            return replace(s, index=None if s.index is None else f(s.index), value=f(s.value))
        case When():
            return replace(s, test=f(s.test), body=tuple(map_statement(b, f) for b in s.body))
        case Log():
            return replace(s, values=tuple(f(v) for v in s.values))
        case Loop():
            body = tuple(replace(let, value=f(let.value)) for let in s.body)
            return replace(s, starts=tuple(map(f, s.starts)), test=f(s.test), body=body, nexts=tuple(map(f, s.nexts)))


def bound_names(s: Stmt) -> tuple[str, ...]:
    """The names that a statement itself binds."""
    return (s.name,) if isinstance(s, Let) else s.names if isinstance(s, Loop) else ()


def body_nodes(body: tuple[Stmt, ...]) -> Iterator[Expr]:
    """Every expression node of a body."""
    for s in statements(body):
        for e in expressions(s):
            yield from nodes(e)


def reads(body: tuple[Stmt, ...]) -> set[str]:
    """Names of the arrays that a body loads."""
    return {e.array for e in body_nodes(body) if isinstance(e, Load)}


def writes(body: tuple[Stmt, ...]) -> set[str]:
    """Names of the arrays that a body stores to or adds to."""
    return {s.array for s in statements(body) if isinstance(s, Store | Add)}


def numbers(e: Expr) -> set[str]:
    """Names of the numbers in an expression."""
    return {x.name for x in nodes(e) if isinstance(x, Number)}


def called(body: tuple[Stmt, ...]) -> set[str]:
    """Names of the functions that a body calls directly."""
    return {e.function for e in body_nodes(body) if isinstance(e, Call)}
