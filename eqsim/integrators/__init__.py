"""Layer 5: methods of numerical integration, from a `Model` to a `Rule`."""

from eqsim.integrators.adaptive import gsl_rk2, gsl_rk4, gsl_rk8pd, gsl_rkck, gsl_rkf45, rk23, rk45
from eqsim.integrators.choice import choose, find
from eqsim.integrators.described import ExplicitStateUpdater
from eqsim.integrators.exact import exact
from eqsim.integrators.exact_noise import exact_noise
from eqsim.integrators.explicit import euler, rk2, rk4
from eqsim.integrators.exponential import exp_auto, exponential_euler
from eqsim.integrators.implicit import crank_nicolson, implicit_euler, rodas3, rosenbrock
from eqsim.integrators.method import METHODS, Method, StateUpdateMethod, describe, method
from eqsim.integrators.stochastic import heun, milstein

linear = independent = exact
"""Other names of `exact`, for scripts that use them."""

__all__ = [
    "METHODS",
    "ExplicitStateUpdater",
    "Method",
    "StateUpdateMethod",
    "choose",
    "crank_nicolson",
    "describe",
    "euler",
    "exact",
    "exact_noise",
    "exp_auto",
    "exponential_euler",
    "find",
    "gsl_rk2",
    "gsl_rk4",
    "gsl_rk8pd",
    "gsl_rkck",
    "gsl_rkf45",
    "heun",
    "implicit_euler",
    "independent",
    "linear",
    "method",
    "milstein",
    "rk2",
    "rk4",
    "rk23",
    "rk45",
    "rodas3",
    "rosenbrock",
]
