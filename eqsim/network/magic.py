"""`run()` without a network: the objects that the caller can see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eqsim.errors import MagicError
from eqsim.log import get_logger
from eqsim.network.network import Network
from eqsim.objects.base import BrianObject, scope_counter
from eqsim.objects.frames import user_namespace
from eqsim.objects.naming import forget_names

logger = get_logger(__name__)


def collect(level: int = 0) -> set[BrianObject]:
    """The objects that have a name in the frame of the caller, and belong to the present scope.

    Objects in lists, dictionaries and attributes are not seen: put them into a `Network`.
    """
    namespace = user_namespace(level)
    found = {id(v): v for v in map(namespace.get, namespace) if isinstance(v, BrianObject)}
    return {o for o in found.values() if o.add_to_magic_network and o._scope == scope_counter.value}


class MagicNetwork(Network):
    """The network behind `run()`; there is one, `magic_network`."""

    def __init__(self) -> None:
        super().__init__(name="magicnetwork*")
        self._known: set[str] = set()

    def begin(self, level: int) -> None:
        """Collect, and find out whether this is a new simulation.

        Raises
        ------
        MagicError
            If some objects have been run before and others have not.
        """
        objects = sorted(collect(level), key=lambda o: o.name)
        known = [o for o in objects if o._network == self._run_name and o.invalidates_magic_network]
        new = [o for o in objects if o._network is None and o.invalidates_magic_network]
        self._refuse_foreign(objects)
        if known and new:
            raise MagicError(
                f"run() sees objects that have been run before ({_names(known)}) and new ones ({_names(new)}): it cannot "
                "tell whether to begin a new simulation; use start_scope(), or a Network that names its objects"
            )
        if not known:
            self._start_anew()
        self._objects = list(objects)
        self._deactivate_incomplete()

    @property
    def _run_name(self) -> str:
        return self._name

    def _refuse_foreign(self, objects: list[BrianObject]) -> None:
        for o in objects:
            if o._network not in (None, self._run_name) and not o._network.startswith("magicnetwork"):
                raise RuntimeError(f"'{o.name}' belongs to network '{o._network}': run it with that network's run()")

    def _start_anew(self) -> None:
        self._t_s = 0.0
        self._linked = None
        self._generation = None
        self._name = f"magicnetwork_{MagicNetwork.count}"
        MagicNetwork.count += 1

    count = 0

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


def run(
    duration: Any,
    report: Any = None,
    report_period: Any = None,
    namespace: Mapping[str, Any] | None = None,
    profile: Any = None,
    level: int = 0,
) -> None:
    """Simulate all objects that the caller can see by name.

    Parameters
    ----------
    duration, report, report_period, namespace, profile, level
        See `Network.run`.

    Notes
    -----
    If all objects are new, time begins at 0; if all are known from the last run, it goes on; a mixture is a `MagicError`.
    Monitors may be added at any time.
    """
    magic_network.begin(level)
    names = user_namespace(level) if namespace is None else namespace
    magic_network.run(duration, report, report_period, names, profile)


def start_scope() -> None:
    """From here on `run()` only sees objects that are made from here on."""
    scope_counter.value += 1
    forget_names()


def _names(objects: list[BrianObject]) -> str:
    shown = ", ".join(f"'{o.name}'" for o in objects[:3])
    return shown if len(objects) <= 3 else f"{shown} and {len(objects) - 3} more"
