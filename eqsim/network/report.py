"""Progress of a run, for people: text, a bar, or a function of the user's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TextIO

from eqsim.network.bar import make_bar
from eqsim.units import Quantity, second

Report = Callable[[Any, float, Any, Any], None]


def clock_text(seconds: float) -> str:
    """``1h 2m 3s``, ``< 1s``."""
    if seconds < 1:
        return "< 1s"
    whole = int(seconds + 0.5)
    parts = [(whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "m"), (whole % 60, "s")]
    return " ".join(f"{n}{unit}" for n, unit in parts if n) or "0s"


class TextReport:
    """One line at the start, one in each period, one at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __call__(self, elapsed: Any, completed: float, start: Any, duration: Any) -> None:
        if completed == 0.0:
            print(f"Starting simulation at t={start} for a duration of {duration}", file=self.stream)
        else:
            done = Quantity(float(duration) * completed, dim=second.dim)
            text = f"{done} ({int(completed * 100.0)}%) simulated in {clock_text(float(elapsed))}"
            if completed < 1.0:
                left = round(float(elapsed) / completed * (1 - completed))
                text += f", estimated {clock_text(left)} remaining."
            print(text, file=self.stream)
        self.stream.flush()


class BarReport:
    """A bar that fills, in its place: see `eqsim.network.bar`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.bar = make_bar(stream)

    def __call__(self, elapsed: Any, completed: float, start: Any, duration: Any) -> None:
        spent = float(elapsed)
        note = "" if not completed else f", {clock_text(spent / completed - spent)} left"
        if completed >= 1:
            note = f", took {clock_text(spent)}"
        self.bar.show(completed, f"of {duration}{note}")
        if completed >= 1:
            self.close()

    def close(self) -> None:
        """The run has ended, perhaps before its time."""
        self.bar.close()


BAR_PERIOD = 0.2  # seconds of wall time between two drawings of a bar


def make_report(report: Any) -> Report | None:
    """The function behind ``report=``.

    Raises
    ------
    ValueError
        For a word that is not known.
    TypeError
        For something that is neither a word nor a function.
    """
    if report is None or report is False:
        return None
    if report in ("text", "stdout", True):
        return TextReport(sys.stdout)
    if report == "stderr":
        return TextReport(sys.stderr)
    if report == "bar":
        return BarReport()
    if isinstance(report, str):
        raise ValueError(f"report={report!r}: 'text', 'stdout', 'stderr', 'bar' or a function are possible")
    if not callable(report):
        raise TypeError("report= takes 'text', 'stdout', 'stderr', 'bar' or a function")
    found: Report = report
    return found
