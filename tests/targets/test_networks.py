"""Whole networks from strings: the same bits on every lane, and Ctrl-C loses nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import LANES, Lane

from eqsim import (
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    network_operation,
    seed,
    start_scope,
)


def small_network() -> dict[str, np.ndarray]:
    """Noise, refractoriness, delays of both kinds, plasticity, two clocks, Python in between."""
    start_scope()
    seed(17)
    defaultclock.dt = 0.1 * ms
    cells = NeuronGroup(
        60,
        """dv/dt = (drive - v + g)/(10*ms) + 0.3*xi/sqrt(10*ms) : 1 (unless refractory)
           dg/dt = -g/(3*ms) : 1
           drive : 1""",
        threshold="v > 1",
        reset="v = 0; g *= 0.5",
        refractory=2 * ms,
        method="euler",
        name="cells",  # names decide which random numbers an object draws
    )
    cells.v = "rand()"
    cells.drive = "0.9 + 0.4*i/N"
    source = PoissonGroup(20, rates="100*Hz", name="source")
    inputs = Synapses(source, cells, "w : 1", on_pre="g_post += w*rand()", delay=1.5 * ms, name="inputs")
    inputs.connect(p=0.3)
    inputs.w = 0.5
    among = Synapses(
        cells,
        cells,
        "w : 1\ntrace : 1",
        on_pre="g_post += w; trace = 0.9*trace + 0.1",
        on_post="w = clip(w + 0.01*trace, 0, 0.3)",
        name="among",
    )
    among.connect(condition="i != j", p=0.15)
    among.w = "0.1*rand()"
    among.pre.delay = "(1 + 3*rand())*ms"
    spikes, poisson = SpikeMonitor(cells), SpikeMonitor(source)
    traces = StateMonitor(cells, ["v", "g"], record=[0, 7, 59], dt=0.4 * ms)

    @network_operation(dt=5 * ms)
    def push() -> None:
        cells.v_[0] += 0.1

    net = Network(cells, source, inputs, among, spikes, poisson, traces, push)
    net.run(30 * ms)
    cells.drive = 1.2
    net.run(20 * ms)
    assert spikes.num_spikes > 50 and poisson.num_spikes > 50
    return {
        "spikes": np.asarray(spikes.i),
        "times": np.asarray(spikes.t),
        "v": np.asarray(traces.v),
        "g": np.asarray(traces.g),
        "weights": np.asarray(among.w),
    }


@pytest.fixture(scope="module")
def defined(lanes: dict[str, Lane]) -> dict[str, np.ndarray]:
    with lanes["numpy"].networks():
        return small_network()


@pytest.mark.parametrize("name", [name for name in LANES if name != "numpy"])
def test_network_from_strings_has_equal_bits(name: str, lanes: dict[str, Lane], defined: dict[str, np.ndarray]) -> None:
    if name not in lanes:
        pytest.skip(f"{LANES[name]['cxx']} is not installed")
    with lanes[name].networks():
        found = small_network()
    assert [key for key in defined if found[key].tobytes() != defined[key].tobytes()] == []


INTERRUPTED = """
import sys
from eqsim import *
prefs.codegen.target = sys.argv[1]
cell = NeuronGroup(1, "dv/dt = (1.1 - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
spikes = SpikeMonitor(cell)
run(10*ms)
print("ready", flush=True)
run(1e7*second)
t = defaultclock.t_
print("stopped", 0.01 < t < 1e7, abs(spikes.num_spikes - t/0.0240) < 0.01*t/0.024 + 2)
run(10*ms)
print("went on", abs(defaultclock.t_ - t - 0.01) < 1e-9)
"""


@pytest.mark.parametrize("target", ["numpy", "cython"])
def test_interrupt_ends_the_run_and_keeps_the_recordings(target: str, lanes: dict[str, Lane], tmp_path: Path) -> None:
    """Ctrl-C in the middle of compiled code: the script goes on behind run(), as after stop().

    A neuron with drive 1.1 spikes every 10 ms * ln(11) = 23.98 ms, rounded up to 24.0 ms by steps of 0.1 ms.
    """
    if target == "cython" and "g++ -O3" not in lanes:
        pytest.skip("g++ is not installed")
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    job = subprocess.Popen([sys.executable, script, target], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert job.stdout is not None
    assert job.stdout.readline() == "ready\n"
    try:
        job.wait(0.3)
    except subprocess.TimeoutExpired:
        job.send_signal(signal.SIGINT)
    out, err = job.communicate(timeout=60)
    assert (out, err, job.returncode) == ("stopped True True\nwent on True\n", "", 0)
