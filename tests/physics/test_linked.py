"""Linked variables: a variable that is another group's, by all forms of indices, on every lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import (
    DimensionMismatchError,
    EqsimError,
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    exp,
    linked_var,
    ms,
    second,
    volt,
)

# Sums of a few dozen products and exponentials of numbers of order 1: rounding errors of some ulp (2e-16) each.
CLOSE = 1e-13


def source(**more: Any) -> NeuronGroup:
    """Three neurons: y grows by 1 per ms from 1, 2, 3; a subexpression, a shared parameter."""
    group = NeuronGroup(3, "dy/dt = 1/ms : 1\ntwice = 2*y : 1\ngain : 1 (shared)", method="euler", name="source", **more)
    group.y = [1, 2, 3]
    group.gain = 5
    return group


# What z becomes: the reader's name comes before that of its source, so it sees y before the step: y(0) and y(0) + 0.1,
# each times 0.1.
Y = np.array([1.0, 2.0, 3.0])


LINKS: dict[str, tuple[int, Any, np.ndarray]] = {
    "same": (3, lambda H: linked_var(H, "y"), 0.2 * Y + 0.01),
    "view": (3, lambda H: linked_var(H.y), 0.2 * Y + 0.01),
    "subexpression": (3, lambda H: linked_var(H, "twice"), 0.4 * Y + 0.02),
    "shared": (2, lambda H: linked_var(H, "gain"), np.array([1.0, 1.0])),
    "subgroup": (2, lambda H: linked_var(H[1:], "y"), 0.2 * Y[1:] + 0.01),
    "chosen": (2, lambda H: linked_var(H[[0, 2]], "y"), 0.2 * Y[[0, 2]] + 0.01),
    "chosen_index": (4, lambda H: linked_var(H[[0, 2]], "y", index=[0, 1, 1, 0]), 0.2 * Y[[0, 2, 2, 0]] + 0.01),
    "one_of_subgroup": (2, lambda H: linked_var(H[2], "y"), 0.2 * Y[[2, 2]] + 0.01),
    "index": (4, lambda H: linked_var(H, "y", index=[0, 2, 1, 1]), 0.2 * Y[[0, 2, 1, 1]] + 0.01),
    "index_subexpression": (4, lambda H: linked_var(H, "twice", index=[0, 2, 1, 1]), 0.4 * Y[[0, 2, 1, 1]] + 0.02),
    "variable": (4, lambda H: linked_var(H, "y", index="k"), 0.2 * Y[[0, 2, 1, 1]] + 0.01),
}


def test_integral_of_linked_variables(lane: Lane) -> None:
    """z after two steps, for dz/dt = x/ms, in one network with all forms of links."""
    with lane.networks():
        H, readers = source(), {}
        for name, (n, variable, _) in LINKS.items():
            G = NeuronGroup(
                n, "dz/dt = x/ms : 1\nk : integer (constant)\nx : 1 (linked)", method="euler", name=f"reader_{name}"
            )
            G.k = [0, 2, 1, 1][:n]
            G.x = variable(H)
            readers[name] = G
        Network(H, readers).run(0.2 * ms)
        for name, (_, _, expected) in LINKS.items():
            np.testing.assert_allclose(np.asarray(readers[name].z), expected, CLOSE, err_msg=name)


def test_ring_of_neurons_linked_to_their_neighbours(lane: Lane) -> None:
    """dy_i/dt = (y_{i+1} - y_i)/tau on a ring: each step sees the old values of all, whatever the order of visits.

    Euler steps are a matrix power: y(n dt) = (1 + dt/tau (S - 1))^n y(0), S shifting the ring by one.
    """
    N, n = 7, 20
    with lane.networks():
        G = NeuronGroup(N, "dy/dt = (next - y)/ms : 1\nnext : 1 (linked)", method="euler")
        G.y = "i**2"
        G.next = linked_var(G, "y", index=(np.arange(N) + 1) % N)
        start = np.array(G.y)
        net = Network(G)
        net.run(0.4 * n * 0.1 * ms)
        net.run(0.6 * n * 0.1 * ms)  # the program of the first run is used again
        found = np.asarray(G.y)
    shift = np.roll(np.eye(N), 1, axis=1)
    expected = np.linalg.matrix_power(np.eye(N) + 0.1 * (shift - np.eye(N)), n) @ start
    np.testing.assert_allclose(found, expected, CLOSE)
    assert abs(found.sum() - start.sum()) < 1e-12 * start.sum()  # the ring conserves the sum


def test_two_groups_linked_to_each_other_conserve_their_sum() -> None:
    """Exchange of a quantity: a + b stays, a - b decays with tau/2; the linked value is that of the step before.

    With one group updated after the other (semi-implicit), the sum is a + b(1 - 0.1) at the end of a step: it is stored
    between the steps, so it is tested for simultaneous updates through a third group.
    """
    A = NeuronGroup(1, "da/dt = (other - a)/(10*ms) : 1\nother : 1 (linked)", method="euler", name="A")
    B = NeuronGroup(1, "db/dt = (other - b)/(10*ms) : 1\nother : 1 (linked)", method="euler", name="B")
    A.a, B.b = 1, 0
    A.other, B.other = linked_var(B, "b"), linked_var(A, "a")
    a, b = 1.0, 0.0
    Network(A, B).run(1 * ms)
    for _ in range(10):  # A first, as its name says; B sees the new value
        a = a + 0.01 * (b - a)
        b = b + 0.01 * (a - b)
    np.testing.assert_allclose([A.a[0], B.b[0]], [a, b], CLOSE)


def test_order_says_which_group_sees_new_values(lane: Lane) -> None:
    """A reader of higher order is updated after its source: it sees y(0) + 0.1 in the first step."""
    found = {}
    with lane.networks():
        for order in (-1, 1):
            H = source()
            G = NeuronGroup(3, "dz/dt = x/ms : 1\nx : 1 (linked)", method="euler", order=order)
            G.x = linked_var(H, "y")
            Network(G, H).run(0.1 * ms)
            found[order] = np.asarray(G.z)
    np.testing.assert_allclose(found[-1], 0.1 * Y, CLOSE)
    np.testing.assert_allclose(found[1], 0.1 * (Y + 0.1), CLOSE)


def test_exact_integration_takes_a_linked_variable_as_constant_in_a_step() -> None:
    """dv/dt = (E - v)/tau, E linked: v = E + (v0 - E) exp(-t/tau)."""
    H = NeuronGroup(1, "E : volt")
    H.E = 3 * volt
    G = NeuronGroup(4, "dv/dt = (E - v)/(5*ms) : volt\nE : volt (linked)", method="exact")
    G.E = linked_var(H, "E")
    Network(G).run(2 * ms)  # a source without dynamics need not be in the network
    np.testing.assert_allclose(np.asarray(G.v), 3 * (1 - exp(-2 / 5)), 1e-12)


def test_value_shared_by_all_may_be_used_in_shared_things() -> None:
    H = NeuronGroup(1, "s : 1")
    H.s = 6
    G = NeuronGroup(2, "x : 1 (linked)\nw = 2*x : 1 (shared)")
    G.x = linked_var(H, "s")
    assert G.w[:] == 12 and G.x[:] == 6


def test_writing_goes_to_the_source(lane: Lane) -> None:
    """By index, by the subgroup, by a string, by the reset; `+=` of several elements on one place adds up."""
    with lane.networks():
        H = source()
        G = NeuronGroup(4, "x : 1 (linked)", threshold="i >= 1", reset="x += 10*i", name="writer")
        G.x = linked_var(H, "y", index=[0, 2, 1, 1])
        G.x[0] = 7
        G.x["i == 1"] = "x + 0.5"
        G[2:3].x[:] = 9
        assert list(H.y) == [7, 9, 3.5]
        G.x *= 2
        assert list(H.y) == [14, 18, 7]
        Network(G).run(0.1 * ms)
        np.testing.assert_allclose(np.asarray(H.y), [14, 18 + 20 + 30, 7 + 10], CLOSE)


def test_monitors_and_states_show_linked_variables() -> None:
    H = source()
    G = NeuronGroup(3, "x : 1 (linked)\nu = x + 1 : 1", name="reader")
    G.x = linked_var(H, "y", index=[2, 1, 0])
    M = StateMonitor(G, ["x", "u"], record=[0, 2])
    Network(G, H, M).run(0.2 * ms)
    np.testing.assert_allclose(M.x, [[3, 3.1], [1, 1.1]], CLOSE)
    np.testing.assert_allclose(M.u, M.x + 1, CLOSE)
    assert list(G.get_states(["x"])["x"]) == list(G.x[:])


def test_linking_anew_changes_the_next_run() -> None:
    """The program is made again, although no string has changed."""
    H, K = source(), NeuronGroup(3, "y : 1")
    K.y = 100
    G = NeuronGroup(3, "dz/dt = x/ms : 1\nx : 1 (linked)", method="euler", name="reader")
    G.x = linked_var(H, "y")
    net = Network(G, H, K)
    net.run(0.1 * ms)
    G.x = linked_var(K, "y")
    net.run(0.1 * ms)
    np.testing.assert_allclose(np.asarray(G.z), 0.1 * Y + 10, CLOSE)


def test_synapses_have_linked_variables(lane: Lane) -> None:
    """A weight for each target, kept in another group; and one value for all."""
    with lane.networks():
        H, one = source(), NeuronGroup(1, "factor : 1")
        one.factor = 2
        P = NeuronGroup(2, "", threshold="True", reset="")
        T = NeuronGroup(3, "v : 1")
        S = Synapses(P, T, "w : 1 (linked)\nfactor : 1 (linked)", on_pre="v_post += factor*w")
        S.w = linked_var(H, "y", index="j")
        S.factor = linked_var(one, "factor")
        S.connect()
        assert list(S.w[:]) == [1, 2, 3, 1, 2, 3]
        Network(P, T, S).run(0.1 * ms)
        np.testing.assert_allclose(np.asarray(T.v), 2 * 2 * Y, CLOSE)


def test_target_of_synapses_sees_its_linked_variable(lane: Lane) -> None:
    """`x_post` is the variable of the other group, also to write to."""
    with lane.networks():
        H = source()
        P = NeuronGroup(2, "", threshold="True", reset="")
        T = NeuronGroup(3, "v : 1\nx : 1 (linked)")
        T.x = linked_var(H, "gain")
        T2 = NeuronGroup(3, "v : 1\nx : 1 (linked)")
        T2.x = linked_var(H, "y", index=[2, 1, 0])
        S, S2 = Synapses(P, T, on_pre="v_post += x_post"), Synapses(P, T2, on_pre="x_post += i + 1")
        S.connect()
        S2.connect(j="0")
        Network(P, T, T2, S, S2).run(0.1 * ms)
        np.testing.assert_allclose(np.asarray(T.v), [10, 10, 10], CLOSE)
        np.testing.assert_allclose(np.asarray(H.y), [1, 2, 6], CLOSE)


def test_neurons_may_be_linked_to_synapses(lane: Lane) -> None:
    with lane.networks():
        P = NeuronGroup(2, "u : 1", threshold="True", reset="")
        P.u = [10, 20]
        S = Synapses(P, P, "w : 1\nboth = w*u_pre : 1", on_pre="w += 1", name="wires")
        S.connect(i=[0, 1, 1], j=[1, 0, 1])
        S.w = [1, 2, 3]
        G = NeuronGroup(3, "dz/dt = x/ms : 1\nx : 1 (linked)\nb : 1 (linked)\nsaw = b : 1", method="euler", name="reader")
        G.x = linked_var(S, "w")
        G.b = linked_var(S, "both", index=[2, 1, 0])
        M = StateMonitor(G, "saw", record=True)
        Network(P, S, G, M).run(0.2 * ms)
        np.testing.assert_allclose(np.asarray(G.z), [0.3, 0.5, 0.7], CLOSE)
        np.testing.assert_allclose(M.saw, [[60, 80], [40, 60], [10, 20]], CLOSE)


def unlinked() -> None:
    Network(NeuronGroup(3, "x : 1 (linked)", name="cells")).run(0 * second)


def circle() -> None:
    A = NeuronGroup(2, "a : 1 (linked)", name="A")
    B = NeuronGroup(2, "b : 1 (linked)", name="B")
    A.a, B.b = linked_var(B, "b"), linked_var(A, "a")
    A.a[:]


def given(variable: Any, unit: str = "1", flag: str = " (linked)") -> None:
    NeuronGroup(2, f"x : {unit}{flag}\nf : 1", name="cells").x = variable(source())


WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "unlinked": (unlinked, TypeError, "NeuronGroup 'cells': 'x' is not linked yet: cells.x = linked_var(group, 'variable')"),
    "value": (
        lambda: given(lambda H: 5),
        ValueError,
        "cells.x is a linked variable: it is not set, but linked: cells.x = linked_var(group, 'variable')",
    ),
    "size": (
        lambda: given(lambda H: linked_var(H, "y")),
        ValueError,
        "cells.x has 2 elements, but source.y has 3: give an index, linked_var(..., index=[...])",
    ),
    "unit": (
        lambda: given(lambda H: linked_var(H, "y", index=[0, 1]), "volt"),
        DimensionMismatchError,
        "cells.x is in volt, but source.y is a pure number (units are V and 1).",
    ),
    "type": (
        lambda: given(lambda H: linked_var(H, "y", index=[0, 1]), "integer"),
        TypeError,
        "cells.x is int, but source.y is real",
    ),
    "flag": (
        lambda: given(lambda H: linked_var(H, "y", index=[0, 1]), flag=""),
        TypeError,
        "cells.x cannot be linked: give it the flag (linked) in the equations",
    ),
    "range": (
        lambda: given(lambda H: linked_var(H, "y", index=[0, 3])),
        ValueError,
        "cells.x: the index must lie between 0 and 2, the elements of NeuronGroup 'source'",
    ),
    "length": (
        lambda: given(lambda H: linked_var(H, "y", index=[0, 1, 2])),
        TypeError,
        "cells.x: the index needs 2 entries, one for each element; its shape is (3,)",
    ),
    "float_index": (
        lambda: given(lambda H: linked_var(H, "y", index=[0.0, 1.0])),
        TypeError,
        "cells.x: the index must be integers, not float64",
    ),
    "index_name": (
        lambda: given(lambda H: linked_var(H, "y", index="q")),
        ValueError,
        "cells.x: NeuronGroup 'cells' has no variable 'q' for the index",
    ),
    "index_type": (
        lambda: given(lambda H: linked_var(H, "y", index="f")),
        TypeError,
        "cells.x: the index variable 'f' must be an integer",
    ),
    "name": (lambda: linked_var(source(), "z"), KeyError, "\"NeuronGroup 'source' has no variable 'z'\""),
    "no_group": (
        lambda: linked_var(5),
        TypeError,
        "linked_var() takes a group and the name of a variable, linked_var(G, 'x'), or linked_var(G.x)",
    ),
    "circle": (circle, EqsimError, "NeuronGroup 'A': 'a' is linked to itself in a circle"),
}


@pytest.mark.parametrize("case", WRONG)
def test_message(case: str) -> None:
    act, kind, text = WRONG[case]
    with pytest.raises(kind) as error:
        act()
    assert str(error.value) == text


def test_shared_refuses_a_link_that_differs_between_elements() -> None:
    """Known only when it is linked: the run says so."""
    H = source()
    G = NeuronGroup(3, "x : 1 (linked)\nw = 2*x : 1 (shared)", name="cells")
    G.x = linked_var(H, "y")
    with pytest.raises(EqsimError, match="'w' is shared: it can only depend on shared variables"):
        Network(G, H, StateMonitor(G, "w", record=0)).run(0.1 * ms)
