"""Methods for multiplicative noise in the sense of Stratonovich: Heun and Milstein, both without derivatives.

In: ``dx = f(x, t) dt + sum_j g_j(x, t) o dW_j``.  Out: one step, with ``dW_j`` normal of variance dt.
"""

from __future__ import annotations

from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, SQRT_DT, T, bind, dW, lets_for, method
from eqsim.ir.algebra import ZERO, over, plus, times, total
from eqsim.ir.expr import Expr, Op, Ref, real
from eqsim.ir.walk import depends_on, substitute
from eqsim.model.calculus import split_noise
from eqsim.model.model import Model, Rule

__all__ = ["heun", "milstein"]

Factors = dict[str, dict[str, Expr]]  # variable -> noise -> factor


def _split(model: Model) -> tuple[dict[str, Expr], Factors]:
    """Drifts, and factors of the noises; both 0 for a variable that rests."""
    drifts: dict[str, Expr] = {}
    factors: Factors = {}
    for ode in model.odes:
        g, f = split_noise(ode.rate, model.noise, ode.origin)
        drifts[ode.name] = active_only(ode, f, ZERO)
        factors[ode.name] = {xi: active_only(ode, e, ZERO) for xi, e in g.items()}
    return drifts, factors


@method(
    "heun",
    order=1,
    strong_order=1,
    noise="multiplicative",
    citation="Rümelin, W. (1982). Numerical treatment of stochastic differential equations. "
    "SIAM Journal on Numerical Analysis 19, 604-613.",
    bibtex="""@article{Ruemelin1982, author={R{\\"u}melin, W.}, year={1982}, volume={19}, number={3}, pages={604--613},
  title={Numerical treatment of stochastic differential equations},
  journal={SIAM Journal on Numerical Analysis}, doi={10.1137/0719041}}""",
)
def heun(model: Model) -> Rule:
    """Euler for the drift, and for the noise the mean of its factors before and after a trial step::

        y     = x + sum_j g_j(x, t)*dW_j
        x_new = x + dt*f(x, t) + sum_j (g_j(x, t) + g_j(y, t + dt))/2*dW_j

    Strong order 1 if the noises commute (one noise, or diagonal, or additive), else 1/2.
    """
    let = lets_for(model)
    drifts, factors = _split(model)
    wanted = [n for n in model.names if any(depends_on(e, (n,)) for g in factors.values() for e in g.values())]
    at: dict[str, Expr] = {"t": plus(T, DT)}
    for name in wanted:
        trial = plus(Ref(name), total([times(g, dW(xi)) for xi, g in factors[name].items()]))
        at[name] = bind(let, f"_{name}_trial", trial)
    updates = []
    for name in model.names:
        terms = [_mean(g, substitute(g, at), xi) for xi, g in factors[name].items()]
        updates.append((name, plus(plus(Ref(name), times(DT, drifts[name])), total(terms))))
    return Rule(tuple(let.body), tuple(updates), model.noise)


def _mean(before: Expr, after: Expr, xi: str) -> Expr:
    """The mean of two factors, times the increment of the noise."""
    return times(before if before == after else times(real(0.5), plus(before, after)), dW(xi))


def _not_diagonal(model: Model) -> str | None:
    for name, g in _split(model)[1].items():
        if len(g) > 1:
            return f"'{name}' is driven by more than one noise ({', '.join(g)}), which it cannot handle"
    return None


@method(
    "milstein",
    order=1,
    strong_order=1,
    noise="multiplicative",
    refuses=_not_diagonal,
    citation="Kloeden, P. E. and Platen, E. (1992). Numerical Solution of Stochastic Differential Equations. Springer, "
    "section 11.1.",
    bibtex="""@book{KloedenPlaten1992, author={Kloeden, Peter E. and Platen, Eckhard}, year={1992},
  publisher={Springer},
  title={Numerical Solution of Stochastic Differential Equations}, doi={10.1007/978-3-662-12616-5}}""",
)
def milstein(model: Model) -> Rule:
    """Milstein's method, the derivative of the factor replaced by a difference::

        y_j   = x + dt*f(x, t) + sqrt(dt)*g_j(x, t)
        x_new = x + dt*f(x, t) + sum_j g_j(x, t)*dW_j + (g_j(y_j, t) - g_j(x, t))/(2*sqrt(dt))*dW_j**2

    Strong order 1 if the noise is diagonal: each noise drives one variable.
    """
    let = lets_for(model)
    drifts, factors = _split(model)
    euler = {name: bind(let, f"_{name}_drift", plus(Ref(name), times(DT, drifts[name]))) for name in model.names}
    updates = []
    for name in model.names:
        terms = [term for xi, g in factors[name].items() for term in _noise_terms(model, euler, factors, xi, g)]
        updates.append((name, plus(euler[name], total(terms))))
    return Rule(tuple(let.body), tuple(updates), model.noise)


def _noise_terms(model: Model, euler: dict[str, Expr], factors: Factors, xi: str, g: Expr) -> list[Expr]:
    """What one noise adds to one variable."""
    trial = {n: plus(euler[n], times(SQRT_DT, factors[n].get(xi, ZERO))) for n in model.names}
    change = Op("-", (substitute(g, trial), g)) if depends_on(g, model.names) else ZERO
    half = over(real(0.5), SQRT_DT)
    return [times(g, dW(xi)), times(times(change, half), times(dW(xi), dW(xi)))]
