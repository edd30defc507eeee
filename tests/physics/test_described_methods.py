"""Methods of the user: descriptions against the built-in methods, and functions that give the code of a step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from conftest import Lane
from rules import run, stepper

from eqsim import only as q
from eqsim.errors import EqsimError, EquationSyntaxError, UnknownNameError, UnsupportedEquationsException
from eqsim.integrators import METHODS, ExplicitStateUpdater, Method, StateUpdateMethod, choose, euler, find, rk4
from eqsim.model.equations import Equations
from eqsim.model.model import Model, Ode, Rule
from eqsim.model.symbolic import symbolic_model

MS = 1e-3

DESCRIBED = {
    "euler": ("x_new = x + dt*f(x, t) + g(x, t)*dW", "additive"),
    "rk2": ("k = dt*f(x, t)\nx_new = x + dt*f(x + k/2, t + dt/2)", None),
    "rk4": (
        """
        h = dt/2                  # half a step
        k_1 = f(x, t)
        k_2 = f(x + h*k_1, t + h)
        k_3 = f(x + h*k_2, t + h)
        k_4 = f(x + dt*k_3, t + dt)
        x_new = x + dt/6*(k_1 + 2*k_2 + 2*k_3 + k_4)
        """,
        None,
    ),
    "heun": (
        """
        x_trial = x + g(x, t)*dW
        x_new = x + dt*f(x, t) + .5*dW*(g(x, t) + g(x_trial, t + dt))
        """,
        "multiplicative",
    ),
}
FITZHUGH = "dv/dt = (v - v**3/3 - w + 0.5*sin(2*t/ms))/ms : 1\ndw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1"
NOISE = {
    "euler": "dv/dt = -v*w + a*xi_1 + t*xi_2 : 1\ndw/dt = v - w + a*xi_1 : 1",
    "heun": "dv/dt = -v*w + a*v*w*xi_1 + t*w*xi_2 : 1\ndw/dt = v - w + v*xi_1 : 1",
}


def model(text: str) -> Model:
    return symbolic_model(Equations(text))


def described(name: str) -> ExplicitStateUpdater:
    text, stochastic = DESCRIBED[name]
    return ExplicitStateUpdater(text, stochastic)  # type: ignore[arg-type]


# --- descriptions against the built-in methods ------------------------------------------------------------------------


@pytest.mark.parametrize("name", DESCRIBED)
def test_described_method_gives_the_bits_of_the_built_in_one(name: str) -> None:
    """Each description has the operations of the method in the same order; halves are exact."""
    start = {"v": 0.75, "w": 0.25}
    mine, theirs = (run(m.build(model(FITZHUGH)), start, 0.1 * MS, 50, {"ms": MS}) for m in (described(name), METHODS[name]))
    assert {k: float(v).hex() for k, v in mine.items()} == {k: float(v).hex() for k, v in theirs.items()}


@pytest.mark.parametrize("name", NOISE)
def test_described_noise_gives_the_bits_of_the_built_in_one(name: str) -> None:
    """Two noises, one of which drives both variables."""
    steps = [stepper(m.build(model(NOISE[name])), {"a": 0.3}) for m in (described(name), METHODS[name])]
    mine, theirs = ({"v": 0.7, "w": 0.2}, {"v": 0.7, "w": 0.2})
    for n, (one, two) in enumerate(np.random.default_rng(5).normal(scale=0.1, size=(40, 2))):
        mine, theirs = (
            s(values, 0.1, 0.1 * n, dW_xi_1=one, dW_xi_2=two)
            for s, values in zip(steps, (mine, theirs), strict=True)
        )  # fmt: skip
    assert mine == theirs and all(math.isfinite(x) for x in mine.values())


def test_described_rk4_in_brian2_form_agrees_to_rounding() -> None:
    """Slopes times dt instead of slopes: 50 steps with about 20 roundings each on a system that contracts."""
    text = """k_1 = dt*f(x, t); k_2 = dt*f(x + k_1/2, t + dt/2); k_3 = dt*f(x + k_2/2, t + dt/2)
              k_4 = dt*f(x + k_3, t + dt)
              x_new = x + (k_1 + 2*k_2 + 2*k_3 + k_4)/6"""
    start = {"v": 0.75, "w": 0.25}
    found = run(ExplicitStateUpdater(text).build(model(FITZHUGH)), start, 0.1 * MS, 50, {"ms": MS})
    recorded = {"v": "0x1.360fbcd5b7f21p+0", "w": "0x1.b0b6d9a98b2cep-1"}  # rk4 of Brian2 2.9.0
    for name, value in recorded.items():
        assert float(found[name]) == pytest.approx(float.fromhex(value), rel=2e-13)


RALSTON3 = """
    k_1 = f(x, t)
    k_2 = f(x + dt*k_1/2, t + dt/2)
    k_3 = f(x + 3*dt*k_2/4, t + 3*dt/4)
    x_new = x + dt*(2*k_1 + 3*k_2 + 4*k_3)/9
"""


@pytest.mark.parametrize(("text", "order"), [(DESCRIBED["rk2"][0], 2), (RALSTON3, 3), (DESCRIBED["rk4"][0], 4)])
def test_error_falls_with_the_order_of_the_described_method(text: str, order: int) -> None:
    """x' = -x*cos(t) from 1: x = exp(-sin t).  With 64 and 128 steps the next order changes the slope by less than 0.1."""
    m, errors = model("dx/dt = -x*cos(t) : 1"), []
    for n in (64, 128):
        found = run(ExplicitStateUpdater(text).build(m), {"x": 1.0}, 1.0 / n, n)
        errors.append(abs(float(found["x"]) - math.exp(-math.sin(1.0))))
    assert abs(math.log2(errors[0] / errors[1]) - order) < 0.1


MILSTEIN = """
    x_support = x + dt*f(x, t) + dt**.5*g(x, t)
    k = (g(x_support, t) - g(x, t))/(2*dt**.5)*dW**2
    x_new = x + dt*f(x, t) + g(x, t)*dW + k
"""


def test_noises_stay_apart_until_they_meet_the_state() -> None:
    """Milstein without derivatives, diagonal noise: each variable sees its own noise only."""
    m = model("dx/dt = -x + a*x*xi_1 : 1\ndy/dt = y*xi_2 : 1")
    step = stepper(ExplicitStateUpdater(MILSTEIN, "multiplicative").build(m), {"a": 0.5})
    x, y, dt, w1, w2 = 0.7, 1.3, 0.04, -0.13, 0.21
    expected = {
        "x": x - dt * x + 0.5 * x * w1 + 0.5 * (-dt * x + 0.2 * 0.5 * x) / 0.4 * w1**2,
        "y": y + y * w2 + 0.2 * y / 0.4 * w2**2,
    }
    found = step({"x": x, "y": y}, dt, dW_xi_1=w1, dW_xi_2=w2)
    assert {k: float(v) for k, v in found.items()} == pytest.approx(expected, rel=1e-14)


def test_drift_may_be_taken_at_a_state_that_noise_has_moved() -> None:
    """x_s = x + dt f + g dW holds the sum of all noises, f(x_s) as well as g(x_s)."""
    text = "x_s = x + dt*f(x, t) + g(x, t)*dW\nx_new = x + dt*f(x_s, t) + dW*g(x_s, t)"
    step = stepper(ExplicitStateUpdater(text, "multiplicative").build(model("dx/dt = -x + x*xi_1 + 3*xi_2 : 1")))
    x, dt, v, w = 0.7, 0.1, 0.2, -0.1
    moved = x - dt * x + x * v + 3 * w
    assert float(step({"x": x}, dt, dW_xi_1=v, dW_xi_2=w)["x"]) == pytest.approx(
        x - dt * moved + moved * v + 3 * w, rel=1e-14
    )


def test_resting_variable_stays_and_drives_the_others_as_it_is() -> None:
    m = model("dv/dt = (2 - v + w) : 1 (unless refractory)\ndw/dt = v - w : 1")
    step = stepper(described("rk4").build(m))
    found = step({"v": 1.0, "w": 0.0}, 0.1, not_refractory=False)
    assert found["v"] == 1.0
    assert found["w"] == stepper(rk4.build(m))({"v": 1.0, "w": 0.0}, 0.1, not_refractory=False)["w"]
    decay = ExplicitStateUpdater("x_new = x*exp(-dt)")
    assert stepper(decay.build(m))({"v": 1.0, "w": 1.0}, 0.1, not_refractory=False)["v"] == 1.0


def test_code_of_a_described_method_can_be_read() -> None:
    midpoint = ExplicitStateUpdater("h = dt/2\nk = f(x, t)\nk = h*k\nx_new = x + dt*f(x + k, t + h)")
    assert midpoint(Equations("dv/dt = (w - v)*t/tau : 1\ndw/dt = -w/tau : 1")).splitlines() == [
        "_h = dt/2",
        "_k_v = (w - v)*t/tau",
        "_k_w = -w/tau",
        "_k_v_2 = _h*_k_v",
        "_k_w_2 = _h*_k_w",
        "_v_at = v + _k_v_2",
        "_w_at = w + _k_w_2",
        "_t_at = t + _h",
        "v_new = v + dt*((_w_at - _v_at)*_t_at/tau)",
        "w_new = w + dt*(-_w_at/tau)",
        "v, w = v_new, w_new",
    ]
    assert repr(ExplicitStateUpdater("x_new = x")) == "ExplicitStateUpdater('''x_new = x''', stochastic=None)"


# --- mistakes ---------------------------------------------------------------------------------------------------------

MISTAKES = [
    ("", "the last line must set x_new, the new state", "", "e.g. x_new = x + dt*f(x, t)"),
    ("k = f(x, t)", "the last line must set x_new, the new state", "k", "e.g. x_new = x + dt*f(x, t)"),
    ("x_new = x\nx_new = x", "x_new is set in the last line only", "x_new", "choose another name, e.g. x_1"),
    ("t = 3\nx_new = x", "'t' is a word of the description and cannot be set", "t", ""),
    ("f = x\nx_new = x", "'f' is a function of the description and cannot be set", "f", ""),
    ("k = x\nk += x\nx_new = x", "a description has no '+='", "k += x", "write k = ..."),
    (
        "k = x\nx_new = x + q",
        "'q' stands for nothing that is known here",
        "q",
        "known here: x, t, dt, dW, f(x, t), g(x, t), k",
    ),
    ("x_new = x + dt*f(x)", "f takes a state and a time", "f(x)", "e.g. f(x, t)"),
    ("x_new = x + dt*f(t, x)", "the second argument of f is a time", "x", "e.g. f(x, t + dt/2)"),
    ("x_new = x + g(x, t)", "x_new has one value for each noise", "x + g(x, t)", "multiply g(x, t) by dW"),
    ("x_new = x*(x > 0)", "a description knows + - * / **, brackets and functions", "x > 0", ""),
    ("x_new = x + foo(x)", "there is no function 'foo' in a description", "foo", ""),
    ("x_new = x + rand()", "there is no function 'rand' in a description", "rand", ""),
    ("x_new = exp(x, t)", "exp() takes 1, not 2 arguments", "exp(x, t)", ""),
]


@pytest.mark.parametrize(("text", "message", "place", "help"), MISTAKES)
def test_mistake_in_a_description_has_a_caret(text: str, message: str, place: str, help: str) -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        ExplicitStateUpdater(text)
    (found,) = caught.value.diagnostics
    assert (found.message, found.span and found.span.text, found.help) == (message, place, help)


def test_all_mistakes_of_a_description_are_told_together() -> None:
    with pytest.raises(EquationSyntaxError) as caught:
        ExplicitStateUpdater("k = dt*f(x)\nx_new = k + q")
    assert str(caught.value) == (
        "f takes a state and a time\n"
        " --> description of ExplicitStateUpdater, line 1\n"
        "1 | k = dt*f(x)\n"
        "  |        ^^^^\n"
        "  = help: e.g. f(x, t)\n"
        "\n"
        "'q' stands for nothing that is known here\n"
        " --> description of ExplicitStateUpdater, line 2\n"
        "2 | x_new = k + q\n"
        "  |             ^\n"
        "  = help: known here: x, t, dt, dW, f(x, t), g(x, t), k"
    )


def test_noise_must_be_used_if_promised_and_is_refused_if_not() -> None:
    with pytest.raises(EquationSyntaxError, match="the noise does nothing: dW does not occur"):
        ExplicitStateUpdater("x_new = x + dt*f(x, t)", stochastic="additive")
    with pytest.raises(ValueError, match=r"^stochastic must be None, 'additive' or 'multiplicative', not 'ito'$"):
        ExplicitStateUpdater("x_new = x", stochastic="ito")  # type: ignore[arg-type]
    with pytest.raises(UnsupportedEquationsException, match="it does not handle noise, and the equations contain 'xi'"):
        ExplicitStateUpdater("x_new = x").build(model("dx/dt = xi : 1"))
    with pytest.raises(UnsupportedEquationsException, match="it only handles additive noise"):
        described("euler").build(model("dx/dt = x*xi : 1"))


def test_own_check_may_refuse_equations() -> None:
    def at_most_one(equations: Equations, variables: Any) -> None:
        if len(equations.diff_eq_names) > 1:
            raise UnsupportedEquationsException("one equation only")

    single = ExplicitStateUpdater("x_new = x + dt*f(x, t)", custom_check=at_most_one)
    assert choose(model("dx/dt = -x*x : 1"), (single, "euler")) is single
    assert choose(model("dx/dt = -x*y : 1\ndy/dt = 1 : 1"), (single, "euler")) is euler
    assert single.build(Model((Ode("x", model("dx/dt = -x : 1").odes[0].rate),))).updates  # no text to look at


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_names() -> Iterator[None]:
    """Names that a test registers are forgotten."""
    before = dict(METHODS)
    yield
    METHODS.clear()
    METHODS.update(before)


@pytest.mark.usefixtures("own_names")
def test_registered_method_has_a_name_in_any_case() -> None:
    StateUpdateMethod.register("Ralston", ExplicitStateUpdater(RALSTON3))
    assert find("ralston").name == find("RALSTON").name == "ralston"
    assert find("ralston").build(model(FITZHUGH)) == ExplicitStateUpdater(RALSTON3).build(model(FITZHUGH))
    with pytest.raises(ValueError, match=r"^there is a method 'ralston' already$"):
        StateUpdateMethod.register("ralston", rk4)
    with pytest.raises(ValueError, match=r"^there is a method 'linear' already$"):
        StateUpdateMethod.register("linear", rk4)
    with pytest.raises(TypeError, match=r"^the name of a method is a string, not int$"):
        StateUpdateMethod.register(3, rk4)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^'rk4' is the name of a method, not a method$"):
        StateUpdateMethod.register("other", "rk4")


def test_what_is_no_method_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^method= takes names, methods and functions, not int$"):
        choose(model("dx/dt = -x : 1"), 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^method= is an empty list; name at least one method$"):
        choose(model("dx/dt = -x : 1"), ())


# --- functions of the user --------------------------------------------------------------------------------------------


def rule_of(code: str, text: str = "dv/dt = -v*w : 1\ndw/dt = -w : 1\nE : 1") -> Rule:
    def mine(equations: Equations, variables: Any, options: Any) -> str:
        return code

    return choose(model(text), mine).build(model(text))


def test_statements_of_a_function_run_one_after_the_other() -> None:
    """w sees the new v; intermediate values may change."""
    step = stepper(rule_of("k = v*2\nk += 1\nv = k\nw = v + k"), {})
    assert step({"v": 3.0, "w": 1.0}, 0.1) == {"v": 7.0, "w": 14.0}


def test_code_as_brian2_writes_it_is_understood() -> None:
    code = "xi_1 = dt**.5 * randn()\n__k_1_v = dt*(-v*w)\n_v = v + __k_1_v\n_w = w*exp(-dt) + 0*xi_1\nv = _v\nw = _w"
    found = stepper(rule_of(code.replace("randn()", "3.0")))({"v": 2.0, "w": 0.5}, 0.1)
    assert {k: float(v) for k, v in found.items()} == pytest.approx({"v": 1.9, "w": 0.5 * math.exp(-0.1)}, rel=1e-15 * 4)
    assert rule_of(code).noise == ()


@pytest.mark.parametrize("method", [euler, rk4, described("rk2")])
def test_code_that_a_method_shows_can_be_given_back(method: Method) -> None:
    """A function may look at the code of another method and hand it on: the numbers stay."""
    start, reals = {"v": 0.75, "w": 0.25}, {"ms": MS}

    def handed_on(equations: Equations, variables: Any, options: Any) -> str:
        return method(equations, variables, options)

    again = choose(model(FITZHUGH), handed_on).build(model(FITZHUGH))
    assert run(again, start, 0.1 * MS, 20, reals) == run(method.build(model(FITZHUGH)), start, 0.1 * MS, 20, reals)


def test_resting_variable_is_left_alone_by_a_function() -> None:
    rule = rule_of("v = v + 1\nw = w + 1", "dv/dt = 1 : 1 (unless refractory)\ndw/dt = 1 : 1")
    assert stepper(rule)({"v": 1.0, "w": 1.0}, 0.1, not_refractory=False) == {"v": 1.0, "w": 2.0}


def test_function_gets_text_variables_and_options_and_may_refuse() -> None:
    asked: list[Any] = []

    def only_linear(equations: Equations, variables: Any, options: Any) -> str:
        asked.append((str(equations), dict(variables), options))
        raise UnsupportedEquationsException("not linear")

    assert choose(model("dv/dt = -v*v : 1"), (only_linear, "rk4"), options={"depth": 3}) is rk4
    assert asked == [("dv/dt = -v*v : 1", {}, {"depth": 3})]
    with pytest.raises(UnsupportedEquationsException, match=r"^method 'only_linear' cannot be used for 'G': not linear"):
        choose(model("dv/dt = -v*v : 1"), only_linear, "G")
    assert choose(Model((Ode("v", model("dv/dt = -v : 1").odes[0].rate),)), (only_linear, "euler")) is euler


@pytest.mark.parametrize(
    ("code", "kind", "message", "place"),
    [
        ("v = foo(3)", UnknownNameError, "'foo' is no function and cannot be called", "foo"),
        ("v = xi + v", UnknownNameError, "'xi' stands for nothing that is known here", "xi"),
        ("E = 3", EqsimError, "a method cannot change 'E'", "E"),
        ("t = 3", EqsimError, "a method cannot change 't'", "t"),
        ("v **= 2", EqsimError, "'**=' is not possible here", "v **= 2"),
        ("v = ", EquationSyntaxError, "there is nothing after '='", "="),
    ],
)
def test_mistake_in_the_code_of_a_function_has_a_caret(code: str, kind: type[EqsimError], message: str, place: str) -> None:
    text = "dv/dt = -v + xi : 1\nE : 1"
    with pytest.raises(kind) as caught:
        rule_of(code, text)
    (found,) = caught.value.diagnostics
    assert (found.message, found.span and found.span.text) == (message, place)


def test_function_must_return_code() -> None:
    with pytest.raises(TypeError, match=r"^method '<lambda>' must return the code of a step as a string, not int$"):
        choose(model("dv/dt = -v : 1"), lambda equations, variables, options: 3)  # type: ignore[arg-type,return-value]


# --- groups on all lanes ----------------------------------------------------------------------------------------------


def test_own_methods_in_groups_give_equal_bits_on_every_lane(lane: Lane, lanes: dict[str, Lane]) -> None:
    """A description with noise, and a function, in one network."""

    def halfway(equations: Equations, variables: Any, options: Any) -> str:
        assert set(variables) >= {"v", "s", "dt"}
        return "xi = dt**.5*randn()\n_v = v + dt*(-v/tau) + s*xi\nv = _v"

    def run_on(lane: Lane) -> list[str]:
        q.seed(11)
        namespace = {"tau": 5 * q.ms}
        mine = q.NeuronGroup(3, NOISY, method=described("heun"), namespace=namespace, name="mine")
        own = q.NeuronGroup(3, NOISY.replace("s*v", "s"), method=("exact", halfway), namespace=namespace, name="own")
        for group in (mine, own):
            group.v, group.s_ = [0.5, 1.0, 2.0], 5.0
        with lane.networks():
            q.Network(mine, own).run(2 * q.ms)
        return [float(v).hex() for group in (mine, own) for v in group.v[:]]

    found = run_on(lane)
    assert len(set(found)) == 6
    assert found == run_on(lanes["numpy"])


NOISY = "dv/dt = -v/tau + s*v*xi : 1\ns : second**-0.5 (constant)"
