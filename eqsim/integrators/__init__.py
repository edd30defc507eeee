"""Layer 5: methods of numerical integration, from a `Model` to a `Rule`."""

from eqsim.integrators.choice import choose, find
from eqsim.integrators.exact import exact
from eqsim.integrators.explicit import euler, rk2, rk4
from eqsim.integrators.exponential import exponential_euler
from eqsim.integrators.method import METHODS, Method, describe, method
from eqsim.integrators.stochastic import heun, milstein

__all__ = [
    "METHODS",
    "Method",
    "choose",
    "describe",
    "euler",
    "exact",
    "exponential_euler",
    "find",
    "heun",
    "method",
    "milstein",
    "rk2",
    "rk4",
]
