"""Named topologies for `Synapses.connect`, and where neurons lie.

    from eqsim.topology import gaussian, grid
    layout = grid((50, 50), spacing=20*umeter, periodic=True)
    S.connect(gaussian(layout, sigma=60*umeter))

A topology has one method, ``pairs(source, target, numbers)``: for two groups it gives the sources and targets of all
synapses, by source and then by target, drawn from ``numbers``.  A class of your own with this method serves as well.
"""

from __future__ import annotations

from eqsim.topology.distance import ByDistance, by_distance, exponential, gaussian, within
from eqsim.topology.graphs import ScaleFree, SmallWorld, scale_free, small_world
from eqsim.topology.layout import Layout, grid, random_positions

__all__ = [
    "ByDistance",
    "Layout",
    "ScaleFree",
    "SmallWorld",
    "by_distance",
    "exponential",
    "gaussian",
    "grid",
    "random_positions",
    "scale_free",
    "small_world",
    "within",
]
