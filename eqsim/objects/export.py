"""Recordings for other packages: pandas, xarray, neo.  Each is imported when it is asked for.

In: the results of a monitor, or what was read from its file.  Out: an object of the other package, with units.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.errors import EqsimError
from eqsim.units import DIMENSIONLESS, Dimension, second, unit_name

if TYPE_CHECKING:
    from eqsim.objects.results import Events, Rates, Results, Traces

Table = dict[str, tuple[tuple[str, ...], np.ndarray, Dimension]]
"""Columns by name: the names of their axes, values in SI units, dimension."""


def package(name: str) -> Any:
    """A package that only some users need.

    Raises
    ------
    EqsimError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise EqsimError(f"this needs the package {name}, which is not installed: pip install {name}") from None


def unit_text(dim: Dimension) -> str:
    """The unit of values in SI units: ``volt``; ``1`` for pure numbers."""
    return "1" if dim is DIMENSIONLESS else unit_name(dim)


# -- tables ----------------------------------------------------------------------------------------------------------------


def traces_table(of: Traces) -> Table:
    """Values with the axes of the recorded elements and of time, as far as they have them."""
    found: Table = {}
    for name, dim in of._dims().items():
        values = of._table(name)
        found[name] = (_axes(of, values), values, dim)
    return found


def _axes(of: Traces, values: np.ndarray) -> tuple[str, ...]:
    """Names of the axes: (i, t) for samples; (i,) or (t,) for reductions; histograms have bins, too."""
    if not of.reduced:
        return ("i", "t")
    return (("i" if of.reduced == "time" else "t"), *["bin"] * (values.ndim - 1))


def events_table(of: Events) -> Table:
    """One row for each event: who, when, and what was recorded with it."""
    more: Table = {n: (("event",), of._column(n), d) for n, d in of._dims().items()}
    return {"i": (("event",), of.i, DIMENSIONLESS), "t": (("event",), of.t_, second.dim), **more}


def rates_table(of: Rates) -> Table:
    """The rate of each step."""
    return {n: (("t",), of._column(n), d) for n, d in of._dims().items()}


def coordinates(of: Results, table: Table) -> dict[str, tuple[np.ndarray, Dimension]]:
    """What the axes of a table mean: times in seconds, numbers of elements."""
    axes = {a for dims, _, _ in table.values() for a in dims}
    found: dict[str, tuple[np.ndarray, Dimension]] = {}
    if "i" in axes:
        found["i"] = (np.asarray(getattr(of, "record")), DIMENSIONLESS)  # noqa: B009
    if "t" in axes:
        found["t"] = (of.t_, second.dim)
    return found


# -- packages --------------------------------------------------------------------------------------------------------------


def to_pandas(of: Results, table: Table) -> Any:
    """A DataFrame: rows are times, events or elements; SI units, named in ``attrs['units']``."""
    pandas = package("pandas")
    where = coordinates(of, table)
    columns: dict[Any, np.ndarray] = {}
    flat = all(len(dims) == 1 for dims, _, _ in table.values())
    for name, (dims, values, _) in table.items():
        if flat:
            columns[name] = values
        elif dims == ("i", "t"):
            columns |= {(name, i): row for i, row in zip(where["i"][0], values, strict=True)}
        else:
            wide = values.reshape(len(values), -1)
            columns |= {(name, k): wide[:, k] for k in range(wide.shape[1])}
    axis = "t" if "t" in where else "i" if "i" in where else None
    index = None if axis is None else pandas.Index(where[axis][0], name=axis)
    frame = pandas.DataFrame(columns, index=index)
    if columns and not flat:
        frame.columns = frame.columns.set_names(["variable", "i" if "t" in where and "i" in where else "bin"])
    frame.attrs["units"] = {name: unit_text(dim) for name, (_, _, dim) in table.items()}
    return frame


def to_xarray(of: Results, table: Table) -> Any:
    """A Dataset: axes ``i`` and ``t`` (or ``event``); SI units, named in ``attrs['units']`` of each variable."""
    xarray = package("xarray")
    coords = {n: ((n,), v, {"units": unit_text(d)}) for n, (v, d) in coordinates(of, table).items()}
    variables = {n: (dims, values, {"units": unit_text(dim)}) for n, (dims, values, dim) in table.items()}
    return xarray.Dataset(variables, coords=coords, attrs={"name": of.name})


def neo_quantity(values: np.ndarray | float, dim: Dimension) -> Any:
    """Values as a quantity of the package quantities, which neo uses."""
    quantities = package("quantities")
    bases = (quantities.m, quantities.kg, quantities.s, quantities.A, quantities.K, quantities.mol, quantities.cd)
    try:
        return quantities.Quantity(values, "dimensionless" if dim is DIMENSIONLESS else unit_name(dim))
    except (LookupError, ValueError, SyntaxError):
        unit = quantities.dimensionless
        for base, exponent in zip(bases, dim.exponents, strict=True):
            unit = unit * base ** float(exponent)
        return quantities.Quantity(values, unit)


def signals_to_neo(of: Results, table: Table) -> Any:
    """A Segment with an AnalogSignal for each variable; (times, elements).

    Raises
    ------
    EqsimError
        For what has no times.
    """
    neo = package("neo")
    wrong = [name for name, (dims, _, _) in table.items() if "t" not in dims or "bin" in dims]
    if wrong:
        raise EqsimError(f"'{of.name}': neo has no place for '{wrong[0]}', which is no signal over time")
    segment, t = neo.Segment(name=of.name), of.t_
    for name, (dims, values, dim) in table.items():
        signal = neo_quantity(values.T if dims == ("i", "t") else values[:, np.newaxis], dim)
        regular = len(t) < 2 or np.allclose(np.diff(t), of._dt_s, rtol=1e-6, atol=0)
        if regular:
            start, period = neo_quantity(np.float64(t[0] if len(t) else 0.0), second.dim), neo_quantity(of._dt_s, second.dim)
            made = neo.AnalogSignal(signal, t_start=start, sampling_period=period, name=name)
        else:
            made = neo.IrregularlySampledSignal(neo_quantity(t, second.dim), signal, name=name)
        if dims == ("i", "t"):
            made.array_annotate(i=np.asarray(getattr(of, "record")))  # noqa: B009
        segment.analogsignals.append(made) if regular else segment.irregularlysampledsignals.append(made)
    return segment


def events_to_neo(of: Events) -> Any:
    """A Segment with a SpikeTrain for each element, silent ones included."""
    neo = package("neo")
    segment = neo.Segment(name=of.name)
    first, last = (step * of._dt_s for step in of._steps())
    stop = neo_quantity(np.float64(max(last, float(np.max(of.t_, initial=0.0)))), second.dim)
    start = neo_quantity(np.float64(min(first, float(np.min(of.t_, initial=first)))), second.dim)
    for i, times in of.event_trains().items():
        train = neo.SpikeTrain(neo_quantity(np.asarray(times), second.dim), t_stop=stop, t_start=start, i=i)
        segment.spiketrains.append(train)
    return segment
