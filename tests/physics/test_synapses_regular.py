"""`run_regularly` on synapses: shared variables first, then each synapse, in order of number."""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim import Network, NeuronGroup, Synapses, ms


def test_run_regularly_visits_every_synapse(lane: Any) -> None:
    """w_n = w_(n-1)/2 + 0.01*v*n, summed into y of the target; by hand for three ticks."""
    G = NeuronGroup(4, "v : 1\ny : 1", threshold="v > 9", reset="")
    G.v = "i"
    S = Synapses(G[1:], G[:3], "w : 1\ns : 1 (shared)\nn : integer", on_pre="v_post += w")
    S.connect(condition="i != j")
    S.w = "0.1*i"
    S.run_regularly("s += 1; w = w*0.5 + 0.01*v_pre*s; y_post += w; n += 1", dt=1 * ms)
    with lane.networks():
        Network(G, S).run(3 * ms)
    v = S.i[:] + 1.0
    w, total = 0.1 * S.i[:], np.zeros(4)
    for tick in (1.0, 2.0, 3.0):
        w = w * 0.5 + 0.01 * v * tick
        np.add.at(total, S.j[:], w)
    assert np.array_equal(S.w[:], w)
    assert np.array_equal(G.y[:], total)
    assert S.s[:] == 3 and np.all(S.n[:] == 3)
