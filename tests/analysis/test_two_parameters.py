"""Curves of folds and Hopf points in two parameters against closed forms."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from eqsim.analysis import Model, bifurcation_map

matplotlib.use("agg")


def test_folds_of_the_cubic_meet_in_a_cusp() -> None:
    """0 = a + b*x - x**3 folds where 27*a**2 = 4*b**3; the two halves are one curve through the cusp at 0."""
    model = Model("dx/dt = (a + b*x - x**3)/ms : 1\na : 1\nb : 1")
    found = bifurcation_map(model, "a", (-1, 1), "b", (-0.5, 1))
    (curve,) = found.curves
    assert curve.kind == "fold"
    # Newton to 1e-11 on the curve; a and b are of order 1
    np.testing.assert_allclose(27 * curve["a"] ** 2, 4 * curve["b"] ** 3, atol=1e-8)
    np.testing.assert_allclose(3 * curve["x"] ** 2, curve["b"], atol=1e-8)
    (cusp,) = found.points
    assert cusp.kind == "cusp"
    assert abs(cusp["a"][0]) < 1e-6 and abs(cusp["b"][0]) < 1e-6


def test_hopf_curve_ends_in_a_bogdanov_takens_point() -> None:
    """x' = y, y' = a + b*y + x**2 + x*y: folds on a = 0, Hopf points on a = -b**2 with b > 0 (Kuznetsov 2004, 8.4)."""
    model = Model("dx/dt = y/ms : 1\ndy/dt = (a + b*y + x**2 + x*y)/ms : 1\na : 1\nb : 1")
    found = bifurcation_map(model, "a", (-1, 0.5), "b", (-0.8, 0.9))
    (fold,), (hopf,) = found.of_kind("fold"), found.of_kind("Hopf")
    np.testing.assert_allclose(fold["a"], 0, atol=1e-9)
    np.testing.assert_allclose(hopf["a"], -(hopf["b"] ** 2), atol=1e-8)
    assert np.all(hopf["b"] > 0) and hopf["b"].max() > 0.85
    (point,) = found.of_kind("Bogdanov-Takens")
    assert abs(point["a"][0]) < 1e-6 and abs(point["b"][0]) < 1e-6


def test_hopf_curve_of_fitzhugh_nagumo() -> None:
    """The trace is 0: -9*x**2 + 8*x - 1.5 = epsilon/20, and the point is at rest."""
    eqs = """dx/dt = (-3*x**3 + 4*x**2 - 1.5*x - y + drive)/ms : 1
             dy/dt = (x - epsilon*y)/(20*ms) : 1
             drive : 1
             epsilon : 1"""
    found = bifurcation_map(Model(eqs), "drive", (0, 2), "epsilon", (0.4, 0.8))
    assert found.curves and {c.kind for c in found.curves} == {"Hopf"}
    for c in found.curves:
        x, epsilon = c["x"], c["epsilon"]
        np.testing.assert_allclose(-9 * x**2 + 8 * x - 1.5, epsilon / 20, atol=1e-8)
        np.testing.assert_allclose(c["drive"], 3 * x**3 - 4 * x**2 + 1.5 * x + x / epsilon, atol=1e-8)


def test_map_is_drawn() -> None:
    import matplotlib.pyplot as plt

    model = Model("dx/dt = (a + b*x - x**3)/ms : 1\na : 1\nb : 1")
    ax = bifurcation_map(model, "a", (-1, 1), "b", (-0.5, 1)).plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["fold", "cusp"]
    plt.close("all")


def test_two_parameters_are_two() -> None:
    with pytest.raises(ValueError) as found:
        bifurcation_map(Model("dx/dt = (a - x)/ms : 1\na : 1"), "a", (0, 1), "a", (0, 1))
    assert str(found.value) == "two different parameters are needed, not 'a' twice"
