"""COBA: 4000 integrate-and-fire neurons with conductance-based synapses, 2 % connectivity.

Vogels and Abbott (2005) J. Neurosci. 25:10786; benchmark 1 of Brette et al. (2007) J. Comput. Neurosci. 23:349.
"""

from _cli import finish, options

from eqsim import *

opts = options(__doc__)
prefs.codegen.target = opts.target
seed(opts.seed)

N, n_exc = 4000, 3200
duration = 100 * ms if opts.short else 1 * second

tau_m, tau_exc, tau_inh = 20 * ms, 5 * ms, 10 * ms
theta, rest, E_exc, E_inh = -50 * mV, -60 * mV, 0 * mV, -80 * mV

P = NeuronGroup(
    N,
    """dv/dt = (rest - v + g_exc*(E_exc - v) + g_inh*(E_inh - v))/tau_m : volt (unless refractory)
       dg_exc/dt = -g_exc/tau_exc : 1    # relative to the leak conductance
       dg_inh/dt = -g_inh/tau_inh : 1""",
    threshold="v > theta",
    reset="v = rest",
    refractory=5 * ms,
    method="exponential_euler",
)
P.v = "rest - 5*mV + 5*mV*randn()"
P.g_exc = "4 + 1.5*randn()"
P.g_inh = "20 + 12*randn()"

exc = Synapses(P[:n_exc], P, on_pre="g_exc += 0.6")
inh = Synapses(P[n_exc:], P, on_pre="g_inh += 6.7")
exc.connect(p=0.02)
inh.connect(p=0.02)

spikes = SpikeMonitor(P)
run(duration, report="text")

if not opts.no_plot:
    plot.raster(spikes).set_title("COBA: conductance-based integrate-and-fire network")

rate_Hz = spikes.num_spikes / N / (duration / second)
finish(opts, {"synapses": len(exc) + len(inh), "spikes": spikes.num_spikes, "rate_Hz": rate_Hz})
