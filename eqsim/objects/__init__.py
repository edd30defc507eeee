"""Layer 6: the objects of a model; each says what it contributes to a program."""

from eqsim.objects.clock import Clock, EventClock, defaultclock, timestep
from eqsim.objects.event_monitor import EventMonitor
from eqsim.objects.frames import get_local_namespace
from eqsim.objects.group import Group
from eqsim.objects.neurons import NeuronGroup
from eqsim.objects.operations import NetworkOperation, network_operation
from eqsim.objects.poisson import PoissonGroup
from eqsim.objects.poisson_input import PoissonInput
from eqsim.objects.randomness import seed
from eqsim.objects.rate_monitor import PopulationRateMonitor
from eqsim.objects.regular import CodeRunner
from eqsim.objects.spike_generator import SpikeGeneratorGroup
from eqsim.objects.spike_monitor import SpikeMonitor
from eqsim.objects.state_monitor import StateMonitor
from eqsim.objects.subgroup import Subgroup
from eqsim.objects.synapses import Synapses
from eqsim.objects.views import VariableView

__all__ = [
    "Clock",
    "CodeRunner",
    "EventClock",
    "EventMonitor",
    "Group",
    "NetworkOperation",
    "NeuronGroup",
    "PoissonGroup",
    "PoissonInput",
    "PopulationRateMonitor",
    "SpikeGeneratorGroup",
    "SpikeMonitor",
    "StateMonitor",
    "Subgroup",
    "Synapses",
    "VariableView",
    "defaultclock",
    "get_local_namespace",
    "network_operation",
    "seed",
    "timestep",
]
