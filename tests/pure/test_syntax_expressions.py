"""Expressions: what is accepted means what Python means, every node knows its place, and nothing else gets in."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.errors import EquationSyntaxError, Source
from eqsim.syntax import Tree, parse_expression
from eqsim.syntax.expressions import MAX_DEPTH
from eqsim.syntax.text import blank_lines
from eqsim.syntax.tokens import MAX_BRACKETS


def parse(text: str) -> Tree:
    return parse_expression(Source(text).whole)


@pytest.mark.parametrize(
    "text",
    [
        "a + b - c*d/e // f % g ** h",
        "-a ** -b",
        "+a - -b",
        "not a and b or not (c or d)",
        "a < b",
        "(a <= b) == (c >= d)",
        "a != 1e-3 and b == .5 or 1. > 2",
        "exp(-(v - v_half)/k)*rand()",
        "clip(v, 0, 10*mV)",
        "a if b > 0 else c if d else e",
        "int(True) + int(not False)",
        "timestep(t - lastspike, dt) > 1_000",
    ],
)
def test_means_what_python_means(text: str) -> None:
    assert ast.dump(parse(text).root) == ast.dump(ast.parse(text, mode="eval").body)


def test_names_and_calls_are_told_apart() -> None:
    tree = parse("g*(E - v)*exp(v/mV) + sqrt(g) + rand()")
    assert tree.names() == {"g", "E", "v", "mV"}
    assert tree.calls() == {"exp", "sqrt", "rand"}


def test_every_node_knows_its_place_in_a_text_of_several_lines() -> None:
    text = "   g*(E  # driving force\n\t - v)\n + exp(\n  w)  # end"
    tree = parse(text)
    places = {ast.unparse(n): tree.span(n).text for n in tree.walk() if isinstance(n, ast.expr)}
    assert places["g"] == "g"
    assert places["E - v"] == "E  # driving force\n\t - v"
    assert places["exp(w)"] == "exp(\n  w)"
    assert tree.span(tree.root).text == tree.source.text == text[3 : text.index("  # end")]
    assert tree.text == "g*(E - v) + exp( w)"


def test_lines_are_counted_for_nodes() -> None:
    tree = parse("a\n + b\n + c")
    lines = {n.id: tree.span(n).line for n in tree.walk() if isinstance(n, ast.Name)}
    assert lines == {"a": 1, "b": 2, "c": 3}


WORDS = "a b1 _c 2 2.5 1e-3 .5 + - * / // % ** < <= == != > >= and or not if else ( ) , exp( True \n".split(" ")
SIGNS = "^ & | ~ ! = := . .. [ ] { } : ; ' \" ` ? @ $ \\ # __x lambda for in is None µ − é \x00 1_ 0x1f 007 2j".split(" ")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.sampled_from(["", " "]))
def test_words_in_any_order_are_read_as_python_reads_them_or_refused(words: list[str], gap: str) -> None:
    text = gap.join(words)
    try:
        tree = parse(text)
    except EquationSyntaxError as error:
        assert all(d.span is not None and d.help for d in error.diagnostics)
        return
    assert ast.dump(tree.root) == ast.dump(ast.parse(blank_lines(text).strip(), mode="eval").body)
    for node in tree.walk():
        if isinstance(node, ast.expr):
            again = ast.parse(f"({blank_lines(tree.span(node).text)})", mode="eval").body
            assert ast.dump(again) == ast.dump(node)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS + SIGNS), min_size=1, max_size=12))
def test_what_is_accepted_holds_only_allowed_nodes(words: list[str]) -> None:
    allowed = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.IfExp)
    try:
        tree = parse(" ".join(words))
    except EquationSyntaxError:
        return
    assert all(isinstance(n, allowed) for n in tree.walk() if isinstance(n, ast.expr))
    assert all(type(n.value) in (int, float, bool) for n in tree.walk() if isinstance(n, ast.Constant))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text)
    except EquationSyntaxError as error:
        assert all(d.span is not None for d in error.diagnostics)


HOSTILE = {
    "brackets": "(" * 500 + "a" + ")" * 500,
    "calls": "f(" * 500 + "a" + ")" * 500,
    "sum": "+".join(["a"] * 5000),
    "minus": "-" * 10000 + "a",
    "not": "not " * 3000 + "a",
    "powers": "**".join(["a"] * 3000),
    "choices": "a if b else " * 3000 + "c",
    "comparisons": "<".join(["a"] * 3000),
    "commas": "a," * 5000,
    "digits": "1" * 10000,
    "zeros": "0" * 10000 + "x",
    "spaces": "a" + " " * 10000 + "b",
    "quotes": "'" * 10000,
    "pairs of quotes": "a'b" * 3000,
    "dots": "a. " * 3000,
    "underscores": "_" * 10000,
    "index brackets": "[" * 10000,
    "is": "is " * 3000,
    "null": "\0" * 10000,
    "accents": "é" * 10000,
    "backslashes": "\\\n" * 5000,
    "lambdas": "lambda: " * 3000 + "a",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_with_a_short_message(name: str) -> None:
    """No RecursionError, no MemoryError, no quadratic search (those texts would take minutes), no page of text."""
    with pytest.raises(EquationSyntaxError) as caught:
        parse(HOSTILE[name])
    assert len(str(caught.value)) < 3000


def test_long_names_and_flat_conditions_are_fine() -> None:
    assert parse("a" * 10000).names() == {"a" * 10000}
    assert parse(" and ".join(["a"] * 5000)).names() == {"a"}


def test_the_limits_are_sharp() -> None:
    assert parse("(" * MAX_BRACKETS + "a" + ")" * MAX_BRACKETS).names() == {"a"}
    assert parse("+".join(["a"] * MAX_DEPTH)).names() == {"a"}
    with pytest.raises(EquationSyntaxError, match="more than 100 brackets"):
        parse("(" * (MAX_BRACKETS + 1) + "a" + ")" * (MAX_BRACKETS + 1))
    with pytest.raises(EquationSyntaxError, match="more than 200 levels"):
        parse("+".join(["a"] * (MAX_DEPTH + 1)))


def test_importing_the_syntax_does_not_import_pyparsing_or_sympy() -> None:
    code = "import sys, eqsim.syntax; assert not {'pyparsing', 'sympy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
