"""The interpreter and compiled code give the same bits, for every function of the registry."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from functions_support import value

from eqsim.codegen.cfamily import C_TYPES, function_text
from eqsim.functions import FUNCTIONS, closure
from eqsim.functions.helpers import OF_USERS
from eqsim.ir.expr import Type
from eqsim.ir.program import Function

COMPILERS = [c for c in ("g++", "clang++", "clang++-14") if shutil.which(c)]
FLAGS = ["-std=c++17", "-fPIC", "-shared", "-ffp-contract=off", "-fno-trapping-math", "-fno-math-errno"]
RUNTIME = Path(__file__).parents[2] / "templates" / "runtime"
OWN = [name for name, f in FUNCTIONS.items() if name not in OF_USERS and f.foreign is None]
"""Other tests of the same process may add functions of users."""
DTYPES: dict[Type, type] = {"real": np.float64, "int": np.int64, "word": np.uint64, "bool": np.bool_}


def loop(f: Function) -> str:
    """A C function that applies ``f`` to arrays."""
    arrays = ", ".join(f"const {C_TYPES[kind]} *{name}_" for name, kind in f.parameters)
    values = ", ".join(f"{name}_[at]" for name, _ in f.parameters)
    head = f'extern "C" void loop_{f.name}(long size, {arrays}, {C_TYPES[f.type]} *out)'
    return f"{head} {{ for (long at = 0; at < size; at++) out[at] = eq_{f.name}({values}); }}"


@pytest.fixture(scope="module", params=[(c, o) for c in COMPILERS for o in ("-O3 -march=native", "-O1")], ids=" ".join)
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """All functions of the registry as a shared library."""
    compiler, level = request.param
    folder = tmp_path_factory.mktemp("functions")
    functions = closure(OWN)
    text = ['#include "eqsim.hpp"', *map(function_text, functions), *map(loop, functions)]
    (folder / "f.cpp").write_text("\n".join(text))
    command = [compiler, *level.split(), *FLAGS, f"-I{RUNTIME}", "f.cpp", "-o", "f.so"]
    subprocess.run(command, cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "f.so"))


def arguments(kind: Type, rng: np.random.Generator, n: int) -> np.ndarray:
    """Any bits at all, and numbers of usual size."""
    words = rng.integers(0, 2**64, n, dtype=np.uint64)
    if kind != "real":
        return words
    usual = rng.uniform(-3, 3, n) * 10.0 ** rng.integers(-3, 4, n)
    edge = rng.choice([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 5e-324], n)
    return np.select([rng.random(n) < 0.3, rng.random(n) < 0.1], [words.view(np.float64), edge], usual)


SUITED: dict[str, Callable[[list[np.ndarray]], list[np.ndarray]]] = {
    "philox4x32": lambda a: [*(x % np.uint64(2**32) for x in a[:-1]), a[-1] % np.uint64(4)],
    "poisson_trial": lambda a: [10 + np.abs(np.nan_to_num(a[0], nan=1.0, posinf=1.0, neginf=1.0)), *a[1:]],
}


@pytest.mark.skipif(not COMPILERS, reason="no C++ compiler (g++ or clang++) is installed")
@pytest.mark.parametrize("name", OWN)
def test_compiled_functions_give_the_interpreters_bits(compiled: ctypes.CDLL, name: str) -> None:
    f, n = FUNCTIONS[name], 1003  # odd: the last elements take the scalar way
    rng = np.random.default_rng(len(name))
    given = SUITED.get(name, list)([arguments(kind, rng, n) for _, kind in f.parameters])
    out = np.empty(n, DTYPES[f.type])
    getattr(compiled, f"loop_{name}")(ctypes.c_long(n), *(ctypes.c_void_p(a.ctypes.data) for a in (*given, out)))
    wanted = value(name, *given)
    if f.type == "real":  # NaN has many bits; which of them comes out is not promised
        out, wanted = (np.where(np.isnan(x), np.nan, x).view(np.uint64) for x in (out, wanted))
    assert np.array_equal(out, wanted)
