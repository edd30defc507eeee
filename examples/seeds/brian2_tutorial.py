"""One leaky integrate-and-fire neuron that fires by itself, and the frequency-current curve of a hundred.

The two simulations of a tutorial for Brian2.  Everything is deterministic: spike times and counts are Brian2's.
"""

from _cli import finish, options

from eqsim import *

opts = options(__doc__)  # nothing is random here, and --short changes nothing: it takes a second anyway
prefs.codegen.target = opts.target

# A: a single neuron whose resting potential lies above its threshold
start_scope()
v0 = -10 * mV
tau = 10 * ms
one = NeuronGroup(
    1,
    "dv/dt = (v0-v)/tau : volt (unless refractory)",
    threshold="v > -40*mV",
    reset="v = -60*mV",
    refractory=5 * ms,
    method="exact",
)
one.v = -70 * mV
trace = StateMonitor(one, "v", record=True)
times = SpikeMonitor(one)
run(50 * ms)

# B: a hundred neurons, each with its own input
start_scope()
N = 100
v0 = -50 * mV
I_max = 40 * mV
duration = 1000 * ms
many = NeuronGroup(
    N,
    """dv/dt = (v0-v+I)/tau : volt (unless refractory)
       I : volt""",
    threshold="v>-40*mV",
    reset="v=-60*mV",
    refractory=1 * ms,
    method="exact",
)
many.v = -70 * mV
many.I = "i*I_max/(N-1)"
spikes = SpikeMonitor(many)
run(duration)

if not opts.no_plot:
    fig, (a, b, c) = subplots(1, 3, figsize=(13, 4))
    plot.traces(trace, ax=a).set_title("one neuron")
    plot.raster(spikes, ax=b).set_title("a hundred neurons")
    c.plot(many.I / mV, spikes.count / (duration / second))
    c.set(xlabel="input (mV)", ylabel="rate (Hz)", title="frequency-current curve")

finish(
    opts,
    {
        "A_spikes_ms": [round(float(t), 6) for t in times.t / ms],
        "A_v1": float(trace.v[0][1] / mV),
        "B_counts": [int(n) for n in spikes.count],
    },
)
