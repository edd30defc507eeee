"""Events of a group of neurons: `spike` (its threshold) and others that the user defines, and what runs when they happen.

In: conditions and statements of the user, by the name of the event.  Out: for each event a kernel that finds the neurons
that have it, and one that runs its statements for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eqsim.errors import EqsimError, did_you_mean
from eqsim.ir.domain import Of, Where
from eqsim.ir.expr import Expr, Op
from eqsim.ir.program import Kernel
from eqsim.objects.base import BrianObject, slot_names
from eqsim.objects.part import Context

if TYPE_CHECKING:
    from eqsim.objects.neurons import NeuronGroup

SPIKE = "spike"


class Thresholder(BrianObject):
    """Finds the neurons that have an event: spikes in slot ``thresholds``, others in ``after_thresholds``."""

    add_to_magic_network = False

    def __init__(self, group: NeuronGroup, order: int, event: str = SPIKE) -> None:
        when = "thresholds" if event == SPIKE else "after_thresholds"
        super().__init__(clock=group.clock, when=when, order=order, name=f"{group.name}_{event}_thresholder*")
        self.group, self.event = group, event


class Resetter(BrianObject):
    """Runs statements for the neurons that have an event: the reset in slot ``resets``."""

    add_to_magic_network = False

    def __init__(self, group: NeuronGroup, order: int, event: str = SPIKE, when: str = "resets") -> None:
        super().__init__(clock=group.clock, when=when, order=order, name=f"{group.name}_{event}_resetter*")
        self.group, self.event = group, event


def given_events(events: Any, threshold: str | None, reset: str | None, owner: str) -> dict[str, str]:
    """The conditions of all events by their names; a threshold is the event `spike`.

    Raises
    ------
    TypeError
        If ``events`` is no dictionary, or a name cannot be that of an event.
    ValueError
        If there are two conditions for spikes, or a reset without a condition.
    """
    if events is not None and not isinstance(events, Mapping):
        raise TypeError(f"events of {owner} is a dictionary of names and conditions, not {type(events).__name__}")
    found = dict(events or {})
    for name, condition in found.items():
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise TypeError(f"{name!r} cannot be the name of an event: use letters, digits and underscores")
        if not isinstance(condition, str):
            raise TypeError(f"the condition of event '{name}' of {owner} must be a string, not {type(condition).__name__}")
    if threshold is not None and SPIKE in found:
        raise ValueError(f"{owner} has a threshold and an event 'spike': these are the same")
    found |= {} if threshold is None else {SPIKE: threshold}
    if SPIKE not in found and reset is not None:
        raise ValueError(f"{owner} has a reset but no threshold")
    return found


def no_event(group: Any, event: str) -> ValueError:
    """The error for the name of an event that does not exist."""
    hint = did_you_mean(event, set(group.rings))
    if event == SPIKE:
        return ValueError(f"{group.describe()} has no threshold: it never spikes")
    return ValueError(f"{group.describe()} has no event '{event}'{'; ' + hint if hint else ''}")


def found_after(group: Any, event: str, reader: BrianObject) -> bool:
    """Is an event found behind something that reads it, in a step?  Then that reads it in the next step."""
    finder, slots = getattr(group, "thresholder", {}).get(event, group), slot_names()
    if finder.when not in slots or reader.when not in slots:
        return False
    found, read = ((slots.index(o.when), o.order, o.name) for o in (finder, reader))
    return found > read


def check_place(group: Any, event: str, reader: BrianObject) -> None:
    """What reads an event before it is found sees that of the step before; only while no synapses have it under way.

    Raises
    ------
    EqsimError
        If there are such synapses.
    """
    if found_after(group, event, reader) and group.rings[event].history > 1:
        raise EqsimError(
            f"'{reader.name}' stands in slot '{reader.when}', before the event '{event}' of {group.describe()} is found: "
            "give it a later slot"
        )


def threshold_kernels(group: NeuronGroup, event: str, context: Context, clock: str) -> list[Kernel]:
    """Find the neurons for which the condition of an event holds; those that spike remember when."""
    who, tree = group.thresholder[event], group.event_trees[event]
    context = context.on(group.clock, who.when)
    what = "threshold" if event == SPIKE else f"event {event}"
    test: Expr = group.translate(tree, context, what, condition=True).expr
    size, ring = f"{group.name}.N", group.rings[event].name
    if event == SPIKE and group.refractoriness:
        ready = group.scope(context)("not_refractory")
        assert ready is not None
        test = Op("and", (test, ready.expr))
    kernels = [Kernel(who.name, Where(size, test, ring), (), clock, who.when, who.order, (), tree.source)]
    marks = group.refractoriness.marks(group, context) if event == SPIKE else ()
    if event == SPIKE and group.crossing is not None:
        kernels.append(group.crossing.kernel(context, clock))
    if marks:
        kernels.append(Kernel(f"{who.name}_mark", Of(ring, size), marks, clock, who.when, who.order))
    return kernels


def reset_kernel(group: NeuronGroup, event: str, context: Context, clock: str) -> Kernel:
    """Run the statements of an event for the neurons that have it."""
    who = group.resetter[event]
    check_place(group, event, who)
    what = "reset" if event == SPIKE else f"run_on_event '{event}'"
    body = group.code(group.event_blocks[event], context.on(group.clock, who.when), what, guarded=False)
    return Kernel(who.name, Of(group.rings[event].name, f"{group.name}.N"), body, clock, who.when, who.order)
