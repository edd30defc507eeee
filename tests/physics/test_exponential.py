"""Exponential Euler for any equation: its formula, kinks, quotients without a gap, noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rules import run, stepper

from eqsim.integrators import choose, exp_auto, exponential_euler, rk2, rk4
from eqsim.integrators.removable import without_gaps
from eqsim.ir.expr import Op, Ref
from eqsim.ir.show import show
from eqsim.model.calculus import derivative
from eqsim.model.equations import Equations
from eqsim.model.model import Model
from eqsim.model.symbolic import symbolic_model


def model(text: str) -> Model:
    return symbolic_model(Equations(text))


FITZHUGH = "dv/dt = v - v**3/3 - w + I : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w) : 1\nI : 1"


def test_each_variable_is_linearised_at_the_old_state() -> None:
    """y + dt*phi(dt*L)*f with f and L at the old state, for both variables at once; 5 roundings of 1.1e-16 each."""
    v, w, dt, drive = 0.4, -0.2, 0.3, 0.5
    found = stepper(exp_auto.build(model(FITZHUGH)), {"I": drive})({"v": v, "w": w}, dt)
    f, slope = v - v**3 / 3 - w + drive, 1 - v**2
    g, rest = 0.08 * (v + 0.7 - 0.8 * w), -0.064
    assert float(found["v"]) == pytest.approx(v + f * math.expm1(dt * slope) / slope, rel=1e-14)
    assert float(found["w"]) == pytest.approx(w + g * math.expm1(dt * rest) / rest, rel=1e-14)


def test_a_single_equation_gets_order_2() -> None:
    """Logistic growth, closed form; with one variable the frozen rest is empty (Pope 1963)."""
    errors = []
    for n in (64, 128):
        x = float(run(exp_auto.build(model("dx/dt = x*(1 - x) : 1")), {"x": 0.2}, 1.0 / n, n)["x"])
        errors.append(abs(x - 1 / (1 + 4 * math.exp(-1.0))))
    assert abs(math.log2(errors[0] / errors[1]) - 2) < 0.1


def test_linear_equations_are_solved_as_by_exponential_euler() -> None:
    m = model("dm/dt = a*(1 - m) - b*m : 1\na = exp(v) : 1\nb = v**2 : 1\nv : 1")
    assert exp_auto.build(m) == exponential_euler.build(m)


def test_a_slope_of_zero_is_no_special_case() -> None:
    step = stepper(exp_auto.build(model("dx/dt = x**2 + 1 : 1")))
    assert float(step({"x": 0.0}, 0.25)["x"]) == 0.25


def test_a_stiff_equation_is_damped() -> None:
    """dx/dt = -k*x**3 with k*x**2*dt = 1000: forward Euler explodes, this stays between 0 and x."""
    found = run(exp_auto.build(model("dx/dt = -k*x**3 : 1\nk : 1")), {"x": 1.0}, 0.1, 20, {"k": 1e4})["x"]
    assert 0.0 < float(found) < 1.0


@pytest.mark.parametrize("x", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("text", ["abs(x)*x", "clip(x, 0, 1)*x", "(x**2 if x > 0 else -3*x**3)"])
def test_at_a_kink_the_slope_is_that_of_one_side(text: str, x: float) -> None:
    """The step stays finite and, as f is of size x**2 near 0, differs from forward Euler by less than dt**2."""
    m = model(f"dx/dt = {text} : 1")
    step, dt = stepper(exp_auto.build(m)), 1e-3
    plain = float(stepper(rk2.build(m))({"x": x}, dt)["x"])
    assert float(step({"x": x}, dt)["x"]) == pytest.approx(plain, abs=dt**2)


# --- quotients without a gap ------------------------------------------------------------------------------------------

QUOTIENTS = [
    ("0.1*(v + 40)/(1 - exp(-(v + 40)/10))", -40.0, 1.0),
    ("(v + 40)/(exp((v + 40)/10) - 1)", -40.0, 10.0),
    ("0.32*(13 - v + VT)/(exp((13 - v + VT)/4) - 1)", 13.25, 1.28),
    ("3*v*(c - d*exp(-v))/(1 - exp(-v))", 0.0, 3 * (0.25 - 0.25)),
    ("v/expm1(-2*v)", 0.0, -0.5),
    ("(1 - exp(-v/5))/v", 0.0, 0.2),
    ("-(v - VT)/(exp(v - VT) - 1)/2", 0.25, -0.5),
]


def rate(text: str) -> Op:
    found = model(f"dv/dt = {text} : 1\nVT : 1\nc : 1\nd : 1").odes[0].rate
    assert isinstance(found, Op)
    return found


@pytest.mark.parametrize(("text", "at", "value"), QUOTIENTS)
def test_a_quotient_has_a_value_where_both_parts_vanish(text: str, at: float, value: float) -> None:
    """The limit, exactly; and close by the same as the quotient, whose cancellation costs 1e-16/1e-3."""
    from rules import evaluate

    e, numbers = rate(text), {"VT": 0.25, "c": 0.25, "d": 0.25}
    safe = without_gaps(e, "v")
    assert float(evaluate(safe, {"v": np.float64(at)}, numbers)) == pytest.approx(value, rel=1e-15 * 4)
    for near in (at + 1e-3, at - 1e-3, at + 7.0):
        plain = float(evaluate(e, {"v": np.float64(near)}, numbers))
        assert float(evaluate(safe, {"v": np.float64(near)}, numbers)) == pytest.approx(plain, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize(("text", "at", "value"), QUOTIENTS)
def test_its_slope_is_smooth_there(text: str, at: float, value: float) -> None:
    """A central difference with h = 1e-4: its own error is h**2/6*f''' < 1e-9, its rounding 1e-15/h = 1e-11."""
    from rules import evaluate

    safe, numbers, h = without_gaps(rate(text), "v"), {"VT": 0.25, "c": 0.25, "d": 0.25}, 1e-4
    slope = derivative(safe, "v")
    for v in (at, at + 1e-9, at - 1e-5, at + 0.1):
        above, below = (float(evaluate(safe, {"v": np.float64(v + s)}, numbers)) for s in (h, -h))
        assert float(evaluate(slope, {"v": np.float64(v)}, numbers)) == pytest.approx((above - below) / (2 * h), abs=2e-7)


def test_other_quotients_stay_as_they_are() -> None:
    for text in ("(v + 41)/(1 - exp(-(v + 40)/10))", "c/(exp(v) - 1)", "v/(exp(c) - 1)", "v/(exp(v) - 2)"):
        assert without_gaps(rate(text), "v") == rate(text)
    assert show(without_gaps(rate("v*c/(exp(v) - 1)"), "v")) == "c/exprel(v)"


# --- choice -----------------------------------------------------------------------------------------------------------


def test_exponential_euler_named_alone_goes_on_where_it_would_refuse() -> None:
    assert choose(model("dv/dt = -v/tau : 1"), "exponential_euler") is exponential_euler
    assert choose(model(FITZHUGH), "exponential_euler") is exp_auto
    assert choose(model(FITZHUGH), ["exponential_euler", "rk4"]) is rk4  # in a list it refuses, as in Brian2
    assert exp_auto.reason(model("dv/dt = v**2*xi : 1")) == (
        "it only handles additive noise, and the noise 'xi' is multiplied by a state variable"
    )


def test_noise_is_added_at_the_end_of_the_step() -> None:
    """The noisy step is the quiet one plus sigma*dW."""
    quiet = stepper(exp_auto.build(model("dv/dt = v - v**3 : 1")))({"v": 0.3}, 0.1)["v"]
    noisy = stepper(exp_auto.build(model("dv/dt = v - v**3 + s*xi : 1")), {"s": 0.5})({"v": 0.3}, 0.1, dW_xi=0.25)["v"]
    assert float(noisy) == float(quiet) + 0.125


def test_a_slope_that_is_not_known_is_a_reason() -> None:
    from eqsim.ir.expr import Call
    from eqsim.model.model import Ode

    m = Model((Ode("v", Call("mystery", (Ref("v"),))),))
    assert exp_auto.reason(m) == "the derivative of mystery() with respect to 'v' is not known"
