"""Linear equations with additive noise: mean and covariance after a step of any size."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from rules import stepper
from scipy.linalg import expm

from eqsim import Network, NeuronGroup, ms, seed
from eqsim.integrators import choose, exact_noise
from eqsim.model.equations import Equations
from eqsim.model.model import Model
from eqsim.model.symbolic import symbolic_model


def model(text: str) -> Model:
    return symbolic_model(Equations(text))


def covariance(m: Model, dt: float, **more: Any) -> np.ndarray:
    """What one step makes of normal numbers: L L^T, with a column of L for each of them."""
    rule = exact_noise.build(m)
    step = stepper(rule, more.pop("reals", {}))
    zero = dict.fromkeys(m.names, 0.0)
    columns = []
    for xi in rule.noise:
        drawn = {f"dW_{other}": math.sqrt(dt) * (other == xi) for other in rule.noise}
        new = step(zero, dt, **drawn, **more)
        columns.append([float(new[name]) for name in m.names])
    return np.array(columns).T @ np.array(columns)


def van_loan(a: np.ndarray, g: np.ndarray, dt: float) -> np.ndarray:
    """The integral of exp(A s) G G^T exp(A s)^T, from the exponential of a matrix twice as large (Van Loan 1978).

    In 40 digits, of which it loses those of exp(2*|A|*dt).
    """
    n = len(a)
    with mpmath.workdps(40):
        f = mpmath.expm(mpmath.matrix(np.block([[-a, g @ g.T], [np.zeros((n, n)), a.T]])) * dt)
        return np.array((f[n:, n:].T * f[:n, n:]).tolist(), dtype=float)


def text_of(a: np.ndarray, g: np.ndarray) -> str:
    """The equations with this matrix and these factors."""
    lines = []
    for i in range(len(a)):
        terms = [f"{float(a[i, j])}*x{j}" for j in range(len(a)) if a[i, j]]
        terms += [f"{float(g[i, k])}*xi_{k}" for k in range(g.shape[1]) if g[i, k]]
        lines.append(f"dx{i}/dt = {' + '.join(terms) or '0.0'} : 1")
    return "\n".join(lines)


SYSTEMS = {
    "one variable": (np.array([[-2.0]]), np.array([[0.7]])),
    "a drift without decay": (np.array([[0.0]]), np.array([[0.7]])),
    "position and speed": (np.array([[0.0, 1.0], [0.0, -3.0]]), np.array([[0.0], [1.5]])),
    "equal rates in a chain": (np.array([[-1.0, 2.0], [0.0, -1.0]]), np.array([[0.0], [1.0]])),
    "a damped oscillator": (np.array([[0.0, 1.0], [-9.0, -0.4]]), np.array([[0.0], [1.0]])),
    "one noise for both": (np.array([[-1.0, 0.0], [0.0, -4.0]]), np.array([[1.0], [0.5]])),
    "two noises, shared": (np.array([[-1.0, 0.3], [0.0, -2.0]]), np.array([[1.0, 0.5], [0.0, -0.8]])),
    "a chain of three": (np.array([[-1.0, 1.0, 0.0], [0.0, -2.0, 1.0], [0.0, 0.0, -0.5]]), np.array([[0.0], [0.0], [1.0]])),
    "no noise for one": (np.array([[-1.0, 0.0], [0.0, -2.0]]), np.array([[0.0], [0.3]])),
}


@pytest.mark.parametrize("dt", [1e-3, 0.1, 2.0])
@pytest.mark.parametrize("name", list(SYSTEMS))
def test_covariance_is_the_integral(name: str, dt: float) -> None:
    """Each entry is a sum of terms of one sign but for oscillations; L multiplied with itself rounds again: 1e-12."""
    a, g = SYSTEMS[name]
    np.testing.assert_allclose(covariance(model(text_of(a, g)), dt), van_loan(a, g, dt), atol=1e-300, rtol=1e-12)


def test_two_small_steps_make_one_large_step() -> None:
    """P(2h) = P(h) + exp(A h) P(h) exp(A h)^T, for a loop of two variables."""
    a, g = SYSTEMS["a damped oscillator"]
    m, h = model(text_of(a, g)), 0.7
    p = covariance(m, h)
    np.testing.assert_allclose(covariance(m, 2 * h), p + expm(a * h) @ p @ expm(a * h).T, rtol=1e-12, atol=1e-15)


def test_the_mean_is_that_of_exact() -> None:
    step = stepper(exact_noise.build(model("dv/dt = (E - v)/tau + s*xi : 1")), {"E": 2.0, "tau": 0.5, "s": 3.0})
    expected = 2.0 + (1.0 - 2.0) * math.exp(-0.3 / 0.5)
    assert float(step({"v": 1.0}, 0.3, dW_xi_v=0.0)["v"]) == pytest.approx(expected, rel=1e-15 * 4)


def test_no_noise_reaches_a_resting_variable_and_what_it_feeds() -> None:
    m = model("dv/dt = -v + xi : 1 (unless refractory)\ndw/dt = v - w : 1")
    assert np.all(covariance(m, 0.5, not_refractory=False) == 0.0)
    a, g = np.array([[-1.0, 0.0], [1.0, -1.0]]), np.array([[1.0], [0.0]])
    np.testing.assert_allclose(covariance(m, 0.5, not_refractory=True), van_loan(a, g, 0.5), rtol=1e-12)


def test_exact_named_alone_goes_on_with_noise() -> None:
    linear = model("dv/dt = -v/tau + s*xi : 1")
    assert choose(linear, "exact") is exact_noise
    assert choose(linear).name == "euler"  # the default tries exact, euler, heun, as in Brian2
    assert exact_noise.reason(model("dv/dt = -v**2 + xi : 1")) == "the equation of 'v' is not linear in the state variables"
    assert exact_noise.reason(model("dv/dt = -v + t*xi : 1")) == (
        "the factor of 'xi' in the equation of 'v' contains t, which may change during a step"
    )
    assert exact_noise.reason(model("dv/dt = -v + v*xi : 1")) == (
        "it only handles additive noise, and the noise 'xi' is multiplied by a state variable"
    )


def test_stationary_variance_at_a_step_of_three_time_constants(lane: Any) -> None:
    """dv = -v/tau dt + sigma*sqrt(2/tau) dW has variance sigma**2 and correlation exp(-dt/tau), at any dt.

    20000 neurons: the variance is known to a relative 0.01 (one sigma); 5 sigma are exceeded with probability 6e-7.
    The correlation of two steps, exp(-3) = 0.05, is known to 0.007.
    """
    seed(11)
    with lane.networks():
        n = 20000
        G = NeuronGroup(n, "dv/dt = -v/tau + 2*sqrt(2/tau)*xi : 1", method="exact", dt=30 * ms, namespace={"tau": 10 * ms})
        net = Network(G)
        net.run(300 * ms)
        before = np.array(G.v_)
        net.run(30 * ms)
        after = np.array(G.v_)
    assert abs(np.var(after) / 4 - 1) < 0.05
    assert abs(np.mean(before * after) / 4 - math.exp(-3)) < 0.035
