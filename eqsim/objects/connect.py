"""`connect`: which pairs become synapses.

In: a condition, arrays, an expression for one end, a number of partners, a matrix, or a topology.  Out: rows appended to the
table.  Everything is computed on the host with numpy, a part at a time; no compiler is started.

=========================  ======================
condition, p               `connect_pairs`
arrays i, j                `connect_pairs`
string for i or j          `connect_loop`
fixed_indegree, ...        `connect_degree`
matrix                     `connect_matrix`
topology                   `eqsim.topology`
=========================  ======================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.functions import stream_of
from eqsim.ir.expr import Expr
from eqsim.objects.connect_strings import Names, Strings
from eqsim.objects.ends import absolute
from eqsim.objects.part import Context
from eqsim.objects.randomness import random_state
from eqsim.objects.sampling import Numbers
from eqsim.units import DIMENSIONLESS, get_dimensions

if TYPE_CHECKING:
    from eqsim.objects.synaptic_wiring import SynapticWiring

DEGREES = ("fixed_indegree", "fixed_outdegree", "fixed_total")
OPTIONS: dict[str, Any] = {"matrix": None, "weight": None, **dict.fromkeys(DEGREES), "multapses": False, "autapses": True}
OPTIONS |= {"pre_ratio": 1.0, "post_ratio": 1.0}
"""What connect() takes besides the arguments of Brian2, and what it is if it is not given."""


@dataclass(slots=True)
class Connection:
    """One call of connect()."""

    synapses: SynapticWiring
    context: Context
    skip: bool = False

    @property
    def strings(self) -> Strings:
        """What the strings of this call mean."""
        return Strings(self.synapses, self.context)

    def make(self, condition: Any, i: Any, j: Any, p: Any, n: Any, options: Mapping[str, Any]) -> None:
        """Find out which form was used, and append the synapses."""
        from eqsim.objects import connect_degree, connect_loop, connect_matrix, connect_pairs

        form = _form(condition, i, j, options)
        _check_options(form, p, n, options)
        if form == "matrix":
            connect_matrix.by_matrix(self, options["matrix"], options["weight"])
        elif form in DEGREES:
            connect_degree.by_degree(self, form, options)
        elif form == "topology":
            self._by_topology(condition, options["autapses"])
        elif form == "strings":
            connect_loop.by_expression(self, i, j, p, n)
        elif form == "arrays":
            connect_pairs.by_arrays(self, i, j, p, n)
        else:
            connect_pairs.by_condition(self, True if condition is None else condition, p, n, options)

    def _by_topology(self, topology: Any, autapses: bool) -> None:
        i, j = topology.pairs(self.synapses.source, self.synapses.target, self.numbers())
        if not autapses:
            others = ~same_neuron(self.synapses, i, j)
            i, j = i[others], j[others]
        self.synapses.table.append(i, j)

    # -- what all forms share --------------------------------------------------------------------------------------

    def numbers(self) -> Numbers:
        """Random numbers for one purpose, other ones at each call."""
        return Numbers(self.generator())

    def generator(self) -> np.random.Philox:
        """Philox, numbered by the call: the words are specified bit for bit."""
        stream = stream_of(self.synapses.stream_name, "connect")
        return np.random.Philox(key=[random_state.seed, stream + (random_state.next_draw() << 32)])

    def exists(self, name: str, names: Names) -> np.ndarray:
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

    def string(self, text: str, what: str, condition: bool = False) -> Expr:
        """A string of this call as an expression."""
        return self.strings.translate(self.strings.source(text, what).whole, what, condition=condition)

    def probability(self, p: Any) -> float | Expr:
        """``p`` as a number or an expression."""
        if isinstance(p, str):
            return self.string(p, "p")
        if get_dimensions(p) is not DIMENSIONLESS:
            raise ValueError("p must be a pure number")
        if not np.isscalar(p) and np.size(p) != 1:
            raise TypeError("p must be one number or a string")
        return float(p)

    def times(self, n: Any, i: np.ndarray, j: np.ndarray) -> np.ndarray | int | None:
        """How often each pair is connected; None: once."""
        if isinstance(n, str):
            return np.maximum(self.strings.of_pairs(self.string(n, "n"), i, j).astype(np.int64), 0)
        if isinstance(n, bool) or int(n) != n:
            raise TypeError(f"n must be an integer or a string, not {n!r}")
        return None if int(n) == 1 else int(n)

    def participants(self, side: str, ratio: Any) -> np.ndarray:
        """The neurons of a side that take part at all: a fixed fraction, drawn; (m,) int64, ascending."""
        size = self.synapses.table.n_source if side == "pre" else self.synapses.table.n_target
        if isinstance(ratio, bool) or not 0 <= ratio <= 1:
            raise ValueError(f"{side}_ratio is a fraction between 0 and 1, not {ratio!r}")
        if ratio == 1:
            return np.arange(size, dtype=np.int64)
        from eqsim.objects.sampling import distinct

        wanted = int(np.floor(ratio * size + 0.5))
        return distinct(np.array([size]), np.array([wanted]), self.numbers())[1]


def _form(condition: Any, i: Any, j: Any, options: Mapping[str, Any]) -> str:
    """Which form of connect() it is.

    Raises
    ------
    ValueError
        If the arguments belong to several forms.
    """
    if condition is not None and (i is not None or j is not None):
        raise ValueError("connect() takes a condition, or i and j, not both")
    given = [name for name in ("matrix", *DEGREES) if options[name] is not None]
    if hasattr(condition, "pairs"):
        given.append("topology")
    if len(given) > 1 or (given and given != ["topology"] and (condition, i, j) != (None, None, None)):
        others = [name for name, x in (("condition", condition), ("i", i), ("j", j)) if x is not None]
        raise ValueError(f"connect() takes one rule: {' and '.join([*others, *given][:2])} are two")
    if given:
        return given[0]
    if isinstance(i, str) or isinstance(j, str):
        return "strings"
    return "condition" if i is None and j is None else "arrays"


ALLOWED = {
    "condition": {"autapses", "pre_ratio", "post_ratio", "p", "n"},
    "arrays": {"p", "n"},
    "strings": {"p", "n"},
    "matrix": {"weight"},
    **{name: {"multapses", "autapses", "pre_ratio", "post_ratio"} for name in DEGREES},
    "topology": {"autapses"},
}
"""Which options go with which form."""


def _check_options(form: str, p: Any, n: Any, options: Mapping[str, Any]) -> None:
    values = {"p": p, "n": n, **options}
    usual = {"p": 1.0, "n": 1, **OPTIONS}
    for name, value in values.items():
        if name in ("matrix", *DEGREES) or name in ALLOWED[form]:
            continue
        if isinstance(value, str) or (value is not usual[name] and value != usual[name]):
            raise ValueError(f"connect(): {name} is not possible with {NAMES.get(form, form)}")


NAMES = {"arrays": "arrays of indices", "strings": "a string for i or j", "topology": "a topology"}


def same_neuron(synapses: Any, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Which pairs connect a neuron to itself; (n,) bool."""
    if synapses.source.base is not synapses.target.base:
        return np.zeros(len(i), bool)
    same: np.ndarray = absolute(synapses.source, i) == absolute(synapses.target, j)
    return same
