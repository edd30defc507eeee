"""A model with every kind of object, and its C++ project."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim import (
    EventClock,
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    seed,
)


def model() -> tuple[Network, dict[str, Any]]:
    """Several clocks, delays of both kinds, noise, plasticity, refractoriness, every monitor."""
    seed(11)
    tau = 8 * ms
    P = PoissonGroup(12, rates="(50 + 100*i)*Hz", name="input")
    G = NeuronGroup(
        20,
        """dv/dt = (1.3*drive - v)/tau + 0.2*(1/tau)**.5*xi : 1 (unless refractory)
           drive : 1
           gain : 1 (shared)
           n : integer""",
        threshold="v > 1",
        reset="v = 0.1*rand(); n += 1",
        refractory="(1 + 0.1*i)*ms",
        method="euler",
        name="cells",
        namespace={"tau": tau},
    )
    H = NeuronGroup(5, "du/dt = -u/(3*ms) : volt", threshold="u > 0.5*mV", reset="u = 0*mV", dt=0.2 * ms, name="others")
    G.v, G.drive = "rand()", "1 + 0.02*i"
    G.run_regularly("gain += 0.1; drive *= 0.999", dt=1 * ms, name="slowly")
    A = Synapses(P, G[5:], "w : 1", on_pre="v_post += w", on_post="w *= 0.98", name="A")
    A.connect(p=0.4)
    A.w, A.delay = "0.2*rand()", "rand()*2*ms"
    B = Synapses(G, H, on_pre="u_post += 0.1*mV*rand()", delay=0.5 * ms, name="B")
    B.connect(p=0.5)
    monitors = {
        "states": StateMonitor(G, ["v", "drive"], record=[0, 7, 19], dt=0.3 * ms, name="states"),
        "listed": StateMonitor(H, "u", record=True, clock=EventClock([1, 2.55, 17] * ms), name="listed"),
        "spikes": SpikeMonitor(G[3:15], "n", name="spikes"),
        "rate": PopulationRateMonitor(G, name="rate"),
    }
    return Network(P, G, H, A, B, monitors), {"cells": G, "others": H, "A": A, **monitors}


def memory(objects: dict[str, Any]) -> dict[str, np.ndarray]:
    """All that can be seen of the objects."""
    found: dict[str, np.ndarray] = {}
    for name, obj in objects.items():
        found |= {f"{name}.{k}": np.asarray(v) for k, v in obj.get_states(units=False).items()}
    return found


def script(net: Network, objects: dict[str, Any]) -> None:
    """Three runs, with changes of values, of code and of activity between them."""
    net.run(7 * ms)
    objects["cells"].v = "v - 0.1*rand()"
    objects["A"].w[:3] = 0.5
    net.run(0.2 * ms)
    objects["rate"].active = False
    net.run(12.8 * ms)
