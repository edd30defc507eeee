"""The loops for GPUs visit every domain, type and way to reach memory as the interpreter does, on any grid in any order."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import GRIDS, make, on_grid
from gallery import plain_program, ready, state

from eqsim.codegen.cuda import CudaBuild, cuda_files
from eqsim.codegen.spread import Spread, plan, spread
from eqsim.ir.interpret import Constants, Interpreter
from eqsim.targets import project
from eqsim.targets.project import Values

ENDS = {"clock": 30, "slow": 12}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the program with every kernel, emulated, with the results of the interpreter."""
    program, folder = ready(plain_program()), tmp_path_factory.mktemp("gallery") / "project"
    project.write_files(folder, cuda_files([(program, ())], CudaBuild()))
    begin, end = state(40, 4, rows=2000), state(40, 4, rows=2000)
    Values(begin.arrays, begin.reals, begin.ints).write(folder / "data")
    project.write_plan(folder / "data", [f"run 0 0 {ENDS['clock']} 0 {ENDS['slow']}"], [])
    Constants(program)(end)
    assert Interpreter(program).run(end, dict(ENDS)).reason == "done"
    Values(end.arrays, end.reals, end.ints).write(folder / "expected")
    make(folder, "emulated", "CXXFLAGS=-O1 -Wall -Wextra -Werror")
    return folder


def wrong(results: Path, expected: Path) -> list[str]:
    """Arrays of the gallery that are not the same bits; of logs the rows that have been written."""
    found, wanted = Values.read(results).arrays, Values.read(expected).arrays
    return [n for n, a in found.items() if a.tobytes() != wanted[n][: len(a)].tobytes()]


@pytest.mark.parametrize("blocks, threads", GRIDS)
@pytest.mark.parametrize("schedule", [0, 7])
def test_every_domain_and_type(blocks: int, threads: int, schedule: int, gallery: Path, tmp_path: Path) -> None:
    assert on_grid(gallery, tmp_path / "results", blocks, threads, schedule)
    assert wrong(tmp_path / "results", gallery / "expected") == []


def test_no_barrier_of_the_gallery_is_idle(gallery: Path, tmp_path: Path) -> None:
    for missing in range(len(plan(ready(plain_program())))):
        finished = on_grid(gallery, tmp_path / "results", 2, 64, 1, missing)
        assert not finished or wrong(tmp_path / "results", gallery / "expected"), f"nobody misses barrier {missing}"


def test_rows_of_a_ring_are_written_by_all_threads() -> None:
    """Each visit has a place of its own in the row of a step; the past of variables is kept in this way."""
    program = ready(plain_program())
    ring = next(k for k in program.kernels if k.name == "ring")
    assert spread(program, ring) == Spread("free")
