"""Who does the runs: this process, processes of our own, or any executor of `concurrent.futures`.

In: what the user names.  Out: a `Crew`, to which runs are given and which hands the outcomes back as they come.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import suppress
from typing import Any, Protocol

from eqsim.sweeps import shipping
from eqsim.sweeps.tasks import Outcome, Run, Task, attempt


class Crew(Protocol):
    """Does runs."""

    def outcomes(self, runs: Iterable[Run]) -> Iterator[Outcome]:
        """What comes out of the runs, in the order in which they end."""

    def close(self) -> None:
        """No more runs will come; those that go on are given up."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def crew(executor: Any, workers: int | None, task: Task, points: int) -> tuple[Crew, int]:
    """Who does the runs of a task, and how many at a time (0: nobody knows).

    Parameters
    ----------
    executor : None, 'serial', 'threads', 'processes', or Executor
        Also anything with ``get_executor()``, such as a client of dask.
    workers : int, optional
        For the words.
    task : Task
    points : int
        How many runs there will be.

    Raises
    ------
    ValueError
        For another word, or a number of workers below 1.
    TypeError
        If it is nothing that takes work.
    """
    if workers is not None and (isinstance(workers, bool) or int(workers) != workers or workers < 1):
        raise ValueError(f"workers= is a number of processes or threads, at least 1, not {workers!r}")
    count = min(workers or processors(), max(points, 1))
    if executor == "serial" or (executor in (None, "processes") and count == 1 and workers is None):
        return Serial(task), 1
    if executor == "threads":
        return Hired(ThreadPoolExecutor(count), task, own=True), count
    if executor in (None, "processes"):
        return Processes(task, count), count
    if isinstance(executor, str):
        raise ValueError(f"executor={executor!r}: 'serial', 'threads', 'processes' or an executor are possible")
    if hasattr(executor, "get_executor"):
        return Hired(executor.get_executor(), task, own=False), 0
    if not hasattr(executor, "submit"):
        raise TypeError(f"executor= takes an executor of concurrent.futures, not {type(executor).__name__}")
    return Hired(executor, task, own=False), 0


class Serial:
    """This process, one run after the other."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def outcomes(self, runs: Iterable[Run]) -> Iterator[Outcome]:
        """As `Crew`."""
        for run in runs:
            yield attempt(self.task, run.point, run.seed, run.repetitions)

    def close(self) -> None:
        """As `Crew`."""


_numbers = itertools.count()


class Hired:
    """An executor.  ``own``: it was made for this sweep."""

    def __init__(self, executor: Executor, task: Task, own: bool) -> None:
        self.executor, self.own = executor, own
        self.number = next(_numbers)
        self._is_here = isinstance(executor, ThreadPoolExecutor)
        if self._is_here:
            shipping.here[self.number] = task
        else:
            self._parcel = shipping.packed(task)

    def submit(self, run: Run) -> Future[Outcome]:
        """Give a run to the executor."""
        if self._is_here:
            return self.executor.submit(shipping.attempt_here, self.number, run.point, run.seed, run.repetitions)
        return self.executor.submit(shipping.attempt_sent, self._parcel, run.point, run.seed, run.repetitions)

    def outcomes(self, runs: Iterable[Run]) -> Iterator[Outcome]:
        """As `Crew`."""
        under_way = {self.submit(run): run for run in runs}
        try:
            for future in as_completed(under_way):
                yield _outcome(future, under_way[future])
        finally:
            for future in under_way:
                future.cancel()

    def close(self) -> None:
        """As `Crew`."""
        shipping.here.pop(self.number, None)
        if self.own:
            self.executor.shutdown(wait=True, cancel_futures=True)


def _outcome(future: Future[Outcome], run: Run) -> Outcome:
    """What a future holds; what went wrong on the way is a failure of the point."""
    try:
        return future.result()
    except Exception as error:
        line = f"{type(error).__name__}: {error}"
        return Outcome(run.point.index, error=line, traceback="".join(traceback.format_exception(error)))


class Processes:
    """Processes of our own.  One that dies takes its run with it, and no other.

    Where processes can be copies of this one, they are: the task, its network and all modules are there at once.
    """

    def __init__(self, task: Task, count: int) -> None:
        self.task, self.count = task, count
        self.number = next(_numbers)
        self.copies = sys.platform.startswith("linux")
        self._pool: ProcessPoolExecutor | None = None
        self._parcel = None if self.copies else shipping.packed(task)
        shipping.here[self.number] = task

    def _open(self, count: int) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("fork" if self.copies else "spawn")
            self._pool = ProcessPoolExecutor(count, context, initializer=_leave_interrupts_to_the_parent)
        return self._pool

    def _submit(self, run: Run, count: int) -> Future[Outcome]:
        rest = (run.point, run.seed, run.repetitions)
        if self._parcel is None:
            return self._open(count).submit(shipping.attempt_here, self.number, *rest)
        return self._open(count).submit(shipping.attempt_sent, self._parcel, *rest)

    def outcomes(self, runs: Iterable[Run]) -> Iterator[Outcome]:
        """As `Crew`; when a process has died, the runs that are left are done one at a time, to see whose fault it is."""
        left = {run.point.index: run for run in runs}
        with suppress(BrokenExecutor):
            under_way = {self._submit(run, self.count): run for run in left.values()}
            for future in as_completed(under_way):
                if isinstance(future.exception(), BrokenExecutor):
                    break
                outcome = _outcome(future, under_way[future])
                del left[outcome.index]
                yield outcome
        if left:
            self._end()
            yield from map(self._alone, left.values())

    def _alone(self, run: Run) -> Outcome:
        """A run with a process of its own, if need be a new one."""
        try:
            future = self._submit(run, 1)
            return future.result()
        except BrokenExecutor as error:
            self._end()
            return Outcome(run.point.index, error="the process that ran this point died", traceback=str(error))
        except Exception:
            return _outcome(future, run)

    def _end(self) -> None:
        if self._pool is None:
            return
        children = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            with suppress(Exception):
                child.terminate()
        for child in children:
            child.join()
        self._pool = None

    def close(self) -> None:
        """As `Crew`."""
        self._end()
        shipping.here.pop(self.number, None)


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches all processes of a terminal; the parent ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
