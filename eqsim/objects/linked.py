"""Linked variables in programs: what they stand for, where code that sets them writes to, which memory they need.

A linked variable has no memory of its own: ``x`` in a string is ``y`` of the other group, at the element that its `Link`
tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import EquationError
from eqsim.ir.expr import Expr, Load, Ref, integer
from eqsim.ir.order import read_by_others
from eqsim.ir.program import STORAGE, Kernel
from eqsim.ir.stmt import Store
from eqsim.ir.walk import map_statement, substitute, transform
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.code import Target, as_type
from eqsim.objects.part import Context, Contribution
from eqsim.objects.variables import Variable

if TYPE_CHECKING:
    from eqsim.objects.access import Access
    from eqsim.objects.group import Group
    from eqsim.objects.meaning import Meaning


@dataclass(frozen=True, slots=True)
class Link:
    """A linked variable ``owner.name``, linked: to ``source.target`` at one of

    ``one``    a single value
    ``by``     the number that a variable of the owner holds
    ``index``  the number in an array; (N,) int32
    (none)     the same number
    """

    owner: Access
    name: str
    source: Group
    target: str
    one: bool = False
    by: str = ""
    index: np.ndarray | None = None

    @property
    def variable(self) -> Variable:
        """The variable that it stands for."""
        return self.source.variables[self.target]

    @property
    def signature(self) -> tuple[Any, ...]:
        """What decides about the text of a program."""
        return (self.name, id(self.source), self.target, self.one, self.by, self.index is None)

    def arrays(self) -> dict[str, np.ndarray]:
        """The index array, by its name in a program."""
        return {} if self.index is None else {self._array: self.index}

    @property
    def _array(self) -> str:
        return f"{self.owner.full(self.name)}.index"

    def number(self, at: Expr, context: Context, scope: Scope) -> Expr:
        """The number within the source, for element ``at`` of the owner."""
        if self.one:
            return integer(0)
        if self.by:
            symbol = self.owner.own_symbol(self.by, at, context, scope)
            assert symbol is not None
            return symbol.expr
        return at if self.index is None else Load(self._array, at, "int")

    def symbol(self, at: Expr, context: Context, scope: Scope) -> Symbol:
        """What the linked variable stands for at element ``at`` of the owner."""
        number = self.number(at, context, scope)
        if self.source.element != "i":
            look = self.source.scope(context)
            found = look(self.target)
            assert found is not None
            expr = substitute(self.source.at_sample(found.expr), {"i": number})
        else:
            where = self.source.absolute(number)
            found = self.source.own_symbol(self.target, where, context, self.source.scope(context, where))
            assert found is not None
            expr = found.expr
        return Symbol(as_type(expr, self.owner.variables[self.name].type), found.dim)

    def write_target(self, at: Expr, context: Context, scope: Scope, whole: bool) -> Target:
        """Where code that sets the linked variable writes to."""
        variable = self.variable
        if not variable.stored or self.source.element != "i":
            return Target("", None, replace(variable, read_only=True))
        if variable.shared and whole:
            return Target(self.source.full(self.target), None, variable)
        if variable.shared or self.one:
            refusal = f"'{self.name}' is linked to one value for all: set it in {self.source.describe()}"
            return Target("", None, variable, refusal=refusal)
        where = self.source.absolute(self.number(at, context, scope))
        guard = self.source.guard(variable, where, context)
        return Target(self.source.full(self.target), where, variable, self.index is not None or bool(self.by), guard)

    def write(self, elements: Any, value: Any) -> None:
        """Set the values at some elements of the owner."""
        if self.variable.read_only:
            raise TypeError(f"{self.owner.name}.{self.name} is linked to something that cannot be set")
        if self.one or self.variable.shared:
            self.source._write(self.variable, slice(None), value)
        elif self.by:
            self.source._write(self.variable, self.owner._read(self.owner.variables[self.by], elements), value)
        else:
            self.source._write(self.variable, elements if self.index is None else self.index[elements], value)


def link_sizes(link: Link) -> None:
    """Without an index, both sides need the same number of elements.

    Raises
    ------
    ValueError
        If they have not.
    """
    mine, theirs = len(link.owner), len(link.source)
    if not link.one and not link.by and link.index is None and mine != theirs:
        raise ValueError(
            f"{link.owner.name}.{link.name} has {mine} elements, but {link.source.name}.{link.target} has {theirs}: give an "
            "index, linked_var(..., index=[...])"
        )


def check_links(group: Meaning) -> None:
    """All linked variables of a group are linked, and the sizes fit.

    Raises
    ------
    TypeError
        If one is not.
    """
    for name, variable in group.variables.items():
        if variable.kind == "linked" and name not in group.links:
            raise TypeError(
                f"{group.describe()}: '{name}' is not linked yet: {group.name}.{name} = linked_var(group, 'variable')"
            )
    for link in group.links.values():
        link_sizes(link)


def linked_symbol(group: Meaning, variable: Variable, at: Expr, context: Context, scope: Scope) -> Symbol:
    """What a linked variable stands for; before it is linked, only its unit is known.

    Raises
    ------
    EquationError
        If linked variables refer to each other in a circle.
    """
    link = group.links.get(variable.name)
    if link is None:
        if not context.lenient:
            check_links(group)
        return Symbol(Load(group.full(variable.name), None, variable.type), variable.dim)  # it may become one value for all
    if variable.name in group.resolving:
        raise EquationError(f"{group.describe()}: '{variable.name}' is linked to itself in a circle")
    group.resolving.add(variable.name)
    try:
        return link.symbol(at, context, scope)
    finally:
        group.resolving.discard(variable.name)


def reached(group: Meaning) -> Iterator[Meaning]:
    """The group, and all groups whose memory its strings may refer to."""
    from eqsim.objects.meaning import Meaning

    found: set[int] = set()
    todo = [group]
    while todo:
        one = todo.pop()
        if id(one) not in found:
            found.add(id(one))
            yield one
            ends = [end for end in ("base", "source", "target") if end in vars(one) or hasattr(type(one), end)]
            near = [getattr(one, end) for end in ends]
            todo += [g for g in near if isinstance(g, Meaning)] + [link.source for link in one.links.values()]


def declare_links(group: Meaning, part: Contribution) -> None:
    """The index arrays of links, and all memory that they lead to."""
    for link in group.links.values():
        for name, memory in link.arrays().items():
            part.store(name, memory)
        for one in reached(link.source):
            one.declare_memory(part)


def read_before_write(kernel: Kernel, name: str, group: Meaning, part: Contribution) -> list[Kernel]:
    """A kernel whose elements read what others of them set, made to read what was there before: from a copy.

    So all elements see the old values, whatever the order in which they are visited.  ``name`` is that of the kernel that
    copies; it must stand before the other one.
    """
    arrays = sorted({s.array for s in kernel.body if isinstance(s, Store)} & read_by_others(kernel))
    if not arrays:
        return [kernel]
    i, kinds = Ref("i", "int"), {a.name: a.dtype for a in part.arrays}
    group.copies.update({f"{a}.before": np.zeros_like(part.memory[a]) for a in arrays if f"{a}.before" not in group.copies})
    copies = {a: part.store(f"{a}.before", group.copies[f"{a}.before"]) for a in arrays}

    def old(e: Expr) -> Expr:
        return Load(copies[e.array], e.index, e.kind) if isinstance(e, Load) and e.array in copies and e.index != i else e

    body = tuple(map_statement(s, lambda e: transform(e, old)) for s in kernel.body)
    stores = tuple(Store(copy, i, Load(a, i, STORAGE[kinds[a]])) for a, copy in copies.items())
    keep = replace(kernel, name=name, body=stores, origin=None)
    return [keep, replace(kernel, body=body)]


def linked_target(group: Meaning, variable: Variable, at: Expr, context: Context, whole: bool) -> Target:
    """Where code that sets a linked variable writes to."""
    owner = getattr(group, "base", group)
    link = owner.links.get(variable.name)
    if link is None:
        return Target(group.full(variable.name), at, variable)
    target: Target = link.write_target(at, context, owner.scope(context, at), whole)
    return target
