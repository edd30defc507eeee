"""The exact method against the matrix exponential in 40 digits, for all shapes of coupling and hard rates."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from rules import evaluate, run, stepper

from eqsim.functions.divided import MOST_POINTS, difference
from eqsim.integrators import exact
from eqsim.ir.expr import Expr, Load, Number, Op, Ref, real
from eqsim.ir.show import show
from eqsim.ir.walk import nodes
from eqsim.model.equations import Equations
from eqsim.model.model import Model, Ode
from eqsim.model.symbolic import symbolic_model

DIGITS = 40
LIMIT = 1e-12  # relative, for each entry

SHAPES: dict[str, list[list[int]]] = {
    "one": [[1]],
    "integrator": [[0]],
    "two inputs": [[1, 1, 1], [0, 1, 0], [0, 0, 1]],
    "chain": [[1, 1, 0], [0, 1, 1], [0, 0, 1]],
    "long chain": [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]],
    "triangle": [[1, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]],
    "pair": [[1, 1], [1, 1]],
    "oscillator": [[0, 1], [1, 0]],
    "pair with input": [[1, 1, 1], [1, 1, 0], [0, 0, 1]],
    "pair with chain": [[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]],
    "pair with output": [[1, 1, 1], [0, 1, 1], [0, 1, 1]],
    "two pairs": [[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]],
    "ring": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "full": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
}


def shaped(shape: list[list[int]], driven: bool) -> Model:
    """``x_i' = sum_j a_ij x_j + b_i`` with the couplings of a shape; all coefficients are values of each element."""
    odes = []
    for i, row in enumerate(shape):
        terms: list[Expr] = [Ref(f"a{i}{j}") * Ref(f"x{j}") for j, coupled in enumerate(row) if coupled]
        terms += [Ref(f"b{i}")] if driven else []
        rate: Expr = real(0.0)
        for term in terms:
            rate = rate + term
        odes.append(Ode(f"x{i}", rate))
    return Model(tuple(odes))


def entries(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """A matrix (n, n) of a kind that is hard for a closed form."""
    a = rng.normal(size=(n, n))
    if kind == "nearly equal rates":
        np.fill_diagonal(a, -1 - 10.0 ** -rng.uniform(3, 14, n) * rng.normal(size=n))
    if kind == "equal rates":
        np.fill_diagonal(a, -0.7)
    if kind == "stiff":
        a = np.abs(a) * 10.0 ** rng.uniform(-3, 0, (n, n))
        np.fill_diagonal(a, -(10.0 ** rng.uniform(-3, 2.5, n)))
    if kind == "units":
        d = 10.0 ** rng.uniform(-12, 3, n)
        a = a * d[:, None] / d[None, :]
    return a


def reference(a: np.ndarray, dt: float, driven: bool = True) -> tuple[Any, Any]:
    """exp(A dt) and its integral over the step, from the exponential of the matrix [[A, 1], [0, 0]]."""
    n = len(a)
    size = 2 * n if driven else n
    m = mp.zeros(size)
    for i in range(n):
        for j in range(n):
            with mp.workdps(DIGITS):
                m[i, j] = mp.mpf(float(a[i, j])) * mp.mpf(dt)
        if driven:
            m[i, n + i] = mp.mpf(dt)
    with mp.workdps(DIGITS):
        e = mp.expm(m)
    return e[:n, :n], e[:n, n:size]


KINDS = ("any", "nearly equal rates", "equal rates", "stiff", "units")


@pytest.mark.parametrize("driven", [False, True], ids=["", "driven"])
@pytest.mark.parametrize("shape", SHAPES)
def test_each_entry_agrees_with_the_matrix_exponential(shape: str, driven: bool) -> None:
    pattern = np.array(SHAPES[shape])
    rng = np.random.default_rng([len(shape), driven])
    cases = [(kind, dt) for kind in KINDS for dt in (1.0, 0.1, 0.01)]
    matrices = np.array([entries(kind, len(pattern), rng) * pattern for kind, _ in cases])
    dts = np.array([dt for _, dt in cases])
    found = step_matrix(shaped(SHAPES[shape], driven), matrices, dts)
    for case, (kind, dt) in enumerate(cases):
        propagator, integral = reference(matrices[case], dt, driven)
        compare(found[case, :, : len(pattern)], propagator, f"{kind}, dt = {dt}")
        if driven:
            compare(found[case, :, len(pattern) :], integral, f"drive, {kind}, dt = {dt}")


def step_matrix(m: Model, matrices: np.ndarray, dts: np.ndarray) -> np.ndarray:
    """What a step makes of each unit vector, then of each unit drive: (case, variable, vector)."""
    n = len(m.names)
    start = np.hstack([np.eye(n), np.zeros((n, n))])
    drive = np.hstack([np.zeros((n, n)), np.eye(n)])
    names = {f"a{i}{j}": matrices[:, i, j, None] for i in range(n) for j in range(n)}
    names |= {f"b{i}": drive[i] for i in range(n)}
    step = stepper(exact.build(m))
    new = step({f"x{i}": start[i] for i in range(n)}, dts[:, None], **names)
    return np.stack([np.broadcast_to(new[f"x{i}"], (len(dts), 2 * n)) for i in range(n)], axis=1)


def compare(found: np.ndarray, expected: Any, what: str) -> None:
    for i in range(expected.rows):
        for j in range(expected.cols):
            with mp.workdps(DIGITS):
                error = abs(mp.mpf(float(found[i, j])) - expected[i, j])
            assert error <= LIMIT * abs(expected[i, j]), (what, i, j, float(error / (abs(expected[i, j]) or 1)))


@pytest.mark.parametrize("exponent", range(3, 15))
def test_alpha_synapse_with_nearly_equal_time_constants(exponent: int) -> None:
    """v' = g - a v, g' = x - b g, x' = -c x, where a, b, c differ by 10**-exponent."""
    d = 10.0**-exponent
    a = np.array([[-1.0, 1.0, 0.0], [0.0, -1.0 - d, 1.0], [0.0, 0.0, -1.0 + d]])
    found = step_matrix(shaped(SHAPES["chain"], False), a[None], np.array([0.3]))
    compare(found[0, :, :3], reference(a, 0.3, False)[0], f"1e-{exponent}")


@pytest.mark.parametrize("n", range(2, MOST_POINTS + 1))
def test_divided_differences_at_one_point_are_the_limit(n: int) -> None:
    """exp[x, ..., x] = exp(x)/(n - 1)!; and at points that the recurrence separates, the definition for two of them."""
    for x in (-30.0, -1.0, 0.0, 2.0):
        found = evaluate(difference(*[real(x)] * n), {})
        assert found == pytest.approx(float(mp.exp(x) / mp.factorial(n - 1)), rel=1e-15 * 4)


@pytest.mark.parametrize("n", range(2, MOST_POINTS + 1))
def test_divided_differences_at_any_points(n: int) -> None:
    """Against partial fractions in 200 digits: sum_i exp(x_i)/prod_(j != i)(x_i - x_j).

    A recurrence at span 2 subtracts values that agree to about 1 in 3: the error grows by up to 5 at each of 4 levels
    in the worst case, 5**4 * 2**-53 = 7e-14; the factor is nearer 2 for points at random.
    """
    rng = np.random.default_rng(n)
    points = np.concatenate(
        [rng.uniform(-1, 1, (20, n)), -(10.0 ** rng.uniform(-8, 2.5, (20, n))), -1 + 1e-5 * rng.normal(size=(20, n))]
    )
    found = evaluate(difference(*[Ref(f"p{k}") for k in range(n)]), {f"p{k}": points[:, k] for k in range(n)})
    with mp.workdps(200):
        for row, value in zip(points, found, strict=True):
            x = [mp.mpf(float(p)) for p in row]
            terms = [mp.exp(a) / mp.fprod(a - b for b in x if b is not a) for a in x]
            assert abs(mp.fsum(terms) - mp.mpf(float(value))) <= 5e-14 * abs(mp.fsum(terms))


def test_an_undamped_oscillator_keeps_its_energy() -> None:
    """x' = v, v' = -w**2 x over 1000 steps: each rounds the energy a few times, 1000*10*2**-53 = 1e-12."""
    m = symbolic_model(Equations("dx/dt = v : 1\ndv/dt = -w*w*x : 1"))
    end = run(exact.build(m), {"x": 1.0, "v": 0.0}, 0.1, 1000, {"w": 2.0})
    assert end["v"] ** 2 + 4 * end["x"] ** 2 == pytest.approx(4.0, rel=1e-12)
    assert end["x"] == pytest.approx(float(mp.cos(2 * mp.mpf(0.1) * 1000)), abs=1e-12)


@pytest.mark.parametrize("damping", [0.5, 2.0, 2.0 - 1e-9, 2.0 + 1e-9, 5.0])
def test_damped_oscillators_of_all_three_kinds(damping: float) -> None:
    """x'' + c x' + x = f for under-, critically and overdamped c: step by step as in one large step."""
    m = symbolic_model(Equations("dx/dt = v : 1\ndv/dt = f - c*v - x : 1"))
    rule, reals = exact.build(m), {"c": damping, "f": 0.3}
    many, one = run(rule, {"x": 1.0, "v": 0.0}, 0.05, 100, reals), run(rule, {"x": 1.0, "v": 0.0}, 5.0, 1, reals)
    for name in ("x", "v"):
        # 100 steps with a few roundings each, of values up to 1
        assert float(many[name]) == pytest.approx(float(one[name]), abs=1e-13)


def test_parameters_of_each_element() -> None:
    """Arrays of time constants: among them equal ones, and pairs of all kinds."""
    m = symbolic_model(Equations("dv/dt = (g - v)/a : 1\ndg/dt = -g/b : 1"))
    step = stepper(exact.build(with_arrays(m, "a", "b")))
    a, b = np.array([1.0, 2.0, 2.0]), np.array([3.0, 2.0, 2.0 + 1e-10])
    found = step({"v": np.zeros(3), "g": np.ones(3)}, 0.5, a=a, b=b)["v"]
    for k in range(3):
        matrix = np.array([[-1 / a[k], 1 / a[k]], [0.0, -1 / b[k]]])
        # the matrix itself is rounded: relative 2**-53 in rates near 1
        assert found[k] == pytest.approx(float(reference(matrix, 0.5)[0][0, 1]), rel=1e-15 * 4)


def with_arrays(m: Model, *names: str) -> Model:
    """Numbers turned into values of each element."""
    from eqsim.ir.walk import transform

    return Model(
        tuple(
            Ode(o.name, transform(o.rate, lambda e: Ref(e.name) if isinstance(e, Number) and e.name in names else e))
            for o in m.odes
        )
    )


def test_a_synaptic_network_costs_five_products_per_neuron() -> None:
    """Two exponential currents into a membrane (Vogels and Abbott 2005): all coefficients are free of elements."""
    eqs = """dv/dt = (rest - v + I_exc + I_inh)/tau_m : volt (unless refractory)
             dI_exc/dt = -I_exc/tau_exc : volt
             dI_inh/dt = -I_inh/tau_inh : volt"""
    rule = exact.build(symbolic_model(Equations(eqs)))
    assert [f"{name} = {show(value)}" for name, value in rule.updates] == [
        "v = v*_decay_v + _v_drive + I_exc*_v_from_I_exc + I_inh*_v_from_I_inh if not_refractory else v",
        "I_exc = I_exc*_decay_I_exc",
        "I_inh = I_inh*_decay_I_inh",
    ]
    bound = {let.name for let in rule.lets}
    for let in rule.lets:
        assert all(x.name in bound | {"dt"} for x in nodes(let.value) if isinstance(x, Ref))


def test_a_drive_of_each_element_stays_outside_the_coefficients() -> None:
    at = Ref("i", "int")
    m = Model((Ode("v", (Number("E") - Ref("v") + Load("cells.I", at)) / Number("tau")),))
    assert exact(m).splitlines() == [
        "_dt_per_tau = dt/tau",
        "_decay_v = exp(-_dt_per_tau)",
        "_v_drive = _dt_per_tau*exprel(-_dt_per_tau)",
        "v_new = v*_decay_v + _v_drive*(E + cells.I[i])",
        "v = v_new",
    ]


def test_beyond_its_range_the_matrix_gives_nan_and_not_a_wrong_number() -> None:
    found = step_matrix(shaped(SHAPES["full"], False), np.full((1, 3, 3), 1e9), np.array([1.0]))
    assert np.all(np.isnan(found[0, :, :3]))


def test_no_coefficient_divides_by_a_difference_of_rates() -> None:
    """Equal time constants must not be a special case of the code that is written."""
    m = symbolic_model(Equations("dv/dt = (g - v)/a : 1\ndg/dt = (h - g)/b : 1\ndh/dt = -h/c : 1"))
    divisors = [x.args[1] for let in exact.build(m).lets for x in nodes(let.value) if isinstance(x, Op) and x.op == "/"]
    assert {show(d) for d in divisors} == {"a", "b", "c"}
