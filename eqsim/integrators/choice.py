"""Which method integrates a model: the one that the user named, or the first of a list that can.

In: a `Model` and what the user gave as ``method=``.  Out: a `Method`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from eqsim.errors import Diagnostic, UnsupportedEquationsException, did_you_mean
from eqsim.integrators.custom import from_callable
from eqsim.integrators.method import METHODS, OPTIONS, Method, StateUpdateMethod
from eqsim.model.model import Model

__all__ = ["ALIASES", "DEFAULT", "choose", "find"]

DEFAULT = ("exact", "euler", "heun")
ALIASES = {"linear": "exact", "independent": "exact", "gsl": "gsl_rkf45"}
"""Other names of methods."""
EXTENDED = {"exponential_euler": "exp_auto", "exact": "exact_noise"}
"""A method that is asked for alone, where it does not apply: the method that extends it."""

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
        ``(equations, variables, options)`` and returns the code of one step, see `custom`.  A method that is named
        alone is replaced by the one that extends it (`EXTENDED`) where it does not apply.
    owner : str
        Name of the object, for messages.
    options : mapping, optional
        The user's ``method_options``; callables understand what they like.
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
        _check_options(options or {}, methods)
    methods = [m.with_options(options or {}) for m in methods]
    if len(methods) == 1 and (extended := _extended(methods[0], model)) is not None:
        return extended
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


def _extended(method: Method, model: Model) -> Method | None:
    """What takes the place of a method that does not apply; None if it applies, or if nothing does."""
    if method.name not in EXTENDED or method.reason(model) is None:
        return None
    other = METHODS[EXTENDED[method.name]].with_options({"calculus": method.calculus})
    return other if other.reason(model) is None else None


def _check_options(options: Mapping[str, Any], methods: Sequence[Method]) -> None:
    known = [*OPTIONS, *dict.fromkeys(o for m in methods for o in m.options)]
    for name in options:
        if name not in known:
            of = f" of {methods[0].name}" if len(methods) == 1 else ""
            hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
            raise ValueError(f"there is no method option '{name}'{of}; {hint}")


def _help(model: Model, tried: list[Method]) -> str:
    """Which methods would do: the plain ones first, those with a name for scripts of others not at all."""
    names = {m.name for m in tried}
    others = [m for m in METHODS.values() if m.name not in names and not m.name.startswith("gsl_")]
    others.sort(key=lambda m: bool(m.options))
    able = [m.name for m in others if m.reason(model) is None]
    return f"methods that can be used here: {', '.join(able)}" if able else ""
