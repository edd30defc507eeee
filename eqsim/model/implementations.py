"""The code of a function in several languages.

In: text, or functions, by target.  Out: a mapping of targets to `Implementation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eqsim.model.user_function import Function

COMPILER_WORDS = (
    "headers",
    "sources",
    "define_macros",
    "libraries",
    "include_dirs",
    "library_dirs",
    "runtime_library_dirs",
    "extra_compile_args",
    "extra_link_args",
)
"""Names of arguments of `implementation` that go to the compiler."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """A function in one language.

    Attributes
    ----------
    code : str, mapping or callable
        Text in that language; parts of it by ``support_code`` and ``hashdefine_code``; for numpy a Python function.
    name : str
        How the function is called there.
    namespace : mapping
        Arrays and numbers that the code may use, as ``_namespace<key>``.
    dependencies : mapping
        Functions that the code calls, by name.
    discard_units : bool
        Numpy: is the function called with plain numbers?
    dynamic : bool
        Is ``code`` a function that gives the text when it is asked for?
    options : mapping
        For the compiler.
    """

    code: Any
    name: str = ""
    namespace: Mapping[str, Any] = field(default_factory=dict)
    dependencies: Mapping[str, Any] = field(default_factory=dict)
    discard_units: bool = False
    dynamic: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


class Implementations(Mapping[str, Implementation]):
    """The implementations of a function, by target; in a rough sense, as targets have names of many systems."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._found: dict[str, Implementation] = {}

    def __getitem__(self, key: Any) -> Implementation:
        return self._found[target_name(key)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def add_implementation(
        self,
        target: Any,
        code: Any,
        namespace: Mapping[str, Any] | None = None,
        dependencies: Mapping[str, Any] | None = None,
        name: str | None = None,
        **compiler_kwds: Any,
    ) -> None:
        """Add the code for a target; see `implementation`."""
        self._add(target, code, namespace, dependencies, name, compiler_kwds)

    def add_numpy_implementation(
        self, wrapped_func: Callable[..., Any], dependencies: Mapping[str, Any] | None = None, discard_units: bool = False
    ) -> None:
        """Add the function that is called on numpy."""
        self._found["numpy"] = Implementation(wrapped_func, discard_units=discard_units)

    def add_dynamic_implementation(
        self,
        target: Any,
        code: Callable[..., Any],
        namespace: Any = None,
        dependencies: Mapping[str, Any] | None = None,
        name: str | None = None,
        **compiler_kwds: Any,
    ) -> None:
        """Add a function that gives the code for a target when it is wanted; it is called with the owner of the string."""
        self._add(target, code, namespace, dependencies, name, compiler_kwds, dynamic=True)

    def _add(
        self, target: Any, code: Any, namespace: Any, dependencies: Any, name: Any, options: Any, dynamic: bool = False
    ) -> None:
        unknown = [word for word in options if word not in COMPILER_WORDS]
        if unknown:
            raise ValueError(f"unknown option '{unknown[0]}'; options for the compiler are {', '.join(COMPILER_WORDS)}")
        label = name or self._function.name
        self._found[target_name(target)] = Implementation(
            code, label, dict(namespace or {}), dict(dependencies or {}), False, dynamic, options
        )


def target_name(target: Any) -> str:
    """The name of a target, also where a class stands for it."""
    name = target if isinstance(target, str) else getattr(target, "class_name", getattr(target, "__name__", str(target)))
    return {"numpycodeobject": "numpy", "cythoncodeobject": "cython"}.get(name.lower(), name)
