"""The meaning of an expression, in numpy.

In: an expression and the functions it may call.  Out: a Python function of a `Frame` that computes the value, with the
same rounding as the compiled code: one IEEE operation per node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eqsim.ir.expr import (
    Call,
    Cast,
    Const,
    Expr,
    Iterate,
    Load,
    Number,
    Op,
    Ref,
    Select,
    Table,
    Type,
)
from eqsim.ir.program import Function, State
from eqsim.ir.stmt import Loop

Value = Any  # a numpy scalar, or an array with one entry for each element of the domain
Evaluate = Callable[["Frame"], Value]
Resolve = Callable[[str], Function]

DTYPES: dict[Type, type] = {"real": np.float64, "int": np.int64, "word": np.uint64, "bool": np.bool_}


@dataclass(slots=True)
class Frame:
    """What an expression may see: bound values, the memory, and which indices run over a whole slice of the arrays."""

    names: dict[str, Value]
    state: State
    slices: Mapping[str, slice] = field(default_factory=dict)


def _unbits(x: Value) -> Value:
    return np.asarray(x).view(np.float64)[()]


def _bits(x: Value) -> Value:
    return np.asarray(x).view(np.uint64)[()]


OPERATORS: dict[str, Callable[..., Value]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "//": np.floor_divide,
    "%": np.remainder,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "&": np.bitwise_and,
    "|": np.bitwise_or,
    "^": np.bitwise_xor,
    "<<": np.left_shift,
    ">>": np.right_shift,
    "neg": np.negative,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "bits": _bits,
    "unbits": _unbits,
}


def _in_python(f: Function) -> Callable[..., Value]:
    """A foreign function: what its Python function gives, as the type that it has for compiled code."""
    assert f.foreign is not None and f.foreign.python is not None
    python, takes, dtype = f.foreign.python, f.foreign.takes, DTYPES[f.type]

    def call(*values: Value) -> Value:
        result: Any = np.asarray(python(*[values[at] for at in takes])).astype(dtype, copy=False)
        return result[()]

    return call


AHEAD = ("uniform", "normal")
"""Functions of (seed, stream, element, step) that are worth computing for several steps at once."""


class Ahead:
    """Random numbers of the next steps, computed together: numpy takes its time for each operation, not for each number.

    A random number is a function of its step, so it does not matter when it is computed.
    """

    LARGEST = 8192  # numbers computed together

    def __init__(self, function: Callable[..., Value]) -> None:
        self.function = function
        self.key: tuple[int, ...] = ()
        self.first, self.rows = 0, np.zeros((0, 0))

    def __call__(self, seed: Value, stream: Value, element: Value, step: Value) -> Value:
        """The numbers of all elements at a step."""
        key = (int(seed), int(stream), len(element), int(element[0]) if len(element) else 0)
        at = int(step) - self.first
        if key != self.key or not 0 <= at < len(self.rows):
            self._compute(seed, stream, element, int(step), 2 * len(self.rows) if key == self.key else 1)
            self.key, at = key, 0
        return self.rows[at]

    def _compute(self, seed: Value, stream: Value, element: Value, step: int, steps: int) -> None:
        count = max(1, min(steps, self.LARGEST // max(len(element), 1)))
        when = np.repeat(np.arange(step, step + count, dtype=np.uint64), len(element))
        values = self.function(seed, stream, np.tile(element, count), when)
        self.first, self.rows = step, np.reshape(values, (count, len(element)))


def cast(value: Value, kind: Type) -> Value:
    """Conversion between the four types; words and ints convert modulo 2**64."""
    source = np.asarray(value)
    if kind == "bool":
        return source.astype(np.bool_)[()]
    return source.astype(DTYPES[kind], copy=False)[()]


def select(test: Value, yes: Value, no: Value) -> Value:
    """``yes`` where ``test`` holds, else ``no``; a scalar from scalars."""
    found: Any = np.where(test, yes, no)
    return found[()]


def _maybe_ahead(ahead: Callable[..., Value], f: Callable[..., Value], args: list[Value]) -> Value:
    """Several steps at once, where all elements have the same seed."""
    return (ahead if np.ndim(args[0]) == 0 else f)(*args)


class Evaluator:
    """Turns expressions into Python functions; functions of the program are turned once."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._functions: dict[str, Callable[..., Value]] = {}

    def __call__(self, e: Expr) -> Evaluate:
        """The function that computes ``e``."""
        match e:
            case Const(value, kind):
                constant = DTYPES[kind](value)
                return lambda frame: constant
            case Ref(name):
                return lambda frame: frame.names[name]
            case Number(name, "real"):
                return lambda frame: np.float64(frame.state.reals[name])
            case Number(name):
                return lambda frame: np.int64(frame.state.ints[name])
            case Load():
                return self._load(e)
            case Op():
                return self._op(e)
            case Call():
                return self._call(e)
            case Select(test, yes, no):
                t, y, n = self(test), self(yes), self(no)
                return lambda frame: select(t(frame), y(frame), n(frame))
            case Cast(kind, arg):
                a = self(arg)
                return lambda frame: cast(a(frame), kind)
            case Table(_, values, index, kind):
                table: Any = np.array(values, DTYPES[kind])
                at = self(index)
                return lambda frame: table[at(frame)]
            case Iterate():
                return self._iterate(e)
        raise TypeError(f"no meaning for {type(e).__name__}")

    def _load(self, e: Load) -> Evaluate:
        array, kind = e.array, DTYPES[e.kind]
        if e.index is None:
            return lambda frame: kind(frame.state.arrays[array][0])
        index = self(e.index)
        name = e.index.name if isinstance(e.index, Ref) else ""

        def load(frame: Frame) -> Value:
            where = frame.slices.get(name)
            value = frame.state.arrays[array][index(frame) if where is None else where]
            return value if value.dtype == kind else value.astype(kind)

        return load

    def _op(self, e: Op) -> Evaluate:
        f = OPERATORS[e.op]
        if len(e.args) == 1:
            a = self(e.args[0])
            return lambda frame: f(a(frame))
        x, y = map(self, e.args)
        return lambda frame: f(x(frame), y(frame))

    def _call(self, e: Call) -> Evaluate:
        f, args = self.function(e.function), [self(a) for a in e.args]
        if e.function in AHEAD:
            ahead = Ahead(f)
            return lambda frame: _maybe_ahead(ahead if frame.slices else f, f, [a(frame) for a in args])
        return lambda frame: f(*[a(frame) for a in args])

    def function(self, name: str) -> Callable[..., Value]:
        """The Python function of numpy values that a program function stands for."""
        if name not in self._functions:
            f = self._resolve(name)
            if f.foreign is not None:
                return _in_python(f)  # it may be defined anew, under the same name
            self._functions[name] = self._body(f)
        return self._functions[name]

    def _body(self, f: Function) -> Callable[..., Value]:
        parameters = [p for p, _ in f.parameters]
        lets = [(let.name, self(let.value)) for let in f.body]
        result = self(f.result)
        nothing = State()

        def call(*values: Value) -> Value:
            frame = Frame(dict(zip(parameters, values, strict=True)), nothing)
            for name, value in lets:
                frame.names[name] = value(frame)
            return result(frame)

        return call

    def _iterate(self, e: Iterate) -> Evaluate:
        starts, nexts = [self(s) for s in e.starts], [self(x) for x in e.nexts]
        test, result = self(e.test), self(e.result)

        def run(frame: Frame) -> Value:
            inner = Frame(
                {**frame.names, **dict(zip(e.names, [s(frame) for s in starts], strict=True))},
                frame.state,
                frame.slices,
            )
            active = test(inner)
            for _ in range(e.limit):
                if not np.any(active):
                    break
                new = [x(inner) for x in nexts]
                for name, value in zip(e.names, new, strict=True):
                    inner.names[name] = select(active, value, inner.names[name])
                active = np.logical_and(active, test(inner))
            return result(inner)

        return run


def iteration(evaluator: Evaluator, loop: Loop) -> Callable[[Frame], None]:
    """The function that runs a `Loop` and binds its names in the frame.

    All elements take part in every turn; those whose test holds no more keep their values.
    """
    starts, nexts = [evaluator(s) for s in loop.starts], [evaluator(x) for x in loop.nexts]
    body = [(let.name, evaluator(let.value)) for let in loop.body]
    test = evaluator(loop.test)

    def run(frame: Frame) -> None:
        names = frame.names
        names.update(zip(loop.names, [s(frame) for s in starts], strict=True))
        active = test(frame)
        for _ in range(loop.limit):
            if not np.any(active):
                break
            for name, value in body:
                names[name] = value(frame)
            for name, value in zip(loop.names, [x(frame) for x in nexts], strict=True):
                names[name] = select(active, value, names[name])
            active = np.logical_and(active, test(frame))

    return run
