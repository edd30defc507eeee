"""``python -m eqsim``: what can be done without a script."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eqsim", description="eqsim: spiking networks written as equations")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="say which compiler, threads, cache and GPU are found, and what to install")
    commands.add_parser("prepare", help="compile what all networks share; installing does it, too")
    commands.add_parser("version", help="print the version")
    chosen = parser.parse_args(arguments)
    if chosen.command == "version":
        import eqsim

        print(eqsim.__version__)
        return 0
    if chosen.command == "prepare":
        return prepare()
    from eqsim.tools.doctor import examine, report

    print(report(examine()))
    return 0


def prepare() -> int:
    """Compile the bytecode machine; the exit status."""
    from eqsim.errors import CompileError
    from eqsim.targets.bytecode import BytecodeTarget

    try:
        print(f"networks start at once: {BytecodeTarget().prepare()[0]}")
    except (CompileError, OSError) as error:
        print(f"networks start on numpy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
