"""Values of variables as dictionaries, tables of pandas and xarray, and formats of the user; and back."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from eqsim import DimensionMismatchError, ImportExport, NeuronGroup, Synapses, ms, mV
from eqsim.objects.exchange import needed

MODEL = "v : volt\ns : 1 (shared)\nu = 2*v : volt\nn : integer\nb : boolean"


def cells(N: int = 3) -> NeuronGroup:
    group = NeuronGroup(N, MODEL, name="cells")
    group.v = "(i + 1)*mV"
    group.s, group.n, group.b = 7, "i**2", "i == 1"
    return group


def wires() -> Synapses:
    group = Synapses(cells(), cells(), "w : 1\nk : 1 (shared)", name="wires")
    group.connect("i != j")
    group.w = "i + 10*j"
    group.k = 4
    return group


def package(name: str) -> Any:
    return pytest.importorskip(name, reason=f"the package {name} is not installed")


def test_dictionary_has_copies_with_units() -> None:
    G = cells()
    states = G.get_states()
    assert sorted(states) == ["N", "b", "dt", "i", "n", "s", "t", "t_in_timesteps", "v"]
    states["v"][:] = 0 * mV
    assert list(G.v / mV) == [1, 2, 3] and states["dt"] == 0.1 * ms and states["N"] == 3 and states["s"] == 7
    assert sorted(G.get_states(read_only_variables=False)) == ["b", "n", "s", "v"]
    assert list(G.get_states("u")["u"] / mV) == [2, 4, 6] and "u" in G.get_states(subexpressions=True)
    assert list(G.get_states(["v"], units=False)["v"]) == [0.001, 0.002, 0.003]


@pytest.mark.parametrize("format", ["dict", "pandas", "xarray"])
@pytest.mark.parametrize("units", [True, False])
@pytest.mark.parametrize("kind", ["neurons", "synapses", "subgroup"])
def test_there_and_back(format: str, units: bool, kind: str) -> None:
    """What one group hands out another one takes back."""
    if format != "dict":
        package(format)
    G, H = {
        "neurons": lambda: (cells(), NeuronGroup(3, MODEL, name="others")),
        "synapses": lambda: (wires(), wires()),
        "subgroup": lambda: (cells()[[0, 2]], NeuronGroup(3, MODEL, name="others")[1:]),
    }[kind]()
    if kind == "synapses":
        H.w, H.k = 0, 0
    states = G.get_states(units=units, format=format, read_only_variables=False)
    H.set_states(states, units=units, format=format)
    for name, values in G.get_states(units=False, read_only_variables=False).items():
        np.testing.assert_array_equal(H.get_states([name], units=False)[name], values)


def test_dataframe_has_columns_and_units() -> None:
    package("pandas")
    frame = cells().get_states(["v", "s", "n", "b", "i"], format="pandas")
    assert list(frame.columns) == ["v", "s", "n", "b", "i"] and frame.shape == (3, 5)
    assert frame.attrs == {"group": "cells", "units": {"v": "volt", "s": "1", "n": "1", "b": "1", "i": "1"}}
    assert [str(t) for t in frame.dtypes] == ["float64", "float64", "int32", "bool", "int32"]
    assert list(frame["v"]) == [0.001, 0.002, 0.003] and list(frame["s"]) == [7, 7, 7]
    frame.loc[frame["n"] > 0, "v"] = 0.5  # tables can be changed and taken back
    G = cells()
    G.set_states(frame[["v"]], format="pandas")
    assert list(G.v_) == [0.001, 0.5, 0.5]
    frame["s"] = [1, 2, 3]
    with pytest.raises(ValueError, match="NeuronGroup 'cells': 's' is shared, but its column has different values"):
        G.set_states(frame[["s"]], format="pandas")


def test_dataset_has_dimensions_and_units() -> None:
    package("xarray")
    data = cells().get_states(["v", "s", "i", "u"], format="xarray")
    assert dict(data.sizes) == {"i": 3} and data["s"].dims == () and data["v"].attrs == {"units": "volt"}
    assert float(data["u"].sel(i=2)) == 0.006 and data.attrs == {"group": "cells"}
    data = wires().get_states(["i", "j", "w", "k"], format="xarray")
    assert dict(data.sizes) == {"synapse": 6} and list(data["j"].values[:2]) == [1, 2]
    assert float(data["w"].where(data["i"] == 2, drop=True).sum()) == 2 + 12


def test_units_are_checked_on_the_way_in() -> None:
    with pytest.raises(DimensionMismatchError):
        cells().set_states({"v": np.array([1, 2, 3])})
    cells().set_states({"v": np.array([1, 2, 3])}, units=False)


@pytest.mark.parametrize("format", ["pandas", "xarray"])
def test_units_of_tables_are_checked(format: str) -> None:
    package(format)
    table = cells().get_states(["v"], format=format)
    with pytest.raises(DimensionMismatchError, match=r"others\.v is in second, but the value that it was set to is in volt"):
        NeuronGroup(3, "v : second", name="others").set_states(table, format=format)


def test_format_of_the_user() -> None:
    class Halves(ImportExport):
        name = "halves"

        @staticmethod
        def export_data(group: Any, variables: Sequence[str], units: bool = True, level: int = 0) -> Any:
            return {v: getattr(group, v)[:] / 2 for v in variables}

        @staticmethod
        def import_data(group: Any, data: Any, units: bool = True, level: int = 0) -> None:
            for v, values in data.items():
                setattr(group, v, 2 * values)

    ImportExport.register(Halves())
    try:
        G, H = cells(), cells()
        H.v = 0 * mV
        H.set_states(G.get_states(["v"], format="halves"), format="halves")
        assert list(H.v / mV) == [1, 2, 3] and G.get_states(["v"], format="halves")["v"][2] == 1.5 * mV
        with pytest.raises(ValueError, match="there is a format 'halves' already"):
            ImportExport.register(Halves())
    finally:
        del ImportExport.methods["halves"]


WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "format": (
        lambda: cells().get_states(format="csv"),
        NotImplementedError,
        "unknown format 'csv': there are 'dict', 'pandas', 'xarray'",
    ),
    "format_in": (
        lambda: cells().set_states({}, format="csv"),
        NotImplementedError,
        "unknown format 'csv': there are 'dict', 'pandas', 'xarray'",
    ),
    "variable": (
        lambda: cells().get_states(["vv"]),
        KeyError,
        "\"NeuronGroup 'cells' has no variable 'vv'; did you mean 'v'?\"",
    ),
    "variable_in": (
        lambda: cells().set_states({"vv": 3}),
        KeyError,
        "\"NeuronGroup 'cells' has no variable 'vv'; did you mean 'v'?\"",
    ),
    "read_only": (lambda: cells().set_states({"t": 3 * ms}), TypeError, "cells.t cannot be set"),
    "register": (
        lambda: ImportExport.register(3),  # type: ignore[arg-type]
        ValueError,
        "a format is an object of a class derived from ImportExport, not 3",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_message(case: str) -> None:
    act, kind, text = WRONG[case]
    with pytest.raises(kind) as error:
        act()
    assert str(error.value) == text


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str, *more: Any) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(ImportError) as error:
        needed("xarray")
    assert str(error.value) == "the format 'xarray' needs the package xarray: pip install xarray"
