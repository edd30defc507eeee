"""`sweep`: one model over many parameter sets.

In: a function of parameters, or a network; values.  Out: `SweepResults`.  Each run has a seed that follows from the seed of
the sweep and from its point: results do not depend on who does the runs, nor in which order.
"""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eqsim.errors import EqsimError
from eqsim.log import get_logger
from eqsim.network.devices import get_device
from eqsim.network.network import Network
from eqsim.objects.frames import user_namespace
from eqsim.objects.randomness import random_state
from eqsim.objects.settle import settle
from eqsim.sweeps.journal import Journal, key_of
from eqsim.sweeps.networks import NetworkTask, Wanted, variable_name
from eqsim.sweeps.points import Points, make_points
from eqsim.sweeps.progress import Progress
from eqsim.sweeps.results import SweepError, SweepResults
from eqsim.sweeps.tasks import FunctionTask, Outcome, Run, Task, told

logger = get_logger(__name__)


def sweep(
    model: Callable[..., Any] | Network,
    parameters: Mapping[Any, Any] | None = None,
    *,
    duration: Any = None,
    results: Wanted = None,
    batch: bool = False,
    points: Sequence[Mapping[str, Any]] | None = None,
    zip: bool = False,
    repeats: int = 1,
    seed: int | None = None,
    same_seed: bool = False,
    executor: Any = None,
    workers: int | None = None,
    file: str | Path | None = None,
    report: Any = None,
    namespace: Mapping[str, Any] | None = None,
    level: int = 0,
    **more: Any,
) -> SweepResults:
    """Run a model with many sets of parameters.

    Parameters
    ----------
    model : callable or Network
        A function that makes a simulation, runs it, and returns numbers, arrays, quantities, or a dictionary of these.  It
        is called with the values of a point by name; and with ``seed=``, the seed of the point, if it has such a parameter
        that has no value.  Or a network: each run begins in its present state, which it has again afterwards.
    parameters : mapping, optional
        For each parameter a list, tuple or array of values; or one value for all runs.  For a network the names are
        ``'G.tau'`` (or ``G.tau`` itself) for a variable and ``'tau'`` for what a name in its strings stands for.
    **more
        The same, by keyword.
    duration : Quantity, second
        Of a run of a network.
    results : str, callable, sequence or mapping, optional
        What a run of a network gives: ``'M.v'``; several of these, by name; a function, which gets the network if it takes a
        parameter; by default all that its monitors have recorded.
    batch : bool
        Run all points of a network together, as one compiled program; see `run_batch`.
    points : sequence of mapping, optional
        The points themselves, instead of a grid.
    zip : bool
        Take the values of all parameters side by side, instead of all combinations.
    repeats : int
        Runs with the same values and different seeds.
    seed : int, optional
        By default the present one: what `seed` has set; for a file that is there already, the one with which it was begun.
    same_seed : bool
        Give all points the same seed (each repeat its own): differences are then those of the parameters.
    executor : {'processes', 'serial', 'threads'} or executor, optional
        Who does the runs: processes of this machine (the default), this process, or any executor of `concurrent.futures`
        (loky, mpi4py.futures, a client of dask).  Threads take turns.
    workers : int, optional
        How many processes or threads; by default one for each processor.
    file : str or Path, optional
        Results are added to this file as they come.  A sweep that finds results of its own there does not run these points
        again.
    report : {'bar', 'text'} or callable, optional
        Progress; a function gets ``(done, total, failed, seconds)``.
    namespace, level
        What the strings of a network can see, as for `run`.

    Returns
    -------
    SweepResults
        Results as arrays by parameter; ``failures`` tells of points that raised.

    Raises
    ------
    SweepError
        If all points failed.
    ValueError, TypeError
        For parameters that do not fit together or to the function.

    Examples
    --------
    >>> from eqsim import *
    >>> def simulate(tau, drive):
    ...     G = NeuronGroup(1, 'dv/dt = (drive - v)/tau : 1', threshold='v > 1', reset='v = 0', method='exact')
    ...     spikes = SpikeMonitor(G)
    ...     run(100*ms)
    ...     return spikes.num_spikes / (100*ms)
    >>> rates = sweep(simulate, tau=[5, 10, 20]*ms, drive=[1.5, 2.0], executor='serial')
    >>> rates.shape, rates.values.shape
    ((3, 2), (3, 2))
    """
    settle()
    asked = {variable_name(k): v for k, v in {**(parameters or {}), **more}.items()}
    plan = make_points(asked, points, zip, repeats)
    task = _task(model, duration, results, user_namespace(level) if namespace is None else namespace)
    first = next(iter(plan)).values
    if isinstance(task, FunctionTask):
        if batch:
            raise TypeError("a batch needs a network: sweep(net, ..., duration=..., batch=True)")
        task.check(tuple(first))
        gc.collect()  # objects that nobody has any more would take names, and the model be another program
    journal = None if file is None else Journal(file)
    base = _base_seed(seed, journal)
    try:
        if isinstance(task, NetworkTask):
            task.check(first)
        doing: Doing = _Batch() if batch else _Crew(executor, workers)
        return _Sweep(task, plan, base, same_seed, journal).run(doing, report)
    finally:
        if isinstance(task, NetworkTask):
            task.go_back()


def _task(model: Any, duration: Any, results: Wanted, namespace: Mapping[str, Any]) -> FunctionTask | NetworkTask:
    if isinstance(model, Network):
        if duration is None:
            raise TypeError("how long is a run of the network? sweep(net, ..., duration=1*second)")
        return NetworkTask(model, duration, results, namespace)
    if not callable(model):
        raise TypeError(f"sweep() takes a function or a Network, not {type(model).__name__}")
    if duration is not None or results is not None:
        raise TypeError("duration= and results= are for networks; a function is given values by name, and returns results")
    return FunctionTask(model)


def _base_seed(seed: int | None, journal: Journal | None) -> int:
    if seed is not None:
        if isinstance(seed, bool) or int(seed) != seed:
            raise TypeError(f"a seed is an integer or None, not {seed!r}")
        return int(seed)
    if journal is not None and "seed" in journal.head:
        return int(journal.head["seed"])
    return random_state.seed


Doing = Callable[[Task, Sequence[Run]], Iterator[Outcome]]
"""Does the runs of a task, gives the outcomes as they come."""


class _Crew:
    """Runs one by one, by whom the user wants.

    The first one is done alone, if others can begin with what it has compiled.
    """

    def __init__(self, executor: Any, workers: int | None) -> None:
        self.executor, self.workers = executor, workers

    def __call__(self, task: Task, runs: Sequence[Run]) -> Iterator[Outcome]:
        from eqsim.sweeps.crews import crew  # slow to import

        if get_device().name != "runtime":
            self._alone()
        who, count = crew(self.executor, self.workers, task, len(runs))
        try:
            ahead = 1 if len(runs) > max(count, 1) else 0
            first = [Run(r.point, r.seed, len(runs)) for r in runs[:ahead]]
            for some in (first, runs[ahead:]):
                if some:
                    yield from who.outcomes(some)
        finally:
            who.close()

    def _alone(self) -> None:
        """Runs that write projects come one after the other."""
        if self.executor not in (None, "serial"):
            name = get_device().name
            raise EqsimError(f"runs on device '{name}' share a folder: leave out executor=, or set_device('runtime') before")
        self.executor = "serial"


class _Batch:
    """All runs together."""

    def __call__(self, task: Task, runs: Sequence[Run]) -> Iterator[Outcome]:
        from eqsim.sweeps.batches import run_together

        assert isinstance(task, NetworkTask)
        return run_together(task, runs)


class _Sweep:
    """A sweep under way."""

    def __init__(self, task: Task, plan: Points, seed: int, same_seed: bool, journal: Journal | None) -> None:
        self.task, self.plan, self.base, self.journal = task, plan, seed, journal
        self.points = list(plan)
        self.seeds = [p.seed(seed, same_seed) for p in self.points]
        self.keys = self._keys() if journal is not None else []
        self.outcomes: dict[int, Outcome] = {}

    def _keys(self) -> list[str]:
        mark = self.task.fingerprint
        return [key_of(mark, p, s) for p, s in itertools.zip_longest(self.points, self.seeds)]

    def run(self, doing: Doing, report: Any) -> SweepResults:
        """Do what is left to do."""
        self._reuse()
        reused = len(self.outcomes)
        progress = Progress(report, len(self.points))
        if reused:
            progress.add(points=reused)
        left = [Run(p, self.seeds[p.index]) for p in self.points if p.index not in self.outcomes]
        if left:
            self._collect(doing(self.task, left), progress)
        found = SweepResults(self.plan, [self.outcomes[p.index] for p in self.points], self.seeds, reused)
        _tell(found)
        return found

    def _reuse(self) -> None:
        """Take over what the file has."""
        if self.journal is None:
            return
        self.journal.begin({"function": self.task.name, "seed": self.base, "parameters": list(self.plan.axes)})
        for point, key in zip(self.points, self.keys, strict=True):
            if key in self.journal.results:
                self.outcomes[point.index] = Outcome(point.index, self.journal.result(key))

    def _collect(self, outcomes: Iterable[Outcome], progress: Progress) -> None:
        for outcome in outcomes:
            self.outcomes[outcome.index] = self._written(outcome)
            progress.add(self.outcomes[outcome.index].failed)

    def _written(self, outcome: Outcome) -> Outcome:
        """The outcome, after it has been added to the file; a failure if the file cannot hold it."""
        if self.journal is None:
            return outcome
        place = (self.keys[outcome.index], self.points[outcome.index], self.seeds[outcome.index])
        if not outcome.failed:
            try:
                self.journal.add(*place, outcome.result)
                return outcome
            except TypeError as error:
                line, text = told(error)
                outcome = Outcome(outcome.index, error=line, traceback=text)
        self.journal.add_failure(*place, outcome.traceback)
        return outcome


def _tell(found: SweepResults) -> None:
    """Raise if nothing has worked, warn if something has not."""
    failures = found.failures
    if not failures:
        return
    if len(failures) == len(found):
        raise SweepError(f"all {len(found)} points failed; the first one: {failures[0]}\n{failures[0].traceback}")
    logger.warning(
        f"{len(failures)} of {len(found)} points failed, e.g. {failures[0]} "
        "(results.failures has their values and tracebacks; the others are not affected)",
        name_suffix="failures",
    )


def run_batch(
    net: Network,
    duration: Any,
    parameters: Mapping[Any, Any] | None = None,
    *,
    results: Wanted = None,
    namespace: Mapping[str, Any] | None = None,
    level: int = 0,
    **options: Any,
) -> SweepResults:
    """Run a network with many sets of parameters at once, as one program on one memory.

    Each point has the bits that a run of its own would have.

    Parameters
    ----------
    net : Network
        Every run begins in its present state, which it has again afterwards.
    duration : Quantity, second
    parameters, results, namespace, level, **options
        As for `sweep` of a network: ``points=``, ``zip=``, ``repeats=``, ``seed=``, ``same_seed=``, ``file=``, ``report=``.

    Returns
    -------
    SweepResults

    Raises
    ------
    EqsimError
        If the network has a function in Python that runs in each step (a network operation), or if the points need different
        programs.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(1, 'dv/dt = (I - v)/tau : 1', method='exact')
    >>> tau, I = 10*ms, 2
    >>> trace = StateMonitor(G, 'v', record=0, name='trace')
    >>> found = run_batch(Network(G, trace), 5*ms, {'I': [0.5, 1.0], 'tau': [5, 10, 20]*ms})
    >>> found['trace.v'].shape  # I, tau, recorded neurons, times
    (2, 3, 1, 50)
    """
    seen = user_namespace(level) if namespace is None else namespace
    return sweep(net, parameters, duration=duration, results=results, batch=True, namespace=seen, **options)
