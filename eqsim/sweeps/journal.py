"""The file of a sweep: results are written as they come, so that an interrupted sweep goes on where it ended.

::

    {"format": "eqsim sweep", "version": 1, "function": "simulate", "seed": 3, ...}      the first line
    {"key": "9f3c...", "point": {...}, "repeat": 0, "seed": 1234, "result": ...}         one line for each point
    {"key": "04b1...", "point": {...}, "repeat": 0, "seed": 9876, "failed": "traceback"}

A line is only added, never changed.  A process that is killed leaves at most one incomplete line at the end, which is not
read.  The key is a hash of the function, the values of the point and its seed: a sweep takes those results that are its own,
and leaves the others where they are.  Points that failed are run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eqsim.errors import EqsimError
from eqsim.sweeps.plain import plain, valued
from eqsim.sweeps.points import Point

FORMAT, VERSION = "eqsim sweep", 1


def key_of(fingerprint: str, point: Point, seed: int) -> str:
    """What a result belongs to."""
    return hashlib.sha256(f"{fingerprint}|{point.text}|{point.repeat}|{seed}".encode()).hexdigest()[:32]


class Journal:
    """The results of a sweep in a file.

    Parameters
    ----------
    path : str or Path
        Made if it is not there.

    Raises
    ------
    EqsimError
        If there is a file that is none of a sweep.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        self.head: dict[str, Any] = {}
        self.results: dict[str, Any] = {}
        self._ends_well = True
        if self.path.exists() and self.path.stat().st_size:
            self._read()

    def _read(self) -> None:
        lines = list(records(self.path))
        if not lines or lines[0].get("format") != FORMAT:
            raise EqsimError(f"{self.path} is no file of a sweep, so nothing is written to it")
        if lines[0]["version"] > VERSION:
            raise EqsimError(f"{self.path} was written by a newer eqsim, whose format this version does not know")
        self.head = lines[0]
        self.results = {line["key"]: line["result"] for line in lines[1:] if "result" in line}
        with open(self.path, "rb") as file:
            file.seek(-1, 2)
            self._ends_well = file.read(1) == b"\n"

    def begin(self, head: Mapping[str, Any]) -> None:
        """Write the first line, if the file is new."""
        if not self.head:
            self.head = {"format": FORMAT, "version": VERSION, **head}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append(self.head)

    def result(self, key: str) -> Any:
        """What was found before; KeyError if nothing was."""
        return valued(self.results[key])

    def add(self, key: str, point: Point, seed: int, result: Any) -> None:
        """Write a result.

        Raises
        ------
        TypeError
            If it is nothing that a file can hold.
        """
        self._append({**self._of(key, point, seed), "result": plain(result)})

    def add_failure(self, key: str, point: Point, seed: int, traceback: str) -> None:
        """Write that a point failed, and how."""
        self._append({**self._of(key, point, seed), "failed": traceback})

    @staticmethod
    def _of(key: str, point: Point, seed: int) -> dict[str, Any]:
        values = {name: plain(v) for name, v in point.values.items()}
        return {"key": key, "point": values, "repeat": point.repeat, "seed": seed}

    def _append(self, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, allow_nan=False) + "\n"
        with open(self.path, "ab") as file:  # one write: lines of several processes do not mix
            file.write(line.encode() if self._ends_well else b"\n" + line.encode())
        self._ends_well = True


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The complete lines of a file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found
