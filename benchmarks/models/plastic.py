"""Plastic network: CUBA with 1.6 million synapses that change with spike timing (Song, Miller and Abbott 2000)."""

from simulator import *

tau_exc, tau_inh, tau_stdp = 5 * ms, 10 * ms, 20 * ms
w_start, N, n_exc = 0.2592, 4000, 3200
top = 2 * w_start
up, down = 0.01 * top, -0.0105 * top

P = NeuronGroup(
    N,
    """dv/dt = (-49*mV - v + I_exc + I_inh)/(20*ms) : volt (unless refractory)
       dI_exc/dt = -I_exc/tau_exc : volt
       dI_inh/dt = -I_inh/tau_inh : volt""",
    threshold="v > -50*mV",
    reset="v = -60*mV",
    refractory=5 * ms,
    method="exact",
)
P.v = "-60*mV + 10*mV*rand()"
exc = Synapses(
    P[:n_exc],
    P,
    """w : 1
       dtrace_in/dt = -trace_in/tau_stdp : 1 (event-driven)
       dtrace_out/dt = -trace_out/tau_stdp : 1 (event-driven)""",
    on_pre="I_exc += w*mV; trace_in += up; w = clip(w + trace_out, 0, top)",
    on_post="trace_out += down; w = clip(w + trace_in, 0, top)",
)
exc.connect(p=0.125)
exc.w = w_start
inh = Synapses(P[n_exc:], P, on_pre="I_inh += -9*mV")
inh.connect(p=0.02)
spikes = SpikeMonitor(P)
net = Network(P, exc, inh, spikes)
