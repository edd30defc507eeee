"""Every loop shape gives the same bits on every lane, and visits its elements in the stated order."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane, bits
from gallery import plain_program, ready, state

from eqsim.ir.interpret import Constants, Interpreter
from eqsim.ir.program import State
from eqsim.ir.verify import verify

PROGRAM = ready(plain_program())
STEPS = {"clock": 60, "slow": 24}  # slow.dt = 2.5 dt: both clocks tick together at every fifth step of the fast one
SIZES = {"tiny": (5, 2), "blocks": (2500, 3)}  # the second one spans blocks of 1024, the last of them not full


@pytest.fixture(scope="module")
def defined() -> dict[str, State]:
    """What the interpreter says, by size."""
    found = {}
    for name, size in SIZES.items():
        s = state(*size)
        interpreter = Interpreter(PROGRAM)
        Constants(PROGRAM)(s)
        assert interpreter.run(s, STEPS).reason == "done"
        found[name] = s
    return found


def test_gallery_is_legal() -> None:
    verify(plain_program(), linked=False)
    verify(PROGRAM)


@pytest.mark.parametrize("size", SIZES)
def test_equal_bits(lane: Lane, size: str, defined: dict[str, State]) -> None:
    s = state(*SIZES[size])
    assert lane.run(PROGRAM, s, STEPS).reason == "done"
    different = [name for name in s.arrays if bits(s, [name]) != bits(defined[size], [name])]
    assert different == []
    assert s.steps == STEPS


def test_hoisting_keeps_the_bits(lane: Lane, defined: dict[str, State]) -> None:
    if lane.name not in ("numpy", "g++ -O3"):
        return  # one compiled lane is enough: the other ones agree with it
    s = state(*SIZES["tiny"])
    lane.run(ready(plain_program(), hoisted=False), s, STEPS)
    assert bits(s) == bits(defined["tiny"])


def test_everything_happened(defined: dict[str, State]) -> None:
    """The gallery would prove little if nobody spiked."""
    s = defined["blocks"]
    for log in ("trace", "spikes", "visits"):
        assert s.arrays[f"{log}.log.cursor"][0] > 100
    for name in ("cells.small", "cells.half", "cells.load", "cells.low", "syn.seen", "cells.slow"):
        assert np.count_nonzero(s.arrays[name]) > 100
    assert s.arrays["cells.turns"][0] == 40  # 60 steps, of which 20 are multiples of 3


def spikes_by_step(s: State, ends: int) -> list[list[int]]:
    """Who spiked at each step, told by running step by step and reading the newest slot of the ring."""
    interpreter, found = Interpreter(PROGRAM), []
    Constants(PROGRAM)(s)
    for n in range(ends):
        interpreter.run(s, {"clock": n + 1, "slow": 0})
        slot = n % s.ints["cells.spike.history"]
        start = slot * s.ints["cells.N"]
        found.append(s.arrays["cells.spike.indices"][start : start + s.arrays["cells.spike.counts"][slot]].tolist())
    return found


def test_delayed_events_arrive_in_order() -> None:
    """Oldest event first, then by source, then by delay and number of the synapse: as `Across` states, word for word."""
    s = state(40, 4)
    spikes = spikes_by_step(s, 60)
    where = s.arrays["syn.late.order"]
    source, target, delays = s.arrays["syn.source"], s.arrays["syn.target"], s.arrays["syn.late.delays"]
    expected = [
        (n, i, target[where[at]], where[at])
        for n in range(60)
        for age in range(6, -1, -1)
        if n >= age
        for i in spikes[n - age]
        for at in range(len(where))
        if source[where[at]] == i and delays[at] == age
    ]
    rows = s.arrays["visits.log.cursor"][0]
    seen = list(zip(*(s.arrays[f"visits.{c}"][:rows].tolist() for c in "nijk"), strict=True))
    assert rows > 100
    assert seen == expected


def test_events_are_ascending_and_below_size() -> None:
    for events in spikes_by_step(state(40, 4), 60):
        assert events == sorted(set(events))
        assert all(0 <= i < 40 for i in events)


def test_subgroup_sees_its_own_events(defined: dict[str, State]) -> None:
    s = defined["blocks"]
    i = s.arrays["spikes.i"][: s.arrays["spikes.log.cursor"][0]]
    first, size = s.ints["part.first"], s.ints["part.N"]
    assert i.min() >= first and i.max() < first + size


def test_sum_over_synapses_is_in_order_of_number(defined: dict[str, State]) -> None:
    """`Gather` adds w*v[i] to j for k = 0, 1, 2...: the sum of the first step, done by hand in that order."""
    s, one = state(5, 2), state(5, 2)
    total = s.arrays["cells.sum"].copy()
    for k in range(s.ints["syn.N"]):
        total[s.arrays["syn.target"][k]] += s.arrays["syn.w"][k] * s.arrays["cells.v"][s.arrays["syn.source"][k]]
    interpreter = Interpreter(PROGRAM)
    Constants(PROGRAM)(one)
    interpreter.run_part(one, 1, 2, [True, False])
    assert one.arrays["cells.sum"].tobytes() == total.tobytes()
