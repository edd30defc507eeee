"""Threads change no bit: the gallery and whole networks on 1 to 4 threads, and how the work is dealt out."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from conftest import PLAIN, Lane, bits, compiler_named
from gallery import plain_program, ready, state

from eqsim import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    prefs,
    seed,
    start_scope,
)
from eqsim.codegen.cache import Cache
from eqsim.codegen.render import spell
from eqsim.codegen.shares import share
from eqsim.codegen.templates import folder
from eqsim.ir.interpret import Constants, Interpreter
from eqsim.ir.program import Program, State
from eqsim.network import device
from eqsim.targets.cython import CythonTarget

PROGRAM = ready(plain_program())
STEPS = {"clock": 20, "slow": 8}
SIZES = {"tiny": (5, 2), "blocks": (1500, 3)}
FINE = (*(f for f in PLAIN if f != "-O0"), "-O1", "-DEQ_GRAIN=1")  # small groups are dealt out, too


def threaded(count: int, cache: Path) -> CythonTarget:
    """A target on which so many threads work, whether that is fast or not."""
    return CythonTarget(flags=FINE, cache=Cache(cache), threads=count, always=True)


@pytest.fixture(scope="module")
def defined() -> dict[str, State]:
    """What the interpreter says, by size."""
    found = {}
    for name, size in SIZES.items():
        found[name] = state(*size)
        Constants(PROGRAM)(found[name])
        Interpreter(PROGRAM).run(found[name], STEPS)
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_gallery_has_equal_bits(count: int, size: str, cache_folder: Path, defined: dict[str, State]) -> None:
    """Every loop shape; in pieces, so that threads come and go while events are in flight."""
    lane, s = Lane("threads", threaded(count, cache_folder), {}), state(*SIZES[size])
    for n in (1, 7, 20):
        assert lane.run(PROGRAM, s, {"clock": n, "slow": int(np.ceil(n / 2.5))}).reason == "done"
    assert [name for name in s.arrays if bits(s, [name]) != bits(defined[size], [name])] == []


@contextmanager
def on(target: CythonTarget | None) -> Iterator[None]:
    """Inside, networks run on a target; None: on the interpreter."""
    before, choice = device._target, prefs.codegen.target
    prefs.codegen.target = "cython" if target is not None else "numpy"
    if target is not None:
        device._target = lambda *choice: target  # type: ignore[assignment]
    try:
        yield
    finally:
        device._target, prefs.codegen.target = before, choice


def cells(n: int) -> NeuronGroup:
    """Cells that spike often."""
    group = NeuronGroup(
        n,
        """dv/dt = (1.2 + coupling - v)/(5*ms) + 0.2*xi/sqrt(5*ms) : 1 (unless refractory)
           coupling : 1
           sent : 1""",
        threshold="v > 1",
        reset="v = 0",
        refractory=1 * ms,
        method="euler",
        name="cells",
    )
    group.v = "rand()"
    return group


def disorder() -> dict[str, np.ndarray]:
    """Synapses in no order, with a delay each, of their own and of their ends only; delays change between two runs."""
    start_scope()
    seed(3)
    defaultclock.dt = 0.1 * ms
    G, rng = cells(50), np.random.default_rng(5)
    pairs = rng.integers(0, 50, (2, 600))
    plastic = Synapses(
        G, G, "w : 1\ndx/dt = -x/(3*ms) : 1 (event-driven)", on_pre="v_post += w*rand(); x += 1", on_post="w *= exp(-x)",
        name="plastic",
    )  # fmt: skip
    plastic.connect(i=pairs[0], j=pairs[1])
    plastic.w = "0.01*rand()"
    plastic.pre.delay = "rand()*2*ms"
    plain = Synapses(G, G, on_pre="v_post += 0.01", name="plain")
    plain.connect(i=pairs[1], j=pairs[0])
    plain.delay = "rand()*3*ms"
    back = Synapses(G, G[10:40], on_pre="sent_pre += 1 + 0.1*v_post", name="back")
    back.connect(p=0.2)
    rows = Synapses(G, G, on_pre="v_post += 0.002", name="rows", delay=0.5 * ms)
    rows.connect(i=np.sort(pairs[0]), j=pairs[1])  # by source, the targets in no order
    spikes = SpikeMonitor(G, name="spikes")
    net = Network(G, plastic, plain, back, rows, spikes)
    net.run(8 * ms)
    plain.delay = "rand()*1*ms"
    net.run(7 * ms)
    return {"i": spikes.i[:], "t": spikes.t_[:], "w": plastic.w[:], "x": plastic.x[:], "sent": G.sent[:], "v": G.v[:]}


def junctions() -> dict[str, np.ndarray]:
    """Sums over synapses into targets and into sources, and what belongs to single synapses."""
    start_scope()
    seed(4)
    defaultclock.dt = 0.1 * ms
    G = cells(30)
    S = Synapses(
        G, G, """coupling_post = g*(v_pre - v_post) : 1 (summed)
                 sent_pre = g*v_post : 1 (summed)
                 dg/dt = (0.02 - g)/(20*ms) : 1 (clock-driven)""",
        method="euler", name="S",
    )  # fmt: skip
    S.connect(p=0.4)
    S.g = "0.02*rand()"
    trace = StateMonitor(G, ["v", "sent"], record=True, name="trace")
    Network(G, S, trace).run(10 * ms)
    return {"v": trace.v[:], "sent": trace.sent[:], "g": S.g[:]}


@pytest.mark.parametrize("network", [disorder, junctions])
def test_networks_have_equal_bits(network: Callable[[], dict[str, np.ndarray]], cache_folder: Path) -> None:
    with on(None):
        expected = network()
    assert all(np.ptp(x) > 0 for x in expected.values())
    for count in (2, 3):
        with on(threaded(count, cache_folder)):
            found = network()
        assert [name for name in expected if expected[name].tobytes() != found[name].tobytes()] == []


# --- who does what ------------------------------------------------------------------------------------------------------


def test_kernels_of_the_gallery_are_shared_where_visits_are_apart() -> None:
    """Logs have one order; what is written to both ends of a synapse has no owner."""
    ways = {k.name: share(PROGRAM, k).way for k in PROGRAM.kernels}
    assert ways == {
        "trace": "alone",  # a log of chosen elements
        "gather": "listed",
        "ring": "range",  # a row of an array
        "update": "range",
        "part": "range",
        "threshold": "range",
        "spikes": "alone",  # how many rows there are depends on the events
        "on_pre": "ends",
        "on_post": "alone",  # writes to both ends
        "delayed": "alone",  # reads what others add, and a log
        "reset": "events",
        "once": "alone",
        "slow": "range",
    }


def places(program: Program) -> dict[str, tuple[int, bool, int]]:
    """For each kernel the stretch in which it runs, is it alone, and its place there."""
    found, text = {}, spell(program)
    names = {t.name: k.name for t, k in zip(text.kernels, program.kernels, strict=True)}
    for at, stretch in enumerate(text.stretches):
        found |= {names[k.name]: (at, False, place) for place, k in enumerate(stretch.together)}
        found |= {names[k.name]: (at, True, place) for place, k in enumerate(stretch.alone) if k not in stretch.together}
    return found


def test_kernels_that_need_each_other_keep_their_order() -> None:
    """In words: the update comes before the test of the threshold, that before whatever spikes do..."""
    found = places(PROGRAM)
    order = ["trace", "update", "part", "threshold", "on_pre", "on_post", "reset"]
    assert [found[name] for name in order] == sorted(found[name] for name in order)
    assert found["threshold"][0] > found["part"][0] > found["update"][0] > 0  # they deal out different ranges
    assert found["spikes"][:2] == (found["threshold"][0], True) and found["on_pre"][0] > found["threshold"][0]


def test_neighbours_that_deal_out_alike_do_not_meet() -> None:
    """A step of a plain network has two meetings: after the thresholds, and at its end."""
    start_scope()
    G = NeuronGroup(10, "dv/dt = -v/(5*ms) : 1\nx : 1", threshold="v > 1", reset="v = 0", method="euler", name="near")
    S = Synapses(G, G, on_pre="x_post += 1", name="far")
    S.connect()
    S.pre.delay = "rand()*ms"
    net = Network(G, S)
    net.run(0 * ms)
    assert net.engine.linked is not None
    shown = [([k.name for k in s.together], len(s.alone)) for s in spell(net.engine.linked.program).stretches]
    assert shown == [([], 0), (["near_stateupdater", "near_spike_thresholder"], 1), (["far_pre", "near_spike_resetter"], 0)]


PACE = """
#include <stdio.h>
#include "pace.hpp"
// How often all threads work, of `laps` laps of steps that take so many seconds on one thread and on all.
static double share_of_all(eq_Pace& pace, int laps, double one, double all) {
  double together = 0, total = 0;
  for (int lap = 0; lap < laps; ++lap) {
    const int64_t steps = eq_plan(pace, 1000000, 100000);
    const double took = (double)steps * (pace.now > 1 ? all : one);
    if (pace.now > 1) together += took;
    total += took;
    eq_note(pace, steps, took, took);
  }
  return together / total;
}
int main() {
  eq_Pace pace;
  eq_set_pace(pace, 4, false);
  printf("%.3f\\n", share_of_all(pace, 400, 1e-6, 1e-7));
  eq_set_pace(pace, 4, false);
  printf("%.3f\\n", share_of_all(pace, 400, 1e-4, 3e-5));
  printf("%.3f\\n", share_of_all(pace, 400, 1e-4, 1e-3));
  printf("%.3f\\n", share_of_all(pace, 400, 1e-4, 3e-5));
}
"""


def test_pace_chooses_what_is_faster(tmp_path: Path) -> None:
    """Small steps stay on one thread; all work where they gain, not while the machine is busy, and again afterwards."""
    compiler = compiler_named("g++") or compiler_named("clang++")
    if not compiler:
        pytest.skip("no C++ compiler is installed")
    (tmp_path / "pace.cpp").write_text(PACE)
    options = ["-std=c++17", "-DEQ_THREADS", "-pthread", "-I", str(folder() / "runtime")]
    subprocess.run([compiler, *options, "pace.cpp", "-o", "pace"], cwd=tmp_path, check=True)
    said = subprocess.run(["./pace"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    small, faster, busy, again = map(float, said.split())
    assert small == 0
    assert faster > 0.9 and busy < 0.2 and again > 0.8


# --- preferences --------------------------------------------------------------------------------------------------------


def test_preference_counts_cores() -> None:
    before = prefs.codegen.threads
    try:
        prefs.codegen.threads = 0
        cores = device.threads()
        prefs.codegen.threads = 10**6
        assert cores >= 1 and device.threads() == cores
        prefs.codegen.threads = 1
        assert device.threads() == 1
    finally:
        prefs.codegen.threads = before
