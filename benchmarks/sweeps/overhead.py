"""64 points of a function that makes 1000 neurons and runs them for 2 s: CPU seconds of ``runs``, or of the ``sweep``."""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np

from eqsim.only import *


def simulate(tau: object, drive: float) -> float:
    """CPU seconds of the run."""
    G = NeuronGroup(
        1000, "dv/dt = (drive - v)/tau + 0.2*xi/tau**.5 : 1", threshold="v > 1", reset="v = 0", method="euler"
    )  # fmt: skip
    S = Synapses(G, G, on_pre="v_post += 0.01")
    S.connect(p=0.02)
    G.v = "rand()"
    spikes = SpikeMonitor(G)  # noqa: F841
    began = time.thread_time()
    run(2 * second)
    return time.thread_time() - began


def cpu() -> float:
    """Of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return float(np.sum([u.ru_utime + u.ru_stime for u in used]))


samples = []
for _ in range(2):
    began = cpu()
    found = sweep(simulate, {"tau": np.linspace(5, 20, 8) * ms, "drive": np.linspace(0.8, 1.5, 8)}, seed=1, workers=2)
    samples.append(cpu() - began if sys.argv[1] == "sweep" else float(found.values.sum()))
print(json.dumps(samples[-1]))
