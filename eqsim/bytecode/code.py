"""A whole program as the words that the machine reads.

In: a program.  Out: its code, an array of int64.  `templates/bytecode/machine.cpp` reads it word by word, in this order:

=============  ======================================================================================================
counts         slots, clocks, logs, kernels, streams, places, instructions, constants, scalars, registers, tables
numbers        first slot of the reals, their number; the same of the ints
slots          of each clock; slot and word of each constant; slot, size, words of each table; of registers; of scalars
streams        slot, array, bytes of an entry, slot of the shift or -1
places         slot, array
clocks         slots of the steps dt; arrays of listed times, or -1
logs           array of the cursor, slots of rows per step, of capacity, of points or -1
kernels        see `_kernel`
instructions   operation, slot of the result, six operands
=============  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from eqsim.bytecode import Unsupported
from eqsim.bytecode.body import Body
from eqsim.bytecode.operations import OWN
from eqsim.bytecode.slots import Slots
from eqsim.bytecode.values import Instruction
from eqsim.codegen.roles import inner
from eqsim.ir.domain import POINT, POINTS, Across, Batch, Domain, Due, Each, Gather, Of, Once, Sample, Send, Where
from eqsim.ir.order import conflict
from eqsim.ir.program import Kernel, LogBuffer, Program, Route, timetable

SHAPES = ("once", "each", "where", "of", "across", "delayed", "gather", "sample", "send", "due")
KNOWN = {f.name: f for f in OWN}


def code_of(program: Program) -> np.ndarray:
    """The code of a program.

    Raises
    ------
    Unsupported
        If the machine cannot run it.
    """
    for f in program.functions:
        if f.name in KNOWN and KNOWN[f.name] != f:
            raise Unsupported(f"a function {f.name} that is not the usual one")
    return _Code(program).words()


class _Code:
    """Puts the code of a program together."""

    def __init__(self, program: Program) -> None:
        self.program, self.slots = program, Slots(program)
        self.pool: list[int] = []
        self.streams: list[tuple[int, int, int, int]] = []
        self.instructions: list[Instruction] = []
        self.at = {kind: {x.name: x for x in getattr(program, kind)} for kind in ("events", "routes", "queues")}

    def words(self) -> np.ndarray:
        program, slots = self.program, self.slots
        kernels = [self._kernel(k) for k in program.kernels]
        logs = [self._log(x) for x in program.logs]
        dts = [slots.numbers[f"{c}.dt"] for c in program.clocks]
        times = [slots.arrays.get(timetable(c), -1) for c in program.clocks]
        counts = (slots.count, len(program.clocks), len(logs), len(kernels), len(self.streams), len(slots.places))
        more = (len(self.instructions), len(slots.constants), len(slots.scalars), len(slots.registers), len(slots.tables))
        found: list[int] = [*counts, *more, slots.reals_at, slots.ints_at - slots.reals_at, slots.ints_at, len(program.ints)]
        found += range(len(program.clocks))
        found += [x for word, slot in slots.constants.items() for x in (slot, word)]
        found += [x for words, slot in slots.tables.items() for x in (slot, len(words), *words)]
        found += [*slots.registers, *slots.scalars]
        found += [x for stream in self.streams for x in stream]
        found += [x for array, slot in slots.places.items() for x in (slot, slots.arrays[array])]
        found += [*dts, *times, *(x for log in logs for x in log), *(x for k in kernels for x in k)]
        return np.array(found + [x for s in self.instructions for x in s.words()], np.int64)

    def _log(self, log: LogBuffer) -> tuple[int, ...]:
        """As `eq_Log`."""
        shared = next(a.shared for a in self.program.arrays if a.name == log.cursor)
        points = -1 if shared else self.slots.numbers[POINTS.name]
        return (self.slots.arrays[log.cursor], self.slots.size(log.per_step), self.slots.numbers[log.capacity], points)

    def _kernel(self, k: Kernel) -> list[int]:
        """Shape, clock, one by one?, slot of the test, wide?, registers of indices, points; how many instructions of prelude
        and body, streams and words follow; these words, which the shape needs.
        """
        slots = self.slots
        clock = self.program.clocks.index(k.clock)
        body = Body(slots, self.pool, k, clock)
        prelude, instructions, test = body.assemble()
        self.instructions += [*prelude, *instructions]
        streams = [(slot, slots.arrays[array], slots.entries(array), shift) for (array, shift), slot in body.streams.items()]
        self.streams += streams
        shape, needs = self._shape(inner(k.domain))
        points = slots.numbers[POINTS.name] if isinstance(k.domain, Batch) else -1
        if points >= 0 and shape == "delayed":
            raise Unsupported("a delay for each synapse in a batch")
        asked = (-1, 0) if test is None else (test.slot, int(test.wide))
        indices = [*(body.indices.get(x, -1) for x in ("i", "j", "k", "r", POINT.name)), points]
        head = [SHAPES.index(shape), clock, int(conflict(k) is not None), *asked, *indices]
        return [*head, len(prelude), len(instructions), len(streams), len(needs), *needs]

    def _shape(self, domain: Domain) -> tuple[str, list[int]]:
        """The shape of a loop, and the words that it reads."""
        size = self.slots.size
        match domain:
            case Once():
                return "once", []
            case Each(n, first):
                return "each", [size(n), size(first)]
            case Where(n, _, events):
                return "where", [size(n), *self._ring(events)]
            case Of(events, n, first):
                return "of", [size(n), *self._ring(events), size(first)]
            case Sample(indices, n):
                return "sample", [size(n), self.slots.arrays[indices], self.slots.entries(indices)]
            case Gather(route):
                way = self.at["routes"][route]
                return "gather", [*self._way(way), self.slots.numbers[f"{way.synapses}.N"]]
            case Across(events, route, None):
                delays = f"{route}.delays"
                needs = [*self._way(self.at["routes"][route]), *self._ring(events)]
                return "delayed", [*needs, self.slots.arrays[delays], self.slots.entries(delays)]
            case Across(events, route, int() | str() as delay):
                return "across", [*self._way(self.at["routes"][route]), *self._ring(events), size(delay)]
            case Send(events, route, _, queue):
                way = self.at["routes"][route]
                return "send", [*self._way(way), *self._ring(events), size(0), 0, *self._queue(queue)]
            case Due(queue, route):
                return "due", [*self._way(self.at["routes"][route]), *self._queue(queue)]
        raise Unsupported(f"loops over {type(domain).__name__}")

    def _queue(self, name: str) -> tuple[int, ...]:
        """As `eq_Waiting`."""
        queue: Any = self.at["queues"][name]
        arrays = [self.slots.arrays[a] for a in (queue.waiting, queue.counts, queue.due, queue.longest, queue.farthest)]
        return (*arrays, self.slots.numbers[queue.history], self.slots.numbers[queue.width])

    def _ring(self, name: str) -> tuple[int, ...]:
        ring: Any = self.at["events"][name]
        arrays = self.slots.arrays
        return (arrays[ring.indices], arrays[ring.counts], self.slots.numbers[ring.history], self.slots.size(ring.size))

    def _way(self, route: Route) -> Iterator[int]:
        """As `eq_Way`."""
        size, arrays = self.slots.size, self.slots.arrays
        yield from (size(route.size), arrays.get(f"{route.name}.rows", -1), size(route.first), size(route.since))
        yield arrays[f"{route.name}.order"] if route.ordered and not route.by_ends else -1
        for name in (f"{route.name}.ends" if route.by_ends else "", f"{route.synapses}.source", f"{route.synapses}.target"):
            yield from (arrays[name], self.slots.entries(name)) if name in arrays else (-1, 0)
        yield from (size(route.first_source), size(route.first_target), int(route.side == "pre"))
