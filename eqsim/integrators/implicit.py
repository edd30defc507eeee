"""Methods for stiff equations, with the Jacobian as symbols: Rosenbrock methods, implicit Euler, Crank-Nicolson.

In: ``dx/dt = f(x, t)``.  Out: for Rosenbrock methods stages u_i of linear equations with one matrix (Hairer and Wanner
1996, Solving Ordinary Differential Equations II, section IV.7, eq. (7.25)), with control of the error (`control`)::

    (I/(g*h) - J) u_i = f(x + sum_j a_ij u_j, t + c_i h) + sum_j (C_ij/h) u_j + d_i h df/dt
    x_new = x + sum_i m_i u_i,   error = sum_i e_i u_i

The other two solve ``x_new = x + dt*((1 - w)*f(x, t) + w*f(x_new, t + dt))`` by Newton's method, until a step of it
changes no variable by more than `CLOSE` of its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from eqsim.errors import UnsupportedEquationsException
from eqsim.functions.helpers import Lets
from eqsim.integrators.control import State, adaptive_method
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, Method, T, lets_for, method
from eqsim.integrators.removable import without_gaps
from eqsim.integrators.solve import factors
from eqsim.ir.algebra import ONE, ZERO, choice, minus, over, plus, times, total
from eqsim.ir.expr import Expr, Op, Ref, both, gt, integer, le, real
from eqsim.ir.passes.share import share
from eqsim.ir.stmt import Let, Loop
from eqsim.ir.walk import substitute
from eqsim.model.calculus import derivative, simplify
from eqsim.model.model import Model, Rule

__all__ = ["crank_nicolson", "implicit_euler", "rodas3", "rosenbrock"]

LARGEST = 24  # variables: the elimination is written out, n**3/3 operations if all depend on all
CLOSE = 1e-8  # Newton's method doubles the digits: the next correction would be 1e-16
TURNS = 20


@dataclass(frozen=True, slots=True)
class Rosenbrock:
    """The coefficients of a method, as in the formula above; rows without their zeros at the end."""

    g: float
    a: tuple[tuple[float, ...], ...]
    C: tuple[tuple[float, ...], ...]
    c: tuple[float, ...]
    d: tuple[float, ...]
    m: tuple[float, ...]
    e: tuple[float, ...]
    order: int
    falls: int


RODAS3 = Rosenbrock(
    g=0.5,
    a=((), (), (2.0,), (2.0, 0.0, 1.0)),
    C=((), (4.0,), (1.0, -1.0), (1.0, -1.0, -8 / 3)),
    c=(0.0, 0.0, 1.0, 1.0),
    d=(0.5, 1.5, 0.0, 0.0),
    m=(2.0, 0.0, 1.0, 1.0),
    e=(0.0, 0.0, 0.0, 1.0),
    order=3,
    falls=3,
)

_A5 = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)

RODAS = Rosenbrock(
    g=0.25,
    a=(
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _A5,
        (*_A5, 1.0),
    ),
    C=(
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
        (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
    ),
    c=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
    d=(0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0),
    m=(*_A5, 1.0, 1.0),
    e=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    order=4,
    falls=4,
)


# --- the Jacobian -----------------------------------------------------------------------------------------------------


def rates(model: Model) -> dict[str, Expr]:
    """The right-hand sides, 0 for a variable that rests, without quotients that have a gap."""
    found = {}
    for ode in model.odes:
        rate = ode.rate
        for name in model.names:
            rate = without_gaps(rate, name)
        found[ode.name] = active_only(ode, rate, ZERO)
    return found


def jacobian(model: Model) -> dict[tuple[str, str], Expr]:
    """``d(dx_i/dt)/dx_j``, where it is not 0."""
    entries = {(i, j): simplify(derivative(f, j)) for i, f in rates(model).items() for j in model.names}
    return {key: value for key, value in entries.items() if value != ZERO}


def slope_in_time(f: Expr) -> Expr:
    """df/dt"""
    return simplify(derivative(f, "t"))


def _refuses(model: Model) -> str | None:
    if len(model.odes) > LARGEST:
        return f"there are {len(model.odes)} equations, more than {LARGEST}"
    try:
        jacobian(model)
        for f in rates(model).values():
            slope_in_time(f)
    except UnsupportedEquationsException as error:
        return str(error)
    return None


# --- Rosenbrock -------------------------------------------------------------------------------------------------------


def one_step(m: Rosenbrock, let: Lets, model: Model, state: State, t: Expr, h: Expr) -> tuple[State, State]:
    """The state after a step of size h, and its error."""
    f, here = rates(model), {**state, "t": t}
    entries = {key: let(f"_J_{key[0]}_{key[1]}", substitute(e, here)) for key, e in jacobian(model).items()}
    diagonal = let("_diagonal", over(real(1 / m.g), h))
    matrix = {key: minus(ZERO, e) for key, e in entries.items()}
    matrix |= {(i, i): minus(diagonal, entries.get((i, i), ZERO)) for i in model.names}
    lu = factors(let, matrix, model.names)
    times_h = {i: slope_in_time(e) for i, e in f.items()}
    moving = {i: let(f"_ft_{i}", times(h, substitute(e, here))) for i, e in times_h.items() if e != ZERO}
    stages: list[State] = []
    rate: State = {}
    for n, (a, C, c, d) in enumerate(zip(m.a, m.C, m.c, m.d, strict=True), 1):
        if n == 1 or any(a) or c:
            at: State = {i: plus(x, _sum(a, stages, i)) for i, x in state.items()}
            at = {i: let(f"_{i}_at{n}", x) for i, x in at.items()} if any(a) else at
            at["t"] = let(f"_t_at{n}", plus(t, times(real(c), h))) if c else t
            rate = {i: let(f"_f{n}_{i}", substitute(e, at)) for i, e in f.items()}
        right = {i: plus(rate[i], over(_sum(C, stages, i), h)) for i in state}
        right |= {i: plus(right[i], times(real(d), e)) for i, e in moving.items()}
        stages.append(lu.solve(let, right, f"_u{n}"))
    new: State = {i: let(f"_{i}_end", plus(x, _sum(m.m, stages, i))) for i, x in state.items()}
    return new, {i: _sum(m.e, stages, i) for i in state}


def _sum(weights: tuple[float, ...], stages: list[State], name: str) -> Expr:
    return total([times(real(w), u[name]) for w, u in zip(weights, stages, strict=False) if w])


def _rosenbrock(name: str, m: Rosenbrock, citation: str, bibtex: str) -> Method:
    trial = partial(one_step, m)
    return adaptive_method(name, trial, order=m.order, falls=m.falls, refuses=_refuses, citation=citation, bibtex=bibtex)


rosenbrock = _rosenbrock(
    "rosenbrock",
    RODAS,
    "Hairer, E. and Wanner, G. (1996). Solving Ordinary Differential Equations II: Stiff and Differential-Algebraic "
    "Problems. Springer. Method RODAS, section VI.4.",
    """@book{HairerWanner1996, author={Hairer, Ernst and Wanner, Gerhard}, year={1996}, publisher={Springer},
  title={Solving Ordinary Differential Equations {II}: Stiff and Differential-Algebraic Problems},
  doi={10.1007/978-3-642-05221-7}}""",
)

rodas3 = _rosenbrock(
    "rodas3",
    RODAS3,
    "Sandu, A., Verwer, J. G., Blom, J. G., Spee, E. J., Carmichael, G. R. and Potra, F. A. (1997). Benchmarking stiff ODE "
    "solvers for atmospheric chemistry problems II: Rosenbrock solvers. Atmospheric Environment 31, 3459-3472.",
    """@article{Sandu1997, author={Sandu, A. and Verwer, J. G. and Blom, J. G. and Spee, E. J. and Carmichael, G. R. and
  Potra, F. A.}, year={1997}, volume={31}, pages={3459--3472}, journal={Atmospheric Environment},
  title={Benchmarking stiff {ODE} solvers for atmospheric chemistry problems {II}: {R}osenbrock solvers},
  doi={10.1016/S1352-2310(97)83212-8}}""",
)


# --- Newton -----------------------------------------------------------------------------------------------------------


@method(
    "implicit_euler",
    order=1,
    refuses=_refuses,
    citation="Curtiss, C. F. and Hirschfelder, J. O. (1952). Integration of stiff equations. Proceedings of the National "
    "Academy of Sciences 38, 235-243.",
    bibtex="""@article{CurtissHirschfelder1952, author={Curtiss, C. F. and Hirschfelder, J. O.}, year={1952}, volume={38},
  pages={235--243}, title={Integration of stiff equations}, journal={Proceedings of the National Academy of Sciences},
  doi={10.1073/pnas.38.3.235}}""",
)
def implicit_euler(model: Model) -> Rule:
    """Backward Euler: stable for every dt, and it damps everything that is faster than dt."""
    return _newton(model, 1.0)


@method(
    "crank_nicolson",
    order=2,
    refuses=_refuses,
    citation="Crank, J. and Nicolson, P. (1947). A practical method for numerical evaluation of solutions of partial "
    "differential equations of the heat-conduction type. Proceedings of the Cambridge Philosophical Society 43, 50-67.",
    bibtex="""@article{CrankNicolson1947, author={Crank, J. and Nicolson, P.}, year={1947}, volume={43}, pages={50--67},
  title={A practical method for numerical evaluation of solutions of partial differential equations of the
  heat-conduction type}, journal={Mathematical Proceedings of the Cambridge Philosophical Society},
  doi={10.1017/S0305004100023197}}""",
)
def crank_nicolson(model: Model) -> Rule:
    """The trapezoidal rule: order 2, stable for every dt; what is faster than dt swings instead of dying away."""
    return _newton(model, 0.5)


def _newton(model: Model, w: float) -> Rule:
    """``x - x_old - dt*((1 - w)*f(x_old, t) + w*f(x, t + dt)) = 0``, from x_old on."""
    if not model.odes:
        return Rule((), ())
    let = lets_for(model)
    f = rates(model)
    begin = {i: let(f"_f_{i}", e) for i, e in f.items()}
    fixed: State = {i: let(f"_fixed_{i}", plus(Ref(i), times(times(real(1 - w), DT), begin[i]))) for i in f}
    scale: State = {i: let(f"_scale_{i}", plus(_abs(Ref(i)), times(DT, _abs(begin[i])))) for i in f}
    end = let("_t_end", plus(T, DT))
    names = {i: let.reserve(f"_{i}_now") for i in f} | {"open": let.reserve("_open")}
    now: State = {i: Ref(names[i]) for i in f}
    loop = _iteration(let, model, w, f, fixed, scale, now, end, names)
    updates = tuple((ode.name, active_only(ode, now[ode.name], Ref(ode.name))) for ode in model.odes)
    failed = gt(Ref(names["open"], "int"), 0)
    because = f"Newton's method did not converge in {TURNS} iterations"
    return Rule((*let.body, loop), updates, failed=failed, because=because)


def _abs(e: Expr) -> Expr:
    return Op("abs", (e,))


def _iteration(
    let: Lets, model: Model, w: float, f: State, fixed: State, scale: State, now: State, end: Expr, names: dict[str, str]
) -> Loop:
    """Newton's method; the loop is open as long as a variable has moved."""
    inner = let.inside()
    step = times(real(w), DT)
    here = {**now, "t": end}
    entries = {key: inner(f"_J_{key[0]}_{key[1]}", times(step, substitute(e, here))) for key, e in jacobian(model).items()}
    matrix = {key: minus(ZERO, e) for key, e in entries.items()}
    matrix |= {(i, i): minus(ONE, entries.get((i, i), ZERO)) for i in f}
    lu = factors(inner, matrix, model.names)
    missing = {
        i: inner(f"_missing_{i}", plus(minus(fixed[i], now[i]), times(step, substitute(e, here)))) for i, e in f.items()
    }
    move = lu.solve(inner, missing, "_move")
    new = {i: inner(f"_{i}_end", plus(x, move[i])) for i, x in now.items()}
    settled: Expr | None = None
    for i in f:
        small = le(_abs(move[i]), times(real(CLOSE), plus(scale[i], _abs(new[i]))))
        settled = small if settled is None else both(settled, small)
    assert settled is not None
    nexts: list[tuple[str, Expr]] = [(names[i], new[i]) for i in f]
    nexts.append((names["open"], choice(inner("_settled", settled), integer(0), integer(1))))
    body, results = share(inner.body, nexts, taken=let.taken)
    lets = tuple(s for s in body if isinstance(s, Let))
    let.taken.update(s.name for s in lets)
    starts = (*(Ref(i) for i in f), integer(1))
    return Loop(
        tuple(name for name, _ in nexts), starts, gt(Ref(names["open"], "int"), 0), lets, tuple(v for _, v in results), TURNS
    )
