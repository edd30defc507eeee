"""CUDA projects: compiled where nvcc is, and on a CPU, thread by thread in random order, the same bits as the live run."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cuda_models
import numpy as np
import pytest
from conftest import GRIDS, make, on_grid
from projects import memory, model, script

from eqsim import (
    EqsimError,
    Network,
    NeuronGroup,
    check_units,
    device,
    get_device,
    implementation,
    ms,
    prefs,
    reset_device,
    set_device,
)
from eqsim.errors import CompileError
from eqsim.network.cuda import architectures
from eqsim.targets.project import Values

CHECKED = "-O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"


@pytest.fixture(scope="module")
def live() -> dict[str, dict[str, np.ndarray]]:
    """Each model on the interpreter."""
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    found = {name: cuda_models.run(name) for name in cuda_models.MODELS}
    prefs.codegen.target = before
    return found


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, dict[str, np.ndarray]]]]:
    """One project with all models, built for one thread of a CPU, and what it gave."""
    folder = tmp_path_factory.mktemp("cuda") / "project"
    set_device("cuda_standalone", directory=str(folder), on="serial", debug=True, with_output=False)
    found = {name: cuda_models.run(name) for name in cuda_models.MODELS}
    device.run()
    yield folder, found
    reset_device()
    get_device("cuda_standalone").reinit()


@pytest.fixture(scope="module")
def emulated(done: tuple[Path, object]) -> Path:
    """The project with its program for emulated grids, checked by sanitizers."""
    make(done[0], "emulated", f"CXXFLAGS={CHECKED}", "LDFLAGS=-fsanitize=address,undefined")
    return done[0]


def differing(folder: Path, expected: Path) -> list[str]:
    """Arrays of results that are not the same bits."""
    found, wanted = Values.read(folder), Values.read(expected)
    assert sorted(found.arrays) == sorted(wanted.arrays)
    return sorted(found.since(wanted).arrays)


@pytest.mark.parametrize("name", list(cuda_models.MODELS))
def test_one_thread_gives_the_bits_of_the_live_run(
    name: str,
    live: dict[str, dict[str, np.ndarray]],
    done: tuple[Path, dict[str, dict[str, np.ndarray]]],
) -> None:
    found, expected = done[1][name], live[name]
    assert [n for n in expected if found[n].tobytes() != expected[n].tobytes()] == []
    assert max(len(a) for n, a in expected.items() if n.endswith("spikes.i")) > 25  # the comparison is of something


@pytest.mark.parametrize("blocks, threads", GRIDS)
@pytest.mark.parametrize("schedule", [0, 1, 2, 3])
def test_any_order_on_any_grid_gives_the_same_bits(
    blocks: int, threads: int, schedule: int, emulated: Path, tmp_path: Path
) -> None:
    """All kernels of all models; another grid gets other schedules."""
    assert on_grid(emulated, tmp_path / "results", blocks, threads, schedule and 10 * blocks + schedule)
    assert differing(tmp_path / "results", emulated / "results") == []


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_a_missing_barrier_shows(missing: int, emulated: Path, tmp_path: Path) -> None:
    """Without one of the barriers a step is wrong in some order: so the other tests would have seen it."""
    for schedule in (1, 2, 3):
        finished = on_grid(emulated, tmp_path / "results", 2, 64, schedule, missing)
        if not finished or differing(tmp_path / "results", emulated / "results"):
            return
    raise AssertionError(f"nobody misses barrier {missing}")


def test_models_take_turns_on_the_device(done: tuple[Path, object], tmp_path: Path) -> None:
    """Two models in one process, in small pieces: each finds its memory again, and what is looked at is of the present."""
    make(done[0], "library_serial", "CXXFLAGS=-O0")
    lib = ctypes.CDLL(str(done[0] / "libmodel_serial.so"))
    lib.eqsim_create.restype, lib.eqsim_create.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    lib.eqsim_steps.argtypes = [ctypes.c_void_p, ctypes.c_longlong]
    lib.eqsim_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_double), ctypes.c_longlong]
    lib.eqsim_save_results.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    lib.eqsim_destroy.argtypes = [ctypes.c_void_p]
    pair = [lib.eqsim_create(str(done[0] / "data").encode()) for _ in range(2)]
    seen: list[list[float]] = [[], []]
    going = True
    while going:
        for model_, values in zip(pair, seen, strict=True):
            going = lib.eqsim_steps(model_, 23) == 0
            value = ctypes.c_double()
            assert lib.eqsim_get(model_, b"cuba.v", ctypes.byref(value), 1) == 0
            values.append(value.value)
    assert seen[0] == seen[1] and len(set(seen[0])) > 3
    for model_ in pair:
        assert lib.eqsim_save_results(model_, str(tmp_path / "results").encode()) == 0
        assert differing(tmp_path / "results", done[0] / "results") == []
        lib.eqsim_destroy(model_)


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
def test_nvcc_compiles_without_warnings(done: tuple[Path, object]) -> None:
    make(done[0], "NVCCFLAGS=-Xcicc=-O0 -Xptxas=-O0 -Werror all-warnings -Xcompiler=-Wall,-Wextra,-Werror")
    assert (done[0] / "main").is_file()


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="there may be a GPU")
def test_without_a_gpu_the_program_says_so(done: tuple[Path, object]) -> None:
    make(done[0], "NVCCFLAGS=-Xcicc=-O0 -Xptxas=-O0")
    said = subprocess.run(["./main", "--report", "0"], cwd=done[0], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (
        6,
        "./main: no GPU was found; 'make serial' and 'make emulated' make programs that need none\n",
    )


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.skipif(shutil.which("nvidia-smi") is None, reason="no GPU")
@pytest.mark.parametrize("blocks", ["", "1", "2"])
def test_a_gpu_gives_the_same_bits(blocks: str, done: tuple[Path, object], tmp_path: Path) -> None:
    make(done[0])
    command = ["./main", "--report", "0", "--results", str(tmp_path)]
    subprocess.run(command, cwd=done[0], env={**os.environ, "EQSIM_BLOCKS": blocks}, check=True)
    assert differing(tmp_path, done[0] / "results") == []


@pytest.mark.skipif(shutil.which("cmake") is None or shutil.which("nvcc") is None, reason="cmake or nvcc is not installed")
def test_cmake_knows_how_to_build_it(done: tuple[Path, object], tmp_path: Path) -> None:
    command = ["cmake", "-B", str(tmp_path), "-S", str(done[0])]
    assert "Generating done" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


# ---- the device


@pytest.fixture
def serial(tmp_path: Path) -> Iterator[Path]:
    """Inside, runs become parts of a CUDA project, built for one thread of a CPU."""
    set_device("cuda_standalone", directory=str(tmp_path / "project"), on="serial", debug=True, with_output=False)
    yield tmp_path / "project"
    reset_device()
    get_device("cuda_standalone").reinit()


def test_several_runs_with_changes_between_them(serial: Path) -> None:
    """As for C++ projects: every kind of object, three runs, several clocks."""
    net, objects = model()
    script(net, objects)
    found = memory(objects)
    set_device("runtime")
    net, objects = model()
    script(net, objects)
    expected = memory(objects)
    reset_device()
    assert [n for n in expected if found[n].tobytes() != expected[n].tobytes()] == []


def test_a_function_in_cpp_is_refused(serial: Path) -> None:
    @implementation("cpp", "double half(double x) { return x/2; }")
    @check_units(x=1, result=1)
    def half(x):  # type: ignore[no-untyped-def]
        return x / 2

    G = NeuronGroup(2, "dv/dt = -half(v)/ms : 1", method="euler")
    with pytest.raises(CompileError) as raised:
        Network(G).run(1 * ms)
    assert str(raised.value) == (
        "the function 'half' is not made of equations, so a GPU cannot run it\n"
        " = help: write it as equations or with built-in functions, or use set_device('cpp_standalone')"
    )


def test_where_it_runs_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        set_device("cuda_standalone", directory=str(tmp_path), on="cpu")
        with pytest.raises(ValueError, match="on='cpu': a CUDA project runs on 'gpu', 'serial', 'emulated'"):
            Network(NeuronGroup(1, "v : 1")).run(1 * ms)
        set_device("cuda_standalone", directory=str(tmp_path))
        monkeypatch.setitem(os.environ, "PATH", "/nowhere")
        with pytest.raises(EqsimError, match="the CUDA compiler 'nvcc' was not found"):
            Network(NeuronGroup(1, "v : 1")).run(1 * ms)
    finally:
        monkeypatch.undo()
        reset_device()
        reset_device()
        get_device("cuda_standalone").reinit()


def test_architectures_are_chosen(tmp_path: Path) -> None:
    name = "devices.cuda_standalone.cuda_backend.compute_capability"
    prefs[name] = 8.6
    try:
        set_device("cuda_standalone", directory=str(tmp_path), on="serial", debug=True, with_output=False)
        Network(NeuronGroup(1, "v : 1")).run(0.1 * ms)
        assert "-gencode arch=compute_86,code=sm_86" in (tmp_path / "Makefile").read_text()
    finally:
        prefs[name] = None
        reset_device()
        get_device("cuda_standalone").reinit()


def test_gpus_of_this_machine_are_compiled_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 8.9\necho 7.5\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert architectures() == (75, 80, 89, 90)
    monkeypatch.setenv("PATH", "/nowhere")
    assert architectures() == (80, 90)
