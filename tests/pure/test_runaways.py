"""After a run: a warning for variables that have run away, once, with what is known of its beginning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from eqsim import only as q
from eqsim.log import catch_logs
from eqsim.network.finite import HUGE, is_bad

GROWTH = "dv/dt = v*v/ms : 1\ndw/dt = 1/ms : 1"


@pytest.fixture
def cells() -> q.NeuronGroup:
    """v' = v**2 with Euler's method; 0 stays, 100 has run away after 0.4 ms, 2 after about 1.5 ms."""
    group = q.NeuronGroup(3, GROWTH, method="euler", name="cells")
    group.v = [0, 100, 2]
    return group


def warnings_of(network: q.Network, duration: Any) -> list[str]:
    with catch_logs() as caught, np.errstate(all="ignore"):
        network.run(duration)
    assert {(level, name) for level, name, _ in caught} <= {("WARNING", "eqsim.network.finite.invalid_values")}
    return [text for _, _, text in caught]


def test_a_variable_that_has_run_away_is_named_with_its_group_and_first_element(cells: q.NeuronGroup) -> None:
    assert warnings_of(q.Network(cells), 10 * q.ms) == [
        "NeuronGroup 'cells': 'v' has run away in 2 of 3 elements; the first is element 1 with inf. "
        "Record it with a StateMonitor to see when it began. A smaller dt or another method may help."
    ]


def test_a_monitor_knows_when_it_began(cells: q.NeuronGroup) -> None:
    """The monitor looks before each step, so that sample n holds the value after n steps of x -> x + x*x/10."""
    x, step = 100.0, 0
    while x < HUGE:
        x, step = x + x * x / 10, step + 1
    monitor = q.StateMonitor(cells, "v", record=[1, 2], name="trace")
    (text,) = warnings_of(q.Network(cells, monitor), 10 * q.ms)
    assert f"'trace' saw it first at t = {monitor.t[step]}, in element 1." in text


def test_a_monitor_of_a_subgroup_counts_the_elements_of_the_group(cells: q.NeuronGroup) -> None:
    monitor = q.StateMonitor(cells[2:], "v", record=True, name="trace")
    (text,) = warnings_of(q.Network(cells, monitor), 10 * q.ms)
    assert "'trace' saw it first at t = " in text and ", in element 2." in text


def test_it_is_told_once_as_long_as_it_lasts(cells: q.NeuronGroup) -> None:
    network = q.Network(cells)
    assert [len(warnings_of(network, 10 * q.ms)) for _ in range(3)] == [1, 0, 0]
    cells.v = 0
    assert warnings_of(network, 1 * q.ms) == []
    cells.v = 100
    assert len(warnings_of(network, 10 * q.ms)) == 1


def test_one_neuron_is_told_without_its_number() -> None:
    group = q.NeuronGroup(1, "dv/dt = v*v/ms : 1", method="euler", name="cell")
    group.v = np.nan
    (text,) = warnings_of(q.Network(group), 1 * q.ms)
    assert text.startswith("NeuronGroup 'cell': 'v' has run away: it is nan. Record it")


def test_bad_means_nan_or_huge() -> None:
    values = np.array([0.0, -1e49, 1e49, HUGE, -np.inf, np.nan])
    assert is_bad(values).tolist() == [False, False, False, True, True, True]
