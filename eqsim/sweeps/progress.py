"""How far a sweep is, for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from eqsim.network.report import BAR_PERIOD, BarReport, clock_text

Tell = Callable[[int, int, int, float], None]
"""Gets how many points are done, how many there are, how many failed, and the seconds since the beginning."""


def text(done: int, total: int, failed: int, elapsed: float) -> str:
    """``12 of 64 points, 1 failed, 20s left``."""
    left = elapsed / done * (total - done) if done else 0.0
    end = f"took {clock_text(elapsed)}" if done == total else f"{clock_text(left)} left" if done else ""
    return ", ".join(part for part in (f"{done} of {total} points", f"{failed} failed" if failed else "", end) if part)


def bar(done: int, total: int, failed: int, elapsed: float) -> None:
    """A bar that fills in its line."""
    filled = BarReport.WIDTH * done // total
    line = f"\r[{'#' * filled}{'-' * (BarReport.WIDTH - filled)}] {text(done, total, failed, elapsed):<50}"
    print(line, end="\n" if done == total else "", file=sys.stdout)
    sys.stdout.flush()


def lines(done: int, total: int, failed: int, elapsed: float) -> None:
    """A line each time."""
    print(text(done, total, failed, elapsed), file=sys.stdout)
    sys.stdout.flush()


TELL: dict[Any, tuple[Tell, float]] = {"bar": (bar, BAR_PERIOD), "text": (lines, 10.0), True: (bar, BAR_PERIOD)}


class Progress:
    """Tells at the beginning, at the end, and in between not too often.

    Raises
    ------
    ValueError
        For a word that is not known.
    """

    def __init__(self, report: Any, total: int) -> None:
        if report not in (None, False) and not callable(report) and report not in TELL:
            raise ValueError(f"report={report!r}: 'bar', 'text' or a function are possible")
        self._tell: Tell | None = None
        self._period = 0.0
        if callable(report):
            self._tell = report
        elif report in TELL:
            self._tell, self._period = TELL[report]
        self.total, self.done, self.failed = total, 0, 0
        self._began = self._told = time.monotonic()
        self._say()

    def add(self, failed: bool = False, points: int = 1) -> None:
        """Another point is done."""
        self.done += points
        self.failed += failed
        if self.done == self.total or time.monotonic() - self._told >= self._period:
            self._say()

    def _say(self) -> None:
        self._told = time.monotonic()
        if self._tell is not None:
            self._tell(self.done, self.total, self.failed, self._told - self._began)
