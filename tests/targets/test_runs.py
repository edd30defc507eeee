"""What a run promises on every lane: it stops where it should, goes on where it stopped, and nothing is lost."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from conftest import Lane, bits
from gallery import plain_program, ready, state

from eqsim.ir.clock import Clocks
from eqsim.ir.program import State

PROGRAM = ready(plain_program())
ENDS = {"clock": 60, "slow": 24}


@pytest.fixture(scope="module")
def whole(lanes: dict[str, Lane]) -> str:
    """The bits of one uninterrupted run."""
    s = state(40, 3)
    lanes["numpy"].run(PROGRAM, s, ENDS)
    return bits(s)


def grow(s: State, rows: int) -> None:
    """Give all logs more room, as a monitor would."""
    for log in ("trace", "spikes", "visits"):
        s.ints[f"{log}.log.capacity"] += rows
        for name in [x for x in s.arrays if x.startswith(f"{log}.") and x.count(".") == 1 and x != "trace.elements"]:
            s.arrays[name] = np.concatenate((s.arrays[name], np.zeros(rows, s.arrays[name].dtype)))


def test_full_log_ends_the_run_and_it_goes_on(lane: Lane, whole: str) -> None:
    s, turns = state(40, 3, rows=130), 0
    while (status := lane.run(PROGRAM, s, ENDS)).reason == "full":
        grow(s, 130)
        turns += 1
    assert status.reason == "done" and turns > 3
    grow(s, 10**5 - s.ints["visits.log.capacity"])
    assert bits(s) == whole


def test_step_by_step_equals_one_run(lane: Lane, whole: str) -> None:
    """Events in flight survive the end of a run."""
    s = state(40, 3)
    for n in range(1, 61):
        lane.run(PROGRAM, s, {"clock": n, "slow": min(24, int(np.ceil(n / 2.5)))})
    assert bits(s) == whole


def test_parts_of_a_step_equal_whole_steps(lane: Lane, whole: str) -> None:
    """Python may stand between two kernels of a step (network operations)."""
    s, module = state(40, 3), lane.module(PROGRAM)
    lane.run(PROGRAM, s, {"clock": 10, "slow": 4})
    for _ in range(20):
        active = Clocks.of(PROGRAM, s).ticking(s.steps, ENDS)
        for first, last in ((0, 5), (5, 9), (9, 13)):
            module.run_part(s, first, last, active)
        for clock, ticks in zip(s.steps, active, strict=True):
            s.steps[clock] += ticks
    lane.run(PROGRAM, s, ENDS)
    assert bits(s) == whole


def test_run_moves_from_lane_to_lane(lanes: dict[str, Lane], whole: str) -> None:
    """The memory is the whole truth: a run may change its engine at any step."""
    s = state(40, 3)
    engines = [lanes[name] for name in lanes]
    for n in range(1, 61):
        engines[n % len(engines)].run(PROGRAM, s, {"clock": n, "slow": min(24, int(np.ceil(n / 2.5)))})
    assert bits(s) == whole


def test_nothing_to_do(lane: Lane) -> None:
    s = state(5, 2)
    before = bits(s)
    assert lane.run(PROGRAM, s, {"clock": 0, "slow": 0}).reason == "done"
    assert bits(s) == before


def test_empty_groups(lane: Lane) -> None:
    """No elements, no synapses, nobody recorded: legal, and nothing happens."""
    s = state(8, 2)
    s.ints |= {"cells.N": 0, "part.N": 0, "syn.N": 0, "trace.size": 0}
    s.arrays |= {name: np.zeros(0, np.int32) for name in ("trace.elements", "syn.target", "syn.source")}
    s.arrays |= {f"syn.{route}.rows": np.zeros(1, np.int64) for route in ("pre", "post", "late")}
    assert lane.run(PROGRAM, s, {"clock": 5, "slow": 2}).reason == "done"
    assert s.arrays["trace.log.cursor"][0] == 0


def test_stop_ends_after_the_current_step(lane: Lane, whole: str) -> None:
    """`stop` from another thread (as from a signal handler): the run returns, and goes on as if nothing had happened."""
    s, module = state(40, 3), lane.module(PROGRAM)
    lane.run(PROGRAM, s, {"clock": 1, "slow": 1})
    module.stop()
    assert module.run(s, ENDS).reason == "stopped"
    assert s.steps == {"clock": 1, "slow": 1}
    assert module.run(s, ENDS).reason == "done"  # a request is forgotten when it has been served
    assert bits(s) == whole


def test_stop_reaches_a_running_loop(lane: Lane) -> None:
    """The loop runs without Python's lock and looks at the request at every step."""
    s, module = state(5, 2), lane.module(PROGRAM)
    lane.run(PROGRAM, s, {"clock": 1, "slow": 1})
    s.ints |= {"part.N": 0, "trace.size": 0}  # nothing is written to the logs
    s.arrays["trace.elements"] = np.zeros(0, np.int32)
    s.arrays["syn.late.rows"] = np.zeros(6, np.int64)
    asker = threading.Thread(target=lambda: (time.sleep(0.05), module.stop()))
    asker.start()
    status = module.run(s, {"clock": 10**9, "slow": 1})
    asker.join()
    assert status.reason == "stopped"
    assert 1 < s.steps["clock"] < 10**9


def test_another_state_is_another_memory(lane: Lane, whole: str) -> None:
    """Addresses are taken anew when a state has other arrays."""
    first, second = state(40, 3), state(40, 3)
    lane.run(PROGRAM, first, {"clock": 30, "slow": 12})
    lane.run(PROGRAM, second, ENDS)
    lane.run(PROGRAM, first, ENDS)
    assert bits(first) == bits(second) == whole


def test_array_of_a_wrong_type_is_refused(lane: Lane) -> None:
    if lane.name == "numpy":
        return  # the interpreter takes what numpy takes
    s = state(5, 2)
    s.arrays["cells.v"] = s.arrays["cells.v"].astype(np.float32)
    with pytest.raises(TypeError, match=r"array 'cells.v' must be contiguous, writeable and of type <f8, not float32"):
        lane.run(PROGRAM, s, ENDS)
