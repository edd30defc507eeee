"""Exponential Euler: each equation solved exactly in its own variable, all others frozen over the step.

In: ``dx/dt = A*x + B`` with A and B free of x.  Out: ``x + dt*(A*x + B)*exprel(A*dt)``, exprel(z) = (exp(z) - 1)/z.

This form of the solution ``(x + B/A)*exp(A*dt) - B/A`` is exact for A = 0, too, and costs one exponential and one
division.  It is called Rosenbrock-Euler or exponential Euler.
"""

from __future__ import annotations

from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, bind, lets_for, method
from eqsim.ir.algebra import ONE, ZERO, minus, negative, over, plus, times
from eqsim.ir.expr import Call, Const, Expr, Load, Number, Op, Ref
from eqsim.ir.walk import nodes
from eqsim.model.calculus import linear
from eqsim.model.model import Model, Rule

__all__ = ["common_denominator", "exponential_euler"]


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
    updates = []
    for ode in model.odes:
        core, d = common_denominator(ode.rate)
        split = linear(core, (ode.name,))
        assert split is not None, "refused before"
        coefficients, rest = split
        a = coefficients.get(ode.name, ZERO)
        x, step = Ref(ode.name), over(DT, d)
        if a == ZERO:
            new = plus(x, times(step, rest))
        elif rest == ZERO:
            new = times(x, let(f"_decay_{ode.name}", Call("exp", (times(a, step),))))
        else:
            a = bind(let, f"_A_{ode.name}", a)
            gain = let(f"_gain_{ode.name}", times(step, Call("exprel", (times(a, step),))))
            new = plus(x, times(plus(times(a, x), rest), gain))
        updates.append((ode.name, active_only(ode, new, x)))
    return Rule(tuple(let.body), tuple(updates))
