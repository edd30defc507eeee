"""Long bodies run in stages, and their last few elements beside copies of one of them: nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import Lane, bits

from eqsim.codegen.render import spell
from eqsim.codegen.stages import stages
from eqsim.functions import FUNCTIONS, closure
from eqsim.ir.domain import Each
from eqsim.ir.expr import Call, Cast, Expr, Load, Number, Ref, Select, gt, integer, real
from eqsim.ir.interpret import Interpreter
from eqsim.ir.program import Array, Foreign, Kernel, Program, State
from eqsim.ir.stmt import Let, Stmt, Store

I = Ref("i", "int")
GATES = ("m", "h", "n", "p", "q")


def cell(name: str, kind: str = "real") -> Load:
    """The entry of an array of the cells."""
    return Load(f"cells.{name}", I, kind)  # type: ignore[arg-type]


def body(*more: Stmt, scale: Expr) -> tuple[Stmt, ...]:
    """A neuron with five gates, one of them in single precision; it sleeps from time to time."""
    v, awake = cell("v"), cell("awake", "bool")
    made: list[Stmt] = [Let("v", v), Let("awake", awake, None)]
    for at, gate in enumerate(GATES):
        made += [Let(f"a_{gate}", Call("exp", ((Ref("v") - 0.3 * at) * scale,)))]
        made += [Let(f"{gate}_new", cell(gate) + 0.1 * (Ref(f"a_{gate}") - cell(gate)))]
    total = Ref("a_m") * cell("h") - cell("n") * Ref("a_q")
    made += [Let("v_new", Select(Ref("awake", "bool"), Ref("v") + 0.01 * total, real(-0.5)))]
    made += [Store("cells.awake", I, gt(Ref("v_new"), cell("threshold")))]
    made += [Store(f"cells.{gate}", I, Ref(f"{gate}_new")) for gate in GATES]
    return (*made, Store("cells.v", I, Ref("v_new")), *more)


def program(*more: Stmt) -> Program:
    """One kernel over some of the entries of the arrays: those from 3 on."""
    arrays = [Array(f"cells.{name}", "float32" if name == "q" else "float64") for name in (*GATES, "v", "threshold")]
    domain = Each("cells.N", 3)
    kernel = Kernel("update", domain, body(*more, scale=Number("scale")), "clock")
    return Program(
        (*arrays, Array("cells.awake", "bool")),
        ("clock.dt", "scale"),
        ("cells.N",),
        ("clock",),
        functions=closure(["exp"]),
        kernels=(kernel,),
    )


def memory(size: int) -> State:
    """Entries before and behind the cells are not theirs."""
    rng = np.random.default_rng(size)
    arrays = {f"cells.{name}": rng.uniform(-1, 1, size + 20) for name in (*GATES, "v", "threshold")}
    arrays["cells.q"] = arrays["cells.q"].astype(np.float32)
    arrays["cells.awake"] = rng.random(size + 20) < 0.5
    return State(arrays, {"clock.dt": 1e-4, "scale": 0.7}, {"cells.N": size}, {"clock": 0})


NUMBERED = Store("cells.p", I, Load("cells.threshold", integer(2) + I) + Cast("real", I))  # of neighbours; their own number


@pytest.mark.parametrize("size", [*range(1, 20), 255, 256, 257, 263, 264, 270, 515])
@pytest.mark.parametrize("more", [(), (NUMBERED,)], ids=["own entries", "also others"])
def test_the_last_elements_are_like_the_others(lane: Lane, size: int, more: tuple[Stmt, ...]) -> None:
    found, wanted = memory(size), memory(size)
    made = program(*more)
    assert lane.run(made, found, {"clock": 7}).reason == "done"
    Interpreter(made).run(wanted, {"clock": 7})
    assert bits(found) == bits(wanted)


def test_copies_are_made_where_an_element_sees_its_own_entries_only() -> None:
    (own,), (others,) = spell(program()).kernels, spell(program(NUMBERED)).kernels
    assert own.stages and {m.name for m in own.copied} == {*GATES, "v", "threshold", "awake"}
    assert {m.name for m in own.copied if not m.source} == {"threshold"}
    assert others.stages and others.copied == ()


def test_functions_of_the_user_are_not_called_for_elements_that_do_not_exist() -> None:
    """They may count their calls."""
    mine = replace(FUNCTIONS["exp"], name="mine", foreign=Foreign("double mine(double x) { return x; }", "mine", (0,)))
    plain = program(Store("cells.p", I, Call("mine", (cell("threshold"),))))
    (kernel,) = spell(replace(plain, functions=(*plain.functions, mine))).kernels
    assert kernel.stages and kernel.share == "alone" and kernel.copied == ()


def test_new_values_are_stored_as_soon_as_nobody_needs_the_old_ones() -> None:
    """v, h and n are needed up to the sum of the currents."""
    pieces = stages(program().kernels[0].body, FUNCTIONS)
    stored = [[s.array.removeprefix("cells.") for s in piece.body if isinstance(s, Store)] for piece in pieces]
    assert stored[0] == ["m"] and stored[1] == stored[2] == [] and stored[3] == ["p"]
    assert sorted(stored[4]) == ["awake", "h", "n", "q", "v"]
