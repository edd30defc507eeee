"""All ways to record give the same bits on every lane, and those of a plain monitor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    seed,
    start_scope,
)

pytest.importorskip("h5py", reason="h5py is not installed")


def watched(folder: Path) -> dict[str, np.ndarray]:
    start_scope()
    seed(9)
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(
        60,
        "dv/dt = (1.1 - v)/(5*ms) + 0.3*xi/sqrt(5*ms) : 1\nk : integer\nup = v > 0.5 : boolean",
        threshold="v > 1",
        reset="v = 0; k += 1",
        method="euler",
        name="recorded",
    )
    G.v = "rand()"
    S = Synapses(G, G, "w : 1", on_pre="v_post += w", name="between")
    S.connect(p=0.1)
    S.w = "0.05*rand()"
    wanted = {"v": "v", "twice": "2*v", "noise": "v + rand()", "up": "up", "k": "k", "high": "v > 0.8", "shared": "t/dt"}
    monitors = {
        "all": StateMonitor(G, wanted, record=True, name="m_all"),
        "some": StateMonitor(G, wanted, record=[7, 3, 59], name="m_some"),
        "row": StateMonitor(G, wanted, record=[20, 21, 22], name="m_row"),
        "sub": StateMonitor(G[10:40], {"v": "v", "mine": "i"}, record=True, name="m_sub"),
        "comb": StateMonitor(G[::3], {"v": "v", "mine": "i"}, record=True, name="m_comb"),
        "float": StateMonitor(G, ["v", "k"], record=True, dtype=np.float32, name="m_float"),
        "thin": StateMonitor(G, "v", record=True, every=0.7 * ms, subset=10, name="m_thin"),
        "recent": StateMonitor(G, ["v", "up"], record=[1, 5], buffer=3 * ms, name="m_recent"),
        "synapses": StateMonitor(S, {"w": "w", "seen": "w*(v_pre - v_post)"}, record=True, when="end", name="m_syn"),
        "disk": StateMonitor(G, wanted, record=True, to=folder / "x.h5", chunk=13, name="m_disk"),
    }
    spikes = {
        "spikes": SpikeMonitor(G, {"over": "v - 1", "k": "k"}, name="s_all"),
        "spikes comb": SpikeMonitor(G[::3], {"over": "v - 1"}, dtype=np.float32, name="s_comb"),
        "spikes recent": SpikeMonitor(G, buffer=2.5 * ms, name="s_recent"),
        "spikes disk": SpikeMonitor(G, {"over": "v - 1", "k": "k"}, to=folder / "x.h5", chunk=9, name="s_disk"),
    }
    rates = {
        "rate": PopulationRateMonitor(G, name="r_all"),
        "rate comb": PopulationRateMonitor(G[::3], dtype=np.float32, name="r_comb"),
        "rate recent": PopulationRateMonitor(G, buffer=1 * ms, name="r_recent"),
        "rate disk": PopulationRateMonitor(G, to=folder / "x.h5", name="r_disk"),
    }
    net = Network(G, S, *monitors.values(), *spikes.values(), *rates.values())
    net.run(6 * ms)
    net.run(5.3 * ms)
    found = {f"{n} t": m.t_ for n, m in (monitors | spikes | rates).items()}
    found |= {f"{n} {x}": m[x] for n, m in monitors.items() for x in m.record_variables}
    found |= {f"{n} {x}": np.asarray(s[x]) for n, s in spikes.items() for x in s.record_variables}
    return {**found, **{n: r.rate_ for n, r in rates.items()}}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return watched(tmp_path_factory.mktemp("reference"))


def test_every_lane_gives_the_same_bits(lane: Lane, reference: dict[str, np.ndarray], tmp_path: Path) -> None:
    with lane.networks():
        found = watched(tmp_path)
    different = [k for k in reference if found[k].tobytes() != reference[k].tobytes()]
    assert different == [] and found.keys() == reference.keys()


def test_all_ways_see_the_same_values(reference: dict[str, np.ndarray]) -> None:
    r = reference
    for name, rows in (("some", [7, 3, 59]), ("row", [20, 21, 22]), ("disk", slice(None))):
        for x in ("v", "twice", "noise", "up", "k", "high", "shared"):
            assert np.array_equal(r[f"{name} {x}"], r[f"all {x}"][rows]), (name, x)
    assert np.array_equal(r["sub v"], r["all v"][10:40]) and np.array_equal(r["comb v"], r["all v"][::3])
    assert np.array_equal(r["sub mine"][:, 0], np.arange(30)) and np.array_equal(r["comb mine"][:, 5], np.arange(20))
    assert np.array_equal(r["float v"], r["all v"].astype(np.float32)) and np.array_equal(r["float k"], r["all k"])
    assert np.array_equal(r["recent v"], r["all v"][[1, 5], -30:]) and np.array_equal(
        r["recent up"], r["all up"][[1, 5], -30:]
    )
    assert np.array_equal(r["all twice"], 2 * r["all v"]) and np.array_equal(r["all high"], r["all v"] > 0.8)
    assert np.all(r["all noise"] >= r["all v"]) and len(np.unique(r["all noise"] - r["all v"])) > 6000
    assert len(r["thin v"]) == 10 and r["thin v"].shape[1] == 17
    for x in ("i", "t", "over", "k"):
        assert np.array_equal(r[f"spikes disk {x}"], r[f"spikes {x}"])
    comb = r["spikes i"] % 3 == 0
    assert len(r["spikes i"]) > 20 and np.array_equal(r["spikes comb i"], r["spikes i"][comb] // 3)
    assert np.array_equal(r["spikes comb over"], r["spikes over"][comb].astype(np.float32))
    recent = r["spikes t"] > 8.8e-3 - 1e-9  # 11.3 ms - 2.5 ms
    assert np.array_equal(r["spikes recent t"], r["spikes t"][recent])
    assert np.array_equal(r["rate disk"], r["rate"]) and np.array_equal(r["rate recent"], r["rate"][-10:])
    steps = np.round(r["spikes t"] / 1e-4).astype(int)
    assert np.allclose(r["rate"], np.bincount(steps, minlength=113) / 60 / 1e-4, rtol=1e-14)
