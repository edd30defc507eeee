"""Strings that are assigned between runs, told to a device that writes programs: there they are computed once more.

In: what an assignment means, and where it goes.  Out: a note to whoever listens; nothing if nobody does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np

from eqsim.ir.expr import Expr
from eqsim.objects.host import Formula


@dataclass(frozen=True, slots=True)
class Assignment:
    """One statement of the user.

    Attributes
    ----------
    name : str
        The array that is set, in programs.
    memory : array
    place : Expr or None
        The element that is set, in terms of the indices; None for a shared variable.
    value : Formula or float
    condition : Formula or None
        Which of the elements are set; None: all.
    indices : mapping of str to (n,) int array
        The elements that are visited.
    """

    name: str
    memory: np.ndarray
    place: Expr | None
    value: Formula | float
    condition: Formula | None
    indices: Mapping[str, np.ndarray]


Listener = Callable[[Assignment], AbstractContextManager[None] | None]
listeners: list[Listener] = []
"""Devices that write programs; what one gives, if it is in force, surrounds the moment at which memory changes."""


@contextmanager
def noted(make: Callable[[], Assignment | None]) -> Iterator[None]:
    """Memory changes inside, by the assignment that ``make`` describes."""
    note = make() if listeners else None
    around = [found for listen in listeners if note is not None and (found := listen(note)) is not None]
    with around[0] if around else nullcontext():
        yield
