"""From linked kernels to a program that any target can run: the passes, in order.

==================  =====================================================================================
expand_draws        random draws become functions of (seed, stream, element, step)
hoist               what is the same for a whole run, or for a whole step, is computed once for it
link_functions      the functions that are called come along
verify              is the program legal?  If not, after which pass did it become so?
==================  =====================================================================================
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from eqsim.functions import closure
from eqsim.ir.passes.draws import expand_draws
from eqsim.ir.passes.hoist import hoist
from eqsim.ir.program import Program
from eqsim.ir.verify import verify
from eqsim.ir.walk import called


def link_functions(program: Program) -> Program:
    """Bring the definitions of all functions that are called."""
    from eqsim.ir.domain import asked
    from eqsim.ir.expr import Call
    from eqsim.ir.walk import nodes

    names: set[str] = set()
    for k in program.kernels:
        names |= called(k.body) | called(k.prelude)
        asks = asked(k.domain)
        names |= {e.function for e in nodes(asks) if isinstance(e, Call)} if asks is not None else set()
    for _, e in program.constants:
        names |= {x.function for x in nodes(e) if isinstance(x, Call)}
    return replace(program, functions=closure(sorted(names)))


def prepare(program: Program) -> Program:
    """All passes.

    Raises
    ------
    InternalError
        If the program is not legal; it names the pass after which it is not.
    """
    with suppress(Exception):  # a pass may stumble over what is not legal: it is found below
        return verify(link_functions(hoist(link_functions(expand_draws(program)))))
    program = verify(program, "objects", linked=False)
    program = verify(link_functions(expand_draws(program)), "expand_draws")
    return verify(link_functions(hoist(program)), "hoist")
