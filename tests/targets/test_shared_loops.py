"""Kernels over the same elements in one loop: the same bits as one kernel after the other, and which ones that are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import Lane, bits
from test_threads import threaded

from eqsim.codegen.render import spell
from eqsim.functions import closure
from eqsim.ir.domain import Domain, Each, Of, Where
from eqsim.ir.expr import Call, Load, Op, Ref, Select, as_real, gt, integer, lt, negate, real
from eqsim.ir.interpret import Interpreter
from eqsim.ir.program import Array, Events, Kernel, Program, State
from eqsim.ir.stmt import Add, Let, Stmt, Store

I, N = Ref("i", "int"), Ref("n", "int")
STEPS = {"clock": 30, "slow": 12}


def cell(name: str) -> Load:
    """The entry of an array of the cells."""
    return Load(f"cells.{name}", I, "bool" if name == "ready" else "real")


def kernel(name: str, domain: Domain, *body: Stmt, clock: str = "clock") -> Kernel:
    """A kernel in its place."""
    return Kernel(name, domain, body, clock)


ALL, PART = Each("cells.N"), Each("part.N", "part.first")
FIRES = Where("cells.N", gt(cell("v"), Load("cells.limit")), "cells.spike")
KERNELS = (
    kernel("zero", ALL, Store("cells.sum", I, real(-0.0))),
    kernel(
        "held",
        ALL,
        Let("x", cell("u") - cell("v")),
        Store("cells.I", I, Ref("x") * 0.3 + 0.15 * as_real(Op("%", (I, integer(7))))),
    ),
    kernel("update", ALL, Store("cells.v", I, cell("v") + cell("I") * 0.2), Add("cells.sum", I, cell("v"))),
    kernel("bent", ALL, Store("cells.u", I, Call("sin", (cell("v") + as_real(N),)))),
    kernel("follow", ALL, Store("cells.w", I, cell("u") + cell("I") * 0.5)),
    kernel("part", PART, Store("cells.part", I, Select(lt(cell("part"), 9.0), cell("part") + 0.5, real(0.0)))),
    kernel("again", PART, Store("cells.part", I, cell("part") * 1.25)),
    kernel("slow", ALL, Store("cells.slow", I, cell("slow") * 0.9 + 1.0), clock="slow"),
    kernel("slower", ALL, Store("cells.slow", I, cell("slow") - 0.25), clock="slow"),
    kernel("flags", ALL, Store("cells.ready", I, negate(cell("ready")))),
    kernel("raise", ALL, Store("cells.v", I, cell("v") * 1.01)),
    Kernel("fires", FIRES, (), "clock"),
    kernel("reset", Of("cells.spike", "cells.N"), Store("cells.v", I, real(0.0)), Add("cells.fired", I, real(1.0))),
)
REALS = ("v", "u", "w", "I", "sum", "part", "slow", "fired")
PROGRAM = Program(
    arrays=(
        *(Array(f"cells.{name}") for name in REALS),
        Array("cells.ready", "bool"),
        Array("cells.limit", shared=True),
        Array("cells.spike.indices", "int32"),
        Array("cells.spike.counts", "int64"),
    ),
    reals=("clock.dt", "slow.dt"),
    ints=("cells.N", "part.N", "part.first", "history"),
    clocks=("clock", "slow"),
    events=(Events("cells.spike", "cells.N", "history", "clock"),),
    functions=closure(["sin"]),
    kernels=KERNELS,
)


def memory(size: int) -> State:
    """Cells; some of their values are no numbers."""
    rng = np.random.default_rng(2)
    arrays = {f"cells.{name}": rng.normal(size=size) for name in REALS}
    arrays["cells.v"][:3] = [np.nan, np.inf, -0.0]
    arrays |= {"cells.ready": rng.random(size) < 0.5, "cells.limit": np.array([0.9])}
    arrays |= {"cells.spike.indices": np.zeros(2 * size, np.int32), "cells.spike.counts": np.zeros(2, np.int64)}
    ints = {"cells.N": size, "part.N": size // 2, "part.first": size // 4, "history": 2}
    return State(arrays, {"clock.dt": 1e-3, "slow.dt": 2.5e-3}, ints, {"clock": 0, "slow": 0})


def defined(size: int) -> State:
    """What the interpreter says, which runs kernel after kernel."""
    state = memory(size)
    Interpreter(PROGRAM).run(state, STEPS)
    return state


@pytest.mark.parametrize("size", [3, 64, 1500])
def test_loops_have_equal_bits(lane: Lane, size: int) -> None:
    """Fewer elements than a wide operation has, and more than one block."""
    state = memory(size)
    assert lane.run(PROGRAM, state, STEPS).reason == "done"
    expected = defined(size)
    assert [name for name in state.arrays if bits(state, [name]) != bits(expected, [name])] == []
    assert size < 64 or np.nansum(state.arrays["cells.fired"]) > size / 10


@pytest.mark.parametrize("count", [2, 3])
def test_threads_have_equal_bits(count: int, cache_folder: Path) -> None:
    state, expected = memory(300), defined(300)
    assert Lane("threads", threaded(count, cache_folder), {}).run(PROGRAM, state, STEPS).reason == "done"
    assert [name for name in state.arrays if bits(state, [name]) != bits(expected, [name])] == []


def test_who_shares_a_loop() -> None:
    """A loop ends before a function, before bools, and with the test for events; other elements do not end it."""
    text = spell(PROGRAM)
    names = {t.name: k.name for t, k in zip(text.kernels, PROGRAM.kernels, strict=True)}
    loops = [[names[k.name] for k in loop.kernels] for s in text.stretches for loop in s.loops]
    assert loops == [
        ["zero", "held", "update"],
        ["bent"],
        ["follow"],
        ["part", "again"],
        ["slow", "slower"],
        ["flags"],
        ["raise", "fires"],
        ["reset"],
    ]


def test_what_others_read_ends_a_loop() -> None:
    """A kernel that looks at its neighbour's entry must wait until all are there."""
    beside = Load("cells.u", Op("%", (I + 1, integer(3))), "real")
    program = Program(
        arrays=(Array("cells.u"), Array("cells.v"), Array("cells.w")),
        reals=("clock.dt",),
        ints=("cells.N",),
        clocks=("clock",),
        kernels=(
            kernel("u", ALL, Store("cells.u", I, cell("v") + 1.0)),
            kernel("v", ALL, Store("cells.w", I, beside)),
            kernel("w", ALL, Store("cells.u", I, cell("w") * 2.0)),
        ),
    )
    assert [[k.name for k in loop.kernels] for s in spell(program).stretches for loop in s.loops] == [["u"], ["v"], ["w"]]
