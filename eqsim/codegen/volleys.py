"""The code of synapses in three pieces, load, compute, write: each a short loop over some of the synapses of one neuron.

In: the body of a kernel over synapses.  Out: its pieces, and the values that pass from one to the next; or none.

A spike reaches hundreds of synapses. One after the other, each exponential waits for loads from far away and for the one
before it. In pieces the loads run ahead of each other, and the exponentials of several synapses are computed at once.
(Measured with two decaying traces and a weight, 400 synapses of a neuron out of 1.6 million: 57 ns per synapse in one piece,
9 ns in three.)

The value of each expression stays the same, as no synapse reads what another one writes; sums are written in the old order.
"""

from __future__ import annotations

from collections.abc import Mapping

from eqsim.codegen.stages import Stage, calls, outside
from eqsim.ir.expr import Expr, Load, Ref, local_name
from eqsim.ir.program import Function
from eqsim.ir.stmt import Add, Let, Stmt, Store, When
from eqsim.ir.walk import body_nodes, statements, transform

SYNAPSE = Ref("k", "int")


def volleys(body: tuple[Stmt, ...], functions: Mapping[str, Function], storage: Mapping[str, str]) -> tuple[Stage, ...]:
    """The pieces of a body; none if it is better left whole, or if synapses depend on each other."""
    if not any(calls(s, functions) for s in statements(body)):
        return ()
    taken = _Apart(body, storage)
    return taken.stages() if taken.possible and all(map(taken.take, body)) else ()


def own_arrays(body: tuple[Stmt, ...]) -> tuple[str, ...]:
    """The arrays with one entry for each synapse that a body reads or writes."""
    read = [x.array for x in body_nodes(body) if isinstance(x, Load) and x.index == SYNAPSE]
    written = [s.array for s in statements(body) if isinstance(s, Store | Add) and s.index == SYNAPSE]
    return tuple(dict.fromkeys(read + written))


class _Apart:
    """Takes a body apart, statement by statement."""

    def __init__(self, body: tuple[Stmt, ...], storage: Mapping[str, str]) -> None:
        writes = [s for s in statements(body) if isinstance(s, Store | Add)]
        self.own = {s.array for s in writes if s.index == SYNAPSE}
        self.shared = {s.array for s in writes if s.index != SYNAPSE}
        reads = {(x.array, x.index) for x in body_nodes(body) if isinstance(x, Load)}
        touched = {a for a, index in reads if a in self.shared or (a in self.own and index != SYNAPSE)}
        plain = all(storage[a] == "float64" for a in self.own)  # a value that is kept in less would have to be rounded
        self.possible = plain and not touched and not self.own & self.shared
        self.names = {s.name for s in statements(body) if isinstance(s, Let)}
        self.loads: list[Let] = []
        self.work: list[Let] = []
        self.sums: list[Stmt] = []
        self.last: dict[str, Store] = {}
        self.known: dict[tuple[str, Expr | None], Expr] = {}

    def take(self, s: Stmt) -> bool:
        """Put a statement in its place; False if it has none."""
        match s:
            case Let(name, value, origin):
                self.work.append(Let(name, self._loaded(value), origin))
            case Store(array, index, value, origin) if index == SYNAPSE:
                self.known[array, SYNAPSE] = new = self._named(f"{_short(array)}_new", self._loaded(value), s)
                self.last[array] = Store(array, SYNAPSE, new, origin)
            case Add(array, index, value, origin) if index is not None and index != SYNAPSE:
                term = self._named(f"{_short(array)}_term", self._loaded(value), s)
                self.sums.append(Add(array, self._loaded(index), term, origin))
            case When(test, (Add(array, index, value) as add,), origin) if index is not None and index != SYNAPSE:
                holds = self._named("_holds", self._loaded(test), s)
                term = self._named(f"{_short(array)}_term", self._loaded(value), s)
                self.sums.append(When(holds, (Add(array, self._loaded(index), term, add.origin),), origin))
            case _:
                return False
        return True

    def _loaded(self, e: Expr) -> Expr:
        """The expression with values that have been loaded, or computed by earlier statements, instead of loads."""

        def value(x: Expr) -> Expr:
            if not isinstance(x, Load) or x.index is None:
                return x
            if (x.array, x.index) not in self.known:
                name = self._free(_short(x.array))
                self.loads.append(Let(name, x))
                self.known[x.array, x.index] = Ref(name, x.kind)
            return self.known[x.array, x.index]

        return transform(e, value)

    def _named(self, name: str, value: Expr, s: Stmt) -> Expr:
        if isinstance(value, Ref) and value.name not in "ijk":
            return value
        free = self._free(name)
        self.work.append(Let(free, value, getattr(s, "origin", None)))
        return Ref(free, value.type)

    def _free(self, name: str) -> str:
        new, at = name, 2
        while new in self.names:
            new, at = f"{name}_{at}", at + 1
        self.names.add(new)
        return new

    def stages(self) -> tuple[Stage, ...]:
        """Loads, work, writes."""
        pieces: list[tuple[Stmt, ...]] = [tuple(self.loads), tuple(self.work), (*self.last.values(), *self.sums)]
        lets = {s.name: s for p in pieces for s in p if isinstance(s, Let)}
        home = {s.name: at for at, p in enumerate(pieces) for s in p if isinstance(s, Let)}
        takes = [outside(p, home) for p in pieces]
        wanted = {name for names in takes for name in names}
        return tuple(
            Stage(piece, names, tuple(lets[x] for x in home if home[x] == at and x in wanted))
            for at, (piece, names) in enumerate(zip(pieces, takes, strict=True))
        )


def _short(array: str) -> str:
    """The name of a value that comes from an array."""
    return local_name(array.rpartition(".")[2])
