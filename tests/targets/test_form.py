"""Programs that differ only in what their objects are called are compiled once, and have the same order of steps."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import Lane
from gallery import plain_program, ready, state

import eqsim as sim
from eqsim.codegen.compiler import Compilation
from eqsim.ir import domain, expr, program, stmt
from eqsim.ir.domain import Each, Once
from eqsim.ir.expr import Call, Number, Ref, real
from eqsim.ir.form import NAMES, form_of
from eqsim.ir.interpret import Constants
from eqsim.ir.program import Array, Function, Kernel, Program, State
from eqsim.ir.stmt import Let, Store
from eqsim.ir.verify import verify
from eqsim.targets import auto
from eqsim.targets.auto import AutoModule
from eqsim.targets.cython import CythonTarget

ms, mV, Hz = sim.ms, sim.mV, sim.Hz


def small(array: str, number: str, kernel: str = "update") -> Program:
    """One kernel that stores a number to an array; there are two of each."""
    names = tuple(Array(f"{owner}.{x}") for owner in ("cells", "others") for x in "ab")
    store = Store(array, Ref("i", "int"), Number(number))
    k = Kernel(kernel, Each("cells.N"), (store,), "clock")
    return Program(names, ("clock.dt", "cells.g", "others.g"), ("cells.N", "clock.origin"), ("clock",), kernels=(k,))


# --- the form ---------------------------------------------------------------------------------------------------------


def renamed(node: Any, names: dict[str, str]) -> Any:
    """A program with other names for its objects, written without knowing the fields of any node."""
    if isinstance(node, str):
        owner, dot, rest = node.partition(".")
        return f"{names.get(owner, owner)}{dot}{rest}"
    if isinstance(node, tuple):
        return tuple(renamed(n, names) for n in node)
    fields = getattr(type(node), "__dataclass_fields__", None)
    return node if fields is None else replace(node, **{f: renamed(getattr(node, f), names) for f in fields})


def test_names_of_objects_are_no_part_of_the_form() -> None:
    """Every domain and every statement is in this program."""
    one = ready(plain_program())
    other = renamed(one, {"cells": "cells_1", "syn": "syn_7", "clock": "clock_1", "slow": "clock_2", "update": "renewal"})
    assert verify(other, "test") and other != one and other.fingerprint != one.fingerprint
    assert form_of(other) == form_of(one)


def test_what_names_stand_for_is_part_of_the_form() -> None:
    """Which array and which number a kernel uses; whether two kernels use the same one."""
    programs = [
        small(f"{owner}.{x}", f"{of}.g") for owner in ("cells", "others") for x in "ab" for of in ("cells", "others")
    ]
    assert len({form_of(p) for p in programs}) == 8
    assert form_of(small("cells.a", "cells.g")) == form_of(small("cells.a", "cells.g", "spikemonitor"))


@pytest.mark.parametrize("name", ["exp", "real", "v", "groups", "float64", "+"])
def test_objects_may_be_called_like_words_of_the_language(name: str) -> None:
    """An object 'exp' does not make calls of exp and of log equal."""

    def calling(function: str, owner: str) -> Program:
        body = (Let("v", Call(function, (real(1.0),))), Store("x.v", None, Ref("v")))
        functions = tuple(Function(f, (("x", "real"),), (), real(k)) for k, f in enumerate(("exp", "log")))
        kernel = Kernel(owner, Once(), body, "clock")
        return Program((Array("x.v"),), ("clock.dt",), ("clock.origin",), ("clock",), functions=functions, kernels=(kernel,))

    assert form_of(calling("exp", name)) == form_of(calling("exp", "monitor")) != form_of(calling("log", "log"))


WORDS = """
    Array.dtype Call.function Call.kind Cast.kind Const.kind Draw.law Iterate.names Kernel.when Let.name Load.kind Loop.names
    Number.kind Op.op Ref.kind Ref.name Route.side Table.kind Table.name Function.name Function.parameters Function.doc
    Foreign.code Foreign.calls Foreign.takes Foreign.preamble Foreign.flags Foreign.sources Foreign.reason Program.constants
""".split()
"""Fields with texts that are words of the language, names inside a kernel, or (the last) a table with an expression."""


def test_each_text_of_a_program_is_a_name_or_a_word() -> None:
    """Whoever adds a field with a text to a node must say what it is."""
    found = {thing for module in (domain, expr, program, stmt) for thing in vars(module).values() if isinstance(thing, type)}
    fields = {(k, f) for k in found for f in getattr(k, "__dataclass_fields__", {}).values() if k is not State}
    texts = {(k, f.name) for k, f in fields if re.search(r"\b(str|Type|Size|Literal)\b", str(f.type))}
    texts = {(k, name) for k, name in texts if k is not program.Status}
    named = {(k, name) for k, names in NAMES.items() for name in names}
    words = {f"{k.__name__}.{name}" for k, name in texts - named}
    assert named <= texts and words <= set(WORDS), (named - texts, words - set(WORDS))


# --- what is compiled -------------------------------------------------------------------------------------------------


def network() -> tuple[sim.Network, list[Any]]:
    """Two groups and two kinds of synapses between them, all with names that are not given."""
    drive = sim.PoissonGroup(5, rates=200 * Hz)
    cells = sim.NeuronGroup(4, "dv/dt = (g - v)/(10*ms) : 1\ng : 1", threshold="v > 0.05 + 0.01*rand()", reset="v = 0")
    first = sim.Synapses(drive, cells, "w : 1", on_pre="g = clip(g + w, 0, 1)", delay=1 * ms)
    second = sim.Synapses(cells, cells, on_pre="g *= 0.7")
    for synapses in (first, second):
        synapses.connect()
    first.w = 0.1
    cells[:2].v = 0.01
    spikes, trace = sim.SpikeMonitor(cells), sim.StateMonitor(cells, "v", record=[1])
    return sim.Network(drive, cells, first, second, spikes, trace), [drive, cells, first, second, spikes, trace]


def recorded(objects: list[Any]) -> tuple[bytes, bytes]:
    """What monitors have recorded."""
    return bytes(np.asarray(objects[4].t_)), bytes(np.asarray(objects[5].v))


def test_second_of_two_equal_networks_starts_no_compiler(usual: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a cell of a notebook that is run again: the first network lives on, and its objects have the usual names."""
    results, keep = [], []
    with usual.networks():
        for turn in range(3):
            if turn == 1:
                monkeypatch.setattr(Compilation, "start", lambda *args: pytest.fail("a compiler was started"))
            net, objects = network()
            sim.seed(3)
            net.run(20 * ms)
            results.append(recorded(objects))
            keep += objects
    names = [o.name for o in keep]
    assert len(set(names)) == len(names)
    assert len(results[0][0]) > 10 * 8 and results == results[:1] * 3


def test_order_of_a_step_does_not_depend_on_what_else_lives() -> None:
    """'synapses' comes after 'synapses_1'; made again they are 'synapses_2' and 'synapses_3', and keep that order."""
    orders, keep = [], []
    for _ in range(8):
        net, objects = network()
        orders.append([objects.index(o) for o in net.sorted_objects if o in objects])
        keep.append((net, objects))
    assert orders == orders[:1] * 8


def test_compilation_under_way_serves_programs_of_its_form(usual: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module that comes of it knows the arrays by the names of the program that asks, not of the one that began."""
    monkeypatch.setattr(auto, "spent", defaultdict(float))
    monkeypatch.setattr(auto, "under_way", {})
    monkeypatch.setattr(CythonTarget, "remembered", lambda self, program: None)
    names = {"cells": "cells_1", "syn": "syn_1", "clock": "clock_1"}
    one, target = ready(plain_program()), usual.target
    assert isinstance(target, CythonTarget)
    first, second = (AutoModule(p, target, worthwhile_s=-1.0) for p in (one, renamed(one, names)))
    ours, theirs = state(5, 2), state(5, 2)
    for table in ("arrays", "reals", "ints", "steps"):
        setattr(theirs, table, {renamed(name, names): value for name, value in getattr(theirs, table).items()})
    ends = {"clock": 20, "slow": 8}
    for module, s in ((first, ours), (second, theirs)):
        Constants(module.program)(s)
        module.settle()
        assert module.state == "compiled"
        module.run(s, dict(zip(module.program.clocks, ends.values(), strict=True)))
    assert len(auto.under_way) == 1
    assert [a.tobytes() for a in ours.arrays.values()] == [a.tobytes() for a in theirs.arrays.values()]
