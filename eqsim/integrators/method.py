"""What an integration method is, and the registry of all of them.

In: a `Model`.  Out: a `Rule`, one step of integration; or a sentence that says why the method cannot be used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from eqsim.errors import UnsupportedEquationsException
from eqsim.functions.helpers import Lets
from eqsim.ir.expr import Expr, Load, Op, Ref
from eqsim.ir.passes.share import share
from eqsim.ir.show import show
from eqsim.ir.stmt import Bound, Loop
from eqsim.ir.walk import children, distinct, expressions, statements
from eqsim.model.calculus import Noise, noise_of, without_ito
from eqsim.model.equations import Equations
from eqsim.model.model import DT, Model, Rule, T
from eqsim.model.symbolic import symbolic_model

__all__ = ["DT", "METHODS", "Method", "StateUpdateMethod", "T", "bind", "dW", "describe", "finished", "lets_for", "method"]

KINDS: tuple[Noise, ...] = ("none", "additive", "multiplicative")
"""Each kind includes those before it."""

Calculus = Literal["stratonovich", "ito"]
"""In which sense a multiplicative noise is meant."""

OPTIONS = ("simplify", "calculus", "spike_times")
"""Options that every method accepts.  ``simplify`` has no effect; ``spike_times`` is for groups of neurons."""

Options = Mapping[str, Any]


class StateUpdateMethod(ABC):
    """Base of methods of integration; a subclass of the user's gives the code of one step, see `custom`."""

    __slots__ = ()

    @abstractmethod
    def __call__(self, equations: Any, variables: Any = None, method_options: Any = None) -> str:
        """The code of one step."""

    @staticmethod
    def register(name: str, updater: Any) -> None:
        """Give a method a name that ``method=`` understands, in any case of letters.

        Parameters
        ----------
        name : str
        updater : Method, ExplicitStateUpdater or callable
            What could itself be given as ``method=``.

        Raises
        ------
        ValueError
            If the name is taken.
        TypeError
            If this is no name, or no method.
        """
        from eqsim.integrators.choice import ALIASES, find

        if not isinstance(name, str):
            raise TypeError(f"the name of a method is a string, not {type(name).__name__}")
        if isinstance(updater, str):
            raise TypeError(f"'{updater}' is the name of a method, not a method")
        key, found = name.lower(), find(updater)
        if key in METHODS or key in ALIASES:
            raise ValueError(f"there is a method '{key}' already")
        METHODS[key] = Method(key, *(getattr(found, f.name) for f in fields(Method)[1:]))


@dataclass(frozen=True, slots=True)
class Method(StateUpdateMethod):
    """A method of integration.

    Attributes
    ----------
    name : str
    order : float or None
        Order of the global error in dt without noise; None for a method without such an error.
    strong_order : float or None
        Order of the mean error of single paths in dt with noise; None if noise is refused.
    noise : {"none", "additive", "multiplicative"}
        What it can handle in the sense of Stratonovich.
    refuses : callable
        ``Model -> str | None``: why not, in one sentence, beyond the kind of noise.
    steps : callable
        ``Model -> Rule``, without any checks; use `build`.
    citation, bibtex : str
        The source.
    ito : bool
        Does its step, as it is, mean multiplicative noise in the sense of Ito?
    options : tuple of str
        What ``method_options`` may contain, besides `OPTIONS`.
    configure : callable, optional
        ``(Method, options) -> Method``: the method with these options.
    calculus : {"stratonovich", "ito"}
        What the user means by a multiplicative noise (option ``calculus``).  With Ito the drift is changed to that of
        Stratonovich for methods that need it.
    """

    name: str
    order: float | None
    strong_order: float | None
    noise: Noise
    refuses: Callable[[Model], str | None]
    steps: Callable[[Model], Rule]
    citation: str
    bibtex: str = ""
    ito: bool = False
    options: tuple[str, ...] = ()
    configure: Callable[[Method, Options], Method] | None = None
    calculus: Calculus = "stratonovich"

    def reason(self, model: Model) -> str | None:
        """Why the method cannot be used with this model, in one sentence; None if it can."""
        kind = noise_of(model)
        if KINDS.index(kind) > KINDS.index(self.able):
            names = " and ".join(f"'{name}'" for name in model.noise)
            if self.noise == "none":
                return f"it does not handle noise, and the equations contain {names}"
            return f"it only handles additive noise, and the noise {names} is multiplied by a state variable"
        try:
            return self.refuses(self._meant(model))
        except UnsupportedEquationsException as error:
            return str(error)

    @property
    def able(self) -> Noise:
        """Which noise it can handle in the sense that the user means."""
        return "multiplicative" if self.ito and self.calculus == "ito" and self.noise != "none" else self.noise

    def _meant(self, model: Model) -> Model:
        """The model whose noise is meant as the method understands it."""
        return without_ito(model) if self.calculus == "ito" and not self.ito else model

    def with_options(self, options: Options) -> Method:
        """The method with the user's options.

        Raises
        ------
        ValueError
            If ``calculus`` is neither 'stratonovich' nor 'ito', or the value of another option makes no sense.
        """
        wanted = str(options.get("calculus", self.calculus)).lower()
        calculus: Calculus | None = next((c for c in get_args(Calculus) if c == wanted), None)
        if calculus is None:
            raise ValueError(f"calculus is 'stratonovich' or 'ito', not {options['calculus']!r}")
        new = self if calculus == self.calculus else replace(self, calculus=calculus)
        return new if self.configure is None else self.configure(new, options)

    def build(self, model: Model) -> Rule:
        """One step of this method.

        Raises
        ------
        UnsupportedEquationsException
            If the method cannot be used with this model.
        """
        reason = self.reason(model)
        if reason is not None:
            raise UnsupportedEquationsException(f"method '{self.name}' cannot be used: {reason}")
        return finished(self.steps(self._meant(model)), model)

    def __call__(self, equations: Equations | Model, variables: Any = None, method_options: Options | None = None) -> str:
        """The update of these equations as readable code; for teaching and for checking.

        Parameters
        ----------
        equations : Equations or Model
        variables
            Not needed.
        method_options : mapping, optional
            As for a group.

        Raises
        ------
        UnsupportedEquationsException
            If the method cannot be used with these equations.
        """
        model = equations if isinstance(equations, Model) else symbolic_model(equations)
        return describe(self.with_options(method_options or {}).build(model))

    def __repr__(self) -> str:
        return f"<method {self.name}>"


METHODS: dict[str, Method] = {}
"""Every method by name."""


def never(model: Model) -> str | None:
    """No reason to refuse."""
    return None


def method(
    name: str,
    *,
    order: float | None,
    strong_order: float | None = None,
    noise: Noise = "none",
    refuses: Callable[[Model], str | None] = never,
    citation: str,
    bibtex: str = "",
    **more: Any,
) -> Callable[[Callable[[Model], Rule]], Method]:
    """Register the decorated function ``Model -> Rule`` as a method, and replace it by the `Method`."""

    def register(steps: Callable[[Model], Rule]) -> Method:
        METHODS[name] = Method(name, order, strong_order, noise, refuses, steps, citation, bibtex, **more)
        return METHODS[name]

    return register


# --- what all methods need --------------------------------------------------------------------------------------------


def dW(noise: str) -> Ref:
    """The increment of a noise in this step: a normal number of variance dt."""
    return Ref(f"dW_{noise}")


def lets_for(model: Model) -> Lets:
    """An empty list of Lets that leaves the names of the model alone."""
    return Lets((*model.names, "t", "dt", *(f"dW_{xi}" for xi in model.noise)))


def bind(let: Lets, name: str, value: Expr) -> Expr:
    """Name a value that takes work to compute; leaves, and their negatives, stay as they are."""
    inner = value.args[0] if isinstance(value, Op) and value.op == "neg" else value
    return let(name, value) if children(inner) and not isinstance(inner, Load) else value


def finished(rule: Rule, model: Model) -> Rule:
    """The rule with common subexpressions computed once, under the user's names where there are any."""
    names = [(value, f"_{name}") for name, value in model.subexpressions]
    failed = [] if rule.failed is None else [("", rule.failed)]
    lets, results = share(rule.lets, [*rule.updates, *failed], names)
    updates = results[: len(rule.updates)]
    used = _used(lets, results)
    lets = tuple(s for s in lets if isinstance(s, Loop) or s.name in used)
    return replace(rule, lets=lets, updates=updates, failed=results[-1][1] if failed else None)


def _used(lets: tuple[Bound, ...], results: tuple[tuple[str, Expr], ...]) -> set[str]:
    """The names that some result depends on."""
    used = {x.name for _, e in results for x in distinct(e) if isinstance(x, Ref)}
    for s in reversed(lets):
        if isinstance(s, Loop) or s.name in used:
            values = [e for inner in statements((s,)) for e in expressions(inner)]
            used |= {x.name for e in values for x in distinct(e) if isinstance(x, Ref)}
    return used


def describe(rule: Rule) -> str:
    """The rule as readable lines: random numbers, intermediate values, new values; all are assigned together."""
    lines = [f"dW_{xi} = sqrt(dt)*randn()" for xi in rule.noise]
    lines += [show(let) for let in rule.lets]
    lines += [] if rule.failed is None else [f"failed = {show(rule.failed)}"]
    lines += [f"{name}_new = {show(value)}" for name, value in rule.updates]
    if rule.updates:
        names = [name for name, _ in rule.updates]
        lines.append(f"{', '.join(names)} = {', '.join(f'{name}_new' for name in names)}")
    return "\n".join(lines)
