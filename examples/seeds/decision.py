"""Two populations that compete for a decision: recurrent AMPA and NMDA synapses against shared inhibition.

Wang (2002) Neuron 36:955.  A and B get inputs that differ by the coherence of a stimulus; slow excitation through NMDA
receptors adds them up over hundreds of milliseconds, until one of the two wins and holds the decision when the stimulus is
gone.  Everyone is connected to everyone, but no synapse is stored: the sum over the sources is handed to each target.
"""

from _cli import finish, options

from eqsim import *
from eqsim.analysis import firing_rate

opts = options(
    __doc__,
    coherence={"type": float, "default": 25.6, "metavar": "PERCENT", "help": "of the stimulus"},
    trials={"type": int, "default": 1, "metavar": "N", "help": "so many decisions"},
)
prefs.codegen.target = opts.target
seed(opts.seed)

n_E, n_I, f = (160, 40, 0.15) if opts.short else (1600, 400, 0.15)
before, stimulus, after = (15 * ms, 60 * ms, 15 * ms) if opts.short else (100 * ms, 1000 * ms, 500 * ms)
n_A, scale = int(f * n_E), n_E / 1600

# In the original program a conductance decays for a step before it acts for the first time, and the delay of 0.5 ms makes a
# spike act in the fourth step after its own.  Here what arrives in a step acts in the next one.
step = defaultclock.dt
delay = 3 * step
tau_ampa, tau_gaba, tau_nmda, tau_rise = 2 * ms, 5 * ms, 100 * ms, 2 * ms
nS_ampa, nS_gaba = exp(-step / tau_ampa) * nS, exp(-step / tau_gaba) * nS

V_rest, V_reset, V_th = -70 * mV, -55 * mV, -50 * mV
E_exc, E_inh = 0 * mV, -70 * mV

# Currents count with their values at the beginning of a step; 1 mM of magnesium blocks the NMDA receptors.
CELL = """
dV/dt = (V_rest - V + R*I)/tau : volt (unless refractory)
I = (g_ampa + g_nmda/(1 + exp(-0.062*V/mV)/3.57))*(E_exc - V) + g_gaba*(E_inh - V) : amp (constant over dt)
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
g_nmda : siemens
"""
# s is the part of NMDA channels that are open at the synapses of a neuron: the same at all of them.
GATE = """
ds/dt = -s/tau_nmda + 0.5/ms*x*(1 - s) : 1
dx/dt = -x/tau_rise : 1
"""
RULES = {"threshold": "V >= V_th", "method": "exponential_euler"}
pyramidal, interneuron = {"tau": 20 * ms, "R": 40 * Mohm}, {"tau": 10 * ms, "R": 50 * Mohm}
E = NeuronGroup(
    n_E, CELL + GATE, reset="V = V_reset; x += 1", refractory=2 * ms + step, namespace=pyramidal, name="E", **RULES
)
I = NeuronGroup(n_I, CELL, reset="V = V_reset", refractory=1 * ms + step, namespace=interneuron, name="I", **RULES)
E.V = I.V = V_rest
A, B, N = E[:n_A], E[n_A : 2 * n_A], E[2 * n_A :]


def excite(source, target, ampa, nmda, w=1.0):
    """All-to-all AMPA and NMDA synapses with these conductances, in nS."""
    weights = {"w_ampa": w * ampa / scale * nS_ampa, "w_nmda": w * nmda / scale * nS}
    total = "g_nmda_post = w_nmda*s_pre(t - delay) : siemens (summed)"
    synapses = Synapses(source, target, total, on_pre="g_ampa_post += w_ampa", delay=delay, namespace=weights)
    synapses.connect()
    return synapses


def inhibit(source, target, gaba):
    """All-to-all GABA synapses with this conductance, in nS."""
    synapses = Synapses(source, target, on_pre="g_gaba_post += w", delay=delay, namespace={"w": gaba / scale * nS_gaba})
    synapses.connect()
    return synapses


w_pos = 1.7  # within A and within B
w_neg = 1 - f * (w_pos - 1) / (1 - f)
projections = [
    excite(A, A, 0.05, 0.165, w_pos),
    excite(B, B, 0.05, 0.165, w_pos),
    excite(A, B, 0.05, 0.165, w_neg),
    excite(B, A, 0.05, 0.165, w_neg),
    excite(N, E[: 2 * n_A], 0.05, 0.165, w_neg),
    excite(E, N, 0.05, 0.165),
    excite(E, I, 0.04, 0.13),
    inhibit(I, E, 1.3),
    inhibit(I, I, 1.0),
]

chance = np.random.default_rng(opts.seed)
interval, intervals = stimulus / 20, 20


def stimulus_rate(sign):
    """The rate of an input over time: a new one in each interval of the stimulus, none before, none after."""
    drawn = (40 * Hz) * (1 + sign * opts.coherence / 100) + 10 * Hz * chance.standard_normal(intervals)
    none = np.zeros(round(before / interval)) * Hz
    return TimedArray(np.concatenate([none, drawn, [0] * Hz]), dt=interval)


def poisson(target, rate, weight):
    """A source of spikes for each neuron."""
    return PoissonInput(target, "g_ampa", N=1, rate=rate, weight=weight * nS_ampa)


background = [poisson(E, 2400 * Hz, 2.1), poisson(I, 2400 * Hz, 1.62)]
selective = [poisson(A, "rate_A(t)", 2.1), poisson(B, "rate_B(t)", 2.1)]
spikes = {name: SpikeMonitor(group) for name, group in {"A": A, "B": B, "N": N, "I": I}.items()}
net = Network(E, I, projections, background, selective, spikes.values())
net.store()

end = before + stimulus
windows = {
    "pre": (before / 5, before),
    "stim": (before, end),
    "stim_last200": (end - stimulus / 5, end),
    "delay": (end, end + after),
    "delay_last300": (end + after * 2 / 5, end + after),
}
found = []
for _ in range(opts.trials):
    net.restore()
    rate_A, rate_B = stimulus_rate(+1), stimulus_rate(-1)
    net.run(end + after)
    found.append(
        {
            window: {n: float(firing_rate(s, b - a, start=a, end=b)[1][0] / Hz) for n, s in spikes.items()}
            for window, (a, b) in windows.items()
        }
    )

a_wins = [r["stim_last200"]["A"] > r["stim_last200"]["B"] for r in found]
numbers = {"n": opts.trials, "A_wins": a_wins.count(True)}
for window in windows:
    rates = {name: np.array([r[window][name] for r in found]) for name in spikes}
    numbers[window] = {n: [float(r.mean()), float(r.std(ddof=1)) if opts.trials > 1 else 0.0] for n, r in rates.items()}
    print(f"{window:>13}: " + ", ".join(f"{name} {r.mean():.2f} Hz" for name, r in rates.items()))

if not opts.no_plot:
    fig, axes = subplots(4, 1, figsize=(10, 10), sharex=True)
    for ax, name, colour in zip(axes[:2], "AB", ("C0", "C1"), strict=True):
        ax.plot(spikes[name].t / ms, spikes[name].i, ".", color=colour, markersize=1)
        ax.set(ylabel=f"neuron of {name}")
        t, rate = firing_rate(spikes[name], 10 * ms, step=1 * ms)
        axes[2].plot(t / ms, rate / Hz, color=colour, label=name)
    times = arange(0, (end + after) / ms, 0.5)
    for rate, name in ((rate_A, "A"), (rate_B, "B")):
        axes[3].plot(times, rate(times * ms) / Hz, label=name)
    axes[2].set(ylabel="rate (Hz)")
    axes[3].set(ylabel="stimulus (Hz)", xlabel="time (ms)", xlim=(0, (end + after) / ms))
    for ax in axes:
        ax.axvline(before / ms, color="0.5", linestyle="--")
        ax.axvline(end / ms, color="0.5", linestyle="--")
    axes[2].legend()
    axes[0].set_title(f"coherence {opts.coherence:g} %")

finish(opts, {"coh25p6" if opts.coherence == 25.6 else f"coh{opts.coherence:g}": numbers})
