"""A translated function at the place of its call: written out if it is short, else a function of the IR.

In: the local values of a body, its result, and the arguments of a call.  Out: an expression.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from eqsim.functions import FUNCTIONS
from eqsim.functions.helpers import OF_USERS
from eqsim.ir.expr import Call, Draw, Expr, Load, Number, Ref
from eqsim.ir.program import Function, strip
from eqsim.ir.stmt import Let
from eqsim.ir.walk import children, distinct, substitute, transform

SHORT = 60  # nodes of a body, arguments put in, that is written at the place of the call: calculus can see it there


def placed(label: str, owner: str, body: Sequence[Let], result: Expr, given: Mapping[str, Expr]) -> Expr:
    """The result with the arguments put in, or a call with them.

    Parameters
    ----------
    label, owner : str
        The name of the function in Python, and how it is called in messages.
    body, result
        Its local values, and what it gives.
    given
        The arguments.
    """
    values = dict(given)
    for let in body:
        values[let.name] = substitute(let.value, values)
    whole = substitute(result, values)
    elements = any(isinstance(x, Draw | Load) for e in (*(let.value for let in body), result) for x in distinct(e))
    if elements or _size(whole, SHORT) < SHORT:  # what belongs to an element cannot stand in a function
        return whole
    return _called(label, owner, body, result, given)


def _called(label: str, owner: str, body: Sequence[Let], result: Expr, given: Mapping[str, Expr]) -> Expr:
    """A function of the IR; numbers of the program come to it as further arguments."""
    numbers: dict[Expr, Ref] = {}

    def lift(x: Expr) -> Expr:
        if not isinstance(x, Number):
            return x
        if x not in numbers:
            numbers[x] = Ref(f"p{len(numbers)}_{x.name.rpartition('.')[2]}", x.kind)
        return numbers[x]

    lets = tuple(Let(let.name, transform(let.value, lift)) for let in body)
    result = transform(result, lift)
    parameters = tuple((name, e.type) for name, e in given.items()) + tuple((r.name, r.kind) for r in numbers.values())
    text = repr(strip((parameters, lets, result)))
    name = f"{label}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    OF_USERS.add(name)
    FUNCTIONS[name] = Function(name, parameters, lets, result, f"{owner}, as the user wrote it in Python")
    return Call(name, (*given.values(), *numbers), result.type)


def _size(e: Expr, most: int) -> int:
    """The number of nodes of an expression, as it would be written; not counted beyond ``most``."""
    todo, count = [e], 0
    while todo and count < most:
        todo += children(todo.pop())
        count += 1
    return count
