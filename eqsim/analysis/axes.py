"""Axes with units: numbers in the unit in which they are easiest to read, and labels that say which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eqsim.units import DIMENSIONLESS, Dimension, Quantity
from eqsim.units.printing import best_unit

STYLES: dict[str, dict[str, Any]] = {
    "stable node": {"marker": "o", "color": "C0"},
    "stable focus": {"marker": "D", "color": "C0"},
    "unstable node": {"marker": "o", "color": "C3", "markerfacecolor": "white"},
    "unstable focus": {"marker": "D", "color": "C3", "markerfacecolor": "white"},
    "saddle": {"marker": "X", "color": "C1"},
    "saddle-focus": {"marker": "P", "color": "C1"},
    "centre": {"marker": "s", "color": "C7"},
    "non-hyperbolic": {"marker": "*", "color": "C7"},
}
"""How the types of fixed points are drawn: filled if stable."""


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
        unit = best_unit(Quantity(float(np.max(known, initial=0.0)), dim=dim))
        return cls(name, float(unit), str(unit))

    def __call__(self, si: Any) -> np.ndarray:
        return np.asarray(si, float) / self.unit

    @property
    def label(self) -> str:
        """``v (mV)``; the plain name without dimension."""
        return f"{self.name} ({self.symbol})" if self.symbol else self.name


def axes(ax: Any = None) -> Any:
    """The axes to draw on: these, or those of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6, 4.2), layout="constrained")[1]
