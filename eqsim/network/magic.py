"""`run()` without a network: the objects that the caller can see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eqsim.errors import MagicError
from eqsim.log import get_logger
from eqsim.network.collection import with_parts
from eqsim.network.finding import Found, contained, linked_to, named
from eqsim.network.network import Network
from eqsim.network.prefs import prefs
from eqsim.objects.base import BrianObject, scope_counter, when_unused
from eqsim.objects.clock import defaultclock
from eqsim.objects.frames import user_namespace
from eqsim.objects.naming import forget_names
from eqsim.objects.recipe import place_of
from eqsim.units import ms

logger = get_logger(__name__)


def collect(level: int = 0) -> set[BrianObject]:
    """The objects that `run` would see from the frame of the caller: see `eqsim.network.finding`."""
    return set(_seen(level)[0])


def _seen(level: int) -> tuple[list[BrianObject], list[Found], list[Found]]:
    """All objects that a run sees, by name; those of them that are in containers; new ones there that come too late."""
    namespace = user_namespace(level)
    with_name = named(namespace)
    inside = [f for f in contained(namespace) if f.obj not in with_name]
    goes_on = any(magic_network.knows(o) and o.invalidates_magic_network for o in with_name)
    if not with_name or all(not o.invalidates_magic_network for o in with_name):
        goes_on = not any(f.obj._network is None and f.obj.invalidates_magic_network for f in inside)
    taken = _complete([f for f in inside if _fits(f.obj, goes_on)], with_name)
    late = [f for f in inside if goes_on and not f.obj.is_used and not _fits(f.obj, goes_on)]
    return sorted(with_name | {f.obj for f in taken}, key=lambda o: o.name), taken, late


def _fits(obj: BrianObject, goes_on: bool) -> bool:
    """Does an object in a container belong to the simulation that goes on, or to the new one?"""
    new = obj._network is None and not obj.is_used
    return (magic_network.knows(obj) or (new and not obj.invalidates_magic_network)) if goes_on else new


def _complete(inside: list[Found], with_name: set[BrianObject]) -> list[Found]:
    """Those that have all that they need."""
    while True:
        present = {id(o) for o in with_parts([*with_name, *(f.obj for f in inside)])}
        kept = [f for f in inside if all(id(d) in present for d in f.obj.dependencies)]
        if len(kept) == len(inside):
            return kept
        inside = kept


class MagicNetwork(Network):
    """The network behind `run()`; there is one, `magic_network`."""

    def __init__(self) -> None:
        super().__init__(name="magicnetwork*")

    def begin(self, level: int) -> None:
        """Collect, and find out whether this is a new simulation.

        Raises
        ------
        MagicError
            If some objects have been run before and others have not.
        """
        objects, inside, late = _seen(level)
        known = [o for o in objects if self.knows(o) and o.invalidates_magic_network]
        new = [o for o in objects if o._network is None and o.invalidates_magic_network]
        new += [f.obj for f in late if f.obj.dependencies and all(d in objects for d in f.obj.dependencies)]
        self._refuse_foreign(objects)
        if known and new:
            raise MagicError(
                f"run() sees objects that have been run before ({_names(known)}) and new ones ({_names(new)}): it cannot "
                "tell whether to begin a new simulation; use start_scope(), or a Network that names its objects"
            )
        if not known:
            self._start_anew()
        self._take(objects)
        self._deactivate_incomplete()
        self._tell(inside, {id(f.obj) for f in late})

    def knows(self, obj: BrianObject) -> bool:
        """Has it been in the last run?"""
        return bool(obj._network == self._name)

    def _take(self, objects: list[BrianObject]) -> None:
        self._objects = list(objects)
        for obj in objects:
            obj.is_used = True

    def _refuse_foreign(self, objects: list[BrianObject]) -> None:
        for o in objects:
            if o._network not in (None, self._name) and not o._network.startswith("magicnetwork"):
                raise RuntimeError(f"'{o.name}' belongs to network '{o._network}': run it with that network's run()")

    def _start_anew(self) -> None:
        self.stand_at(0.0)
        self.engine.begin_anew()
        self._name = f"magicnetwork_{MagicNetwork.count}"
        MagicNetwork.count += 1

    count = 0

    def _tell(self, inside: list[Found], late: set[int]) -> None:
        """Say which objects were found in containers, and which were not found."""
        if inside:
            places = ", ".join(f"'{f.obj.name}' ({f.place})" for f in inside[:5]) + (", ..." if len(inside) > 5 else "")
            logger.info(f"run() also takes what it found in containers: {places}", name_suffix="found", once=True)
        missed = [o for o in linked_to(self.objects) if id(o) not in late]
        if missed:
            logger.warning(
                f"run() does not see {_names(missed)}: the frame that calls has no name for it, and it is in no list, "
                "dictionary or attribute there; give it a name, or use a Network that names its objects",
                name_suffix="missed",
                once=True,
            )

    def _deactivate_incomplete(self) -> None:
        present = {id(o) for o in self.objects}
        for obj in list(self._objects):
            missing = [d for d in obj.dependencies if id(d) not in present]
            if missing and obj.active:
                logger.warning(
                    f"'{obj.name}' is left out of the run: it needs '{missing[0].name}', which run() cannot see (is it "
                    "in a list, or out of reach of the frame that calls run()?)",
                    name_suffix="dependency",
                )
                obj.active = False

    def __repr__(self) -> str:
        return f"<MagicNetwork of {len(self.objects)} objects, t={self.t}>"


magic_network = MagicNetwork()


def _tell_unused(obj: BrianObject) -> None:
    if prefs["logging.warn_for_unused_objects"]:
        logger.warning(
            f"{type(obj).__name__} '{obj.name}', made in {place_of(obj._recipe)}, is gone, and was never part of a network: "
            "give it a name where run() sees it, or add it to your Network",
            name_suffix="unused",
        )


when_unused.append(_tell_unused)


def run(
    duration: Any,
    report: Any = None,
    report_period: Any = None,
    namespace: Mapping[str, Any] | None = None,
    profile: bool | None = None,
    level: int = 0,
    max_wall: Any = None,
) -> None:
    """Simulate all objects that the caller can see by name, also in lists, dictionaries and attributes.

    Parameters
    ----------
    duration, report, report_period, namespace, profile, level, max_wall
        See `Network.run`.

    Notes
    -----
    If all objects are new, time begins at 0; if all are known from the last run, it goes on; a mixture is a `MagicError`.
    Monitors may be added at any time.
    """
    magic_network.begin(level)
    names = user_namespace(level) if namespace is None else namespace
    magic_network.run(duration, report, report_period, names, profile, max_wall=max_wall)


def store(name: str = "default", filename: str | Path | None = None, level: int = 0) -> None:
    """Take down the state of all objects that `run` would see; see `Network.store`.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'dv/dt = 1/second : 1', method='euler')
    >>> store()
    >>> run(10*ms)
    >>> restore()
    >>> float(G.v[0])
    0.0
    """
    magic_network.begin(level)
    magic_network.store(name, filename)
    for obj in magic_network.objects:  # what has not been run is still new to the next run, also in containers
        obj.is_used = obj._network is not None


def restore(
    name: str = "default", filename: str | Path | None = None, restore_random_state: bool = False, level: int = 0
) -> None:
    """Bring back what `store` has taken down; see `Network.restore`."""
    magic_network.begin(level)
    magic_network.restore(name, filename, restore_random_state)
    for obj in magic_network.objects:  # the next run goes on from here, also in a new process
        obj._network = magic_network.name


def restore_initial_state() -> None:
    """What was set for all objects, as after the import: dt of `defaultclock` (0.1 ms) and preferences."""
    defaultclock.dt = 0.1 * ms
    prefs.reset_to_defaults()


def start_scope() -> None:
    """From here on `run()` only sees objects that are made from here on."""
    scope_counter.value += 1
    forget_names()


def _names(objects: list[BrianObject]) -> str:
    shown = ", ".join(f"'{o.name}'" for o in objects[:3])
    return shown if len(objects) <= 3 else f"{shown} and {len(objects) - 3} more"
