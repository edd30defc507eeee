"""Run every example in four ways, and compare what comes out, bit for bit.

numpy, bytecode, compiled in this process (Cython), and as a C++ project: ``python examples/same_numbers.py [NAME ...]``.
Each run is short, and a process of its own; the exit status says whether all agree.
"""

from __future__ import annotations

import hashlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
WAYS = ("numpy", "bytecode", "cython", "standalone")
ABOUT = ("target",)  # what an example says of the way it was run


def examples() -> dict[str, Path]:
    """All scripts by name; those that begin with an underscore are parts of others."""
    paths = sorted((*HERE.glob("*.py"), *HERE.glob("seeds/*.py")))
    return {p.stem: p for p in paths if not p.name.startswith("_") and p.name != Path(__file__).name}


def play(path: Path, way: str) -> str:
    """Run an example here; a hash of its numbers and of all that its monitors have recorded."""
    import eqsim
    from eqsim.objects.monitor import Monitor

    with tempfile.TemporaryDirectory() as folder:
        numbers = Path(folder) / "numbers.json"
        target = "numpy" if way == "standalone" else way
        sys.argv = [str(path), "--short", "--no-plot", "--target", target, "--json", str(numbers)]
        sys.path.insert(0, str(path.parent))
        if way == "standalone":
            eqsim.set_device("cpp_standalone", directory=str(Path(folder) / "project"), with_output=False)
        names = runpy.run_path(str(path), run_name="__main__")
        found = {key: value for key, value in json.loads(numbers.read_text()).items() if key not in ABOUT}
        digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode())
        for one in sorted(recorded(m) for m in within(list(names.values())) if isinstance(m, Monitor)):
            digest.update(one)
    return digest.hexdigest()


def within(values: Iterable[Any]) -> Iterator[Any]:
    """The values, and those in lists, tuples and dicts among them."""
    for value in values:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
        if inner is None:
            yield value
        else:
            yield from within(list(inner))


def recorded(monitor: Any) -> bytes:
    """A hash of what a monitor has recorded."""
    digest = hashlib.sha256(monitor.name.encode())
    for _, values in sorted(monitor.get_states(units=False).items()):
        digest.update(np.asarray(values).tobytes())
    return digest.digest()


def asked(name: str, path: Path, way: str) -> str:
    """The hash of an example, from a process of its own."""
    words = [sys.executable, __file__, "--play", str(path), way]
    environment = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} ({way}) failed:\n{done.stderr}")
    return done.stdout.splitlines()[-1]


def main(wanted: list[str]) -> int:
    """Run all, print a line for each; 1 if any two differ."""
    known = examples()
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise SystemExit(f"there is no example '{unknown[0]}'; there are {', '.join(known)}")
    different = 0
    for name in wanted or known:
        began = time.perf_counter()
        found = {way: asked(name, known[name], way) for way in WAYS}
        same = len(set(found.values())) == 1
        different += not same
        verdict = "the same" if same else "DIFFERENT: " + ", ".join(f"{w} {h[:8]}" for w, h in found.items())
        print(f"{name:>20}  {found['numpy'][:16]}  {verdict}  ({time.perf_counter() - began:.0f} s)", flush=True)
    return bool(different)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--play"]:
        print(play(Path(sys.argv[2]), sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1:]))
