"""One sample of BrainPy, in a process of its own: python sample.py MODEL SECONDS REPEATS.

The last line printed is JSON: ``seconds``, CPU seconds of each of REPEATS runs of SECONDS after the compilation; ``own``, CPU
seconds from after the import to the end of the first run, compilation included; ``rate_Hz`` of all neurons.
"""

import importlib
import json
import sys
import time

import brainpy as bp
import brainpy.math as bm
import jax
import numpy as np

DT = 0.1  # ms


def main(name, seconds, repeats):
    """Take the sample and print it."""
    bm.set_platform("cpu")
    bm.set_dt(DT)
    steps = round(float(seconds) * 1e3 / DT)
    begin = time.process_time()
    run = importlib.import_module(name).program(steps)
    found, spikes = [], None
    own = 0.0
    for k in range(int(repeats) + 1):
        start = time.process_time()
        spikes = jax.block_until_ready([np.asarray(x) for x in run(k * steps)])
        found.append(time.process_time() - start)
        own = own or time.process_time() - begin
    rate = sum(x.sum() for x in spikes) / sum(x.shape[1] for x in spikes) / float(seconds)
    print(json.dumps({"seconds": found[1:], "own": own, "rate_Hz": float(rate), "version": bp.__version__}))


if __name__ == "__main__":
    main(*sys.argv[1:])
