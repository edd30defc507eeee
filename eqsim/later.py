"""Stand-ins for things of other packages that are imported at their first use.

In: where a thing lives.  Out: an object that behaves like it, and costs nothing until somebody touches it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

__all__ = ["Later"]


class Later:
    """What ``module.name`` will be (the module itself without a name).

    Calls, attributes, items and `isinstance` go to the real thing.  `str` and `repr` do not import it, so that looking
    at a namespace stays cheap.

    Examples
    --------
    >>> sqrt = Later("math", "sqrt")
    >>> sqrt
    <math.sqrt, imported when used>
    >>> sqrt(4.0)
    2.0
    """

    __slots__ = ("_module", "_name", "_real")

    def __init__(self, module: str, name: str = "") -> None:
        object.__setattr__(self, "_module", module)
        object.__setattr__(self, "_name", name)

    def __repr__(self) -> str:
        return f"<{self._module}{'.' if self._name else ''}{self._name}, imported when used>"

    def __reduce__(self) -> Any:
        return Later, (self._module, self._name)

    def __getattr__(self, name: str) -> Any:
        if name == "_real":  # the slot is still empty
            module = importlib.import_module(self._module)
            object.__setattr__(self, "_real", getattr(module, self._name) if self._name else module)
            return self._real
        if name.startswith(("_repr_", "_ipython_")) or (name.startswith("__") and name not in ("__name__", "__file__")):
            raise AttributeError(name)  # tools that look around must not import anything
        return getattr(self._real, name)

    @property
    def __signature__(self) -> Any:
        import inspect

        return inspect.signature(self._real)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._real, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._real, name)

    def __dir__(self) -> list[str]:
        return dir(self._real)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._real[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._real[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._real[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._real)

    def __len__(self) -> int:
        return len(self._real)

    def __contains__(self, item: Any) -> bool:
        return item in self._real

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self._real)

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, self._real)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """``class MyFigure(Figure)`` derives from the real class."""
        return (self._real,)

    def __eq__(self, other: Any) -> bool:
        return bool(self._real == (other._real if isinstance(other, Later) else other))

    def __hash__(self) -> int:
        return hash(self._real)

    def __or__(self, other: Any) -> Any:
        return self._real | other

    def __ror__(self, other: Any) -> Any:
        return other | self._real
