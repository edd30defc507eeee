"""The bifurcation diagram of FitzHugh-Nagumo by BrainPy's analyser, as in its public tutorial on rate models."""

import contextlib
import os
import time

import brainpy as bp
import brainpy.math as bm

os.environ["MPLBACKEND"] = "Agg"


def sample(what, seconds, repeats):
    """CPU seconds of the fixed points over x_ext, and with the limit cycles by simulation, too."""
    bm.enable_x64()
    model, start = bp.rates.FHN(1, method="exp_auto"), time.process_time()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        diagram = bp.analysis.Bifurcation2D(
            model,
            target_vars={"x": [-2, 2], "y": [-2, 2]},
            target_pars={"x_ext": [0, 2]},
            pars_update={"y_ext": 0.0},
            resolutions={"x_ext": 0.01},
        )
        diagram.plot_bifurcation()
        points = time.process_time() - start
        diagram.plot_limit_cycle_by_sim(duration=500)
    return {"points": points, "seconds": time.process_time() - start}
