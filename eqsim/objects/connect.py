"""`connect`: which pairs become synapses.

In: a condition, arrays, or an expression for one end.  Out: rows appended to the table.  Everything is computed on the
host with numpy, a part at a time; no compiler is started.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import Span
from eqsim.functions import stream_of
from eqsim.ir.expr import Expr
from eqsim.ir.walk import depends_on
from eqsim.objects.connect_strings import Names, Strings
from eqsim.objects.generator import Generator, has_loop, parse_generator
from eqsim.objects.pairs import Growing, all_pairs, random_pairs, unit
from eqsim.objects.part import Context
from eqsim.objects.randomness import random_state
from eqsim.units import DIMENSIONLESS, get_dimensions

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses


@dataclass(slots=True)
class Connection:
    """One call of connect()."""

    synapses: Synapses
    context: Context
    skip: bool = False

    @property
    def strings(self) -> Strings:
        """What the strings of this call mean."""
        return Strings(self.synapses, self.context)

    def make(self, condition: Any, i: Any, j: Any, p: Any, n: Any) -> None:
        """Find out which form was used, and append the synapses."""
        if condition is not None and (i is not None or j is not None):
            raise ValueError("connect() takes a condition, or i and j, not both")
        if condition is None and i is None and j is None:
            condition = True
        if condition is not None:
            self._by_condition(condition, p, n)
        elif isinstance(i, str) or isinstance(j, str):
            self._by_expression(i, j, p, n)
        else:
            self._by_arrays(i, j, p, n)

    # -- a condition on all pairs ----------------------------------------------------------------------------------

    def _by_condition(self, condition: Any, p: Any, n: Any) -> None:
        if isinstance(condition, str) and has_loop(condition):
            raise ValueError(f"{condition!r} is not a condition: write connect(j={condition!r})")
        if not isinstance(condition, str | bool | np.bool_):
            raise TypeError(f"the condition of connect() is a string or a bool, not {type(condition).__name__}")
        if isinstance(condition, bool | np.bool_) and not condition:
            self.synapses.table.append(np.zeros(0, np.int64), np.zeros(0, np.int64))
            return
        test = None if isinstance(condition, bool | np.bool_) else self._string(condition, "condition", True)
        chance = self._probability(p)
        counts = np.zeros(self.synapses.table.n_source, np.int64)
        targets = Growing(self.synapses.table.narrow)
        for i, j in self._chosen(test, chance):
            times = self._times(n, i, j)
            if times is not None:
                i, j = np.repeat(i, times), np.repeat(j, times)
            counts += np.bincount(i, minlength=len(counts))
            targets.append(j)
        self.synapses.table.append_rows(counts, targets.finish())

    def _chosen(self, test: Expr | None, chance: float | Expr) -> Any:
        """The pairs that are taken, in parts, by source and then by target."""
        n_source, n_target = self.synapses.table.n_source, self.synapses.table.n_target
        if isinstance(chance, Expr) or chance >= 1:
            candidates = all_pairs(n_source, n_target)
        else:
            candidates = random_pairs(n_source, n_target, chance, self._generator)
        for i, j in candidates:
            if test is not None and len(i):
                keep = self.strings.of_pairs(test, i, j).astype(bool)
                i, j = i[keep], j[keep]
            if isinstance(chance, Expr) and len(i):
                keep = self._uniforms(len(i)) < self.strings.of_pairs(chance, i, j)
                i, j = i[keep], j[keep]
            yield i, j

    def _generator(self) -> np.random.Philox:
        """Philox, numbered by the call: the words are specified bit for bit."""
        stream = stream_of(self.synapses.stream_name, "connect")
        return np.random.Philox(key=[random_state.seed, stream + (random_state.next_draw() << 32)])

    def _uniforms(self, count: int) -> np.ndarray:
        return unit(self._generator().random_raw(count))

    # -- arrays ----------------------------------------------------------------------------------------------------

    def _by_arrays(self, i: Any, j: Any, p: Any, n: Any) -> None:
        if self.skip:
            raise ValueError("skip_if_invalid is not possible with arrays of indices")
        if i is None or j is None:
            raise ValueError("connect() with arrays needs both i and j")
        table = self.synapses.table
        i, j = (
            _indices("i", i, table.n_source, self.synapses.source),
            _indices("j", j, table.n_target, self.synapses.target),
        )
        i, j = np.broadcast_arrays(i, j)
        i, j = i.reshape(-1), j.reshape(-1)
        if isinstance(p, str) or isinstance(n, str):
            raise TypeError("with arrays of indices, p and n are numbers")
        if float(p) < 1:
            keep = self._uniforms(len(i)) < float(p)
            i, j = i[keep], j[keep]
        if int(n) != 1:
            i, j = np.repeat(i, int(n)), np.repeat(j, int(n))
        table.append(i, j)

    # -- an expression for one end -----------------------------------------------------------------------------------

    def _by_expression(self, i: Any, j: Any, p: Any, n: Any) -> None:
        if i is not None and j is not None:
            raise ValueError("connect() takes a string for i or for j, not for both ends")
        name, text, size = (
            ("j", j, self.synapses.table.n_source) if j is not None else ("i", i, self.synapses.table.n_target)
        )
        if has_loop(text) and not (isinstance(p, float | int) and p == 1):
            raise ValueError("p is not possible with a generator; put it into the condition: if rand() < ...")
        loop = np.arange(size, dtype=np.int64)
        given, found = self._ends(name, text, loop)
        if not isinstance(p, float | int) or p != 1:
            chance = self._probability(p)
            bound = chance if isinstance(chance, float) else self.strings.of_pairs(chance, *_pair(name, given, found))
            keep = self._uniforms(len(found)) < bound
            given, found = given[keep], found[keep]
        good = self._exists(name, {"i" if name == "j" else "j": given, name: found})
        given, found = given[good], found[good]
        times = self._times(n, *_pair(name, given, found))
        if times is not None:
            given, found = np.repeat(given, times), np.repeat(found, times)
        self.synapses.table.append(*_pair(name, given, found))

    def _ends(self, name: str, text: str, loop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each element of the loop the other ends that the expression gives."""
        parts = parse_generator(self.strings.source(text))
        names: Names = {"i" if name == "j" else "j": loop}
        if parts.variable:
            names = self._ranges(parts, names)
        names = {**names, name: self.strings.integers(parts.result, names)}
        if parts.test is not None:
            names = self._filtered(parts.test, name, names)
        return names["i" if name == "j" else "j"], names[name]

    def _filtered(self, test: Span, name: str, names: Names) -> Names:
        """Those for which the test holds; ends that do not exist come before it if it asks for their variables."""
        e = self.strings.translate(test, test.text, names)
        if depends_on(e, (name,)):
            names = _keep(names, self._exists(name, names))
        return _keep(names, self.strings.of_names(e, names).astype(bool))

    def _ranges(self, parts: Generator, names: Names) -> Names:
        """The variable of the generator goes over its range, for each element of the loop."""
        ((other, loop),) = names.items()
        bounds: list[Any] = [self.strings.integers(part, names) for part in parts.bounds]
        given = {1: (0, *bounds, 1), 2: (*bounds, 1), 3: tuple(bounds)}[len(bounds)]
        first, last, step = (np.broadcast_to(x, loop.shape) for x in given)
        counts = np.maximum(0, -((first - last) // step))
        owners = np.repeat(np.arange(len(loop)), counts)
        inside = np.arange(len(owners)) - np.repeat(np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        return {other: loop[owners], parts.variable: first[owners] + inside * step[owners]}

    def _exists(self, name: str, names: Names) -> np.ndarray:
        """Which ends exist; an IndexError for the first that does not, unless these are to be skipped."""
        found = names[name]
        size = self.synapses.table.n_target if name == "j" else self.synapses.table.n_source
        good = (found >= 0) & (found < size)
        if self.skip or good.all():
            return good
        other, at = "i" if name == "j" else "j", int(np.argmin(good))
        raise IndexError(
            f"connect() of {self.synapses.describe()}: {name}={found[at]} for {other}={names[other][at]}, but {name} goes "
            f"from 0 to {size - 1}; skip_if_invalid=True leaves such pairs out"
        )

    def _string(self, text: str, what: str, condition: bool = False) -> Expr:
        return self.strings.translate(self.strings.source(text, what).whole, what, condition=condition)

    def _probability(self, p: Any) -> float | Expr:
        if isinstance(p, str):
            return self._string(p, "p")
        if get_dimensions(p) is not DIMENSIONLESS:
            raise ValueError("p must be a pure number")
        if not np.isscalar(p) and np.size(p) != 1:
            raise TypeError("p must be one number or a string")
        return float(p)

    def _times(self, n: Any, i: np.ndarray, j: np.ndarray) -> np.ndarray | int | None:
        if isinstance(n, str):
            return np.maximum(self.strings.of_pairs(self._string(n, "n"), i, j).astype(np.int64), 0)
        if isinstance(n, bool) or int(n) != n:
            raise TypeError(f"n must be an integer or a string, not {n!r}")
        return None if int(n) == 1 else int(n)


def _pair(name: str, given: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (given, found) if name == "j" else (found, given)


def _keep(names: Names, mask: np.ndarray) -> Names:
    return {name: values[mask] for name, values in names.items()}


def _indices(name: str, values: Any, size: int, group: Any) -> np.ndarray:
    if hasattr(values, "as_index") and hasattr(values, "start"):
        values = np.arange(values.start - group.start, values.stop - group.start)
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"connect(): {name} must be integers, not {array.dtype}")
    if array.size and (array.min() < 0 or array.max() >= size):
        worst = array.min() if array.min() < 0 else array.max()
        raise IndexError(f"connect(): {name}={worst}, but {group.describe()} has the indices 0 to {size - 1}")
    return array.astype(np.int64)
