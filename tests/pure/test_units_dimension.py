"""The algebra of dimensions and their names."""

import copy
import pickle
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.units import (
    DIMENSIONLESS,
    Dimension,
    get_or_create_dimension,
    get_unit,
    parse_unit,
    unit_name,
    volt,
)

exponent = st.integers(-4, 4)
dimensions = st.builds(Dimension, st.tuples(*[exponent] * 7))
powers = st.fractions(-3, 3, max_denominator=6)


@given(dimensions, dimensions, dimensions)
def test_dimensions_form_a_commutative_group(a: Dimension, b: Dimension, c: Dimension) -> None:
    assert a * b is b * a
    assert (a * b) * c is a * (b * c)
    assert a * DIMENSIONLESS is a
    assert a / a is DIMENSIONLESS
    assert (a / b) * b is a


@given(dimensions, powers, powers)
def test_powers_multiply_and_add(a: Dimension, p: Fraction, q: Fraction) -> None:
    """Exact fractions: no rounding, so identity holds."""
    assert (a**p) ** q is a ** (p * q)
    assert a**p * a**q is a ** (p + q)


@given(dimensions)
def test_float_exponents_mean_the_fraction(a: Dimension) -> None:
    assert (a ** (1 / 3)) ** 3 is a
    assert a**0.5 is a ** Fraction(1, 2)


@given(dimensions)
def test_there_is_one_object_per_dimension(a: Dimension) -> None:
    for same in (pickle.loads(pickle.dumps(a)), copy.copy(a), copy.deepcopy(a), Dimension(a.exponents)):
        assert same is a


@settings(max_examples=60, deadline=None)
@given(dimensions)
def test_unit_name_means_its_dimension(a: Dimension) -> None:
    """The text after the colon of an equation, read back, is the same dimension; and of size one."""
    unit = parse_unit(unit_name(a))
    assert unit.dim is a
    assert float(unit) == pytest.approx(1.0, rel=1e-12)  # a product of at most seven rounded powers of ten


@settings(max_examples=60, deadline=None)
@given(dimensions)
def test_unit_of_a_dimension_has_size_one(a: Dimension) -> None:
    assert get_unit(a).dim is a
    assert float(get_unit(a)) == 1.0


V, s, m = volt.dim, get_or_create_dimension(s=1), get_or_create_dimension(m=1)
A, mol = get_or_create_dimension(current=1), get_or_create_dimension(mole=1)
NAMES = [
    # dimension, symbol, text for equations
    (DIMENSIONLESS, "1", "1"),
    (V, "V", "volt"),
    (V / s, "V/s", "volt/second"),
    (V**2, "V^2", "volt**2"),
    (V**0.5, "V^0.5", "volt**0.5"),
    (V * s**-0.5, "V/s^0.5", "volt/second**0.5"),
    (DIMENSIONLESS / V, "V^-1", "volt**-1"),
    (DIMENSIONLESS / V / s, "Hz/V", "hertz/volt"),
    (s**-1, "Hz", "hertz"),
    (s**-0.5, "s^-0.5", "second**-0.5"),
    (A, "A", "amp"),
    (A / m**2, "m^-2 A", "amp/meter**2"),
    (A * s**0.5, "s^0.5 A", "second**0.5*amp"),
    (A / V, "S", "siemens"),
    (A / V / m**2, "S/m^2", "siemens/meter**2"),
    (A * s / V / m**2, "F/m^2", "farad/meter**2"),
    (V / A * m, "ohm m", "ohm*meter"),
    (mol / m**3, "mM", "mmolar"),
    (mol / m**3 / s, "mM/s", "mmolar/second"),
    (m / s, "m s^-1", "meter/second"),
    (V / m, "V/m", "volt/meter"),
    (get_or_create_dimension(mass=1, length=1, time=-2), "N", "newton"),
    (get_or_create_dimension(m=2, kg=1, s=-2, K=-1, mol=-1), "J/(mol K)", "joule/mole/kelvin"),
]


@pytest.mark.parametrize(("dim", "symbol", "text"), NAMES, ids=[row[1] for row in NAMES])
def test_names_of_dimensions(dim: Dimension, symbol: str, text: str) -> None:
    assert (str(dim), unit_name(dim)) == (symbol, text)


def test_repr_is_a_product_of_base_units() -> None:
    assert repr(V) == "metre ** 2 * kilogram * second ** -3 * amp ** -1"
    assert repr(DIMENSIONLESS) == "Dimension()"


def test_exponents_by_name_and_sequence() -> None:
    assert get_or_create_dimension([0, 1, 0, 0, 0, 0, 0]) is get_or_create_dimension(kilogram=1)
    assert V.get_dimension("length") == 2
    assert not V.is_dimensionless and V.dim is V


@pytest.mark.parametrize("wrong", [(1, 2), (1,), ([1, 2, 3],)])
def test_seven_exponents_are_needed(wrong: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match=r"^Need a sequence of exactly 7 items$"):
        get_or_create_dimension(*wrong)


def test_unknown_quantity_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        get_or_create_dimension(colour=1)


def test_dimension_times_a_number_is_refused() -> None:
    with pytest.raises(TypeError):
        V * 3  # type: ignore[operator]
