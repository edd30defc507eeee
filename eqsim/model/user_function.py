"""Functions of the user: what they are called with, what they give, and in which languages they exist.

In: a Python function with ``check_units``, ``declare_types`` and ``implementation``.  Out: `Function`, which strings may
call.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from eqsim.ir.expr import Type
from eqsim.units import CheckedUnits, get_dimensions
from eqsim.units.quantity import Quantity

F = TypeVar("F", bound=Callable[..., Any])

ARGUMENT_TYPES: Mapping[str, Type | None] = {"boolean": "bool", "integer": "int", "float": "real", "any": None}
RESULT_TYPES = ("boolean", "integer", "float", "highest")
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
        return self._found[_target(key)]

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
        self._found[_target(target)] = Implementation(
            code, label, dict(namespace or {}), dict(dependencies or {}), False, dynamic, options
        )


def _target(target: Any) -> str:
    """The name of a target, also where a class stands for it."""
    name = target if isinstance(target, str) else getattr(target, "class_name", getattr(target, "__name__", str(target)))
    return {"numpycodeobject": "numpy", "cythoncodeobject": "cython"}.get(name.lower(), name)


class Function:
    """A function that strings may call.

    Parameters
    ----------
    pyfunc : callable
        The function in Python; called with quantities.
    sympy_func : optional
        Accepted and not used.
    arg_units : sequence, optional
        Unit of each argument; 1 for a pure number, None for any, `bool`, or the name of another argument ("the same").
        Default: what ``check_units`` says.
    arg_names : sequence of str, optional
    return_unit : unit or callable, optional
        Unit of the result, or a function that gives it from those of the arguments.
    arg_types, return_type : optional
        As in `declare_types`.
    stateless : bool
        False if it may give another value for the same arguments.
    auto_vectorise : bool
        Does its code take the number of the element as one more argument, at the end?

    Raises
    ------
    ValueError
        If the units are not known.

    Attributes
    ----------
    implementations : Implementations
    """

    def __init__(
        self,
        pyfunc: Callable[..., Any],
        sympy_func: Any = None,
        arg_units: Any = None,
        arg_names: Any = None,
        return_unit: Any = None,
        arg_types: Any = None,
        return_type: str | None = None,
        stateless: bool = True,
        auto_vectorise: bool = False,
    ) -> None:
        self.pyfunc = pyfunc
        self.sympy_func = sympy_func
        self.stateless = bool(stateless)
        self.auto_vectorise = auto_vectorise
        self.name = getattr(pyfunc, "__name__", type(pyfunc).__name__)
        checked: CheckedUnits | None = getattr(pyfunc, "eqsim_units", None)
        if checked is None and (arg_units is None or return_unit is None):
            raise ValueError(
                f"the units of the function '{self.name}' are not known: decorate it with check_units, "
                "or give arg_units= and return_unit="
            )
        self.arg_names = tuple(arg_names or _names(pyfunc) or (checked.names if checked else ()))
        self.arg_units = tuple(map(_expected, arg_units)) if arg_units is not None else checked.arguments if checked else ()
        self.return_unit = _expected(return_unit) if return_unit is not None else checked.result if checked else None
        types, result = getattr(pyfunc, "eqsim_types", ({}, "float"))
        given = dict(zip(self.arg_names, arg_types, strict=False)) if arg_types is not None else types
        self.arg_types = tuple(given.get(name, "any") for name in (self.arg_names or range(len(self.arg_units))))
        self.return_type = return_type or result
        self.implementations = Implementations(self)
        functools.update_wrapper(self, pyfunc, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the Python function."""
        return self.pyfunc(*args, **kwargs)

    def is_locally_constant(self, dt: Any) -> bool:
        """Does a value for a time hold for a whole step?  Nothing is known of a general function."""
        return False

    def provided(self, name: str, around: Any) -> Any:
        """What it is in the strings of one object."""
        from eqsim.model.calls import UserCall

        return UserCall(self, name, around)

    def __repr__(self) -> str:
        return f"<Function '{self.name}'>"


def unknown_unit(*dims: Any) -> None:
    """The ``return_unit`` of a function of which nothing is known."""


def function_of(f: Callable[..., Any]) -> Function:
    """A plain Python function as one that strings may call, also without units."""
    if isinstance(f, Function):
        return f
    inner = getattr(f, "__wrapped__", None)
    if isinstance(inner, Function):  # check_units around it
        return inner
    if hasattr(f, "eqsim_units"):
        return Function(f)
    return Function(f, arg_units=(None,) * len(_names(f)), return_unit=unknown_unit)


def _names(f: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        return ()


def _expected(unit: Any) -> Any:
    """A unit as a dimension; bool, names, functions and None as they are."""
    if unit is None or unit is bool or isinstance(unit, str) or (callable(unit) and not isinstance(unit, Quantity)):
        return unit
    return get_dimensions(unit)


def declare_types(**types: str) -> Callable[[F], F]:
    """Decorator: the types of arguments and result of a function.

    Parameters
    ----------
    **types : str
        For each argument ``'integer'``, ``'boolean'``, ``'float'`` or ``'any'``; ``result`` also ``'highest'``: the highest
        type of the arguments.

    Raises
    ------
    ValueError
        For any other word, or an argument that does not exist.

    Examples
    --------
    >>> from eqsim import *
    >>> @declare_types(k='integer', result='integer')
    ... @check_units(k=1, result=1)
    ... def next_one(k):
    ...     return k + 1
    >>> G = NeuronGroup(3, 'x : integer')
    >>> G.x = 'next_one(i)'
    >>> print(G.x[:])
    [1 2 3]
    """
    result = types.pop("result", "float")
    for name, kind in types.items():
        if kind not in ARGUMENT_TYPES:
            raise ValueError(f"the type of '{name}' must be one of {', '.join(ARGUMENT_TYPES)}, not {kind!r}")
    if result not in RESULT_TYPES:
        raise ValueError(f"the type of the result must be one of {', '.join(RESULT_TYPES)}, not {result!r}")

    def decorate(f: F) -> F:
        names = _names(f)
        for name in types:
            if names and name not in names:
                raise ValueError(f"{getattr(f, '__name__', f)}() has no argument '{name}'")
        f.eqsim_types = (types, result)  # type: ignore[attr-defined]
        if isinstance(f, Function):
            f.arg_types = tuple(types.get(name, "any") for name in f.arg_names)
            f.return_type = result
        return f

    return decorate


def implementation(
    target: Any,
    code: Any = None,
    namespace: Mapping[str, Any] | None = None,
    dependencies: Mapping[str, Any] | None = None,
    discard_units: bool | None = None,
    name: str | None = None,
    **compiler_kwds: Any,
) -> Callable[[Any], Function]:
    """Decorator: the code of a function for a target.

    Parameters
    ----------
    target : str
        ``'cpp'`` for C++, which all compiled targets use; ``'numpy'``; code for other targets is kept and not used.
    code : str or dict, optional
        Text that defines the function; or ``{'support_code': ..., 'hashdefine_code': ...}``.
    namespace : dict, optional
        Arrays and numbers that the code uses under the name ``_namespace<key>``.
    dependencies : dict, optional
        Functions that the code calls.
    discard_units : bool, optional
        Numpy: call the function with plain numbers, and take the result as one.
    name : str, optional
        Name of the function in the code; default the name in Python.
    **compiler_kwds
        ``headers``, ``sources``, ``define_macros``, ``libraries``, ``include_dirs``, ``library_dirs``,
        ``runtime_library_dirs``, ``extra_compile_args``, ``extra_link_args``: lists.

    Examples
    --------
    >>> from eqsim import *
    >>> @implementation('cpp', 'double twice(double x) { return 2*x; }')
    ... @check_units(x=1, result=1)
    ... def twice(x):
    ...     return 2*x
    >>> twice
    <Function 'twice'>
    """

    def decorate(f: Any) -> Function:
        function = f if isinstance(f, Function) else Function(f)
        if discard_units:
            if _target(target) != "numpy":
                raise TypeError("discard_units is for the target 'numpy'")
            python = code if callable(code) else inspect.unwrap(function.pyfunc)
            function.implementations.add_numpy_implementation(python, discard_units=True)
        elif _target(target) == "numpy":
            function.implementations.add_numpy_implementation(code if callable(code) else function.pyfunc)
        else:
            function.implementations.add_implementation(target, code, namespace, dependencies, name, **compiler_kwds)
        return function

    return decorate
