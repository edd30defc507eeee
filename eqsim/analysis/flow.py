"""Trajectories: how a state moves, with a tolerance and without a group.

In: a `Model`, a duration, a start.  Out: values over time.  Integrated by LSODA (Petzold 1983, SIAM J. Sci. Stat. Comput. 4,
136-148), which changes between methods for stiff and other equations, with the symbolic Jacobian.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eqsim.analysis.axes import Scale, axes
from eqsim.errors import Diagnostic, DimensionMismatchError, IntegrationError
from eqsim.units import Quantity, get_dimensions, second, unit_name
from eqsim.units.quantity import wrap

if TYPE_CHECKING:
    from eqsim.analysis.model import Model

__all__ = ["Trajectory", "trajectory"]

RELATIVE = 1e-9
"""Tolerance of a step; the absolute one is this part of the largest value of a variable."""


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Values over time.

    Attributes
    ----------
    model : Model
    t_s : (k,) array
        Times in second.
    x : (n, k) array
        SI values of the variables.
    """

    model: Model
    t_s: np.ndarray
    x: np.ndarray

    @property
    def t(self) -> Quantity:
        """The times."""
        found: Quantity = wrap(self.t_s, second.dim)
        return found

    def __getitem__(self, name: str) -> Any:
        return self.model.quantity(name, self.x[self.model.variables.index(self.model.variable(name))])

    def plot(self, *names: str, ax: Any = None) -> Any:
        """Draw variables over time, all by default; in units that fit the first one."""
        ax = axes(ax)
        names = names or self.model.variables
        time = Scale.of("t", second.dim, self.t_s)
        for name in names:
            row = self.x[self.model.variables.index(self.model.variable(name))]
            scale = Scale.of(name, self.model.dims[name], row)
            ax.plot(time(self.t_s), scale(row), label=scale.label)
        ax.set_xlabel(time.label)
        if len(names) == 1:
            ax.set_ylabel(scale.label)
        else:
            ax.legend()
        return ax


def seconds(value: Any, what: str) -> float:
    """A time in second.

    Raises
    ------
    DimensionMismatchError
        If it is no time.
    """
    if get_dimensions(value) is not second.dim:
        message = f"{what} is a time, but it is in {unit_name(get_dimensions(value))}"
        raise DimensionMismatchError(Diagnostic("A112", message), get_dimensions(value), second.dim)
    return float(value)


def trajectory(model: Model, duration: Quantity, *, points: int = 2000, **start: Any) -> Trajectory:
    """Follow a state for some time; a negative duration goes back in time.

    Parameters
    ----------
    model : Model
    duration : quantity
        How long, a time.
    points : int
        How many times are kept.
    **start
        A value for each variable, with units.

    Raises
    ------
    DimensionMismatchError
        If a unit is wrong.
    IntegrationError
        If the tolerance cannot be met, as where a value goes to infinity.

    Examples
    --------
    >>> from eqsim.analysis import Model, trajectory
    >>> from eqsim.units import ms
    >>> path = trajectory(Model("dx/dt = -x/tau : 1", tau=10 * ms), 10 * ms, x=1)
    >>> print(f"{path['x'][-1]:.6f}")
    0.367879
    """
    end = seconds(duration, "the duration")
    times = np.linspace(0.0, end, points)
    return Trajectory(model, times, follow(model, model.values(), model.point(start), times))


def follow(model: Model, values: Mapping[str, float], start: np.ndarray, times: np.ndarray) -> np.ndarray:
    """SI values (n, k) at these times, from the first on."""
    from scipy.integrate import solve_ivp  # type: ignore[import-untyped]

    size = np.maximum(np.abs(start), 1e-3 * np.max(np.abs(start), initial=0.0))
    found = solve_ivp(
        lambda t, x: model.field(x, values),
        (times[0], times[-1]),
        start,
        method="LSODA",
        t_eval=times,
        rtol=RELATIVE,
        atol=RELATIVE * np.where(size > 0, size, 1e-3),
        jac=lambda t, x: model.linearised(x, values)[1],
    )
    if not found.success or found.y.shape[1] < len(times) or not np.all(np.isfinite(found.y)):
        last = wrap(float(found.t[-1]) if len(found.t) else 0.0, second.dim)
        raise IntegrationError(Diagnostic("A113", f"the trajectory cannot be followed beyond t = {last}"))
    return np.asarray(found.y)
