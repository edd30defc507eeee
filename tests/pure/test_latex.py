"""LaTeX of equations, statements and groups: whole texts, the same value when read back, and legal for a typesetter."""

from __future__ import annotations

import pytest

from eqsim.errors import Source
from eqsim.model import Equations
from eqsim.model.latex import equation_latex, equations_latex, expression_latex, statement_latex, symbol
from eqsim.objects import NeuronGroup, PoissonGroup, Synapses
from eqsim.syntax import parse_expression, parse_statements
from eqsim.units import Hz, ms, mV, second


def latex(text: str) -> str:
    return expression_latex(parse_expression(Source(text).whole))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("v", "v"),
        ("tau", r"\tau"),
        ("tau_m", r"\tau_{m}"),
        ("g_Na", r"g_{\mathrm{Na}}"),
        ("m_inf", r"m_{\infty}"),
        ("v2", "v_{2}"),
        ("I_syn_1", r"I_{\mathrm{syn},1}"),
        ("sigma_v_post", r"\sigma_{v,\mathrm{post}}"),
        ("rate", r"\mathit{rate}"),
    ],
)
def test_name_becomes_symbol(name: str, wanted: str) -> None:
    assert symbol(name) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b - c", "a + b - c"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("(a + b)*c", r"\left(a + b\right)\,c"),
        ("a/b/c", r"\frac{a}{b\,c}"),
        ("a/(b/c)", r"\frac{a}{\frac{b}{c}}"),
        ("a*-b", r"a\,\left(-b\right)"),
        ("-a*b - -c", r"-a\,b - \left(-c\right)"),
        ("2*3*x", r"2 \cdot 3\,x"),
        ("10*mV", r"10\,\mathrm{m}\mathrm{V}"),
        ("-x**2", "-x^{2}"),
        ("(-x)**2", r"\left(-x\right)^{2}"),
        ("x**-n", "x^{-n}"),
        ("(x**y)**z", r"\left(x^{y}\right)^{z}"),
        ("1e-9", "10^{-9}"),
        ("x**1e3", "x^{1000}"),
        ("2.5e-7*x", r"2.5 \cdot 10^{-7}\,x"),
        ("exp(-t/tau)", r"\exp\left(\frac{-t}{\tau}\right)"),
        ("exprel(x)", r"\mathrm{exprel}\left(x\right)"),
        ("clip(x, 0, 1)", r"\mathrm{clip}\left(x,\, 0,\, 1\right)"),
        ("sqrt(x + 1)", r"\sqrt{x + 1}"),
        ("abs(x)", r"\left| x \right|"),
        ("floor(x)", r"\left\lfloor x \right\rfloor"),
        ("v > 3 and not (w <= 2 or b)", r"v > 3 \wedge \neg \left(w \leq 2 \vee b\right)"),
        ("i != j", r"i \neq j"),
        ("x % 2", r"x \bmod 2"),
        ("x // y", r"x \div y"),
        ("1 if v > 0 else 2", r"\begin{cases} 1 & \text{if } v > 0 \\ 2 & \text{otherwise} \end{cases}"),
    ],
)
def test_expression_keeps_the_order_of_the_user(text: str, wanted: str) -> None:
    assert latex(text) == wanted


def test_statements_show_the_new_value() -> None:
    block = parse_statements(Source("v = v_r; w += b; x *= a + 1"))
    assert [statement_latex(s) for s in block] == [
        r"v \leftarrow v_{r}",
        r"w \leftarrow w + b",
        r"x \leftarrow x\,\left(a + 1\right)",
    ]


HODGKIN_HUXLEY = """
    dv/dt = (g_Na*m**3*h*(E_Na - v) + g_l*(E_l - v) + I)/C_m + sigma*xi*volt : volt (unless refractory)
    dh/dt = 0.128*exp((17*mV - v + V_T)/(18*mV))/ms*(1 - h) - 4/(1 + exp((40*mV - v + V_T)/(5*mV)))/ms*h : 1
    I = I_0*(1 + sigma*sqrt(second/tau)) : amp
    I_0 : amp (constant, shared)
    n : integer
"""


def test_equations_are_one_align_environment() -> None:
    assert equations_latex(Equations("dv/dt = (v_0 - v)/tau_m : volt (unless refractory)\nv_0 : volt\nn : integer")) == (
        r"""\begin{align*}
\frac{\mathrm{d}v}{\mathrm{d}t} &= \frac{v_{0} - v}{\tau_{m}} && [\mathrm{V}, \text{unless refractory}] \\
v_{0} & && [\mathrm{V}] \\
n & && [\text{integer}]
\end{align*}"""
    )
    assert Equations("x : 1")._repr_latex_() == "\\begin{align*}\nx & && [1]\n\\end{align*}"


@pytest.mark.parametrize("name", list(Equations(HODGKIN_HUXLEY)))
def test_typesetter_accepts_every_line(name: str) -> None:
    """matplotlib's mathtext knows a part of LaTeX; `\\text` is the only word of ours that it does not have."""
    from matplotlib.mathtext import MathTextParser

    for part in equation_latex(Equations(HODGKIN_HUXLEY)[name]):
        if part:
            box = MathTextParser("path").parse(f"${part}$".replace(r"\text", r"\mathrm"))
            assert box.width > 0


# --- groups -----------------------------------------------------------------------------------------------------------


def cells() -> NeuronGroup:
    return NeuronGroup(
        3, "dv/dt = -v/(10*ms) : volt", threshold="v > 15*mV", reset="v = 0*mV", refractory=2 * ms, name="shown_cells"
    )


ALIGN = r"""\begin{align*}
\frac{\mathrm{d}v}{\mathrm{d}t} &= \frac{-v}{10\,\mathrm{m}\mathrm{s}} && [\mathrm{V}] \\
\text{threshold} &\colon\; v > 15\,\mathrm{m}\mathrm{V} \\
\text{reset} &\colon\; v \leftarrow 0\,\mathrm{m}\mathrm{V} \\
\text{refractory} &\colon\; 2.0\,\mathrm{m}\mathrm{s}
\end{align*}"""


def test_group_as_latex() -> None:
    group = cells()
    assert group._repr_latex_() == ALIGN
    assert group[1:]._repr_latex_() == ALIGN


def test_group_as_html_escapes_what_html_would_read() -> None:
    assert cells()._repr_html_() == (
        "<div><p><b>NeuronGroup</b> &#x27;shown_cells&#x27; with 3 neurons</p>\n"
        "<div>\\begin{align*}\n"
        r"\frac{\mathrm{d}v}{\mathrm{d}t} &amp;= \frac{-v}{10\,\mathrm{m}\mathrm{s}} &amp;&amp; [\mathrm{V}]"
        "\n\\end{align*}</div>\n"
        r"<table><tr><td>threshold</td><td>$v &gt; 15\,\mathrm{m}\mathrm{V}$</td></tr>"
        r"<tr><td>reset</td><td>$v \leftarrow 0\,\mathrm{m}\mathrm{V}$</td></tr>"
        r"<tr><td>refractory</td><td>$2.0\,\mathrm{m}\mathrm{s}$</td></tr></table></div>"
    )


def test_synapses_show_their_pathways() -> None:
    group = cells()
    synapses = Synapses(
        group, group, "w : volt", on_pre={"pre": "v_post += w", "up": "w *= 2"}, on_post="w = 0*mV", delay=2 * ms
    )
    assert synapses._repr_latex_() == (
        r"""\begin{align*}
w & && [\mathrm{V}] \\
\text{on\_pre} &\colon\; v_{\mathrm{post}} \leftarrow v_{\mathrm{post}} + w \\
\text{delay of pre} &\colon\; 2.0\,\mathrm{m}\mathrm{s} \\
\text{on\_pre (up)} &\colon\; w \leftarrow w \cdot 2 \\
\text{on\_post} &\colon\; w \leftarrow 0\,\mathrm{m}\mathrm{V}
\end{align*}"""
    )


@pytest.mark.parametrize(
    ("rates", "wanted"),
    [
        (10 * Hz, r"10.0\,\mathrm{Hz}"),
        ([1, 2] * Hz, r"\text{one for each}"),
        ("exp(-t/second)*Hz", r"\exp\left(\frac{-t}{\mathrm{s}}\right)\,\mathrm{Hz}"),
    ],
)
def test_poisson_group_shows_its_rates(rates: object, wanted: str) -> None:
    row = r"\text{rates} &\colon\; " + wanted
    assert PoissonGroup(2, rates)._repr_latex_() == f"\\begin{{align*}}\n{row}\n\\end{{align*}}"


def test_quantities_have_latex() -> None:
    assert (5 * mV)._repr_latex_() == r"$5.0\,\mathrm{m}\mathrm{V}$"
    assert (2 * second)._repr_latex_() == r"$2.0\,\mathrm{s}$"
