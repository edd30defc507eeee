"""The kernel that integrates the differential equations of a group, one step."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from eqsim.errors import Diagnostic, DimensionMismatchError, EqsimError, IntegrationError, for_object
from eqsim.integrators import Method, choose
from eqsim.ir.aligned import full
from eqsim.ir.domain import Each
from eqsim.ir.expr import Draw, Expr, Load, Op, Ref, as_real, ge, local_name, lt, unary
from eqsim.ir.passes.cases import is_fixed
from eqsim.ir.passes.cheaper import cheaper
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Let, Stmt, Store, When
from eqsim.ir.walk import expressions, nodes, statements
from eqsim.log import get_logger
from eqsim.model.arithmetic import number
from eqsim.model.equations import Equations, SingleEquation
from eqsim.model.model import Cell, Model, Ode, Origin, Rule
from eqsim.model.translate import Symbol, Translator
from eqsim.objects.part import Context, Contribution
from eqsim.objects.times import running
from eqsim.objects.variables import DTYPES, Variable
from eqsim.units import DIMENSIONLESS, Dimension, Quantity, second, unit_name

if TYPE_CHECKING:
    from eqsim.objects.neurons import NeuronGroup
    from eqsim.objects.synapses import Synapses

    Integrated: TypeAlias = NeuronGroup | Synapses

logger = get_logger(__name__)

ACTIVE = Ref("not_refractory", "bool")


def model_of(group: Integrated, context: Context, text: Equations | None = None) -> Model:
    """The differential equations of a group as a `Model`; ``text``: only these, of synapses.

    Raises
    ------
    DimensionMismatchError
        If a right-hand side is not in the unit of its variable per second.
    """
    text = group.equations if text is None else text
    equations = text.differential
    override = {e.name: Symbol(Ref(local_name(e.name)), e.dim) for e in equations}
    override = {name: group.called(symbol, name, context) for name, symbol in override.items()}
    override |= {"t": Symbol(Ref("t"), second.dim), "dt": Symbol(Ref("dt"), second.dim)}
    noise = sorted(text.noise_names)
    override |= {xi: Symbol(Ref(xi), second.dim**-0.5) for xi in noise}
    scope = group.scope(context, override=override)
    translator = Translator(scope, group.streams("equations"), lambda: group.known_names(context))
    odes = tuple(_ode(e, translator) for e in equations)
    named = tuple(_named(e, translator) for e in text.ordered_subexpressions if e.type == "real")
    try:
        translator.finish()
    except EqsimError as error:
        raise for_object(error, group.name) from None
    origin = Origin(text, scope, group.streams("method"), dict(group.variables))
    steady = frozenset(context.around(group).steady)
    return Model(odes, tuple(noise), steady, subexpressions=named, origin=origin)


def _named(e: SingleEquation, translator: Translator) -> tuple[str, Expr]:
    """A subexpression of the user; the integrator gives its name to the value."""
    assert e.tree is not None
    return e.name, as_real(number(translator(e.tree).expr))


def _ode(e: SingleEquation, translator: Translator) -> Ode:
    assert e.tree is not None
    typed = translator(e.tree)
    wanted = e.dim / second.dim
    if typed.dim is not None and typed.dim is not wanted and not typed.is_zero:
        problem = Diagnostic(
            "U105",
            f"d{e.name}/dt must be in {unit_name(wanted)}, but its right-hand side is in {unit_name(typed.dim)}",
            e.tree.source,
            unit_name(typed.dim),
            _rate_help(e.dim, typed.dim),
        )
        translator.problems.append((DimensionMismatchError, problem, (wanted, typed.dim)))
    active = ACTIVE if "unless refractory" in e.flags else None
    return Ode(local_name(e.name), as_real(number(typed.expr)), active, e.span)


def _rate_help(variable: Dimension, given: Dimension) -> str:
    if given is variable:
        return "divide it by a time constant, e.g. (...)/tau with tau in second"
    if given is variable * second.dim**-2:
        return "it is divided by a time twice"
    factor = variable / second.dim / given
    return f"multiply it by something in {unit_name(factor)}" if factor is not DIMENSIONLESS else ""


def update_kernel(group: NeuronGroup, context: Context, clock: str) -> Kernel | None:
    """The kernel of the state update; None if there is nothing to do in a step."""
    who = group.state_updater
    renewed = group.refractoriness.renewed(group, context)
    model = model_of(group, context)
    if not model.odes and renewed is None:
        return None
    body: tuple[Stmt, ...] = () if renewed is None else _renew(group, renewed)
    if model.odes:
        extra: dict[str, Expr] = {}
        if group.crossing is not None:
            model, extra = group.crossing.model(model), group.crossing.paces(context)
            body += group.crossing.remember(context)
        if group.refractoriness.time_s is not None and not group.refractoriness.kept:
            ready = group.scope(context)("not_refractory")
            assert ready is not None
            extra |= _named_bound(ready.expr)
        body += step(group, model, rule_of(group, model, context), clock, extra)
    return Kernel(who.name, Each(f"{group.name}.N"), body, clock, who.when, who.order)


def rule_of(group: Integrated, model: Model, context: Context) -> Rule:
    """One step of the chosen method; what it needs of the past is read."""
    method = chosen_method(group, model)
    return context.reads.settled(method.build(model), group, context, method.order)


def chosen_method(group: Integrated, model: Model) -> Method:
    """The integration method; which of several was taken is told at level INFO."""
    began = time.perf_counter()
    found = choose(model, group.method_choice, group.name, group.method_options)
    if not isinstance(group.method_choice, str):
        took = time.perf_counter() - began
        logger.info(
            f"{group.describe()} is integrated with '{found.name}' (chosen in {took:.3f} s)", "method_choice", once=True
        )
    return found


def _renew(group: NeuronGroup, renewed: Expr) -> tuple[Stmt, ...]:
    tree = group.refractoriness.tree
    origin = None if tree is None else tree.source
    at = Ref("i", "int")
    return (Let("not_refractory", renewed, origin), Store(group.full("not_refractory"), at, ACTIVE, origin))


def step(group: Integrated, model: Model, rule: Rule, clock: str, extra: Mapping[str, Expr]) -> tuple[Stmt, ...]:
    """The statements of one step of integration, for one element.  ``extra``: more names that the rule may use."""
    at = Ref(group.element, "int")
    keep_cells(group, rule)
    origins = {ode.name: ode.origin for ode in model.odes}
    assert model.origin is not None
    arrays = {local_name(e.name): group.full(e.name) for e in model.origin.equations.differential}
    cells = {cell.name: group.full(cell.name) for cell in rule.cells}
    given: dict[str, Expr] = {name: running(group.clock, clock, name).expr for name in ("t", "dt")}
    given |= {name: Load(array, at) for name, array in arrays.items()}
    given |= {cell.name: Load(cells[cell.name], at, cell.type) for cell in rule.cells}
    given |= {f"dW_{xi}": _increment(group, xi) for xi in rule.noise}
    given |= extra
    used = {x.name for e in _values(rule) for x in nodes(e) if isinstance(x, Ref)}
    used |= {"dt"} if rule.noise else set()
    used |= {"_ready_after"} if "not_refractory" in used else set()
    lets = tuple(Let(name, value) for name, value in given.items() if name in used)
    inner, updates = cheaper(rule.lets, rule.updates, [name for name, value in given.items() if is_fixed(value)])
    new = tuple(Let(f"{name}_new", value, origins.get(name)) for name, value in updates)
    arrays |= cells
    stores = tuple(Store(arrays[name], at, Ref(f"{name}_new", value.type)) for name, value in updates)
    return (*lets, *inner, *new, *stores, *_failure(group, rule, at))


def _values(rule: Rule) -> Iterator[Expr]:
    """All expressions of a rule."""
    for s in statements(rule.lets):
        yield from expressions(s)
    yield from (value for _, value in rule.updates)
    yield from () if rule.failed is None else (rule.failed,)


# --- what a method keeps, and when it fails ---------------------------------------------------------------------------

FAILED_AT = "_failed_at"
"""The step at which integration first failed, for each element; -1 as long as it has not."""


NOTHING = np.zeros(0)


def keep_cells(group: Integrated, rule: Rule) -> None:
    """Memory for the cells of a rule, as variables of the group that can be read."""
    cells = [*rule.cells, *([Cell(FAILED_AT)] if rule.failed is not None else [])]
    for cell in cells:
        if cell.name not in group.memory:
            dim = second.dim if cell.time else DIMENSIONLESS
            group.variables[cell.name] = Variable(cell.name, dim, cell.type, read_only=True, start=-1.0)
            group.memory[cell.name] = full(len(group), -1, DTYPES[cell.type])


def contribute_cells(group: Integrated, part: Contribution) -> None:
    """Declare memory that a method has asked for since the group declared its own."""
    for name, memory in group.memory.items():
        if group.full(name) not in part.memory:
            part.store(group.full(name), memory)


def _failure(group: Integrated, rule: Rule, at: Expr) -> tuple[Stmt, ...]:
    """Note the first step that failed."""
    if rule.failed is None:
        return ()
    group.__dict__["_failure"] = rule.because  # for the message
    array = group.full(FAILED_AT)
    first = Op("and", (rule.failed, lt(Load(array, at), 0.0)))
    return (When(first, (Store(array, at, as_real(Ref("n", "int"))),)),)


def check_failures(group: Integrated) -> None:
    """Called from time to time in a run.

    Raises
    ------
    IntegrationError
        If the integration of an element has failed; it names the first one.
    """
    failed = group.memory.get(FAILED_AT, NOTHING)
    bad = np.flatnonzero(failed >= 0)
    if not len(bad):
        return
    element = int(bad[np.argmin(failed[bad])])
    t = Quantity(failed[element] * group.clock.dt_, dim=second.dim)
    failed[:] = -1
    others = f" (and of {len(bad) - 1} more)" if len(bad) > 1 else ""
    help = "take a smaller dt, a looser tolerance, more steps (max_steps), or a method for stiff equations (rosenbrock)"
    message = (
        f"{group.describe()}: the integration of element {element}{others} failed at t = {t}: {group.__dict__['_failure']}"
    )
    raise for_object(IntegrationError(Diagnostic("M401", message, None, "", help)), group.name)


def _named_bound(ready: Expr) -> dict[str, Expr]:
    """``not_refractory``, and a name for the time since the last spike from which on it holds."""
    assert isinstance(ready, Op)
    since, bound = ready.args
    return {"_ready_after": bound, "not_refractory": ge(since, Ref("_ready_after"))}


def _increment(group: Integrated, xi: str) -> Expr:
    """A normal number of variance dt."""
    return unary("sqrt", Ref("dt")) * Draw("normal", group.streams(xi)())
