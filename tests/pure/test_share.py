"""Common subexpressions are computed once, and nothing else changes."""

from __future__ import annotations

from eqsim.ir.expr import Call, Expr, Iterate, Ref, gt, real
from eqsim.ir.passes.share import share
from eqsim.ir.show import show
from eqsim.ir.stmt import Let

x, y = Ref("x"), Ref("y")


def shared(*values: Expr, lets: tuple[Let, ...] = (), names: tuple[tuple[Expr, str], ...] = ()) -> list[str]:
    found, results = share(lets, [(f"r{k}", v) for k, v in enumerate(values)], names)
    return [show(let) for let in found] + [f"{name} = {show(value)}" for name, value in results]


def test_what_occurs_twice_gets_a_name() -> None:
    assert shared((x + y) * (x + y)) == ["_x_plus_y = x + y", "r0 = _x_plus_y*_x_plus_y"]


def test_what_occurs_only_inside_a_shared_value_gets_none() -> None:
    e = Call("exp", (x * y,))
    assert shared(e + 1.0, e + 2.0) == ["_exp = exp(x*y)", "r0 = _exp + 1", "r1 = _exp + 2"]


def test_leaves_and_signs_are_not_named() -> None:
    assert shared(-x, -x * y) == ["r0 = -x", "r1 = -x*y"]


def test_the_users_names_are_used() -> None:
    assert shared((x + y) * 2.0, x + y, names=((x + y, "_u"),)) == ["_u = x + y", "r0 = _u*2", "r1 = _u"]


def test_a_let_stands_for_its_value_everywhere() -> None:
    lets = (Let("a", x * y), Let("b", x * y + 1.0))
    assert shared(x * y, lets=lets) == ["a = x*y", "b = a + 1", "r0 = a"]


def test_names_in_use_are_avoided() -> None:
    assert shared((x + y) * (x + y) + Ref("_x_plus_y"))[0] == "_x_plus_y_2 = x + y"


def test_order_of_operations_is_kept() -> None:
    assert shared((x + y) + real(1.0), x + (y + 1.0)) == ["r0 = x + y + 1", "r1 = x + (y + 1)"]


def test_loops_are_not_looked_into() -> None:
    """Names inside a loop mean something else at each turn."""
    loop = Iterate(("s",), (x,), gt(Ref("s") * y, 1.0), (Ref("s") * y,), Ref("s"), 10)
    assert shared(loop + 1.0, Ref("s") * y) == [
        "r0 = loop(s = x; while s*y > 1: s = s*y; at most 10; give s) + 1",
        "r1 = s*y",
    ]


def test_deep_expressions_are_cut_so_that_later_stages_may_recurse() -> None:
    """Long sums of long sums: 600 levels, too many for a printer that recurses in three functions per level."""
    e: Expr = x
    for k in range(600):
        e = e + Ref(f"a{k}") * y
    lets, [(_, result)] = share((), [("r", e)])
    assert len(lets) == 12
    assert all(len(show(value)) < 2000 for value in (*(let.value for let in lets), result))
    assert show(lets[0].value).startswith("x + a0*y + a1*y")


def test_shared_subexpressions_do_not_multiply_the_work() -> None:
    """x**(2**60) by squaring: 60 products, although written out it would have 2**60 factors."""
    e: Expr = x
    for _ in range(60):
        e = e * e
    assert len(share((), [("r", e)])[0]) <= 60
