"""Control of the error: as many smaller steps inside dt as a tolerance asks for.

In: a model, and how one step of any size is made, with an estimate of its error.  Out: a `Rule` with a loop in which every
element goes at its own pace.  Source: Hairer, Norsett and Wanner (1993), Solving Ordinary Differential Equations I,
section II.4, eq. (4.12), (4.13).

The estimate of a step h falls with h**p.  A step is taken if ``E = max_i |error_i|/tolerance_i <= 1``; the next one is
``h*min(5, max(0.2, 0.9*E**(-1/p)))``.  The last step ends at dt exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from eqsim.errors import DimensionMismatchError, did_you_mean
from eqsim.functions.helpers import Lets
from eqsim.integrators.explicit import active_only
from eqsim.integrators.method import DT, METHODS, Method, Options, T, lets_for, never
from eqsim.ir.algebra import ZERO, choice, minus, over, plus, times
from eqsim.ir.expr import Call, Expr, Op, Ref, both, ge, gt, integer, le, local_name, lt, real
from eqsim.ir.passes.share import share
from eqsim.ir.stmt import Loop
from eqsim.model.model import Cell, Model, Rule
from eqsim.units import DIMENSIONLESS, get_dimensions

__all__ = ["OPTIONS", "Settings", "State", "Trial", "adaptive_method", "controlled"]

State = dict[str, Expr]

Trial = Callable[[Lets, Model, State, Expr, Expr], tuple[State, State]]
"""``(let, model, state, t, h) -> (new state, error)``: one step of size h from a state at time t."""

SAFETY, LEAST, MOST = 0.9, 0.2, 5.0
UNLIMITED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user may choose.

    Attributes
    ----------
    adaptable_timestep : bool
        False: one step of size dt, which fails if its error is too large.
    absolute_error : float
        Tolerance of one step, in the base unit of each variable.
    absolute_error_per_variable : tuple of pairs
        Tolerances of single variables, with units.
    max_steps : int
        Steps inside dt, those that are rejected included; 0 for no limit.
    use_last_timestep : bool
        Begin with the step that would have come next in the last dt (kept in ``_last_timestep``), not with dt.
    save_failed_steps, save_step_count : bool
        Keep the number of rejected steps in ``_failed_steps``, of those taken in ``_step_count``; of the last dt.
    """

    adaptable_timestep: bool = True
    absolute_error: float = 1e-6
    absolute_error_per_variable: tuple[tuple[str, Any], ...] = ()
    max_steps: int = 100
    use_last_timestep: bool = True
    save_failed_steps: bool = False
    save_step_count: bool = False

    @property
    def limit(self) -> int:
        """The largest number of steps."""
        return self.max_steps or UNLIMITED


OPTIONS = tuple(Settings.__dataclass_fields__)


def adaptive_method(
    name: str,
    trial: Trial,
    *,
    order: int,
    falls: int,
    citation: str,
    bibtex: str,
    refuses: Callable[[Model], str | None] = never,
) -> Method:
    """Register a method with control of the error.

    Parameters
    ----------
    name : str
    trial
        One step of any size, and the estimate of its error, which falls with h**falls.
    order, citation, bibtex, refuses
        See `Method`.
    """

    def steps(model: Model, settings: Settings) -> Rule:
        return controlled(model, settings, trial, falls)

    def configure(method: Method, options: Options) -> Method:
        settings = _settings(options)
        return replace(method, steps=lambda model: steps(model, settings))

    METHODS[name] = Method(
        name,
        order,
        None,
        "none",
        refuses,
        lambda model: steps(model, Settings()),
        citation,
        bibtex,
        options=OPTIONS,
        configure=configure,
    )
    return METHODS[name]


def _settings(options: Options) -> Settings:
    """The options, checked.

    Raises
    ------
    TypeError, ValueError
        If a value makes no sense.
    """
    given = {name: value for name, value in options.items() if name in OPTIONS}
    per_variable = given.get("absolute_error_per_variable") or {}
    if not isinstance(per_variable, Mapping):
        raise TypeError("absolute_error_per_variable is a dict of names and tolerances, e.g. {'v': 1*uV}")
    given["absolute_error_per_variable"] = tuple(per_variable.items())
    new = Settings(**given)
    if isinstance(new.max_steps, bool) or int(new.max_steps) != new.max_steps or new.max_steps < 0:
        raise ValueError(f"max_steps is a number of steps, or 0 for no limit, not {new.max_steps!r}")
    for value in (new.absolute_error, *per_variable.values()):
        if not float(value) > 0:
            raise ValueError(f"a tolerance must be positive, not {value}")
    return new


def tolerances(model: Model, settings: Settings) -> dict[str, float]:
    """The tolerance of each variable, in base units.

    Raises
    ------
    ValueError
        If a name is no state variable.
    DimensionMismatchError
        If a tolerance is not in the unit of its variable.
    """
    found = dict.fromkeys(model.names, float(settings.absolute_error))
    for name, value in settings.absolute_error_per_variable:
        local = local_name(name)
        if local not in found:
            hint = did_you_mean(name, set(found)) or f"these are {', '.join(found)}"
            raise ValueError(f"absolute_error_per_variable names '{name}', which is no state variable; {hint}")
        equations = model.origin.equations if model.origin is not None else {}
        dim = equations[name].dim if name in equations else DIMENSIONLESS
        if name in equations and get_dimensions(value) is not dim:
            raise DimensionMismatchError(
                f"absolute_error_per_variable: '{name}' and its tolerance have different units", dim, get_dimensions(value)
            )
        found[local] = float(value)
    return found


# --- the rule ---------------------------------------------------------------------------------------------------------


def controlled(model: Model, settings: Settings, trial: Trial, falls: int) -> Rule:
    """The rule that integrates over dt with a tolerance; the estimate of the error falls with this power of the step."""
    if not model.odes:
        return Rule((), ())
    allowed = tolerances(model, settings)
    return (_many if settings.adaptable_timestep else _one)(model, settings, trial, falls, allowed)


TOO_LARGE = "its error exceeds the tolerance"


def _one(model: Model, settings: Settings, trial: Trial, falls: int, allowed: dict[str, float]) -> Rule:
    let = lets_for(model)
    new, errors = trial(let, model, {name: Ref(name) for name in model.names}, T, DT)
    ratios = _ratios(let, errors, allowed)
    updates = tuple((ode.name, active_only(ode, new[ode.name], Ref(ode.name))) for ode in model.odes)
    return Rule(tuple(let.body), updates, failed=Op("not", (_good(ratios),)), because=f"{TOO_LARGE} with one step")


def _many(model: Model, settings: Settings, trial: Trial, falls: int, allowed: dict[str, float]) -> Rule:
    let = lets_for(model)
    pace = Ref("_last_timestep")
    first = choice(gt(pace, 0.0), pace, DT) if settings.use_last_timestep else DT
    starts: dict[str, Expr] = {"_time": ZERO, "_step": first}
    starts |= {f"_{name}_now": Ref(name) for name in model.names}
    starts |= {inner: integer(0) for _, inner in _counts(settings)}
    names = {name: let.reserve(name) for name in starts}
    loop = _loop(let, model, settings, trial, falls, allowed, names, starts)
    now = {name: Ref(names[f"_{name}_now"]) for name in model.names}
    updates = [(ode.name, active_only(ode, now[ode.name], Ref(ode.name))) for ode in model.odes]
    cells = []
    if settings.use_last_timestep:
        cells.append(Cell("_last_timestep", time=True))
        updates.append(("_last_timestep", Ref(names["_step"])))
    for name, inner in _counts(settings):
        cells.append(Cell(name, "int"))
        updates.append((name, Ref(names[inner], "int")))
    failed = lt(Ref(names["_time"]), DT)
    because = f"{TOO_LARGE} after {settings.limit} steps"
    return Rule((loop,), tuple(updates), (), tuple(cells), failed, because)


def _counts(settings: Settings) -> list[tuple[str, str]]:
    """The counts that are wanted: the name of the cell, and of the value in the loop."""
    counts = [("_failed_steps", "_rejected")] if settings.save_failed_steps else []
    return counts + ([("_step_count", "_taken")] if settings.save_step_count else [])


def _loop(
    let: Lets,
    model: Model,
    settings: Settings,
    trial: Trial,
    falls: int,
    allowed: dict[str, float],
    names: dict[str, str],
    starts: dict[str, Expr],
) -> Loop:
    """Steps until dt is reached; a rejected one leaves the state as it is."""
    inner = let.inside()
    time, pace = Ref(names["_time"]), Ref(names["_step"])
    state: State = {name: Ref(names[f"_{name}_now"]) for name in model.names}
    rest = inner("_rest", minus(DT, time))
    last = inner("_is_last", ge(pace, rest))
    h = inner("_h", choice(last, rest, pace))
    new, errors = trial(inner, model, state, plus(T, time), h)
    ratios = _ratios(inner, errors, allowed)
    good = inner("_is_good", _good(ratios))
    longer = inner("_next", times(h, _growth(inner, good, ratios, falls)))
    kept = Op("and", (Op("and", (good, last)), lt(longer, pace)))
    nexts: dict[str, Expr] = {
        "_time": choice(good, choice(last, DT, plus(time, h)), time),
        "_step": choice(kept, pace, longer),
    }
    for _, name in _counts(settings):
        count = Ref(names[name], "int")
        nexts[name] = choice(good, count, count + 1) if name == "_rejected" else choice(good, count + 1, count)
    nexts |= {f"_{name}_now": choice(good, new[name], state[name]) for name in model.names}
    taken = {*let.taken, *names.values()}
    body, results = share(inner.body, [(name, nexts[name]) for name in starts], taken=taken)
    let.taken.update(s.name for s in body if not isinstance(s, Loop))
    return Loop(
        tuple(names.values()),
        tuple(starts.values()),
        lt(time, DT),
        tuple(s for s in body if not isinstance(s, Loop)),
        tuple(value for _, value in results),
        settings.limit,
    )


def _ratios(let: Lets, errors: State, allowed: dict[str, float]) -> list[Expr]:
    """The error of each variable in terms of its tolerance."""
    return [let("_error", over(Op("abs", (e,)), real(allowed[name]))) for name, e in errors.items()]


def _good(ratios: list[Expr]) -> Expr:
    """Is every error within its tolerance?  One that is NaN is not."""
    first, *others = (le(r, 1.0) for r in ratios)
    for other in others:
        first = both(first, other)
    return first


def _growth(let: Lets, good: Expr, ratios: list[Expr], falls: int) -> Expr:
    """The factor from this step to the next one."""
    worst, *others = ratios
    for r in others:
        worst = let("_worst", choice(gt(r, 0.0), choice(Op(">", (r, worst)), r, worst), worst))
    wanted = let("_wanted", times(real(SAFETY), Call("power", (worst, real(-1.0 / falls)))))
    bounded = choice(gt(wanted, LEAST), choice(lt(wanted, MOST), wanted, real(MOST)), real(LEAST))
    return let("_growth", choice(Op("or", (good, lt(wanted, 1.0))), bounded, real(LEAST)))
