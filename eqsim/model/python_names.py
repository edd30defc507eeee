"""What the names in a Python function stand for, outside of it: numbers, units, quantities and other functions.

In: a name, or ``module.name``, in the source of a function.  Out: a `Symbol`, as the strings around the call would have it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from eqsim.errors import EqsimError
from eqsim.functions import CONSTANTS, Builtin
from eqsim.ir.expr import Const
from eqsim.model.python_source import Reading
from eqsim.model.translate import FUNCTION, Symbol, anything
from eqsim.units import Unit, get_dimensions


@dataclass(slots=True)
class Asked:
    """Something that a function refers to, outside of it: looked up again for each run."""

    label: str
    find: Callable[[], Any]
    symbol: Symbol

    def renewed(self, around: Any) -> bool:
        """Bring the present value; False if it is of another kind."""
        try:
            value = self.find()
        except LookupError:
            return False
        if self.symbol.callee is None:
            new = around.number(self.label, value)
            return bool(new.expr == self.symbol.expr and new.dim is self.symbol.dim)
        provided = around.provided(self.label, value)
        return provided is not None and bool(provided.renewed(self.symbol.callee))


@dataclass(slots=True)
class Translation:
    """What one translation needs: the function, its name in strings, what surrounds the string, and what it asks for."""

    python: Callable[..., Any]
    name: str
    around: Any
    asked: dict[str, Asked] = field(default_factory=dict)


class Names:
    """The names around one function, looked up when they are met."""

    def __init__(self, job: Translation, python: FunctionType, reading: Reading) -> None:
        self.job, self.python, self.reading = job, python, reading
        self.found: dict[str, Symbol] = {}

    def symbol(self, node: ast.expr, path: str) -> Symbol:
        """What a name, or ``module.name``, stands for outside of the function."""
        if path not in self.found:
            try:
                self.found[path] = self._resolve(path, self._find(path))
            except LookupError:
                if not getattr(self.job.around, "lenient", False):
                    raise self.reading.refusal(node, f"'{path}' stands for nothing") from None
                self.found[path] = Symbol(Const(1.0), None, callee=anything)
            except EqsimError as error:
                raise self.reading.refusal(node, error.diagnostics[0].message) from None
        return self.found[path]

    def _find(self, path: str) -> Any:
        """The object that Python would find."""
        first, *more = path.split(".")
        code, cells = self.python.__code__, self.python.__closure__ or ()
        around = dict(zip(code.co_freevars, cells, strict=True))
        if first in around:
            value = around[first].cell_contents
        elif first in self.python.__globals__:
            value = self.python.__globals__[first]
        elif hasattr(builtins, first):
            value = getattr(builtins, first)
        else:
            raise LookupError(first)
        for name in more:
            if not isinstance(value, ModuleType) and getattr(value, "_module", None) is None:
                raise LookupError(path)
            value = getattr(value, name)
        return value

    def _resolve(self, path: str, value: Any) -> Symbol:
        plain = path.rpartition(".")[2]
        if isinstance(value, Unit) or (plain in CONSTANTS and type(value) is float and value == CONSTANTS[plain]):
            return Symbol(Const(float(value)), get_dimensions(value), float(value))
        label = f"{self.job.name}.{plain}"
        callee = self.job.around.provided(label, value)
        if callee is None:
            new: Symbol = self.job.around.number(label, value)
        else:
            new = Symbol(FUNCTION, None, callee=callee)
        if not isinstance(callee, Builtin):
            self.job.asked[label] = Asked(label, lambda: self._find(path), new)
        return new

    def from_library(self, path: str) -> bool:
        """Is it a function of numpy, ``math``, Python itself, or one of ours in their place?"""
        try:
            value = self._find(path)
        except LookupError:
            return False
        home = getattr(value, "_module", None) or getattr(value, "__module__", None) or type(value).__module__
        return str(home).split(".")[0] in ("numpy", "math", "builtins", "eqsim")
