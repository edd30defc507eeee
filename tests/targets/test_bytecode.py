"""The bytecode machine: each of its operations gives the bits of numpy; how its code comes about; when it is there.

Whole programs run on it in every test that takes the ``lane`` fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Lane, bits
from test_random_programs import SPECIAL, same

from eqsim.bytecode import operations
from eqsim.bytecode.body import Body
from eqsim.bytecode.code import code_of
from eqsim.bytecode.operations import CONTROL, MEMORY, NUMBERS, OWN, VALUES
from eqsim.bytecode.slots import Slots
from eqsim.bytecode.values import Instruction
from eqsim.codegen.cache import Cache
from eqsim.codegen.cfamily import STORAGE_TYPES
from eqsim.errors import CompileError
from eqsim.functions import closure
from eqsim.ir.domain import Each
from eqsim.ir.expr import Call, Cast, Const, Expr, Load, Number, Op, Ref, Select, Table, Type, gt, integer, lt
from eqsim.ir.interpret import Constants
from eqsim.ir.program import STORAGE, Array, Foreign, Function, Kernel, LogBuffer, Program, State
from eqsim.ir.stmt import Add, Let, Log, Stmt, Store, When
from eqsim.ir.verify import verify
from eqsim.targets import bytecode
from eqsim.targets.bytecode import BytecodeTarget

I, N = Ref("i", "int"), 1900  # more than two blocks, the last of them not full
STORED: dict[Type, str] = {"real": "float64", "int": "int64", "word": "uint64", "bool": "bool"}
FUNCTIONS = {f.name: f for f in OWN}


def operand(kind: Type, form: str, at: int, name: str) -> Expr:
    """One for each element, or one for all of them; small for shifts."""
    small = "small." if name[:2] in ("<<", ">>") and at == 1 else ""
    return Load(f"{small}{kind}{at}", I, kind) if form == "v" else Ref(f"one{small}{kind}{at}", kind)


def types_of(name: str) -> tuple[Type, ...]:
    """The types that the operands of an operation have in the IR."""
    what, _, form = name.partition(":")
    words = what.split(" ")
    if words[0] == "call":
        return tuple(kind for _, kind in FUNCTIONS[words[1]].parameters)
    if words[0] == "select":
        return ("bool", "real", "real")
    return (words[-1],) * len(form)  # type: ignore[return-value]


def expression(name: str, args: list[Expr]) -> Expr:
    """What an operation stands for."""
    match name.partition(":")[0].split(" "):
        case ["call", f]:
            return Call(f, tuple(args), FUNCTIONS[f].type)
        case ["select"]:
            return Select(*args)  # type: ignore[arg-type]
        case ["copy"]:
            return args[0]
        case [kind, "from", _]:
            return Cast(kind, args[0])  # type: ignore[arg-type]
        case [pair, "real"] if pair.startswith("("):
            return Op(pair[3], (Op(pair[1], (args[0], args[1])), args[2]))
        case [pair, "real"] if "(" in pair:
            return Op(pair[0], (args[2], Op(pair[2], (args[0], args[1]))))
        case [pair, "real"] if pair in ("*+*", "*-*"):
            return Op(pair[1], (Op("*", (args[0], args[1])), Op("*", (args[2], args[3]))))
        case [op, _]:
            return Op(op, tuple(args))
    raise AssertionError(name)


def value_kernel(name: str, at: int) -> tuple[Kernel, Array]:
    """A kernel that does nothing but one operation; what is the same for all elements is its prelude."""
    form, kinds = name.partition(":")[2], types_of(name)
    args = [operand(kind, f, q, name) for q, (kind, f) in enumerate(zip(kinds, form, strict=True))]
    result = expression(name, args)
    ones = [a for a in args if isinstance(a, Ref)]
    prelude = [Let(a.name, Load(a.name, None, a.kind)) for a in ones]
    if "v" not in form:
        prelude.append(Let("result", result))
        result = Ref("result", result.type)
    out = Array(f"out{at}", STORED[result.type])
    return Kernel(f"k{at}", Each("N"), (Store(out.name, I, result),), "clock", prelude=tuple(prelude)), out


TESTED = [o.name for o in VALUES if not o.name.startswith("copy") and not o.name.startswith("word from real")]
"""All but copies, which are made where a value changes behind its name, and reals that become words: C does not define that
for negative ones (functions of random numbers, tested elsewhere, have none).
"""


def values_program() -> Program:
    made = [value_kernel(name, at) for at, name in enumerate(TESTED)]
    inputs = [
        Array(f"{one}{small}{kind}{q}", dtype, shared=bool(one))
        for one in ("", "one")
        for small in ("", "small.")
        for kind, dtype in STORED.items()
        for q in range(operations.MOST_OPERANDS)
    ]
    functions = closure(sorted(FUNCTIONS))
    arrays = (*inputs, *(out for _, out in made))
    kernels = tuple(k for k, _ in made)
    return Program(arrays, ("clock.dt",), ("N",), ("clock",), functions=functions, kernels=kernels)


def values_state(p: Program) -> State:
    rng = np.random.default_rng(5)
    state = State({}, {"clock.dt": 1.0}, {"N": N}, {"clock": 0})
    for a in p.arrays:
        n, kind = 1 if a.shared else N, STORAGE[a.dtype]
        if a.name.startswith("out"):
            state.arrays[a.name] = np.zeros(n, a.dtype)
        elif "small" in a.name:
            state.arrays[a.name] = rng.integers(0, 64, n).astype(a.dtype)
        elif kind == "real":
            x = rng.normal(size=n) * 10.0 ** rng.integers(-3, 3, n)
            x[: len(SPECIAL)] = rng.permutation(SPECIAL)[:n]
            state.arrays[a.name] = x
        elif kind == "bool":
            state.arrays[a.name] = rng.random(n) < 0.5
        else:
            state.arrays[a.name] = rng.integers(-50 if kind == "int" else 0, 50, n).astype(a.dtype)
    return state


def instructions(p: Program) -> list[list[Instruction]]:
    """The body of each kernel."""
    slots, pool = Slots(p), list[int]()
    return [[s for part in Body(slots, pool, k, 0).assemble()[:2] for s in part] for k in p.kernels]


SLOW = ("poisson", "binomial")
"""Loops of their own for each number; their arguments must be counts and rates."""


def test_every_operation_gives_the_bits_of_numpy(lanes: dict[str, Lane]) -> None:
    p = verify(values_program())
    for name, code in zip(TESTED, instructions(p), strict=True):
        assert name in [s.operation for s in code], code
    found, expected = values_state(p), values_state(p)
    quick = [at for at, name in enumerate(TESTED) if not any(f"call {f}:" in name for f in SLOW)]
    for lane, s in (("bytecode", found), ("numpy", expected)):
        Constants(p)(s)
        module = lanes[lane].module(p)
        for at in quick:
            module.run_part(s, at, at + 1, [True])
    different = [TESTED[at] for at in quick if not same(found.arrays[f"out{at}"], expected.arrays[f"out{at}"])]
    assert different == []


def memory_kernels(dtype: str) -> Iterator[tuple[str, tuple[Stmt, ...]]]:
    """What can be done to an array of a type, with a value for each element and with one."""
    kind = STORAGE[dtype]
    several: Expr = Load("some", I) if kind == "real" else Cast(kind, Load("number", I, "int"))
    number = {"real": Const(0.7), "bool": Const(True, "bool")}.get(kind, Const(3, kind))
    where = Load("order", I, "int")
    for form, value in (("v", several), ("s", number)):
        yield f"store {form}", (Store(f"{dtype}.a", I, value),)
        yield f"scatter {form}", (Store(f"{dtype}.b", where, value),)
        yield f"put {form}", (Store(f"{dtype}.c", None, value),)
        yield f"log {form}", (Log(f"{dtype}.log", (value,)),)
        if kind != "bool":
            yield f"add {form}", (Add(f"{dtype}.a", I, value),)
            yield f"add at {form}", (Add(f"{dtype}.b", where, value),)
            yield f"add to {form}", (Add(f"{dtype}.c", None, value),)
    yield "read", (Store(f"{dtype}.d", I, Load(f"{dtype}.a", I, kind)),)
    yield "load v", (Store(f"{dtype}.d", where, Load(f"{dtype}.b", where, kind)),)
    yield "load s", (Store(f"{dtype}.d", I, Load(f"{dtype}.one", None, kind)),)
    yield "load the third", (Store(f"{dtype}.d", I, Ref("third", kind)),)


def memory_program() -> Program:
    arrays = [Array("some"), Array("number", "int64"), Array("order", "int32")]
    kernels, logs = [], []
    for dtype in STORAGE_TYPES:
        arrays += [Array(f"{dtype}.{x}", dtype) for x in ("a", "b", "d", "column")]
        arrays += [Array(f"{dtype}.{x}", dtype, shared=True) for x in ("c", "one")]
        arrays += [Array(f"{dtype}.log.cursor", "int64", shared=True)]
        logs.append(LogBuffer(f"{dtype}.log", (f"{dtype}.column",), "N"))
        for name, body in memory_kernels(dtype):
            third = Let("third", Load(f"{dtype}.a", integer(2), STORAGE[dtype]))
            kernels.append(Kernel(f"{dtype} {name}", Each("N"), body, "clock", prelude=(third,)))
    table = Table("squares", (0.0, 1.0, 4.0, 9.0), Op("%", (I, integer(4))))
    arrays += [Array("table"), Array("total", shared=True), Array("late")]
    old, late = Ref("old"), Load("late", I)
    bodies: dict[str, tuple[Stmt, ...]] = {
        "table": (Store("table", I, table),),
        "total": (Add("total", None, Number("factor") * Load("some", I)),),
        "late": (Let("old", late), Store("late", I, old + 1.0), Add("late", I, old)),
        "some": (When(gt(Load("some", I), 0.0), (Add("late", I, Load("some", I)),)),),
        "none": (Store("late", I, late * 2.0), When(lt(Number("factor"), 0.0), (Add("late", I, Const(1.0)),))),
    }
    kernels += [Kernel(name, Each("N"), body, "clock") for name, body in bodies.items()]
    ints = ("N", *(f"{dtype}.log.capacity" for dtype in STORAGE_TYPES))
    return Program(tuple(arrays), ("clock.dt", "factor"), ints, ("clock",), logs=tuple(logs), kernels=tuple(kernels))


def memory_state(p: Program) -> State:
    rng = np.random.default_rng(6)
    capacity = dict.fromkeys(p.ints, 4 * N)
    state = State({}, {"clock.dt": 1.0, "factor": 0.3}, {**capacity, "N": N}, {"clock": 0})
    for a in p.arrays:
        n = 1 if a.shared else 4 * N if a.name.endswith("column") else N
        state.arrays[a.name] = np.zeros(n, a.dtype) if a.name.endswith("cursor") else rng.integers(0, 2, n).astype(a.dtype)
    state.arrays["some"], state.arrays["number"] = rng.normal(size=N), rng.integers(0, 20, N)
    state.arrays["order"] = rng.permutation(N).astype(np.int32)
    return state


def test_every_way_to_memory_gives_the_bits_of_numpy(lanes: dict[str, Lane]) -> None:
    p = verify(memory_program())
    states = {name: memory_state(p) for name in ("bytecode", "numpy")}
    for name, s in states.items():
        assert lanes[name].run(p, s, {"clock": 1}).reason == "done"
    found, expected = states["bytecode"].arrays, states["numpy"].arrays
    assert [a.name for a in p.arrays if found[a.name].tobytes() != expected[a.name].tobytes()] == []
    used = {s.operation for code in instructions(p) for s in code}
    elsewhere = {"turn", "jump", "pick", "end when", "when", "once", "table:s", "fill"}  # gallery, loops, functions
    assert set(MEMORY) - used == set() and set(CONTROL) - used - elsewhere == set()


def test_numbers_of_operations_are_unique() -> None:
    assert sorted(NUMBERS.values()) == list(range(len(VALUES) + len(MEMORY) + len(CONTROL)))


def test_registers_are_used_again() -> None:
    """A chain of a hundred values, each of the one before, needs as few registers as one of ten."""

    def registers(length: int) -> int:
        lets = [Let("x0", Load("a", I) * 2.0)]
        lets += [Let(f"x{q}", Ref(f"x{q - 1}") * Ref(f"x{q - 1}") + 1.0) for q in range(1, length)]
        body = (*lets, Store("a", I, Ref(f"x{length - 1}")))
        p = Program((Array("a"),), ("clock.dt",), ("N",), ("clock",), kernels=(Kernel("k", Each("N"), body, "clock"),))
        slots = Slots(p)
        Body(slots, [], p.kernels[0], 0).assemble()
        return len(slots.registers)

    assert registers(100) == registers(10) <= 3


def test_new_values_are_computed_where_they_are_kept() -> None:
    """The last operation of a formula writes to the array; nothing is copied."""
    body = (Let("new", Load("a", I) * 0.5 + Load("b", I)), Store("a", I, Ref("new")))
    p = Program(
        (Array("a"), Array("b")), ("clock.dt",), ("N",), ("clock",), kernels=(Kernel("k", Each("N"), body, "clock"),)
    )
    assert [s.operation for s in instructions(p)[0]] == ["(*)+ real:vsv"]


def test_functions_that_the_machine_does_not_have(lanes: dict[str, Lane]) -> None:
    """Their bodies become part of the code; what they are called with stays what it was."""
    x, y = Ref("x"), Ref("y")
    same_ = Function("same", (("x", "real"),), (Let("y", x),), y)
    both = Function(
        "both", (("x", "real"), ("y", "real")), (Let("z", x * y), Let("w", Ref("z") + x)), Ref("w") - Ref("z") * y
    )
    a, b = Ref("a"), Ref("b")
    body = (
        Let("a", Load("in", I) * 3.0),
        Let("b", Call("same", (a,))),
        Let("c", Call("both", (a, Call("same", (b + 1.0,))))),
        Store("first", I, a * b),
        Store("second", I, Call("both", (Ref("c"), Call("both", (a, b)))) + b),
        Store("in", I, Call("same", (Load("in", I),)) + Call("both", (Number("factor"), a))),
    )
    p = Program(
        (Array("in"), Array("first"), Array("second")),
        ("clock.dt", "factor"),
        ("N",),
        ("clock",),
        functions=(same_, both),
        kernels=(Kernel("k", Each("N"), body, "clock"),),
    )
    found = {}
    for name in ("bytecode", "numpy"):
        arrays = {"in": np.random.default_rng(2).normal(size=N), "first": np.zeros(N), "second": np.zeros(N)}
        state = State(arrays, {"clock.dt": 1.0, "factor": 0.3}, {"N": N}, {"clock": 0})
        lanes[name].run(verify(p), state, {"clock": 3})
        found[name] = bits(state)
    assert found["bytecode"] == found["numpy"]


# -- the machine itself ------------------------------------------------------------------------------------------------


def small_program() -> Program:
    body = (Store("a", I, Load("a", I) * 0.5 + 1.0),)
    return Program((Array("a"),), ("clock.dt",), ("N",), ("clock",), kernels=(Kernel("k", Each("N"), body, "clock"),))


def small_state() -> State:
    return State({"a": np.arange(10.0)}, {"clock.dt": 1.0}, {"N": 10}, {"clock": 0})


def prepared(lanes: dict[str, Lane]) -> BytecodeTarget:
    """The target of the tests, its machine compiled."""
    target: Any = lanes["bytecode"].target
    target.prepare()
    return target  # type: ignore[no-any-return]


def test_there_is_no_machine_before_it_is_compiled(tmp_path: Path) -> None:
    target = BytecodeTarget(Cache(tmp_path))
    assert target.machine() is None
    assert target.ready(small_program()) is None


def test_a_machine_made_by_another_installation_is_found(lanes: dict[str, Lane], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key is its content; the note that saves the trouble of rendering it belongs to one installation."""
    target = prepared(lanes)
    monkeypatch.setattr(BytecodeTarget, "_note", lambda self: "0" * 40)
    target.cache.path("0" * 40, ".txt").unlink(missing_ok=True)
    module = target.ready(small_program())
    s = small_state()
    assert module is not None and module.run(s, {"clock": 1}).reason == "done"
    assert s.arrays["a"].tolist() == [0.5 * x + 1.0 for x in range(10)]


def test_a_machine_that_has_vanished_is_no_machine(
    lanes: dict[str, Lane], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = BytecodeTarget(Cache(tmp_path))
    target.cache.store_text(target._note(), f"{'1' * 40} {'2' * 40}")
    assert target.ready(small_program()) is None


def test_compiling_beside_other_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins once, and is noted when Python ends and both libraries are finished."""
    ended: list[Any] = []
    monkeypatch.setattr(bytecode.atexit, "register", lambda f, *args: ended.append((f, args)))
    target = BytecodeTarget(Cache(tmp_path))
    target.prepare_beside()
    target.prepare_beside()
    assert len(ended) == 1
    for job in bytecode.under_way.pop(target._note()):
        assert not isinstance(job, Path)
        job.wait()
    bytecode.under_way[target._note()] = []
    f, args = ended[0]
    f(*args)
    assert target.machine() is not None


def test_without_a_compiler_it_says_what_to_install(tmp_path: Path) -> None:
    target = BytecodeTarget(Cache(tmp_path), cxx="no-such-compiler")
    with pytest.raises(CompileError, match="no-such-compiler"):
        target.prepare()
    target.prepare_beside()
    assert target.machine() is None


def test_what_is_written_in_cpp_is_refused_by_name(lanes: dict[str, Lane]) -> None:
    f = Function(
        "mine", (("x", "real"),), (), Const(0.0), foreign=Foreign(code="double g(double x) { return x; }", calls="g")
    )
    body = (Store("a", I, Call("mine", (Load("a", I),))),)
    kernel = Kernel("k", Each("N"), body, "clock")
    p = Program((Array("a"),), ("clock.dt",), ("N",), ("clock",), functions=(f,), kernels=(kernel,))
    target = prepared(lanes)
    assert target.ready(p) is None
    with pytest.raises(CompileError, match=r"does not know the function mine, which is not made of formulas"):
        target.build(target.render(p))


def test_equal_programs_have_equal_code() -> None:
    assert code_of(small_program()).tobytes() == code_of(small_program()).tobytes()


def test_stopping_and_going_on(lanes: dict[str, Lane]) -> None:
    module, s = prepared(lanes).ready(small_program()), small_state()
    assert module is not None
    assert module.run(s, {"clock": 10}, 4).reason == "paused" and s.steps == {"clock": 4}
    module.stop()
    assert module.run(s, {"clock": 10}).reason == "stopped" and s.steps == {"clock": 4}
    assert module.run(s, {"clock": 10}).reason == "done" and s.steps == {"clock": 10}
