"""Joglekar 2018: equal bits everywhere and of one set alone, all areas at rest before the pulse, every listed peak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import WAYS, data, numbers, play, playing, reference

from eqsim import ms


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    """Four parameter sets, 1.25 s, with the artificial connectome."""
    return play("joglekar_2018", "--short", way="cython")


@pytest.mark.parametrize("way", [way for way in WAYS if way != "cython"])
def test_equal_bits(way: str, short: dict[str, Any], tmp_path: Path) -> None:
    with playing("joglekar_2018", "--short", way=way, folder=tmp_path) as script:
        assert np.array(script["trace"].E).tobytes() == np.array(short["trace"].E).tobytes()
        assert np.array(script["net"]["inhibitory"].I).tobytes() == np.array(short["net"]["inhibitory"].I).tobytes()


def test_sets_do_not_touch_each_other(short: dict[str, Any]) -> None:
    """One set alone gives the bits that it has among the others."""
    n, point = short["n"], short["points"][2]
    _, alone = short["simulate"]([point], [point])
    assert np.array(alone.E).tobytes() == np.array(short["trace"].E)[2 * n : 3 * n].tobytes()


def test_all_areas_rest_until_the_pulse(short: dict[str, Any]) -> None:
    """10 Hz and 35 Hz are a fixed point, whatever the parameters: to rounding errors, a few units of 2e-15, which the
    unstable sets amplify by less than 1000 in 0.75 s."""
    t, E = short["t"], short["rates"]
    assert np.abs(E[:, t < short["seconds"] - 1e-9] - 10).max() < 1e-11
    assert E[0, np.searchsorted(t, short["seconds"] + 0.01)] > 20


def test_inhibition_sees_the_newest_excitation(short: dict[str, Any]) -> None:
    """A step of Joglekar's scheme by hand, from the state at the end: the sum over areas, then I, then E."""
    n, net = short["n"], short["net"]
    excitatory, inhibitory = net["excitatory"], net["inhibitory"]
    E, I = np.array(excitatory.E), np.array(inhibitory.I)
    long_range = np.concatenate([short["fractions"] @ E[k * n : k * n + n] for k in range(len(short["points"]))])
    slope = 1 + 0.68 * np.tile(short["place"], len(short["points"]))
    drive = 0.351 * (slope * (12.2 * E + 25.3 * long_range) - 12.5 * I) + np.array(inhibitory.background)
    I_new = I + 0.2 / 10 * (-I + np.maximum(drive, 35))
    mu, omega = (np.repeat([getattr(p, name) for p in short["points"]], n) for name in ("mu_EE", "omega_EI"))
    drive = 0.066 * (slope * (24.3 * E + mu * long_range) - omega * I_new) + np.array(excitatory.background)
    E_new = E + 0.2 / 20 * (-E + np.maximum(drive, 10))
    net.run(0.2 * ms)
    np.testing.assert_allclose(np.array(inhibitory.I), I_new, rtol=1e-12)
    np.testing.assert_allclose(np.array(excitatory.E), E_new, rtol=1e-12)


def test_every_peak(tmp_path: Path) -> None:
    """To 1e-6 relative, as asked for: 40 units in the last place for the smallest one, 7e-8 Hz on top of 10 Hz.  The
    unstable sets grow without bounds, and with them rounding errors: they are compared as what the figures show."""
    expected = reference("joglekar")
    found = numbers("joglekar_2018", tmp_path, "--connectome", str(data("joglekar_subgraphData.mat")))
    assert found["areas"] == expected["areas"]
    assert found["fig3BD"].pop("areas") == expected["fig3BD"].pop("areas")
    for figure in ("fig2C", "fig3BD", "fig3E", "fig3F"):
        for name in (name for name in expected[figure] if not name.endswith("_raw")):
            np.testing.assert_allclose(found[figure][name], expected[figure][name], rtol=1e-6, err_msg=f"{figure} {name}")
    stable = expected["fig2B"]["34"]
    for name, value in found["fig2B"]["34"].items():
        np.testing.assert_allclose(value, stable[name], rtol=1e-6, err_msg=name)
    for name in ("V1", "a24c"):
        assert found["fig2B"]["36"][name] == pytest.approx(expected["fig2B"]["36"][name], rel=1e-3)
