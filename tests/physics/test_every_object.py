"""One network with every kind of object, on every lane: equal bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    network_operation,
    seed,
)


def network() -> tuple[Network, dict[str, Any]]:
    """Groups with two kinds of refractoriness, several clocks, delays, plasticity, noise, shared variables, subgroups."""
    seed(9)
    P = PoissonGroup(12, rates="(50 + 100*i)*Hz", name="input")
    G = NeuronGroup(
        20,
        """dv/dt = (drive - v + 0.3*shake)/(8*ms) + 0.2*(1/(8*ms))**.5*xi : 1 (unless refractory)
           dx/dt = -x/(20*ms) : 1
           shake = randn() : 1 (constant over dt)
           mean_field = 0.1*gain + sin(t/ms) : 1 (constant over dt, shared)
           drive = 1.1 + 0.02*i + mean_field*x : 1
           gain : 1 (shared)
           spikes_so_far : integer
           excited : boolean""",
        threshold="v > 1",
        reset="v = 0.1*rand(); x += 1; spikes_so_far += 1; excited = x > 2",
        refractory="(1 + 0.1*i)*ms",
        method="euler",
        name="cells",
    )
    H = NeuronGroup(
        7, "du/dt = -u/(3*ms) : 1 (unless refractory)", threshold="u > 0.2", reset="u -= 0.2", refractory=0.7 * ms,
        dt=0.2 * ms, method="exact", name="others",
    )  # fmt: skip
    G.v = "rand()"
    G.run_regularly("gain += 0.1; x *= 0.99 + 0.001*gain", dt=1 * ms, name="slowly")
    A = Synapses(P, G[5:], "w : 1\nlast : second", on_pre="v_post += w; last = t", on_post="w *= 0.98", name="A")
    A.connect(p=0.4)
    A.w = "0.2*rand()"
    A.delay = "rand()*2*ms"
    B = Synapses(
        G, H, "w : 1\nuse = w*(1 + x_pre)/N_incoming : 1",
        on_pre={"pre": "u_post += use", "late": "w = clip(w + 0.01*randn(), 0, 1)"}, delay={"late": 0.5 * ms}, name="B",
    )  # fmt: skip
    B.connect(j="k for k in range(i % 3, N_post, 2)", skip_if_invalid=True)
    B.w = 0.3
    C = Synapses(H[1:5], G, on_pre="v_post -= 0.05; x_post *= 0.9", delay=0.4 * ms, name="C")
    C.connect("i != j", p=0.5)
    seen: list[float] = []

    @network_operation(dt=5 * ms)
    def look(t: Any) -> None:
        seen.append(float(G.v[3]))

    monitors = {
        "states": StateMonitor(G, ["v", "x", "drive", "shake", "excited", "not_refractory"], record=[0, 7, 19], dt=0.3 * ms),
        "others": StateMonitor(H, "u", record=True),
        "wires": StateMonitor(B, ["w", "use"], record=B[:, 2], dt=1 * ms),
        "spikes": SpikeMonitor(G[3:15], ["v", "spikes_so_far"]),
        "other_spikes": SpikeMonitor(H),
        "rate": PopulationRateMonitor(G[3:15]),
    }
    net = Network(P, G, H, A, B, C, look, monitors)
    return net, {"G": G, "H": H, "A": A, "B": B, "seen": seen, **monitors}


def memory(objects: dict[str, Any]) -> dict[str, np.ndarray]:
    """All that the network knows at the end."""
    found = {"seen": np.array(objects.pop("seen"))}
    for name, obj in objects.items():
        found |= {f"{name}.{k}": np.asarray(v) for k, v in obj.get_states(units=False).items()}
    return found


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    """The network on the interpreter, in one run."""
    net, objects = network()
    net.run(20 * ms)
    return memory(objects)


def test_network_gives_the_same_bits_on_every_lane(lane: Lane, reference: dict[str, np.ndarray]) -> None:
    """Compiled kernels do what the interpreter does, also when time is cut in pieces."""
    with lane.networks():
        net, objects = network()
        for piece in (7 * ms, 0.2 * ms, 12.8 * ms):
            net.run(piece)
    found = memory(objects)
    assert sorted(found) == sorted(reference)
    differing = [name for name, values in reference.items() if found[name].tobytes() != values.tobytes()]
    assert differing == []


def test_network_is_alive(reference: dict[str, np.ndarray]) -> None:
    """The comparison above is of something: all groups spike, weights move, refractory neurons wait."""
    assert len(reference["spikes.i"]) > 20 and len(reference["other_spikes.i"]) > 5
    assert np.ptp(reference["B.w"]) > 0 and np.ptp(reference["A.w"]) > 0
    assert 0 < reference["states.not_refractory"].mean() < 1
    train = np.round(reference["spikes.t"][reference["spikes.i"] == 4] / 1e-4)
    assert np.all(np.diff(train) >= 17)  # neuron 7 of the group: refractory for 1.7 ms
