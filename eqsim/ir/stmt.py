"""Statements of the IR.

In: expressions.  Out: frozen nodes.  ``origin`` is the user's text that a statement comes from; it is carried to the
generated line as a comment and is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eqsim.errors import Span
from eqsim.ir.expr import Expr


@dataclass(frozen=True, slots=True)
class Let:
    """Bind a name to a value, once, for the rest of the body."""

    name: str
    value: Expr
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Store:
    """``array[index] = value``; ``index=None`` for a shared value."""

    array: str
    index: Expr | None
    value: Expr
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Add:
    """``array[index] += value``, also when several elements of the domain share an index: in the order of the domain."""

    array: str
    index: Expr | None
    value: Expr
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """Run the body where the test holds."""

    test: Expr
    body: tuple[Stmt, ...]
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Log:
    """Append one row to a log; one value for each of its columns."""

    log: str
    values: tuple[Expr, ...]
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Loop:
    """A bounded loop of each element on values of its own, bound to ``names`` for the rest of the surrounding body.

    They begin as ``starts``.  While ``test`` holds, and at most ``limit`` times, ``body`` is run (Lets only) and the
    names are replaced by ``nexts``, all at once.  ``test``, ``body`` and ``nexts`` may refer to the names; only
    ``nexts`` to what the body binds.
    """

    names: tuple[str, ...]
    starts: tuple[Expr, ...]
    test: Expr
    body: tuple[Let, ...]
    nexts: tuple[Expr, ...]
    limit: int
    origin: Span | None = field(default=None, compare=False)


Stmt = Let | Store | Add | When | Log | Loop

Bound = Let | Loop
"""What binds names and does nothing else."""
