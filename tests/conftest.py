"""What tests of whole programs share: the lanes that a program must pass with equal bits, and a cache of their own.

A test that takes the ``lane`` fixture runs once for each lane.  ``lane.run(program, state, ends)`` runs a program on it;
inside ``with lane.networks():`` every `Network` uses it; ``bits(state)`` is a hash of all memory.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eqsim.codegen.cache import Cache
from eqsim.codegen.compiler import KERNEL_FLAGS, NATIVE, Missing, find_compiler
from eqsim.ir.interpret import Constants
from eqsim.ir.program import Program, State, Status
from eqsim.targets.bytecode import BytecodeTarget
from eqsim.targets.cython import CythonTarget
from eqsim.targets.numpy import NumpyTarget
from eqsim.targets.target import Module, Target

PLAIN = tuple("-O0" if flag == "-O3" else flag for flag in KERNEL_FLAGS if flag != NATIVE)
LANES: dict[str, dict[str, Any]] = {
    "numpy": {},
    "g++ -O0": {"cxx": "g++", "flags": PLAIN},
    "g++ -O3": {"cxx": "g++"},
    "clang++ -O3": {"cxx": "clang++"},
    "bytecode": {"cxx": "g++"},
}
"""How to make the target of each lane; the first one is the definition."""
OF_CODE = tuple(name for name in LANES if name != "bytecode")
"""Those that run what users write in Python and C++."""


@dataclass(slots=True)
class Lane:
    """One way to run programs."""

    name: str
    target: Target
    modules: dict[str, Module]

    def module(self, program: Program) -> Module:
        """The program on this lane; built once in a session."""
        if program.fingerprint not in self.modules:
            self.modules[program.fingerprint] = self.target.build(self.target.render(program))
        return self.modules[program.fingerprint]

    def run(self, program: Program, state: State, ends: dict[str, int]) -> Status:
        """Run a program from its state to the ends of its clocks; the state is changed in place."""
        Constants(program)(state)
        return self.module(program).run(state, ends)

    @contextmanager
    def networks(self) -> Iterator[None]:
        """Inside, networks run on this lane."""
        from eqsim.network import device

        before = device._target
        device._target = lambda *choice: self.target  # type: ignore[assignment]
        try:
            yield
        finally:
            device._target = before


def bits(state: State, names: Iterable[str] | None = None) -> str:
    """A hash of the memory of a simulation: of all arrays, or of some."""
    digest = hashlib.sha256()
    for name in sorted(state.arrays if names is None else names):
        digest.update(name.encode())
        digest.update(state.arrays[name].tobytes())
    return digest.hexdigest()


def compiler_named(name: str) -> str:
    """The command of a compiler, also where it carries its version; '' if it is not installed."""
    numbered = [f"{name}-{n}" for n in range(25, 9, -1)]
    return next((c for c in (name, *numbered) if not isinstance(find_compiler("CXX", c), Missing)), "")


GRIDS = ((1, 32), (2, 64), (3, 32))
"""Blocks, and threads of a block, on which emulated CUDA projects run."""


def make(folder: Path, *arguments: str) -> None:
    """Build something of a project; nothing may be said about it."""
    made = subprocess.run(["make", "-j2", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0 and "warning" not in made.stderr, made.stderr


def on_grid(folder: Path, results: Path, blocks: int, threads: int, schedule: int, missing: int = -1) -> bool:
    """Run the emulated program; False if it failed."""
    names = ("EQSIM_BLOCKS", "EQSIM_THREADS", "EQSIM_SCHEDULE", "EQSIM_MISSING")
    values = dict(zip(names, map(str, (blocks, threads, schedule, missing)), strict=True))
    command = ["./main_emulated", "--report", "0", "--results", str(results)]
    return (
        subprocess.run(command, cwd=folder, env={**os.environ, **values}, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled modules of tests go to a folder of their own."""
    before, folder = os.environ.get("EQSIM_CACHE_DIR"), tmp_path_factory.mktemp("cache")
    os.environ["EQSIM_CACHE_DIR"] = str(folder)
    yield folder
    os.environ.pop("EQSIM_CACHE_DIR")
    if before is not None:
        os.environ["EQSIM_CACHE_DIR"] = before


@pytest.fixture(scope="session", autouse=True)
def quiet_about_unused_objects() -> None:
    """Tests make many objects that no network uses; when they are forgotten is chance."""
    from eqsim import prefs

    prefs.logging.warn_for_unused_objects = False


@pytest.fixture(scope="module", autouse=True)
def usual_step() -> Iterator[None]:
    """A script that a test runs may set dt for all objects: the next module begins with 0.1 ms."""
    from eqsim import defaultclock, ms

    yield
    defaultclock.dt = 0.1 * ms


@pytest.fixture(scope="session")
def lanes(cache_folder: Path) -> dict[str, Lane]:
    """All lanes that this machine has."""
    found = {}
    for name, options in LANES.items():
        command = compiler_named(options["cxx"]) if options else ""
        if name == "numpy":
            found[name] = Lane(name, NumpyTarget(), {})
        elif name == "bytecode":
            found[name] = Lane(name, BytecodeTarget(cache=Cache(cache_folder)), {})
        elif command:
            found[name] = Lane(name, CythonTarget(**{**options, "cxx": command}, cache=Cache(cache_folder)), {})
    return found


@pytest.fixture(scope="session")
def usual(lanes: dict[str, Lane], cache_folder: Path) -> Lane:
    """The usual compiler, without the modules of other tests."""
    if "g++ -O3" not in lanes:
        pytest.skip("g++ is not installed")
    return Lane("usual", CythonTarget(cxx=compiler_named("g++"), cache=Cache(cache_folder)), {})


@pytest.fixture(params=list(LANES))
def lane(request: pytest.FixtureRequest, lanes: dict[str, Lane]) -> Lane:
    """Each lane in turn."""
    if request.param not in lanes:
        pytest.skip(f"{LANES[request.param]['cxx']} is not installed")
    return lanes[request.param]


@pytest.fixture(params=OF_CODE)
def code_lane(request: pytest.FixtureRequest, lanes: dict[str, Lane]) -> Lane:
    """Each lane that runs the code of users, in turn."""
    if request.param not in lanes:
        pytest.skip(f"{LANES[request.param]['cxx']} is not installed")
    return lanes[request.param]


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[Path]:
    """Inside, runs become parts of a C++ project in a folder."""
    from eqsim import get_device, reset_device, set_device

    set_device("cpp_standalone", directory=str(tmp_path / "project"), with_output=False)
    yield tmp_path / "project"
    reset_device()
    get_device("cpp_standalone").reinit()


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A C++ project that has been built and run; not to be changed."""
    from projects import model, script

    from eqsim import get_device, reset_device, set_device

    folder = tmp_path_factory.mktemp("built") / "project"
    set_device("cpp_standalone", directory=str(folder), with_output=False)
    try:
        script(*model())
    finally:
        reset_device()
        get_device("cpp_standalone").reinit()
    return folder
