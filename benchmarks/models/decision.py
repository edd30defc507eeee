"""The decision network of a tutorial for BrainPy (Wang 2002), at 25.6 % coherence: see examples/seeds/decision.py."""

from simulator import *

step = defaultclock.dt
delay = 3 * step
nS_ampa, nS_gaba = exp(-step / (2 * ms)) * nS, exp(-step / (5 * ms)) * nS
V_rest, V_th = -70 * mV, -50 * mV
n_A = 240

CELL = """
dV/dt = (V_rest - V + R*I)/tau : volt (unless refractory)
I = (g_nmda/(1 + exp(-0.062*V/mV)/3.57) + g_ampa)*(0*mV - V) + g_gaba*(-70*mV - V) : amp (constant over dt)
dg_ampa/dt = -g_ampa/(2*ms) : siemens
dg_gaba/dt = -g_gaba/(5*ms) : siemens
g_nmda : siemens
"""
GATE = """
ds/dt = -s/(100*ms) + 0.5/ms*x*(1 - s) : 1
dx/dt = -x/(2*ms) : 1
"""
RULES = {"threshold": "V >= V_th", "method": "exponential_euler"}
of_E, of_I = {"tau": 20 * ms, "R": 40 * Mohm}, {"tau": 10 * ms, "R": 50 * Mohm}
E = NeuronGroup(1600, CELL + GATE, reset="V = -55*mV; x += 1", refractory=2.1 * ms, namespace=of_E, **RULES)
I = NeuronGroup(400, CELL, reset="V = -55*mV", refractory=1.1 * ms, namespace=of_I, **RULES)
E.V = I.V = V_rest
A, B, N = E[:n_A], E[n_A : 2 * n_A], E[2 * n_A :]


def excite(source, target, ampa, nmda, w=1.0):
    """All-to-all AMPA and NMDA synapses with these conductances, in nS."""
    weights = {"w_ampa": w * ampa * nS_ampa, "w_nmda": w * nmda * nS}
    total = "g_nmda_post = w_nmda*s_pre(t - delay) : siemens (summed)"
    synapses = Synapses(source, target, total, on_pre="g_ampa_post += w_ampa", delay=delay, namespace=weights)
    synapses.connect()
    return synapses


def inhibit(target, gaba):
    """All-to-all GABA synapses with this conductance, in nS."""
    synapses = Synapses(I, target, on_pre="g_gaba_post += w", delay=delay, namespace={"w": gaba * nS_gaba})
    synapses.connect()
    return synapses


def poisson(target, rate, weight):
    """A source of spikes for each neuron."""
    return PoissonInput(target, "g_ampa", N=1, rate=rate, weight=weight * nS_ampa)


w_pos, w_neg = 1.7, 1 - 0.15 * 0.7 / 0.85
projections = [
    excite(A, A, 0.05, 0.165, w_pos),
    excite(B, B, 0.05, 0.165, w_pos),
    excite(A, B, 0.05, 0.165, w_neg),
    excite(B, A, 0.05, 0.165, w_neg),
    excite(N, E[: 2 * n_A], 0.05, 0.165, w_neg),
    excite(E, N, 0.05, 0.165),
    excite(E, I, 0.04, 0.13),
    inhibit(E, 1.3),
    inhibit(I, 1.0),
]
rates = {sign: [40 * (1 + sign * 0.256) + x for x in np.random.default_rng(1).normal(0, 10, 20)] for sign in (1, -1)}
rate_A = TimedArray([0, 0, *rates[1], 0] * Hz, dt=50 * ms)
rate_B = TimedArray([0, 0, *rates[-1], 0] * Hz, dt=50 * ms)
inputs = [
    poisson(E, 2400 * Hz, 2.1),
    poisson(I, 2400 * Hz, 1.62),
    poisson(A, "rate_A(t)", 2.1),
    poisson(B, "rate_B(t)", 2.1),
]
spikes = SpikeMonitor(E)
net = Network(E, I, projections, inputs, spikes)
