"""`linked_var`: how the user says that a variable is that of another group.

In: ``G.x = linked_var(H, 'y')`` for a variable declared with the flag ``(linked)``.  Out: a `Link`, which says for each
element of G the element of H that it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import did_you_mean
from eqsim.objects.code import wrong_unit
from eqsim.objects.linked import Link, link_sizes
from eqsim.objects.variables import Variable

if TYPE_CHECKING:
    from eqsim.objects.group import Group


@dataclass(frozen=True, slots=True)
class LinkedVariable:
    """What `linked_var` gives: a variable of a group, and how to find its element."""

    group: Group
    name: str
    index: Any = None


def linked_var(group_or_variable: Any, name: str | None = None, index: Any = None) -> LinkedVariable:
    """A variable of another group (or of the same one), to be assigned to a variable with the flag ``(linked)``.

    Parameters
    ----------
    group_or_variable : NeuronGroup, Subgroup, Synapses or one of their variables
        ``linked_var(H, 'y')`` and ``linked_var(H.y)`` mean the same.
    name : str, optional
        The variable of the group.
    index : (N,) array of int, or str, optional
        For each element the element of the other group; or the name of an integer variable that holds it.  Without it, the
        groups have the same size, or the other one has one value for all.

    Raises
    ------
    TypeError
        If the first argument is neither a group nor a variable.
    KeyError
        If the group has no such variable.

    Examples
    --------
    >>> from eqsim import *
    >>> field = NeuronGroup(1, 'E = sin(2*pi*10*Hz*t) : 1')
    >>> cells = NeuronGroup(100, '''dv/dt = (E - v)/(10*ms) : 1
    ...                             E : 1 (linked)''')
    >>> cells.E = linked_var(field, 'E')
    """
    from eqsim.objects.group import Group
    from eqsim.objects.views import VariableView

    if isinstance(group_or_variable, VariableView) and name is None:
        return LinkedVariable(group_or_variable.group, group_or_variable.name, index)
    if not isinstance(group_or_variable, Group) or not isinstance(name, str):
        raise TypeError("linked_var() takes a group and the name of a variable, linked_var(G, 'x'), or linked_var(G.x)")
    known = group_or_variable.variables
    if name not in known:
        raise KeyError(f"{group_or_variable.describe()} has no variable '{name}'{_hint(name, set(known))}")
    return LinkedVariable(group_or_variable, name, index)


def _hint(name: str, known: set[str]) -> str:
    hint = did_you_mean(name, known)
    return f"; {hint}" if hint else ""


def make_link(owner: Group, variable: Variable, given: Any) -> Link:
    """The link for an assignment of the user.

    Raises
    ------
    ValueError
        If it is no `linked_var`, or sizes or indices do not fit.
    DimensionMismatchError
        If the variables have different units.
    TypeError
        If the variables are of different types, or the index is no integer array.
    """
    name = f"{owner.name}.{variable.name}"
    if not isinstance(given, LinkedVariable):
        raise ValueError(f"{name} is a linked variable: it is not set, but linked: {name} = linked_var(group, 'variable')")
    source, other = given.group, given.group.variables[given.name]
    theirs = f"{source.name}.{given.name}"
    if other.dim is not variable.dim:
        raise wrong_unit(name, theirs, variable.dim, other.dim)
    if variable.type != other.type and (variable.type, other.type) != ("real", "int"):
        raise TypeError(f"{name} is {variable.type}, but {theirs} is {other.type}")
    if other.kind in ("index", "size", "clock", "end", "delay", "count") and source.element != "i":
        raise TypeError(f"{theirs} cannot be linked to: link to parameters or equations of {source.name}")
    link = _link(owner, variable, given, name)
    if source.element != "i" and not other.stored:
        source.sampled = True
    return link


def _link(owner: Group, variable: Variable, given: LinkedVariable, name: str) -> Link:
    """The form of the link: by a variable, by an array, to one value, or to the same number."""
    source, other = given.group, given.group.variables[given.name]
    if isinstance(given.index, str):
        _check_index_variable(owner, given.index, name)
        return Link(owner, variable.name, source, given.name, by=given.index)
    if given.index is not None:
        return Link(owner, variable.name, source, given.name, index=_index(owner, source, given.index, name))
    if other.shared or (len(source) == 1 and source.element == "i"):
        return Link(owner, variable.name, source, given.name, one=True)
    link = Link(owner, variable.name, source, given.name)
    link_sizes(link)
    return link


def _check_index_variable(owner: Group, by: str, name: str) -> None:
    if by not in owner.variables:
        raise ValueError(f"{name}: {owner.describe()} has no variable '{by}' for the index{_hint(by, set(owner.variables))}")
    if owner.variables[by].type != "int":
        raise TypeError(f"{name}: the index variable '{by}' must be an integer")


def _index(owner: Group, source: Group, index: Any, name: str) -> np.ndarray:
    numbers = np.asarray(index)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name}: the index must be integers, not {numbers.dtype}")
    if numbers.shape != (len(owner),):
        raise TypeError(f"{name}: the index needs {len(owner)} entries, one for each element; its shape is {numbers.shape}")
    if numbers.min() < 0 or numbers.max() >= len(source):
        raise ValueError(f"{name}: the index must lie between 0 and {len(source) - 1}, the elements of {source.describe()}")
    return numbers.astype(np.int32)
