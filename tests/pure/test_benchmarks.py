"""The benchmarks: their models run, and their arithmetic says what it should.  (No times are measured here.)"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
run = importlib.import_module("run")
goals = importlib.import_module("goals")
sys.path.remove(str(BENCHMARKS))


def row(limit: float, **more: object) -> object:
    return goals.Row("name", "what", goals.CUBA("eqsim"), limit, **more)


def test_ratio_of_times_uses_the_smallest_samples() -> None:
    line = run.Line(row(2.0, other=goals.CUBA("floor")), [0.4, 0.3], [0.25, 0.2])
    assert line.ratio == pytest.approx(1.5) and line.met


def test_faster_means_other_over_ours() -> None:
    line = run.Line(row(6.0, other=goals.CUBA("standalone"), faster=True), [0.5], [2.0])
    assert line.ratio == pytest.approx(4.0) and not line.met


@pytest.mark.parametrize(("seconds", "met"), [(0.3, True), (0.31, False)])
def test_goal_without_another_side_bounds_the_time(seconds: float, met: bool) -> None:
    assert run.Line(row(0.3), [seconds]).met is met


def test_parts_of_a_sample_are_added_and_taken_away() -> None:
    sample = {"own": 1.0, "children": 0.5, "running": 0.25, "seconds": [1, 2]}
    assert run.part(sample, "seconds") == [1.0, 2.0]
    assert run.part(sample, "own+children-running") == [1.25]


def test_table_has_one_width_for_each_column() -> None:
    lines = [run.Line(row(0.3), [0.1]), run.Line(row(2.0, other=goals.CUBA("floor")), [0.1], [0.2])]
    assert len({len(text) for text in run.table(lines).splitlines()}) == 1


@pytest.mark.parametrize("model", ["cuba", "coba", "cobahh", "adex", "lif", "tutorial", "balanced", "decision"])
def test_model_runs(model: str, tmp_path: Path) -> None:
    """0.5 ms on numpy, in a process of its own as in a real measurement."""
    command = [sys.executable, str(BENCHMARKS / "sample.py"), "eqsim", "numpy", "script", model, "5e-4"]
    environment = {**os.environ, "PYTHONPATH": str(BENCHMARKS.parent), "EQSIM_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert set(found) == {"own", "running", "wall", "children"}
    assert found["children"] == 0.0  # numpy starts no process


def test_every_goal_of_a_model_has_its_file() -> None:
    models = {p.model for p in run.probes(goals.ROWS)} - {"-"}
    assert models <= {path.stem for path in (BENCHMARKS / "models").glob("*.py")}
