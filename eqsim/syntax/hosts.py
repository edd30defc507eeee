"""What the object to which equations are given allows: its flags and its own names.

In: lines, and the kind of the object.  Out: nothing, or an error with all that does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from eqsim.errors import Diagnostic, EquationSyntaxError, FlagError, Span
from eqsim.syntax.flags import FLAGS, KIND_NAMES
from eqsim.syntax.lines import Line
from eqsim.syntax.names import check_name
from eqsim.syntax.text import attempt

__all__ = ["HOST_NAMES", "Host", "check_lines"]

Host = Literal["neurons", "synapses", "spatial"]
HOST_NAMES: dict[Host, str] = {"neurons": "NeuronGroup", "synapses": "Synapses", "spatial": "SpatialNeuron"}


def check_lines(lines: Iterable[Line], host: Host, refractory: bool = False) -> None:
    """Refuse flags that an object does not know, and names that mean something else in it.

    Parameters
    ----------
    lines : iterable of Line
        From `parse_equations`.
    host : 'neurons', 'synapses' or 'spatial'
        The kind of object that the equations are given to.
    refractory : bool
        Whether the object has a refractory period (then it owns the name lastspike).

    Raises
    ------
    FlagError
        If flags are the only thing that does not fit.
    EquationSyntaxError
        If names do not fit.
    """
    flags: list[Diagnostic] = []
    names: list[Diagnostic] = []
    for line in lines:
        flags += _flags(line, host)
        names += _names(line, host, refractory)
    if names:
        raise EquationSyntaxError(*names, *flags)
    if flags:
        raise FlagError(*flags)


def _flags(line: Line, host: Host) -> list[Diagnostic]:
    kind, owner = KIND_NAMES[line.kind], HOST_NAMES[host]
    known = [f for f, row in FLAGS.items() if host in row.hosts and line.kind in row.kinds]
    text = f"{kind} of {owner} can have the flags {', '.join(known)}"
    return [
        Diagnostic("E605", f"{owner} does not know the flag '{name}' for {kind}", span, "", text)
        for name, span in line.flags
        if name not in known
    ]


def _names(line: Line, host: Host, refractory: bool) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    if host == "synapses" and line.has("summed"):
        return _summed(line.name)
    attempt(found, lambda span: check_name(span, host), line.name)
    if refractory:
        attempt(found, lambda span: check_name(span, "refractory"), line.name)
    return found


def _summed(name: Span) -> list[Diagnostic]:
    if name.text.endswith(("_post", "_pre")):
        return []
    help = f"write {name.text}_post = ... to set the variable {name.text} of the target neurons"
    return [Diagnostic("E606", "the name of a summed variable must end with _post or _pre", name, "", help)]
