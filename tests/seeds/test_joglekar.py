"""Joglekar 2018: equal bits everywhere, also of batches and single runs; rest before the pulse; every listed peak."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import data, numbers, play, playing, reference

from eqsim import Hz, ms, pA


@pytest.fixture(scope="module")
def short() -> dict[str, Any]:
    """Four parameter sets in one batch, 1.25 s, with the artificial connectome."""
    return play("joglekar_2018", "--short", way="cython")


@pytest.mark.parametrize(("way", "words"), [("numpy", ()), ("bytecode", ()), ("cython", ("--single",)), ("standalone", ())])
def test_equal_bits(way: str, words: tuple[str, ...], short: dict[str, Any], tmp_path: Path) -> None:
    """A C++ project runs the sets one after the other, too."""
    with playing("joglekar_2018", "--short", *words, way=way, folder=tmp_path) as script:
        found = {tuple(vars(point).values()): rates.tobytes() for point, rates in script["rates"].items()}
    assert found == {tuple(vars(point).values()): rates.tobytes() for point, rates in short["rates"].items()}


def test_all_areas_rest_until_the_pulse(short: dict[str, Any]) -> None:
    """The spontaneous rates are a fixed point, whatever the parameters: all currents are exactly 0."""
    before = short["t"] < 2 - 1e-9
    assert len(short["rates"]) == 4
    for rates in short["rates"].values():
        assert np.all(rates[:, before] == 10)
        assert rates[0, before.sum() + 50] > 20


def test_inhibition_sees_the_newest_excitation(short: dict[str, Any]) -> None:
    """A step as the paper's example computes it, with the background currents of the paper: from states up to 50 Hz."""
    fln, h, rng = short["fractions"], short["place"], np.random.default_rng(1)
    E, I = rng.uniform(0, 50, 29), rng.uniform(0, 50, 29)
    net = short["network"](fln, [0])
    excitatory, inhibitory = net["excitatory"], net["inhibitory"]
    excitatory.E, inhibitory.I = E * Hz, I * Hz
    excitatory.mu_EE, excitatory.omega_EI = 34 * pA / Hz, 21 * pA / Hz
    w_EE, w_IE = 0.066 * 24.3 * (1 + 0.68 * h), 0.351 * 12.2 * (1 + 0.68 * h)
    w_EI, w_II = -0.066 * 21, -0.351 * 12.5
    W_EE, W_IE = ((a * (1 + 0.68 * h))[:, None] * fln for a in (0.066 * 34, 0.351 * 25.3))
    b_E = -((-1 + w_EE) * 10 + 10 * W_EE.sum(axis=1) + w_EI * 35)
    b_I = -(w_IE * 10 + 10 * W_IE.sum(axis=1) + (-1 + w_II) * 35)
    new_I = I + 0.2 / 10 * (-I + np.maximum(W_IE @ E + w_IE * E + w_II * I + b_I, 35))
    new_E = E + 0.2 / 20 * (-E + np.maximum(W_EE @ E + w_EE * E + w_EI * new_I + b_E, 10))
    net.run(0.2 * ms, namespace=short)
    np.testing.assert_allclose(inhibitory.I / Hz, new_I, rtol=1e-12)
    np.testing.assert_allclose(excitatory.E / Hz, new_E, rtol=1e-12)


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
