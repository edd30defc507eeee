"""Equations as a dynamical system: what `eqsim.analysis` works on.

In: equations with units and values of their parameters.  Out: the rates of all variables at any point, their symbolic
Jacobian, and the way from quantities to SI numbers and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from eqsim.analysis.steady import Steady, steady_variables
from eqsim.analysis.tape import Tape
from eqsim.analysis.understand import understand
from eqsim.analysis.values import Numbers, Values
from eqsim.errors import Diagnostic, UnsupportedEquationsException
from eqsim.ir.expr import Expr
from eqsim.ir.walk import substitute
from eqsim.model.calculus import simplify
from eqsim.model.derivatives import derivative
from eqsim.model.equations import Equations
from eqsim.objects.frames import user_namespace
from eqsim.units import Quantity, second
from eqsim.units.quantity import wrap

__all__ = ["Model"]


class Model(Values):
    """An autonomous system of differential equations with units.

    Threshold and reset of a neuron are no part of it: it describes the motion between spikes.

    Parameters
    ----------
    equations : str or Equations
    namespace : mapping, optional
        Values of names in the equations.  Names that are not in it are taken from where the model is made.
    drop_noise : bool
        Leave out the terms with ``xi``: what is analysed is the motion without noise.
    **parameters
        Values of parameters; they come before those in the namespace.

    Attributes
    ----------
    equations : Equations
    variables : tuple of str
        The variables with a differential equation, in the user's order.
    dims : dict of str to Dimension
        Of variables and parameters.

    Raises
    ------
    EqsimError
        If the units do not fit, or a name stands for nothing.
    UnsupportedEquationsException
        If the equations depend on time, on the past, or on noise, or have no derivative.

    Examples
    --------
    >>> from eqsim.units import ms, mV
    >>> model = Model("dv/dt = (E - v)/tau : volt", E=-70 * mV, tau=10 * ms)
    >>> print(model.fixed_points()[0])
    stable node at v = -70. mV
    """

    def __init__(
        self,
        equations: str | Equations,
        namespace: Numbers | None = None,
        *,
        drop_noise: bool = False,
        **parameters: Any,
    ) -> None:
        self.equations = Equations(equations) if isinstance(equations, str) else equations
        known = {**dict(namespace or {}), **parameters}
        self._form = understand(self.equations, known, user_namespace(), drop_noise)
        self._values: dict[str, float] = dict(self._form.values)
        self._check_given(parameters)
        self._values |= {name: self.number(name, value) for name, value in known.items() if name in self._form.dims}

    @classmethod
    def _like(cls, other: Model, values: dict[str, float]) -> Model:
        new = cls.__new__(cls)
        new.__dict__.update(other.__dict__)
        new._values = values
        return new

    def replace(self, **parameters: Any) -> Model:
        """The same equations with other values of some parameters.

        Raises
        ------
        UnknownNameError
            If the equations have no such parameter.
        DimensionMismatchError
            If a value has the wrong unit.
        """
        self._check_given(parameters)
        new = {name: self.number(name, value) for name, value in parameters.items()}
        return self._like(self, {**self._values, **new})

    def freeze(self, **state: Any) -> Model:
        """A slice: variables that keep their value.  In the new model they are parameters.

        A curve of fixed points along a frozen slow variable is the first step of a slow-fast analysis.
        """
        values = {self.variable(name): self.number(name, value) for name, value in state.items()}
        left = {n: r for n, r in zip(self.variables, self.rates, strict=True) if n not in values}
        return self._reduced(left, {**self._values, **values})

    def instantaneous(self, *names: str) -> Model:
        """The model in which variables are always at the value at which they would rest, such as ``m = m_inf(v)``.

        Raises
        ------
        UnsupportedEquationsException
            If a variable does not enter its own rate linearly.
        """
        known = {s.name: s.value for s in self.steady}
        for name in names:
            if self.variable(name) not in known:
                message = f"the value at which '{name}' rests cannot be solved for"
                raise UnsupportedEquationsException(Diagnostic("A110", message))
        rates = dict(zip(self.variables, self.rates, strict=True))
        for s in reversed(self.steady):
            if s.name in names:
                rates = {n: simplify(substitute(r, {s.name: s.value})) for n, r in rates.items() if n != s.name}
        return self._reduced(rates, self._values)

    def _reduced(self, rates: Mapping[str, Expr], values: dict[str, float]) -> Model:
        form = self._form
        gone = {n for n in self.variables if n not in rates and n not in values}
        dims = {n: d for n, d in form.dims.items() if n not in gone}
        new = self._like(self, values)
        new._form = replace(form, variables=tuple(rates), rates=tuple(rates.values()), dims=dims, memory={})
        return new

    def __repr__(self) -> str:
        return f"<analysis.Model of {', '.join(self.variables)}>"

    # -- rates and derivatives -------------------------------------------------------------------------------------

    @property
    def rates(self) -> tuple[Expr, ...]:
        """The right-hand sides, as expressions of the IR in terms of variables and parameters (SI)."""
        return self._form.rates

    @property
    def memory(self) -> dict[Any, Any]:
        """What has been worked out from the equations, shared by all models that differ in values only."""
        return self._form.memory

    def tape(self, by: tuple[str, ...] | None = None) -> Tape:
        """Computes the rates (n), then their derivatives by the names (n for each name): by default the variables."""
        by = self.variables if by is None else by
        if by not in self.memory:
            derived = [simplify(derivative(rate, name)) for rate in self.rates for name in by]
            self.memory[by] = Tape([*self.rates, *derived])
        found: Tape = self.memory[by]
        return found

    def field(self, x: np.ndarray, values: Numbers) -> np.ndarray:
        """Rates at points.

        Parameters
        ----------
        x : (n, ...) array
            One row for each variable, SI.
        values : mapping
            SI values of the parameters; arrays must fit the points.

        Returns
        -------
        (n, ...) array, SI (unit of the variable per second).
        """
        tape = self.tape(())
        with np.errstate(all="ignore"):
            found = tape({**values, **dict(zip(self.variables, x, strict=True))})
        return _stacked(found, np.shape(x)[1:])

    def linearised(self, x: np.ndarray, values: Numbers, by: tuple[str, ...] | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Rates at points (n, ...), and their derivatives by some names (n, m, ...); by default by the variables."""
        names = self.variables if by is None else by
        with np.errstate(all="ignore"):
            found = self.tape(names)({**values, **dict(zip(self.variables, x, strict=True))})
        n, shape = len(self.variables), np.shape(x)[1:]
        return _stacked(found[:n], shape), _stacked(found[n:], shape).reshape(n, len(names), *shape)

    def vector_field(self, **state: Any) -> dict[str, Any]:
        """The rate of each variable at one or many points.

        Parameters
        ----------
        **state
            A value for each variable, with units; arrays must fit together.

        Returns
        -------
        dict of str to quantity
            In the unit of the variable per second.
        """
        x = self.point(state)
        rates = self.field(x, self.values())
        return {n: wrap(r, self._form.dims[n] / second.dim) for n, r in zip(self.variables, rates, strict=True)}

    def jacobian(self, **state: Any) -> np.ndarray:
        """The matrix of the derivatives of the rates at a point (n, n), SI: [i, j] is d(dx_i/dt)/dx_j."""
        return self.linearised(self.point(state), self.values())[1]

    # -- reduction -------------------------------------------------------------------------------------------------

    @property
    def steady(self) -> tuple[Steady, ...]:
        """Variables whose value at rest follows from the others, in an order in which they can be computed.

        ``dn/dt = alpha(v)*(1 - n) - beta(v)*n`` gives ``n = alpha/(alpha + beta)``: it need not be searched for.
        """
        if "steady" not in self.memory:
            self.memory["steady"] = steady_variables(self._form)
        found: tuple[Steady, ...] = self.memory["steady"]
        return found

    # -- what can be asked (see the modules that answer) -----------------------------------------------------------

    def fixed_points(self, **ranges: Any) -> Any:
        """See `eqsim.analysis.fixed_points`."""
        from eqsim.analysis.fixed import fixed_points

        return fixed_points(self, **ranges)

    def phase_plane(self, **arguments: Any) -> Any:
        """See `eqsim.analysis.phase_plane`."""
        from eqsim.analysis.plane import phase_plane

        return phase_plane(self, **arguments)

    def trajectory(self, duration: Quantity, **arguments: Any) -> Any:
        """See `eqsim.analysis.trajectory`."""
        from eqsim.analysis.flow import trajectory

        return trajectory(self, duration, **arguments)

    def limit_cycle(self, duration: Quantity, **arguments: Any) -> Any:
        """See `eqsim.analysis.limit_cycle`."""
        from eqsim.analysis.cycles import limit_cycle

        return limit_cycle(self, duration, **arguments)


def _stacked(values: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    """Numbers and arrays as one array; of single points the fast way."""
    if not shape:
        return np.array(values, float)
    result = np.empty((len(values), *shape))
    for row, value in zip(result, values, strict=True):
        row[...] = value
    return result
