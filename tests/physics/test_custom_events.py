"""Events that the user defines: when they are found, what runs for them, who listens, on every lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import EqsimError, EventMonitor, Network, NeuronGroup, PoissonGroup, SpikeMonitor, StateMonitor, Synapses, ms

CLOSE = 1e-12


def ramp(N: int = 2, **more: Any) -> NeuronGroup:
    """v rises by 1 per ms from 0; event 'up' at each crossing of `goal`, which then moves on by 1."""
    group = NeuronGroup(N, "dv/dt = 1/ms : 1\ngoal : 1\ncount : integer", events={"up": "v > goal"}, method="euler", **more)
    group.goal = "0.95 + 0.5*i"
    return group


def test_event_runs_its_statements_once_for_each_neuron_that_has_it(lane: Lane) -> None:
    """v > 0.95 after the steps that begin at 0.9, 1.9, 2.9 ms; v > 1.45 half a ms later."""
    with lane.networks():
        G = ramp()
        G.run_on_event("up", "goal += 1; count += 1")
        M = EventMonitor(G, "up", variables=["v", "goal"])
        Network(G, M).run(3.2 * ms)
        np.testing.assert_allclose(M.event_trains()[0] / ms, [0.9, 1.9, 2.9], CLOSE)
        np.testing.assert_allclose(M.event_trains()[1] / ms, [1.4, 2.4], CLOSE)
        assert list(G.count) == [3, 2] and M.num_events == 5 and list(M.count) == [3, 2]
        np.testing.assert_allclose(M.values("v")[0], [1, 2, 3], CLOSE)  # after the step, as spikes are
        np.testing.assert_allclose(M.values("goal")[0], [0.95, 1.95, 2.95], CLOSE)  # before the statements


def test_step_goes_thresholds_events_synapses_resets_and_statements_of_events(lane: Lane) -> None:
    """story is a number to base 10 of what happened: reset 1, statements of the event 2, synapse 3."""
    with lane.networks():
        G = NeuronGroup(
            1, "story : integer", threshold="True", reset="story = 10*story + 1", events={"e": "story == 0"}, name="cell"
        )
        G.run_on_event("e", "story = 10*story + 2")
        S = Synapses(G, G, on_pre="story_post = 10*story_post + 3")
        S.connect()
        Network(G, S).run(0.1 * ms)
        assert G.story[0] == 312
        assert [G.thresholder[e].when for e in ("spike", "e")] == ["thresholds", "after_thresholds"]
        assert [G.resetter[e].when for e in ("spike", "e")] == ["resets", "after_resets"]


def test_refractoriness_blocks_spikes_and_no_other_events(lane: Lane) -> None:
    with lane.networks():
        G = NeuronGroup(1, "v : 1", threshold="True", reset="", refractory=1 * ms, events={"e": "not not_refractory"})
        M, S = EventMonitor(G, "e"), SpikeMonitor(G)
        Network(G, M, S).run(2 * ms)
        np.testing.assert_allclose(S.t / ms, [0, 1], CLOSE)
        assert M.num_events == 20  # in the step of the spike, too: looked for after it


def test_threshold_is_the_event_spike(lane: Lane) -> None:
    """Given as an event, with statements added later: the same spikes."""
    with lane.networks():
        model = "dv/dt = (2 - v)/(5*ms) : 1 (unless refractory)"
        A = NeuronGroup(2, model, threshold="v > 1", reset="v = 0.1*i", refractory=1 * ms, method="exact")
        B = NeuronGroup(2, model, events={"spike": "v > 1"}, refractory=1 * ms, method="exact")
        B.run_on_event("spike", "v = 0.1*i", when="resets")
        a, b = SpikeMonitor(A), EventMonitor(B, "spike")
        Network(A, B, a, b).run(20 * ms)
        assert a.num_spikes > 6 and list(a.i) == list(b.i) and list(a.t_) == list(b.t_)


def test_pathways_listen_to_different_events(lane: Lane) -> None:
    """One event per ms and neuron; delays as for spikes; `on_event` for all pathways, or for each."""
    with lane.networks():
        G = ramp(threshold="i == 0")
        G.run_on_event("up", "goal += 1")
        T = NeuronGroup(2, "x : 1\ny : 1\nz : 1", name="targets")
        S = Synapses(
            G, T, on_pre={"a": "x_post += 1", "b": "y_post += 1"}, delay={"a": 0.5 * ms}, on_event={"a": "up", "b": "spike"}
        )
        Z = Synapses(G, T, on_pre="z_post += 1", on_event="up")
        S.connect(j="i")
        Z.connect(j="i")
        Network(G, T, S, Z).run(3.2 * ms)  # the third event of neuron 0 comes at 2.9 ms, and would arrive at 3.4
        assert list(T.x) == [2, 2] and list(T.y) == [32, 0] and list(T.z) == [3, 2]


def test_events_of_the_target_run_on_post(lane: Lane) -> None:
    with lane.networks():
        P = NeuronGroup(1, "", threshold="True", reset="")
        G = ramp()
        G.run_on_event("up", "goal += 1")
        S = Synapses(P, G, "w : 1", on_post="w += 1", on_event="up")
        S.connect()
        Network(P, G, S).run(3.2 * ms)
        assert list(S.w) == [3, 2]


def test_event_may_be_looked_for_in_another_slot(lane: Lane) -> None:
    """Before integration, v(t) is looked at: the event comes a step later than after it."""
    found = {}
    with lane.networks():
        for when in ("after_thresholds", "start"):
            G = ramp()
            G.set_event_schedule("up", when=when)
            G.run_on_event("up", "goal += 1")
            M = EventMonitor(G, "up")
            Network(G, M).run(1.2 * ms)
            assert M.when == when and M.order == 1
            found[when] = M.t[0] / ms
    np.testing.assert_allclose([found["after_thresholds"], found["start"]], [0.9, 1.0], CLOSE)


@pytest.mark.parametrize("when", ["after_thresholds", "end"])
def test_event_found_behind_the_synapses_arrives_a_step_later(when: str, lane: Lane) -> None:
    """Events of steps 2 and 5, delays 0 and 3 steps: what is found at the end of a step counts from the next one."""
    later = 1 if when == "end" else 0
    with lane.networks():
        G = NeuronGroup(1, "", events={"e": "t_in_timesteps == 2 or t_in_timesteps == 5"})
        G.set_event_schedule("e", when=when)
        T = NeuronGroup(1, "a : 1\nb : 1\nc : 1")
        A = Synapses(G, T, on_pre="a_post = 10*a_post + t_in_timesteps", on_event="e")
        B = Synapses(G, T, on_pre="b_post = 10*b_post + t_in_timesteps", on_event="e", delay=0.3 * ms)
        C = Synapses(G, T, on_pre="c_post = 10*c_post + t_in_timesteps", on_event="e")
        for S in (A, B, C):
            S.connect()
        C.connect()
        C.delay = [0, 0.3] * ms
        Network(G, T, A, B, C).run(1.5 * ms)
        assert T.a[0] == 10 * (2 + later) + 5 + later and T.b[0] == 10 * (5 + later) + 8 + later
        assert T.c[0] == 1000 * (2 + later) + 110 * (5 + later) + 8 + later


def test_reading_an_event_before_it_is_found() -> None:
    """It is that of the step before; where synapses keep several steps, it is refused."""
    G = NeuronGroup(1, "v : 1", threshold="t_in_timesteps == 3", reset="", name="cells")
    M = SpikeMonitor(G, when="start", name="early")
    net = Network(G, M)
    net.run(1 * ms)
    np.testing.assert_allclose(M.t / ms, [0.4], CLOSE)
    S = Synapses(G, G, on_pre="v_post += 1", delay=1 * ms)
    S.connect()
    net.add(S)
    with pytest.raises(EqsimError) as error:
        net.run(1 * ms)
    assert str(error.value) == (
        "'early' stands in slot 'start', before the event 'spike' of NeuronGroup 'cells' is found: give it a later slot"
    )


def test_subgroups_have_the_events_of_their_group(lane: Lane) -> None:
    with lane.networks():
        G = ramp(6)
        G.run_on_event("up", "goal += 1")
        some, odd = EventMonitor(G[2:4], "up"), EventMonitor(G[1::2], "up")
        every = EventMonitor(G, "up")
        Network(G, some, odd, every).run(5 * ms)
        assert list(some.count) == list(every.count[2:4]) and list(odd.count) == list(every.count[1::2])
        assert some.num_events > 0 and set(odd.i) == {0, 1, 2}


def test_inactive_event_does_not_happen() -> None:
    G = ramp()
    G.run_on_event("up", "goal += 1; count += 1")
    M = EventMonitor(G, "up")
    net = Network(G, M)
    net.run(1 * ms)
    G.thresholder["up"].active = False
    net.run(1 * ms)
    assert M.num_events == 1 and list(G.count) == [1, 0]


def test_statements_can_be_added_between_runs() -> None:
    G = ramp()
    net = Network(G)
    net.run(1.2 * ms)
    G.run_on_event("up", "goal += 1; count += 1")
    net.run(1 * ms)
    # the event happens in each step while v is above; from 1.2 ms on once, then at 1.9 ms (0), 1.4 ms (1)
    assert list(G.count) == [2, 1]


def test_recorded_values_are_those_at_the_event() -> None:
    """An expression is evaluated in the slot of the monitor."""
    G = ramp()
    G.run_on_event("up", "goal += 1")
    before, after = EventMonitor(G, "up", "goal"), EventMonitor(G, "up", "goal", when="end", order=0)
    M = StateMonitor(G, "v", record=True)
    Network(G, before, after, M).run(2 * ms)
    np.testing.assert_allclose(after.goal, before.goal + 1, CLOSE)
    assert M.v.max() < 2


def cells(**more: Any) -> NeuronGroup:
    return NeuronGroup(1, "v : 1", name="cells", **more)


WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "twice": (
        lambda: cells(threshold="v > 1", events={"spike": "v > 2"}),
        ValueError,
        "NeuronGroup 'cells' has a threshold and an event 'spike': these are the same",
    ),
    "name": (
        lambda: cells(events={"my event": "v > 2"}),
        TypeError,
        "'my event' cannot be the name of an event: use letters, digits and underscores",
    ),
    "no_dictionary": (
        lambda: cells(events="v > 2"),
        TypeError,
        "events of NeuronGroup 'cells' is a dictionary of names and conditions, not str",
    ),
    "no_string": (
        lambda: cells(events={"e": True}),
        TypeError,
        "the condition of event 'e' of NeuronGroup 'cells' must be a string, not bool",
    ),
    "reset": (
        lambda: cells(reset="v = 0", events={"e": "v > 1"}),
        ValueError,
        "NeuronGroup 'cells' has a reset but no threshold",
    ),
    "unknown": (
        lambda: cells(events={"high": "v > 1"}).run_on_event("hihg", "v = 0"),
        ValueError,
        "NeuronGroup 'cells' has no event 'hihg'; did you mean 'high'?",
    ),
    "schedule": (
        lambda: cells(events={"high": "v > 1"}).set_event_schedule("low"),
        ValueError,
        "NeuronGroup 'cells' has no event 'low'",
    ),
    "second_code": (
        lambda: cells(threshold="v > 1", reset="v = 0").run_on_event("spike", "v = 0"),
        ValueError,
        "NeuronGroup 'cells' has statements for event 'spike' already",
    ),
    "monitor": (
        lambda: EventMonitor(cells(events={"high": "v > 1"}), "spike"),
        ValueError,
        "NeuronGroup 'cells' has no threshold: it never spikes",
    ),
    "pathway": (
        lambda: Synapses(cells(events={"high": "v > 1"}), None, on_pre="v_post += 1", on_event="low"),
        ValueError,
        "NeuronGroup 'cells' has no 'low' events: its events are: high, so on_pre would never run",
    ),
    "no_condition": (
        lambda: cells(events={"high": "v + 1"}),
        EqsimError,
        """a condition is needed here
 --> event 'high' of NeuronGroup 'cells', line 1
1 | v + 1
  | ^^^^^ a number
  = help: compare it with something, e.g. v > -50*mV, or write ... != 0""",
    ),
    "statements": (
        lambda: cells(events={"high": "v > 1"}).run_on_event("high", "v = 1*ms"),
        EqsimError,
        """v is a pure number, but the value is in second
 --> run_on_event 'high' of NeuronGroup 'cells', line 1
1 | v = 1*ms
  |     ^^^^ second""",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_message(case: str) -> None:
    act, kind, text = WRONG[case]
    with pytest.raises(kind) as error:
        act()
    assert str(error.value) == text


def test_refused_statements_leave_no_trace() -> None:
    G = cells(events={"high": "v > 1"})
    with pytest.raises(EqsimError):
        G.run_on_event("high", "v = 1*ms")
    G.run_on_event("high", "v = 0")
    Network(G).run(0.1 * ms)


def test_poisson_groups_only_spike() -> None:
    P = PoissonGroup(3, "10*Hz", name="input")
    assert list(P.events) == ["spike"]
    with pytest.raises(ValueError, match="PoissonGroup 'input' has no event 'e'"):
        EventMonitor(P, "e")
