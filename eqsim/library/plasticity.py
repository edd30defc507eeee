"""Plasticity, short and long: each is added to a synapse that carries something, ``ampa() + stdp()``.

``weight`` of that synapse is what changes; ``weight_max`` has the unit of it.
"""

from __future__ import annotations

from eqsim.library.papers import PFISTER_2006, SONG_2000, TSODYKS_1998
from eqsim.library.synapse import Synapse
from eqsim.units import ms, nS

tsodyks_markram = Synapse(
    name="tsodyks_markram",
    title="Short-term plasticity",
    about="""Each spike first raises u_S by U*(1 - u_S), then uses the part u_S of the resources x_S. Between spikes x_S
comes back to 1 with tau_d, and u_S goes to 0 with tau_f. Depression with these values; facilitation with U=0.15,
tau_f=1*second, tau_d=130*ms.""",
    text="""
    du_S/dt = -u_S/tau_f : 1 (event-driven)
    dx_S/dt = (1 - x_S)/tau_d : 1 (event-driven)
    used : 1
    """,
    before="u_S += U*(1 - u_S)\nused = u_S*x_S\nx_S -= used",
    factors=("used",),
    parameters={"U": 0.5, "tau_f": 1 * ms, "tau_d": 800 * ms},
    initial={"x_S": 1.0},
    papers=(TSODYKS_1998,),
)

stdp = Synapse(
    name="stdp",
    title="Plasticity of pairs of spikes",
    about="""All pairs count. Pre before post by s changes weight by +weight_max*A_plus*exp(-s/tau_plus), post before pre by
-weight_max*A_minus*exp(-s/tau_minus); weight stays between 0 and weight_max.""",
    text="""
    dtrace_plus/dt = -trace_plus/tau_plus : 1 (event-driven)
    dtrace_minus/dt = -trace_minus/tau_minus : 1 (event-driven)
    """,
    after="trace_plus += A_plus\nweight = clip(weight - weight_max*trace_minus, 0*weight_max, weight_max)",
    on_post="trace_minus += A_minus\nweight = clip(weight + weight_max*trace_plus, 0*weight_max, weight_max)",
    parameters={"tau_plus": 20 * ms, "tau_minus": 20 * ms, "A_plus": 0.005, "A_minus": 0.00525, "weight_max": 1 * nS},
    papers=(SONG_2000,),
)

triplet_stdp = Synapse(
    name="triplet_stdp",
    title="Plasticity of triplets of spikes",
    about="""All to all, with the values of the minimal model for visual cortex: pairs depress, triplets of two postsynaptic
spikes and one presynaptic spike potentiate, so that potentiation grows with the rate.""",
    text="""
    dr_1/dt = -r_1/tau_plus : 1 (event-driven)
    dr_2/dt = -r_2/tau_x : 1 (event-driven)
    do_1/dt = -o_1/tau_minus : 1 (event-driven)
    do_2/dt = -o_2/tau_y : 1 (event-driven)
    """,
    after="weight = clip(weight - weight_max*o_1*(A2_minus + A3_minus*r_2), 0*weight_max, weight_max)\nr_1 += 1\nr_2 += 1",
    on_post="weight = clip(weight + weight_max*r_1*(A2_plus + A3_plus*o_2), 0*weight_max, weight_max)\no_1 += 1\no_2 += 1",
    parameters={
        "tau_plus": 16.8 * ms,
        "tau_minus": 33.7 * ms,
        "tau_x": 101 * ms,
        "tau_y": 114 * ms,
        "A2_plus": 0.0,
        "A2_minus": 7.1e-3,
        "A3_plus": 6.5e-3,
        "A3_minus": 0.0,
        "weight_max": 1 * nS,
    },
    papers=(PFISTER_2006,),
)
