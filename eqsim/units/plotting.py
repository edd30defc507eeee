"""Quantities on matplotlib axes: the axis is scaled to a readable unit and labelled with it.  Asked for, not automatic.

Scripts that plot bare quantities and then set limits in SI values would change their meaning, so
`label_axes_with_units` has to be called once; matplotlib is imported only then.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError
from eqsim.units.printing import best_unit
from eqsim.units.quantity import Quantity, get_dimensions
from eqsim.units.unit import Unit

__all__ = ["label_axes_with_units"]


def label_axes_with_units() -> None:
    """From now on, axes show quantities in the best unit of the first curve, and its symbol as label.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import matplotlib.pyplot as plt
    >>> from eqsim.units import mV, ms
    >>> label_axes_with_units()
    >>> _ = plt.figure()
    >>> _ = plt.plot([0, 1] * ms, [-70, -50] * mV)
    >>> print(plt.gca().get_ylabel())
    mV
    """
    import matplotlib.units as munits

    class Converter(munits.ConversionInterface):  # type: ignore[misc,unused-ignore]
        """What matplotlib asks about the unit of an axis."""

        @staticmethod
        def convert(value: Any, unit: Any, axis: Any) -> Any:
            """Numbers in the unit of the axis."""
            return in_axis_unit(value, unit)

        @staticmethod
        def axisinfo(unit: Any, axis: Any) -> Any:
            """The label."""
            info: Any = munits.AxisInfo
            return info(label=unit.dispname) if isinstance(unit, Unit) else None

        @staticmethod
        def default_units(x: Any, axis: Any) -> Any:
            """The unit of the first curve."""
            return best_unit(x if isinstance(x, Quantity) else Quantity(x))

    for kind in (Quantity, Unit):
        munits.registry[kind] = Converter()


def in_axis_unit(value: Any, unit: Unit | None) -> Any:
    """Bare numbers in the unit of an axis; plain numbers are taken to be in that unit already.

    Raises
    ------
    DimensionMismatchError
        If the axis shows something else.
    """
    if isinstance(value, list | tuple) and not any(isinstance(v, Quantity) for v in value):
        return value
    if unit is None or not isinstance(value, Quantity | list | tuple):
        return np.asarray(value)
    if get_dimensions(value) is not unit.dim:
        raise DimensionMismatchError("The axis shows another unit", unit.dim, get_dimensions(value))
    return np.asarray(value) / float(unit)
