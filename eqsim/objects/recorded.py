"""What a monitor records: variables, and expressions of the user's.

In: ``variables=`` as the user wrote it.  Out: one `Recorded` for each, by the name that it has in the monitor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.errors import Source, did_you_mean
from eqsim.ir.expr import Expr, Type
from eqsim.objects.check import checking_context, remember
from eqsim.objects.code import as_type
from eqsim.objects.frames import user_namespace
from eqsim.objects.part import Context
from eqsim.objects.variables import DTYPES, Variable
from eqsim.syntax import Tree, parse_expression
from eqsim.units import DIMENSIONLESS, Dimension

Wanted = str | Sequence[str] | Mapping[str, str] | bool | None
"""One name or expression, several, several with names of their own, or True for all that the equations define."""


@dataclass(slots=True)
class Recorded:
    """A variable of the source, or an expression (then with its ``tree``) that is computed when a value is recorded.

    ``dim`` of an expression is that of its value when it was translated last; None as long as it hangs on names that are
    not known yet.
    """

    name: str
    type: Type
    dim: Dimension | None
    tree: Tree | None = None
    stored: bool = True
    """Does the source keep the value anyway?"""

    @property
    def unit(self) -> Dimension:
        """The dimension of the values."""
        return DIMENSIONLESS if self.dim is None else self.dim

    def expr(self, source: Any, context: Context) -> Expr:
        """The value for one element, as a column keeps it."""
        if self.tree is None:
            return as_type(source.scope(context)(self.name).expr, self.type)
        typed = source.translate(self.tree, context, f"expression {squeezed(self.tree.source.text)}")
        self.dim = typed.dim
        return as_type(typed.expr, self.type)

    def now(self, source: Any, elements: np.ndarray) -> np.ndarray:
        """The present values of some elements of the source."""
        if self.tree is None:
            found = np.atleast_1d(source._read(source.variables[self.name], elements))
        else:
            found = source.evaluate(self.tree.source.text, elements, f"'{self.name}'")
        return np.broadcast_to(found, len(elements))


def squeezed(text: str) -> str:
    """A text without its blanks: the same expression, however it is spaced."""
    return "".join(text.split())


def recorded(source: Any, wanted: Wanted, owner: str) -> dict[str, Recorded]:
    """What ``variables=`` of the monitor ``owner`` said.

    Raises
    ------
    ValueError
        If the source has no such variable, or a name of the user's cannot be an attribute.
    EqsimError
        For a mistake in an expression.
    """
    if wanted is True:
        wanted = list(source.base.equations)
    if wanted is None or wanted is False:
        return {}
    if isinstance(wanted, str):
        wanted = [wanted]
    pairs = wanted.items() if isinstance(wanted, Mapping) else ((name, name) for name in wanted)
    return {name: _one(source, name, text, owner) for name, text in pairs}


def _one(source: Any, name: str, text: str, owner: str) -> Recorded:
    if not isinstance(text, str):
        raise TypeError(f"{owner}: what to record is given as text, not as {type(text).__name__}")
    if text == name and name in source.variables:
        v: Variable = source.variables[name]
        return Recorded(name, v.type, v.dim, stored=v.stored)
    if text == name and text.isidentifier():
        hint = did_you_mean(name, set(source.variables))
        raise ValueError(f"{source.describe()} has no variable '{name}'{'; ' + hint if hint else ''}")
    if text != name and not name.isidentifier():
        raise ValueError(f"{owner}: '{name}' cannot be the name of something recorded: it must be a name as in Python")
    return _expression(source, name, text, owner)


def _expression(source: Any, name: str, text: str, owner: str) -> Recorded:
    tree = parse_expression(Source(text, f"variables of {owner}").whole)
    namespace = user_namespace()
    remember(source.base, namespace, tree.identifiers())
    typed = source.translate(tree, checking_context(namespace), f"expression {squeezed(text)}")
    return Recorded(name, typed.expr.type, typed.dim, tree, stored=False)


def find(columns: Mapping[str, Any], name: str) -> str | None:
    """The name of a column, also of an expression that is spaced differently; None if there is none."""
    if name in columns:
        return name
    return next((n for n in columns if squeezed(n) == squeezed(name)), None)


def column_names(columns: Mapping[str, Any]) -> dict[str, str]:
    """For each column a name that can stand in an array's name, all different."""
    found: dict[str, str] = {}
    for name in columns:
        word = name if name.isidentifier() else "".join(c if c.isalnum() else "_" for c in squeezed(name)).strip("_")
        while word in found.values() or (word in columns and word != name) or not word:
            word += "_"
        found[name] = word
    return found


def array_dtype(kind: Type, dtype: Any, name: str) -> str:
    """What the column of a type is kept in: ``dtype`` (of the user's) is for reals.

    Raises
    ------
    TypeError
        If it is neither float32 nor float64.
    """
    if isinstance(dtype, Mapping):
        dtype = dtype.get(name)
    if dtype is None or kind != "real":
        return DTYPES[kind]
    given = np.dtype(dtype)
    if given not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise TypeError(f"dtype= of a monitor is float32 or float64, not {given}")
    return str(given)
