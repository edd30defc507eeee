"""The target 'auto': the same bits whenever the change from numpy to compiled code happens."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Lane, bits
from gallery import plain_program, ready, state

from eqsim.codegen.cache import Cache
from eqsim.errors import CompileError
from eqsim.ir.form import form_of
from eqsim.ir.interpret import Constants
from eqsim.ir.program import Program, State
from eqsim.log import catch_logs
from eqsim.targets import auto
from eqsim.targets.auto import AutoModule
from eqsim.targets.bytecode import BytecodeTarget
from eqsim.targets.cython import Build, CythonTarget

PROGRAM = ready(plain_program())
ENDS = {"clock": 60, "slow": 24}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """What a process remembers about programs."""
    forget()
    yield
    forget()


def forget() -> None:
    """As a new process."""
    for memory in (auto.spent, auto.earlier, auto.told, auto.under_way):
        memory.clear()  # type: ignore[attr-defined]


@pytest.fixture
def expected(lanes: dict[str, Lane]) -> str:
    s = state(40, 3)
    lanes["numpy"].run(PROGRAM, s, ENDS)
    return bits(s)


def begin() -> State:
    s = state(40, 3)
    Constants(PROGRAM)(s)
    return s


def compiled_target(usual: Lane) -> CythonTarget:
    target = usual.target
    assert isinstance(target, CythonTarget)
    usual.module(PROGRAM)
    return target


def test_cached_program_runs_compiled_from_the_start(usual: Lane, expected: str) -> None:
    s, module = begin(), AutoModule(PROGRAM, compiled_target(usual))
    assert module.state == "compiled"
    module.run(s, ENDS)
    assert bits(s) == expected


def test_short_run_starts_no_compiler(tmp_path: Path, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run takes far less than the seconds from which on compiling pays."""
    monkeypatch.setattr(Build, "start", lambda self: pytest.fail("a compiler was started"))
    s, module = begin(), AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), worthwhile_s=1e6)
    assert module.run(s, ENDS).reason == "done"
    assert module.state == "numpy"
    assert bits(s) == expected


@pytest.mark.parametrize("ready_at", [1, 7, 30])
def test_change_at_any_step_keeps_the_bits(
    usual: Lane, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ready_at: int
) -> None:
    """The compiled module is there when the process has looked for the ``ready_at``-th time."""
    compiled, looks = compiled_target(usual).build(compiled_target(usual).render(PROGRAM)), iter(range(1000))
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: compiled if next(looks) >= ready_at else None)
    s, module = begin(), AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), worthwhile_s=0.0)
    assert module.run(s, ENDS).reason == "done"
    assert module.state == "compiled"
    assert bits(s) == expected


def test_long_plan_starts_the_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A run that is done in slices says beforehand where it will end."""
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: None)
    module = AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), worthwhile_s=60.0)
    s = begin()
    module.run(s, {"clock": 5, "slow": 2})
    assert module.state == "numpy"
    module.plan({"clock": 10**9, "slow": 4 * 10**8})
    module.run(s, {"clock": 10, "slow": 4})
    assert module.state == "compiling"


def test_time_on_numpy_adds_up_over_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: None)
    target = CythonTarget(cache=Cache(tmp_path))
    auto.spent[form_of(PROGRAM)] = 2.0
    module = AutoModule(PROGRAM, target)
    module.run(begin(), {"clock": 3, "slow": 2})
    assert module.state == "compiling"
    again = AutoModule(PROGRAM, target)
    again.run(begin(), {"clock": 3, "slow": 2})
    assert again._build is module._build  # one compilation serves both


def test_known_door_makes_a_compilation_cheap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After an edit of an expression only the kernels are compiled: that pays earlier."""
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: None)
    states = {}
    for known in (False, True):
        monkeypatch.setattr(CythonTarget, "has_door", lambda self, known=known: known)
        auto.spent[form_of(PROGRAM)] = 0.5 * auto.WORTHWHILE_S
        module = AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)))
        module.run(begin(), {"clock": 3, "slow": 2})
        states[known] = module.state
    assert states == {False: "numpy", True: "compiling"}


def test_door_is_known_when_it_has_been_compiled(usual: Lane, tmp_path: Path) -> None:
    target = compiled_target(usual)
    assert target.has_door()
    assert not CythonTarget(target.flags, target.cxx, target.cc, Cache(tmp_path)).has_door()
    assert not CythonTarget(target.flags, target.cxx, "no-such-compiler", target.cache).has_door()


def test_numpy_waits_for_the_compilers_but_not_for_ever(
    tmp_path: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a clock that only sleeping moves: one nap for each step until patience ends, then numpy goes on alone."""
    naps: list[float] = []
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: None)
    monkeypatch.setattr(auto.time, "perf_counter", lambda: 0.01 * len(naps))
    monkeypatch.setattr(auto.time, "sleep", naps.append)
    s, module = begin(), AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), worthwhile_s=-1.0)
    module._waits_until = 0.095
    module._build = Build(module.target.render(PROGRAM), module.target)
    assert module.run(s, ENDS).reason == "done"
    assert len(naps) == 10
    assert bits(s) == expected


# -- with the bytecode machine -----------------------------------------------------------------------------------------


@pytest.fixture
def machine(lanes: dict[str, Lane]) -> BytecodeTarget:
    """The machine, compiled."""
    if "bytecode" not in lanes:
        pytest.skip("g++ is not installed")
    target = lanes["bytecode"].target
    assert isinstance(target, BytecodeTarget)
    target.prepare()
    return target


def test_bytecode_runs_first(
    machine: BytecodeTarget, tmp_path: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Build, "start", lambda self: pytest.fail("a compiler was started"))
    s, module = begin(), AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), machine=machine)
    assert module.state == "bytecode"
    assert module.run(s, ENDS).reason == "done"
    assert bits(s) == expected


@pytest.mark.parametrize("ready_at", [0, 1, 2])
def test_change_from_bytecode_at_any_slice_keeps_the_bits(
    usual: Lane,
    machine: BytecodeTarget,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    ready_at: int,
) -> None:
    """The compiled module is there when the process has looked for the ``ready_at``-th time."""
    compiled, looks = compiled_target(usual).build(compiled_target(usual).render(PROGRAM)), iter(range(1000))
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(auto, "FEW", 5)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: compiled if next(looks) >= ready_at else None)
    monkeypatch.setattr(BytecodeTarget, "prepare_beside", lambda self: None)
    s = begin()
    module = AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), worthwhile_s=-1.0, machine=machine)
    assert module.run(s, ENDS).reason == "done"
    assert module.state == "compiled"
    assert bits(s) == expected


def test_bytecode_is_compiled_later_than_numpy(
    machine: BytecodeTarget, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Seconds that make numpy start a compiler leave the machine at work; some more do not."""
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(auto, "FEW", 1)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: None)
    states = {}
    for factor in (1.1, 1.1 * auto.ON_MACHINE):
        auto.spent[form_of(PROGRAM)] = factor * auto.WORTHWHILE_S
        module = AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), machine=machine)
        module.run(begin(), {"clock": 3, "slow": 2})
        states[factor] = module.state
    assert list(states.values()) == ["bytecode", "compiling"]


def test_what_is_run_again_and_again_is_compiled_at_last(
    machine: BytecodeTarget, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each process notes what it has spent, and the next one counts on from there."""
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(auto, "FEW", 1)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: None)
    target, states = CythonTarget(cache=Cache(tmp_path)), []
    for _ in range(4):
        module = AutoModule(PROGRAM, target, machine=machine)
        module.run(begin(), {"clock": 3, "slow": 2})
        states.append(module.state)
        auto.spent[form_of(PROGRAM)] += 0.4 * auto.ON_MACHINE * auto.WORTHWHILE_S  # as if the run had been longer
        module._tell()
        forget()
    assert states == ["bytecode", "bytecode", "bytecode", "compiling"]


def test_a_sweep_does_not_multiply_what_was_spent_before(
    machine: BytecodeTarget, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A sweep of short runs took half a second yesterday: it will take half a second today, and no compiler."""
    monkeypatch.setattr(Build, "start", lambda self: pytest.fail("a compiler was started"))
    target = CythonTarget(cache=Cache(tmp_path))
    auto.spent[form_of(PROGRAM)] = 0.5
    AutoModule(PROGRAM, target, machine=machine)._tell()
    forget()
    with auto.repeated(100):
        module = AutoModule(PROGRAM, target, machine=machine)
        module.run(begin(), {"clock": 1, "slow": 1})
    assert auto.earlier[form_of(PROGRAM)] == 0.5
    assert module.state == "bytecode"


def test_the_machine_is_made_when_something_has_been_compiled(
    usual: Lane, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the installation has not: the next model finds it."""
    compiled, made = compiled_target(usual).build(compiled_target(usual).render(PROGRAM)), list[str]()
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", lambda self, program: compiled)
    monkeypatch.setattr(BytecodeTarget, "prepare_beside", lambda self: made.append("machine"))
    target = CythonTarget(cache=Cache(tmp_path))
    module = AutoModule(PROGRAM, target, worthwhile_s=-1.0, machine=BytecodeTarget(target.cache))
    assert module.state == "numpy"
    module.run(begin(), ENDS)
    assert (module.state, made) == ("compiled", ["machine"])


def test_failed_compilation_stays_on_numpy_and_says_so_once(tmp_path: Path, expected: str) -> None:
    for _ in range(2):
        s = begin()
        with catch_logs() as said:
            module = AutoModule(PROGRAM, CythonTarget(cxx="no-such-compiler", cache=Cache(tmp_path)), worthwhile_s=-1.0)
            module.run_part(s, 0, 0, [False, False])
            assert module.run(s, ENDS).reason == "done"
            module.run(s, ENDS)
        assert module.state == "failed"
        assert bits(s) == expected
        assert [text.split("\n")[0] for _, _, text in said] == [
            "running on numpy, which is slower: no compiler found (no-such-compiler)"
        ]


def broken(self: Build, program: Program) -> None:
    raise CompileError("the compiler failed")


def test_compiler_that_fails_later_leaves_the_run_whole(
    tmp_path: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "LOOK_S", 0.0)
    monkeypatch.setattr(Build, "start", lambda self: None)
    monkeypatch.setattr(Build, "poll", broken)
    s, module = begin(), AutoModule(PROGRAM, CythonTarget(cache=Cache(tmp_path)), worthwhile_s=0.0)
    with catch_logs():
        assert module.run(s, ENDS).reason == "done"
    assert module.state == "failed"
    assert bits(s) == expected


LEAVE = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from gallery import plain_program, ready, state
from eqsim.codegen.cache import Cache
from eqsim.ir.form import form_of
from eqsim.ir.interpret import Constants
from eqsim.targets.auto import AutoModule
from eqsim.targets.cython import CythonTarget
program, s = ready(plain_program()), state(5, 2)
Constants(program)(s)
slow = Path(sys.argv[1])
module = AutoModule(program, CythonTarget(cxx=str(slow / "compiler"), cache=Cache(slow / "cache")), worthwhile_s=-1.0)
module.run_part(s, 0, 12, [True, True])
while not (slow / "started").exists():
    pass
assert module.state == "compiling"
"""


def test_leaving_python_ends_the_compiler(tmp_path: Path) -> None:
    """No process stays behind, no file, no traceback."""
    compiler = tmp_path / "compiler"
    compiler.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nmv {tmp_path}/pid {tmp_path}/started\nexec sleep 600\n")
    compiler.chmod(compiler.stat().st_mode | stat.S_IXUSR)
    here = Path(__file__).parent
    command = [sys.executable, "-c", LEAVE, str(tmp_path), str(here), str(here.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pid = int((tmp_path / "started").read_text())
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the compiler is still running")
    assert [p.name for p in (tmp_path / "cache").iterdir() if p.name.startswith("tmp-")] == []
