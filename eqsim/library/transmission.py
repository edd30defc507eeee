"""Synapses that carry something from neuron to neuron: currents, conductances, receptors, gap junctions.

Conductances ``g`` add ``I = g*(E - v)`` to the sum ``I`` of the target.  Each spike brings the ``weight`` of its synapse.
"""

from __future__ import annotations

from eqsim.library.papers import DESTEXHE_1994, DESTEXHE_1995, JAHR_1990, RALL_1967, WANG_2002
from eqsim.library.synapse import Synapse
from eqsim.units import mmolar, ms, mV, second

CONDUCTANCE = "I = g*(E - v) : amp"
ADDED = (("I", "I"),)
SIEMENS = "weight : siemens"

delta = Synapse(
    name="delta",
    title="Jump of the voltage",
    about="The target jumps by weight.",
    text="weight : volt",
    transmit="v_post += amount",
    factors=("weight",),
)

exponential_current = Synapse(
    name="exponential_current",
    title="Exponential current",
    about="Each spike brings a current of weight that decays with tau: the charge weight*tau.",
    target="dI/dt = -I/tau : amp",
    terms=ADDED,
    text="weight : amp",
    transmit="I_post += amount",
    factors=("weight",),
    parameters={"tau": 5 * ms},
    label="syn",
)

exponential = Synapse(
    name="exponential",
    title="Exponential conductance",
    about="Each spike brings a conductance of weight that decays with tau.",
    target=f"dg/dt = -g/tau : siemens\n{CONDUCTANCE}",
    terms=ADDED,
    text=SIEMENS,
    transmit="g_post += amount",
    factors=("weight",),
    parameters={"tau": 5 * ms, "E": 0 * mV},
    label="syn",
)

alpha = Synapse(
    name="alpha",
    title="Alpha conductance",
    about="Each spike brings weight*(t/tau)*exp(1 - t/tau), whose peak is weight at the time tau.",
    target=f"dg/dt = (rise - g)/tau : siemens\ndrise/dt = -rise/tau : siemens\n{CONDUCTANCE}",
    terms=ADDED,
    text=SIEMENS,
    transmit="rise_post += exp(1)*amount",
    factors=("weight",),
    parameters={"tau": 5 * ms, "E": 0 * mV},
    papers=(RALL_1967,),
    label="syn",
)

RISE_AND_DECAY = """
dg/dt = (norm*rise - g)/tau_decay : siemens
drise/dt = -rise/tau_rise : siemens
norm = (tau_decay/tau_rise)**(tau_decay/(tau_decay - tau_rise)) : 1
"""

dual_exponential = Synapse(
    name="dual_exponential",
    title="Conductance with rise and decay",
    about="""The difference of two exponentials. The peak of weight comes at
log(tau_decay/tau_rise)*tau_rise*tau_decay/(tau_decay - tau_rise); tau_rise and tau_decay differ.""",
    target=RISE_AND_DECAY + CONDUCTANCE,
    terms=ADDED,
    text=SIEMENS,
    transmit="rise_post += amount",
    factors=("weight",),
    parameters={"tau_rise": 1 * ms, "tau_decay": 5 * ms, "E": 0 * mV},
    label="syn",
)

ampa = Synapse(
    name="ampa",
    title="AMPA receptors",
    about="Immediate rise, decay in 2 ms.",
    target=exponential.target,
    terms=ADDED,
    text=SIEMENS,
    transmit="g_post += amount",
    factors=("weight",),
    parameters={"tau": 2 * ms, "E": 0 * mV},
    papers=(WANG_2002,),
    label="ampa",
)

gaba_a = Synapse(
    name="gaba_a",
    title="GABA-A receptors",
    about="Immediate rise, decay in 5 ms.",
    target=exponential.target,
    terms=ADDED,
    text=SIEMENS,
    transmit="g_post += amount",
    factors=("weight",),
    parameters={"tau": 5 * ms, "E": -70 * mV},
    papers=(WANG_2002,),
    label="gaba",
)

BLOCKED = "I = g*block*(E - v) : amp\nblock = 1/(1 + Mg/(3.57*mmolar)*exp(-0.062*v/mV)) : 1"

nmda = Synapse(
    name="nmda",
    title="NMDA receptors with their magnesium block",
    about="""Linear in the spikes, so that one conductance serves all synapses of a neuron. The block of Jahr and Stevens;
the times are those of Wang.""",
    target=RISE_AND_DECAY + BLOCKED,
    terms=ADDED,
    text=SIEMENS,
    transmit="rise_post += amount",
    factors=("weight",),
    parameters={"tau_rise": 2 * ms, "tau_decay": 100 * ms, "E": 0 * mV, "Mg": 1 * mmolar},
    papers=(JAHR_1990, WANG_2002),
    label="nmda",
)

nmda_saturating = Synapse(
    name="nmda_saturating",
    title="NMDA receptors that saturate",
    about="The part s_S of open channels stays below one: each synapse keeps its own. The block of Jahr and Stevens.",
    target="g : siemens\n" + BLOCKED,
    terms=ADDED,
    text="""
    weight : siemens
    ds_S/dt = -s_S/tau_decay + rate*rise_S*(1 - s_S) : 1 (clock-driven)
    drise_S/dt = -rise_S/tau_rise : 1 (clock-driven)
    g_post = weight*s_S : siemens (summed)
    """,
    transmit="rise_S += amount",
    parameters={"tau_rise": 2 * ms, "tau_decay": 100 * ms, "rate": 0.5 / ms, "E": 0 * mV, "Mg": 1 * mmolar},
    papers=(JAHR_1990, WANG_2002),
    label="nmda",
    method="exponential_euler",
)

KINETIC = """
weight : siemens
release : 1
last : second
dr_S/dt = alpha*T_S*(1 - r_S) - beta*r_S : 1 (clock-driven)
T_S = release*T_max*int(t - last < pulse + dt/2) : mmolar
g_post = weight*r_S : siemens (summed)
"""

kinetic = Synapse(
    name="kinetic",
    title="Receptors that bind pulses of transmitter",
    about="""A spike releases T_max for the time `pulse`; the part r_S of open channels tends to
alpha*T_max/(alpha*T_max + beta) meanwhile. AMPA receptors with these values; GABA-A with
alpha=5/mM/ms, beta=0.18/ms, E=-80*mV. The pulse begins anew with each spike.""",
    target="g : siemens\n" + CONDUCTANCE,
    terms=ADDED,
    text=KINETIC,
    transmit="release = amount; last = t",
    parameters={"alpha": 1.1 / mmolar / ms, "beta": 0.19 / ms, "T_max": 1 * mmolar, "pulse": 1 * ms, "E": 0 * mV},
    initial={"last": -1e9 * second},
    papers=(DESTEXHE_1994,),
    label="syn",
    method="exponential_euler",
)

gaba_b = Synapse(
    name="gaba_b",
    title="GABA-B receptors",
    about="""Transmitter activates receptors r_S, these G proteins s_S (in uM). Four of them open a potassium
channel: single spikes do little, bursts much.""",
    target="g : siemens\n" + CONDUCTANCE,
    terms=ADDED,
    text="""
    weight : siemens
    release : 1
    last : second
    dr_S/dt = K_1*T_S*(1 - r_S) - K_2*r_S : 1 (clock-driven)
    ds_S/dt = K_3*r_S - K_4*s_S : 1 (clock-driven)
    T_S = release*T_max*int(t - last < pulse + dt/2) : mmolar
    g_post = weight*s_S**4/(s_S**4 + K_d) : siemens (summed)
    """,
    transmit="release = amount; last = t",
    parameters={
        "K_1": 90 / mmolar / second,
        "K_2": 1.2 / second,
        "K_3": 180 / second,
        "K_4": 34 / second,
        "K_d": 100.0,
        "T_max": 0.5 * mmolar,
        "pulse": 0.3 * ms,
        "E": -95 * mV,
    },
    initial={"last": -1e9 * second},
    papers=(DESTEXHE_1995,),
    label="gabab",
    method="exponential_euler",
)

gap_junction = Synapse(
    name="gap_junction",
    title="Gap junction",
    about="The current weight*(v_pre - v_post) into the target. For both directions connect both ways.",
    target="I : amp",
    terms=ADDED,
    text="weight : siemens\nI_post = weight*(v_pre - v_post) : amp (summed)",
    label="gap",
)

diffusion = Synapse(
    name="diffusion",
    title="Diffusive coupling",
    about="""weight*(x_pre - x_post) into the sum I of a model without units. diffusion(x='v') couples v; diffusion(I='I_x')
adds to the sum I_x.""",
    target="pull : 1",
    terms=(("I", "pull"),),
    text="weight : 1\npull_post = weight*(x_pre - x_post) : 1 (summed)",
    label="diffusion",
)
