"""4000 neurons that do nothing: what remains is the recording of one variable of theirs in each step."""

from simulator import *

N = 4000


def network(record):
    """A network whose monitor records some of the neurons."""
    group = NeuronGroup(N, "x : 1")
    group.x = "i"
    return Network(group, StateMonitor(group, "x", record=record))
