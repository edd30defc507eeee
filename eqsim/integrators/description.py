"""Descriptions of explicit methods, read and checked; nothing is known of any equations yet.

In: a text such as ::

    k_1 = dt*f(x, t)
    k_2 = dt*f(x + k_1/2, t + dt/2)
    x_new = x + k_2

Out: its statements, each with its `Shape`.  Words of the language:

==============  =====================================================================================
``x``           all state variables; an operation on x acts on each of them
``t``, ``dt``   time and step
``f(x, t)``     the drift at a state and a time
``g(x, t)``     the factors of the noises, one for each variable and noise
``dW``          the increments of the noises, normal of variance dt
``x_new``       the new state, set by the last line
==============  =====================================================================================

A value with one entry for each noise and ``dW`` in it is summed over the noises as soon as it meets a value that has no
such entries, e.g. ``x + g(x, t)*dW``, and where it gets a name.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from eqsim.errors import Diagnostic, EquationSyntaxError, Source, Span
from eqsim.functions import BUILTINS, CONSTANTS
from eqsim.syntax import Assignment, Tree, parse_statements
from eqsim.syntax.text import attempt

__all__ = ["Description", "Shape", "Step", "parse_description"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value depends on: one entry for each variable, for each noise; does it contain dW?"""

    vector: bool = False
    noisy: bool = False
    random: bool = False

    def __or__(self, other: Shape) -> Shape:
        return Shape(self.vector or other.vector, self.noisy or other.noisy, self.random or other.random)

    @property
    def is_increment(self) -> bool:
        """Can it be summed over the noises?"""
        return self.noisy and self.random

    @property
    def summed(self) -> Shape:
        """The shape after an increment is summed over the noises."""
        return Shape(self.vector) if self.is_increment else self


X, DW, NUMBER = Shape(vector=True), Shape(True, True, True), Shape()
WORDS = {"x": X, "t": NUMBER, "dt": NUMBER, "dW": DW}
RESERVED = {**dict.fromkeys(WORDS, "a word"), "f": "a function", "g": "a function", **dict.fromkeys(CONSTANTS, "a number")}


@dataclass(frozen=True, slots=True)
class Step:
    """One line: a name, its value, and the shape of the value before it is summed over the noises."""

    name: str
    value: Tree
    shape: Shape


@dataclass(frozen=True, slots=True)
class Description:
    """A method as lines; ``shapes`` holds the shape of each node of the trees, by its id."""

    steps: tuple[Step, ...]
    shapes: Mapping[int, Shape]
    uses_noise: bool


def parse_description(text: str) -> Description:
    """Read and check a description.

    Raises
    ------
    EquationSyntaxError
        With all mistakes of the text, each with a caret.
    """
    source = Source(text, "description of ExplicitStateUpdater")
    statements = parse_statements(source, kind="update")
    reader, found, steps = _Reader({}, {}), list[Diagnostic](), []
    for s in statements:
        shape = attempt(found, partial(reader.statement, s), s.span) or X
        reader.names[s.target.text] = shape.summed
        steps.append(Step(s.target.text, s.value, shape))
    found += _last_line(source, statements)
    if found:
        raise EquationSyntaxError(*found)
    noise = any("dW" in s.value.names() for s in statements)
    return Description(tuple(steps), reader.shapes, noise)


def _last_line(source: Source, statements: tuple[Assignment, ...]) -> list[Diagnostic]:
    """``x_new`` stands in the last line and nowhere else."""
    if not statements or statements[-1].target.text != "x_new":
        place = statements[-1].target if statements else source.whole.part(0, 0)
        return [Diagnostic("M202", "the last line must set x_new, the new state", place, "", "e.g. x_new = x + dt*f(x, t)")]
    early = [s.target for s in statements[:-1] if s.target.text == "x_new"]
    return [Diagnostic("M203", "x_new is set in the last line only", p, "", "choose another name, e.g. x_1") for p in early]


@dataclass(slots=True)
class _Reader:
    """Finds the shape of each node; ``names`` holds those of the lines before."""

    names: dict[str, Shape]
    shapes: dict[int, Shape]

    def statement(self, s: Assignment, span: Span) -> Shape:
        name = s.target.text
        if name in RESERVED:
            raise _error("M204", f"'{name}' is {RESERVED[name]} of the description and cannot be set", s.target)
        if s.op != "=":
            raise _error("M205", f"a description has no '{s.op}'", span, f"write {name} = ...")
        shape = self.visit(s.value, s.value.root)
        if name == "x_new" and shape.noisy and not shape.random:
            raise _error("M206", "x_new has one value for each noise", s.value.source, "multiply g(x, t) by dW")
        return shape

    def visit(self, tree: Tree, node: ast.expr) -> Shape:
        shape = self._shape(tree, node)
        self.shapes[id(node)] = shape
        return shape

    def _shape(self, tree: Tree, node: ast.expr) -> Shape:
        match node:
            case ast.Constant():
                return NUMBER
            case ast.Name():
                return self._name(tree, node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self.visit(tree, node.operand)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return joined(self.visit(tree, node.left), self.visit(tree, node.right))
            case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow()):
                return self.visit(tree, node.left) | self.visit(tree, node.right)
            case ast.Call(func=ast.Name("f" | "g")):
                return self._coefficient(tree, node)
            case ast.Call():
                return self._call(tree, node)
        raise _error("M207", "a description knows + - * / **, brackets and functions", tree.span(node))

    def _name(self, tree: Tree, node: ast.Name) -> Shape:
        if node.id in CONSTANTS:
            return NUMBER
        shape = self.names.get(node.id, WORDS.get(node.id))
        if shape is None or node.id == "x_new":
            help = f"known here: {', '.join([*WORDS, 'f(x, t)', 'g(x, t)', *(n for n in self.names if n != 'x_new')])}"
            raise _error("M208", f"'{node.id}' stands for nothing that is known here", tree.span(node), help)
        return shape

    def _coefficient(self, tree: Tree, node: ast.Call) -> Shape:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        if len(node.args) != 2:
            raise _error("M209", f"{name} takes a state and a time", tree.span(node), f"e.g. {name}(x, t)")
        state, time = (self.visit(tree, a) for a in node.args)
        if time != NUMBER:
            place = tree.span(node.args[1])
            raise _error("M210", f"the second argument of {name} is a time", place, f"e.g. {name}(x, t + dt/2)")
        return Shape(True, name == "g" or state.summed.noisy, False)

    def _call(self, tree: Tree, node: ast.Call) -> Shape:
        assert isinstance(node.func, ast.Name)
        builtin = BUILTINS.get(node.func.id)
        if builtin is None or not builtin.stateless:
            raise _error("M211", f"there is no function '{node.func.id}' in a description", tree.span(node.func))
        if len(node.args) != builtin.arity:
            raise _error("M212", f"{builtin.name}() takes {builtin.arity}, not {len(node.args)} arguments", tree.span(node))
        shape = NUMBER
        for a in node.args:
            shape |= self.visit(tree, a)
        return shape


def joined(a: Shape, b: Shape) -> Shape:
    """The shape of a sum: an increment that meets a value of another kind is summed over the noises first."""
    return a | b if a.is_increment and b.is_increment else a.summed | b.summed


def _error(code: str, message: str, span: Span, help: str = "") -> EquationSyntaxError:
    return EquationSyntaxError(Diagnostic(code, message, span, "", help))
