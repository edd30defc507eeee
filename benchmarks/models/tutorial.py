"""The first simulation of a tutorial: one neuron, 50 ms."""

from simulator import *

v0, tau = -10 * mV, 10 * ms
one = NeuronGroup(
    1,
    "dv/dt = (v0 - v)/tau : volt (unless refractory)",
    threshold="v > -40*mV",
    reset="v = -60*mV",
    refractory=5 * ms,
    method="exact",
)
one.v = -70 * mV
trace = StateMonitor(one, "v", record=True)
spikes = SpikeMonitor(one)
net = Network(one, trace, spikes)
