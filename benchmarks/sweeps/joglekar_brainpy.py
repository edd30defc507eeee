"""The same with BrainPy: `jax.vmap` over the parameter sets, float64, one thread."""

from __future__ import annotations

import json
import os
import sys
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import brainpy as bp
import brainpy.math as bm
import jax
import jax.numpy as jnp
import numpy as np
from connectome import MU, OMEGA, STEPS, connectome

bm.enable_x64()
bm.set_dt(2e-4)
fln, place = map(jnp.asarray, connectome(sys.argv[1] if len(sys.argv) > 1 else ""))
n, gain = len(place), 1 + 0.68 * place


class Model(bp.DynamicalSystem):
    """29 areas, each with an excitatory and an inhibitory population."""

    def __init__(self, mu, omega):
        super().__init__()
        self.w = 0.066 * 24.3 * gain, 0.351 * 12.2 * gain, -0.066 * omega, -0.351 * 12.5
        self.W = (fln.T * (0.066 * mu * gain)).T, (fln.T * (0.351 * 25.3 * gain)).T
        self.E, self.I = bm.Variable(jnp.full(n, 10.0)), bm.Variable(jnp.full(n, 35.0))
        self.background = (
            -((-1 + self.w[0]) * 10 + 10 * self.W[0].sum(1) + self.w[2] * 35),
            -(self.w[1] * 10 + 10 * self.W[1].sum(1) + (-1 + self.w[3]) * 35),
        )

    def update(self, k):
        """One step of 0.2 ms."""
        E, I = self.E.value, self.I.value
        drive = self.W[0] @ E + self.w[0] * E + self.w[2] * I + self.background[0]
        drive = drive.at[0].add(jnp.where((k >= 10000) & (k < 11250), 41.895, 0.0))
        E = jnp.maximum(E + 2e-4 / 2e-2 * (-E + jnp.maximum(drive, 10.0)), 0)
        drive = self.W[1] @ E + self.w[1] * E + self.w[3] * I + self.background[1]
        I = jnp.maximum(I + 2e-4 / 1e-2 * (-I + jnp.maximum(drive, 35.0)), 0)
        self.E.value, self.I.value = E, I
        return E


def peak(mu, omega):
    """Of area 24c, the last one."""
    rate = bm.as_jax(bm.for_loop(Model(mu, omega).update, jnp.arange(STEPS)))[:, -1]
    at = round(1.75 / 2e-4)
    return (rate[at:] - rate[at - 1]).max()


run, samples = jax.jit(jax.vmap(peak)), []
for _ in range(4):
    began = time.process_time()
    found = np.asarray(run(jnp.asarray(MU), jnp.asarray(OMEGA)))
    samples.append(time.process_time() - began)
print(found.tolist(), file=sys.stderr)
print(json.dumps(min(samples[1:])))
