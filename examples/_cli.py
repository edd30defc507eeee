"""What all examples share: their command line, and how they show and write what they found."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def options(doc: str, seed: int = 1234, **more: dict[str, Any]) -> argparse.Namespace:
    """The command line: ``--seed``, ``--target``, ``--short``, ``--plot FILE``, ``--no-plot``, ``--json FILE``."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--seed", type=int, default=seed, help="seed of all random numbers")
    parser.add_argument(
        "--target", default="auto", choices=("auto", "bytecode", "numpy", "cython"), help="how the kernels run"
    )
    parser.add_argument("--short", action="store_true", help="a shorter run")
    parser.add_argument("--plot", metavar="FILE", help="write the picture to a file instead of a window")
    parser.add_argument("--no-plot", action="store_true", help="no picture")
    parser.add_argument("--json", metavar="FILE", help="write the numbers to a file")
    for name, how in more.items():
        parser.add_argument(f"--{name}", **how)
    found = parser.parse_args()
    if found.plot or found.no_plot or (sys.platform.startswith("linux") and not os.environ.get("DISPLAY")):
        os.environ.setdefault("MPLBACKEND", "Agg")
    return found


def finish(opts: argparse.Namespace, numbers: Mapping[str, Any]) -> None:
    """Print the numbers, write them, and show or write the picture."""
    for key, value in numbers.items():
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        print(f"{key:>24}: {text if len(text) < 100 else text[:97] + '...'}")
    if opts.json:
        Path(opts.json).write_text(json.dumps(dict(numbers), indent=1))
    if opts.no_plot:
        return
    import matplotlib.pyplot as plt

    if plt.gcf().get_layout_engine() is None:
        plt.tight_layout()
    if opts.plot:
        plt.savefig(opts.plot, dpi=120)
        print(f"picture: {opts.plot}")
    elif plt.get_backend().lower() == "agg":
        name = Path(sys.argv[0]).stem + ".png"
        plt.savefig(name, dpi=120)
        print(f"picture: {name}")
    else:
        plt.show()
