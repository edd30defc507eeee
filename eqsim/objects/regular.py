"""`run_regularly`: statements that run for all elements of a group at each step of a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eqsim.errors import Source
from eqsim.ir.domain import Each, Once
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Stmt, Store
from eqsim.objects.base import BrianObject
from eqsim.objects.frames import user_namespace
from eqsim.objects.part import Context, Contribution
from eqsim.syntax import parse_statements

if TYPE_CHECKING:
    from eqsim.objects.neurons import NeuronGroup
    from eqsim.objects.subgroup import Subgroup


class CodeRunner(BrianObject):
    """Statements that run regularly; made by ``run_regularly``."""

    add_to_magic_network = False

    def __init__(
        self,
        group: NeuronGroup | Subgroup,
        code: str,
        dt: Any = None,
        clock: Any = None,
        when: str = "start",
        order: int = 0,
        name: str | None = None,
    ) -> None:
        if dt is None and clock is None:
            clock = group.clock
        super().__init__(dt=dt, clock=clock, when=when, order=order, name=name or f"{group.name}_run_regularly*")
        self.group = group
        self.code = code
        self.block = parse_statements(Source(code, f"run_regularly of {group.describe()}"))
        self.made_in = user_namespace()

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.group.base,)

    def parts(self, context: Context) -> Contribution:
        """One kernel for shared variables (first), one for those of each element."""
        if context.values_only:
            return Contribution(ints=dict(self.group.numbers()))
        base, clock = self.group.base, context.clock(self.clock)
        body = base.code(self.block, context.on(self.clock), f"run_regularly {self.name}", view=self.group)
        shared = tuple(s for s in body if _sets_shared(s))
        each = tuple(s for s in body if not _sets_shared(s))
        part = Contribution(ints=dict(self.group.numbers()))
        if shared:
            part.kernels.append(Kernel(f"{self.name}_shared", Once(), shared, clock, self.when, self.order))
        first = f"{self.group.name}.first" if self.group is not base else 0
        domain = Each(f"{self.group.name}.N", first)
        part.kernels.append(Kernel(self.name, domain, each, clock, self.when, self.order))
        return part


def _sets_shared(s: Stmt) -> bool:
    return isinstance(s, Store) and s.index is None
