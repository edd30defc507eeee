"""Spike times between grid points, against the closed form of the leaky integrate-and-fire neuron."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Lane

from eqsim import Network, NeuronGroup, SpikeMonitor, Synapses, ms
from eqsim.errors import EquationError

TAU = 10.0  # ms
DRIVES = [1.1, 1.3, 1.7, 2.5, 4.0]


def neurons(dt: float, rest: float = 0.0, method: str = "exact", times: str = "linear", **more: Any) -> NeuronGroup:
    flag, kw = ("(unless refractory)", {"refractory": rest * ms}) if rest else ("", {})
    G = NeuronGroup(
        len(DRIVES),
        f"dv/dt = (I - v)/(10*ms) : 1 {flag}\nI : 1",
        threshold="v > 1",
        reset="v = 0",
        method=method,
        method_options={"spike_times": times},
        dt=dt * ms,
        **kw,
        **more,
    )
    G.I = DRIVES
    return G


def intervals(dt: float, rest: float = 0.0, method: str = "exact", times: str = "linear") -> np.ndarray:
    """Mean interval of each neuron in 200 ms."""
    G = neurons(dt, rest, method, times)
    M = SpikeMonitor(G)
    Network(G, M).run(200 * ms)
    return np.array([np.diff(np.asarray(M.spike_trains()[k] / ms)).mean() for k in range(len(DRIVES))])


def closed_form(rest: float) -> np.ndarray:
    drive = np.array(DRIVES)
    return np.asarray(TAU * np.log(drive / (drive - 1)) + rest)


@pytest.mark.parametrize("rest", [0.0, 2.0, 2.3])
@pytest.mark.parametrize("method", ["exact", "rk4"])
def test_intervals_are_those_of_the_closed_form(method: str, rest: float) -> None:
    """At dt = 1 ms.  v is a parabola in a step: its chord misses the time by at most dt**2/8*|v''/v'| = dt**2/(8 tau) per
    spike, 0.0125 ms; an interval has two ends, and the second method another term of that size.
    """
    np.testing.assert_allclose(intervals(1.0, rest, method), closed_form(rest), atol=3 * 1.0 / (8 * TAU))


def test_the_error_falls_with_the_square_of_the_step() -> None:
    """A factor of 4 for half the step, within 2 as the place of the crossing in its step is a matter of chance."""
    errors = [np.abs(intervals(dt) - closed_form(0.0)).mean() for dt in (2.0, 0.5)]
    assert 8 < errors[0] / errors[1] < 32


def test_on_the_grid_intervals_are_too_long_by_half_a_step() -> None:
    """What the option cures: the error of the mean interval at dt = 1 ms is far above 0.0375 ms."""
    assert np.abs(intervals(1.0, times="grid") - closed_form(0.0)).max() > 0.3


def test_the_first_spike_is_where_the_solution_crosses() -> None:
    """From v = 0: t = tau*log(I/(I - 1))."""
    G = neurons(0.5)
    M = SpikeMonitor(G)
    Network(G, M).run(50 * ms)
    first = [float(M.spike_trains()[k][0] / ms) for k in range(len(DRIVES))]
    np.testing.assert_allclose(first, closed_form(0.0), atol=0.25 / (8 * TAU))
    np.testing.assert_allclose(np.asarray(G.spiketime / ms), [M.spike_trains()[k][-1] / ms for k in range(len(DRIVES))])


@pytest.mark.parametrize("rest", [0.0, 2.3])
def test_equal_bits(lane: Lane, lanes: dict[str, Lane], rest: float) -> None:
    def run() -> bytes:
        G = neurons(0.7, rest, "rk4")
        M = SpikeMonitor(G, "I")
        Network(G, M).run(60 * ms)
        return bytes(M.t_.tobytes() + np.asarray(G.v_).tobytes() + np.asarray(M.I).tobytes())

    with lane.networks():
        found = run()
    with lanes["numpy"].networks():
        assert found == run()


def test_a_spike_from_outside_is_at_the_beginning_of_its_step() -> None:
    """A synapse lifts v over the threshold at the end of step 2: the spike is found in step 3, and is at its beginning."""
    G = neurons(1.0)
    G.I = 0
    driver = NeuronGroup(1, "", threshold="t_in_timesteps == 2", reset="", dt=1 * ms)
    S = Synapses(driver, G, on_pre="v_post = 1.5", clock=G.clock)
    S.connect(j="0")
    M = SpikeMonitor(G)
    Network(G, driver, S, M).run(6 * ms)
    assert list(M.t_) == pytest.approx([3e-3], abs=1e-12)


def test_noise_is_scaled_with_the_time_that_is_left() -> None:
    """dv = mu dt + sigma dW from 0 to a threshold: the mean interval is threshold/mu, whatever the noise (Wald).

    4000 neurons with 9 intervals: sd of an interval sigma*sqrt(th)/mu**1.5 = 0.95 ms; of the mean, 0.005 ms.  On a grid of
    1 ms the mean would be 0.67 ms too long: half a step, and 0.58*sigma*sqrt(dt)/mu = 0.17 ms for what crosses and comes
    back between grid points.  The latter is halved by the interpolation, as a step that ends above has crossed earlier than
    its chord.  Intervals that end after 100 ms are missed, which makes the mean shorter by sd**2/100 ms = 0.01 ms.
    """
    G = NeuronGroup(
        4000,
        "dv/dt = 1/ms + 0.3*xi/ms**.5 : 1",
        threshold="v > 10",
        reset="v = 0",
        method="euler",
        method_options={"spike_times": "linear"},
        dt=1 * ms,
    )
    M = SpikeMonitor(G)
    Network(G, M).run(100 * ms)
    gaps = np.concatenate([np.diff(np.asarray(t / ms)) for t in M.spike_trains().values()])
    assert abs(gaps.mean() - 10) < 0.17


def test_what_cannot_be_interpolated_is_refused() -> None:
    options: dict[str, Any] = {"method_options": {"spike_times": "linear"}, "reset": "v = 0", "name": "crossers*"}
    with pytest.raises(EquationError) as caught:
        NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 1 and t > 5*ms", **options)
    assert str(caught.value) == (
        "spike_times='linear' cannot interpolate this threshold\n"
        " --> threshold of NeuronGroup 'crossers', line 1\n"
        "1 | v > 1 and t > 5*ms\n"
        "  | ^^^^^^^^^^^^^^^^^^ not one comparison\n"
        "  = help: write it as one comparison, such as v > v_th"
    )
    with pytest.raises(ValueError, match="has no threshold: spike_times='linear' needs one"):
        NeuronGroup(1, "dv/dt = 1/ms : 1", method_options={"spike_times": "linear"})
    with pytest.raises(ValueError, match="needs a refractory time that is a number, not a string"):
        NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 1", refractory="v > 2", **options)
    with pytest.raises(ValueError, match=r"^spike_times is 'grid' or 'linear', not 'cubic'$"):
        NeuronGroup(1, "dv/dt = 1/ms : 1", threshold="v > 1", reset="v = 0", method_options={"spike_times": "cubic"})
