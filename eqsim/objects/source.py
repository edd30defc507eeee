"""Groups whose elements can spike: what `NeuronGroup` and `PoissonGroup` have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from eqsim.errors import EqsimError, for_object
from eqsim.ir.domain import Domain, Each, Of, Where
from eqsim.ir.expr import FALSE, Expr, Ref
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Stmt
from eqsim.model.translate import Translator
from eqsim.objects.code import Block, Target
from eqsim.objects.events import EventRing
from eqsim.objects.group import Group
from eqsim.objects.linked import linked_target
from eqsim.objects.part import Context, Contribution
from eqsim.objects.subgroup import Subgroup, subgroup
from eqsim.objects.variables import Variable
from eqsim.syntax import Assignment

FOR_SOME = "code that runs for some elements only cannot set it"


class SpikeSource(Group):
    """A group of N elements that can have events.

    Attributes
    ----------
    rings : dict of str to EventRing
        The recent events of each kind.

    Raises
    ------
    TypeError, ValueError
        If N is no positive integer.
    """

    KEPT: ClassVar[tuple[str, ...]] = ("memory", "rings")

    def check_kept(self, values: Mapping[str, Any]) -> None:
        self.check_memory(values["memory"])

    def __init__(self, N: int, **base: Any) -> None:
        if isinstance(N, bool) or not isinstance(N, int | float | np.number) or N != int(N):
            raise TypeError(f"the number of neurons must be an integer, not {N!r}")
        if N < 1:
            raise ValueError(f"a group needs at least one neuron, not {N}")
        super().__init__(**base)
        self._count = int(N)
        self.rings: dict[str, EventRing] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, item: Any) -> Subgroup:
        return subgroup(self, item)

    @property
    def start(self) -> int:
        """First neuron: 0."""
        return 0

    @property
    def stop(self) -> int:
        """One past the last neuron."""
        return self._count

    @property
    def base(self) -> SpikeSource:
        """The group that holds the memory: this one."""
        return self

    contiguous = True
    """All neurons are there, as in a subgroup of neighbours."""

    @property
    def indices(self) -> np.ndarray:
        """(N,) int32: the numbers of all neurons."""
        return np.arange(self._count, dtype=np.int32)

    place = indices
    """(N,) int32: for each neuron its number."""

    def relative(self, at: Expr) -> Expr:
        """As `Subgroup.relative`."""
        return at

    absolute = relative

    @property
    def spikes(self) -> np.ndarray:
        """Indices of the neurons that spiked in the last step."""
        return self.rings["spike"].at(self.clock.step - 1) if "spike" in self.rings else np.zeros(0, np.int32)

    def silence(self, event: str, clock: str) -> Kernel:
        """The kernel of an event that is switched off: nobody has it."""
        return Kernel(
            f"{self.name}_{event}_off", Where(f"{self.name}.N", FALSE, self.rings[event].name), (), clock, "thresholds"
        )

    def guard(self, variable: Variable, at: Expr, context: Context) -> Expr | None:
        """`unless refractory` variables are only written while the neuron is not refractory."""
        if not variable.guarded:
            return None
        symbol = self.scope(context, at)("not_refractory")
        assert symbol is not None
        return symbol.expr

    def every(self, part: Contribution) -> Domain:
        """The domain of a kernel that visits all neurons."""
        return Each(f"{self.name}.N")

    def at_events(self, event: str, body: tuple[Stmt, ...]) -> tuple[Of, tuple[Stmt, ...]]:
        """The domain and the body of a kernel that runs for the events of this group."""
        return Of(self.rings[event].name, f"{self.name}.N"), body

    def code(
        self,
        block: tuple[Assignment, ...],
        context: Context,
        what: str,
        guarded: bool = True,
        view: Group | None = None,
        whole: bool = False,
    ) -> tuple[Stmt, ...]:
        """The IR of statements that run for neurons ``i``.

        ``guarded``: drop writes to `unless refractory` variables of refractory neurons.  ``view``: the subgroup that the
        statements are written for.  ``whole``: they run for all its neurons, and may set shared variables.
        """
        scope = (view or self).scope(context)
        translator = Translator(scope, self.streams(what), lambda: self.known_names(context))

        def target(name: str) -> Target | None:
            variable = self.variables.get(name)
            if variable is None:
                return None
            if variable.kind == "linked":
                return linked_target(view or self, variable, Ref("i", "int"), context, whole)
            if variable.kind == "derived" and not variable.read_only:
                variable = self.stored_variable(variable)
            if not variable.stored:
                return Target("", None, Variable(name, variable.dim, variable.type, read_only=True))
            if variable.shared and not whole:
                return Target("", None, variable, refusal=f"'{name}' is shared: {FOR_SOME}")
            at = None if variable.shared else Ref("i", "int")
            guard = self.guard(variable, Ref("i", "int"), context) if guarded else None
            return Target(self.full(name), at, variable, variable.shared, guard)

        translate = Block(translator, target, f"{what} of {self.describe()}", lambda: set(self.variables))
        try:
            return translate(block)
        except EqsimError as error:
            raise for_object(error, self.name) from None
