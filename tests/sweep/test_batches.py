"""Batches: all points in one program give each point the bits of a run of its own."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from eqsim import (
    EqsimError,
    EventMonitor,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    linked_var,
    ms,
    mV,
    network_operation,
    run_batch,
    seed,
    start_scope,
    sweep,
)
from eqsim.ir.batch import Unlike, together
from eqsim.ir.show import show
from eqsim.log import catch_logs
from eqsim.sweeps import batches


def spiking() -> tuple[Network, dict, dict]:
    """Noise, refractoriness, thresholds, resets, synapses with a shared delay and plasticity, Poisson input, monitors."""
    cells = NeuronGroup(
        6,
        """dv/dt = (I*gain - v + s + drive(t))/tau + 0.1*xi/tau**.5 : 1 (unless refractory)
           I : 1
           s : 1
           common : 1 (shared)
           n : integer
           flag : boolean""",
        threshold="v > 1",
        reset="v = 0; n += 1; flag = not flag",
        refractory="1*ms + 0.1*ms*i",
        method="euler",
        events={"low": "v < 0.02"},
        name="cells",
    )
    cells.v = "rand()"
    cells.run_regularly("common = rand(); v += 0.01*common", dt=1 * ms, name="regular")
    chemical = Synapses(
        cells,
        cells,
        """w : 1
           dx/dt = -x/(5*ms) : 1 (event-driven)
           s_post = 0.1*w*(v_pre - v_post)*int(i != j) : 1 (summed)""",
        on_pre="v_post += w; x += 1",
        on_post="w = clip(w - 0.01*x, 0, 1)",
        delay=0.5 * ms,
        name="chemical",
    )
    chemical.connect(condition="i != j")
    chemical.w = "0.1*rand()"
    source = PoissonGroup(3, rates=200 * Hz, name="source")
    poisson = Synapses(source, cells, on_pre="v_post += 0.2", name="poisson")
    poisson.connect(j="i")
    extra = PoissonInput(cells[4:], "v", 10, 50 * Hz, weight=0.05)
    monitors = [
        SpikeMonitor(cells, ["v"], name="spikes"),
        SpikeMonitor(cells[2:5], record=False, name="some"),
        EventMonitor(cells, "low", name="lows"),
        StateMonitor(cells, ["v", "n", "flag", "not_refractory"], record=[1, 4], name="trace"),
        StateMonitor(cells, ["common", "v*2"], record=True, dt=0.3 * ms, name="slow"),
        StateMonitor(chemical, ["w", "x"], record=[0, 3], name="weights"),
        StateMonitor(cells, "v", record=True, reduce=["mean", "std"], over="time", name="mean"),
        StateMonitor(cells, "v", record=True, reduce=["mean", "std"], over="population", name="across"),
        StateMonitor(cells, "v", record=[0], buffer=1 * ms, name="last"),
        PopulationRateMonitor(cells, name="rate"),
    ]
    net = Network(cells, chemical, source, poisson, extra, monitors)
    names = {"tau": 5 * ms, "gain": 1, "drive": TimedArray([0.0, 0.5, 1.0], dt=2 * ms)}
    return net, names, {"tau": [3, 8] * ms, "cells.I": [0.5, 1.5], "gain": [1, 2]}


def rates() -> tuple[Network, dict, dict]:
    """Differential equations of several kinds, without spikes."""
    kinds = [
        NeuronGroup(3, "dx/dt = (a - x)/tau : 1", method="exact", name="linear"),
        NeuronGroup(3, "dx/dt = y/tau : 1\ndy/dt = (a*(1 - x**2)*y - x)/tau : 1", method="rk4", name="pol"),
        NeuronGroup(2, "dx/dt = (a - x - 0.1*exp(-x))/tau : 1", method="rk45", name="adaptive"),
        NeuronGroup(2, "dx/dt = (sin(a) - x)/tau + 0.1*xi/sqrt(tau) : 1", method="heun", name="noisy", dtype="float32"),
        NeuronGroup(2, "dx/dt = (a*x(t - 1*ms) - x)/tau : 1", method="rk4", name="late"),
        NeuronGroup(2, "dx/dt = (a - x)/tau : 1", method="euler", after_step="x = clip(x, 0, 0.3)", name="clamped"),
    ]
    follower = NeuronGroup(3, "dy/dt = (other - y)/tau : 1\nother : 1 (linked)", method="euler", name="follower")
    follower.other = linked_var(kinds[0], "x", index=[2, 0, 1])
    for G in kinds:
        G.x = "0.1 + 0.1*i"
    monitors = [StateMonitor(G, "x", record=True, name=f"of_{G.name}") for G in kinds]
    net = Network(kinds, follower, monitors, StateMonitor(follower, "y", record=True, name="of_follower"))
    return net, {"tau": 5 * ms, "a": 0.5}, {"tau": [3, 8] * ms, "a": [0.5, 1.5], "linear.x": [0.0, 0.7]}


def sums() -> tuple[Network, dict, dict]:
    """Sums over synapses, sorted by target or not, in double and single precision, and with a value that is read, too."""
    x = NeuronGroup(5, "dx/dt = (a + s - x)/tau : 1\ns : 1\nn : integer", method="euler", name="x")
    y = NeuronGroup(4, "dy/dt = (s - y)/tau : 1\ns : 1", method="euler", name="y", dtype="float32")
    x.x = "0.1*i"
    inner = Synapses(
        x,
        x,
        """w : 1
           s_post = w*sin(x_pre - x_post) : 1 (summed)
           n_post = int(x_pre > 0.2) : integer (summed)""",
        name="inner",
    )
    inner.connect(i=[4, 0, 3, 1, 2, 0, 4], j=[0, 0, 2, 2, 2, 4, 4])
    outer = Synapses(x, y, "w : 1\ns_post = w*a*x_pre : 1 (summed)", name="outer")
    outer.connect(condition="(i + j) % 3 > 0")
    inner.w, outer.w = "0.1*(i + 1)", "0.01*(i + j)"
    monitors = [StateMonitor(x, ["x", "n"], record=True, name="of_x"), StateMonitor(y, ["y", "s"], record=True, name="of_y")]
    return Network(x, y, inner, outer, monitors), {"tau": 5 * ms, "a": 0.5}, {"a": np.linspace(0, 1, 57)}


def delayed() -> tuple[Network, dict, dict]:
    """A delay for each synapse: these points run one after the other."""
    cells = NeuronGroup(4, "dv/dt = (I - v)/tau : 1\nI : 1", threshold="v > 1", reset="v = 0", method="exact", name="cells")
    S = Synapses(cells, cells, on_pre="v_post += 0.1", name="wires")
    S.connect()
    S.delay = "i*0.3*ms"
    return Network(cells, S, SpikeMonitor(cells, name="spikes")), {"tau": 5 * ms}, {"cells.I": [1.5, 2.0, 3.0]}


MODELS = {"spiking": spiking, "rates": rates, "sums": sums, "delayed": delayed}


def bits(values) -> list[bytes]:
    array = np.asarray(values)
    return [b for x in array.ravel() for b in bits(x)] if array.dtype == object else [array.tobytes()]


@pytest.fixture(scope="module")
def singles(lanes):
    """The results of single runs on numpy."""
    found = {}
    for name, make in MODELS.items():
        seed(6)
        net, names, values = make()
        with lanes["numpy"].networks():
            net.run(2 * ms, namespace=names)
            found[name] = (
                net,
                names,
                values,
                sweep(net, values, duration=6 * ms, namespace=names, seed=3, executor="serial").check(),
            )
    return found


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("lane_name", ["numpy", "g++ -O3"])
def test_a_batch_has_the_bits_of_single_runs(singles, lanes, model, lane_name) -> None:
    """Everything that monitors have recorded; the beginning has been recorded before the batch."""
    if lane_name not in lanes:
        pytest.skip("g++ is not installed")
    net, names, values, expected = singles[model]
    batches._known.clear()  # modules of the last lane
    with lanes[lane_name].networks(), catch_logs(logging.INFO) as logs:
        found = run_batch(net, 6 * ms, values, namespace=names, seed=3).check()
    in_turn = [text for _, name, text in logs if name.endswith("in_turn")]
    expect = ["the points run one after the other: 'wires_pre' has a delay for each synapse"] if model == "delayed" else []
    assert in_turn == expect
    assert found.names == expected.names and found.shape == expected.shape
    wrong = [name for name in found.names if bits(found[name]) != bits(expected[name])]
    assert wrong == []
    assert net.t == 2 * ms


def test_single_runs_differ_from_point_to_point(singles) -> None:
    """Else the comparison above would say nothing."""
    for model, name in (("spiking", "trace.v"), ("rates", "of_pol.x"), ("rates", "of_noisy.x"), ("rates", "of_adaptive.x")):
        assert len({x.tobytes() for x in np.asarray(singles[model][3][name]).reshape(8, -1)}) >= 4


def chain(N: int = 3) -> tuple[NeuronGroup, Network]:
    start_scope()
    G = NeuronGroup(N, "dv/dt = (I - v)/tau : 1\nI : 1", threshold="v > 1", reset="v = 0", method="exact", name="G")
    return G, Network(G, SpikeMonitor(G, name="spikes"))


@pytest.mark.parametrize("points", [1, 7, 8, 9, 40])
def test_any_number_of_points_will_do(lane, points) -> None:
    """8 points are computed together; the last ones may be fewer."""
    _, net = chain()
    drive = np.linspace(0.5, 3, points)
    with lane.networks():
        counts = run_batch(net, 20 * ms, {"G.I": drive}, results="spikes.count", namespace={"tau": 5 * ms}).values
    period = np.where(
        drive > 1, 5 * np.log(drive / np.where(drive > 1, drive - 1, 1)), np.inf
    )  # ms, of v = I*(1 - e^(-t/tau))
    # the threshold is looked at in steps of 0.1 ms, and is passed up to one step later than in continuous time
    low, high = np.floor(20 / (period + 0.1)), np.floor(20 / period)
    assert counts.shape == (points, 3)
    assert np.all((counts[:, 0] >= low) & (counts[:, 0] <= high)) and np.all(counts == counts[:, :1])


def test_values_may_be_arrays(lane) -> None:
    """An axis of arrays: one value for each neuron."""
    _, net = chain()
    with lane.networks():
        found = run_batch(
            net,
            20 * ms,
            {"G.I": np.array([[0.0, 2.0, 0.0], [2.0, 0.0, 3.0]])},
            results="spikes.count",
            namespace={"tau": 5 * ms},
        )
    assert (found.values > 0).tolist() == [[False, True, False], [True, False, True]]


def test_what_is_equal_is_there_once() -> None:
    """The weights are the same for all points, and need one entry; the seed differs, and what follows from tau."""
    _, net = chain()
    S = Synapses(net["G"], net["G"], "w : 1", on_pre="v_post += w", name="S")
    S.connect(condition="i != j")
    net.add(S)
    net.run(0 * ms, namespace={"tau": 5 * ms})
    batch = together(net.engine.linked.program, set(), {"G.tau"})
    assert batch.varying == set(
        "G.v G.spike.indices G.spike.counts spikes.count spikes.spikes.i spikes.spikes.t spikes.spikes.cursor".split()
    )
    text = show(next(k for k in batch.program.kernels if k.name.startswith("S_pre")))
    assert "G.v[j*batch.points + batch.point] += S.w[k]" in text


def test_points_must_have_the_same_loops() -> None:
    """Sizes and connections are the same for all points, else there is no common loop."""
    _, net = chain()
    net.run(0 * ms, namespace={"tau": 5 * ms})
    program = net.engine.linked.program
    with pytest.raises(Unlike, match=r"^'G.N' is not the same in all points$"):
        together(program, set(), {"G.N"})
    S = Synapses(net["G"], net["G"], "w : 1", on_pre="v_post += w", name="S")
    S.connect(condition="i != j")
    net.add(S)
    net.run(0 * ms, namespace={"tau": 5 * ms})
    with pytest.raises(Unlike, match=r"^'S.target' is not the same in all points$"):
        together(net.engine.linked.program, {"S.target"}, set())


def test_many_points_take_turns_in_a_small_memory(monkeypatch) -> None:
    _, net = chain()
    values, options = {"G.I": np.linspace(0.5, 3, 40)}, {"namespace": {"tau": 5 * ms}}
    expected = run_batch(net, 20 * ms, values, **options)
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    found = run_batch(net, 20 * ms, values, **options)
    assert bits(found["spikes.t"]) == bits(expected["spikes.t"]) and len(found) == 40


def test_the_network_is_afterwards_as_it_was() -> None:
    G, net = chain()
    G.I, names = 2, {"tau": 5 * ms}
    net.run(7 * ms, namespace=names)
    before = (np.array(G.v), net["spikes"].t, net.t)
    run_batch(net, 5 * ms, {"G.I": [3.0, 4.0]}, namespace=names)
    assert all(np.array_equal(a, b) for a, b in zip(before, (G.v, net["spikes"].t, net.t), strict=True))
    assert np.array_equal(G.I, [2, 2, 2])


def test_recordings_grow() -> None:
    """More spikes and samples than there is room for in the beginning."""
    G, net = chain()
    net.add(StateMonitor(G, "v", record=True, name="trace"))
    found = run_batch(net, 100 * ms, {"G.I": [2.0, 50.0]}, namespace={"tau": 5 * ms})
    assert found["trace.v"].shape == (2, 3, 1000)
    assert len(found["spikes.t"][1]) == found["spikes.count"][1].sum() > 1000


def test_a_point_that_cannot_begin_does_not_take_others_with_it() -> None:
    _, net = chain()
    with catch_logs():
        found = run_batch(
            net, 5 * ms, {"G.I": [2.0, 3 * mV, 4.0]}, results=lambda net: net["spikes"].num_spikes, namespace={"tau": 5 * ms}
        )
    assert found.ok.tolist() == [True, False, True] and found.values[2] > found.values[0]
    assert found.failures[0].error.startswith("eqsim.errors.DimensionMismatchError: ")


def test_a_network_operation_is_refused() -> None:
    _, net = chain()

    @network_operation(name="mine")
    def act() -> None:
        pass

    net.add(act)
    with pytest.raises(EqsimError) as error:
        run_batch(net, 5 * ms, {"G.I": [1.0]}, namespace={"tau": 5 * ms})
    assert str(error.value) == (
        "a batch cannot run the network operation 'mine': it is a function in Python, for one network; use run_regularly, "
        "or sweep(..., batch=False)"
    )


def test_a_batch_does_not_go_into_a_project(standalone) -> None:
    _, net = chain()
    with pytest.raises(EqsimError) as error:
        run_batch(net, 5 * ms, {"G.I": [1.0]}, namespace={"tau": 5 * ms})
    assert str(error.value) == (
        "a batch runs in this process, not on device 'cpp_standalone': set_device('runtime') before it"
    )
