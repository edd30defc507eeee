"""Compiling: what is compiled when, what a failure says, and that loops become vector code."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Lane, bits, compiler_named
from gallery import cell, plain_program, put, ready, state

from eqsim.codegen import templates
from eqsim.codegen.cache import Cache
from eqsim.codegen.compiler import (
    EXACT,
    KERNEL_FLAGS,
    NATIVE,
    QUICK,
    Compilation,
    Compiler,
    Missing,
    find_compiler,
    kernel_flags,
)
from eqsim.errors import CompileError, Source, Span
from eqsim.functions import closure
from eqsim.ir.domain import Each, Where
from eqsim.ir.expr import Call, Expr, Load, Number, Ref, Select, as_real, both, gt
from eqsim.ir.interpret import Constants
from eqsim.ir.passes.hoist import hoist
from eqsim.ir.program import Array, Events, Kernel, Program
from eqsim.ir.stmt import Let, Store
from eqsim.targets.cython import DOOR, CythonTarget

I = Ref("i", "int")
PROGRAM = ready(plain_program())
ENDS = {"clock": 20, "slow": 8}


@pytest.fixture
def compiled(usual: Lane) -> Lane:
    usual.module(PROGRAM)
    return usual


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, starting a compiler is an error."""

    def start(*args: object) -> None:
        raise AssertionError("a compiler was started")

    monkeypatch.setattr(Compilation, "start", start)


def small(*stores: Store) -> Program:
    """A program of one kernel."""
    kernel = Kernel("update", Each("cells.N"), stores, "clock")
    names = ("cells.v", "cells.I")
    arrays = tuple(Array(name) for name in names)
    return Program(arrays, ("clock.dt",), ("cells.N",), ("clock",), functions=closure(["exp"]), kernels=(kernel,))


# --- what is compiled when --------------------------------------------------------------------------------------------


def test_cached_program_starts_no_compiler(compiled: Lane, no_compiler: None) -> None:
    """Neither by its text nor by its fingerprint."""
    target = compiled.target
    assert isinstance(target, CythonTarget)
    first, second = state(5, 2), state(5, 2)
    for s in (first, second):
        Constants(PROGRAM)(s)
    target.build(target.render(PROGRAM)).run(first, ENDS)
    remembered = target.remembered(PROGRAM)
    assert remembered is not None
    remembered.run(second, ENDS)
    assert bits(first) == bits(second)


def test_numbers_are_not_in_the_text(compiled: Lane) -> None:
    """A sweep over parameters compiles once."""
    files = dict(compiled.target.render(PROGRAM).files)
    assert not re.search(r"0\.01\b|12345678901234567|0\.05\b", files["element.hpp"] + files["network.cpp"])


def test_all_networks_have_one_door(compiled: Lane) -> None:
    """The costlier half of a compilation is done once."""
    target = compiled.target
    assert isinstance(target, CythonTarget)
    one, two = (target.recipes(target.render(program)) for program in (PROGRAM, small(put("v", cell("v") * 2.0))))
    assert one[0].key != two[0].key and one[1].key == two[1].key


def test_damaged_library_is_made_again(compiled: Lane, tmp_path: Path) -> None:
    target = CythonTarget(flags=("-std=c++17", "-O0", *EXACT, "-fPIC", "-shared", "-w"), cache=Cache(tmp_path))
    program = small(put("v", cell("v") + 1.0))
    target.build(target.render(program))
    kernels, door = target.recipes(target.render(program))
    path = target.cache.find(kernels.key, ".so")
    assert path is not None
    path.write_bytes(b"\0" * path.stat().st_size)
    assert target.remembered(program) is None
    assert target.build(target.render(program))
    assert target.remembered(program) is not None
    path.unlink()
    target.cache.path(door.key, ".so").unlink()
    assert target.build(target.render(program))


BUILD = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from gallery import plain_program, ready, state
from conftest import bits
from eqsim.codegen import templates
from eqsim.codegen.cache import Cache
from eqsim.ir.interpret import Constants
from eqsim.targets.cython import DOOR, CythonTarget
target, program, s = CythonTarget(cache=Cache(Path(sys.argv[1]))), ready(plain_program()), state(5, 2)
Constants(program)(s)
target.build(target.render(program)).run(s, {"clock": 20, "slow": 8})
print(bits(s))
"""


def test_two_processes_compile_the_same_at_once(lanes: dict[str, Lane], compiled: Lane, tmp_path: Path) -> None:
    here = Path(__file__).parent
    command = [sys.executable, "-c", BUILD, str(tmp_path), str(here), str(here.parent)]
    jobs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = [job.communicate()[0].strip() for job in jobs]
    s = state(5, 2)
    lanes["numpy"].run(PROGRAM, s, ENDS)
    assert [job.returncode for job in jobs] == [0, 0]
    assert found == [bits(s)] * 2


# --- failures ---------------------------------------------------------------------------------------------------------


def test_no_compiler_is_a_clear_answer() -> None:
    found = find_compiler("CXX", "no-such-compiler")
    assert isinstance(found, Missing)
    assert found.what == "no compiler found (no-such-compiler)"
    target = CythonTarget(cxx="no-such-compiler")
    with pytest.raises(CompileError) as caught:
        target.build(target.render(small(put("v", cell("v") + 1.0))))
    assert str(caught.value) == f"no compiler found (no-such-compiler)\n = help: {found.help}"


def test_environment_names_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert isinstance(find_compiler("CXX"), Missing)
    monkeypatch.setenv("CXX", f"{sys.executable} -m something")
    found = find_compiler("CXX")
    assert not isinstance(found, Missing)
    assert found.command == (sys.executable, "-m", "something")


def test_failure_shows_the_equation(compiled: Lane, tmp_path: Path) -> None:
    """Whoever meets this meets a bug of eqsim, but can tell which of their equations it is about."""
    text = "dv/dt = -v/tau : volt"
    origin = Span(Source(text), 0, len(text))
    target = CythonTarget(cache=Cache(tmp_path))
    sources = target.render(small(Store("cells.v", I, Call("exp", (cell("v"),)), origin)))
    broken = tuple((name, file.replace("eq_exp(s.", "eq_oops(s.")) for name, file in sources.files)
    with pytest.raises(CompileError) as caught:
        target.build(replace(sources, files=broken))
    assert str(caught.value).startswith("the compiler failed on the network.\nThe line comes from: dv/dt = -v/tau : volt\n")
    assert "eq_oops" in str(caught.value)
    assert [p for p in tmp_path.iterdir() if p.name.startswith("tmp-")] == []


# --- vector code ------------------------------------------------------------------------------------------------------


def coba() -> Program:
    """Conductances, a refractory test that is stored as a bool, an exponential; then the threshold reads the bool."""
    v, g = cell("v"), cell("g")
    t, awake = as_real(Ref("n", "int")) * Number("clock.dt"), Load("cells.awake", I, "bool")
    total = 1.0 + g
    update: tuple[Let | Store, ...] = (
        Let("ready", gt(t - cell("last"), Number("refractory"))),
        Store("cells.awake", I, Ref("ready", "bool")),
        Let("rest", (g * Number("E") + Number("E_L")) / total),
        Let("new", Ref("rest") + (v - Ref("rest")) * Call("exp", (-total * Number("clock.dt"),))),
        put("v", Select(Ref("ready", "bool"), Ref("new"), v)),
        put("g", g * Call("exp", (-Number("clock.dt") / Number("tau"),))),
        put("last", Select(gt(t, Number("tau")), cell("last") * 2.0 + v, cell("last"))),  # a choice made once in a step
    )
    return _program(update, both(gt(v, Number("E")), awake), ("exp",), ("v", "g", "last"))


def cuba() -> Program:
    """Currents only: all factors are numbers."""
    v, g = cell("v"), cell("g")
    return _program((put("v", v * 0.9 + g * 0.1), put("g", g * 0.8)), gt(v, Number("E")), (), ("v", "g"))


def cobahh() -> Program:
    """The rate functions and gates of Hodgkin and Huxley."""
    v, dt = cell("v"), Number("clock.dt")
    update: list[Let | Store] = []
    for gate, shift in (("m", 13.0), ("h", 17.0), ("n", 15.0)):
        a = Call("rexprel", ((shift - v) * 0.25,)) if gate != "h" else Call("exp", ((shift - v) * 0.05,))
        b = 0.5 * Call("exp", ((10.0 - v) * 0.025,))
        update += [Let(f"a_{gate}", a), Let(f"A_{gate}", -(Ref(f"a_{gate}") + b))]
        gain = dt * Call("exprel", (Ref(f"A_{gate}") * dt,))
        update.append(put(gate, cell(gate) + (Ref(f"A_{gate}") * cell(gate) + Ref(f"a_{gate}")) * gain))
    current = cell("m") * cell("m") * cell("m") * cell("h") * (50.0 - v) + cell("n") * cell("n") * (-90.0 - v)
    update.append(put("v", v + dt * current))
    return _program(tuple(update), gt(v, Number("E")), ("exp", "exprel", "rexprel"), ("v", "m", "h", "n"))


def _program(update: tuple[Let | Store, ...], test: Expr, functions: tuple[str, ...], names: tuple[str, ...]) -> Program:
    arrays = [Array(f"cells.{name}") for name in names] + [Array("cells.awake", "bool")]
    arrays += [Array("cells.spike.indices", "int32"), Array("cells.spike.counts", "int64")]
    kernels = (
        Kernel("update", Each("cells.N"), update, "clock"),
        Kernel("threshold", Where("cells.N", test, "cells.spike"), (), "clock"),
    )
    return hoist(
        Program(
            tuple(arrays),
            ("clock.dt", "tau", "E", "E_L", "refractory"),
            ("cells.N", "cells.spike.history"),
            ("clock",),
            (Events("cells.spike", "cells.N", "cells.spike.history", "clock"),),
            functions=closure(functions),
            kernels=kernels,
        )
    )


REPORTS = {
    "g++": ("-fopt-info-vec-optimized", r"cpu\.hpp:(\d+):\d+: optimized:.*loop vectorized"),
    "clang++": ("-Rpass=loop-vectorize", r"cpu\.hpp:(\d+):\d+: remark: vectorized loop"),
}


@pytest.mark.parametrize("compiler", REPORTS)
@pytest.mark.parametrize("model", [cuba, coba, cobahh])
def test_loops_over_cells_become_vector_code(compiler: str, model: object, tmp_path: Path) -> None:
    """Every loop that is marked as independent, told by the compiler's own report."""
    command = compiler_named(compiler)
    if not command:
        pytest.skip(f"{compiler} is not installed")
    assert callable(model)
    for name, text in CythonTarget().render(model()).files:
        (tmp_path / name).write_text(text)
    option, pattern = REPORTS[compiler]
    flags = [f for f in kernel_flags(found_compiler(command)) if f not in ("-w", NATIVE)]
    flags += ["-march=x86-64-v3"] * (NATIVE == "-march=native")
    done = subprocess.run(
        [command, *flags, option, "network.cpp", "-o", "library.so"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "cpu.hpp").read_text().splitlines()
    marked = {at + 2 for at, line in enumerate(lines) if "EQ_INDEPENDENT" in line}
    vectorized = {int(n) for n in re.findall(pattern, done.stderr)}
    assert len(marked) >= 2
    assert marked <= vectorized, f"not vector code: {[lines[n - 1] for n in sorted(marked - vectorized)]}"


def test_kernels_are_hot() -> None:
    """g++ took kernels that a step calls once, for one thread of several, for code that hardly runs, and made no vector code
    of them: COBA as a C++ project took 7 times as long as in the live run."""
    files = dict(CythonTarget().render(coba()).files)
    kernels = re.findall(r"^template <class Part> (.*)\(const State& state, int64_t n,", files["cpu.hpp"], re.MULTILINE)
    assert kernels == ["EQ_HOT static void update", "EQ_HOT static void threshold"]
    assert "#define EQ_HOT __attribute__((hot))" in files["eqsim.hpp"]


def test_every_lane_keeps_exact_arithmetic() -> None:
    """Flags that change results must never slip in."""
    forbidden = ("-ffast-math", "-Ofast", "-funsafe-math-optimizations", "-fassociative-math", "-freciprocal-math")
    for name in ("g++", "clang++"):
        flags = kernel_flags(found_compiler(compiler_named(name)))
        assert not set(forbidden) & set(flags)
        assert set(EXACT) <= set(flags)


def found_compiler(command: str) -> Compiler | Missing:
    return find_compiler("CXX", command or "not installed")


@pytest.mark.parametrize(
    ("name", "platform", "gnu"),
    [
        ("g++", "linux", True),
        ("g++-12", "linux", True),
        ("x86_64-linux-gnu-g++-12", "linux", True),
        ("x86_64-conda-linux-gnu-g++", "linux", True),
        ("g++-14", "darwin", True),
        ("g++", "darwin", False),
        ("clang++", "linux", False),
        ("clang++-14", "linux", False),
        ("c++", "linux", False),
        ("ccache", "linux", False),
    ],
)
def test_flags_of_gcc_are_for_gcc_alone(
    name: str, platform: str, gnu: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others do not know them, and would fail; who it is, is told by the file's name, without starting it."""
    monkeypatch.setattr(sys, "platform", platform)
    (tmp_path / name).touch()
    flags = kernel_flags(Compiler((str(tmp_path / name),), ""))
    assert flags == (*KERNEL_FLAGS, *QUICK) if gnu else flags == KERNEL_FLAGS


def test_flags_follow_the_compiler_of_the_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that was made before the environment names another compiler has the flags of that one."""
    target = CythonTarget(cache=Cache(tmp_path))
    for name, quick in (("g++-12", True), ("clang++", False)):
        path = tmp_path / name
        path.touch(mode=0o755)
        monkeypatch.setenv("CXX", str(path))
        assert (QUICK[0] in target.flags) == quick


def test_templates_are_translated_once_for_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later process takes what Jinja has made of them from the cache; what is damaged is made again."""
    import jinja2

    monkeypatch.setenv("EQSIM_CACHE_DIR", str(tmp_path))
    texts, generate = [], jinja2.Environment._generate
    for turn in ("first", "second", "damaged"):
        if turn == "damaged":
            for path in tmp_path.rglob("*.txt"):
                path.write_text("no hash of this\nnonsense")
        made: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(jinja2.Environment, "_generate", lambda *a, made=made, **k: made.append(a[2]) or generate(*a, **k))
            templates._environment.cache_clear()
            texts.append(templates.fill(DOOR, arrays=[], reals=[], ints=[], clocks=["clock"]))
        assert made == ([] if turn == "second" else [DOOR])
    assert len(set(texts)) == 1
    templates._environment.cache_clear()
