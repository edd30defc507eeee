"""`connect`: which pairs become synapses.

In: a condition, arrays, or an expression for one end.  Out: rows appended to the table.  Everything is computed on the
host with numpy, a part at a time; no compiler is started.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import EqsimError, Source, Span, for_object
from eqsim.functions import stream_of
from eqsim.ir.expr import Expr, Ref
from eqsim.model.translate import Scope, Symbol, Translator
from eqsim.objects.host import EVALUATOR, evaluate
from eqsim.objects.part import Context
from eqsim.objects.randomness import random_state
from eqsim.syntax import parse_expression
from eqsim.units import DIMENSIONLESS, get_dimensions, unit_name

if TYPE_CHECKING:
    from eqsim.objects.synapses import Synapses

PAIRS = 1 << 18  # pairs looked at together
GENERATOR = re.compile(r"\bfor\s+([A-Za-z_]\w*)\s+in\s+(\w+)\s*\(")


class Growing:
    """Numbers that come in pieces, kept in one block: small pieces would leave holes in the memory behind them."""

    def __init__(self) -> None:
        self._block, self._count = np.empty(1024, np.int32), 0

    def append(self, piece: np.ndarray) -> None:
        """Add a piece."""
        count = self._count + len(piece)
        if count > len(self._block):
            self._block.resize(count + count // 4, refcheck=False)
        self._block[self._count : count] = piece
        self._count = count

    def finish(self) -> np.ndarray:
        """All of them, (n,) int32."""
        self._block.resize(self._count, refcheck=False)
        return self._block


@dataclass(slots=True)
class Connection:
    """One call of connect()."""

    synapses: Synapses
    context: Context
    skip: bool = False

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
        if isinstance(condition, str) and GENERATOR.search(condition):
            raise ValueError(f"{condition!r} is not a condition: write connect(j={condition!r})")
        if not isinstance(condition, str | bool | np.bool_):
            raise TypeError(f"the condition of connect() is a string or a bool, not {type(condition).__name__}")
        if isinstance(condition, bool | np.bool_) and not condition:
            self.synapses.table.append(np.zeros(0, np.int64), np.zeros(0, np.int64))
            return
        test = None if isinstance(condition, bool | np.bool_) else self._string(condition, "condition")
        chance = self._probability(p)
        counts = np.zeros(self.synapses.table.n_source, np.int64)
        targets = Growing()
        for i, j in self._chosen(test, chance):
            times = self._times(n, i, j)
            if times is not None:
                i, j = np.repeat(i, times), np.repeat(j, times)
            counts += np.bincount(i, minlength=len(counts))
            targets.append(j)
        self.synapses.table.append_rows(counts, targets.finish())

    def _chosen(self, test: Expr | None, chance: float | Expr) -> Any:
        """The pairs that are taken, in parts, by source and then by target."""
        candidates = self._all_pairs() if isinstance(chance, Expr) or chance >= 1 else self._random_pairs(chance)
        for i, j in candidates:
            if test is not None and len(i):
                keep = self._evaluate(test, i, j).astype(bool)
                i, j = i[keep], j[keep]
            if isinstance(chance, Expr) and len(i):
                keep = self._uniforms(len(i)) < self._evaluate(chance, i, j)
                i, j = i[keep], j[keep]
            yield i, j

    def _all_pairs(self) -> Any:
        n_target = self.synapses.table.n_target
        rows = max(1, PAIRS // n_target)
        for first in range(0, self.synapses.table.n_source, rows):
            sources = np.arange(first, min(first + rows, self.synapses.table.n_source), dtype=np.int64)
            yield np.repeat(sources, n_target), np.tile(np.arange(n_target, dtype=np.int64), len(sources))

    def _random_pairs(self, p: float) -> Any:
        """Each pair with probability p, by jumping from one that is taken to the next (geometric gaps)."""
        total, n_target = self.synapses.table.n_source * self.synapses.table.n_target, self.synapses.table.n_target
        if p <= 0:
            return
        numbers, log = self._generator(), EVALUATOR.function("log")
        scale, at = 1.0 / math.log1p(-p), -1
        while at < total:
            u = 1.0 - _unit(numbers.random_raw(8192))
            gaps = np.minimum(np.floor(log(u) * scale), float(total)) + 1.0
            places = at + np.cumsum(gaps.astype(np.int64))
            at = int(places[-1])
            places = places[places < total]
            yield np.divmod(places, n_target)

    def _generator(self) -> np.random.Philox:
        """Philox, numbered by the call: the words are specified bit for bit."""
        stream = stream_of(self.synapses.name, "connect")
        return np.random.Philox(key=[random_state.seed, stream + (random_state.next_draw() << 32)])

    def _uniforms(self, count: int) -> np.ndarray:
        return _unit(self._generator().random_raw(count))

    # -- arrays ----------------------------------------------------------------------------------------------------

    def _by_arrays(self, i: Any, j: Any, p: Any, n: Any) -> None:
        if self.skip:
            raise ValueError("skip_if_invalid is not possible with arrays of indices")
        if i is None or j is None:
            raise ValueError("connect() with arrays needs both i and j")
        table = self.synapses.table
        i, j = _indices("i", i, table.n_source, self.synapses.source), _indices("j", j, table.n_target, self.synapses.target)
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
        name, text, size = ("j", j, self.synapses.table.n_source) if j is not None else ("i", i, self.synapses.table.n_target)
        if GENERATOR.search(text) and not (isinstance(p, float | int) and p == 1):
            raise ValueError("p is not possible with a generator; put it into the condition: if rand() < ...")
        loop = np.arange(size, dtype=np.int64)
        given, found = self._ends(name, text, loop)
        if not isinstance(p, float | int) or p != 1:
            chance = self._probability(p)
            bound = chance if isinstance(chance, float) else self._evaluate(chance, *_pair(name, given, found))
            keep = self._uniforms(len(found)) < bound
            given, found = given[keep], found[keep]
        given, found = self._valid(name, given, found)
        times = self._times(n, *_pair(name, given, found))
        if times is not None:
            given, found = np.repeat(given, times), np.repeat(found, times)
        self.synapses.table.append(*_pair(name, given, found))

    def _ends(self, name: str, text: str, loop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each element of the loop the other ends that the expression gives."""
        source = Source(text, f"connect() of {self.synapses.describe()}")
        match = GENERATOR.search(text)
        other = "i" if name == "j" else "j"
        if match is None:
            body, test = _split_if(source, 0, len(text))
            values = self._integers(body, {other: loop}, name)
            keep = self._test(test, {other: loop, name: values})
            return loop[keep], values[keep]
        variable, kind = match[1], match[2]
        if kind != "range":
            raise EqsimError(f"connect() knows 'for {variable} in range(...)'; '{kind}(...)' is not available yet")
        close = _closing(text, match.end() - 1)
        owners, values = self._ranges(source, match.end(), close, other, loop)
        _, test = _split_if(source, close + 1, len(text))
        ends = self._integers(Span(source, 0, match.start()), {other: owners, variable: values}, name)
        keep = self._test(test, {other: owners, variable: values, name: ends})
        return owners[keep], ends[keep]

    def _ranges(self, source: Source, start: int, stop: int, other: str, loop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bounds = [self._integers(part, {other: loop}, "range") for part in _arguments(source, start, stop)]
        first, last, step = {1: (0, *bounds, 1), 2: (*bounds, 1), 3: tuple(bounds)}[len(bounds)]
        first, last, step = (np.broadcast_to(x, loop.shape) for x in (first, last, step))
        counts = np.maximum(0, -((first - last) // step))
        owners = np.repeat(np.arange(len(loop)), counts)
        inside = np.arange(len(owners)) - np.repeat(np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        return loop[owners], first[owners] + inside * step[owners]

    def _integers(self, span: Span, names: dict[str, np.ndarray], what: str) -> np.ndarray:
        values = self._named(span, names)
        if values.dtype.kind == "f":
            if not np.array_equal(values, np.floor(values)):
                raise TypeError(f"connect(): {span.text.strip()!r} must give integers (use int(...))")
            values = values.astype(np.int64)
        return values

    def _test(self, span: Span | None, names: dict[str, np.ndarray]) -> np.ndarray:
        size = len(next(iter(names.values())))
        return np.ones(size, bool) if span is None else self._named(span, names).astype(bool)

    def _valid(self, name: str, given: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        size = self.synapses.table.n_target if name == "j" else self.synapses.table.n_source
        bad = (found < 0) | (found >= size)
        if not bad.any():
            return given, found
        if not self.skip:
            other = "i" if name == "j" else "j"
            at = int(np.argmax(bad))
            raise IndexError(
                f"connect() of {self.synapses.describe()}: {name}={found[at]} for {other}={given[at]}, but {name} goes from 0 to "
                f"{size - 1}; skip_if_invalid=True leaves such pairs out"
            )
        return given[~bad], found[~bad]

    # -- strings -----------------------------------------------------------------------------------------------------

    def _scope(self, names: dict[str, np.ndarray] | None = None) -> Scope:
        """i and j are relative to the (sub)groups; what is counted per neuron is not known yet."""
        look = self.synapses.scope(self.context)

        def scope(name: str) -> Symbol | None:
            if names is not None and name in names:
                return Symbol(Ref(f"{name}_", "int"), DIMENSIONLESS)
            if name in ("N_incoming", "N_outgoing"):
                raise ValueError(f"'{name}' cannot be used in connect(): it is known only when all synapses are made")
            return look(name)

        return scope

    def _string(self, text: str, what: str) -> Expr:
        source = Source(text, f"{what} of connect() of {self.synapses.describe()}")
        return self._translate(source.whole, self._scope(), what)

    def _translate(self, span: Span, scope: Scope, what: str) -> Expr:
        translator = Translator(scope, self.synapses.streams(f"connect {what}"), lambda: self.synapses.known_names(self.context))
        typed = translator(parse_expression(span))
        try:
            translator.finish()
        except EqsimError as error:
            raise for_object(error, self.synapses.name) from None
        if typed.dim is not DIMENSIONLESS and typed.dim is not None:
            raise ValueError(f"connect(): {span.text.strip()!r} must be a pure number, it is in {unit_name(typed.dim)}")
        return typed.expr

    def _named(self, span: Span, names: dict[str, np.ndarray]) -> np.ndarray:
        e = self._translate(span, self._scope(names), span.text)
        indices = {f"{k}_": np.broadcast_to(v, np.shape(next(iter(names.values())))) for k, v in names.items()}
        starts = {"i": self.synapses.source.start, "j": self.synapses.target.start}
        indices |= {k: v + starts[k] for k, v in names.items() if k in starts}
        numbering = np.arange(len(next(iter(indices.values()))), dtype=np.int64)
        return evaluate(e, self.synapses.host_state(self.context), {**indices, "k": numbering}, "k")

    def _evaluate(self, e: Expr, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        s = self.synapses
        pair = {"i": i + s.source.start, "j": j + s.target.start, "k": np.arange(len(i), dtype=np.int64)}
        return evaluate(e, s.host_state(self.context), pair, "k")

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
            return np.maximum(self._evaluate(self._string(n, "n"), i, j).astype(np.int64), 0)
        if isinstance(n, bool) or int(n) != n:
            raise TypeError(f"n must be an integer or a string, not {n!r}")
        return None if int(n) == 1 else int(n)


def _unit(words: np.ndarray) -> np.ndarray:
    """Words as numbers in [0, 1), 53 bits."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _pair(name: str, given: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (given, found) if name == "j" else (found, given)


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


def _split_if(source: Source, start: int, stop: int) -> tuple[Span, Span | None]:
    """`EXPR if COND` without else: the expression and the condition."""
    text = source.text[start:stop]
    found = re.search(r"\bif\b", text)
    if found is None or re.search(r"\belse\b", text):
        return Span(source, start, stop), None
    return Span(source, start, start + found.start()), Span(source, start + found.end(), stop)


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    raise ValueError(f"connect(): a bracket is not closed in {text!r}")


def _arguments(source: Source, start: int, stop: int) -> list[Span]:
    parts, depth, begin = [], 0, start
    for at in range(start, stop):
        c = source.text[at]
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            parts.append(Span(source, begin, at))
            begin = at + 1
    parts.append(Span(source, begin, stop))
    if len(parts) > 3:
        raise ValueError("connect(): range() takes one to three arguments")
    return parts
