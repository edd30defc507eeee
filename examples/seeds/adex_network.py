"""A network of 100 adaptive exponential integrate-and-fire neurons with conductance-based synapses and noise.

Neuron: Brette and Gerstner (2005) J. Neurophysiol. 94:3637; parameters of a regular spiking cell from Naud et al. (2008)
Biol. Cybern. 99:335.  80 cells excite, 19 inhibit; cell 80 sends nothing (a slip of the original script, which is kept).
"""

from _cli import finish, options

from eqsim import *
from eqsim.analysis import cv_isi

opts = options(__doc__, connectivity={"metavar": "FILE", "help": "npz file with a matrix W instead of random connections"})
prefs.codegen.target = opts.target
seed(opts.seed)

C = 104 * pF
gL = 4.3 * nS
EL, VT, DT = -65 * mV, -52 * mV, 0.8 * mV
Vs, Vr = 40 * mV, -53 * mV
a, b, tau_w = -0.8 * nS, 65 * pA, 88 * ms
Ee, Ei, tau_g = 0 * mV, -80 * mV, 7 * ms
Iext = 8 * pA * sqrt(second)

N, Ne, p_conn = 100, 80, 0.05
T = 0.5 * second if opts.short else 60 * second

G = NeuronGroup(
    N,
    """dV/dt = (-gL*(V - EL) + gL*DT*exp((V - VT)/DT) - I - w - Iext*xi)/C : volt
       dw/dt = (a*(V - EL) - w)/tau_w : amp
       I = ge*(V - Ee) + gi*(V - Ei) : amp
       dge/dt = -ge/tau_g : siemens
       dgi/dt = -gi/tau_g : siemens""",
    threshold="V > Vs",
    reset="V = Vr; w += b",
    method="euler",
)
G.V = EL
Ge, Gi = G[:Ne], G[Ne + 1 :]

we = 10 * nS / (N * p_conn)
wi = 4 * we
Se = Synapses(Ge, G, on_pre="ge += we", delay=0 * ms)
Si = Synapses(Gi, G, on_pre="gi += wi", delay=0 * ms)
if opts.connectivity:
    W = np.load(opts.connectivity)["W"]
    Se.connect(i=np.nonzero(W[:Ne])[0], j=np.nonzero(W[:Ne])[1])
    Si.connect(i=np.nonzero(W[Ne + 1 :])[0], j=np.nonzero(W[Ne + 1 :])[1])
else:
    Se.connect(condition="i != j", p=p_conn)
    Si.connect(condition="(i + Ne + 1) != j", p=p_conn)

M = StateMonitor(G, ["V"], record=[0])
S = SpikeMonitor(G)
net = Network(G, Se, Si, M, S)
net.run(T, report="bar")

if not opts.no_plot:
    fig, (top, bottom) = subplots(2, 1, figsize=(9, 6))
    plot.traces(M, spikes=S, top=Vs, end=min(T, 2 * second), ax=top).set_title("voltage of neuron 0")
    plot.raster(S, end=min(T, 10 * second), ax=bottom).set_title(f"{Ne} excitatory neurons, {N - Ne} inhibitory ones above")

seconds = T / second
rates = S.count / seconds
finish(
    opts,
    {
        "seed": opts.seed,
        "T": float(seconds),
        "target": opts.target,
        "nonzero_frac": (len(Se) + len(Si)) / N**2,
        "n_e_syn": len(Se),
        "n_i_syn": len(Si),
        "neuron0_count": int(S.count[0]),
        "neuron0_first10": [round(float(t), 6) for t in S.t_[S.i == 0][:10]],
        "rateE": float(rates[:Ne].mean()),
        "rateI": float(rates[Ne + 1 :].mean()),
        "rate80": float(rates[Ne]),
        "rateE_sd_cells": float(rates[:Ne].std()),
        "cvE": float(nanmean(cv_isi(S)[:Ne])),
        "total": int(S.num_spikes),
        "V0mean": float(np.mean(M.V[0] / mV)),
        "V0sd": float(np.std(M.V[0] / mV)),
        "V0max": float(np.max(M.V[0] / mV)),
    },
)
