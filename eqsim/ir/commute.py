"""Do the visits of synapses commute: is the result the same whatever their order?

In: the body of a kernel over synapses ``k`` with ends ``i`` and ``j``.  Out: the first statement whose result depends on the
order, so that the user can be told; the order itself is always that of the domain.

Several synapses share a neuron.  What they do to it commutes if

- they only add to a variable, or only multiply it, and nobody reads it; or
- they all do the same: the new value depends on nothing but that neuron.
"""

from __future__ import annotations

from collections.abc import Iterator

from eqsim.ir.expr import Draw, Expr, Load, Op, Ref
from eqsim.ir.stmt import Add, Let, Log, Stmt, Store, When
from eqsim.ir.walk import expressions, nodes, statements

Writes = Store | Add
ENDS = ("i", "j")


def order_matters(body: tuple[Stmt, ...]) -> Writes | None:
    """The first statement that makes the result depend on the order of the synapses; None if there is none."""
    return _Body(body).first()


class _Body:
    """What depends on what in a body."""

    def __init__(self, body: tuple[Stmt, ...]) -> None:
        self.body = body
        self.lets = {s.name: s.value for s in statements(body) if isinstance(s, Let)}
        self.shared = [s for s in statements(body) if isinstance(s, Writes) and _end(s) in ENDS]
        self.written = {s.array for s in self.shared}
        self.own: set[str] = set()  # arrays whose new values differ from synapse to synapse
        while any(self._mark(s) for s in self.shared):
            pass

    def _mark(self, s: Writes) -> bool:
        new = s.array not in self.own and not self.varies_with(s.value) <= {_end(s)}
        self.own |= {s.array} if new else set()
        return new

    def varies_with(self, e: Expr) -> set[str]:
        """The indices that a value depends on; ``k`` for what belongs to one synapse, or to the order."""
        found: set[str] = set()
        for x in self._leaves(e):
            if isinstance(x, Draw) or (isinstance(x, Load) and x.array in self.own):
                found.add("k")
            elif isinstance(x, Ref) and x.name in ("i", "j", "k"):
                found.add(x.name)
        return found

    def _leaves(self, e: Expr) -> Iterator[Expr]:
        """All nodes, those of local names included."""
        for x in nodes(e):
            yield x
            if isinstance(x, Ref) and x.name in self.lets:
                yield from self._leaves(self.lets[x.name])

    def reads(self, s: Stmt, array: str) -> bool:
        """Does a statement load an array, directly or through local names?"""
        return any(isinstance(x, Load) and x.array == array for e in expressions(s) for x in self._leaves(e))

    def first(self) -> Writes | None:
        """The statement to tell of."""
        return next((s for s in self.shared if not self._commutes(s)), None)

    def _commutes(self, s: Writes) -> bool:
        same = [o for o in self.shared if o.array == s.array]
        readers = [o for o in statements(self.body) if not isinstance(o, Let) and self.reads(o, s.array)]
        if s.array in self.own:
            sums = all(isinstance(o, Add) for o in same) and not readers
            products = all(_is_product(o) for o in same) and all(o in same for o in readers)
            return (sums or products) and not any(self._reads_own(o) for o in same)
        return all(isinstance(o, When | Log) is False and self._follows(o, _end(s)) for o in readers)

    def _reads_own(self, s: Writes) -> bool:
        """Does the factor of a product contain the variable itself?"""
        if not _is_product(s):
            return False
        assert isinstance(s.value, Op)
        factor = s.value.args[1]
        return any(isinstance(x, Load) and x.array == s.array for x in self._leaves(factor))

    def _follows(self, s: Stmt, end: str) -> bool:
        """Is it one of the statements that do the same to a neuron for all its synapses?"""
        return isinstance(s, Writes) and _end(s) == end and s.array not in self.own


def _end(s: Writes) -> str:
    return s.index.name if isinstance(s.index, Ref) else ""


def _is_product(s: Writes) -> bool:
    """Is it ``x *= factor`` or ``x /= factor``?"""
    value = s.value
    return isinstance(s, Store) and isinstance(value, Op) and value.op in "*/" and value.args[0] == Load(s.array, s.index)
