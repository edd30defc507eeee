"""Pictures show the data that they are given, with units on their axes; axes go in and come out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

from matplotlib import pyplot as plt

import eqsim
from eqsim import analysis, plot
from eqsim.only import (
    DimensionMismatchError,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    prefs,
)

ns: dict[str, Any] = vars(eqsim.only)
ms, mV, nS, Hz, pA, second, volt = (ns[name] for name in ("ms", "mV", "nS", "Hz", "pA", "second", "volt"))


@pytest.fixture(autouse=True)
def no_figures() -> Iterator[None]:
    plt.close("all")
    yield
    plt.close("all")


EQUATIONS = """dv/dt = rate : volt
               rate : volt/second
               w : amp"""


@pytest.fixture(scope="module")
def run() -> SimpleNamespace:
    """Neuron i fires with period (i + 2) ms: nothing is random."""
    prefs.codegen.target, before = "numpy", prefs.codegen.target
    cells = NeuronGroup(8, EQUATIONS, threshold="v > 10*mV", reset="v = 0*mV", name="cells")
    cells.rate = "10.05*mV/((i + 2)*ms)"
    cells.w = "i*20*pA"
    spikes, fast, slow = SpikeMonitor(cells), SpikeMonitor(cells[:3], name="fast_"), SpikeMonitor(cells[3:])
    trace, some = StateMonitor(cells, ["v", "w"], record=True), StateMonitor(cells, "v", record=[1, 5], dt=1 * ms)
    mean = StateMonitor(cells, "v", record=True, reduce=["mean", "std"], over="population")
    over_time = StateMonitor(cells, "v", record=True, reduce="mean")
    rate = PopulationRateMonitor(cells)
    synapses = Synapses(cells, cells, "g : siemens", on_pre="v_post += 0*mV", name="syn")
    synapses.connect(i=[0, 0, 1, 7], j=[1, 2, 0, 7])
    synapses.g = [1, 2, 3, 4] * nS
    synapses.delay = [0.1, 0.2, 0.3, 0.4] * ms
    Network(cells, spikes, fast, slow, trace, some, mean, over_time, rate, synapses).run(40 * ms)
    prefs.codegen.target = before
    return SimpleNamespace(**{k: v for k, v in locals().items() if k != "before"})


def points(ax: Any) -> tuple[np.ndarray, np.ndarray]:
    """The data of the only line."""
    (line,) = ax.lines
    return line.get_xdata(), line.get_ydata()


# axes -----------------------------------------------------------------------------------------------------------------


CALLS = {
    "raster": lambda r, **k: plot.raster(r.spikes, **k),
    "isi": lambda r, **k: plot.isi(r.spikes, **k),
    "traces": lambda r, **k: plot.traces(r.trace, "v", **k),
    "rate": lambda r, **k: plot.rate(r.rate, **k),
    "spectrum": lambda r, **k: plot.spectrum(r.rate, **k),
    "synapses": lambda r, **k: plot.synapses(r.synapses, "g", **k),
    "connections": lambda r, **k: plot.connections(r.synapses, **k),
    "histogram": lambda r, **k: plot.histogram(r.synapses.g, **k),
    "matrix": lambda r, **k: plot.matrix(r.synapses.to_matrix("g"), **k),
    "phase_plane": lambda r, **k: plot.phase_plane(plane(), **k),
    "bifurcation": lambda r, **k: plot.bifurcation(diagram(), **k),
}
LABELS = {
    "raster": ("time (ms)", "neuron"),
    "isi": ("interval (ms)", "count"),
    "traces": ("time (ms)", "v (mV)"),
    "rate": ("time (ms)", "rate (Hz)"),
    "spectrum": ("frequency (Hz)", "power of rate (Hz²/Hz)"),
    "synapses": ("source neuron", "target neuron"),
    "connections": ("", "neuron"),
    "histogram": ("g (nS)", "count"),
    "matrix": ("", ""),
    "phase_plane": ("x", "y"),
    "bifurcation": ("a", "x"),
}


def oscillator() -> Any:
    return analysis.Model(
        "dx/dt = (a*x - y - x*(x**2 + y**2))/ms : 1\ndy/dt = (x + a*y - y*(x**2 + y**2))/ms : 1\na : 1", a=0.5
    )


@cache
def plane() -> Any:
    return oscillator().phase_plane(x=(-2, 2), y=(-2, 2))


@cache
def diagram() -> Any:
    return analysis.bifurcation(oscillator(), "a", -1, 1)


def test_a_model_is_analysed_on_the_way() -> None:
    """As its results are drawn; limit cycles are followed, too."""
    of_model = plot.phase_plane(oscillator(), x=(-2, 2), y=(-2, 2))
    for a, b in zip(of_model.lines, plot.phase_plane(plane()).lines, strict=True):
        assert np.array_equal(a.get_xydata(), b.get_xydata(), equal_nan=True)
    with_cycles = plot.bifurcation(oscillator(), "a", -1, 1, variable="y")
    assert with_cycles.get_ylabel() == "y"
    assert "stable limit cycle" in [text.get_text() for text in with_cycles.get_legend().get_texts()]
    assert plot.bifurcation(oscillator(), "a", -1, 1, cycles=False, legend=False).get_legend() is None


def test_each_function_is_tested_here() -> None:
    assert set(CALLS) == set(plot.__all__) == set(plot.WHERE)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_axes_in_axes_out_with_labels(run: Any, name: str) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    ax = CALLS[name](run, ax=left)
    assert ax is left and not right.has_data() and left.has_data()
    assert (ax.get_xlabel(), ax.get_ylabel()) == LABELS[name]
    figure.canvas.draw()  # nothing is wrong with it


@pytest.mark.parametrize("name", sorted(CALLS))
def test_without_axes_the_current_ones_if_empty_else_a_new_figure(run: Any, name: str) -> None:
    plt.figure()
    place = plt.subplot(2, 1, 2)
    assert CALLS[name](run) is place
    other = CALLS[name](run)
    assert other.figure is not place.figure and len(plt.get_fignums()) == 2


@pytest.mark.parametrize("name", sorted(CALLS))
def test_nothing_black_on_black_paper(run: Any, name: str) -> None:
    """Text, lines and marks differ from the paper: no artist has the colour of the background."""
    from matplotlib.colors import to_rgb

    with plt.style.context("dark_background"):
        ax = CALLS[name](run)
        shades = [line.get_color() for line in ax.lines] + [ax.xaxis.label.get_color()]
        shades += [c for found in ax.collections for c in found.get_edgecolor()]
        assert all(max(to_rgb(shade)) > 0.25 for shade in shades)


def test_axes_above_each_other_say_the_time_once(run: Any) -> None:
    top, bottom = plt.subplots(2, 1, sharex=True)[1]
    plot.raster(run.spikes, ax=top), plot.rate(run.rate, ax=bottom)
    assert (top.get_xlabel(), bottom.get_xlabel()) == ("", "time (ms)")


# spikes ---------------------------------------------------------------------------------------------------------------


def test_raster_of_few_neurons_has_a_line_for_each_spike(run: Any) -> None:
    ax = plot.raster(run.spikes)
    (lines,) = ax.collections
    ends = np.array(lines.get_segments())
    assert np.array_equal(np.sort(ends[:, 0, 0]), np.sort(run.spikes.t / ms))
    assert np.array_equal(np.sort(ends[:, :, 1].mean(axis=1)), np.sort(run.spikes.i))
    assert np.allclose(np.diff(ends[:, :, 1], axis=1), 0.8)  # of the height of a row, with a gap
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 40), (-0.5, 7.5))


def test_raster_of_populations_is_stacked_with_names(run: Any) -> None:
    ax = plot.raster(run.fast, run.slow, names=["fast", "slow"])
    fast, slow = (np.array(c.get_segments())[:, :, 1].mean(axis=1) for c in ax.collections)
    assert fast.max() == 2 and slow.min() == 3 and slow.max() == 7
    assert [text.get_text() for text in ax.texts] == ["fast", "slow"]
    assert len({text.get_color() for text in ax.texts}) == 2


def test_raster_takes_the_names_of_groups(run: Any) -> None:
    assert [text.get_text() for text in plot.raster(run.spikes, run.fast).texts] == ["cells", run.fast.source.name]


def test_raster_shows_a_part(run: Any) -> None:
    ax = plot.raster(run.spikes, start=10 * ms, end=20 * ms)
    shown = [segment[0, 0] for segment in ax.collections[0].get_segments()]
    inside = (run.spikes.t >= 10 * ms) & (run.spikes.t <= 20 * ms)
    assert ax.get_xlim() == (10, 20) and len(shown) == inside.sum()


@pytest.mark.parametrize("neurons", [1, 60, 61, 1000, 10_000])
def test_raster_suits_any_number_of_neurons(neurons: int) -> None:
    """Rows do not overlap if there is room; no dot is too small to be seen; many marks become pixels."""
    trains = [np.array([1.0, 5.0, 9.0]) * ms] * neurons
    ax = plot.raster(trains)
    assert ax.get_ylim() == (-0.5, neurons - 0.5)
    marks = ax.collections[0] if neurons <= 60 else ax.lines[0]
    assert marks.get_rasterized() is (3 * neurons > 2000)
    if neurons > 60:
        height = ax.get_window_extent().height * 72 / ax.figure.dpi
        size = marks.get_markersize()
        assert 0.5 <= size <= max(height / neurons, 1.5)
    assert all(tick == int(tick) for tick in ax.get_yticks())


def test_a_million_spikes_are_shades() -> None:
    """Where they are twice as dense it is darker: the picture is not simply black."""
    trains = [np.concatenate([np.linspace(0, 1, 34), np.linspace(0.5, 1, 66)]) * second] * 10_000
    ax = plot.raster(trains)
    ax.figure.canvas.draw()
    box = ax.get_window_extent()
    pixels = np.asarray(ax.figure.canvas.buffer_rgba())[..., 0]
    inside = pixels[int(len(pixels) - box.y1) + 5 : int(len(pixels) - box.y0) - 5, int(box.x0) + 5 : int(box.x1) - 5] / 255
    half = inside.shape[1] // 2
    assert 0.3 < inside[:, half + 5 :].mean() < inside[:, : half - 5].mean() - 0.15


def test_raster_of_silence() -> None:
    ax = plot.raster([[] * ms, [] * ms])
    assert ax.get_ylim() == (-0.5, 1.5)


def test_isi_histogram_counts_all_intervals(run: Any) -> None:
    """Neuron i has intervals of (i + 2) ms."""
    ax = plot.isi(run.spikes, bins=np.arange(0.5, 12) * ms)
    (shape,) = ax.patches
    heights = shape.get_xy()[1:23:2, 1]  # of the bins around 1 ms to 11 ms
    assert heights.tolist() == [0, *(run.spikes.count - 1), 0, 0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["CV 0.00"]


def test_isi_on_a_logarithmic_axis(run: Any) -> None:
    ax = plot.isi(run.fast, run.slow, log=True)
    assert ax.get_xscale() == "log"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        f"{run.fast.source.name}: CV 0.00",
        f"{run.slow.source.name}: CV 0.00",
    ]


def test_isi_without_intervals_is_empty() -> None:
    ax = plot.isi([[1] * ms])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["CV unknown"]


# over time ------------------------------------------------------------------------------------------------------------


def test_traces_show_values_in_readable_units(run: Any) -> None:
    ax = plot.traces(run.some)
    assert [line.get_label() for line in ax.lines] == ["1", "5"]
    for line, row in zip(ax.lines, run.some.v, strict=True):
        assert np.array_equal(line.get_xdata(), run.some.t / ms) and np.allclose(line.get_ydata(), row / mV, rtol=1e-15)
    assert ax.get_legend().get_title().get_text() == "neuron"


def test_traces_of_several_units_stand_above_each_other(run: Any) -> None:
    top, bottom = plot.traces(run.trace)
    assert (top.get_ylabel(), bottom.get_ylabel(), bottom.get_xlabel()) == ("v (mV)", "w (pA)", "time (ms)")
    assert len(top.lines) == 5 and top.get_legend().get_title().get_text() == "5 of 8"
    assert [line.get_label() for line in top.lines] == ["0", "2", "4", "5", "7"]  # at equal distances, both ends
    with pytest.raises(ValueError, match="2 different units: give 2 axes"):
        plot.traces(run.trace, ax=top)
    places = plt.subplots(2, 1)[1]
    assert list(plot.traces(run.trace, ax=places)) == list(places)


def test_traces_of_chosen_neurons(run: Any) -> None:
    ax = plot.traces(run.trace, "w", neurons=[2, 3])
    assert [line.get_ydata()[0] for line in ax.lines] == [40, 60]
    assert np.array_equal(plot.traces(run.trace[3], "w").lines[0].get_ydata(), ax.lines[1].get_ydata())
    with pytest.raises(IndexError, match="did not record element 2"):
        plot.traces(run.some, neurons=2)


def test_traces_of_a_population(run: Any) -> None:
    ax = plot.traces(run.mean)
    assert [line.get_label() for line in ax.lines] == ["v_mean", "v_std"] and ax.get_ylabel() == "mV"
    with pytest.raises(ValueError, match="reduced over time"):
        plot.traces(run.over_time)


def test_drawn_spikes_reach_the_top(run: Any) -> None:
    ax = plot.traces(run.trace, "v", neurons=0, spikes=run.spikes, top=50 * mV)
    x, y = points(ax)
    assert np.allclose(x[np.isclose(y, 50)], run.spikes.t[run.spikes.i == 0] / ms)
    assert np.nanmax(run.trace.v[0] / mV) < 11  # what was recorded stays


def test_long_traces_keep_their_extremes() -> None:
    """A spike of one sample in a million is drawn."""
    from eqsim.plot.look import SAMPLES, thinned

    t = np.arange(1_000_003) * 1e-4
    y = np.sin(t)
    y[[777_777, 123]] = 40.0, -40.0
    x, shown = thinned(t, y)
    assert len(x) < 2.1 * SAMPLES and np.all(np.diff(x) > 0) and (x[0], x[-1]) == (t[0], t[-1])
    assert x[np.argmax(shown)] == t[777_777] and x[np.argmin(shown)] == t[123]
    y[:500_000] = np.nan
    assert np.isnan(thinned(t, y)[1]).sum() > 100


def test_rate_is_that_of_the_monitor(run: Any) -> None:
    raw = points(plot.rate(run.rate, width=0 * ms))
    assert np.array_equal(raw[0], run.rate.t / ms) and np.array_equal(raw[1], run.rate.rate / Hz)
    assert plot.rate(run.rate, width=0 * ms).get_title("right") == ""
    assert plot.rate(run.rate).get_title("right") == "0.2 ms window"
    inside = slice(50, -50)  # at the ends `smooth_rate` takes zeros for what was not recorded
    smooth = points(plot.rate(run.rate, width=1 * ms))[1]
    assert np.allclose(smooth[inside], run.rate.smooth_rate(width=1 * ms)[inside] / Hz)


def test_rate_of_spikes_is_the_rate_of_the_population(run: Any) -> None:
    of_spikes, of_rate = (points(plot.rate(m, width=2 * ms)) for m in (run.spikes, run.rate))
    assert np.allclose(of_spikes[0], of_rate[0]) and np.allclose(of_spikes[1], of_rate[1])


def test_constant_rate_is_constant_up_to_the_ends() -> None:
    """The window is cut off at the ends of the recording; it does not take in silence from outside."""
    t = np.arange(0, 1, 0.001)
    y = points(plot.rate([(t + 0.0005) * second], width=20 * ms))[1]
    # one spike in each 10 steps of 0.1 ms under a window of 800 steps: the mean fluctuates by less than 10/400
    assert y.min() > 970 and y.max() < 1030


def test_spectrum_has_its_peak_where_the_signal_oscillates() -> None:
    t = np.arange(2000) * 1e-3
    f, power = points(plot.spectrum(np.sin(2 * np.pi * 40 * t) * mV, dt=1 * ms, segment=1 * second, highest=100 * Hz))
    assert f[np.argmax(power)] == 40 and f[-1] == 100
    # the variance of a sine of 1 mV is 1/2 mV^2; a bin is 1 Hz wide
    assert abs(power.sum() - 0.5) < 1e-6


# numbers and synapses ---------------------------------------------------------------------------------------------------


def test_synapses_are_dots_with_the_colour_of_their_value(run: Any) -> None:
    ax = plot.synapses(run.synapses, "g")
    (dots,) = ax.collections
    assert np.array_equal(dots.get_offsets(), [[0, 1], [0, 2], [1, 0], [7, 7]])
    assert np.allclose(dots.get_array(), [1, 2, 3, 4])
    assert ax.figure.axes[1].get_ylabel() == "g (nS)"
    plot.synapses(run.synapses, "delay")
    assert plt.gcf().axes[1].get_ylabel() == "delay (us)"


def test_many_synapses_are_put_together() -> None:
    """600 x 900 neurons in 300 x 300 cells: one synapse in each of the 6 pairs of a cell gives 1 for each pair."""
    few = NeuronGroup(600, "v : 1")
    synapses = Synapses(few, NeuronGroup(900, "v : 1"), "w : 1")
    synapses.connect(condition="i < 300")
    synapses.w = "j"
    (image,) = plot.synapses(synapses).images
    counts = image.get_array()
    assert counts.shape == (300, 300)
    assert np.all(counts[:, :150] == 1) and np.all(counts[:, 150:] == 0)
    (image,) = plot.synapses(synapses, "w").images
    assert np.allclose(image.get_array()[:, 0], np.arange(300) * 3 + 1)  # the mean of j over 3 targets
    assert image.get_array().mask[:, 200].all()  # nothing there


def test_connections_draw_a_line_for_each_synapse(run: Any) -> None:
    ax = plot.connections(run.synapses, "g")
    (lines,) = ax.collections
    assert [tuple(map(tuple, s)) for s in np.array(lines.get_segments()).tolist()] == [
        ((0, 0), (1, 1)),
        ((0, 0), (1, 2)),
        ((0, 1), (1, 0)),
        ((0, 7), (1, 7)),
    ]
    few = plot.connections(run.synapses, lines=2)
    assert few.get_title() == "2 of 4 synapses" and len(few.collections[0].get_segments()) == 2


def test_histogram_counts_all_values(run: Any) -> None:
    ax = plot.histogram(run.synapses.delay, bins=4)
    assert ax.get_xlabel() == "delay (us)" and ax.patches[0].get_xy()[:, 1].max() == 1
    with pytest.raises(DimensionMismatchError, match="draws values of one unit"):
        plot.histogram(run.synapses.g, run.synapses.delay)


def test_matrix_with_both_signs_has_a_symmetric_scale() -> None:
    ax = plot.matrix(np.array([[-1.0, 3.0], [0.5, np.nan]]) * mV, names=["V1", "V2"], label="w")
    (image,) = ax.images
    assert image.get_clim() == (-3, 3) and image.get_array().mask.tolist() == [[False, False], [False, True]]
    assert ax.figure.axes[1].get_ylabel() == "w (mV)"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["V1", "V2"]
    assert ax.get_ylim() == (1.5, -0.5)  # the first row is on top


# what is given ----------------------------------------------------------------------------------------------------------


def test_plot_is_still_matplotlibs_plot(run: Any) -> None:
    assert eqsim.plot is plot
    (line,) = plot([0, 1, 2], [3, 4, 5], "r--", label="x")
    assert (line.get_color(), line.get_label()) == ("r", "x")
    (line,) = eqsim.plot(run.trace.t / ms, run.trace.v[0] / mV)
    assert len(line.get_xdata()) == 400


@pytest.mark.parametrize(
    "name, like", [("spikes", "raster"), ("rate", "rate"), ("synapses", "synapses"), ("some", "traces")]
)
def test_plot_of_an_object_is_its_usual_picture(run: Any, name: str, like: str) -> None:
    ax = plot(getattr(run, name))
    other = getattr(plot, like)(getattr(run, name))
    assert (ax.get_xlabel(), ax.get_ylabel()) == (other.get_xlabel(), other.get_ylabel())


def test_plot_of_an_analysis_is_its_own_picture() -> None:
    place = plt.subplots()[1]
    assert plot(oscillator().limit_cycle(50 * ms, x=0.5, y=0), ax=place) is place
    assert plot(oscillator().trajectory(5 * ms, x=0.5, y=0)).get_xlabel() == "t (ms)"


def test_recordings_from_files_are_drawn_like_monitors(tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="h5py not installed")
    cells = NeuronGroup(3, "dv/dt = 2*volt/second : volt", threshold="v > 10*mV", reset="v = 0*mV", name="filed")
    more = {"to": tmp_path / "x.h5"}
    kept = [SpikeMonitor(cells), StateMonitor(cells, "v", record=True), PopulationRateMonitor(cells)]
    filed = [
        SpikeMonitor(cells, **more, name="s"),
        StateMonitor(cells, "v", record=True, **more, name="v"),
        PopulationRateMonitor(cells, **more, name="r"),
    ]
    Network(cells, *kept, *filed).run(20 * ms)
    recording = eqsim.load_recording(tmp_path / "x.h5")
    for monitor, name in zip(kept, "svr", strict=True):
        of_memory, of_file = plot(monitor), plot(recording[name])
        assert (of_memory.get_xlabel(), of_memory.get_ylabel()) == (of_file.get_xlabel(), of_file.get_ylabel())
        for a, b in zip(of_memory.lines, of_file.lines, strict=True):
            assert np.array_equal(a.get_xydata(), b.get_xydata())


MISTAKES = {
    "raster": (lambda r: plot.raster(r.rate), "plot.raster draws spikes, and .* has none; plot.rate draws it"),
    "traces": (lambda r: plot.traces(r.spikes), "plot.traces draws a StateMonitor, not SpikeMonitor; plot.raster draws it"),
    "no rate": (lambda r: plot.rate(r.trace), "plot.rate draws spikes, and .* has none; plot.traces draws it"),
    "nothing": (lambda r: plot.rate(), "plot.rate needs a PopulationRateMonitor or a SpikeMonitor"),
    "synapses": (lambda r: plot.synapses(r.cells), "plot.synapses draws Synapses, not NeuronGroup"),
    "plane": (
        lambda r: plot.phase_plane(r.cells),
        r"plot.phase_plane draws a Model \(with ranges\) or a PhasePlane, not NeuronGroup",
    ),
    "model": (lambda r: plot.bifurcation(oscillator()), "plot.bifurcation of a Model needs a parameter and its range"),
    "array": (lambda r: plot.spectrum(np.zeros(10)), "plot.spectrum needs dt=, the time between the samples of an array"),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_wrong_things_are_refused_with_the_right_name(run: Any, name: str) -> None:
    call, message = MISTAKES[name]
    with pytest.raises(TypeError, match=message):
        call(run)


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"spectrum", "matrix", "phase_plane", "bifurcation"}))
def test_pictures_of_nothing_are_empty(name: str) -> None:
    """Before a run there is nothing to see, and nothing goes wrong."""
    cells = NeuronGroup(3, "v : volt", threshold="v > 1*volt", reset="v = 0*volt", name="cells")
    synapses = Synapses(cells, cells, "g : siemens")
    nothing = SimpleNamespace(
        spikes=SpikeMonitor(cells),
        trace=StateMonitor(cells, "v", record=True),
        rate=PopulationRateMonitor(cells),
        synapses=synapses,
    )
    CALLS[name](nothing).figure.canvas.draw()
    with pytest.raises(ValueError, match="needs at least two samples"):
        plot.spectrum(nothing.rate)
    plot.isi(nothing.spikes, log=True)


def test_traces_of_synapses_say_so(run: Any) -> None:
    monitor = StateMonitor(run.synapses, "g", record=True)
    monitor.record_single_timestep()
    assert plot.traces(monitor).get_legend().get_title().get_text() == "synapse"


def test_wrong_sizes_are_refused(run: Any) -> None:
    with pytest.raises(ValueError, match="2 populations, but 1 names"):
        plot.raster(run.fast, run.slow, names=["x"])
    with pytest.raises(ValueError, match=r"there are 4 synapses, but the values have the shape \(3,\)"):
        plot.synapses(run.synapses, np.zeros(3))
    with pytest.raises(ValueError, match=r"plot.matrix needs rows and columns, not an array of shape \(3,\)"):
        plot.matrix(np.zeros(3))
    with pytest.raises(AttributeError, match=r"module 'eqsim\.plot' has no attribute 'rastr'"):
        plot.rastr  # noqa: B018


def test_colours_of_the_user_win() -> None:
    from eqsim.plot.look import PALETTE, colors

    assert colors(2) == list(PALETTE[:2]) and len(colors(20)) == 20
    with plt.rc_context({"axes.prop_cycle": plt.cycler(color=["red", "green"])}):
        assert colors(2) == ["red", "green"]


def test_importing_plot_imports_no_matplotlib() -> None:
    code = "import sys; from eqsim import plot; plot.raster; dir(plot); assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
