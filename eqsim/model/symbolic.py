"""Equations on their own, without a group: a `Model` in which every name that is not a state variable is a number.

In: `Equations`.  Out: a `Model`, to look at methods (``print(rk4(eqs))``) and to ask for the kind of noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from eqsim.ir.expr import Call, Number, Ref, as_real
from eqsim.model.arithmetic import number
from eqsim.model.delays import Carried
from eqsim.model.equations import Equations
from eqsim.model.model import Model, Ode, Origin
from eqsim.model.translate import Callee, Site, Symbol, Translator, Typed

ACTIVE = Ref("not_refractory", "bool")


def opaque(name: str) -> Callee:
    """A function of which nothing is known but its name."""

    def call(args: Sequence[Typed], site: Site) -> Typed:
        return Typed(Call(name, tuple(as_real(number(a.expr)) for a in args)), None)

    return call


def symbolic_model(equations: Equations) -> Model:
    """The differential equations with their subexpressions put in; units are not checked.

    Raises
    ------
    EquationError
        If a function of strings is called with the wrong number of arguments.
    """
    noise = equations.noise_names
    symbols = {name: Symbol(Ref(name), None) for name in ("t", "dt", *noise)}
    symbols |= {e.name: Symbol(Ref(e.name), None, callee=Carried(e.name)) for e in equations.differential}
    parameters = (e for e in equations.values() if e.kind == "parameter")
    symbols |= {e.name: Symbol(Number(e.name, e.type), None, callee=Carried(e.name)) for e in parameters}
    streams = count()

    def scope(name: str) -> Symbol:
        return symbols.get(name, Symbol(Number(name), None, callee=opaque(name)))

    def stream() -> int:
        return next(streams)

    translate = Translator(scope, stream)
    for e in equations.ordered_subexpressions:
        assert e.tree is not None
        symbols[e.name] = Symbol(translate(e.tree).expr, None, callee=Carried(e.name))
    odes = tuple(_ode(equations, e.name, translate) for e in equations.differential)
    translate.finish()
    named = tuple((e.name, symbols[e.name].expr) for e in equations.ordered_subexpressions)
    return Model(odes, tuple(sorted(noise)), subexpressions=named, origin=Origin(equations, scope, stream))


def _ode(equations: Equations, name: str, translate: Translator) -> Ode:
    e = equations[name]
    assert e.tree is not None
    return Ode(name, as_real(number(translate(e.tree).expr)), ACTIVE if "unless refractory" in e.flags else None, e.span)
