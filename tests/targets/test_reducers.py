"""Monitors that reduce what they see: the values of numpy, and the same bits on every lane."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    DimensionMismatchError,
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    mV,
    seed,
    start_scope,
    volt,
)
from eqsim.units import get_dimensions

EDGES = np.linspace(-2, 2, 9)


def noisy(n: int = 37) -> NeuronGroup:
    start_scope()
    seed(3)
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(n, "dx/dt = -x/(5*ms) + sqrt(2/(5*ms))*xi : 1\ny : 1 (shared)", method="euler", name="noisy")
    G.x = "randn()"
    return G


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    return watched()


def watched() -> dict[str, np.ndarray]:
    """Everything that reducers give, and the values that they saw."""
    G = noisy()
    full = StateMonitor(G, ["x", "x**2"], record=True)
    time = StateMonitor(
        G,
        {"x": "x", "square": "x**2"},
        record=True,
        reduce=["mean", "variance", "std", "sum", "min", "max", "histogram"],
        bins=EDGES,
    )
    some = StateMonitor(G, "x", record=[3, 30], reduce="mean", every=7)
    people = StateMonitor(
        G, "x", record=True, reduce=["mean", "variance", "std", "sum", "histogram"], over="population", bins=EDGES
    )
    net = Network(G, full, time, some, people)
    net.run(12 * ms)
    net.run(8 * ms)
    found = {"x": full.x_, "square": full["x**2"], "some": some.x}
    for what in ("mean", "variance", "std", "sum", "min", "max", "histogram"):
        found[f"time {what}"] = getattr(time, f"x_{what}")
        found[f"time square {what}"] = getattr(time, f"square_{what}")
    for what in ("mean", "variance", "std", "sum", "histogram"):
        found[f"people {what}"] = getattr(people, f"x_{what}")
    return found


def test_every_lane_gives_the_same_bits(lane: Lane, reference: dict[str, np.ndarray]) -> None:
    with lane.networks():
        found = watched()
    assert {k: v.tobytes() for k, v in found.items()} == {k: v.tobytes() for k, v in reference.items()}


NUMPY = {"mean": np.mean, "variance": np.var, "std": np.std, "sum": np.sum, "min": np.min, "max": np.max}


def test_reductions_over_time_are_those_of_the_values(reference: dict[str, np.ndarray]) -> None:
    """200 samples of order 1: sums of rounding errors stay below 200 ulp of the largest partial sum."""
    for name, key in (("x", "time {}"), ("square", "time square {}")):
        for what, of in NUMPY.items():
            assert np.allclose(reference[key.format(what)], of(reference[name], axis=1), rtol=1e-13, atol=1e-11), what
    assert np.allclose(reference["some"], reference["x"][[3, 30], ::7].mean(axis=1), rtol=1e-13, atol=1e-13)
    counts = np.array([np.histogram(row, EDGES)[0] for row in reference["x"]])
    assert np.array_equal(reference["time histogram"], counts)


def test_reductions_over_the_population_are_those_of_the_values(reference: dict[str, np.ndarray]) -> None:
    for what in ("mean", "variance", "std", "sum"):
        assert np.allclose(reference[f"people {what}"], NUMPY[what](reference["x"], axis=0), rtol=1e-13, atol=1e-13), what
    counts = np.array([np.histogram(column, EDGES)[0] for column in reference["x"].T])
    assert np.array_equal(reference["people histogram"], counts)


def test_stationary_variance_of_noise_is_seen_without_keeping_it() -> None:
    """An Ornstein-Uhlenbeck process of variance 1/(1 - dt/(2 tau)) (Euler): 400 neurons over 40 tau, so that about
    400*40/2 independent samples give the variance to 1.6 %; 5 sd are 8 %."""
    G = noisy(400)
    M = StateMonitor(G, "x", record=True, reduce="variance")
    Network(G, M).run(200 * ms)
    assert np.mean(M.x) == pytest.approx(1 / (1 - 0.01), rel=0.08)
    assert not list(M.logs)


def test_variance_far_from_zero_is_exact() -> None:
    """1e9 + (0, 1, 2): the naive formula with squares would lose all digits."""
    G = NeuronGroup(3, "x : 1")
    G.x = "1e9 + i"
    M = StateMonitor(G, "x", record=True, reduce=["mean", "variance"], over="population")
    G.run_regularly("x += 1", when="end")
    T = StateMonitor(G, "x", record=True, reduce=["mean", "variance"])
    Network(G, M, T).run(0.3 * ms)
    assert M.x_mean.tolist() == [1e9 + 1, 1e9 + 2, 1e9 + 3] and M.x_variance.tolist() == [2 / 3] * 3
    assert T.x_mean.tolist() == [1e9 + 1, 1e9 + 2, 1e9 + 3] and np.allclose(T.x_variance, 2 / 3, rtol=1e-15)


def test_units_shapes_and_names() -> None:
    G = NeuronGroup(4, "v : volt")
    G.v = "i*10*mV"
    edges = [0, 10, 20, 30] * mV
    one = StateMonitor(G, "v", record=[1, 3], reduce="mean")
    two = StateMonitor(G, "v", record=True, reduce=("variance", "max"))
    bins = StateMonitor(G, "v", record=True, reduce="histogram", bins=edges, over="population")
    Network(G, one, two, bins).run(0.5 * ms)
    assert get_dimensions(one.v) is volt.dim and np.allclose(one.v / mV, [10, 30]) and np.allclose(one[3].v / mV, 30)
    assert np.array_equal(one.v, one.v_mean) and one.N == 5
    assert get_dimensions(two.v_variance) is (volt**2).dim and np.allclose(two.v_max / mV, [0, 10, 20, 30])
    assert bins.v.shape == (5, 3) and bins.v[0].tolist() == [1, 1, 2]  # the last bin has both its edges
    assert np.allclose(bins.t / ms, [0, 0.1, 0.2, 0.3, 0.4])


def test_values_outside_and_nan_are_in_no_bin() -> None:
    G = NeuronGroup(5, "x : 1")
    G.x = [-1, 0, 1, 2, np.nan]
    M = StateMonitor(G, "x", record=True, reduce="histogram", bins=[0.0, 0.5, 1.0])
    Network(G, M).run(0.2 * ms)
    assert M.x.tolist() == [[0, 0], [2, 0], [0, 2], [0, 0], [0, 0]]


def test_clear_and_single_steps() -> None:
    G = NeuronGroup(2, "x : 1")
    G.run_regularly("x += 1", when="end")
    M = StateMonitor(G, "x", record=True, reduce=["mean", "min", "histogram"], bins=[0.0, 2.0, 9.0])
    P = StateMonitor(G, "x", record=True, reduce=["mean", "variance", "histogram"], bins=[0.0, 2.0, 9.0], over="population")
    net = Network(G, M, P)
    net.run(0.2 * ms)
    for monitor in (M, P):
        monitor.clear()
        assert monitor.N == 0
    assert np.all(np.isnan(M.x_mean))
    net.run(0.2 * ms)
    M.record_single_timestep()
    P.record_single_timestep()
    assert M.x_mean.tolist() == [3, 3] and M.x_min.tolist() == [2, 2] and M.x_histogram.tolist() == [[0, 3]] * 2
    assert P.x_mean.tolist() == [2, 3, 4] and P.x_histogram.tolist() == [[0, 2]] * 3


def test_weights_of_synapses_are_reduced() -> None:
    G = NeuronGroup(3, "x : 1")
    S = Synapses(G, G, "w : 1")
    M = StateMonitor(S, "w", record=True, reduce="mean", over="population")
    S.connect()
    S.w = "i + j"
    Network(G, S, M).run(0.1 * ms)
    assert M.w.tolist() == [2.0]


@pytest.mark.parametrize(
    ("more", "error", "text"),
    [
        (
            {"reduce": "median"},
            ValueError,
            "StateMonitor 'watch': reduce= takes mean, variance, std, sum, min, max, histogram, not 'median'",
        ),
        (
            {"reduce": "mean", "over": "space"},
            ValueError,
            "StateMonitor 'watch': over= is 'time' or 'population', not 'space'",
        ),
        (
            {"reduce": "max", "over": "population"},
            ValueError,
            "StateMonitor 'watch': max can be taken over='time' only",
        ),
        (
            {"reduce": "histogram"},
            TypeError,
            "StateMonitor 'watch': bins= (edges of bins, ascending) and reduce='histogram' belong together",
        ),
        (
            {"reduce": "histogram", "bins": [1, 0] * mV},
            ValueError,
            "StateMonitor 'watch': bins= must be at least two ascending edges",
        ),
        (
            {"reduce": "histogram", "bins": [0, 1]},
            DimensionMismatchError,
            "'v' is in volt, but bins= is a pure number (units are V and 1).",
        ),
        ({"over": "population"}, TypeError, "StateMonitor 'watch': over= and bins= need reduce="),
        (
            {"reduce": "mean", "dtype": np.float32},
            TypeError,
            "StateMonitor 'watch': reduce= and dtype= do not go together: sums are float64",
        ),
        (
            {"reduce": "mean", "buffer": 1 * ms},
            TypeError,
            "StateMonitor 'watch': buffer= and over='time' do not go together",
        ),
    ],
)
def test_mistakes_are_told(more: dict[str, object], error: type[Exception], text: str) -> None:
    start_scope()
    with pytest.raises(error) as found:
        StateMonitor(NeuronGroup(2, "v : volt"), "v", record=True, name="watch", **more)
    assert str(found.value) == text
