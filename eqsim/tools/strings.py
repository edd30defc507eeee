"""What the user wrote for an object: its strings, and its name in words."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from eqsim.errors import Source
from eqsim.model.equations import Equations
from eqsim.units import Quantity, second

__all__ = ["described", "sources_of"]


def described(obj: Any) -> str:
    """One line: what it is."""
    return "Equations" if isinstance(obj, Equations) else repr(obj).strip("<>")


def sources_of(obj: Any) -> list[Source]:
    """All strings of an object and of its parts, each once, in the order in which they are used."""
    found: dict[tuple[str, str], Source] = {}
    for source in _all(obj):
        if source.text.strip():
            found.setdefault((source.owner, source.text), source)
    return list(found.values())


def _all(obj: Any) -> Iterator[Source]:
    equations = obj if isinstance(obj, Equations) else getattr(obj, "equations", {})
    for e in equations.values():
        yield e.span.source
    yield from _of_neurons(obj)
    yield from _of_poisson(obj)
    yield from _of_pathway(obj)
    if hasattr(obj, "record_variables"):
        yield Source(", ".join(obj.record_variables), f"recorded by {obj}")
    if hasattr(obj, "function"):
        yield Source(_python(obj.function), f"function of {obj}")
    for part in getattr(obj, "contained_objects", ()):
        yield from _all(part)


def _of_neurons(obj: Any) -> Iterator[Source]:
    for tree in getattr(obj, "event_trees", {}).values():
        yield tree.source.source
    for block in getattr(obj, "event_blocks", {}).values():
        if block:
            yield block[0].span.source
    refractory = getattr(obj, "refractoriness", None)
    if refractory and refractory.tree is not None:
        yield refractory.tree.source.source
    elif refractory:
        yield Source(_time(refractory.time_s), f"refractory of {obj.describe()}")


def _of_poisson(obj: Any) -> Iterator[Source]:
    rates = getattr(obj, "variables", {}).get("rates")
    if rates is not None and rates.tree is not None:
        yield rates.tree.source.source
    elif rates is not None:
        yield Source(str(obj.rates[:]), f"rates of {obj.describe()}")


def _of_pathway(obj: Any) -> Iterator[Source]:
    if getattr(obj, "block", ()):
        yield obj.block[0].span.source
    if getattr(obj, "shared_delay", None) is not None:
        yield Source(_time(obj.shared_delay), f"delay of {obj}")


def _time(seconds: float) -> str:
    return str(Quantity(seconds, dim=second.dim))


def _python(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return repr(function)
