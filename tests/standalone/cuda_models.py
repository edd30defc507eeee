"""Small networks: CUBA and COBAHH (Brette et al. 2007), one with plasticity (Song et al. 2000), one whose delays change."""

from __future__ import annotations

from typing import Any

import numpy as np
from projects import memory

from eqsim import (
    Network,
    NeuronGroup,
    PoissonInput,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    mV,
    nS,
    pF,
    seed,
    usiemens,
)

HODGKIN_HUXLEY = """
u = (v - V_T)/mV : 1
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v))/C_m : volt
dm/dt = 1.28/exprel((13 - u)/4)/ms*(1 - m) - 1.4/exprel((u - 40)/5)/ms*m : 1
dh/dt = 0.128*exp((17 - u)/18)/ms*(1 - h) - 4/(1 + exp((40 - u)/5))/ms*h : 1
dn/dt = 0.16/exprel((15 - u)/5)/ms*(1 - n) - 0.5*exp((10 - u)/40)/ms*n : 1
dg_exc/dt = -g_exc/(5*ms) : siemens
dg_inh/dt = -g_inh/(10*ms) : siemens
"""
CONSTANTS = {"g_L": 10 * nS, "g_Na": 20 * usiemens, "g_K": 6 * usiemens, "C_m": 200 * pF}
CONSTANTS |= {"E_L": -60 * mV, "E_Na": 50 * mV, "E_K": -90 * mV, "E_exc": 0 * mV, "E_inh": -80 * mV, "V_T": -63 * mV}
CURRENTS = """
dv/dt = (-47*mV - v + I_exc + I_inh + pull)/(20*ms) : volt (unless refractory)
dI_exc/dt = -I_exc/(5*ms) : volt
dI_inh/dt = -I_inh/(10*ms) : volt
pull : volt
"""


def cuba(n: int = 100) -> dict[str, Any]:
    """Current-based synapses, gap junctions as a summed variable, Poisson input, every monitor."""
    G = NeuronGroup(n, CURRENTS, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method="exact", name="cuba")
    G.v = "-60*mV + rand()*10*mV"
    exc = Synapses(G[: 4 * n // 5], G, on_pre="I_exc += 1.62*mV", name="cuba_exc")
    inh = Synapses(G[4 * n // 5 :], G, on_pre="I_inh -= 9*mV", delay=0.3 * ms, name="cuba_inh")
    exc.connect(p=0.1)
    inh.connect(p=0.1)
    gaps = Synapses(G, G, "pull_post = 0.1*(v_pre - v_post) : volt (summed)", name="cuba_gaps")
    gaps.connect("abs(i - j) == 1")
    states = StateMonitor(G, ["v", "pull"], record=[0, n // 3, n - 1], dt=0.2 * ms, name="cuba_states")
    watched = [SpikeMonitor(G, name="cuba_spikes"), PopulationRateMonitor(G, name="cuba_rate"), states]
    kicks = PoissonInput(G, "I_exc", 20, 100 / ms / 1000, weight="1.5*mV")
    return {"net": Network(G, exc, inh, gaps, kicks, watched), "cells": G, **{m.name: m for m in watched}}


def cobahh(n: int = 40) -> dict[str, Any]:
    """Conductance-based synapses, neurons of Hodgkin-Huxley type."""
    G = NeuronGroup(
        n,
        HODGKIN_HUXLEY,
        threshold="v > -20*mV",
        refractory=3 * ms,
        method="exponential_euler",
        name="hh",
        namespace=CONSTANTS,
    )
    G.v, G.g_exc, G.g_inh = "E_L - 5*mV + 5*mV*randn()", "(40 + 15*randn())*nS", "(20 + 12*randn())*nS"
    exc = Synapses(G[: 4 * n // 5], G, on_pre="g_exc += 6*nS", name="hh_exc")
    inh = Synapses(G[4 * n // 5 :], G, on_pre="g_inh += 67*nS", name="hh_inh")
    exc.connect(p=0.1)
    inh.connect(p=0.1)
    spikes = SpikeMonitor(G, name="hh_spikes")
    return {"net": Network(G, exc, inh, spikes), "cells": G, "spikes": spikes}


def plastic(n: int = 80) -> dict[str, Any]:
    """Weights that change with the times of spikes; delays that differ; two synapses for some pairs, in no order."""
    G = NeuronGroup(n, CURRENTS, threshold="v > -50*mV", reset="v = -60*mV", refractory=2 * ms, method="exact", name="pl")
    G.v = "-60*mV + 12*mV*rand()"
    S = Synapses(
        G,
        G,
        """w : 1
           dtrace_in/dt = -trace_in/(20*ms) : 1 (event-driven)
           dtrace_out/dt = -trace_out/(20*ms) : 1 (event-driven)""",
        on_pre="I_exc += w*mV; trace_in += 0.01; w = clip(w + trace_out, 0, 2)",
        on_post="trace_out -= 0.0105; w = clip(w + trace_in, 0, 2)",
        name="pl_syn",
    )
    pairs = np.random.default_rng(5).integers(0, n, (2, 12 * n))
    S.connect(i=pairs[0], j=pairs[1])
    S.w, S.pre.delay = "0.8*rand()", "2*ms*rand()"
    spikes = SpikeMonitor(G, name="pl_spikes")
    return {"net": Network(G, S, spikes), "cells": G, "S": S, "spikes": spikes}


def waiting(n: int = 32) -> dict[str, Any]:
    """Delays that the code of synapses changes; effects on the sender."""
    G = NeuronGroup(
        n,
        "dv/dt = (1.5 - v)/(1*ms) + 0.3*xi/sqrt(5*ms) : 1\nsent : integer",
        threshold="v > 1",
        reset="v = 0.2*rand()",
        method="euler",
        name="wt",
    )
    S = Synapses(G, G, on_pre="v_post += 0.02; delay = 2*ms - 0.9*delay", name="wt_syn")
    S.connect(p=0.2)
    S.delay = "rand()*2*ms"
    T = Synapses(G, G, on_pre="sent_pre += 1", on_post="v_pre *= 0.999", name="wt_back")
    T.connect(p=0.2)
    T.pre.delay = 0.5 * ms
    spikes = SpikeMonitor(G, name="wt_spikes")
    return {"net": Network(G, S, T, spikes), "cells": G, "S": S, "spikes": spikes}


MODELS = {"cuba": cuba, "cobahh": cobahh, "plastic": plastic, "waiting": waiting}


def run(name: str) -> dict[str, np.ndarray]:
    """Run a model; all that can be seen of it afterwards."""
    seed(3)
    objects = MODELS[name]()
    net = objects.pop("net")
    net.run(4 * ms if name == "waiting" else 12 * ms)
    return memory(objects)
