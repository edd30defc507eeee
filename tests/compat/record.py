"""Writes ``recorded.json``: what Brian2 computes for the models of `models.py`.

Run with an interpreter that has Brian2 2.9 (and not eqsim's requirements): ``python tests/compat/record.py``.
Nothing of Brian2 is kept but the numbers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from models import MODELS

FILE = Path(__file__).with_name("recorded.json")


def plain(x: Any) -> Any:
    """Numbers without units, as lists."""
    return x if isinstance(x, str) else np.asarray(x).tolist()


def main() -> None:
    """Run every model, and write all results."""
    import brian2  # type: ignore[import-not-found]

    brian2.prefs.codegen.target = "numpy"
    brian2.BrianLogger.suppress_hierarchy("brian2")
    found = {}
    for name, run in MODELS.items():
        brian2.start_scope()
        brian2.defaultclock.dt = 0.1 * brian2.ms
        try:
            found[name] = {key: plain(value) for key, value in run(brian2).items()}
        except Exception as error:
            import traceback

            traceback.print_exc()
            print(name, type(error).__name__, error)
    FILE.write_text("{\n" + ",\n".join(f'"{n}": {json.dumps(v)}' for n, v in found.items()) + "\n}\n")


if __name__ == "__main__":
    main()
