"""What ``from eqsim import *`` and ``from eqsim.only import *`` give."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import eqsim
from eqsim import only, pylab_names
from eqsim.later import Later
from eqsim.units import Unit

RECORDED: dict[str, list[str]] = {
    kind: names.split()
    for kind, names in (
        line.split(": ")
        for line in (Path(__file__).parent / "brian2_names.txt").read_text().splitlines()
        if not line.startswith("#")
    )
}

OURS = {
    "rosenbrock",
    "rodas3",
    "rk45",
    "rk23",
    "implicit_euler",
    "exp_auto",
    "exact_noise",
    "crank_nicolson",
    "accuracy",
    "EqsimError",
    "EquationError",
    "IntegrationError",
    "UnsupportedEquationsException",
    "explain",
    "load_recording",
    "plot",  # of matplotlib there, and of matplotlib here if it is called with numbers
    "reinit_devices",
    "reset_device",
    "run_batch",
    "SweepError",
    "SweepResults",
    "sweep",
    "timestep",
}  # names that Brian2 does not have

# Names that a Brian2 script may use and eqsim does not have: each with the reason. A name that is here and exported
# fails the test, so the table stays true.
NOT_YET = {
    "Cylinder": "spatial models are not written yet",
    "Morphology": "spatial models are not written yet",
    "Section": "spatial models are not written yet",
    "Soma": "spatial models are not written yet",
    "SpatialNeuron": "spatial models are not written yet",
    "CythonCodeObject": "generated code is not an object per group here",
    "NumpyCodeObject": "generated code is not an object per group here",
    "Trackable": "an inner class without use in scripts",
    "VariableOwner": "an inner class without use in scripts",
    "test": "the tests are run with pytest",
}


def test_names_of_eqsim_alone_are_the_recorded_ones() -> None:
    expected = {*RECORDED["everywhere"], *RECORDED["units"], *OURS} - set(NOT_YET)
    assert set(only.__all__) == expected
    assert len(only.__all__) == len(expected)


def test_table_of_missing_names_is_true() -> None:
    assert set(NOT_YET) <= {*RECORDED["everywhere"], *RECORDED["wildcard"]}
    assert not set(NOT_YET) & set(eqsim.__all__)


def test_wildcard_has_all_names_in_order_and_each_exists() -> None:
    assert eqsim.__all__ == sorted({*only.__all__, *pylab_names.__all__, *RECORDED["wildcard"]} - set(NOT_YET))
    assert not [name for name in eqsim.__all__ if not hasattr(eqsim, name)]


def test_names_of_eqsim_win_over_those_of_numpy() -> None:
    for name in only.__all__:
        assert getattr(eqsim, name) is getattr(only, name)


def test_units_are_units_and_letters_stay_free() -> None:
    assert len(RECORDED["units"]) == 203
    assert all(isinstance(getattr(eqsim, name), Unit) for name in RECORDED["units"])
    single = {name for name in eqsim.__all__ if len(name) == 1}
    assert single == {"e"}  # Euler's number, from numpy
    assert not {"uV", "ns", "pS", "kOhm", "ampere", "mol", "newton", "tesla", "rate"} & set(eqsim.__all__)


def test_builtins_that_a_script_relies_on_are_not_hidden() -> None:
    hidden = {name for name in eqsim.__all__ if hasattr(builtins, name)}
    assert hidden == {"all", "any", "divmod", "max", "min", "round", "sum"}


def test_max_min_round_serve_numbers_lists_and_arrays() -> None:
    ns: dict[str, Any] = vars(eqsim)
    assert ns["max"](2, 3) == 3 and ns["min"]([4, 5], key=lambda x: -x) == 5 and ns["max"]([], default=7) == 7
    assert ns["max"](np.array([[1, 4], [3, 2]])) == 4
    assert list(ns["max"](np.array([[1, 4], [3, 2]]), 0)) == [3, 4]
    assert ns["round"](2.567, 1) == 2.6 and list(ns["round"](np.array([1.24, 3.56]), 1)) == [1.2, 3.6]
    voltages = np.array([1.0, 3.0]) * eqsim.only.Quantity(1.0, dim=ns["mV"].dim)
    assert ns["max"](voltages) == 3 * ns["volt"] and ns["max"](1 * ns["mV"], 2 * ns["mV"]) == 2 * ns["mV"]


@pytest.mark.parametrize(
    "name",
    """array zeros ones randn rand randint normal uniform choice permutation histogram convolve cumsum mean std var
    median percentile argmax argsort nonzero unique meshgrid newaxis pi inf nan sqrt floor ceil sign clip interp fft
    linalg norm eig inv svd corrcoef polyfit diff hstack vstack tile repeat any all sum isnan random loadtxt savetxt
    int32 float64 bool_ ndarray trapz np numpy plt mpl cm rcParams figure plot subplot subplots show savefig xlabel
    ylabel title legend hist imshow colorbar scatter errorbar axhline axvline xlim ylim tight_layout ma""".split(),
)
def test_names_that_scripts_take_from_pylab(name: str) -> None:
    assert name in eqsim.__all__


def test_np_knows_units() -> None:
    ns: dict[str, Any] = {}
    exec("from eqsim import *\ntimes = np.arange(0*ms, 3*ms, 1*ms)", ns)
    assert ns["times"].dim is eqsim.only.get_dimensions(1 * vars(eqsim)["second"])
    assert ns["np"].float64 is np.float64 and ns["plt"] is not None


def test_exported_names_of_matplotlib_are_stand_ins() -> None:
    for name in (*pylab_names.FUNCTIONS, *pylab_names.CLASSES, *pylab_names.VALUES, *pylab_names.MODULES):
        assert isinstance(getattr(pylab_names, name), Later)


def test_stand_in_does_what_the_thing_does() -> None:
    fraction: Any = Later("fractions", "Fraction")
    half = fraction(1, 2)
    assert isinstance(half, fraction)
    assert not isinstance(0.5, fraction)
    assert issubclass(type(half), fraction)
    assert fraction.from_float(0.25) == half / 2 and "limit_denominator" in dir(fraction)

    class Own(fraction):  # type: ignore[misc]
        pass

    assert isinstance(Own(1, 3), type(half))


def test_stand_in_forwards_items_and_settings() -> None:
    environ = Later("os", "environ")
    environ["EQSIM_TEST"] = "1"
    assert "EQSIM_TEST" in environ and environ["EQSIM_TEST"] == "1" and len(environ) == len(list(environ))
    del environ["EQSIM_TEST"]
    assert "EQSIM_TEST" not in environ


def test_stand_in_is_copied_to_other_processes_by_name() -> None:
    import pickle

    assert pickle.loads(pickle.dumps(Later("math", "sqrt")))(9) == 3


def test_looking_at_a_stand_in_imports_nothing() -> None:
    absent = Later("module_that_does_not_exist", "thing")
    assert repr(absent) == "<module_that_does_not_exist.thing, imported when used>"
    assert not hasattr(absent, "_repr_html_") and not hasattr(absent, "__wrapped__") and callable(absent)
    assert not isinstance(absent, np.ndarray)
    with pytest.raises(ModuleNotFoundError):
        _ = absent.anything
