"""The live device: which module runs a program."""

from __future__ import annotations

from typing import Any

from eqsim.ir.interpret import Interpreter
from eqsim.ir.program import Program


def module_for(program: Program, present: Any = None) -> Any:
    """The module for the target in force; the present one if it is for the same program and target."""
    return Interpreter(program)
