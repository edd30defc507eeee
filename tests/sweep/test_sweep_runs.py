"""Sweeps of functions and of networks: equal results whoever does the runs, failures, files, compilers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import eqsim
from eqsim import (
    EqsimError,
    Hz,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    SweepError,
    Synapses,
    ms,
    prefs,
    reset_device,
    run,
    seed,
    set_device,
    sweep,
)
from eqsim.log import catch_logs
from eqsim.sweeps.fingerprint import fingerprint


def noisy(tau, drive):
    """A noisy neuron: spikes, and the last values."""
    eqs = "dv/dt = (drive - v)/tau + 0.2*xi/tau**.5 : 1"
    G = NeuronGroup(3, eqs, threshold="v > 1", reset="v = 0", method="euler")
    G.v = "rand()"
    spikes = SpikeMonitor(G)
    run(20 * ms)
    return {"rate": spikes.num_spikes / (20 * ms), "v": G.v, "other": np.random.rand()}


GRID = {"tau": [5, 10] * ms, "drive": [1.5, 2.0]}


def bits_of(results) -> dict[str, bytes]:
    return {name: np.asarray(results[name]).tobytes() for name in results.names}


@pytest.fixture(scope="module")
def reference():
    return sweep(noisy, GRID, seed=5, executor="serial")


def test_results_are_arrays_by_parameter(reference) -> None:
    assert (reference.dims, reference.shape, reference.names) == (("tau", "drive"), (2, 2), ("rate", "v", "other"))
    assert reference["rate"].dim is Hz.dim and reference["rate"].shape == (2, 2)
    assert reference["v"].shape == (2, 2, 3)
    assert np.array_equal(np.asarray(reference["tau"]), [0.005, 0.01])
    assert reference.at(tau=10 * ms, drive=1.5)["v"].tobytes() == np.asarray(reference["v"])[1, 0].tobytes()
    assert repr(reference) == "<SweepResults tau (2) x drive (2); rate, v, other>"
    with pytest.raises(KeyError, match="the sweep has no 'x'; it has tau, drive, rate, v, other"):
        reference["x"]


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_who_does_the_runs_does_not_matter(reference, executor) -> None:
    assert bits_of(sweep(noisy, GRID, seed=5, executor=executor, workers=2)) == bits_of(reference)


def test_any_executor_will_do(reference) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert bits_of(sweep(noisy, GRID, seed=5, executor=executor)) == bits_of(reference)


def test_a_part_of_the_points_gives_the_same(reference) -> None:
    """The seed of a point follows from its values, so a grid can be made larger later."""
    one = sweep(noisy, points=[{"drive": 2.0, "tau": 10 * ms}], seed=5, executor="serial")
    assert np.asarray(one["v"])[0].tobytes() == np.asarray(reference["v"])[1, 1].tobytes()


def test_the_present_seed_is_the_default(reference) -> None:
    seed(5)
    assert bits_of(sweep(noisy, GRID, executor="serial")) == bits_of(reference)


def test_the_users_random_numbers_go_on_as_if_nothing_had_been() -> None:
    def draws() -> tuple[float, float]:
        G = NeuronGroup(1, "v : 1")
        G.v = "rand()"
        return float(G.v[0]), np.random.rand()

    seed(1)
    expected = draws(), draws()
    seed(1)
    first = draws()
    sweep(noisy, GRID, executor="serial")
    assert (first, draws()) == expected


def test_a_function_may_ask_for_its_seed() -> None:
    results = sweep(lambda a, seed: seed, a=[1, 2], repeats=2, seed=3, executor="serial")
    assert results.values.tolist() == np.reshape(results.seeds, (2, 2)).tolist()
    assert len(set(results.seeds)) == 4
    same = sweep(lambda a, seed: seed, a=[1, 2], repeats=2, same_seed=True, executor="serial")
    assert same.values[0].tolist() == same.values[1].tolist() and len(set(same.values[0])) == 2


# -- failures ------------------------------------------------------------------------------------------------------------


def picky(a):
    if a == 2:
        raise ValueError("two is too much")
    return a * 1.5


@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def test_a_point_that_fails_does_not_take_others_with_it(executor) -> None:
    with catch_logs() as logs:
        results = sweep(picky, a=[1, 2, 3], executor=executor)
    assert results.values[[0, 2]].tolist() == [1.5, 4.5] and np.isnan(results.values[1])
    assert results.ok.tolist() == [True, False, True]
    (failure,) = results.failures
    assert (failure.index, dict(failure.values), failure.error) == (1, {"a": 2}, "ValueError: two is too much")
    assert str(failure) == "a=2: ValueError: two is too much"
    assert "in picky" in failure.traceback and 'raise ValueError("two is too much")' in failure.traceback
    assert "eqsim/sweeps" not in failure.traceback
    assert [text for _, _, text in logs] == [
        "1 of 3 points failed, e.g. a=2: ValueError: two is too much (results.failures has their values and tracebacks; "
        "the others are not affected)"
    ]
    with pytest.raises(SweepError, match="1 of 3 points failed:\n  a=2: ValueError: two is too much\nthe first one:\n"):
        results.check()


def deadly(a):
    if a == 2:
        os._exit(3)
    return a


def test_a_process_that_dies_takes_only_its_point_with_it() -> None:
    with catch_logs():
        results = sweep(deadly, a=[1, 2, 3, 4], executor="processes", workers=2)
    assert results.values[[0, 2, 3]].tolist() == [1, 3, 4]
    assert [(f.values["a"], f.error) for f in results.failures] == [(2, "the process that ran this point died")]


def test_if_all_points_fail_it_is_an_error() -> None:
    with pytest.raises(SweepError, match="all 1 points failed; the first one: a=2: ValueError: two is too much"):
        sweep(picky, a=[2], executor="serial")


def test_mistakes_are_told_before_anything_runs() -> None:
    def never(a):
        raise AssertionError

    for message, call in {
        "never() has no parameter 'b'; it takes a": lambda: sweep(never, b=[1]),
        "how long is a run of the network? sweep(net, ..., duration=1*second)": lambda: sweep(Network(), {"a": [1]}),
        "sweep() takes a function or a Network, not int": lambda: sweep(3, a=[1]),
        "a batch needs a network: sweep(net, ..., duration=..., batch=True)": lambda: sweep(never, a=[1], batch=True),
        "duration= and results= are for networks; a function is given values by name, and returns results": lambda: sweep(
            never, a=[1], duration=1 * ms
        ),
        "executor= takes an executor of concurrent.futures, not int": lambda: sweep(never, a=[1], executor=3),
    }.items():
        with pytest.raises(TypeError) as error:
            call()
        assert str(error.value) == message
    with pytest.raises(ValueError) as wrong:
        sweep(never, a=[1], executor="cluster")
    assert str(wrong.value) == "executor='cluster': 'serial', 'threads', 'processes' or an executor are possible"
    with pytest.raises(ValueError) as few:
        sweep(never, a=[1], workers=0)
    assert str(few.value) == "workers= is a number of processes or threads, at least 1, not 0"


def test_progress_is_told() -> None:
    told = []
    with catch_logs():
        sweep(picky, a=[1, 2, 3], executor="serial", report=lambda *at: told.append(at[:3]))
    assert told == [(0, 3, 0), (1, 3, 0), (2, 3, 1), (3, 3, 1)]


def test_a_bar_fills(capsys) -> None:
    """In a file its lines; how it looks elsewhere is tested with the bar itself."""
    sweep(lambda a: a, a=[1, 2], executor="serial", report="bar")
    assert capsys.readouterr().out == "  0 % 0 of 2 points\n100 % 2 of 2 points, took < 1s\n"


# -- files ---------------------------------------------------------------------------------------------------------------

calls: list[float] = []


def counted(a, b=2):
    calls.append(a)
    if a == 3 and os.environ.get("EQSIM_TEST_BREAK"):
        raise RuntimeError("broken")
    return {"x": a * b * ms, "y": np.arange(2) * a}


def test_a_sweep_goes_on_where_it_ended(tmp_path, monkeypatch) -> None:
    file = tmp_path / "results" / "sweep.jsonl"
    calls.clear()
    monkeypatch.setenv("EQSIM_TEST_BREAK", "1")
    with catch_logs():
        first = sweep(counted, a=[1, 2, 3], file=file, executor="serial")
    monkeypatch.delenv("EQSIM_TEST_BREAK")
    assert calls == [1, 2, 3] and not first.ok[2]
    calls.clear()
    second = sweep(counted, a=[0, 1, 2, 3], file=file, executor="serial")
    assert calls == [0, 3] and second.reused == 2 and second.ok.all()
    assert np.asarray(second["x"]).tolist() == [0.0, 0.002, 0.004, 0.006] and second["x"].dim is ms.dim
    assert second["y"].tolist() == [[0, 0], [0, 1], [0, 2], [0, 3]]
    head, *lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert (head["format"], head["version"], head["function"]) == ("eqsim sweep", 1, "counted")
    assert [("failed" in line, line["point"]) for line in lines] == [
        (False, {"a": 1}),
        (False, {"a": 2}),
        (True, {"a": 3}),
        (False, {"a": 0}),
        (False, {"a": 3}),
    ]


def test_another_value_another_default_another_seed_are_other_results(tmp_path) -> None:
    file = tmp_path / "sweep.jsonl"
    for values, options in (({"b": 2}, {}), ({"b": 3}, {}), ({"b": 2}, {"seed": 8}), ({"b": 2}, {"repeats": 2})):
        calls.clear()
        sweep(counted, {"a": [1], **values}, file=file, executor="serial", **options)
        assert calls == [1], values
    calls.clear()
    assert sweep(counted, {"a": [1], "b": 2}, file=file, executor="serial").reused == 1
    assert calls == []


def test_a_killed_process_leaves_a_usable_file(tmp_path) -> None:
    """The process is killed while the third point runs; a torn last line is put there on top."""
    file = tmp_path / "sweep.jsonl"
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, sys
            from eqsim import sweep
            def point(a):
                if a == 3 and len(sys.argv) > 2:
                    os.kill(os.getpid(), 9)
                return a * 2.0
            print(sweep(point, a=[1, 2, 3, 4], file=sys.argv[1], executor="serial").reused)
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(eqsim.__file__).parents[1])}
    command = [sys.executable, str(script), str(file)]
    assert subprocess.run([*command, "kill"], env=environment, check=False).returncode == -9
    assert len(file.read_text().splitlines()) == 3
    with open(file, "a") as torn:
        torn.write('{"key": "123", "resu')
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"
    assert [json.loads(line).get("result") for line in file.read_text().splitlines() if line.endswith("}")] == [
        None,
        2.0,
        4.0,
        6.0,
        8.0,
    ]


def test_the_file_of_something_else_is_left_alone(tmp_path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine\n")
    with pytest.raises(EqsimError, match=r"notes\.txt is no file of a sweep, so nothing is written to it"):
        sweep(counted, a=[1], file=file, executor="serial")
    assert file.read_text() == "mine\n"


def test_a_result_that_no_file_can_hold_is_a_failure(tmp_path) -> None:
    with catch_logs():
        results = sweep(lambda a: object() if a else 1.0, a=[0, 1], file=tmp_path / "sweep.jsonl", executor="serial")
    assert results.failures[0].error.startswith("TypeError: a value of type object cannot be written to a file;")


def test_a_function_is_known_by_what_it_does() -> None:
    def make(factor):
        def f(a):
            return a * factor  # a comment

        return f

    def other(a):
        return helper(a)

    def changed(a):
        return a + 1

    global helper
    helper = picky
    first = fingerprint(other)
    helper = changed
    assert fingerprint(make(2)) == fingerprint(make(2)) != fingerprint(make(3))
    assert fingerprint(other) != first


# -- networks ------------------------------------------------------------------------------------------------------------


def model():
    G = NeuronGroup(
        4, "dv/dt = (I*gain - v)/tau + 0.1*xi/tau**.5 : 1\nI : 1", threshold="v > 1", reset="v = 0", method="euler",
        name="cells",
    )  # fmt: skip
    S = Synapses(G, G, "w : 1", on_pre="v += w", name="syn")
    S.connect(condition="i != j")
    spikes, trace = SpikeMonitor(G, name="spikes"), StateMonitor(G, "v", record=[0, 2], name="trace")
    return Network(G, S, spikes, trace)


NAMES = {"tau": 10 * ms, "gain": 1.0}
VALUES = {"tau": [5, 10] * ms, "cells.I": [1.5, 2.0], "syn.w": [0.0, 0.1]}


def test_a_network_is_swept_without_building_it_anew() -> None:
    net = model()
    G = net["cells"]
    seed(2)
    net.run(5 * ms, namespace=NAMES)
    before = np.array(G.v)
    results = sweep(net, VALUES, duration=10 * ms, namespace=NAMES, seed=4, executor="serial")
    assert results.dims == ("tau", "cells.I", "syn.w") and results.shape == (2, 2, 2)
    assert results.names == ("spikes.i", "spikes.t", "spikes.count", "trace.t", "trace.v")
    assert results["trace.v"].shape == (2, 2, 2, 2, 150)
    assert np.asarray(results["spikes.count"])[:, :, :, :].sum(-1).min() > 0
    assert net.t == 5 * ms and np.array_equal(before, G.v) and len(net["trace"].t) == 50


def test_a_point_of_a_network_is_what_a_run_of_its_own_is() -> None:
    net = model()
    results = sweep(net, VALUES, duration=10 * ms, namespace=NAMES, seed=4, executor="serial")
    point = results.points[6]
    net.store()
    seed(results.seeds[6])
    net["cells"].I, net["syn"].w = point.values["cells.I"], point.values["syn.w"]
    net.run(10 * ms, namespace={**NAMES, "tau": point.values["tau"]})
    assert np.asarray(results["trace.v"])[1, 1, 0].tobytes() == np.asarray(net["trace"].v).tobytes()


def test_a_network_goes_to_other_processes() -> None:
    net = model()
    here = sweep(net, VALUES, duration=10 * ms, namespace=NAMES, seed=4, executor="serial")
    there = sweep(net, VALUES, duration=10 * ms, namespace=NAMES, seed=4, executor="processes", workers=2)
    for name in ("spikes.count", "trace.v"):
        assert np.asarray(here[name]).tobytes() == np.asarray(there[name]).tobytes()


def test_a_network_goes_into_a_file_and_comes_back(tmp_path) -> None:
    net = model()
    options = {"duration": 10 * ms, "namespace": NAMES, "seed": 4, "file": tmp_path / "net.jsonl", "executor": "serial"}
    first = sweep(net, {"tau": [5, 10] * ms}, **options)
    again = sweep(net, {"tau": [5, 10, 20] * ms}, **options)
    assert again.reused == 2
    assert np.asarray(first["trace.v"]).tobytes() == np.asarray(again["trace.v"])[:2].tobytes()
    net["cells"].I = 3
    assert sweep(net, {"tau": [5, 10] * ms}, **options).reused == 0


@pytest.mark.parametrize("wanted", ["spikes.num_spikes", {"n": "spikes.num_spikes"}, lambda net: net["spikes"].num_spikes])
def test_what_a_network_gives_can_be_chosen(wanted) -> None:
    net = model()
    results = sweep(net, {net["cells"].I: [0.0, 2.0]}, duration=10 * ms, results=wanted, namespace=NAMES, executor="serial")
    counts = results["n"] if isinstance(wanted, dict) else results.values
    assert counts.shape == (2,) and counts[1] > counts[0]


def test_names_that_do_not_exist_are_told_at_once() -> None:
    net = model()

    def message(values, kind):
        with pytest.raises(kind) as error:
            sweep(net, values, duration=1 * ms, namespace=NAMES, executor="serial")
        return error.value.args[0] if kind is KeyError else str(error.value)

    assert message({"cels.I": [1]}, KeyError) == "there is no object 'cels' in the network; did you mean 'cells'?"
    assert message({"cells.J": [1]}, AttributeError) == "'cells' has no variable 'J'"
    assert message({"taau": [1]}, EqsimError) == (
        "no string of the network uses the name 'taau'; for a variable write 'G.taau'"
    )
    assert (
        message({3: [1]}, TypeError)
        == "a parameter is named by a text such as 'G.tau' or 'tau', or by G.tau itself, not by 3"
    )


def test_a_network_without_monitors_must_say_what_it_gives() -> None:
    G = NeuronGroup(1, "v : 1")
    with pytest.raises(ValueError, match="the network has no monitor: say with results= what the runs are to give"):
        sweep(Network(G), {G.v: [1, 2]}, duration=1 * ms)


def test_a_project_is_built_once_for_all_points(standalone) -> None:
    """Values are run-time parameters of the program; the bits are those of runs in this process."""
    net = model()
    values = {"tau": [5, 10] * ms, "cells.I": [1.5, 2.0]}
    there = sweep(net, values, duration=4 * ms, namespace=NAMES, seed=4, results=["spikes.count", "trace.v"])
    built = (standalone / "main").stat().st_mtime_ns
    with pytest.raises(EqsimError) as error:
        sweep(net, values, duration=4 * ms, namespace=NAMES, executor="processes", workers=2)
    assert str(error.value) == (
        "runs on device 'cpp_standalone' share a folder: leave out executor=, or set_device('runtime') before"
    )
    set_device("runtime")
    try:
        here = sweep(net, values, duration=4 * ms, namespace=NAMES, seed=4, results=there.names, executor="serial")
    finally:
        reset_device()
    assert bits_of(here) == bits_of(there)
    assert (standalone / "main").stat().st_mtime_ns == built


# -- compilers -----------------------------------------------------------------------------------------------------------


def small(tau):
    G = NeuronGroup(2, "dv/dt = (1.2 - v)/tau : 1", threshold="v > 1", reset="v = 0", method="exact")
    spikes = SpikeMonitor(G)
    run(20 * ms)
    return spikes.num_spikes


def test_what_is_compiled_for_the_first_point_serves_all(tmp_path) -> None:
    """New objects in each call, and in each process, are the same program: two compilations (kernels, door), no more."""
    folder = prefs.codegen.cache.directory
    prefs.codegen.cache.directory, prefs.codegen.target = str(tmp_path), "cython"
    try:
        sweep(small, tau=np.arange(1, 9) * ms, executor="processes", workers=2)
        made = list(tmp_path.rglob("*.so"))
        sweep(small, tau=np.arange(9, 17) * ms, executor="serial")
    finally:
        prefs.codegen.cache.directory, prefs.codegen.target = folder, "auto"
    assert len(made) == 2 and set(tmp_path.rglob("*.so")) == set(made)
