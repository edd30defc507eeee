"""Names and values of a dynamical system: from quantities to SI numbers and back.

In: names and quantities of the user.  Out: floats and arrays in SI units, or an error that says what would fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from eqsim.analysis.understand import Understood
from eqsim.errors import Diagnostic, DimensionMismatchError, UnknownNameError, did_you_mean
from eqsim.units import Dimension, get_dimensions, unit_name
from eqsim.units.quantity import wrap

Numbers = Mapping[str, Any]


class Values:
    """Base of `Model`: what it knows of its variables and parameters."""

    _form: Understood
    _values: dict[str, float]

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables with a differential equation, in the user's order."""
        return self._form.variables

    @property
    def dims(self) -> dict[str, Dimension]:
        """The dimension of each variable and parameter."""
        return dict(self._form.dims)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the parameters; None where none has been given."""
        names = [name for name in self._form.dims if name not in self.variables]
        return {n: wrap(self._values[n], self._form.dims[n]) if n in self._values else None for n in sorted(names)}

    def number(self, name: str, value: Any) -> Any:
        """The SI value of a quantity that is to be a value of this variable or parameter; arrays stay arrays.

        Raises
        ------
        DimensionMismatchError
            If it has another unit; 0 and infinity fit everywhere.
        """
        plain = np.asarray(value, float)
        wanted, given = self._form.dims[name], get_dimensions(value)
        if given is not wanted and not np.all((plain == 0) | np.isinf(plain)):
            message = f"'{name}' is in {unit_name(wanted)}, but the value given for it is in {unit_name(given)}"
            raise DimensionMismatchError(Diagnostic("A105", message), wanted, given)
        return plain if plain.ndim else float(plain)

    def quantity(self, name: str, value: Any) -> Any:
        """An SI value of a variable or parameter with its unit."""
        return wrap(value, self._form.dims[name])

    def parameter(self, name: str) -> str:
        """The name, if there is such a parameter.

        Raises
        ------
        UnknownNameError
            If not; it suggests the nearest one.
        """
        if name in self.variables:
            message = f"'{name}' is a variable of these equations, not a parameter"
            raise UnknownNameError(Diagnostic("A106", message))
        if name not in self._form.dims:
            known = set(self._form.dims) - set(self.variables)
            hint = did_you_mean(name, known) or f"the parameters are {', '.join(sorted(known))}"
            raise UnknownNameError(Diagnostic("A106", f"the equations have no parameter '{name}'", help=hint))
        return name

    def variable(self, name: str) -> str:
        """The name, if there is such a variable.

        Raises
        ------
        UnknownNameError
            If not; it suggests the nearest one.
        """
        if name not in self.variables:
            hint = did_you_mean(name, self.variables) or f"the variables are {', '.join(self.variables)}"
            raise UnknownNameError(Diagnostic("A107", f"the equations have no variable '{name}'", help=hint))
        return name

    def _check_given(self, parameters: Iterable[str]) -> None:
        for name in parameters:
            self.parameter(name)

    def values(self, free: Iterable[str] = ()) -> dict[str, float]:
        """The SI values of all parameters but the free ones.

        Raises
        ------
        UnknownNameError
            If one has no value.
        """
        free = set(free)
        missing = sorted(set(self._form.dims) - set(self.variables) - set(self._values) - free)
        if missing:
            first = missing[0]
            message = f"the parameter '{first}' has no value"
            mend = f"give it with the model: Model(equations, {first}=...)"
            raise UnknownNameError(Diagnostic("A108", message, self._form.places.get(first), "", mend))
        return {name: value for name, value in self._values.items() if name not in free}

    def point(self, state: Numbers) -> np.ndarray:
        """SI values (n, ...) of a state that has a value for each variable.

        Raises
        ------
        UnknownNameError
            If a variable is missing, or one is given that does not exist.
        """
        for name in state:
            self.variable(name)
        for name in self.variables:
            if name not in state:
                raise UnknownNameError(Diagnostic("A109", f"a value of the variable '{name}' is needed, too"))
        return np.stack(np.broadcast_arrays(*[self.number(name, state[name]) for name in self.variables])).astype(float)
