"""Which method integrates a model: the one that the user named, or the first of a list that can.

In: a `Model` and what the user gave as ``method=``.  Out: a `Method`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from eqsim.errors import Diagnostic, UnsupportedEquationsException, did_you_mean
from eqsim.integrators.method import METHODS, Method
from eqsim.model.model import Model

__all__ = ["ALIASES", "DEFAULT", "choose", "find"]

DEFAULT = ("exact", "euler", "heun")
ALIASES = {"linear": "exact", "independent": "exact"}
"""Other names of methods."""
OPTIONS = ("simplify",)

Wanted = str | Method | Sequence[str | Method] | None


def find(name: str | Method) -> Method:
    """The method of this name, whatever its case.

    Raises
    ------
    ValueError
        If there is no such method.
    """
    if isinstance(name, Method):
        return name
    known = METHODS.get(ALIASES.get(name.lower(), name.lower()))
    if known is not None:
        return known
    hint = did_you_mean(name, {*METHODS, *ALIASES})
    raise ValueError(
        f"there is no integration method '{name}'; {hint or 'known methods: ' + ', '.join(sorted(METHODS))}"
    )


def choose(
    model: Model,
    wanted: Wanted = None,
    owner: str = "",
    options: Mapping[str, Any] | None = None,
    default: Sequence[str] = DEFAULT,
) -> Method:
    """The method for a model.

    Parameters
    ----------
    model : Model
    wanted : str, Method, sequence of these, or None
        The first that can be used is taken; None stands for ``default``.
    owner : str
        Name of the object, for messages.
    options : mapping, optional
        The user's ``method_options``.  ``simplify`` is accepted and has no effect.
    default : sequence of str
        What is tried if the user does not care.

    Raises
    ------
    UnsupportedEquationsException
        If none can be used, with the reason for each.
    ValueError
        If there is no method or option of a given name.
    """
    _check_options(options or {})
    if isinstance(wanted, str | Method):
        wanted = (wanted,)
    methods = [find(name) for name in (default if wanted is None else wanted)]
    reasons = []
    for m in methods:
        reason = m.reason(model)
        if reason is None:
            return m
        of = f" for '{owner}'" if owner else ""
        reasons.append(Diagnostic("M101", f"method '{m.name}' cannot be used{of}: {reason}"))
    *others, last = reasons
    raise UnsupportedEquationsException(*others, replace(last, help=_help(model, methods)))


def _check_options(options: Mapping[str, Any]) -> None:
    for name in options:
        if name not in OPTIONS:
            hint = did_you_mean(name, OPTIONS) or f"known: {', '.join(OPTIONS)}"
            raise ValueError(f"there is no method option '{name}'; {hint}")


def _help(model: Model, tried: list[Method]) -> str:
    """Which methods would do."""
    able = [m.name for m in METHODS.values() if m not in tried and m.reason(model) is None]
    return f"methods that can be used here: {', '.join(able)}" if able else ""
