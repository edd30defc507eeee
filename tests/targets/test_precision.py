"""Single precision: rounded when stored, equal bits on every lane, times always in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import Network, NeuronGroup, StateMonitor, Synapses, defaultclock, ms, prefs, seed, start_scope
from eqsim.objects.variables import DTYPES


@pytest.fixture(autouse=True)
def fresh() -> object:
    start_scope()
    defaultclock.dt = 0.1 * ms
    yield
    prefs["core.default_float_dtype"] = np.float64
    prefs["core.default_integer_dtype"] = np.int32


def dtypes(group: object) -> dict[str, str]:
    """What the variables of a group are kept as."""
    return {name: str(memory.dtype) for name, memory in group.memory.items()}  # type: ignore[attr-defined]


def test_a_decay_is_rounded_once_a_step(lane: Lane) -> None:
    """v(n + 1) = float32(v(n)*exp(-dt/tau)) with the product in double precision."""
    group = NeuronGroup(3, "dv/dt = -v/(10*ms) : 1", method="exact", dtype=np.float32)
    group.v = [1, 0.1, 1e-30]
    v, factor = np.array([1, 0.1, 1e-30], np.float32), np.exp(-0.01)
    with lane.networks():
        Network(group).run(5 * ms)
    for _ in range(50):
        v = (v.astype(float) * factor).astype(np.float32)
    assert group.memory["v"].dtype == np.float32 and np.array_equal(group.memory["v"], v)


def test_euler_in_single_precision_is_close_to_double() -> None:
    """100 roundings of numbers up to 1, of 2**-25 each; they are forgotten with tau."""
    found = []
    for dtype in (np.float32, np.float64):
        group = NeuronGroup(1, "dv/dt = (1 - v)/(5*ms) : 1", method="euler", dtype=dtype)
        monitor = StateMonitor(group, "v", record=True)
        Network(group, monitor).run(10 * ms)
        found.append(np.array(monitor.v[0], float))
    assert 0 < np.abs(found[0] - found[1]).max() < 100 * 2.0**-25


def plastic() -> tuple[NeuronGroup, Synapses]:
    """A network with noise, plasticity, refractoriness, held and summed values, in mixed precision."""
    seed(3)
    cells = NeuronGroup(
        40,
        """dv/dt = (g - v)/(10*ms) + 0.3*xi/sqrt(10*ms) : 1 (unless refractory)
           dg/dt = -g/(3*ms) : 1
           count : integer
           twice = 2*v : 1 (constant over dt)
           total : 1""",
        threshold="v > 0.3",
        reset="v = 0; count += 1",
        refractory=1 * ms,
        method="euler",
        dtype=np.float32,
        name="cells",
    )
    wires = Synapses(
        cells,
        cells,
        """w : 1
           dx/dt = -x/(5*ms) : 1 (event-driven)
           seen : integer
           total_post = w*v_pre : 1 (summed)""",
        on_pre="g_post += w; x += 1; seen += 1",
        on_post="w = clip(w + 0.01*x, 0, 0.3)",
        delay=1 * ms,
        dtype={"w": np.float32, "seen": np.int64},
        name="wires",
    )
    wires.connect(p=0.3)
    wires.w = "0.1*rand()"
    return cells, wires


def test_mixed_precision_has_equal_bits_on_all_lanes(lanes: dict[str, Lane]) -> None:
    found = {}
    for name, lane in lanes.items():
        start_scope()
        cells, wires = plastic()
        with lane.networks():
            Network(cells, wires).run(30 * ms)
        found[name] = b"".join(m.tobytes() for m in (*cells.memory.values(), *wires.memory.values()))
        assert sum(cells.count) > 10
    assert len(set(found.values())) == 1 and len(found) > 1


def test_what_is_kept_how() -> None:
    cells, wires = plastic()
    assert {n: d for n, d in dtypes(cells).items() if n in ("v", "g", "count", "twice", "total", "lastspike")} == {
        "v": "float32",
        "g": "float32",
        "count": "int32",
        "twice": "float32",
        "total": "float32",
        "lastspike": "float64",
    }
    assert {n: d for n, d in dtypes(wires).items() if n in ("w", "x", "seen", "lastupdate")} == {
        "w": "float32",
        "x": "float64",
        "seen": "int64",
        "lastupdate": "float64",
    }
    assert np.asarray(cells.v[:]).dtype == np.float32


def test_preferences_hold_for_all_objects() -> None:
    prefs["core.default_float_dtype"] = np.float32
    prefs["core.default_integer_dtype"] = np.int64
    group = NeuronGroup(2, "dv/dt = -v/ms : 1\nk : integer\nb : boolean", threshold="v > 1", reset="", refractory=1 * ms)
    wires = Synapses(group, group, "w : 1")
    kept = {n: d for n, d in {**dtypes(group), **dtypes(wires)}.items() if n in ("v", "k", "b", "w", "lastspike")}
    assert kept == {"v": "float32", "k": "int64", "b": "bool", "w": "float32", "lastspike": "float64"}
    assert dtypes(NeuronGroup(2, "v : 1", dtype=np.float64))["v"] == "float64"
    assert DTYPES == {"real": "float64", "int": "int32", "bool": "bool"}


def test_wrong_dtypes_are_refused() -> None:
    with pytest.raises(TypeError, match="'v' can be kept as float64 or float32, not as int32"):
        NeuronGroup(1, "v : 1", dtype=np.int32, name="cells")
    with pytest.raises(TypeError, match="'k' can be kept as int32 or int64, not as float32"):
        NeuronGroup(1, "k : integer", dtype={"k": np.float32})
    with pytest.raises(ValueError, match="dtype= names 'u', which is no stored variable of it"):
        NeuronGroup(1, "v : 1", dtype={"u": np.float32})
