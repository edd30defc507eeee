"""`Network.save`: a whole model as plain data, from the arguments with which its objects were made.

In: a network, and the names that its strings can see.  Out: a tree for `eqsim.network.archive`::

    about       when and by what: versions, seed, preferences, fingerprint of the program
    network     name, schedule, and which of the things below are in it
    steps       what the user did, in order: {"make": class, "id": ..., "arguments": {...}}
                                          or {"call": method, "of": id, "arguments": {...}}
    settings    of each thing and its parts: name, slot, order, active
    names       of each group: what the names in its strings stand for
    links       linked variables
    needs       what a file cannot hold and `load` must be given: functions in Python, files of monitors

A thing that an argument refers to is ``{"$ref": id}``, a part of it ``{"$part": [id, number]}``, its clock
``{"$clock": id}``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import EqsimError
from eqsim.functions import BUILTINS, CONSTANTS
from eqsim.network import archive, storing
from eqsim.network.collection import with_parts
from eqsim.network.plain import Encoder, Plain
from eqsim.network.prefs import prefs
from eqsim.network.prefs_table import text_of
from eqsim.objects.base import BrianObject
from eqsim.objects.clock import Clock, defaultclock
from eqsim.objects.common_names import keys
from eqsim.objects.meaning import Meaning
from eqsim.objects.monitor import Monitor
from eqsim.objects.naming import Nameable
from eqsim.objects.randomness import random_state
from eqsim.objects.recipe import Call, class_name
from eqsim.objects.subgroup import Subgroup
from eqsim.units import UNITS_FOR_STRINGS

if TYPE_CHECKING:
    from eqsim.network.keeping import Keeping

DEFAULT = "defaultclock"
MODEL = ("model",)
STATE = "default"  # the name under which `restore` finds the state of a saved model


def save(net: Keeping, filename: str | Path, namespace: Mapping[str, Any]) -> None:
    """See `Network.save`."""
    tree = Writer(net, namespace).tree()
    archive.write(filename, {MODEL: tree, (storing.FOLDER, STATE): storing.snapshot(net)})


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a file cannot hold, by the name under which `load` wants it."""

    name: str


class Writer:
    """Finds all things that a network needs, and makes them plain."""

    def __init__(self, net: Keeping, namespace: Mapping[str, Any]) -> None:
        self.net, self.namespace = net, namespace
        self.encode = Encoder(self._other)
        self.ids: dict[int, str] = {id(defaultclock): DEFAULT}
        self.things: dict[str, Nameable] = {}
        self.needs: dict[str, str] = {}
        self.owners: dict[int, tuple[Nameable, int]] = {}
        self.steps: list[tuple[int, dict[str, Plain]]] = []
        self._functions: dict[str, Any] = {}
        self._about = ""

    def tree(self) -> dict[str, Plain]:
        """The whole model."""
        members = [self.refer(o) for o in self.net._objects]
        known = {id(o): key for key, o in keys(self.net._objects).items()}
        groups = self._groups()
        names = {self.ids[id(g)]: self._names(g) for g in groups}
        links = {self.ids[id(g)]: self._links(g) for g in groups}
        return {
            "about": about(self.net),
            "network": {"name": self.net.name, "own": self.net._own_name, "schedule": self._schedule(), "members": members},
            "steps": [step for _, step in sorted(self.steps, key=lambda s: s[0])],
            "settings": {key: [settings(o, known.get(id(o))) for o in whole(thing)] for key, thing in self.things.items()},
            "names": {key: found for key, found in names.items() if found},
            "links": {key: found for key, found in links.items() if found},
            "needs": self.needs,
        }

    def _schedule(self) -> list[str] | None:
        return None if self.net._schedule is None else list(self.net._schedule)

    def _groups(self) -> list[Meaning]:
        return [g for g in self.things.values() if isinstance(g, Meaning) and not isinstance(g, Subgroup)]

    # -- things ------------------------------------------------------------------------------------------------------

    def refer(self, thing: Nameable) -> Plain:
        """How an argument refers to a thing; it is saved, too."""
        if id(thing) in self.ids:
            return {"$ref": self.ids[id(thing)]}
        if thing._recipe is not None:
            return {"$ref": self._add(thing)}
        if isinstance(thing, Clock):
            return {"$clock": self.refer(self._owner_of_clock(thing))["$ref"]}
        owner, number = self._owner_of_part(thing)
        return {"$part": [self.refer(owner)["$ref"], number]}

    def _add(self, thing: Nameable) -> str:
        """Save how a thing was made, and what was called on it."""
        key = thing.name if thing.name not in self.things else f"{thing.name} {thing._serial}"
        self.ids[id(thing)], self.things[key] = key, thing
        for number, part in enumerate(whole(thing)):
            self.owners[id(part)] = (thing, number)
        made = {"make": class_name(type(thing)), "id": key, "arguments": self._arguments(thing)}
        self.steps.append((thing._serial, made))
        for call in thing.__dict__.get("_calls", ()):
            self.steps.append((call.serial, self._call(thing, key, call)))
        for part in getattr(thing, "contained_objects", ()):
            if part._recipe is not None:
                self.refer(part)
        return key

    def _call(self, thing: Nameable, key: str, call: Call) -> dict[str, Plain]:
        arguments = call.recipe.arguments(getattr(type(thing), call.method))
        return {"call": call.method, "of": key, "arguments": self._plain(arguments, f"{thing.name}.{call.method}()")}

    def _arguments(self, thing: Nameable) -> dict[str, Plain]:
        assert thing._recipe is not None
        given = thing._recipe.arguments(type(thing).__init__)
        given.pop("namespace", None)
        if isinstance(thing, Monitor) and given.get("to") is not None:
            given["to"] = Asked(f"{thing.name}_file")  # a loaded model must not write over the recordings of this one
        return self._plain(given, f"{type(thing).__name__} '{thing.name}'")

    def _plain(self, arguments: Mapping[str, Any], owner: str) -> dict[str, Plain]:
        found = {}
        for name, value in arguments.items():
            if name not in ("self", "name"):
                self._about = f"argument {name}= of {owner}"
                found[name] = self.encode(value)
        return found

    def _owner_of_clock(self, clock: Clock) -> Nameable:
        for obj in self.net.objects:
            if obj.clock is clock and obj._recipe is not None:
                return obj
        raise EqsimError(f"clock '{clock.name}' cannot be saved: it belongs to an object that is not in the network")

    def _owner_of_part(self, part: Nameable) -> tuple[Nameable, int]:
        if id(part) not in self.owners:
            for obj in self.net._objects:
                self.refer(obj)
        if id(part) not in self.owners:
            raise EqsimError(f"'{part.name}' cannot be saved: it is part of an object that is not in the network")
        return self.owners[id(part)]

    def _other(self, value: Any) -> Plain:
        if isinstance(value, Nameable):
            return self.refer(value)
        if isinstance(value, Asked):
            return {"$given": self._named_need(value.name)}
        if callable(value):
            return {"$given": self._need(value)}
        raise EqsimError(f"{self._about} cannot be saved: it is of type {type(value).__name__}")

    def _need(self, function: Any) -> str:
        base = getattr(function, "__name__", type(function).__name__)
        base = base if base.isidentifier() else "function"
        name, number = base, 1
        while name in self._functions and self._functions[name] is not function:
            name, number = f"{base}_{number}", number + 1
        self._functions[name], self.needs[name] = function, self._about
        return name

    # -- names and links -----------------------------------------------------------------------------------------------

    def _names(self, group: Meaning) -> dict[str, Plain]:
        """What the names in the strings of a group stand for, as a run from here would see them."""
        wanted = (
            (group.identifiers() | set(group.made_in)) - set(group.variables) - {*BUILTINS, *CONSTANTS, *UNITS_FOR_STRINGS}
        )
        found = {name: self._value(group, name) for name in sorted(wanted | set(group.namespace))}
        return {name: self._name(group, name, value) for name, value in found.items() if value is not None}

    def _value(self, group: Meaning, name: str) -> Any:
        for place in (group.namespace, self.namespace, group.made_in):
            if name in place:
                return place[name]
        return None

    def _name(self, group: Meaning, name: str, value: Any) -> Plain:
        self._about = f"'{name}' in the strings of {group.describe()}"
        if isinstance(value, Nameable) or not callable(value):
            return self.encode(value)
        self._functions.setdefault(name, value)
        return {"$given": self._need(value) if self._functions[name] is not value else self._named_need(name)}

    def _named_need(self, name: str) -> str:
        self.needs[name] = self._about
        return name

    def _links(self, group: Meaning) -> dict[str, Plain]:
        found = {}
        for name, link in group.links.items():
            index: Plain = link.by or link.index
            found[name] = {"source": self.refer(link.source), "target": link.target, "index": index}
        return found


def whole(thing: Nameable) -> list[Nameable]:
    """A thing and its parts, those that the user made excepted."""
    if not isinstance(thing, BrianObject):
        return [thing]
    return [o for o in with_parts([thing]) if o is thing or o._recipe is None]


def settings(thing: Nameable, key: str | None) -> dict[str, Plain]:
    """What can be changed on a thing besides its values; and under which key the state has these."""
    found: dict[str, Plain] = {"key": key, "name": thing.name, "base": thing._base, "own": thing._own_name}
    if isinstance(thing, BrianObject):
        found |= {"when": thing.when, "order": thing.order, "active": thing.active}
    return found


def about(net: Keeping) -> dict[str, Plain]:
    """When, where and by what a model is saved."""
    import datetime
    import platform

    import eqsim

    linked = net.engine.linked
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    changed = {name: text_of(prefs[name]) for name in sorted(prefs._values) if prefs[name] != prefs._known[name].default}
    return {
        "eqsim": eqsim.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "saved": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "script": Path(script).name if script else None,
        "seed": random_state.seed,
        "preferences": changed,
        "program": linked.program.fingerprint if linked is not None else None,
    }
