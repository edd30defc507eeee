"""A call of a function of the user's, in a string: its arguments are checked, and it becomes IR.

In: a `Function` and the typed arguments of a call.  Out: a typed expression.  In this order:

1. code in C++ was given: a foreign function, which the interpreter calls in Python;
2. the Python function can be translated (see `from_python`): a function of the IR, with the same bits everywhere;
3. else a foreign function in Python only, which compiled targets refuse.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from eqsim.errors import Diagnostic, DimensionMismatchError, EquationError, Span
from eqsim.functions import FUNCTIONS
from eqsim.ir.expr import Call, Cast, Const, Draw, Expr, Type, as_int, as_real
from eqsim.ir.program import Foreign
from eqsim.ir.program import Function as Body
from eqsim.model.arithmetic import RANK, fold, number
from eqsim.model.foreign import in_cpp
from eqsim.model.from_python import Asked, Translation, Untranslatable, translated
from eqsim.model.implementations import Implementation
from eqsim.model.translate import Site, Symbol, Typed
from eqsim.model.user_function import ARGUMENT_TYPES, Function
from eqsim.units import DIMENSIONLESS, Dimension, Quantity, get_dimensions, unit_name

COMPILED = ("cpp", "c++")
"""Names under which the C++ of a function is given."""
RESULTS: dict[str, Type] = {"boolean": "bool", "integer": "int", "float": "real"}
HIDDEN: tuple[tuple[str, Type], ...] = (("seed", "word"), ("stream", "word"), ("element", "word"), ("step", "word"))
"""What a random draw is a function of."""


class Around(Protocol):
    """What a call may ask of the place where it stands."""

    def number(self, name: str, value: Any) -> Symbol:
        """A number of the program."""

    def array(self, name: str, memory: np.ndarray, steady: bool = False) -> str:
        """An array of the program."""

    def provided(self, name: str, value: Any) -> Any:
        """Something else that can be called."""


class UserCall:
    """A function of the user's in the strings of one object."""

    def __init__(self, function: Function, name: str, around: Around) -> None:
        self.function, self.name, self.around = function, name, around
        self.asked: dict[str, Asked] = {}

    @property
    def kind(self) -> tuple[Any, ...]:
        """What decides about the text of the program: the same code."""
        plain = inspect.unwrap(self.function.pyfunc)
        return (getattr(plain, "__code__", plain), getattr(plain, "__defaults__", None), self._compiled())

    def renewed(self, before: Any) -> bool:
        """Bring the present values of what the function refers to."""
        if not isinstance(before, UserCall) or (before.function is not self.function and before.kind != self.kind):
            return False
        self.asked = before.asked
        return all(asked.renewed(self.around) for asked in self.asked.values())

    def __call__(self, args: Sequence[Typed], site: Site) -> Typed:
        """As `Callee.__call__`."""
        args = self._complete(args, site)
        self._check_units(args, site)
        implementation = self._compiled()
        if implementation is not None:
            return self._foreign(args, site, implementation, "")
        try:
            result = self._translated(args, site)
        except Untranslatable as error:
            return self._in_python(args, site, error)
        self._check_result(result, args, site)
        return result

    def _compiled(self) -> Implementation | None:
        found = self.function.implementations
        return next((found[key] for key in COMPILED if key in found), None)

    # -- arguments -------------------------------------------------------------------------------------------------

    def _complete(self, args: Sequence[Typed], site: Site) -> Sequence[Typed]:
        """The arguments, and the defaults of those that were left out."""
        wanted, given = len(self.function.arg_units), len(args)
        if given == wanted:
            return args
        defaults = getattr(inspect.unwrap(self.function.pyfunc), "__defaults__", None) or ()
        missing = wanted - given
        if 0 < missing <= len(defaults):
            return [*args, *(_constant(value) for value in defaults[len(defaults) - missing :])]
        names = ", ".join(map(str, self.function.arg_names))
        message = f"{self.name}() takes {wanted} argument{'s' if wanted != 1 else ''}, not {given}"
        raise EquationError(Diagnostic("E103", message, site.span, "", f"{self.name}({names})"))

    def _check_units(self, args: Sequence[Typed], site: Site) -> None:
        by_name = dict(zip(self.function.arg_names, args, strict=False))
        for at, (arg, expected) in enumerate(zip(args, self.function.arg_units, strict=True)):
            span = site.arguments[at] if at < len(site.arguments) else site.span
            other = by_name.get(expected) if isinstance(expected, str) else None
            wanted = other.dim if other is not None else expected
            if isinstance(wanted, Dimension) and arg.dim is not None and arg.dim is not wanted and not arg.is_zero:
                raise self._mismatch(wanted, arg.dim, span, at)
            if expected is bool and arg.expr.type != "bool" and arg.known:
                problem = Diagnostic("E111", f"{self.name}() needs a condition", span, "a number", "e.g. v > 0*mV")
                raise EquationError(problem)
        for at, kind in enumerate(self.function.arg_types):
            if kind == "integer" and at < len(args) and args[at].expr.type == "real" and args[at].known:
                span = site.arguments[at] if at < len(site.arguments) else site.span
                raise EquationError(Diagnostic("E112", f"{self.name}() needs an integer", span, "a real", "use int(...)"))

    def _mismatch(self, wanted: Dimension, given: Dimension, span: Span, at: int) -> DimensionMismatchError:
        unit = "a pure number" if wanted is DIMENSIONLESS else f"something in {unit_name(wanted)}"
        label = f" for {self.function.arg_names[at]}" if at < len(self.function.arg_names) else ""
        return DimensionMismatchError(
            Diagnostic("U102", f"{self.name}() needs {unit}{label}", span, unit_name(given)), wanted, given
        )

    # -- results ---------------------------------------------------------------------------------------------------

    def _result_dimension(self, args: Sequence[Typed]) -> Dimension | None:
        """The declared dimension of the result; None if it is not known."""
        declared = self.function.return_unit
        if declared is bool:
            return DIMENSIONLESS
        if isinstance(declared, str):
            return next((a.dim for n, a in zip(self.function.arg_names, args, strict=False) if n == declared), None)
        if callable(declared) and not isinstance(declared, Dimension):
            dims = [a.dim for a in args]
            found = declared(*dims) if None not in dims else None
            return None if found is None else get_dimensions(found)
        assert declared is None or isinstance(declared, Dimension)
        return declared

    def _check_result(self, result: Typed, args: Sequence[Typed], site: Site) -> None:
        wanted = self._result_dimension(args)
        if wanted is None or result.dim is None or result.dim is wanted or result.is_zero:
            return
        message = f"{self.name}() is declared to give {unit_name(wanted)}, but gives {unit_name(result.dim)}"
        raise DimensionMismatchError(Diagnostic("U102", message, site.span), wanted, result.dim)

    def _result_type(self, args: Sequence[Typed]) -> Type:
        if self.function.return_unit is bool:
            return "bool"
        if self.function.return_type == "highest":
            return max((a.expr.type for a in args), key=lambda kind: RANK[kind], default="real")
        return RESULTS[self.function.return_type]

    # -- ways to IR ------------------------------------------------------------------------------------------------

    def _translated(self, args: Sequence[Typed], site: Site) -> Typed:
        if not self.function.stateless or self.function.auto_vectorise:
            raise Untranslatable("it is declared with stateless=False or auto_vectorise=True")
        plain, own = inspect.unwrap(self.function.pyfunc), self.function.implementations.get("numpy")
        without_units = own is not None and own.discard_units
        if own is not None and inspect.unwrap(own.code) is not plain:
            raise Untranslatable("it has an implementation for numpy of its own")
        given = self._converted(args)
        if without_units:
            given = [Typed(a.expr, DIMENSIONLESS, a.value) for a in given]
        result = translated(Translation(plain, self.name, self.around, self.asked), given, site)
        if without_units:
            result = Typed(result.expr, self._result_dimension(args))
        if self.function.return_type in ("integer", "boolean") or self.function.return_unit is bool:
            return Typed(_as(result.expr, self._result_type(args)), result.dim)
        return result

    def _converted(self, args: Sequence[Typed]) -> list[Typed]:
        """The arguments with the types that were declared."""
        kinds = [ARGUMENT_TYPES[kind] for kind in self.function.arg_types] or [None] * len(args)
        return [Typed(a.expr if k is None else _as(a.expr, k), a.dim, a.value) for a, k in zip(args, kinds, strict=False)]

    def _in_python(self, args: Sequence[Typed], site: Site, error: Untranslatable) -> Typed:
        """A function that only Python can run; its units must be known."""
        known = self._result_dimension(args) is not None or any(a.dim is None for a in args)
        if not known and self.function.return_unit is not bool:
            raise error.at(site.span, self.name)
        return self._foreign(args, site, None, error.reason)

    def _foreign(self, args: Sequence[Typed], site: Site, implementation: Implementation | None, reason: str) -> Typed:
        function, kind = self.function, self._result_type(args)
        state = not function.stateless or function.auto_vectorise
        values = [a.expr for a in self._converted(args)]
        foreign, name = self._definition([v.type for v in values], args, kind, implementation, reason)
        parameters = tuple((f"x{at}", v.type) for at, v in enumerate(values))
        result: Expr
        if state:
            body = Body(name, (*parameters, *HIDDEN), (), Const(0.0), function.__doc__ or "", foreign)
            result = _as(Draw(name, site.stream(), tuple(values)), kind)
        else:
            body = Body(name, parameters, (), _zero(kind), function.__doc__ or "", foreign)
            result = Call(name, tuple(values), kind)
        FUNCTIONS[name] = body
        return Typed(result, self._result_dimension(args))

    def _definition(
        self,
        kinds: Sequence[Type],
        args: Sequence[Typed],
        result: Type,
        implementation: Implementation | None,
        reason: str,
    ) -> tuple[Foreign, str]:
        """What stands for the function in the program, and its name: equal for equal code."""
        python = _called(self.function, [a.dim for a in args], self._result_dimension(args))
        takes = tuple(range(len(kinds)))
        if self.function.auto_vectorise:
            takes += (len(kinds) + [name for name, _ in HIDDEN].index("element"),)
        if implementation is None:
            foreign = Foreign("", self.name, takes, python=python, reason=reason)
        else:
            foreign = replace(in_cpp(implementation, self.around), takes=takes, python=python)
        text = repr((foreign, tuple(kinds), result, self.kind[0]))
        return foreign, f"{self.function.name.strip('<>')}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _zero(kind: Type) -> Const:
    return Const(0.0) if kind == "real" else Const(False, "bool") if kind == "bool" else Const(0, kind)


def _as(e: Expr, kind: Type) -> Expr:
    """The value as this type."""
    if e.type == kind:
        return e
    if kind == "real":
        return fold(as_real(number(e)))
    return fold(as_int(e)) if kind == "int" else Cast(kind, e)


def _constant(value: Any) -> Typed:
    """A default of an argument."""
    if isinstance(value, bool):
        return Typed(Const(value, "bool"), DIMENSIONLESS)
    if isinstance(value, int):
        return Typed(Const(value, "int"), DIMENSIONLESS, float(value))
    return Typed(Const(float(value)), get_dimensions(value), float(value))


# --- Python -----------------------------------------------------------------------------------------------------------


def _called(function: Function, dims: Sequence[Dimension | None], result: Dimension | None) -> Callable[..., Any]:
    """The Python function of plain numbers that the interpreter calls."""
    own = function.implementations.get("numpy")
    if own is not None and own.discard_units:
        plain: Callable[..., Any] = own.code
        return plain
    python = own.code if own is not None else function.pyfunc

    def with_units(*values: Any) -> Any:
        given = [v if d is None or d is DIMENSIONLESS else Quantity(v, dim=d) for v, d in zip(values, dims, strict=False)]
        found = python(*given, *values[len(given) :])
        if result is not None and get_dimensions(found) is not result:
            raise DimensionMismatchError(f"the function '{function.name}' gave a result of another unit", result)
        return np.asarray(found)

    return with_units
