"""Recordings as objects of pandas, xarray and neo: the same numbers, with their units."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from eqsim import (
    EqsimError,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    load_recording,
    ms,
    mV,
    start_scope,
)


def recorded(folder: Path | None = None) -> tuple[StateMonitor, SpikeMonitor, PopulationRateMonitor, StateMonitor]:
    start_scope()
    equations = "dv/dt = 1*mV/ms : volt\nw : 1"
    G = NeuronGroup(4, equations, threshold="v > (i + 1)*mV", reset="v = 0*mV", method="euler", name="cells")
    to = None if folder is None else folder / "x.h5"
    M = StateMonitor(G, {"v": "v", "w": "w + i"}, record=[1, 3], to=to, name="trace")
    S, R = SpikeMonitor(G, "v", to=to, name="spikes"), PopulationRateMonitor(G, to=to, name="rate")
    mean = StateMonitor(G, "v", record=True, reduce=["mean", "histogram"], bins=[0, 1, 5] * mV, name="mean")
    Network(G, M, S, R, mean).run(12 * ms)
    return M, S, R, mean


def test_pandas() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    M, S, R, mean = recorded()
    frame = M.to_pandas()
    assert list(frame.columns) == [("v", 1), ("v", 3), ("w", 1), ("w", 3)] and frame.columns.names == ["variable", "i"]
    assert frame.index.name == "t" and np.array_equal(frame.index, M.t_)
    assert np.array_equal(frame["v"].to_numpy().T, M.v_) and frame.attrs["units"] == {"v": "volt", "w": "1"}
    spikes = S.get_states(format="pandas")
    assert list(spikes.columns) == ["i", "t", "v"] and np.array_equal(spikes["t"], S.t_) and np.array_equal(spikes["i"], S.i)
    assert spikes.attrs["units"] == {"i": "1", "t": "second", "v": "volt"}
    assert np.array_equal(R.to_pandas()["rate"], R.rate_) and R.to_pandas().index.name == "t"
    assert np.array_equal(mean.to_pandas()["v_mean"][0], mean.v_mean_) and mean.to_pandas().index.name == "i"


def test_xarray() -> None:
    pytest.importorskip("xarray", reason="xarray is not installed")
    M, S, R, mean = recorded()
    data = M.to_xarray()
    assert data["v"].dims == ("i", "t") and data["v"].attrs["units"] == "volt" and data["t"].attrs["units"] == "second"
    assert np.array_equal(data["v"].sel(i=3), M[3].v_) and np.array_equal(data["w"], M.w)
    assert np.array_equal(S.to_xarray()["t"], S.t_) and S.to_xarray()["v"].dims == ("event",)
    assert np.array_equal(R.get_states(format="xarray")["rate"], R.rate_)
    assert mean.to_xarray()["v_histogram"].dims == ("i", "bin") and mean.to_xarray()["v_mean"].dims == ("i",)


def test_neo() -> None:
    pytest.importorskip("neo", reason="neo is not installed")
    M, S, R, mean = recorded()
    v, w = M.to_neo().analogsignals
    assert v.shape == (120, 2) and np.array_equal(v.magnitude.T, M.v_) and v.name == "v"
    assert v.units.dimensionality.string == "V" and w.units.dimensionality.string == "dimensionless"
    assert float(v.sampling_period.rescale("ms")) == pytest.approx(0.1) and v.array_annotations["i"].tolist() == [1, 3]
    trains = S.to_neo().spiketrains
    assert len(trains) == 4 and [len(x) for x in trains] == S.count.tolist()
    assert np.array_equal(trains[0].magnitude, np.asarray(S.spike_trains()[0])) and float(trains[0].t_stop) == 12e-3
    (rate,) = R.to_neo().analogsignals
    assert rate.units.dimensionality.string == "Hz" and np.array_equal(rate.magnitude[:, 0], R.rate_)
    with pytest.raises(EqsimError) as error:
        mean.to_neo()
    assert str(error.value) == "'mean': neo has no place for 'v_mean', which is no signal over time"


def test_neo_takes_samples_at_uneven_times() -> None:
    pytest.importorskip("neo", reason="neo is not installed")
    start_scope()
    G = NeuronGroup(1, "x : 1")
    M = StateMonitor(G, "x", record=True)
    net = Network(G, M)
    net.run(0.3 * ms)
    M.active = False
    net.run(0.5 * ms)
    M.active = True
    net.run(0.2 * ms)
    (signal,) = M.to_neo().irregularlysampledsignals
    assert np.allclose(signal.times.rescale("ms").magnitude, [0, 0.1, 0.2, 0.8, 0.9])


def test_files_are_exported_as_monitors_are(tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="h5py is not installed")
    pytest.importorskip("pandas", reason="pandas is not installed")
    monitors = recorded(tmp_path)
    saved = load_recording(tmp_path / "x.h5")
    for monitor in monitors[:3]:
        assert saved[monitor.name].to_pandas().equals(monitor.to_pandas())


@pytest.mark.parametrize("name", ["pandas", "xarray", "neo"])
def test_missing_package_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    M, *_ = recorded()
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(EqsimError) as error:
        getattr(M, f"to_{name}")()
    assert str(error.value) == f"this needs the package {name}, which is not installed: pip install {name}"


def test_unknown_format_is_told() -> None:
    M, *_ = recorded()
    with pytest.raises(ValueError) as error:
        M.get_states(format="excel")
    assert str(error.value) == "unknown format 'excel': 'dict', 'pandas', 'xarray' are available"
