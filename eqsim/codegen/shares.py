"""How threads share the kernels of a step, and where they have to meet.

In: a program.  Out: for each kernel how its visits are dealt out, and the step as stretches of kernels between meetings.

A kernel is shared only where each thread writes what no other thread reads or writes, and visits its elements in the order
that they have on one thread.  So what is added to a place is added in the same order, and the bits are the same.

========  ======================================================================================================
range     each thread has a range of the elements (or of all synapses)
events    each has a range of the events of this step
rows      each has the synapses of a range of the elements that have the events
ends      each has the synapses that lead to elements of its own, in every row (`runtime/cut.hpp`)
listed    each has the synapses of all that lead to elements of its own
alone     one thread does everything, while the others wait
========  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from eqsim.ir.domain import Across, Each, Gather, Of, Sample, Where, asked
from eqsim.ir.expr import Call, Expr, Load, Ref
from eqsim.ir.order import independent
from eqsim.ir.program import Kernel, Program, Route
from eqsim.ir.stmt import Add, Log, Stmt, Store
from eqsim.ir.walk import body_nodes, expressions, nodes, statements, writes

Way = Literal["range", "events", "rows", "ends", "listed", "alone"]
CODE_OF_USERS = "functions of the user"  # as if all of them wrote to one place: nobody knows what they do


@dataclass(frozen=True, slots=True)
class Share:
    """How a kernel is shared; ``owner`` is the end (``i`` or ``j``) by which synapses are dealt out, '' if by none."""

    way: Way
    owner: str = ""


@dataclass(slots=True)
class Stretch:
    """What happens between two meetings: kernels that all threads work on, and then what one thread does alone.

    Both are numbers of kernels; a kernel in both has something to do when all have met: the events that the threads have
    found go to one list, the cursors of its logs move.
    """

    together: list[int] = field(default_factory=list)
    alone: list[int] = field(default_factory=list)


def share(program: Program, kernel: Kernel) -> Share:
    """How threads share a kernel."""
    if not _rows_are_known(kernel) or _has_foreign_code(program, kernel):
        return Share("alone")
    if _loads(let.value for let in kernel.prelude) & writes(kernel.body):
        return Share("alone")
    match kernel.domain:
        case Each() | Where() | Sample() if independent(kernel):
            return Share("range")
        case Of() if independent(kernel):
            return Share("events")
        case Across(_, route):
            return _across(program, kernel, _route(program, route))
        case Gather(route):
            return _gather(program, kernel, _route(program, route))
    return Share("alone")


def _rows_are_known(kernel: Kernel) -> bool:
    """Does each visit append one row to each log, so that its place is known before?

    Lists of chosen elements (`Sample`) are short: they are not worth a meeting.
    """
    logs = [s.log for s in statements(kernel.body) if isinstance(s, Log)]
    always = [s.log for s in kernel.body if isinstance(s, Log)]
    return not logs or (isinstance(kernel.domain, Each) and len(set(logs)) == len(logs) == len(always))


def _across(program: Program, kernel: Kernel, route: Route) -> Share:
    """By the far ends, so that each event keeps all threads busy; else by the elements that have the events."""
    near, far = ("i", "j") if route.side == "pre" else ("j", "i")
    if _apart(kernel, far) and (route.by_ends or _has_column(program, route, far)):
        return Share("ends", far)
    return Share("rows", near) if _apart(kernel, near) else Share("alone")


def _gather(program: Program, kernel: Kernel, route: Route) -> Share:
    if _apart(kernel, ""):
        return Share("range")
    for end in "ji":
        if _apart(kernel, end) and _has_column(program, route, end):
            return Share("listed", end)
    return Share("alone")


def _has_column(program: Program, route: Route, end: str) -> bool:
    """Are the ends of the synapses stored?"""
    return any(a.name == f"{route.synapses}.{'source' if end == 'i' else 'target'}" for a in program.arrays)


def _apart(kernel: Kernel, owner: str) -> bool:
    """Do synapses with different owners leave each other's places alone?

    What is written belongs to the synapse (``k``) or to the owner, and is not seen from anywhere else.
    """
    sites = list(_sites(kernel))
    written = {array for array, _, writing in sites if writing}
    places = [(array, index.name if isinstance(index, Ref) else "") for array, index, _ in sites if array in written]
    alike = all(len({p for a, p in places if a == array}) == 1 for array in written)
    return alike and all(place and place in f"k{owner}" for _, place in places)


def _sites(kernel: Kernel) -> Iterator[tuple[str, Expr | None, bool]]:
    """Each place where the kernel reads or writes an array: its name, the index, is it written?"""
    for s in statements(kernel.body):
        if isinstance(s, Store | Add):
            yield s.array, s.index, True
    for e in _all_nodes(kernel):
        if isinstance(e, Load):
            yield e.array, e.index, False


def _all_nodes(kernel: Kernel) -> Iterator[Expr]:
    for let in kernel.prelude:
        yield from nodes(let.value)
    yield from body_nodes(kernel.body)
    asks = asked(kernel.domain)
    if asks is not None:
        yield from nodes(asks)


def _loads(values: Iterator[Expr]) -> set[str]:
    return {e.array for value in values for e in nodes(value) if isinstance(e, Load)}


def _route(program: Program, name: str) -> Route:
    return next(r for r in program.routes if r.name == name)


def _has_foreign_code(program: Program, kernel: Kernel) -> bool:
    """Is C++ of the user called, at any depth?  It may not be made for threads."""
    functions = {f.name: f for f in program.functions}
    todo, seen = [e.function for e in _all_nodes(kernel) if isinstance(e, Call)], set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        f = functions[name]
        if f.foreign is not None:
            return True
        inner: tuple[Stmt, ...] = f.body
        values = [*(x for s in statements(inner) for x in expressions(s)), f.result]
        todo += [e.function for x in values for e in nodes(x) if isinstance(e, Call)]
    return False


# --- who has to wait for whom -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touch:
    """What a kernel reads and writes, and of which arrays it only touches the entries of its own elements."""

    reads: frozenset[str]
    writes: frozenset[str]
    own: frozenset[str]
    elements: tuple[object, ...]

    def disturbs(self, other: Touch, together: bool) -> bool:
        """May the other one not run before this one has ended?  ``together``: both are shared."""
        both = (self.writes & (other.reads | other.writes)) | (self.reads & other.writes)
        if together and self.elements and self.elements == other.elements:
            both -= self.own & other.own  # both have dealt out the same elements in the same way
        return bool(both)


def touch(program: Program, kernel: Kernel, roles: frozenset[str], emitted: frozenset[str]) -> Touch:
    """What a kernel touches.

    Parameters
    ----------
    roles, emitted : frozenset of str
        Arrays that its loop needs, and those of them that it writes.
    """
    logs = [log for log in program.logs if log.name in {s.log for s in statements(kernel.body) if isinstance(s, Log)}]
    written = writes(kernel.body) | {x for log in logs for x in (*log.columns, log.cursor)} | emitted
    if _has_foreign_code(program, kernel):
        written.add(CODE_OF_USERS)
    read = {e.array for e in _all_nodes(kernel) if isinstance(e, Load)} | roles
    domain = kernel.domain
    elements: tuple[object, ...] = ()
    if isinstance(domain, Each | Where):
        elements = (domain.size, domain.first if isinstance(domain, Each) else 0)
    return Touch(frozenset(read), frozenset(written), own_entries(kernel), elements)


def own_entries(kernel: Kernel) -> frozenset[str]:
    """The arrays of which each element touches its own entry only."""
    sites = list(_sites(kernel))
    elsewhere = {array for array, index, _ in sites if index != Ref("i", "int")}
    return frozenset(array for array, _, _ in sites) - elsewhere


def stretches(ways: list[str], touches: list[Touch], collected: list[frozenset[str]]) -> tuple[Stretch, ...]:
    """The kernels of a step between meetings, each as early as those before it allow.

    The first stretch has no kernels that are shared: what is alone there is done before the others begin.

    Parameters
    ----------
    ways, touches : list
        Of the kernels, in the order of the step.
    collected : list of frozenset of str
        Arrays that one thread puts together when all have met.
    """
    found = [Stretch()]
    for at, (way, mine) in enumerate(zip(ways, touches, strict=True)):
        if way == "alone":
            _earliest(found, touches, collected, mine, False).alone.append(at)
            continue
        _earliest(found, touches, collected, mine, True).together.append(at)
        if collected[at]:
            next(s for s in found if at in s.together).alone.append(at)
    return tuple(found)


def _earliest(
    found: list[Stretch], touches: list[Touch], collected: list[frozenset[str]], mine: Touch, shared: bool
) -> Stretch:
    """The first stretch in which a kernel may run."""
    first = len(found)
    for at in reversed(range(len(found))):
        if shared and (at == 0 or any(_lone(touches[k], collected[k]).disturbs(mine, False) for k in found[at].alone)):
            break
        if shared and any(touches[k].disturbs(mine, True) for k in found[at].together):
            break
        first = at
        here = found[at].together if shared else (*found[at].together, *found[at].alone)
        if any(touches[k].disturbs(mine, False) for k in here):
            break
    if first == len(found):
        found.append(Stretch())
    return found[first]


def _lone(touched: Touch, collected: frozenset[str]) -> Touch:
    """What one thread touches when all have met."""
    return Touch(collected, collected, frozenset(), ()) if collected else touched
