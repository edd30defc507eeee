"""A project does what the live run does, bit for bit: on its own, in pieces, from any compiler, through its C API."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import compiler_named
from projects import memory, model, script

from eqsim import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    device,
    get_device,
    ms,
    prefs,
    reset_device,
    seed,
    set_device,
)
from eqsim.targets.project import Values


@pytest.fixture(scope="module")
def live() -> dict[str, np.ndarray]:
    """The script on the interpreter."""
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    net, objects = model()
    script(net, objects)
    prefs.codegen.target = before
    return memory(objects)


def differing(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> list[str]:
    """Names of values that are not the same bits."""
    assert sorted(found) == sorted(expected)
    return [n for n, values in expected.items() if found[n].tobytes() != values.tobytes()]


def same_results(a: Path, b: Path) -> bool:
    """Do two folders of results hold the same bits?  (Numbers such as the room of a log may differ.)"""
    first, second = Values.read(a), Values.read(b)
    assert sorted(first.arrays) == sorted(second.arrays)
    return not first.since(second).arrays


def test_runs_at_once(standalone: Path, live: dict[str, np.ndarray]) -> None:
    net, objects = model()
    script(net, objects)
    assert differing(memory(objects), live) == []
    assert net.t == 20 * ms


def test_runs_when_asked(tmp_path: Path, live: dict[str, np.ndarray]) -> None:
    """Reading a value builds and runs up to there."""
    set_device("cpp_standalone", build_on_run=False, directory=str(tmp_path), with_output=False)
    try:
        net, objects = model()
        net.run(7 * ms)
        assert not device.has_been_run
        script_rest(net, objects)
        device.build()
        assert differing(memory(objects), live) == []
    finally:
        reset_device()
        get_device("cpp_standalone").reinit()


def script_rest(net, objects) -> None:  # type: ignore[no-untyped-def]
    """`script` after its first run."""
    objects["cells"].v = "v - 0.1*rand()"
    objects["A"].w[:3] = 0.5
    net.run(0.2 * ms)
    objects["rate"].active = False
    net.run(12.8 * ms)


def test_delays_that_code_changes(standalone: Path) -> None:
    """Spikes wait in lists that grow in the program; a second run goes on with those that wait."""

    def spikes() -> np.ndarray:
        seed(2)
        G = NeuronGroup(
            60,
            "dv/dt = (1.5 - v)/(5*ms) + 0.3*xi/sqrt(5*ms) : 1",
            threshold="v > 1",
            reset="v = 0",
            method="euler",
            name="G",
        )
        S = Synapses(G, G, on_pre="v_post += 0.02; delay = clip(delay + 0.3*ms*randn(), 0*ms, 40*ms)", name="S")
        S.connect(p=0.5)
        S.delay = "rand()*3*ms"
        M = SpikeMonitor(G, name="M")
        net = Network(G, S, M)
        net.run(40 * ms)
        net.run(20 * ms)
        return np.concatenate((M.i, np.asarray(M.t), np.asarray(S.delay)))

    found = spikes()
    set_device("runtime")
    expected = spikes()
    reset_device()
    assert found.tobytes() == expected.tobytes() and len(found) > 1000


def test_live_run_spikes(live: dict[str, np.ndarray]) -> None:
    """The comparisons are of something."""
    assert len(live["spikes.i"]) > 20 and np.ptp(live["A.w"]) > 0 and len(np.unique(live["listed.u"])) > 3


@pytest.mark.parametrize("how", ["make", "cmake"])
def test_builds_and_runs_alone(how: str, project: Path, tmp_path: Path) -> None:
    """Copied to an empty folder, without Python on the path; the whole script in one go."""
    if shutil.which(how) is None:
        pytest.skip(f"{how} is not installed")
    shutil.copytree(project, tmp_path / "copy", ignore=shutil.ignore_patterns("*.o", "main", "results", ".resume"))
    folder, tools = tmp_path / "copy", tmp_path / "bin"
    tools.mkdir()
    for tool in ("make", "cmake", "c++", "cc", "g++", "gcc", "as", "ld", "ar", "ranlib", "sh", "rm", "uname"):
        found = shutil.which(tool)
        if found:
            (tools / tool).symlink_to(found)
    env = {"PATH": str(tools)}
    build = {"make": [["make"]], "cmake": [["cmake", "-B", "build", "-S", "."], ["cmake", "--build", "build"]]}[how]
    for command in build:
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    binary = folder / ("main" if how == "make" else "build/main")
    subprocess.run([str(binary), "--report", "0"], cwd=folder, env=env, check=True)
    assert same_results(folder / "results", project / "results")


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("flags", ["-O0 -fsanitize=address,undefined -fno-sanitize-recover=all", "-O2"])
def test_clean_under_warnings_and_sanitizers(compiler: str, flags: str, project: Path, tmp_path: Path) -> None:
    command = compiler_named(compiler)
    if not command:
        pytest.skip(f"{compiler} is not installed")
    shutil.copytree(project, tmp_path / "copy", ignore=shutil.ignore_patterns("*.o", "main", "results"))
    options = [f"CXX={command}", f"CXXFLAGS=-Wall -Wextra -Werror {flags}", f"LDFLAGS={flags}"]
    made = subprocess.run(["make", *options], cwd=tmp_path / "copy", capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    done = subprocess.run(["./main", "--report", "0"], cwd=tmp_path / "copy", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert same_results(tmp_path / "copy" / "results", project / "results")


@pytest.fixture(scope="module")
def library(project: Path) -> ctypes.CDLL:
    """The C API."""
    subprocess.run(["make", "library"], cwd=project, check=True, capture_output=True)
    lib = ctypes.CDLL(str(project / "libmodel.so"))
    lib.eqsim_create.restype = ctypes.c_void_p
    lib.eqsim_create.argtypes = [ctypes.c_char_p]
    lib.eqsim_message.restype = ctypes.c_char_p
    lib.eqsim_count.restype = ctypes.c_longlong
    lib.eqsim_time.restype = ctypes.c_double
    for name in ("message", "status", "time", "play", "destroy"):
        getattr(lib, f"eqsim_{name}").argtypes = [ctypes.c_void_p]
    lib.eqsim_count.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    lib.eqsim_steps.argtypes = [ctypes.c_void_p, ctypes.c_longlong]
    lib.eqsim_save.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    doubles = ctypes.POINTER(ctypes.c_double)
    lib.eqsim_get.argtypes = lib.eqsim_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, doubles, ctypes.c_longlong]
    return lib


def test_c_api_in_steps_of_any_size(library: ctypes.CDLL, project: Path, tmp_path: Path) -> None:
    """A snapshot is as good as going on: half way, from a new model."""
    m = library.eqsim_create(str(project / "data").encode())
    for steps in (1, 3, 66, 30):
        assert library.eqsim_steps(m, steps) == 0, library.eqsim_message(m)
    assert library.eqsim_time(m) == pytest.approx(10e-3, abs=1e-12)
    assert library.eqsim_save(m, str(tmp_path / "half").encode()) == 0
    library.eqsim_destroy(m)
    m = library.eqsim_create(str(tmp_path / "half").encode())
    assert library.eqsim_status(m) == 0, library.eqsim_message(m)
    assert library.eqsim_play(m) == 0
    assert library.eqsim_save(m, str(tmp_path / "end").encode()) == 0
    library.eqsim_destroy(m)
    end, whole = Values.read(tmp_path / "end"), Values.read(project / "results")
    assert [n for n, a in whole.arrays.items() if end.arrays[n].tobytes() != a.tobytes()] == []


def test_c_api_sets_and_gets(library: ctypes.CDLL, project: Path) -> None:
    m = library.eqsim_create(str(project / "data").encode())
    assert library.eqsim_count(m, b"cells.v") == 20 and library.eqsim_count(m, b"cells.nothing") == -1
    values = (ctypes.c_double * 20)(*range(20))
    assert library.eqsim_set(m, b"cells.v", values, 20) == 0
    got = (ctypes.c_double * 20)()
    assert library.eqsim_get(m, b"cells.v", got, 20) == 0 and list(got) == list(range(20))
    assert library.eqsim_set(m, b"cells.v", values, 3) == 2
    assert library.eqsim_message(m) == b"cells.v takes 1 or 20 values, not 3"
    assert library.eqsim_set(m, b"cells.nothing", values, 1) == 2
    assert library.eqsim_steps(m, 10**9) == 2 and library.eqsim_message(m) == b"the plan has ended: there are no more steps"
    library.eqsim_destroy(m)


def test_example_in_c(project: Path) -> None:
    """The example that embeds the model runs to the end of the plan."""
    subprocess.run(["make", "example"], cwd=project, check=True, capture_output=True)
    done = subprocess.run(["./example"], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("t = 0.02 s, cells.v[0] = ")
