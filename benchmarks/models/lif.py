"""One leaky integrate-and-fire neuron, its voltage and its spikes recorded: what a step costs when there is little to do."""

from simulator import *

tau = 10 * ms
G = NeuronGroup(1, "dv/dt = (1.2 - v)/tau : 1", threshold="v > 1", reset="v = 0", method="exact")
trace = StateMonitor(G, "v", record=True)
spikes = SpikeMonitor(G)
net = Network(G, trace, spikes)
