"""`connect` with a condition on all pairs, or with arrays of both ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.ir.expr import Expr
from eqsim.objects.connect import same_neuron
from eqsim.objects.generator import has_loop
from eqsim.objects.pairs import Growing, Pairs, all_pairs, random_pairs

if TYPE_CHECKING:
    from eqsim.objects.connect import Connection


def by_condition(c: Connection, condition: Any, p: Any, n: Any, options: Mapping[str, Any]) -> None:
    """All pairs for which a condition holds, each with probability p."""
    if isinstance(condition, str) and has_loop(condition):
        raise ValueError(f"{condition!r} is not a condition: write connect(j={condition!r})")
    if not isinstance(condition, str | bool | np.bool_):
        raise TypeError(f"the condition of connect() is a string or a bool, not {type(condition).__name__}")
    table = c.synapses.table
    if isinstance(condition, bool | np.bool_) and not condition:
        table.append(np.zeros(0, np.int64), np.zeros(0, np.int64))
        return
    test = None if isinstance(condition, bool | np.bool_) else c.string(condition, "condition", True)
    everybody = (p, n, options["autapses"], options["pre_ratio"], options["post_ratio"]) == (1, 1, True, 1, 1)
    if test is None and everybody and table.append_all():
        return
    counts = np.zeros(table.n_source, np.int64)
    targets = Growing(table.narrow)
    for i, j in _chosen(c, test, c.probability(p), options):
        times = c.times(n, i, j)
        if times is not None:
            i, j = np.repeat(i, times), np.repeat(j, times)
        counts += np.bincount(i, minlength=len(counts))
        targets.append(j)
    table.append_rows(counts, targets.finish())


def _chosen(c: Connection, test: Expr | None, chance: float | Expr, options: Mapping[str, Any]) -> Iterator[Pairs]:
    """The pairs that are taken, in parts, by source and then by target."""
    for i, j in _candidates(c, chance, options):
        if not options["autapses"]:
            others = ~same_neuron(c.synapses, i, j)
            i, j = i[others], j[others]
        if test is not None and len(i):
            keep = c.strings.of_pairs(test, i, j).astype(bool)
            i, j = i[keep], j[keep]
        if isinstance(chance, Expr) and len(i):
            keep = c.numbers().uniform(len(i)) < c.strings.of_pairs(chance, i, j)
            i, j = i[keep], j[keep]
        yield i, j


def _candidates(c: Connection, chance: float | Expr, options: Mapping[str, Any]) -> Iterator[Pairs]:
    """Pairs before the condition: all, or each with a probability; only of neurons that take part."""
    sources, targets = c.participants("pre", options["pre_ratio"]), c.participants("post", options["post_ratio"])
    if not len(sources) or not len(targets):
        return
    whole = len(sources) == c.synapses.table.n_source and len(targets) == c.synapses.table.n_target
    if isinstance(chance, Expr) or chance >= 1:
        pairs = all_pairs(len(sources), len(targets))
    else:
        pairs = random_pairs(len(sources), len(targets), chance, c.generator)
    for i, j in pairs:
        yield (i, j) if whole else (sources[i], targets[j])


def by_arrays(c: Connection, i: Any, j: Any, p: Any, n: Any) -> None:
    """The pairs of two arrays."""
    if c.skip:
        raise ValueError("skip_if_invalid is not possible with arrays of indices")
    if i is None or j is None:
        raise ValueError("connect() with arrays needs both i and j")
    table = c.synapses.table
    i = _indices("i", i, table.n_source, c.synapses.source)
    j = _indices("j", j, table.n_target, c.synapses.target)
    i, j = np.broadcast_arrays(i, j)
    i, j = i.reshape(-1), j.reshape(-1)
    if isinstance(p, str) or isinstance(n, str):
        raise TypeError("with arrays of indices, p and n are numbers")
    if float(p) < 1:
        keep = c.numbers().uniform(len(i)) < float(p)
        i, j = i[keep], j[keep]
    if int(n) != 1:
        i, j = np.repeat(i, int(n)), np.repeat(j, int(n))
    table.append(i, j)


def _indices(name: str, values: Any, size: int, group: Any) -> np.ndarray:
    if hasattr(values, "as_index") and hasattr(values, "base"):
        place = values.as_index(group)
        values = np.arange(size, dtype=np.int64)[place] if isinstance(place, slice) else place
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"connect(): {name} must be integers, not {array.dtype}")
    if array.size and (array.min() < 0 or array.max() >= size):
        worst = array.min() if array.min() < 0 else array.max()
        raise IndexError(f"connect(): {name}={worst}, but {group.describe()} has the indices 0 to {size - 1}")
    return array.astype(np.int64)
