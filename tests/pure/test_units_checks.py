"""``check_units``: what it accepts, and the whole text of what it says."""

# ruff: noqa: E501  (whole messages, one per line)

from typing import Any

import numpy as np
import pytest

from eqsim.errors import DimensionMismatchError
from eqsim.units import DIMENSIONLESS, Quantity, amp, check_units, metre, mV, ohm, second, volt
from eqsim.units.checks import CheckedUnits


@check_units(current=amp, resistance=ohm, distance=metre, result=volt)
def drop(current: Any, resistance: Any = 1 * ohm, **more: Any) -> Any:
    """Ohm's law."""
    return current * resistance


@check_units(x=1, result=volt)
def wrong_result(x: Any) -> Any:
    """Forgets the unit."""
    return x


@check_units(x=None, result=lambda dim: dim**2)
def square(x: Any) -> Any:
    """The result's unit depends on the argument's."""
    return x if isinstance(x, Quantity) and x == 3 * volt else x * x


@check_units(x=volt, y="x")
def alike(x: Any, y: Any) -> Any:
    """Two of the same unit."""
    return x


@check_units(flag=bool, result=bool)
def negate(flag: Any) -> Any:
    """Truth values."""
    return 1 if flag is np.True_ else not flag


def test_right_units_pass() -> None:
    assert drop(2 * amp, 3 * ohm) == 6 * volt == drop(current=6 * amp)
    assert drop(2 * amp, distance=1 * metre) == 2 * volt
    assert square(2 * mV) == 4 * mV**2 and square(3) == 9
    assert alike([1 * mV, 2 * mV], 3 * volt) == [1 * mV, 2 * mV]
    assert negate(True) is False
    assert drop.__doc__ == "Ohm's law." and drop.__name__ == "drop"


def test_none_and_text_pass_unchecked() -> None:
    """The function itself gets them."""

    @check_units(name=volt)
    def echo(name: Any) -> Any:
        return name

    assert echo(None) is None and echo("v") == "v"


MISMATCHES = [
    (lambda: drop(1 * volt), "Function 'drop' expected a quantity with unit amp for argument 'current' but got '1. V' (unit is V)."),
    (lambda: drop(1 * amp, 2), "Function 'drop' expected a quantity with unit ohm for argument 'resistance' but got '2.' (unit is 1)."),
    (lambda: drop(0), "Function 'drop' expected a quantity with unit amp for argument 'current' but got '0.' (unit is 1)."),
    (lambda: drop([1, 2]), "Function 'drop' expected a quantity with unit amp for argument 'current' but got '[1. 2.]' (unit is 1)."),
    (lambda: drop(1 * amp, distance=1 * mV), "Function 'drop' expected a quantity with unit metre for argument 'distance' but got '1. mV' (unit is V)."),
    (lambda: wrong_result(2), "The return value of function 'wrong_result' was expected to have unit V but was '2' (unit is 1)."),
    (lambda: wrong_result(2 * mV), "Function 'wrong_result' expected a quantity with unit 1 for argument 'x' but got '2. mV' (unit is V)."),
    (lambda: square(3 * volt), "The return value of function 'square' was expected to have unit V^2 but was '3. V' (unit is V)."),
    (lambda: alike(2 * mV, 3 * second), "Function 'alike' expected the argument 'y' to have the same units as argument 'x', but argument 'y' has unit s, while argument 'x' has unit V."),
]  # fmt: skip


@pytest.mark.parametrize(("action", "text"), MISMATCHES, ids=[row[1][:45] for row in MISMATCHES])
def test_whole_text_of_mismatches(action: Any, text: str) -> None:
    with pytest.raises(DimensionMismatchError) as error:
        action()
    assert str(error.value) == text


TYPE_ERRORS = [
    (lambda: drop(object()), "Argument 'current' is not a quantity, expected a quantity with dimensions A"),
    (lambda: negate(2), "Function 'negate' expected a boolean value for argument 'flag' but got '2.'"),
    (
        lambda: negate(np.True_),
        "The return value of function 'negate' was expected to be a boolean value, but was of type <class 'int'>",
    ),
]


@pytest.mark.parametrize(("action", "text"), TYPE_ERRORS, ids=[row[1][:45] for row in TYPE_ERRORS])
def test_whole_text_of_type_errors(action: Any, text: str) -> None:
    with pytest.raises(TypeError) as error:
        action()
    assert str(error.value) == text


def test_the_simulator_can_read_the_expectations() -> None:
    units = drop.eqsim_units  # type: ignore[attr-defined]
    assert units == CheckedUnits(("current", "resistance", "more"), (amp.dim, ohm.dim, None), volt.dim)
    assert alike.eqsim_units.arguments == (volt.dim, "x")  # type: ignore[attr-defined]
    assert negate.eqsim_units.result is bool  # type: ignore[attr-defined]
    assert square.eqsim_units.result(volt.dim) is volt.dim**2  # type: ignore[attr-defined]
    assert wrong_result.eqsim_units.arguments == (DIMENSIONLESS,)  # type: ignore[attr-defined]


def test_numpy_bool_means_a_truth_value() -> None:
    """After a wildcard import of numpy, the name ``bool`` may be numpy's class."""

    @check_units(flag=np.bool_, result=np.bool_)
    def same(flag: Any) -> Any:
        return flag

    assert same(True) is True and same.eqsim_units.result is bool  # type: ignore[attr-defined]
