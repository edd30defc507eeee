"""How an object was made: the arguments of its constructor, remembered so that a saved model can make it again.

Only what the user made is remembered, not the parts that an object makes for itself.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import threading
from abc import ABCMeta
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from eqsim.objects.frames import user_frame

F = TypeVar("F", bound=Callable[..., Any])

LARGEST_COPY = 1 << 20  # values: larger arrays are not copied, as the object keeps them in its own memory


@dataclass(frozen=True, slots=True)
class Recipe:
    """Arguments as they were given."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    file: str = ""
    line: int = 0
    """Where in the user's text."""

    def arguments(self, function: Callable[..., Any]) -> dict[str, Any]:
        """The arguments by name; ``function`` has them, after itself as the first one.

        Those without a name stand behind ``*``, if the function takes any number of them.
        """
        parameters = inspect.signature(function).parameters
        if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
            return {"*": list(self.args), **self.kwargs}
        named = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD][1:]
        return {**dict(zip(named, self.args, strict=False)), **self.kwargs}


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a method that changed what the object is: its name, its arguments, and when in the order of things."""

    method: str
    recipe: Recipe
    serial: int


serials = itertools.count()
"""Numbers things in the order in which the user made them."""


class _Making(threading.local):
    """How many constructors are at work, one inside the other."""

    depth = 0


_making = _Making()
CLASSES: dict[str, type] = {}
"""Classes whose objects can be made again, by `class_name`."""


def class_name(cls: type) -> str:
    """How a saved model calls a class: ``NeuronGroup``; ``module:Name`` for a class of the user."""
    return cls.__name__ if cls.__module__.startswith("eqsim.") else f"{cls.__module__}:{cls.__qualname__}"


class Recorded(ABCMeta):
    """Metaclass: objects carry the `Recipe` they were made with, as ``_recipe``; None for parts of others."""

    def __init__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> None:
        super().__init__(name, bases, members)
        CLASSES[class_name(cls)] = cls

    @property
    def __signature__(cls) -> inspect.Signature:
        """That of the constructor, for help texts: the metaclass takes anything."""
        whole = inspect.signature(cls.__init__)  # type: ignore[misc]
        return whole.replace(parameters=tuple(whole.parameters.values())[1:])

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        own = _making.depth == 0
        recipe = _recipe(args, kwargs) if own else None
        _making.depth += 1
        try:
            made = super().__call__(*args, **kwargs)
        finally:
            _making.depth -= 1
        object.__setattr__(made, "_recipe", recipe)
        return made


def recorded(method: F) -> F:
    """Decorator: a saved model repeats calls of this method, which makes parts or changes what the object is.

    Not needed for methods that change values in `KEPT`, or that make an object which adds itself to another one.
    """

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        recipe = _recipe(args, kwargs) if _making.depth == 0 else None
        _making.depth += 1
        try:
            result = method(self, *args, **kwargs)
        finally:
            _making.depth -= 1
        if recipe is not None:
            self.__dict__.setdefault("_calls", []).append(Call(method.__name__, recipe, next(serials)))
        return result

    return cast(F, call)


def place_of(recipe: Recipe | None) -> str:
    """Where the user made an object: ``script.py, line 12``."""
    return "" if recipe is None else f"{Path(recipe.file).name}, line {recipe.line}"


def _recipe(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Recipe:
    frame = user_frame()
    copies = {name: _frozen(value) for name, value in kwargs.items()}
    return Recipe(tuple(map(_frozen, args)), copies, frame.f_code.co_filename, frame.f_lineno)


def _frozen(value: Any) -> Any:
    """A copy of something that the user may change later."""
    if isinstance(value, np.ndarray):
        return value.copy() if value.size <= LARGEST_COPY else value
    return list(value) if isinstance(value, list) else dict(value) if type(value) is dict else value
