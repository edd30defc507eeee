"""Axes with units: numbers in the unit in which they are easiest to read, and labels that say which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.units import DIMENSIONLESS, Dimension, Quantity, Unit, hertz
from eqsim.units.choices import scaled_units
from eqsim.units.printing import best_unit

STYLES: dict[str, dict[str, Any]] = {
    "stable node": {"marker": "o", "color": "C0"},
    "stable focus": {"marker": "D", "color": "C0"},
    "unstable node": {"marker": "o", "color": "C3", "markerfacecolor": "none"},
    "unstable focus": {"marker": "D", "color": "C3", "markerfacecolor": "none"},
    "saddle": {"marker": "X", "color": "C1"},
    "saddle-focus": {"marker": "P", "color": "C1"},
    "centre": {"marker": "s", "color": "C7"},
    "non-hyperbolic": {"marker": "*", "color": "C7"},
}
"""How the types of fixed points are drawn: filled if stable, else open."""


def marker(ax: Any, kind: str) -> dict[str, Any]:
    """How a type of fixed point is drawn; open markers hide the lines below them."""
    style = STYLES[kind]
    return {**style, "markerfacecolor": ax.get_facecolor()} if "markerfacecolor" in style else style


def ink(ax: Any) -> Any:
    """The colour of text in a picture: what is black on white paper and white on black."""
    return ax.xaxis.label.get_color()


@dataclass(frozen=True, slots=True)
class Scale:
    """The unit of one axis.  ``scale(si)`` gives what is drawn."""

    name: str
    unit: float
    symbol: str

    @classmethod
    def of(cls, name: str, dim: Dimension, values: Any) -> Scale:
        """The best unit for these SI values."""
        if dim is DIMENSIONLESS:
            return cls(name, 1.0, "")
        known = np.abs(np.asarray(values, float))
        known = known[np.isfinite(known)]
        unit = axis_unit(dim, float(np.max(known, initial=0.0)))
        return cls(name, float(unit), str(unit))

    def __call__(self, si: Any) -> np.ndarray:
        return np.asarray(si, float) / self.unit

    @property
    def label(self) -> str:
        """``v (mV)``; the plain name without dimension."""
        return f"{self.name} ({self.symbol})" if self.symbol else self.name


def axis_unit(dim: Dimension, largest: float) -> Unit:
    """The unit of an axis: the largest number is between 0.95 and 950; rates up to 10 kHz are in Hz, as is usual.

    Examples
    --------
    >>> from eqsim.units import amp, hertz, second
    >>> axis_unit(second.dim, 0.4), axis_unit(amp.dim, 4e-10), axis_unit(hertz.dim, 1500)
    (msecond, pamp, hertz)
    """
    if dim is hertz.dim and 0.1 <= largest < 1e4:
        return hertz
    named = [unit for unit in scaled_units(dim) if unit.scale % 3 == 0]
    fitting = [unit for unit in named if 0.95 * float(unit) <= largest < 950 * float(unit)]
    return fitting[0] if fitting else best_unit(Quantity(largest, dim=dim))


def axes(ax: Any = None) -> Any:
    """The axes to draw on: these, or those of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6, 4.2), layout="constrained")[1]
