"""How fast sweeps and batches are, as ratios in one run.

    python benchmarks/sweeps/run.py [--brainpy PYTHON] [--connectome FILE] [--rounds N]

PYTHON is an interpreter with BrainPy, FILE the connectome of Markov et al. (MATLAB: flnMat, hierVals); without it an
artificial one of the same size stands in.  Each sample is taken in a process of its own, and the sides take turns.  Times
are CPU seconds on one thread; compilers are excluded: the first call of a process does not count, the best other does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROWS = {
    "Joglekar 3F, 32 points: batch against BrainPy's vmap": ("joglekar.py batch", "joglekar_brainpy.py", 3.0),
    "Joglekar 3F, 32 points: batch against single runs": ("joglekar.py batch", "joglekar.py single", 3.0),
    "a neuron, 1000 points: batch against single runs": ("neuron.py batch", "neuron.py single", 3.0),
    "64 points of 1000 neurons: runs alone against the sweep": ("overhead.py sweep", "overhead.py runs", 1 / 1.2),
}
"""Ours, the other side, and how many times as fast ours is to be."""


def sample(script: str, python: str, connectome: str) -> float:
    """What a script says in its last line."""
    name, *words = script.split()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(HERE.parents[1])}
    command = [python, str(HERE / name), *words, connectome]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure all rows that can be measured here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brainpy", default="", help="an interpreter with BrainPy")
    parser.add_argument("--connectome", default="", help="MATLAB file with flnMat and hierVals")
    parser.add_argument("--rounds", type=int, default=3)
    opts = parser.parse_args()
    print(f"{'what':<58}{'ours':>9}{'other':>9}{'ratio':>7}{'goal':>7}  met")
    for what, (ours, other, goal) in ROWS.items():
        python = opts.brainpy if "brainpy" in other else sys.executable
        if not python:
            print(f"{what:<58}  needs --brainpy PYTHON")
            continue
        pairs = [
            (sample(ours, sys.executable, opts.connectome), sample(other, python, opts.connectome))
            for _ in range(opts.rounds)
        ]
        a, b = (min(times) for times in zip(*pairs, strict=True))
        print(f"{what:<58}{a:>8.4g}s{b:>8.4g}s{b / a:>7.3g}{goal:>7.3g}  {'yes' if b / a >= goal else 'no'}", flush=True)


if __name__ == "__main__":
    main()
