"""CUBA: current-based integrate-and-fire network (Vogels and Abbott 2005; benchmark 2 of Brette et al. 2007)."""

import os

from simulator import *

tau_m, tau_exc, tau_inh = 20 * ms, 5 * ms, 10 * ms
theta, v_reset, rest = -50 * mV, -60 * mV, -49 * mV
w_exc, w_inh, N, n_exc = 1.62 * mV, -9 * mV, 4000, 3200
scale = "0.99*" if os.environ.get("BENCHMARK_EDITED") else ""  # another expression, nothing else

P = NeuronGroup(
    N,
    f"""dv/dt = (rest - v + {scale}I_exc + I_inh)/tau_m : volt (unless refractory)
        dI_exc/dt = -I_exc/tau_exc : volt
        dI_inh/dt = -I_inh/tau_inh : volt""",
    threshold="v > theta",
    reset="v = v_reset",
    refractory=5 * ms,
    method="exact",
)
P.v = "v_reset + rand()*(theta - v_reset)"
exc = Synapses(P[:n_exc], P, on_pre="I_exc += w_exc")
inh = Synapses(P[n_exc:], P, on_pre="I_inh += w_inh")
exc.connect(p=0.02)
inh.connect(p=0.02)
spikes = SpikeMonitor(P)
net = Network(P, exc, inh, spikes)
