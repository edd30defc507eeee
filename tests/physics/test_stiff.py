"""Implicit methods: order, problems that are stiff, failure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import Lane
from rules import run, stepper
from scipy.integrate import solve_ivp
from scipy.linalg import lu_factor, lu_solve

from eqsim import Network, NeuronGroup, ms
from eqsim.errors import IntegrationError
from eqsim.functions.helpers import Lets
from eqsim.integrators import METHODS, Method, crank_nicolson, implicit_euler, rosenbrock
from eqsim.integrators.solve import elimination_order, factors
from eqsim.ir.expr import Ref
from eqsim.model.equations import Equations
from eqsim.model.model import Model, Rule
from eqsim.model.symbolic import symbolic_model

NAMES = ("rosenbrock", "rodas3", "implicit_euler", "crank_nicolson")
FIXED = {"adaptable_timestep": False, "absolute_error": 1e9}


def model(text: str) -> Model:
    return symbolic_model(Equations(text))


def fixed(name: str) -> Method:
    method = METHODS[name]
    return method if method.configure is None else method.with_options(FIXED)


# --- order ------------------------------------------------------------------------------------------------------------

PROBLEMS: dict[str, tuple[str, dict[str, float], dict[str, float]]] = {
    "one variable": ("dx/dt = x*(1 - x) : 1", {"x": 0.2}, {"x": 1 / (1 + 4 * math.exp(-1))}),
    "two variables": (
        "dx/dt = y*x : 1\ndy/dt = -x*x : 1",
        {"x": 1.0, "y": 0.0},
        {"x": 1 / math.cosh(1), "y": -math.tanh(1)},
    ),
    "with t": ("dx/dt = -x + cos(t) : 1", {"x": 1.0}, {"x": (math.exp(-1) + math.cos(1) + math.sin(1)) / 2}),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", NAMES)
def test_order(name: str, problem: str) -> None:
    """Closed forms at time 1; with 32 and 64 steps the next order changes the slope by less than 0.1."""
    text, start, end = PROBLEMS[problem]
    method, errors = fixed(name), []
    for n in (32, 64):
        found = run(method.build(model(text)), start, 1.0 / n, n)
        errors.append(max(abs(float(found[k]) - v) for k, v in end.items()))
    assert method.order is not None
    assert abs(math.log2(errors[0] / errors[1]) - method.order) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_a_fast_mode_does_not_disturb(name: str) -> None:
    """Prothero and Robinson: x' = -k*(x - cos(t)) - sin(t) has the solution cos(t) for every k; here k*dt = 1e5.

    Forward Euler grows by 1e5 in each step.  All these methods stay within 1e-3, the error of sin over a step squared.
    """
    m = model("dx/dt = -k*(x - cos(t)) - sin(t) : 1\nk : 1")
    found = run(fixed(name).build(m), {"x": 1.0}, 0.1, 10, {"k": 1e6})
    assert abs(float(found["x"]) - math.cos(1)) < 1e-3


@pytest.mark.parametrize("name", ["rosenbrock", "rodas3", "implicit_euler"])
def test_what_is_fast_is_damped_at_once(name: str) -> None:
    """L-stable: one step of x' = -k*x with k*dt = 1e6 leaves about 1/(k*dt); crank_nicolson would leave -x."""
    found = run(fixed(name).build(model("dx/dt = -k*x : 1\nk : 1")), {"x": 1.0}, 1.0, 1, {"k": 1e6})
    assert abs(float(found["x"])) < 1e-5
    swings = run(crank_nicolson.build(model("dx/dt = -k*x : 1\nk : 1")), {"x": 1.0}, 1.0, 1, {"k": 1e6})
    assert float(swings["x"]) == pytest.approx(-1, abs=1e-5)


# --- problems of the literature ---------------------------------------------------------------------------------------


def with_cells(rule: Rule, start: dict[str, float], dt: float, steps: int, **reals: float) -> dict[str, Any]:
    """As `run`, with the cells of the rule."""
    step = stepper(rule, reals)
    values: dict[str, Any] = {**start, **{c.name: np.float64(-1.0) if c.type == "real" else -1 for c in rule.cells}}
    for n in range(steps):
        values = {**values, **step(values, dt, n * dt)}
    return values


@pytest.mark.parametrize("name", ["rosenbrock", "rodas3"])
def test_van_der_pol(name: str) -> None:
    """mu = 1000, from (2, 0) to t = 1500, past the first jump at 807; reference by Radau at a tolerance of 1e-10.

    Each of some hundred steps may err by 1e-6; on the slow branches all errors decay, at the jump an error in x moves the
    time of the jump by about mu*error: 1e-3 in all.
    """
    options = {"absolute_error": 1e-6, "max_steps": 100000, "save_step_count": True}
    rule = METHODS[name].with_options(options).build(model("dx/dt = y : 1\ndy/dt = mu*(1 - x*x)*y - x : 1\nmu : 1"))
    found = with_cells(rule, {"x": 2.0, "y": 0.0}, 1500.0, 1, mu=1000.0)

    def f(t: float, z: np.ndarray) -> list[float]:
        return [z[1], 1000 * (1 - z[0] ** 2) * z[1] - z[0]]

    true = solve_ivp(f, (0, 1500), (2.0, 0.0), method="Radau", rtol=1e-10, atol=1e-12).y[:, -1]
    assert abs(float(found["x"]) - true[0]) < 1e-3
    assert int(found["_step_count"]) < 10000  # an explicit method is held to steps of 1/mu: about a million


ROBERTSON = "da/dt = -0.04*a + 1e4*b*c : 1\ndb/dt = 0.04*a - 1e4*b*c - 3e7*b**2 : 1\ndc/dt = 3e7*b**2 : 1"


@pytest.mark.parametrize("name", ["rosenbrock", "rodas3"])
def test_robertson(name: str) -> None:
    """Chemical rates over nine orders of magnitude, to t = 40: the published values; the sum of all three stays 1."""
    options = {"absolute_error": 1e-8, "absolute_error_per_variable": {"b": 1e-12}, "max_steps": 100000}
    found = with_cells(METHODS[name].with_options(options).build(model(ROBERTSON)), {"a": 1.0, "b": 0.0, "c": 0.0}, 4.0, 10)
    values = np.array([float(found[x]) for x in "abc"])
    np.testing.assert_allclose(values, [0.7158270688, 9.185534765e-06, 0.2841637457], rtol=1e-5)
    assert values.sum() == pytest.approx(1, abs=1e-13)  # linear invariants are kept by every Rosenbrock method


@pytest.mark.parametrize("method", [implicit_euler, crank_nicolson])
def test_robertson_with_newton(method: Method) -> None:
    """dt = 0.05: backward Euler errs by its order, about 1e-3; the trapezoidal rule by 3e-4, as
    the jump of b at the start does not die away but swings."""
    found = run(method.build(model(ROBERTSON)), {"a": 1.0, "b": 0.0, "c": 0.0}, 0.05, 800)
    values = np.array([float(found[x]) for x in "abc"])
    np.testing.assert_allclose(values, [0.7158270688, 9.185534765e-06, 0.2841637457], rtol=2e-3 / method.order**2)


# --- the linear solver ------------------------------------------------------------------------------------------------


def test_elimination_is_that_of_lapack() -> None:
    """A diagonally dominant matrix of 7; few roundings each."""
    rng = np.random.default_rng(3)
    names = tuple("abcdefg")
    filled = (rng.random((7, 7)) < 0.4) | np.eye(7, dtype=bool)
    m = np.where(filled, rng.normal(size=(7, 7)), 0.0) + 6 * np.eye(7)
    right = rng.normal(size=7)
    let = Lets()
    entries = {(a, b): Ref(f"m{a}{b}") for i, a in enumerate(names) for j, b in enumerate(names) if filled[i, j]}
    unknown = factors(let, entries, names).solve(let, {a: Ref(f"r{a}") for a in names}, "x")
    values = {f"m{a}{b}": m[i, j] for i, a in enumerate(names) for j, b in enumerate(names)}
    values |= {f"r{a}": right[i] for i, a in enumerate(names)}
    found = stepper(Rule(tuple(let.body), tuple(unknown.items())))(values, 1.0)
    np.testing.assert_allclose([float(found[a]) for a in names], lu_solve(lu_factor(m), right), rtol=1e-13)


def test_order_of_elimination_avoids_new_entries() -> None:
    """An arrow: the variable that all others depend on comes last, and nothing fills in."""
    names = ("v", "m", "h", "n")
    arrow = {("v", x) for x in names} | {(x, "v") for x in names} | {(x, x) for x in names}
    assert elimination_order(arrow, names)[-2:] == ["v", "n"] or elimination_order(arrow, names)[-1] == "v"


# --- in a network -----------------------------------------------------------------------------------------------------

CHANNELS = """
    dv/dt = (120*m**3*h*(50 - v) + 36*n**4*(-77 - v) + 0.3*(-54.4 - v) + I)/ms : 1
    dm/dt = (0.1*(v + 40)/(1 - exp(-(v + 40)/10))*(1 - m) - 4*exp(-(v + 65)/18)*m)/ms : 1
    dh/dt = (0.07*exp(-(v + 65)/20)*(1 - h) - h/(1 + exp(-(v + 35)/10)))/ms : 1
    dn/dt = (0.01*(v + 55)/(1 - exp(-(v + 55)/10))*(1 - n) - 0.125*exp(-(v + 65)/80)*n)/ms : 1
    I : 1
"""


@pytest.mark.parametrize("name", NAMES)
def test_networks_give_equal_bits(name: str, lane: Lane, lanes: dict[str, Lane]) -> None:
    """Hodgkin and Huxley, started at -40 and -55 mV, too, where quotients are 0/0."""

    def end() -> bytes:
        options = {"absolute_error": 1e-2} if METHODS[name].configure else {}
        G = NeuronGroup(7, CHANNELS, method=name, method_options=options, dt=0.1 * ms)
        G.v, G.h, G.n, G.m = [-65, -40, -55, -70, 20, -30, 0], 0.6, 0.3, 0.05
        G.I = "2*i"
        Network(G).run(0.5 * ms)
        assert np.all(np.isfinite(G.v_))
        return bytes(np.asarray(G.v_).tobytes())

    with lane.networks():
        found = end()
    with lanes["numpy"].networks():
        assert found == end()


def test_newton_that_does_not_converge_is_an_error() -> None:
    """x = 1 + dt*(x**2 + 1) has no real solution for dt = 1."""
    G = NeuronGroup(2, "dx/dt = (x**2 + 1)/ms : 1", method="implicit_euler", dt=1 * ms, name="nosolution")
    G.x = 1
    with pytest.raises(IntegrationError) as caught:
        Network(G).run(1 * ms)
    assert str(caught.value).startswith(
        "NeuronGroup 'nosolution': the integration of element 0 (and of 1 more) failed at t = 0. s: Newton's method did not "
        "converge in 20 iterations\n"
    )


def test_refusals_say_why() -> None:
    many = "\n".join(f"dx{k}/dt = -x{k}*x{k} : 1" for k in range(25))
    assert rosenbrock.reason(model(many)) == "there are 25 equations, more than 24"
    assert implicit_euler.reason(model("dv/dt = -v + xi : 1")) == "it does not handle noise, and the equations contain 'xi'"
