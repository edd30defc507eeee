"""Published models as equations with units: neurons, ion channels, synapses, rate models.

In: a paper.  Out: a `Model` or `Synapse`, which is joined to others with ``+``.  ``neurons.py`` and ``membranes.py`` hold
neurons, ``channels.py`` ion channels, ``transmission.py`` and ``plasticity.py`` synapses, ``rates.py`` populations and
oscillators; ``model.py`` and ``synapse.py`` say what a model is, ``papers.py`` where it comes from.
"""

from __future__ import annotations

from eqsim.library.channels import (
    ahp,
    cah,
    cal,
    calcium,
    can,
    cat,
    cat_re,
    constant_calcium,
    hcn,
    kdr,
    kl,
    leak,
    na,
)
from eqsim.library.membranes import hodgkin_huxley, membrane, morris_lecar, traub_miles, wang_buzsaki
from eqsim.library.model import Model
from eqsim.library.neurons import adex, eif, fitzhugh_nagumo, hindmarsh_rose, izhikevich, lif, mihalas_niebur, qif
from eqsim.library.papers import Paper
from eqsim.library.thalamus import thalamic

__all__ = [
    "Model",
    "Paper",
    "adex",
    "ahp",
    "cah",
    "cal",
    "calcium",
    "can",
    "cat",
    "cat_re",
    "constant_calcium",
    "eif",
    "fitzhugh_nagumo",
    "hcn",
    "hindmarsh_rose",
    "hodgkin_huxley",
    "izhikevich",
    "kdr",
    "kl",
    "leak",
    "lif",
    "membrane",
    "mihalas_niebur",
    "morris_lecar",
    "na",
    "qif",
    "thalamic",
    "traub_miles",
    "wang_buzsaki",
]
