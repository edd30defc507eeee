"""Groups of neurons against closed forms: decay, firing rate, refractoriness, noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eqsim import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    mV,
    nA,
    nS,
    pF,
    second,
    seed,
)

DT = 1e-4  # seconds, the default clock


def test_membrane_decays_with_tau() -> None:
    """v(t) = v0 exp(-t/tau), sampled before each step."""
    tau = 7 * ms
    G = NeuronGroup(1, "dv/dt = -v/tau : volt", method="exact")
    G.v = 10 * mV
    M = StateMonitor(G, "v", record=0)
    Network(G, M).run(20 * ms)
    # each step multiplies by exp(-dt/tau), which is off by at most 2 ulp: 200 steps, 3 roundings each
    np.testing.assert_allclose(M.v_[0], 0.01 * np.exp(-M.t_ / 7e-3), rtol=200 * 3 * 2.3e-16)


@pytest.mark.parametrize("refractory_ms", [0, 5, 2.7])
def test_constant_current_gives_the_known_interval(refractory_ms: float) -> None:
    """Between two spikes lie tau*ln(R/(R - theta)) of charging, in whole steps, and the refractory time.

    A neuron that spikes in step n is reset in it; it charges in the steps n+1, n+2, ... that are not refractory, and
    spikes in the first one after which v > theta.  Without a refractory time it charges in each of them; with r
    steps it begins in step n+r.
    """
    tau, drive, theta = 10.0, 20.0, 13.0
    charging = math.ceil(tau * math.log(drive / (drive - theta)) / 0.1)
    waiting = max(round(refractory_ms / 0.1) - 1, 0)
    G = NeuronGroup(
        1,
        "dv/dt = (20*mV - v)/(10*ms) : volt (unless refractory)",
        threshold="v > 13*mV",
        reset="v = 0*mV",
        refractory=refractory_ms * ms,
        method="exact",
    )
    S = SpikeMonitor(G)
    Network(G, S).run(200 * ms)
    assert len(S.t) > 8
    np.testing.assert_array_equal(np.diff(np.round(S.t_ / DT)), charging + waiting)


def test_conductance_reaches_its_reversal_between_the_two() -> None:
    """Two conductances: the membrane settles at the weighted mean of their reversal potentials."""
    G = NeuronGroup(
        3,
        """dv/dt = (g_L*(-70*mV - v) + g_e*(0*mV - v))/(100*pF) : volt
           g_L : siemens (constant)
           g_e : siemens""",
        method="exponential_euler",
    )
    G.g_L, G.g_e = 10 * nS, [0, 5, 30] * nS
    Network(G).run(300 * ms)
    # the slowest time constant is 10 ms: what is left of the start value after 300 ms is exp(-30) = 1e-13
    np.testing.assert_allclose(G.v_[:], -0.07 * 10 / (10 + np.array([0, 5, 30])), rtol=1e-11)


def test_spike_of_a_current_charges_a_capacitor() -> None:
    """Charge is conserved: a current I for a time T raises the voltage by I*T/C."""
    G = NeuronGroup(1, "dv/dt = I/(200*pF) : volt\nI = 1*nA*int(t >= 1*ms and t < 3*ms) : amp", method="euler")
    Network(G).run(5 * ms)
    assert G.v_[0] == pytest.approx(1e-9 * 2e-3 / 200e-12, rel=20 * 2.3e-16)
    assert float((1 * nA * 2 * ms / (200 * pF)) / mV) == pytest.approx(10)


def test_refractory_neuron_keeps_its_voltage() -> None:
    """A variable marked `unless refractory` rests after a spike, another one goes on."""
    G = NeuronGroup(
        1,
        "dv/dt = 1/ms : 1 (unless refractory)\ndu/dt = 1/ms : 1",
        threshold="v > 0.95",
        reset="v = 0.5",
        refractory=1 * ms,
        method="euler",
    )
    M = StateMonitor(G, ["v", "u"], record=0)
    Network(G, M).run(3 * ms)
    spike = 10  # v passes 0.95 in step 9 (ten steps of 0.1), so it is 0.5 in the samples 10 to 19
    np.testing.assert_array_equal(M.v[0][spike : spike + 10], 0.5)
    assert M.v[0][spike + 10] == pytest.approx(0.6)
    np.testing.assert_allclose(M.u[0], 0.1 * np.arange(30), rtol=1e-13, atol=1e-13)


def test_mean_and_variance_of_the_membrane_with_noise() -> None:
    """Ornstein-Uhlenbeck: mean mu, variance sigma^2 in the stationary state."""
    seed(5)
    n = 20000
    G = NeuronGroup(n, "dv/dt = (2 - v)/(5*ms) + 0.5*(2/(5*ms))**.5*xi : 1", method="euler")
    G.v = 2
    Network(G).run(40 * ms)
    # Euler's stationary variance is sigma^2/(1 - dt/(2 tau)): 1 % more.  A sample mean has the error 0.5/sqrt(n), a sample
    # variance 0.25*sqrt(2/n); five of these are exceeded once in 1.7 million times.
    variance = 0.25 / (1 - 0.1 / (2 * 5))
    assert abs(np.mean(G.v[:]) - 2) < 5 * math.sqrt(variance / n)
    assert abs(np.var(G.v[:]) - variance) < 5 * variance * math.sqrt(2 / n)


def test_poisson_spikes_are_binomial_and_independent() -> None:
    """Number of spikes: mean N*T*rate; variance p(1-p) for each step; intervals are geometric."""
    seed(11)
    rate, n, steps = 50.0, 400, 5000
    P = PoissonGroup(n, rates=rate * Hz)
    S = SpikeMonitor(P)
    Network(P, S).run(steps * DT * second)
    p = rate * DT
    deviation = math.sqrt(n * steps * p * (1 - p))
    assert abs(S.num_spikes - n * steps * p) < 5 * deviation  # 5 standard deviations: 6e-7
    intervals = np.concatenate([np.diff(np.round(t / DT)) for t in (np.asarray(x) for x in S.spike_trains().values())])
    # intervals observed in a window of 25 mean intervals are shorter by about 1/25; the smallest is one step
    assert intervals.min() == 1
    assert abs(np.mean(intervals <= 100) - (1 - (1 - p) ** 100)) < 0.04
    counts = S.count
    assert abs(np.var(counts) / np.mean(counts) - (1 - p)) < 5 * math.sqrt(2 / n)


def test_rates_can_differ_and_change_between_runs() -> None:
    """A silent neuron never spikes; rates above 1/dt mean a spike in each step."""
    seed(1)
    P = PoissonGroup(3, rates=[0, 100, 20000] * Hz)
    S = SpikeMonitor(P, record=False)
    net = Network(P, S)
    net.run(100 * ms)
    assert S.count[0] == 0 and 0 < S.count[1] < 40 and S.count[2] == 1000
    P.rates = 0 * Hz
    before = S.count
    net.run(100 * ms)
    np.testing.assert_array_equal(S.count, before)


def test_population_rate_is_the_number_of_spikes() -> None:
    """The integral of the rate over time, times N, is the number of spikes; smoothing does not change it inside."""
    seed(3)
    P = PoissonGroup(50, rates=200 * Hz)
    S, R = SpikeMonitor(P), PopulationRateMonitor(P)
    Network(P, S, R).run(200 * ms)
    assert float(np.sum(R.rate_)) * DT * 50 == pytest.approx(S.num_spikes)
    times, binned = R.binned_rate(5 * ms)
    assert len(times) == 40 and float(np.sum(binned / Hz)) * 5e-3 * 50 == pytest.approx(S.num_spikes)
    assert float(np.mean(R.smooth_rate("flat", 2.1 * ms) / Hz)) == pytest.approx(200, rel=0.1)


def test_rates_of_single_neurons() -> None:
    """Spikes in bins over the width of a bin; the mean over neurons is the rate of the population."""
    G = NeuronGroup(3, "x : 1", threshold="t_in_timesteps % (5*(i + 1)) == 0", reset="")
    S, R = SpikeMonitor(G), PopulationRateMonitor(G)
    Network(G, S, R).run(6.2 * ms)
    times, rates = S.binned_rate(3 * ms)
    np.testing.assert_allclose(np.asarray(times / ms), [0, 3])
    np.testing.assert_allclose(np.asarray(rates / Hz) * 3e-3, [[6, 6], [3, 3], [2, 2]])
    np.testing.assert_allclose(np.asarray(rates).mean(axis=0), np.asarray(R.binned_rate(3 * ms)[1]))
    smooth = S.smooth_rate(width=0.5 * ms)
    np.testing.assert_allclose(np.asarray(smooth).mean(axis=0), np.asarray(R.smooth_rate(width=0.5 * ms)), rtol=1e-9)


def test_charge_of_synapses_is_conserved() -> None:
    """Every spike that leaves arrives at every target, whatever its delay: sums of jumps are counts times weights."""
    seed(8)
    P, G = PoissonGroup(20, rates=300 * Hz), NeuronGroup(10, "v : 1")
    S = Synapses(P, G, "w : 1", on_pre="v_post += w")
    S.connect(p=0.5)
    S.w = "1 + i"
    S.delay = "rand()*5*ms"
    spikes = SpikeMonitor(P)
    net = Network(P, G, S, spikes)
    net.run(100 * ms)
    P.rates = 0 * Hz
    net.run(6 * ms)  # all that is under way arrives
    sent = np.zeros(10)
    np.add.at(sent, S.j[:], spikes.count[S.i[:]] * (1 + S.i[:]))
    np.testing.assert_array_equal(G.v[:], sent)
