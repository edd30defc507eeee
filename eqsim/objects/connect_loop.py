"""`connect` with an expression for one end, such as ``j='k for k in sample(N_post, p=0.1) if k != i'``.

The *given* end goes over its whole group; the expression gives the *found* ends of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import Span
from eqsim.ir.walk import depends_on
from eqsim.objects.connect_strings import Names
from eqsim.objects.generator import Generator, has_loop, parse_generator
from eqsim.objects.sampling import Choice, distinct, everything, with_probability

if TYPE_CHECKING:
    from eqsim.objects.connect import Connection


def by_expression(c: Connection, i: Any, j: Any, p: Any, n: Any) -> None:
    """An expression for one end, for all neurons of the other."""
    if i is not None and j is not None:
        raise ValueError("connect() takes a string for i or for j, not for both ends")
    name, text = ("j", j) if j is not None else ("i", i)
    size = c.synapses.table.n_source if name == "j" else c.synapses.table.n_target
    if has_loop(text) and not (isinstance(p, float | int) and p == 1):
        raise ValueError("p is not possible with a generator; put it into the condition: if rand() < ...")
    loop = Loop(c, name)
    given, found = loop.ends(text, np.arange(size, dtype=np.int64))
    if not isinstance(p, float | int) or p != 1:
        chance = c.probability(p)
        bound = chance if isinstance(chance, float) else c.strings.of_pairs(chance, *loop.pair(given, found))
        keep = c.numbers().uniform(len(found)) < bound
        given, found = given[keep], found[keep]
    good = c.exists(name, {loop.other: given, name: found})
    given, found = given[good], found[good]
    times = c.times(n, *loop.pair(given, found))
    if times is not None:
        given, found = np.repeat(given, times), np.repeat(found, times)
    c.synapses.table.append(*loop.pair(given, found))


@dataclass(frozen=True, slots=True)
class Loop:
    """The expression of one call, for the end ``name``."""

    connection: Connection
    name: str

    @property
    def other(self) -> str:
        """The end that is given."""
        return "i" if self.name == "j" else "j"

    def pair(self, given: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sources and targets."""
        return (given, found) if self.name == "j" else (found, given)

    def ends(self, text: str, loop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each element of the loop the ends that the expression gives."""
        strings = self.connection.strings
        parts = parse_generator(strings.source(text))
        names: Names = {self.other: loop}
        if parts.variable:
            names = self._ranges(parts, names)
        names = {**names, self.name: strings.integers(parts.result, names)}
        if parts.test is not None:
            names = self._filtered(parts.test, names)
        return names[self.other], names[self.name]

    def _filtered(self, test: Span, names: Names) -> Names:
        """Those for which the test holds; ends that do not exist come before it if it asks for their variables."""
        strings = self.connection.strings
        e = strings.translate(test, test.text, names)
        if depends_on(e, (self.name,)):
            names = _keep(names, self.connection.exists(self.name, names))
        return _keep(names, strings.of_names(e, names).astype(bool))

    def _ranges(self, parts: Generator, names: Names) -> Names:
        """The variable of the generator goes over its range, or over a sample of it, for each element of the loop."""
        loop = names[self.other]
        bounds: list[Any] = [self.connection.strings.integers(part, names) for part in parts.bounds]
        given = {1: (0, *bounds, 1), 2: (*bounds, 1), 3: tuple(bounds)}[len(bounds)]
        first, last, step = (np.broadcast_to(x, loop.shape) for x in given)
        if (step == 0).any():
            raise ValueError(f"connect() of {self.connection.synapses.describe()}: the step of a range cannot be 0")
        counts = np.maximum(0, -((first - last) // step))
        owners, inside = self._members(parts, names, counts)
        return {self.other: loop[owners], parts.variable: first[owners] + inside * step[owners]}

    def _members(self, parts: Generator, names: Names, counts: np.ndarray) -> Choice:
        """Which members of each range are taken."""
        c = self.connection
        if parts.amount is None:
            return everything(counts)
        if parts.choice == "p":
            chances = c.strings.of_names(c.strings.translate(parts.amount, "p", names), names)
            return with_probability(counts, np.broadcast_to(chances, counts.shape).astype(np.float64), c.numbers())
        sizes = np.broadcast_to(c.strings.integers(parts.amount, names), counts.shape)
        return distinct(counts, self._possible(sizes, counts, names), c.numbers())

    def _possible(self, sizes: np.ndarray, counts: np.ndarray, names: Names) -> np.ndarray:
        """Sizes of samples between none and all; others are an IndexError, or are moved there if these are to be skipped."""
        wrong = (sizes < 0) | (sizes > counts)
        if wrong.any() and not self.connection.skip:
            at = int(np.argmax(wrong))
            problem = "is negative" if sizes[at] < 0 else f"is larger than the {counts[at]} that there are"
            raise IndexError(
                f"connect() of {self.connection.synapses.describe()}: size={sizes[at]} for {self.other}="
                f"{names[self.other][at]} {problem}; skip_if_invalid=True takes as many as possible"
            )
        possible: np.ndarray = np.clip(sizes, 0, counts)
        return possible


def _keep(names: Names, mask: np.ndarray) -> Names:
    return {name: values[mask] for name, values in names.items()}
