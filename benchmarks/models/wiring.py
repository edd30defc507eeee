"""20000 neurons, 2 % connectivity: 8 million synapses with one weight each and a shared delay."""

from simulator import *

N = 20000
P = NeuronGroup(N, "v : 1", threshold="v > 1", reset="v = 0")


def synapses(p):
    """Connect and give the weights."""
    made = Synapses(P, P, "w : 1", on_pre="v += w", delay=1 * ms)
    made.connect(p=p)
    return made


few = synapses(1e-3)  # what is done once in a process is done now
few.w = 0.1
net = Network(P, few)
net.run(0.1 * ms)
