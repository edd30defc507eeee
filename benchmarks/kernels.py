"""Compiled networks against programs written by hand, on this machine, in this run.

    python benchmarks/kernels.py [--repeat 3] [--json FILE]

Prints CPU seconds per biological second of CUBA, COBA and COBAHH (the scripts in ``examples/``, with their monitors) and
of `floor/floor.cpp`, and their ratio; and the time of a step of one neuron with two monitors.  CPU time, as wall time says
nothing on a machine that is shared.
"""

from __future__ import annotations

import argparse
import json
import runpy
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from eqsim.codegen.compiler import EXACT, NATIVE, find_compiler
from eqsim.targets.cython import CompiledModule

HERE = Path(__file__).parent
MODELS = ("cuba", "coba", "cobahh")
GOALS = {"cuba": 2.0, "coba": 2.0, "cobahh": 1.6}
STEP_GOAL_US = 0.5


class Stopwatch:
    """Adds up the CPU time that compiled networks take."""

    def __init__(self) -> None:
        self.seconds, self._run = 0.0, CompiledModule.run

    def __enter__(self) -> Stopwatch:
        original, watch = self._run, self

        def run(module: CompiledModule, *args: Any, **more: Any) -> Any:
            began = time.process_time()
            try:
                return original(module, *args, **more)
            finally:
                watch.seconds += time.process_time() - began

        CompiledModule.run = run  # type: ignore[method-assign]
        return self

    def __exit__(self, *exc: object) -> None:
        CompiledModule.run = self._run  # type: ignore[method-assign]


def example(name: str) -> float:
    """CPU seconds of the compiled part of one biological second of an example."""
    sys.argv = [name, "--target", "cython", "--no-plot"]
    sys.path.insert(0, str(HERE.parent / "examples"))
    with Stopwatch() as watch, redirect_stdout(StringIO()):
        runpy.run_path(str(HERE.parent / "examples" / f"{name}.py"))
    return watch.seconds


def by_hand(program: Path, name: str) -> float:
    """The same of the program written by hand."""
    return float(subprocess.run([program, name, "1"], capture_output=True, text=True, check=True).stdout.split()[0])


def one_neuron(steps: int = 200_000) -> float:
    """Microseconds for a step of one leaky neuron, its voltage and its spikes recorded."""
    from eqsim import NeuronGroup, SpikeMonitor, StateMonitor, defaultclock, ms, prefs, run, start_scope

    start_scope()
    prefs.codegen.target = "cython"
    cell = NeuronGroup(1, "dv/dt = (1.1 - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
    trace, spikes = StateMonitor(cell, "v", record=True), SpikeMonitor(cell)
    run(1 * ms)
    with Stopwatch() as watch:
        run(steps * defaultclock.dt)
    assert spikes.num_spikes > 0 and trace.t.size > steps
    return watch.seconds / steps * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json")
    options = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "floor"
        compiler = find_compiler("CXX")
        flags = ["-std=c++20", "-O3", NATIVE, *EXACT]
        subprocess.run([*compiler.command, *flags, HERE / "floor" / "floor.cpp", "-o", program], check=True)  # type: ignore[union-attr]
        print(f"{'':8} {'eqsim':>9} {'by hand':>9} {'ratio':>6} {'goal':>6}   CPU s per biological s")
        for name in MODELS:
            ours = min(example(name) for _ in range(options.repeat))
            floor = min(by_hand(program, name) for _ in range(options.repeat))
            rows[name] = {"eqsim_s": ours, "by_hand_s": floor, "ratio": ours / floor}
            print(f"{name:8} {ours:9.4f} {floor:9.4f} {ours / floor:6.2f} {GOALS[name]:6.1f}")
    step = min(one_neuron() for _ in range(options.repeat))
    rows["one_neuron"] = {"step_us": step}
    print(f"one neuron, two monitors: {step:.3f} us per step (goal {STEP_GOAL_US})")
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
