"""Bounds after each step, `not_refractory` that is set, conditions for refractoriness, shared values: on every lane."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Lane

from eqsim import EqsimError, Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, linked_var, ms, seed

CLOSE = 1e-12  # a few hundred sums and products of numbers of order 1


def test_statement_bounds_what_the_threshold_and_others_see(lane: Lane) -> None:
    """r falls by 1 per ms and rests at 0; another group that is integrated later sees the bounded value."""
    with lane.networks():
        G = NeuronGroup(
            2,
            "dr/dt = -1/ms : 1\nbelow : integer",
            threshold="r < 0",
            reset="",
            after_step="r = clip(r, 0, inf)",
            name="rates",
        )
        G.r = [0.55, 5]
        later = NeuronGroup(2, "dsum/dt = r/ms : 1\nr : 1 (linked)", method="euler", order=1)
        later.r = linked_var(G, "r")
        S, M = SpikeMonitor(G), StateMonitor(G, "r", record=True)
        Network(G, later, S, M).run(2 * ms)
        assert S.num_spikes == 0 and M.r.min() == 0
        np.testing.assert_allclose(np.asarray(G.r), [0, 3], CLOSE, CLOSE)
        steps = np.arange(1, 21) * 0.1
        expected = [np.sum(np.maximum(x - steps, 0)) * 0.1 for x in (0.55, 5)]
        np.testing.assert_allclose(np.asarray(later["i >= 0"].sum), expected, CLOSE)


def test_order_within_a_step(lane: Lane) -> None:
    """Integration, the statement, threshold, reset: x doubles, is cut to 8, spikes at 8, is halved."""
    with lane.networks():
        G = NeuronGroup(
            1, "dx/dt = x/(0.1*ms) : 1", threshold="x == 8", reset="x /= 2", after_step="x = clip(x, 0, 8)", method="euler"
        )
        G.x = 1
        M, S = StateMonitor(G, "x", record=0), SpikeMonitor(G)
        Network(G, M, S).run(0.6 * ms)
        np.testing.assert_array_equal(M.x[0], [1, 2, 4, 4, 4, 4])
        assert S.num_spikes == 4


def test_statements_may_set_shared_variables_and_draw(lane: Lane) -> None:
    """Shared ones first; random numbers are those of the group, repeated after `seed`."""
    found = []
    with lane.networks():
        for _ in range(2):
            seed(5)
            G = NeuronGroup(
                4, "dx/dt = 0/ms : 1\nn : 1 (shared)", after_step="n += 1; x = x + n*rand()", method="euler", name="walkers"
            )
            Network(G).run(1 * ms)
            assert G.n[:] == 10
            found.append(np.asarray(G.x))
    np.testing.assert_array_equal(found[0], found[1])
    assert len(set(found[0])) == 4 and np.all((0 < found[0]) & (found[0] < 55))


def test_random_numbers_of_other_statements_do_not_change() -> None:
    """`run_regularly` draws the same with and without a statement after the step."""
    found = []
    for code in (None, "y = y*1"):
        seed(6)
        G = NeuronGroup(3, "x : 1\ny : 1", after_step=code, name="walkers")
        G.run_regularly("x += rand()")
        Network(G).run(1 * ms)
        found.append(np.asarray(G.x))
    np.testing.assert_array_equal(found[0], found[1])


def test_mistakes_in_the_statement_are_shown_when_the_group_is_made() -> None:
    with pytest.raises(EqsimError) as error:
        NeuronGroup(1, "dr/dt = -r/ms : volt", after_step="r = clip(r, 0, 1)", name="rates")
    assert str(error.value).splitlines()[1] == " --> after_step of NeuronGroup 'rates', line 1"


@pytest.mark.parametrize("kind", ["time", "string"])
def test_neurons_are_made_refractory_by_hand(kind: str, lane: Lane) -> None:
    """Set in a slot between integration and threshold, it holds back the spike of this step, and of no other.

    Without: a spike every 10 steps, at 0.9, 1.9, ... ms. Neuron 1 is held back from 0.8 to 1.2 ms (steps 8 to 11).
    """
    with lane.networks():
        G = NeuronGroup(
            2, "dv/dt = 1/ms : 1", threshold="v > 0.95", reset="v = 0", method="euler",
            refractory=0.3 * ms if kind == "time" else "0.3*ms", name="cells",
        )  # fmt: skip
        G.run_regularly(
            "not_refractory = not_refractory and not (i == 1 and t > 0.75*ms and t < 1.15*ms)", when="after_groups"
        )
        S = SpikeMonitor(G)
        Network(G, S).run(3 * ms)
        np.testing.assert_allclose(S.spike_trains()[0] / ms, [0.9, 1.9, 2.9], CLOSE)
        np.testing.assert_allclose(S.spike_trains()[1] / ms, [1.2, 2.2], CLOSE)


def test_synapses_and_events_set_refractoriness(lane: Lane) -> None:
    """Inhibition that silences: what comes behind it in the same step does not reach a variable (unless refractory)."""
    with lane.networks():
        P = NeuronGroup(2, "", threshold="t_in_timesteps == 3 + 2*i", reset="")
        G = NeuronGroup(
            1, "dv/dt = 0/ms : 1 (unless refractory)", threshold="v > 99", reset="", refractory=1 * ms, method="euler"
        )
        silence = Synapses(P[:1], G, on_pre="not_refractory_post = False", order=0)
        push = Synapses(P, G, on_pre="v_post += 1")
        silence.pre.order, push.pre.order = -2, -1
        silence.connect()
        push.connect()
        M = StateMonitor(G, "not_refractory", record=0)
        Network(P, G, silence, push, M).run(1 * ms)
        assert G.v[0] == 1  # the push of step 3 was ignored, that of step 5 was not
        assert list(np.flatnonzero(~M.not_refractory[0])) == [4]  # seen at the beginning of step 4, renewed in it


def test_user_sets_not_refractory_between_runs() -> None:
    G = NeuronGroup(3, "v : 1", threshold="v > 1", reset="v = 0", refractory=1 * ms, name="cells")
    net = Network(G)
    net.run(0.1 * ms)
    G.not_refractory["i == 1"] = False
    G[2:].not_refractory = False
    assert list(G.not_refractory) == [True, False, False]
    net.run(0.1 * ms)
    assert list(G.not_refractory) == [True, True, True]  # renewed in each step


def test_refractory_as_long_as_a_condition_holds(lane: Lane) -> None:
    """A pulse that rises to 1 and falls: one spike for each, although the threshold holds for 4 steps."""
    with lane.networks():
        G = NeuronGroup(
            2,
            "v = 1 - abs(10 - (t_in_timesteps % 20))/10.0 : 1\nlow : 1",
            threshold="v > 0.55",
            refractory="v > low",
            name="cells",
        )
        G.low = [0.15, 0.75]
        S, M = SpikeMonitor(G), StateMonitor(G, "not_refractory", record=True)
        Network(G, S, M).run(4 * ms)
        # neuron 0 is refractory until v <= 0.15; neuron 1 while v > 0.75 only, so it spikes when v is 0.6, 0.7, 0.7, 0.6
        assert S.count[0] == 2 and S.count[1] > 4
        waits = np.flatnonzero(~M.not_refractory[0])
        np.testing.assert_array_equal(waits, [*range(7, 20), *range(27, 40)])


def test_shared_values_change_by_code_and_by_hand(lane: Lane) -> None:
    """For groups and for synapses; before, between and in runs."""
    with lane.networks():
        G = NeuronGroup(3, "s : 1 (shared)\nn : integer (shared)\nx : 1\ntwice = 2*s : 1 (shared)")
        S = Synapses(G, G, "g : 1 (shared)\nw = g*2 : 1")
        S.connect(j="i")
        G.s, S.g = 2, 5
        G.s += 1
        S.g *= 2
        G.run_regularly("s += 1; n += 2; x += s", dt=0.5 * ms)
        S.run_regularly("g += 1", dt=0.5 * ms)
        net = Network(G, S)
        net.run(1 * ms)
        assert G.s[:] == 5 and G.n[:] == 4 and list(G.x) == [9] * 3 and G.twice[:] == 10
        assert S.g[:] == 12 and list(S.w) == [24] * 3
        G.s = "s/2"
        S.g[:] = 1
        net.run(0.5 * ms)
        assert G.s[:] == 3.5 and S.g[:] == 2
