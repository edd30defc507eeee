"""Layer 11: what equations do: fixed points, phase planes, bifurcations; and measures of activity."""

from eqsim.analysis.bifurcation import BifurcationDiagram, bifurcation
from eqsim.analysis.branches import Branch, SpecialPoint
from eqsim.analysis.cycle_branches import CycleBranch
from eqsim.analysis.cycles import LimitCycle, limit_cycle
from eqsim.analysis.fixed import FixedPoint, fixed_points
from eqsim.analysis.flow import Trajectory, trajectory
from eqsim.analysis.model import Model
from eqsim.analysis.plane import PhasePlane, nullclines, phase_plane

__all__ = [
    "BifurcationDiagram",
    "Branch",
    "CycleBranch",
    "FixedPoint",
    "LimitCycle",
    "Model",
    "PhasePlane",
    "SpecialPoint",
    "Trajectory",
    "bifurcation",
    "fixed_points",
    "limit_cycle",
    "nullclines",
    "phase_plane",
    "trajectory",
]
