"""What tells a function from a changed one: its code, what it calls of the same script, and the values it sees.

In: a function.  Out: a hash that is equal in each process as long as the function means the same.  Functions of installed
packages are known by their names.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
import types
from collections.abc import Iterator
from typing import Any

from eqsim.sweeps.plain import plain


def fingerprint(function: Any) -> str:
    """The hash of a function, or of another thing that can be called."""
    return hashlib.sha256("\n".join(_words(function, set())).encode()).hexdigest()


def _words(thing: Any, seen: set[int]) -> Iterator[str]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, functools.partial):
        yield from _words(thing.func, seen)
        for value in (*thing.args, *sorted(thing.keywords.items())):
            yield from _value(value, seen)
    elif isinstance(thing, types.MethodType):
        yield from _words(thing.__func__, seen)
    elif isinstance(thing, types.FunctionType):
        yield f"{thing.__module__ if thing.__module__ != '__main__' else ''}.{thing.__qualname__}"
        if not _installed(thing.__module__):
            yield from _of_function(thing, seen)
    else:
        kind = thing if isinstance(thing, type) else type(thing)
        yield f"{kind.__module__}.{kind.__qualname__}"


def _of_function(function: types.FunctionType, seen: set[int]) -> Iterator[str]:
    yield from _code(function.__code__)
    for value in (*(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items())):
        yield from _value(value, seen)
    for cell in function.__closure__ or ():
        try:
            yield from _value(cell.cell_contents, seen)
        except ValueError:  # a name that has no value yet
            yield "empty"
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield name
            yield from _value(function.__globals__[name], seen)


def _code(code: types.CodeType) -> Iterator[str]:
    """The instructions, without lines and file names."""
    yield f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {sys.version_info[:2]}"
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant)
        else:
            yield repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)


def _names(code: types.CodeType) -> set[str]:
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _value(value: Any, seen: set[int]) -> Iterator[str]:
    """A value that a function sees: functions by what they are, data by what they hold, all else by its type."""
    if isinstance(value, types.FunctionType | types.MethodType | functools.partial):
        yield from _words(value, seen)
    elif isinstance(value, types.ModuleType):
        yield value.__name__
    else:
        try:
            yield json.dumps(plain(value), sort_keys=True)
        except (TypeError, ValueError, RecursionError):
            yield f"{type(value).__module__}.{type(value).__qualname__}"


def _installed(module: str | None) -> bool:
    """Does a module belong to an installed package, which does not change from run to run?"""
    found = sys.modules.get(module or "")
    path = getattr(found, "__file__", None) or ""
    return bool(found) and ((module or "").split(".")[0] == "eqsim" or "site-packages" in path or "/lib/python" in path)
