"""Values that a project's program is given on its command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.objects.views import VariableView


def command_line(run_args: Any, folder: Path) -> list[str]:
    """``NAME=VALUE`` for each value; arrays go through files."""
    if run_args is None:
        return []
    if not isinstance(run_args, Mapping):
        return [str(a) for a in run_args]
    found = []
    for key, value in run_args.items():
        name = full_name(key)
        values = np.asarray(value.get_item(slice(None)) if isinstance(value, VariableView) else value)
        if values.ndim == 0:
            found.append(f"{name}={float(values).hex()}")
            continue
        path = folder / "run_args" / f"{name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, values.astype(np.float64).ravel())
        found.append(f"{name}={path}")
    return found


def full_name(key: Any) -> str:
    """The name of a view, a timed array, or a name itself."""
    if isinstance(key, VariableView):
        return f"{key.group_name}.{key.name}"
    return str(key) if isinstance(key, str) else f"{key.name}.values"
