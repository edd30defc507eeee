"""`connect` with a number of partners: a fixed in-degree, out-degree, or number of synapses in all.

A row is a neuron that wants partners, a place is a candidate.  For ``fixed_indegree`` rows are targets and candidates are
sources, for ``fixed_outdegree`` the other way round; for ``fixed_total`` all pairs are one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.objects.ends import absolute
from eqsim.objects.sampling import Choice, distinct, starts_of, with_repetition

if TYPE_CHECKING:
    from eqsim.objects.connect import Connection


def by_degree(c: Connection, form: str, options: Mapping[str, Any]) -> None:
    """So many random partners for each neuron, or so many pairs in all."""
    sources, targets = c.participants("pre", options["pre_ratio"]), c.participants("post", options["post_ratio"])
    if form == "fixed_indegree":
        found = Candidates.of(c, "post", targets, sources, options["autapses"])
        chosen, own = found.choose(c, form, options)
        i, j = sources[own], targets[chosen]
        order = np.argsort(i * np.int64(c.synapses.table.n_target) + j, kind="stable")
        i, j = i[order], j[order]
    else:
        found = Candidates.of(c, "pre", sources, targets, options["autapses"])
        chosen, own = found.choose(c, form, options)
        i, j = sources[chosen], targets[own]
    c.synapses.table.append(i, j)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The neurons that want partners, and among how many they choose.

    ``self_at`` is the place of a row's own neuron among the candidates, if it is to be left out; else -1.
    """

    side: str
    rows: np.ndarray
    number: int
    self_at: np.ndarray

    @classmethod
    def of(cls, c: Connection, side: str, rows: np.ndarray, candidates: np.ndarray, autapses: bool) -> Candidates:
        """The candidates of a call of connect()."""
        self_at = np.full(len(rows), -1, np.int64)
        source, target = c.synapses.source, c.synapses.target
        if not autapses and source.base is target.base and len(candidates):
            mine, others = (target, source) if side == "post" else (source, target)
            wanted, present = absolute(mine, rows), absolute(others, candidates)
            at = np.minimum(np.searchsorted(present, wanted), len(present) - 1)
            self_at = np.where(present[at] == wanted, at, -1)
        return cls(side, rows, len(candidates), self_at)

    @property
    def counts(self) -> np.ndarray:
        """How many candidates each row has."""
        counts: np.ndarray = self.number - (self.self_at >= 0).astype(np.int64)
        return counts

    def choose(self, c: Connection, form: str, options: Mapping[str, Any]) -> Choice:
        """Rows and candidates."""
        draw = with_repetition if options["multapses"] else distinct
        if form == "fixed_total":
            rows, places = self._of_all(draw, _total(options[form]), c)
        else:
            sizes = self._sizes(c, form, options[form])
            self._check(c, sizes, self.counts, form, options["multapses"])
            rows, places = draw(self.counts, sizes, c.numbers())
        jumped = (self.self_at[rows] >= 0) & (places >= self.self_at[rows])
        return rows, places + jumped

    def _of_all(self, draw: Any, total: int, c: Connection) -> Choice:
        starts = starts_of(self.counts)
        self._check(c, np.array([total]), starts[-1:], "fixed_total", draw is with_repetition)
        _, flat = draw(starts[-1:], np.array([total]), c.numbers())
        rows = np.searchsorted(starts, flat, side="right") - 1
        return rows, flat - starts[rows]

    def _sizes(self, c: Connection, form: str, given: Any) -> np.ndarray:
        """The degree of each row; a number, an array over all neurons of the side, or a string."""
        name, size = ("j", c.synapses.table.n_target) if self.side == "post" else ("i", c.synapses.table.n_source)
        if isinstance(given, str):
            return c.strings.integers(c.strings.source(given, form).whole, {name: self.rows})
        values = np.asarray(given)
        if values.dtype.kind not in "iu":
            raise TypeError(f"connect(): {form} is an integer, an array of integers or a string, not {given!r}")
        if values.ndim and values.shape != (size,):
            raise ValueError(f"connect(): {form} needs {size} numbers, one for each {name}, not {values.size}")
        degrees: np.ndarray = np.broadcast_to(values, (size,)).astype(np.int64)[self.rows]
        return degrees

    def _check(self, c: Connection, sizes: np.ndarray, counts: np.ndarray, form: str, again: bool) -> None:
        wrong = (sizes < 0) | (sizes > (np.where(counts > 0, np.iinfo(np.int64).max, 0) if again else counts))
        if wrong.any():
            at = int(np.argmax(wrong))
            what = "pairs" if form == "fixed_total" else "candidates"
            problem = "it is negative" if sizes[at] < 0 else f"there are only {counts[at]} {what}"
            more = "" if again or sizes[at] < 0 else "; multapses=True lets a pair have several synapses"
            raise ValueError(f"connect() of {c.synapses.describe()}: {form}={sizes[at]}, but {problem}{more}")


def _total(given: Any) -> int:
    if isinstance(given, bool | str) or np.size(given) != 1 or int(given) != given:
        raise TypeError(f"connect(): fixed_total is an integer, not {given!r}")
    return int(given)
