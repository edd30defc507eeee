"""Measures against closed forms; statistics with the probability at which they fail by chance."""

from __future__ import annotations

import numpy as np
import pytest

from eqsim import Hz, Network, SpikeGeneratorGroup, SpikeMonitor, ms, mV, second
from eqsim.analysis import (
    cross_correlogram,
    cv_isi,
    fano_factor,
    firing_rate,
    functional_connectivity,
    interspike_intervals,
    local_variation,
    matrix_correlation,
    power_spectrum,
    synchrony,
)
from eqsim.errors import DimensionMismatchError


def poisson(rate: float, duration: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.sort(rng.uniform(0, duration, rng.poisson(rate * duration))) * second


def test_poisson_process_has_cv_lv_and_fano_one() -> None:
    """10000 intervals: the standard errors are about 1/sqrt(n) = 0.01, 0.01 and sqrt(2/1000) = 0.045 with 1000 windows;
    5 of them are exceeded with a probability below 1e-6."""
    train = [poisson(100, 100, 1)]
    assert cv_isi(train)[0] == pytest.approx(1, abs=0.05)
    assert local_variation(train)[0] == pytest.approx(1, abs=0.06)
    assert fano_factor(train, 100 * ms, end=100 * second)[0] == pytest.approx(1, abs=0.23)


def test_clock_has_no_variation() -> None:
    train = [np.arange(1, 101) * 10 * ms]
    assert cv_isi(train)[0] < 1e-12
    assert local_variation(train)[0] < 1e-24
    assert fano_factor(train, 50 * ms, start=5 * ms, end=1 * second)[0] == 0
    np.testing.assert_allclose(np.asarray(interspike_intervals(train)[0] / ms), 10)


def test_gamma_process_of_order_four_has_cv_one_half() -> None:
    """The standard error of the CV is below 1/sqrt(2 n) = 0.005; of LV = 3/(2*4 + 1) it is about the same."""
    rng = np.random.default_rng(2)
    train = [np.cumsum(rng.gamma(4, 1 / 400, 20000)) * second]
    assert cv_isi(train)[0] == pytest.approx(0.5, abs=0.025)
    assert local_variation(train)[0] == pytest.approx(3 / 9, abs=0.025)


def test_neurons_with_few_spikes_give_nothing() -> None:
    assert np.isnan(cv_isi([[1, 2] * ms, [] * ms])).all()
    assert np.isnan(local_variation([[1, 2] * ms])).all()


def test_rate_of_a_monitor_counts_each_spike_once() -> None:
    """Spikes on the borders of bins belong to the bin that begins there."""
    group = SpikeGeneratorGroup(2, [0, 1, 0, 1], [0, 10, 20, 25] * ms)
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(40 * ms)
    t, rate = firing_rate(spikes, 10 * ms)
    np.testing.assert_allclose(np.asarray(t / ms), [5, 15, 25, 35])
    np.testing.assert_allclose(np.asarray(rate / Hz), [50, 50, 100, 0])
    t, sliding = firing_rate(spikes, 20 * ms, step=10 * ms)
    np.testing.assert_allclose(np.asarray(sliding / Hz), [50, 75, 50])


def test_correlogram_of_a_shifted_train_has_its_peak_at_the_shift() -> None:
    train = poisson(20, 200, 3)
    lag, rate = cross_correlogram(train, train + 5 * ms, 1 * ms, 20 * ms)
    assert float(lag[np.argmax(rate)] / ms) == pytest.approx(5)
    assert np.max(rate) > 1000 * Hz  # all spikes in a bin of 1 ms
    # elsewhere the mean rate, 20 Hz: 80 counts in each bin of 4000*1 ms; 6 sigma of all bins but the peak
    others = np.delete(np.asarray(rate), np.argmax(rate))
    assert np.all(np.abs(others - 20) < 6 * np.sqrt(20 / 4))
    lag, own = cross_correlogram(train, train, 1 * ms, 20 * ms)
    np.testing.assert_allclose(np.asarray(own), np.asarray(own)[::-1], atol=2)


def test_spectrum_of_a_sinusoid() -> None:
    """The peak lies at its frequency, and the integral is the variance a**2/2 (whole periods in each segment)."""
    t = np.arange(8000) * 0.5e-3
    f, density = power_spectrum(3 * np.sin(2 * np.pi * 40 * t) * mV, 0.5 * ms, segment=1 * second)
    assert f[np.argmax(density)] == 40 * Hz
    power = np.sum(density) * (f[1] - f[0])
    assert float(power / mV**2) == pytest.approx(4.5, rel=1e-6)


def test_spectrum_of_white_noise_is_flat() -> None:
    """Density 2*dt*sigma**2; the mean over 500 frequencies and 31 segments has an error of about 1 %."""
    x = np.random.default_rng(4).normal(size=16000) * mV
    _, density = power_spectrum(x, 1 * ms, segment=1 * second)
    assert float(np.mean(density[1:-1]) / (mV**2 / Hz)) == pytest.approx(2e-3, rel=0.06)


def test_connectivity_is_the_correlation_matrix() -> None:
    x = np.random.default_rng(5).normal(size=(4, 300))
    x[1] = 2 * x[0] + 1
    x[2] = -x[0]
    found = functional_connectivity(x * mV)
    np.testing.assert_allclose(found, np.corrcoef(x), atol=1e-12)
    assert found[0, 1] == pytest.approx(1) and found[0, 2] == pytest.approx(-1)
    x[3] = 7.0
    assert functional_connectivity(x)[3].tolist() == [0, 0, 0, 1]


def test_matrix_correlation_looks_above_the_diagonal() -> None:
    a = np.random.default_rng(6).normal(size=(5, 5))
    b = 3 * a + 2
    b[np.tril_indices(5)] = 99
    assert matrix_correlation(a, b) == pytest.approx(1)
    assert matrix_correlation(a, -a) == pytest.approx(-1)
    with pytest.raises(ValueError) as found:
        matrix_correlation(a, a[:3])
    assert str(found.value) == "two square matrices of one shape are needed, not (5, 5) and (3, 5)"


def test_synchrony_of_one_signal_and_of_independent_ones() -> None:
    """100 independent rows of 5000 samples: 1/sqrt(100), to about 1 % (standard error 1/sqrt(2*5000)); 7 of them."""
    x = np.random.default_rng(7).normal(size=(100, 5000))
    assert synchrony(x) == pytest.approx(0.1, rel=0.07)
    assert synchrony(np.tile(x[:1], (10, 1)) * mV) == pytest.approx(1)


def test_times_need_a_unit() -> None:
    with pytest.raises(DimensionMismatchError) as found:
        firing_rate([np.array([1.0, 2.0])], 10 * ms)
    assert str(found.value) == "a spike time is a time, but it is in 1 (units are 1 and s)."
    with pytest.raises(DimensionMismatchError, match="the width is a time, but it is in volt"):
        firing_rate([[1] * ms], 10 * mV)
