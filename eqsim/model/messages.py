"""The words for units that do not fit."""

from __future__ import annotations

from eqsim.units import Dimension, unit_name

BRIDGES = {
    "ohm": "a resistance (in ohm)",
    "siemens": "a conductance (in siemens)",
    "farad": "a capacitance (in farad)",
    "volt": "a voltage (e.g. mV)",
    "amp": "a current (e.g. nA)",
}
"""What a term is multiplied by to get another unit; the first that fits is named."""


def cannot(verb: str, x: str, y: str) -> str:
    """``cannot subtract volt from amp``."""
    first, second = (("a pure number" if name == "1" else name) for name in (x, y))
    if verb == "add":
        return f"cannot add {second} to {first}"
    if verb == "subtract":
        return f"cannot subtract {second} from {first}"
    return f"cannot {verb} {first} and {second}"


def units_differ(a: Dimension, b: Dimension) -> str:
    """How the two terms of a sum can be made to fit, when there are words for it."""
    to_first, to_second = unit_name(b / a), unit_name(a / b)
    for unit, words in BRIDGES.items():
        for name, term in ((to_first, "first"), (to_second, "second")):
            if name == unit:
                return f"multiply the {term} term by {words}"
    if "second" in (to_first, to_second):
        term = "second" if to_first == "second" else "first"
        return f"the two differ by a time: divide the {term} term by a time constant (e.g. tau with tau in second)"
    return ""
