"""Text of quantities and units: symbols, Python code, best units, format specifications, LaTeX."""

from typing import Any

import numpy as np
import pytest

from eqsim.errors import DimensionMismatchError
from eqsim.units import (
    ALL_UNITS,
    Hz,
    Quantity,
    Unit,
    amp,
    cm,
    get_unit,
    gram,
    in_best_unit,
    in_unit,
    joule,
    kilogram,
    liter,
    mA,
    mM,
    molar,
    ms,
    msiemens,
    mV,
    nA,
    nS,
    nsecond,
    ohm,
    pA,
    parse_unit,
    register_new_unit,
    second,
    siemens,
    uA,
    uF,
    um,
    um2,
    uS,
    volt,
)

nan, inf = float("nan"), float("inf")

TABLE = [
    # expression's value, str, repr
    (1 * mV, "1. mV", "1. * mvolt"),
    (0.1 * ms, "100. us", "100. * usecond"),
    (1 * volt, "1. V", "1. * volt"),
    (3 * nS, "3. nS", "3. * nsiemens"),
    (5 * Hz, "5. Hz", "5. * hertz"),
    (5 / ms, "5. kHz", "5. * khertz"),
    (320 * mV, "0.32 V", "0.32 * volt"),
    (310 * mV, "310. mV", "310. * mvolt"),
    (-70 * mV, "-70. mV", "-70. * mvolt"),
    (0.07 * mV, "70. uV", "70. * uvolt"),
    (0 * volt, "0. V", "0. * volt"),
    (nan * mV, "nan V", "nan * volt"),
    (inf * mV, "inf V", "inf * volt"),
    (1e-30 * volt, "1.e-06 yV", "1.e-06 * yvolt"),
    (1e30 * volt, "1000000. YV", "1000000. * Yvolt"),
    (mV / 3, "0.33333333 mV", "0.33333333 * mvolt"),
    ((1 + 2j) * mV, "1.+2.j mV", "(1.+2.j) * mvolt"),
    ([1, 2, 3] * mV, "[1. 2. 3.] mV", "array([1., 2., 3.]) * mvolt"),
    ([0, 1] * mV, "[0. 1.] mV", "array([0., 1.]) * mvolt"),
    ([0, 1000] * mV, "[0. 1.] V", "array([0., 1.]) * volt"),
    ([1, 20, 300] * nA, "[  1.  20. 300.] nA", "array([  1.,  20., 300.]) * namp"),
    ([nan, 3] * mV, "[nan  3.] mV", "array([nan,  3.]) * mvolt"),
    (np.zeros(3) * mV, "[0. 0. 0.] V", "array([0., 0., 0.]) * volt"),
    ([] * mV, "[] V", "array([], dtype=float64) * volt"),
    ([[1, 2], [3, 4]] * volt, "[[1. 2.]\n [3. 4.]] V", "array([[1., 2.],\n       [3., 4.]]) * volt"),
    (3 * mV**2, "3. mV^2", "3. * mvolt2"),
    (1 * mM, "1. mM", "1. * mmolar"),
    (1 * molar, "1. M", "1. * molar"),
    (3 * kilogram, "3. kg", "3. * kilogram"),
    (3 * gram, "3. g", "3. * gram"),
    (1 * liter, "0.001 m^3", "0.001 * metre3"),
    (1 * um2, "1. um^2", "1. * umetre2"),
    (1 * cm, "10. mm", "10. * mmetre"),
    (1 * joule, "1. J", "1. * joule"),
    (1 * volt * second, "1. Wb", "1. * weber"),
    (8 * pA * np.sqrt(second), "8.e-12 s^0.5 A", "8.e-12 * second ** 0.5 * amp"),
    (2 * amp / cm**2, "20000. m^-2 A", "20000. * metre ** -2 * amp"),
    (Quantity(3), "3.", "Quantity(3.)"),
    (Quantity([1, 2]), "[1. 2.]", "Quantity(array([1., 2.]))"),
    # compounds
    (5 * volt / second, "5. V/s", "5. * volt / second"),
    (0.1 * volt / second, "100. mV/s", "100. * mvolt / second"),
    (1 * uF / cm**2, "1. uF/cm^2", "1. * ufarad / cmetre ** 2"),
    (10 * msiemens / cm**2, "10. mS/cm^2", "10. * msiemens / cmetre ** 2"),
    (1 * siemens / (100 * cm) ** 2, "100. uS/cm^2", "100. * usiemens / cmetre ** 2"),
    (100 * ohm * cm, "100. ohm cm", "100. * ohm * cmetre"),
    (2 * mM / ms, "2. M/s", "2. * molar / second"),
    (2 * Hz / mV, "2. kHz/V", "2. * khertz / volt"),
    (3 / mV, "3000. V^-1", "3000. * volt ** -1"),
]


@pytest.mark.parametrize(("q", "text", "code"), TABLE, ids=[row[1] for row in TABLE])
def test_text_and_code(q: Any, text: str, code: str) -> None:
    assert str(q) == text
    assert repr(q) == code


@pytest.mark.parametrize("q", [row[0] for row in TABLE], ids=[row[1] for row in TABLE])
def test_code_gives_the_quantity_back(q: Any) -> None:
    """Printing keeps 8 digits, so a relative difference of 1e-7 at most; nan equals nan."""
    again = eval(repr(q), {"array": np.array, "nan": nan, "inf": inf, "float64": float, "Quantity": Quantity, **ALL_UNITS})
    assert get_unit(again.dim) == get_unit(q.dim) and again.dim is q.dim
    np.testing.assert_allclose(np.asarray(again), np.asarray(q), rtol=1e-7)


def test_long_arrays_are_judged_by_the_printed_items() -> None:
    q = np.arange(2000) * mV
    assert str(q) == "[0.000e+00 1.000e+00 2.000e+00 ... 1.997e+03 1.998e+03 1.999e+03] mV"
    hidden = np.full(2000, 1.0)
    hidden[10:-10] = 1e9
    assert str(hidden * mV) == "[1. 1. 1. ... 1. 1. 1.] mV"


UNITS = [
    (mV, "mV", "mvolt"),
    (1 / ms, "ms^-1", "msecond ** -1"),
    (mV / ms, "mV/ms", "mvolt / msecond"),
    (uF / cm**2, "uF/(cm^2)", "ufarad / (cmetre ** 2)"),
    (mV * ms, "mV ms", "mvolt * msecond"),
    (mV / mV, "mV/mV", "mvolt / mvolt"),
    (mV * mV / mV, "(mV mV)/mV", "(mvolt * mvolt) / mvolt"),
    ((mV / ms) ** 2, "(mV/ms)^2", "(mvolt / msecond) ** 2"),
    (1 / (mV * ms), "(mV ms)^-1", "(mvolt * msecond) ** -1"),
    (mV / ms / nS, "(mV/ms)/nS", "(mvolt / msecond) / nsiemens"),
    (np.sqrt(mV / ms), "(mV/ms)^0.5", "(mvolt / msecond) ** 0.5"),
    (ms**-0.5, "ms^-0.5", "msecond ** -0.5"),
    (cm**2 * cm, "cm^2 cm", "cmetre ** 2 * cmetre"),
]


@pytest.mark.parametrize(("u", "text", "code"), UNITS, ids=[row[1] for row in UNITS])
def test_names_of_composed_units(u: Unit, text: str, code: str) -> None:
    assert isinstance(u, Unit)
    assert (str(u), repr(u), u.dispname, u.name) == (text, code, text, code)
    assert float(u) == pytest.approx(float(eval(code, dict(ALL_UNITS))), rel=1e-15)


def test_in_unit() -> None:
    assert in_unit(3 * mV, volt) == "0.003 V"
    assert in_unit(np.pi * mV, mV, 4) == "3.1416 mV"
    assert in_unit(3, 1) == "3.0"
    assert (3 * mV).in_unit(ALL_UNITS["uvolt"], python_code=True) == "3000. * uvolt"
    assert in_best_unit(0.00123456 * volt, 3) == "1.235 mV"
    assert (0.00123456 * volt).in_best_unit(3, python_code=True) == "1.235 * mvolt"
    assert in_best_unit(3) == "3"
    assert in_best_unit(3.14159, 2) == "3.14"
    assert (3 * mV).get_best_unit() is mV


def test_in_unit_of_another_dimension() -> None:
    with pytest.raises(DimensionMismatchError) as error:
        in_unit(3 * mV, second)
    assert str(error.value) == 'Non-matching unit for method "in_unit" (units are V and s).'
    assert error.value.dims == (volt.dim, second.dim)
    with pytest.raises(DimensionMismatchError) as error:
        in_unit(3, volt)
    assert str(error.value) == 'Non-matching unit for function "in_unit" (units are 1 and V).'


FORMATS = [
    (3 * mV, "", "3. mV"),
    (3 * mV, ".3f", "0.003"),
    (3 * mV, ".2f mV", "3.00 mV"),
    (3 * mV, "+8.1f uV", " +3000.0 uV"),
    (3 * mV, " >10.2e volt", "  3.00e-03 volt"),
    (30 * msiemens / cm**2, ".1f mS/cm^2", "30.0 mS/cm^2"),
    (5 * uA / cm**2, "g uA/cm**2", "5 uA/cm**2"),
    (2 / (ms * mV), ".1f 1/(ms*mV)", "2.0 1/(ms*mV)"),
    ([1, 2] * mV, ".1f uV", "[1000.0 2000.0] uV"),
    (mV, "", "mV"),
    (mV, ".3f", "0.001"),
]


@pytest.mark.parametrize(("q", "spec", "text"), FORMATS, ids=[row[1] or "empty" for row in FORMATS])
def test_format_with_unit(q: Any, spec: str, text: str) -> None:
    """Without a unit in the specification the SI value is formatted, as scripts expect."""
    assert format(q, spec) == text


@pytest.mark.parametrize(
    ("spec", "kind", "message"),
    [
        (".2f ms", DimensionMismatchError, "Cannot format 3. mV in ms (units are V and s)."),
        (".2f milivolt", ValueError, "'milivolt' is not a unit"),
        (".2f mV/", ValueError, "'mV/' is not a unit: it ends too early"),
        (".2f (mV", ValueError, "'(mV' is not a unit: a bracket is not closed"),
        (".2f mV)", ValueError, "'mV)' is not a unit: unexpected ')'"),
        (".2f mV^x", ValueError, "'mV^x' is not a unit: '^' needs a number"),
    ],
)
def test_wrong_units_in_format(spec: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as error:
        format(3 * mV, spec)
    assert str(error.value).startswith(message)


def test_unknown_unit_suggests_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"^'mvlt' is not a unit; did you mean 'mvolt'\?$"):
        parse_unit("mvlt")


LATEX = [
    (3 * mV, r"$3.0\,\mathrm{m}\mathrm{V}$"),
    ([1, 2] * mV, r"$\left[\begin{matrix}1. & 2.\end{matrix}\right]\,\mathrm{m}\mathrm{V}$"),
    (
        np.ones((2, 2)) * mV,
        "$\\left[\\begin{matrix}\n1. & 1.\\\\\n 1. & 1.\n\\end{matrix}\\right]\\,\\mathrm{m}\\mathrm{V}$",
    ),
    (3 * volt / second, r"$3.0\,\frac{\mathrm{V}}{\mathrm{s}}$"),
    (mV, r"$\mathrm{m}\mathrm{V}$"),
    (um, r"$\mathrm{\mu}\mathrm{m}$"),
    (mV / ms, r"$\frac{\mathrm{m}\mathrm{V}}{\mathrm{m}\mathrm{s}}$"),
    (ms**-0.5, r"$\mathrm{m}\mathrm{s}^{-0.5}$"),
    (Quantity(3), "$3.0$"),
]


@pytest.mark.parametrize(("q", "text"), LATEX, ids=[row[1] for row in LATEX])
def test_latex(q: Any, text: str) -> None:
    assert q._repr_latex_() == text


def test_latex_of_long_arrays_is_short() -> None:
    text = (np.arange(2000) * mV)._repr_latex_()
    assert r"2.000e+00 & \dots & 1.997e+03" in text


def test_registered_units_are_used() -> None:
    """Dimension chosen so that no other test sees the registration: A^3/s."""
    odd = nA**3 / nsecond
    assert str(5 * nA**3 / nsecond) == "5.e-18 s^-1 A^3"
    register_new_unit(odd)
    register_new_unit(odd)
    assert str(5 * nA**3 / nsecond) == "5. (nA^3)/ns"
    assert (5 * nA**3 / nsecond).get_best_unit() is odd


def test_own_units() -> None:
    torr = Unit.create(ALL_UNITS["pascal"].dim, name="torrish", dispname="Torrish", scale=2)
    assert repr(3 * torr) == "300. * pascal" and str(torr) == "Torrish" and float(torr) == 100
    assert repr(Unit.create_scaled_unit(torr, "m")) == "mtorrish"
    torr.set_name("t")
    torr.set_display_name("T!")
    torr.set_latex_name("T")
    assert (repr(torr), str(torr), torr._repr_latex_()) == ("t", "T!", "$T$")


def test_numpy_print_options_apply() -> None:
    with np.printoptions(precision=2):
        assert str(1.23456 * mV) == "1.23 mV"
    assert str(mA * 1.5 / (uS * volt)) == "1500.0"
