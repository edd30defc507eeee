"""`load`: a network from a file that `Network.save` wrote.

In: a file.  Out: a `Network` whose objects are found by name; a run goes on with the same bits.  The objects are made by the
constructors that the user's script called, with the same arguments; nothing in the file is run as code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.errors import EqsimError
from eqsim.network import archive, storing
from eqsim.network.network import Network
from eqsim.network.plain import Decoder, Plain
from eqsim.network.saving import DEFAULT, MODEL, STATE, whole
from eqsim.objects.base import BrianObject
from eqsim.objects.clock import defaultclock
from eqsim.objects.common_names import keys
from eqsim.objects.group import Group
from eqsim.objects.linking import linked_var
from eqsim.objects.meaning import Meaning
from eqsim.objects.naming import Nameable, rename
from eqsim.objects.randomness import GOLDEN
from eqsim.objects.recipe import CLASSES
from eqsim.objects.synapses import Synapses
from eqsim.schedule.link import Randomness


def load(filename: Any, *args: Any, namespace: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
    """The network in a file of `Network.save`; any other file goes to `numpy.load`, with all further arguments.

    See `load_network`.

    Examples
    --------
    >>> import eqsim
    >>> net = eqsim.load('model.eqsim')  # doctest: +SKIP
    """
    if archive.is_ours(filename):
        return load_network(filename, namespace)
    return np.load(filename, *args, **kwargs)


def load_network(filename: str | Path, namespace: Mapping[str, Any] | None = None) -> Network:
    """The network in a file of `Network.save`, at the time at which it was saved.

    Parameters
    ----------
    filename : str or Path
    namespace : dict, optional
        What the model needs and a file cannot hold, by the names in the error that says so: Python functions, and new files
        for monitors that record to a file (the recordings of the old model stay in theirs). None leaves out the
        operation or the monitor.

    Returns
    -------
    Network
        Its objects by name: ``net['neurongroup']``.

    Raises
    ------
    EqsimError
        If something is needed, or if the file needs a class that is not there.
    ValueError
        If the file was not written by eqsim, or holds no model.
    FileNotFoundError
        If there is no such file.

    Notes
    -----
    The dt of `defaultclock` becomes that of the model.  The seed stays as it is, but the runs of the network go on with
    its own random numbers.
    """
    try:
        tree = archive.read(filename, MODEL)
    except KeyError:
        raise ValueError(f"{filename} holds states, but no model: use restore()") from None
    given = dict(namespace or {})
    missing = [f"{name} ({what})" for name, what in tree["needs"].items() if name not in given]
    if missing:
        raise EqsimError(f"{filename} needs what it cannot hold: {', '.join(missing)}").with_help(
            "load(..., namespace={'" + next(n for n in tree["needs"] if n not in given) + "': ...})"
        )
    state = storing.read(filename, STATE)
    reader = Reader(tree, given, state["objects"])
    net = reader.network()
    reader.forget_left_out(net, state)
    storing.bring_back(net, state, random=False)
    net.engine.randomness = _randomness(state)
    net.about = tree["about"]
    return net


def _randomness(state: storing.Snapshot) -> Randomness:
    """The random numbers of the network; if it has not run yet, those that its first run would have had."""
    random, own = state["random"], state["random"]["network"]
    if own is not None:
        return Randomness(own["seed"], own["origin"])
    return Randomness((random["seed"] + random["simulations"] * GOLDEN) % 2**63, state["t"])


class Reader:
    """Makes the things of a saved model again."""

    def __init__(self, tree: Mapping[str, Any], given: Mapping[str, Any], states: Mapping[str, Any]) -> None:
        self.tree, self.given, self.states = tree, given, states
        self.things: dict[str, Any] = {DEFAULT: defaultclock}
        self.left_out: set[str] = set()
        self.decode = Decoder(self._other)
        self._links = dict(tree["links"])

    def network(self) -> Network:
        """All things, in their network."""
        for step in self.tree["steps"]:
            if "make" in step:
                self._make(step)
            else:
                self._call(step)
            self._link()
        about = self.tree["network"]
        members = [self.decode(m) for m in about["members"] if m["$ref"] not in self.left_out]
        net = Network(members, name=about["name"] if about["own"] else "network*")
        net.schedule = about["schedule"]
        return net

    def forget_left_out(self, net: Network, state: storing.Snapshot) -> None:
        """Take from a state what the user wishes to be left out: it, and clocks of its own."""
        for key in self.left_out:
            for known in self.tree["settings"][key]:
                state["objects"].pop(known["key"])
        if self.left_out:
            clocks = storing.clock_keys(keys(net._objects))
            state["clocks"] = {key: values for key, values in state["clocks"].items() if key in clocks}

    def _make(self, step: Mapping[str, Any]) -> None:
        key = step["id"]
        functions = [v["$given"] for v in step["arguments"].values() if isinstance(v, dict) and "$given" in v]
        if any(self.given[name] is None for name in functions):
            self.left_out.add(key)
            return
        cls = CLASSES.get(step["make"])
        if cls is None:
            raise EqsimError(f"the model needs the class '{step['make']}', which is not there: import it before load()")
        settings = self.tree["settings"][key]
        arguments = {name: self.decode(value) for name, value in step["arguments"].items()}
        takes = cls.__signature__.parameters  # type: ignore[attr-defined]
        names, unnamed = self._names(key), arguments.pop("*", [])
        any_name = any(p.kind is p.VAR_KEYWORD for p in takes.values())
        arguments |= {"name": settings[0]["name"]} if "name" in takes or any_name else {}
        arguments |= {"namespace": names} if "namespace" in takes and names else {}
        self.things[key] = made = cls(*unnamed, **arguments)
        if isinstance(made, Meaning) and names:
            made.namespace.update(names)
        self._set(made, settings)
        if isinstance(made, Synapses) and settings[0]["key"] is not None:  # others may ask which synapses there are
            made.bring_back(self.states[settings[0]["key"]])

    def _call(self, step: Mapping[str, Any]) -> None:
        arguments = {name: self.decode(value) for name, value in step["arguments"].items()}
        thing, unnamed = self.things[step["of"]], arguments.pop("*", [])
        getattr(thing, step["call"])(*unnamed, **arguments)
        self._set(thing, self.tree["settings"][step["of"]])

    @staticmethod
    def _set(made: Nameable, settings: list[dict[str, Any]]) -> None:
        """Names, slots, orders; of those parts that are there already."""
        for thing, known in zip(whole(made), settings, strict=False):
            rename(thing, known["name"], known["base"], known["own"])
            if isinstance(thing, BrianObject):
                thing.when, thing.order, thing._active = known["when"], known["order"], known["active"]

    def _names(self, key: str) -> dict[str, Any]:
        return {name: self.decode(value) for name, value in self.tree["names"].get(key, {}).items()}

    def _link(self) -> None:
        """Set the linked variables whose groups are there."""
        for key, links in list(self._links.items()):
            group = self.things.get(key)
            if isinstance(group, Group) and all(next(iter(v["source"].values())) in self.things for v in links.values()):
                for name, link in self._links.pop(key).items():
                    setattr(group, name, linked_var(self.decode(link["source"]), link["target"], index=link["index"]))

    def _other(self, marker: str, content: Plain) -> Any:
        match marker:
            case "$ref":
                return self.things[content]
            case "$part":
                return whole(self.things[content[0]])[content[1]]
            case "$clock":
                return self.things[content].clock
            case "$given":
                return self.given[content]
        raise EqsimError(f"the file holds '{marker}', which this version of eqsim does not know")
