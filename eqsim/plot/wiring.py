"""Pictures of synapses: `synapses`, `connections`.

In: `Synapses`.  Out: axes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.analysis.axes import Scale
from eqsim.objects import Synapses
from eqsim.plot.look import MANY, axes, colors, dot_size, ink, some, whole_numbers
from eqsim.plot.values import bar, color_range, image, plain
from eqsim.units import DIMENSIONLESS

__all__ = ["connections", "synapses"]

DOTS = 5000
"""Up to so many synapses are drawn as dots; more are put together in an image."""

PIXELS = 300
"""The longer side of such an image, at most."""


def synapses(s: Any, value: Any = None, *, ax: Any = None) -> Any:
    """Which neuron is connected to which: the number of the source to the right, that of the target upwards.

    Parameters
    ----------
    s : Synapses
    value : str, or (n_syn,) Quantity or array, optional
        What the colour shows: a variable such as ``'w'`` or ``'delay'``.
    ax : matplotlib axes, optional

    Returns
    -------
    The axes.  Up to 5000 synapses are dots.  Of more an image is drawn, of pixels that stand for several neurons in large
    networks: the mean of the value of the synapses there, or without value how many synapses there are for each pair.

    Raises
    ------
    TypeError
        If there are no synapses.
    ValueError
        If the values are not one for each synapse.
    """
    _check(s, "synapses")
    ax = axes(ax, (5.4, 4.4))
    i, j, sizes = np.asarray(s.i[:]), np.asarray(s.j[:]), (len(s.source), len(s.target))
    values, dim, name = _values(s, value)
    if len(i) <= DOTS:
        _dots(ax, i, j, sizes, None if values is None else (values, Scale.of(name, dim, values)))
    else:
        _image(ax, i, j, sizes, values, Scale.of(name, dim, values) if values is not None else None)
    ax.set(xlabel="source neuron", ylabel="target neuron")
    ax.set(xlim=(-0.5, sizes[0] - 0.5), ylim=(-0.5, sizes[1] - 0.5))
    whole_numbers(ax.xaxis, ax.yaxis)
    return ax


def _check(s: Any, what: str) -> None:
    if not isinstance(s, Synapses):
        raise TypeError(f"plot.{what} draws Synapses, not {type(s).__name__}")


def _values(s: Any, value: Any) -> tuple[np.ndarray | None, Any, str]:
    """What the colour shows, one for each synapse: SI values, dimension, name."""
    if value is None:
        return None, DIMENSIONLESS, ""
    given = getattr(s, value) if isinstance(value, str) else value
    values, dim, name = plain(given)
    name = value if isinstance(value, str) else name
    if values.ndim and values.shape != (len(s),):
        raise ValueError(f"there are {len(s)} synapses, but the values have the shape {values.shape}")
    return np.broadcast_to(values, len(s)).astype(float), dim, name


def _dots(ax: Any, i: np.ndarray, j: np.ndarray, sizes: tuple[int, int], values: Any) -> None:
    size = max(dot_size(ax, len(i), max(sizes)), 2.0) ** 2
    style: dict[str, Any] = {"s": size, "linewidths": 0, "rasterized": len(i) > MANY}
    if values is None:
        ax.scatter(i, j, color=ink(ax), **style)
        return
    cmap, low, high = color_range(shown := values[1](values[0]))
    bar(ax, ax.scatter(i, j, c=shown, cmap=cmap, vmin=low, vmax=high, **style), values[1])


def _image(
    ax: Any, i: np.ndarray, j: np.ndarray, sizes: tuple[int, int], values: np.ndarray | None, scale: Scale | None
) -> None:
    """Synapses put together in cells of neighbouring neurons."""
    pixels = int(np.clip(np.sqrt(len(i) / 2), 100, PIXELS))  # with fewer synapses in each, chance is all that is seen
    edges = [np.linspace(-0.5, n - 0.5, min(n, pixels) + 1) for n in sizes]
    count = np.histogram2d(j, i, (edges[1], edges[0]))[0]
    whole = [np.diff(np.ceil(e)) for e in edges]  # neurons in each row and column of cells
    if values is None or scale is None:
        per_pair = count / (whole[1][:, None] * whole[0])
        shown, scale = per_pair, Scale("synapses per pair", 1.0, "")
    else:
        total = np.histogram2d(j, i, (edges[1], edges[0]), weights=values)[0]
        shown = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    extent = (-0.5, sizes[0] - 0.5, -0.5, sizes[1] - 0.5)
    image(ax, shown, scale, origin="lower", extent=extent, aspect="auto")


def connections(s: Any, value: Any = None, *, lines: int = 2000, ax: Any = None) -> Any:
    """Sources on the left, targets on the right, and a line for each synapse: for small networks.

    Parameters
    ----------
    s : Synapses
    value : str, or (n_syn,) Quantity or array, optional
        What the colour of the lines shows.
    lines : int
        Of more synapses only so many are drawn, and the title says so.
    ax : matplotlib axes, optional

    Returns
    -------
    The axes.

    Raises
    ------
    TypeError
        If there are no synapses.
    """
    from matplotlib.collections import LineCollection

    _check(s, "connections")
    ax = axes(ax, (4.0, 4.4))
    chosen = some(np.arange(len(s)), lines)
    i, j = np.asarray(s.i[:])[chosen], np.asarray(s.j[:])[chosen]
    values, dim, name = _values(s, value)
    for x, size in ((0, len(s.source)), (1, len(s.target))):
        height = dot_size(ax, size, size)
        ax.plot(np.full(size, x), np.arange(size), "o", color=ink(ax), markersize=height, markeredgewidth=0, zorder=3)
    ends = np.stack([np.stack([np.zeros(len(i)), i], axis=1), np.stack([np.ones(len(j)), j], axis=1)], axis=1)
    found = LineCollection(list(ends), linewidths=0.8, colors=colors(1)[0], alpha=0.7, rasterized=len(i) > MANY)
    ax.add_collection(found)
    if values is not None:
        scale = Scale.of(name, dim, values)
        cmap, low, high = color_range(scale(values))
        found.set(array=scale(values)[chosen], cmap=cmap, clim=(low, high), colors=None)
        bar(ax, found, scale)
    if len(chosen) < len(s):
        ax.set_title(f"{len(chosen)} of {len(s)} synapses", fontsize="small")
    ax.set(xlim=(-0.2, 1.2), ylabel="neuron", xticks=[0, 1], xticklabels=["source", "target"])
    whole_numbers(ax.yaxis)
    return ax
