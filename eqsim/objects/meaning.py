"""What the strings of a group mean: names, units, and values of strings that are evaluated at once.

`Meaning` is the first of three layers of a group: `Meaning` (strings), `Access` (reading and writing), `Group`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.errors import Diagnostic, EqsimError, EquationSyntaxError, Source, for_object
from eqsim.ir.expr import Expr, Load, Number, Ref
from eqsim.ir.program import State
from eqsim.ir.walk import depends_on
from eqsim.model.translate import Scope, Symbol, Translator, Typed
from eqsim.objects.base import BrianObject
from eqsim.objects.code import ELEMENTS, as_type, check_condition, needs_shared, wrong_unit
from eqsim.objects.frames import user_namespace
from eqsim.objects.host import Formula
from eqsim.objects.linked import Link, check_links, linked_symbol, reached
from eqsim.objects.part import Context, Contribution
from eqsim.objects.streams import Streams
from eqsim.objects.subexpressions import SubexpressionUpdater, check_draws, check_shared, check_unit, held_in_order
from eqsim.objects.times import standing
from eqsim.objects.variables import Variable
from eqsim.syntax import Tree, parse_expression
from eqsim.units import DIMENSIONLESS, Dimension


class Meaning(BrianObject):
    """Gives the strings of a group their meaning.

    Attributes
    ----------
    variables : dict of str to Variable
    memory : dict of str to array
        The values of stored variables: (N,), or (1,) for shared ones; SI.
    links : dict of str to Link
        What its linked variables stand for.
    copies : dict of str to array
        Memory for values from before a step, by their names in the program.
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
        self.links: dict[str, Link] = {}
        self.resolving: set[str] = set()
        self.copies: dict[str, np.ndarray] = {}

    has_memory = True
    needs_dt = True
    sampled = False
    """Does a kernel that knows nothing of routes read something at the ends of synapses?"""

    # -- what subclasses say ---------------------------------------------------------------------------------------

    @abstractmethod
    def __len__(self) -> int:
        """How many elements there are."""

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """What a name means here, at element ``at``; None if it is no variable of this group."""
        variable = self.variables.get(name)
        if variable is None:
            return None
        if variable.kind == "subexpression":
            return self.meaning(variable, scope)
        if variable.kind == "linked":
            return linked_symbol(self, variable, at, context, scope)
        if variable.kind == "clock":
            return context.time(self.clock, name)
        if variable.kind == "size":
            return Symbol(Number(f"{self.name}.{name}", "int"), DIMENSIONLESS)
        if variable.kind == "index":
            return Symbol(at, DIMENSIONLESS)
        return Symbol(Load(self.full(name), None if variable.shared else at, variable.type), variable.dim)

    def called(self, symbol: Symbol, name: str, context: Context, at: Expr | None = None) -> Symbol:
        """The symbol of a variable, which may be called with a time of the past by some groups."""
        return symbol

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

    def stored_variable(self, variable: Variable) -> Variable:
        """Give memory to a variable that was computed from others, as somebody sets it."""
        raise TypeError(f"{self.name}.{variable.name} is computed from other things and cannot be set")

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

    def declare(self, part: Contribution) -> None:
        """What a kernel needs that visits this group: its sizes, and arrays that tell which elements it has."""
        part.ints.update(self.numbers())

    def arrays(self) -> dict[str, np.ndarray]:
        """All memory that expressions on this group can refer to, by the name in the program."""
        links = {name: index for link in self.links.values() for name, index in link.arrays().items()}
        return {self.full(name): memory for name, memory in self.memory.items()} | links

    def declare_memory(self, part: Contribution) -> None:
        """All that a program needs to read the variables of this group."""
        self.declare(part)
        part.reals.update(self.reals())
        for name, memory in self.memory.items():
            variable = self.variables.get(name)
            part.store(self.full(name), memory, variable is not None and variable.shared)

    def structure(self) -> Any:
        return tuple(link.signature for link in self.links.values())

    def before_run(self) -> None:
        check_links(self)

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
                check_draws(variable, look(name))

    # -- names in strings ------------------------------------------------------------------------------------------

    def full(self, name: str) -> str:
        """The name of a variable's array in the program."""
        return f"{self.name}.{name}"

    def scope(self, context: Context, at: Expr | None = None, override: Mapping[str, Symbol] | None = None) -> Scope:
        """What names mean in a string of this group.

        ``override`` comes before everything else, e.g. state variables as the integrator wants them.
        """
        at, context = Ref(self.element, "int") if at is None else at, context.read_by(self)
        around, own, found = context.around(self), override or {}, {}

        def look(name: str) -> Symbol | None:
            if name not in found:
                found[name] = own.get(name) or self.own_symbol(name, at, context, look) or around.lookup(name)
                if name in self.variables and self.variables[name].is_declared:
                    around.warn_if_hidden(name)
                elif name in self.variables and self.variables[name].kind == "size":
                    around.warn_if_hidden(name, len(self))
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
        state = State()
        for group in reached(self):
            state.arrays.update(group.arrays())
            state.reals.update(group.reals())
            state.ints.update(group.numbers())
        state.arrays.update(context.arrays)
        for e in context.externals:
            state.reals[e.number] = float(e.value)
            if isinstance(e.value, int):
                state.ints[e.number] = e.value
        return state

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
        condition: bool = False,
    ) -> Any:
        """The SI values of a string at some elements; see `formula`."""
        return self.formula(text, what, dim, context, shared, condition).at(self.host_indices(elements))

    def formula(
        self,
        text: str,
        what: str,
        dim: Dimension | None = None,
        context: Context | None = None,
        shared: bool = False,
        condition: bool = False,
    ) -> Formula:
        """What a string means that is evaluated now, its unit checked against ``dim``.

        ``shared``: the value is one for all, so it may not depend on the element.  ``condition``: it is true or false.
        """
        context = context or self.host_context()
        tree = parse_expression(Source(text, f"{what} of {self.describe()}").whole)
        typed = self.translate(tree, context, what, condition)
        if dim is not None and typed.dim is not dim and not typed.is_zero:
            raise wrong_unit(f"{what} of {self.describe()}", f"the string {text!r}", dim, typed.dim or DIMENSIONLESS)
        if shared and depends_on(typed.expr, ELEMENTS):
            message, help = needs_shared(what.removeprefix("value for "))
            raise EquationSyntaxError(Diagnostic("E121", message, tree.source, "", help))
        return Formula.now(typed.expr, self.element, self.host_state(context))

    def describe(self) -> str:
        """How messages call this object."""
        return f"{type(self).__name__} '{self.name}'"
