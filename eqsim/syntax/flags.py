"""Flags behind the unit of an equation: which there are, and which line of which object may have which.

In: the flags of one line.  Out: diagnostics.
"""

from __future__ import annotations

from dataclasses import dataclass

from eqsim.errors import Diagnostic, Span, did_you_mean

__all__ = ["FLAGS", "KIND_NAMES", "Flag", "flag_mistakes"]

KIND_NAMES = {"differential": "a differential equation", "subexpression": "a subexpression", "parameter": "a parameter"}

_ALL = ("neurons", "synapses", "spatial")


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag, the kinds of lines that may have it, the objects that know it, and the flags it cannot stand beside."""

    name: str
    kinds: tuple[str, ...]
    hosts: tuple[str, ...]
    meaning: str
    alone: bool = False
    excludes: tuple[str, ...] = ()


# fmt: off
FLAGS: dict[str, Flag] = {f.name: f for f in (
    Flag("constant", ("parameter",), _ALL, "the value does not change during a run"),
    Flag("shared", ("parameter", "subexpression"), _ALL, "one value for the whole group"),
    Flag("linked", ("parameter",), _ALL, "the value is that of a variable of another group", alone=True),
    Flag("constant over dt", ("subexpression",), _ALL, "computed once at the start of each step"),
    Flag("unless refractory", ("differential",), ("neurons",), "does not change while the neuron is refractory"),
    Flag("event-driven", ("differential",), ("synapses",), "computed only when a spike arrives",
         excludes=("clock-driven",)),
    Flag("clock-driven", ("differential",), ("synapses",), "computed in each step", excludes=("event-driven",)),
    Flag("summed", ("subexpression",), ("synapses",), "the sum over all synapses of a neuron", alone=True),
    Flag("point current", ("differential", "subexpression", "parameter"), ("spatial",),
         "a current in amp, added to the membrane current of its compartment"),
)}
# fmt: on


def flag_mistakes(kind: str, flags: tuple[tuple[str, Span], ...]) -> list[Diagnostic]:
    """What is wrong with the flags of one line, whatever object it is for."""
    found = []
    for n, (name, span) in enumerate(flags):
        diagnostic = _one_flag(kind, name, span) or _beside(name, span, [f for f, _ in flags[:n]])
        if diagnostic is not None:
            found.append(diagnostic)
    return found


def _one_flag(kind: str, name: str, span: Span) -> Diagnostic | None:
    if name in FLAGS and kind in FLAGS[name].kinds:
        return None
    allowed = f"{KIND_NAMES[kind]} can have the flags {', '.join(f for f in FLAGS if kind in FLAGS[f].kinds)}"
    if name in FLAGS:
        return Diagnostic("E601", f"{KIND_NAMES[kind]} cannot have the flag '{name}'", span, "", allowed)
    return Diagnostic("E602", f"'{name}' is not a flag", span, "", _unknown_help(name) or allowed)


def _unknown_help(name: str) -> str:
    words = [f for f in FLAGS if f in name]
    if len(words) > 1 and sum(map(len, words)) + len(words) - 1 == len(name):
        return f"write commas between flags: ({', '.join(sorted(words, key=name.index))})"
    return did_you_mean(name, set(FLAGS))


def _beside(name: str, span: Span, others: list[str]) -> Diagnostic | None:
    if name in others:
        return Diagnostic("E603", f"the flag '{name}' stands here twice", span, "", "delete one of them")
    for other in others:
        if FLAGS[name].alone or (other in FLAGS and FLAGS[other].alone) or other in FLAGS[name].excludes:
            message = f"the flags '{other}' and '{name}' cannot be used together"
            return Diagnostic("E604", message, span, "", "keep only one of them")
    return None
