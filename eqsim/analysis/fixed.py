"""Fixed points: where nothing moves, and how the system behaves around them.

In: a `Model` and where to search.  Out: points with eigenvalues of the symbolic Jacobian, and their type.

Variables that enter their own rate linearly (gates, adaptation) are solved for; the others are searched on a grid.  With one
such variable every change of sign of its rate is bisected; then all starts do Newton steps together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.roots import Box, roots
from eqsim.units import hertz
from eqsim.units.quantity import wrap

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

__all__ = ["FixedPoint", "fixed_points"]


@dataclass(frozen=True, slots=True, eq=False)
class FixedPoint:
    """A state in which all rates are 0.

    Attributes
    ----------
    model : Model
    x : (n,) array
        SI values, in the order of the model's variables.
    eigenvalues : (n,) complex array
        Of the Jacobian, in 1/second; the largest real part first.
    """

    model: Model
    x: np.ndarray
    eigenvalues: np.ndarray

    @property
    def kind(self) -> str:
        """Such as 'stable node', 'unstable focus', 'saddle'."""
        return kind_of(self.eigenvalues)

    @property
    def stable(self) -> bool:
        """Do all small deviations decay?"""
        return bool(np.all(self.eigenvalues.real < 0))

    @property
    def state(self) -> dict[str, Any]:
        """The value of each variable, with its unit."""
        return {n: self.model.quantity(n, v) for n, v in zip(self.model.variables, self.x, strict=True)}

    def __getitem__(self, name: str) -> Any:
        return self.model.quantity(name, self.x[self.model.variables.index(self.model.variable(name))])

    @property
    def frequency(self) -> Any:
        """How fast small deviations turn around the point; 0 Hz if they do not."""
        return wrap(float(np.max(np.abs(self.eigenvalues.imag))) / (2 * np.pi), hertz.dim)

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {_short(value)}" for name, value in self.state.items())
        return f"{self.kind} at {where}"

    __repr__ = __str__


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(wrap(float(f"{float(value):.6g}"), value.dim))


def kind_of(eigenvalues: np.ndarray) -> str:
    """The type of a fixed point by its eigenvalues.

    A focus is one around which the slowest motion turns; of more than two variables, a saddle that turns is a saddle-focus.
    """
    real, imaginary = eigenvalues.real, eigenvalues.imag
    size = float(np.max(np.abs(eigenvalues), initial=0.0))
    turning = np.abs(imaginary) > 1e-9 * size
    if np.any(np.abs(real) <= 1e-9 * size):
        return "centre" if len(real) == 2 and bool(np.all(turning)) else "non-hyperbolic"
    if np.all(real < 0) or np.all(real > 0):
        slowest = int(np.argmin(np.abs(real)))
        return f"{'stable' if real[0] < 0 else 'unstable'} {'focus' if turning[slowest] else 'node'}"
    return "saddle-focus" if np.any(turning) else "saddle"


def fixed_points(model: Model, **ranges: Any) -> tuple[FixedPoint, ...]:
    """All fixed points in a region.

    Parameters
    ----------
    model : Model
    **ranges
        For a variable the lowest and the highest value, with units: ``v=(-80*mV, 0*mV)``.  It is needed for those that do
        not enter their own rate linearly, unless they are voltages (-120 mV to 60 mV) or dimensionless (-2 to 2).

    Returns
    -------
    tuple of FixedPoint
        In ascending order of the first variable.

    Raises
    ------
    UnsupportedEquationsException
        If a range is needed.
    UnknownNameError
        If a parameter has no value.

    Examples
    --------
    >>> from eqsim.analysis import Model
    >>> from eqsim.units import ms
    >>> for point in Model("dx/dt = (x - x**3)/tau : 1", tau=1 * ms).fixed_points():
    ...     print(point)
    stable node at x = -1
    unstable node at x = 0
    stable node at x = 1
    """
    return search(model, model.values(), box_of(model, ranges))


def box_of(model: Model, ranges: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The ranges in SI values."""
    box = {}
    for name, (low, high) in ranges.items():
        a, b = model.number(model.variable(name), low), model.number(name, high)
        box[name] = (min(a, b), max(a, b))
    return box


def point_of(model: Model, x: np.ndarray, values: Mapping[str, float]) -> FixedPoint:
    """The fixed point at these SI values, with its eigenvalues."""
    found = np.linalg.eigvals(model.linearised(x, values)[1])
    frozen = model.replace(**{n: model.quantity(n, v) for n, v in values.items() if n in model.dims})
    return FixedPoint(frozen, x, found[np.argsort(-found.real, kind="stable")])


def search(model: Model, values: Mapping[str, float], box: Box) -> tuple[FixedPoint, ...]:
    """All fixed points in a box (SI)."""
    return tuple(point_of(model, x, values) for x in roots(model, values, box)[0])
