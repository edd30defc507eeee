"""Layer 11: what equations do: fixed points, phase planes, bifurcations; and measures of activity."""

from eqsim.analysis.bifurcation import BifurcationDiagram, bifurcation
from eqsim.analysis.branches import Branch, SpecialPoint
from eqsim.analysis.cycle_branches import CycleBranch
from eqsim.analysis.cycles import LimitCycle, limit_cycle
from eqsim.analysis.fixed import FixedPoint, fixed_points
from eqsim.analysis.flow import Trajectory, trajectory
from eqsim.analysis.model import Model
from eqsim.analysis.plane import PhasePlane, nullclines, phase_plane
from eqsim.analysis.signals import functional_connectivity, matrix_correlation, power_spectrum, synchrony
from eqsim.analysis.spikes import (
    cross_correlogram,
    cv_isi,
    fano_factor,
    firing_rate,
    interspike_intervals,
    local_variation,
)
from eqsim.analysis.two_parameters import BifurcationCurve, BifurcationMap, bifurcation_map

__all__ = [
    "BifurcationCurve",
    "BifurcationDiagram",
    "BifurcationMap",
    "Branch",
    "CycleBranch",
    "FixedPoint",
    "LimitCycle",
    "Model",
    "PhasePlane",
    "SpecialPoint",
    "Trajectory",
    "bifurcation",
    "bifurcation_map",
    "cross_correlogram",
    "cv_isi",
    "fano_factor",
    "firing_rate",
    "fixed_points",
    "functional_connectivity",
    "interspike_intervals",
    "limit_cycle",
    "local_variation",
    "matrix_correlation",
    "nullclines",
    "phase_plane",
    "power_spectrum",
    "synchrony",
    "trajectory",
]
