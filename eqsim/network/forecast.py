"""What the recordings of a run will need, told before it begins.

In: the objects of a network and the length of a run.  Out: bytes of memory and of files; an error where they cannot fit.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eqsim.errors import EqsimError
from eqsim.log import get_logger
from eqsim.objects.clock import Clock
from eqsim.objects.disk_log import DiskLog
from eqsim.objects.log import GrowingLog
from eqsim.objects.monitor import Monitor

logger = get_logger(__name__)

WORTH_A_LOOK = 1 << 26  # bytes: a run that needs less is not compared with what is there
WARN_ABOVE = 0.5  # of what is available

ADVICE = "record fewer elements or less often (record=, subset=, every=), float32 (dtype=), the last part (buffer=)"


@dataclass(frozen=True, slots=True)
class Need:
    """What one monitor will need: in memory, or (with ``path``) in a file.  ``bytes`` is None if only the run will tell."""

    monitor: str
    bytes: int | None
    path: Path | None = None
    guessed: bool = False
    """Is it what the events so far let expect?"""

    def __str__(self) -> str:
        where = "in memory" if self.path is None else f"in {self.path.name}"
        if self.bytes is None:
            return f"{self.monitor}: depends on its events, {where}"
        return f"{self.monitor}: {'about ' if self.guessed else ''}{readable(self.bytes)} {where}"


@dataclass(frozen=True, slots=True)
class MemoryForecast:
    """What the monitors of a network will need for a run.

    Attributes
    ----------
    needs : tuple of Need
    memory, files : int
        Bytes in memory and in files, as far as they are known.
    available : int or None
        Bytes of memory that can be had now; None if the system does not tell.
    """

    needs: tuple[Need, ...]
    available: int | None

    @property
    def memory(self) -> int:
        """Bytes in memory, as far as they are known."""
        return sum(n.bytes or 0 for n in self.needs if n.path is None)

    @property
    def files(self) -> int:
        """Bytes in files, as far as they are known."""
        return sum(n.bytes or 0 for n in self.needs if n.path is not None)

    def __str__(self) -> str:
        there = "" if self.available is None else f", {readable(self.available)} available"
        total = f"all: {readable(self.memory)} in memory{there}; {readable(self.files)} in files"
        return "\n".join([*map(str, self.needs), total])

    __repr__ = __str__


def readable(count: int) -> str:
    """Bytes with a unit: 1.5 GB."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} TB"


def forecast(objects: Iterable[Any], begin_s: float, end_s: float) -> MemoryForecast:
    """What the monitors among the objects will need for a run from ``begin_s`` to ``end_s`` seconds."""
    needs = tuple(n for o in objects if isinstance(o, Monitor) and o.active for n in _needs(o, begin_s, end_s))
    return MemoryForecast(needs, available_memory())


def _ticks(clock: Clock, begin_s: float, end_s: float) -> int:
    return max(0, clock.first_step_at(end_s) - clock.first_step_at(begin_s))


def _needs(monitor: Monitor, begin_s: float, end_s: float) -> Iterator[Need]:
    monitor._ready()
    logs, ticks = monitor.logs, _ticks(monitor.clock, begin_s, end_s)
    path = next((log.recorder.file.path for log in logs if isinstance(log, DiskLog)), None)
    if all(log.clock is not None for log in logs):
        count = sum(log.in_file(ticks) if isinstance(log, DiskLog) else log.wanted(ticks) for log in logs)
        yield Need(monitor.name, count, path)
        return
    yield Need(monitor.name, _by_events(logs, ticks, monitor.clock.first_step_at(begin_s)), path, guessed=True)


def _by_events(logs: Iterable[GrowingLog], ticks: int, before: int) -> int | None:
    """Bytes for as many events in a step as there were so far; None if there were none."""
    rows = [(len(log), log.row_bytes) for log in logs]
    if before == 0 or not any(count for count, _ in rows):
        return None
    return round(sum(count * size for count, size in rows) * ticks / before)


def check_room(objects: Iterable[Any], begin_s: float, end_s: float) -> None:
    """Refuse a run whose recordings cannot fit; warn of one that needs much.

    Raises
    ------
    EqsimError
        If the memory, or the disk of a file, has not so much room.
    """
    if not _is_long(objects, begin_s, end_s):
        return
    found = forecast(objects, begin_s, end_s)
    sure = [n for n in found.needs if n.bytes and not n.guessed]
    _check([n for n in sure if n.path is None], found.available, "memory", f"{ADVICE}, or to a file (to=)")
    for folder in {n.path.parent for n in sure if n.path is not None}:
        here = [n for n in sure if n.path is not None and n.path.parent == folder]
        _check(here, shutil.disk_usage(folder).free, f"the disk of {folder}", ADVICE)


def _is_long(objects: Iterable[Any], begin_s: float, end_s: float) -> bool:
    """Could the recordings need more than a little?  A quick look, as runs can be short and many."""
    total = 0
    for o in objects:
        for log in o.logs if isinstance(o, Monitor) and o.active else ():
            ticks = 0 if log.clock is None else _ticks(log.clock, begin_s, end_s)
            total += ticks * log.width * log.row_bytes
    return total > WORTH_A_LOOK


def _check(needs: list[Need], there: int | None, what: str, advice: str) -> None:
    total = sum(n.bytes or 0 for n in needs)
    if there is None or total <= WARN_ABOVE * there:
        return
    most = max(needs, key=lambda n: n.bytes or 0)
    text = f"this run would record {readable(total)}, most of it by '{most.monitor}', and {what} has {readable(there)} left"
    if total > there:
        raise EqsimError(f"{text}: {advice}")
    logger.warning(f"{text}; to need less, {advice}", name_suffix="much_to_record")


def available_memory() -> int | None:
    """Bytes of memory that this process can still get; None if the system does not tell."""
    found = [x for x in (_free_of_system(), _free_of_group()) if x is not None]
    return min(found, default=None)


def _free_of_system() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _free_of_group() -> int | None:
    """What the limit of a container leaves."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit, used = ((folder / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return None if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None
