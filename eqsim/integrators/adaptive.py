"""Explicit Runge-Kutta methods with control of the error: several steps inside dt, of different size for each element.

In: ``dx/dt = f(x, t)``.  Out: the state at t + dt, each step within a tolerance (`control`); the pairs of methods are those
of `embedded`.  The names are those that Brian2 gives to methods of the GNU Scientific Library; no library is needed here.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from eqsim.functions.helpers import Lets
from eqsim.integrators import embedded
from eqsim.integrators.control import State, adaptive_method
from eqsim.integrators.embedded import Pair
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import Method
from eqsim.ir.algebra import ZERO, plus, times, total
from eqsim.ir.expr import Expr, real
from eqsim.ir.walk import depends_on, substitute
from eqsim.model.model import Model

__all__ = ["gsl_rk2", "gsl_rk4", "gsl_rk8pd", "gsl_rkck", "gsl_rkf45", "rk23", "rk45"]


def _weighted(weights: tuple[Fraction, ...], slopes: list[Expr]) -> Expr:
    return total([times(real(float(w)), k) for w, k in zip(weights, slopes, strict=False) if w])


def one_step(pair: Pair, let: Lets, model: Model, state: State, t: Expr, h: Expr) -> tuple[State, State]:
    """The state after a step of size h, and its error."""
    slopes: dict[str, list[Expr]] = {name: [] for name in model.names}
    rates = [ode.rate for ode in model.odes]
    timed = any(depends_on(rate, ("t",)) for rate in rates)
    wanted = [name for name in model.names if any(depends_on(rate, (name,)) for rate in rates)]
    for n, (row, c) in enumerate(zip(pair.tableau.a, pair.tableau.c, strict=True), 1):
        at = dict(state)
        if any(row):
            moved = {name: plus(state[name], times(h, _weighted(row, slopes[name]))) for name in wanted}
            at |= {name: let(f"_{name}_at{n}", value) for name, value in moved.items()}
        if timed:
            at["t"] = let(f"_t_at{n}", plus(t, times(real(float(c)), h)))
        for ode in model.odes:
            slope = active_only(ode, substitute(ode.rate, at), ZERO)
            slopes[ode.name].append(let(f"_k{n}_{ode.name}", slope))
    new: State = {
        name: let(f"_{name}_end", plus(state[name], times(h, _weighted(pair.tableau.b, slopes[name])))) for name in state
    }
    return new, {name: times(h, _weighted(pair.error, slopes[name])) for name in state}


def _method(name: str, pair: Pair, citation: str, bibtex: str) -> Method:
    trial = partial(one_step, pair)
    return adaptive_method(name, trial, order=pair.order, falls=pair.falls, citation=citation, bibtex=bibtex)


rk23 = _method(
    "rk23",
    embedded.BOGACKI_SHAMPINE,
    "Bogacki, P. and Shampine, L. F. (1989). A 3(2) pair of Runge-Kutta formulas. Applied Mathematics Letters 2, 321-325.",
    """@article{BogackiShampine1989, author={Bogacki, P. and Shampine, L. F.}, year={1989}, volume={2}, pages={321--325},
  title={A 3(2) pair of {R}unge-{K}utta formulas}, journal={Applied Mathematics Letters},
  doi={10.1016/0893-9659(89)90079-7}}""",
)

rk45 = _method(
    "rk45",
    embedded.DORMAND_PRINCE,
    "Dormand, J. R. and Prince, P. J. (1980). A family of embedded Runge-Kutta formulae. Journal of Computational and "
    "Applied Mathematics 6, 19-26.",
    """@article{DormandPrince1980, author={Dormand, J. R. and Prince, P. J.}, year={1980}, volume={6}, pages={19--26},
  title={A family of embedded {R}unge-{K}utta formulae},
  journal={Journal of Computational and Applied Mathematics}, doi={10.1016/0771-050X(80)90013-3}}""",
)

gsl_rk2 = _method(
    "gsl_rk2",
    embedded.KUTTA,
    "Kutta, W. (1901). Beitrag zur näherungsweisen Integration totaler Differentialgleichungen. "
    "Zeitschrift für Mathematik und Physik 46, 435-453.",
    """@article{Kutta1901, author={Kutta, Wilhelm}, year={1901}, volume={46}, pages={435--453},
  title={Beitrag zur n{\\"a}herungsweisen Integration totaler Differentialgleichungen},
  journal={Zeitschrift f{\\"u}r Mathematik und Physik}}""",
)

gsl_rk4 = _method(
    "gsl_rk4",
    embedded.RK4_TWICE,
    "Richardson, L. F. (1911). The approximate arithmetical solution by finite differences of physical problems involving "
    "differential equations. Philosophical Transactions of the Royal Society A 210, 307-357.",
    """@article{Richardson1911, author={Richardson, Lewis F.}, year={1911}, volume={210}, pages={307--357},
  title={The approximate arithmetical solution by finite differences of physical problems involving differential
  equations}, journal={Philosophical Transactions of the Royal Society A}, doi={10.1098/rsta.1911.0009}}""",
)

gsl_rkf45 = _method(
    "gsl_rkf45",
    embedded.FEHLBERG,
    "Fehlberg, E. (1969). Low-order classical Runge-Kutta formulas with stepsize control. NASA Technical Report R-315.",
    """@techreport{Fehlberg1969, author={Fehlberg, Erwin}, year={1969}, number={R-315}, institution={NASA},
  title={Low-order classical {R}unge-{K}utta formulas with stepsize control and their application to some heat transfer
  problems}}""",
)

gsl_rkck = _method(
    "gsl_rkck",
    embedded.CASH_KARP,
    "Cash, J. R. and Karp, A. H. (1990). A variable order Runge-Kutta method for initial value problems with rapidly "
    "varying right-hand sides. ACM Transactions on Mathematical Software 16, 201-222.",
    """@article{CashKarp1990, author={Cash, J. R. and Karp, Alan H.}, year={1990}, volume={16}, pages={201--222},
  title={A variable order {R}unge-{K}utta method for initial value problems with rapidly varying right-hand sides},
  journal={ACM Transactions on Mathematical Software}, doi={10.1145/79505.79507}}""",
)

gsl_rk8pd = _method(
    "gsl_rk8pd",
    embedded.PRINCE_DORMAND,
    "Prince, P. J. and Dormand, J. R. (1981). High order embedded Runge-Kutta formulae. Journal of Computational and "
    "Applied Mathematics 7, 67-75.",
    """@article{PrinceDormand1981, author={Prince, P. J. and Dormand, J. R.}, year={1981}, volume={7}, pages={67--75},
  title={High order embedded {R}unge-{K}utta formulae},
  journal={Journal of Computational and Applied Mathematics}, doi={10.1016/0771-050X(81)90010-3}}""",
)
