"""Strings that are assigned between runs are computed by the project itself, so that they follow its parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eqsim import Network, NeuronGroup, SpikeMonitor, Synapses, device, ms, prefs, seed

EQUATIONS = """dv/dt = (1.2 - v)/tau + 0.1*xi/sqrt(tau) : 1
u : 1
n : integer
tau : second (shared, constant)"""


def script(tau: Any) -> tuple[Any, ...]:
    """Two runs with assignments of all kinds between them."""
    seed(3)
    G = NeuronGroup(10, EQUATIONS, threshold="v > 1", reset="v = 0", method="euler", name="G")
    G.tau = tau
    S = Synapses(G, G, "w : 1", on_pre="v_post += w", name="S")
    S.connect(condition="i != j")
    S.w = 0.01
    M = SpikeMonitor(G, name="M")
    net = Network(G, S, M)
    net.run(10 * ms)
    for _ in range(3):  # one network does all three: its random numbers are numbered
        G.v = "0.5*v + 0.1*rand()"
    G.u["v > 0.3"] = "v*2"
    G.n = "10*v"
    G[3:7].v = "v + 0.01*i"
    S.w["i < j"] = "w + 0.01*v_pre + 0.01*rand()"
    G[5:].u["v < 0.2"] = 0.5
    net.run(10 * ms)
    return G, S, M


def memory(*objects: Any) -> np.ndarray:
    """Everything in one array."""
    G, S, M = objects
    return np.concatenate([G.v[:], G.u[:], G.n[:], S.w[:], M.i[:], M.t_[:]])


@pytest.fixture
def live() -> dict[int, np.ndarray]:
    """The script on the interpreter, for two time constants."""
    before, prefs.codegen.target = prefs.codegen.target, "numpy"
    found = {tau: memory(*script(tau * ms)) for tau in (10, 20)}
    prefs.codegen.target = before
    assert found[10].tobytes() != found[20].tobytes()
    return found


def test_assignments_follow_the_parameters(live: dict[int, np.ndarray], standalone: Path) -> None:
    """Once a value was shipped that Python had computed with the first time constant: the second run began from it."""
    objects = script(10 * ms)
    assert memory(*objects).tobytes() == live[10].tobytes()
    plan = [line.split()[0] for line in (standalone / "data" / "plan.txt").read_text().splitlines()]
    assert plan.count("once") == 8 and plan.count("run") == 2
    names = [p.name for p in standalone.glob("network_*.cpp")]
    assert len(names) == 1 + 6
    assert "s.v[i]" in (standalone / "network_1" / "objects" / "G_v.hpp").read_text()
    device.run(run_args={objects[0].tau: 20 * ms}, with_output=False)
    assert memory(*objects).tobytes() == live[20].tobytes()


def test_memory_that_the_project_does_not_know_is_shipped(standalone: Path) -> None:
    """New synapses after a run, and their values, come from Python."""
    G = NeuronGroup(4, "v : 1", threshold="v > 1", name="G")
    S = Synapses(G, G, "w : 1", on_pre="v_post += w", name="S")
    S.connect(i=[0], j=[1])
    net = Network(G, S)
    net.run(0.2 * ms)
    S.connect(i=[2, 3], j=[0, 0])
    S.w = "1 + i"
    net.run(0.2 * ms)
    assert list(S.w[:]) == [1, 3, 4]
    assert "once" not in (standalone / "data" / "plan.txt").read_text()
