"""COBAHH: 4000 Hodgkin-Huxley neurons with conductance-based synapses, 2 % connectivity.

Benchmark 3 of Brette et al. (2007) J. Comput. Neurosci. 23:349; kinetics of Traub and Miles (1991).
"""

from _cli import finish, options

from eqsim import *

opts = options(__doc__)
prefs.codegen.target = opts.target
seed(opts.seed)

N, n_exc = 4000, 3200
duration = 100 * ms if opts.short else 1 * second

area = 20000 * um**2
C_m = 1 * uF / cm**2 * area
g_L, g_Na, g_K = 5e-5 * siemens / cm**2 * area, 100 * msiemens / cm**2 * area, 30 * msiemens / cm**2 * area
E_L, E_Na, E_K, E_exc, E_inh, V_T = -60 * mV, 50 * mV, -90 * mV, 0 * mV, -80 * mV, -63 * mV
tau_exc, tau_inh, w_exc, w_inh = 5 * ms, 10 * ms, 6 * nS, 67 * nS

P = NeuronGroup(
    N,
    """u = (v - V_T)/mV : 1
       dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v)
                + g_exc*(E_exc - v) + g_inh*(E_inh - v))/C_m : volt
       dm/dt = a_m*(1 - m) - b_m*m : 1
       dh/dt = a_h*(1 - h) - b_h*h : 1
       dn/dt = a_n*(1 - n) - b_n*n : 1
       dg_exc/dt = -g_exc/tau_exc : siemens
       dg_inh/dt = -g_inh/tau_inh : siemens
       a_m = 1.28/exprel((13 - u)/4)/ms : Hz
       b_m = 1.4/exprel((u - 40)/5)/ms : Hz
       a_h = 0.128*exp((17 - u)/18)/ms : Hz
       b_h = 4/(1 + exp((40 - u)/5))/ms : Hz
       a_n = 0.16/exprel((15 - u)/5)/ms : Hz
       b_n = 0.5*exp((10 - u)/40)/ms : Hz""",
    threshold="v > -20*mV",
    refractory=3 * ms,
    method="exponential_euler",
)
P.v = "E_L - 5*mV + 5*mV*randn()"
P.g_exc = "(40 + 15*randn())*nS"
P.g_inh = "(200 + 120*randn())*nS"

exc = Synapses(P[:n_exc], P, on_pre="g_exc += w_exc")
inh = Synapses(P[n_exc:], P, on_pre="g_inh += w_inh")
exc.connect(p=0.02)
inh.connect(p=0.02)

spikes = SpikeMonitor(P)
trace = StateMonitor(P, "v", record=[1, 10, 100])
run(duration, report="text")

if not opts.no_plot:
    fig, (top, bottom) = subplots(2, 1, sharex=True, figsize=(8, 6))
    end = min(300 * ms, duration)
    plot.raster(spikes, end=end, ax=top).set_title("COBAHH: Hodgkin-Huxley network")
    plot.traces(trace, end=end, ax=bottom)

rate_Hz = spikes.num_spikes / N / (duration / second)
finish(opts, {"synapses": len(exc) + len(inh), "spikes": spikes.num_spikes, "rate_Hz": rate_Hz})
