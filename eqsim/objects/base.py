"""What all objects of a model have: a name, a clock, a place in the step, and whether they are active."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from eqsim.objects.clock import Clock, EventClock, defaultclock
from eqsim.objects.naming import Nameable

SLOTS = ("start", "groups", "thresholds", "synapses", "resets", "end")
"""The slots of a step, in their default order; each has a `before_` and an `after_` slot, too."""


class _ScopeCounter:
    """`start_scope` begins a new scope; objects of earlier scopes are not collected any more."""

    value = 0


scope_counter = _ScopeCounter()

when_unused: list[Callable[[BrianObject], None]] = []
"""Called for an object of the user that is forgotten without ever having been in a network."""


def slot_names(schedule: tuple[str, ...] = SLOTS) -> tuple[str, ...]:
    """All slots in order, those before and after included."""
    return tuple(name for slot in schedule for name in (f"before_{slot}", slot, f"after_{slot}"))


class BrianObject(Nameable):
    """Base of everything that can be part of a network.

    Parameters
    ----------
    dt : Quantity, second, optional
        Step of an own clock; excludes ``clock``.
    clock : Clock, optional
        A clock, which may be shared; the default is `defaultclock`.
    when : str
        Slot of the step, see `SLOTS`.
    order : int
        Place within the slot; objects of equal order are sorted by name.
    name : str
        A name, or a pattern such as ``"neurongroup*"``.

    Raises
    ------
    ValueError
        If both ``dt`` and ``clock`` are given.
    """

    add_to_magic_network = True
    invalidates_magic_network = True
    needs_dt = False
    """Does what it computes in a step depend on the length of the step?"""
    has_memory = False
    """Do others see its variables, even when it is not active?"""
    is_used = False
    """Has it ever been in a network?"""
    edition = 0
    """Another number whenever something changed between two steps that is neither a value in its memory nor a name."""

    def __init__(
        self, dt: Any = None, clock: Clock | None = None, when: str = "start", order: int = 0, name: str = "object*"
    ) -> None:
        super().__init__(name)
        if dt is not None and clock is not None:
            raise ValueError(f"'{self.name}': give either dt= or clock=, not both")
        if clock is not None and not isinstance(clock, Clock):
            raise TypeError(f"'{self.name}': clock= must be a Clock, not {type(clock).__name__}; for a step use dt=")
        if isinstance(clock, EventClock) and self.needs_dt:
            raise TypeError(f"'{self.name}' needs a clock with equal steps: an EventClock ticks at listed times")
        self._clock = Clock(dt, name=f"{self.name}_clock*") if dt is not None else clock or defaultclock
        self.when = when
        self.order = order
        self._active = True
        self._network: Any = None
        self._scope = scope_counter.value
        self.contained_objects: list[BrianObject] = []

    def __del__(self) -> None:
        own = self.__dict__.get("_recipe") is not None and self.add_to_magic_network
        if own and not self.is_used and not sys.is_finalizing():
            for tell in when_unused:
                tell(self)

    @property
    def clock(self) -> Clock:
        """The clock that this object follows."""
        return self._clock

    @property
    def active(self) -> bool:
        """Does it take part in runs?  Setting it sets its parts, too."""
        return self._active

    @active.setter
    def active(self, value: bool) -> None:
        self._active = bool(value)
        for part in self.contained_objects:
            part.active = value

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        """Objects without which this one makes no sense."""
        return ()

    def structure(self) -> Any:
        """Whatever of this object decides about the text of the program, besides its strings."""
        return None

    def before_run(self) -> None:
        """Called when a run begins, before the program is put together; errors here cost nothing."""

    def renew(self) -> None:
        """Called in the middle of a step when synapses were made or removed or delays have changed."""

    during_run: Callable[[], None] | None = None
    """Called from time to time during a run, if it is there; may raise to end the run."""

    def after_run(self) -> None:
        """Called when a run has ended."""
