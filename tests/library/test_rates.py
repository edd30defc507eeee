"""Rate models and oscillators against fixed points, closed forms, and what their papers show."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import Hz, Network, StateMonitor, ms, mV, nA, pA
from eqsim.library import (
    jansen_rit,
    kuramoto,
    kuramoto_coupling,
    stuart_landau,
    threshold_linear,
    wilson_cowan,
    wong_wang,
)

# The parameters for which the fixed point and the limit cycle below were computed.
OTHER = {
    "w_IE": 15.0,
    "w_EI": 12.0,
    "a_E": 1.5,
    "a_I": 1.5,
    "theta_E": 3.0,
    "theta_I": 3.0,
    "tau_E": 1 * ms,
    "tau_I": 1 * ms,
}


def test_fixed_point_and_limit_cycle_of_wilson_and_cowan(lane: Lane) -> None:
    """Rest without input; for other values the point (-0.0064358, -0.0011414) at -0.5, and a period of 4.3467 ms at 1.25."""
    with lane.networks():
        group = wilson_cowan(**OTHER).neurons(3)
        group.I_E_ext = [0, -0.5, 1.25]
        group.E = [0, 0.1, 0.1]
        monitor = StateMonitor(group, "E", record=2, dt=0.1 * ms)
        Network(group, monitor).run(100 * ms)
    assert float(group.E[0]) == 0 and float(group.I[0]) == 0
    assert float(group.E[1]) == pytest.approx(-0.0064358, abs=1e-7)  # what is left of the start is exp(-96)
    assert float(group.I[1]) == pytest.approx(-0.0011414, abs=1e-7)
    E = monitor.E[0, 300:]
    assert E.min() == pytest.approx(0.07498, abs=2e-3) and E.max() == pytest.approx(0.34013, abs=2e-3)  # grid of 0.1 ms
    up = np.flatnonzero((E[:-1] < 0.2) & (E[1:] >= 0.2))
    assert (up[-1] - up[0]) * 0.1 / (len(up) - 1) == pytest.approx(4.3467, abs=0.01)


def test_limit_cycle_of_the_paper_of_wilson_and_cowan() -> None:
    group = wilson_cowan.neurons(2)
    group.I_E_ext = [0, 1.25]
    monitor = StateMonitor(group, "E", record=True)
    group.E = 0.05
    Network(group, monitor).run(1000 * ms)
    quiet, cycle = np.ptp(monitor.E[:, -3000:], axis=1)
    assert quiet < 1e-3 and cycle > 0.1


def test_rates_of_a_linear_area() -> None:
    """Currents that make (10, 35) Hz the fixed point of the area at the bottom of the hierarchy."""
    group = threshold_linear.neurons(1)
    group.I_E_ext = (10 / 0.066 - 24.3 * 10 + 19.7 * 35) * pA
    group.I_I_ext = (35 / 0.351 - 12.2 * 10 + 12.5 * 35) * pA
    group.E, group.I = 11 * Hz, 34 * Hz
    Network(group).run(1000 * ms)
    assert float(group.E[0] / Hz) == pytest.approx(10, abs=1e-6)
    assert float(group.I[0] / Hz) == pytest.approx(35, abs=1e-6)


def test_column_has_an_alpha_rhythm() -> None:
    group = jansen_rit.neurons(1, dt=1 * ms)
    group.p_ext = 220 * Hz
    monitor = StateMonitor(group, ["y_1", "y_2"], record=0, dt=1 * ms)
    Network(group, monitor).run(3000 * ms)
    potential = np.asarray((monitor.y_1[0] - monitor.y_2[0]) / mV)[1000:]
    power = np.abs(np.fft.rfft(potential - potential.mean()))
    assert 8 < np.argmax(power) / 2 < 13  # two seconds: steps of 0.5 Hz


def test_oscillator_near_its_hopf_point() -> None:
    """Radius sqrt(a) = 0.5, 10 Hz; the other half decays to rest. What is left of the start is exp(-2*0.25*10)."""
    group = stuart_landau(a=0.25).neurons(1)
    group.x = 0.1
    monitor = StateMonitor(group, ["x", "y"], record=0)
    Network(group, monitor).run(2500 * ms)
    x, y = monitor.x[0, -1000:], monitor.y[0, -1000:]
    np.testing.assert_allclose(np.hypot(x, y), 0.5, rtol=1e-3)
    turn = np.unwrap(np.arctan2(y, x))
    assert (turn[-1] - turn[0]) / (2 * np.pi * 99.9e-3) == pytest.approx(10, rel=1e-6)


def test_two_phases_lock() -> None:
    """sin(difference) = (omega_2 - omega_1)/(2*weight) = 0.25; the pull is held for a step, which moves no fixed point."""
    group = (kuramoto + kuramoto_coupling).neurons(2)
    group.omega = [100, 110] * Hz
    coupled = kuramoto_coupling.synapses(group, condition="i != j", weight=20 * Hz)
    Network(group, coupled).run(1000 * ms)
    assert np.sin(group.theta[1] - group.theta[0]) == pytest.approx(0.25, rel=1e-9)


def test_decision_follows_the_evidence() -> None:
    """The population with more input wins; exchanged inputs exchange the populations, to the last digits."""
    coherence = np.array([0.256, -0.256])
    group = wong_wang.neurons(2)
    group.I_1_ext, group.I_2_ext = (5.2e-4 * 40 * (1 + c) * nA for c in (coherence, -coherence))
    Network(group).run(2000 * ms)
    first, second = np.asarray(group.S_1), np.asarray(group.S_2)
    assert first[0] > 0.5 > 0.2 > second[0]
    np.testing.assert_allclose(first, second[::-1], rtol=1e-9)
