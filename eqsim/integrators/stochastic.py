"""Methods for multiplicative noise in the sense of Stratonovich: Heun and Milstein.

In: ``dx = f(x, t) dt + sum_j g_j(x, t) o dW_j``.  Out: one step, with ``dW_j`` normal of variance dt.
"""

from __future__ import annotations

from eqsim.errors import UnsupportedEquationsException
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, T, bind, dW, lets_for, method
from eqsim.ir.algebra import ZERO, plus, times, total
from eqsim.ir.expr import Expr, Ref, real
from eqsim.ir.walk import depends_on, substitute
from eqsim.model.calculus import derivative, split_noise
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
    try:
        _, factors = _split(model)
        for name, g in factors.items():
            if len(g) > 1:
                return f"'{name}' is driven by more than one noise ({', '.join(g)}), which it cannot handle"
            for xi, e in g.items():
                _correction(model, factors, xi, e)
    except UnsupportedEquationsException as error:
        return str(error)
    return None


@method(
    "milstein",
    order=1,
    strong_order=1,
    noise="multiplicative",
    refuses=_not_diagonal,
    citation="Milstein, G. N. (1974). Approximate integration of stochastic differential equations. "
    "Theory of Probability and Its Applications 19, 557-562.",
    bibtex="""@article{Milstein1974, author={Milstein, G. N.}, year={1974}, volume={19}, number={3}, pages={557--562},
  title={Approximate integration of stochastic differential equations},
  journal={Theory of Probability and Its Applications}, doi={10.1137/1119062}}""",
)
def milstein(model: Model) -> Rule:
    """Milstein's method in the sense of Stratonovich::

        x_new = x + dt*f(x, t) + g_j(x, t)*dW_j + dW_j**2/2 * sum_k g_kj(x, t) * d g_j/d x_k

    Strong order 1 if each noise drives one variable, or there is only one noise.  The derivative is taken exactly;
    with a forward difference over ``sqrt(dt)*g`` the order would fall to 1/2.
    """
    let = lets_for(model)
    drifts, factors = _split(model)
    updates = []
    for name in model.names:
        terms = []
        for xi, g in factors[name].items():
            half_square = times(real(0.5), times(dW(xi), dW(xi)))
            terms += [times(g, dW(xi)), times(_correction(model, factors, xi, g), half_square)]
        updates.append((name, plus(plus(Ref(name), times(DT, drifts[name])), total(terms))))
    return Rule(tuple(let.body), tuple(updates), model.noise)


def _correction(model: Model, factors: Factors, xi: str, g: Expr) -> Expr:
    """The change of a factor along its noise: sum_k g_k * dg/dx_k."""
    return total([times(factors[k][xi], derivative(g, k)) for k in model.names if xi in factors[k]])
