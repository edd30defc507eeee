"""What recordings will need is told before a run, and what cannot fit is refused."""

from __future__ import annotations

from collections.abc import Iterator
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
    defaultclock,
    ms,
    second,
    start_scope,
)
from eqsim.network import forecast as module

GB = 10**9


@pytest.fixture(autouse=True)
def four_gigabytes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine of which 4 GB are free."""
    start_scope()
    monkeypatch.setattr(module, "available_memory", lambda: 4 * GB)
    yield


def group(n: int = 1000) -> NeuronGroup:
    return NeuronGroup(n, "x : 1", threshold="i == 0", reset="")


def test_forecast_counts_bytes(tmp_path: Path) -> None:
    """10 000 steps: 8 bytes for the time, 8 or 4 for each value; a buffer needs twice what it keeps."""
    G = group()
    defaultclock.step = 23  # where another network has left it
    monitors = (
        StateMonitor(G, "x", record=True, name="all"),
        StateMonitor(G, "x", record=[1, 2], dtype=np.float32, every=10, name="few"),
        StateMonitor(G, "x", record=True, buffer=10 * ms, name="recent"),
        StateMonitor(G, "x", record=True, to=tmp_path / "x.h5", name="filed"),
        PopulationRateMonitor(G, name="rate"),
        SpikeMonitor(G, name="spikes"),
        StateMonitor(G, "x", record=True, reduce="mean", name="mean"),
    )
    net = Network(G, *monitors)
    found = net.memory_forecast(1 * second)
    needs = {n.monitor: n.bytes for n in found.needs}
    assert needs["all"] == 10000 * 8008 and needs["few"] == 1000 * 16 and needs["rate"] == 10000 * 16
    assert needs["recent"] == 200 * 8008 and needs["filed"] == 10000 * 8008
    assert needs["spikes"] is None and needs["mean"] == 0
    assert found.files == needs["filed"] and found.memory == sum(v or 0 for k, v in needs.items() if k != "filed")
    assert str(found).splitlines()[-1] == "all: 81.9 MB in memory, 4 GB available; 80.1 MB in files"
    assert "spikes: depends on its events, in memory" in str(found) and "filed: 80.1 MB in x.h5" in str(found)


def test_spikes_are_guessed_from_those_so_far() -> None:
    G = group()
    S = SpikeMonitor(G, name="spikes")
    net = Network(G, S)
    net.run(10 * ms)
    (need,) = net.memory_forecast(1 * second).needs
    assert need.guessed and need.bytes == 10000 * 12  # one spike in each step: index and time


def test_run_that_cannot_fit_is_refused_at_once() -> None:
    G = group(10000)
    M = StateMonitor(G, "x", record=True, name="watch")
    net = Network(G, M)
    with pytest.raises(EqsimError) as error:
        net.run(10 * second)
    assert str(error.value) == (
        "this run would record 8 GB, most of it by 'watch', and memory has 4 GB left: record fewer elements or less often "
        "(record=, subset=, every=), float32 (dtype=), the last part (buffer=), or to a file (to=)"
    )
    assert M.N == 0 and float(net.t) == 0
    net.run(1 * ms)
    assert M.N == 10


def test_much_is_told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: 120_000_000)
    G = group()
    Network(G, StateMonitor(G, "x", record=True, name="watch_much", every=2)).run(1 * ms)
    assert not caplog.records
    more = StateMonitor(G, "x", record=True, name="watch_more")
    module.check_room([more], 0.0, 1.0)
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "this run would record 80.1 MB, most of it by 'watch_more', and memory has 120 MB left"
    )


def test_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 10**6

    monkeypatch.setattr(module.shutil, "disk_usage", lambda folder: Usage())
    G = group()
    M = StateMonitor(G, "x", record=True, to=tmp_path / "x.h5", name="watch_disk")
    with pytest.raises(EqsimError, match=r"this run would record 80\.1 MB, most of it by 'watch_disk', and the disk of"):
        Network(G, M).run(1 * second)


def test_the_system_tells_what_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    found = module.available_memory()
    assert found is None or found > 10**6
