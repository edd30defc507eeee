"""Which method integrates a model: the one that the user named, or the first of a list that can.

In: a `Model` and what the user gave as ``method=``.  Out: a `Method`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from eqsim.errors import Diagnostic, UnsupportedEquationsException, did_you_mean
from eqsim.integrators.custom import from_callable
from eqsim.integrators.method import METHODS, Method, StateUpdateMethod
from eqsim.model.model import Model

__all__ = ["ALIASES", "DEFAULT", "choose", "find"]

DEFAULT = ("exact", "euler", "heun")
ALIASES = {"linear": "exact", "independent": "exact"}
"""Other names of methods."""
OPTIONS = ("simplify",)

One = str | Method | StateUpdateMethod | Callable[..., str]
Wanted = One | Sequence[One] | None


def find(wanted: One, options: Mapping[str, Any] | None = None) -> Method:
    """The method of this name, whatever its case; or one made from a function that gives the code of a step.

    Raises
    ------
    ValueError
        If there is no such method.
    TypeError
        If this can be no method.
    """
    if isinstance(wanted, Method):
        return wanted
    if not isinstance(wanted, str):
        if callable(wanted):
            return from_callable(wanted, options)
        raise TypeError(f"method= takes names, methods and functions, not {type(wanted).__name__}")
    known = METHODS.get(ALIASES.get(wanted.lower(), wanted.lower()))
    if known is not None:
        return known
    hint = did_you_mean(wanted, {*METHODS, *ALIASES})
    raise ValueError(f"there is no integration method '{wanted}'; {hint or 'known methods: ' + ', '.join(sorted(METHODS))}")


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
    wanted : str, Method, callable, sequence of these, or None
        The first that can be used is taken; None stands for ``default``.  A callable gets
        ``(equations, variables, options)`` and returns the code of one step, see `custom`.
    owner : str
        Name of the object, for messages.
    options : mapping, optional
        The user's ``method_options``.  ``simplify`` is accepted and has no effect; callables understand what they like.
    default : sequence of str
        What is tried if the user does not care.

    Raises
    ------
    UnsupportedEquationsException
        If none can be used, with the reason for each.
    ValueError
        If there is no method or option of a given name, or the list is empty.
    TypeError
        If something in the list can be no method.
    """
    listed = _listed(default if wanted is None else wanted)
    methods = [find(one, options) for one in listed]
    if all(isinstance(one, str | Method) for one in listed):
        _check_options(options or {})
    reasons = []
    for m in methods:
        reason = m.reason(model)
        if reason is None:
            return m
        of = f" for '{owner}'" if owner else ""
        reasons.append(Diagnostic("M101", f"method '{m.name}' cannot be used{of}: {reason}"))
    *others, last = reasons
    raise UnsupportedEquationsException(*others, replace(last, help=_help(model, methods)))


def _listed(wanted: One | Sequence[One]) -> Sequence[One]:
    if isinstance(wanted, str) or not isinstance(wanted, Sequence):
        return (wanted,)
    if not wanted:
        raise ValueError("method= is an empty list; name at least one method")
    return wanted


def _check_options(options: Mapping[str, Any]) -> None:
    for name in options:
        if name not in OPTIONS:
            hint = did_you_mean(name, OPTIONS) or f"known: {', '.join(OPTIONS)}"
            raise ValueError(f"there is no method option '{name}'; {hint}")


def _help(model: Model, tried: list[Method]) -> str:
    """Which methods would do."""
    able = [m.name for m in METHODS.values() if m not in tried and m.reason(model) is None]
    return f"methods that can be used here: {', '.join(able)}" if able else ""
