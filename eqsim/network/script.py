"""The script that a project does: its networks, the lines of its plan, and what is known of the values.

In: linked networks, one for each run.  Out: what must be written so that a program of its own does the same.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.codegen.project import Story
from eqsim.ir.program import Program
from eqsim.network.assignments import Job, job_of
from eqsim.network.stories import stories
from eqsim.objects.assigned import Assignment
from eqsim.objects.log import GrowingLog
from eqsim.objects.timed_array import TimedArray, TimedValues
from eqsim.schedule.link import Linked
from eqsim.targets.project import Values, write_plan


@dataclass(slots=True)
class Part:
    """One run of the script."""

    linked: Linked
    logs: list[Any]
    ends: dict[str, int]
    report_s: float

    @property
    def values(self) -> Values:
        """What it begins with; of logs only the rows that are written."""
        state = self.linked.state
        logs = [log for log in self.logs if isinstance(log, GrowingLog)]
        columns = {name: log.cursor for log in logs for name in log.memory() if not name.endswith(".cursor")}
        arrays = {n: a[: int(columns[n][0])] if n in columns else a for n, a in state.arrays.items()}
        return Values(arrays, dict(state.reals), dict(state.ints))

    def stand_at(self, steps: Mapping[str, int]) -> None:
        """Set the clocks."""
        for name, members in self.linked.clocks.items():
            for clock in members:
                clock.step = steps.get(name, clock.step)

    def line(self, number: int) -> str:
        """Its line in the plan."""
        steps = self.linked.state.steps
        return f"run {number} " + " ".join(f"{steps[c]} {self.ends[c]}" for c in self.linked.program.clocks)


@dataclass(slots=True)
class Script:
    """What the project does: its networks, the lines of its plan, and what is known of the values."""

    programs: list[tuple[Program, Any]] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    known: dict[str, bytes] = field(default_factory=dict)
    numbers: Values = field(default_factory=Values)
    settable: dict[str, None] = field(default_factory=dict)
    tables: dict[TimedArray, dict[str, None]] = field(default_factory=dict)
    """Where the values of arrays over time stand."""
    memory: dict[str, np.ndarray] = field(default_factory=dict)
    logs: dict[str, Any] = field(default_factory=dict)
    last: Part | None = None

    def add(self, part: Part, data: Path) -> None:
        """Add a run; the files of the values in ``data`` follow."""
        number, first = self.network(part), not self.plan
        changes = self.changes(part)
        if first:
            shutil.rmtree(data, ignore_errors=True)
            changes.write(data)
        else:
            self.change(changes, data)
        self.plan.append(part.line(number))
        self.settable |= dict.fromkeys(settable(part.linked))
        for timed, name in tables(part.linked):
            self.settable[name] = None
            self.tables.setdefault(timed, {})[name] = None
        self.memory |= part.linked.state.arrays
        self.logs |= {log.name: log for log in part.logs}
        self.last = part
        write_plan(data, self.plan, self.settable)

    @contextmanager
    def assign(self, a: Assignment, data: Path) -> Iterator[None]:
        """An assignment of a string, which happens inside, becomes a part of the script."""
        job = self.job(a)
        if job is None:  # what Python has computed is a change like any other
            yield
            return
        assert self.last is not None
        changes = self.changes(self.last)
        new = job.values.since(self.numbers)
        self.change(Values(changes.arrays | new.arrays, changes.reals | new.reals, changes.ints | new.ints), data)
        self.numbers.reals.update(new.reals)
        self.numbers.ints.update(new.ints)
        title = f"What the script assigns to {a.name} between runs"
        self.plan.append(f"once {self.number(job.program, [Story(a.name, title, (), (job.program.kernels[0].name,))])}")
        yield
        self.known[a.name] = digest(a.memory)

    def job(self, a: Assignment) -> Job | None:
        """What the program can do; None for memory that it does not know as it is now."""
        if self.last is None or self.last.linked.state.arrays.get(a.name) is not a.memory:
            return None
        job, here = job_of(a), self.last.linked.state.arrays
        if job is None or any(here.get(n, m) is not m for n, m in job.memory.items()):
            return None
        job.values.arrays |= {n: m.copy() for n, m in job.memory.items() if n not in here}
        return job

    def change(self, values: Values, data: Path) -> None:
        """Other values from here on."""
        if values:
            place = f"change_{sum(line.startswith('change') for line in self.plan)}"
            values.write(data / place)
            self.plan.append(f"change 0 {place}")

    def write_last(self, folder: Path) -> None:
        """All values as they are now, for a program that does only the last run."""
        assert self.last is not None
        shutil.rmtree(folder, ignore_errors=True)
        self.last.values.write(folder)
        write_plan(folder, self.plan[-1:], self.settable)

    def take(self, found: Values) -> None:
        """Results into the memory of the objects."""
        growing = set[str]()
        for log in self.logs.values():
            names = list(log.memory())
            growing.update(names)
            if all(name in found.arrays for name in names):
                log.adopt(found.arrays)
        for name in self.memory.keys() & found.arrays.keys() - growing:
            self.memory[name][...] = found.arrays[name]
        self.known |= {n: digest(a) for n, a in found.arrays.items()}
        if self.last is not None:
            self.last.stand_at(found.steps)
            for check in self.last.linked.checks:
                check()

    def completed(self, found: Values) -> float:
        """How much of the last run was done."""
        assert self.last is not None
        ends, begins = self.last.ends, self.last.linked.state.steps
        parts = [(found.steps.get(c, end) - begins[c]) / (end - begins[c]) for c, end in ends.items() if end > begins[c]]
        return min(parts, default=1.0)

    def network(self, part: Part) -> int:
        """The number of a run's network; a new one if its program is new."""
        return self.number(part.linked.program, stories(part.linked.owners))

    def number(self, program: Program, stories: Sequence[Story]) -> int:
        """The number of a network; a new one if its program is new."""
        for number, (known, _) in enumerate(self.programs):
            if known.fingerprint == program.fingerprint:
                return number
        self.programs.append((program, stories))
        return len(self.programs) - 1

    def changes(self, part: Part) -> Values:
        """What differs from the end of the run before."""
        now = part.values
        arrays = {n: a for n, a in now.arrays.items() if self.known.get(n) != digest(a)}
        found = Values(arrays, now.reals, now.ints).since(Values({}, self.numbers.reals, self.numbers.ints))
        self.numbers.reals.update(now.reals)
        self.numbers.ints.update(now.ints)
        self.known |= {n: digest(a) for n, a in arrays.items()}
        return found


def digest(array: np.ndarray) -> bytes:
    """Tells arrays with different contents apart."""
    return hashlib.blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).digest()


def tables(linked: Linked) -> Iterator[tuple[TimedArray, str]]:
    """The arrays over time that strings of a network use, and the names of their values."""
    for around in linked.context.surroundings.values():
        for used in around.used.values():
            if isinstance(used, TimedValues) and used.memory in linked.state.arrays:
                yield used.array, used.memory


def settable(linked: Linked) -> list[str]:
    """Variables of groups, and numbers of the script, that a user may set in the project."""
    found = []
    for obj, _ in linked.owners:
        for name, variable in getattr(obj, "variables", {}).items():
            full = f"{obj.name}.{name}"
            if getattr(variable, "stored", False) and not variable.read_only and full in linked.state.arrays:
                found.append(full)
    return found + [e.number for e in linked.context.externals if not e.structural]
