"""One run of a sweep: what is done at a point, and what comes out of it.

In: a task, a point, a seed.  Out: an `Outcome`; an error in the user's code is an outcome, too.  Nothing that a run does to
what all runs of a process share (seeds, names) is left behind, so a result does not depend on the runs before it.
"""

from __future__ import annotations

import inspect
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from eqsim.objects import seed as set_seed
from eqsim.objects.naming import names_of_a_while
from eqsim.objects.randomness import seeds_of_a_while
from eqsim.objects.settle import settle
from eqsim.objects.views import VariableView
from eqsim.sweeps.fingerprint import fingerprint
from eqsim.sweeps.points import Point


@dataclass(frozen=True, slots=True)
class Run:
    """A point, its seed, and how many runs like it there are in all, if it is the first one (else 1)."""

    point: Point
    seed: int
    repetitions: int = 1


class Task(Protocol):
    """What is done at each point."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def fingerprint(self) -> str:
        """Another one when something else is done."""

    def __call__(self, values: Mapping[str, Any], seed: int) -> Any:
        """Do it; the random numbers have begun anew with the seed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a run: ``result``, or what went wrong (``error`` in a line, ``traceback`` in full)."""

    index: int
    result: Any = None
    error: str = ""
    traceback: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Has it raised?"""
        return bool(self.error)


@dataclass(frozen=True, slots=True)
class FunctionTask:
    """A function of the parameters."""

    function: Callable[..., Any]

    @property
    def name(self) -> str:
        """Its name."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    @property
    def fingerprint(self) -> str:
        """See `eqsim.sweeps.fingerprint`."""
        return fingerprint(self.function)

    def check(self, names: tuple[str, ...]) -> None:
        """TypeError if the function does not take parameters of these names."""
        try:
            parameters = inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # some that are written in C do not tell
            return
        if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
            return
        wrong = [n for n in names if n not in parameters]
        if wrong:
            raise TypeError(f"{self.name}() has no parameter '{wrong[0]}'; it takes {', '.join(parameters) or 'none'}")

    def __call__(self, values: Mapping[str, Any], seed: int) -> Any:
        """Call it; if it has a parameter ``seed`` that has no value, it gets that of the point."""
        given = {"seed": seed, **values} if self._asks_for_seed() else dict(values)
        return self.function(**given)

    def _asks_for_seed(self) -> bool:
        try:
            return "seed" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):
            return False


_turn = threading.RLock()
"""Simulations of one process share the seed, names and clocks: threads take turns."""


def attempt(task: Task, point: Point, seed: int, repetitions: int = 1) -> Outcome:
    """One run.

    Parameters
    ----------
    repetitions : int
        More than 1: so many runs like this one will follow; it is decided now whether to compile, and waited for.
    """
    from eqsim.targets import auto  # slow to import

    settle()
    with _turn, seeds_of_a_while(), names_of_a_while():
        began = time.perf_counter()
        try:
            with auto.repeated(repetitions):
                result = detached(_seeded(task, point, seed))
        except (Exception, SystemExit) as error:
            line, text = told(error)
            return Outcome(point.index, error=line, traceback=text, seconds=time.perf_counter() - began)
        return Outcome(point.index, result, seconds=time.perf_counter() - began)


def _seeded(task: Task, point: Point, seed: int) -> Any:
    set_seed(seed)
    return task(point.values, seed)


def told(error: BaseException) -> tuple[str, str]:
    """An error in a line, and with its traceback from the user's code on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_globals.get("__name__", "") == __name__:
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    line = " ".join(traceback.format_exception_only(type(error), error)[-1].split())
    return line or type(error).__name__, text


def detached(result: Any) -> Any:
    """The result without ties to the objects of the run: variables of groups become their values."""
    if isinstance(result, VariableView):
        return result.get_item(slice(None))
    if isinstance(result, dict):
        return {key: detached(value) for key, value in result.items()}
    if isinstance(result, list):
        return [detached(value) for value in result]
    return tuple(map(detached, result)) if type(result) is tuple else result
