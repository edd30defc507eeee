"""What quantities do: arithmetic, comparison, assignment, errors, copies."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eqsim.errors import DimensionMismatchError
from eqsim.units import (
    DIMENSIONLESS,
    Hz,
    Quantity,
    Unit,
    amp,
    fail_for_dimension_mismatch,
    from_foreign,
    get_dimensions,
    have_same_dimensions,
    is_dimensionless,
    is_scalar_type,
    metre,
    ms,
    mV,
    nA,
    quantity_with_dimensions,
    second,
    volt,
)

finite = st.floats(-1e6, 1e6)


def message(kind: type[Exception], action: Any) -> str:
    """The whole text of the error that an action raises."""
    with pytest.raises(kind) as error:
        action()
    return str(error.value)


@given(finite, finite)
def test_arithmetic_is_that_of_the_si_values(a: float, b: float) -> None:
    """Bit for bit: a quantity is its SI value and a dimension."""
    x, y = a * mV, b * ms
    si_x, si_y = a * 1e-3, b * 1e-3
    assert float(x) == si_x and float(x + x) == si_x + si_x and float(x - 2 * x) == si_x - 2 * si_x
    assert float(x * y) == si_x * si_y and (x * y).dim is volt.dim * second.dim
    assert float(-x) == -si_x and float(abs(x)) == abs(si_x)
    if abs(b) > 1e-300:  # smaller ones may vanish in the product with 1e-3
        assert float(x / y) == si_x / si_y and (x / y).dim is volt.dim / second.dim


@given(st.lists(finite, min_size=1), finite)
def test_arrays_and_scalars_agree(a: list[float], b: float) -> None:
    x = a * mV
    for elementwise in (x * (b * nA), x + b * mV, x * b):
        assert [float(v) for v in elementwise] == list(np.asarray(elementwise))
    assert [float(v * (b * nA)) for v in x] == list(np.asarray(x * (b * nA)))


def test_results_without_dimension_are_plain() -> None:
    assert type(3 * mV / mV) is float and 3 * mV / mV == 3.0
    assert type([1, 2] * mV / mV) is np.ndarray
    assert type((3 * mV) // (2 * mV)) is float
    assert isinstance(mV / mV, Unit)
    q = [3, 4] * mV
    q /= mV
    assert type(q) is np.ndarray


def test_divisions_with_remainder() -> None:
    assert divmod(5 * mV, 2 * mV) == (2.0, 1 * mV)
    assert (5 * mV) % (2 * mV) == 1 * mV
    assert (3 * volt) // 2 == 1 * volt


def test_division_by_zero_follows_numpy() -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert 3 * mV / (0 * ms) == np.inf * volt / second


def test_scalars_can_be_rounded_and_hashed() -> None:
    assert round(3.6 * volt) == 4 * volt
    assert round(3.456 * mV, 4) == 3.5 * mV
    assert {3 * mV: "a"}[3 * mV] == "a" and {volt: 1}[volt] == 1
    assert hash(0.001 * volt) == hash(mV)
    assert message(TypeError, lambda: hash([1, 2] * mV)).startswith("unhashable")


def test_zero_fits_every_unit_but_not_a_zero_with_unit() -> None:
    assert 3 * mV + 0 == 3 * mV == 0 + 3 * mV
    assert (3 * mV - np.zeros(2) == [3, 3] * mV).all() and (np.add(3 * mV, [0, 0]) == [3, 3] * mV).all()
    assert sum([1 * mV, 2 * mV]) == 3 * mV
    assert np.maximum(3 * mV, 0) == 3 * mV and max(0, 3 * mV) == 3 * mV
    text = message(DimensionMismatchError, lambda: 0 * second + 1 * volt)
    assert text == "Cannot calculate 0. s add 1. V, the units do not match (units are s and V)."


ERRORS = [
    (lambda: 3 * mV + 2 * ms, "Cannot calculate 3. mV add 2. ms, the units do not match (units are V and s)."),
    (lambda: 3 * mV - 1, "Cannot calculate 3. mV subtract 1, the units do not match (units are V and 1)."),
    (lambda: 1 + 3 * mV, "Cannot calculate 1 add 3. mV, the units do not match (units are 1 and V)."),
    (lambda: (3 * mV) % 2, "Cannot calculate 3. mV remainder 2, the units do not match (units are V and 1)."),
    (lambda: np.maximum(3 * mV, 1), "Cannot calculate 3. mV maximum 1, the units do not match (units are V and 1)."),
    (lambda: 3 * mV == 3 * second, "Cannot perform comparison 3. mV == 3. s, units do not match (units are V and s)."),
    (lambda: 1 < 3 * mV, "Cannot perform comparison 3. mV > 1, units do not match (units are V and 1)."),
    (
        lambda: [1, 2] * mV < [1, 2] * ms,
        "Cannot perform comparison [1. 2.] mV < [1. 2.] ms, units do not match (units are V and s).",
    ),
    (
        lambda: (3 * mV) ** (2 * mV),
        "The exponent for a power operation has to be dimensionless but was 2. mV (unit is V).",
    ),
    (lambda: 2 ** (3 * mV), "The exponent for a power operation has to be dimensionless but was 3. mV (unit is V)."),
    (lambda: np.exp(3 * mV), "exp expects a dimensionless argument but got 3. mV (unit is V)."),
    (
        lambda: np.arctan2(1, 3 * mV),
        'Both arguments for "arctan2" should be dimensionless but second argument was 3. mV (unit is V).',
    ),
    (
        lambda: np.hypot(3 * mV, 3 * mV),
        'Both arguments for "hypot" should be dimensionless but first argument was 3. mV (unit is V).',
    ),
    (
        lambda: Quantity([1 * mV, 2 * ms]),
        "Mixing quantities with different dimensions is not allowed (units are V and s).",
    ),
]


@pytest.mark.parametrize(("action", "text"), ERRORS, ids=[row[1][:40] for row in ERRORS])
def test_whole_text_of_mismatches(action: Any, text: str) -> None:
    assert message(DimensionMismatchError, action) == text


def test_mismatch_carries_its_dimensions() -> None:
    with pytest.raises(DimensionMismatchError) as error:
        3 * mV + 2 * ms
    assert error.value.dims == (volt.dim, second.dim)
    assert error.value.desc == "Cannot calculate 3. mV add 2. ms, the units do not match"


TYPE_ERRORS = [
    (lambda: (3 * mV) ** np.array([1, 2]), "Only length-1 arrays can be used as an exponent for quantities."),
    (lambda: Quantity([1 * mV, 2]), "Mixing quantities and non-quantities is not allowed."),
    (lambda: Quantity("a"), "Object of type <class 'str'> does not have dimensions"),
    (lambda: "a" * mV, "Object of type <class 'str'> does not have dimensions"),
    (lambda: mV * None, "Object of type <class 'NoneType'> does not have dimensions"),
    (lambda: get_dimensions(None), "Object of type <class 'NoneType'> does not have dimensions"),
]


@pytest.mark.parametrize(("action", "text"), TYPE_ERRORS, ids=[row[1][:30] for row in TYPE_ERRORS])
def test_whole_text_of_type_errors(action: Any, text: str) -> None:
    assert message(TypeError, action) == text


def test_comparisons_give_plain_booleans() -> None:
    assert ((3 * mV) < volt) is True and (mV == volt) is False and (mV != volt) is True
    assert type([1, 2] * mV > 1 * mV) is np.ndarray
    assert (3 * mV > 0) is True and (3 * mV < np.inf) is True and (3 * mV > -np.inf) is True
    assert (3 * mV == None) is False and (3 * mV != "a") is True  # noqa: E711


def test_powers() -> None:
    assert (ms**-0.5).dim is second.dim**-0.5
    assert np.sqrt((2 * mV) ** 2) == 2 * mV
    assert ((3 * mV) ** 0, type((3 * mV) ** 0)) == (1.0, float)
    assert np.square(3 * mV) == (3 * mV) * (3 * mV) and np.reciprocal(2 * ms) == 0.5 / ms
    assert (2.0 * mV) ** np.array([2]) == (2 * mV) ** 2


def test_in_place_changes_arrays_and_rebinds_scalars() -> None:
    array = [1.0, 2.0] * mV
    alias = array
    array *= 2
    array += 1 * mV
    assert alias is array and list(alias) == [3 * mV, 5 * mV]
    array *= ms
    assert array.dim is volt.dim * second.dim
    scalar = other = 3 * mV
    scalar += 1 * mV
    assert (scalar, other) == (4 * mV, 3 * mV)
    with pytest.raises(DimensionMismatchError):
        array += 1 * amp


@pytest.mark.parametrize("op", ["+=", "-=", "*=", "/=", "//=", "%=", "**="])
def test_units_are_never_changed(op: str) -> None:
    def change() -> None:
        exec(f"u {op} 2", {"u": mV})

    assert message(TypeError, change) == "Units cannot be modified in-place"
    assert float(mV) == 0.001


def test_elements_keep_units() -> None:
    q = [1, 2, 3] * mV
    assert q[1] == 2 * mV and q.item(1) == 2 * mV and q.tolist() == [1 * mV, 2 * mV, 3 * mV]
    assert list(q) == q.tolist() and (q[1:] == [2, 3] * mV).all() and q[q > 1 * mV].dim is volt.dim
    assert ([[1, 2], [3, 4]] * mV).tolist()[1][0] == 3 * mV
    assert q[None].shape == (1, 3) and (3 * mV).tolist() == 3 * mV
    assert message(TypeError, lambda: iter(3 * mV)) == "iteration over a scalar quantity"


def test_assignment_checks_units() -> None:
    q = [1, 2] * mV
    q[0] = 5 * mV
    q[1] = 0
    assert list(q) == [5 * mV, 0 * mV]
    for wrong in (3, 3 * ms):
        with pytest.raises(DimensionMismatchError, match=r"^Inconsistent units in assignment \(units are V and [1s]\)\.$"):
            q[0] = wrong
    plain = np.zeros(2)
    plain[0] = 3 * mV  # numpy's own array: the SI value
    assert plain[0] == 0.003


def test_making_quantities() -> None:
    assert Quantity([1 * mV, 2 * mV]).dim is volt.dim
    assert Quantity(3 * mV, dim=ms.dim) == 3 * ms
    assert Quantity([1, 2], dim=volt).dim is volt.dim and Quantity([1, 2]).is_dimensionless
    assert Quantity.with_dimensions(2, length=2).dim is Quantity.with_dimensions(2, [2, 0, 0, 0, 0, 0, 0]).dim
    assert Quantity.with_dimensions(2, volt.dim) == 2 * volt and quantity_with_dimensions(2, volt.dim) == 2 * volt
    assert np.array([1, 2]).dtype.kind == "i" and (np.array([1, 2]) * mV).dtype == float
    assert (3 * mV).has_same_dimensions(volt) and not (3 * mV).has_same_dimensions(3)
    original = np.zeros(2)
    assert np.shares_memory(quantity_with_dimensions(original, volt.dim), original)
    assert not np.shares_memory(Quantity(original, volt.dim, copy=True), original)


def test_removing_units() -> None:
    q = [1, 2] * mV
    assert np.shares_memory(np.asarray(q), q) and type(np.asarray(q)) is np.ndarray
    assert type(np.array(q)) is np.ndarray and not np.shares_memory(np.array(q), q)
    assert float(3 * mV) == 0.003 and int(3 * second) == 3 and complex(3 * second) == 3 and bool(3 * mV)


def test_other_order_of_operands() -> None:
    assert np.float64(3) * mV == 3 * mV == np.array(3) * mV == np.int32(3) * mV == True * 3 * mV
    assert ((1, 2) * mV == [1, 2] * mV).all() and (range(3) * mV == np.arange(3) * mV).all()
    assert np.float64(3) / ms == 3000 * Hz and type(2 * mV * 3) is Quantity
    assert (np.eye(2) @ ([1, 2] * mV) == [1, 2] * mV).all() and ([1, 2] * mV) @ ([1, 2] * nA) == 5 * mV * nA


def test_who_knows_better_gets_its_turn() -> None:
    class Proxy:
        """An object, such as a group variable, with operators of its own."""

        __array_ufunc__ = None

        def __radd__(self, other: Any) -> str:
            return "mine"

        __rmul__ = __rtruediv__ = __radd__

    assert 3 * mV + Proxy() == "mine" == mV * Proxy() == [1, 2] * mV / Proxy()


COPIES = [3 * mV, [1, 2] * nA, mV, mV / ms, Quantity(3.0), (1 + 2j) * volt]


@pytest.mark.parametrize("q", COPIES, ids=repr)
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda q: pickle.loads(pickle.dumps(q))], ids=["copy", "deepcopy", "pickle"]
)
def test_copies_keep_units(q: Any, duplicate: Any) -> None:
    again = duplicate(q)
    assert type(again) is type(q) and again.dim is q.dim and repr(again) == repr(q)


def test_helpers() -> None:
    assert get_dimensions([1 * mV, 2 * mV]) is volt.dim and get_dimensions([[1, 2]]) is DIMENSIONLESS
    assert get_dimensions(volt.dim) is volt.dim and get_dimensions(3 + 1j) is DIMENSIONLESS
    assert is_dimensionless(3) and have_same_dimensions(3 * mV, volt) and not have_same_dimensions(3, volt)
    assert is_scalar_type(3) and is_scalar_type(np.array(3)) and is_scalar_type(np.float32(1))
    assert not any(is_scalar_type(x) for x in ("a", [1], 3 * mV, None, np.zeros(1)))


def test_fail_for_dimension_mismatch() -> None:
    assert fail_for_dimension_mismatch(3 * mV, volt) == (volt.dim, volt.dim)
    assert fail_for_dimension_mismatch(3 * mV, 0) == (volt.dim, volt.dim)
    assert fail_for_dimension_mismatch(0, 3 * mV) == (volt.dim, volt.dim)
    assert fail_for_dimension_mismatch(3) == (DIMENSIONLESS, None)
    text = message(DimensionMismatchError, lambda: fail_for_dimension_mismatch(3 * mV, 1 * ms, "{v} is no time", v=3 * mV))
    assert text == "3. mV is no time (units are V and s)."
    text = message(DimensionMismatchError, lambda: fail_for_dimension_mismatch(3 * mV, error_message="needs a number"))
    assert text == "needs a number (unit is V)."


def test_quantities_of_other_packages() -> None:
    """Only their shape is known: ``magnitude``, ``units`` (pint, quantities, neo) or ``value``, ``unit`` (astropy)."""

    class Units:
        def __init__(self, text: str) -> None:
            self.text = text

        def __str__(self) -> str:
            return self.text

    class Pint:
        magnitude, units = 3.0, Units("millivolt / second ** 2")

    class Astropy:
        value, unit = np.array([1.0, 2.0]), Units("uA / cm2")

    assert from_foreign(Pint()) == 3 * mV / second**2
    assert Quantity(Pint()).dim is volt.dim / second.dim**2
    assert (Quantity(Astropy()) == [0.01, 0.02] * amp / metre**2).all()
    assert from_foreign("text") == "text"
