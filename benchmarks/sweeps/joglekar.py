"""Figure 3F of Joglekar et al. (2018): 32 parameter sets of 29 areas, 3.5 s; the peak of 24c.  ``batch`` or ``single``."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from connectome import MU, OMEGA, STEPS, connectome

from eqsim.only import *

prefs.codegen.target = "cython"
defaultclock.dt = 0.2 * ms
fln, place = connectome(sys.argv[2] if len(sys.argv) > 2 else "")
n = len(place)
names = {
    "beta_E": 0.066, "beta_I": 0.351, "tau_E": 20 * ms, "tau_I": 10 * ms, "omega_EE": 24.3, "omega_IE": 12.2,
    "omega_II": 12.5, "mu_IE": 25.3, "eta": 0.68, "mu_EE": 34.0, "omega_EI": 19.7,
    "pulse": TimedArray([0] * 8 + [41.895, 0], dt=250 * ms),
}  # fmt: skip
E = NeuronGroup(
    n,
    """dE/dt = (-E + max(beta_E*current + background + int(i == 0)*pulse(t), 10))/tau_E : 1
       current = (1 + eta*h)*(omega_EE*E + mu_EE*long_range) - omega_EI*I : 1
       long_range : 1
       background : 1 (constant)
       h : 1 (constant)
       I : 1 (linked)""",
    method="euler", order=1, after_step="E = max(E, 0)", name="E",
)  # fmt: skip
I = NeuronGroup(
    n,
    """dI/dt = (-I + max(beta_I*current + background, 35))/tau_I : 1
       current = (1 + eta*h)*(omega_IE*E + mu_IE*long_range) - omega_II*I : 1
       background : 1 (constant)
       h : 1 (constant)
       E : 1 (linked)
       long_range : 1 (linked)""",
    method="euler", order=2, after_step="I = max(I, 0)", name="I",
)  # fmt: skip
I.E, I.long_range, E.I = linked_var(E, "E"), linked_var(E, "long_range"), linked_var(I, "I")
between = Synapses(E, E, "fln : 1 (constant)\nlong_range_post = fln*E_pre : 1 (summed)", name="between")
target, source = np.nonzero(fln)
between.connect(i=source, j=target)
between.fln = fln[target, source]
E.h, I.h, E.E, I.I = place, place, 10, 35
trace = StateMonitor(E, "E", record=[n - 1], name="trace")
net = Network(E, I, between, trace)

gain, reach = 1 + 0.68 * place, fln.sum(1) * 10
E_background = 10 - 0.066 * (gain * (24.3 * 10 + MU[:, None] * reach) - OMEGA[:, None] * 35)
I.background = 35 - 0.351 * (gain * (12.2 * 10 + 25.3 * reach) - 12.5 * 35)
values = {"mu_EE": MU, "omega_EI": OMEGA, "E.background": E_background}
at = round(1.75 / 2e-4)


def peak() -> float:
    rate = trace.E[0]
    return float((rate[at:] - rate[at - 1]).max())


samples = []
for _ in range(4):
    began = time.process_time()
    options = {"duration": STEPS * defaultclock.dt, "results": peak, "zip": True, "namespace": names}
    found = (
        sweep(net, values, batch=True, **options)
        if sys.argv[1] == "batch"
        else sweep(net, values, executor="serial", **options)
    )
    samples.append(time.process_time() - began)
print(found.values.tolist(), file=sys.stderr)
print(json.dumps(min(samples[1:])))
