"""Variables as the user handles them: views, indices, assignments, subgroups, states, names."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from eqsim import (
    DimensionMismatchError,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    Quantity,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    have_same_dimensions,
    ms,
    mV,
    nA,
    ohm,
    volt,
)


def cells() -> Any:
    """Five neurons with variables of all kinds."""
    G = NeuronGroup(
        5,
        """dv/dt = -v/(10*ms) : volt
           I = v/ohm : amp
           n : integer
           on : boolean
           s : volt (shared)
           count : 1""",
        threshold="v > 50*mV",
        reset="v = 0*mV",
        name="view_cells",
    )
    G.v = [1, 2, 3, 4, 5] * mV
    return G


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was said, but for objects of other tests that are thrown away."""
    return [r.getMessage() for r in caplog.records if not r.name.endswith("unused")]


def test_views_print_like_arrays() -> None:
    """With their name; without unit for names that end in an underscore."""
    G = cells()
    assert repr(G.v) == "<view_cells.v: array([1., 2., 3., 4., 5.]) * mvolt>"
    assert repr(G.v_) == "<view_cells.v_: array([0.001, 0.002, 0.003, 0.004, 0.005])>"
    G.s = 3 * mV
    assert repr(G.s) == "<view_cells.s: 3. * mvolt>"
    assert repr(G.count) == "<view_cells.count: array([0., 0., 0., 0., 0.])>"


def test_views_calculate() -> None:
    """Operators, numpy functions and methods of arrays act on the values, with units."""
    G = cells()
    assert isinstance(G.v + 1 * mV, Quantity)
    np.testing.assert_allclose(np.asarray((G.v + 1 * mV) / mV), [2, 3, 4, 5, 6])
    np.testing.assert_allclose(np.asarray(2 * G.v / mV), [2, 4, 6, 8, 10])
    assert float(np.mean(G.v) / mV) == pytest.approx(3) and have_same_dimensions(np.mean(G.v), volt)
    assert float(G.v.max() / mV) == pytest.approx(5)
    assert list(G.v > 2.5 * mV) == [False, False, True, True, True]
    with pytest.raises(DimensionMismatchError):
        G.v + 1 * nA
    assert str(G.v.unit) == "V" and G.i[:].dtype == np.int32
    assert len(G.v) == 5 and [float(x / mV) for x in G.v] == pytest.approx([1, 2, 3, 4, 5])


def test_views_are_live_and_reads_are_copies() -> None:
    """A view shows present values; what was read stays."""
    G = cells()
    view, copy = G.v, G.v[:]
    G.v += 1 * mV
    assert float(view[0] / mV) == pytest.approx(2) and float(copy[0] / mV) == pytest.approx(1)
    copy[:] = 0 * mV
    assert float(G.v[0] / mV) == pytest.approx(2)


def test_every_kind_of_index() -> None:
    """Numbers, slices, lists, masks, conditions, subgroups, Ellipsis."""
    G = cells()
    for item, wanted in (
        (2, 3), (-1, 5), (slice(1, 3), [2, 3]), ([4, 0], [5, 1]), (np.array([True, False, False, False, True]), [1, 5]),
        ("v > 2.5*mV and i != 3", [3, 5]), (G[1:3], [2, 3]), (..., [1, 2, 3, 4, 5]), ([], []),
    ):  # fmt: skip
        np.testing.assert_allclose(np.asarray(G.v[item] / mV), wanted)
    G.v[G[3:]] = 9 * mV
    G.v["i < 2"] = "v + 1*mV"
    np.testing.assert_allclose(np.asarray(G.v / mV), [2, 3, 3, 9, 9])
    with pytest.raises(IndexError):
        G.v[5]
    with pytest.raises(IndexError, match="5 elements, the mask has 3"):
        G.v[np.array([True, False, True])]


def test_values_take_the_type_of_their_variable() -> None:
    """Integers are cut off, booleans are true unless 0."""
    G = cells()
    G.n, G.on = [1.9, -1.9, 0, 7, 2**20], [0, 1, 2, 0, -1]
    assert list(G.n) == [1, -1, 0, 7, 2**20] and G.n[:].dtype == np.int32
    assert list(G.on) == [False, True, True, False, True]
    G.n = "i/2"
    assert list(G.n) == [0, 0, 1, 1, 2]


def test_zero_and_infinity_fit_all_units() -> None:
    """Also in strings."""
    G = cells()
    G.v = 0
    G.v[1] = np.inf
    G.v[2:] = "0"
    assert list(G.v_) == [0, np.inf, 0, 0, 0]


def test_names_in_strings_come_from_the_frame_of_the_statement() -> None:
    """Own variables first, then the namespace of the group, then locals and globals."""
    G, offset = cells(), 7 * mV
    v = 100 * mV  # hidden by the variable

    def inside() -> None:
        offset = 8 * mV
        G.v = "v + offset"

    inside()
    assert float(G.v[0] / mV) == pytest.approx(9)
    G.v = "offset"
    assert float(G.v[0] / mV) == pytest.approx(7) and float(offset / mV) == float(v / mV) - 93


def test_subexpressions_can_be_read() -> None:
    """With present values and units."""
    G = cells()
    np.testing.assert_allclose(np.asarray(G.I[1:3] * (1 * ohm) / mV), [2, 3])
    G.v = 1 * volt
    assert float(G.I[0] / nA) == pytest.approx(1e9)


def test_time_and_sizes() -> None:
    """N, t, dt and names, and what happened in the last step."""
    G = cells()
    assert (G.N, len(G), float(G.dt / ms)) == (5, 5, 0.1)
    G.v = [60, 1, 60, 1, 1] * mV
    Network(G).run(0.1 * ms)
    assert float(G.t / ms) == pytest.approx(0.1) and list(G.spikes) == [0, 2]
    assert list(G[1:].spikes) == [1]
    assert G.state_updater.when == "groups" and G.thresholder["spike"].when == "thresholds"
    assert G.resetter["spike"].when == "resets"


def test_subgroups_of_subgroups() -> None:
    """Relative to what they are taken from; they share memory."""
    G = cells()
    inner = G[1:4][1:]
    assert (inner.start, inner.stop, len(inner), inner.N) == (2, 4, 2, 2)
    inner.v = "i*mV + N*volt"
    np.testing.assert_allclose(G.v_[:], [0.001, 0.002, 2, 2.001, 0.005])
    assert list(inner.i) == [0, 1]
    assert float(inner.v[-1] / volt) == pytest.approx(2.001)
    assert [len(G[k]) for k in (3, [1, 2], slice(None))] == [1, 2, 5]


def test_own_attributes() -> None:
    """Allowed after add_attribute, and with a leading underscore."""
    G = cells()
    G.add_attribute("layer")
    G.layer = 4
    G._note = "x"
    assert (G.layer, G._note) == (4, "x")
    assert "v" in dir(G) and "layer" in dir(G)


def test_states_go_and_come_back() -> None:
    """get_states and set_states."""
    G = cells()
    states = G.get_states(["v", "n", "s"])
    G.v, G.n = 0 * mV, 5
    G.set_states(states)
    np.testing.assert_allclose(G.v_[:], [0.001, 0.002, 0.003, 0.004, 0.005])
    assert list(G.n) == [0] * 5
    plain = G.get_states(["v"], units=False)["v"]
    assert not isinstance(plain, Quantity)
    G.set_states({"v": plain * 2}, units=False)
    assert float(G.v[4] / mV) == pytest.approx(10)


def test_synaptic_variables() -> None:
    """Pairs, conditions over both ends, variables of both ends, and index objects that grow old."""
    G = cells()
    S = Synapses(G, G[2:], "w : 1\nQ = w*(v_pre - v_post) : volt", on_pre="v_post += w*mV", name="view_wires")
    S.connect("i < j + 2")
    S.w = "i + 10*j"
    assert repr(S) == "<Synapses 'view_wires' from 'view_cells' to 'view_cells_subgroup', 9 synapses>"
    assert list(S.w[3, :]) == [23] and list(S.w[:, 1]) == [10, 11, 12] and list(S.w[G[:2], 0]) == [0, 1]
    assert list(S.w["v_pre > v_post"]) == list(S.w[:][np.asarray(S.v_pre[:] > S.v_post[:])])
    np.testing.assert_allclose(np.asarray(S.v_pre / mV), 1 + S.i[:])
    np.testing.assert_allclose(np.asarray(S.v_post / mV), 3 + S.j[:])
    np.testing.assert_allclose(np.asarray(S.Q / mV), S.w[:] * (S.i[:] - S.j[:] - 2.0))
    some = S[0, :]
    assert list(some.indices) == [0, 1, 2] and list(S.w[some]) == [0, 10, 20]
    S.connect(i=4, j=0)
    with pytest.raises(IndexError, match="synapses of Synapses 'view_wires' were made or removed since this index was made"):
        _ = some.indices
    assert S.w[9] == 0 and list(S.w[4, 0]) == [0]
    with pytest.raises(IndexError, match="not 3 indices"):
        S.w[0, 1, 2]
    assert (S.N, S.N_pre, S.N_post) == (10, 5, 3)


def test_monitor_of_both_ends() -> None:
    """A StateMonitor of synapses sees subexpressions with variables of source and target, subgroups included."""
    A = NeuronGroup(4, "da/dt = 1/ms : 1", method="euler")
    B = NeuronGroup(4, "db/dt = (1 + i)/ms : 1", method="euler")
    S = Synapses(A[1:], B[2:], "w : 1\nd = w*(a_pre + i) - b_post*j : 1")
    S.connect("i >= j")
    S.w = 2
    M = StateMonitor(S, ["d", "w", "b_post"], record=[1, 3])
    N = StateMonitor(S, "d", record=True)
    Network(A, B, S, M, N).run(0.5 * ms)
    t = M.t_ / 1e-3
    pairs = [(int(S.i[k]), int(S.j[k])) for k in range(len(S))]
    wanted = [2 * (t + i) - (1 + j + 2) * t * j for i, j in pairs]
    np.testing.assert_allclose(N.d, wanted, atol=1e-12)
    np.testing.assert_allclose(M.d, N.d[[1, 3]])
    np.testing.assert_allclose(M[3].b_post, (1 + pairs[3][1] + 2) * t, atol=1e-12)
    assert M.w.shape == (2, 5) and list(M.record) == [1, 3]


def test_spike_monitor_by_neuron() -> None:
    """Trains of all neurons, silent ones included; (i, t) pairs; names in states."""
    G = NeuronGroup(3, "x : 1", threshold="i > 0 and t_in_timesteps % (i + 1) == 0", reset="x += 1")
    S, C = SpikeMonitor(G, "x"), SpikeMonitor(G, record=False)
    Network(G, S, C).run(0.7 * ms)
    trains = S.spike_trains()
    assert [len(trains[n]) for n in range(3)] == [0, 4, 3]
    np.testing.assert_allclose(np.asarray(trains[2] / ms), [0, 0.3, 0.6], atol=1e-12)
    i, t = S.it
    assert list(i) == [1, 2, 1, 2, 1, 1, 2] and len(S) == len(t) == S.N == S.num_spikes == C.num_spikes == C.N == 7
    assert list(S.values("x")[1]) == [0, 1, 2, 3] and list(S.all_values()["x"][0]) == []
    assert sorted(S.get_states()) == ["N", "count", "i", "t", "x"] and list(C.count) == [0, 4, 3]


def test_unused_names_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    """A local name that nothing reads is most often a misspelt variable."""
    with caplog.at_level(logging.WARNING, "eqsim"):
        NeuronGroup(1, "voltage : 1", threshold="voltage > 1", reset="votage = 0", name="typo")
    assert told(caplog) == ["reset of NeuronGroup 'typo': 'votage' is set but never used; did you mean 'voltage'?"]


def test_names_of_attributes_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    """A variable may be called like an attribute, but then the attribute hides it."""
    with caplog.at_level(logging.WARNING, "eqsim"):
        G = NeuronGroup(1, "clock : 1", name="hidden")
    G.clock = 3
    assert G.get_states(["clock"])["clock"] == 3 and G.clock is not None
    assert told(caplog) == [
        "NeuronGroup 'hidden': its variable 'clock' has the name of another attribute, so .clock does not read the "
        "variable; use get_states(['clock']), or another name"
    ]


def test_refractoriness_is_a_variable() -> None:
    """It follows from lastspike; set by hand, it holds until the next step."""
    G = NeuronGroup(2, "v : 1", threshold="v > 1", reset="", refractory=1 * ms, name="resting")
    assert list(G.not_refractory) == [True, True] and list(G.lastspike_) == [-1e4, -1e4]
    G.lastspike[1] = 0 * ms
    assert list(G.not_refractory) == [True, False]
    G.set_states({"not_refractory": np.array([True, True])})
    assert list(G.not_refractory) == [True, True]
    Network(G).run(0.1 * ms)
    assert list(G.not_refractory) == [True, False]


def test_threshold_alone_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """It would spike in each step; reset='' says that this is meant, and rand() does, too."""
    with caplog.at_level(logging.WARNING, "eqsim"):
        NeuronGroup(1, "v : 1", threshold="v > 1", reset="")
        NeuronGroup(1, "v : 1", threshold="rand() < 0.1")
        assert not told(caplog)
        NeuronGroup(1, "v : 1", threshold="v > 1", name="alone")
    assert told(caplog)[0].startswith("NeuronGroup 'alone' has a threshold, but neither a reset nor")


def test_rates_of_strings_can_be_read() -> None:
    """With the values that they have now."""
    P = PoissonGroup(3, rates="(1 + i)*10*Hz")
    np.testing.assert_allclose(np.asarray(P.rates / Hz), [10, 20, 30])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("G.v.max()", 5 * mV),
        ("G.v.mean()", 3 * mV),
        ("G.v[1:].min()", 2 * mV),
        ("G.v.var()", 2 * mV**2),
        ("G.v_.sum()", 0.015),
        ("G.v.argmax()", 4),
        ("(G.v > 2*mV).sum()", 3),
        ("G.v.reshape(5, 1).shape", (5, 1)),
        ("G.v.clip(2*mV, 4*mV).sum()", 15 * mV),
        ("G.v.searchsorted(2.5*mV)", 2),
        ("round(G.n, -1).sum()", 0),
        ("G.n @ G.n", 30),
        ("divmod(G.n, 2)[1].sum()", 2),
        ("int(G.s/mV)", 7),
        ("G.s.item()", 7 * mV),
        ("G.s[:]", 7 * mV),
        ("3*mV in G.v", True),
        ("7*mV in G.v", False),
        ("(~G.on).all()", True),
        ("G.v[::-2][0]", 5 * mV),
        ("G.v[G.v > 3*mV].sum()", 9 * mV),
        ("np.median(G.v)", 3 * mV),
        ("sum(G.v)", 15 * mV),
        ("sorted(G.v, reverse=True)[0]", 5 * mV),
        ("'max' in dir(G.v) and 'in_unit' in dir(G.v)", True),
    ],
)
def test_views_have_the_methods_of_arrays(text: str, expected: Any) -> None:
    """What one can do with `G.v[:]` one can do with `G.v`."""
    G = cells()
    G.n, G.s = "i", 7 * mV
    found = eval(text, {"G": G, "mV": mV, "np": np})
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), 1e-14)
    assert have_same_dimensions(found, expected)


def test_methods_that_change_arrays_change_the_variable() -> None:
    """Also part of a group; units are checked."""
    G = cells()
    G.v[::-1].sort()  # of a copy: nothing changes
    G[2:].v.fill(-1 * mV)
    G.v.sort()
    assert list(G.v / mV) == [-1, -1, -1, 1, 2]
    G.n.put([0, 3], 8)
    assert list(G.n) == [8, 0, 0, 8, 0]
    with pytest.raises(DimensionMismatchError):
        G.v.fill(3)


def test_memory_begins_with_a_line_of_the_cache() -> None:
    """Vectors lie in one line each; copies that synapses and rings make, too."""
    G = NeuronGroup(5, "dv/dt = -v/(5*ms) : 1\nu : 1 (shared)\nn : integer")
    S = Synapses(G, G, "w : 1")
    S.connect()
    S.connect(i=0, j=1)
    places = [x.__array_interface__["data"][0] for x in (*G.memory.values(), *(S.memory[name] for name in ("w",)))]
    assert len(places) > 3 and not any(place % 64 for place in places)
