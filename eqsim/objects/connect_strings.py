"""Strings of `connect`: what names mean in them, and their values for many pairs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eqsim.errors import EqsimError, Source, Span, for_object
from eqsim.ir.expr import Expr, Ref
from eqsim.log import get_logger
from eqsim.model.translate import Scope, Symbol, Translator
from eqsim.objects.code import check_condition
from eqsim.objects.ends import absolute
from eqsim.objects.host import evaluate
from eqsim.objects.part import Context
from eqsim.syntax import parse_expression
from eqsim.units import DIMENSIONLESS, unit_name

if TYPE_CHECKING:
    from eqsim.objects.synaptic_wiring import SynapticWiring

logger = get_logger(__name__)

Names = dict[str, np.ndarray]
"""The values of ``i``, ``j`` (relative to their (sub)groups) and of the variable of a generator; (n,) int64 each."""


@dataclass(frozen=True, slots=True)
class Strings:
    """Gives the strings of one call of connect() their meaning."""

    synapses: SynapticWiring
    context: Context

    def source(self, text: str, what: str = "") -> Source:
        """The text, with what it is for messages."""
        return Source(text, f"{what + ' of ' if what else ''}connect() of {self.synapses.describe()}")

    def scope(self, names: Names | None = None) -> Scope:
        """What names mean; those in ``names`` stand for given values."""
        look = self.synapses.scope(self.context)

        def scope(name: str) -> Symbol | None:
            if names is not None and name in names:
                return Symbol(Ref(f"{name}_", "int"), DIMENSIONLESS)
            if name in ("N_incoming", "N_outgoing"):
                raise ValueError(f"'{name}' cannot be used in connect(): it is known only when all synapses are made")
            return look(name)

        return scope

    def translate(self, span: Span, what: str, names: Names | None = None, condition: bool = False) -> Expr:
        """A string as an expression, which must be a pure number (or a condition).

        Raises
        ------
        EqsimError
            If it cannot be understood.
        ValueError
            If it has a unit.
        """
        streams = self.synapses.streams(f"connect {what}")
        translator = Translator(self.scope(names), streams, self._known, conditions_count=True)
        tree = parse_expression(span)
        typed = translator(tree)
        if condition:
            check_condition(translator, tree, typed)
        try:
            translator.finish()
        except EqsimError as error:
            raise for_object(error, self.synapses.name) from None
        if typed.dim is not DIMENSIONLESS and typed.dim is not None:
            raise ValueError(f"connect(): {span.text.strip()!r} must be a pure number, it is in {unit_name(typed.dim)}")
        return typed.expr

    def _known(self) -> set[str]:
        return self.synapses.known_names(self.context)

    def of_pairs(self, e: Expr, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """The values of an expression for pairs; (n,)."""
        s = self.synapses
        pair = {"i": absolute(s.source, i), "j": absolute(s.target, j), "k": np.arange(len(i), dtype=np.int64)}
        return evaluate(e, s.host_state(self.context), pair, "k")

    def of_names(self, e: Expr, names: Names) -> np.ndarray:
        """The values of an expression that was translated with ``names``; (n,)."""
        groups = {"i": self.synapses.source, "j": self.synapses.target}
        indices = {f"{k}_": v for k, v in names.items()}
        indices |= {k: absolute(groups[k], v) for k, v in names.items() if k in groups}
        numbering = np.arange(len(next(iter(names.values()))), dtype=np.int64)
        return evaluate(e, self.synapses.host_state(self.context), {**indices, "k": numbering}, "k")

    def integers(self, span: Span, names: Names) -> np.ndarray:
        """The values of a string as (n,) int64; fractions are cut off, with a warning."""
        values = self.of_names(self.translate(span, span.text, names), names)
        whole = values.astype(np.int64)
        if values.dtype.kind == "f" and not np.array_equal(values, whole):
            logger.warning(
                f"connect() of {self.synapses.describe()}: {span.text.strip()!r} gives numbers with fractions, which are "
                "cut off; write int(...) around it if that is meant",
                name_suffix="connect_fractions",
                once=True,
            )
        return whole
