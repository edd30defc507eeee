"""A synapse of the library: what the target neuron gets, and what each synapse has and does.

In: a published synapse as data.  Out: a side for the neuron (joined with ``+``), arguments for `Synapses`, or the synapses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from textwrap import dedent
from typing import Any

from eqsim.library.model import Model
from eqsim.library.papers import Paper
from eqsim.library.valued import Valued, card, merged
from eqsim.model import Equations
from eqsim.model.substitution import substitute
from eqsim.objects import Synapses

STRINGS = ("target", "text", "before", "transmit", "after", "on_post")
CONNECT = {"condition", "i", "j", "p", "n", "skip_if_invalid", "matrix", "multapses", "autapses", "pre_ratio", "post_ratio"}
CONNECT |= {"fixed_indegree", "fixed_outdegree", "fixed_total"}


@dataclass(frozen=True, repr=False)  # no slots: each synapse carries a docstring of its own
class Synapse(Valued):
    """A kind of synapse.

    Use it in two places: ``neuron + synapse`` gives the neuron what it needs, ``synapse.synapses(P, G)`` makes the synapses.
    Two kinds joined with ``+`` make one, such as conductances with short-term plasticity.

    Attributes
    ----------
    name, title, about : str
    target : str
        Equations of the target neuron.
    terms : tuple of (str, str)
        What is added to which sum of the target neuron.
    text : str
        Equations of the synapses.
    before, transmit, after : str
        Statements for a presynaptic spike: what plasticity does first, what arrives at the target, what plasticity does
        afterwards. ``amount`` stands for the product of all `factors`.
    on_post : str
        Statements for a postsynaptic spike.
    factors : tuple of str
        Variables of the synapses whose product arrives.
    parameters : mapping of str to Quantity or float
    initial : mapping of str to value or str
        Values at the beginning, set by `synapses` when it connects.
    label : str
        What is put behind the names in the neuron and the names of parameters: ``g_e``.
    papers : tuple of Paper

    Examples
    --------
    >>> from eqsim import *
    >>> from eqsim.library import exponential, lif
    >>> exc = exponential('e', tau=5*ms, E=0*mV)
    >>> P = PoissonGroup(100, rates=10*Hz)
    >>> G = (lif() + exc).neurons(10)
    >>> S = exc.synapses(P, G, p=0.1, weight=1*nS)
    """

    name: str
    title: str
    target: str = ""
    terms: tuple[tuple[str, str], ...] = ()
    text: str = ""
    before: str = ""
    transmit: str = ""
    after: str = ""
    on_post: str = ""
    factors: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    papers: tuple[Paper, ...] = ()
    about: str = ""
    method: Any = None

    def __post_init__(self) -> None:
        parts = {
            "in the neuron": self.target,
            "in the synapses": self.text,
            "at a presynaptic spike": self.on_pre,
            "at a postsynaptic spike": self.on_post,
        }
        text = "\n".join(f"# {where}\n{dedent(part).strip()}" for where, part in parts.items() if part.strip())
        object.__setattr__(self, "__doc__", card(self.title, self.about, text, self.parameters, self.papers))

    def renamed(self, **names: str) -> Synapse:
        """The synapse with other names of variables (``x``, also in ``x_pre``, ``x_post``) and parameters."""
        if not names:
            return self
        ends = {f"{a}_{end}": f"{b}_{end}" for a, b in names.items() for end in ("pre", "post")}

        def new(text: Any) -> Any:
            return substitute(text, {**names, **ends}) if isinstance(text, str) else text

        strings: dict[str, Any] = {n: new(getattr(self, n)) for n in STRINGS}
        return replace(
            self,
            **strings,
            **self._renamed(names, new),
            factors=tuple(map(new, self.factors)),
        )

    @property
    def labelled(self) -> Synapse:
        """The synapse with its label behind the names in the neuron and the parameters."""
        if not self.label:
            return self
        own = set(Equations(self.target)) | set(self.parameters)
        names = {n: f"{n}_{self.label}" for n in own}
        terms = tuple((where, substitute(term, names)) for where, term in self.terms)  # the sum keeps its name
        return replace(self.renamed(**names), terms=terms, label="")

    def __add__(self, other: Any) -> Synapse:
        if not isinstance(other, Synapse):
            return NotImplemented
        a, b = self.labelled, other.labelled
        joined: dict[str, Any] = {n: _lines(getattr(a, n), getattr(b, n)) for n in STRINGS}
        return replace(
            a,
            name=f"{a.name}_{b.name}",
            title=f"{a.title} with {b.title[0].lower()}{b.title[1:]}",
            **joined,
            terms=(*a.terms, *b.terms),
            factors=(*a.factors, *b.factors),
            parameters=merged(a.parameters, b.parameters),
            initial={**a.initial, **b.initial},
            papers=tuple(dict.fromkeys((*a.papers, *b.papers))),
            about=_lines(a.about, b.about),
            method=a.method or b.method,
        )

    @property
    def neuron(self) -> Model:
        """What the target neuron gets; ``neuron + synapse`` adds this."""
        s = self.labelled
        names = Equations(s.target).identifiers | {word for _, term in s.terms for word in _words(term)}
        own = {n: v for n, v in s.parameters.items() if n in names}
        return Model(s.name, s.title, s.target, own, s.papers, terms=s.terms)

    @property
    def on_pre(self) -> str:
        """The statements for a presynaptic spike."""
        arrives = substitute(self.transmit, {"amount": "*".join(self.factors) or "1"})
        return _lines(self.before, arrives, self.after)

    @property
    def kwargs(self) -> dict[str, Any]:
        """Arguments of `Synapses`: ``Synapses(P, G, **synapse.kwargs)``."""
        s = self.labelled
        given = {"on_pre": s.on_pre, "on_post": s.on_post.strip(), "method": s.method}
        return {"model": Equations(s.text), **{n: v for n, v in given.items() if v}, "namespace": dict(s.parameters)}

    def synapses(self, source: Any, target: Any = None, **options: Any) -> Synapses:
        """Synapses of this kind between two groups, connected and with their values.

        Parameters
        ----------
        source, target : SpikeSource
            Without a target within the source.
        **options
            Arguments of `Synapses.connect` (``p=0.1``, ``condition='i != j'``; without any of them all pairs are connected),
            values of the variables of the synapses (``weight=1*nS``), and arguments of `Synapses` (``delay=2*ms``).
        """
        kwargs = self.kwargs
        pairs = {n: v for n, v in options.items() if n in CONNECT}
        values = {n: v for n, v in options.items() if n in kwargs["model"]}
        made = Synapses(source, target, **{**kwargs, **{n: v for n, v in options.items() if n not in {*pairs, *values}}})
        made.connect(**pairs)
        for name, value in {**self.labelled.initial, **values}.items():
            setattr(made, name, value)
        return made


def _lines(*texts: str) -> str:
    return "\n".join(dedent(text).strip("\n") for text in texts if text.strip())


def _words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))
