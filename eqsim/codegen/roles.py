"""What the loop of a kernel needs besides its body, by role; the templates ask for it as ``k.at.role``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from eqsim.ir.domain import (
    POINTS,
    Across,
    Batch,
    Domain,
    Due,
    Each,
    Gather,
    Of,
    Once,
    Sample,
    Send,
    Size,
    Where,
)
from eqsim.ir.program import Events, Kernel, Program, Queue, Route

EMITTED: dict[type, tuple[str, ...]] = {
    Where: ("indices", "counts"),
    Send: ("waiting", "waiting_counts", "due", "longest", "farthest"),
    Due: ("waiting_counts",),
}
"""Arrays that the loops of some domains write, by role."""


def roles_of(program: Program, kernel: Kernel) -> Iterator[tuple[str, Size]]:
    """What the loop of a kernel needs besides its body, by role."""
    if isinstance(kernel.domain, Batch):
        yield ("points", POINTS.name)
        if kernel.domain.order:
            yield ("in_order", kernel.domain.order)
    match inner(kernel.domain):
        case Each(size, first):
            yield from (("size", size), ("first", first))
        case Where(size, _, events):
            yield from (("size", size), *_ring(program, events))
        case Of(events, size, first):
            yield from (("size", size), ("first", first), *_ring(program, events))
        case Sample(indices, size):
            yield from (("size", size), ("elements", indices))
        case Across(events, route, delay):
            yield from (*_ring(program, events), *_route(program, route))
            if delay is not None:
                yield ("delay", delay)
        case Send(events, route, _, queue):
            yield from (*_ring(program, events), *_route(program, route), *_queue(program, queue))
        case Due(queue, route):
            yield from (*_queue(program, queue), *_ends(program, _find(program.routes, route)))
        case Gather(route):
            found = _find(program.routes, route)
            yield from (("size", f"{found.synapses}.N"), *_ends(program, found))


def inner(domain: Domain) -> Domain:
    """The domain itself, or the one that a batch visits for each point."""
    return domain.domain if isinstance(domain, Batch) else domain


def _ring(program: Program, name: str) -> Iterator[tuple[str, Size]]:
    ring: Events = _find(program.events, name)
    yield from (("indices", ring.indices), ("counts", ring.counts), ("history", ring.history), ("width", ring.size))


def _queue(program: Program, name: str) -> Iterator[tuple[str, Size]]:
    queue: Queue = _find(program.queues, name)
    yield from (("waiting", queue.waiting), ("waiting_counts", queue.counts), ("due", queue.due))
    yield from (("waiting_history", queue.history), ("waiting_width", queue.width))
    yield from (("longest", queue.longest), ("farthest", queue.farthest))


def _route(program: Program, name: str) -> Iterator[tuple[str, Size]]:
    route: Route = _find(program.routes, name)
    yield from (("size", route.size), ("first", route.first), ("rows", f"{name}.rows"), *_ends(program, route))
    yield ("since", route.since)
    if route.by_ends:
        yield ("ends", f"{name}.ends")
    elif route.ordered:
        yield ("order", f"{name}.order")
    if route.delayed:
        yield ("delays", f"{name}.delays")


def _ends(program: Program, route: Route) -> Iterator[tuple[str, Size]]:
    known = {a.name for a in program.arrays}
    for role, first in (("source", route.first_source), ("target", route.first_target)):
        yield (f"first_{role}", first)
        if f"{route.synapses}.{role}" in known:
            yield (role, f"{route.synapses}.{role}")
    yield ("side", 0 if route.side == "pre" else 1)


def _find(rows: Iterable[Any], name: str) -> Any:
    return next(x for x in rows if x.name == name)


def title(domain: Domain) -> str:
    """What the loop visits, in words."""
    match domain:
        case Once():
            return "once"
        case Each():
            return "each element"
        case Where(_, _, events):
            return f"elements that have an event: {events}"
        case Of(events):
            return f"elements of {events}"
        case Across(events, route):
            return f"synapses that {events} reach along {route}"
        case Send(events, route):
            return f"synapses that {events} reach along {route}: they wait"
        case Due(queue):
            return f"synapses that have waited in {queue}"
        case Gather(route):
            return f"all synapses of {route}"
        case Sample():
            return "recorded elements"
        case Batch(inner):
            return f"{title(inner)}, for each point"
