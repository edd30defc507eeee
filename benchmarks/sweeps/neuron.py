"""An adaptive exponential neuron with 1000 currents, 1 s: ``batch`` or ``single`` (100 of them, times ten)."""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from eqsim.only import *

prefs.codegen.target = "cython"
names = {
    "C": 281 * pF, "g_l": 30 * nS, "E_l": -70.6 * mV, "v_T": -50.4 * mV, "D_T": 2 * mV, "a": 4 * nS, "b": 0.08 * nA,
    "tau_u": 144 * ms,
}  # fmt: skip
cell = NeuronGroup(
    1,
    """dv/dt = (g_l*(E_l - v) + g_l*D_T*exp((v - v_T)/D_T) - u + I)/C : volt
       du/dt = (a*(v - E_l) - u)/tau_u : amp
       I : amp""",
    threshold="v > -40*mV", reset="v = -60*mV; u += b", method="euler", name="cell",
)  # fmt: skip
cell.v = -70.6 * mV
net = Network(cell, SpikeMonitor(cell, name="spikes"))
currents = np.linspace(0.5, 2, 1000) * nA
options = {"duration": 1 * second, "results": "spikes.count", "namespace": names}
samples = []
for _ in range(3):
    began = time.process_time()
    if sys.argv[1] == "batch":
        sweep(net, {"cell.I": currents}, batch=True, **options)
    else:
        sweep(net, {"cell.I": currents[::10]}, executor="serial", **options)
    samples.append((time.process_time() - began) * (1 if sys.argv[1] == "batch" else 10))
print(json.dumps(min(samples[1:])))
