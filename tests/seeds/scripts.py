"""Runs a script of examples/seeds inside a test, in ways that must give the same bits."""

from __future__ import annotations

import json
import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eqsim import get_device, prefs, reset_device, seed, set_device

FOLDER = Path(__file__).parents[2] / "examples" / "seeds"
WAYS = ("numpy", "bytecode", "cython", "standalone")


def play(name: str, *words: str, way: str = "numpy") -> dict[str, Any]:
    """The names of a script after it has run, without its picture."""
    argv, path, before = sys.argv, sys.path[:], prefs.codegen.target
    sys.argv = [str(FOLDER / f"{name}.py"), "--no-plot", "--target", "numpy" if way == "standalone" else way, *words]
    sys.path.insert(0, str(FOLDER))
    try:
        return runpy.run_path(sys.argv[0])
    finally:
        sys.argv, sys.path[:], prefs.codegen.target = argv, path, before
        seed(None)


@contextmanager
def playing(name: str, *words: str, way: str, folder: Path) -> Iterator[dict[str, Any]]:
    """The same; as a C++ project in a folder, if the way is 'standalone'."""
    if way != "standalone":
        yield play(name, *words, way=way)
        return
    set_device("cpp_standalone", directory=str(folder / "project"), with_output=False)
    try:
        yield play(name, *words, way=way)
    finally:
        reset_device()
        get_device("cpp_standalone").reinit()


def numbers(name: str, folder: Path, *words: str, way: str = "cython") -> dict[str, Any]:
    """What a script writes with --json."""
    play(name, "--json", str(folder / "numbers.json"), *words, way=way)
    found: dict[str, Any] = json.loads((folder / "numbers.json").read_text())
    return found


def data(name: str) -> Path:
    """A file of reference data; the test is skipped where it is not."""
    folder = os.environ.get("EQSIM_DATA", "")
    path = Path(folder) / name
    if not folder or not path.exists():
        pytest.skip(f"needs {name} in the folder that EQSIM_DATA names")
    return path


def reference(system: str) -> dict[str, Any]:
    """The part of seed_reference.json about a system."""
    found: dict[str, Any] = json.loads(data("seed_reference.json").read_text())[system]
    return found


def spikes_of(*monitors: Any, dt: float = 1e-4) -> np.ndarray:
    """Rows (step, neuron) of several monitors; neurons of the second one are counted on from the first one's, and so on."""
    first = np.cumsum([0, *(len(m.source) for m in monitors)])
    rows = [np.stack([np.round(m.t_ / dt), m.i + k], axis=1) for m, k in zip(monitors, first, strict=False)]
    found = np.concatenate(rows).astype(int)
    return np.asarray(found[np.lexsort((found[:, 1], found[:, 0]))])
