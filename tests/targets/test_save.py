"""A whole model in a file: made again in another process, it goes on with the same bits."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import eqsim
from eqsim import (
    Clock,
    EqsimError,
    Equations,
    EventClock,
    Hz,
    Network,
    NetworkOperation,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    magic_network,
    ms,
    mV,
    nA,
    run,
    second,
    seed,
    start_scope,
)

MODEL = '''
import hashlib, sys
import numpy as np
import eqsim
from eqsim import *
from eqsim.network.storing import snapshot

def hash_of(net):
    digest = hashlib.sha256()
    def add(value):
        for key in sorted(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            digest.update(str(key).encode())
            add(value[key])
        if not isinstance(value, dict | list):
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    add(snapshot(net)["objects"])
    return digest.hexdigest()

def build():
    drive = TimedArray([1.2, 1.5, 1.1], dt=10*ms)
    cells = NeuronGroup(12, """dv/dt = (drive(t) - v)/tau + sigma*xi*sqrt(1/tau) : 1
                               drift : 1
                               level : 1 (shared)
                               y : 1 (linked)""",
                        threshold="v > 1 + 0.1*rand()", reset="v = 0; drift += y", refractory=1*ms, method="euler",
                        events={"low": "v < -0.2"})
    field = NeuronGroup(1, Equations("dz/dt = (1 - z)/T : 1", T=20*ms), method="exact")
    cells.y = linked_var(field, "z")
    cells.run_on_event("low", "v += 0.01")
    cells.v = "rand()"
    cells.run_regularly("level = level*f + rand()", dt=0.7*ms)
    inputs = PoissonGroup(5, 300*Hz, name="inputs")
    each = Synapses(cells, cells, Equations("w : 1"), on_pre="v_post += w*rand()", on_post={"post": "w *= 0.99"},
                    name="each")
    each.connect(p=0.5)
    each.w, each.delay, each.post.delay = "0.1*rand()", "rand()*5*ms", 0.5*ms
    one = Synapses(inputs, cells[:6], on_pre="v_post += 0.2", delay=3*ms)
    one.connect()
    one.pre.order = 3
    generator = SpikeGeneratorGroup(2, [0, 1], [5, 25]*ms)
    more = Synapses(generator, cells, on_pre="v_post += 0.5")
    more.connect()
    return Network(
        cells, field, inputs, each, one, generator, more, PoissonInput(cells, "v", 10, 5*Hz, weight="0.01*f"),
        StateMonitor(cells, ["v", "drift", "level"], record=[0, 5]), SpikeMonitor(cells[2:5], "v"),
        EventMonitor(cells, "low"), PopulationRateMonitor(cells), StateMonitor(each, "w", record=each[0, :], dt=1*ms),
    )

part, file, prefs.codegen.target = sys.argv[1:]
tau, sigma, f = 10*ms, 0.4, 0.9
if part == "straight":
    seed(4)
    net = build()
    net.run(30*ms)
elif part == "first":
    seed(4)
    net = build()
    net.run(15*ms)
    net.save(file)
    net.run(15*ms)
else:
    del tau, sigma, f
    net = eqsim.load(file)
    net.run(15*ms)
print(net.t_, hash_of(net), len(net["spikemonitor"]))
'''


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Nothing in sight."""
    start_scope()
    yield
    start_scope()


def test_a_loaded_model_goes_on_with_the_same_bits(tmp_path: Path) -> None:
    """30 ms straight = 15 ms, save, 15 ms = load in a new process, 15 ms; on any target.

    In the model: noise, `TimedArray`, linked variables, custom events, delays, subgroups, all kinds of inputs, monitors of
    neurons and synapses, other clocks, names of the script; spikes are under way when it is saved.
    """
    file = str(tmp_path / "model.eqsim")
    outputs = []
    for part, target in (("straight", "numpy"), ("first", "numpy"), ("again", "numpy"), ("again", "cython")):
        done = subprocess.run([sys.executable, "-c", MODEL, part, file, target], capture_output=True, text=True, check=True)
        outputs.append(done.stdout)
    assert outputs == [outputs[0]] * 4
    assert outputs[0].startswith("0.03 ") and int(outputs[0].split()[2]) > 5


def test_a_model_that_has_not_run_begins_with_its_own_noise(tmp_path: Path) -> None:
    """The first run after loading draws what the first run of the original would have drawn; the seed stays as it is."""
    seed(8)
    G = NeuronGroup(2, "dv/dt = xi*second**-0.5 : 1", method="euler", name="G")
    net = Network(G)
    net.save(tmp_path / "m")
    net.run(1 * ms)
    seed(9)
    H = NeuronGroup(1, "x : 1")
    H.x = "rand()"
    expected = H.x[0]
    seed(9)
    other = eqsim.load(tmp_path / "m")
    other.run(1 * ms)
    H.x = "rand()"
    assert np.array_equal(other["G"].v[:], G.v[:]) and H.x[0] == expected


def test_clocks_slots_and_settings_are_kept(tmp_path: Path) -> None:
    """Shared clocks stay shared; listed times; slots, orders, what is switched off; the schedule; time between steps."""
    slow = Clock(0.5 * ms, name="slow")
    G = NeuronGroup(2, "dv/dt = 1/ms : 1", threshold="v > 3", reset="v = 0", clock=slow, method="euler", name="G")
    M = StateMonitor(G, "v", record=1, when="end", order=4, name="M")
    rare = StateMonitor(G, "v", record=True, clock=EventClock([1, 3] * ms), name="rare")
    off = SpikeMonitor(G, name="off")
    off.active = False
    G.resetter["spike"].order = -7
    net = Network(G, M, rare, off, name="mine")
    net.schedule = ["start", "groups", "custom", "thresholds", "synapses", "resets", "end"]
    net.run(1.25 * ms)
    net.save(tmp_path / "m")
    loaded = eqsim.load(tmp_path / "m")
    assert loaded.t_ == 1.25e-3 and loaded.schedule == net.schedule and loaded.name == "mine"
    H = loaded["G"]
    assert H.clock is loaded["M"].clock and H.clock is not slow and H.clock.name == "slow"
    assert (loaded["M"].when, loaded["M"].order) == ("end", 4) and not loaded["off"].active
    assert H.resetter["spike"].order == -7 and H.resetter["spike"].name == G.resetter["spike"].name
    for n in (net, loaded):
        n.run(3 * ms)
    for name in ("M", "rare"):
        assert np.array_equal(net[name].v, loaded[name].v) and np.array_equal(net[name].t_, loaded[name].t_)


def test_names_stand_for_what_a_run_would_have_seen(tmp_path: Path) -> None:
    """Own namespace before the script, values of the script at the time of saving, units, arrays over time."""
    tau, E = 5 * ms, 3 * mV
    stimulus = TimedArray([[1, 2], [3, 4]] * nA, dt=1 * ms, name="stimulus")
    model = "dv/dt = (E + R*stimulus(t, i) - v)/tau : volt"
    G = NeuronGroup(2, model, method="euler", namespace={"E": 7 * mV, "R": 2 * mV / nA}, name="G")
    tau = 20 * ms
    net = Network(G)
    net.save(tmp_path / "m")
    loaded = eqsim.load(tmp_path / "m")
    del tau, E, stimulus
    assert loaded["G"].namespace["E"] == 7 * mV and loaded["G"].namespace["tau"] == 20 * ms
    loaded.run(2 * ms)
    dt, v, x = 1e-4, np.zeros(2), np.array([[1e-9, 2e-9], [3e-9, 4e-9]])
    for n in range(20):
        v = v + dt * ((7e-3 + 2e-3 / 1e-9 * x[n // 10] - v) / 20e-3)
    np.testing.assert_allclose(loaded["G"].v_[:], v, rtol=1e-12)  # the order of operations differs


def test_names_in_every_kind_of_string_are_found(tmp_path: Path) -> None:
    """Equations, conditions, statements of groups and synapses, recorded expressions, rates."""

    def build() -> Network:
        E, k, lim, q, th, dmp = 3, 0.5, 2.0, 0.1, 5, 0.9
        G = NeuronGroup(
            *(2, "dv/dt = 1/ms : 1"),
            method="euler",
            threshold="v > th",
            reset="v = 0",
            after_step="v = clip(v, 0, lim*10)",
            events={"e": "v > lim"},
            refractory="q*ms",
            name="G",
        )
        G.run_at("v += k", [0.5] * ms)
        G.run_on_event("e", "v *= dmp")
        model = """w : 1
                   dx/dt = -x/(E*ms) : 1 (clock-driven)
                   dy/dt = -y/(E*ms) : 1 (event-driven)
                   s = w*E : 1"""
        S = Synapses(G, G, model, on_pre={"pre": "v_post += k*s; y += 1", "two": "x += k"}, method="euler", name="S")
        S.connect()
        S.w = 0.01
        S.run_regularly("w *= dmp", dt=2 * ms)
        M = StateMonitor(G, "v - E", record=True, name="M")
        R = StateMonitor(S, ["s", "x", "y"], record=True, name="R")
        P = PoissonGroup(3, "E*100*Hz", name="P")
        net = Network(G, S, M, R, P, SpikeMonitor(P, name="spikes"))
        net.run(5 * ms)
        net.save(tmp_path / "m")
        net.run(5 * ms)
        return net

    net, loaded = build(), eqsim.load(tmp_path / "m")
    loaded.run(5 * ms)
    assert np.array_equal(net["M"]["v - E"], loaded["M"]["v - E"])
    assert all(np.array_equal(getattr(net["R"], x), getattr(loaded["R"], x)) for x in "sxy")
    assert np.array_equal(net["spikes"].i, loaded["spikes"].i)
    assert loaded["P"].namespace == {"E": 3}


def test_functions_in_python_are_asked_for(tmp_path: Path) -> None:
    """They are no data: `load` names them, takes them, and leaves out an operation whose function is None."""
    G = NeuronGroup(1, "x : 1", name="G")
    calls: list[str] = []

    def watch() -> None:
        calls.append("old")

    net = Network(G, NetworkOperation(watch, dt=1 * ms, name="watching"))
    net.save(tmp_path / "m")
    with pytest.raises(EqsimError) as info:
        eqsim.load(tmp_path / "m")
    text = str(info.value)
    assert "needs what it cannot hold: watch (argument function= of NetworkOperation 'watching')" in text
    assert "load(..., namespace={'watch': ...})" in text
    loaded = eqsim.load(tmp_path / "m", namespace={"watch": lambda: calls.append("new")})
    loaded.run(2 * ms)
    assert calls == ["new", "new"]
    without = eqsim.load(tmp_path / "m", namespace={"watch": None})
    without.run(2 * ms)
    assert [o.name for o in without._objects] == ["G"] and len(calls) == 2


def test_monitors_that_record_to_a_file_get_a_new_one(tmp_path: Path) -> None:
    """The recordings of the saved model stay as they are; the loaded one writes elsewhere, or not at all."""
    pytest.importorskip("h5py")
    G = NeuronGroup(2, "dv/dt = 1/second : 1", method="euler", name="G")
    M = StateMonitor(G, "v", record=True, to=tmp_path / "old.h5", name="M")
    net = Network(G, M)
    net.run(1 * ms)
    net.save(tmp_path / "m")
    with pytest.raises(EqsimError, match=r"needs what it cannot hold: M_file \(argument to= of StateMonitor 'M'\)"):
        eqsim.load(tmp_path / "m")
    loaded = eqsim.load(tmp_path / "m", namespace={"M_file": tmp_path / "new.h5"})
    loaded.run(1 * ms)
    assert M.N == 10 and np.array_equal(np.round(M.t / ms, 9), np.arange(10) / 10)
    assert np.array_equal(np.round(loaded["M"].t / ms, 9), np.arange(10, 20) / 10)
    assert "M" not in eqsim.load(tmp_path / "m", namespace={"M_file": None})


def test_the_file_is_open_and_says_where_it_comes_from(tmp_path: Path) -> None:
    """JSON for what the model is, npy for its numbers, versions and seed; `restore` reads its state, too."""
    seed(6)
    G = NeuronGroup(3, "dv/dt = -v/(10*ms) : 1", method="exact", name="G")
    G.v = [1, 2, 3]
    net = Network(G)
    net.run(1 * ms)
    net.save(tmp_path / "m.eqsim")
    with zipfile.ZipFile(tmp_path / "m.eqsim") as file:
        names = file.namelist()
        model = json.loads(file.read("model/tree.json"))
    assert {"format.json", "model/tree.json", "stores/default/tree.json"} <= set(names)
    assert all(n.endswith((".json", ".npy")) for n in names)
    assert model["steps"][0]["make"] == "NeuronGroup" and model["steps"][0]["arguments"]["N"] == 3
    loaded = eqsim.load(tmp_path / "m.eqsim")
    assert loaded.about["eqsim"] == eqsim.__version__ and loaded.about["seed"] == 6
    assert len(loaded.about["program"]) == 64 and loaded.about["saved"].endswith("+00:00")
    G.v = 0
    net.restore(filename=tmp_path / "m.eqsim")
    assert np.array_equal(G.v[:], loaded["G"].v[:])


def test_a_loaded_model_can_be_saved_again(tmp_path: Path) -> None:
    """And is the same; also what `run()` has simulated."""
    G = NeuronGroup(4, Equations("dv/dt = -v/tau : volt", tau=10 * ms), threshold="v > 10*mV", reset="v = 0*mV", name="G")
    S = Synapses(G[:2], G, "w : 1", on_pre="v_post += w*mV", name="S")
    S.connect(i=[0, 1, 1], j=[3, 2, 2])
    S.w = [1, 2, 3]
    run(1 * ms)
    magic_network.save(tmp_path / "1")
    eqsim.load(tmp_path / "1").save(tmp_path / "2")
    twice = eqsim.load(tmp_path / "2")
    T = twice["S"]
    assert T.w[:].tolist() == [1, 2, 3] and T.i[:].tolist() == [0, 1, 1] and T.j[:].tolist() == [3, 2, 2]
    assert T.source.base is twice["G"] and str(T.equations) == str(S.equations) and twice.t_ == 1e-3
    twice.run(1 * ms)


def test_what_cannot_be_saved_is_named(tmp_path: Path) -> None:
    """With the argument and the object; no file is left behind."""

    class Odd:
        pass

    G = NeuronGroup(1, "dx/dt = k*Hz : 1", method="euler", name="G", namespace={"k": 1})
    net = Network(G)
    G.namespace["k"] = Odd()
    with pytest.raises(EqsimError, match="'k' in the strings of NeuronGroup 'G' cannot be saved: it is of type Odd"):
        net.save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_classes_of_the_user_must_be_there(tmp_path: Path) -> None:
    """A subclass is made by its own constructor; the error names it."""
    made = []

    class Cells(NeuronGroup):
        def __init__(self, n: int, name: str = "cells*") -> None:
            made.append(n)
            super().__init__(n, "x : 1", name=name)

    class Any(NeuronGroup):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    net = Network(Cells(3), Any(2, "y : 1", threshold="y > 1", reset="y = 0", name="any"))
    net.save(tmp_path / "m")
    assert isinstance(eqsim.load(tmp_path / "m")["any"], Any)
    made.pop()
    assert isinstance(eqsim.load(tmp_path / "m")["cells"], Cells) and made == [3, 3]
    from eqsim.objects.recipe import CLASSES, class_name

    del CLASSES[class_name(Cells)]
    with pytest.raises(EqsimError, match=r"the model needs the class '.*test_save:.*Cells', which is not there: import it"):
        eqsim.load(tmp_path / "m")


def test_load_is_that_of_numpy_for_other_files(tmp_path: Path) -> None:
    """`from eqsim import *` gives both."""
    np.save(tmp_path / "a.npy", [1, 2])
    assert eqsim.load(tmp_path / "a.npy").tolist() == [1, 2]
    assert eqsim.load(tmp_path / "a.npy", "r").tolist() == [1, 2]
    with pytest.raises(FileNotFoundError):
        eqsim.load(tmp_path / "none")
    Network(NeuronGroup(1, "x : 1", name="G")).store(filename=tmp_path / "states")
    with pytest.raises(ValueError, match=r"holds states, but no model: use restore\(\)"):
        eqsim.load(tmp_path / "states")


def test_numbers_of_every_kind_come_back(tmp_path: Path) -> None:
    """Integers, booleans, shared values, infinities; arguments as quantities, tuples, slices, dictionaries."""
    G = NeuronGroup(3, "n : integer\nb : boolean\ns : volt (shared)\nx : hertz", name="G", order=2)
    G.n, G.b, G.s, G.x = [1, 2, 3], [True, False, True], 5 * mV, [0, np.inf, -1] * Hz
    S = Synapses(G, G, "w : 1", on_pre={}, name="S", delay={})
    S.connect(i=[0], j=[1])
    M = StateMonitor(G, ("n", "x"), record=slice(1, 3), name="M")
    net = Network(G, S, M)
    net.run(0.1 * second)
    net.save(tmp_path / "m")
    loaded = eqsim.load(tmp_path / "m")
    for name in ("n", "b", "s", "x"):
        one, other = (np.asarray(g.get_states([name], units=False)[name]) for g in (G, loaded["G"]))
        assert np.array_equal(one, other) and one.dtype == other.dtype
    assert loaded["M"].record.tolist() == [1, 2] and np.array_equal(loaded["M"].x_, M.x_)
    assert loaded["G"].order == 2
