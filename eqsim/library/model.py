"""A model of the library: equations with their values, threshold and paper; models are joined with ``+``.

In: a published model as data.  Out: `Equations`, arguments for a `NeuronGroup`, or the group itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eqsim.library.papers import Paper
from eqsim.library.valued import Valued, card, merged, no_parameter
from eqsim.model import Equations
from eqsim.model.substitution import substitute
from eqsim.objects import NeuronGroup
from eqsim.units import get_dimensions, unit_name


@dataclass(frozen=True, repr=False)  # no slots: each model carries a docstring of its own
class Model(Valued):
    """Equations that belong together, with their values.

    A model is a value: calling it gives a copy with other values, ``+`` gives a new model, nothing is changed.

    Attributes
    ----------
    name, title, about : str
    text : str
        The equations, as for `NeuronGroup`.
    parameters : mapping of str to Quantity or float
        Values of the names that the equations use.
    papers : tuple of Paper
    sums : mapping of str to str
        Variables that other models may add to, with their units: ``{'I': 'amp'}``.
    terms : tuple of (str, str)
        What this model adds to which sum: ``('I', 'g*(E - v)')``.
    threshold, reset, refractory, method
        As for `NeuronGroup`.
    initial : mapping of str to value or str
        Values at the beginning, set by `neurons`, in this order.
    label : str
        What is put behind the names when the model is used: ``g`` of a channel with the label 'Na' becomes ``g_Na``.
    shared : frozenset of str
        Names that keep no label, as they are the same for several models of a neuron: ``E_K``.

    Examples
    --------
    >>> from eqsim import *
    >>> from eqsim.library import lif
    >>> print(lif(tau=20*ms).equations)
    I = I_ext : A
    dv/dt = (E_L - v + R*I)/tau : V (unless refractory)
    I_ext : A
    >>> G = lif(tau=20*ms).neurons(100)
    """

    name: str
    title: str
    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    about: str = ""
    sums: Mapping[str, str] = field(default_factory=dict)
    terms: tuple[tuple[str, str], ...] = ()
    threshold: str | None = None
    reset: str | None = None
    refractory: Any = False
    method: Any = None
    initial: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    shared: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", card(self.title, self.about, self.text, self.parameters, self.papers))

    def renamed(self, **names: str) -> Model:
        """The model with other names of variables and parameters."""
        if not names:
            return self

        def new(text: Any) -> Any:
            return substitute(text, names) if isinstance(text, str) else text

        return replace(
            self,
            text=new(self.text),
            **self._renamed(names, new),
            sums={names.get(n, n): u for n, u in self.sums.items()},
            threshold=new(self.threshold),
            reset=new(self.reset),
            refractory=new(self.refractory),
        )

    @property
    def own_names(self) -> set[str]:
        """The variables and parameters of this model, without those that several models share."""
        return (set(Equations(self.text)) | set(self.parameters)) - self.shared

    @property
    def labelled(self) -> Model:
        """The model with its label behind its names."""
        if not self.label:
            return self
        names = {n: f"{n}_{self.label}" for n in self.own_names}
        terms = tuple((where, substitute(term, names)) for where, term in self.terms)  # the sum keeps its name
        return replace(self.renamed(**names), terms=terms, label="")

    def __add__(self, other: Any) -> Model:
        other = as_model(other)
        if other is None:
            return NotImplemented
        a, b = self.labelled, other.labelled
        if a.threshold and b.threshold:
            raise TypeError(f"{a.name} and {b.name} both have a threshold: a neuron has one")
        neuron = a if a.threshold or not b.threshold else b
        return replace(
            a,
            name=f"{a.name}_{b.name}" if b.name else a.name,
            text=f"{a.text.strip()}\n{b.text.strip()}",
            parameters=merged(a.parameters, b.parameters),
            papers=tuple(dict.fromkeys((*a.papers, *b.papers))),
            sums={**a.sums, **b.sums},
            terms=(*a.terms, *b.terms),
            threshold=neuron.threshold,
            reset=neuron.reset,
            refractory=neuron.refractory,
            method=a.method or b.method,
            initial={**a.initial, **b.initial},
            shared=a.shared | b.shared,
        )

    def per_neuron(self, *names: str) -> Model:
        """The model with a value of these parameters for each neuron; the values so far are where they begin."""
        model = self.labelled
        unknown = [n for n in names if n not in model.parameters]
        if unknown:
            raise TypeError(no_parameter(self.name, unknown, model.parameters))
        lines = [f"{n} : {unit_name(get_dimensions(model.parameters[n]))} (constant)" for n in names]
        return replace(
            model,
            text="\n".join((model.text.strip(), *lines)),
            parameters={n: v for n, v in model.parameters.items() if n not in names},
            initial={**{n: model.parameters[n] for n in names}, **model.initial},
        )

    @property
    def equations(self) -> Equations:
        """The equations, with all that was added to the sums."""
        model = self.labelled
        return Equations("\n".join((model.text.strip(), *model._sum_lines())))

    def _sum_lines(self) -> list[str]:
        unknown = sorted({name for name, _ in self.terms} - set(self.sums))
        if unknown and self.sums:
            sums = ", ".join(map(repr, self.sums))
            raise TypeError(f"{self.name} has no sum '{unknown[0]}' to add to, only {sums}")
        return [f"{name} = {total(self.terms, name, unit)} : {unit}" for name, unit in self.sums.items()]

    @property
    def kwargs(self) -> dict[str, Any]:
        """Arguments of `NeuronGroup`: ``NeuronGroup(100, **model.kwargs)``."""
        model = self.labelled
        given = {"threshold": model.threshold, "reset": model.reset, "method": model.method}
        return {
            "model": self.equations,
            **{name: value for name, value in given.items() if value is not None},
            **({"refractory": model.refractory} if model.refractory is not False else {}),
            "namespace": dict(model.parameters),
        }

    def neurons(self, N: int, **more: Any) -> NeuronGroup:
        """A group of N neurons at the values where the model begins.

        Parameters
        ----------
        N : int
        **more
            Other arguments of `NeuronGroup`; they go before those of the model.
        """
        group = NeuronGroup(N, **{**self.kwargs, **more})
        for name, value in self.labelled.initial.items():
            setattr(group, name, value)
        return group


def as_model(other: Any) -> Model | None:
    """What may stand on the right of ``+``: a model, equations, or something that has a side for the neuron."""
    if isinstance(other, Model):
        return other
    if isinstance(other, str | Equations):
        text = other if isinstance(other, str) else "\n".join(e.code for e in other.values())
        return Model("", "equations", text)
    neuron = getattr(other, "neuron", None)
    return neuron if isinstance(neuron, Model) else None


def total(terms: Iterable[tuple[str, str]], name: str, unit: str) -> str:
    """The sum of what was added to a name; nothing gives zero in that unit."""
    added = [term for where, term in terms if where == name]
    return " + ".join(added) if added else f"0*{unit}" if unit != "1" else "0"
