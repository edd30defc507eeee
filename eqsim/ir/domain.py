"""Domains: over what a kernel runs, in which order.  A closed union: few loop shapes are all a spiking network needs.

``size`` and ``first`` are names of ints of the program, or plain ints.  Order matters and is part of the meaning: every
domain visits its elements in ascending order of what is stated below, so that sums come out the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from eqsim.ir.expr import Expr, Number, Ref

Size = str | int


@dataclass(frozen=True, slots=True)
class Once:
    """One visit, no index."""


@dataclass(frozen=True, slots=True)
class Each:
    """``i`` from ``first`` to ``first + size - 1``."""

    size: Size
    first: Size = 0


@dataclass(frozen=True, slots=True)
class Where:
    """``i`` as in `Each`; those for which ``test`` holds (after the body's Lets) become the events of this step."""

    size: Size
    test: Expr
    events: str


@dataclass(frozen=True, slots=True)
class Of:
    """``i`` over the events of this step that lie in ``first .. first + size - 1``, ascending."""

    events: str
    size: Size
    first: Size = 0


@dataclass(frozen=True, slots=True)
class Across:
    """``k`` over the synapses that the events reach along a `Route`.

    Binds ``k`` (synapse), ``i`` (source element) and ``j`` (target element), absolute in their groups.  Visits by age of
    the event (oldest first), then by event, then by position in the route.  ``delay`` is a shared delay in steps (an
    int of the program), or ``None`` for one delay per synapse.
    """

    events: str
    route: str
    delay: Size | None


@dataclass(frozen=True, slots=True)
class Gather:
    """``k`` over all synapses of a route in order of number, with ``i`` and ``j`` as in `Across`."""

    route: str


@dataclass(frozen=True, slots=True)
class Sample:
    """``r`` over a list of chosen elements, ``i`` = ``indices[r]``.  ``distinct``: no element is in the list twice."""

    indices: str
    size: Size
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """``k`` over the synapses that the events of this step reach along a `Route`; each is put into a `Queue`.

    After the body's Lets, ``steps`` (an int, not negative) tells in how many steps it is due.  Binds ``i``, ``j`` and ``k``
    as `Across`.
    """

    events: str
    route: str
    steps: Expr
    queue: str


@dataclass(frozen=True, slots=True)
class Due:
    """``k`` over the synapses in a `Queue` that are due in this step, in the order in which they were put there.

    They are taken out.  Binds ``i``, ``j`` and ``k`` as `Gather`.  A synapse may come twice: its delay may have changed.
    """

    queue: str
    route: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Another domain, once for each point of a batch: what ``domain`` binds, and `POINT`, from 0 to `POINTS` - 1.

    Visits of one point come in the order of ``domain``; visits of different points have nothing to do with each other.
    `Each` and `Where` also bind `ELEMENT`, ``i*POINTS + POINT``.  Events are found and looked for in the ring of the point:
    the rings lie one after the other.

    ``order``: for a `Gather` whose visits do nothing but add to their neurons, an array with the numbers of the synapses,
    those of a neuron together and ascending; they may be visited in this order, which gives the same sums.
    """

    domain: Once | Each | Where | Of | Across | Gather | Sample
    order: str = ""


POINT, ELEMENT = Ref("batch.point", "int"), Ref("batch.element", "int")
POINTS = Number("batch.points", "int")

Domain = Once | Each | Where | Of | Across | Gather | Sample | Send | Due | Batch


def asked(domain: Domain) -> Expr | None:
    """What a loop asks of each element besides its body: the test of a `Where`, the steps of a `Send`."""
    match domain:
        case Where(test=e) | Send(steps=e):
            return e
        case Batch(inner):
            return asked(inner)
    return None


def asking(domain: Domain, e: Expr) -> Domain:
    """The same domain, asking something else."""
    match domain:
        case Where():
            return replace(domain, test=e)
        case Send():
            return replace(domain, steps=e)
        case Batch(inner):
            return replace(domain, domain=asking(inner, e))  # type: ignore[arg-type]
    return domain
