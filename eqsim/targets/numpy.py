"""The numpy target: no text, no compiler; the interpreter itself."""

from __future__ import annotations

from eqsim.ir.interpret import Interpreter
from eqsim.ir.program import Program
from eqsim.targets.target import Module, Sources, register


@register("numpy")
class NumpyTarget:
    """Runs programs on numpy."""

    def render(self, program: Program) -> Sources:
        """There is no text to be rendered."""
        return Sources(program, (), "numpy")

    def build(self, sources: Sources) -> Module:
        """The interpreter of the program."""
        return Interpreter(sources.program)
