"""What a network runs on: its program, the module that runs it, its random numbers; used again as long as they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eqsim.network.device import choice
from eqsim.network.devices import get_device
from eqsim.objects.base import BrianObject
from eqsim.objects.naming import name_streams
from eqsim.objects.randomness import random_state
from eqsim.schedule.link import UNSEEDED, Linked, Randomness, link, relink


class Engine:
    """The program and the module of one network, and where its random numbers stand."""

    def __init__(self) -> None:
        self.linked: Linked | None = None
        self.module: Any = None
        self._choice: tuple[Any, ...] = ()
        self._generation: int | None = None
        self._randomness = UNSEEDED

    def begin_anew(self) -> None:
        """A new simulation: new objects, new random numbers."""
        self.linked = None
        self._generation = None

    # -- random numbers ----------------------------------------------------------------------------------------------

    @property
    def randomness(self) -> Randomness | None:
        """The random numbers of the simulation; None if the next run begins a new sequence."""
        return self._randomness if self._generation == random_state.generation else None

    @randomness.setter
    def randomness(self, value: Randomness | None) -> None:
        self._generation = None if value is None else random_state.generation
        self._randomness = value or UNSEEDED

    def start_numbers(self, t_s: float) -> None:
        """Begin a new sequence of random numbers, for a new network and after `seed`."""
        if self.randomness is None:
            self.randomness = Randomness(random_state.next_simulation(), t_s)

    # -- program -----------------------------------------------------------------------------------------------------

    def outline(
        self, objects: list[BrianObject], namespace: Mapping[str, Any], schedule: tuple[str, ...], before: Linked | None
    ) -> Linked:
        """As `link`, with nothing that could run the program; ``before`` is an outline that may still fit."""
        again = None if before is None else relink(before, objects, namespace, schedule, self._randomness)
        return link(objects, namespace, schedule, self._randomness) if again is None else again

    def link(
        self, objects: list[BrianObject], namespace: Mapping[str, Any], schedule: tuple[str, ...], compiled: bool = False
    ) -> Linked:
        """The program of the last run if it still fits, else a new one.

        Parameters
        ----------
        objects : list
            All that take part in the run.
        namespace : mapping
            What strings can see.
        schedule : tuple of str
            The slots of a step.
        compiled : bool
            Is the run to be compiled from the first step on, if there is a compiler?
        """
        again = relink(self.linked, objects, namespace, schedule, self._randomness) if self.linked is not None else None
        if again is None or self._choice != (get_device(), *choice()):
            again = link(objects, namespace, schedule, self._randomness) if again is None else again
            self.module, self._choice = get_device().module(again.program), (get_device(), *choice())
        if compiled and hasattr(self.module, "settle"):
            self.module.settle()
        self.linked = again
        return again


def ready(objects: Sequence[BrianObject], network: str, t_s: float) -> list[BrianObject]:
    """Tell objects that a run begins at ``t_s`` seconds; give those that take part in it."""
    active = [o for o in objects if o.active]
    for clock in {id(o.clock): o.clock for o in objects}.values():
        clock.set_time(t_s)
    name_streams(objects)
    for obj in objects:
        obj._network = network
    for obj in active:
        obj.before_run()
    return [o for o in objects if o.active or o.has_memory]
