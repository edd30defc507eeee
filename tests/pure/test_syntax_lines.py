"""Blocks of equations: where each line begins and ends, what its parts are, and that their places are exact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.errors import EquationError, EquationSyntaxError, FlagError, Source
from eqsim.syntax import Line, check_lines, parse_equations, parse_unit
from eqsim.units import BASE_UNIT_NAMES, DIMENSIONLESS, UNITS_FOR_STRINGS

BLOCK = """
# the membrane
dv/dt = (g*(E - v)      # leak : with a colon
         + I            # input

        )/C : volt (unless refractory)
I = I_0*(t > 1*ms) : amp (shared,
    constant  over dt)

g   :siemens/metre**2   (constant)   # conductance
n : integer
"""


def parse(text: str) -> tuple[Line, ...]:
    return parse_equations(Source(text))


def shape(line: Line) -> tuple[str, str, str | None, str, list[str]]:
    expression = line.expression.text if line.expression else None
    return line.kind, line.name.text, expression, line.unit.text, [f for f, _ in line.flags]


def test_a_block_with_comments_and_long_lines() -> None:
    lines = parse(BLOCK)
    assert [(x.kind, x.name.text, x.unit.text, [f for f, _ in x.flags]) for x in lines] == [
        ("differential", "v", "volt", ["unless refractory"]),
        ("subexpression", "I", "amp", ["shared", "constant over dt"]),
        ("parameter", "g", "siemens/metre**2", ["constant"]),
        ("parameter", "n", "integer", []),
    ]
    assert [x.name.line for x in lines] == [3, 7, 10, 11]
    assert lines[0].expression is not None
    assert lines[0].expression.text.startswith("(g*(E - v)      # leak")
    assert lines[0].expression.text.endswith(")/C")
    assert lines[0].span.text.startswith("dv/dt =") and lines[0].span.text.endswith("(unless refractory)")
    assert lines[1].flags[1][1].text == "constant  over dt"
    assert lines[1].has("shared") and not lines[1].has("constant")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("dv/dt=-v/ms:1", ("differential", "v", "-v/ms", "1", [])),
        ("d v / d t = a : 1", ("differential", "v", "a", "1", [])),
        ("dx = 2 : 1", ("subexpression", "dx", "2", "1", [])),
        ("d : 1", ("parameter", "d", None, "1", [])),
        ("d = x/dt : 1", ("subexpression", "d", "x/dt", "1", [])),
        ("x = a *\n b : 1", ("subexpression", "x", "a *\n b", "1", [])),
        ("x = a\n : 1", ("subexpression", "x", "a", "1", [])),
        ("x :\n volt", ("parameter", "x", None, "volt", [])),
        ("x : volt\n  (constant)", ("parameter", "x", None, "volt", ["constant"])),
        ("x : volt(constant)", ("parameter", "x", None, "volt", ["constant"])),
        ("x : volt/(second*metre) (constant)", ("parameter", "x", None, "volt/(second*metre)", ["constant"])),
        ("x = a if b else\n c : 1", ("subexpression", "x", "a if b else\n c", "1", [])),
        ("x = a == b : boolean", ("subexpression", "x", "a == b", "boolean", [])),
        ("\r\n\tx\t:\t1\r\n", ("parameter", "x", None, "1", [])),
        ("x\u00a0:\u00a01", ("parameter", "x", None, "1", [])),
    ],
)
def test_one_line(text: str, expected: tuple[str, str, str | None, str, list[str]]) -> None:
    (line,) = parse(text)
    assert shape(line) == expected


@pytest.mark.parametrize("text", ["", "   ", "# nothing", "\n\n # x : 1\n"])
def test_empty_blocks_have_no_lines(text: str) -> None:
    assert parse(text) == ()


def test_names_differ_by_case() -> None:
    assert [line.name.text for line in parse("v : 1\nV : 1")] == ["v", "V"]


def test_equal_texts_give_equal_lines() -> None:
    assert parse(BLOCK) == parse(BLOCK)
    assert hash(parse(BLOCK)) == hash(parse(BLOCK))


def test_all_mistakes_of_a_block_come_in_one_error_in_their_order() -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        parse("x = 2v : mV (foo)\ny\nt : second\nx : 1")
    places = [(d.span.line, d.span.text) for d in caught.value.diagnostics if d.span]
    assert places == [(1, "2v"), (1, "mV"), (1, "foo"), (2, ""), (3, "t"), (4, "x")]


def test_a_missing_unit_does_not_swallow_the_next_line() -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        parse("dv/dt = -v/tau\nw : 1\ndu/dt = -u\n/tau\nx = 2 : 1")
    assert [d.span.line for d in caught.value.diagnostics if d.span] == [1, 4]


def test_wrong_flags_alone_are_a_flag_error() -> None:
    with pytest.raises(FlagError):
        parse("x : 1 (foo)")
    with pytest.raises(EquationSyntaxError):
        parse("x : 1 (foo)\ny : mV")


@pytest.mark.parametrize(
    "text, dimension, kind",
    [
        ("1", DIMENSIONLESS, "real"),
        ("integer", DIMENSIONLESS, "int"),
        ("boolean", DIMENSIONLESS, "bool"),
        ("volt", BASE_UNIT_NAMES["volt"], "real"),
        ("meter", BASE_UNIT_NAMES["metre"], "real"),
        ("1/second", BASE_UNIT_NAMES["second"] ** -1, "real"),
        ("second**-.5", BASE_UNIT_NAMES["second"] ** -0.5, "real"),
        ("second**(1/2)", BASE_UNIT_NAMES["second"] ** 0.5, "real"),
        ("siemens / metre ** 2", BASE_UNIT_NAMES["siemens"] / BASE_UNIT_NAMES["metre"] ** 2, "real"),
        (
            "volt/(second*metre)",
            BASE_UNIT_NAMES["volt"] / (BASE_UNIT_NAMES["second"] * BASE_UNIT_NAMES["metre"]),
            "real",
        ),
        ("amp*ohm", BASE_UNIT_NAMES["volt"], "real"),
    ],
)
def test_units_are_products_of_powers(text: str, dimension: object, kind: str) -> None:
    found, found_kind = parse_unit(Source(text).whole)
    assert found is dimension and found_kind == kind


@pytest.mark.parametrize("name", sorted(BASE_UNIT_NAMES))
def test_every_base_unit_can_be_written(name: str) -> None:
    assert parse_unit(Source(name).whole) == (BASE_UNIT_NAMES[name], "real")


def test_every_other_unit_is_refused_with_one_that_can_be_written() -> None:
    """The help begins with "write UNIT;": that unit must be accepted and have the same dimension."""
    for name, unit in UNITS_FOR_STRINGS.items():
        if name in BASE_UNIT_NAMES:
            continue
        with pytest.raises(EquationSyntaxError) as caught:
            parse_unit(Source(name).whole)
        help = caught.value.diagnostics[0].help
        advice = help.removeprefix("write ").split(";")[0]
        assert parse_unit(Source(advice).whole)[0] is unit.dim, (name, help)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="dvtx_12 =:/*+-()#,;\n\t.'^é\0", max_size=60))
def test_any_block_is_read_or_refused_with_places(text: str) -> None:
    try:
        lines = parse(text)
    except EquationError as error:
        assert all(d.span is not None for d in error.diagnostics)
        return
    for line in lines:
        assert line.span.start <= line.name.start < line.name.end <= line.unit.start < line.span.end
        assert line.span.text == line.span.text.strip()


HOSTILE = {
    "long line": "a" * 10000,
    "words": "a " * 5000,
    "lines of words": "a\n" * 5000,
    "spaces": "v" + " " * 10000 + "x" + " " * 10000,
    "spaces after colon": "v :" + " " * 10000 + "x y",
    "colons": ":" * 10000,
    "equal signs": "x " + "=" * 10000,
    "brackets": "x = " + "(" * 500 + "a" + ")" * 500 + " : 1",
    "sum": "x = " + "+".join(["a"] * 5000) + " : 1",
    "unit": "x : " + "*".join(["volt"] * 5000),
    "unit brackets": "x : volt*" + "(" * 5000,
    "stars in the unit": "x : " + "* " * 5000,
    "flags": "x : 1 (" + ", ".join(["constant"] * 2000) + ")",
    "commas in flags": "x : 1 (" + "," * 10000,
    "null": "x\0 : 1",
    "name": "é : 1",
    "import": "x = __import__('os').system('ls') : 1",
    "lambda": "x = (lambda: 0)() : 1",
    "attribute": "x = (1).__class__ : 1",
    "index": "x = y[1:2] : 1",
    "walrus": "x = (y := 2) : 1",
    "format string": "x = f'{y:2}' : 1",
    "comprehension": "x = [y for y in z] : 1",
    "dictionary": "x = {a: b} : 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_blocks_are_refused(name: str) -> None:
    with pytest.raises(EquationError) as caught:
        parse(HOSTILE[name])
    assert all(d.span is not None for d in caught.value.diagnostics)


def test_objects_allow_their_own_flags_only() -> None:
    lines = parse("dx/dt = -x/tau : 1 (event-driven)\ng_post = w*x : siemens (summed)\nw : siemens (constant)")
    check_lines(lines, "synapses")
    with pytest.raises(FlagError) as caught:
        check_lines(lines[:1], "neurons")
    assert "NeuronGroup can have the flags unless refractory" in str(caught.value)
    check_lines(parse("I : amp (point current)"), "spatial")
    with pytest.raises(FlagError):
        check_lines(parse("I : amp (point current)"), "neurons")


def test_objects_own_some_names() -> None:
    check_lines(parse("j : 1\ndelay : second\nlastspike : second"), "neurons")
    for host in ("neurons", "spatial"):
        with pytest.raises(EquationSyntaxError):
            check_lines(parse("v_pre : 1"), host)  # type: ignore[arg-type]
    with pytest.raises(EquationSyntaxError):
        check_lines(parse("lastspike : second"), "neurons", refractory=True)
    with pytest.raises(EquationSyntaxError):
        check_lines(parse("j : 1"), "synapses")
