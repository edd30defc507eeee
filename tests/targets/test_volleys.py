"""Code of synapses that runs in pieces (load, compute, write) gives the same bits as one synapse after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import Network, NeuronGroup, Synapses, defaultclock, ms, seed, start_scope
from eqsim.codegen.volleys import own_arrays, volleys
from eqsim.functions import BUILTINS, closure  # noqa: F401  (registers the functions)
from eqsim.ir.expr import Call, Load, Ref
from eqsim.ir.stmt import Add, Let, Store, When

K, J = Ref("k", "int"), Ref("j", "int")
FUNCTIONS = {f.name: f for f in closure(["exp"])}
DECAY = Call("exp", (-Load("s.last", K),))
STORAGE = {"s.w": "float64", "s.a": "float64", "s.last": "float64", "g.v": "float64"}


def test_loads_come_first_and_each_place_is_written_once() -> None:
    """A value that has been set is not loaded again; sums keep their order."""
    body = (
        Store("s.a", K, Load("s.a", K) * DECAY),
        Add("g.v", J, Load("s.w", K)),
        Store("s.a", K, Load("s.a", K) + 1.0),
        Store("s.w", K, Load("s.w", K) + Load("s.a", K)),
        Add("g.v", J, Load("s.w", K)),
    )
    load, work, write = volleys(body, FUNCTIONS, STORAGE)
    assert [s.value for s in load.body if isinstance(s, Let)] == [Load(f"s.{x}", K) for x in ("a", "last", "w")]
    assert not any(isinstance(x, Load) for s in work.body if isinstance(s, Let) for x in [s.value])
    assert [(type(s).__name__, s.array) for s in write.body if isinstance(s, Store | Add)] == [
        ("Store", "s.a"),
        ("Store", "s.w"),
        ("Add", "g.v"),
        ("Add", "g.v"),
    ]
    assert own_arrays(body) == ("s.a", "s.last", "s.w")


@pytest.mark.parametrize(
    "body",
    [
        (Store("s.a", K, Load("s.a", K) + 1.0),),  # no long function: nothing to gain
        (Add("g.v", J, Load("g.v", J) * DECAY),),  # a synapse reads what another one adds
        (Store("g.v", J, DECAY),),  # the last one wins
        (Store("s.a", K, Load("s.a", J) * DECAY),),
        (When(Load("s.a", K, "bool"), (Store("s.w", K, DECAY),)),),
    ],
)
def test_bodies_that_stay_whole(body: Any) -> None:
    assert volleys(body, FUNCTIONS, STORAGE) == ()


def test_narrow_values_stay_whole() -> None:
    """What is kept in float32 would have to be rounded in between."""
    assert volleys((Store("s.a", K, DECAY),), FUNCTIONS, {**STORAGE, "s.a": "float32"}) == ()


def plastic() -> dict[str, np.ndarray]:
    """Traces with parameters, refractory targets, random numbers, rows longer and shorter than a volley, a shared delay."""
    start_scope()
    seed(3)
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(
        300,
        "dv/dt = (1.2 - v)/(5*ms) : 1 (unless refractory)\ng : 1\nr : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="exact",
        name="cells",
    )
    G.v, G.r = "rand()", "0.5 + i/N"
    model = """w : 1
               tau : second
               da/dt = -a/tau : 1 (event-driven)
               db/dt = (0.1*a - b)/(20*ms) : 1 (event-driven)"""
    S = Synapses(
        G,
        G,
        model,
        on_pre="v_post += 0.001*w*r_pre; g_post += b*exp(-w); a += 0.1*rand(); w = clip(w + b, 0, 1)",
        on_post="b += 0.05*r_pre; w = clip(w - a*r_post, 0, 1); g_pre += w",
        delay=0.3 * ms,
        name="S",
    )
    S.connect(condition="i < 2*j + 1", p=0.9)
    S.w, S.tau = "rand()", "(5 + 10*rand())*ms"
    Network(G, S).run(12 * ms)
    return {x: np.array(getattr(S, f"{x}_")[:]) for x in ("w", "a", "b", "lastupdate")} | {"g": G.g[:], "v": G.v[:]}


_first: dict[str, dict[str, np.ndarray]] = {}


def test_plastic_synapses_have_the_same_bits(lane: Lane, lanes: dict[str, Lane]) -> None:
    if not _first:
        with lanes["numpy"].networks():
            _first["numpy"] = plastic()
    with lane.networks():
        found = plastic()
    for name, values in found.items():
        assert np.array_equal(values, _first["numpy"][name]), name
    assert np.ptp(found["w"]) > 0.5 and np.any(found["g"] > 1)


def test_variables_may_be_called_like_parameters(lane: Lane, lanes: dict[str, Lane]) -> None:
    """The functions for pieces have parameters b, c and s: a model with such names did not compile."""

    def values() -> np.ndarray:
        defaultclock.dt = 0.1 * ms
        G = NeuronGroup(
            3,
            "db/dt = (exp(-b) - exp(-c) + exp(-s) - exp(-k))/ms : 1\nc : 1\ns : 1\nk : 1",
            method="euler",
            threshold="b > 9",
            reset="",
        )
        G.c, G.s, G.k = "i", "0.3*i", 0.1
        S = Synapses(G, G, "n_syn : 1\ndb_syn/dt = -b_syn/ms : 1 (event-driven)", on_pre="b_syn += c_post*s_pre")
        S.connect(j="i")
        Network(G, S).run(1 * ms)
        return np.array(G.b[:])

    with lanes["numpy"].networks():
        expected = values()
    with lane.networks():
        assert np.array_equal(values(), expected)
