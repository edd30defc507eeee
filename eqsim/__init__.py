"""eqsim: spiking networks and brain dynamics, written as equations with units."""

__version__ = "0.1.0"
