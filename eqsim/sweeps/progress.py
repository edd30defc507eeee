"""How far a sweep is, for people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from eqsim.network.bar import make_bar
from eqsim.network.report import BAR_PERIOD, clock_text

Tell = Callable[[int, int, int, float], None]
"""Gets how many points are done, how many there are, how many failed, and the seconds since the beginning."""


def text(done: int, total: int, failed: int, elapsed: float) -> str:
    """``12 of 64 points, 1 failed, 20s left``."""
    left = elapsed / done * (total - done) if done else 0.0
    end = f"took {clock_text(elapsed)}" if done == total else f"{clock_text(left)} left" if done else ""
    return ", ".join(part for part in (f"{done} of {total} points", f"{failed} failed" if failed else "", end) if part)


class BarTell:
    """A bar that fills, in its place: see `eqsim.network.bar`."""

    def __init__(self) -> None:
        self._bar = make_bar()

    def __call__(self, done: int, total: int, failed: int, elapsed: float) -> None:
        self._bar.show(done / total if total else 1.0, text(done, total, failed, elapsed))
        if done == total:
            self._bar.close()


def lines(done: int, total: int, failed: int, elapsed: float) -> None:
    """A line each time."""
    print(text(done, total, failed, elapsed), file=sys.stdout)
    sys.stdout.flush()


TELL: dict[Any, tuple[Callable[[], Tell], float]] = {
    "bar": (BarTell, BAR_PERIOD),
    "text": (lambda: lines, 10.0),
    True: (BarTell, BAR_PERIOD),
}
"""What makes the function that tells, and the seconds between two calls."""


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
            make, self._period = TELL[report]
            self._tell = make()
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
