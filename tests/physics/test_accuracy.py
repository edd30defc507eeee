"""The estimate of the error of a step, against errors that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eqsim import NeuronGroup, ms, mV, volt
from eqsim.errors import DimensionMismatchError
from eqsim.tools.accuracy import accuracy

TAU = 10e-3


def decay(method: str, dt_ms: float = 1.0, model: str = "dv/dt = -v/(10*ms) : volt") -> NeuronGroup:
    G = NeuronGroup(3, model, method=method, dt=dt_ms * ms, name="decay*")
    G.v = [1, -5, 2] * mV
    return G


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk2", 2), ("rk4", 4)])
def test_estimate_is_the_error_of_a_step(method: str, order: int) -> None:
    """z = -dt/tau = -0.1: the error of a step is |z|**(p+1)/(p+1)!*v, and the next term is |z| of that: 15 % with both."""
    found = accuracy(decay(method)).lines[0]
    assert found.element == 1
    assert found.error == pytest.approx(5e-3 * 0.1 ** (order + 1) / math.factorial(order + 1), rel=0.15)


def test_recommended_dt_meets_the_tolerance() -> None:
    """With the recommended dt the error is the tolerance, to the 15 % of the estimate."""
    first = accuracy(decay("euler"), {"v": 0.5e-6 * volt})
    dt = float(first.recommended_dt)
    again = accuracy(decay("euler", dt * 1e3)).lines[0]
    assert again.error == pytest.approx(0.5e-6, rel=0.15)
    assert "dt = " in first.advice


def test_nothing_is_changed_and_noise_is_left_out() -> None:
    quiet, noisy = decay("euler"), decay("euler", model="dv/dt = -v/(10*ms) + 5*mV*xi/sqrt(10*ms) : volt")
    before = noisy.memory["v"].copy()
    assert accuracy(noisy).lines == accuracy(quiet).lines
    np.testing.assert_array_equal(noisy.memory["v"], before)
    assert noisy.clock.step == 0


def test_fastest_decay_is_an_eigenvalue() -> None:
    """x' = -x + 2y, y' = -2x - y in 1/ms: both eigenvalues have the real part -1/ms."""
    G = NeuronGroup(1, "dx/dt = (-x + 2*y)/ms : 1\ndy/dt = (-2*x - y)/ms : 1", method="exact", name="swing*")
    G.x = 1
    assert accuracy(G).fastest_s == pytest.approx(1e-3, rel=1e-12)
    assert accuracy(G).advice == "exact makes no error in a step of any size"
    assert str(accuracy(G).recommended_dt) == "inf s"


def test_instability_is_told() -> None:
    G = decay("euler", 25.0)
    assert accuracy(G).stiffness == pytest.approx(2.5)
    assert accuracy(G).advice == ("euler is unstable here: take a dt below 20 ms, or exponential_euler or rosenbrock")


def test_other_answers() -> None:
    assert accuracy(decay("euler"), {"v": 1 * volt}).advice.startswith("all tolerances are met; they are up to dt = ")
    assert accuracy(decay("rosenbrock")).advice == "rosenbrock controls its error itself: see absolute_error"
    with pytest.raises(DimensionMismatchError, match="the tolerance of 'v' is in another unit"):
        accuracy(decay("euler"), {"v": 1 * ms})
    with pytest.raises(ValueError, match="'w' is no state variable of NeuronGroup 'decay"):
        accuracy(decay("euler"), {"w": 1})
    with pytest.raises(TypeError, match="takes a NeuronGroup with differential equations"):
        accuracy(NeuronGroup(1, "x : 1", name="plain"))
