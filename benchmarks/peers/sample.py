"""One sample of BrainPy or BrainCell, in a process of its own: python sample.py PRECISION WHAT MODEL SECONDS [REPEATS].

PRECISION is single, as both are without being told, or double.  The last line printed is JSON.  All times are CPU seconds
of this process.

==========  ====================================================================================================
speed       seconds of each of REPEATS runs of SECONDS; a run before them, or WARM_UPS of them, compiles
script      seconds from after the import to the end of a run of SECONDS, compilation included
==========  ====================================================================================================

MODEL is a file beside this one, whose function ``program(steps)`` gives a function of the first step that runs so many
steps and returns spikes; or whose function ``sample(what, seconds, repeats)`` takes the sample itself.
"""

import importlib
import json
import resource
import sys
import time

import brainpy as bp
import brainpy.math as bm
import jax
import numpy as np

DT = 0.1  # ms


def children():
    """CPU seconds of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sample(model, what, seconds, repeats):
    """Build the model and run it."""
    own, others = time.process_time(), children()
    steps = round(seconds * 1e3 / DT)
    run, found, spikes = model.program(steps), [], []
    first = getattr(model, "WARM_UPS", 1)
    for k in range(1 if what == "script" else first + repeats):
        start = time.process_time()
        spikes = [np.asarray(x) for x in jax.block_until_ready(run(k * steps))]
        found.append(time.process_time() - start)
    if what == "script":
        return {"own": time.process_time() - own, "children": children() - others}
    rate = sum(x.sum() for x in spikes) / sum(x.shape[1] for x in spikes) / seconds
    return {"seconds": found[first:], "rate_Hz": float(rate)}


def main(precision, what, name, seconds, repeats="1"):
    """Take the sample and print it."""
    bm.set_platform("cpu")
    if precision == "double":
        bm.enable_x64()
    bm.set_dt(DT)
    model = importlib.import_module(name)
    given = (what, float(seconds), int(repeats))
    found = model.sample(*given) if hasattr(model, "sample") else sample(model, *given)
    print(json.dumps({**found, "version": bp.__version__}))


if __name__ == "__main__":
    main(*sys.argv[1:])
