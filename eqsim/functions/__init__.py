"""Layer 2: the functions that models use, written once as IR, and random numbers."""

from eqsim.functions import exponential, random  # noqa: F401
from eqsim.functions.helpers import FUNCTIONS, closure, resolve

__all__ = ["FUNCTIONS", "closure", "resolve"]
