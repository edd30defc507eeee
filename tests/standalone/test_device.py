"""What the device offers, and what it says when something is wrong."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from projects import memory, model

from eqsim import (
    EqsimError,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    TimedArray,
    all_devices,
    device,
    get_device,
    ms,
    network_operation,
    reset_device,
    seed,
    set_device,
)


def small() -> tuple[Network, NeuronGroup, SpikeMonitor]:
    """One group with a parameter, a constant of the script, and a spike monitor."""
    seed(1)
    G = NeuronGroup(
        4, "dv/dt = (drive - v)/tau : 1\ndrive : 1", threshold="v > 1", reset="v = 0", namespace={"tau": 5 * ms}, name="G"
    )
    G.drive = [0.5, 1.5, 2, 3]
    M = SpikeMonitor(G, name="M")
    return Network(G, M), G, M


def called(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program of a project with arguments."""
    return subprocess.run(["./main", *arguments], cwd=project, capture_output=True, text=True, check=False)


def test_runs_again_with_other_values_without_a_compiler(standalone: Path) -> None:
    """f-I curve by hand: the interspike interval of dv/dt = (I - v)/tau is -tau log(1 - 1/I), in whole steps."""
    net, G, M = small()
    net.run(50 * ms)
    made = (standalone / "main").stat().st_mtime_ns
    for drive in (1.5, 4.0):
        device.run(run_args={G.drive: drive})
        period = np.ceil(-5 / 0.1 * np.log(1 - 1 / drive) - 1e-9)
        assert set(M.count) == {int(50 / 0.1 // period)}
    device.run(run_args=["G.tau=0.01", "G.drive=4"])
    assert set(M.count) == {int(500 // np.ceil(-100 * np.log(0.75)))}
    device.run(run_args={"G.drive": [0, 0, 0, 4]}, results_directory="other")
    assert list(M.count > 0) == [False, False, False, True]
    assert (standalone / "main").stat().st_mtime_ns == made
    assert Path(device.results_dir) == standalone / "other" and (standalone / "results").is_dir()


def test_what_can_be_set_is_listed(standalone: Path) -> None:
    net, *_ = small()
    net.run(1 * ms)
    assert device.settable() == ["G.v", "G.drive", "G.tau"]
    listed = subprocess.run(["./main", "--list"], cwd=standalone, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == device.settable()
    with pytest.raises(ValueError, match=r"'G.dt' cannot be set in the project; device.settable\(\) lists what can"):
        device.run(run_args={"G.dt": 1})


def test_attributes(standalone: Path) -> None:
    assert not device.has_been_run and device.project_dir == str(standalone)
    net, *_ = small()
    net.run(1 * ms)
    assert device.has_been_run and device._last_run_time > 0 and device._last_run_completed_fraction == 1
    assert repr(device) == "<Device 'cpp_standalone'>" and get_device() is get_device("cpp_standalone")
    assert set(all_devices) >= {"runtime", "cpp_standalone"}


def test_code_of_the_user_in_main(standalone: Path) -> None:
    device.insert_code("after_network_run", 'printf("t = %g\\n", eqsim_time(model));')
    net, *_ = small()
    net.run(3 * ms)
    done = subprocess.run(["./main", "--report", "0"], cwd=standalone, capture_output=True, text=True, check=True)
    assert done.stdout == "t = 0.003\n"
    with pytest.raises(ValueError, match=r"there is no slot 'middle' in main.cpp; there are main, before_start"):
        device.insert_code("middle", "")


def test_values_before_the_first_run_can_be_read(standalone: Path) -> None:
    _, G, _ = small()
    assert list(G.drive) == [0.5, 1.5, 2, 3]


def test_python_function_is_refused_before_anything_runs(standalone: Path) -> None:
    net, *_ = small()

    @network_operation
    def look() -> None:
        """Never called."""

    net.add(look)
    with pytest.raises(EqsimError) as caught:
        net.run(1 * ms)
    assert str(caught.value) == (
        f"'{look.name}' is a function in Python, and a C++ project runs without Python: write it as statements with "
        "run_regularly(...), or use set_device('runtime')"
    )
    assert not standalone.exists() and net.t == 0 * ms


def test_build_is_refused_when_runs_build(standalone: Path) -> None:
    with pytest.raises(RuntimeError, match=r"built at each run: call set_device\(..., build_on_run=False\)"):
        device.build()


def test_building_without_running(tmp_path: Path) -> None:
    set_device("cpp_standalone", build_on_run=False, directory=str(tmp_path / "p"), with_output=False)
    try:
        with pytest.raises(RuntimeError, match="nothing to build"):
            device.build()
        net, _, M = small()
        net.run(20 * ms)
        device.build(run=False)
        assert (tmp_path / "p" / "main").exists() and not (tmp_path / "p" / "results").exists()
        assert M.num_spikes > 0 and (tmp_path / "p" / "results").exists()  # it runs when somebody looks
        device.reinit()
        device.activate(build_on_run=False, directory=str(tmp_path / "q"), compile=False)
        net, *_ = small()
        net.run(20 * ms)
        device.build()
        assert (tmp_path / "q" / "main.cpp").exists() and not (tmp_path / "q" / "main").exists()
    finally:
        reset_device()
        get_device("cpp_standalone").reinit()


def test_delete_keeps_files_of_others(standalone: Path) -> None:
    net, *_ = small()
    net.run(1 * ms)
    (standalone / "notes.txt").write_text("mine")
    device.delete()
    assert [p.name for p in standalone.iterdir()] == ["notes.txt"]
    device.delete(force=True)
    assert not standalone.exists()


def test_devices_have_names_and_options(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no device 'cpp_standlone'; did you mean 'cpp_standalone'"):
        set_device("cpp_standlone")
    with pytest.raises(TypeError, match="set_device: 'directry' is no option of cpp_standalone"):
        set_device("cpp_standalone", directry="x")
    assert get_device() is get_device("runtime")


def test_temporary_folder(tmp_path: Path) -> None:
    set_device("cpp_standalone", directory=None, with_output=False)
    try:
        net, _, M = small()
        net.run(20 * ms)
        assert M.num_spikes > 0
        assert "eqsim_" in device.project_dir
    finally:
        reset_device()
        get_device("cpp_standalone").reinit()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["cells.nothing=1"], 2, "there is no value 'cells.nothing' that can be set; --list shows them all"),
        (["cells.v=fast"], 2, "'fast' for cells.v is neither a number nor a .npy file of one dimension"),
        (["cells.v"], 2, "'cells.v' is not of the form NAME=VALUE"),
        (["--speed", "3"], 2, "what is --speed 3? --help shows the options"),
        (["--report"], 2, "--report needs a value, or is no option"),
        (["--data", "nowhere"], 3, "nowhere/values.txt: missing"),
        (["--results", "Makefile/x"], 4, "Makefile/x: this folder cannot be made: Not a directory"),
    ],
)
def test_wrong_arguments_of_the_program(project: Path, arguments: list[str], status: int, said: str) -> None:
    done = called(project, *arguments)
    assert (done.returncode, done.stderr) == (status, f"./main: {said}\n")


def test_full_disk_is_told(project: Path, tmp_path: Path) -> None:
    """A file on /dev/full takes no byte."""
    results = tmp_path / "results"
    results.mkdir()
    (results / "cells.v.npy").symlink_to("/dev/full")
    done = called(project, "--report", "0", "--results", str(results))
    assert done.returncode == 4
    assert done.stderr == f"./main: {results}/cells.v.npy: cannot be written: No space left on device\n"


def test_damaged_values_are_told(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "data", tmp_path / "data")
    path = tmp_path / "data" / "cells.v.npy"
    path.write_bytes(path.read_bytes()[:-3])
    done = subprocess.run(
        ["./main", "--data", str(tmp_path / "data")], cwd=project, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (3, f"./main: {path}: missing, damaged, or too large for the memory\n")


def test_header_shows_the_equations(project: Path) -> None:
    """One header per object, with the user's strings on top."""
    lines = (project / "network_0" / "objects" / "cells.hpp").read_text().splitlines()
    assert lines[0] == "// cells: NeuronGroup"
    assert "//   threshold: v > 1" in lines and "//   reset: v = 0.1*rand(); n += 1" in lines
    assert any(line.startswith("//   dv/dt = (1.3*drive - v)/tau") for line in lines)


def test_monitor_of_everything(standalone: Path) -> None:
    """Rows beyond the first room of a log."""
    G = NeuronGroup(50, "x = t/ms + i : 1", name="G")
    M = StateMonitor(G, "x", record=True, name="M")
    net = Network(G, M)
    net.run(30 * ms)
    expected = np.arange(300) * 1e-4 / 1e-3 + np.arange(50)[:, None]
    np.testing.assert_array_equal(M.x, np.array([[(n * 1e-4) / 1e-3 + i for n in range(300)] for i in range(50)]))
    assert M.x.shape == expected.shape


def test_same_numbers_as_live_after_reset(standalone: Path) -> None:
    """Going back to the live device: the same script gives the same bits."""
    net, objects = model()
    net.run(5 * ms)
    first = memory(objects)
    set_device("runtime")
    net, objects = model()
    net.run(5 * ms)
    reset_device()
    assert all(first[n].tobytes() == a.tobytes() for n, a in memory(objects).items())


def test_runs_again_with_other_values_over_time(standalone: Path) -> None:
    """An array over time is given by itself: all groups that use it get the new values."""
    drive = TimedArray([1.0, 2.0, 3.0], dt=1 * ms)
    G, H = (NeuronGroup(1, "v = drive(t) : 1", name=name) for name in ("first", "second"))
    M, L = StateMonitor(G, "v", record=0), StateMonitor(H, "v", record=0)
    net = Network(G, H, M, L)
    net.run(3 * ms)
    assert list(M.v[0][::10]) == list(L.v[0][::10]) == [1, 2, 3]
    device.run(run_args={drive: [3, 5, 1]}, with_output=False)
    assert list(M.v[0][::10]) == list(L.v[0][::10]) == [3, 5, 1]
    with pytest.raises(ValueError, match=r"^'.*' has values of the shape \(3,\), not \(2,\)$"):
        device.run(run_args={drive: [1, 2]})
    unused = TimedArray([1.0], dt=1 * ms, name="unused")
    with pytest.raises(ValueError, match=r"^no run of the project uses 'unused'$"):
        device.run(run_args={unused: [2]})
