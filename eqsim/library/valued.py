"""What models and synapses of the library have in common: a name, and values that a copy may have otherwise.

In: values or names by keyword.  Out: a copy with them; nothing is changed.
"""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Self

from eqsim.errors import DimensionMismatchError
from eqsim.library.papers import Paper
from eqsim.units import get_dimensions


class Valued(ABC):
    """Base of frozen dataclasses with these fields."""

    name: str
    title: str
    label: str
    terms: tuple[tuple[str, str], ...]
    parameters: Mapping[str, Any]
    initial: Mapping[str, Any]

    def __call__(self, name: str | None = None, **values: Any) -> Self:
        """The same with other values; a word in the place of a value gives the parameter or variable that name.

        Parameters
        ----------
        name : str, optional
            Another label.
        **values
            Quantities for the parameters.

        Raises
        ------
        TypeError
            For a name that is no parameter.
        DimensionMismatchError
            For a value of another dimension.
        """
        words = {n: v for n, v in values.items() if isinstance(v, str)}
        numbers = {n: v for n, v in values.items() if n not in words}
        check_values(self.name, self.parameters, numbers)
        changes: dict[str, Any] = {"parameters": {**self.parameters, **numbers}}
        new = replace(self, **changes, label=self.label if name is None else name)  # type: ignore[type-var]
        return new.renamed(**words)

    @abstractmethod
    def renamed(self, **names: str) -> Self:
        """The same with other names of variables and parameters."""

    def _renamed(self, names: Mapping[str, str], new: Callable[[Any], Any]) -> dict[str, Any]:
        """The fields above under other names; ``new`` puts the names into a text."""
        return {
            "terms": tuple((names.get(n, n), new(term)) for n, term in self.terms),
            "parameters": {names.get(n, n): v for n, v in self.parameters.items()},
            "initial": {names.get(n, n): new(v) for n, v in self.initial.items()},
        }

    @property
    @abstractmethod
    def labelled(self) -> Self:
        """The same with its label behind its names."""

    def __str__(self) -> str:
        return str(self.__doc__)

    def __repr__(self) -> str:
        return f"<{self.title}: {', '.join(self.labelled.parameters)}>"


def merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """The values of both.

    Raises
    ------
    ValueError
        If a name has two values.
    """
    for name in a.keys() & b.keys():
        if get_dimensions(a[name]) is not get_dimensions(b[name]) or a[name] != b[name]:
            raise ValueError(f"'{name}' is {a[name]} in one model and {b[name]} in the other: give one of them another name")
    return {**a, **b}


def check_values(owner: str, known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Are these parameters, and of the right dimension?"""
    unknown = [n for n in given if n not in known]
    if unknown:
        raise TypeError(no_parameter(owner, unknown, known))
    for name, value in given.items():
        if get_dimensions(value) is not get_dimensions(known[name]):
            raise DimensionMismatchError(f"'{name}' of {owner} is like {known[name]}", get_dimensions(value))


def no_parameter(owner: str, names: Iterable[str], known: Iterable[str]) -> str:
    """The words for it."""
    return f"{owner} has no parameter {', '.join(map(repr, names))}; it has {', '.join(known)}"


def card(title: str, about: str, text: str, parameters: Mapping[str, Any], papers: Iterable[Paper]) -> str:
    """What a model says of itself."""
    equations = textwrap.indent(textwrap.dedent(text).strip(), "    ")
    values = "\n".join(f"    {name} = {value}" for name, value in parameters.items())
    sources = "\n".join(f"    {paper}" for paper in papers)
    parts = (
        f"{title}.",
        about,
        f"Equations\n{equations}",
        values and f"Parameters\n{values}",
        sources and f"Papers\n{sources}",
    )
    return "\n\n".join(part for part in parts if part)
