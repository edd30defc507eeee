"""Groups: objects with variables that can be read, set, and named in strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from eqsim.errors import did_you_mean
from eqsim.log import get_logger
from eqsim.objects.access import Access
from eqsim.objects.clock import EventClock
from eqsim.objects.exchange import format_named
from eqsim.objects.linked import declare_links
from eqsim.objects.linking import LinkedVariable, make_link
from eqsim.objects.part import Contribution
from eqsim.objects.regular import CodeRunner
from eqsim.objects.scope import quantity
from eqsim.objects.variables import Variable
from eqsim.objects.views import VariableView
from eqsim.units import DIMENSIONLESS

logger = get_logger(__name__)


class NoAttribute(AttributeError):
    """There is no attribute of this name.  What was meant is only looked for when somebody reads the message."""

    def __str__(self) -> str:
        owner, name, variables = self.args
        hint = did_you_mean(name, set(variables)) if not name.startswith("_") else ""
        return f"{owner} has no attribute '{name}'{'; ' + hint if hint else ''}"


class Group(Access):
    """Base of groups of neurons and of synapses: their variables are attributes."""

    def __getattr__(self, name: str) -> Any:
        variables = self.__dict__.get("variables", {})
        if name in variables:
            return self.view(variables[name])
        if name.endswith("_") and name[:-1] in variables:
            return self.view(variables[name[:-1]], units=False)
        raise NoAttribute(type(self).__name__, name, frozenset(variables))

    def view(self, variable: Variable, units: bool = True) -> Any:
        """How a variable looks from outside: a live view, or a plain value for N, t and dt."""
        if variable.kind in ("size", "clock"):
            return quantity(self._computed(variable, None), variable.dim if units else DIMENSIONLESS)
        return VariableView(self, variable, units)

    def __setattr__(self, name: str, value: Any) -> None:
        variables = self.__dict__.get("variables", {})
        plain = name[:-1] if name.endswith("_") and name[:-1] in variables else name
        if plain in variables and variables[plain].kind == "linked":
            if not _is_own_view(self, value, plain):
                self.link(variables[plain], value)
        elif plain in variables:
            if isinstance(value, LinkedVariable):
                raise TypeError(f"{self.name}.{plain} cannot be linked: give it the flag (linked) in the equations")
            if not _is_own_view(self, value, plain):
                VariableView(self, variables[plain], units=plain == name)[:] = value
        elif not variables or name.startswith("_") or name in self.__dict__ or hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            hint = did_you_mean(name, set(variables))
            raise AttributeError(
                f"{self.describe()} has no variable '{name}'; {hint or 'for attributes of your own use add_attribute()'}"
            )

    def link(self, variable: Variable, given: Any) -> None:
        """Make a variable with the flag (linked) stand for another one."""
        link = self.links[variable.name] = make_link(self, variable, given)
        self.variables[variable.name] = replace(variable, shared=link.one or link.variable.shared)

    def run_regularly(
        self, code: str, dt: Any = None, clock: Any = None, when: str = "start", order: int = 0, name: str | None = None
    ) -> CodeRunner:
        """Run statements for all elements at each step of a clock.

        Parameters
        ----------
        code : str
            Statements; those for shared variables come first.
        dt, clock, when, order, name
            See `BrianObject`; by default the clock of the group, in slot ``start``.

        Returns
        -------
        runner : CodeRunner
            Part of this group.
        """
        return CodeRunner(self, code, dt=dt, clock=clock, when=when, order=order, name=name)  # type: ignore[arg-type]

    def run_at(self, code: str, times: Any, when: str = "start", order: int = 0, name: str | None = None) -> CodeRunner:
        """Run statements for all elements at listed times.

        Parameters
        ----------
        code : str
            Statements; those for shared variables come first.
        times : array_like of Quantity, second
            See `EventClock`.
        when, order, name
            See `BrianObject`.

        Returns
        -------
        runner : CodeRunner
            Part of this group.

        Examples
        --------
        >>> from eqsim import *
        >>> G = NeuronGroup(3, 'dv/dt = -v/(10*ms) : 1')
        >>> kick = G.run_at('v += i', [10, 12, 50]*ms)
        """
        clock = EventClock(times)
        return CodeRunner(self, code, None, clock, when, order, name, "run_at")  # type: ignore[arg-type]

    def warn_about_attributes(self) -> None:
        """Tell of variables that cannot be read as attributes, as the object has other attributes of these names."""
        for name, variable in self.variables.items():
            if variable.is_declared and (hasattr(type(self), name) or name in self.__dict__):
                logger.warning(
                    f"{self.describe()}: its variable '{name}' has the name of another attribute, so .{name} does not read "
                    f"the variable; use get_states(['{name}']), or another name",
                    name_suffix="hidden_variable",
                    once=True,
                )

    def add_attribute(self, name: str) -> None:
        """Allow an attribute of the user's own."""
        self.__dict__[name] = None

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.variables})

    def get_states(
        self,
        vars: Any = None,
        units: bool = True,
        format: str = "dict",
        subexpressions: bool = False,
        read_only_variables: bool = True,
        level: int = 0,
    ) -> Any:
        """Copies of the values of the variables.

        Parameters
        ----------
        vars : sequence of str, optional
            Which; default all stored ones, and i, N, t, dt.
        units : bool
            With units?
        format : str
            ``'dict'``, ``'pandas'`` (a DataFrame), ``'xarray'`` (a Dataset), or one that was registered, see `ImportExport`.
        subexpressions : bool
            Those, too?
        read_only_variables : bool
            Those, too?

        Raises
        ------
        NotImplementedError, ImportError
            If there is no such format, or the package that it needs is not installed.
        KeyError
            If there is no such variable.
        """
        method = format_named(format)
        if vars is None:
            vars = [
                n
                for n, v in self.variables.items()
                if v.kind != "delay"
                and (subexpressions or not v.is_subexpression)
                and (read_only_variables or not v.read_only)
            ]
        for name in [vars] if isinstance(vars, str) else vars:
            if name not in self.variables:
                hint = did_you_mean(name, set(self.variables))
                raise KeyError(f"{self.describe()} has no variable '{name}'{'; ' + hint if hint else ''}")
        return method.export_data(self, [vars] if isinstance(vars, str) else list(vars), units=units)

    def set_states(self, values: Any, units: bool = True, format: str = "dict", level: int = 0) -> None:
        """Set variables from what `get_states` gives (with ``read_only_variables=False``).

        Parameters
        ----------
        values : dict, DataFrame, Dataset, ...
        units : bool
            Are there units?
        format : str
            See `get_states`.
        """
        format_named(format).import_data(self, values, units=units)

    # -- for store and restore -------------------------------------------------------------------------------------

    def check_memory(self, values: Mapping[str, Any], size: int | None = None) -> None:
        """ValueError if these values are those of a group with other variables, or of another size."""
        size = len(self) if size is None else size
        if set(values) != set(self.memory):
            other = ", ".join(sorted(set(values) ^ set(self.memory)))
            raise ValueError(f"the stored state of {self.describe()} has other variables: {other}")
        for name, value in values.items():
            if len(value) != (1 if self.variables[name].shared else size):
                raise ValueError(f"the stored state of {self.describe()} has {len(value)} values of '{name}', not {size}")

    # -- in notebooks ----------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        from eqsim.objects.notebook import group_html

        return group_html(self)

    def _repr_latex_(self) -> str:
        from eqsim.objects.notebook import group_latex

        return group_latex(self)

    # -- for the program -------------------------------------------------------------------------------------------

    def contribute(self) -> Contribution:
        """The arrays and sizes of this group."""
        part = Contribution()
        self.declare_memory(part)
        declare_links(self, part)
        for name, copy in self.copies.items():
            part.store(name, copy)
        return part


def _is_own_view(group: Group, value: Any, name: str) -> bool:
    """Is it what ``G.x += 1`` assigns to ``G.x`` at its end?"""
    return isinstance(value, VariableView) and value.group is group and value.name == name
