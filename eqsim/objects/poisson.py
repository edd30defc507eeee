"""PoissonGroup: spikes that come at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from eqsim.errors import Diagnostic, DimensionMismatchError, EqsimError, Source, for_object
from eqsim.ir.aligned import full
from eqsim.ir.domain import Where
from eqsim.ir.expr import Draw, Expr, Load, Op, Ref, as_real
from eqsim.ir.program import Kernel
from eqsim.model.arithmetic import number
from eqsim.model.translate import Scope, Symbol
from eqsim.objects.check import check_strings
from eqsim.objects.events import EventRing
from eqsim.objects.frames import user_namespace
from eqsim.objects.part import Context, Contribution
from eqsim.objects.source import SpikeSource
from eqsim.objects.variables import BASIC, Variable, clock_variables
from eqsim.objects.views import VariableView
from eqsim.syntax import parse_expression
from eqsim.units import get_dimensions, hertz, unit_name


class PoissonGroup(SpikeSource):
    """Neurons that spike with a probability of ``rates*dt`` in each step, independent of each other and of the past.

    Parameters
    ----------
    N : int
        Number of neurons.
    rates : Quantity or str
        Rate in hertz, one for all or (N,), which can be set again between runs; or an expression that is evaluated in each
        step (``rates`` can then be read, not set).
    dt, clock, when, order, namespace, name
        See `BrianObject`.

    Notes
    -----
    At most one spike in a step; where ``rates*dt`` is not small the count is binomial, not Poisson.
    """

    _inside = False

    def __init__(
        self,
        N: int,
        rates: Any,
        dt: Any = None,
        clock: Any = None,
        when: str = "thresholds",
        order: int = 0,
        namespace: Mapping[str, Any] | None = None,
        name: str = "poissongroup*",
        codeobj_class: Any = None,
    ) -> None:
        super().__init__(N, namespace=namespace, dt=dt, clock=clock, when=when, order=order, name=name)
        self.events = {"spike": "rand() < rates*dt"}
        self.rings["spike"] = EventRing(f"{self.name}.spike", len(self))
        text = isinstance(rates, str)
        tree = parse_expression(Source(rates, f"rates of {self.describe()}").whole) if text else None
        kind: Any = "subexpression" if text else "parameter"
        variable = Variable("rates", hertz.dim, kind=kind, tree=tree, read_only=text)
        if not text and get_dimensions(rates) is not hertz.dim:
            raise DimensionMismatchError("rates must be in hertz, e.g. rates=10*Hz", get_dimensions(rates))
        object.__setattr__(self, "memory", {} if text else {"rates": full(len(self), 0.0, float)})
        object.__setattr__(self, "variables", {v.name: v for v in BASIC} | clock_variables() | {"rates": variable})
        if text:
            check_strings(self, user_namespace(), self.parts)
        else:
            VariableView(self, variable)[:] = rates

    @contextmanager
    def _in_its_own_text(self) -> Iterator[None]:
        """Inside, 'rates' means what the script means by it, as in ``rates='rates(t)'``."""
        object.__setattr__(self, "_inside", True)
        try:
            yield
        finally:
            object.__setattr__(self, "_inside", False)

    def own_symbol(self, name: str, at: Expr, context: Context, scope: Scope) -> Symbol | None:
        """As `Group.own_symbol`."""
        if name != "rates" or self.variables["rates"].tree is None:
            return super().own_symbol(name, at, context, scope)
        if self._inside:
            return None
        with self._in_its_own_text():
            return super().own_symbol(name, at, context, scope)

    def identifiers(self) -> set[str]:
        tree = self.variables["rates"].tree
        return tree.identifiers() if tree is not None else set()

    def parts(self, context: Context) -> Contribution:
        """The rates, and the kernel that draws the spikes."""
        part = self.contribute()
        clock = context.clock(self.clock)
        self.rings["spike"].contribute(part, f"{self.name}.N", clock)
        if context.values_only:
            part.kernels += [] if self.active else [self.silence("spike", clock)]
            return part
        try:
            rate = self._rate(context)
        except EqsimError as error:
            raise for_object(error, self.name) from None
        dt = context.time(self.clock, "dt").expr
        test = Op("<", (Draw("uniform", self.streams("spikes")()), rate * dt))
        domain = Where(f"{self.name}.N", test, self.rings["spike"].name)
        part.kernels.append(Kernel(f"{self.name}_spike_thresholder", domain, (), clock, self.when, self.order))
        return part

    def _rate(self, context: Context) -> Expr:
        variable = self.variables["rates"]
        if variable.tree is None:
            return Load(self.full("rates"), Ref("i", "int"))
        with self._in_its_own_text():
            typed = self.translate(variable.tree, context, "rates", conditions_count=True)
        if typed.dim is not None and typed.dim is not hertz.dim and not typed.is_zero:
            label = unit_name(typed.dim)
            problem = Diagnostic("U106", "rates must be in hertz", variable.tree.source, label, "e.g. 10*Hz or 1/tau")
            raise DimensionMismatchError(problem, typed.dim)
        return as_real(number(typed.expr))

    def __repr__(self) -> str:
        return f"<PoissonGroup '{self.name}' with {len(self)} neurons>"
