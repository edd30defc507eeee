"""Groups: objects with variables that can be read, set, and named in strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.errors import Diagnostic, EqsimError, EquationSyntaxError, Source, did_you_mean, for_object
from eqsim.ir.expr import Expr, Load, Number, Ref
from eqsim.ir.program import State
from eqsim.ir.walk import depends_on
from eqsim.model.translate import Scope, Symbol, Translator, Typed
from eqsim.objects.base import BrianObject
from eqsim.objects.code import ELEMENTS, as_type, check_condition, needs_shared
from eqsim.objects.frames import user_namespace
from eqsim.objects.host import evaluate
from eqsim.objects.part import Context, Contribution
from eqsim.objects.scope import quantity
from eqsim.objects.streams import Streams
from eqsim.objects.subexpressions import SubexpressionUpdater, check_shared, check_unit, held_in_order
from eqsim.objects.times import NAMES, standing
from eqsim.objects.variables import Variable
from eqsim.objects.views import VariableView, wrong_unit
from eqsim.syntax import Tree, parse_expression
from eqsim.units import DIMENSIONLESS, Dimension


class Group(BrianObject):
    """Base of groups of neurons and of synapses.

    Attributes
    ----------
    variables : dict of str to Variable
    namespace : dict
        Values for names in the strings of this group; looked up before those of the run.
    """

    element = "i"
    """The index that runs over the elements."""

    def __init__(self, *, namespace: Mapping[str, Any] | None = None, **base: Any) -> None:
        super().__init__(**base)
        bad = [name for name in namespace or {} if name.startswith("_")]
        if bad:
            raise ValueError(f"names in a namespace must not begin with an underscore: {', '.join(sorted(bad))}")
        self.variables: dict[str, Variable] = {}
        self.memory: dict[str, np.ndarray] = {}
        self.namespace: dict[str, Any] = dict(namespace or {})
        self.made_in: dict[str, Any] = {}

    has_memory = True
    sampled = False
    """Does a kernel that knows nothing of routes read something at the ends of synapses?"""

    # -- what subclasses say ---------------------------------------------------------------------------------------

    def __len__(self) -> int:
        raise NotImplementedError

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """What a name means here, at element ``at``; None if it is no variable of this group."""
        variable = self.variables.get(name)
        if variable is None:
            return None
        if variable.kind == "subexpression":
            return self.meaning(variable, scope)
        if variable.kind == "clock":
            return context.time(self.clock, name)
        if variable.kind == "size":
            return Symbol(Number(f"{self.name}.{name}", "int"), DIMENSIONLESS)
        if variable.kind == "index":
            return Symbol(at, DIMENSIONLESS)
        return Symbol(Load(self.full(name), None if variable.shared else at, variable.type), variable.dim)

    def meaning(self, variable: Variable, scope: Scope) -> Symbol:
        """The right-hand side of a subexpression.

        Raises
        ------
        DimensionMismatchError
            If it is not in the unit that was declared.
        """
        assert variable.tree is not None
        translator = Translator(scope, self.streams(f"subexpression {variable.name}"), lambda: set(self.variables))
        typed = translator(variable.tree)
        check_unit(translator, variable, typed)
        check_shared(translator, variable, typed)
        try:
            translator.finish()
        except EqsimError as error:
            raise for_object(error, self.name) from None
        return Symbol(as_type(typed.expr, variable.type), variable.dim)

    def at_sample(self, e: Expr) -> Expr:
        """An expression for one element, rewritten for kernels in which the number of the element is called ``i``."""
        return e

    def guard(self, variable: Variable, at: Expr, context: Context) -> Expr | None:
        """The condition under which code may write to a variable; None: always."""
        return None

    def identifiers(self) -> set[str]:
        """All names in the strings of this group."""
        return set()

    def numbers(self) -> dict[str, int]:
        """Ints of the program that belong to this group."""
        return {f"{self.name}.N": len(self)}

    def reals(self) -> dict[str, float]:
        """Reals of the program that belong to this group."""
        return {}

    def arrays(self) -> dict[str, np.ndarray]:
        """All memory that expressions on this group can refer to, by the name in the program."""
        return {self.full(name): memory for name, memory in self.memory.items()}

    def hold_subexpressions(self, order: tuple[str, ...]) -> None:
        """Add the part that computes subexpressions which are constant over dt, if there are any."""
        held = held_in_order(self.variables, order)
        if held:
            self.contained_objects.append(SubexpressionUpdater(self, held))

    def check_subexpressions(self, context: Context) -> None:
        """Translate all subexpressions, also those that nothing uses yet."""
        look = self.scope(context)
        for name, variable in self.variables.items():
            if variable.kind == "held":
                self.meaning(variable, look)
            elif variable.kind == "subexpression":
                look(name)

    # -- names in strings ------------------------------------------------------------------------------------------

    def full(self, name: str) -> str:
        """The name of a variable's array in the program."""
        return f"{self.name}.{name}"

    def scope(self, context: Context, at: Expr | None = None, override: Mapping[str, Symbol] | None = None) -> Scope:
        """What names mean in a string of this group.

        ``override`` comes before everything else, e.g. state variables as the integrator wants them.
        """
        at = Ref(self.element, "int") if at is None else at
        around, own, found = context.around(self), override or {}, {}

        def look(name: str) -> Symbol | None:
            if name not in found:
                found[name] = own.get(name) or self.own_symbol(name, at, context, look) or around.lookup(name)
            return found[name]

        return look

    def known_names(self, context: Context) -> set[str]:
        """Names that the user may have meant."""
        return {*self.variables, *context.around(self).names()}

    def streams(self, purpose: str) -> Streams:
        """The random streams of one string."""
        return Streams(self.stream_name, purpose)

    def translate(self, tree: Tree, context: Context, purpose: str, condition: bool = False, **more: Any) -> Typed:
        """The meaning of one string; all its mistakes in one error.  ``condition``: it must be true or false."""
        scope = self.scope(context)
        translator = Translator(scope, self.streams(purpose), lambda: self.known_names(context), **more)
        typed = translator(tree)
        if condition:
            check_condition(translator, tree, typed)
        try:
            translator.finish()
        except EqsimError as error:
            raise for_object(error, self.name) from None
        return typed

    # -- strings evaluated at once ---------------------------------------------------------------------------------

    def host_context(self, level: int = 0) -> Context:
        """The meaning of names in a string that the user's statement evaluates now."""
        return Context(user_namespace(level), standing, early=True)

    def host_state(self, context: Context) -> State:
        """The memory behind such a string."""
        numbers = {e.number: e.value for e in context.externals}
        return State(
            arrays=self.arrays(),
            reals={**self.reals(), **{k: float(v) for k, v in numbers.items()}},
            ints={**self.numbers(), **{k: int(v) for k, v in numbers.items() if isinstance(v, int)}},
        )

    def host_indices(self, elements: np.ndarray) -> dict[str, np.ndarray]:
        """The index arrays for some elements."""
        return {self.element: elements}

    def evaluate(
        self,
        text: str,
        elements: np.ndarray,
        what: str,
        dim: Dimension | None = None,
        context: Context | None = None,
        shared: bool = False,
    ) -> Any:
        """The SI values of a string at some elements, its unit checked against ``dim``.

        ``shared``: the value is one for all, so it may not depend on the element.
        """
        context = context or self.host_context()
        tree = parse_expression(Source(text, f"{what} of {self.describe()}").whole)
        typed = self.translate(tree, context, what)
        if dim is not None and typed.dim is not dim and not typed.is_zero:
            raise wrong_unit(f"{what} of {self.describe()}", f"the string {text!r}", dim, typed.dim or DIMENSIONLESS)
        if shared and depends_on(typed.expr, ELEMENTS):
            message, help = needs_shared(what.removeprefix("value for "))
            raise EquationSyntaxError(Diagnostic("E121", message, tree.source, "", help))
        return evaluate(typed.expr, self.host_state(context), self.host_indices(elements), self.element)

    def describe(self) -> str:
        """How messages call this object."""
        return f"{type(self).__name__} '{self.name}'"

    # -- reading and writing ---------------------------------------------------------------------------------------

    def elements(self, item: Any) -> Any:
        """An index of the user as a slice, an int or an array of element numbers."""
        if isinstance(item, str):
            everything = np.arange(len(self), dtype=np.int64)
            return np.flatnonzero(self.evaluate(item, everything, "index"))
        if isinstance(item, Group):
            return item.as_index(self)
        if isinstance(item, slice | int | np.integer) or item is Ellipsis:
            return slice(None) if item is Ellipsis else item
        array = np.asarray(item)
        if array.dtype.kind == "b":
            if len(array) != len(self):
                raise IndexError(f"{self.describe()} has {len(self)} elements, the mask has {len(array)}")
            return np.flatnonzero(array)
        if array.dtype.kind not in "iu" and array.size:
            raise TypeError(f"indices must be integers, slices, masks or conditions, not {array.dtype}")
        return array.astype(np.int64)

    def as_index(self, other: Group) -> Any:
        """This group as an index into another one (subgroups only)."""
        raise IndexError(f"{self.describe()} is no part of {other.describe()}")

    def _read(self, variable: Variable, item: Any) -> Any:
        if variable.shared and variable.stored:
            return self.memory[variable.name][0] if _everything(item) else self.memory[variable.name][item]
        where = self.elements(item)
        if variable.stored:
            found = self.memory[variable.name][where]
            return found.copy() if isinstance(found, np.ndarray) else found
        return self._computed(variable, where)

    def _computed(self, variable: Variable, where: Any) -> Any:
        """The values of something that is not stored: a subexpression, i, N, t, dt."""
        if variable.kind in ("size", "clock"):
            return {"N": len(self), "t": self.clock.t_, "dt": self.clock.dt_, "t_in_timesteps": self.clock.step}[
                variable.name
            ]
        numbers = np.arange(len(self), dtype=np.int64)[where]
        if variable.kind == "index":
            return numbers
        context = self.host_context()
        symbol = self.scope(context)(variable.name)
        assert symbol is not None
        values = evaluate(symbol.expr, self.host_state(context), self.host_indices(np.atleast_1d(numbers)), self.element)
        return values[0] if np.ndim(numbers) == 0 or variable.shared else values

    def _write(self, variable: Variable, item: Any, value: Any) -> None:
        if not variable.stored:
            raise TypeError(f"{self.name}.{variable.name} is computed from other things and cannot be set")
        memory = self.memory[variable.name]
        if variable.shared:
            memory[:] = self._shared_value(variable, value)
            return
        where = self.elements(item)
        if isinstance(value, str):
            numbers = np.atleast_1d(np.arange(len(self), dtype=np.int64)[where])
            value = self.evaluate(value, numbers, f"value for {variable.name}", variable.dim)
            value = value[0] if isinstance(where, int | np.integer) else value
        memory[where] = value

    def _shared_value(self, variable: Variable, value: Any) -> Any:
        if isinstance(value, str):
            return self.evaluate(value, np.zeros(1, np.int64), f"value for {variable.name}", variable.dim, shared=True)
        if np.size(value) != 1:
            raise TypeError(f"{self.name}.{variable.name} is shared: it takes one value, not {np.size(value)}")
        return value

    # -- attributes ------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        variables = self.__dict__.get("variables", {})
        if name in variables:
            return self.view(variables[name])
        if name.endswith("_") and name[:-1] in variables:
            return self.view(variables[name[:-1]], units=False)
        hint = did_you_mean(name, set(variables)) if not name.startswith("_") else ""
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}'{'; ' + hint if hint else ''}")

    def view(self, variable: Variable, units: bool = True) -> Any:
        """How a variable looks from outside: a live view, or a plain value for N, t and dt."""
        if variable.kind in ("size", "clock"):
            return quantity(self._computed(variable, None), variable.dim if units else DIMENSIONLESS)
        return VariableView(self, variable, units)

    def __setattr__(self, name: str, value: Any) -> None:
        variables = self.__dict__.get("variables", {})
        plain = name[:-1] if name.endswith("_") and name[:-1] in variables else name
        if plain in variables:
            if not (isinstance(value, VariableView) and value.group is self and value.name == plain):
                VariableView(self, variables[plain], units=plain == name)[:] = value
        elif not variables or name.startswith("_") or name in self.__dict__ or hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            hint = did_you_mean(name, set(variables))
            raise AttributeError(
                f"{self.describe()} has no variable '{name}'; {hint or 'for attributes of your own use add_attribute()'}"
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
    ) -> dict[str, Any]:
        """Copies of the values of the variables.

        Parameters
        ----------
        vars : sequence of str, optional
            Which; default all stored ones, and i, N, t, dt.
        units : bool
            With units?
        format : str
            ``'dict'``.
        subexpressions : bool
            Those, too?
        read_only_variables : bool
            Those, too?
        """
        if format != "dict":
            raise ValueError(f"unknown format {format!r}: 'dict' is available")
        if vars is None:
            vars = [
                n
                for n, v in self.variables.items()
                if v.kind != "delay"
                and (subexpressions or not v.is_subexpression)
                and (read_only_variables or not v.read_only)
            ]
        return {n: self._state(self.variables[n], units) for n in vars}

    def _state(self, variable: Variable, units: bool) -> Any:
        values = (
            self._read(variable, slice(None)) if variable.kind not in ("size", "clock") else self._computed(variable, None)
        )
        return quantity(np.array(values), variable.dim) if units else np.array(values)

    def set_states(self, values: Mapping[str, Any], units: bool = True, format: str = "dict") -> None:
        """Set variables from a mapping of names to values."""
        if format != "dict":
            raise ValueError(f"unknown format {format!r}: 'dict' is available")
        for name, value in values.items():
            VariableView(self, self.variables[name], units)[:] = value

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
        for name, memory in self.memory.items():
            variable = self.variables.get(name)
            part.store(self.full(name), memory, variable is not None and variable.shared)
        part.ints.update(self.numbers())
        return part


def _everything(item: Any) -> bool:
    return item is Ellipsis or (isinstance(item, slice) and item == slice(None))


BASIC = tuple(
    Variable(name, dim, kind, role, shared=role != "index", read_only=True)
    for name, dim, kind, role in (("N", DIMENSIONLESS, "int", "size"), ("i", DIMENSIONLESS, "int", "index"))
)


def clock_variables() -> dict[str, Variable]:
    """t, dt and t_in_timesteps, which every group has."""
    from eqsim.units import second

    return {
        name: Variable(
            name,
            DIMENSIONLESS if name == "t_in_timesteps" else second.dim,
            "int" if name == "t_in_timesteps" else "real",
            "clock",
            shared=True,
            read_only=True,
        )
        for name in NAMES
    }
