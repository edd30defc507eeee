"""Layer 4: equations, their meaning and their calculus."""

from eqsim.model.equations import Equations, SingleEquation

__all__ = ["Equations", "SingleEquation"]
