"""Explicit Runge-Kutta methods as tableaux: Euler, midpoint, the classical method of order 4.

In: ``dx/dt = f(x, t)``.  Out: slopes ``k_s = f(x + dt*sum_j a_sj k_j, t + c_s*dt)``, then ``x + dt*sum_s b_s k_s``.

A variable that is not integrated now (`Ode.active`) has slope 0 at each stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from eqsim.functions.helpers import Lets
from eqsim.integrators.method import DT, Method, T, bind, dW, lets_for, method
from eqsim.ir.algebra import ZERO, choice, over, plus, times, total
from eqsim.ir.expr import Expr, Ref, real
from eqsim.ir.walk import depends_on, substitute
from eqsim.model.calculus import split_noise
from eqsim.model.model import Model, Ode, Rule

__all__ = ["EULER", "MIDPOINT", "RK4", "Tableau", "euler", "rk2", "rk4", "runge_kutta"]

F = Fraction


@dataclass(frozen=True, slots=True)
class Tableau:
    """A Butcher tableau (Butcher 1963)::

    c_1 |
    c_2 | a_21
    c_3 | a_31 a_32
    ----+----------------
        | b_1  b_2  b_3
    """

    a: tuple[tuple[Fraction, ...], ...]
    b: tuple[Fraction, ...]

    @property
    def c(self) -> tuple[Fraction, ...]:
        """The times of the stages: the sums of the rows, as consistency asks."""
        return tuple(sum(row, F(0)) for row in self.a)


EULER = Tableau(a=((),), b=(F(1),))

#   0  |
#  1/2 | 1/2
#  ----+---------
#      |  0    1
MIDPOINT = Tableau(a=((), (F(1, 2),)), b=(F(0), F(1)))

#   0  |
#  1/2 | 1/2
#  1/2 |  0  1/2
#   1  |  0   0   1
#  ----+-------------------
#      | 1/6 1/3 1/3 1/6
RK4 = Tableau(
    a=((), (F(1, 2),), (F(0), F(1, 2)), (F(0), F(0), F(1))),
    b=(F(1, 6), F(1, 3), F(1, 3), F(1, 6)),
)


def active_only(ode: Ode, value: Expr, otherwise: Expr) -> Expr:
    """``value`` where the variable is integrated, ``otherwise`` where it rests."""
    return value if ode.active is None else choice(ode.active, value, otherwise)


def advance(x: Expr, weights: Sequence[Fraction], slopes: Sequence[Expr]) -> Expr:
    """``x + dt*sum(weight*slope)``, with the common factor of the weights beside dt: ``x + dt/6*(k1 + 2*k2 + ...)``."""
    used = [(w, k) for w, k in zip(weights, slopes, strict=False) if w]
    if not used:
        return x
    common = F(gcd(*(w.numerator for w, _ in used)), lcm(*(w.denominator for w, _ in used)))
    step = over(times(real(common.numerator), DT), real(common.denominator))
    return plus(x, times(step, total([times(real(float(w / common)), k) for w, k in used])))


def runge_kutta(model: Model, tableau: Tableau) -> Rule:
    """One step of the method with this tableau; additive noise is added with the Euler-Maruyama increment."""
    let = lets_for(model)
    split = {ode.name: split_noise(ode.rate, model.noise, ode.origin) for ode in model.odes}
    slopes: dict[str, list[Expr]] = {ode.name: [] for ode in model.odes}
    for stage, (row, c) in enumerate(zip(tableau.a, tableau.c, strict=True), 1):
        drifts = {name: drift for name, (_, drift) in split.items()}
        at = _stage(let, model, list(drifts.values()), stage, row, c, slopes)
        for ode in model.odes:
            slope = active_only(ode, substitute(drifts[ode.name], at), ZERO)
            slopes[ode.name].append(bind(let, f"_k{stage}_{ode.name}", slope) if len(tableau.b) > 1 else slope)
    updates = []
    for ode in model.odes:
        noise = total([times(g, dW(xi)) for xi, g in split[ode.name][0].items()])
        new = advance(Ref(ode.name), tableau.b, slopes[ode.name])
        updates.append((ode.name, plus(new, active_only(ode, noise, ZERO))))
    return Rule(tuple(let.body), tuple(updates), model.noise)


def _stage(
    let: Lets,
    model: Model,
    rates: list[Expr],
    stage: int,
    row: tuple[Fraction, ...],
    c: Fraction,
    slopes: dict[str, list[Expr]],
) -> dict[str, Expr]:
    """What the state variables and t are at a stage, as far as any rate asks for them."""
    if not any(row):
        return {}
    wanted = [name for name in model.names if any(depends_on(rate, (name,)) for rate in rates)]
    at = {name: bind(let, f"_{name}_at{stage}", advance(Ref(name), row, slopes[name])) for name in wanted}
    if any(depends_on(rate, ("t",)) for rate in rates):
        at["t"] = bind(let, f"_t_at{stage}", advance(T, (c,), (real(1.0),)))
    return at


@method(
    "euler",
    order=1,
    strong_order=1,
    noise="additive",
    ito=True,
    citation="Maruyama, G. (1955). Continuous Markov processes and stochastic equations. "
    "Rendiconti del Circolo Matematico di Palermo 4, 48-90.",
    bibtex="""@article{Maruyama1955, author={Maruyama, Gisiro}, year={1955}, volume={4}, pages={48--90},
  title={Continuous {M}arkov processes and stochastic equations},
  journal={Rendiconti del Circolo Matematico di Palermo}, doi={10.1007/BF02846028}}""",
)
def euler(model: Model) -> Rule:
    """Forward Euler; Euler-Maruyama with noise, whose strong order is 1/2 if the noise is multiplicative (Ito)."""
    return runge_kutta(model, EULER)


@method(
    "rk2",
    order=2,
    citation="Runge, C. (1895). Ueber die numerische Auflösung von Differentialgleichungen. "
    "Mathematische Annalen 46, 167-178.",
    bibtex="""@article{Runge1895, author={Runge, C.}, year={1895}, volume={46}, pages={167--178},
  title={Ueber die numerische Aufl{\\"o}sung von Differentialgleichungen},
  journal={Mathematische Annalen}, doi={10.1007/BF01446807}}""",
)
def rk2(model: Model) -> Rule:
    """The midpoint method."""
    return runge_kutta(model, MIDPOINT)


@method(
    "rk4",
    order=4,
    citation="Kutta, W. (1901). Beitrag zur näherungsweisen Integration totaler Differentialgleichungen. "
    "Zeitschrift für Mathematik und Physik 46, 435-453.",
    bibtex="""@article{Kutta1901, author={Kutta, Wilhelm}, year={1901}, volume={46}, pages={435--453},
  title={Beitrag zur n{\\"a}herungsweisen Integration totaler Differentialgleichungen},
  journal={Zeitschrift f{\\"u}r Mathematik und Physik}}""",
)
def rk4(model: Model) -> Rule:
    """The classical method of order 4."""
    return runge_kutta(model, RK4)


_: tuple[Method, ...] = (euler, rk2, rk4)
