"""Synapses of the library against closed forms; the first test runs all of them on every lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import Network, NeuronGroup, SpikeGeneratorGroup, StateMonitor, Synapses, TimedArray, ms, mV, nS, pA
from eqsim.library import (
    Synapse,
    alpha,
    ampa,
    delta,
    diffusion,
    dual_exponential,
    exponential,
    exponential_current,
    fitzhugh_nagumo,
    gaba_a,
    gaba_b,
    gap_junction,
    kinetic,
    lif,
    nmda,
    nmda_saturating,
    stdp,
    triplet_stdp,
    tsodyks_markram,
)
from eqsim.library.model import Model

HELD = Model("held", "Voltage clamp", "v : volt", sums={"I": "amp"})
KINDS = (exponential, alpha, dual_exponential, ampa, gaba_a, nmda, nmda_saturating, kinetic, gaba_b)


def spikes(*times: float) -> SpikeGeneratorGroup:
    """One neuron that spikes at these times in ms."""
    return SpikeGeneratorGroup(1, [0] * len(times), list(times) * ms)


def clamped(kind: Synapse, *times: float, run: float = 50, dt: Any = 0.1 * ms, **values: Any) -> StateMonitor:
    """The conductance at a neuron held at 0 mV, one synapse of 1 nS."""
    kind = kind("x")
    source, target = spikes(*times), (HELD + kind).neurons(1, dt=dt)
    synapses = kind.synapses(source, target, weight=1 * nS, dt=dt, **values)
    monitor = StateMonitor(target, ["g_x", "I_x"], record=0, dt=dt, when="end")
    Network(source, target, synapses, monitor).run(run * ms)
    return monitor


def test_every_kind_opens_conductances(lane: Lane) -> None:
    """On every lane a spike opens each, and the current is the conductance times the distance to E."""
    with lane.networks():
        neuron = HELD
        for kind in KINDS:
            neuron = neuron + kind(kind.name)
        target, source = neuron.neurons(1), spikes(1)
        target.v = -20 * mV
        made = [kind(kind.name).synapses(source, target, weight=1 * nS) for kind in KINDS]
        Network(source, target, *made).run(3 * ms)
        for kind in KINDS:
            conductance = float(getattr(target, f"g_{kind.name}")[0] / nS)
            block = 1 / (1 + np.exp(0.062 * 20) / 3.57) if kind.name.startswith("nmda") else 1.0
            away = float(kind.parameters["E"] / mV) + 20
            assert 0 < conductance <= 1
            current = float(getattr(target, f"I_{kind.name}")[0] / pA)
            assert current == pytest.approx(conductance * block * away, rel=1e-12)


def test_exponential_decays_with_tau() -> None:
    g = np.asarray(clamped(exponential, 0).g_x[0] / nS)
    np.testing.assert_allclose(g, np.exp(-np.arange(500) * 0.1 / 5), rtol=1e-12)  # linear equations are exact


def test_alpha_peaks_at_tau_with_the_weight() -> None:
    """t/tau*exp(1 - t/tau), to the error of a step of exponential Euler, dt/(2*tau)."""
    monitor = clamped(alpha, 0, dt=0.1 * ms)
    g, t = np.asarray(monitor.g_x[0] / nS), np.arange(500) * 0.1
    np.testing.assert_allclose(g, t / 5 * np.exp(1 - t / 5), atol=0.012)
    assert g.max() == pytest.approx(1, abs=0.012)


def test_dual_exponential_peaks_where_its_doc_says() -> None:
    g = np.asarray(clamped(dual_exponential, 0, dt=0.1 * ms).g_x[0] / nS)
    assert g.max() == pytest.approx(1, abs=0.06)  # dt/(2*tau_rise) = 5 %
    assert np.argmax(g) * 0.1 == pytest.approx(np.log(5) * 5 / 4, abs=0.15)


def test_magnesium_block_at_zero_volt() -> None:
    """1/(1 + 1/3.57) of the channels are free at 0 mV; less than 5 % at -70 mV."""
    for v, free in ((0, 1 / (1 + 1 / 3.57)), (-70, 1 / (1 + np.exp(0.062 * 70) / 3.57))):
        group = (HELD + nmda).neurons(1)
        group.v = v * mV
        assert float(group.block_nmda[0]) == pytest.approx(free, rel=1e-12)
    assert free < 0.05


def test_saturating_receptors_stay_below_one() -> None:
    """200 Hz for 150 ms: the mean of the rise is 0.4, so that s tends to 0.2/(0.2 + 0.01) = 0.95."""
    g = np.asarray(clamped(nmda_saturating, *range(0, 150, 5), run=150).g_x[0] / nS)
    assert g.max() < 1
    assert g[-50:].mean() == pytest.approx(0.95, abs=0.02)  # ripple within a period


def test_transmitter_opens_receptors_for_the_pulse() -> None:
    """r = r_inf*(1 - exp(-(alpha*T + beta)*pulse)) when the pulse of 1 ms ends; the equation is linear, its step exact."""
    g = np.asarray(clamped(kinetic, 0, run=5).g_x[0] / nS)
    rate = 1.1 + 0.19
    assert g.max() == pytest.approx(1.1 / rate * (1 - np.exp(-rate)), rel=1e-9)


def test_gaba_b_needs_bursts() -> None:
    """The fourth power: ten spikes do more than a hundred times as much as one."""
    one, ten = (np.asarray(clamped(gaba_b, *times, run=150).g_x[0] / nS).max() for times in ((0,), range(0, 50, 5)))
    assert ten > 100 * one > 0


def test_short_term_plasticity_in_a_regular_train() -> None:
    """u and x of the n-th spike tend to the fixed point of their recursion, for tau_f = 500 ms as well."""
    kind = (exponential_current + tsodyks_markram(U=0.2, tau_f=500 * ms, tau_d=300 * ms))(name="")
    source, target = spikes(*range(0, 2000, 50)), NeuronGroup(1, "dI_syn/dt = -I_syn/(5*ms) : amp")
    synapses = kind.synapses(source, target, weight=1 * pA)
    Network(source, target, synapses).run(1951 * ms)
    kept_u, kept_x = np.exp(-50 / 500), np.exp(-50 / 300)
    u = 0.2 / (1 - 0.8 * kept_u)
    x = (1 - kept_x) / (1 - (1 - u) * kept_x)
    # what is left of the first spike is (0.8*kept_u)**39 and ((1 - u)*kept_x)**39, below 1e-8
    assert float(synapses.used[0]) == pytest.approx(u * x, rel=1e-6)


def weight_after(kind: Synapse, pre: list[float], post: list[float]) -> float:
    """The weight in nS, from 0.5, after these spikes at times in ms."""
    source = spikes(*pre)
    target = NeuronGroup(
        1, "v : volt\ng_ampa : siemens\nlast : second", threshold="fire(t) > 0.5", namespace={"fire": at(post)}
    )
    synapses = (ampa + kind).synapses(source, target, weight=0.5 * nS)
    Network(source, target, synapses).run(100 * ms)
    return float(synapses.weight[0] / nS)


def at(times: list[float]) -> TimedArray:
    """One in the steps at these times in ms."""
    values = np.zeros(1000)
    values[np.round(np.array(times) * 10).astype(int)] = 1
    return TimedArray(values, dt=0.1 * ms)


@pytest.mark.parametrize("delay", [1, 10, 40])
def test_pairs_change_the_weight_by_their_distance(delay: int) -> None:
    later = weight_after(stdp, [10], [10 + delay])
    earlier = weight_after(stdp, [10 + delay], [10])
    assert later - 0.5 == pytest.approx(0.005 * np.exp(-delay / 20), rel=1e-9)
    assert earlier - 0.5 == pytest.approx(-0.00525 * np.exp(-delay / 20), rel=1e-9)


def test_triplets_of_spikes() -> None:
    """post at 10, pre at 15, post at 25: the pair depresses, the triplet potentiates by r_1*(A2_plus + A3_plus*o_2)."""
    change = -7.1e-3 * np.exp(-5 / 33.7) + 6.5e-3 * np.exp(-10 / 16.8) * np.exp(-15 / 114)
    assert weight_after(triplet_stdp, [15], [10, 25]) - 0.5 == pytest.approx(change, rel=1e-9)


def test_weights_stay_in_their_bounds() -> None:
    strong = stdp(A_plus=2.0, A_minus=2.0)
    assert weight_after(strong, [10], [11]) == 1.0
    assert weight_after(strong, [11], [10]) == 0.0


def test_gap_junction_pulls_neurons_together() -> None:
    """The difference of two leaky neurons decays at (1 + 2*R*g)/tau; the coupling is held for a step: 0.2 %."""
    neuron = lif(tau=10 * ms) + gap_junction
    group = neuron.neurons(2, threshold="v > 1*volt")
    group.v = [-65, -75] * mV
    junctions = gap_junction.synapses(group, condition="i != j", weight=1 * nS)
    Network(group, junctions).run(10 * ms)
    first, second = np.asarray(group.v / mV)
    assert first + second == pytest.approx(-140, abs=1e-9)
    assert first - second == pytest.approx(10 * np.exp(-1.2), rel=0.002)


def test_diffusion_joins_oscillators() -> None:
    pull = diffusion(x="v")
    group = (fitzhugh_nagumo + pull).neurons(2)
    group.I_ext, group.v = 0.5, [-1, 1]
    coupled = pull.synapses(group, condition="i != j", weight=1)
    Network(group, coupled).run(500 * ms)
    assert abs(group.v[0] - group.v[1]) < 1e-6  # the difference decays at a rate of order 1/ms


def test_two_synapses_of_a_kind_in_one_neuron() -> None:
    excitatory, inhibitory = exponential("e", tau=5 * ms), exponential("i", tau=10 * ms, E=-80 * mV)
    cell = lif + excitatory + inhibitory
    assert str(cell.equations["I"]) == "I = I_ext + I_e + I_i : A"
    assert {"tau_e", "tau_i", "E_e", "E_i"} <= set(cell.parameters)


def test_a_jump_of_the_voltage() -> None:
    source, target = spikes(0), lif.neurons(1)
    synapses = delta.synapses(source, target, weight=5 * mV)
    Network(source, target, synapses).run(0.1 * ms)
    assert float(target.v[0] / mV) == pytest.approx(-65)


def test_a_synapse_with_the_arguments_of_synapses() -> None:
    source, target = spikes(0), (HELD + exponential).neurons(1)
    synapses = Synapses(source, target, **exponential.kwargs)
    synapses.connect()
    synapses.weight = 2 * nS
    Network(source, target, synapses).run(0.1 * ms)
    assert float(target.g_syn[0] / nS) == 2
