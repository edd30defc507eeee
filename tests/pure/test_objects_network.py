"""Networks: what belongs to them, what `run` sees, what they refuse."""

from __future__ import annotations

import gc
import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pytest

import eqsim
from eqsim import (
    Hz,
    MagicError,
    Network,
    NetworkOperation,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    catch_logs,
    collect,
    ms,
    mV,
    network_operation,
    prefs,
    restore,
    run,
    second,
    start_scope,
    store,
)


@pytest.fixture(autouse=True)
def scope() -> Iterator[None]:
    """Each test begins with nothing in sight."""
    start_scope()
    yield
    start_scope()


def counter(**more: Any) -> Any:
    """A neuron that counts steps."""
    G = NeuronGroup(1, "x : 1", **more)
    G.run_regularly("x += 1")
    return G


def test_run_goes_on_with_known_objects() -> None:
    """All new: time 0; all known: time goes on."""
    G = counter()
    run(1 * ms)
    run(1 * ms)
    assert G.x[0] == 20 and float(G.t / ms) == pytest.approx(2)


def test_run_begins_anew_with_new_objects() -> None:
    """Time is 0 again when no object has been run before."""
    G = counter()
    run(1 * ms)
    del G
    start_scope()
    H = counter()
    M = StateMonitor(H, "x", record=0)
    run(0.3 * ms)
    np.testing.assert_allclose(M.t_, [0, 1e-4, 2e-4])


def test_new_and_known_objects_together_are_refused() -> None:
    """Whether that is a new simulation cannot be told."""
    G = counter(name="old")
    run(1 * ms)
    H = counter(name="young")
    with pytest.raises(MagicError) as error:
        run(1 * ms)
    assert "'old'" in str(error.value) and "'young'" in str(error.value) and "start_scope()" in str(error.value)
    assert G.x[0] == 10 and H.x[0] == 0


def test_monitors_may_come_later() -> None:
    """They have no say in what is new."""
    G = counter()
    run(1 * ms)
    M = StateMonitor(G, "x", record=0)
    run(0.2 * ms)
    np.testing.assert_array_equal(M.x, [[11, 12]])  # in slot start, 'neurongroup...' comes before 'statemonitor'


def test_objects_in_containers_are_seen() -> None:
    """In lists, dictionaries, and attributes of the user's own objects, up to two levels deep; a network takes any depth."""

    class Model:
        def __init__(self) -> None:
            self.cells = counter()
            self.parts = {"more": counter()}

    groups, model, deep = [counter(), {"a": counter()}], Model(), [[[counter()]]]
    assert {id(o) for o in collect()} == {id(o) for o in (groups[0], groups[1]["a"], model.cells, model.parts["more"])}
    run(1 * ms)
    run(1 * ms)
    assert groups[0].x[0] == groups[1]["a"].x[0] == model.cells.x[0] == model.parts["more"].x[0] == 20
    assert deep[0][0][0].x[0] == 0
    Network(deep, name="any_depth").run(1 * ms)
    assert deep[0][0][0].x[0] == 10


def test_network_takes_nested_containers_and_generators() -> None:
    """Each object once."""
    groups = [counter() for _ in range(4)]
    net = Network({"a": groups[0], "b": [groups[1]]}, (g for g in groups[2:]), [[groups[:2]]])
    net.run(1 * ms)
    assert [g.x[0] for g in groups] == [10] * 4


def test_synapses_in_a_list_are_seen() -> None:
    """The commonest surprise: groups with names, and their synapses in a list."""
    A = NeuronGroup(1, "x : 1", threshold="t < 1*ms")
    B = NeuronGroup(1, "x : 1")
    synapses = [Synapses(A, B, on_pre="x_post += 1") for _ in range(2)]
    for S in synapses:
        S.connect()
    del S
    with catch_logs(log_level=logging.INFO) as log:
        run(2 * ms)
    assert B.x[0] == 20
    assert "(synapses[0])" in log[0][2] and "(synapses[1])" in log[0][2]


def test_results_of_earlier_simulations_stay_in_their_list() -> None:
    """Objects are made anew in a loop; old ones, kept in a list, do not come back."""
    kept = []
    for n in range(3):
        G = counter()
        M = StateMonitor(G, "x", record=0)
        run((n + 1) * ms)
        kept.append((G, M))
    assert [g.x[0] for g, _ in kept] == [10, 20, 30]
    assert [m.N for _, m in kept] == [10, 20, 30]


def test_new_synapses_in_a_list_cannot_join_a_simulation_that_goes_on() -> None:
    """As with a name: it is not clear whether a new simulation is meant. Unrelated new objects wait for theirs."""
    G = NeuronGroup(1, "x : 1", threshold="x > 1", reset="", name="old_one")
    run(1 * ms)
    others = [counter()]
    run(1 * ms)
    assert others[0].x[0] == 0
    synapses = [Synapses(G, G, on_pre="x += 1", name="late_one")]
    synapses[0].connect()
    with pytest.raises(MagicError, match=r"run before \('old_one'\) and new ones \('late_one'\)"):
        run(1 * ms)


def test_what_belongs_to_a_network_is_not_taken_from_a_list() -> None:
    """Also before that network has run."""
    theirs = [counter()]
    net = Network(theirs)
    G = counter()
    run(1 * ms)
    assert theirs[0].x[0] == 0 and G.x[0] == 10
    net.run(1 * ms)
    assert theirs[0].x[0] == 10


def test_what_run_does_not_see_is_told() -> None:
    """Once, with the name; at the run, not when it is too late."""
    keep: dict[str, Any] = {}

    def hidden(G: Any) -> Any:
        keep["deep"] = [[[SpikeMonitor(G, name="unseen")]]]

    G = NeuronGroup(1, "x : 1", threshold="x > 1", reset="")
    hidden(G)
    with catch_logs() as log:
        run(1 * ms)
    assert log == [
        (
            "WARNING",
            "eqsim.network.magic.missed",
            "run() does not see 'unseen': the frame that calls has no name for it, and it is in no list, dictionary or "
            "attribute there; give it a name, or use a Network that names its objects",
        )
    ]


def test_an_object_that_no_run_used_is_told_when_it_goes() -> None:
    """Only if it was never in a network, and not if the user wishes to hear nothing."""
    before = prefs.logging.warn_for_unused_objects
    try:
        with catch_logs() as log:
            for wanted in (True, False):
                prefs.logging.warn_for_unused_objects = wanted
                lost, used = counter(name="lost"), counter(name="used")
                Network(used)
                del lost, used
                gc.collect()
    finally:
        prefs.logging.warn_for_unused_objects = before
    texts = [text for _, name, text in log if "'lost'" in text or "'used'" in text]
    assert len(texts) == 1 and texts[0].startswith("NeuronGroup 'lost', made in test_objects_network.py, line ")


def test_an_object_without_its_group_is_left_out() -> None:
    """With a warning, and without an error."""
    hidden = [[[NeuronGroup(1, "x : 1", name="hidden")]]]
    M = StateMonitor(hidden[0][0][0], "x", record=0, name="watch")
    run(1 * ms)
    assert M.N == 0 and not M.active


def test_network_needs_the_groups_of_its_objects() -> None:
    """A synapse without its target, a monitor without its source."""
    G = counter(name="cells")
    with pytest.raises(ValueError, match=r"^'watch' needs 'cells', which is not in network 'alone'$"):
        Network(StateMonitor(G, "x", record=0, name="watch"), name="alone").run(1 * ms)


def test_an_object_belongs_to_one_network() -> None:
    """For life."""
    G = counter(name="cells")
    Network(G, name="first_net").run(0.1 * ms)
    with pytest.raises(RuntimeError, match=r"^'cells' belongs to another network \('first_net'\) already$"):
        Network(G)
    with pytest.raises(RuntimeError, match=r"^'cells' belongs to network 'first_net'"):
        run(1 * ms)


def test_names_in_a_network() -> None:
    """Look-up by name, also of parts; deletion; length; two objects of one name."""
    G = NeuronGroup(1, "v : 1", threshold="v > 1", reset="v = 0", name="cells")
    S = SpikeMonitor(G, name="spikes")
    net = Network(G, [S])
    assert net["cells"] is G and "spikes" in net and "nobody" not in net and G in net
    assert net[G.thresholder["spike"].name] is G.thresholder["spike"]
    assert len(net) == len(list(net)) == len(net.objects) == 5
    del net["spikes"]
    assert "spikes" not in net
    with pytest.raises(KeyError):
        net["spikes"]
    twin = NeuronGroup(1, "v : 1", name="cells")
    net.add(twin)
    with pytest.raises(ValueError, match=r"^two objects of the network are called 'cells'$"):
        net.run(1 * ms)


def test_names_are_numbered_while_others_live() -> None:
    """A pattern takes the next free name."""
    a, b = NeuronGroup(1, "", name="free*"), NeuronGroup(1, "", name="free*")
    assert (a.name, b.name) == ("free", "free_1")
    del a
    gc.collect()  # objects and their parts point at each other
    c = NeuronGroup(1, "", name="free*")
    assert c.name == "free"


def test_schedules() -> None:
    """Own slots; before_ and after_ come with them."""
    G = NeuronGroup(1, "x : 1")
    G.run_regularly("x = 2*x + 1", when="mine")
    G.run_regularly("x += 10", when="after_mine")
    G.run_regularly("x -= 1", when="before_mine")
    net = Network(G)
    with pytest.raises(ValueError, match="slot 'mine', which is not in the schedule"):
        net.run(0.1 * ms)
    net.schedule = ["start", "mine", "end"]
    G.state_updater.when = "start"
    net.run(0.1 * ms)
    assert G.x[0] == 2 * (0 - 1) + 1 + 10
    with pytest.raises(ValueError, match="cannot stand in a schedule"):
        net.schedule = ["start", "before_start"]
    net.schedule = None
    assert net.schedule == ["start", "groups", "thresholds", "synapses", "resets", "end"]


def test_order_within_a_slot() -> None:
    """By `order`, then by name."""
    G = NeuronGroup(1, "x : 1")
    G.run_regularly("x *= 3", name="b_times")
    G.run_regularly("x += 1", name="c_plus")
    G.run_regularly("x = 5", order=-1, name="z_set")
    Network(G).run(0.1 * ms)
    assert G.x[0] == 16


def test_operations_take_nothing_or_the_time() -> None:
    """Wrong functions are refused when they are decorated."""
    seen: list[float] = []

    @network_operation(dt=1 * ms)
    def watch(t: Any) -> None:
        seen.append(float(t / ms))

    run(3 * ms)
    assert seen == pytest.approx([0, 1, 2])
    with pytest.raises(TypeError, match="'two' takes: a, b"):

        @network_operation
        def two(a: Any, b: Any) -> None: ...

    with pytest.raises(TypeError, match="needs a function"):
        NetworkOperation(3)  # type: ignore[arg-type]


def test_an_error_in_an_operation_keeps_the_recordings() -> None:
    """And the next run can go on."""
    G = counter()
    M = StateMonitor(G, "x", record=0)

    @network_operation(dt=0.5 * ms)
    def fail(t: Any) -> None:
        if t > 0.9 * ms:
            raise RuntimeError("enough")

    net = Network(G, M, fail)
    with pytest.raises(RuntimeError, match=r"^enough$"):
        net.run(5 * ms)
    assert M.N >= 10


def test_report() -> None:
    """Text and functions; the first and the last call."""
    net, calls = Network(counter()), []
    out = io.StringIO()
    with redirect_stdout(out):
        net.run(10 * ms, report="text")
    assert out.getvalue() == ("Starting simulation at t=0. s for a duration of 10. ms\n10. ms (100%) simulated in < 1s\n")
    net.run(5 * ms, report=lambda *a: calls.append(a))
    assert [c[1] for c in calls] == [0.0, 1.0]
    assert float(calls[0][2]) == pytest.approx(0.01) and float(calls[0][3]) == pytest.approx(0.005)
    with pytest.raises(ValueError, match="report='loud'"):
        net.run(1 * ms, report="loud")


@pytest.mark.parametrize(
    ("duration", "error"), [(1, eqsim.DimensionMismatchError), (1 * mV, eqsim.DimensionMismatchError), (-1 * ms, ValueError)]
)
def test_durations_are_times(duration: Any, error: type[Exception]) -> None:
    """In a unit of time, not negative."""
    with pytest.raises(error):
        Network(counter()).run(duration)


def test_empty_network_keeps_its_time() -> None:
    """Nothing to do: nothing done."""
    net = Network()
    net.run(1 * second)
    assert float(net.t) == 0


def test_two_networks_in_turn() -> None:
    """Each has its own time; both use the default clock."""
    a, b = counter(), counter()
    one, two = Network(a), Network(b)
    one.run(1 * ms)
    two.run(0.5 * ms)
    one.run(1 * ms)
    assert (a.x[0], b.x[0]) == (20, 5)
    assert float(one.t / ms) == pytest.approx(2) and float(two.t / ms) == pytest.approx(0.5)


def test_names_of_the_run_come_from_the_caller() -> None:
    """First the namespace of the group, then that of the run or the frame; read anew at each run."""
    rate = 1.0
    G = NeuronGroup(1, "x : 1", namespace={"own": 100})
    G.run_regularly("x += rate + own")
    net = Network(G)
    net.run(0.1 * ms)
    rate = 2.0
    net.run(0.1 * ms)
    assert G.x[0] == 1 + 2 + 200
    net.run(0.1 * ms, namespace={"rate": 5, "own": 7})
    assert G.x[0] == 203 + 105


def test_unknown_name_at_run() -> None:
    """With the nearest known one; nothing has been run."""
    tau_mem = 3 * ms
    G = NeuronGroup(1, "dv/dt = -v/tau_men : 1", name="cells")
    with pytest.raises(KeyError) as error:
        Network(G).run(1 * ms, namespace={"tau_mem": tau_mem})
    assert isinstance(error.value, eqsim.BrianObjectException)
    assert str(error.value) == (
        "'tau_men' stands for nothing that is known here\n"
        " --> equations of NeuronGroup 'cells', line 1\n"
        "1 | dv/dt = -v/tau_men : 1\n"
        "  |            ^^^^^^^ unknown name\n"
        "  = help: did you mean 'tau_mem'?"
    )


def test_synapses_without_connect() -> None:
    """Refused at run, unless they are switched off; no synapse at all is fine."""
    G = NeuronGroup(2, "v : 1", threshold="v > 1", reset="", name="cells")
    S = Synapses(G, G, on_pre="v += 1", name="wires")
    net = Network(G, S)
    with pytest.raises(TypeError, match=r"^Synapses 'wires' has no synapses yet: call connect"):
        net.run(1 * ms)
    S.active = False
    net.run(1 * ms)
    S.active = True
    S.connect(False)
    net.run(1 * ms)


def test_dt_changes_on_common_multiples() -> None:
    """The present time must be a step of the new dt, too; a new simulation begins at 0 and may use any."""
    G = counter(dt=0.1 * ms)
    net = Network(G)
    net.run(0.5 * ms)
    G.clock.dt = 0.25 * ms
    net.run(0.5 * ms)
    assert G.x[0] == 7
    G.clock.dt = 0.3 * ms
    with pytest.raises(ValueError, match=r"was set to 0\.3 ms, but the present time, 1 ms, is no multiple of that"):
        net.run(1 * ms)
    clock = G.clock
    Network(counter(clock=clock)).run(0.6 * ms)
    assert clock.timestep == 2


def test_a_variable_hides_a_name_of_the_script(caplog: pytest.LogCaptureFixture) -> None:
    """The variable is used, and the user is told, once; not for i and t."""
    tau, i = 5 * ms, 3
    G = NeuronGroup(1, "dv/dt = i/tau : 1\ntau : second", name="hiding")
    G.tau = 1 * ms
    net = Network(G)
    with caplog.at_level("WARNING", "eqsim"):
        net.run(0.1 * ms)
        net.run(0.1 * ms)
    assert float(tau / ms) == 5 and i == 3
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        "'tau' is a variable of 'hiding', and also a name in the script, of the value 5. * msecond: the variable is used"
    ]


def test_the_size_hides_a_name_of_the_script(caplog: pytest.LogCaptureFixture) -> None:
    """The user is told, once, if it is another number: N is the size of the group wherever its strings are."""
    N = 100
    G = NeuronGroup(4, "x : 1", name="sized")
    same = NeuronGroup(100, "x : 1", name="as_large")
    with caplog.at_level("WARNING", "eqsim"):
        G.x = "1/N"
        G.x = "2/N"
        same.x = "1/N"
    assert N == 100 and G.x[0] == 0.5 and same.x[0] == 0.01
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        "'N' is the size (4) of 'sized', and also a name in the script, of the value 100: the size is used"
    ]


def test_scheduling_summary() -> None:
    """What runs in a step, in its order, as a table."""
    G = NeuronGroup(1, "x : 1", threshold="x > 1", reset="x = 0", name="sum_cells")
    G.run_regularly("x += 1", dt=0.5 * ms)
    M = SpikeMonitor(G, name="sum_spikes")
    S = Synapses(G, G, on_pre="x_post += 1", name="sum_wires")
    S.active = False
    P = PoissonGroup(1, rates=1 * Hz, name="sum_input")
    found = Network(G, M, S, P).scheduling_summary()
    assert found.rows[0][:4] == (
        "sum_cells_run_regularly (CodeRunner)", "sum_cells (NeuronGroup)", "0.5 ms (every 5 steps)", "start",
    )  # fmt: skip
    assert [(row[0].split()[0], *row[3:]) for row in found.rows[1:]] == [
        ("sum_cells_stateupdater", "groups", "0", "yes"),
        ("sum_cells_spike_thresholder", "thresholds", "0", "yes"),
        ("sum_input", "thresholds", "0", "yes"),
        ("sum_spikes", "thresholds", "1", "yes"),
        ("sum_wires_pre", "synapses", "-1", "no"),
        ("sum_cells_spike_resetter", "resets", "0", "yes"),
    ]
    lines = str(found).splitlines()
    assert len(lines) == 9 and lines[0].split(" | ")[-2:] == ["order", "active"]
    assert lines[6].startswith("sum_spikes (SpikeMonitor) ") and lines[6].endswith(" | thresholds | 1     | yes")
    assert eqsim.scheduling_summary() == found and "<td>sum_spikes" in found._repr_html_()


def test_store_before_the_first_run_leaves_containers_alone() -> None:
    """`store()` once marked what it saw as used, and the first run then left out what stood in lists and dictionaries."""
    start_scope()
    G = NeuronGroup(2, "dv/dt = 1/second : 1", threshold="v > 0.005", reset="v = 0", method="euler")
    monitors = {"spikes": SpikeMonitor(G)}
    store()
    run(6 * ms)
    assert monitors["spikes"].num_spikes == 2
    restore()
    assert monitors["spikes"].num_spikes == 0
    run(12 * ms)
    assert monitors["spikes"].num_spikes == 4
