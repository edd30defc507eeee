"""How fast eqsim is, as ratios in one run: beside it, a program written by hand and Brian2.

    python benchmarks/run.py [--brian2 PYTHON] [--brainpy PYTHON] [--braincell PYTHON]
                             [--only NAME ...] [--rounds N] [--json FILE]

PYTHON is an interpreter with Brian2, BrainPy or BrainCell; without it only what needs none is measured.  Each sample is
taken in a process of its own, and the sides take turns, so that all see the same machine.  The smallest sample counts, the
median is shown beside it; of samples that are ratios themselves the median counts.  Times are CPU seconds (compilers
included) unless they say wall.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from goals import ROWS, Probe, Row
from sides import Sides

SCALES = {"s": 1.0, "ms": 1e3, "us": 1e6, "bytes": 1.0, "packages": 1.0, "times": 1.0}
HEAD = ("what", "eqsim", "median", "other", "side", "ratio", "goal", "met")


@dataclass(frozen=True, slots=True)
class Line:
    """A measured row: smallest and median of ours, smallest of the other side, and what the goal says of it."""

    row: Row
    ours: list[float]
    other: list[float] = field(default_factory=list)

    @property
    def value(self) -> float:
        """What counts of our samples: the smallest time; of ratios, which noise can make smaller, too, the median."""
        return (statistics.median if self.row.scale == "times" else min)(self.ours)

    @property
    def ratio(self) -> float | None:
        """What the goal bounds, if it is a ratio."""
        if not self.other:
            return None
        pair = (min(self.other), min(self.ours)) if self.row.faster else (min(self.ours), min(self.other))
        return pair[0] / pair[1]

    @property
    def met(self) -> bool:
        """Is the goal met?"""
        value = self.value if self.ratio is None else self.ratio
        return value >= self.row.limit if self.row.faster else value <= self.row.limit

    def cells(self) -> tuple[str, ...]:
        """The texts of a line of the table."""
        row = self.row
        other = amount(min(self.other), row) if self.other else ""
        side = row.other.side if row.other is not None else ""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}" if self.ratio < 10 else f"{self.ratio:.0f}"
        limit = f"{row.limit:g}" if row.other is not None else amount(row.limit, row)
        goal = f"at least {limit}" if row.faster else f"at most {limit}"
        ours, median = amount(self.value, row), amount(statistics.median(self.ours), row)
        return row.what, ours, median, other, side, ratio, goal, "yes" if self.met else "NO"


def amount(value: float, row: Row) -> str:
    """A number with its unit."""
    return f"{value * SCALES[row.scale]:.3g} {row.scale}"


def part(sample: dict[str, Any], value: str) -> list[float]:
    """The numbers of a sample that a row is about: ``name``, or a sum and difference of names."""
    if value in sample:
        return [float(x) for x in (sample[value] if isinstance(sample[value], list) else [sample[value]])]
    terms = re.findall(r"([+-]?)(\w+)", value)
    return [sum(float(sample[name]) * (-1 if sign == "-" else 1) for sign, name in terms)]


def probes(rows: Iterable[Row]) -> list[Probe]:
    """All that has to be sampled for these rows, each once."""
    return list(dict.fromkeys(p for row in rows for p in (row.ours, row.other) if p is not None))


def sample(rows: Sequence[Row], sides: Sides, rounds: int) -> dict[Probe, list[dict[str, Any]]]:
    """Let the probes take turns."""
    wanted = probes(rows)
    found: dict[Probe, list[dict[str, Any]]] = {p: [] for p in wanted}
    for turn in range(rounds):
        for at, probe in enumerate(wanted):
            say(f"round {turn + 1} of {rounds}, {at + 1} of {len(wanted)}: {probe.side} {probe.act} {probe.model}")
            found[probe].append(sides.sample(probe))
    return found


def say(text: str) -> None:
    """One line of progress, replaced by the next."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def measured(rows: Sequence[Row], sides: Sides, rounds: int) -> list[Line]:
    """All rows, sampled model by model."""
    lines = []
    for name in dict.fromkeys(row.name for row in rows):
        group = [row for row in rows if row.name == name]
        found = sample(group, sides, rounds)
        for row in group:
            values = {p: [x / p.unit for s in found[p] for x in part(s, row.value)] for p in probes([row])}
            lines.append(Line(row, values[row.ours], values[row.other] if row.other is not None else []))
    return lines


def table(lines: Sequence[Line]) -> str:
    """The result, as a table in Markdown."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(HEAD))]
    texts = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join([texts[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *texts[1:]])


def main() -> int:
    """Measure and print; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--brian2", metavar="PYTHON", default="", help="a Python interpreter with Brian2")
    parser.add_argument("--brainpy", metavar="PYTHON", default="", help="a Python interpreter with BrainPy")
    parser.add_argument("--braincell", metavar="PYTHON", default="", help="a Python interpreter with BrainCell")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=sorted({r.name for r in ROWS}), help="some rows")
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides take turns")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples to a file")
    opts = parser.parse_args()
    missing = {
        *(() if opts.brian2 else ("brian2", "standalone")),
        *(name for name in ("brainpy", "braincell") if not getattr(opts, name)),
    }
    rows = [r for r in ROWS if (not opts.only or r.name in opts.only) and not (r.other and r.other.side in missing)]
    with tempfile.TemporaryDirectory(prefix="eqsim-benchmarks-") as folder:
        lines = measured(rows, Sides(Path(folder), opts.brian2, opts.brainpy, opts.braincell), opts.rounds)
    say("")
    print(table(lines))
    if opts.json:
        whole = {"python": platform.python_version(), "machine": platform.machine(), "lines": [asdict(x) for x in lines]}
        opts.json.write_text(json.dumps(whole, indent=1))
    return 0 if all(line.met for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
