"""The thalamic network of a tutorial for BrainCell in its alpha state, without pulses: see examples/seeds/thalamus.py."""

import sys
from pathlib import Path

from simulator import *

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "seeds"))
import thalamus as script

_network = script.Thalamus("alpha", script.VARIANTS["document"], TimedArray(zeros(2) * nA, dt=1 * ms))
net = _network.net
net.remove(*_network.voltage.values())  # the other side returns spikes only
spikes = _network.spikes["RTC"]
