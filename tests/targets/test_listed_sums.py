"""Sums over synapses from lists of the other ends: the same bits as synapse after synapse, whatever they are like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import Lane, bits
from test_threads import threaded

from eqsim import Network, NeuronGroup, Synapses, defaultclock, ms, start_scope
from eqsim.codegen.sums import listed_sum
from eqsim.functions import closure
from eqsim.ir.domain import Across, Domain, Each, Gather
from eqsim.ir.expr import Call, Load, Number, Ref, as_int, as_real, real
from eqsim.ir.interpret import Constants, Interpreter
from eqsim.ir.program import Array, Kernel, Program, Route, State
from eqsim.ir.stmt import Add, Let, Stmt, Store

I, J, K, N = (Ref(x, "int") for x in "ijkn")
STEPS = 100  # enough for lists to be written
FIRST = {"first.i": 3, "first.j": 4}
V, U = Load("from.v", I), Load("to.u", J)

KERNELS = (
    Kernel("waves", Each("from.N"), (Store("from.v", I, V + Call("sin", (as_real(N) + as_real(I),))),), "clock"),
    Kernel("into", Gather("syn.pre"), (Let("x", Number("g") * V), Add("to.sum", J, Ref("x") + 0.1)), "clock"),
    Kernel("half", Gather("syn.pre"), (Add("to.half", J, V),), "clock"),
    Kernel("count", Gather("syn.pre"), (Add("to.count", J, as_int(V * 100.0)),), "clock"),
    Kernel("zeros", Gather("syn.pre"), (Add("to.zero", J, real(-0.0) * as_real(I)),), "clock"),
    Kernel("moves", Each("to.N"), (Store("to.u", I, Load("to.u", I) * 0.9 + Load("to.zero", I)),), "clock"),
    Kernel("back", Gather("syn.pre"), (Add("from.sum", I, U * U),), "clock"),
)
DTYPES = {"from.v": "float64", "from.sum": "float64", "to.u": "float64", "to.sum": "float64", "to.half": "float32"}
DTYPES |= {"to.count": "int32", "to.zero": "float64", "syn.source": "int32", "syn.target": "int32", "syn.pre.rows": "int64"}
PROGRAM = Program(
    arrays=tuple(Array(name, dtype) for name, dtype in DTYPES.items()),
    reals=("clock.dt", "g"),
    ints=("from.N", "to.N", "syn.N", *FIRST),
    clocks=("clock",),
    routes=(Route("syn.pre", "syn", "pre", "from.N", False, first_source="first.i", first_target="first.j"),),
    functions=closure(["sin"]),
    kernels=KERNELS,
)


def pairs(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """From where to where synapses lead, in their order.

    By source, with several for many pairs; in no order; too few for lists; to one neuron; from one; from more neurons than
    there are numbers for them in a list.
    """
    rng = np.random.default_rng(8)
    if kind == "many sources":
        return np.arange(66000), rng.integers(0, 9, 66000)
    n = {"in order": 900, "disorder": 4000, "few": 12, "to one": 300, "from one": 700, "none": 0}[kind]
    i, j = rng.integers(0, 31, n), rng.integers(0, 77, n)
    i, j = (i * (kind != "from one"), j if kind != "to one" else j * 0 + 70)
    return (np.sort(i) if kind == "in order" else i), j


def memory(kind: str) -> State:
    """Values and sums, among them some that are no numbers, and zeros below zero.

    There is one kind of NaN only: which one the sum of two is depends on how a compiler turns it.
    """
    source, target = pairs(kind)
    sizes = {"from.N": int(source.max(initial=30)) + 6, "to.N": 90, "syn.N": len(source)}
    arrays = {name: np.zeros(sizes.get(f"{name.partition('.')[0]}.N", 0), dtype) for name, dtype in DTYPES.items()}
    arrays["from.v"] += np.arange(sizes["from.N"])
    arrays["from.v"][[7, 9, 12]] = [np.nan, np.inf, -0.0]
    arrays["to.u"] += np.linspace(-1, 1, sizes["to.N"])
    arrays["to.sum"][[5, 20, 30, 60]] = [np.inf, np.nan, -0.0, 1e300]
    arrays["to.zero"][:] = -0.0
    arrays |= {"syn.source": source.astype(np.int32), "syn.target": target.astype(np.int32)}
    rows = np.searchsorted(np.sort(source), np.arange(sizes["from.N"] + 1))
    arrays["syn.pre.rows"] = rows.astype(np.int64)
    return State(arrays, {"clock.dt": 1e-3, "g": 0.3}, {**sizes, **FIRST}, {"clock": 0})


KINDS = ("in order", "disorder", "few", "to one", "from one", "none", "many sources")


@pytest.fixture(scope="module")
def defined() -> dict[str, State]:
    """What the interpreter says, which adds synapse after synapse."""
    found = {}
    for kind in KINDS:
        found[kind] = memory(kind)
        Constants(PROGRAM)(found[kind])
        Interpreter(PROGRAM).run(found[kind], {"clock": STEPS})
    return found


def wrong(state: State, defined: State) -> list[str]:
    """The arrays that are not bit for bit what they should be."""
    return [name for name in state.arrays if bits(state, [name]) != bits(defined, [name])]


@pytest.mark.parametrize("kind", KINDS)
def test_sums_have_equal_bits(lane: Lane, kind: str, defined: dict[str, State]) -> None:
    s = memory(kind)
    assert lane.run(PROGRAM, s, {"clock": STEPS}).reason == "done"
    assert wrong(s, defined[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 3])
def test_threads_have_equal_bits(count: int, kind: str, defined: dict[str, State], cache_folder: Path) -> None:
    """Each thread has groups of neurons; also when the run is made of pieces."""
    lane, s = Lane("threads", threaded(count, cache_folder), {}), memory(kind)
    for n in (70, 75, STEPS):
        assert lane.run(PROGRAM, s, {"clock": n}).reason == "done"
    assert wrong(s, defined[kind]) == []


def test_zeros_below_zero_are_kept(defined: dict[str, State]) -> None:
    """What the comparison of bits relies on: there are such sums, and sums that are no numbers."""
    s = defined["disorder"].arrays
    assert np.signbit(s["to.zero"]).all() and np.isnan(s["to.sum"][4:81]).any() and np.isfinite(s["to.sum"][4:81]).any()


@pytest.mark.parametrize(
    ("domain", "body", "of"),
    [
        (Gather("r"), (Add("sum", J, V),), "i"),
        (Gather("r"), (Let("x", V * V), Add("sum", J, Ref("x"))), "i"),
        (Gather("r"), (Add("sum", I, U),), "j"),
        (Gather("r"), (Add("sum", J, V * Load("syn.w", K)),), None),  # a weight of each synapse
        (Gather("r"), (Add("sum", J, V - U),), None),  # of both ends
        (Gather("r"), (Add("sum", J, real(1.0)),), None),  # of no end
        (Gather("r"), (Add("sum", J, Load("sum", I)),), None),  # reads what it writes
        (Gather("r"), (Add("small", J, as_int(V)),), None),  # kept in one byte
        (Gather("r"), (Add("sum", J, V), Add("sum", I, U)), None),
        (Across("e", "r", 0), (Add("sum", J, V),), None),
    ],
)
def test_what_is_listed(domain: Domain, body: tuple[Stmt, ...], of: str | None) -> None:
    """A value that belongs to the other end, and only such a value."""
    arrays = {"sum": Array("sum"), "small": Array("small", "uint8")}
    found = listed_sum(Kernel("k", domain, body, "clock"), arrays)
    assert (found.of if found else None) == of


def test_synapses_that_change_are_listed_anew(lane: Lane) -> None:
    """Synapses are added between two long runs: sums follow at once."""
    start_scope()
    defaultclock.dt = 0.1 * ms
    G = NeuronGroup(9, "x : 1", name="G")
    H = NeuronGroup(5, "total : 1", name="H")
    S = Synapses(G, H, "total_post = x_pre : 1 (summed)", name="S")
    S.connect(i=np.arange(9).repeat(2), j=[0, 1] * 9)
    G.x = "2**i"
    net = Network(G, H, S)
    with lane.networks():
        net.run(10 * ms)
        assert H.total[:].tolist() == [511, 511, 0, 0, 0]
        S.connect(i=[8, 0], j=[4, 1])
        G.x = "3**i"
        net.run(10 * ms)
    assert H.total[:].tolist() == [9841, 9842, 0, 0, 6561]
