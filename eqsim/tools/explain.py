"""`explain`: every form of an object, from the user's strings to the generated lines.

In: an object of a model, `Equations`, or a `Network`.  Out: text.  The forms, in the order in which they arise:

=============  =====================================================================================
``strings``    what the user wrote
``equations``  line by line: what is defined, in which unit, with which flags
``model``      the right-hand sides as the integrator sees them, and their derivatives
``rule``       one step of the integration method
``kernels``    the work of a step: what runs over which elements, in SI units
``program``    the same after the passes: what needs to be computed only once has been moved out
``sources``    the generated C++ lines
=============  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TextIO

from eqsim.codegen.render import kernel_files
from eqsim.errors import Source
from eqsim.integrators import Method, choose, describe
from eqsim.ir.domain import asked
from eqsim.ir.expr import Expr, Number
from eqsim.ir.program import Kernel, Program
from eqsim.ir.show import show
from eqsim.ir.walk import body_nodes, nodes, numbers
from eqsim.model.calculus import derivative, simplify, split_noise
from eqsim.model.equations import Equations
from eqsim.model.model import Model
from eqsim.model.symbolic import symbolic_model
from eqsim.objects.base import SLOTS, BrianObject
from eqsim.objects.frames import user_namespace
from eqsim.objects.neurons import NeuronGroup
from eqsim.objects.part import Context
from eqsim.objects.update import model_of
from eqsim.schedule.link import Linked, link
from eqsim.tools.strings import described, sources_of
from eqsim.units import DIMENSIONLESS, unit_name

__all__ = ["FORMS", "explain", "explanation"]

LONGEST = 600  # characters of a derivative that is shown
JACOBIAN = 4  # systems of more equations than this are shown without their derivatives


def explain(
    obj: Any, *forms: str, file: TextIO | None = None, namespace: Mapping[str, Any] | None = None, level: int = 0
) -> None:
    """Print every form of an object, from your strings to the generated lines.

    Parameters
    ----------
    obj : NeuronGroup, Subgroup, PoissonGroup, Synapses, a monitor, Equations, Network
        A subgroup is explained by the group that it is part of.
    *forms : str
        Which forms (``strings``, ``equations``, ``model``, ``rule``, ``kernels``, ``program``, ``sources``); by default
        all.
    file : file, optional
        Where to print, by default to the screen.
    namespace : dict, optional
        Values of names in the strings, as for `run`; by default the names that the caller sees.
    level : int
        How many frames further out to look for names.

    Raises
    ------
    TypeError, ValueError
        If the object or a form is not known.
    EqsimError
        What a run would raise.

    Examples
    --------
    >>> from eqsim.model import Equations
    >>> from eqsim.tools.explain import explain
    >>> explain(Equations("dv/dt = -v/tau : volt"), "model", "rule")
    model
    -----
    dv/dt = -v/tau
    d(dv/dt)/dv = -(1/tau)
    <BLANKLINE>
    rule: exact
    -----------
    _decay_v = exp(-(dt/tau))
    v_new = v*_decay_v
    v = v_new
    """
    print(explanation(obj, *forms, namespace=namespace, level=level), file=file)


def explanation(obj: Any, *forms: str, namespace: Mapping[str, Any] | None = None, level: int = 0) -> str:
    """The text that `explain` prints."""
    for form in forms:
        if form not in FORMS:
            raise ValueError(f"there is no form '{form}'; the forms are: {', '.join(FORMS)}")
    subject = subject_of(obj, user_namespace(level) if namespace is None else namespace)
    found = [section for form in forms or FORMS if (section := FORMS[form](subject)) is not None]
    sections = [_headed(title, "-", text) for title, text in found]
    return "\n\n".join(sections if forms else [_headed(described(obj), "="), *sections])


def _headed(title: str, line: str, text: str = "") -> str:
    return f"{title}\n{line * len(title)}\n{text}".rstrip()


# --- what is explained ------------------------------------------------------------------------------------------------


@dataclass
class Subject:
    """An object, what its strings can see, and what a run would make of it."""

    obj: Any
    namespace: Mapping[str, Any]
    objects: tuple[BrianObject, ...] = ()
    own: tuple[BrianObject, ...] = ()
    schedule: tuple[str, ...] = SLOTS

    @cached_property
    def linked(self) -> Linked:
        """The program of a network of this object and those that it needs."""
        return link(self.objects, self.namespace, self.schedule)

    @property
    def context(self) -> Context:
        """What names mean in it."""
        return self.linked.context

    @cached_property
    def kernels(self) -> tuple[Kernel, ...]:
        """The kernels of the object itself, before the passes, in the order of a step."""
        found = {k.name: k for o in self.own if hasattr(o, "parts") for k in o.parts(self.context).kernels}
        return tuple(found[k.name] for k in self.linked.program.kernels if k.name in found)

    @cached_property
    def prepared(self) -> tuple[Kernel, ...]:
        """The same kernels after the passes."""
        mine = {k.name for k in self.kernels}
        return tuple(k for k in self.linked.program.kernels if k.name in mine)

    @cached_property
    def model(self) -> tuple[Model, Method] | None:
        """The differential equations and the method that integrates them."""
        if isinstance(self.obj, Equations):
            model = symbolic_model(self.obj)
            return (model, choose(model)) if model.odes else None
        if not isinstance(self.obj, NeuronGroup):
            return None
        model = model_of(self.obj, self.context)
        group = self.obj
        return (model, choose(model, group.method_choice, group.name, group.method_options)) if model.odes else None


def subject_of(obj: Any, namespace: Mapping[str, Any]) -> Subject:
    if isinstance(obj, Equations):
        return Subject(obj, namespace)
    if isinstance(obj, BrianObject):
        obj = getattr(obj, "base", obj)
        return Subject(obj, namespace, tuple(_needed(obj)), tuple(_parts(obj)))
    if hasattr(obj, "sorted_objects"):
        objects = tuple(obj.sorted_objects)
        return Subject(obj, namespace, objects, objects, tuple(obj.schedule))
    raise TypeError(f"explain() takes an object of a model, Equations or a Network, not {type(obj).__name__}")


def _parts(obj: BrianObject) -> Iterator[BrianObject]:
    yield obj
    for part in obj.contained_objects:
        yield from _parts(part)


def _needed(obj: BrianObject) -> list[BrianObject]:
    """The object, its parts, and everything that it depends on."""
    found: dict[int, BrianObject] = {}
    todo = [obj, *([obj.synapses] if hasattr(obj, "synapses") else [])]
    while todo:
        for part in _parts(todo.pop()):
            if id(part) not in found:
                found[id(part)] = part
                todo += part.dependencies
    return list(found.values())


# --- the forms --------------------------------------------------------------------------------------------------------

Form = tuple[str, str] | None
"""Title and text; None if the object has no such form."""


def _strings(s: Subject) -> Form:
    found: list[Source] = sources_of(s.obj)
    return ("strings", "\n".join(f"{x.owner}:\n{_indented(x.text)}" for x in found)) if found else None


def _indented(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    return "\n".join(f"    {line}".rstrip() for line in lines)


def _equations(s: Subject) -> Form:
    equations = s.obj if isinstance(s.obj, Equations) else getattr(s.obj, "equations", None)
    if not equations:
        return None
    rows = [(e.name, e.kind, e.unit, ", ".join(e.flags)) for e in equations.values()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "equations", "\n".join(lines)


def _model(s: Subject) -> Form:
    if s.model is None:
        return None
    model, _ = s.model
    lines = [f"d{o.name}/dt = {show(o.rate)}{f'   where {show(o.active)}' if o.active else ''}" for o in model.odes]
    lines += _jacobian(model) if len(model.odes) <= JACOBIAN else []
    return "model", "\n".join([*lines, *_values(s, [o.rate for o in model.odes])])


def _jacobian(model: Model) -> Iterator[str]:
    """The entries that are not zero: how each rate depends on each variable."""
    for ode in model.odes:
        _, drift = split_noise(ode.rate, model.noise, ode.origin)
        for name in model.names:
            entry = show(simplify(derivative(drift, name)))
            entry = entry if len(entry) <= LONGEST else f"(an expression of {len(entry)} characters)"
            if entry != "0":
                yield f"d(d{ode.name}/dt)/d{name} = {entry}"


def _values(s: Subject, expressions: Sequence[Expr]) -> list[str]:
    """The values of the user's names in these expressions."""
    if isinstance(s.obj, Equations):
        return []
    used = {name for e in expressions for name in numbers(e)}
    known = sorted((e for e in s.context.externals if e.number in used), key=lambda e: e.number)
    units = [unit_name(e.dim) if e.dim is not DIMENSIONLESS else "" for e in known]
    return [f"{e.number} = {e.value!r} {unit}".rstrip() for e, unit in zip(known, units, strict=True)]


def _rule(s: Subject) -> Form:
    if s.model is None:
        return None
    model, method = s.model
    return f"rule: {method.name}", describe(method.build(model))


def _kernels(s: Subject) -> Form:
    return _shown("kernels", s.obj, lambda: [show(k) for k in s.kernels])


def _program(s: Subject) -> Form:
    return _shown("program", s.obj, lambda: [*_once(s.linked.program, s.prepared), *map(show, s.prepared)])


def _sources(s: Subject) -> Form:
    return _shown("sources", s.obj, lambda: list(_lines(s.linked.program, s.prepared)))


def _shown(title: str, obj: Any, pieces: Callable[[], list[str]]) -> Form:
    found = [] if isinstance(obj, Equations) else pieces()
    return (title, "\n\n".join(found)) if found else None


def _once(program: Program, kernels: Sequence[Kernel]) -> list[str]:
    """The numbers that are computed when a run begins, as far as the kernels use them, directly or not."""
    used = {name for k in kernels for name in _numbers_in(k)}
    lines: list[str] = []
    for name, value in reversed(program.constants):
        if name in used:
            used |= numbers(value)
            lines.append(f"once: {name} = {show(value)}")
    return ["\n".join(reversed(lines))] if lines else []


def _numbers_in(k: Kernel) -> Iterator[str]:
    asks = asked(k.domain)
    tests = nodes(asks) if asks is not None else ()
    return (x.name for x in (*body_nodes(k.prelude), *body_nodes(k.body), *tests) if isinstance(x, Number))


def _lines(program: Program, kernels: Sequence[Kernel]) -> Iterator[str]:
    """The functions in the generated header that belong to the kernels; their tables of memory are left out."""
    sections = kernel_files(program)["element.hpp"].split("\n// ---- ")
    names = {k.name for k in kernels}
    for section in sections[1:]:
        title, _, text = section.partition("\n")
        if title.split(":")[0] in names:
            pieces = [p.strip() for p in text.split("\n\n")]
            yield "\n".join([f"// {title}", *(p for p in pieces if not _plumbing(p))])


def _plumbing(text: str) -> bool:
    """Where the memory of a kernel comes from."""
    return text.startswith("struct ") or "_bind(" in text.partition("{")[0]


FORMS: dict[str, Callable[[Subject], Form]] = {
    "strings": _strings,
    "equations": _equations,
    "model": _model,
    "rule": _rule,
    "kernels": _kernels,
    "program": _program,
    "sources": _sources,
}
"""Every form by name, in the order of their making."""
