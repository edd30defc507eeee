"""A `Loop`: every element at its own pace, with equal bits on every lane; and the rules that it must keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import Lane, bits

from eqsim.errors import InternalError
from eqsim.ir.domain import Each
from eqsim.ir.expr import Expr, Load, Number, Op, Ref, Select, eq, gt, integer, lt, ne, real
from eqsim.ir.program import Array, Kernel, Program, State
from eqsim.ir.show import show
from eqsim.ir.stmt import Let, Loop, Stmt, Store, When
from eqsim.ir.verify import verify
from eqsim.schedule.prepare import prepare

I = Ref("i", "int")

# Heron's square root of v, until it changes no more; how often it took; and Collatz' steps of i + 1.
HERON = Loop(
    ("x", "before", "turns"),
    (Load("v", I), real(0.0), integer(0)),
    Op("and", (ne(Ref("x"), Ref("before")), gt(Ref("x"), 0.0))),
    (Let("quotient", Load("v", I) / Ref("x")), Let("next", 0.5 * (Ref("x") + Ref("quotient")))),
    (Ref("next"), Ref("x"), Ref("turns", "int") + 1),
    40,
)
M = Ref("m", "int")
COLLATZ = Loop(
    ("m", "steps"),
    (I + 1, integer(0)),
    ne(M, 1),
    (Let("half", Op("//", (M, integer(2)))),),
    (Select(eq(Op("%", (M, integer(2))), 0), Ref("half", "int"), 3 * M + 1), Ref("steps", "int") + 1),
    200,
)


def program(*body: Stmt) -> Program:
    arrays = (Array("v"), Array("root"), Array("turns", "int64"), Array("steps", "int64"))
    return Program(arrays, ("clock.dt", "two"), ("N",), ("clock",), kernels=(Kernel("k", Each("N"), body, "clock"),))


def body(*loops: Loop, guard: bool = False) -> tuple[Stmt, ...]:
    stores: tuple[Stmt, ...] = (Store("root", I, Ref("x") * Number("two")), Store("turns", I, Ref("turns", "int")))
    stores += (Store("steps", I, Ref("steps", "int")),)
    whole = (*loops, *stores)
    return (When(gt(Load("v", I), 1.0), whole),) if guard else whole


def state(n: int = 1500) -> State:
    arrays = {"v": np.linspace(0.0, 50.0, n), "root": np.zeros(n)}
    arrays |= {"turns": np.zeros(n, np.int64), "steps": np.zeros(n, np.int64)}
    return State(arrays, {"clock.dt": 1e-4, "two": 2.0}, {"N": n}, {"clock": 0})


def test_each_element_goes_at_its_own_pace(lane: Lane) -> None:
    """Heron's iteration ends at the root to within one rounding (for 0 it does not begin)."""
    s = state()
    lane.run(prepare(program(*body(HERON, COLLATZ))), s, {"clock": 1})
    np.testing.assert_allclose(s.arrays["root"], 2 * np.sqrt(s.arrays["v"]), rtol=3e-16, atol=1e-300)
    assert list(s.arrays["steps"][:12]) == [0, 1, 7, 2, 5, 8, 16, 3, 19, 6, 14, 9]
    assert s.arrays["turns"].min() == 0
    assert s.arrays["turns"].max() > 8


def test_equal_bits_also_where_a_condition_holds(lane: Lane, lanes: dict[str, Lane]) -> None:
    p = prepare(program(*body(HERON, COLLATZ, guard=True)))
    found, expected = state(), state()
    lane.run(p, found, {"clock": 2})
    lanes["numpy"].run(p, expected, {"clock": 2})
    assert bits(found) == bits(expected)
    assert np.all(found.arrays["root"][found.arrays["v"] <= 1.0] == 0.0)


def test_the_limit_ends_a_loop(lane: Lane) -> None:
    s = state()
    lane.run(prepare(program(*body(replace(HERON, limit=3), replace(COLLATZ, limit=0)))), s, {"clock": 1})
    assert s.arrays["turns"].max() == 3
    assert s.arrays["steps"].max() == 0


def test_a_loop_reads_like_python() -> None:
    assert show(COLLATZ) == (
        "m = i + 1\n"
        "steps = 0\n"
        "while m != 1:  # at most 200 times; new values are assigned together\n"
        "  half = m // 2\n"
        "  m = half if m % 2 == 0 else 3*m + 1\n"
        "  steps = steps + 1"
    )


FAULTS: list[tuple[Loop, str]] = [
    (replace(COLLATZ, test=M), "a loop goes on while a bool holds"),
    (replace(COLLATZ, nexts=(M,)), "a loop needs one start and one next of the same type for each name"),
    (replace(COLLATZ, starts=(real(1.0), integer(0))), "a loop needs one start and one next of the same type for each name"),
    (replace(COLLATZ, starts=(M, integer(0))), "'m' is not bound here as int"),
    (replace(COLLATZ, test=lt(Ref("half", "int"), 3)), "'half' is not bound here as int"),
    (replace(COLLATZ, names=("m", "m")), "'m' is bound 2 times"),
    (replace(COLLATZ, names=("i", "steps")), "'i' is the name of an index"),
    (replace(COLLATZ, body=(Store("v", I, real(0.0)),)), "only Lets stand in a loop, not Store"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("loop", "fault"), FAULTS)
def test_verify_finds(loop: Loop, fault: str) -> None:
    with pytest.raises(InternalError) as caught:
        verify(program(loop), linked=False)
    assert fault in str(caught.value)


def test_names_of_a_loop_are_known_after_it_and_its_lets_are_not() -> None:
    after: Expr = Ref("half", "int")
    verify(program(COLLATZ, Store("steps", I, M)), linked=False)
    with pytest.raises(InternalError, match="'half' is not bound here as int"):
        verify(program(COLLATZ, Store("steps", I, after)), linked=False)
