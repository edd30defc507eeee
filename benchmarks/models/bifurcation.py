"""The bifurcation diagram of FitzHugh-Nagumo, see examples/seeds/fitzhugh_nagumo.py."""

from simulator import *

from eqsim import analysis


def diagram(cycles):
    """The fixed points over x_ext, and the limit cycles."""
    model = analysis.Model(
        """dx/dt = (-3*x**3 + 4*x**2 - 1.5*x - y + x_ext)/ms : 1
           dy/dt = (x - 0.5*y)/(20*ms) : 1
           x_ext : 1"""
    )
    return analysis.bifurcation(model, "x_ext", 0, 2, cycles=cycles, x=(-2, 2), y=(-2, 2))
