"""The same as `thalamus.py` in double precision; BrainCell computes in single precision if it is not told otherwise."""

import brainstate
import jax

jax.config.update("jax_enable_x64", True)
brainstate.environ.set(precision=64)
from thalamus import WARM_UPS, program  # noqa: E402, F401  (arrays are made when it is imported)
