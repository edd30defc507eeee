"""Statements: where each begins and ends, and what it sets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.errors import EquationSyntaxError, Source
from eqsim.syntax import parse_statements
from eqsim.syntax.statements import OPERATORS


def shapes(text: str) -> list[tuple[str, str, str]]:
    return [(s.target.text, s.op, s.value.text) for s in parse_statements(Source(text))]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("v = v_r", [("v", "=", "v_r")]),
        ("v=v_r; w += b", [("v", "=", "v_r"), ("w", "+=", "b")]),
        ("v = v_r  # reset; and more\n\n w = (1 +\n 2)*x ;", [("v", "=", "v_r"), ("w", "=", "(1 + 2)*x")]),
        ("v_post += w*(v_post > 0*mV)", [("v_post", "+=", "w*(v_post > 0*mV)")]),
        ("x = a == b\ny = a if b >= c else d", [("x", "=", "a == b"), ("y", "=", "a if b >= c else d")]),
        ("not_refractory = True", [("not_refractory", "=", "True")]),
        ("; ;\n", []),
        ("", []),
    ],
)
def test_blocks(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert shapes(text) == expected


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("gap", ["", " "])
def test_every_operator(op: str, gap: str) -> None:
    assert shapes(f"x{gap}{op}{gap}-y") == [("x", op, "-y")]


def test_places_are_exact() -> None:
    text = "v = v_r ; # one\n  w += b*c  # two"
    first, second = parse_statements(Source(text))
    assert (first.span.text, second.span.text) == ("v = v_r", "w += b*c")
    assert (second.target.start, second.value.source.start) == (text.index("w"), text.index("b*c"))
    assert second.span.line == 2


def test_an_open_bracket_does_not_swallow_the_next_statement() -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        parse_statements(Source("v = (a + b\nw = 2\nu = 3c"))
    assert [(d.span.line, d.span.text) for d in caught.value.diagnostics if d.span] == [(1, "("), (3, "3c")]


@pytest.mark.parametrize("name", ["t", "dt", "i", "N", "xi", "xi_a", "pi", "exp", "mV", "volt", "lambda", "__x"])
def test_names_that_mean_something_cannot_be_set(name: str) -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        parse_statements(Source(f"{name} = 1"))
    assert name in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="vx_12 =:/*+-()#,;\n.'^<>é\0", max_size=50))
def test_any_block_is_read_or_refused_with_places(text: str) -> None:
    try:
        statements = parse_statements(Source(text))
    except EquationSyntaxError as error:
        assert all(d.span is not None for d in error.diagnostics)
        return
    for s in statements:
        assert s.span.start == s.target.start < s.target.end < s.value.source.start < s.value.source.end == s.span.end


@pytest.mark.parametrize(
    "text",
    ["x = " + "(" * 500 + "a", "x = " + "+".join(["a"] * 5000), "x " * 5000, "x = " * 5000, "=" * 9999, "(\n" * 5000],
)
def test_hostile_blocks_are_refused(text: str) -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        parse_statements(Source(text))
    assert len(str(caught.value)) < 3000
