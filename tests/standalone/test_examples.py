"""The benchmark networks give the same bits on numpy, compiled, and as C++ projects; those of papers: tests/seeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "same_numbers.py"


@pytest.mark.parametrize("name", ["cuba", "coba", "cobahh"])
def test_three_ways_give_the_same_numbers(name: str) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split()[0] == name and "the same" in done.stdout


def test_names_are_known() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "kuba"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("there is no example 'kuba'; there are coba, cobahh, cuba, adex_network, ")
