"""`run_regularly`: statements that run for all elements of a group at each step of a clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eqsim.errors import EqsimError, EquationError, Source
from eqsim.ir.domain import Once
from eqsim.ir.expr import Load, Ref
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Let, Stmt, Store
from eqsim.ir.walk import body_nodes, nodes
from eqsim.objects.base import BrianObject
from eqsim.objects.check import checking_context, remember
from eqsim.objects.frames import user_namespace
from eqsim.objects.part import Context, Contribution
from eqsim.syntax import parse_statements

if TYPE_CHECKING:
    from eqsim.objects.source import SpikeSource
    from eqsim.objects.subgroup import Subgroup
    from eqsim.objects.synapses import Synapses


class CodeRunner(BrianObject):
    """Statements that run regularly; made by ``run_regularly``, ``run_at`` and ``after_step=``."""

    add_to_magic_network = False

    def __init__(
        self,
        group: SpikeSource | Subgroup | Synapses,
        code: str,
        dt: Any = None,
        clock: Any = None,
        when: str = "start",
        order: int = 0,
        name: str | None = None,
        what: str = "run_regularly",
    ) -> None:
        if dt is None and clock is None:
            clock = group.clock
        super().__init__(dt=dt, clock=clock, when=when, order=order, name=name or f"{group.name}_{what}*")
        self.group = group
        self.code = code
        self.what = what
        self.block = parse_statements(Source(code, f"{what} of {group.describe()}"))
        self._add_to_group(user_namespace())

    def _add_to_group(self, namespace: Mapping[str, Any]) -> None:
        """Become a part of the group, if the statements can be understood."""
        parts = self.group.base.contained_objects
        parts.append(self)
        remember(self.group.base, namespace, {n for a in self.block for n in a.value.identifiers()})
        try:
            self.parts(checking_context(namespace))
        except EqsimError:
            parts.remove(self)
            raise

    @property
    def _purpose(self) -> str:
        """Names the random streams: by the place among the parts of the group, as a name of ours may vary."""
        runners = [o for o in self.group.base.contained_objects if isinstance(o, CodeRunner) and o.what == self.what]
        return f"{self.what} {runners.index(self)}"

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.group.base,)

    def parts(self, context: Context) -> Contribution:
        """One kernel for shared variables (first), one for those of each element."""
        part = Contribution()
        self.group.declare(part)
        if context.values_only:
            return part
        base, clock = self.group.base, context.clock(self.clock)
        body = base.code(self.block, context.on(self.clock, self.when), self._purpose, view=self.group, whole=True)
        shared, each = split(body)
        if shared:
            part.kernels.append(Kernel(self.name, Once(), shared, clock, self.when, self.order))
        if each:
            name = f"{self.name}_each" if shared else self.name
            part.kernels.append(Kernel(name, self.group.every(part), each, clock, self.when, self.order))
        return part


def split(body: tuple[Stmt, ...]) -> tuple[tuple[Stmt, ...], tuple[Stmt, ...]]:
    """Statements for shared variables, and those for each element; each with the local names that it needs.

    Raises
    ------
    EquationError
        If a local name is computed from a shared variable, which then changes, and is used for the elements.
    """
    last = max((at for at, s in enumerate(body) if _sets_shared(s)), default=-1) + 1
    shared = _with_lets(body[:last], tuple(s for s in body[:last] if _sets_shared(s)))
    each = _with_lets(body, tuple(s for s in body if not _sets_shared(s) and not isinstance(s, Let)))
    changed = {s.array for s in shared if isinstance(s, Store | Add)}
    for s in each:
        if isinstance(s, Let) and s in body[:last] and changed & {e.array for e in nodes(s.value) if isinstance(e, Load)}:
            raise EquationError(f"'{s.name}' is computed from a shared variable that changes after it: move it down")
    return shared, each


def _with_lets(body: tuple[Stmt, ...], wanted: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    """The wanted statements of a body, and the Lets that they need, in the order of the body."""
    used: set[str] = set()
    kept: list[Stmt] = []
    for s in reversed(body):
        if s in wanted or (isinstance(s, Let) and s.name in used):
            used |= {e.name for e in body_nodes((s,)) if isinstance(e, Ref)}
            kept.append(s)
    return tuple(reversed(kept))


def _sets_shared(s: Stmt) -> bool:
    return isinstance(s, Store | Add) and s.index is None
