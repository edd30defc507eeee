"""The balanced network of a tutorial for BrainPy: COBA with a constant drive, see examples/seeds/ei_balance.py."""

from simulator import *

V_rest, V_th, drive, tau = -60 * mV, -50 * mV, 20 * mV, 20 * ms
n_exc = 3200

P = NeuronGroup(
    4000,
    """dV/dt = (V_rest - V + RI)/tau : volt (unless refractory)
       RI = drive + g_exc*(0*mV - V) + g_inh*(-80*mV - V) : volt (constant over dt)
       dg_exc/dt = -g_exc/(5*ms) : 1
       dg_inh/dt = -g_inh/(10*ms) : 1""",
    threshold="V >= V_th",
    reset="V = V_rest",
    refractory=5.1 * ms,
    method="exact",
)
P.V = "-55*mV + 2*mV*randn()"
exc = Synapses(P[:n_exc], P, on_pre="g_exc += 0.6")
inh = Synapses(P[n_exc:], P, on_pre="g_inh += 6.7")
for synapses in (exc, inh):
    synapses.connect(j="k for k in sample(n_exc, size=64)")
    synapses.connect(j="k for k in sample(n_exc, N_post, size=16)")
spikes = SpikeMonitor(P)
net = Network(P, exc, inh, spikes)
