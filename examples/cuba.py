"""CUBA: 4000 integrate-and-fire neurons with current-based synapses, 2 % connectivity.

Vogels and Abbott (2005) J. Neurosci. 25:10786; benchmark 2 of Brette et al. (2007) J. Comput. Neurosci. 23:349.
"""

from _cli import finish, options

from eqsim import *

opts = options(__doc__)
prefs.codegen.target = opts.target
seed(opts.seed)

N, n_exc = 4000, 3200
duration = 100 * ms if opts.short else 1 * second

tau_m, tau_exc, tau_inh = 20 * ms, 5 * ms, 10 * ms
theta, v_reset, rest = -50 * mV, -60 * mV, -49 * mV
w_exc, w_inh = 1.62 * mV, -9 * mV

P = NeuronGroup(
    N,
    """dv/dt = (rest - v + I_exc + I_inh)/tau_m : volt (unless refractory)
       dI_exc/dt = -I_exc/tau_exc : volt
       dI_inh/dt = -I_inh/tau_inh : volt""",
    threshold="v > theta",
    reset="v = v_reset",
    refractory=5 * ms,
    method="exact",
)
P.v = "v_reset + rand()*(theta - v_reset)"

exc = Synapses(P[:n_exc], P, on_pre="I_exc += w_exc")
inh = Synapses(P[n_exc:], P, on_pre="I_inh += w_inh")
exc.connect(p=0.02)
inh.connect(p=0.02)

spikes = SpikeMonitor(P)
rate = PopulationRateMonitor(P)
run(duration, report="text")

if not opts.no_plot:
    fig, (top, bottom) = subplots(2, 1, sharex=True, figsize=(8, 6), height_ratios=[3, 1])
    plot.raster(spikes, ax=top).set_title("CUBA: current-based integrate-and-fire network")
    plot.rate(rate, width=2 * ms, ax=bottom)

rate_Hz = spikes.num_spikes / N / (duration / second)
finish(opts, {"synapses": len(exc) + len(inh), "spikes": spikes.num_spikes, "rate_Hz": rate_Hz})
