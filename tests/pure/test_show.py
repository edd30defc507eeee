"""The IR as text for people."""

from __future__ import annotations

import pytest

from eqsim.ir.domain import Across, Each, Gather, Of, Once, Sample, Where
from eqsim.ir.expr import Call, Cast, Const, Draw, Expr, Load, Number, Op, Ref, Select, Table, gt, real, word
from eqsim.ir.program import Array, Function, Kernel, Program
from eqsim.ir.show import show
from eqsim.ir.stmt import Add, Let, Log, Store, When

x, y, i = Ref("x"), Ref("y"), Ref("i", "int")

TEXTS: list[tuple[Expr, str]] = [
    (x - (y - 1.0), "x - (y - 1)"),
    ((x - y) - 1.0, "x - y - 1"),
    (x / (y * 2.0), "x/(y*2)"),
    (-(x * y), "-(x*y)"),
    ((-x) * y, "-x*y"),
    (real(-2.0) * x, "-2*x"),
    (x * 0.1, "x*0.1"),
    (real(-0.0) + x, "-0.0 + x"),
    (real(1e300) + x, "1e+300 + x"),
    (Op("and", (gt(x, 1.0), Op("not", (gt(y, 2.0),)))), "x > 1 and not y > 2"),
    (Select(gt(x, 0.0), x, -x) + 1.0, "(x if x > 0 else -x) + 1"),
    (Call("exp", (x / Number("tau"),)), "exp(x/tau)"),
    (Op("sqrt", (x + y,)), "sqrt(x + y)"),
    (Load("cells.v", i), "cells.v[i]"),
    (Load("cells.w"), "cells.w"),
    (Cast("int", x) + 1, "int(x) + 1"),
    (Draw("normal", 7), "normal[7]()"),
    (Table("digits", (1.0, 2.0), i), "digits[i]"),
    (Const(True, "bool"), "True"),
    (word(255) & Cast("word", i), "0xff & word(i)"),
]


@pytest.mark.parametrize(("e", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_expressions_look_like_python(e: Expr, text: str) -> None:
    assert show(e) == text


def test_statements() -> None:
    body = When(gt(x, 0.0), (Let("y", x * 2.0), Store("a", i, y), Add("b", None, real(1.0)), Log("spikes", (x, y))))
    assert show(body) == "if x > 0:\n  y = x*2\n  a[i] = y\n  b += 1\n  append to spikes: x, y"


def test_functions_kernels_and_programs() -> None:
    f = Function("double", (("x", "real"),), (Let("y", x + x),), y)
    assert show(f) == "function double(x: real):\n  y = x + x\n  give y"
    k = Kernel("update", Each("N"), (Store("v", i, x),), "clock", prelude=(Let("x", Number("dt") * 2.0),))
    text = "kernel update, for each i in 0:N (clock clock, groups 0):\n  before:\n    x = dt*2\n  v[i] = x"
    assert show(k) == text
    p = Program(
        (Array("v"), Array("w", "int32", True)), ("dt",), ("N",), constants=(("c", Number("dt") * 2.0),), kernels=(k,)
    )
    head = "array v: float64\narray w: int32, shared\nnumbers: dt\nwhole numbers: N\nonce: c = dt*2\n\n"
    assert show(p) == head + text


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (Once(), "once"),
        (Each(5, "first"), "for each i in first:first+5"),
        (Where("N", gt(x, 1.0), "spikes"), "for each i in 0:N; where x > 1: spikes"),
        (Of("spikes", "N"), "for i of spikes in 0:N"),
        (Across("spikes", "pre", "d"), "for each synapse k that spikes reach along pre, delay d"),
        (Across("spikes", "pre", None), "for each synapse k that spikes reach along pre"),
        (Gather("post"), "for each synapse k of post"),
        (Sample("record", 3), "for i in record[0:3]"),
    ],
)
def test_domains(domain: object, text: str) -> None:
    assert show(Kernel("k", domain, (), "c")) == f"kernel k, {text} (clock c, groups 0):"  # type: ignore[arg-type]
