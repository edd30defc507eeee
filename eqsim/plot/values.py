"""Pictures of numbers: `histogram`, `matrix`.

In: arrays with units, variables of groups and synapses.  Out: axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.analysis.axes import Scale
from eqsim.errors import DimensionMismatchError
from eqsim.plot.look import axes, colors, ink, whole_numbers
from eqsim.units import Dimension, get_dimensions

__all__ = ["histogram", "image", "matrix"]


def plain(values: Any) -> tuple[np.ndarray, Dimension, str]:
    """SI values, their dimension, and the name if it is a variable of a group."""
    name = getattr(values, "name", "") if hasattr(values, "group_name") else ""
    return np.asarray(values[:] if name else values), get_dimensions(values), str(name)


def histogram(
    *values: Any, bins: Any = 50, names: Sequence[str] | None = None, label: str | None = None, ax: Any = None
) -> Any:
    """How often which value occurs.

    Parameters
    ----------
    *values : variable of a group (``S.w``, ``S.delay``, ``G.v``), Quantity or array
        Several ones, of one unit, are drawn as outlines.
    bins : int, or array
        Number of bins or their edges.
    names : sequence of str, optional
        Of the values, for the legend.
    label : str, optional
        Name of the axis; that of the variable by default.
    ax : matplotlib axes, optional

    Returns
    -------
    The axes: value, and count.

    Raises
    ------
    DimensionMismatchError
        If the values have different units.

    Examples
    --------
    >>> from eqsim.only import *
    >>> from eqsim import plot
    >>> plot.histogram([1, 2, 2, 3] * nS, label="w").get_xlabel()
    'w (nS)'
    """
    found = [plain(v) for v in values]
    if len({dim for _, dim, _ in found}) > 1:
        raise DimensionMismatchError("plot.histogram draws values of one unit", *(dim for _, dim, _ in found[:2]))
    ax = axes(ax, (5.0, 3.5))
    everything = np.concatenate([v.ravel().astype(float) for v, _, _ in found])
    scale = Scale.of(label or found[0][2] or "value", found[0][1], everything)
    finite = scale(everything)[np.isfinite(everything)]
    edges = scale(bins) if np.ndim(bins) else np.histogram_bin_edges(finite, int(bins))
    for at, ((v, _, _), shade) in enumerate(zip(found, colors(len(found)), strict=True)):
        kind = "stepfilled" if len(found) == 1 else "step"
        name = names[at] if names else None
        ax.hist(scale(v.ravel()), bins=edges, histtype=kind, color=shade, label=name)
    ax.set(xlabel=scale.label, ylabel="count")
    if names:
        ax.legend(fontsize="small")
    return ax


def matrix(
    values: Any,
    *,
    names: Sequence[str] | None = None,
    label: str = "",
    rows: str = "",
    columns: str = "",
    low: Any = None,
    high: Any = None,
    ax: Any = None,
) -> Any:
    """A matrix as an image, the first row on top: connectivity (``S.to_matrix('w')``), functional connectivity.

    Parameters
    ----------
    values : (m, n) Quantity or array
        NaN is left open.
    names : sequence of str, optional
        Of rows and columns, e.g. areas; written if there are at most 40.
    label : str
        What the values are; the unit is added.
    rows, columns : str
        What rows and columns are.
    low, high : Quantity, optional
        Values of the darkest and the lightest colour; with values of both signs the scale is symmetric by default.
    ax : matplotlib axes, optional

    Returns
    -------
    The axes, with a colour bar.

    Raises
    ------
    ValueError
        If it is no matrix.
    """
    v, dim, _ = plain(values)
    if v.ndim != 2:
        raise ValueError(f"plot.matrix needs rows and columns, not an array of shape {v.shape}")
    ax = axes(ax, (5.4, 4.4))
    picture = image(ax, v.astype(float), Scale.of(label, dim, v), low, high, origin="upper")
    ax.set(xlabel=columns, ylabel=rows)
    if names is not None and len(names) <= 40:
        for axis, count in ((ax.xaxis, v.shape[1]), (ax.yaxis, v.shape[0])):
            axis.set_ticks(np.arange(count), list(names)[:count], fontsize="x-small")
        ax.tick_params(axis="x", rotation=90)
    else:
        whole_numbers(ax.xaxis, ax.yaxis)
    picture.axes.set_aspect("equal" if v.shape[0] == v.shape[1] else "auto")
    return ax


def image(ax: Any, values: np.ndarray, scale: Scale, low: Any = None, high: Any = None, **where: Any) -> Any:
    """Values as colours, with a colour bar: from dark to light, or from blue over grey to red if there are both signs."""
    shown = scale(values)
    cmap, least, most = color_range(shown)
    least = least if low is None else float(low) / scale.unit
    most = most if high is None else float(high) / scale.unit
    picture = ax.imshow(shown, cmap=cmap, vmin=least, vmax=most, interpolation="auto", **where)
    bar(ax, picture, scale)
    return picture


def color_range(shown: np.ndarray) -> tuple[str, float, float]:
    """Colours for these values, and the values of the first and the last colour."""
    finite = shown[np.isfinite(shown)]
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if least < 0 < most:
        return "coolwarm", -max(-least, most), max(-least, most)
    return "viridis", least, most


def bar(ax: Any, picture: Any, scale: Scale) -> None:
    """A colour bar that says the unit."""
    label = scale.label if scale.name else scale.symbol
    found = ax.figure.colorbar(picture, ax=ax, label=label)
    found.outline.set_edgecolor(ink(ax))
