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
from eqsim.library.plasticity import stdp, triplet_stdp, tsodyks_markram
from eqsim.library.rates import (
    jansen_rit,
    kuramoto,
    kuramoto_coupling,
    stuart_landau,
    threshold_linear,
    wilson_cowan,
    wong_wang,
)
from eqsim.library.synapse import Synapse
from eqsim.library.thalamus import thalamic
from eqsim.library.transmission import (
    alpha,
    ampa,
    delta,
    diffusion,
    dual_exponential,
    exponential,
    exponential_current,
    gaba_a,
    gaba_b,
    gap_junction,
    kinetic,
    nmda,
    nmda_saturating,
)

__all__ = [
    "Model",
    "Paper",
    "Synapse",
    "adex",
    "ahp",
    "alpha",
    "ampa",
    "cah",
    "cal",
    "calcium",
    "can",
    "cat",
    "cat_re",
    "constant_calcium",
    "delta",
    "diffusion",
    "dual_exponential",
    "eif",
    "exponential",
    "exponential_current",
    "fitzhugh_nagumo",
    "gaba_a",
    "gaba_b",
    "gap_junction",
    "hcn",
    "hindmarsh_rose",
    "hodgkin_huxley",
    "izhikevich",
    "jansen_rit",
    "kdr",
    "kinetic",
    "kl",
    "kuramoto",
    "kuramoto_coupling",
    "leak",
    "lif",
    "membrane",
    "mihalas_niebur",
    "morris_lecar",
    "na",
    "nmda",
    "nmda_saturating",
    "qif",
    "stdp",
    "stuart_landau",
    "thalamic",
    "threshold_linear",
    "traub_miles",
    "triplet_stdp",
    "tsodyks_markram",
    "wang_buzsaki",
    "wilson_cowan",
    "wong_wang",
]
