"""Nanoseconds for one element of each function, compiled; beside them the C library's and the ratio of both.

    python benchmarks/functions.py [compiler]

All numbers come from one run: each pair is measured in turns, the smallest of 15 times counts.  The last column is the
time in units of that of ``exp``, which is what a Hodgkin-Huxley network spends most on.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from eqsim.codegen.cfamily import C_TYPES, function_text
from eqsim.functions import closure
from eqsim.ir.program import Function

RUNTIME = Path(__file__).parents[1] / "templates" / "runtime"
FLAGS = "-std=c++17 -O3 -march=native -fPIC -shared -ffp-contract=off -fno-trapping-math -fno-math-errno".split()
SIZE, TURNS, REPEATS = 4096, 15, 20
LIBRARY = {  # the C library's name, and the range of arguments
    "exp": ("exp", (-40, 5)),
    "expm1": ("expm1", (-40, 5)),
    "exprel": ("", (-40, 5)),
    "log": ("log", (0.01, 100)),
    "log1p": ("log1p", (-0.9, 10)),
    "log10": ("log10", (0.01, 100)),
    "sin": ("sin", (-100, 100)),
    "cos": ("cos", (-100, 100)),
    "tan": ("tan", (-100, 100)),
    "arcsin": ("asin", (-1, 1)),
    "arccos": ("acos", (-1, 1)),
    "arctan": ("atan", (-10, 10)),
    "sinh": ("sinh", (-5, 5)),
    "cosh": ("cosh", (-5, 5)),
    "tanh": ("tanh", (-5, 5)),
    "power": ("pow", (0.1, 10)),
    "mod": ("fmod", (0.1, 10)),
    "uniform": ("", (0, 2**20)),
    "normal": ("", (0, 2**20)),
    "poisson": ("", (0, 5)),
}


def loop(f: Function, name: str, call: str) -> str:
    """A C function that applies ``call`` to arrays."""
    arrays = ", ".join(f"const {C_TYPES[kind]} *__restrict__ {x}_" for x, kind in f.parameters)
    values = ", ".join(f"{x}_[at]" for x, _ in f.parameters)
    head = f'extern "C" void {name}(long size, {arrays}, {C_TYPES[f.type]} *__restrict__ out)'
    return f"{head} {{ for (long at = 0; at < size; at++) out[at] = {call}({values}); }}"


def build(functions: tuple[Function, ...], compiler: str, folder: Path) -> ctypes.CDLL:
    """All loops as a shared library."""
    lines = ["#include <math.h>", '#include "eqsim.hpp"', *map(function_text, functions)]
    for f in functions:
        if f.name in LIBRARY:
            lines.append(loop(f, f"ours_{f.name}", f"eq_{f.name}"))
            if LIBRARY[f.name][0]:
                lines.append(loop(f, f"theirs_{f.name}", LIBRARY[f.name][0]))
    (folder / "f.cpp").write_text("\n".join(lines))
    subprocess.run([compiler, *FLAGS, f"-I{RUNTIME}", "f.cpp", "-o", "f.so"], cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "f.so"))


def arguments(f: Function) -> list[np.ndarray]:
    """Reals evenly over the range of the table; words count upwards."""
    rng = np.random.default_rng(1)
    low, high = LIBRARY[f.name][1]
    real = [rng.uniform(low, high, SIZE) for _ in f.parameters]
    return [
        r if kind == "real" else np.arange(SIZE, dtype=np.uint64) for r, (_, kind) in zip(real, f.parameters, strict=True)
    ]


def seconds(call: Callable[[], None]) -> float:
    """For one element, in one turn."""
    start = time.perf_counter()
    for _ in range(REPEATS):
        call()
    return (time.perf_counter() - start) / REPEATS / SIZE


def measure(library: ctypes.CDLL, f: Function) -> list[float]:
    """Seconds for one element: ours, the C library's (if it has the function)."""
    arrays = [*arguments(f), np.empty(SIZE)]
    pointers = [ctypes.c_long(SIZE), *(ctypes.c_void_p(a.ctypes.data) for a in arrays)]
    loops = [getattr(library, f"{who}_{f.name}") for who in ("ours", "theirs")[: 2 if LIBRARY[f.name][0] else 1]]
    turns = [[seconds(lambda g=g: g(*pointers)) for g in loops] for _ in range(TURNS)]  # type: ignore[misc]
    return [min(times) for times in zip(*turns, strict=True)]


def main() -> None:
    """Print the table."""
    compiler = sys.argv[1] if len(sys.argv) > 1 else "g++"
    functions = closure(LIBRARY)
    with tempfile.TemporaryDirectory() as folder:
        library = build(functions, compiler, Path(folder))
        table = {f.name: measure(library, f) for f in functions if f.name in LIBRARY}
    unit = table["exp"][0]
    print(f"{'function':10} {'ns':>7} {'libm ns':>8} {'libm/ours':>10} {'in exp':>7}   ({compiler})")
    for name in LIBRARY:
        ours, *theirs = table[name]
        other = f"{theirs[0] * 1e9:8.2f} {theirs[0] / ours:10.1f}" if theirs else f"{'':8} {'':10}"
        print(f"{name:10} {ours * 1e9:7.2f} {other} {ours / unit:7.1f}")


if __name__ == "__main__":
    main()
