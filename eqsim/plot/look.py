"""What all pictures share: on which axes, in which colours, how large, and how much of it.

Colours are those of Okabe and Ito (2008), *Color Universal Design*, which people with any kind of colour vision can tell
apart; a colour cycle or a style of the user's wins.  What would be black takes the colour of the text, so that it is seen on
dark paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eqsim.analysis.axes import Scale, ink
from eqsim.units import second

__all__ = [
    "axes",
    "colors",
    "dot_size",
    "ink",
    "label_time",
    "opacity",
    "rows_of",
    "some",
    "thinned",
    "time_scale",
    "whole_numbers",
]

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MANY = 2000
"""More marks than these are drawn as pixels in vector files (PDF, SVG), which would become huge otherwise."""

SAMPLES = 4000
"""A line has no more than about so many points: a picture has fewer columns of pixels."""


def axes(ax: Any = None, size: tuple[float, float] = (7.0, 4.0)) -> Any:
    """These axes; else the current ones if nothing is drawn there yet; else those of a new figure."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    if pyplot.get_fignums() and not (pyplot.gcf().axes and pyplot.gca().has_data()):
        return pyplot.gca()
    return pyplot.subplots(figsize=size, layout="constrained")[1]


def rows_of(ax: Any, count: int) -> list[Any]:
    """Axes below each other with a common time axis: those that are given, or new ones.

    Raises
    ------
    ValueError
        If they are not so many.
    """
    if count == 1:
        return [axes(np.ravel(ax)[0] if ax is not None and np.size(ax) == 1 else ax)]
    if ax is None:
        from matplotlib import pyplot

        size = (7.0, 1.0 + 1.8 * count)
        return list(pyplot.subplots(count, 1, sharex=True, figsize=size, layout="constrained")[1])
    given = list(np.ravel(ax))
    if len(given) != count:
        raise ValueError(f"these variables have {count} different units: give {count} axes, or name fewer variables")
    return given


def colors(count: int) -> list[Any]:
    """So many colours that can be told apart; beyond what the cycle has, steps from dark to light."""
    import matplotlib

    cycle = matplotlib.rcParams["axes.prop_cycle"]
    own = cycle.by_key().get("color", PALETTE)
    found = PALETTE if cycle == matplotlib.rcParamsDefault["axes.prop_cycle"] else own
    if count <= len(found):
        return list(found[:count])
    return list(matplotlib.colormaps["viridis"](np.linspace(0.1, 0.85, count)))


def dot_size(ax: Any, marks: int, rows: int) -> float:
    """Diameter of dots, in points: rows do not overlap if there is room, and all dots cover at most a third."""
    wide, high = _points(ax)
    row, crowd = 0.9 * high / max(rows, 1), float(np.sqrt(wide * high / 3 / max(marks, 1)))
    return float(np.clip(min(max(row, 1.5), crowd), 0.5, 6.0))


def opacity(ax: Any, marks: int, size: float) -> float:
    """1; less if dots of this size are so many that nothing would be seen of where they are denser."""
    wide, high = _points(ax)
    return float(np.clip(wide * high / 3 / (max(marks, 1) * size**2), 0.05, 1.0))


def _points(ax: Any) -> tuple[float, float]:
    """Width and height of axes in points."""
    box = ax.get_window_extent()
    return float(box.width * 72 / ax.figure.dpi), float(box.height * 72 / ax.figure.dpi)


def label_time(ax: Any, time: Scale) -> None:
    """The label of the time axis; not between axes that stand above each other and share it."""
    place = ax.get_subplotspec()
    shared = len(ax.get_shared_x_axes().get_siblings(ax)) > 1
    if not (shared and place is not None and not place.is_last_row()):
        ax.set_xlabel(time.label)


def whole_numbers(*axes_of_numbers: Any) -> None:
    """Ticks at whole numbers only, also if there are few."""
    from matplotlib.ticker import MaxNLocator

    for axis in axes_of_numbers:
        axis.set_major_locator(MaxNLocator(nbins="auto", integer=True, min_n_ticks=1))


def time_scale(first_s: float, last_s: float) -> Scale:
    """The axis of time."""
    return Scale.of("time", second.dim, [first_s, last_s])


def thinned(t: np.ndarray, y: np.ndarray, samples: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """A line of fewer points that looks the same: of each stretch of time its smallest and its largest value.

    Parameters
    ----------
    t, y : (n,) array
        Times, ascending, and values.

    Returns
    -------
    t, y : (m,) array
        As they are if n is not larger than twice ``samples``.
    """
    n = len(t)
    if n <= 2 * samples:
        return t, y
    stretch = -(-n // samples)
    full = n // stretch * stretch
    block = y[:full].reshape(-1, stretch)
    first = np.arange(len(block)) * stretch
    # a stretch of nothing but nan shows its first sample
    gap = np.isnan(block)
    ends = np.stack([np.where(gap, np.inf, block).argmin(axis=1), np.where(gap, -np.inf, block).argmax(axis=1)])
    chosen = np.unique(np.concatenate([(ends + first).ravel(), np.arange(full, n), [0, n - 1]]))
    return t[chosen], y[chosen]


def some(indices: Sequence[int] | np.ndarray, count: int) -> np.ndarray:
    """At most so many of these, the first and the last among them, at equal distances."""
    given = np.asarray(indices)
    if len(given) <= count:
        return given
    return np.asarray(given[np.unique(np.linspace(0, len(given) - 1, count).round().astype(int))])
