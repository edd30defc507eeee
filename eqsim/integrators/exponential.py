"""Exponential Euler: each equation solved exactly in its own variable, all others frozen over the step.

In: ``dx/dt = A*x + B`` with A and B free of x.  Out: ``x + dt*(A*x + B)*exprel(A*dt)``, exprel(z) = (exp(z) - 1)/z.

This form of the solution ``(x + B/A)*exp(A*dt) - B/A`` is exact for A = 0, too, and costs one exponential and one
division.  It is called Rosenbrock-Euler or exponential Euler.

`exp_auto` does the same with any ``dx/dt = f(x)``: ``x + dt*f(x)*exprel(L*dt)`` with the slope ``L = df/dx`` at the old
state.  For linear equations both give the same.  At a kink (``abs``, ``clip``, ``a if c else b``) L is the slope of the
side that the old state is on; quotients such as ``x/(exp(x) - 1)`` have no gap (`removable`).
"""

from __future__ import annotations

from eqsim.functions.helpers import Lets
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, bind, dW, lets_for, method
from eqsim.integrators.removable import without_gaps
from eqsim.ir.algebra import ONE, ZERO, minus, negative, over, plus, times, total
from eqsim.ir.expr import Call, Const, Expr, Load, Number, Op, Ref
from eqsim.ir.walk import nodes
from eqsim.model.calculus import derivative, linear, simplify, split_noise
from eqsim.model.model import Model, Ode, Rule

__all__ = ["common_denominator", "exp_auto", "exponential_euler"]


def is_parameter(e: Expr) -> bool:
    """Made of constants, numbers and stored values only, by arithmetic."""
    return all(isinstance(x, Const | Number | Load | Op) or (isinstance(x, Ref) and x.type == "int") for x in nodes(e))


def common_denominator(e: Expr) -> tuple[Expr, Expr]:
    """``(core, d)`` with ``e = core/d``; d collects the parameters that the whole of e is divided by.

    From ``a/C*x - b/C*y`` comes ``(a*x - b*y, C)``: one division, by a value that is often the same for all neurons.
    """
    match e:
        case Op("/", (x, d)) if is_parameter(d):
            core, inner = common_denominator(x)
            return core, times(inner, d)
        case Op("*", (x, y)) if e.type == "real":
            (p, c), (q, d) = common_denominator(x), common_denominator(y)
            return times(p, q), times(c, d)
        case Op("neg", (x,)):
            core, d = common_denominator(x)
            return negative(core), d
        case Op("+" | "-", (x, y)) if e.type == "real":
            (p, c), (q, d) = common_denominator(x), common_denominator(y)
            if c == d:
                return (plus if e.op == "+" else minus)(p, q), c
    return e, ONE


def _refuses(model: Model) -> str | None:
    for ode in model.odes:
        if linear(ode.rate, (ode.name,)) is None:
            return f"the equation of '{ode.name}' is not linear in '{ode.name}'"
    return None


@method(
    "exponential_euler",
    order=1,
    refuses=_refuses,
    citation="Moore, J. W. and Ramon, F. (1974). On numerical integration of the Hodgkin and Huxley equations for a "
    "membrane action potential. Journal of Theoretical Biology 45, 249-273.",
    bibtex="""@article{MooreRamon1974, author={Moore, John W. and Ramon, Fidel}, year={1974}, volume={45},
  pages={249--273},
  title={On numerical integration of the {H}odgkin and {H}uxley equations for a membrane action potential},
  journal={Journal of Theoretical Biology}, doi={10.1016/0022-5193(74)90054-X}}""",
)
def exponential_euler(model: Model) -> Rule:
    """Exponential Euler, for equations that are linear each in its own variable."""
    let = lets_for(model)
    updates = [(ode.name, active_only(ode, _linear_step(let, ode, ode.rate), Ref(ode.name))) for ode in model.odes]
    return Rule(tuple(let.body), tuple(updates))


def _linear_step(let: Lets, ode: Ode, rate: Expr) -> Expr:
    """The new value of a variable whose rate is linear in it."""
    core, d = common_denominator(rate)
    split = linear(core, (ode.name,))
    assert split is not None, "refused before"
    coefficients, rest = split
    a = coefficients.get(ode.name, ZERO)
    x, step = Ref(ode.name), over(DT, d)
    if a == ZERO:
        return plus(x, times(step, rest))
    if rest == ZERO:
        return times(x, let(f"_decay_{ode.name}", Call("exp", (times(a, step),))))
    a = bind(let, f"_A_{ode.name}", a)
    gain = let(f"_gain_{ode.name}", times(step, Call("exprel", (times(a, step),))))
    return plus(x, times(plus(times(a, x), rest), gain))


def _slope(ode: Ode, rate: Expr) -> Expr:
    """The derivative of a rate by its own variable."""
    return simplify(derivative(rate, ode.name))


def _no_slope(model: Model) -> str | None:
    for ode in model.odes:
        _slope(ode, split_noise(ode.rate, model.noise, ode.origin)[1])
    return None


@method(
    "exp_auto",
    order=1,
    strong_order=1,
    noise="additive",
    ito=True,
    refuses=_no_slope,
    citation="Pope, D. A. (1963). An exponential method of numerical integration of ordinary differential equations. "
    "Communications of the ACM 6, 491-493.",
    bibtex="""@article{Pope1963, author={Pope, David A.}, year={1963}, volume={6}, number={8}, pages={491--493},
  title={An exponential method of numerical integration of ordinary differential equations},
  journal={Communications of the ACM}, doi={10.1145/366707.367592}}""",
)
def exp_auto(model: Model) -> Rule:
    """Exponential Euler for all equations: each is linearised in its own variable at the old state.

    All variables advance together.  Noise is added as in Euler-Maruyama (Lord and Tambue 2013, IMA Journal of Numerical
    Analysis 33, 515-543).
    """
    let = lets_for(model)
    updates = []
    for ode in model.odes:
        factors, drift = split_noise(ode.rate, model.noise, ode.origin)
        new = _linearised_step(let, ode, drift)
        new = plus(new, total([times(g, dW(xi)) for xi, g in factors.items()]))
        updates.append((ode.name, active_only(ode, new, Ref(ode.name))))
    return Rule(tuple(let.body), tuple(updates), model.noise)


def _linearised_step(let: Lets, ode: Ode, rate: Expr) -> Expr:
    """The new value of a variable: exact if its rate is linear in it."""
    if linear(rate, (ode.name,)) is not None:
        return _linear_step(let, ode, rate)
    rate = without_gaps(rate, ode.name)
    f = bind(let, f"_f_{ode.name}", rate)
    slope = bind(let, f"_slope_{ode.name}", _slope(ode, rate))
    return plus(Ref(ode.name), times(f, let(f"_gain_{ode.name}", times(DT, Call("exprel", (times(slope, DT),))))))
