"""Projects on several threads: the same results, no data race, and a meeting that is missing is noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import compiler_named
from test_same_numbers import same_results

from eqsim import prefs

RACES = "-O1 -g -fsanitize=thread"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the program of a project, without reports."""
    command = ["./main", "--report", "0", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def finds_races(compiler: str, folder: Path) -> bool:
    """Can the compiler build programs that look for races, and do these run here?"""
    (folder / "probe.cpp").write_text("int main() { return 0; }\n")
    made = subprocess.run(
        [compiler, *RACES.split(), "probe.cpp", "-o", "probe"], cwd=folder, capture_output=True, check=False
    )
    return made.returncode == 0 and subprocess.run(["./probe"], cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_results_do_not_depend_on_threads(threads: int, project: Path, tmp_path: Path) -> None:
    done = run(project, "--threads", str(threads), "--always", "--results", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert same_results(tmp_path, project / "results")


def test_threads_race_for_nothing(project: Path, tmp_path: Path) -> None:
    """ThreadSanitizer watches three threads; and then threads that do not wait until all have found their spikes."""
    compiler = compiler_named("g++") or compiler_named("clang++")
    if not compiler or not finds_races(compiler, tmp_path):
        pytest.skip("there is no compiler with -fsanitize=thread")
    folder = tmp_path / "copy"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("*.o", "main", "results"))
    make = ["make", f"-j{os.cpu_count()}", f"CXX={compiler}", f"CXXFLAGS={RACES} -Wall -Wextra -Werror -DEQ_GRAIN=1"]
    make.append("LDFLAGS=-fsanitize=thread")
    made = subprocess.run(make, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    done = run(folder, "--threads", "3", "--always")
    assert (done.returncode, done.stderr) == (0, "")
    assert same_results(folder / "results", project / "results")

    network = folder / "network_0" / "network.cpp"
    begin, _, end = network.read_text().partition("eq_meet(team, me)")  # after which events are collected
    assert "_spike_thresholder_collect(" in end.split("eq_go_on(team);")[0]
    network.write_text(f"{begin}me == 0{end.replace('eq_go_on(team);', '', 1)}")
    subprocess.run(make, cwd=folder, check=True, capture_output=True)
    assert "ThreadSanitizer: data race" in run(folder, "--threads", "3", "--always").stderr


def test_wrong_number_of_threads(project: Path) -> None:
    done = run(project, "--threads", "-1")
    assert (done.returncode, done.stderr) == (2, "./main: the number of threads cannot be -1\n")


def test_preference_is_the_default_of_the_program(standalone: Path) -> None:
    from eqsim import NeuronGroup, ms, run

    before = prefs["devices.cpp_standalone.openmp_threads"]
    prefs["devices.cpp_standalone.openmp_threads"] = 3
    try:
        group = NeuronGroup(100, "dv/dt = -v/(5*ms) : 1", method="euler", name="group")
        group.v = 1
        run(1 * ms)
    finally:
        prefs["devices.cpp_standalone.openmp_threads"] = before
    said = subprocess.run(["./main", "--help"], cwd=standalone, capture_output=True, text=True, check=True).stdout
    assert "--threads N       how many threads may work on a step (default: 3; 0: all cores)" in said
