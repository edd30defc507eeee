"""Layer 9: what runs a program: numpy, compiled code, or first the one and then the other."""

from eqsim.targets import auto, bytecode, cython, numpy  # noqa: F401
from eqsim.targets.target import TARGETS, Module, Sources, Target, register, target

__all__ = ["TARGETS", "Module", "Sources", "Target", "register", "target"]
