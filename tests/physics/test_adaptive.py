"""Methods with control of the error: order, tolerance, pace, failure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import Lane
from rules import run as run_rule
from rules import stepper
from scipy.integrate import solve_ivp

from eqsim import Network, NeuronGroup, StateMonitor, ms, mV, uvolt, volt
from eqsim.errors import DimensionMismatchError, IntegrationError
from eqsim.integrators import METHODS, choose, find, gsl_rkf45, rk45
from eqsim.integrators.embedded import PAIRS, Pair
from eqsim.model.equations import Equations
from eqsim.model.model import Model
from eqsim.model.symbolic import symbolic_model

NAMES = ("gsl_rk2", "gsl_rk4", "gsl_rkf45", "gsl_rkck", "gsl_rk8pd", "rk23", "rk45")
FIXED = {"adaptable_timestep": False, "absolute_error": 1e9}


def model(text: str) -> Model:
    return symbolic_model(Equations(text))


# --- pairs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_weights_integrate_polynomials_exactly(pair: Pair) -> None:
    """sum b c**k = 1/(k + 1) up to the order; the error estimate vanishes up to its own order, and not beyond.

    The fractions of Prince and Dormand are good to 18 digits: 13 terms of size below 10 give 1e-16.
    """
    b, c, e = pair.tableau.b, pair.tableau.c, pair.error
    for k in range(pair.order):
        assert abs(sum(w * x**k for w, x in zip(b, c, strict=True)) - 1 / (k + 1)) < 1e-15
    for k in range(pair.falls - 1):
        assert abs(float(sum(w * x**k for w, x in zip(e, c, strict=True)))) < 1e-15
    assert abs(float(sum(w * x ** (pair.falls - 1) for w, x in zip(e, c, strict=True)))) > 1e-5


@pytest.mark.parametrize("name", NAMES)
def test_order_with_fixed_steps(name: str) -> None:
    """x = 1/cosh(t), y = -tanh(t) over time 2; steps so large that the error is far above the rounding also at order 8."""
    method = METHODS[name].with_options(FIXED)
    assert method.order is not None
    steps = {3: 32, 4: 16, 5: 16, 8: 4}[int(method.order)]
    errors = []
    for n in (steps, 2 * steps):
        found = run_rule(method.build(model("dx/dt = y*x : 1\ndy/dt = -x*x : 1")), {"x": 1.0, "y": 0.0}, 2.0 / n, n)
        errors.append(abs(float(found["x"]) - 1 / math.cosh(2)) + abs(float(found["y"]) + math.tanh(2)))
    assert errors[1] > 1e-14
    assert abs(math.log2(errors[0] / errors[1]) - method.order) < 0.45


@pytest.mark.parametrize("name", NAMES)
def test_time_in_the_equation_is_that_of_each_stage(name: str) -> None:
    """x' = t**(order - 1): exact, as the weights integrate it; with a power more there is an error."""
    method = METHODS[name].with_options(FIXED)
    assert method.order is not None
    p = int(method.order)
    for power, exact in ((p - 1, True), (p + 1, False)):
        m = model(f"dx/dt = {' * '.join(['t'] * power)} : 1")
        found = float(run_rule(method.build(m), {"x": 0.0}, 1.0, 1)["x"])
        assert (abs(found - 1 / (power + 1)) < 1e-15) == exact


# --- control ----------------------------------------------------------------------------------------------------------

OREGONATOR = "dx/dt = 20*(x*(1 - x) - y*(x - 0.01)/(x + 0.01)) : 1\ndy/dt = x - y : 1"


def reference(start: tuple[float, float], end: float) -> np.ndarray:
    def f(t: float, z: np.ndarray) -> list[float]:
        x, y = z
        return [20 * (x * (1 - x) - y * (x - 0.01) / (x + 0.01)), x - y]

    return np.asarray(solve_ivp(f, (0, end), start, rtol=1e-12, atol=1e-13, method="LSODA").y[:, -1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tolerance", [1e-5, 1e-7])
def test_error_follows_the_tolerance(name: str, tolerance: float) -> None:
    """One long step of 0.5 with pulses in it.  The tolerance is that of each of up to n steps, and errors grow by the
    factor of the fastest growth, exp(20*0.1) = 7, at most: n*7*tolerance is a bound, with n < 300.
    """
    method = METHODS[name].with_options({"absolute_error": tolerance, "max_steps": 3000, "save_step_count": True})
    found = stepper(method.build(model(OREGONATOR)))({"x": 0.3, "y": 0.1}, 0.5, **cells())
    error = np.abs(np.array([found["x"], found["y"]]) - reference((0.3, 0.1), 0.5)).max()
    assert error < 7 * int(found["_step_count"]) * tolerance
    assert error > 1e-13  # it did stop at the tolerance


def cells(n: int | None = None) -> dict[str, Any]:
    values = {"_last_timestep": -1.0, "_step_count": -1, "_failed_steps": -1}
    return {name: np.float64(v) if n is None else np.full(n, v) for name, v in values.items()}


def test_a_stricter_variable_makes_shorter_steps() -> None:
    counts = []
    for options in ({}, {"absolute_error_per_variable": {"y": 1e-10}}):
        method = rk45.with_options({"save_step_count": True, **options})
        counts.append(int(stepper(method.build(model(OREGONATOR)))({"x": 0.3, "y": 0.1}, 0.5, **cells())["_step_count"]))
    assert counts[1] > 2 * counts[0]


def test_every_element_has_its_own_steps() -> None:
    """Slow elements end after one step, fast ones need many; each gets the bits that it would get alone."""
    method = gsl_rkf45.with_options({"save_step_count": True, "max_steps": 1000})
    step = stepper(method.build(model("dx/dt = -x*x*x : 1")))
    start = np.array([0.01, 1.0, 30.0])
    together = step({"x": start}, 0.1, **cells(3))
    assert together["_step_count"][0] == 1
    assert together["_step_count"][2] > 20
    for n in range(3):
        alone = step({"x": start[n : n + 1]}, 0.1, **cells(1))
        assert float(alone["x"][0]).hex() == float(together["x"][n]).hex()
    np.testing.assert_allclose(together["x"], start / np.sqrt(1 + 2 * start**2 * 0.1), atol=2e-5)


def test_the_next_step_begins_with_the_last_pace() -> None:
    """The first dt has to find its pace by rejections; the second one starts with it, and rejects nothing."""
    method = rk45.with_options({"save_failed_steps": True, "max_steps": 1000})
    step = stepper(method.build(model("dx/dt = -300*(x - 1) : 1")))
    first = step({"x": 0.0}, 0.1, **cells())
    assert int(first["_failed_steps"]) > 0
    again = {name: first[name] for name in ("_last_timestep", "_failed_steps")}
    assert int(step({"x": first["x"]}, 0.1, **again)["_failed_steps"]) == 0
    forgetful = rk45.with_options({"save_failed_steps": True, "max_steps": 1000, "use_last_timestep": False})
    assert forgetful.build(model("dx/dt = -300*(x - 1) : 1")).cells[0].name == "_failed_steps"


def test_a_resting_variable_rests() -> None:
    step = stepper(rk45.build(model("dv/dt = -v*v : 1 (unless refractory)\ndw/dt = v : 1")))
    found = step({"v": 2.0, "w": 0.0}, 0.25, not_refractory=False, **cells())
    assert float(found["v"]) == 2.0
    assert float(found["w"]) == pytest.approx(0.5, rel=1e-15 * 4)


# --- in a network -----------------------------------------------------------------------------------------------------


def test_networks_give_equal_bits(lane: Lane, lanes: dict[str, Lane]) -> None:
    """FitzHugh-Nagumo neurons with a threshold, a reset and t in the equations; dt is as long as a pulse."""

    def end() -> tuple[bytes, ...]:
        G = NeuronGroup(
            50,
            """dv/dt = (v - v**3/3 - w + 0.5 + 0.2*sin(t/ms))/ms : 1 (unless refractory)
               dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1""",
            method="gsl_rkck",
            method_options={"save_step_count": True, "save_failed_steps": True, "max_steps": 1000},
            threshold="v > 1.5",
            reset="w += 0.5",
            refractory=3 * ms,
            dt=1 * ms,
        )
        G.v = "-2 + 4*i/N"
        net = Network(G)
        net.run(20 * ms)
        return tuple(
            np.asarray(getattr(G, n)).tobytes() for n in ("v_", "w_", "_step_count", "_failed_steps", "_last_timestep_")
        )

    with lane.networks():
        found = end()
    with lanes["numpy"].networks():
        assert found == end()


def test_counts_can_be_recorded() -> None:
    G = NeuronGroup(1, "dv/dt = -v**3/ms : 1", method="gsl", method_options={"save_step_count": True}, dt=1 * ms)
    G.v = 10
    M = StateMonitor(G, "_step_count", record=True)
    Network(G, M).run(5 * ms)
    assert M._step_count[0, 1] > M._step_count[0, -1] >= 1


def test_failure_names_group_element_and_time(lane: Lane) -> None:
    """x' = x**2 from 1 explodes at t = 1 ms; the state is left as it was when the error was found."""
    with lane.networks():
        G = NeuronGroup(3, "dx/dt = x**2/ms : 1", method="gsl_rkf45", dt=0.25 * ms, name="blowup")
        G.x = [0.1, 1, 0.2]
        net = Network(G)
        with pytest.raises(IntegrationError) as caught:
            net.run(2 * ms)
    assert str(caught.value) == (
        "NeuronGroup 'blowup': the integration of element 1 failed at t = 0.75 ms: its error exceeds the tolerance after "
        "100 steps\n"
        " = help: take a smaller dt, a looser tolerance, more steps (max_steps), or a method for stiff equations "
        "(rosenbrock)"
    )
    G.x = 0.1
    net.run(0.25 * ms)  # it can go on


def test_a_fixed_step_fails_if_its_error_is_too_large() -> None:
    G = NeuronGroup(
        2, "dx/dt = -x/ms : 1", method="rk45", method_options={"adaptable_timestep": False}, dt=1 * ms, name="fixed"
    )
    G.x = [0, 1]
    with pytest.raises(
        IntegrationError, match=r"element 1 failed at t = 0. s: its error exceeds the tolerance with one step"
    ):
        Network(G).run(1 * ms)


def test_tolerances_have_units() -> None:
    def group(**per_variable: Any) -> NeuronGroup:
        return NeuronGroup(
            1, "dv/dt = -v/ms : volt", method="gsl", method_options={"absolute_error_per_variable": per_variable}, name="g*"
        )

    group(v=1 * uvolt)
    with pytest.raises(DimensionMismatchError, match="'v' and its tolerance have different units"):
        group(v=1 * ms)
    with pytest.raises(ValueError, match="absolute_error_per_variable names 'w', which is no state variable; these are v"):
        group(w=1 * mV)
    with pytest.raises(ValueError, match=r"a tolerance must be positive, not 0\. V"):
        group(v=0 * volt)


def test_options_are_checked() -> None:
    m = model("dv/dt = -v**2 : 1")
    with pytest.raises(ValueError, match=r"^there is no method option 'max_step' of gsl_rkf45; did you mean 'max_steps'\?$"):
        choose(m, "gsl", options={"max_step": 3})
    with pytest.raises(ValueError, match=r"^there is no method option 'max_steps' of euler; known: simplify, calc"):
        choose(m, "euler", options={"max_steps": 3})
    with pytest.raises(ValueError, match=r"^max_steps is a number of steps, or 0 for no limit, not -1"):
        choose(m, "gsl", options={"max_steps": -1})
    assert find("GSL") is gsl_rkf45
    assert rk45.reason(model("dv/dt = -v + xi : 1")) == "it does not handle noise, and the equations contain 'xi'"
