"""Step by step, measured, cut short: other ways to run, with the same numbers."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from eqsim import (
    EventClock,
    Network,
    NetworkOperation,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    magic_network,
    ms,
    mV,
    prefs,
    profiling_summary,
    run,
    scheduling_summary,
    second,
    seed,
    start_scope,
    stop,
)
from eqsim.network.storing import snapshot


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Nothing in sight, and always the same numbers."""
    start_scope()
    gc.collect()  # names of earlier tests are free again
    seed(7)
    yield
    start_scope()


def network() -> Network:
    """Noise, spikes with delays, two clocks, listed times, an operation, monitors."""
    cells = NeuronGroup(
        8,
        "dv/dt = (2 - v)/(5*ms) + 0.3*xi*sqrt(1/(5*ms)) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="cells",
    )
    cells.v = "rand()"
    synapses = Synapses(cells, cells, on_pre="v_post += 0.1*rand()", name="synapses")
    synapses.connect(p=0.5)
    synapses.delay = "rand()*2*ms"
    cells.run_regularly("v *= 0.9", dt=0.7 * ms)
    operation = NetworkOperation(lambda t: seen.append(float(t)), dt=1.3 * ms, name="operation")
    seen: list[float] = []
    trace = StateMonitor(cells, "v", record=True, name="trace")
    rare = StateMonitor(cells, "v", record=0, clock=EventClock([1.25, 3] * ms), name="rare")
    return Network(cells, synapses, operation, trace, rare, SpikeMonitor(cells, name="spikes"))


def values(net: Network) -> str:
    """All that a network keeps, as text."""
    with np.printoptions(threshold=10**6, floatmode="unique"):
        state = snapshot(net)
        return repr((state["t"], state["objects"]))


def test_steps_give_the_bits_of_a_run(lane: Any) -> None:
    """One run; a loop of single steps; of several; `step()`; and all of them mixed."""
    found = []
    with lane.networks():
        for way in range(5):
            seed(7)
            net = network()
            if way == 0:
                net.run(6 * ms)
            elif way == 1:
                times = [float(t / ms) for t in net.steps(6 * ms)]
                assert times == pytest.approx(np.arange(1, 61) / 10, rel=1e-12)
            elif way == 2:
                assert [f"{t / ms:.1f}" for t in net.steps(6 * ms, every=2.5 * ms)] == ["2.5", "5.0", "6.0"]
            elif way == 3:
                for _ in range(60):
                    net.step()
            else:
                net.run(1 * ms)
                net.step(7)
                for t in net.steps(2 * ms):
                    if t >= 2.2 * ms:
                        break
                net.run(3.8 * ms)
            found.append(values(net))
            assert net["spikes"].N > 5
            del net
    assert all(f == found[0] for f in found)


def test_the_loop_reads_and_sets_everything() -> None:
    """Values, names in strings, delays, synapses: what changes between two steps counts from the next step on."""
    I = 1
    G = NeuronGroup(2, "dx/dt = I/ms : 1", threshold="i == 0", reset="", method="euler", name="G")
    H = NeuronGroup(2, "n : 1", name="H")
    S = Synapses(G, H, on_pre="n_post += 1", name="S")
    S.connect(i=0, j=0)
    net = Network(G, H, S)
    seen = []
    for number, t in enumerate(net.steps(1 * ms), start=1):
        seen.append((round(t / ms, 1), round(G.x[1], 3)))
        if number == 3:
            G.x = 5
        if number == 5:
            I = 10
        if number == 7:
            S.connect(i=0, j=1)
        if number == 9:
            S.delay = 1 * ms
    x = [0.1, 0.2, 0.3, 5.1, 5.2, 6.2, 7.2, 8.2, 9.2, 10.2]
    assert seen == [(round((n + 1) / 10, 1), x[n]) for n in range(10)]
    assert H.n[:].tolist() == [9, 2]  # steps 0 to 8, and 7 to 8; those of step 9 are under way


def test_steps_and_runs_may_alternate_inside_the_loop() -> None:
    """Whoever moves the simulation on, the loop goes on from there, up to its end."""
    G = NeuronGroup(1, "x : 1")
    G.run_regularly("x += 1")
    net = Network(G)
    turns = 0
    for t in net.steps(1 * ms):
        turns += 1
        if t == 0.5 * ms:
            net.run(0.3 * ms)
    assert turns == 7 and G.x[0] == 10 and net.t == 1 * ms


def test_leaving_the_loop_leaves_the_time_where_it_is() -> None:
    """By break, or by a wish to stop."""
    G = NeuronGroup(1, "x : 1")
    G.run_regularly("x += 1")
    net = Network(G)
    for t in net.steps(1 * second):
        if t >= 0.35 * ms:
            break
    assert G.x[0] == 4 and G.t == net.t == 0.4 * ms
    for _ in net.steps(1 * second):
        stop()
    assert G.x[0] == 5
    net.step(5)
    assert G.x[0] == 10


def test_what_steps_refuses() -> None:
    """`every` that is no number of steps; running while it runs."""
    G = NeuronGroup(1, "x : 1")
    net = Network(G, name="net")
    with pytest.raises(ValueError, match=r"^every= must be a multiple of the shortest dt, which is 100\. us$"):
        list(net.steps(1 * ms, every=0.15 * ms))
    net.add(NetworkOperation(lambda: net.step()))
    with pytest.raises(RuntimeError, match=r"^step\(\) cannot be called while 'net' runs"):
        net.run(1 * ms)


def test_a_profile_changes_no_bit(lane: Any) -> None:
    """All kernels and operations are there, by the names of their objects, and take some time."""
    found = []
    with lane.networks():
        for profile in (False, True):
            seed(7)
            net = network()
            net.run(6 * ms, profile=profile)
            found.append(values(net))
            if profile:
                names = [name for name, _ in net.profiling_info]
                times = [float(t) for _, t in net.profiling_info]
            del net
    assert found[0] == found[1]
    assert {re.sub(r"_\d+$", "", name) for name in names} == {
        "cells_run_regularly",
        "cells_spike_resetter",
        "cells_spike_thresholder",
        "cells_stateupdater",
        "operation",
        "rare",
        "spikes",
        "synapses_pre",
        "trace",
    }
    assert times == sorted(times, reverse=True) and times[-1] > 0


def test_profiling_summary_is_a_table() -> None:
    """Of the last run that was measured; shares add up."""
    G = NeuronGroup(5, "dv/dt = -v/(10*ms) : volt", threshold="v > 10*mV", reset="v = 0*mV", method="exact", name="cells")
    G.v = 20 * mV
    run(1 * ms, profile=True)
    summary = profiling_summary()
    assert sum(summary.percentages) == pytest.approx(100)
    assert sorted(summary.names) == ["cells_spike_resetter", "cells_spike_thresholder", "cells_stateupdater"]
    lines = str(summary).splitlines()
    assert lines[0].startswith("Profiling summary (") and len(lines) == 5
    assert all(re.fullmatch(r"cells_\w+ +\d+\.\d{3} ms +\d+\.\d\d %", line) for line in lines[2:])
    assert len(profiling_summary(show=1).names) == 1
    assert summary._repr_html_().count("<tr>") == 3
    run(1 * ms)
    with pytest.raises(ValueError, match=r"^nothing was measured: run with profile=True$"):
        profiling_summary()
    with pytest.raises(ValueError, match="nothing was measured"):
        magic_network.profiling_info  # noqa: B018


def test_a_run_ends_when_its_wall_time_is_over() -> None:
    """After a whole step; the next run goes on; one that is fast enough is not touched."""
    G = NeuronGroup(1, "x : 1", name="G")
    G.run_regularly("x += 1")
    net = Network(G)
    net.run(1 * ms, max_wall=1000 * second)
    assert G.x[0] == 10
    net.run(10_000 * second, max_wall=0.1 * second)
    assert 10 < G.x[0] < 1e8 and net.t == G.t
    assert G.x[0] == round(net.t / (0.1 * ms))
    before = G.x[0]
    net.run(1 * ms)
    assert G.x[0] == before + 10


def test_slots_of_the_user(lane: Any) -> None:
    """A schedule orders the slots; each has a place before and after it; None brings the default back."""

    def order(schedule: Any) -> list[str]:
        found: list[str] = []
        G = NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > -1", reset="v += 0", method="euler")
        slots = ["start", "end", "before_groups", "after_resets", "thresholds"] + (["mine"] if schedule else [])
        operations = [NetworkOperation(lambda s=s: found.append(s), when=s) for s in slots]
        net = Network(G, operations)
        net.schedule = schedule
        with lane.networks():
            net.run(0.1 * ms)
        return found

    usual = ["start", "before_groups", "thresholds", "after_resets", "end"]
    assert order(None) == usual
    turned = ["end", "resets", "synapses", "thresholds", "mine", "groups", "start"]
    assert order(turned) == ["end", "after_resets", "thresholds", "mine", "before_groups", "start"]


def test_schedules_are_checked() -> None:
    """When they are set, or when an object asks for a slot that is not there."""
    net = Network(NeuronGroup(1, "x : 1", name="G"))
    for bad, message in (
        ("start", "a schedule is a list of slots"),
        ([1], "a schedule is a list of slots"),
        ([], "a schedule needs at least one slot; None stands for the default"),
        (["a", "a"], "'a' stands twice in the schedule"),
        (["after_groups"], "'after_groups' cannot stand in a schedule"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            net.schedule = bad
    net.schedule = ["one", "groups"]
    assert net.schedule == ["one", "groups"]
    net.schedule = None
    assert net.schedule == list(prefs.core.network.default_schedule)


def test_scheduling_summary_follows_the_schedule() -> None:
    """Text and HTML: object, owner, dt, slot, order, active; in the order of a step."""
    cells = NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 1", reset="v = 0", method="euler", name="units")
    spikes = SpikeMonitor(cells, name="spikes")
    cells.run_regularly("v += 0", dt=1 * ms, name="slow")
    spikes.active = False
    net = Network(cells, spikes)
    expected = """\
object                                | part of             | clock dt              | when       | order | active
--------------------------------------+---------------------+-----------------------+------------+-------+-------
slow (CodeRunner)                     | units (NeuronGroup) | 1. ms (every 10 steps) | start      | 0     | yes
units_stateupdater (StateUpdater)     | units (NeuronGroup) | 100. us (every step)   | groups     | 0     | yes
units_spike_thresholder (Thresholder) | units (NeuronGroup) | 100. us (every step)   | thresholds | 0     | yes
spikes (SpikeMonitor)                 | --                  | 100. us (every step)   | thresholds | 1     | no
units_spike_resetter (Resetter)       | units (NeuronGroup) | 100. us (every step)   | resets     | 0     | yes"""
    shown = str(scheduling_summary(net))
    squeeze = re.compile(r"[ -]+")
    assert squeeze.sub(" ", shown) == squeeze.sub(" ", expected)
    net.schedule = ["resets", "groups", "thresholds", "start"]
    first = [row[0].split()[0] for row in scheduling_summary(net).rows]
    assert first == ["units_spike_resetter", "units_stateupdater", "units_spike_thresholder", "spikes", "slow"]
    assert scheduling_summary(net)._repr_html_().count("<tr>") == 6
