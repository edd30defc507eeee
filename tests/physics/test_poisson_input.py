"""PoissonInput: binomial counts in each step, for each neuron; with constant and with changing rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane
from scipy import stats

from eqsim import (
    DimensionMismatchError,
    Hz,
    Network,
    NeuronGroup,
    PoissonInput,
    StateMonitor,
    defaultclock,
    kHz,
    ms,
    mV,
    seed,
)
from eqsim.objects.alias import binomial_table


@pytest.fixture(autouse=True)
def step() -> Any:
    """A test may change dt."""
    yield
    defaultclock.dt = 0.1 * ms


def counts(N: int, rate: Any, neurons: int, steps: int) -> np.ndarray:
    """(neurons, steps): how many inputs arrive."""
    G = NeuronGroup(neurons, "v : volt")
    P = PoissonInput(G, "v", N, rate, weight=1 * mV)
    M = StateMonitor(G, "v", record=True, when="end")
    Network(G, P, M).run(steps * defaultclock.dt)
    return np.round(np.diff(M.v_, axis=1, prepend=0.0) * 1e3).astype(int)


@pytest.mark.parametrize(("N", "rate"), [(10, 500 * Hz), (2000, 100 * Hz), (3, 9 * kHz)])
def test_counts_are_binomial(N: int, rate: Any) -> None:
    """N trials of rate*dt, by a chi-squared test over the classes with at least 10 expected counts; wrong in 1 of 1e4."""
    seed(11)
    found = counts(N, rate, 200, 100).ravel()
    law = stats.binom(N, float(rate) * 1e-4)
    k = np.arange(N + 1)
    classes = k[law.pmf(k) * found.size >= 10]
    lo, hi = classes[0], classes[-1]
    observed = np.bincount(np.clip(found, lo, hi) - lo, minlength=hi - lo + 1)
    expected = law.pmf(np.arange(lo, hi + 1)) * found.size
    expected[0], expected[-1] = law.cdf(lo) * found.size, law.sf(hi - 1) * found.size
    assert stats.chisquare(observed, expected).pvalue > 1e-4


@pytest.mark.parametrize(
    ("n", "p"), [(0, 0.3), (5, 0.0), (5, 1.0), (3, 0.9), (1000, 5e-4), (2000, 0.01), (100_000, 0.9999), (10**9, 1e-6)]
)
def test_tables_hold_the_binomial_law(n: int, p: float) -> None:
    """The probability of each count, added up over both parts of all columns, against scipy; a few roundings of 1e-16."""
    table = binomial_table(n, p)
    assert table is not None
    own = table.low + np.arange(table.sides)
    counts = np.concatenate((own, table.other.astype(np.int64)))
    masses = np.concatenate((table.chance, 1 - table.chance)) / table.sides
    found, at = np.unique(counts, return_inverse=True)
    total = np.bincount(at, masses)
    assert np.abs(total - stats.binom(n, p).pmf(found)).max() < 1e-14 and np.all((table.chance >= 0) & (table.chance <= 1))


def test_laws_that_are_too_wide_are_drawn_without_a_table() -> None:
    """A million inputs with rate*dt = 0.3: the mean of 500 counts, within 5 standard errors."""
    assert binomial_table(10**6, 0.3) is not None and binomial_table(10**8, 0.3) is None
    seed(17)
    found = counts(10**8, 3 * kHz, 50, 10)
    assert abs(found.mean() - 3e7) < 5 * np.sqrt(1e8 * 0.3 * 0.7 / 500)


def test_neurons_and_steps_are_independent() -> None:
    """Correlations of 300 x 300 counts between neurons, and between steps, below 5 of their standard deviations."""
    seed(12)
    found = counts(50, 200 * Hz, 300, 300).astype(float)
    for x in (found, found.T):
        z = (x - x.mean()) / x.std()
        for lag in (1, 7):
            assert abs(np.mean(z[lag:] * z[:-lag])) < 5 / np.sqrt(z[lag:].size)


def test_a_rate_that_changes_with_time_and_neuron() -> None:
    """rate = 1 kHz*(i + 1) in even milliseconds, else 0: the number that arrives is Poisson-like around N*rate*t."""
    seed(13)
    found = counts(100, "(1 + i)*kHz*(int(t/ms + 0.001) % 2 == 0)", 4, 400).reshape(4, 40, 10)
    assert np.all(found[:, 1::2] == 0)
    expected = 100 * 1e3 * np.arange(1, 5) * 20e-3  # 20 ms at each rate; the variance is at most that
    assert np.all(np.abs(found.sum((1, 2)) - expected) < 5 * np.sqrt(expected))


def test_the_mean_membrane_is_that_of_campbell() -> None:
    """tau*N*rate*w, and variance tau*N*rate*w**2/2 (Campbell 1909), at once for 4000 neurons; 5 standard errors.

    The sum over steps of dt is a geometric series: the mean is N*rate*dt*w/(1 - exp(-dt/tau)) after the jump.
    """
    seed(14)
    G = NeuronGroup(4000, "dv/dt = -v/(5*ms) : volt", method="exact")
    P = PoissonInput(G, "v", 200, 50 * Hz, weight=0.2 * mV)
    Network(G, P).run(100 * ms)
    p, q = 50 * 1e-4, np.exp(-0.1 / 5)
    mean, var = 200 * p * 0.2 / (1 - q), 200 * p * (1 - p) * 0.2**2 / (1 - q**2)
    v = G.v_ / 1e-3
    assert abs(v.mean() - mean) < 5 * np.sqrt(var / 4000)
    assert abs(v.var() - var) < 5 * var * np.sqrt(2 / 4000)


def model() -> dict[str, np.ndarray]:
    """Subgroups of two kinds, weights from strings, a neuron that is refractory."""
    seed(15)
    G = NeuronGroup(
        40, "dv/dt = -v/(10*ms) : volt (unless refractory)\nw : volt\nu : volt", threshold="v > 5*mV", reset="v = 0*mV",
        refractory=3 * ms, method="exact",
    )  # fmt: skip
    G.w = "0.1*mV*i"
    inputs = [
        PoissonInput(G, "v", 20, 1 * kHz, weight="w"),
        PoissonInput(G[5:20], "u", 1000, "200*Hz*(1 + sin(2*pi*t/(10*ms)))", weight=1 * mV),
        PoissonInput(G[[1, 3, 30]], "u", 7, 300 * Hz, weight=-1 * mV, when="end"),
    ]
    net = Network(G, inputs)
    net.run(8 * ms)
    net.run(12 * ms)
    return {"v": G.v_[:], "u": G.u_[:], "lastspike": G.lastspike_[:]}


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    return model()


def test_equal_bits_on_every_lane(lane: Lane, reference: dict[str, np.ndarray]) -> None:
    with lane.networks():
        found = model()
    assert all(found[name].tobytes() == values.tobytes() for name, values in reference.items())


def test_only_neurons_of_the_subgroup_get_inputs(reference: dict[str, np.ndarray]) -> None:
    """And refractory ones do not move: v stays at the reset."""
    touched = np.flatnonzero(reference["u"])
    assert set(range(5, 20)) <= set(touched) <= {*range(5, 20), 1, 3, 30}
    resting = reference["lastspike"] > (20 - 2.95) * 1e-3
    assert np.any(resting) and np.all(reference["v"][resting] == 0)


def test_dt_may_change_between_runs() -> None:
    """The mean per time stays: 100 inputs of 100 Hz to 1000 neurons, 20 ms at each dt; 5 standard deviations."""
    seed(16)
    G = NeuronGroup(1000, "v : 1")
    net = Network(G, PoissonInput(G, "v", 100, 100 * Hz, weight=1))
    before = 0.0
    for dt in (0.1, 0.5):
        defaultclock.dt = dt * ms
        net.run(20 * ms)
        got, before = G.v_[:].sum() - before, G.v_[:].sum()
        assert abs(got - 2e5) < 5 * np.sqrt(2e5)


def test_attributes_are_as_given() -> None:
    G = NeuronGroup(3, "v : volt")
    P, Q = PoissonInput(G, "v", 10, 5 * Hz, 2 * mV), PoissonInput(G, "v", 10, "5*Hz", "2*mV")
    assert (P.N, P.rate, P.weight, P.target_var, P.when) == (10, 5 * Hz, 2 * mV, "v", "synapses")
    assert (Q.rate, Q.weight) == ("5*Hz", "2*mV")


MISTAKES: list[tuple[type[Exception], dict[str, Any], str]] = [
    (KeyError, {"target_var": "u"}, "\"NeuronGroup 'G' has no variable 'u'\""),
    (
        TypeError,
        {"target_var": "s"},
        "'s' of NeuronGroup 'G' cannot get inputs: it is no number that each neuron has of its own",
    ),
    (TypeError, {"N": 2.5}, "PoissonInput 'P': N must be a whole number, not 2.5"),
    (ValueError, {"N": -1}, "PoissonInput 'P': N cannot be negative"),
    (ValueError, {"rate": -1 * Hz}, "PoissonInput 'P': the rate cannot be negative"),
    (
        TypeError,
        {"weight": [1, 2, 3] * mV},
        "PoissonInput 'P': weight is one value or a string; for values of each neuron make them a variable of the target, "
        "and give its name: weight='...'",
    ),
]


@pytest.mark.parametrize(("error", "given", "message"), MISTAKES)
def test_mistakes_are_told_when_it_is_made(error: type[Exception], given: dict[str, Any], message: str) -> None:
    G = NeuronGroup(3, "v : volt\ns : 1 (shared)", name="G")
    with pytest.raises(error) as caught:
        PoissonInput(**{"target": G, "target_var": "v", "N": 10, "rate": 5 * Hz, "weight": 1 * mV, "name": "P"} | given)
    assert str(caught.value) == message


@pytest.mark.parametrize("given", [{"rate": 5}, {"rate": "5*mV"}, {"weight": 1}, {"weight": "5*Hz"}])
def test_units_are_checked_when_it_is_made(given: dict[str, Any]) -> None:
    G = NeuronGroup(3, "v : volt")
    with pytest.raises(DimensionMismatchError):
        PoissonInput(**{"target": G, "target_var": "v", "N": 10, "rate": 5 * Hz, "weight": 1 * mV} | given)


def test_a_probability_above_one_is_told_when_a_run_begins() -> None:
    G = NeuronGroup(1, "v : 1")
    P = PoissonInput(G, "v", 10, 20 * kHz, weight=1, name="P")
    with pytest.raises(ValueError, match=r"PoissonInput 'P': rate\*dt is 2, a probability cannot be above 1"):
        Network(G, P).run(1 * ms)
