"""The kernel that integrates the differential equations of a group, one step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from eqsim.errors import Diagnostic, DimensionMismatchError, EqsimError, for_object
from eqsim.integrators import Method, choose
from eqsim.ir.domain import Each
from eqsim.ir.expr import Draw, Expr, Load, Op, Ref, as_real, ge, local_name, unary
from eqsim.ir.passes.cheaper import cheaper
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Let, Stmt, Store
from eqsim.ir.walk import nodes
from eqsim.log import get_logger
from eqsim.model.arithmetic import number
from eqsim.model.equations import Equations, SingleEquation
from eqsim.model.model import Model, Ode, Origin, Rule
from eqsim.model.translate import Symbol, Translator
from eqsim.objects.part import Context
from eqsim.objects.times import running
from eqsim.units import DIMENSIONLESS, Dimension, second, unit_name

if TYPE_CHECKING:
    from eqsim.objects.neurons import NeuronGroup
    from eqsim.objects.synapses import Synapses

    Integrated = NeuronGroup | Synapses

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
    return Model(odes, tuple(noise), subexpressions=named, origin=origin)


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
        if group.refractoriness.time_s is not None:
            ready = group.scope(context)("not_refractory")
            assert ready is not None
            extra = _named_bound(ready.expr)
        body += step(group, model, chosen_method(group, model).build(model), clock, extra)
    return Kernel(who.name, Each(f"{group.name}.N"), body, clock, who.when, who.order)


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
    assert group.refractoriness.tree is not None
    origin = group.refractoriness.tree.source
    at = Ref("i", "int")
    return (Let("not_refractory", renewed, origin), Store(group.full("not_refractory"), at, ACTIVE, origin))


def step(group: Integrated, model: Model, rule: Rule, clock: str, extra: Mapping[str, Expr]) -> tuple[Stmt, ...]:
    """The statements of one step of integration, for one element.  ``extra``: more names that the rule may use."""
    at = Ref(group.element, "int")
    origins = {ode.name: ode.origin for ode in model.odes}
    assert model.origin is not None
    arrays = {local_name(e.name): group.full(e.name) for e in model.origin.equations.differential}
    given: dict[str, Expr] = {name: running(group.clock, clock, name).expr for name in ("t", "dt")}
    given |= {name: Load(array, at) for name, array in arrays.items()}
    given |= {f"dW_{xi}": _increment(group, xi) for xi in rule.noise}
    given |= extra
    used = {
        x.name
        for e in (*(let.value for let in rule.lets), *(v for _, v in rule.updates))
        for x in nodes(e)
        if isinstance(x, Ref)
    }
    used |= {"dt"} if rule.noise else set()
    used |= {"_ready_after"} if "not_refractory" in used else set()
    lets = tuple(Let(name, value) for name, value in given.items() if name in used)
    inner, updates = cheaper(rule.lets, rule.updates)
    new = tuple(Let(f"{name}_new", value, origins[name]) for name, value in updates)
    stores = tuple(Store(arrays[name], at, Ref(f"{name}_new")) for name, _ in updates)
    return (*lets, *inner, *new, *stores)


def _named_bound(ready: Expr) -> dict[str, Expr]:
    """``not_refractory``, and a name for the time since the last spike from which on it holds."""
    assert isinstance(ready, Op)
    since, bound = ready.args
    return {"_ready_after": bound, "not_refractory": ge(since, Ref("_ready_after"))}


def _increment(group: Integrated, xi: str) -> Expr:
    """A normal number of variance dt."""
    return unary("sqrt", Ref("dt")) * Draw("normal", group.streams(xi)())
