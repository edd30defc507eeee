"""Differential equations of synapses: which are integrated in each step, and which only when a spike arrives.

In: the equations of `Synapses`.  Out: the two sets, checked against each other; the part that integrates the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eqsim.errors import Diagnostic, EquationError
from eqsim.ir.domain import Each
from eqsim.ir.program import Kernel
from eqsim.ir.walk import map_statement
from eqsim.log import get_logger
from eqsim.model.equations import Equations, SingleEquation
from eqsim.objects.base import BrianObject
from eqsim.objects.part import Context, Contribution
from eqsim.objects.update import check_failures, model_of, rule_of, step

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses

logger = get_logger(__name__)

EVENT, CLOCK, SUMMED = "event-driven", "clock-driven", "summed"
OTHER = {EVENT: CLOCK, CLOCK: EVENT}


def driven_by(equations: Equations, how: str) -> Equations:
    """All lines but the summed ones and the differential equations that are driven otherwise."""
    return Equations._of(
        tuple(e for e in equations.values() if SUMMED not in e.flags and (e.kind != "differential" or drive_of(e) == how))
    )


def drive_of(e: SingleEquation) -> str:
    """Is a differential equation event-driven or clock-driven?  Without a flag it is clock-driven."""
    return EVENT if EVENT in e.flags else CLOCK


def check_drives(equations: Equations, owner: str) -> None:
    """Refuse equations that need each other and are not integrated at the same times; tell of those without a flag.

    Raises
    ------
    EquationError
        With a caret for each such equation.
    """
    how = {e.name: drive_of(e) for e in equations.differential}
    reached = equations.dependencies
    problems = []
    for e in equations.differential:
        for name in sorted(n for n in reached[e.name] if how.get(n, how[e.name]) != how[e.name]):
            problems.append(_mixed(e, name, how[e.name]))
        if how[e.name] == CLOCK and CLOCK not in e.flags:
            logger.info(
                f"{owner}: '{e.name}' is integrated in each step, as its line has no flag; write (event-driven) if it is "
                "only needed when spikes arrive, which is faster, or (clock-driven)",
                "clock_driven",
                once=True,
            )
    if problems:
        raise EquationError(*problems)


def _mixed(e: SingleEquation, other: str, how: str) -> Diagnostic:
    assert e.tree is not None
    message = f"'{e.name}' is {how}, but depends on '{other}', which is {OTHER[how]}"
    help = f"give both the flag ({CLOCK}): an event-driven variable has no value between spikes"
    return Diagnostic("E610", message, e.tree.source, other, help)


class SynapticStateUpdater(BrianObject):
    """Integrates the clock-driven equations of synapses in each step (slot ``groups``)."""

    add_to_magic_network = False

    def __init__(self, synapses: Synapses) -> None:
        super().__init__(clock=synapses.clock, when="groups", order=synapses.order, name=f"{synapses.name}_stateupdater*")
        self.synapses = synapses
        self.text = driven_by(synapses.equations, CLOCK)

    def parts(self, context: Context) -> Contribution:
        """The kernel that visits all synapses."""
        s, part = self.synapses, Contribution()
        if context.values_only:
            return part
        clock = context.clock(self.clock)
        context = context.on(self.clock, self.when)
        model = model_of(s, context, self.text)
        body = step(s, model, rule_of(s, model, context), clock, {})
        body = tuple(map_statement(b, s.at_sample) for b in body)
        part.kernels.append(Kernel(self.name, Each(f"{s.name}.N"), body, clock, self.when, self.order))
        return part

    def during_run(self) -> None:
        """Look for failed steps.

        Raises
        ------
        IntegrationError
            With the first synapse whose integration failed.
        """
        check_failures(self.synapses)

    def structure(self) -> object:
        chosen = self.synapses.method_choice
        return chosen if isinstance(chosen, str) else None
