"""One sample, taken in a process of its own: python sample.py PACKAGE TARGET WHAT MODEL [SECONDS [REPEATS]].

PACKAGE is eqsim or brian2; the last line printed is JSON.  All times are CPU seconds of this process, unless they say wall.

==========  ====================================================================================================
speed       seconds of each of REPEATS runs of SECONDS, between first and last report; a run before them prepares
script      seconds from after the import to the end of a run of SECONDS, the children's (compilers) apart
rerun       wall seconds from the call of a second run() to its first step
import      seconds of the import, and how many of sympy and matplotlib it brought in
wiring      seconds of connect(), bytes per synapse after connect, weights and a run, children's seconds
recording   seconds of a step that records N values, less those of one that records one, as a multiple of the seconds of
            copying as much to memory that is as new
threads     wall seconds of runs on one thread and on two, in turns, and their quotients
batch       seconds of each of REPEATS batches of SECONDS after a first one, the building of the program for them included;
            own and children's seconds up to the end of the first one; peaks, so that results can be compared
analysis    seconds of fixed points with limit cycles over a parameter; points: of a second time without cycles
build       C++ standalone in the folder TARGET: own and children's seconds to make the model, generate and compile
==========  ====================================================================================================
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

PAGE = os.sysconf("SC_PAGE_SIZE")
CLOCK = "timespec {0}; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &{0});"
"""C++ that reads the clock; written into the programs of both sides around the run."""
WRITE = """FILE* f = fopen("cpu.txt", "w");
fprintf(f, "%.9f", (b.tv_sec - a.tv_sec) + 1e-9*(b.tv_nsec - a.tv_nsec));
fclose(f);
"""


def children() -> float:
    """CPU seconds of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident() -> int:
    """Bytes of memory in use."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * PAGE


class Marks:
    """A report function that notes the clocks at the first and the last step of a run."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def __call__(self, elapsed: Any, completed: float, start: Any, duration: Any) -> None:
        self.cpu.append(time.process_time())
        self.wall.append(time.perf_counter())

    @property
    def seconds(self) -> float:
        """CPU seconds of the run."""
        return self.cpu[-1] - self.cpu[0]


def run(sim: Any, model: Any, seconds: float, marks: Marks | None = None) -> None:
    """Run a model; its strings see its module."""
    more = {"report": marks, "report_period": 1e6 * sim.second} if marks else {}
    names = {k: v for k, v in vars(model).items() if not k.startswith("_")}
    model.net.run(seconds * sim.second, namespace=names, **more)


def model_of(name: str) -> Any:
    """Build a model."""
    return importlib.import_module(f"models.{name}")


def speed(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    model, found = model_of(name), []
    run(sim, model, 0.01)
    for _ in range(repeats):
        marks = Marks()
        run(sim, model, seconds, marks)
        found.append(marks.seconds)
    rate = model.spikes.num_spikes / len(model.spikes.source) / (seconds * repeats + 0.01)
    return {"seconds": found, "rate_Hz": float(rate)}


def script(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    own, others, wall, marks = time.process_time(), children(), time.perf_counter(), Marks()
    run(sim, model_of(name), seconds, marks)
    ended = time.perf_counter()
    found = {"own": time.process_time() - own, "running": marks.seconds, "wall": ended - wall}
    return {**found, "children": children() - others}


def rerun(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    model, found = model_of(name), []
    run(sim, model, seconds)
    for _ in range(repeats):
        marks, called = Marks(), time.perf_counter()
        run(sim, model, seconds, marks)
        found.append(marks.wall[0] - called)
    return {"seconds": found}


def wiring(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    model = model_of(name)
    before, others, own = resident(), children(), time.process_time()
    synapses = model.synapses(0.02)
    own = time.process_time() - own
    compiled = children() - others
    synapses.w = 0.1
    model.net.add(synapses)
    run(sim, model, seconds)
    return {"seconds": [own], "bytes": (resident() - before) / len(synapses), "children": compiled}


def recording(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    model, found = model_of(name), {"all": [], "one": [], "copy": []}
    for _ in range(repeats + 1):
        for what, record in (("all", True), ("one", [0])):
            net, marks = model.network(record), Marks()
            net.run(1e-3 * sim.second)
            net.run(seconds * sim.second, report=marks, report_period=1e6 * sim.second)
            found[what].append(marks.seconds)
            net = None
        found["copy"].append(copying(model.N, round(seconds * 1e4)))
    best = {what: min(values[1:]) for what, values in found.items()}
    return {"ratio": (best["all"] - best["one"]) / best["copy"], **{k: v[1:] for k, v in found.items()}}


def threads(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    model = model_of(name)
    found: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(repeats + 1):
        for count, walls in found.items():
            sim.prefs.codegen.threads = count
            marks = Marks()
            run(sim, model, seconds if turn else 0.01, marks)
            walls.append(marks.wall[-1] - marks.wall[0])
    one, two = (min(walls[1:]) for walls in found.values())
    return {"gain": one / two, "cost": two / one, "one": found[1][1:], "two": found[2][1:]}


def copying(width: int, steps: int) -> float:
    """CPU seconds of copying the same row of doubles to one row after the other of new memory."""
    import numpy as np

    row, start = np.arange(float(width)), time.process_time()
    rows = np.empty((steps, width))
    rows[:] = row
    return time.process_time() - start


def batch(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    own, others = time.process_time(), children()
    model, found = model_of(name), []
    peaks = model.peaks(seconds)
    own, others = time.process_time() - own, children() - others
    for _ in range(repeats):
        start = time.process_time()
        model.peaks(seconds)
        found.append(time.process_time() - start)
    return {"seconds": found, "compiled": found, "own": own, "children": others, "peaks": list(map(float, peaks))}


def analysis(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    found = []
    for cycles in (True, False):
        start = time.process_time()
        model_of(name).diagram(cycles)
        found.append(time.process_time() - start)
    return {"seconds": found[0], "points": found[1]}


def build(sim: Any, name: str, seconds: float, repeats: int) -> dict[str, Any]:
    """See the table above."""
    own, others, model = time.process_time(), children(), model_of(name)
    device = sim.device
    device.insert_code("before_network_run", CLOCK.format("a"))
    device.insert_code("after_network_run", CLOCK.format("b") + WRITE)
    run(sim, model, seconds)
    device.build(directory=sys.argv[2], compile=True, run=False)
    return {"own": time.process_time() - own, "children": children() - others}


ACTS: dict[str, Callable[[Any, str, float, int], dict[str, Any]]] = {
    act.__name__: act for act in (speed, script, rerun, wiring, recording, threads, batch, analysis, build)
}


def choose(sim: Any, package: str, target: str, act: str) -> None:
    """Set the target, and where compiled code is kept."""
    if act == "build":
        sim.set_device("cpp_standalone", build_on_run=False, directory=target)
        return
    sim.prefs.codegen.target = target
    if package == "brian2":
        sim.prefs.codegen.runtime.cython.cache_dir = os.path.join(os.environ["EQSIM_CACHE_DIR"], "brian2")


def main(package: str, target: str, act: str, name: str, seconds: str = "0", repeats: str = "1") -> None:
    """Take the sample and print it."""
    start = time.process_time()
    sim = importlib.import_module(package)
    took = time.process_time() - start
    if act == "import":
        brought = [m for m in ("sympy", "matplotlib") if m in sys.modules]
        print(json.dumps({"seconds": [took], "brought": len(brought)}))
        return
    sys.modules["simulator"] = sim
    choose(sim, package, target, act)
    sim.seed(1234)
    print(json.dumps(ACTS[act](sim, name, float(seconds), int(repeats))))


if __name__ == "__main__":
    main(*sys.argv[1:])
