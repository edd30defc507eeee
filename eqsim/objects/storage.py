"""How variables are kept in memory: double or single precision, 32 or 64 bits.

In: the ``dtype=`` of an object and the preferences.  Out: variables that know their dtype.  Arithmetic is always in double
precision; a value is rounded when it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from eqsim.errors import did_you_mean
from eqsim.ir.expr import Type
from eqsim.objects.variables import DTYPES, Variable

KINDS: Mapping[Type, tuple[str, ...]] = {"real": ("float64", "float32"), "int": ("int32", "int64"), "bool": ("bool",)}
"""What a variable of each type may be kept as."""

PREFERRED: dict[Type, Callable[[], Any]] = {}
"""Where the preferences for reals and integers are asked for; filled by the layer that has preferences."""


def stored_as(variables: Mapping[str, Variable], dtype: Any, owner: str) -> dict[str, Variable]:
    """The variables that a user declared, each with what it is kept as.

    Parameters
    ----------
    dtype : dtype, mapping or None
        For all reals; or for each variable by name; default the preferences.

    Raises
    ------
    ValueError
        For a name that is no variable with a memory of its own.
    TypeError
        For a dtype that the type of the variable does not allow.
    """
    by_name = dict(dtype) if isinstance(dtype, Mapping) else {}
    for name in by_name:
        if name not in variables or not variables[name].stored:
            hint = did_you_mean(name, {n for n, v in variables.items() if v.stored})
            more = f"; {hint}" if hint else ""
            raise ValueError(f"{owner}: dtype= names '{name}', which is no stored variable of it{more}")
    for_reals = None if isinstance(dtype, Mapping) else dtype
    return {n: _kept(v, by_name.get(n), for_reals, owner) for n, v in variables.items()}


def _kept(v: Variable, own: Any, for_reals: Any, owner: str) -> Variable:
    given = own if own is not None else for_reals if v.type == "real" else None
    if given is None and v.type in PREFERRED:
        given = PREFERRED[v.type]()
    if given is None or not v.stored:
        return v
    name = np.dtype(given).name
    if name not in KINDS[v.type]:
        raise TypeError(f"{owner}: '{v.name}' can be kept as {' or '.join(KINDS[v.type])}, not as {name}")
    return v if name == DTYPES[v.type] else replace(v, storage=name)
