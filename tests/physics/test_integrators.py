"""Deterministic methods: their order, their code, their limits, and the numbers that Brian2 2.9.0 gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rules import run, stepper

from eqsim.errors import UnsupportedEquationsException
from eqsim.integrators import METHODS, Method, choose, euler, exact, exponential_euler, find, rk2, rk4
from eqsim.integrators.explicit import EULER, MIDPOINT, RK4, Tableau
from eqsim.integrators.method import KINDS
from eqsim.ir.expr import Call, Draw, Expr, Number, Ref, Select, gt
from eqsim.ir.walk import nodes
from eqsim.model.equations import Equations
from eqsim.model.model import Model, Ode
from eqsim.model.symbolic import symbolic_model

MS = 1e-3


def model(text: str) -> Model:
    return symbolic_model(Equations(text))


# --- order ------------------------------------------------------------------------------------------------------------


def slope(method: Method, m: Model, start: dict[str, float], end: dict[str, float], steps: int, **reals: float) -> float:
    """Order of the error at time 1, from two step sizes."""
    errors = []
    for n in (steps, 2 * steps):
        found = run(method.build(m), start, 1.0 / n, n, reals)
        errors.append(max(abs(float(found[name]) - v) for name, v in end.items()))
    return math.log2(errors[0] / errors[1])


@pytest.mark.parametrize("name", [n for n, m in METHODS.items() if m.order is not None and m.configure is None])
def test_error_falls_with_the_order_of_the_method(name: str) -> None:
    """Logistic growth x' = x*(1 - x), with x = 1/(1 + 4*exp(-t)) from x = 1/5.

    The next order contributes a relative change of the slope of about dt; with 64 and 128 steps it is below 0.1.
    A method that solves each equation in its own variable gets the rotation x' = y*x, y' = -x**2 instead: with a single
    equation exponential Euler may do better than its order.
    """
    method = METHODS[name]
    if method.name not in ("exponential_euler", "exp_auto"):
        m, start = model("dx/dt = x*(1 - x) : 1"), {"x": 0.2}
        end = {"x": 1 / (1 + 4 * math.exp(-1.0))}
    else:  # x**2 + y**2 = 1 stays: x = 1/cosh(t), y = -tanh(t)
        m, start = model("dx/dt = y*x : 1\ndy/dt = -x*x : 1"), {"x": 1.0, "y": 0.0}
        end = {"x": 1 / math.cosh(1.0), "y": -math.tanh(1.0)}
    assert method.order is not None
    assert abs(slope(method, m, start, end, 64) - method.order) < 0.1


@pytest.mark.parametrize("method", [euler, rk2, rk4])
def test_time_dependent_right_hand_sides_keep_the_order(method: Method) -> None:
    """x' = -x + cos(t) with x(0) = 1: x = (exp(-t) + cos(t) + sin(t))/2."""
    end = {"x": (math.exp(-1) + math.cos(1) + math.sin(1)) / 2}
    assert abs(slope(method, model("dx/dt = -x + cos(t) : 1"), {"x": 1.0}, end, 32) - method.order) < 0.1


@pytest.mark.parametrize("tableau", [EULER, MIDPOINT, RK4])
def test_tableaux_satisfy_the_order_conditions(tableau: Tableau) -> None:
    """Up to the order of the method (Butcher 1963): sum b = 1, sum b c = 1/2, sum b c**2 = 1/3, sum b A c = 1/6, ..."""
    a, b, c = tableau.a, tableau.b, tableau.c
    ac = [sum(w * c[j] for j, w in enumerate(row)) for row in a]
    ac2 = [sum(w * c[j] ** 2 for j, w in enumerate(row)) for row in a]
    aac = [sum(w * ac[j] for j, w in enumerate(row)) for row in a]
    conditions = [
        (1, sum(b), 1),
        (2, sum(w * x for w, x in zip(b, c, strict=True)) * 2, 1),
        (3, sum(w * x**2 for w, x in zip(b, c, strict=True)) * 3, 1),
        (3, sum(w * x for w, x in zip(b, ac, strict=True)) * 6, 1),
        (4, sum(w * x**3 for w, x in zip(b, c, strict=True)) * 4, 1),
        (4, sum(w * x * y for w, x, y in zip(b, c, ac, strict=True)) * 8, 1),
        (4, sum(w * x for w, x in zip(b, ac2, strict=True)) * 12, 1),
        (4, sum(w * x for w, x in zip(b, aac, strict=True)) * 24, 1),
    ]
    order = {EULER: 1, MIDPOINT: 2, RK4: 4}[tableau]
    assert all(left == right for degree, left, right in conditions if degree <= order)


# --- numbers of Brian2 ------------------------------------------------------------------------------------------------

FITZHUGH = "dv/dt = (v - v**3/3 - w + 0.5*sin(2*t/ms))/ms : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1"
GATE = "dm/dt = ((1-m)*exp(u/10) - 4*m*exp(-u/18))/ms : 1\ndu/dt = (20*m - u)/(5*ms) : 1"
CHAIN = "dv/dt = (1.5 - v + g)/(20*ms) : 1\ndg/dt = (x-g)/(5*ms) : 1\ndx/dt = -x/(3*ms) : 1"

RECORDED = [
    ("euler", FITZHUGH, {"w": 0.25, "v": 0.75}, {"v": "0x1.3ba0f4b59e98ep+0", "w": "0x1.b0e262e844550p-1"}),
    ("rk2", FITZHUGH, {"w": 0.25, "v": 0.75}, {"v": "0x1.35e6d852932fep+0", "w": "0x1.b0ade6884345bp-1"}),
    ("rk4", FITZHUGH, {"w": 0.25, "v": 0.75}, {"v": "0x1.360fbcd5b7f21p+0", "w": "0x1.b0b6d9a98b2cep-1"}),
    ("heun", FITZHUGH, {"w": 0.25, "v": 0.75}, {"v": "0x1.3ba0f4b59e98ep+0", "w": "0x1.b0e262e844550p-1"}),
    ("milstein", FITZHUGH, {"w": 0.25, "v": 0.75}, {"v": "0x1.3ba0f4b59e98ep+0", "w": "0x1.b0e262e844550p-1"}),
    ("exponential_euler", GATE, {"u": 0.25, "m": 0.75}, {"m": "0x1.35bdcf4a87989p-2", "u": "0x1.d588d2c3a9df6p+1"}),
    (
        "exact",
        CHAIN,
        {"g": 0.25, "x": 0.75, "v": 1.25},
        {"g": "0x1.2c63ba1e769a8p-2", "v": "0x1.6063b266668dfp+0", "x": "0x1.221ce8b7329b0p-3"},
    ),
]


@pytest.mark.parametrize(("name", "text", "start", "recorded"), RECORDED, ids=[r[0] for r in RECORDED])
def test_numbers_agree_with_those_recorded_from_brian2(
    name: str, text: str, start: dict[str, float], recorded: dict[str, str]
) -> None:
    """50 steps of 0.1 ms; both sides round about 20 times per step, the systems contract: 50*20*2**-53 < 2e-13."""
    found = run(METHODS[name].build(model(text)), start, 0.1 * MS, 50, {"ms": MS})
    for variable, value in recorded.items():
        assert float(found[variable]) == pytest.approx(float.fromhex(value), rel=2e-13)


# --- code -------------------------------------------------------------------------------------------------------------


def test_code_of_rk4_reads_like_the_textbook() -> None:
    assert rk4(Equations("dv/dt = (E - v)/tau : 1")) == "\n".join(
        [
            "_k1_v = (E - v)/tau",
            "_dt_per_2 = dt/2",
            "_v_at2 = v + _dt_per_2*_k1_v",
            "_k2_v = (E - _v_at2)/tau",
            "_v_at3 = v + _dt_per_2*_k2_v",
            "_k3_v = (E - _v_at3)/tau",
            "_v_at4 = v + dt*_k3_v",
            "_k4_v = (E - _v_at4)/tau",
            "v_new = v + dt/6*(_k1_v + 2*_k2_v + 2*_k3_v + _k4_v)",
            "v = v_new",
        ]
    )


def test_code_shows_noise_and_the_users_subexpressions() -> None:
    eqs = Equations("dv/dt = u*u/tau + s*xi : 1\ndw/dt = u - w : 1\nu = v - E : 1")
    assert euler(eqs) == "\n".join(
        [
            "dW_xi = sqrt(dt)*randn()",
            "_u = v - E",
            "v_new = v + dt*(_u*_u/tau) + s*dW_xi",
            "w_new = w + dt*(_u - w)",
            "v, w = v_new, w_new",
        ]
    )


def test_all_variables_are_assigned_together() -> None:
    """A swap: x' = y, y' = -x uses the old x for y."""
    step = stepper(euler.build(model("dx/dt = y : 1\ndy/dt = -x : 1")))
    assert step({"x": 1.0, "y": 2.0}, 0.5) == {"x": 2.0, "y": 1.5}


def operations(e: Expr, name: str) -> int:
    return sum(isinstance(x, Call) and x.function == name for x in nodes(e))


def test_exponential_euler_costs_one_exponential_per_variable() -> None:
    """The gates of Hodgkin and Huxley: besides the user's own terms one exprel each, and no division by the unit."""
    m = model(
        "dm/dt = a*(1 - m) - b*m : 1\ndv/dt = (g*m*(E - v) + gl*(El - v))/C : 1\n"
        "a = 0.1*exp(v/10)/ms : Hz\nb = 4*exp(-v/18)/ms : Hz".replace("Hz", "hertz")
    )
    rule = exponential_euler.build(m)
    everything = [let.value for let in rule.lets] + [v for _, v in rule.updates]
    assert sum(operations(e, "exprel") for e in everything) == 2
    assert sum(operations(e, "exp") for e in everything) == 2
    divisions = [x for e in everything for x in nodes(e) if getattr(x, "op", "") == "/"]
    assert len(divisions) == 4  # v/10, v/18, dt/ms, dt/C


# --- exponential Euler ------------------------------------------------------------------------------------------------


def test_exponential_euler_is_exact_for_one_linear_equation() -> None:
    """x' = a*x + b for any a*dt: relative error of a few roundings; a = 0 and tiny a are no special cases."""
    step = stepper(exponential_euler.build(model("dx/dt = a*x + b : 1\na : 1\nb : 1")), {"a": 0.0, "b": 1.0})
    assert step({"x": 3.0}, 0.5)["x"] == 3.5
    for a in (1e-300, -1e-12, -1e-3, -1.0, -50.0, 5.0):
        step = stepper(exponential_euler.build(model("dx/dt = a*x + b : 1\na : 1\nb : 1")), {"a": a, "b": 2.0})
        expected = 3.0 * math.exp(a * 0.5) + 2.0 * 0.5 * (math.expm1(a * 0.5) / (a * 0.5))
        assert step({"x": 3.0}, 0.5)["x"] == pytest.approx(expected, rel=1e-15 * 4, abs=1e-15 * 4)


def test_exponential_euler_keeps_gates_between_0_and_1() -> None:
    """Stiff gates (rates 1000 times faster than dt) neither overshoot nor oscillate."""
    m = model("dm/dt = a*(1 - m) - b*m : 1\na : 1\nb : 1")
    for a, b in ((1e4, 1.0), (1.0, 1e4), (0.0, 1e4), (1e5, 1e5)):
        found = run(exponential_euler.build(m), {"m": np.array([0.0, 0.5, 1.0])}, 0.1, 5, {"a": a, "b": b})["m"]
        np.testing.assert_allclose(found, a / (a + b), atol=1e-15)


# --- refractory -------------------------------------------------------------------------------------------------------

RESTING = "dv/dt = (E - v + w)/tau : 1 (unless refractory)\ndw/dt = (v - w)/tau : 1"


@pytest.mark.parametrize("name", ["euler", "rk2", "rk4", "exponential_euler", "exact", "heun"])
def test_a_refractory_variable_rests_and_the_others_go_on(name: str) -> None:
    """w relaxes to the constant v: exactly so for methods that are exact for w alone."""
    step = stepper(METHODS[name].build(model(RESTING)), {"E": 2.0, "tau": 1.0})
    both = {"v": np.array([1.0, 1.0]), "w": np.array([0.0, 0.0])}
    found = step(both, 0.1, not_refractory=np.array([True, False]))
    assert found["v"][1] == 1.0
    assert found["v"][0] > 1.0
    expected = {"euler": 0.1, "heun": 0.1, "rk2": 0.095, "rk4": 0.0951625}.get(name, -math.expm1(-0.1))
    assert found["w"][1] == pytest.approx(expected, rel=1e-14)


def test_exact_solution_does_not_depend_on_the_step_also_at_rest() -> None:
    rule = exact.build(model(RESTING))
    reals, rest = {"E": 2.0, "tau": 0.7}, {"not_refractory": False}
    step = stepper(rule, reals)
    once = step({"v": 1.0, "w": 0.3}, 0.8, **rest)
    half = step(step({"v": 1.0, "w": 0.3}, 0.4, **rest), 0.4, **rest)
    assert once["w"] == pytest.approx(float(half["w"]), rel=1e-15 * 4)


def test_a_resting_variable_gets_no_noise() -> None:
    m = model("dv/dt = s*xi : 1 (unless refractory)\ns : 1")
    for name in ("euler", "heun", "milstein"):
        step = stepper(METHODS[name].build(m), {"s": 1.0})
        assert step({"v": 1.0}, 0.1, dW_xi=0.5, not_refractory=False)["v"] == 1.0
        assert step({"v": 1.0}, 0.1, dW_xi=0.5, not_refractory=True)["v"] == 1.5


# --- choice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dv/dt = -v/tau : 1", "exact"),
        ("dv/dt = rate : 1", "exact"),  # Brian2 takes euler here
        ("dx/dt = y : 1\ndy/dt = -k*x : 1", "exact"),  # and here
        ("dv/dt = -v*v/tau : 1", "euler"),
        ("dv/dt = -v/tau + sin(t) : 1", "euler"),
        ("dv/dt = -v/tau + s*xi : 1", "euler"),
        ("dv/dt = -v/tau + v*xi : 1", "heun"),
        ("dv/dt = -v/tau + rand() : 1", "euler"),
    ],
)
def test_default_choice(text: str, name: str) -> None:
    assert choose(model(text)).name == name


def test_names_of_methods() -> None:
    assert find("RK4") is rk4
    assert find("linear") is exact
    assert find("independent") is exact
    assert find(rk2) is rk2
    assert choose(model("dv/dt = -v**2/tau : 1"), ("exact", "exponential_euler", rk2)) is rk2
    with pytest.raises(ValueError, match=r"^there is no integration method 'eulr'; did you mean 'euler'\?$"):
        find("eulr")
    with pytest.raises(ValueError, match=r"^there is no method option 'simplfy' of euler; did you mean 'simplify'"):
        choose(model("dv/dt = -v/tau : 1"), "euler", "cells", {"simplfy": True})


REFUSED = [
    ("exact", "dv/dt = -v*w : 1\ndw/dt = -w : 1", "the equation of 'v' is not linear in the state variables"),
    ("exact", "dv/dt = -v*t : 1", "the equation of 'v' contains t, which may change during a step"),
    ("exact", "dv/dt = rand() : 1", "the equation of 'v' contains random numbers, which may change during a step"),
    ("exact", "dv/dt = -v + s*xi : 1", "it does not handle noise, and the equations contain 'xi'"),
    (
        "exact",
        "\n".join(f"dx{k}/dt = x{(k + 1) % 7} - x{k} : 1" for k in range(7)),
        "'x0' depends on 7 coupled variables, more than 6",
    ),
    ("exponential_euler", "dv/dt = -w : 1\ndw/dt = w*w : 1", "the equation of 'w' is not linear in 'w'"),
    ("rk4", "dv/dt = -v + xi_a + xi_b : 1", "it does not handle noise, and the equations contain 'xi_a' and 'xi_b'"),
    (
        "euler",
        "dv/dt = v*xi : 1",
        "it only handles additive noise, and the noise 'xi' is multiplied by a state variable",
    ),
    (
        "milstein",
        "dv/dt = v*xi_a + v*xi_b : 1",
        "'v' is driven by more than one noise (xi_a, xi_b), which it cannot handle",
    ),
]


@pytest.mark.parametrize(("name", "text", "reason"), REFUSED)
def test_refusals_say_why(name: str, text: str, reason: str) -> None:
    assert METHODS[name].reason(model(text)) == reason
    with pytest.raises(UnsupportedEquationsException) as caught:
        METHODS[name].build(model(text))
    assert str(caught.value) == f"method '{name}' cannot be used: {reason}"


def test_an_error_of_choice_names_each_reason_and_what_would_do() -> None:
    with pytest.raises(UnsupportedEquationsException) as caught:
        choose(model("dv/dt = -v/tau + v*xi : 1"), ["exact", "rk4"], "cells")
    assert str(caught.value) == (
        "method 'exact' cannot be used for 'cells': it does not handle noise, and the equations contain 'xi'\n"
        "\n"
        "method 'rk4' cannot be used for 'cells': it does not handle noise, and the equations contain 'xi'\n"
        " = help: methods that can be used here: heun, milstein"
    )


def test_functions_that_hold_their_value_during_a_step_do_not_disturb_exact() -> None:
    m = Model((Ode("v", Call("stimulus", (Ref("t"),)) - Ref("v")),))
    assert exact.reason(m) == "the equation of 'v' contains t, which may change during a step"
    assert exact.reason(Model(m.odes, locally_constant=frozenset({"stimulus"}))) is None


@pytest.mark.parametrize("name", sorted(METHODS))
def test_each_method_says_where_it_comes_from(name: str) -> None:
    method = METHODS[name]
    year = "".join(c for c in method.citation if c.isdigit())[:4]
    assert method.bibtex.startswith("@")
    assert f"year={{{year}}}" in method.bibtex
    assert method.noise in KINDS
    assert (method.strong_order is None) == (method.noise == "none" or method.order is None)
    assert method.bibtex.count("{") == method.bibtex.count("}")


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_model_without_equations_has_nothing_to_do(name: str) -> None:
    assert METHODS[name].build(Model()).updates == ()


def test_choices_and_draws_may_stand_in_right_hand_sides() -> None:
    v = Ref("v")
    m = Model((Ode("v", Select(gt(v, 1.0), -v, Number("r")) + Draw("normal", 3)),))
    assert choose(m) is euler
    assert {x for let in rk4.build(m).lets for x in nodes(let.value) if isinstance(x, Draw)} == {Draw("normal", 3)}
