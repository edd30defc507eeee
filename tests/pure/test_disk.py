"""Recording to a file: the same numbers, bounded memory, and nothing lost when the process is killed."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from eqsim import (
    EqsimError,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    load_recording,
    ms,
    mV,
    network_operation,
    start_scope,
    volt,
)
from eqsim.units import get_dimensions

ROOT = Path(__file__).parents[2]
h5py = pytest.importorskip("h5py", reason="h5py is not installed")


def group(n: int = 7) -> NeuronGroup:
    start_scope()
    equations = "dv/dt = 1*mV/ms : volt\nx = v*v : volt**2"
    return NeuronGroup(n, equations, threshold="v > (i + 1)*mV", reset="v = 0*mV", method="euler")


def test_file_holds_what_memory_would(tmp_path: Path) -> None:
    """Chunks that do and do not fit into the runs; state, spikes and rates; through the monitor and from the file."""
    G, file = group(), tmp_path / "out.h5"
    what = {"v": "v", "square": "x", "far": "v/mV > 2"}
    in_memory = StateMonitor(G, what, record=[1, 5, 3]), SpikeMonitor(G, {"excess": "v"}), PopulationRateMonitor(G)
    on_disk = (
        StateMonitor(G, what, record=[1, 5, 3], to=file, chunk=0.7 * ms, name="trace"),
        SpikeMonitor(G, {"excess": "v"}, to=file, chunk=10, name="spikes"),
        PopulationRateMonitor(G, to=file, name="rate"),
    )
    net = Network(G, *in_memory, *on_disk)
    for duration in (3, 0.2, 9.7):
        net.run(duration * ms)
    saved = load_recording(file)
    assert list(saved) == ["rate", "spikes", "trace"] or set(saved) == {"trace", "spikes", "rate"}
    for (m, s, r), source in ((on_disk, "monitor"), ([saved[n] for n in ("trace", "spikes", "rate")], "file")):
        for name in what:
            ours, theirs = getattr(m, name), getattr(in_memory[0], name)
            assert np.array_equal(ours, theirs) and get_dimensions(ours) is get_dimensions(theirs), (source, name)
            assert ours.dtype == theirs.dtype
        assert np.array_equal(m[5].v, in_memory[0][5].v) and np.array_equal(m[[3, 1]].v, in_memory[0][[3, 1]].v)
        assert np.array_equal(m.t, in_memory[0].t) and np.array_equal(m.record, [1, 5, 3]) and m.N == 129
        assert np.array_equal(s.i, in_memory[1].i) and np.array_equal(s.t, in_memory[1].t)
        assert np.array_equal(s.excess, in_memory[1].excess) and get_dimensions(s.excess) is volt.dim
        assert np.array_equal(s.count, in_memory[1].count) and s.num_spikes == in_memory[1].num_spikes
        trains, expected = s.spike_trains(), in_memory[1].spike_trains()
        assert list(trains) == list(expected) and all(np.array_equal(trains[i], expected[i]) for i in trains)
        assert np.array_equal(r.rate, in_memory[2].rate) and np.array_equal(r.smooth_rate(width=1 * ms).shape, (129,))
    assert repr(saved["trace"]) == f"<TracesFile 'trace' of '{G.name}' in out.h5>"


def test_any_tool_can_read_the_file(tmp_path: Path) -> None:
    G, file = group(), tmp_path / "out.h5"
    M = StateMonitor(G, ["v", "v - 1*mV"], record=True, to=file, name="trace", dtype=np.float32)
    Network(G, M).run(1 * ms)
    with h5py.File(file) as f:
        assert f.attrs["format"] == "eqsim recording" and f["trace"].attrs["class"] == "StateMonitor"
        assert f["trace/v"].shape == (10, 7) and f["trace/v"].dtype == np.float32 and f["trace/v"].attrs["unit"] == "volt"
        assert f["trace/v_1_mV"].attrs["name"] == "v - 1*mV"
        assert np.allclose(f["trace/t"], np.arange(10) * 1e-4)


def test_memory_does_not_grow(tmp_path: Path) -> None:
    """10 000 steps of 200 values and 200 spikes would need 16 MB and 24 MB; a chunk has 4 MB at most."""
    G = NeuronGroup(200, "x : 1", threshold="True", reset="")
    M, S = StateMonitor(G, "x", record=True, to=tmp_path / "x.h5"), SpikeMonitor(G, to=tmp_path / "x.h5")
    net = Network(G, M, S)
    net.run(100 * ms)
    before = [log.capacity for m in (M, S) for log in m.logs]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    net.run(1000 * ms)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert [log.capacity for m in (M, S) for log in m.logs] == before
    assert M.N == 11000 and S.N == 11000 * 200 and grown < 15_000  # kB


SCRIPT = """
import sys
from eqsim import *
prefs.codegen.target = 'numpy'
G = NeuronGroup(50, 'x : 1', threshold='t_in_timesteps % 3 == 0', reset='', name='G')
G.run_regularly('x = t_in_timesteps + i')
M = StateMonitor(G, 'x', record=True, to=sys.argv[1], chunk=7, when='end', name='trace')
S = SpikeMonitor(G, to=sys.argv[1], chunk=100, name='spikes')
R = PopulationRateMonitor(G, to=sys.argv[1], chunk=11, name='rate')
print('ready', flush=True)
run(1000*second)
"""


@pytest.mark.parametrize("number", range(3))
def test_killed_process_leaves_all_complete_chunks(tmp_path: Path, number: int) -> None:
    file = tmp_path / "out.h5"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(file)], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (file.exists() and file.stat().st_size > 200_000):
        time.sleep(0.02 + 0.013 * number)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    saved = load_recording(file)
    trace, spikes, rate = saved["trace"], saved["spikes"], saved["rate"]
    n = trace.N
    assert n >= 100 and n % 7 == 0  # whole chunks
    assert np.array_equal(trace.x, np.arange(n) + np.arange(50)[:, np.newaxis])
    assert np.allclose(trace.t / ms, np.arange(n) * 0.1)
    steps = np.round(spikes.t / ms * 10).astype(int)
    assert np.array_equal(spikes.i, np.tile(np.arange(50), len(steps) // 50)) and np.all(steps % 3 == 0)
    assert np.array_equal(rate.rate_, np.where(np.arange(rate.N) % 3 == 0, 1e4, 0))
    # all three were written up to nearly the same step: one chunk, of 150 steps at most, is missing somewhere
    assert np.ptp([n, steps[-1], rate.N]) <= 160


def test_failed_run_loses_nothing(tmp_path: Path) -> None:
    """An operation of the user raises in the middle of a chunk: the rows before are in the file when the monitor is gone."""
    G, file = group(), tmp_path / "out.h5"
    M = StateMonitor(G, "v", record=True, to=file, name="trace_f")

    @network_operation(dt=1 * ms)
    def fail(t: object) -> None:
        if t > 2.5 * ms:
            raise RuntimeError("of the user")

    with pytest.raises(RuntimeError, match="of the user"):
        Network(G, M, fail).run(10 * ms)
    assert M.N == 30
    M._recorder.flush()
    assert load_recording(file)["trace_f"].N == 30


def test_file_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    G, file = group(), tmp_path / "out.h5"
    M = StateMonitor(G, "v", record=True, to=file, chunk=5, name="trace_r")
    seen = []

    @network_operation(dt=1 * ms)
    def look() -> None:
        with h5py.File(file) as f:
            seen.append(f["trace_r/v"].shape[0])
            assert M.v.shape == (7, M.N)

    Network(G, M, look).run(3.05 * ms)
    assert seen == [0, 10, 20, 30] or seen == [0, 5, 15, 25]


def test_clear_empties_the_file(tmp_path: Path) -> None:
    G, file = group(), tmp_path / "out.h5"
    M, S = StateMonitor(G, "v", record=True, to=file, chunk=3, name="trace_c"), SpikeMonitor(G, to=file, name="spikes_c")
    net = Network(G, M, S)
    net.run(2 * ms)
    M.clear()
    S.clear()
    assert (M.N, S.N, len(load_recording(file)["trace_c"])) == (0, 0, 0)
    net.run(1 * ms)
    assert np.allclose(M.t / ms, 2 + np.arange(10) / 10) and np.all(S.t >= 2 * ms)
    M.record_single_timestep()
    assert M.N == 11 and M.v.shape == (7, 11)


def test_what_was_in_the_file_before_is_replaced(tmp_path: Path) -> None:
    """By the first monitor of a process; the next ones add to it, or take the place of one of the same name."""
    file = tmp_path / "out.h5"
    file.write_text("something else")
    found = []
    for n, name in ((3, "first"), (4, "second"), (5, "second")):
        G = group(n)
        M = StateMonitor(G, "v", record=True, to=str(file), name=f"{name}_of_{n}")
        M._recorder.group = name
        Network(G, M).run(1 * ms)
        found.append({k: len(v.record) for k, v in load_recording(file).items()})
    assert found == [{"first": 3}, {"first": 3, "second": 4}, {"first": 3, "second": 5}]


def test_open_file_stops_a_run_without_loss(tmp_path: Path) -> None:
    G, file = group(), tmp_path / "out.h5"
    M = StateMonitor(G, "v", record=True, to=file, chunk=5, name="trace_o")
    net = Network(G, M)
    net.run(0.5 * ms)
    with h5py.File(file), pytest.raises(EqsimError, match="is it open in this process") as error:
        net.run(2 * ms)
    net.run(2 * ms)
    assert np.allclose(np.diff(M.t / ms), 0.1) and M.t[0] == 0 * ms and load_recording(file)["trace_o"].N == M.N
    assert str(error.value).startswith(f"cannot write to {file} (")


def test_mistakes_are_told(tmp_path: Path) -> None:
    G = group()
    with pytest.raises(FileNotFoundError) as missing:
        StateMonitor(G, "v", record=True, to=tmp_path / "no" / "x.h5", name="watch_d")
    assert str(missing.value).startswith("'watch_d': to=") and "there is no folder" in str(missing.value)
    with pytest.raises(TypeError) as alone:
        StateMonitor(G, "v", record=True, chunk=3, name="watch_d2")
    assert str(alone.value) == "'watch_d2': chunk= needs to=, the file that is written in chunks"
    with pytest.raises(TypeError) as both:
        StateMonitor(G, "v", record=True, to=tmp_path / "x.h5", buffer=1 * ms, name="watch_d3")
    assert str(both.value) == "'watch_d3': buffer= and to= do not go together"
    with pytest.raises(TypeError, match="reduce= and to= do not go together"):
        StateMonitor(G, "v", record=True, to=tmp_path / "x.h5", reduce="mean")
    with pytest.raises(TypeError) as counting:
        SpikeMonitor(G, record=False, to=tmp_path / "x.h5", name="watch_d4")
    assert str(counting.value) == "'watch_d4': to= needs record=True: without it nothing is kept"
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load_recording(tmp_path / "nothing.h5")
    with h5py.File(tmp_path / "other.h5", "w"):
        pass
    with pytest.raises(EqsimError) as other:
        load_recording(tmp_path / "other.h5")
    assert str(other.value) == f"{tmp_path / 'other.h5'} is no recording of eqsim"
    assert mV  # the unit is used in the strings of `group`


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(EqsimError) as error:
        SpikeMonitor(group(), to=tmp_path / "x.h5")
    assert str(error.value) == "recording to a file needs the package h5py: pip install h5py"


def test_restore_brings_files_and_reductions_back(tmp_path: Path) -> None:
    """What comes after `restore` replaces what came after `store`, in the file, too."""
    G, file = group(), tmp_path / "out.h5"
    M = StateMonitor(G, "v", record=True, to=file, chunk=4, name="trace_k")
    S = SpikeMonitor(G, to=file, name="spikes_k")
    mean = StateMonitor(G, "v", record=True, reduce=["mean", "max"])
    people = StateMonitor(G, "v", record=True, reduce="mean", over="population")
    recent = StateMonitor(G, "v", record=True, buffer=1 * ms)
    net = Network(G, M, S, mean, people, recent)
    net.run(2.3 * ms)
    net.store()
    found = []
    for _ in range(2):
        net.run(3.1 * ms)
        values = (M.v_, M.t_, S.i, S.t_, mean.v_mean_, mean.v_max_, people.v_, recent.v_, recent.t_)
        found.append([np.array(x) for x in values])
        net.restore()
        assert (M.N, len(load_recording(file)["trace_k"]), mean.N, people.N) == (23, 23, 23, 23)
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True)) and found[0][0].shape == (7, 54)
