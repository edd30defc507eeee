"""A balanced network of 3200 excitatory and 800 inhibitory leaky integrate-and-fire neurons.

Strong excitation and strong inhibition cancel on average, and what remains are fluctuations: neurons fire irregularly
although nothing in the network is random but its wiring and its start.  van Vreeswijk and Sompolinsky (1996) Science
274:1724; the neurons and conductances are those of the benchmark COBA of Brette et al. (2007) J. Comput. Neurosci. 23:349,
with a constant drive.
"""

from _cli import finish, options

from eqsim import *
from eqsim.analysis import cv_isi, firing_rate

opts = options(__doc__, wiring={"metavar": "FILE", "help": "npz file with targets and V0 instead of random ones"})
prefs.codegen.target = opts.target
seed(opts.seed)

n_exc, n_inh = 3200, 800
V_rest, V_th, V_reset = -60 * mV, -50 * mV, -60 * mV
tau, tau_ref = 20 * ms, 5 * ms
tau_exc, tau_inh = 5 * ms, 10 * ms
E_exc, E_inh = 0 * mV, -80 * mV
w_exc, w_inh = 0.6, 6.7  # conductances are multiples of the leak
drive = 20 * mV

# The conductances count with their values at the beginning of a step; so the voltage has an exact solution within it.
P = NeuronGroup(
    n_exc + n_inh,
    """dV/dt = (V_rest - V + RI)/tau : volt (unless refractory)
       RI = drive + g_exc*(E_exc - V) + g_inh*(E_inh - V) : volt (constant over dt)
       dg_exc/dt = -g_exc/tau_exc : 1
       dg_inh/dt = -g_inh/tau_inh : 1""",
    threshold="V >= V_th",
    reset="V = V_reset",
    refractory=tau_ref + defaultclock.dt,  # at rest for 50 whole steps
    method="exact",
)
E, I = P[:n_exc], P[n_exc:]
P.V = "-55*mV + 2*mV*randn()"

excitation = Synapses(E, P, on_pre="g_exc += w_exc")
inhibition = Synapses(I, P, on_pre="g_inh += w_inh")
if opts.wiring:
    with np.load(opts.wiring) as file:
        P.V = file["V0"] * mV
        targets = file["targets"]
    for synapses, rows in ((excitation, targets[:n_exc]), (inhibition, targets[n_exc:])):
        synapses.connect(i=np.repeat(np.arange(len(rows)), rows.shape[1]), j=rows.ravel())
else:
    for synapses in (excitation, inhibition):  # each neuron has 2 % of both populations as targets
        synapses.connect(j="k for k in sample(n_exc, size=64)")
        synapses.connect(j="k for k in sample(n_exc, N_post, size=16)")

spikes_E, spikes_I = SpikeMonitor(E), SpikeMonitor(I)
net = Network(P, excitation, inhibition, spikes_E, spikes_I)
net.run(100 * ms if opts.short else 1000 * ms)


def rate(spikes, end):
    """Spikes per neuron and second from 0 to ``end``, in hertz."""
    return float(firing_rate(spikes, end, end=end)[1][0] / Hz)


def irregularity(spikes):
    """Mean coefficient of variation of the intervals after 100 ms, of neurons with at least 5 spikes."""
    late = [times[times >= 100 * ms] for times in spikes.spike_trains().values()]
    return float(np.nanmean(cv_isi(late, minimum=5)))


numbers = {"E100": rate(spikes_E, 100 * ms), "I100": rate(spikes_I, 100 * ms)}
numbers["n_spikes_100ms"] = int((spikes_E.t < 100 * ms).sum() + (spikes_I.t < 100 * ms).sum())
if not opts.short:
    numbers |= {"E1000": rate(spikes_E, 1000 * ms), "I1000": rate(spikes_I, 1000 * ms)}
    numbers |= {"cvE": irregularity(spikes_E), "cvI": irregularity(spikes_I)}

if not opts.no_plot:
    fig, axes = subplots(1, 2, figsize=(12, 4.5))
    for ax, spikes, name in zip(axes, (spikes_E, spikes_I), ("excitatory", "inhibitory"), strict=True):
        plot.raster(spikes, end=100 * ms, ax=ax).set_title(f"{len(spikes.source)} {name} neurons")

finish(opts, numbers)
