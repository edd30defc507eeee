"""Layer 2: the functions that models use, written once as IR, and random numbers."""

from eqsim.functions import (  # noqa: F401
    binomial,
    counts,
    division,
    exponential,
    hyperbolic,
    more,
    over_time,
    power,
    random,
    trigonometric,
)
from eqsim.functions.builtin import BUILTINS, CONSTANTS, Builtin
from eqsim.functions.helpers import FUNCTIONS, closure, resolve
from eqsim.functions.lowering import lower_power
from eqsim.functions.random import stream_of

__all__ = ["BUILTINS", "CONSTANTS", "FUNCTIONS", "Builtin", "closure", "lower_power", "resolve", "stream_of"]
