"""Each rule of the IR finds the program that breaks it, and names the rule and the node."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eqsim.errors import InternalError
from eqsim.functions import closure
from eqsim.ir.domain import Across, Domain, Each, Gather, Of, Once, Sample, Where
from eqsim.ir.expr import (
    TRUE,
    Call,
    Cast,
    Const,
    Draw,
    Expr,
    Iterate,
    Load,
    Number,
    Op,
    Ref,
    Select,
    Table,
    gt,
    integer,
    lt,
    real,
    word,
)
from eqsim.ir.program import Array, Events, Function, Kernel, LogBuffer, Program, Route
from eqsim.ir.stmt import Add, Let, Log, Stmt, Store, When
from eqsim.ir.verify import RULES, verify

I, J, K, N = (Ref(x, "int") for x in "ijkn")
V = Load("cells.v", I)

LEGAL = Program(
    arrays=(
        Array("cells.v"),
        Array("cells.flag", "bool"),
        Array("cells.shared", shared=True),
        Array("spike.indices", "int32"),
        Array("spike.counts", "int64"),
        Array("syn.pre.rows", "int64"),
        Array("syn.target", "int32"),
        Array("log.i", "int32"),
        Array("log.cursor", "int64", shared=True),
        Array("trace.elements", "int32"),
    ),
    reals=("clock.dt", "tau", "other.dt"),
    ints=("cells.N", "spike.history", "log.capacity", "syn.N"),
    clocks=("clock", "other"),
    events=(Events("spike", "cells.N", "spike.history", "clock"),),
    routes=(Route("syn.pre", "syn", "pre", "cells.N", ordered=False),),
    logs=(LogBuffer("log", ("log.i",), "cells.N"),),
    functions=closure(["exp"]),
)


def with_kernel(domain: Domain, *body: Stmt, **more: object) -> Program:
    return replace(LEGAL, kernels=(replace(Kernel("kernel", domain, body, "clock"), **more),))  # type: ignore[arg-type]


def with_value(value: Expr) -> Program:
    """A kernel that computes a value for each element."""
    return with_kernel(Each("cells.N"), Let("x", value))


def with_arrays(*arrays: Array) -> Program:
    """Other declarations of some arrays."""
    new = {a.name: a for a in arrays}
    return replace(LEGAL, arrays=tuple(new.get(a.name, a) for a in LEGAL.arrays))


def loop(limit_type: Expr) -> Iterate:
    return Iterate(("x",), (real(0.0),), lt(Ref("x"), 3.0), (limit_type,), Ref("x"), 5)


LEGAL_KERNELS = {
    "each": with_kernel(Each("cells.N", 3), Let("x", V * 2.0), Store("cells.v", I, Ref("x"))),
    "where": with_kernel(Where("cells.N", gt(V, Number("tau")), "spike"), Store("cells.flag", I, TRUE)),
    "of": with_kernel(Of("spike", "cells.N"), Log("log", (I,))),
    "across": with_kernel(Across("spike", "syn.pre", 3), Add("cells.v", J, real(1.0))),
    "gather": with_kernel(Gather("syn.pre"), Add("cells.v", J, Cast("real", K))),
    "sample": with_kernel(Sample("trace.elements", 2), Log("log", (Ref("r", "int"),))),
    "once": with_kernel(Once(), When(gt(Cast("real", N), 3.0), (Store("cells.shared", None, real(1.0)),))),
    "loop": with_value(loop(Ref("x") + V)),
    "table": with_value(Table("t", (1.0, 2.0), integer(1))),
    "call": with_value(Call("exp", (V,))),
    "prelude": with_kernel(Each("cells.N"), Store("cells.v", I, Ref("t")), prelude=(Let("t", Cast("real", N)),)),
}

BROKEN = {
    # expressions
    "'y' is not bound here as real (bound: i, n): y": with_value(Ref("y")),
    "'i' is not bound here as real (bound: i, n): i": with_value(Ref("i")),
    "'j' is not bound here as int (bound: i, n): j": with_value(Load("cells.v", J)),
    "there is no real number 'missing': missing": with_value(Number("missing")),
    "there is no int number 'tau': tau": with_value(Number("tau", "int")),
    "there is no array 'missing': missing[i]": with_value(Load("missing", I)),
    "array 'cells.v' needs an index: cells.v": with_value(Load("cells.v")),
    "array 'cells.shared' needs no index: cells.shared[i]": with_value(Load("cells.shared", I)),
    "array 'cells.v' is indexed by an int: cells.v[cells.v[i]]": with_value(Load("cells.v", V)),
    "array 'cells.v' holds float64, loaded as int: cells.v[i]": with_value(Load("cells.v", I, "int")),
    "unknown operator '**'": with_value(Op("**", (V, V))),
    "operator 'sqrt' takes 1 operands": with_value(Op("sqrt", (V, V))),
    "operator '//' does not take real and real": with_value(Op("//", (V, V))),
    "operator '+' takes operands of one type": with_value(Op("+", (V, I))),
    "operator 'and' does not take real and bool": with_value(Op("and", (V, TRUE))),
    "there is no function 'gamma': gamma(cells.v[i])": with_value(Call("gamma", (V,))),
    "function 'exp' takes real and gives real: exp(i)": with_value(Call("exp", (I,))),
    "a choice needs a bool and two values of one type": with_value(Select(TRUE, V, I)),
    "a draw must have become a call": with_value(Draw("uniform", 1)),
    "a table is indexed by an int": with_value(Table("t", (1.0,), V)),
    "a loop needs one start and one next of the same type for each name": with_value(loop(integer(1))),
    # statements
    "array 'cells.v' holds float64, not int": with_kernel(Each(3), Store("cells.v", I, I)),
    "nothing is added to a bool": with_kernel(Each(3), Add("cells.flag", I, TRUE)),
    "a condition is a bool": with_kernel(Each(3), When(V, ())),
    "there is no log 'missing'": with_kernel(Once(), Log("missing", ())),
    "log 'log' has other columns": with_kernel(Of("spike", 3), Log("log", (V,))),
    "'x' is not bound here as real": with_kernel(Each(3), When(TRUE, (Let("x", V),)), Store("cells.v", I, Ref("x"))),
    "'x' is bound 2 times": with_kernel(Each(3), Let("x", V), Let("x", V)),
    "'k' is the name of an index": with_kernel(Each(3), Let("k", V)),
    # domains
    "there is no clock 'missing'": with_kernel(Each(3), clock="missing"),
    "there is no int 'missing'": with_kernel(Each("missing")),
    "there are no events 'missing'": with_kernel(Of("missing", 3)),
    "events 'spike' have clock 'clock', the kernel 'other'": with_kernel(Of("spike", 3), clock="other"),
    "there is no route 'missing'": with_kernel(Across("spike", "missing", 0)),
    "route 'syn.pre' has no delays": with_kernel(Across("spike", "syn.pre", None)),
    "the test of a domain is a bool": with_kernel(Where(3, V, "spike")),
    "the elements of a Where may not depend on each other": with_kernel(
        Where(3, TRUE, "spike"), Store("cells.v", integer(0), real(1.0))
    ),
    "a Where cannot log": with_kernel(Where(3, TRUE, "spike"), Log("log", (I,))),
    "log 'log' is written 2 times": with_kernel(Of("spike", 3), Log("log", (I,)), Log("log", (I,))),
    "route 'syn.pre' needs the int32 array 'syn.source'": with_kernel(Gather("syn.pre"), Add("cells.v", I, real(1.0))),
    "a list of recorded elements needs the int32 array 'missing'": with_kernel(Sample("missing", 2)),
    # declarations
    "arrays and numbers: 'tau' occurs 2 times": replace(LEGAL, ints=(*LEGAL.ints, "tau")),
    "clock 'clock' needs the real number 'clock.dt'": replace(LEGAL, reals=("tau", "other.dt")),
    "events 'spike' needs the int number 'spike.history'": replace(LEGAL, ints=("cells.N", "log.capacity")),
    "'spike' needs the int32 array 'spike.indices'": with_arrays(Array("spike.indices", "int64")),
    "array 'cells.v' cannot hold float16": with_arrays(Array("cells.v", "float16")),
    "log 'log' has no column 'log.t'": replace(LEGAL, logs=(LogBuffer("log", ("log.t",), 1),)),
    "constant 'c': there is no array 'cells.v'": replace(LEGAL, constants=(("c", Load("cells.v", integer(0))),)),
    "constant 'c' is int, not real": replace(LEGAL, constants=(("c", integer(3)),)),
    "function 'f': there is no array 'cells.shared'": replace(
        LEGAL, functions=(Function("f", (), (), Load("cells.shared")),)
    ),
    "function 'f': there is no function 'exp'": replace(
        LEGAL, functions=(Function("f", (), (), Call("exp", (real(1.0),))), *LEGAL.functions)
    ),
}


@pytest.mark.parametrize("name", LEGAL_KERNELS)
def test_legal_programs_pass(name: str) -> None:
    assert verify(LEGAL_KERNELS[name]) is LEGAL_KERNELS[name]


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_rule_is_named(fault: str) -> None:
    with pytest.raises(InternalError) as caught:
        verify(BROKEN[fault], "a pass")
    text = str(caught.value)
    assert text.startswith("this is a bug in eqsim (stage: a pass); please report it.\n")
    assert fault in text


def test_all_faults_are_told_together() -> None:
    with pytest.raises(InternalError) as caught:
        verify(with_kernel(Each("missing"), Let("x", Number("nothing")), Store("cells.v", I, word(3))))
    assert str(caught.value).splitlines()[1:] == [
        "kernel 'kernel': there is no real number 'nothing': nothing, in 'x = nothing'",
        "kernel 'kernel': array 'cells.v' holds float64, not word, in 'cells.v[i] = 0x3'",
        "kernel 'kernel': there is no int 'missing'",
    ]


def test_before_linking_calls_and_draws_are_open() -> None:
    verify(with_value(Call("gamma", (V,)) + Draw("uniform", 1)), linked=False)


def test_every_rule_says_what_it_is() -> None:
    assert all(rule.__doc__ for rule in RULES)


def test_constants_may_use_constants() -> None:
    two = (("a", Number("tau") * 2.0), ("b", Call("exp", (Number("a"),))))
    verify(replace(LEGAL, constants=two))
    assert Const(0.0) == real(0.0)
