"""Draws become functions; what does not change is computed once; the numbers stay the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eqsim.functions import closure, resolve
from eqsim.ir.domain import Across, Domain, Each, Gather, Of, Once, Sample, Where
from eqsim.ir.evaluate import Evaluator, Frame
from eqsim.ir.expr import Call, Cast, Draw, Expr, Iterate, Load, Number, Ref, Select, as_real, ge, gt, lt, real, word
from eqsim.ir.interpret import Constants, Interpreter
from eqsim.ir.passes.cases import is_fixed
from eqsim.ir.passes.cheaper import cheaper
from eqsim.ir.passes.draws import expand_draws
from eqsim.ir.passes.hoist import hoist
from eqsim.ir.program import Array, Kernel, LogBuffer, Program, State
from eqsim.ir.show import show
from eqsim.ir.stmt import Let, Log, Loop, Stmt, Store, When
from eqsim.ir.walk import nodes

I, N = Ref("i", "int"), Ref("n", "int")
V, DT, TAU = Load("cells.v", I), Number("clock.dt"), Number("tau")
DECAY = Call("exp", (-DT / TAU,))


def program(*body: Stmt, domain: Domain | None = None) -> Program:
    """A program of one kernel."""
    return Program(
        arrays=(Array("cells.v"), Array("cells.out"), Array("cells.g", shared=True), Array("cells.seen", shared=True)),
        reals=("clock.dt", "tau"),
        ints=("cells.N", "seed", "clock.origin"),
        clocks=("clock",),
        logs=(LogBuffer("log", ("cells.seen",), 1),),
        functions=closure(["exp", "uniform"]),
        kernels=(Kernel("cells.update", Each("cells.N") if domain is None else domain, body, "clock"),),
    )


def out(value: Expr) -> Store:
    return Store("cells.out", I, value)


def pieces(p: Program) -> tuple[dict[str, str], list[str], list[str]]:
    """Constants, prelude and body as text."""
    k = p.kernels[0]
    return {name: show(e) for name, e in p.constants}, [show(s) for s in k.prelude], [show(s) for s in k.body]


# --- draws ------------------------------------------------------------------------------------------------------------

ELEMENTS: dict[str, tuple[Domain, Expr]] = {
    "Each": (Each("cells.N"), Cast("word", I)),
    "Where": (Where("cells.N", gt(Draw("uniform", 9), 0.5), "spike"), Cast("word", I)),
    "Of": (Of("spike", "cells.N"), Cast("word", I)),
    "Across": (Across("spike", "syn.pre", 0), Cast("word", Ref("k", "int"))),
    "Gather": (Gather("syn.pre"), Cast("word", Ref("k", "int"))),
    "Sample": (Sample("elements", 3), Cast("word", Ref("r", "int"))),
    "Once": (Once(), word(0)),
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_draw_is_a_function_of_seed_stream_element_and_step(name: str) -> None:
    domain, who = ELEMENTS[name]
    step = Cast("word", N - Number("clock.origin", "int"))
    expected = Call("uniform", (Cast("word", Number("seed", "int")), word(7), who, step))
    k = expand_draws(program(Let("x", Draw("uniform", 7) + 1.0), domain=domain)).kernels[0]
    assert k.body == (Let("x", expected + 1.0),)
    if isinstance(k.domain, Where):
        assert k.domain.test == gt(replace(expected, args=(expected.args[0], word(9), *expected.args[2:])), 0.5)


def test_arguments_of_a_law_come_first() -> None:
    k = expand_draws(program(Let("x", Draw("poisson", 7, (V,))))).kernels[0]
    let = k.body[0]
    assert isinstance(let, Let) and isinstance(let.value, Call)
    assert let.value.function == "poisson" and let.value.type == "int" and let.value.args[0] == V


# --- hoisting ---------------------------------------------------------------------------------------------------------


def test_constant_let_becomes_a_number() -> None:
    found = pieces(hoist(program(Let("decay", DECAY), out(V * Ref("decay")))))
    assert found == (
        {"cells.update.decay": "exp(-clock.dt/tau)"},
        [],
        ["cells.out[i] = cells.v[i]*cells.update.decay"],
    )


def test_constant_inside_an_expression_is_named_for_what_it_is() -> None:
    constants, prelude, body = pieces(hoist(program(out(V * DECAY + V * (DT / TAU)))))
    assert constants == {
        "cells.update.exp_minus_dt_per_tau": "exp(-clock.dt/tau)",
        "cells.update.dt_per_tau": "clock.dt/tau",
    }
    assert prelude == []
    assert body == ["cells.out[i] = cells.v[i]*cells.update.exp_minus_dt_per_tau + cells.v[i]*cells.update.dt_per_tau"]


def test_equal_constants_are_one() -> None:
    p = program(Let("a", DECAY), Let("b", DECAY), out(V * Ref("a") + Ref("b")))
    assert len(hoist(p).constants) == 1


def test_plain_number_and_literal_get_no_second_name() -> None:
    constants, prelude, body = pieces(hoist(program(Let("a", TAU), Let("b", real(2.0)), out(V * Ref("a") * Ref("b")))))
    assert (constants, prelude, body) == ({}, [], ["cells.out[i] = cells.v[i]*tau*2"])


def test_value_of_the_step_goes_to_the_prelude() -> None:
    t = as_real(N) * DT
    constants, prelude, body = pieces(hoist(program(Let("t", t), out(V - Ref("t") * DECAY), Let("s", t + TAU))))
    assert list(constants) == ["cells.update.exp_minus_dt_per_tau"]
    assert prelude[0] == "t = float(n)*clock.dt"
    assert all("float(n)" not in line for line in body)


def test_shared_value_is_read_once_in_a_step_unless_the_body_writes_it() -> None:
    g = Load("cells.g")
    assert pieces(hoist(program(out(V * g)))) == ({}, ["g = cells.g"], ["cells.out[i] = cells.v[i]*g"])
    written = program(out(V * g), Store("cells.g", None, real(1.0)))
    assert pieces(hoist(written))[1] == []
    logged = program(Let("x", Load("cells.seen") * 2.0), Log("log", (Ref("x"),)), domain=Sample("elements", 1))
    assert pieces(hoist(logged))[1] == []


def test_conditional_parts_are_hoisted_too() -> None:
    """They are pure: computing them although the condition does not hold changes nothing."""
    constants, _, body = pieces(hoist(program(When(gt(V, TAU * 2.0), (Let("d", DECAY), out(V * Ref("d")))))))
    assert list(constants) == ["cells.update.tau_2", "cells.update.d"] or len(constants) == 2
    assert "exp" not in body[0]


def test_loop_names_do_not_count_as_outer_names() -> None:
    """A bounded loop on numbers only is a constant as a whole; one that reads an element stays."""
    count = Iterate(("x",), (TAU,), lt(Ref("x"), 10.0), (Ref("x") * 2.0,), Ref("x"), 50)
    assert len(hoist(program(out(V + count))).constants) == 1
    reads = replace(count, nexts=(Ref("x") * 2.0 + V,))
    assert hoist(program(out(reads))).constants == ()


def test_test_of_a_domain_is_hoisted() -> None:
    k = hoist(program(domain=Where("cells.N", gt(V, TAU * DT), "spike"))).kernels[0]
    assert isinstance(k.domain, Where)
    assert show(k.domain.test).startswith("cells.v[i] > cells.update.")


def test_names_of_indices_are_left_alone() -> None:
    """A number called ``k`` in a prelude must not become a Let called ``k``."""
    p = replace(program(out(V + as_real(Number("k", "int")))), ints=("cells.N", "k"))
    lets = [let.name for let in hoist(p).kernels[0].prelude]
    assert not set(lets) & set("ijknr")


def test_scalar_work_has_no_prelude() -> None:
    p = program(Store("cells.g", None, as_real(N) * DT + DECAY), domain=Once())
    assert pieces(hoist(p))[1] == []
    assert len(hoist(p).constants) == 1


def test_numbers_stay_the_same() -> None:
    body = (
        Let("t", as_real(N) * DT),
        Let("decay", DECAY),
        Let("x", Select(gt(V, TAU), V * Ref("decay") + Ref("t"), Load("cells.g") - V)),
        out(Ref("x") * (1.0 + DT / TAU) + Draw("uniform", 3)),
    )
    plain = expand_draws(program(*body))
    found = []
    for p in (plain, hoist(plain)):
        s = State(
            {"cells.v": np.linspace(-1, 1, 50), "cells.out": np.zeros(50), "cells.g": np.array([0.3])},
            {"clock.dt": 1e-4, "tau": 0.01},
            {"cells.N": 50, "seed": 5, "clock.origin": 0},
            {"clock": 0},
        )
        s.arrays["cells.seen"] = np.zeros(1, np.int64)
        s.ints["log.capacity"] = 10
        s.arrays["log.cursor"] = np.zeros(1, np.int64)
        interpreter = Interpreter(p)
        Constants(p)(s)
        interpreter.run(s, {"clock": 3})
        found.append(s.arrays["cells.out"].tobytes())
    assert found[0] == found[1]


def test_an_entry_that_is_the_same_for_all_elements_is_read_once_a_step() -> None:
    p = hoist(program(out(Load("cells.v", N + 1) * V)))
    assert pieces(p) == ({}, ["v = cells.v[n + 1]"], ["cells.out[i] = v*cells.v[i]"])


def test_an_entry_under_a_condition_is_read_only_where_it_holds() -> None:
    """The place ``n - 5`` does not exist in the first steps."""
    p = hoist(program(When(gt(N, 4), (out(Load("cells.v", N + -5)),))))
    assert pieces(p)[1:] == (["value = n > 4", "value_2 = n + -5"], ["if value:\n  cells.out[i] = cells.v[value_2]"])


def test_an_entry_of_an_array_that_the_body_writes_stays() -> None:
    p = hoist(program(out(Load("cells.out", N))))
    assert pieces(p) == ({}, [], ["cells.out[i] = cells.out[n]"])


def test_division_by_what_a_let_keeps_for_the_run_is_a_product() -> None:
    """``c`` is made of numbers, so its inverse is; ``d`` is not."""
    lets = (Let("c", Number("a") * 2.0), Let("d", Number("a") * Ref("x")))
    _, found = cheaper(lets, [("x", Ref("x") / Ref("c")), ("y", Ref("x") / Ref("d"))])
    assert [show(value) for _, value in found] == ["x*(1/c)", "x/d"]


def evaluated(lets: tuple[Let, ...], value: Expr, u: np.ndarray) -> np.ndarray:
    """The value for some values of ``u``."""
    frame = Frame({"u": u}, State({}, {"dt": 1e-4, "w": 0.25}))
    with np.errstate(all="ignore"):
        for let in lets:
            frame.names[let.name] = Evaluator(resolve)(let.value)(frame)
        return np.broadcast_to(Evaluator(resolve)(value)(frame), u.shape)


U = np.concatenate([np.linspace(-90.0, 60.0, 301), [-1e4, 1e4, 0.0, 80.0, -np.inf, np.nan]])
ACTIVE = Cast("real", Cast("int", lt(Ref("u"), Number("w"))))


def exp(x: Expr) -> Expr:
    return Call("exp", (x,))


def test_a_quotient_by_a_hyperbolic_cosine_has_one_exponential() -> None:
    z = Ref("u") / 15.0
    for d in (exp(-z) + exp(z), exp((-Ref("u")) / 15.0) + exp(z), Call("cosh", (z,))):
        lets, ((_, found),) = cheaper((), [("x", 3.0 / d)])
        called = [e.function for e in nodes(found) if isinstance(e, Call)] + [let.value.function for let in lets]  # type: ignore[union-attr]
        assert called == ["exp"]
        wanted, new = evaluated((), 3.0 / d, U), evaluated(lets, found, U)  # type: ignore[arg-type]
        assert np.allclose(new, wanted, rtol=1.2e-15, atol=0, equal_nan=True)


def test_sums_that_are_no_hyperbolic_cosine_stay() -> None:
    for d in (exp(Ref("u")) + exp(Ref("u")), exp(Ref("u") / 15.0) + exp(-Ref("u") / 14.0), exp(Ref("u")) - exp(-Ref("u"))):
        _, ((_, found),) = cheaper((), [("x", 3.0 / d)])
        assert "abs" not in show(found)


def test_a_choice_between_calls_is_a_call_of_a_choice() -> None:
    """The time constant of the inactivation of T-type calcium channels (Huguenard and McCormick 1992)."""
    yes, no = 28.0 + exp(-(Ref("u") + 22.0) * 0.1), exp((Ref("u") + 467.0) * 0.015)
    value = Select(ge(Ref("u"), -80.0), yes, no)
    lets, ((_, found),) = cheaper((), [("x", value)])
    assert sum(isinstance(e, Call) for let in lets for e in nodes(let.value)) == 1  # type: ignore[union-attr]
    assert not any(isinstance(e, Call) for e in nodes(found))
    assert np.array_equal(evaluated(lets, found, U), evaluated((), value, U), equal_nan=True)  # type: ignore[arg-type]


def test_a_choice_between_different_functions_stays() -> None:
    test = gt(Ref("u"), 0.0)
    for value in (Select(test, exp(Ref("u")), Call("sin", (Ref("u"),))), Select(test, exp(Ref("u")), V)):
        assert cheaper((), [("x", value)])[1] == (("x", value),)


def test_what_has_two_values_is_chosen_from_constants_of_the_run() -> None:
    """Kinetic synapses whose transmitter is there or not (Destexhe, Mainen and Sejnowski 1994)."""
    lets = (Let("T", ACTIVE * 0.5), Let("A", -(Ref("T") * 940.0 + 180.0)))
    gain = Number("dt") * Call("exprel", (Ref("A") * Number("dt"),))
    more, ((_, found),) = cheaper(lets, [("x", Ref("A") * gain)])
    assert isinstance(found, Select) and is_fixed(found.yes) and is_fixed(found.no)
    assert np.array_equal(evaluated(more, found, U), evaluated(lets, Ref("A") * gain, U))  # type: ignore[arg-type]


def test_what_depends_on_two_conditions_or_costs_nothing_stays() -> None:
    two = exp(ACTIVE + Cast("real", Cast("int", gt(Ref("u"), 1.0))))
    for value in (two, ACTIVE * 0.5 + 1.0):
        assert cheaper((), [("x", value)])[1] == (("x", value),)


def test_what_would_occur_twice_in_a_loop_stays_as_it_is() -> None:
    """Its parts cannot be bound before it; divisions have nothing that occurs twice."""
    x = Ref("x")
    bell, choice = 1.0 / (exp(-x) + exp(x)), Select(gt(x, 0.0), 1.0 + exp(x), exp(x + 1.0))
    loop = Loop(("x",), (Ref("u"),), gt(x, 0.0), (), (bell + choice + x / Number("tau"),), 5)
    (found,), _ = cheaper((loop,), ())
    assert isinstance(found, Loop) and show(found.nexts[0]) == show(bell + choice + x * (1.0 / Number("tau")))
