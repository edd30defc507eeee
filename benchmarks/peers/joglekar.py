"""Figure 3F of Joglekar 2018 (`../models/joglekar.py`) by BrainPy's runner under vmap, after its public example."""

import sys
import time
from functools import partial
from pathlib import Path

import brainpy as bp
import brainpy.math as bm
import jax
import numpy as np

sys.path.append(str(Path(__file__).parents[1]))


class Areas(bp.DynamicalSystem):
    """Excitatory and inhibitory rates of all areas, in Hz."""

    def __init__(self, hier, fln, current, mu_EE, omega_EI):
        super().__init__()
        slope, one = 1 + 0.68 * hier, bm.ones(len(hier))
        self.current = current
        self.w_EE, self.w_IE = 0.066 * 24.3 * slope, 0.351 * 12.2 * slope
        self.w_EI, self.w_II = -0.066 * omega_EI, -0.351 * 12.5
        self.W_EE = (fln.T * (0.066 * mu_EE * slope)).T
        self.W_IE = (fln.T * (0.351 * 25.3 * slope)).T
        self.b_E = -((-1 + self.w_EE) * 10 + bm.dot(self.W_EE, one * 10) + self.w_EI * 35)
        self.b_I = -(self.w_IE * 10 + bm.dot(self.W_IE, one * 10) + (-1 + self.w_II) * 35)
        self.E, self.I = bm.Variable(one * 10), bm.Variable(one * 35)

    def update(self):
        dt = bp.share["dt"]
        drive = bm.asarray(bm.dot(self.W_EE, self.E) + self.w_EE * self.E + self.w_EI * self.I + self.b_E)
        drive[0] += self.current[bp.share["i"]]
        self.E.value = bm.maximum(self.E + (-self.E + bm.maximum(drive, 10.0)) / 2e-2 * dt, 0)
        drive = bm.dot(self.W_IE, self.E) + self.w_IE * self.E + self.w_II * self.I + self.b_I
        self.I.value = bm.maximum(self.I + (-self.I + bm.maximum(drive, 35.0)) / 1e-2 * dt, 0)


def sample(what, seconds, repeats):
    """CPU seconds of 32 parameter sets: ``seconds`` of vmap as in the example, which compiles in each call; ``compiled`` of
    later calls under jit; ``own`` of all from after the import to the end of the first call."""
    from models.connectome import artificial

    begin = time.process_time()
    bm.enable_x64()  # single precision gives 0 for small couplings
    bm.set_dt(2e-4)
    fln, hier = map(bm.asarray, artificial())
    current = bm.asarray(bp.inputs.section_input([0, 22.05 * 1.9, 0], [2.0, 0.25, seconds - 2.25]))

    @partial(jax.vmap, in_axes=(0, None))
    def peak(mu, omega):
        omega = 19.7 + (mu - 33.7) * 55 / 178 if omega is None else omega
        runner = bp.DSRunner(
            Areas(hier, fln, current, mu, omega), monitors=["E"], progress_bar=False, numpy_mon_after_run=False
        )
        runner.run(seconds)
        return (runner.mon.E[8750:17500, -1] - runner.mon.E[8750, -1]).max()

    def both(function):
        start = time.process_time()
        peaks = [np.asarray(function(mu, omega)) for omega in (None, 19.7)]
        return time.process_time() - start, peaks

    mu = bm.arange(20.0, 52.0, 2.0).value
    both(peak)
    own = time.process_time() - begin
    plain, jitted = [both(peak) for _ in range(repeats)], jax.jit(peak)
    both(jitted)
    compiled = [both(jitted)[0] for _ in range(repeats)]
    peaks = [float(p) for group in plain[-1][1] for p in group]
    return {"own": own, "children": 0.0, "seconds": [took for took, _ in plain], "compiled": compiled, "peaks": peaks}
