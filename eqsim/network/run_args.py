"""Values that a project's program is given on its command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.objects.timed_array import TimedArray
from eqsim.objects.views import VariableView


def command_line(run_args: Any, folder: Path, tables: Mapping[TimedArray, Iterable[str]]) -> list[str]:
    """``NAME=VALUE`` for each value; arrays go through files.  ``tables``: where the values of a TimedArray stand.

    Raises
    ------
    ValueError
        If an array over time has another number of values, or no run uses it.
    """
    if run_args is None:
        return []
    if not isinstance(run_args, Mapping):
        return [str(a) for a in run_args]
    found = []
    for name, value in named(run_args, tables):
        values = np.asarray(value.get_item(slice(None)) if isinstance(value, VariableView) else value)
        if values.ndim == 0:
            found.append(f"{name}={float(values).hex()}")
            continue
        path = folder / "run_args" / f"{name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, values.astype(np.float64).ravel())
        found.append(f"{name}={path}")
    return found


def named(run_args: Mapping[Any, Any], tables: Mapping[TimedArray, Iterable[str]]) -> Iterator[tuple[str, Any]]:
    """The values by names in the program: those of views, of arrays over time, or names themselves."""
    for key, value in run_args.items():
        if isinstance(key, TimedArray):
            if key not in tables:
                raise ValueError(f"no run of the project uses '{key.name}'")
            if np.shape(value) != key.values.shape:
                raise ValueError(f"'{key.name}' has values of the shape {key.values.shape}, not {np.shape(value)}")
            yield from ((name, value) for name in tables[key])
        else:
            yield (f"{key.group_name}.{key.name}" if isinstance(key, VariableView) else str(key)), value
