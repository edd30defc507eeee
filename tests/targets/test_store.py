"""What `store` takes down is all there is: after `restore` a simulation goes on as it did, to the last bit."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eqsim import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    magic_network,
    ms,
    restore,
    run,
    second,
    seed,
    start_scope,
    store,
)
from eqsim.network.storing import snapshot


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Nothing in sight, and always the same numbers."""
    start_scope()
    seed(11)
    yield
    start_scope()


def network() -> Network:
    """Noise, refractoriness, delays of three kinds, plasticity, two clocks, all monitors."""
    cells = NeuronGroup(
        12,
        """dv/dt = (1.2 - v)/(10*ms) + 0.4*xi*sqrt(1/(10*ms)) : 1
           drift : 1
           level : 1 (shared)""",
        threshold="v > 1 + 0.1*rand()",
        reset="v = 0; drift += 1",
        refractory=1 * ms,
        method="euler",
        name="cells",
    )
    cells.v = "rand()"
    cells.run_regularly("level = level*0.9 + rand()", dt=0.7 * ms)
    input = PoissonGroup(5, 300 * Hz, name="input")
    each = Synapses(cells, cells, "w : 1", on_pre="v_post += w*rand()", on_post="w *= 0.99", name="each")
    each.connect(p=0.5)
    each.w, each.delay, each.post.delay = "0.1*rand()", "rand()*5*ms", 0.5 * ms
    one = Synapses(input, cells, on_pre="v_post += 0.2", delay=3 * ms, name="one")
    one.connect()
    trace = StateMonitor(cells, ["v", "drift", "level"], record=[0, 5], name="trace")
    spikes = SpikeMonitor(cells, "v", name="spikes")
    rate = PopulationRateMonitor(cells, name="rate")
    return Network(cells, input, each, one, trace, spikes, rate, name="storing*")


def fingerprint(net: Any) -> str:
    """A hash of all that the objects of a network keep."""
    digest = hashlib.sha256(repr(net.t_).encode())

    def add(value: Any) -> None:
        if isinstance(value, dict):
            for key in sorted(value):
                digest.update(key.encode())
                add(value[key])
        elif isinstance(value, list):
            for one in value:
                add(one)
        else:
            digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())

    add(snapshot(net)["objects"])
    return digest.hexdigest()


def test_a_restored_simulation_goes_on_with_the_same_bits(lane: Any) -> None:
    """One run of 30 ms = 15 ms, store, 15 ms = 15 ms, restore, 15 ms; spikes are under way at 15 ms."""
    with lane.networks():
        net = network()
        net.run(15 * ms)
        net.store()
        net.run(15 * ms)
        first = fingerprint(net)
        assert len(net["spikes"]) > 20
        net.restore(restore_random_state=True)
        assert net.t == 15 * ms and net["trace"].t[-1] < 15 * ms and net["trace"].N == 150
        net.run(15 * ms)
    assert fingerprint(net) == first


def test_store_changes_nothing(lane: Any) -> None:
    """A run with a store in the middle is the run without it."""
    prints = []
    for wanted in (False, True):
        seed(11)
        with lane.networks():
            net = network()
            net.run(10 * ms)
            if wanted:
                net.store()
            net.run(10 * ms)
        prints.append(fingerprint(net))
        del net
    assert prints[0] == prints[1]


def test_a_file_carries_a_state_to_other_objects(lane: Any, tmp_path: Path) -> None:
    """Objects of the same names, made with other synapses and other values, become what was stored."""
    file = tmp_path / "state.eqsim"
    with lane.networks():
        net = network()
        net.store("start", file)
        net.run(15 * ms)
        net.store("middle", file)
        net.run(15 * ms)
        first = fingerprint(net)
        del net
        seed(99)
        other = network()
        other.restore("middle", file, restore_random_state=True)
        other.run(15 * ms)
        assert fingerprint(other) == first
        other.restore("start", file, restore_random_state=True)
        assert other.t_ == 0 and other["spikes"].N == 0
        other.run(30 * ms)
        assert fingerprint(other) == first


def test_trials_from_one_state_have_their_own_noise() -> None:
    """Without restore_random_state each trial draws new numbers, and all trials are repeated by the same seed."""
    ends = []
    for _ in range(2):
        seed(5)
        net = network()
        net.store()
        trials = []
        for _ in range(3):
            net.restore()
            net.run(2 * ms)
            trials.append(net["cells"].v[0])
        assert len(set(trials)) == 3
        ends.append(trials)
        del net
    assert ends[0] == ends[1]


def test_all_random_numbers_are_restored() -> None:
    """Those of strings that are evaluated at once, and numpy's own, too."""
    G = NeuronGroup(3, "x : 1", name="cells")
    net = Network(G)
    net.store()
    G.x = "rand()"
    drawn, own = G.x[:], np.random.rand(3)
    net.restore(restore_random_state=True)
    G.x = "rand()"
    assert np.array_equal(G.x[:], drawn) and np.array_equal(np.random.rand(3), own)


def test_synapses_made_later_are_gone_after_restore() -> None:
    """Numbers of synapses are part of the state, so are those of recorded elements."""
    G = NeuronGroup(4, "dv/dt = 1/second : 1", threshold="v > 10", reset="v = 0", method="euler", name="cells")
    S = Synapses(G, G, "w : 1", on_pre="v += w", name="syn")
    S.connect(i=0, j=[1, 2])
    S.w, S.delay = [1, 2], [1, 2] * ms
    index = S[0, 1]
    net = Network(G, S)
    net.store()
    S.connect(i=3, j=3)
    S.w = 5
    S.delay = 7 * ms
    net.run(1 * ms)
    net.restore()
    assert S.i[:].tolist() == [0, 0] and S.j[:].tolist() == [1, 2]
    assert S.w[:].tolist() == [1, 2] and S.delay_[:].tolist() == [1e-3, 2e-3]
    net.run(1 * ms)
    net.restore()
    assert S.w[:].tolist() == [1, 2]
    with pytest.raises(IndexError, match="since this index was made"):
        index.indices  # noqa: B018  (synapses came and went)


def test_dt_comes_back() -> None:
    """The clock stands where it stood, with the steps that it had."""
    G = NeuronGroup(1, "dv/dt = 1/second : 1", method="euler", name="cells")
    net = Network(G)
    net.run(0.3 * ms)
    net.store()
    try:
        defaultclock.dt = 0.15 * ms
        net.run(0.3 * ms)
        net.restore()
        assert defaultclock.dt == 0.1 * ms and defaultclock.step == 3
        net.run(0.1 * ms)
    finally:
        defaultclock.dt = 0.1 * ms
    assert G.v[0] == pytest.approx(4e-4, rel=1e-12)


def test_run_store_and_restore_by_name() -> None:
    """`store()` sees what `run()` sees; the next run goes on from what was restored."""
    G = NeuronGroup(1, "dv/dt = 1/second : 1", method="euler")
    M = StateMonitor(G, "v", record=True)
    store()
    run(1 * ms)
    store("later")
    restore()
    assert magic_network.t_ == 0 and G.v[0] == 0 and M.N == 0
    restore("later")
    run(1 * ms)
    assert magic_network.t == 2 * ms and M.N == 20


def test_restore_in_a_new_process_goes_on(tmp_path: Path) -> None:
    """Also with `run()`: time does not begin at 0 again."""
    script = """
import sys
from eqsim import *
prefs.codegen.target = 'numpy'
G = NeuronGroup(1, 'dv/dt = -v/second + xi*second**-0.5 : 1', method='euler')
if sys.argv[1] == 'first':
    seed(3)
    run(1*ms)
    store(filename=sys.argv[2])
else:
    restore(filename=sys.argv[2], restore_random_state=True)
run(1*ms)
print(magic_network.t_, G.v[0].hex() if hasattr(G.v[0], 'hex') else float(G.v[0]).hex())
"""
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script, part, str(tmp_path / "a.eqsim")], capture_output=True, text=True, check=True
        ).stdout
        for part in ("first", "second")
    ]
    assert outputs[0] == outputs[1] and outputs[0].startswith("0.002 ")


def test_unknown_names_and_other_objects_are_refused(tmp_path: Path) -> None:
    """KeyError, before anything is changed."""
    G, H = NeuronGroup(1, "x : 1", name="G"), NeuronGroup(1, "x : 1", name="H")
    net = Network(G, H, name="two")
    net.store()
    net.store("other", tmp_path / "file")
    G.x = 1
    with pytest.raises(KeyError, match="no state is stored under the name 'new'; there are: default"):
        net.restore("new")
    with pytest.raises(KeyError, match="under the name 'default'; there are: other"):
        net.restore(filename=tmp_path / "file")
    with pytest.raises(FileNotFoundError):
        net.restore(filename=tmp_path / "none")
    net.remove(H)
    with pytest.raises(KeyError, match="stored, but not here: H, H_stateupdater"):
        net.restore()
    net.add(H, NeuronGroup(1, "x : 1", name="K"))
    with pytest.raises(KeyError, match="here, but not stored: K, K_stateupdater"):
        net.restore()
    assert G.x[0] == 1


def test_a_group_of_another_size_is_refused(tmp_path: Path) -> None:
    """ValueError, and the memory stays as it is."""
    file = tmp_path / "file"
    Network(NeuronGroup(2, "x : 1", name="G")).store(filename=file)
    more = NeuronGroup(3, "x : 1", name="G")
    with pytest.raises(ValueError, match="the stored state of NeuronGroup 'G' has 2 values of 'x', not 3"):
        Network(more).restore(filename=file)
    with pytest.raises(ValueError, match="the stored state of NeuronGroup 'G' has other variables: x, y"):
        Network(NeuronGroup(2, "y : 1", name="G")).restore(filename=file)
    assert len(more.x) == 3


def test_files_are_open_and_hold_several_states(tmp_path: Path) -> None:
    """A zip of JSON and npy, readable without eqsim; states are added and replaced."""
    file = tmp_path / "states.eqsim"
    G = NeuronGroup(2, "x : volt", name="G")
    net = Network(G)
    for name, value in (("a b/c", 1), ("second", 2), ("a b/c", 3)):
        G.x_ = [value, np.inf]
        net.store(name, file)
    with zipfile.ZipFile(file) as zip:
        assert json.loads(zip.read("format.json"))["format"] == "eqsim"
        entries = [n for n in zip.namelist() if n.endswith("tree.json")]
        assert entries == ["stores/second/tree.json", "stores/a%20b%2Fc/tree.json"]
        tree = json.loads(zip.read(entries[1]))
        number = tree["objects"]["G"]["memory"]["x"]["$array"]
        with zip.open(f"stores/a%20b%2Fc/{number}.npy") as entry:
            assert np.load(entry, allow_pickle=False).tolist() == [3, np.inf]
    G.x_ = 0
    net.restore("a b/c", file)
    assert G.x_[:].tolist() == [3, np.inf]


def test_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    """Neither read nor overwritten: it may be somebody's data."""
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    net = Network(NeuronGroup(1, "x : 1", name="G"))
    with pytest.raises(ValueError, match="was not written by eqsim: it is no zip file"):
        net.store(filename=file)
    with pytest.raises(ValueError, match="was not written by eqsim"):
        net.restore(filename=file)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as zip:
        zip.writestr("a", "b")
    with pytest.raises(ValueError, match=r"it has no format\.json"):
        net.store(filename=tmp_path / "other.zip")
    assert file.read_text() == "mine" and sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt", "other.zip"]


def test_not_in_the_middle_of_a_step() -> None:
    """An operation runs within a step: half of it is done."""
    from eqsim import NetworkOperation

    G = NeuronGroup(1, "x : 1", name="G")
    net = Network(G, name="net")
    net.store()
    net.add(NetworkOperation(lambda: net.restore()))
    with pytest.raises(RuntimeError, match=r"^restore\(\) cannot be called while 'net' runs; 'for t in net.steps"):
        net.run(1 * second)
