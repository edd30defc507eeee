"""Decorators that say more of a function: the types of its arguments, and its code for a target."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from eqsim.model.implementations import target_name
from eqsim.model.user_function import ARGUMENT_TYPES, RESULT_TYPES, F, Function, argument_names


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
        names = argument_names(f)
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
            if target_name(target) != "numpy":
                raise TypeError("discard_units is for the target 'numpy'")
            python = code if callable(code) else inspect.unwrap(function.pyfunc)
            function.implementations.add_numpy_implementation(python, discard_units=True)
        elif target_name(target) == "numpy":
            function.implementations.add_numpy_implementation(code if callable(code) else function.pyfunc)
        else:
            function.implementations.add_implementation(target, code, namespace, dependencies, name, **compiler_kwds)
        return function

    return decorate
