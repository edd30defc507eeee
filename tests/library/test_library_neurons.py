"""Neurons with one or two variables: where they begin to fire, and how fast they fire then."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import Network, SpikeMonitor, StateMonitor, ms, mV, nA, nS, pA
from eqsim.library import (
    Model,
    adex,
    eif,
    fitzhugh_nagumo,
    hindmarsh_rose,
    izhikevich,
    lif,
    mihalas_niebur,
    qif,
)

DT = 0.1


def intervals(monitor: SpikeMonitor, neuron: int = 0) -> np.ndarray:
    """The intervals between the spikes of one neuron, in ms, without the first two: they may depend on how it began."""
    return np.diff(np.asarray(monitor.t / ms)[np.asarray(monitor.i) == neuron])[2:]


def counts(model: Model, currents: object, time: object) -> np.ndarray:
    """Spikes of a neuron for each current."""
    group = model.neurons(np.size(currents))
    group.I_ext = currents
    monitor = SpikeMonitor(group)
    Network(group, monitor).run(time)
    return np.asarray(monitor.count)


def quadratic_period() -> float:
    """tau x' = a x**2 + c between reset and peak, x from the middle of E_L and V_T, for 100 pA."""
    a, c = 1 / 15.0, (100 - 37.5) / 10  # 1/mV, mV
    x = np.array([-75.0, 30.0]) + 57.5
    return float(10 / np.sqrt(a * c) * np.diff(np.arctan(np.sqrt(a / c) * x))[0])


def test_periods(lane: Lane) -> None:
    """Closed forms of the periods, on every lane; spikes are on the grid, so that an interval is late by up to two steps."""
    with lane.networks():
        groups = [m.neurons(1, name=m.name) for m in (lif, qif, mihalas_niebur)]
        monitors = [SpikeMonitor(g) for g in groups]
        for group, current in zip(groups, (0.3 * nA, 100 * pA, 1.5 * pA), strict=True):
            group.I_ext = current
        Network(*groups, *monitors).run(600 * ms)
    periods = (2 + 10 * np.log(2), quadratic_period(), 20 * np.log(3))
    for monitor, period in zip(monitors, periods, strict=True):
        measured = intervals(monitor)
        assert len(measured) > 5
        # the step of the quadratic neuron has errors of the second order: 1 % at the most
        assert 0.99 * period < measured.mean() < 1.01 * period + 2 * DT


def test_rheobase_of_leaky_neuron() -> None:
    assert counts(lif, [0.199, 0.201] * nA, 110 * ms).tolist() == [0, 2]  # tau*log(20.1/0.1) = 53 ms, then 2 + 46 ms


@pytest.mark.parametrize(("model", "rheobase"), [(qif, 37.5), (eif, 10 * (65 - 59.9 - 3.48))], ids=["qif", "eif"])
def test_rheobase_is_at_the_saddle_node(model: Model, rheobase: float) -> None:
    """In pA: g*(V_T - E_L)/4 and g_L*(V_T - E_L - Delta_T)."""
    quiet, active = counts(model, [0.98 * rheobase, 1.05 * rheobase] * pA, 500 * ms)
    assert quiet == 0 and active > 0


def test_adaptive_neuron_loses_its_rest_at_a_hopf_point() -> None:
    """At the Hopf point the trace of the Jacobian is 0: g_L*(exp((v - V_T)/Delta_T) - 1)/C = 1/tau_w."""
    leak, adaptation, slope = 30 * nS, 4 * nS, 2 * mV
    ratio = 1 + 281 / (30 * 144)
    hopf = -50.4 * mV + slope * np.log(ratio)
    for shift, fires in ((-0.3, False), (0.3, True)):
        v = hopf + shift * mV
        current = (leak + adaptation) * (v + 70.6 * mV) - leak * slope * np.exp(float((v + 50.4 * mV) / slope))
        group = adex.neurons(1)
        group.I_ext, group.v, group.w = current, v + 0.01 * mV, adaptation * (v + 70.6 * mV)
        monitor = SpikeMonitor(group)
        Network(group, monitor).run(1000 * ms)
        assert (monitor.num_spikes > 0) == fires


def test_izhikevich_loses_its_rest_at_the_hopf_point() -> None:
    """0.08 v + 5 = a at v = -62.25, for a current of 3.7975; small disturbances die out below."""
    v = np.array([-62.45, -62.05])
    group = izhikevich.neurons(2)
    group.I_ext = -(0.04 * v**2 + 5 * v + 140 - 0.2 * v) * pA
    group.v, group.u = (v + 1e-3) * mV, 0.2 * v * mV / ms
    monitor = SpikeMonitor(group)
    Network(group, monitor).run(1500 * ms)
    quiet, active = monitor.count
    assert quiet == 0 and active > 1


def test_izhikevich_does_not_move_at_rest() -> None:
    group = izhikevich.neurons(1)
    Network(group).run(100 * ms)
    assert float(group.v[0] / mV) == pytest.approx(-70, abs=1e-6)  # rounding errors decay


def test_fitzhugh_nagumo_oscillates_above_its_hopf_point() -> None:
    """v**2 = 1 - b*c = 0.936 at I = 0.33129; below it small disturbances of the rest die out."""
    v = np.array([-0.975, -0.960])  # on both sides of -0.96747
    w = (v + 0.7) / 0.8
    group = fitzhugh_nagumo.neurons(2)
    group.I_ext = w - v + v**3 / 3
    group.v, group.w = v + 1e-3, w
    monitor = StateMonitor(group, "v", record=True)
    Network(group, monitor).run(3000 * ms)
    low, high = np.ptp(monitor.v[:, -5000:], axis=1)
    assert low < 1e-3 and high > 1


def test_hindmarsh_rose_at_rest_and_bursting() -> None:
    """x = -(1 + sqrt(5))/2 is the rest for I = 0; at I = 2 intervals in bursts are far shorter than those between them."""
    rest = -(1 + 5**0.5) / 2
    quiet, bursting = hindmarsh_rose(x_R=rest).neurons(1), hindmarsh_rose.neurons(1)
    quiet.x, quiet.y = rest, 1 - 5 * rest**2
    bursting.I_ext = 2
    monitor = StateMonitor(bursting, "x", record=0)
    Network(quiet, bursting, monitor).run(1000 * ms)
    assert float(quiet.x[0]) == pytest.approx(rest, abs=1e-9)
    x = monitor.x[0]
    gaps = np.diff(np.flatnonzero((x[:-1] < 0.5) & (x[1:] >= 0.5)))
    assert gaps.max() > 4 * gaps.min() and np.count_nonzero(gaps < 2 * gaps.min()) > 5
