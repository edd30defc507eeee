"""Which names a user may give to a variable, and why not the others.

In: a name and the kind of place where it is defined.  Out: nothing, or an error that says what the name already means.

Kinds of places: ``equations`` (any block), ``statement`` (left of ``=`` in a reset, on_pre, ...), ``update`` (code and
descriptions of integration methods), and the checks that an object adds: ``neurons``, ``synapses``, ``spatial``,
``refractory`` (a group with a refractory period).
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass

from eqsim import units
from eqsim.errors import Diagnostic, EquationSyntaxError, Span
from eqsim.syntax.patterns import Mistake

__all__ = ["CONSTANT_NAMES", "FUNCTION_NAMES", "IDENTIFIER_CHECKS", "check_name", "register_identifier_check"]

FUNCTION_NAMES = frozenset(
    "cos sin tan cosh sinh tanh exp log log10 expm1 exprel log1p sqrt ceil floor arccos arcsin arctan abs sign"
    " rand randn poisson clip int timestep".split()
)
CONSTANT_NAMES = frozenset(("pi", "e", "inf"))

IDENTIFIER_CHECKS: list[Callable[[str], None]] = []
"""Rules added by extensions: each is called with a new name and raises ValueError or SyntaxError to refuse it."""


def register_identifier_check(check: Callable[[str], None]) -> None:
    """Add a rule for names of variables in equations.

    Parameters
    ----------
    check : callable
        Called with each new name; refuses it by raising ValueError or SyntaxError with a sentence that says why.
    """
    if check not in IDENTIFIER_CHECKS:
        IDENTIFIER_CHECKS.append(check)


@dataclass(frozen=True, slots=True)
class Rule:
    """Names that cannot be used in some kinds of places, given by a pattern or by a function."""

    mistake: Mistake
    kinds: tuple[str, ...]
    names: frozenset[str] | Callable[[], frozenset[str]] = frozenset()

    def refuses(self, name: str) -> bool:
        """Whether the rule speaks of this name."""
        names = self.names if isinstance(self.names, frozenset) else self.names()
        return name in names or bool(self.mistake.pattern and re.fullmatch(self.mistake.pattern, name))


def _unit_names() -> frozenset[str]:
    return frozenset(units.UNITS_FOR_STRINGS)


_EVERYWHERE = ("equations", "statement")
_OBJECTS = ("neurons", "synapses", "spatial")

# fmt: off
RULES: tuple[Rule, ...] = (
    Rule(Mistake("E501", "", "'{at}' is a word of Python and cannot be a name", "choose another name, e.g. {at}_"),
         (*_EVERYWHERE, "update"), frozenset(keyword.kwlist)),
    Rule(Mistake("E502", r"_\w*", "a name cannot begin with an underscore", "choose another name"), ("equations",)),
    Rule(Mistake("E503", r"__\w*", "a name cannot begin with two underscores", "choose another name"), ("statement",)),
    Rule(Mistake("E504", "t|dt|t_in_timesteps|i|N", "'{at}' already means {what}", "choose another name, e.g. {at}_1"),
         ("equations",)),
    Rule(Mistake("E505", "t|dt|t_in_timesteps|i|N", "'{at}' cannot be changed: it means {what}",
                 "choose another name, e.g. {at}_1"), ("statement",)),
    Rule(Mistake("E508", r"xi|xi_\w+", "'{at}' already means white noise",
                 "choose a name that does not begin with xi_"),
         _EVERYWHERE),
    Rule(Mistake("E509", "refractory|refractory_until|not_refractory",
                 "'{at}' is already used for the time after a spike", "choose another name, e.g. t_ref"),
         ("equations",)),
    Rule(Mistake("E510", "", "'{at}' is already the name of a constant", "choose another name, e.g. {at}_1"),
         _EVERYWHERE, CONSTANT_NAMES),
    Rule(Mistake("E511", "", "'{at}' is already the name of a function", "choose another name, e.g. {at}_1"),
         _EVERYWHERE, FUNCTION_NAMES),
    Rule(Mistake("E512", "", "'{at}' is already the name of a unit", "choose another name, e.g. {at}_1"),
         _EVERYWHERE, _unit_names),
    Rule(Mistake("E513", "j|N_incoming|N_outgoing", "'{at}' already means {what} in synapses",
                 "choose another name, e.g. {at}_1"), ("synapses",)),
    Rule(Mistake("E514", r"\w+_(?:pre|post)", "a name cannot end with _pre or _post",
                 "these endings mean the variables of the two neurons that a synapse connects: choose another name"),
         _OBJECTS),
    Rule(Mistake("E515", "lastspike", "'lastspike' is already the time of the last spike", "choose another name"),
         ("refractory",)),
)
# fmt: on

_MEANINGS = {
    "t": "the time",
    "dt": "the time step",
    "t_in_timesteps": "the number of the time step",
    "i": "the index of the element",
    "N": "the number of elements",
    "j": "the index of the target neuron",
    "N_incoming": "the number of synapses that arrive",
    "N_outgoing": "the number of synapses that leave",
}


def check_name(span: Span, kind: str = "equations") -> str:
    """The name itself, if it may be given to a variable.

    Parameters
    ----------
    span : Span
        The name in the user's text.
    kind : str
        Where it is defined, see the head of this module.

    Raises
    ------
    EquationSyntaxError
        If the name already means something, or a registered check refuses it.
    """
    name = span.text
    for rule in RULES:
        if kind in rule.kinds and rule.refuses(name):
            words = {"at": name, "what": _MEANINGS.get(name, "something else")}
            raise EquationSyntaxError(rule.mistake.diagnostic(span, words))
    if kind == "equations":
        _run_registered(span)
    return name


def _run_registered(span: Span) -> None:
    for check in IDENTIFIER_CHECKS:
        try:
            check(span.text)
        except (ValueError, SyntaxError) as error:
            raise EquationSyntaxError(Diagnostic("E516", str(error), span, "", "choose another name")) from error
