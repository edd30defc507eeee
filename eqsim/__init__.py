"""eqsim: spiking networks and brain dynamics, written as equations with units.

``from eqsim import *`` gives the names of eqsim (`eqsim.only`), and below them those of numpy and matplotlib
(`eqsim.pylab_names`).
"""

import gc

from eqsim import only, pylab_names
from eqsim.log import catch_logs, get_logger  # noqa: F401  (catch_logs: for tests of packages that build on eqsim)
from eqsim.network.device import check_cache, clear_cache  # noqa: F401
from eqsim.network.loading import load
from eqsim.only import *  # noqa: F403

__version__ = "0.1.0"

logger = get_logger("eqsim")

_pylab = {name: getattr(pylab_names, name) for name in pylab_names.__all__ if name not in only.__all__}
globals().update({**_pylab, "load": load})  # which passes on to numpy what is no file of ours
__all__ = sorted([*only.__all__, *_pylab, "check_cache", "clear_cache", "logger"])

gc.freeze()  # modules stay: each look of the garbage collector through them would take as long as a small network (30 ms)
