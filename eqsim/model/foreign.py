"""The C++ that a user gives for a function, with all that it needs.

In: an `Implementation`.  Out: a `Foreign` function of the IR.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from eqsim.ir.program import Foreign
from eqsim.model.implementations import Implementation
from eqsim.model.user_function import Function


def in_cpp(implementation: Implementation, around: Any) -> Foreign:
    """The C++ of the user with all that it needs."""
    code = implementation.code(around) if implementation.dynamic else implementation.code
    parts = code if isinstance(code, dict) else {"support_code": str(code)}
    lines = str(parts.get("support_code", "")).splitlines()
    includes = [line.strip() for line in lines if line.lstrip().startswith("#include")]
    body = [line for line in lines if not line.lstrip().startswith("#include")]
    before = [text for key, value in implementation.dependencies.items() if (text := _dependency(key, value, around))]
    before += [_data(key, value) for key, value in implementation.namespace.items()]
    options = {key: _listed(value) for key, value in implementation.options.items()}
    headers = [f"#include {h}" if h[:1] in '<"' else f'#include "{h}"' for h in options.get("headers", ())]
    defines = str(parts.get("hashdefine_code", "")).splitlines()
    name = implementation.name
    return Foreign(
        "\n".join([*before, *body]),
        name,
        (),
        (*defines, *headers, *includes),
        tuple(_flags(options)),
        tuple(str(Path(s).resolve()) for s in options.get("sources", ())),
    )


def _listed(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _flags(options: dict[str, list[Any]]) -> list[str]:
    flags = [f"-D{_macro(m)}" for m in options.get("define_macros", ())]
    flags += [f"-I{Path(d).resolve()}" for d in options.get("include_dirs", ())]
    flags += list(options.get("extra_compile_args", ()))
    flags += [f"-L{Path(d).resolve()}" for d in options.get("library_dirs", ())]
    flags += [f"-Wl,-rpath,{Path(d).resolve()}" for d in options.get("runtime_library_dirs", ())]
    flags += [f"-l{name}" for name in options.get("libraries", ())]
    for source in options.get("sources", ()):  # a change of a file is a change of the program
        flags.append(f"-DEQSIM_SOURCE_{hashlib.sha256(Path(source).read_bytes()).hexdigest()[:16]}")
    return [*flags, *options.get("extra_link_args", ())]


def _macro(macro: Any) -> str:
    """``NAME`` or ``NAME=VALUE``."""
    if isinstance(macro, str):
        return macro
    name, value = macro
    return name if value is None else f"{name}={value}"


def _dependency(key: str, value: Any, around: Any) -> str:
    """The C++ of a function that another one calls."""
    found = value.implementations.get("cpp") if isinstance(value, Function) else None
    if found is None:
        return ""  # a function of eqsim: C++ has those of <cmath>
    inner = in_cpp(found, around)
    alias = "" if key == found.name else f"\nstatic auto* const {key} = &{found.name};"
    return inner.code + alias


def _data(key: str, value: Any) -> str:
    """An array or a number of the function's namespace."""
    array = np.asarray(value)
    kind = {"f": "double", "i": "int64_t", "u": "int64_t", "b": "bool"}[array.dtype.kind]
    words = ", ".join(_word(float(x) if kind == "double" else int(x)) for x in array.reshape(-1))
    if array.ndim == 0:
        return f"static const {kind} _namespace{key} = {words};"
    return f"static {kind} _namespace{key}[] = {{{words}}};"


def _word(value: float | int) -> str:
    """A number in C++."""
    if isinstance(value, int):
        return str(value)
    special = {"inf": "INFINITY", "-inf": "-INFINITY", "nan": "NAN"}
    return special.get(str(value)) or value.hex()
