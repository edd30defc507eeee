"""What strings may call: names, numbers of arguments, dimensions, types, values and derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from functions_support import EVALUATOR

from eqsim.errors import InternalError
from eqsim.functions import BUILTINS, CONSTANTS, FUNCTIONS, closure, lower_power, resolve
from eqsim.ir.evaluate import Frame
from eqsim.ir.expr import Call, Const, Draw, Expr, Op, Ref, Type, integer, real
from eqsim.ir.program import State
from eqsim.ir.stmt import Let
from eqsim.ir.walk import called, nodes
from eqsim.units import DIMENSIONLESS, get_or_create_dimension

VOLT = get_or_create_dimension(m=2, kg=1, s=-3, A=-1)
TIME = get_or_create_dimension(s=1)

X, Y, Z = Ref("x"), Ref("y"), Ref("z")
N, B = Ref("n", "int"), Ref("b", "bool")


def evaluate(e: Expr, **values: Any) -> np.ndarray:
    """The value of an expression whose Refs have these values."""
    with np.errstate(all="ignore"):
        return EVALUATOR(e)(Frame({k: np.asarray(v) for k, v in values.items()}, State()))


def lower(name: str, *args: Expr) -> Expr:
    return BUILTINS[name].lower(args, 0)


def test_exactly_these_names_are_known() -> None:
    names = """abs arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil clip cos cosh exp exp2 expm1 exprel floor
    hypot int log log10 log1p log2 max min poisson rand randn sign sin sinh sqrt tan tanh timestep
    where"""
    assert sorted(BUILTINS) == sorted(names.split())
    assert dict(CONSTANTS) == {"pi": math.pi, "e": math.e, "inf": math.inf}
    assert all(b.name == name and b.doc for name, b in BUILTINS.items())


def test_only_random_functions_have_a_state() -> None:
    assert {name for name, b in BUILTINS.items() if not b.stateless} == {"rand", "randn", "poisson"}
    assert lower("rand") == Draw("uniform", 0)
    assert BUILTINS["randn"].lower((), 7) == Draw("normal", 7)
    assert BUILTINS["poisson"].lower((integer(3),), 7).type == "int"


def test_dimensions_of_arguments() -> None:
    assert BUILTINS["exp"].wrong_dimension(0, [DIMENSIONLESS]) == ""
    assert BUILTINS["exp"].wrong_dimension(0, [None]) == ""
    assert BUILTINS["exp"].wrong_dimension(0, [VOLT]) == "a dimensionless argument"
    assert BUILTINS["clip"].wrong_dimension(2, [VOLT, VOLT, TIME]) == "arguments of the same dimension"
    assert BUILTINS["clip"].wrong_dimension(2, [VOLT, None, VOLT]) == ""
    assert BUILTINS["timestep"].wrong_dimension(1, [TIME, VOLT]) == "times as arguments"
    for name in ("abs", "sign", "sqrt"):
        assert BUILTINS[name].wrong_dimension(0, [VOLT]) == ""


def test_dimensions_of_results() -> None:
    assert BUILTINS["abs"].dimension([VOLT]) is VOLT
    assert BUILTINS["clip"].dimension([None, VOLT, VOLT]) is VOLT
    assert BUILTINS["sqrt"].dimension([VOLT * VOLT]) is VOLT
    assert BUILTINS["sqrt"].dimension([None]) is None
    for name in ("sign", "exp", "int", "floor"):
        assert BUILTINS[name].dimension([VOLT]) is DIMENSIONLESS
    assert BUILTINS["timestep"].dimension([TIME, TIME]) is DIMENSIONLESS
    assert BUILTINS["rand"].dimension([]) is DIMENSIONLESS


@pytest.mark.parametrize("name", ["abs", "sign"])
def test_types_are_kept_by_abs_and_sign(name: str) -> None:
    kinds: list[tuple[Expr, Type]] = [(X, "real"), (N, "int"), (B, "int")]
    assert [lower(name, e).type for e, _ in kinds] == [kind for _, kind in kinds]


def test_types_of_other_functions() -> None:
    assert lower("clip", N, integer(0), integer(2)).type == "int"
    assert lower("clip", N, real(0.5), integer(2)).type == "real"
    assert lower("int", B).type == lower("int", X).type == "int"
    assert lower("floor", N).type == lower("ceil", X).type == lower("exp", N).type == lower("sqrt", B).type == "real"
    assert lower("timestep", X, Y).type == "int"


def test_values_of_steps() -> None:
    x = np.array([-2.5, -0.5, 0.0, 2.7])
    assert evaluate(lower("int", X), x=x).tolist() == [-2, 0, 0, 2]
    assert evaluate(lower("int", B), b=[True, False]).tolist() == [1, 0]
    assert evaluate(lower("floor", X), x=x).tolist() == [-3.0, -1.0, 0.0, 2.0]
    assert evaluate(lower("ceil", X), x=x).tolist() == [-2.0, 0.0, 0.0, 3.0]
    assert evaluate(lower("sign", X), x=x).tolist() == [-1.0, -1.0, 0.0, 1.0]
    assert evaluate(lower("sign", N), n=[-5, 0, 5]).tolist() == [-1, 0, 1]
    assert evaluate(lower("abs", N), n=[-5, 0, 5]).tolist() == [5, 0, 5]


def test_ints_stay_exact_beyond_2_to_the_53() -> None:
    big = 2**60 + 1
    assert evaluate(lower("abs", N), n=-big) == big
    assert evaluate(lower("clip", N, integer(0), integer(big)), n=2**61) == big
    assert evaluate(lower_power(N, integer(3)), n=2**20 + 1) == (2**20 + 1) ** 3


def test_clip() -> None:
    x = np.array([-1.0, 0.5, 3.0, np.nan])
    assert evaluate(lower("clip", X, real(0.0), real(2.0)), x=x)[:3].tolist() == [0.0, 0.5, 2.0]
    assert np.isnan(evaluate(lower("clip", X, real(0.0), real(2.0)), x=x)[3])
    assert evaluate(lower("clip", X, real(2.0), real(1.0)), x=x)[0] == 1.0  # bounds that cross: the upper one, as numpy


def test_timestep_counts_steps_in_spite_of_rounding() -> None:
    """t = n*dt in reals may lie below the exact product; the count is n for each of 10**5 steps."""
    n = np.arange(100_000)
    for dt in (1e-4, 1e-5, 3e-4, 0.1):
        assert np.array_equal(evaluate(lower("timestep", X, Y), x=n * dt, y=dt), n)


# --- powers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(1, 17))
def test_small_whole_powers_are_products(count: int) -> None:
    """No call; as few products as binary powering takes, so the error is below one ulp for each of them."""
    e = lower_power(X, integer(count))
    assert not any(isinstance(x, Call) for x in nodes(e))
    x = np.array([1.1, -0.7, 3.0, 1e-3])
    # each product is right to 2**-53; binary powering to n has at most n-1 of them in every path
    assert np.allclose(evaluate(e, x=x), x**count, rtol=count * 2.0**-53, atol=0)
    inverse = evaluate(lower_power(X, real(-float(count))), x=x)
    assert np.allclose(inverse, 1 / x**count, rtol=(count + 2) * 2.0**-53, atol=0)


def test_shapes_of_powers() -> None:
    assert lower_power(X, integer(2)) == X * X
    assert lower_power(X, integer(3)) == X * X * X
    assert lower_power(X, integer(4)) == (X * X) * (X * X)
    assert lower_power(X, real(1.0)) == X
    assert lower_power(X, real(0.5)) == Op("sqrt", (X,))
    assert lower_power(X, real(-1.0)) == 1.0 / X
    assert lower_power(X, real(2.5)) == Call("power", (X, real(2.5)))
    assert lower_power(X, Y) == Call("power", (X, Y))
    assert lower_power(X, integer(0)) == real(1.0)
    assert lower_power(X, real(math.inf)) == Call("power", (X, real(math.inf)))


def test_types_of_powers() -> None:
    assert lower_power(N, integer(2)).type == lower_power(B, integer(3)).type == lower_power(N, integer(0)).type == "int"
    assert lower_power(N, integer(-1)).type == lower_power(N, real(2.0)).type == lower_power(N, N).type == "real"


# --- derivatives ------------------------------------------------------------------------------------------------------

RANGES = {
    "arccos": (-0.9, 0.9),
    "arcsin": (-0.9, 0.9),
    "arctanh": (-0.8, 0.8),
    "arccosh": (1.1, 5),
    "cbrt": (0.1, 5),
    "log2": (0.1, 5),
    "log": (0.1, 5),
    "log10": (0.1, 5),
    "sqrt": (0.1, 5),
    "log1p": (-0.9, 5),
}
SMOOTH = [
    name for name, b in BUILTINS.items() if b.arity == 1 and b.derivative and name not in ("int", "floor", "ceil", "sign")
]


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_are_slopes(name: str) -> None:
    """Central differences of width h err by h**2 f'''/6 + 2 ulp(f)/h: with h = 1e-5 and |f'''| < 10**4 below 1e-6."""
    low, high = RANGES.get(name, (-1.4, 1.4))
    x = np.linspace(low, high, 50)
    x, h = x[np.abs(x) > 1e-2], 1e-5
    f = lower(name, X)
    derivative = BUILTINS[name].derivative
    assert derivative is not None
    slope = (evaluate(f, x=x + h) - evaluate(f, x=x - h)) / (2 * h)
    assert np.allclose(evaluate(derivative((X,), 0), x=x), slope, rtol=1e-6, atol=1e-6)


def test_derivative_of_exprel_near_zero() -> None:
    """1/2 + x/3 + x**2/8; where its two forms meet they differ by less than the rounding of the second, 2**-52/1e-3."""
    derivative = BUILTINS["exprel"].derivative
    assert derivative is not None
    x = np.array([0.0, 1e-8, -1e-4, 0.000999, 0.001001, -0.000999, -0.001001])
    assert np.allclose(evaluate(derivative((X,), 0), x=x), 0.5 + x / 3 + x**2 / 8 + x**3 / 30, rtol=0, atol=1e-12)


def test_derivatives_of_steps_vanish() -> None:
    for name in ("sign", "floor", "ceil", "int"):
        derivative = BUILTINS[name].derivative
        assert derivative is not None and derivative((X,), 0) == real(0.0)


def test_derivatives_of_clip_choose_one_argument() -> None:
    derivative = BUILTINS["clip"].derivative
    assert derivative is not None
    for x, wanted in [(-1.0, [0, 1, 0]), (0.5, [1, 0, 0]), (3.0, [0, 0, 1])]:
        assert [float(evaluate(derivative((X, Y, Z), at), x=x, y=0.0, z=2.0)) for at in range(3)] == wanted


def test_random_functions_have_no_derivative() -> None:
    assert all(BUILTINS[name].derivative is None for name in ("rand", "randn", "poisson"))


# --- the registry -----------------------------------------------------------------------------------------------------


def test_closure_puts_callees_first() -> None:
    order = [f.name for f in closure(["poisson", "normal"])]
    assert set(order) >= {"poisson", "poisson_trial", "log", "log1p", "exp", "uniform", "normal"}
    for f in closure(FUNCTIONS):
        seen = [g.name for g in closure([f.name])]
        assert seen[-1] == f.name
        assert called((*f.body, Let("result", f.result))) <= set(seen)


def test_every_call_of_a_builtin_is_a_function() -> None:
    for b in BUILTINS.values():
        for x in nodes(b.lower((X, Y, Z)[: b.arity], 0)):
            assert not isinstance(x, Call) or resolve(x.function).type == x.type


def test_names_in_a_body_are_bound_once_and_before_use() -> None:
    for f in FUNCTIONS.values():
        bound = {name for name, _ in f.parameters}
        for let in (*f.body, Let("result", f.result)):
            inner = {n for x in nodes(let.value) for n in getattr(x, "names", ())}
            assert {x.name for x in nodes(let.value) if isinstance(x, Ref)} <= bound | inner, (f.name, let.name)
            assert let.name not in bound, (f.name, let.name)
            bound.add(let.name)


def test_hot_functions_have_no_branches_tables_loops_or_conversions() -> None:
    """What keeps loops over them vector code."""
    for f in closure("exp expm1 exprel log log1p log10 tanh sinh cosh sin cos tan power uniform normal mod".split()):
        kinds = {type(x).__name__ for let in (*f.body, Let("result", f.result)) for x in nodes(let.value)}
        assert not kinds & {"Iterate", "Table", "Cast"}, f.name


def test_unknown_function_is_a_fault_of_ours() -> None:
    with pytest.raises(InternalError) as error:
        resolve("nonsense")
    assert str(error.value) == (
        "this is a bug in eqsim (stage: functions); please report it.\nno function is called 'nonsense'"
    )


def test_constants_of_bodies_are_finite_reals_or_words() -> None:
    """A word that does not fit into 64 bits has no C literal."""
    for f in FUNCTIONS.values():
        for let in (*f.body, Let("result", f.result)):
            for x in nodes(let.value):
                if isinstance(x, Const) and x.kind == "word":
                    assert 0 <= int(x.value) < 2**64
