"""What an object keeps: the values that `store` takes down and `restore` brings back.

In: the attributes that a class lists in ``KEPT``.  Out: a nested dictionary of arrays, numbers and None, copied; and back.

==============================  ==================================================================
attribute in ``KEPT``           what is kept
==============================  ==================================================================
an array                        a copy; brought back into the same memory if the shape is the same
a number, a text, True, None    as it is
a dictionary or a list          each of its values
a `Keeper`                      what that keeps
==============================  ==================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, ClassVar

import numpy as np

PLAIN = (bool, int, float, str, np.generic)


class Keeper:
    """Base of everything that has values worth keeping.

    Attributes
    ----------
    KEPT : tuple of str
        Names of attributes that a run or the user can change; those of base classes are added.
    """

    __slots__ = ()
    KEPT: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def kept_names(cls) -> tuple[str, ...]:
        """``KEPT`` of the class and of its bases."""
        return tuple(dict.fromkeys(n for base in reversed(cls.__mro__) for n in base.__dict__.get("KEPT", ())))

    def keep(self) -> dict[str, Any]:
        """Copies of all values, by attribute."""
        return {name: kept(getattr(self, name), f"{type(self).__name__}.{name}") for name in self.kept_names()}

    def check_kept(self, values: Mapping[str, Any]) -> None:
        """ValueError if these values cannot be its own: too many, too few."""

    def bring_back(self, values: Mapping[str, Any]) -> None:
        """Set all values as `keep` gave them, then call `brought_back`."""
        for name in self.kept_names():
            present = getattr(self, name)
            new = brought(present, values[name])
            if new is not present:
                object.__setattr__(self, name, new)
        self.brought_back()

    def brought_back(self) -> None:
        """Forget what was computed from values that have changed now."""


def kept(value: Any, where: str = "") -> Any:
    """A copy of one value.

    Raises
    ------
    TypeError
        For something that the table above does not name.
    """
    if isinstance(value, Keeper):
        return value.keep()
    if isinstance(value, np.ndarray):
        return np.array(value)
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, Mapping):
        return {key: kept(v, f"{where}[{key!r}]") for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [kept(v, where) for v in value]
    raise TypeError(f"{where} cannot be kept: it is of type {type(value).__name__}; this is a bug in eqsim")


def brought(present: Any, value: Any) -> Any:
    """What an attribute becomes: the present thing, changed in place, where that is possible."""
    if isinstance(present, Keeper):
        present.bring_back(value)
        return present
    if isinstance(value, np.ndarray):
        if isinstance(present, np.ndarray) and present.shape == value.shape:
            present[...] = value
            return present
        return np.array(value, dtype=present.dtype if isinstance(present, np.ndarray) else None)
    if isinstance(present, dict) and isinstance(value, Mapping):
        new = {key: brought(present.get(key), v) for key, v in value.items()}
        present.clear()
        present.update(new)
        return present
    if isinstance(value, list):
        olds = list(present) if isinstance(present, list | tuple) else []
        news = [brought(old, v) for old, v in zip_longest(olds, value)][: len(value)]
        return present if len(olds) == len(news) and all(a is b for a, b in zip(olds, news, strict=True)) else news
    return value
