"""Neurons with channels, against the formulas of their papers integrated by scipy, and the thalamic cells' spike times."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import Lane
from numpy import cosh, exp, tanh
from scipy.integrate import solve_ivp

from eqsim import Network, SpikeMonitor, StateMonitor, amp, cm, meter, ms, mV, nA, uA, um
from eqsim.library import (
    Model,
    calcium,
    cat,
    hcn,
    hodgkin_huxley,
    membrane,
    morris_lecar,
    na,
    thalamic,
    traub_miles,
    wang_buzsaki,
)
from eqsim.units import mmolar

Rates = Callable[[float, np.ndarray], list[float]]


def hodgkin_huxley_1952(current: float) -> Rates:
    """V is the depolarisation from the rest, in mV, as in today's sign of equations 7 to 26 of the paper."""

    def rates(t: float, y: np.ndarray) -> list[float]:
        V, m, h, n = y
        a_m, b_m = 0.1 * (25 - V) / (exp((25 - V) / 10) - 1), 4 * exp(-V / 18)
        a_h, b_h = 0.07 * exp(-V / 20), 1 / (exp((30 - V) / 10) + 1)
        a_n, b_n = 0.01 * (10 - V) / (exp((10 - V) / 10) - 1), 0.125 * exp(-V / 80)
        ionic = 120 * m**3 * h * (V - 115) + 36 * n**4 * (V + 12) + 0.3 * (V - 10.613)
        return [current - ionic, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n]

    return rates


def wang_buzsaki_1996(current: float) -> Rates:
    def rates(t: float, y: np.ndarray) -> list[float]:
        V, h, n = y
        a_m, b_m = -0.1 * (V + 35) / (exp(-0.1 * (V + 35)) - 1), 4 * exp(-(V + 60) / 18)
        a_h, b_h = 0.07 * exp(-(V + 58) / 20), 1 / (exp(-0.1 * (V + 28)) + 1)
        a_n, b_n = -0.01 * (V + 34) / (exp(-0.1 * (V + 34)) - 1), 0.125 * exp(-(V + 44) / 80)
        ionic = 35 * (a_m / (a_m + b_m)) ** 3 * h * (V - 55) + 9 * n**4 * (V + 90) + 0.1 * (V + 65)
        return [current - ionic, 5 * (a_h * (1 - h) - b_h * h), 5 * (a_n * (1 - n) - b_n * n)]

    return rates


def traub_miles_2007(current: float) -> Rates:
    def rates(t: float, y: np.ndarray) -> list[float]:
        V, m, h, n = y
        u = V + 63
        a_m, b_m = 0.32 * (13 - u) / (exp((13 - u) / 4) - 1), 0.28 * (u - 40) / (exp((u - 40) / 5) - 1)
        a_h, b_h = 0.128 * exp((17 - u) / 18), 4 / (1 + exp((40 - u) / 5))
        a_n, b_n = 0.032 * (15 - u) / (exp((15 - u) / 5) - 1), 0.5 * exp((10 - u) / 40)
        ionic = 100 * m**3 * h * (V - 50) + 30 * n**4 * (V + 90) + 0.05 * (V + 60)
        return [current - ionic, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n]

    return rates


def morris_lecar_1981(current: float) -> Rates:
    def rates(t: float, y: np.ndarray) -> list[float]:
        V, w = y
        m_inf, w_inf = (1 + tanh((V + 1.2) / 18)) / 2, (1 + tanh((V - 2) / 30)) / 2
        ionic = 4.4 * m_inf * (V - 120) + 8 * w * (V + 84) + 2 * (V + 60)
        return [(current - ionic) / 20, 0.04 * (w_inf - w) * cosh((V - 2) / 60)]

    return rates


# model, current in uA/cm**2, formulas, variables, shift of V in mV, threshold in mV, time in ms
PAPERS = {
    "hodgkin_huxley": (hodgkin_huxley, 10.0, hodgkin_huxley_1952, ("m", "h", "n"), -65.0, -20.0, 50.0),
    "wang_buzsaki": (wang_buzsaki, 1.0, wang_buzsaki_1996, ("h", "n"), 0.0, -20.0, 60.0),
    "traub_miles": (traub_miles, 5.0, traub_miles_2007, ("m", "h", "n"), 0.0, -20.0, 30.0),
    "morris_lecar": (morris_lecar, 120.0, morris_lecar_1981, ("w",), 0.0, 0.0, 200.0),
}


@pytest.mark.parametrize("name", PAPERS)
def test_spikes_are_those_of_the_formulas(name: str) -> None:
    """rk4 at 0.02 ms is exact to far better than the grid of 0.02 ms, which makes a spike late by one step at most."""
    model, density, formulas, gates, shift, threshold, time = PAPERS[name]
    group = model.neurons(1, method="rk4", dt=0.02 * ms)
    group.I_ext = density * uA / cm**2 * 20000 * um**2
    monitor = SpikeMonitor(group)
    start = [float(group.v[0] / mV) - shift, *(float(getattr(group, gate)[0]) for gate in gates)]
    Network(group, monitor).run(time * ms)
    crossing = lambda t, y: y[0] + shift - threshold
    crossing.direction = 1
    exact = solve_ivp(formulas(density), (0, time), start, method="LSODA", rtol=1e-9, atol=1e-9, events=crossing)
    spikes = np.asarray(monitor.t / ms)
    assert len(spikes) >= 3
    np.testing.assert_allclose(spikes, exact.t_events[0], rtol=0, atol=0.021)


def test_gates_of_the_axon_at_rest() -> None:
    """The classical numbers: m = 0.0529, h = 0.5961, n = 0.3177."""
    group = hodgkin_huxley.neurons(1)
    assert [round(float(getattr(group, gate)[0]), 4) for gate in "mhn"] == [0.0529, 0.5961, 0.3177]


def test_axon_rests_without_current_and_fires_above_the_threshold() -> None:
    group = hodgkin_huxley.neurons(3)
    group.I_ext = [0, 5.5, 7] * uA / cm**2 * 20000 * um**2
    monitor = SpikeMonitor(group)
    Network(group, monitor).run(200 * ms)
    rest, once, always = monitor.count
    assert rest == 0 and once <= 2 and always > 8
    assert float(group.v[0] / mV) == pytest.approx(-65, abs=0.01)


def test_morris_lecar_at_its_hopf_point() -> None:
    """93.86 uA/cm**2 for these values (Rinzel and Ermentrout 1998): small disturbances die out below, and grow above."""

    def current(V: float) -> float:
        return 4.4 * (1 + tanh((V + 1.2) / 18)) / 2 * (V - 120) + 4 * (1 + tanh((V - 2) / 30)) * (V + 84) + 2 * (V + 60)

    def voltage(density: float) -> float:
        grid = np.linspace(-60, 0, 600001)
        return float(np.interp(density, current(grid), grid))

    rest = np.array([voltage(91.5), voltage(96.0)])
    group = morris_lecar.neurons(2, method="rk4")
    group.I_ext = [91.5, 96.0] * uA / cm**2 * 20000 * um**2
    group.v, group.w = (rest + 0.01) * mV, (1 + tanh((rest - 2) / 30)) / 2
    monitor = StateMonitor(group, "v", record=True)
    Network(group, monitor).run(1500 * ms)
    below, above = np.ptp(np.asarray(monitor.v / mV)[:, -2000:], axis=1)
    assert below < 0.01 and above > 0.05


# Spikes of the cells in the protocol 0, 0.05, 0 nA for 50, 200, 100 ms, all gates closed at first, dt = 0.1 ms, as another
# program finds them with the same method (and I_AHP among the calcium currents).
THALAMUS = {
    "htc": [104.4, 111.5, 121.3, 146.8],
    "rtc": [],
    "interneuron": [209.8, 216.4, 227.7],
    "reticular": [89.9, 148.7],
}


def test_spikes_of_thalamic_cells(lanes: dict[str, Lane]) -> None:
    """All four at once, compiled where there is a compiler: 3500 steps of cells with up to 15 variables."""
    cells = {kind: thalamic(kind, extra_calcium=True) for kind in THALAMUS}
    groups = {kind: cell.neurons(1, name=kind) for kind, cell in cells.items()}
    for kind, group in groups.items():
        for gate in cells[kind].initial:
            if gate.startswith(("p_", "q_")):
                setattr(group, gate, 0)
    monitors = {kind: SpikeMonitor(group) for kind, group in groups.items()}
    net = Network(*groups.values(), *monitors.values())
    with lanes.get("g++ -O0", lanes["numpy"]).networks():
        for current, time in ((0, 50), (0.05, 200), (0, 100)):
            for group in groups.values():
                group.I_ext = current * nA
            net.run(time * ms)
    assert {kind: np.round(np.asarray(m.t / ms), 4).tolist() for kind, m in monitors.items()} == THALAMUS


def small() -> Model:
    return membrane() + na() + hcn() + cat() + calcium()


def test_channels_on_every_lane(lane: Lane) -> None:
    """A gate is half open where its formula says so; E_Ca is the potential of Nernst, 13.3203 mV * log(2/Ca)."""
    with lane.networks():
        group = small().neurons(3)
        group.v = [-75, -62, -86] * mV
        assert float(group.p_inf_h[0]) == pytest.approx(0.5)
        assert float(group.p_inf_CaT[1]) == pytest.approx(0.5)
        assert float(group.q_inf_CaT[2]) == pytest.approx(0.5)
        assert float(group.E_Ca[0] / mV) == pytest.approx(13.3203 * np.log(2 / 2.4e-4), rel=1e-5)
        # all currents are known where the voltage is that of the channel
        group.v = 50 * mV
        assert float(group.I_Na[0] / (amp / meter**2)) == 0
        Network(group).run(1 * ms)
        assert np.isfinite(np.asarray(group.v)).all()


def test_calcium_comes_in_as_charge_over_depth() -> None:
    """1 uA/cm**2 brings 1.03643e-4 mM/ms into a shell of 0.5 um; outward currents take nothing."""
    shell = Model("", "", "I_test : amp/meter**2", terms=(("I_Ca", "I_test"),)) + calcium()
    group = shell.neurons(2, method="euler")
    group.I_test = [1, -1] * uA / cm**2
    rate = np.asarray(group.influx_Ca / (mmolar / ms))
    np.testing.assert_allclose(rate, [1.03643e-4, 0], rtol=1e-5)
