"""PoissonInput: many Poisson spike trains that arrive at each neuron, as one number per step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from eqsim.errors import DimensionMismatchError, EqsimError, Source, did_you_mean, for_object
from eqsim.ir.expr import Cast, Const, Draw, Expr, Load, Number, Ref, Select, as_real, lt
from eqsim.ir.program import Kernel
from eqsim.ir.stmt import Add, Let, Stmt, When
from eqsim.model.arithmetic import number
from eqsim.model.translate import Translator
from eqsim.objects.alias import AliasTable, binomial_table
from eqsim.objects.base import BrianObject
from eqsim.objects.check import checking_context, remember
from eqsim.objects.code import in_unit, wrong_unit
from eqsim.objects.frames import user_namespace
from eqsim.objects.part import Context, Contribution
from eqsim.objects.streams import Streams
from eqsim.syntax import Tree, parse_expression
from eqsim.units import DIMENSIONLESS, Dimension, Quantity, get_dimensions, hertz, unit_name


class PoissonInput(BrianObject):
    """``N`` independent Poisson inputs to each neuron of a group: ``target_var += weight*(spikes of this step)``.

    The number of spikes is binomial, ``N`` trials of probability ``rate*dt``, drawn for each neuron and step.  There are no
    synapses and no spikes to record, so it costs the same for any ``N``.  A rate that is a quantity is cheaper than a
    string, as the law is then put into a table, see `alias`.

    Parameters
    ----------
    target : NeuronGroup or Subgroup
    target_var : str
        The variable that the inputs add to; one that is `unless refractory` is left alone while its neuron is refractory.
    N : int
        Inputs to each neuron.
    rate : Quantity, hertz, or str
        Of each input; a string is evaluated in each step for each neuron, and may use t, variables of the target, and names
        of the script.  ``rate*dt`` is taken as 0 below 0 and as 1 above 1.
    weight : Quantity or str
        What each spike adds, in the unit of the variable; a string is evaluated in each step for each neuron.
    when, order, name
        See `BrianObject`; after the synapses by default.

    Raises
    ------
    KeyError
        If the target has no such variable.
    DimensionMismatchError
        If the rate is not in hertz, or the weight not in the unit of the variable.
    TypeError, ValueError
        If N is no whole number, or something is negative; when a run begins, also if ``rate*dt`` is above 1.

    Examples
    --------
    >>> from eqsim import *
    >>> G = NeuronGroup(10, 'dv/dt = -v/(10*ms) : volt')
    >>> P = PoissonInput(G, 'v', N=1000, rate='5*Hz*(1 + sin(2*pi*8*Hz*t))', weight=0.1*mV)
    """

    KEPT = ("_N", "_rate", "_weight")

    def __init__(
        self,
        target: Any,
        target_var: str,
        N: int,
        rate: Any,
        weight: Any,
        when: str = "synapses",
        order: int = 0,
        name: str = "poissoninput*",
    ) -> None:
        if not hasattr(getattr(target, "base", None), "rings"):
            raise TypeError(f"the target of a PoissonInput must be a group of neurons, not {type(target).__name__}")
        super().__init__(clock=target.clock, when=when, order=order, name=name)
        self.target, self.target_var = target, target_var
        self._variable = _variable(target, target_var)
        self._namespace: dict[str, Any] = {}
        self._N = _whole(N, self.describe())
        self._rate, self._rate_tree = self._given(rate, "rate", hertz.dim)
        self._made: tuple[tuple[int, float], AliasTable | None] | None = None
        self._weight, self._weight_tree = self._given(weight, "weight", self._variable.dim)
        if self._rate_tree is None and self._rate < 0:
            raise ValueError(f"{self.describe()}: the rate cannot be negative")
        self._check_strings(user_namespace())

    def describe(self) -> str:
        """How messages call this object."""
        return f"PoissonInput '{self.name}'"

    def _given(self, value: Any, what: str, dim: Dimension) -> tuple[Any, Tree | None]:
        """A value in SI, or the text and its tree."""
        if isinstance(value, str):
            return value, parse_expression(Source(value, f"{what} of {self.describe()}").whole)
        given = get_dimensions(value)
        if given is not dim and not (given is DIMENSIONLESS and np.all(np.asarray(value) == 0)):
            raise wrong_unit(f"{what} of {self.describe()}", "the value that was given", dim, given)
        if np.size(value) != 1:
            raise TypeError(
                f"{self.describe()}: {what} is one value or a string; for values of each neuron make them a variable of the "
                f"target, and give its name: {what}='...'"
            )
        return float(np.asarray(value).reshape(-1)[0]), None

    def _check_strings(self, namespace: Mapping[str, Any]) -> None:
        trees = [tree for tree in (self._rate_tree, self._weight_tree) if tree is not None]
        remember(self.target.base, namespace, {name for tree in trees for name in tree.identifiers()})
        self.parts(checking_context(namespace))

    # -- attributes ------------------------------------------------------------------------------------------------

    @property
    def N(self) -> int:
        """Inputs to each neuron."""
        return self._N

    @property
    def rate(self) -> Any:
        """Rate of each input (Quantity, hertz), or the string."""
        return self._rate if self._rate_tree is not None else Quantity(self._rate, dim=hertz.dim)

    @property
    def weight(self) -> Any:
        """What each spike adds, or the string."""
        return self._weight if self._weight_tree is not None else Quantity(self._weight, dim=self._variable.dim)

    @property
    def dependencies(self) -> tuple[BrianObject, ...]:
        return (self.target.base,)

    def before_run(self) -> None:
        if self._rate_tree is None and self._rate * self.clock.dt_ > 1:
            raise ValueError(
                f"{self.describe()}: rate*dt is {self._rate * self.clock.dt_:g}, a probability cannot be above 1; make dt "
                "smaller, or N larger and the rate smaller"
            )

    # -- for the program -------------------------------------------------------------------------------------------

    def parts(self, context: Context) -> Contribution:
        """The numbers, and the kernel that draws and adds."""
        part = Contribution()
        domain = self.target.every(part)
        part.ints[f"{self.name}.N"] = self._N
        if (table := self._table()) is not None:
            part.store(f"{self.name}.chance", table.chance)
            part.store(f"{self.name}.other", table.other)
            part.ints |= {f"{self.name}.low": table.low, f"{self.name}.sides": table.sides}
        for what, value, tree in (("rate", self._rate, self._rate_tree), ("weight", self._weight, self._weight_tree)):
            if tree is None:
                part.reals[f"{self.name}.{what}"] = value
        if not context.values_only:
            body = self._body(context.on(self.clock, self.when))
            part.kernels.append(Kernel(self.name, domain, body, context.clock(self.clock), self.when, self.order))
        return part

    def _body(self, context: Context) -> tuple[Stmt, ...]:
        i, base = Ref("i", "int"), self.target.base
        lets, count = self._count(context)
        weight = self._value("weight", self._weight_tree, self._variable.dim, context)
        add = Add(base.full(self.target_var), i, as_real(weight) * count)
        guard = base.guard(self._variable, i, context)
        return (*lets, add) if guard is None else (*lets, When(guard, (add,)))

    def _table(self) -> AliasTable | None:
        """The law of the counts, if it stays the same and is not too wide.  A single input needs none."""
        if self._rate_tree is not None or self._N == 1:
            return None
        law = (self._N, min(self._rate * self.clock.dt_, 1.0))
        if self._made is None or self._made[0] != law:
            self._made = law, binomial_table(*law)
        return self._made[1]

    def structure(self) -> Any:
        return self._N == 1, self._table() is not None

    def _count(self, context: Context) -> tuple[tuple[Let, ...], Expr]:
        """How many inputs arrive; and what is computed before."""
        stream = Streams(self.stream_name, "spikes")()
        if self._table() is None:
            rate = self._value("rate", self._rate_tree, hertz.dim, context)
            chance = as_real(rate) * context.time(self.clock, "dt").expr
            if self._N == 1:
                return (), Select(lt(Draw("uniform", stream), chance), Const(1.0), Const(0.0))
            trials = as_real(Number(f"{self.name}.N", "int"))
            return (), as_real(Draw("binomial", stream, (trials, chance)))
        sides, low = Number(f"{self.name}.sides", "int"), Number(f"{self.name}.low", "int")
        point, column = Ref("point"), Ref("column", "int")
        lets = (Let("point", Draw("uniform", stream) * as_real(sides)), Let("column", Cast("int", point)))
        own = lt(point - as_real(column), Load(f"{self.name}.chance", column))
        return lets, Select(own, as_real(low + column), Load(f"{self.name}.other", column))

    def _value(self, what: str, tree: Tree | None, dim: Dimension, context: Context) -> Expr:
        """A number of the program, or the meaning of the string."""
        if tree is None:
            return Number(f"{self.name}.{what}")
        target = self.target
        translator = Translator(
            target.scope(context),
            Streams(self.stream_name, what),
            lambda: target.known_names(context),
            conditions_count=True,
        )
        typed = translator(tree)
        try:
            translator.finish()
        except EqsimError as error:
            raise for_object(error, self.name) from None
        if typed.dim is not None and typed.dim is not dim and not typed.is_zero:
            message = f"{what} of {self.describe()} must be {in_unit(dim)}, but '{tree.text}' is in {unit_name(typed.dim)}"
            raise DimensionMismatchError(message, dim, typed.dim)
        return as_real(number(typed.expr))

    def __repr__(self) -> str:
        return f"<PoissonInput '{self.name}': {self._N} inputs to '{self.target_var}' of '{self.target.name}'>"


def _variable(target: Any, name: str) -> Any:
    variable = target.base.variables.get(name)
    if variable is None:
        hint = did_you_mean(name, set(target.base.variables))
        raise KeyError(f"{target.describe()} has no variable '{name}'{'; ' + hint if hint else ''}")
    if variable.shared or variable.type != "real" or not variable.stored:
        raise TypeError(
            f"'{name}' of {target.describe()} cannot get inputs: it is no number that each neuron has of its own"
        )
    return variable


def _whole(N: Any, owner: str) -> int:
    if isinstance(N, bool) or not isinstance(N, int | float | np.number) or N != int(N):
        raise TypeError(f"{owner}: N must be a whole number, not {N!r}")
    if N < 0:
        raise ValueError(f"{owner}: N cannot be negative")
    return int(N)
