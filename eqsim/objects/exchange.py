"""Formats in which the values of a group's variables are handed out and taken back: `get_states` and `set_states`.

In: a group and names of variables.  Out: a dict, a DataFrame of pandas, a Dataset of xarray, or a format of the user's.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from eqsim.errors import Source, did_you_mean
from eqsim.objects.scope import quantity
from eqsim.objects.views import VariableView
from eqsim.syntax import parse_unit
from eqsim.units import DIMENSIONLESS, unit_name

if TYPE_CHECKING:
    from eqsim.objects.group import Group


class ImportExport(ABC):
    """Base of formats; a format of your own is an object of a class derived from this one, and registered.

    Examples
    --------
    >>> from eqsim import *
    >>> class Lists(ImportExport):
    ...     name = 'lists'
    ...     @staticmethod
    ...     def export_data(group, variables, units=True, level=0):
    ...         return [(v, list(getattr(group, v)[:])) for v in variables]
    ...     @staticmethod
    ...     def import_data(group, data, units=True, level=0):
    ...         for v, values in data:
    ...             setattr(group, v, values)
    >>> ImportExport.register(Lists())
    >>> G = NeuronGroup(2, 'v : 1')
    >>> G.set_states([('v', [1, 2])], format='lists')
    >>> G.get_states(['v'], format='lists')
    [('v', [np.float64(1.0), np.float64(2.0)])]
    """

    methods: ClassVar[dict[str, ImportExport]] = {}
    """The formats by name."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What is written as ``format=``."""

    @staticmethod
    @abstractmethod
    def export_data(group: Any, variables: Sequence[str], units: bool = True, level: int = 0) -> Any:
        """The values of some variables of a group."""

    @staticmethod
    @abstractmethod
    def import_data(group: Any, data: Any, units: bool = True, level: int = 0) -> None:
        """Set variables of a group."""

    @staticmethod
    def register(importerexporter: ImportExport) -> None:
        """Make a format known under its name.

        Raises
        ------
        ValueError
            If it is no format, or another one has its name.
        """
        if not isinstance(importerexporter, ImportExport):
            raise ValueError(f"a format is an object of a class derived from ImportExport, not {importerexporter!r}")
        if importerexporter.name in ImportExport.methods:
            raise ValueError(f"there is a format '{importerexporter.name}' already")
        ImportExport.methods[importerexporter.name] = importerexporter


def format_named(name: str) -> ImportExport:
    """The format of a name.

    Raises
    ------
    NotImplementedError
        If there is none.
    """
    if name not in ImportExport.methods:
        known = ", ".join(f"'{n}'" for n in ImportExport.methods)
        raise NotImplementedError(f"unknown format {name!r}: there are {known}")
    return ImportExport.methods[name]


def needed(package: str) -> Any:
    """A package that a format needs.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise ImportError(f"the format '{package}' needs the package {package}: pip install {package}") from error


def values_of(group: Group, name: str) -> np.ndarray:
    """A copy of the values of a variable, SI; 0-d for one value."""
    variable = group.variables[name]
    if variable.kind in ("size", "clock"):
        return np.array(group._computed(variable, None))
    return np.array(group._read(variable, slice(None)))


def set_values(group: Group, name: str, value: Any, units: bool) -> None:
    """Set a variable.

    Raises
    ------
    KeyError
        If the group has no such variable.
    """
    if name not in group.variables:
        hint = did_you_mean(name, set(group.variables))
        raise KeyError(f"{group.describe()} has no variable '{name}'{'; ' + hint if hint else ''}")
    VariableView(group, group.variables[name], units)[:] = value


class DictImportExport(ImportExport):
    """Dictionaries of names and values."""

    name = "dict"

    @staticmethod
    def export_data(group: Any, variables: Sequence[str], units: bool = True, level: int = 0) -> dict[str, Any]:
        """``{name: Quantity}``; with ``units=False`` arrays, SI."""
        found = {n: values_of(group, n) for n in variables}
        return {n: quantity(v, group.variables[n].dim) for n, v in found.items()} if units else found

    @staticmethod
    def import_data(group: Any, data: Mapping[str, Any], units: bool = True, level: int = 0) -> None:
        """Set the variables."""
        for name, value in data.items():
            set_values(group, name, value, units)


class PandasImportExport(ImportExport):
    """pandas DataFrames: a row for each element, a column for each variable, SI; ``attrs['units']`` has the units."""

    name = "pandas"

    @staticmethod
    def export_data(group: Any, variables: Sequence[str], units: bool = True, level: int = 0) -> Any:
        """A DataFrame of (N, variables); one value for all is repeated."""
        columns = {n: np.broadcast_to(values_of(group, n), (len(group),)) for n in variables}
        frame = needed("pandas").DataFrame(columns)
        frame.attrs.update(_attributes(group, variables, units))
        return frame

    @staticmethod
    def import_data(group: Any, data: Any, units: bool = True, level: int = 0) -> None:
        """Set the variables; a column for a shared variable must have one value."""
        for name in data.columns:
            values = np.asarray(data[name])
            if name in group.variables and group.variables[name].shared:
                if len(set(values.tolist())) != 1:
                    raise ValueError(f"{group.describe()}: '{name}' is shared, but its column has different values")
                values = values[0]
            set_values(group, name, _with_unit(values, name, data.attrs) if units else values, units)


class XarrayImportExport(ImportExport):
    """xarray Datasets, SI; each variable has an attribute ``units``.

    The dimension is ``i`` for neurons, ``synapse`` for synapses; shared variables have none.
    """

    name = "xarray"

    @staticmethod
    def export_data(group: Any, variables: Sequence[str], units: bool = True, level: int = 0) -> Any:
        """A Dataset."""
        xarray, dimension = needed("xarray"), "i" if group.element == "i" else "synapse"
        attributes = _attributes(group, variables, units)
        names = attributes.pop("units", {})
        given = {}
        for n in variables:
            values = values_of(group, n)
            given[n] = ((dimension,) if values.ndim else (), values, {"units": names[n]} if n in names else {})
        coordinates = {n: given.pop(n) for n in ("i", "j") if n in given}
        return xarray.Dataset(given, coordinates, attributes)

    @staticmethod
    def import_data(group: Any, data: Any, units: bool = True, level: int = 0) -> None:
        """Set all data variables; coordinates are not set."""
        found = {n: data[n].attrs.get("units", "1") for n in data.data_vars}
        for name in data.data_vars:
            values = data[name].values
            set_values(group, name, _with_unit(values, name, {"units": found}) if units else values, units)


def _attributes(group: Any, variables: Sequence[str], units: bool) -> dict[str, Any]:
    about: dict[str, Any] = {"group": group.name}
    return about | ({"units": {n: unit_name(group.variables[n].dim) for n in variables}} if units else {})


def _with_unit(values: np.ndarray, name: str, attributes: Mapping[str, Any]) -> Any:
    text = attributes.get("units", {}).get(name, "1")
    dim = DIMENSIONLESS if text == "1" else parse_unit(Source(text, f"unit of {name}").whole)[0]
    return quantity(values, dim)


for _format in (DictImportExport(), PandasImportExport(), XarrayImportExport()):
    ImportExport.register(_format)
