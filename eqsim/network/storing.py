"""`store` and `restore`: all that a simulation can change, taken down and brought back.

In: the objects of a network, each of which says what it keeps (`eqsim.objects.keeping`).  Out: a `Snapshot`, which stays
in memory or goes to a file, where each name has a folder ``stores/<name>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.network import archive
from eqsim.objects.base import BrianObject
from eqsim.objects.clock import Clock
from eqsim.objects.common_names import free, keys
from eqsim.objects.keeping import kept
from eqsim.objects.naming import Nameable
from eqsim.objects.randomness import random_state
from eqsim.schedule.link import Randomness

if TYPE_CHECKING:
    from eqsim.network.keeping import Keeping

Snapshot = dict[str, Any]
"""``t`` in seconds; for each object and each clock what it keeps, by name; ``random``."""

FOLDER = "stores"


def snapshot(net: Keeping) -> Snapshot:
    """The present state of a network."""
    objects = keys(net._objects)
    return {
        "t": net.t_,
        "objects": {key: o.keep() for key, o in objects.items()},
        "clocks": {key: c.keep() for key, c in clock_keys(objects).items()},
        "random": _random(net),
    }


def bring_back(net: Keeping, state: Snapshot, random: bool) -> None:
    """Make a state the present one; nothing is changed if it does not fit."""
    objects = keys(net._objects)
    pairs = _matched(objects, state["objects"]) + _matched(clock_keys(objects), state["clocks"])
    for thing, values in pairs:
        thing.check_kept(values)
    for thing, values in pairs:
        thing.bring_back(values)
    net.stand_at(float(state["t"]))
    if random:
        _bring_back_random(net, state["random"])


# -- names that are the same in each process -----------------------------------------------------------------------------


def clock_keys(objects: Mapping[str, BrianObject]) -> dict[str, Clock]:
    """The clocks of objects, each once, by such names; ``objects`` as `keys` gives them."""
    found: dict[str, Clock] = {}
    owners = {o.name: key for key, o in objects.items()}
    for clock in sorted({id(o.clock): o.clock for o in objects.values()}.values(), key=lambda c: c._serial):
        owner = clock._base.removesuffix("_clock")
        base = f"{owners[owner]}_clock" if owner in owners else clock._base
        found[base if clock._own_name else free(base, found)] = clock
    return found


def _matched(things: Mapping[str, Nameable], states: Mapping[str, Any]) -> list[tuple[Nameable, Any]]:
    """Each thing with its state; KeyError unless the names are the same."""
    missing, extra = sorted(set(states) - set(things)), sorted(set(things) - set(states))
    if missing or extra:
        parts = [f"stored, but not here: {', '.join(missing)}"] if missing else []
        parts += [f"here, but not stored: {', '.join(extra)}"] if extra else []
        raise KeyError(f"the stored state is that of other objects ({'; '.join(parts)}): the names must be the same")
    return [(thing, states[key]) for key, thing in things.items()]


# -- random numbers ------------------------------------------------------------------------------------------------------


def _random(net: Keeping) -> dict[str, Any]:
    """Where the random numbers stand: those of runs, those drawn at once, and numpy's own."""
    own = net.engine.randomness
    return {
        "network": None if own is None else {"seed": own.seed, "origin": own.origin_s},
        "seed": random_state.seed,
        "draws": random_state.draws,
        "simulations": random_state.simulations,
        "numpy": kept(np.random.get_state(legacy=False)),
    }


def _bring_back_random(net: Keeping, state: Mapping[str, Any]) -> None:
    random_state.seed, random_state.draws = state["seed"], state["draws"]
    random_state.simulations = state["simulations"]
    own = state["network"]
    net.engine.randomness = None if own is None else Randomness(own["seed"], own["origin"])
    np.random.set_state(state["numpy"])


# -- files ---------------------------------------------------------------------------------------------------------------


def write(path: str | Path, name: str, state: Snapshot) -> None:
    """Write a state under a name; others in the file stay."""
    archive.write(path, {(FOLDER, name): state}, keep=True)


def read(path: str | Path, name: str) -> Snapshot:
    """The state of this name.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or none of eqsim.
    KeyError
        If nothing was stored there under this name.
    """
    try:
        found: Snapshot = archive.read(path, (FOLDER, name))
    except KeyError:
        there = [folder[1] for folder in archive.folders(path) if folder[0] == FOLDER]
        raise KeyError(f"no state is stored in {path} under the name '{name}'; there are: {', '.join(there)}") from None
    return found
