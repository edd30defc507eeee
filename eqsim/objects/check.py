"""What can be known when an object is made is checked then, not when it is run.

Names that stand for nothing yet may be defined later: what depends on them is left for the run.  The external values
that are found are remembered, for the case that the run is started from a frame that does not see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from eqsim.functions import BUILTINS, CONSTANTS
from eqsim.objects.part import Context
from eqsim.objects.times import running
from eqsim.units import UNITS_FOR_STRINGS

if TYPE_CHECKING:
    from eqsim.objects.meaning import Meaning


def checking_context(namespace: Mapping[str, Any]) -> Context:
    """A context in which unknown names are taken as not known yet."""
    return Context(namespace, lambda clock, name: running(clock, clock.name, name), lenient=True)


def check_strings(group: Meaning, namespace: Mapping[str, Any], parts: Callable[[Context], Any]) -> None:
    """Translate all strings of an object, as a run would, and forget the result.

    Raises
    ------
    EqsimError
        What a run would raise, unless it hangs on names that are not known yet.
    """
    remember(group, namespace, group.identifiers())
    parts(checking_context(namespace))


def remember(group: Meaning, namespace: Mapping[str, Any], names: set[str]) -> None:
    """Keep the values of external names as they are in the frame in which the object is made."""
    known = {*group.variables, *BUILTINS, *CONSTANTS}
    found = {n: namespace[n] for n in names if n not in known and n not in UNITS_FOR_STRINGS and n in namespace}
    group.made_in = {**group.made_in, **found}
