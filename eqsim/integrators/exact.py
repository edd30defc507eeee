"""The exact solution of linear equations with constant coefficients, one step of any size.

In: ``dx/dt = A x + b``.  Out: ``x_new = exp(A dt) x + integral(exp(A s) ds) b``, each coefficient a value of its own
that does not depend on the state, so that it is computed once where it is the same for all elements.

How a coefficient is found: follow every path along which variable (or drive) j reaches variable i.  A path contributes
the product of its couplings and the divided difference of exp at the rates of its variables (a drive has rate 0)::

    v' = -v/tau_m + g/tau_m             v_new = v*exp(-dt/tau_m)
    g' = -g/tau_s                             + g*dt/tau_m*exp_diff2(-dt/tau_m, -dt/tau_s)

Two variables in a loop (damped or undamped oscillations) are one station of a path, see `functions.pairs`.  All else is
left to the exponential of a matrix, see `matrix`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from eqsim.functions import divided, pairs  # noqa: F401  (registers the functions)
from eqsim.functions.helpers import Lets
from eqsim.integrators.explicit import active_only
from eqsim.integrators.exponential import common_denominator
from eqsim.integrators.linear import LinearSystem, linear_system
from eqsim.integrators.matrix import Matrix, exponential
from eqsim.integrators.method import DT, bind, lets_for, method
from eqsim.ir.algebra import ONE, ZERO, choice, minus, negative, over, plus, times, total
from eqsim.ir.expr import Call, Expr, Load, Op, Ref, ge, gt, lt, real
from eqsim.ir.walk import nodes
from eqsim.model.model import Model, Rule

__all__ = ["Solver", "exact", "refuses", "solved"]

LARGEST = 6  # variables that one coupled part may have
PATHS = 200  # paths that are followed; beyond, the matrix is simpler


@dataclass(frozen=True)
class Path:
    """A way from a variable to a target: couplings (times dt), the rates met (times dt), and the pair met, if any.

    ``entry`` is the pair with the row and the column of its matrix function that the path uses.
    """

    end: str
    coupling: Expr
    rates: tuple[Expr, ...] = ()
    entry: tuple[tuple[str, ...], str, str] | None = None

    @property
    def simple(self) -> bool:
        """Can its coefficient be written in closed form?  (A drive adds one more rate.)"""
        return len(self.rates) <= (divided.MOST_POINTS if self.entry is None else 1)


class Solver:
    """Writes the coefficients of one system as Lets, each value once."""

    def __init__(self, let: Lets, known: dict[Expr, Expr], system: LinearSystem) -> None:
        self._let = let
        self._known = known
        self.system = system
        self._matrices: dict[tuple[str, ...], Matrix] = {}

    def name(self, label: str, value: Expr) -> Expr:
        """A `Let` of this value; if there is one already, that one."""
        if value not in self._known:
            self._known[value] = bind(self._let, label, value)
        return self._known[value]

    def scaled(self, i: str, j: str) -> Expr:
        """An entry of ``A*dt``."""
        return times(self.system.matrix.get((i, j), ZERO), DT)

    # -- one variable --------------------------------------------------------------------------------------------------

    def new_value(self, i: str) -> Expr:
        """The variable after the step."""
        paths = self.paths(i)
        terms = self._by_matrix(i) if paths is None else self._by_paths(i, paths)
        own = [t for j, t in terms if j == i]
        return total(own + [t for j, t in terms if j != i])

    def driven_value(self, i: str) -> Expr:
        """The variable after the step, if all variables are 0 before it."""
        paths = self.paths(i)
        terms = self._by_matrix(i) if paths is None else self._by_paths(i, paths)
        return total([t for j, t in terms if j not in self.system.names])

    def paths(self, i: str) -> list[Path] | None:
        """All paths to a variable; None if they are too many, or if one has no closed form."""
        result: list[Path] = []
        for path in self._from(i, Path(i, ONE)):
            driven = 1 if path.end in self.system.drive else 0
            if len(result) == PATHS or not replace(path, rates=path.rates + (ZERO,) * driven).simple:
                return None
            result.append(path)
        return result

    def _from(self, name: str, path: Path) -> Iterator[Path]:
        """Continue a path at a variable: it may end in it, or go on to those that feed it."""
        loop = self.system.component(name)
        if len(loop) > 2 or (len(loop) == 2 and path.entry is not None):
            yield replace(path, rates=(ZERO,) * (divided.MOST_POINTS + 1))  # no closed form
            return
        for exit in loop:
            if len(loop) == 1:
                here = replace(path, end=name, rates=(*path.rates, self.scaled(name, name)))
            else:
                here = replace(path, end=exit, entry=(loop, name, exit))
            yield here
            for j in self.system.inputs(exit):
                if j not in loop:
                    yield from self._from(j, replace(here, coupling=times(here.coupling, self.scaled(exit, j))))

    def _by_paths(self, i: str, paths: list[Path]) -> list[tuple[str, Expr]]:
        terms = []
        for j in self.system.names:
            here = [p for p in paths if p.end == j]
            if here:
                label = f"_decay_{i}" if i == j else f"_{i}_from_{j}"
                terms.append((j, times(Ref(j), self.name(label, self._sum(here)))))
                terms += [(f"drive of {j}", t) for t in self._drive(i, j, here)]
        return terms

    def _sum(self, paths: list[Path]) -> Expr:
        return total([times(p.coupling, self._difference(p)) for p in paths])

    def _drive(self, i: str, j: str, paths: list[Path]) -> list[Expr]:
        if j not in self.system.drive:
            return []
        core, d = common_denominator(self.system.drive[j])
        weight = times(over(DT, d), self._sum([replace(p, rates=(*p.rates, ZERO)) for p in paths]))
        return [self._weighted(i, j, weight, core)]

    def _weighted(self, i: str, j: str, weight: Expr, core: Expr) -> Expr:
        """A drive times its weight: one value if nothing of it belongs to an element."""
        label = f"_{i}_drive" if i == j else f"_{i}_drive_{j}"
        if any(isinstance(x, Ref) or (isinstance(x, Load) and x.index is not None) for x in nodes(core)):
            return times(self.name(label, weight), core)
        return self.name(label, times(weight, core))

    # -- coefficients of paths -----------------------------------------------------------------------------------------

    def _difference(self, path: Path) -> Expr:
        """The divided difference of exp at the rates of a path."""
        if path.entry is not None:
            return self._pair(path)
        rates = sorted(path.rates, key=lambda z: z == ZERO)
        if all(z == ZERO for z in rates):
            return real(1.0 / _factorial(len(rates) - 1))
        if all(z == rates[0] for z in rates):
            return over(Call("exp", (rates[0],)), real(_factorial(len(rates) - 1)))
        if len(rates) == 2 and rates[1] == ZERO:
            return Call("exprel", (rates[0],))
        return Call(f"exp_diff{len(rates)}", tuple(rates))

    def _pair(self, path: Path) -> Expr:
        """An entry of exp(A dt), or of the function with one more rate, of two variables in a loop."""
        assert path.entry is not None
        loop, row, column = path.entry
        x, y = loop
        label = f"{x}_{y}"
        m = self.name(f"_mean_{label}", times(real(0.5), plus(self.scaled(x, x), self.scaled(y, y))))
        h = self.name(f"_half_{label}", times(real(0.5), minus(self.scaled(x, x), self.scaled(y, y))))
        p = self.name(f"_loop_{label}", times(self.scaled(x, y), self.scaled(y, x)))
        d = self.name(f"_disc_{label}", plus(times(h, h), p))
        ending = "2" if path.rates else ""
        slope = self.name(f"_slope_{label}", Call("exp_pair_slope" + ending, (m, d, *path.rates)))
        if row != column:
            return times(slope, self.scaled(row, column))
        base = self.name(f"_base_{label}", Call("exp_pair_base" + ending, (m, d, *path.rates)))
        return plus(base, times(slope, self._from_base(label, h if row == x else negative(h), p, d)))

    def _from_base(self, label: str, h: Expr, p: Expr, d: Expr) -> Expr:
        """``h + sqrt(d)`` without cancellation, as ``d = h**2 + p``; h alone if the eigenvalues are conjugate."""
        if h == ZERO:
            return choice(lt(d, 0.0), ZERO, Op("sqrt", (d,)))
        far = self.name(f"_far_{label}", plus(Op("abs", (h,)), Op("sqrt", (Op("abs", (d,)),))))
        near = choice(gt(far, 0.0), over(p, far), ZERO)
        return self.name(f"_gap_{label}", choice(lt(d, 0.0), h, choice(ge(h, 0.0), far, near)))

    # -- all else ------------------------------------------------------------------------------------------------------

    def _by_matrix(self, i: str) -> list[tuple[str, Expr]]:
        part = self.system.ancestors(i)
        driven = [j for j in part if j in self.system.drive]
        if part not in self._matrices:
            entries = {(a, b): self.scaled(a, b) for a in part for b in part if (a, b) in self.system.matrix}
            entries |= {(j, f"drive of {j}"): ONE for j in driven}
            self._matrices[part] = exponential(self.name, (*part, *(f"drive of {j}" for j in driven)), entries)
        found = self._matrices[part]
        terms = [(j, times(Ref(j), found.get((i, j), ZERO))) for j in part]
        for j in driven:
            core, d = common_denominator(self.system.drive[j])
            weight = times(over(DT, d), found.get((i, f"drive of {j}"), ZERO))
            terms.append((f"drive of {j}", self._weighted(i, j, weight, core)))
        return terms


def _factorial(n: int) -> float:
    return 1.0 if n < 2 else n * _factorial(n - 1)


def refuses(model: Model) -> str | None:
    """Why a model has no solution of this kind; None if it has."""
    system = linear_system(model)
    if isinstance(system, str):
        return system
    solver = Solver(lets_for(model), {}, system)
    for name in system.names:
        n = len(system.ancestors(name))
        if n > LARGEST and solver.paths(name) is None:
            return f"'{name}' depends on {n} coupled variables, more than {LARGEST}"
    if len({ode.active for ode in model.odes if ode.active is not None}) > 1:
        return "its variables rest at different times"
    return None


@method(
    "exact",
    order=None,
    refuses=refuses,
    citation="Rotter, S. and Diesmann, M. (1999). Exact digital simulation of time-invariant linear systems with "
    "applications to neuronal modeling. Biological Cybernetics 81, 381-402.",
    bibtex="""@article{RotterDiesmann1999, author={Rotter, Stefan and Diesmann, Markus}, year={1999}, volume={81},
  title={Exact digital simulation of time-invariant linear systems with applications to neuronal modeling},
  journal={Biological Cybernetics}, pages={381--402}, doi={10.1007/s004220050570}}""",
)
def exact(model: Model) -> Rule:
    """The solution of linear equations with constant coefficients.

    Where a variable rests (`Ode.active`), it keeps its value, and the others follow the system in which it is constant.
    """
    let = lets_for(model)
    updates = solved(let, model)
    return Rule(tuple(let.body), updates)


def solved(let: Lets, model: Model) -> tuple[tuple[str, Expr], ...]:
    """The new values of the variables of a linear model."""
    system = linear_system(model)
    assert isinstance(system, LinearSystem), "refused before"
    known: dict[Expr, Expr] = {}
    running = Solver(let, known, system)
    active = {ode.name: ode.active for ode in model.odes if ode.active is not None}
    resting = Solver(let, known, system.frozen(set(active)))
    updates = []
    for ode in model.odes:
        new = running.new_value(ode.name)
        if active and any(n in active for n in system.ancestors(ode.name)):
            test = next(iter(active.values()))
            old = Ref(ode.name) if ode.name in active else resting.new_value(ode.name)
            new = active_only(replace(ode, active=test), new, old)
        updates.append((ode.name, new))
    return tuple(updates)
