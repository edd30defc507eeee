"""Calculus on expressions: derivatives, linear parts, noise.

In: expressions of a `Model`.  Out: expressions that keep the user's terms in their order, tidied by `ir.algebra`.
Ordinary models never reach sympy (it takes long to import): it is asked (`sympy_forms`) only where an expression is
linear in value but not in form, such as ``(v**2 - v)/v``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from eqsim.errors import Diagnostic, EquationError, Span
from eqsim.ir.algebra import ZERO, choice, minus, simple, times, total
from eqsim.ir.expr import Expr, Select, real
from eqsim.ir.walk import depends_on, distinct, transform
from eqsim.model.derivatives import derivative
from eqsim.model.model import Model, Ode
from eqsim.model.numerically import looks_linear, same_value
from eqsim.model.polynomial import polynomial
from eqsim.model.sympy_forms import linear_by_sympy

if TYPE_CHECKING:
    from eqsim.model.equations import Equations

__all__ = [
    "depends_on",
    "derivative",
    "linear",
    "noise_of",
    "noise_type",
    "polynomial",
    "same_value",
    "simplify",
    "split_noise",
    "without_ito",
]

Linear = tuple[dict[str, Expr], Expr]
"""The coefficient of each name that occurs, and the rest."""

Noise = Literal["none", "additive", "multiplicative"]
"""What a system of equations contains, or a method can handle."""


def simplify(e: Expr) -> Expr:
    """Drop what does nothing and fold what is exact, everywhere."""
    return transform(e, simple)


# --- polynomials and linear parts -------------------------------------------------------------------------------------


def linear(e: Expr, names: Collection[str]) -> Linear | None:
    """Coefficients and rest such that ``e = sum(coefficient*name) + rest``, both free of the names.

    Returns None if the expression is not linear in the names.  The form is kept: from
    ``(g_L*(E_L - v) + g*(E - v))/C`` come ``-(g_L + g)/C`` and ``(g_L*E_L + g*E)/C``.
    """
    p = polynomial(e, names)
    if p is None:
        return linear_by_sympy(e, names) if looks_linear(e, names) and not _chooses(e, names) else None
    if any(len(key) > 1 for key in p):
        return None
    return {key[0]: value for key, value in p.items() if key}, p.get((), ZERO)


def _chooses(e: Expr, names: Collection[str]) -> bool:
    """Does it choose by the names?  Then it bends, even where a few lines did not meet the bend."""
    return any(isinstance(part, Select) and depends_on(part.test, names) for part in distinct(e))


def split_noise(rate: Expr, noise: Collection[str], origin: Span | None = None) -> Linear:
    """The drift of a stochastic equation, and the coefficient of each of its noises: ``({xi: g}, f)``.

    Raises
    ------
    EquationError
        If the right-hand side is not ``f + sum(g*xi)``.
    """
    split = linear(rate, noise)
    if split is not None:
        return split
    names = " and ".join(f"'{name}'" for name in noise if depends_on(rate, (name,)))
    raise EquationError(
        Diagnostic(
            "E201",
            f"the noise {names} must enter linearly: drift + factor*noise",
            origin,
            "not linear in the noise" if origin else "",
            "white noise can be multiplied by a factor and added, nothing else",
        )
    )


def noise_of(model: Model) -> Noise:
    """``additive`` if no factor of a noise depends on the state."""
    return _kind(model, model.names)


def without_ito(model: Model) -> Model:
    """The equations in the sense of Stratonovich that mean what these mean in the sense of Ito::

        dx_i = f_i dt + sum_j g_ij dW_j   =   (f_i - 1/2 sum_jk g_kj * d g_ij/d x_k) dt + sum_j g_ij o dW_j

    Source: Stratonovich (1966), SIAM Journal on Control 4, 362-371.

    Raises
    ------
    UnsupportedEquationsException
        If a factor of a noise has no known derivative.
    """
    if noise_of(model) != "multiplicative":
        return model
    factors = {ode.name: _factors(ode, model) for ode in model.odes}
    return dataclasses.replace(model, odes=tuple(_corrected(ode, model, factors) for ode in model.odes))


def _factors(ode: Ode, model: Model) -> dict[str, Expr]:
    """The factor of each noise; 0 while the variable rests."""
    found = split_noise(ode.rate, model.noise, ode.origin)[0]
    return found if ode.active is None else {xi: choice(ode.active, g, ZERO) for xi, g in found.items()}


def _corrected(ode: Ode, model: Model, factors: Mapping[str, Mapping[str, Expr]]) -> Ode:
    own = split_noise(ode.rate, model.noise, ode.origin)[0]
    terms = [times(factors[k][xi], derivative(g, k)) for xi, g in own.items() for k in factors if xi in factors[k]]
    return dataclasses.replace(ode, rate=minus(ode.rate, times(real(0.5), total(terms))))


def noise_type(equations: Equations) -> Noise:
    """``additive`` if no factor of a noise depends on the state or on t."""
    from eqsim.model.symbolic import symbolic_model

    model = symbolic_model(equations)
    return _kind(model, (*model.names, "t"))


def _kind(model: Model, names: Collection[str]) -> Noise:
    if not model.noise:
        return "none"
    factors = [g for ode in model.odes for g in split_noise(ode.rate, model.noise, ode.origin)[0].values()]
    return "multiplicative" if any(depends_on(g, names) for g in factors) else "additive"
