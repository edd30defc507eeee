"""No object forgets to say what it keeps: the memory of the whole program is the same after `restore`, and after `load`.

If this fails, the message names an array: who contributes it must be able to bring it back (`KEPT`, see CONTRIBUTING.md).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import eqsim
from eqsim import (
    EventMonitor,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    PopulationRateMonitor,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    linked_var,
    ms,
    seed,
    start_scope,
)

NAMES = {"tau": 5 * ms, "drive": TimedArray([1.3, 1.1, 1.5, 1.2], dt=3 * ms)}


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Nothing in sight."""
    start_scope()
    gc.collect()
    yield
    start_scope()


def network() -> Network:
    """All kinds of objects and of memory."""
    seed(21)
    cells = NeuronGroup(
        9,
        """dv/dt = (drive(t) + lag + total - v)/tau + 0.5*xi*sqrt(1/tau) : 1 (unless refractory)
           lag = 0.2*v(t - 1.5*ms) : 1
           total : 1
           field : 1 (linked)
           held = rand()*field : 1 (constant over dt)
           worst : 1
           count : integer""",
        threshold="v > 1",
        reset="v = -held",
        refractory="(1 + 0.1*i)*ms",
        events={"low": "v < 0"},
        method="euler",
        after_step="worst = max(worst, v)",
        name="cells",
        namespace=NAMES,
    )
    cells.v = "rand()"
    far = NeuronGroup(1, "dz/dt = (1 - z)/(7*ms) : 1", method="rk4", dt=0.2 * ms, name="far")
    cells.field = linked_var(far, "z")
    cells.run_on_event("low", "count += 1")
    cells.run_at("v += 0.3*rand()", [2, 5.05, 9] * ms)
    cells.run_regularly("worst *= 0.9", dt=0.5 * ms)
    rates = PoissonGroup(6, "(100 + 100*i)*Hz", name="rates")
    times = SpikeGeneratorGroup(3, [0, 1, 2, 0], [1, 4, 6, 9] * ms, name="times")
    stdp = Synapses(
        cells[::2],
        cells,
        """w : 1
           da/dt = -a/(4*ms) : 1 (event-driven)
           db/dt = -b/(3*ms) : 1 (clock-driven)
           total_post = w*v_pre : 1 (summed)""",
        on_pre="v_post += 0.1*w; a += 1; b += 0.1",
        on_post="w = clip(w + 0.01*a - 0.01*b, 0, 1)",
        method="euler",
        name="stdp",
    )
    stdp.connect(p=0.6)
    stdp.w, stdp.delay = "rand()", "rand()*2*ms"
    every = Synapses(rates, cells, on_pre="v_post += 0.01", delay=1 * ms, name="every")
    every.connect()
    changing = Synapses(times, cells, on_pre="v_post += 0.2", name="changing")
    changing.connect(j="k for k in range(i, 9, 3)")
    changing.delay = "0.5*ms + 0.1*ms*j"
    poisson = PoissonInput(cells, "v", 20, 50 * Hz, weight="0.02*field", name="poisson")
    return Network(
        *(cells, far, rates, times, stdp, every, changing, poisson),
        StateMonitor(cells, ["v", "held"], record=True, name="trace"),
        StateMonitor(cells, "v", record=True, reduce=["mean", "variance"], name="reduced"),
        StateMonitor(cells, "v", record=True, reduce="mean", over="population", name="mean"),
        StateMonitor(cells, "v", record=0, buffer=2 * ms, name="recent"),
        StateMonitor(stdp, ["w", "a", "b"], record=[0, 3], dt=0.7 * ms, name="wires"),
        SpikeMonitor(cells[[1, 4, 5]], "v", name="spikes"),
        EventMonitor(cells, "low", name="lows"),
        PopulationRateMonitor(cells, name="rate"),
        name="everything",
    )


def memory(net: Network) -> dict[str, np.ndarray]:
    """All arrays of the program; of logs only what has been written."""
    assert net.engine.linked is not None
    program, state = net.engine.linked.program, net.engine.linked.state
    found = {name: array.copy() for name, array in state.arrays.items() if not name.startswith("recent.")}
    found |= {"recent t": net["recent"].t_, "recent v": net["recent"].v}  # its memory also has rows that nobody sees
    for log in program.logs:
        if log.name.startswith("recent."):
            continue
        rows = int(state.arrays[log.cursor][0])
        for column in log.columns:
            found[column] = found[column][:rows]
    for ring in program.events:  # what lies behind the count of a slot is left over from earlier steps
        counts, size = found[ring.counts], len(found[ring.indices]) // len(found[ring.counts])
        for slot, count in enumerate(counts):
            found[ring.indices][slot * size + int(count) : (slot + 1) * size] = -1
    return found


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Equal bits, array by array."""
    assert set(one) == set(other)
    different = [n for n in one if one[n].tobytes() != other[n].tobytes() or one[n].dtype != other[n].dtype]
    assert different == []


def test_all_memory_is_the_same_after_restore(lane: Any) -> None:
    """8 ms, store, 4 ms = 8 ms, restore, 4 ms."""
    with lane.networks():
        net = network()
        net.run(8 * ms)
        net.store()
        net.run(4 * ms)
        first = memory(net)
        assert len(net["spikes"]) > 0 and len(net["lows"]) > 0
        net.restore(restore_random_state=True)
        net.run(4 * ms)
    assert_same(first, memory(net))


def in_two_parts(way: str) -> dict[str, np.ndarray]:
    """8 ms in some way, then 4 ms."""
    net = network()
    if way == "steps":
        assert len(list(net.steps(8 * ms, every=0.4 * ms))) == 20
    else:
        net.run(8 * ms)
    if way == "store":
        net.store()
        net.restore(restore_random_state=True)
    net.run(4 * ms)
    return memory(net)


def test_all_memory_is_the_same_after_a_look_in_between() -> None:
    """12 ms = 8 ms, store and restore at once, 4 ms = 8 ms in steps, 4 ms."""
    found = []
    for way in ("runs", "store", "steps"):
        found.append(in_two_parts(way))
        gc.collect()  # the next network is to have the same names
    assert_same(found[0], found[1])
    assert_same(found[0], found[2])


def test_all_memory_is_the_same_after_load(tmp_path: Path) -> None:
    """8 ms, save, 4 ms = load, 4 ms."""
    net = network()
    net.run(8 * ms)
    net.save(tmp_path / "all")
    other = eqsim.load(tmp_path / "all")
    net.run(4 * ms)
    other.run(4 * ms)
    assert_same(memory(net), memory(other))
