"""Functions of the user: translated from Python with equal bits everywhere, or given in C++; and clear words if neither."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Lane
from scipy import stats

from eqsim import (
    BinomialFunction,
    DimensionMismatchError,
    Function,
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    TimedArray,
    check_units,
    declare_types,
    defaultclock,
    implementation,
    ms,
    mV,
    prefs,
    second,
    seed,
    start_scope,
    volt,
)
from eqsim.errors import CompileError, EqsimError, EquationError
from eqsim.targets.numpy import NumpyTarget


@pytest.fixture(autouse=True)
def fresh() -> object:
    start_scope()
    defaultclock.dt = 0.1 * ms
    yield
    defaultclock.dt = 0.1 * ms


def values(text: str, lane: Lane, names: dict[str, Any], n: int = 7, model: str = "x : 1") -> np.ndarray:
    """x after one run of ``x = text`` for elements i = 0 to n - 1, with u = (i - 3)/2."""
    group = NeuronGroup(n, f"{model}\nu = (i - 3)/2.0 : 1", namespace=names)
    group.run_regularly(f"x = {text}")
    with lane.networks():
        Network(group).run(0.1 * ms)
    return np.array(group.variables and group.memory["x"])


U = (np.arange(7) - 3) / 2.0

# --- translated -------------------------------------------------------------------------------------------------------

tau = 5 * ms
gain = 3


def with_branches(x, k):  # type: ignore[no-untyped-def]
    """Different returns, names set in branches, a chain of comparisons."""
    if x < -1:
        return -x
    y = 0.0
    if k == 3:
        y = 7
    elif 3 < k <= 5:
        y = 8.5
    return y + (x if k != 6 else 100)


def with_loop(x):  # type: ignore[no-untyped-def]
    """Horner's rule, and the exchange of two names."""
    total = 0.0
    for c in (1, 2, 3):
        total = total * x + c
    for n in range(2, 5):
        total += n
    a, b = total, x
    a, b = b, a
    return b - a * gain


def with_library(x):  # type: ignore[no-untyped-def]
    """Functions of numpy, math, Python."""
    return np.exp(-(x**2)) + math.sin(x) * np.pi + np.where(x > 0, max(x, 0.5), np.square(x)) + abs(x) // 1 + np.hypot(x, 1)


def with_logic(x):  # type: ignore[no-untyped-def]
    """Truth values are numbers, too."""
    near = x > -1 and not x > 1
    return 2 * near + (1 if near or x == 1.5 else 0)


def nested(x):  # type: ignore[no-untyped-def]
    """Calls of other functions of the user, with names of their own."""
    total = with_loop(x)
    return total + with_branches(x, 4)


def in_python(f: Callable[..., Any], *more: Any) -> np.ndarray:
    """What Python itself computes, element by element."""
    return np.array([float(f(float(u), *(m[at] for m in more))) for at, u in enumerate(U)])


PLAIN: dict[str, tuple[Callable[..., Any], Callable[[], np.ndarray]]] = {
    "f(u, i)": (with_branches, lambda: in_python(with_branches, np.arange(7))),
    "f(u)": (with_loop, lambda: in_python(with_loop)),
    "f(u) ": (with_library, lambda: in_python(with_library)),
    "f(u)  ": (with_logic, lambda: in_python(with_logic)),
    "f(u) + f(u*2)": (nested, lambda: in_python(nested) + np.array([float(nested(float(2 * u))) for u in U])),
    "f(2)*u": (lambda k: k / 4, lambda: U / 2),
}


@pytest.mark.parametrize("text", PLAIN)
def test_python_functions_are_translated(text: str, lane: Lane) -> None:
    """As Python computes them: a few roundings, and functions that are right to 2 ulp on both sides."""
    f, wanted = PLAIN[text]
    assert np.allclose(values(text, lane, {"f": f}), wanted(), rtol=1e-14, atol=1e-14)


def test_translated_functions_have_equal_bits_on_all_lanes(lanes: dict[str, Lane]) -> None:
    names = {"f": with_library, "g": with_branches, "h": nested}
    found = {name: values("f(u)*g(u, i) + h(u)", lane, names).tobytes() for name, lane in lanes.items()}
    assert len(set(found.values())) == 1 and len(found) > 1


def rate(v):  # type: ignore[no-untyped-def]
    """Units propagate; tau is read anew for each run."""
    return (-65 * mV - v) / tau


def test_units_propagate_and_outer_values_are_read_anew(lane: Lane) -> None:
    """v decays to -65 mV with tau, exactly: the function is seen to be linear."""
    global tau
    group = NeuronGroup(1, "dv/dt = rate(v) : volt", method="exact", namespace={"rate": rate})
    net = Network(group)
    try:
        with lane.networks():
            net.run(10 * ms)
            assert float(group.v_[0]) == pytest.approx(-0.065 * (1 - math.exp(-2)), rel=1e-13)
            tau = 1 * ms
            net.run(3 * ms)
            assert float(group.v_[0]) == pytest.approx(-0.065 * (1 - math.exp(-5)), rel=1e-13)
    finally:
        tau = 5 * ms


def test_units_are_checked_inside() -> None:
    """The caret is in the user's function."""

    def wrong(v):  # type: ignore[no-untyped-def]
        shift = v + 3 * ms
        return shift

    with pytest.raises(DimensionMismatchError) as error:
        NeuronGroup(1, "v : volt\nx = wrong(v) : volt", namespace={"wrong": wrong}, name="cells")
    assert str(error.value).endswith(
        """cannot add second to volt
 --> function 'wrong', line 2
2 |     shift = v + 3 * ms
  |             ^^^^^^^^^^ volt + second"""
    )


@check_units(v=volt, result=1)
def activation(v):  # type: ignore[no-untyped-def]
    """The long form: a body of its own."""
    x = (v + 40 * mV) / (6 * mV)
    y = np.exp(-x) + np.exp(x) + np.cosh(x) + np.tanh(x) ** 3 + np.sinh(x) * np.exp(-(x**2))
    z = y * y + 1 / (1 + y) + np.sqrt(1 + y**2) + np.log(1 + y**2)
    return z / (1 + z + y**2) + x * 0.01


def test_long_functions_in_equations(lane: Lane) -> None:
    """A function that is called in each stage of rk4 gives what numpy gives with the same steps."""
    names = {"activation": activation}
    group = NeuronGroup(
        2, "dw/dt = (activation(v) - w)/(3*ms) : 1\nv : volt", method="rk4", namespace={"activation": activation}
    )
    group.v = [-50, -30] * mV
    with lane.networks():
        Network(group).run(1 * ms)
    # v is constant, so w relaxes to activation(v): 4th order, dt/tau = 1/30, error below (1/30)**4/120
    wanted = activation([-50, -30] * mV) * (1 - np.exp(-1 / 3))
    assert np.allclose(np.asarray(group.w), np.asarray(wanted), rtol=1e-7)


def test_derivatives_of_long_functions() -> None:
    """A central difference of width h errs by h**2/6 of the third derivative and ulp(f)/h: below 1e-5 for h = 1 uV."""
    from eqsim.functions import resolve
    from eqsim.functions.helpers import OF_USERS
    from eqsim.ir.evaluate import Evaluator, Frame
    from eqsim.ir.expr import Call, Ref
    from eqsim.ir.program import State
    from eqsim.model.derivatives import derivative

    group = NeuronGroup(1, "v : volt\nx = f(v) : 1", namespace={"f": activation})
    assert np.isfinite(group.x[0])
    name = next(n for n in OF_USERS if n.startswith("activation"))
    slope = Evaluator(resolve)(derivative(Call(name, (Ref("v"),)), "v"))
    v, h = np.linspace(-0.06, -0.02, 9), 1e-6
    found = slope(Frame({"v": v}, State()))
    wanted = (np.asarray(activation((v + h) * volt)) - np.asarray(activation((v - h) * volt))) / (2 * h)
    assert np.allclose(found, wanted, rtol=1e-5)


def test_declared_units_are_checked_at_the_call() -> None:
    with pytest.raises(DimensionMismatchError) as error:
        NeuronGroup(1, "x = f(3*second) : 1", namespace={"f": activation}, name="cells")
    assert str(error.value).endswith(
        """f() needs something in volt for v
 --> equations of NeuronGroup 'cells', line 1
1 | x = f(3*second) : 1
  |       ^^^^^^^^ second"""
    )
    with pytest.raises(EquationError, match=r"f\(\) takes 1 argument, not 2"):
        NeuronGroup(1, "x = f(3*mV, 2) : 1", namespace={"f": activation})


def test_default_arguments(lane: Lane) -> None:
    def scaled(x, factor=3.0, shift=1):  # type: ignore[no-untyped-def]
        return factor * x + shift

    assert np.array_equal(values("f(u)", lane, {"f": scaled}), 3 * U + 1)
    assert np.array_equal(values("f(u, 2.0)", lane, {"f": scaled}), 2 * U + 1)


def test_arrays_and_random_numbers_inside_of_functions(lane: Lane) -> None:
    """A TimedArray and rand() in a Python function; each call draws for itself."""
    from eqsim.functions import BUILTINS

    rand = np.random.rand
    assert BUILTINS["rand"].stateless is False
    stimulus = TimedArray([2.0, 3.0], dt=1 * ms)

    def noisy(x, t):  # type: ignore[no-untyped-def]
        draw = rand()
        return x * stimulus(t) + draw + draw

    seed(5)
    found = values("f(u, t)", lane, {"f": noisy}, n=7)
    draws = (found - 2 * U) / 2
    assert np.all((draws > 0) & (draws < 1)) and len(set(draws.tolist())) == 7


def test_in_synapses_and_in_strings_at_once(lane: Lane) -> None:
    group = NeuronGroup(3, "x : 1", threshold="i == 1", reset="", namespace={"f": with_loop})
    wires = Synapses(group, group, "w : 1", on_pre="x_post += f(w)", namespace={"f": with_loop})
    wires.connect()
    wires.w = "f(i + j)"
    with lane.networks():
        Network(group, wires).run(0.1 * ms)
    weights = [with_loop(with_loop(1.0 + j)) for j in range(3)]
    assert np.allclose(np.asarray(group.x), weights, rtol=1e-14)


def _while(x):  # type: ignore[no-untyped-def]
    while x > 1:
        x = x / 2
    return x


def _index(x):  # type: ignore[no-untyped-def]
    table = [1, 2, 3]
    return table[0] * x


def _open_end(x):  # type: ignore[no-untyped-def]
    if x > 0:
        return 1.0


def _itself(x):  # type: ignore[no-untyped-def]
    return 1.0 if x < 1 else x * _itself(x - 1)


def _unknown(x):  # type: ignore[no-untyped-def]
    return x * not_defined_anywhere  # type: ignore[name-defined]  # noqa: F821


REFUSED = {
    "while": (
        _while,
        """the function 'f' cannot be translated: a while loop cannot be translated
 --> function 'f', line 2
2 |     while x > 1:
  |     ^^^^^^^^^^^^
  = help: write it with arithmetic only, or decorate 'f' with check_units: then numpy can call it""",
    ),
    "index": (
        _index,
        """the function 'f' cannot be translated: a list cannot be translated
 --> function 'f', line 2
2 |     table = [1, 2, 3]
  |             ^^^^^^^^^
  = help: write it with arithmetic only, or decorate 'f' with check_units: then numpy can call it""",
    ),
    "open end": (
        _open_end,
        """the function 'f' cannot be translated: it may end without giving a value
 --> function 'f', line 2
2 |     if x > 0:
  |     ^^^^^^^^^
  = help: write it with arithmetic only, or decorate 'f' with check_units: then numpy can call it""",
    ),
    "recursion": (
        _itself,
        """the function 'f' cannot be translated: the function 'f._itself' cannot be translated: 'f._itself' calls itself
 --> function 'f', line 2
2 |     return 1.0 if x < 1 else x * _itself(x - 1)
  |                                  ^^^^^^^^^^^^^^
  = help: write it with arithmetic only, or decorate 'f._itself' with check_units: then numpy can call it""",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_translated_is_shown_in_its_line(case: str) -> None:
    f, text = REFUSED[case]
    with pytest.raises(EqsimError) as error:
        NeuronGroup(1, "x = f(3.0) : 1", namespace={"f": f}, name="cells")
    assert str(error.value).endswith(text)


def test_names_that_come_later_are_missed_in_the_run() -> None:
    group = NeuronGroup(1, "dx/dt = f(3.0)/ms : 1", namespace={"f": _unknown}, name="cells", method="euler")
    with pytest.raises(EqsimError, match="'not_defined_anywhere' stands for nothing"):
        Network(group).run(0.1 * ms)


# --- given in other languages, or in Python only ----------------------------------------------------------------------


@implementation("cpp", "static int offset() { return 1; }\ndouble twice(double x) { return 2*x + offset(); }")
@check_units(x=volt, result=volt)
def twice(x):  # type: ignore[no-untyped-def]
    return 2 * x + 1 * volt


def test_code_in_cpp(code_lane: Lane) -> None:
    assert isinstance(twice, Function) and twice(1 * volt) == 3 * volt
    found = values("twice(u*volt)", code_lane, {"twice": twice}, model="x : volt")
    assert np.array_equal(found, 2 * U + 1)


def test_code_in_cpp_with_all_that_it_needs(code_lane: Lane, tmp_path: Path) -> None:
    """A header, macros, an array, another function, a file of its own; none of their names meets those of others."""
    (tmp_path / "mine.h").write_text("extern double from_file(double x);\n")
    (tmp_path / "mine.cpp").write_text('#include "mine.h"\ndouble from_file(double x) { return x + 0.25; }\n')

    @implementation("cpp", "double step(double x) { return x + 10; }", name="step")
    @check_units(x=1, result=1)
    def inner(x):  # type: ignore[no-untyped-def]
        return x + 10

    @implementation(
        "cpp",
        {
            "support_code": "#include <math.h>\ndouble state(double x, int k)"
            "{ return from_file(SCALE*fabs(x)) + _namespacetable[k % 3] + helper(EXTRA); }",
            "hashdefine_code": "#define SCALE 4.0",
        },
        name="state",
        namespace={"table": np.array([0.5, 1.5, 2.5])},
        dependencies={"helper": inner},
        headers=['"mine.h"'],
        sources=[str(tmp_path / "mine.cpp")],
        include_dirs=[str(tmp_path)],
        define_macros=[("EXTRA", "3")],
    )
    @declare_types(k="integer")
    @check_units(x=1, k=1, result=1)
    def outer(x, k):  # type: ignore[no-untyped-def]
        return 4 * np.abs(x) + 0.25 + np.array([0.5, 1.5, 2.5])[k % 3] + 13

    found = values("outer(u, i)", code_lane, {"outer": outer})
    assert np.array_equal(found, 4 * np.abs(U) + 0.25 + np.array([0.5, 1.5, 2.5])[np.arange(7) % 3] + 13)


@check_units(x=volt, result=volt)
def ranked(x):  # type: ignore[no-untyped-def]
    """Not arithmetic: it looks at all elements."""
    return np.sort(x)[::-1]


def test_python_only_runs_on_numpy_with_units() -> None:
    group = NeuronGroup(3, "x : volt\ny : volt", namespace={"ranked": ranked})
    group.x = [1, 3, 2] * volt
    group.run_regularly("y = ranked(x)")
    net = Network(group)
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    try:
        net.run(0.1 * ms)
    finally:
        prefs.codegen.target = before
    assert np.asarray(group.y).tolist() == [3, 2, 1]


def test_python_only_is_refused_by_compiled_targets(lanes: dict[str, Lane]) -> None:
    compiled = [lane for name, lane in lanes.items() if name != "numpy"]
    group = NeuronGroup(3, "x : volt\ny : volt", namespace={"ranked": ranked}, name="cells")
    group.run_regularly("y = ranked(x)")
    net = Network(group)
    with pytest.raises(CompileError) as error, compiled[0].networks():
        net.run(0.1 * ms)
    assert str(error.value).endswith(
        "the function 'ranked' exists in Python only, so it cannot be compiled: an index cannot be translated "
        "(function 'ranked', line 4: np.sort(x)[::-1])\n"
        " = help: give it code with @implementation('cpp', ...), or set prefs.codegen.target = 'numpy'"
    )


def test_auto_goes_on_with_numpy_and_says_why(lanes: dict[str, Lane], caplog: pytest.LogCaptureFixture) -> None:
    from eqsim.targets.auto import AutoTarget

    target = AutoTarget(lanes["g++ -O0"].target, worthwhile_s=0.0)  # type: ignore[arg-type]
    group = NeuronGroup(3, "x : volt\ny : volt", namespace={"ranked": ranked})
    group.run_regularly("y = ranked(x)\nx += i*mV")
    with caplog.at_level(logging.WARNING, logger="eqsim"), Lane("auto", target, {}).networks():
        Network(group).run(100 * ms)
    assert np.allclose(np.asarray(group.x), [0, 1, 2])
    told = [r.getMessage() for r in caplog.records if "exists in Python only" in r.getMessage()]
    assert len(told) == 1 and told[0].startswith("running on numpy, which is slower: ")


def test_functions_without_units_may_be_given_them() -> None:
    with pytest.raises(ValueError, match="the units of the function 'plain' are not known"):

        def plain(x):  # type: ignore[no-untyped-def]
            return x

        Function(plain)
    f = Function(lambda x: 2 * x, arg_units=[volt], return_unit=volt)
    group = NeuronGroup(2, "x : volt", namespace={"f": f})
    group.x = "f(i*volt)"
    assert np.asarray(group.x).tolist() == [0, 2]
    with pytest.raises(DimensionMismatchError, match="needs something in volt"):
        group.x = "f(3)"


def test_functions_of_plain_numbers_are_translated_as_such(lane: Lane) -> None:
    """discard_units: what is in volt arrives in SI, without its unit."""

    @implementation("numpy", discard_units=True)
    @check_units(x=volt, result=volt)
    def shifted(x):  # type: ignore[no-untyped-def]
        return x + 2 * x**2

    assert np.array_equal(values("shifted(u*volt)", lane, {"shifted": shifted}, model="x : volt"), U + 2 * U**2)


def test_numpy_implementation_gets_plain_numbers() -> None:
    seen: list[Any] = []

    @implementation("numpy", discard_units=True)
    @check_units(x=volt, result=volt)
    def noted(x):  # type: ignore[no-untyped-def]
        seen.append(type(x))  # no arithmetic: Python has to call it
        return x * 2

    group = NeuronGroup(2, "x : volt", namespace={"noted": noted})
    group.x = "noted(1*mV)"
    assert np.allclose(np.asarray(group.x), 2e-3) and seen and not any(hasattr(kind, "dim") for kind in seen)


def test_types_of_arguments_and_results(lane: Lane) -> None:
    @declare_types(k="integer", flag="boolean", result="integer")
    @check_units(k=1, flag=bool, result=1)
    def counted(k, flag):  # type: ignore[no-untyped-def]
        return k + 10 * flag

    found = values("counted(i, u > 0)/2", lane, {"counted": counted})
    assert np.array_equal(found, (np.arange(7) + 10 * (U > 0)) / 2)
    with pytest.raises(EquationError, match=r"counted\(\) needs an integer"):
        NeuronGroup(1, "x = counted(0.5, True) : 1", namespace={"counted": counted})
    with pytest.raises(EquationError, match=r"counted\(\) needs a condition"):
        NeuronGroup(1, "x = counted(2, 3) : 1", namespace={"counted": counted})
    with pytest.raises(ValueError, match="must be one of boolean, integer, float, any, not 'real'"):
        declare_types(k="real")


def test_functions_with_a_state_are_called_anew_each_time() -> None:
    """No two calls are taken for one, and none is moved out of the run."""
    count = iter(range(1000))

    def counter():  # type: ignore[no-untyped-def]
        return next(count)

    f = Function(counter, arg_units=[], return_unit=1, stateless=False)
    group = NeuronGroup(1, "x : 1\ny : 1", namespace={"f": f})
    group.run_regularly("x = f()\ny += f()")
    with Lane("numpy", NumpyTarget(), {}).networks():
        Network(group).run(0.3 * ms)
    assert (float(group.x[0]), float(group.y[0])) == (4, 1 + 3 + 5)


def test_auto_vectorise_gives_the_element(code_lane: Lane) -> None:
    f = Function(lambda x, element: x + element, arg_units=[1], return_unit=1, auto_vectorise=True, arg_names=["x"])
    f.implementations.add_implementation("cpp", "double g(double x, int element) { return x + element; }", name="g")
    assert np.array_equal(values("f(10*u)", code_lane, {"f": f}), 10 * U + np.arange(7))


def test_a_function_can_be_defined_anew() -> None:
    group = NeuronGroup(1, "x : 1")
    group.run_regularly("x += g(t/ms)")
    net = Network(group)

    def g(x):  # type: ignore[no-untyped-def]
        return 1

    net.run(0.2 * ms)

    def g(x):  # type: ignore[no-untyped-def]  # noqa: F811
        return 10

    net.run(0.2 * ms)
    assert float(group.x[0]) == 22


def test_names_of_late_functions_may_be_variables() -> None:
    """Scripts from before min and max were functions."""

    def hypot(x):  # type: ignore[no-untyped-def]
        return x + 1

    group = NeuronGroup(2, "max : 1\nmin = max + 1 : 1\nx = max(min, 3) + hypot(2) : 1", namespace={"hypot": hypot})
    group.max = [1, 5]
    assert np.asarray(group.x).tolist() == [6, 9]


def test_dimensions_of_late_functions() -> None:
    group = NeuronGroup(1, "v : volt\nx = max(0, v, -3*mV) : volt\nangle = arctan2(v, -1*mV) : 1\nr = hypot(v, 3*mV) : volt")
    group.v = 4 * mV
    assert float(group.x_[0]) == 4e-3 and float(group.r_[0]) == pytest.approx(5e-3)
    assert float(group.angle[0]) == pytest.approx(math.atan2(4, -1))
    group = NeuronGroup(
        1, "v : volt\nx = where(v > 1*mV, v, 0) + where(1, 2*mV, 3*mV) : volt\nk = where(i > 0, 2, 3) : integer"
    )
    group.v = 4 * mV
    assert (float(group.x_[0]), int(group.k[0])) == (6e-3, 3)
    with pytest.raises(DimensionMismatchError, match=r"where\(\) needs a condition and two values of the same dimension"):
        NeuronGroup(1, "v : volt\nx = where(v > 1*mV, v, 1) : volt")
    with pytest.raises(DimensionMismatchError, match=r"max\(\) needs arguments of the same dimension"):
        NeuronGroup(1, "v : volt\nx = max(v, 3) : volt")
    with pytest.raises(EquationError, match=r"max\(\) takes at least 2 arguments, not 1"):
        NeuronGroup(1, "x = max(3) : 1")


# --- binomial counts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (10, 0.02), (100, 0.05), (25, 0.4), (100, 0.8), (40, 0.5), (10**6, 0.3)])
def test_binomial_counts_follow_their_law(n: int, p: float) -> None:
    """chi-squared over bins of at least 20 expected counts; failure probability 10**-6 for each case, with a fixed seed."""
    seed(3)
    size = 20_000
    group = NeuronGroup(size, "x : 1", namespace={"b": BinomialFunction(n, p, approximate=False)}, name="cells")
    group.x = "b()"
    x, law = np.asarray(group.x), stats.binom(n, p)
    low, high = law.ppf([20 / size, 1 - 20 / size])
    edges = np.unique(np.linspace(low, high, min(60, int(high - low) + 1)).round())
    counts = np.histogram(x, np.concatenate([[-1], edges + 0.5, [np.inf]]))[0]
    expected = np.diff(np.concatenate([[0], law.cdf(edges), [1]])) * size
    keep = expected >= 5
    assert stats.chisquare(counts[keep], expected[keep] * counts[keep].sum() / expected[keep].sum()).pvalue > 1e-6
    # 5 standard errors: 6e-7; the fourth central moment is at most 3 s**4 + s**2
    variance = n * p * (1 - p)
    assert abs(x.mean() - n * p) < 5 * math.sqrt(variance / size)
    assert abs(x.var() - variance) < 5 * math.sqrt((2 * variance**2 + variance) / size)


def test_binomial_on_all_lanes(lanes: dict[str, Lane]) -> None:
    """Equal bits by inversion, by rejection and by the normal law; sure things are sure."""
    names = {
        "few": BinomialFunction(10, 0.1, approximate=False),
        "many": BinomialFunction(1000, 0.7, approximate=False),
        "normal": BinomialFunction(1000, 0.3),
        "none": BinomialFunction(5, 0),
        "all": BinomialFunction(5, 1),
    }
    found = {}
    for name, lane in lanes.items():
        seed(8)
        group = NeuronGroup(50, "x : 1\ny : 1\nz : 1\na : 1", namespace=names, name="cells")
        group.run_regularly("x += few()\ny += many()\nz += normal()\na += none() + 100*all()")
        with lane.networks():
            Network(group).run(2 * ms)
        found[name] = b"".join(group.memory[v].tobytes() for v in "xyza")
        assert np.all(np.asarray(group.a) == 20 * 500)
        assert abs(float(np.mean(group.y[:])) - 20 * 700) < 5 * math.sqrt(20 * 210 / 50)
        assert abs(float(np.mean(group.z[:])) - 20 * 300) < 5 * math.sqrt(20 * 210 / 50)
    assert len(set(found.values())) == 1


def test_binomial_arguments_are_checked() -> None:
    with pytest.raises(ValueError, match="number of trials"):
        BinomialFunction(-1, 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        BinomialFunction(3, 1.5)
    with pytest.raises(EquationError, match=r"b\(\) takes 0 arguments, not 1"):
        NeuronGroup(1, "x = b(3) : 1", namespace={"b": BinomialFunction(3, 0.5)})
    monitor = StateMonitor(NeuronGroup(1, "x : second"), "x", record=True)
    assert monitor is not None and second is not None


def test_equations_alone_need_not_know_functions() -> None:
    """Without a group a function is only a name: it may change the noise with time, or with the state."""
    from eqsim import Equations

    assert Equations("dv/dt = f(v)/ms + xi/sqrt(ms) : 1").stochastic_type == "additive"
    assert Equations("dv/dt = f(v)/ms + g(t)*xi/sqrt(ms) : 1").stochastic_type == "multiplicative"
