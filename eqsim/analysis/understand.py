"""From equations and a namespace to rates in terms of variables and parameters.

In: `Equations`, values of names.  Out: `Understood`: one expression of the IR for each variable, in SI values.  Parameters
stay names, so that a curve can be followed along any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eqsim.errors import Diagnostic, DimensionMismatchError, Span, UnsupportedEquationsException
from eqsim.functions import BUILTINS
from eqsim.ir.expr import PAST, Call, Const, Expr, Number, Ref, as_real
from eqsim.ir.walk import depends_on, distinct, transform
from eqsim.model.arithmetic import number
from eqsim.model.calculus import simplify, split_noise
from eqsim.model.delays import Carried
from eqsim.model.equations import Equations, SingleEquation
from eqsim.model.translate import Symbol, Translator
from eqsim.objects.scope import Surroundings
from eqsim.units import Dimension, second, unit_name


@dataclass(frozen=True, slots=True)
class Understood:
    """The system behind a text.

    Attributes
    ----------
    variables : tuple of str
    rates : tuple of Expr
        One for each variable; `Ref`s are variables and parameters.
    dims : dict
        Dimension of each variable and parameter.
    values : dict
        SI values of those parameters that were found in a namespace.
    places : dict
        Where a parameter is declared, or first used.
    memory : dict
        What is worked out later, once for all values of the parameters.
    """

    variables: tuple[str, ...]
    rates: tuple[Expr, ...]
    dims: dict[str, Dimension]
    values: dict[str, float]
    places: dict[str, Span]
    memory: dict[Any, Any] = field(default_factory=dict)


def understand(
    equations: Equations, given: Mapping[str, Any], around: Mapping[str, Any], drop_noise: bool = False
) -> Understood:
    """Translate, check the units, and see whether the system can be analysed.

    Raises
    ------
    EqsimError
        If units do not fit, a name stands for nothing, or time, noise or the past plays a role.
    """
    if not equations.differential:
        raise UnsupportedEquationsException(
            Diagnostic("A100", "there is no differential equation here", help="write one: dv/dt = ... : volt")
        )
    reading = _Reading(equations, Surroundings("model", explicit=given, outer=around))
    rates = reading.rates()
    pairs = list(zip(equations.differential, rates, strict=True))
    problems = [p for e, rate in pairs for p in _foreign_to_flows(e, rate, drop_noise)]
    if problems:
        raise UnsupportedEquationsException(*problems)
    if drop_noise and equations.noise_names:
        noise = equations.noise_names
        rates = tuple(split_noise(r, noise, e.span)[1] for e, r in pairs)
    return Understood(
        tuple(e.name for e in equations.differential),
        tuple(simplify(rate) for rate in rates),
        reading.dims,
        reading.values,
        {e.name: e.span for e in equations.values()},
    )


@dataclass(slots=True)
class _Reading:
    """The names of one text while it is read."""

    equations: Equations
    around: Surroundings
    symbols: dict[str, Symbol] = field(default_factory=dict)
    dims: dict[str, Dimension] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)

    def rates(self) -> tuple[Expr, ...]:
        """The right-hand sides."""
        self.symbols |= {"t": Symbol(Ref("t"), second.dim)}
        self.symbols |= {xi: Symbol(Ref(xi), second.dim**-0.5) for xi in self.equations.noise_names}
        for e in self.equations.differential:
            self._name(e, callee=True)
        for e in self.equations.values():
            if e.kind == "parameter":
                self._name(e)
        translate = Translator(self._scope, known_names=self._names)
        for e in self.equations.ordered_subexpressions:
            self.symbols[e.name] = Symbol(self._translated(e, translate, e.dim), e.dim)
        found = tuple(self._translated(e, translate, e.dim / second.dim) for e in self.equations.differential)
        translate.finish()
        return tuple(self._without_numbers(as_real(number(rate))) for rate in found)

    def _name(self, e: SingleEquation, callee: bool = False) -> None:
        self.symbols[e.name] = Symbol(Ref(e.name), e.dim, callee=Carried(e.name, e.dim) if callee else None)
        self.dims[e.name] = e.dim

    def _names(self) -> set[str]:
        return {*self.symbols, *self.around.names(), *BUILTINS}

    def _scope(self, name: str) -> Symbol | None:
        """A name of the equations, else of the namespace: there a number is a parameter."""
        if name in self.symbols:
            return self.symbols[name]
        found = self.around.lookup(name)
        if found is not None and isinstance(found.expr, Number) and found.dim is not None and found.value is not None:
            self.values[name], self.dims[name] = found.value, found.dim
            found = self.symbols[name] = Symbol(Ref(name), found.dim, found.value)
        return found

    def _translated(self, e: SingleEquation, translate: Translator, wanted: Dimension) -> Expr:
        assert e.tree is not None
        typed = translate(e.tree)
        if typed.dim is not None and typed.dim is not wanted and not typed.is_zero:
            left = f"d{e.name}/dt" if e.kind == "differential" else f"'{e.name}'"
            message = f"{left} must be in {unit_name(wanted)}, but its right-hand side is in {unit_name(typed.dim)}"
            problem = Diagnostic("U105", message, e.tree.source, unit_name(typed.dim))
            translate.problems.append((DimensionMismatchError, problem, (wanted, typed.dim)))
        return typed.expr if e.type != "real" else as_real(number(typed.expr))

    def _without_numbers(self, rate: Expr) -> Expr:
        """Numbers that the user's functions brought along become constants."""

        def value(x: Expr) -> Expr:
            if isinstance(x, Number) and x.name in self.around.numbers:
                return Const(self.around.numbers[x.name].value, x.type)
            return x

        return transform(rate, value)


def _foreign_to_flows(e: SingleEquation, rate: Expr, drop_noise: bool) -> list[Diagnostic]:
    """What an autonomous deterministic system does not have."""
    noise = sorted(e.stochastic_variables)
    problems = []
    if any(isinstance(x, Call) and x.function.startswith(PAST) for x in distinct(rate)):
        message = f"the rate of '{e.name}' depends on the past; equations with delays cannot be analysed here"
        problems.append(Diagnostic("A103", message, e.span))
    elif depends_on(rate, ("t",)):
        message = f"the rate of '{e.name}' depends on the time t; only autonomous equations can be analysed"
        help = "put a parameter in the place of what changes over time"
        problems.append(Diagnostic("A102", message, e.span, "", help))
    if noise and not drop_noise:
        message = f"there is noise in the equation of '{e.name}'"
        help = "Model(..., drop_noise=True) analyses the equations without it"
        problems.append(Diagnostic("A101", message, e.span, "", help))
    return problems
