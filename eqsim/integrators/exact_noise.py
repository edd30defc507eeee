"""The exact law of linear equations with additive noise, one step of any size.

In: ``dx = (A x + b) dt + G dW`` with constant A, b and G.  Out: the exact mean (see `exact`), and a random part that has
the exact covariance of all variables after the step (Gillespie 1996 for one variable; Van Loan 1978 for the integral)::

    P(dt) = integral_0^dt exp(A s) G G^T exp(A s)^T ds,      dP/dt = A P + P A^T + G G^T,  P(0) = 0

P follows linear equations itself, so the solver of `exact` finds it, from the same closed forms.  The random part is
``L z`` with ``L L^T = P`` (Cholesky) and one normal number z for each variable that noise reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from eqsim.functions.helpers import Lets
from eqsim.integrators.exact import LARGEST, Solver, refuses, solved
from eqsim.integrators.linear import LinearSystem, changing, linear_system
from eqsim.integrators.method import DT, bind, dW, lets_for, method
from eqsim.ir.algebra import ZERO, choice, minus, over, plus, times, total
from eqsim.ir.expr import Expr, Op, gt
from eqsim.model.calculus import split_noise
from eqsim.model.model import Model, Rule

__all__ = ["exact_noise"]

Factors = dict[str, dict[str, Expr]]
"""Variable -> noise -> factor."""

Pair = tuple[str, str]
Entries = dict[Pair, Expr]


def _split(model: Model) -> tuple[Model, Factors]:
    """The model without noise, and the factors of the noises."""
    odes, factors = [], Factors()
    for ode in model.odes:
        factors[ode.name], drift = split_noise(ode.rate, model.noise, ode.origin)
        odes.append(replace(ode, rate=drift))
    return replace(model, odes=tuple(odes), noise=()), factors


def _refuses(model: Model) -> str | None:
    drift, factors = _split(model)
    for name, found in factors.items():
        for xi, g in found.items():
            if (what := changing(g, model)) is not None:
                return f"the factor of '{xi}' in the equation of '{name}' contains {what}, which may change during a step"
    return refuses(drift) or _too_large(drift, factors)


def _too_large(drift: Model, factors: Factors) -> str | None:
    system = linear_system(drift)
    assert isinstance(system, LinearSystem)
    moments, _ = _moments(system, factors)
    solver = Solver(lets_for(drift), {}, moments)
    for name in moments.names:
        n = len(moments.ancestors(name))
        if n > LARGEST and solver.paths(name) is None:
            return f"the covariance of its variables has {n} coupled entries, more than {LARGEST}"
    return None


@method(
    "exact_noise",
    order=None,
    strong_order=None,
    noise="additive",
    refuses=_refuses,
    ito=False,
    citation="Gillespie, D. T. (1996). Exact numerical simulation of the Ornstein-Uhlenbeck process and its integral. "
    "Physical Review E 54, 2084-2091.",
    bibtex="""@article{Gillespie1996, author={Gillespie, Daniel T.}, year={1996}, volume={54}, pages={2084--2091},
  title={Exact numerical simulation of the {O}rnstein-{U}hlenbeck process and its integral},
  journal={Physical Review E}, doi={10.1103/PhysRevE.54.2084}}""",
)
def exact_noise(model: Model) -> Rule:
    """The law of linear equations with additive noise: mean and covariance are exact for any dt.

    Single paths are not those of the Wiener processes of other methods: the random numbers are new ones, one for each
    variable.  Where a variable rests, no noise reaches it.
    """
    drift, factors = _split(model)
    let = lets_for(model)
    means = dict(solved(let, drift))
    system = linear_system(drift)
    assert isinstance(system, LinearSystem), "refused before"
    roots = _roots(let, system, factors, model)
    drawn = [name for name in model.names if any(column == name for _, column in roots)]
    updates = []
    for ode in model.odes:
        noise = total([times(roots[ode.name, j], dW(f"xi_{j}")) for j in drawn if (ode.name, j) in roots])
        updates.append((ode.name, plus(means[ode.name], noise)))
    return Rule(tuple(let.body), tuple(updates), tuple(f"xi_{name}" for name in drawn))


def _roots(let: Lets, system: LinearSystem, factors: Factors, model: Model) -> Entries:
    """L/sqrt(dt), as the increments of noises have variance dt."""
    active = {ode.name: ode.active for ode in model.odes if ode.active is not None}
    running = _cholesky(let, _covariance(let, system, factors), system.names)
    if not active:
        return running
    still = {name: {} if name in active else g for name, g in factors.items()}
    resting = _cholesky(let, _covariance(let, system.frozen(set(active)), still), system.names)
    test = next(iter(active.values()))
    return {key: choice(test, value, resting.get(key, ZERO)) for key, value in running.items()}


def _moments(system: LinearSystem, factors: Factors) -> tuple[LinearSystem, dict[str, Pair]]:
    """The equations of the covariance, and the pair of variables of each of its entries."""
    order = {name: n for n, name in enumerate(system.names)}

    def label(i: str, j: str) -> str:
        a, b = sorted((i, j), key=order.__getitem__)
        return f"cov_{a}_{b}"

    drive: dict[str, Expr] = {}
    pairs: dict[str, Pair] = {}
    for i in system.names:
        for j in system.names[: order[i] + 1]:
            common = [times(factors[i][xi], factors[j][xi]) for xi in factors[i] if xi in factors[j]]
            if common:
                drive[label(i, j)] = total(common)
                pairs[label(i, j)] = (i, j)
    matrix: dict[Pair, Expr] = {}
    todo = list(pairs)
    while todo:  # an entry feeds those in whose equations one of its variables stands
        entry = todo.pop()
        for k, j in {pairs[entry], pairs[entry][::-1]}:
            for i in system.names:
                if (i, k) in system.matrix:
                    fed = label(i, j)
                    if fed not in pairs:
                        pairs[fed] = (i, j) if order[i] >= order[j] else (j, i)
                        todo.append(fed)
                    twice = 2.0 if i == j else 1.0
                    matrix[fed, entry] = plus(matrix.get((fed, entry), ZERO), times(_number(twice), system.matrix[i, k]))
    return LinearSystem(tuple(pairs), matrix, drive), pairs


def _number(value: float) -> Expr:
    from eqsim.ir.expr import real

    return real(value)


def _covariance(let: Lets, system: LinearSystem, factors: Factors) -> Entries:
    """P(dt), its lower half."""
    moments, pairs = _moments(system, factors)
    solver = Solver(let, {}, moments)
    return {pairs[name]: bind(let, f"_{name}", solver.driven_value(name)) for name in moments.names}


def _cholesky(let: Lets, p: Mapping[Pair, Expr], names: tuple[str, ...]) -> Entries:
    """The lower half of L/sqrt(dt); a variable of no variance of its own gets a row of zeros on the diagonal."""
    found: Entries = {}
    reached = [name for name in names if (name, name) in p]
    for at, i in enumerate(reached):
        for j in reached[:at]:
            known = total([times(found[i, k], found[j, k]) for k in reached[:at] if (i, k) in found and (j, k) in found])
            rest = minus(over(p.get((i, j), ZERO), DT) if (i, j) in p else ZERO, known)
            if rest != ZERO and (j, j) in found:
                pivot = found[j, j]
                found[i, j] = bind(let, f"_noise_{i}_{j}", choice(gt(pivot, 0.0), over(rest, pivot), ZERO))
        own = total([times(found[i, k], found[i, k]) for k in reached[:at] if (i, k) in found])
        left = bind(let, f"_var_{i}", minus(over(p[i, i], DT), own))
        found[i, i] = bind(let, f"_noise_{i}", Op("sqrt", (choice(gt(left, 0.0), left, ZERO),)))
    return found
