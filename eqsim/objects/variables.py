"""Variables of an object: what the user declared, and where the values lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from eqsim.ir.expr import Type
from eqsim.model.equations import Equations
from eqsim.syntax import Tree
from eqsim.units import DIMENSIONLESS, Dimension, second

Kind = Literal[
    "state", "parameter", "held", "derived", "subexpression", "index", "size", "clock", "count", "delay", "end", "linked"
]

DTYPES: dict[Type, str] = {"real": "float64", "int": "int32", "bool": "bool"}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a group, of synapses or of a monitor.

    ``state``, ``parameter`` and ``held`` (a subexpression that is constant over dt) have an array; the others are computed
    when asked for (``derived``: not from a string of the user's; ``end``: of the neurons at the ends of synapses;
    ``linked``: the value of a variable of another group).
    """

    name: str
    dim: Dimension
    type: Type = "real"
    kind: Kind = "parameter"
    shared: bool = False
    constant: bool = False
    read_only: bool = False
    tree: Tree | None = None
    start: float = 0.0
    guarded: bool = False
    """Writes from synapses and other code are dropped while the element is refractory (`unless refractory`)."""
    storage: str = ""
    """What the array holds, if it is not the usual for the type."""

    @property
    def stored(self) -> bool:
        """Has it an array of its own?"""
        return self.kind in ("state", "parameter", "held")

    @property
    def is_subexpression(self) -> bool:
        """Is it computed from a string of the user's whenever it is asked for?"""
        return self.kind == "subexpression" or (self.kind == "end" and self.tree is not None)

    @property
    def is_declared(self) -> bool:
        """Has the user given it its name?"""
        return self.kind in ("state", "parameter", "held", "subexpression", "linked")

    @property
    def dtype(self) -> str:
        """What the array holds."""
        return self.storage or DTYPES[self.type]


FLAGGED: dict[str, Kind] = {"constant over dt": "held", "linked": "linked"}
KINDS: dict[str, Kind] = {"differential": "state", "subexpression": "subexpression", "parameter": "parameter"}


def declared(equations: Equations) -> dict[str, Variable]:
    """The variables that equations declare."""
    return {
        e.name: Variable(
            e.name,
            e.dim,
            e.type,
            next((kind for flag, kind in FLAGGED.items() if flag in e.flags), KINDS[e.kind]),
            shared="shared" in e.flags,
            constant="constant" in e.flags,
            read_only=e.kind == "subexpression",
            tree=e.tree,
            guarded="unless refractory" in e.flags,
        )
        for e in equations.values()
    }


def seen_from_synapses(variables: Mapping[str, Variable], side: str) -> dict[str, Variable]:
    """The variables of a group at one end of synapses: ``x_pre`` and ``x_post``, and plain ``x`` for the target."""
    ends = {
        name: replace(v, kind="end", read_only=True, guarded=False, tree=v.tree if v.kind == "subexpression" else None)
        for name, v in variables.items()
    }
    named = {f"{n}_{side}": replace(v, name=f"{n}_{side}") for n, v in ends.items()}
    return named | ends if side == "post" else named


BASIC = (
    Variable("N", DIMENSIONLESS, "int", "size", shared=True, read_only=True),
    Variable("i", DIMENSIONLESS, "int", "index", read_only=True),
)
"""What every group of neurons has."""


def clock_variables() -> dict[str, Variable]:
    """t, dt and t_in_timesteps, which every group has."""
    return {
        "t": Variable("t", second.dim, "real", "clock", shared=True, read_only=True),
        "dt": Variable("dt", second.dim, "real", "clock", shared=True, read_only=True),
        "t_in_timesteps": Variable("t_in_timesteps", DIMENSIONLESS, "int", "clock", shared=True, read_only=True),
    }
