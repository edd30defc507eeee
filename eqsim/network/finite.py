"""Variables that have run away, looked for after a run.

In: the objects of a network.  Out: one warning for each state variable that holds NaN or something huge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.log import get_logger
from eqsim.objects.state_monitor import StateMonitor
from eqsim.units import Quantity, second

__all__ = ["HUGE", "warn_about_runaways"]

logger = get_logger(__name__)

HUGE = np.float64(1e50)  # beyond this a state variable has certainly run away

Key = tuple[str, str]
"""A group and a variable, by name."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a monitor saw a bad value first."""

    t_s: float
    element: int
    monitor: str


def warn_about_runaways(objects: Collection[Any], before: Collection[Key] = ()) -> frozenset[Key]:
    """Warn of state variables with NaN or absolute values above `HUGE`.

    Parameters
    ----------
    objects : collection
        Those of the network; monitors among them are asked when it began.
    before : collection of pairs
        Groups and variables that were in this state after the run before; they are not told again.

    Returns
    -------
    frozenset of pairs
        All that are in this state now.
    """
    found = frozenset[Key]()
    for group, name, bad in _runaways(objects):
        found |= {(group.name, name)}
        if (group.name, name) not in before:
            text = f"{group.describe()}: '{name}' has run away{_where(group.memory[name], bad)}. "
            text += f"{_when(_first_sighting(objects, group, name))} A smaller dt or another method may help."
            logger.warning(text, name_suffix="invalid_values")
    return found


def _runaways(objects: Iterable[Any]) -> Iterator[tuple[Any, str, np.ndarray]]:
    """Group, variable, and which of its elements are bad."""
    for group in objects:
        equations = getattr(group, "equations", None)
        for e in equations.differential if equations is not None else ():
            bad = is_bad(group.memory[e.name])
            if bad.any():
                yield group, e.name, bad


def is_bad(values: np.ndarray) -> np.ndarray:
    """Which values are NaN or huge; same shape."""
    return np.asarray(~(np.abs(values) < HUGE))


def _where(values: np.ndarray, bad: np.ndarray) -> str:
    if len(values) == 1:
        return f": it is {values[0]:.3g}"
    first, count = int(np.argmax(bad)), int(np.count_nonzero(bad))
    return f" in {count} of {len(values)} elements; the first is element {first} with {values[first]:.3g}"


def _when(seen: Sighting | None) -> str:
    if seen is None:
        return "Record it with a StateMonitor to see when it began."
    t = Quantity(seen.t_s, dim=second.dim)
    return f"'{seen.monitor}' saw it first at t = {t}, in element {seen.element}."


def _first_sighting(objects: Iterable[Any], group: Any, name: str) -> Sighting | None:
    """What the monitors of this variable know; None if they saw nothing."""
    monitors = [o for o in objects if isinstance(o, StateMonitor) and o.holds(name)]
    seen = [_sighting(m, name) for m in monitors if getattr(m.source, "base", m.source) is group]
    return min((s for s in seen if s is not None), key=lambda s: s.t_s, default=None)


def _sighting(monitor: StateMonitor, name: str) -> Sighting | None:
    bad = is_bad(getattr(monitor, f"{name}_"))  # (recorded, n)
    steps = np.flatnonzero(bad.any(axis=0))
    if not len(steps):
        return None
    row = int(np.argmax(bad[:, steps[0]]))
    return Sighting(float(monitor.t_[steps[0]]), int(monitor.elements()[row]), monitor.name)
