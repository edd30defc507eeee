"""Monitors: expressions, thinning, buffers, clearing, binned and smoothed rates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eqsim import (
    DimensionMismatchError,
    Hz,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    mV,
    second,
    seed,
    volt,
)
from eqsim.errors import EquationSyntaxError, UnknownNameError
from eqsim.units import get_dimensions

E_L = -70 * mV


def decaying(n: int = 3, **more: object) -> NeuronGroup:
    """v decays exactly to E_L from 10 mV above it, times i + 1."""
    G = NeuronGroup(n, "dv/dt = (E_L - v)/(10*ms) : volt\nw = v - E_L : volt", method="exact", **more)
    G.v = "E_L + (i + 1)*10*mV"
    return G


def ramp(n: int = 4) -> NeuronGroup:
    """x counts steps, and neuron i spikes when t is a multiple of i + 1 ms."""
    G = NeuronGroup(n, "x : 1", threshold="t_in_timesteps % (10*(i + 1)) == 0", reset="")
    G.run_regularly("x += 1", when="end")
    return G


def run(duration: object, *objects: object) -> Network:
    net = Network(*objects)
    net.run(duration)
    return net


# -- expressions -----------------------------------------------------------------------------------------------------------


def test_expression_has_the_unit_and_the_values_that_it_says() -> None:
    G = decaying()
    M = StateMonitor(G, ["v", "v - E_L", "w"], record=True)
    run(5 * ms, G, M)
    assert get_dimensions(M["v - E_L"]) is volt.dim
    assert np.array_equal(M["v - E_L"], M.w) and np.array_equal(M["v-E_L"], M.w)
    # the exact solution; 2 ulp of 70 mV for the subtraction, a few ulp of the exponentials over 50 steps
    expected = np.outer(np.arange(1, 4) * 0.01, np.exp(-np.asarray(M.t) / 0.01))
    assert np.allclose(np.asarray(M["v - E_L"]), expected, rtol=0, atol=50 * np.spacing(0.07))


def test_expressions_have_names() -> None:
    G = decaying()
    M = StateMonitor(G, {"drive": "v - E_L", "above": "v > -60*mV", "twice": "2*i"}, record=[0, 2])
    run(1 * ms, G, M)
    assert M.record_variables == ["drive", "above", "twice"]
    assert np.array_equal(M[2].drive, np.asarray(M.drive)[1] * volt) and M.drive_.shape == (2, 10)
    assert M.above.dtype == bool and M.above.tolist() == [[False] * 10, [True] * 10]
    assert M.twice[:, 0].tolist() == [0, 4]
    assert "drive" in dir(M)


def test_expression_of_synapses_sees_both_ends() -> None:
    G = decaying()
    S = Synapses(G, G, "a : 1")
    S.connect(i=[0, 1], j=[2, 0])
    S.a = [2, 3]
    M = StateMonitor(S, "a*(v_post - v_pre)", record=True)
    run(0.1 * ms, G, S, M)
    assert np.allclose(np.asarray(M["a*(v_post - v_pre)"])[:, 0], [0.04, -0.03])


def test_expression_of_a_subgroup_counts_its_own_neurons() -> None:
    G = decaying(6)
    M = StateMonitor(G[2:5], "i + 100*N", record=True)
    run(0.1 * ms, G, M)
    assert M["i + 100*N"][:, 0].tolist() == [300, 301, 302]


def test_record_single_timestep_computes_expressions() -> None:
    G = decaying()
    M = StateMonitor(G, "v - E_L", record=True)
    run(1 * ms, G, M)
    M.record_single_timestep()
    assert np.array_equal(np.asarray(M["v - E_L"])[:, -1], np.asarray(G.w)) and M.N == 11


def test_expression_may_use_a_name_that_comes_later() -> None:
    G = decaying()
    M = StateMonitor(G, "v/later", record=True)
    net = Network(G, M)
    later = 2 * mV
    net.run(0.1 * ms)
    assert get_dimensions(M["v/later"]) is (volt / volt).dim
    assert np.allclose(M["v/later"][:, 0], np.array([-60, -50, -40]) / 2)


def test_spike_monitor_takes_expressions_before_the_reset() -> None:
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 1", reset="v = 0", method="euler")
    S = SpikeMonitor(G, {"over": "v - 1"})
    run(5 * ms, G, S)
    assert S.num_spikes == 4 and np.all(S.over > 0) and np.all(S.over <= 0.1)
    assert np.array_equal(S.values("over")[0], S.over) and list(S.all_values()) == ["t", "over"]


def test_unknown_variable_is_still_an_error() -> None:
    with pytest.raises(ValueError) as error:
        StateMonitor(decaying(name="cells"), "vv", record=True)
    assert str(error.value) == "NeuronGroup 'cells' has no variable 'vv'; did you mean 'v'?"


def test_units_of_an_expression_are_checked_at_once() -> None:
    with pytest.raises(DimensionMismatchError) as error:
        StateMonitor(decaying(name="cells_u"), "v - 3*ms", record=True, name="watch_u")
    assert str(error.value) == (
        "cannot subtract second from volt\n"
        " --> variables of StateMonitor 'watch_u', line 1\n"
        "1 | v - 3*ms\n"
        "  | ^^^^^^^^ volt - second"
    )


def test_mistake_in_an_expression_is_shown() -> None:
    with pytest.raises(EquationSyntaxError) as error:
        StateMonitor(decaying(name="cells_m"), "2*(v - E_L", record=True, name="watch_m")
    assert " --> variables of StateMonitor 'watch_m', line 1\n1 | 2*(v - E_L\n" in str(error.value)


def test_unknown_name_in_an_expression_is_told_when_the_run_begins() -> None:
    G = decaying()
    M = StateMonitor(G, "v - nothing", record=True)
    with pytest.raises(UnknownNameError, match="'nothing' stands for nothing"):
        run(1 * ms, G, M)


def test_name_of_an_expression_must_be_a_name() -> None:
    with pytest.raises(ValueError) as error:
        StateMonitor(decaying(), {"my drive": "v - E_L"}, record=True, name="watch_n")
    assert str(error.value) == (
        "StateMonitor 'watch_n': 'my drive' cannot be the name of something recorded: it must be a name as in Python"
    )


# -- less ------------------------------------------------------------------------------------------------------------------


def test_every_thins_the_samples() -> None:
    G = ramp()
    full, steps, time = (StateMonitor(G, "x", record=0, every=e) for e in (None, 5, 0.5 * ms))
    run(2.2 * ms, G, full, steps, time)
    assert np.array_equal(steps.x[0], full.x[0][::5]) and np.array_equal(time.x, steps.x)
    assert np.allclose(steps.t / ms, [0, 0.5, 1, 1.5, 2])


def test_every_follows_the_clock_of_the_source() -> None:
    G = ramp()
    M = StateMonitor(G, "x", record=0, every=10)
    defaultclock.dt = 0.05 * ms
    try:
        run(1 * ms, G, M)
    finally:
        defaultclock.dt = 0.1 * ms
    assert np.allclose(M.t / ms, [0, 0.5])


@pytest.mark.parametrize(
    ("every", "error", "text"),
    [
        (0, ValueError, "'watch_e': every= must be at least 1, not 0"),
        (0.25 * ms, ValueError, "'watch_e': every= must be a multiple of dt (0.1 ms), not 250. us"),
        (1.5, TypeError, "'watch_e': every= is a number of steps or a time, not 1.5"),
    ],
)
def test_every_is_checked(every: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as found:
        StateMonitor(ramp(), "x", record=0, every=every, name="watch_e")
    assert str(found.value) == text


def test_subset_is_chosen_by_the_seed() -> None:
    G = ramp(1000)
    chosen = []
    for value in (1, 1, 2):
        seed(value)
        chosen.append(StateMonitor(G, "x", record=True, subset=50).record)
    assert np.array_equal(chosen[0], chosen[1]) and not np.array_equal(chosen[0], chosen[2])
    assert len(np.unique(chosen[0])) == 50 and np.all(np.diff(chosen[0]) > 0)
    # each element is chosen with probability 0.05: over 200 seeds, element means lie within 5 sd of that
    counts = np.zeros(1000)
    for value in range(200):
        seed(value)
        counts[StateMonitor(G, "x", record=True, subset=50).record] += 1
    assert abs(counts.mean() - 10) == 0 and counts.max() < 10 + 6 * np.sqrt(200 * 0.05 * 0.95)


def test_subset_leaves_other_random_numbers_alone() -> None:
    found = []
    for subset in (None, 2):
        seed(5)
        G = NeuronGroup(4, "x : 1", name="subset_cells" if subset is None else "subset_cells2")
        M = StateMonitor(G, "x", record=True, subset=subset)
        G.x = "rand()"
        found.append(M.N)
    assert found == [0, 0]


def test_subset_is_part_of_what_record_says() -> None:
    M = StateMonitor(ramp(10), "x", record=[1, 3, 5, 7], subset=3)
    assert len(M.record) == 3 and set(M.record) < {1, 3, 5, 7}
    with pytest.raises(ValueError) as error:
        StateMonitor(ramp(10), "x", record=True, subset=11, name="watch_s")
    assert str(error.value) == "'watch_s': subset= must be a number from 1 to 10, not 11"


def test_float32_is_the_rounded_value() -> None:
    G = decaying()
    wide, narrow = StateMonitor(G, "v", record=True), StateMonitor(G, "v", record=True, dtype=np.float32)
    named = StateMonitor(G, ["v", "w"], record=True, dtype={"w": np.float32})
    run(3 * ms, G, wide, narrow, named)
    assert narrow.v_.dtype == np.float32 and np.array_equal(narrow.v_, wide.v_.astype(np.float32))
    assert (named.v_.dtype, named.w_.dtype) == (np.float64, np.float32)
    with pytest.raises(TypeError) as error:
        StateMonitor(G, "v", record=True, dtype=np.int32)
    assert str(error.value) == "dtype= of a monitor is float32 or float64, not int32"


# -- the last part only ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("buffer", [0.3, 2.0, 50.0])
def test_buffer_keeps_the_last_part(buffer: float) -> None:
    """Whatever was recorded in the last time, and nothing else, also over several runs."""
    G = ramp()
    keep = buffer * ms
    all_x, all_s, all_r = StateMonitor(G, "x", record=True), SpikeMonitor(G), PopulationRateMonitor(G)
    x, s, r = (
        StateMonitor(G, "x", record=True, buffer=keep),
        SpikeMonitor(G, buffer=keep),
        PopulationRateMonitor(G, buffer=keep),
    )
    net = Network(G, all_x, all_s, all_r, x, s, r)
    for _ in range(3):
        net.run(41.3 * ms)
        ticks = min(round(buffer * 10), all_x.N)
        assert x.N == ticks and np.array_equal(x.x, all_x.x[:, -ticks:]) and np.array_equal(x.t, all_x.t[-ticks:])
        recent = np.asarray(all_s.t) > float(net.t) - buffer * 1e-3 - 1e-9
        assert np.array_equal(s.i, all_s.i[recent]) and np.array_equal(s.t, all_s.t[recent]) and s.N == recent.sum()
        assert np.array_equal(r.rate, all_r.rate[-ticks:])
        assert np.array_equal(s.count, all_s.count)


def test_buffer_bounds_the_memory() -> None:
    G = NeuronGroup(100, "x : 1", threshold="True", reset="")
    M, S = StateMonitor(G, "x", record=True, buffer=1 * ms), SpikeMonitor(G, buffer=1 * ms)
    net = Network(G, M, S)
    net.run(10 * ms)
    before = [log.capacity for m in (M, S) for log in m.logs]
    net.run(300 * ms)
    assert [log.capacity for m in (M, S) for log in m.logs] == before
    assert (M.N, S.N) == (10, 1000)


def test_buffer_must_be_a_time() -> None:
    with pytest.raises(DimensionMismatchError):
        StateMonitor(ramp(), "x", record=True, buffer=3 * mV)
    with pytest.raises(ValueError, match="must be positive"):
        SpikeMonitor(ramp(), buffer=0 * second)


# -- clear -----------------------------------------------------------------------------------------------------------------


def test_clear_forgets_and_goes_on() -> None:
    G = ramp()
    M, S, R = StateMonitor(G, "x", record=True), SpikeMonitor(G, "x"), PopulationRateMonitor(G)
    net = Network(G, M, S, R)
    net.run(5 * ms)
    for monitor in (M, S, R):
        monitor.clear()
        assert monitor.N == 0 and len(monitor.t) == 0 and sum(log.capacity for log in monitor.logs) == 0
    assert S.count.tolist() == [0] * 4
    net.run(4 * ms)
    assert np.allclose(M.t / ms, 5 + np.arange(40) / 10) and M.x[0, 0] == 50
    assert S.count.tolist() == [4, 2, 1, 1] and np.all(S.t >= 5 * ms) and R.N == 40
    t, rate = S.binned_rate(2 * ms)
    assert np.allclose(t / ms, [5, 7]) and np.allclose(rate / Hz, np.array([[2, 2], [1, 1], [1, 0], [0, 1]]) * 500)


def test_clear_during_a_run_loses_nothing_after_it() -> None:
    from eqsim import network_operation

    G = ramp()
    M = StateMonitor(G, "x", record=True)

    @network_operation(dt=2 * ms)
    def forget() -> None:
        M.clear()

    net = Network(G, M, forget)
    net.run(5 * ms)
    assert np.allclose(M.t / ms, 4 + np.arange(10) / 10)  # a monitor comes after an operation of its slot, by name


# -- rates -----------------------------------------------------------------------------------------------------------------


def test_bins_hold_all_spikes() -> None:
    """Neuron i spikes every (i + 1) ms from 0 s on; a bin of 6 ms has 6/(i + 1) of them for i = 0, 1, 2."""
    G = ramp(3)
    S, R = SpikeMonitor(G), PopulationRateMonitor(G)
    run(12.5 * ms, G, S, R)
    t, rate = S.binned_rate(6 * ms)
    assert np.allclose(t / ms, [0, 6]) and np.allclose(rate * 6 * ms, [[6, 6], [3, 3], [2, 2]])
    t, mean = R.binned_rate(6 * ms)
    assert np.allclose(t / ms, [0, 6]) and np.allclose(mean * 6 * ms * 3, [11, 11])
    assert get_dimensions(rate) is Hz.dim and get_dimensions(mean) is Hz.dim


def test_smoothed_rates_agree() -> None:
    """The mean over neurons of their smoothed rates is the smoothed rate of the population."""
    G = ramp(3)
    S, R = SpikeMonitor(G), PopulationRateMonitor(G)
    run(12 * ms, G, S, R)
    for window, width in (("gaussian", 0.5 * ms), ("flat", 0.7 * ms), (np.array([1, 2, 1]), None)):
        single, whole = S.smooth_rate(window, width), R.smooth_rate(window, width)
        assert single.shape == (3, 120) and get_dimensions(single) is Hz.dim
        # sums of 3 rates up to 1e4 Hz in different orders
        assert np.allclose(np.mean(np.asarray(single), axis=0), np.asarray(whole), rtol=0, atol=1e-10)


def test_bins_must_be_whole_steps() -> None:
    G = ramp()
    S = SpikeMonitor(G)
    run(1 * ms, G, S)
    with pytest.raises(ValueError) as error:
        S.binned_rate(0.25 * ms)
    assert str(error.value) == "the bin size must be a multiple of dt (0.1 ms), not 250. us"


# -- nothing to record -----------------------------------------------------------------------------------------------------


def test_no_elements_give_empty_results() -> None:
    G = ramp()
    plain, mean = StateMonitor(G, "x", record=False), StateMonitor(G, "x", record=[], reduce="mean")
    people = StateMonitor(G, "x", record=False, reduce=["mean", "sum"], over="population")
    run(0.3 * ms, G, plain, mean, people)
    assert plain.x.shape == (0, 3) and mean.x.shape == (0,) and people.x_sum.tolist() == [0, 0, 0]
    assert np.all(np.isnan(people.x_mean)) and len(people.t) == 3


def test_to_a_file_needs_elements(tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="h5py is not installed")
    G = ramp()
    M = StateMonitor(G, "x", record=False, to=tmp_path / "x.h5", name="watch_nobody")
    with pytest.raises(ValueError) as error:
        run(1 * ms, G, M)
    assert str(error.value) == "StateMonitor 'watch_nobody': to= needs elements to record, and there are none"
