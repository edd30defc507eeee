"""What the user gave as a model, as code, as a condition: read, and checked for what is not available."""

from __future__ import annotations

from typing import Any

from eqsim.errors import EqsimError, Source
from eqsim.log import get_logger
from eqsim.model.equations import Equations
from eqsim.syntax import Assignment, Tree, parse_expression, parse_statements

logger = get_logger(__name__)

MISSING: dict[str, str] = {}
"""Flags of equations that are understood and have no effect yet."""


def given_equations(model: Any, owner: str) -> Equations:
    """The equations of an object.

    Raises
    ------
    EqsimError
        For a flag in `MISSING`.
    TypeError
        If the model is no text.
    """
    if not isinstance(model, str | Equations):
        raise TypeError(f"model must be a string or Equations, not {type(model).__name__}")
    equations = model if isinstance(model, Equations) else Equations(model, owner=f"equations of {owner}")
    for flag, what in MISSING.items():
        if any(flag in e.flags for e in equations.values()):
            raise EqsimError(f"{owner}: {what} are not available yet")
    return equations


def given_condition(text: str | None, what: str) -> Tree | None:
    """A condition; None if there is none."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"the {what} must be a string, not {type(text).__name__}")
    return parse_expression(Source(text, what).whole)


def given_code(text: str | None, what: str) -> tuple[Assignment, ...]:
    """Statements; none for an empty text."""
    if text is None or not text.strip():
        return ()
    return parse_statements(Source(text, what))


def given_pathways(side: str, on: Any, old: Any) -> dict[str, str]:
    """The code of each pathway of one side; ``old`` is the deprecated argument."""
    if old is not None:
        if on is not None:
            raise TypeError(f"give on_{side}= or {side}=, not both")
        logger.warning(f"{side}= is the old name of on_{side}=", name_suffix="deprecated", once=True)
        on = old
    if on is None:
        return {}
    if isinstance(on, dict):
        return {str(k): str(v) for k, v in on.items()}
    if not isinstance(on, str):
        raise TypeError(f"on_{side} must be a string or a dictionary of strings, not {type(on).__name__}")
    return {side: on}
