"""Derivatives, linear parts and noise of expressions; each formula is compared with numbers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from eqsim.errors import EquationError, Source, Span, UnsupportedEquationsException
from eqsim.functions import resolve
from eqsim.functions.derivatives import DERIVATIVES
from eqsim.ir.algebra import ZERO
from eqsim.ir.evaluate import Evaluator, Frame
from eqsim.ir.expr import Call, Cast, Expr, Load, Number, Ref, Select, gt, integer, real, unary
from eqsim.ir.program import State
from eqsim.ir.show import show
from eqsim.ir.walk import transform
from eqsim.model.calculus import (
    derivative,
    linear,
    noise_type,
    polynomial,
    simplify,
    split_noise,
)
from eqsim.model.derivatives import OPERATORS
from eqsim.model.equations import Equations
from eqsim.model.sympy_forms import from_sympy, to_sympy

x, y, z = Ref("x"), Ref("y"), Ref("z")
g_L, E_L, g_Na, E_Na, C = (Number(name) for name in ("g_L", "E_L", "g_Na", "E_Na", "C"))


def value(e: Expr, **names: Any) -> Any:
    with np.errstate(all="ignore"):
        return Evaluator(resolve)(e)(Frame(names, State()))


def call(name: str, *args: Expr) -> Expr:
    return Call(name, args)


# --- derivatives ------------------------------------------------------------------------------------------------------

TWO = {"power", "mod", "floor_divide"}
OTHERS = ("sqrt", "abs", "clip", "floor", "ceil", "int", "timestep", "arctan2", "hypot", "arccosh")
ONE = sorted(name for name in DERIVATIVES if name not in OTHERS)


def assert_derivative(e: Expr, at: float, **names: float) -> None:
    """Central difference with step h: error h**2 f'''/6 + eps |f|/h, below 1e-8 of the scale for h = 1e-5."""
    h = 1e-5
    slope = (value(e, x=at + h, **names) - value(e, x=at - h, **names)) / (2 * h)
    found = value(derivative(e, "x"), x=at, **names)
    assert abs(found - slope) < 1e-8 * (1 + abs(slope)), show(derivative(e, "x"))


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("at", [0.3, 0.7])
def test_derivative_of_each_function_is_its_slope(name: str, at: float) -> None:
    assert_derivative(call(name, x), at)
    assert_derivative(call(name, x * x * 0.5), at)  # chain rule


def test_derivative_of_arccosh_is_its_slope() -> None:
    assert_derivative(call("arccosh", x), 1.7)


@pytest.mark.parametrize("name", [*sorted(OPERATORS), "arctan2", "hypot"])
def test_derivative_of_operators_of_two_arguments(name: str) -> None:
    assert_derivative(call(name, x, y), 2.3, y=1.7)
    assert_derivative(call(name, y, x), 2.3, y=1.7)


@pytest.mark.parametrize("name", ["log", "sqrt", "abs", "exp"])
@pytest.mark.parametrize("at", [0.2, 3.0])
def test_derivative_of_quotients_and_roots(name: str, at: float) -> None:
    f = unary(name, x) if name in ("sqrt", "abs") else call(name, x)
    assert_derivative(f / (1.0 + x * x) - y * f, at, y=0.4)


def test_derivative_of_exprel_is_right_on_both_sides_of_its_series() -> None:
    for at in (0.0, 0.9e-3, 1.1e-3, -0.5):
        assert_derivative(call("exprel", x), at)


def test_derivative_of_a_choice_is_that_of_its_branch() -> None:
    e = Select(gt(x, 1.0), x * x, -x)
    assert [value(derivative(e, "x"), x=v) for v in (0.5, 3.0)] == [-1.0, 6.0]


def test_steps_have_derivative_zero() -> None:
    for e in (unary("floor", x), Cast("real", Cast("int", x)), Load("a", Cast("int", x)), y):
        assert derivative(e, "x") == ZERO


def test_derivatives_are_tidy() -> None:
    assert show(derivative(g_L * (E_L - x), "x")) == "-g_L"
    assert show(derivative(x * y + 3.0, "x")) == "y"
    assert show(derivative(call("exp", -x / C), "x")) == "-(exp(-x/C)/C)"
    assert show(derivative(call("log", y / x), "x")) == "-(1/x)"  # the potential of Nernst
    assert show(derivative(call("log", y * x * x), "x")) == "1/x + 1/x"


def test_a_function_without_derivative_is_named() -> None:
    with pytest.raises(UnsupportedEquationsException) as caught:
        derivative(call("mystery", x), "x")
    assert str(caught.value) == "the derivative of mystery() with respect to 'x' is not known"


# --- linear parts -----------------------------------------------------------------------------------------------------


def test_linear_keeps_the_form_of_the_user() -> None:
    """The split of a membrane equation has as many terms as the equation."""
    h = Ref("h")
    e = (g_L * (E_L - x) + g_Na * (y * y * y) * h * (E_Na - x)) / C
    found = linear(e, ["x"])
    assert found is not None
    assert show(found[0]["x"]) == "-((g_L + g_Na*(y*y*y)*h)/C)"
    assert show(found[1]) == "(g_L*E_L + g_Na*(y*y*y)*h*E_Na)/C"


LINEAR = {
    "sum": 2.0 * x - y / C + 3.0,
    "nested": -(x - 2.0 * (y - x / C)) * C,
    "choice": Select(gt(z, 0.0), x * z, 1.0 - y),
    "cancels": x * x - x * x + y,
    "cancels expanded": (x - z) * (x + z) - x * x + y * z,
    "quotient": (x * x - x) / x,
    "function": call("exp", z) * x + call("sin", z),
}


@pytest.mark.parametrize("name", LINEAR)
def test_linear_parts_add_up(name: str) -> None:
    e = transform(LINEAR[name], lambda n: real(2.5) if n == C else n)
    found = linear(e, ["x", "y"])
    assert found is not None
    coefficients, rest = found
    rng = np.random.default_rng(1)
    at = {n: rng.uniform(0.5, 2.0, 20) for n in "xyz"}
    again = value(rest, **at) + sum(value(c, z=at["z"]) * at[n] for n, c in coefficients.items())
    # a few operations on numbers of size 10: rounding errors below 1e-14
    assert np.max(np.abs(again - value(e, **at))) < 1e-13


@pytest.mark.parametrize(
    "e", [x * x, x * y, 1.0 / x, call("exp", x), unary("abs", x - 5.0), Select(gt(x, 0.0), x, -x), unary("floor", x)]
)
def test_what_is_not_linear_is_told(e: Expr) -> None:
    assert linear(e, ["x", "y"]) is None


def test_polynomials_have_their_monomials() -> None:
    p = polynomial((x + 1.0) * (x - y), ["x", "y"])
    assert p is not None
    assert {k: show(v) for k, v in p.items()} == {("x", "x"): "1", ("x", "y"): "-1", ("x",): "1", ("y",): "-1"}


def test_simplify_folds_only_what_is_exact() -> None:
    assert simplify(real(0.5) + real(0.25)) == real(0.75)
    assert show(simplify(real(0.1) + real(0.2))) == "0.1 + 0.2"
    assert show(simplify(x * 1.0 + 0.0 * y - (-z))) == "x + z"
    assert show(simplify(integer(1) * Ref("i", "int"))) == "1*i"  # whole numbers are left alone


def test_ordinary_models_do_not_import_sympy() -> None:
    """sympy takes 0.2 s to import: a first run must not wait for it."""
    program = """
import sys
from eqsim.model.equations import Equations
from eqsim.model.symbolic import symbolic_model
from eqsim.integrators import choose
for eqs in ("dv/dt = (E - v)/tau : 1", "dv/dt = v - v**3/3 - w + I : 1\\ndw/dt = (v - w)/tau : 1",
            "dm/dt = (1 - m)/(1 + exp(-v)) - m*tanh(v) : 1\\ndv/dt = m*(E - v) + abs(v) : 1"):
    model = symbolic_model(Equations(eqs))
    choose(model).build(model)
assert "sympy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


# --- noise ------------------------------------------------------------------------------------------------------------


def test_noise_is_split_from_drift() -> None:
    xi, xi_2 = Ref("xi"), Ref("xi_2")
    factors, drift = split_noise(-x / C + g_L * (xi + 2.0 * xi_2) * x, ["xi", "xi_2"])
    assert show(drift) == "-x/C"
    assert {name: show(f) for name, f in factors.items()} == {"xi": "g_L*x", "xi_2": "g_L*2*x"}


def test_noise_that_is_not_linear_is_an_error() -> None:
    source = Source("dx/dt = -x/tau + exp(xi) : 1", "equations of NeuronGroup 'cells'")
    with pytest.raises(EquationError) as caught:
        split_noise(call("exp", Ref("xi")) - x, ["xi"], Span(source, 18, 25))
    assert str(caught.value) == (
        "the noise 'xi' must enter linearly: drift + factor*noise\n"
        " --> equations of NeuronGroup 'cells', line 1\n"
        "1 | dx/dt = -x/tau + exp(xi) : 1\n"
        "  |                   ^^^^^^^ not linear in the noise\n"
        "  = help: white noise can be multiplied by a factor and added, nothing else"
    )


def test_kind_of_noise_of_equations() -> None:
    assert Equations("dv/dt = -v/tau : 1").stochastic_type is None
    assert noise_type(Equations("dv/dt = -v/tau + s*xi : 1\ns : 1")) == "additive"
    assert noise_type(Equations("dv/dt = -v/tau + s*xi*v : 1\ns : 1")) == "multiplicative"
    assert noise_type(Equations("dv/dt = -v/tau + s*t*xi : 1\ns : 1")) == "multiplicative"
    assert noise_type(Equations("dv/dt = -v/tau + w*xi : 1\nw = v + 1 : 1")) == "multiplicative"


# --- sympy ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "e",
    [
        (x - y) * x / (1.0 + z),
        call("exp", -x / y) + call("power", x, y) + unary("sqrt", z),
        Select(gt(x, y), x * x * x, call("arctan", y)),
        call("exprel", x * y) + unary("abs", y),
        call("log10", x) - 0.1 * y,
    ],
)
def test_to_sympy_and_back_keeps_the_value(e: Expr) -> None:
    form, leaves = to_sympy(e)
    back = from_sympy(form, leaves)
    rng = np.random.default_rng(2)
    at = {n: rng.uniform(0.5, 2.0, 20) for n in "xyz"}
    # the order of operations may differ: a few rounding errors
    np.testing.assert_allclose(value(back, **at), value(e, **at), rtol=1e-14)


def test_sympy_gets_real_symbols_for_numbers_and_arrays() -> None:
    form, leaves = to_sympy(g_L * Load("cells.I", Ref("i", "int")) - x)
    assert {s.name for s in form.free_symbols} == set(leaves)
    assert all(s.is_real for s in form.free_symbols)
