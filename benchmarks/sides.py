"""Who is measured, and how a sample of each is taken: in a process of its own, which prints JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from goals import Probe

HERE = Path(__file__).parent
FLOOR_FLAGS = "-std=c++17 -O3 -march=native -funroll-loops -fno-trapping-math -fno-math-errno".split()
WIDE = "-mprefer-vector-width=512"


class Sides:
    """Takes samples.

    Parameters
    ----------
    folder : Path
        For compiled programs; nothing is written elsewhere.
    brian2, brainpy, braincell : str
        The interpreters that have Brian2, BrainPy and BrainCell; '' if there is none.
    """

    def __init__(self, folder: Path, brian2: str, brainpy: str = "", braincell: str = "") -> None:
        self.folder, self.brian2 = folder, brian2
        self.peers = {"brainpy": brainpy, "braincell": braincell}

    def sample(self, probe: Probe) -> dict[str, Any]:
        """One sample: what `sample.py` says, or the floor."""
        if probe.act == "build":
            return self._built(probe, self.folder / "built")
        ways = {"floor": self._floor, "standalone": self._standalone, "project": self._standalone}
        ways |= {"brainpy": self._peer, "braincell": self._peer}
        return ways.get(probe.side, self._python)(probe)

    def _python(self, probe: Probe) -> dict[str, Any]:
        """eqsim or Brian2; the cache is prepared as the probe says."""
        cache = self.folder / "cache"
        if probe.cache != "warm" or probe.act == "script":
            cache = self.folder / "other"
            shutil.rmtree(cache, ignore_errors=True)
        if probe.cache != "empty" and probe.side == "eqsim" and not cache.exists():
            shutil.copytree(self._installed(), cache)
        if probe.act == "script" and probe.cache in ("warm", "edited"):
            self._script(probe, cache, {})
        return self._script(probe, cache, {"BENCHMARK_EDITED": "1"} if probe.cache == "edited" else {})

    def _installed(self) -> Path:
        """A cache as the installation leaves it."""
        cache = self.folder / "installed"
        if not cache.exists():
            environment = {**os.environ, "EQSIM_CACHE_DIR": str(cache)}
            command = [sys.executable, "-m", "eqsim", "prepare"]
            subprocess.run(command, cwd=HERE.parent, env=environment, check=True, capture_output=True)
        return cache

    def _script(self, probe: Probe, cache: Path, more: dict[str, str]) -> dict[str, Any]:
        python = self.brian2 if probe.side == "brian2" else sys.executable
        words = [probe.side, probe.target, probe.act, probe.model, str(probe.seconds), str(probe.repeats)]
        return self._spoken([python, str(HERE / "sample.py"), *words], {"EQSIM_CACHE_DIR": str(cache), **more})

    def _floor(self, probe: Probe) -> dict[str, Any]:
        program = self.folder / "floor"
        if not program.exists():
            compiler = os.environ.get("CXX", "g++")
            wide = [WIDE] if _accepts(compiler, WIDE) else []
            source = str(HERE / "floor" / "floor.cpp")
            subprocess.run([compiler, *FLOOR_FLAGS, *wide, source, "-o", str(program)], check=True)
        command = [str(program), probe.model, str(probe.seconds)]
        said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(probe.repeats)]
        return {"seconds": [float(text.split()[0]) * probe.seconds for text in said]}

    def _standalone(self, probe: Probe) -> dict[str, Any]:
        """A C++ project of Brian2, or of ours: built once; then its program says the CPU seconds of its runs."""
        folder = self.folder / f"{probe.side}_{probe.model}"
        if not folder.exists():
            self._built(probe, folder)
        found = []
        for _ in range(probe.repeats):
            subprocess.run(["./main"], cwd=folder, check=True, capture_output=True)
            found.append(float((folder / "cpu.txt").read_text()))
        return {"seconds": found}

    def _built(self, probe: Probe, folder: Path) -> dict[str, Any]:
        """A C++ project of ours, or of Brian2, generated and compiled anew."""
        shutil.rmtree(folder, ignore_errors=True)
        python, package = (self.brian2, "brian2") if probe.side == "standalone" else (sys.executable, "eqsim")
        words = [package, str(folder), "build", probe.model, str(probe.seconds)]
        return self._spoken([python, str(HERE / "sample.py"), *words], {"EQSIM_CACHE_DIR": str(self.folder / "cache")})

    def _peer(self, probe: Probe) -> dict[str, Any]:
        """A program of its own, `peers/MODEL.py`; the whole act of compiling is repeated in each process."""
        words = [probe.target, probe.act, probe.model, str(probe.seconds), str(probe.repeats)]
        return self._spoken([self.peers[probe.side], str(HERE / "peers" / "sample.py"), *words], {"XLA_FLAGS": ONE_THREAD})

    def _spoken(self, command: Sequence[str], more: dict[str, str]) -> dict[str, Any]:
        """Run a program; the last line that it prints is JSON."""
        paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p), **SINGLE, **more}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"\n{' '.join(command)} failed:\n{done.stderr}")
        spoken: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return spoken


ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
SINGLE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


def _accepts(compiler: str, flag: str) -> bool:
    test = [compiler, flag, "-x", "c++", "-E", os.devnull]
    return subprocess.run(test, capture_output=True, check=False).returncode == 0
