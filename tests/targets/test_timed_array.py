"""Arrays over time: the right value at every step, on every lane, and clear words where there is none."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    DimensionMismatchError,
    Mohm,
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    amp,
    defaultclock,
    ms,
    mV,
    nA,
    second,
    seed,
    start_scope,
    volt,
)
from eqsim.errors import EqsimError, EquationError


@pytest.fixture(autouse=True)
def fresh() -> object:
    start_scope()
    defaultclock.dt = 0.1 * ms
    yield
    defaultclock.dt = 0.1 * ms


def recorded(group: NeuronGroup, name: str, duration: object) -> np.ndarray:
    """A variable of the first neuron at each step, at the beginning of the step."""
    monitor = StateMonitor(group, name, record=[0])
    Network(group, monitor).run(duration, namespace={})
    return np.asarray(getattr(monitor, name)[0])


# --- the value of a time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step_us", "array_us"), [(100, 100), (100, 300), (100, 1000), (20, 700), (3, 21), (1, 1000)])
def test_each_step_sees_the_value_of_its_place(step_us: int, array_us: int) -> None:
    """In whole microseconds: step n sees value n*step // array, however n*dt was rounded."""
    defaultclock.dt = step_us * 1e-6 * second
    values = np.random.default_rng(1).random(9)
    stimulus = TimedArray(values, dt=array_us * 1e-6 * second)
    group = NeuronGroup(1, "x = stimulus(t) : 1", namespace={"stimulus": stimulus})
    n = np.arange(min(4000, 12 * array_us // step_us))
    found = recorded(group, "x", len(n) * step_us * 1e-6 * second)
    assert np.array_equal(found, values[np.minimum(n * step_us // array_us, 8)])


def test_first_value_before_the_start_and_last_one_past_the_end(lane: Lane) -> None:
    stimulus = TimedArray([3.0, 5.0], dt=1 * ms)
    group = NeuronGroup(1, "x = stimulus(t - 2*ms) : 1", namespace={"stimulus": stimulus})
    with lane.networks():
        found = recorded(group, "x", 5 * ms)
    assert np.array_equal(found, [3.0] * 30 + [5.0] * 20)


def test_line_between_the_values(lane: Lane) -> None:
    """x = slope*t up to the last value, then constant: a few roundings of numbers below 4."""
    ramp = TimedArray([0, 1, 3] * nA, dt=1 * ms, interpolation="linear")
    group = NeuronGroup(1, "x = ramp(t) : amp", namespace={"ramp": ramp})
    with lane.networks():
        found = recorded(group, "x", 4 * ms)
    t_ms = np.arange(40) * 0.1
    assert np.allclose(found, np.interp(t_ms, [0, 1, 2], [0, 1e-9, 3e-9]), rtol=0, atol=4 * 2.0**-52 * 4e-9)


def test_columns_belong_to_elements(lane: Lane) -> None:
    table = TimedArray(np.arange(12.0).reshape(3, 4), dt=1 * ms)
    group = NeuronGroup(4, "x = table(t, i) : 1\ny = table(t, 3 - i) : 1", namespace={"table": table})
    monitor = StateMonitor(group, ["x", "y"], record=True)
    with lane.networks():
        Network(group, monitor).run(3 * ms)
    rows = np.repeat(np.arange(12.0).reshape(3, 4), 10, axis=0).T
    assert np.array_equal(monitor.x, rows)
    assert np.array_equal(monitor.y, rows[::-1])


def test_columns_that_do_not_exist_are_nan(lane: Lane) -> None:
    table = TimedArray(np.ones((2, 3)), dt=1 * ms)
    group = NeuronGroup(5, "x : 1", namespace={"table": table})
    group.run_regularly("x = table(t, i - 1)", when="start")
    with lane.networks():
        Network(group).run(0.1 * ms)
    assert np.array_equal(np.asarray(group.x), [np.nan, 1, 1, 1, np.nan], equal_nan=True)


# --- where it can stand -----------------------------------------------------------------------------------------------


def test_exact_integration_of_a_step_current(lane: Lane) -> None:
    """v approaches R*I exponentially, anew from each change of I; 3000 roundings of numbers below 1."""
    current = TimedArray([1, -0.5, 2] * nA, dt=20 * ms)
    group = NeuronGroup(
        1, "dv/dt = (R*current(t) - v)/(10*ms) : volt", method="exact", namespace={"current": current, "R": 10 * Mohm}
    )
    with lane.networks():
        Network(group).run(50 * ms)
    v = 0.0
    for target, duration in ((0.01, 20), (-0.005, 20), (0.02, 10)):
        v = target + (v - target) * np.exp(-duration / 10)
    assert float(group.v_[0]) == pytest.approx(v, abs=500 * 2.0**-53 * 0.02)


def test_exact_is_refused_where_the_value_changes_within_a_step() -> None:
    """A step may still be set after the group has been made: that is found out when it is run."""
    odd, line = TimedArray([1, 2], dt=0.15 * ms), TimedArray([1, 2], dt=1 * ms, interpolation="linear")
    assert not odd.is_locally_constant(0.1 * ms) and not line.is_locally_constant(0.1 * ms)
    group = NeuronGroup(1, "dv/dt = (f(t) - v)/(10*ms) : 1", method="exact", namespace={"f": odd})
    with pytest.raises(EqsimError, match="which may change during a step"):
        Network(group).run(1 * ms)
    with pytest.raises(EqsimError, match="which may change during a step"):
        NeuronGroup(1, "dv/dt = (f(t) - v)/(10*ms) : 1", method="exact", namespace={"f": line})


def test_a_new_step_is_seen_by_exact() -> None:
    """The same group with a step that does not fit the array any more."""
    current = TimedArray([1.0, 2.0], dt=0.3 * ms)
    group = NeuronGroup(1, "dv/dt = (current(t) - v)/(10*ms) : 1", method="exact", namespace={"current": current})
    net = Network(group)
    net.run(0.6 * ms)
    defaultclock.dt = 0.2 * ms
    with pytest.raises(EqsimError, match="which may change during a step"):
        net.run(0.6 * ms)


def test_rates_thresholds_and_synapses(lane: Lane) -> None:
    """A spike at each step of the second of three stretches; each adds the weight of its time."""
    gate = TimedArray([0.0, 1.0, 0.0], dt=1 * ms)
    weight = TimedArray([5.0, 7.0], dt=1.5 * ms)
    seed(1)
    source = NeuronGroup(1, "", threshold="gate(t) > 0.5", reset="", namespace={"gate": gate})
    noise = PoissonGroup(1, rates="gate(t)*10*kHz", namespace={"gate": gate})  # one spike each step, or none
    target = NeuronGroup(1, "x : 1")
    wires = Synapses(source, target, on_pre="x_post += weight(t)", namespace={"weight": weight})
    wires.connect()
    spikes, others = SpikeMonitor(source), SpikeMonitor(noise)
    with lane.networks():
        Network(source, noise, target, wires, spikes, others).run(3 * ms)
    assert np.array_equal(np.round(np.asarray(spikes.t) / 1e-4).astype(int), np.arange(10, 20))
    assert np.array_equal(np.asarray(others.t), np.asarray(spikes.t))
    assert float(target.x[0]) == 5 * 5 + 5 * 7


def test_rates_may_be_called_like_the_argument() -> None:
    """``rates='rates(t)'`` meant itself once, without end."""
    rates = TimedArray([10.0, 20.0], dt=1 * ms)
    group = PoissonGroup(2, rates="rates(t)*kHz/10")
    monitor = StateMonitor(group, "rates", record=True)
    Network(group, monitor).run(2 * ms)
    assert rates.dt == 1e-3 and np.allclose(np.asarray(monitor.rates[1]), [1000.0] * 10 + [2000.0] * 10)


def test_an_array_can_be_exchanged_between_runs(lane: Lane) -> None:
    """The same program, other memory: also of another length."""
    group = NeuronGroup(1, "x : 1")
    group.run_regularly("x += f(t)")
    net = Network(group)
    f = TimedArray([1.0], dt=1 * ms)
    with lane.networks():
        net.run(1 * ms)
        f = TimedArray([0.0, 2.0, 3.0], dt=1 * ms)
        net.run(2 * ms)
    assert float(group.x[0]) == 10 * 1 + 10 * 2 + 10 * 3


def test_values_at_once() -> None:
    """String assignments and reading: at the present time of the group."""
    f = TimedArray([1, 2] * mV, dt=1 * ms)
    group = NeuronGroup(3, "x : volt\ny = f(t) : volt", namespace={"f": f}, dt=0.1 * ms)
    group.x = "f(1.5*ms)*i"
    assert np.array_equal(group.x_, 2e-3 * np.arange(3))
    assert np.asarray(group.y_).tolist() == [1e-3] * 3


# --- from Python ------------------------------------------------------------------------------------------------------


def test_called_from_python() -> None:
    f = TimedArray([1, 2, 3] * nA, dt=1 * ms)
    assert f(0.5 * ms) == 1 * nA
    assert np.array_equal(np.asarray(f([-1, 0, 1, 2.5, 99] * ms)), np.asarray([1, 1, 2, 3, 3] * nA))
    table = TimedArray(np.arange(6.0).reshape(3, 2), dt=1 * ms)
    assert table(1 * ms, 1) == 3
    assert table(1 * ms, [0, 1]).tolist() == [2, 3]
    assert table([0, 1, 2] * ms, 1).tolist() == [1, 3, 5]
    assert table([0, 1] * ms, [0, 1]).tolist() == [0, 3]
    ramp = TimedArray([0, 1, 3] * nA, dt=1 * ms, interpolation="linear")
    assert np.allclose(np.asarray(ramp([-1, 0.25, 1.5, 7] * ms)), [0, 0.25e-9, 2e-9, 3e-9], rtol=1e-15)


def test_wrong_calls_from_python() -> None:
    f, table = TimedArray([1, 2], dt=1 * ms, name="f"), TimedArray(np.ones((2, 2)), dt=1 * ms, name="table")
    with pytest.raises(DimensionMismatchError, match="'f' is called with a time, in second"):
        f(3)
    with pytest.raises(TypeError, match=r"'table' has 2 dimensions: call it as table\(t, i\)"):
        table(0 * ms)
    with pytest.raises(IndexError):
        table(0 * ms, 2)
    with pytest.raises(DimensionMismatchError):
        TimedArray([1, 2], dt=3)
    with pytest.raises(NotImplementedError, match="one or two dimensions"):
        TimedArray(np.ones((2, 2, 2)), dt=1 * ms)
    with pytest.raises(ValueError, match="at least one value"):
        TimedArray([], dt=1 * ms)
    with pytest.raises(ValueError, match="'previous' or 'linear'"):
        TimedArray([1], dt=1 * ms, interpolation="cubic")


# --- messages ---------------------------------------------------------------------------------------------------------

WRONG = {
    "x = f : volt": """'f' is a function, not a value
 --> equations of NeuronGroup 'cells', line 1
1 | x = f : volt
  |     ^ function
  = help: call it: f(...)""",
    "x = f(3) : volt": """f() needs a time
 --> equations of NeuronGroup 'cells', line 1
1 | x = f(3) : volt
  |       ^ 1""",
    "x = f(t, i) : volt": """f() takes 1 argument, not 2
 --> equations of NeuronGroup 'cells', line 1
1 | x = f(t, i) : volt
  |     ^^^^^^^
  = help: the array has 1 dimensions: f(t)""",
    "x = table(t, i) : volt": """cells has 5 elements, but table only 3 columns
 --> equations of NeuronGroup 'cells', line 1
1 | x = table(t, i) : volt
  |              ^ up to 4
  = help: e.g. int(i/2), or i % 10""",
    "x = table(t, 0.5) : volt": """a column is a whole number
 --> equations of NeuronGroup 'cells', line 1
1 | x = table(t, 0.5) : volt
  |              ^^^ a real
  = help: use int(...)""",
}


@pytest.mark.parametrize("text", WRONG)
def test_message(text: str) -> None:
    """When the group is made."""
    arrays = {"f": TimedArray([1, 2] * mV, dt=1 * ms), "table": TimedArray(np.ones((2, 3)) * mV, dt=1 * ms)}
    with pytest.raises(EqsimError) as error:
        NeuronGroup(5, text, namespace=arrays, name="cells")
    assert str(error.value).split("\n\n")[-1].endswith(WRONG[text])


def test_unit_of_the_values_is_checked() -> None:
    with pytest.raises(DimensionMismatchError):
        NeuronGroup(1, "x = f(t) : volt", namespace={"f": TimedArray([1] * amp, dt=1 * ms)})
    assert (TimedArray([1] * volt, dt=1 * ms)(0 * ms)) == 1 * volt


def test_grids_that_do_not_fit_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    f = TimedArray([1.0, 2.0], dt=0.15 * ms, name="stimulus_of_this_test")
    group = NeuronGroup(1, "x = f(t) : 1", namespace={"f": f}, name="cells_of_this_test")
    monitor = StateMonitor(group, "x", record=True)
    with caplog.at_level(logging.WARNING, logger="eqsim"):
        Network(group, monitor).run(0.2 * ms)
    told = [r.getMessage() for r in caplog.records if "stimulus_of_this_test" in r.getMessage()]
    assert told == [
        "'stimulus_of_this_test' has one value each 0.00015 s, and 'cells_of_this_test' a step of 0.0001 s: values begin "
        "between two steps"
    ]


def test_a_number_is_not_called() -> None:
    with pytest.raises(EqsimError, match=r"'tau' is no function and cannot be called") as error:
        NeuronGroup(1, "x = tau(3) : second", namespace={"tau": 3 * ms})
    assert not isinstance(error.value, EquationError) and "tau*(...)" in str(error.value)


def test_an_array_with_fewer_columns_is_noticed(lane: Lane) -> None:
    """The first program reads a column for each element without asking whether there is one."""
    group = NeuronGroup(4, "x : 1")
    group.run_regularly("x = f(t, i)")
    net = Network(group)
    f = TimedArray([[1.0, 2.0, 3.0, 4.0]], dt=1 * ms)
    with lane.networks():
        net.run(0.1 * ms)
        assert np.asarray(group.x).tolist() == [1, 2, 3, 4]
        f = TimedArray([[5.0, 6.0, 7.0, 8.0, 9.0]], dt=1 * ms)
        net.run(0.1 * ms)
        assert np.asarray(group.x).tolist() == [5, 6, 7, 8]
        f = TimedArray([[1.0, 2.0]], dt=1 * ms)
        assert f.values.shape == (1, 2)
        with pytest.raises(EquationError, match="has 4 elements, but f only 2 columns"):
            net.run(0.1 * ms)
