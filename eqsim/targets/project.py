"""A C++ project on disk: its files, the values that its program reads and writes, building and running it.

Layout of a folder of values: ``values.txt`` with a line for each array (``array NAME``, in ``NAME.npy``) and each number
(``real NAME HEX``, ``int NAME NUMBER``); ``plan.txt``: what the program does, a line each; ``names.txt``: what may be set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eqsim.errors import CompileError, EqsimError

LIMITS = {2: ValueError, 3: EqsimError, 4: OSError, 5: MemoryError}
"""What is raised for an exit status of the program."""
STOPPED = 130


@dataclass(slots=True)
class Values:
    """Arrays and numbers by name."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    reals: dict[str, float] = field(default_factory=dict)
    ints: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    """The next step of each clock; in results only."""

    def write(self, folder: Path) -> None:
        """Write to a folder, which is made if needed."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"array {name}" for name in self.arrays]
        lines += [f"real {name} {float(x).hex()}" for name, x in self.reals.items()]
        lines += [f"int {name} {int(x)}" for name, x in self.ints.items()]
        for name, array in self.arrays.items():
            np.save(folder / f"{name}.npy", np.ascontiguousarray(array).ravel())
        (folder / "values.txt").write_text("\n".join(lines) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Values:
        """Read what `write`, or the program, has written."""
        found = cls()
        for line in (folder / "values.txt").read_text().splitlines():
            kind, name, *rest = line.split()
            if kind == "array":
                found.arrays[name] = np.load(folder / f"{name}.npy")
            elif kind == "real":
                found.reals[name] = float.fromhex(rest[0])
            else:
                (found.ints if kind == "int" else found.steps)[name] = int(rest[0])
        return found

    def since(self, before: Values) -> Values:
        """What differs from other values, bit for bit."""
        arrays = {n: a for n, a in self.arrays.items() if n not in before.arrays or not same(a, before.arrays[n])}
        reals = {n: x for n, x in self.reals.items() if n not in before.reals or x.hex() != before.reals[n].hex()}
        return Values(arrays, reals, {n: x for n, x in self.ints.items() if before.ints.get(n) != x})

    def __bool__(self) -> bool:
        return bool(self.arrays or self.reals or self.ints)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Are two arrays equal, bit for bit?"""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write source files; those that have not changed keep their time, so that nothing is compiled twice."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def write_plan(folder: Path, lines: Iterable[str], names: Iterable[str]) -> None:
    """What the program does, and which values may be set."""
    (folder / "plan.txt").write_text("".join(f"{line}\n" for line in lines))
    (folder / "names.txt").write_text("".join(f"{name}\n" for name in names))


def remove(folder: Path, names: Iterable[str], itself: bool) -> None:
    """Remove files and folders of a project; and the project's folder, if nothing else is left in it."""
    for path in (folder / name for name in names):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
    if itself and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def build(folder: Path, arguments: Sequence[str] = (), clean: bool = False, make: str = "make") -> None:
    """Compile a project with ``make``.

    Raises
    ------
    CompileError
        If ``make`` is missing, or the compiler fails; with its message.
    """
    if shutil.which(make) is None:
        raise CompileError(f"'{make}' was not found").with_help("install it, or build the project with CMake")
    if clean:
        subprocess.run([make, "clean"], cwd=folder, capture_output=True, check=False)
    command = [make, f"-j{os.cpu_count() or 1}", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompileError(f"'{' '.join(command)}' failed in {folder}\n{done.stderr.strip() or done.stdout.strip()}")


def run(
    folder: Path,
    binary: str,
    data: Path,
    results: Path,
    arguments: Sequence[str] = (),
    report_s: float = 0,
    quiet: bool = False,
) -> bool:
    """Run the program of a project; what it says is printed as it comes.

    Returns
    -------
    finished : bool
        False if it was stopped (Ctrl-C); the results up to then are there.

    Raises
    ------
    EqsimError, ValueError, OSError, MemoryError
        With the message of the program.
    """
    options = ["--data", str(data), "--results", str(results), "--report", repr(report_s)]
    process = subprocess.Popen(
        [str(folder / binary), *options, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said = _follow(process, quiet)
    if process.returncode not in (0, STOPPED):
        raise _failure(process.returncode, said, folder / binary)
    return process.returncode == 0


def _follow(process: subprocess.Popen[str], quiet: bool) -> str:
    """Print what the program says while it runs; what it complains about."""
    assert process.stdout is not None and process.stderr is not None
    for line in process.stdout:
        if not quiet:
            print(line, end="", flush=True)
    said = process.stderr.read()
    process.wait()
    process.stdout.close()
    process.stderr.close()
    return said.strip()


def _failure(status: int, said: str, binary: Path) -> Exception:
    words = said.split(": ", 1)[-1] if said else f"the program {binary} ended with status {status} and said nothing"
    kind: type[Exception] = LIMITS.get(status, EqsimError)
    return kind(words)
