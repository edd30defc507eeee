"""A network whose values change from run to run, without being built anew.

In: a network, names of its variables and of what its strings see.  Out: a task that begins each run in the state in which
the network was, with other values, and gives what was asked for.

==============  =========================================================================
name            what is changed
==============  =========================================================================
``'cells.I'``   a variable (or another attribute, e.g. ``'S.delay'``) of the object with that name
``'tau'``       what this name stands for in the strings of all objects
==============  =========================================================================
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eqsim.errors import EqsimError, did_you_mean
from eqsim.network import storing
from eqsim.network.network import Network
from eqsim.objects.base import BrianObject
from eqsim.objects.disk_log import DiskLog
from eqsim.objects.event_monitor import EventMonitor
from eqsim.objects.monitor import Monitor
from eqsim.objects.rate_monitor import PopulationRateMonitor
from eqsim.objects.spike_monitor import SpikeMonitor
from eqsim.objects.state_monitor import StateMonitor
from eqsim.objects.views import VariableView
from eqsim.schedule.link import Linked
from eqsim.sweeps.fingerprint import fingerprint

Wanted = str | Callable[..., Any] | list[Any] | tuple[Any, ...] | Mapping[str, Any] | None


class Overlay(Mapping[str, Any]):
    """What strings see, with some names standing for something else; knows which of these were looked up."""

    def __init__(self, outer: Mapping[str, Any]) -> None:
        self.outer = outer
        self.values_now: dict[str, Any] = {}
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        if name in self.values_now:
            self.asked.add(name)
            return self.values_now[name]
        return self.outer[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.values_now
        yield from (n for n in self.outer if n not in self.values_now)

    def __len__(self) -> int:
        return len({*self.outer, *self.values_now})


def variable_name(key: Any) -> str:
    """``'G.v'`` of ``G.v``; a name itself.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(key, VariableView):
        return f"{key.group_name}.{key.name}"
    if not isinstance(key, str):
        raise TypeError(f"a parameter is named by a text such as 'G.tau' or 'tau', or by G.tau itself, not by {key!r}")
    return key


class NetworkTask:
    """One run of a network.

    Parameters
    ----------
    net : Network
    duration : Quantity, second
    wanted : see `reader`
    namespace : mapping
        What strings can see.
    """

    def __init__(self, net: Network, duration: Any, wanted: Wanted, namespace: Mapping[str, Any]) -> None:
        self.net, self.duration, self.wanted = net, duration, wanted
        self.seen = Overlay(namespace)
        self.read = reader(net, wanted)
        self._explicit = {id(o): (o.namespace, dict(o.namespace)) for o in _with_namespace(net)}
        for log in (log for o in net.objects for log in getattr(o, "logs", ())):
            if isinstance(log, DiskLog):
                raise EqsimError("a monitor of the network records to a file, which has room for one run: leave out its to=")
        self.start = storing.snapshot(net)
        self.outline: Linked | None = None

    @property
    def name(self) -> str:
        """Of the network."""
        return self.net.name

    @property
    def fingerprint(self) -> str:
        """A hash of the program, its values, the duration, and of what is asked for."""
        from eqsim.sweeps.shipping import contents

        wanted = fingerprint(self.wanted) if callable(self.wanted) else repr(self.wanted)
        return f"{contents(self.net, self.seen.outer)} {float(self.duration).hex()} {wanted}"

    def check(self, values: Mapping[str, Any]) -> None:
        """Try the values of a point, without running.

        Raises
        ------
        KeyError
            If there is no such object.
        AttributeError
            If it has no such variable.
        EqsimError
            If nothing in the network uses a name; for mistakes in the strings of the network.
        """
        try:
            self.link(values)
            unused = [n for n in values if "." not in n and n not in self.seen.asked and not self._in_explicit(n)]
            if unused:
                raise EqsimError(
                    f"no string of the network uses the name '{unused[0]}'; for a variable write 'G.{unused[0]}'"
                )
        finally:
            self.go_back()

    def _in_explicit(self, name: str) -> bool:
        return any(name in namespace for namespace, _ in self._explicit.values())

    def link(self, values: Mapping[str, Any]) -> tuple[Linked, list[BrianObject]]:
        """Begin a run with other values: its program and state, and the objects that take part; it cannot go on."""
        self.begin(values)
        objects = self.net.begin_run()
        self.outline = self.net.engine.outline(objects, self.seen, self.net.schedule_names, self.outline)
        return self.outline, objects

    def begin(self, values: Mapping[str, Any]) -> None:
        """The network as it was, with other values."""
        storing.bring_back(self.net, self.start, random=False)
        self.see(values)
        for name, value in values.items():
            if "." in name:
                self._set(name, value)

    def see(self, values: Mapping[str, Any]) -> None:
        """Let names stand for the values of a point."""
        for name, value in values.items():
            if "." not in name:
                self.seen.values_now[name] = value
                for namespace, _ in self._explicit.values():
                    if name in namespace:
                        namespace[name] = value

    def _set(self, name: str, value: Any) -> None:
        owner, _, variable = name.partition(".")
        if owner not in self.net:
            hint = did_you_mean(owner, {o.name for o in self.net.objects})
            raise KeyError(f"there is no object '{owner}' in the network{'; ' + hint if hint else ''}")
        obj = self.net[owner]
        if not hasattr(obj, variable):
            hint = did_you_mean(variable, set(getattr(obj, "variables", ())))
            raise AttributeError(f"'{owner}' has no variable '{variable}'{'; ' + hint if hint else ''}")
        setattr(obj, variable, value)

    def __call__(self, values: Mapping[str, Any], seed: int) -> Any:
        """Run, and read what is wanted."""
        try:
            self.begin(values)
            self.net.run(self.duration, namespace=self.seen)
            return self.read()
        finally:
            self.seen.values_now.clear()

    def go_back(self) -> None:
        """The network as it was before the sweep, its random numbers included."""
        self.seen.values_now.clear()
        for namespace, before in self._explicit.values():
            namespace.clear()
            namespace.update(before)
        storing.bring_back(self.net, self.start, random=True)


def _with_namespace(net: Network) -> list[Any]:
    return [o for o in net.objects if isinstance(getattr(o, "namespace", None), dict)]


# -- what is asked for ---------------------------------------------------------------------------------------------------


def reader(net: Network, wanted: Wanted) -> Callable[[], Any]:
    """What gives the results after a run.

    Parameters
    ----------
    wanted : str, callable, sequence of str, mapping or None
        ``'M.v'``: the attribute ``v`` of the object ``M``; several of these, by name; a function, which gets the network if
        it takes a parameter; None: what all monitors have recorded.

    Raises
    ------
    ValueError
        If nothing is asked for and the network has no monitor.
    KeyError
        If there is no such object.
    """
    if wanted is None:
        names = recorded(net)
        if not names:
            raise ValueError("the network has no monitor: say with results= what the runs are to give")
        return reader(net, names)
    if isinstance(wanted, str):
        owner, _, path = wanted.partition(".")
        obj = net[owner]
        return lambda: value_of(obj, path)
    if callable(wanted):
        takes = bool(inspect.signature(wanted).parameters)
        return (lambda: wanted(net)) if takes else wanted
    named = wanted if isinstance(wanted, Mapping) else {name: name for name in wanted}
    readers = {name: reader(net, what) for name, what in named.items()}
    return lambda: {name: read() for name, read in readers.items()}


def value_of(obj: Any, path: str) -> Any:
    """An attribute of an object, or of an attribute; variables are read."""
    for part in path.split(".") if path else ():
        obj = getattr(obj, part)
    return obj.get_item(slice(None)) if isinstance(obj, VariableView) else obj


def recorded(net: Network) -> list[str]:
    """What the monitors of a network record: ``['M.t', 'M.v', 'spikes.i', ...]``."""
    return [f"{m.name}.{what}" for m in net.objects if isinstance(m, Monitor) for what in columns(m)]


def columns(monitor: Monitor) -> list[str]:
    """What a monitor can be asked for."""
    match monitor:
        case StateMonitor():
            return [*([] if monitor.reduced == "time" else ["t"]), *monitor._dims()]
        case SpikeMonitor() | EventMonitor():
            return [*monitor.record_variables, "count"] if monitor.record else ["count"]
        case PopulationRateMonitor():
            return ["t", "rate"]
    return []
