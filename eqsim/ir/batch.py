"""One program for many simulations: a batch.

In: a program, and the states of its points.  Out: a program that advances all points at once, on one memory, and gives each
of them the bits that it would have alone.

What differs from point to point, or is written, gets an entry for each point; everything else is there once::

    array of elements   [element*points + point]          neighbours in memory belong to the same element, so that one
    shared value        [point]                           operation of the processor serves several points
    number              [point], as an array
    ring of events      [point*length + ...]              each point has its own events
    column of a log     [row*points + point]

Random numbers are functions of (seed, stream, element, step), and none of these knows of the batch.  A bool is kept as an
int of 64 bits, as wide as what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eqsim.ir.domain import (
    ELEMENT,
    POINT,
    POINTS,
    Batch,
    Domain,
    Each,
    Gather,
    Once,
    Sample,
    Where,
    asked,
    asking,
)
from eqsim.ir.expr import Cast, Expr, Load, Number, Ref, Type, integer, ne
from eqsim.ir.program import Array, Events, Kernel, LogBuffer, Program, Route
from eqsim.ir.stmt import Add, Let, Log, Stmt, Store, When
from eqsim.ir.unlike import Unlike, emitted, loops, refused, structural
from eqsim.ir.walk import body_nodes, map_statement, nodes, reads, statements, transform, writes

LANES = 8
"""The number of points is made a multiple of this, or of twice as much if there are more: loops over points have no rest."""

KEPT_AS: dict[Type, str] = {"real": "float64", "int": "int64", "word": "uint64", "bool": "int64"}


@dataclass(frozen=True, slots=True)
class Together:
    """A program for all points.

    Attributes
    ----------
    program : Program
    single : Program
        That of one point.
    varying : frozenset of str
        Arrays that have an entry for each point.
    rings : dict
        Length of each array that is part of a ring.
    orders : dict
        For each order of synapses the array with the neurons by which it goes.
    """

    program: Program
    single: Program
    varying: frozenset[str]
    rings: Mapping[str, Expr]
    orders: Mapping[str, str]


# -- the program ---------------------------------------------------------------------------------------------------------


def together(program: Program, arrays: set[str], numbers: set[str]) -> Together:
    """The program for many points that differ in some arrays and numbers.

    Raises
    ------
    Unlike
        If they differ in what decides how loops run, or if the program has a loop that no batch has.
    """
    reason = refused(program)
    if reason:
        raise Unlike(reason)
    wrong = sorted(numbers & structural(program)) or sorted(arrays & loops(program))
    if wrong:
        raise Unlike(f"'{wrong[0]}' is not the same in all points")
    return _Batching(program, arrays, numbers).result()


class _Batching:
    """Turns a program into that of a batch."""

    def __init__(self, program: Program, arrays: set[str], numbers: set[str]) -> None:
        self.program = program
        self.arrays = {a.name: a for a in program.arrays}
        self.logs = {log.name: log for log in program.logs}
        self.numbers = numbers | self._constants(numbers)
        self.rings = dict(_rings(program.events))
        stored = {name for k in program.kernels for name in writes(k.body)}
        self.varying = arrays | stored | emitted(program)
        self.writers = {log: [k for k in program.kernels if log in _logged(k.body)] for log in self.logs}
        self.even = {log for log in self.logs if self._is_even(log)}
        self.alike = {log for log in self.even if self._is_alike(self.writers[log][0])}
        for log in set(self.logs) - self.alike:
            self.varying |= set(self.logs[log].columns) | ({self.logs[log].cursor} if log not in self.even else set())
        self.scratch: list[Array] = []
        self.orders: dict[str, str] = {}

    def _constants(self, numbers: set[str]) -> set[str]:
        """Numbers that follow from those that differ."""
        found = set(numbers)
        for name, e in self.program.constants:
            if any(isinstance(x, Number) and x.name in found for x in nodes(e)):
                found.add(name)
        return found

    def _is_even(self, log: str) -> bool:
        """Does each step of its clock add the same rows for all points?"""
        if len(self.writers[log]) != 1:
            return False
        kernel = self.writers[log][0]
        return isinstance(kernel.domain, Once | Each | Sample) and any(
            isinstance(s, Log) and s.log == log for s in kernel.body
        )

    def _is_alike(self, kernel: Kernel) -> bool:
        """Does a kernel do nothing but write down what is the same for all points?"""
        only = all(isinstance(s, Log | Let) for s in kernel.body) and all(x in self.even for x in _logged(kernel.body))
        return only and not self._sees_points(kernel)

    def _sees_points(self, kernel: Kernel) -> bool:
        body = (*kernel.prelude, *kernel.body)
        if reads(body) & self.varying:
            return True
        return any(isinstance(x, Number) and x.name in self.numbers for x in body_nodes(body))

    def result(self) -> Together:
        """The program, with its new arrays and numbers."""
        p = self.program
        kernels = tuple(new for k in p.kernels for new in self._kernel(k))
        constants = tuple((name, e) for name, e in p.constants if name not in self.numbers)
        real = [n for n in (*p.reals, *(name for name, _ in p.constants)) if n in self.numbers]
        as_arrays = [Array(n) for n in real] + [Array(n, "int64") for n in p.ints if n in self.numbers]
        program = replace(
            p,
            arrays=(*map(self._array, p.arrays), *as_arrays, *self.scratch),
            reals=tuple(n for n in p.reals if n not in self.numbers),
            ints=(*(n for n in p.ints if n not in self.numbers), POINTS.name),
            constants=constants,
            kernels=kernels,
        )
        return Together(program, p, frozenset(self.varying), self.rings, self.orders)

    def _array(self, a: Array) -> Array:
        if a.name not in self.varying:
            return a
        return Array(a.name, "int64" if a.dtype == "bool" else a.dtype)

    # -- kernels ---------------------------------------------------------------------------------------------------

    def _kernel(self, k: Kernel) -> Iterator[Kernel]:
        """A kernel, before it what is the same for all elements of a point, behind it the new ends of its logs."""
        logs = _logged(k.body)
        if logs and all(log in self.alike for log in logs):
            yield k
            return
        own = self._own_lets(k.prelude)
        inner = _Inner(self, k, {let.name: f"{k.name}.{let.name}" for let in own})
        if own:
            yield self._before(k, own, inner)
        prelude = tuple(let for let in k.prelude if let not in own)
        new = replace(k, domain=Batch(inner.domain()), prelude=prelude, body=inner.body(k.body))  # type: ignore[arg-type]
        yield self._in_order(new)
        ends = tuple(_end(self.logs[log], k.domain) for log in logs if log in self.even)
        if ends:
            yield replace(k, name=f"{k.name}.rows", domain=Once(), prelude=(), body=ends)

    def _in_order(self, k: Kernel) -> Kernel:
        """A kernel that only adds to neurons may take the synapses of a neuron together."""
        assert isinstance(k.domain, Batch)
        inner = k.domain.domain
        if not isinstance(inner, Gather):
            return k
        route = next(r for r in self.program.routes if r.name == inner.route)
        end = self._summed_end(k, route)
        if not end:
            return k
        order = f"{k.name}.order"
        self.scratch.append(Array(order, "int32"))
        self.orders[order] = end
        return replace(k, domain=Batch(inner, order))

    def _summed_end(self, k: Kernel, route: Route) -> str:
        """The array with the neurons to which a kernel adds, if it does nothing else; '' if it does."""
        *lets, last = k.body
        if not isinstance(last, Add) or not all(isinstance(s, Let) for s in lets) or last.array in reads(k.body):
            return ""
        for name, end in (("i", f"{route.synapses}.source"), ("j", f"{route.synapses}.target")):
            if last.index == Ref(name, "int") * POINTS + POINT and end in self.arrays:
                return end
        return ""

    def _own_lets(self, prelude: Sequence[Let]) -> list[Let]:
        """Those that are not the same for all points."""
        own: dict[str, Let] = {}
        for let in prelude:
            seen = nodes(let.value)
            if any(self._differs(x) or (isinstance(x, Ref) and x.name in own) for x in seen):
                own[let.name] = let
        return list(own.values())

    def _differs(self, e: Expr) -> bool:
        if isinstance(e, Number):
            return e.name in self.numbers
        return isinstance(e, Load) and e.array in self.varying

    def _before(self, k: Kernel, own: Sequence[Let], inner: _Inner) -> Kernel:
        self.scratch += [Array(inner.kept[let.name], KEPT_AS[let.value.type]) for let in own]
        same = [let for let in k.prelude if let not in own]
        body = [Store(inner.kept[let.name], POINT, _widened(inner.expr(let.value)), let.origin) for let in own]
        return replace(k, name=f"{k.name}.before", domain=Batch(Once()), prelude=tuple(same), body=tuple(body))


class _Inner:
    """Rewrites what stands inside one kernel.  ``kept`` are the arrays of its Lets that differ from point to point."""

    def __init__(self, batching: _Batching, kernel: Kernel, kept: Mapping[str, str]) -> None:
        self.batching, self.kernel, self.kept = batching, kernel, kept
        self.types = {let.name: let.value.type for let in kernel.prelude}
        self.by_element = isinstance(kernel.domain, Each | Where)

    def domain(self) -> Domain:
        """The domain, asking of each point what it has asked."""
        asks = asked(self.kernel.domain)
        return self.kernel.domain if asks is None else asking(self.kernel.domain, self.expr(asks))

    def place(self, array: str, index: Expr | None) -> Expr:
        """Where the entry of an array is."""
        if array in self.batching.rings:
            assert index is not None
            return POINT * self.batching.rings[array] + index
        if index is None:
            return POINT
        return ELEMENT if self.by_element and index == Ref("i", "int") else index * POINTS + POINT

    def expr(self, e: Expr) -> Expr:
        """The same expression, of a point."""
        return transform(e, self._node)

    def _node(self, e: Expr) -> Expr:
        match e:
            case Load(array, index, kind) if array in self.batching.varying:
                return _narrowed(array, self.place(array, index), kind)
            case Number(name, kind) if name in self.batching.numbers:
                return Load(name, POINT, kind)
            case Ref(name) if name in self.kept:
                return _narrowed(self.kept[name], POINT, self.types[name])
        return e

    def body(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        """The statements of a body."""
        return tuple(new for s in body for new in self._statement(s))

    def _statement(self, s: Stmt) -> Iterator[Stmt]:
        match s:
            case Store(array, index, value) | Add(array, index, value):
                where = self.place(array, None if index is None else self.expr(index))
                yield replace(s, index=where, value=_widened(self.expr(value)))
            case When(test, body):
                yield replace(s, test=self.expr(test), body=self.body(body))
            case Log():
                yield from self._log(s)
            case _:
                yield map_statement(s, self.expr)

    def _log(self, s: Log) -> Iterator[Stmt]:
        """A row becomes entries of the columns; where points have different rows, each counts its own."""
        log = self.batching.logs[s.log]
        even = s.log in self.batching.even
        row: Expr
        if even:
            row = self._row(Load(log.cursor, None, "int"))
        else:
            counted = Let(f"{s.log}.row", Load(log.cursor, POINT, "int"))
            yield counted
            row = Ref(counted.name, "int")
        for column, value in zip(log.columns, s.values, strict=True):
            yield Store(column, row * POINTS + POINT, _widened(self.expr(value)), s.origin)
        if not even:
            yield Store(log.cursor, POINT, row + 1)

    def _row(self, cursor: Expr) -> Expr:
        match self.kernel.domain:
            case Each(_, first):
                return cursor + (Ref("i", "int") - _size(first))
            case Sample():
                return cursor + Ref("r", "int")
        return cursor


def _logged(body: tuple[Stmt, ...]) -> list[str]:
    return list(dict.fromkeys(s.log for s in statements(body) if isinstance(s, Log)))


def _end(log: LogBuffer, domain: Domain) -> Stmt:
    """The cursor behind the rows of a step."""
    rows = _size(domain.size) if isinstance(domain, Each | Sample) else integer(1)
    return Add(log.cursor, None, rows)


def _size(size: str | int) -> Expr:
    return integer(size) if isinstance(size, int) else Number(size, "int")


def _rings(events: Sequence[Events]) -> Iterator[tuple[str, Expr]]:
    for e in events:
        yield e.indices, Number(e.history, "int") * _size(e.size)
        yield e.counts, Number(e.history, "int")


def _narrowed(array: str, index: Expr, kind: Type) -> Expr:
    """A value from an array in which bools are ints."""
    return ne(Load(array, index, "int"), 0) if kind == "bool" else Load(array, index, kind)


def _widened(value: Expr) -> Expr:
    """What an array holds in which bools are ints."""
    return Cast("int", value) if value.type == "bool" else value
