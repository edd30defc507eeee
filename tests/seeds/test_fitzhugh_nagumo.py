"""FitzHugh-Nagumo: equal bits everywhere, Hopf points seen by analysis and simulation, cycles, and the listed numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import WAYS, numbers, play, playing, reference


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    return play("fitzhugh_nagumo", "--short")


@pytest.mark.parametrize("way", WAYS[1:])
def test_equal_bits(way: str, short: dict[str, Any], tmp_path: Path) -> None:
    with playing("fitzhugh_nagumo", "--short", way=way, folder=tmp_path) as script:
        for name in "xy":
            assert np.array(getattr(script["trace"], name)).tobytes() == np.array(getattr(short["trace"], name)).tobytes()
        assert script["simulated"].tobytes() == short["simulated"].tobytes()


def test_simulation_confirms_the_hopf_points(short: dict[str, Any]) -> None:
    """The trace of the Jacobian is 0 where -9*x**2 + 8*x - 1.5 - 1/40 = 0, on y = 2*x.  In a simulation deviations decay on
    one side, 1e-6 away, and grow on the other (the script raises an error if not); the crossing is good to 1e-6."""
    x = np.sort(np.roots([-9, 8, -1.5 - 1 / 40]).real)
    exact = 3 * x**3 - 4 * x**2 + 3.5 * x
    np.testing.assert_allclose([h.p for h in short["hopf"]], exact, rtol=1e-9)
    np.testing.assert_allclose(short["simulated"], exact, atol=1e-6)


def test_no_cycle_outside_of_the_interval(short: dict[str, Any]) -> None:
    """x_ext = 0.7 and 1.4 come to rest: the interval of the tutorial, [0.72, 1.4], was read off a picture."""
    periods = {at: row[4] for at, row in short["cycles"]}
    assert [at for at, period in periods.items() if period is None] == [0.7, 1.4]


def test_listed_numbers(tmp_path: Path) -> None:
    """Cycles are listed to five decimals, those of the simulation with samples every 0.1 ms: an extreme of a curve that
    bends as x'' < 1/ms**2 lies at most 0.05**2/2 beyond a sample, 1.3e-3; the runs are equally long after the transient."""
    expected, found = reference("fhn"), numbers("fitzhugh_nagumo", tmp_path)
    for ours, theirs in zip(found["hopf"], expected["hopf"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9)
    np.testing.assert_allclose(found["hopf_simulated"], [h["x_ext"] for h in expected["hopf"]], atol=1e-6)
    assert found["criticality"] == expected["criticality"]
    assert found["exp_euler"] == pytest.approx(expected["exp_euler"], rel=1e-5)
    listed = {at: row for at, row, _ in expected["cycles"]}
    for at, row in found["cycles"]:
        if row[4] is None:
            assert row[:4] == pytest.approx(listed[at][:4], abs=1.1e-5)
        else:
            assert row == pytest.approx(listed[at], abs=1.1e-5)
