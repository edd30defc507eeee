"""The C++ of the bytecode machine: its operations, from the same table as the code of programs.

In: nothing.  Out: files, and the recipe that makes a library of them.
"""

from __future__ import annotations

from eqsim.bytecode.operations import MEMORY, NARROW, NUMBERS, OWN, VALUES
from eqsim.codegen.cfamily import STORAGE_TYPES, function_text
from eqsim.codegen.compiler import Compiler, Recipe, kernel_flags, kernel_recipe
from eqsim.codegen.templates import fill, plain
from eqsim.functions import closure


def machine_files() -> dict[str, str]:
    """The source files of the machine."""
    functions = [function_text(f) for f in closure([f.name for f in OWN])]
    memory = [_parts(name) for name in MEMORY]
    return {
        "eqsim.hpp": plain("runtime/eqsim.hpp"),
        "loops.hpp": plain("runtime/loops.hpp"),
        "machine.hpp": plain("bytecode/machine.hpp"),
        "domains.hpp": plain("bytecode/domains.hpp"),
        "operations.hpp": fill(
            "bytecode/operations.hpp.j2",
            functions=functions,
            values=VALUES,
            memory=memory,
            narrow_types=NARROW,
            number=NUMBERS,
            storage=STORAGE_TYPES,
        ),
        "machine.cpp": plain("bytecode/machine.cpp"),
    }


def _parts(name: str) -> tuple[str, str, str, str]:
    """Name, type of the array, what is done, form."""
    operation, _, form = name.partition(":")
    what, _, dtype = operation.rpartition(" ")
    return name, dtype, what, form


def machine_recipe(compiler: Compiler) -> Recipe:
    """How the machine is compiled."""
    return kernel_recipe(machine_files(), "machine.cpp", kernel_flags(compiler), compiler)
