"""Expressions, statements and equations as objects: names put in, and used wherever strings are."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from eqsim import (
    EqsimError,
    Equations,
    Expression,
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    Statements,
    Synapses,
    ms,
    mV,
)
from eqsim.model.substitution import substitute


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("a + b", {"a": "b", "b": "a"}, "b + a"),
        ("ab + a_b + a", {"a": "c"}, "ab + a_b + c"),
        ("a*x", {"x": "y + z"}, "a*(y + z)"),
        ("a*x", {"x": -3}, "a*(-3)"),
        ("a*x", {"x": 0.1}, "a*(0.1)"),
        ("v/x", {"x": 3 * mV}, "v/(3. * mvolt)"),
        ("dx/dt = -x : 1", {"x": "y"}, "dy/dt = -y : 1"),
        ("dx / dt = dx*x : 1", {"x": "y"}, "dy / dt = dx*y : 1"),
        ("dx/dt = -x : 1", {"x": 3}, "dx/dt = -(3) : 1"),
        ("a + b", {}, "a + b"),
    ],
)
def test_substitution(text: str, names: dict[str, Any], expected: str) -> None:
    """Whole words, all at once."""
    assert substitute(text, names) == expected


def test_expression_is_a_string() -> None:
    e = Expression("v > theta", theta="v_0 + d")
    assert isinstance(e, str) and e == "v > (v_0 + d)" == e.code and hash(e) == hash("v > (v_0 + d)")
    assert repr(e) == "Expression('v > (v_0 + d)')" and f"{e}" == str(e) and type(str(e)) is str
    assert e.identifiers == {"v", "v_0", "d"}
    assert e.substitute(d="w") == "v > (v_0 + w)" and isinstance(e.substitute(d="w"), Expression)
    assert pickle.loads(pickle.dumps(e)) == e and "theta" in Expression("v + theta")._repr_latex_()
    assert Expression(sympy_expression=3) == "3"


def test_statements_are_joined_line_by_line() -> None:
    s = Statements("g += k*w", g="ge", k=0.3)
    assert s == "ge += (0.3)*w" and repr(s) == "Statements('ge += (0.3)*w')"
    assert s + "x = 1" == "ge += (0.3)*w\nx = 1" and isinstance("x = 1" + s, Statements)
    assert "x = 1" + s == "x = 1\nge += (0.3)*w" and (s + "x = 1").targets == {"ge", "x"}


@pytest.mark.parametrize("make", [lambda: Expression(3), lambda: Statements(None), lambda: Expression()])  # type: ignore[arg-type]
def test_other_things_are_refused(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_used_wherever_strings_are() -> None:
    """The same network from strings and from templates of them."""

    def network(t: Any, s: Any) -> tuple[Any, ...]:
        G = NeuronGroup(
            6, "dv/dt = -v/(10*ms) : 1\nu : 1", threshold=t("X > 0.5", X="v"), reset=s("X = 0; Y += 1", X="v", Y="u"),
            refractory=t("T*ms", T=2), events={"e": t("X > lim", X="v", lim=0.2)}, name="G",
        )  # fmt: skip
        G.run_on_event("e", s("Y += a", Y="u", a=0.25))
        G.v = t("X/N", X="i")
        G.v[t("i == X", X=5)] = t("X", X=0.9)
        G.run_regularly(s("X += 0.2", X="v"), dt=1 * ms)
        P = PoissonGroup(2, t("X*Hz", X=100), name="P")
        S = Synapses(G, G, "w : 1", on_pre=s("X += w", X="v_post"), name="S")
        S.connect(t("i != j and X", X="(i + j) % 2 == 0"))
        S.connect(j=t("k for k in range(i, X) if k > i", X=3))
        S.w = t("X", X=0.1)
        M = SpikeMonitor(G[t("i >= X", X=2)])
        Network(G, P, S, M).run(5 * ms)
        return np.asarray(G.v), np.asarray(G.u), np.asarray(S.i), np.asarray(S.j), M.count

    found = network(Expression, Statements)
    plain = network(lambda x, **n: substitute(x, n), lambda x, **n: substitute(x, n))
    assert all(np.array_equal(a, b) for a, b in zip(found, plain, strict=True)) and found[4].sum() > 0


def test_messages_show_the_text_with_names_put_in() -> None:
    with pytest.raises(EqsimError) as error:
        NeuronGroup(1, "v : 1", threshold=Expression("X > LIMIT", X="v", LIMIT="3*mV"), name="cells")
    assert str(error.value) == (
        "cannot compare a pure number and volt\n"
        " --> threshold of NeuronGroup 'cells', line 1\n"
        "1 | v > (3*mV)\n"
        "  | ^^^^^^^^^^ 1 > volt\n"
        "  = help: multiply the first term by a voltage (e.g. mV)"
    )


EQS = Equations("""dv/dt = (g - v)/tau + s*xi : volt (unless refractory)
                   g = 2*k + h : volt
                   h = k*c : volt
                   k : volt
                   n : integer (constant)""")


def test_single_equations_tell_what_they_are() -> None:
    assert EQS["v"].varname == "v" and EQS["n"].var_type == "integer" and EQS["k"].expr is None
    assert EQS["v"].expr == "(g - v)/tau + s*xi" and EQS["v"].stochastic_variables == {"xi"}


def test_selections_of_equations() -> None:
    assert EQS.identifiers == {"tau", "s", "xi", "c"}  # names that are not defined here
    assert EQS.diff_eq_expressions == [("v", "(g - v)/tau + s*xi")]
    assert EQS.eq_expressions == [("v", "(g - v)/tau + s*xi"), ("g", "2*k + h"), ("h", "k*c")]
    assert EQS.get_substituted_expressions() == [("v", "((2*k + (k*c)) - v)/tau + s*xi")]
    assert [n for n, _ in EQS.get_substituted_expressions(True)] == ["h", "g", "v"]
    assert EQS.stochastic_type == "additive" and EQS.names == {"v", "g", "h", "k", "n"}


def test_equations_from_a_template() -> None:
    """Names, expressions and values are put in; synaptic currents of two kinds from one text."""
    alpha = "dg/dt = (x - g)/tau_g : siemens\ndx/dt = -x/tau_g : siemens\nI = g*(E - v) : amp"
    both = Equations(alpha, g="g_e", x="x_e", I="I_e", tau_g=5 * ms, E="E_e + shift") + Equations(
        alpha, g="g_i", x="x_i", I="I_i", tau_g="tau_i"
    )
    assert str(both) == (
        "I_e = g_e*((E_e + shift) - v) : A\n"
        "I_i = g_i*(E - v) : A\n"
        "dg_e/dt = (x_e - g_e)/(5. * msecond) : S\n"
        "dx_e/dt = -x_e/(5. * msecond) : S\n"
        "dg_i/dt = (x_i - g_i)/tau_i : S\n"
        "dx_i/dt = -x_i/tau_i : S"
    )
    assert str(Equations("dx/dt = y : 1\ndy/dt = -x : 1", x="y", y="x")) == "dy/dt = x : 1\ndx/dt = -y : 1"


@pytest.mark.parametrize("value", [3, 2.5 * mV, "a + b"])
def test_defined_variables_are_not_replaced_by_values(value: Any) -> None:
    with pytest.raises(ValueError, match=r"'x' is defined in the equations and cannot be replaced by .*"):
        Equations("x : volt", x=value)


def test_random_subexpressions_must_be_held() -> None:
    with pytest.raises(SyntaxError) as error:
        NeuronGroup(2, "x = 2*rand() : 1\ndv/dt = x/ms : 1", name="cells")
    assert str(error.value) == (
        "'x' is computed wherever it is used: it cannot be random\n"
        " --> equations of NeuronGroup 'cells', line 1\n"
        "1 | x = 2*rand() : 1\n"
        "  |     ^^^^^^^^\n"
        "  = help: write (constant over dt) behind its unit: then it is drawn once in each step"
    )
