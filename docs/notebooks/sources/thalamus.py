# %% [markdown]
# # Four rhythms of the thalamus
#
# The network of Li, Henriquez and Fröhlich (2017), PLoS Comput. Biol. 13:e1005797: high-threshold and relay thalamocortical cells
# (HTC, RTC), interneurons (IN) and reticular cells (RE). The potassium leak, which acetylcholine and noradrenaline close, and the
# noise choose one of four rhythms. The script [`examples/seeds/thalamus.py`](../../examples/seeds/thalamus.py) has all numbers,
# and the network as a tutorial for BrainCell computes it, too; this is the network as the paper means it.

# %%
from dataclasses import replace

from eqsim import *
from eqsim.library import Model, exponential, gap_junction, thalamic

seed(1)
defaultclock.dt = 0.1*ms
mS_cm2 = msiemens/cm**2
htc = thalamic('htc')
print(htc.equations['I_CaT'], htc.equations['Ca'], htc.equations['v'], sep='\n')
print(len(htc.equations.diff_eq_names), 'differential equations')

# %% [markdown]
# ## One cell has three ways to live
#
# **Claim.** Without any input an HTC cell bursts in the rhythm of its calcium if the potassium leak is large, rests if it is small,
# and fires again without it.

# %%
time_alone = 1*second

# %% short
prefs.codegen.target = 'numpy'
time_alone = 350*ms

# %%
alone = htc.per_neuron('g_KL').neurons(3)
alone.g_KL = [0.035, 0.01, 0]*mS_cm2
trace, spikes = StateMonitor(alone, 'v', record=True, dt=0.5*ms), SpikeMonitor(alone)
Network(alone, trace, spikes).run(time_alone)

figure(figsize=(9, 2.5))
for voltage, leak in zip(trace.v, ('large leak', 'small leak', 'no leak')):
    plot(trace.t/ms, voltage/mV, label=leak, linewidth=0.8)
xlabel('t (ms)')
ylabel('v (mV)')
legend()
late = spikes.i[spikes.t > 100*ms]
assert set(late) == {0, 2}

# %% [markdown]
# ## The network
#
# Receptors open by the transmitter `T` that a spike sets free for a short time. All synapses of a cell share this, so it is computed
# once, at the ends of the axon; conductances are sums over synapses. `x` is what short-term depression has left.

# %%
RELEASE = '\nlast : second\nx : 1'
GLUTAMATE = '''
dr_ampa/dt = 0.94/ms/mM*T*(1 - r_ampa) - 0.18/ms*r_ampa : 1
dr_nmda/dt = 1.0/ms/mM*T*(1 - r_nmda) - 0.0067/ms*r_nmda : 1
T = 0.5*mM*int(t - last < 0.5*ms + dt/2) : mM'''
GABA = '''
dr_gaba/dt = 10.5/ms/mM*T*(1 - r_gaba) - 0.166/ms*r_gaba : 1
T = 1*mM*int(t - last < 1*ms + dt/2) : mM'''
excited = Model('excited', 'AMPA, and NMDA with its magnesium block', '''
    g_ampa : siemens
    g_nmda : siemens
    block = 1/(1 + exp(-(v + 25*mV)/(12.5*mV))) : 1''', terms=(('I', '(g_ampa + g_nmda*block)*(0*mV - v)'),))
inhibited = Model('inhibited', 'GABA-A', 'g_gaba : siemens', {'E_gaba': -80*mV}, terms=(('I', 'g_gaba*(E_gaba - v)'),))
noise = exponential('noise', tau=5*ms, E=0*mV)
jumps = Model('jumps', 'what each event of the noise brings', 'jump : siemens (shared)')

kinds = {'HTC': ('htc', 7, inhibited), 'RTC': ('rtc', 12, inhibited), 'IN': ('interneuron', 8, excited + inhibited),
         'RE': ('reticular', 10, excited + inhibited(E_gaba=-70*mV))}
cells, ends, parts = {}, {}, []
for name, (kind, side, receptors) in kinds.items():
    model = thalamic(kind) + receptors + noise + jumps + (gap_junction if name != 'IN' else '')
    start = -80*mV if name in ('HTC', 'RTC') else -70*mV
    model = replace(model, initial={**model.initial, 'v': start})
    cells[name] = model.per_neuron('g_KL', 'g_L').neurons(side**2, name=name)
    cells[name].g_L = '(0.0075 + 0.005*rand())*mS_cm2'
    text = GLUTAMATE if name in ('HTC', 'RTC') else GABA
    ends[name] = NeuronGroup(side**2, text + RELEASE, method='exponential_euler', order=-2)
    ends[name].last, ends[name].x = -1e9*second, 1
    axons = Synapses(cells[name], ends[name], 'dleft/dt = (1 - left)/(700*ms) : 1 (event-driven)',
                     on_pre='last_post = t; x_post = left; left -= 0.07*left', delay=2*ms)
    axons.connect(j='i')
    axons.left = 1
    parts += [ends[name], axons, PoissonInput(cells[name], 'g_noise', N=1, rate=100*Hz, weight='jump')]

def connect(source, target, p, **weights):
    for receptor, weight in weights.items():
        S = Synapses(ends[source], cells[target], f'g_{receptor}_post = w*x_pre*r_{receptor}_pre : siemens (summed)',
                     namespace={'w': weight})
        S.connect('i != j' if source == target else None, p=p, pre_ratio=0.1 if (source, target) == ('RE', 'IN') else 1)
        parts.append(S)

connect('HTC', 'IN', 0.3, ampa=6*nS, nmda=3*nS)
connect('HTC', 'RE', 0.2, ampa=4*nS, nmda=2*nS)
connect('RTC', 'RE', 0.2, ampa=4*nS, nmda=2*nS)
connect('IN', 'RTC', 0.3, gaba=3*nS)
connect('RE', 'HTC', 0.2, gaba=3*nS)
connect('RE', 'RTC', 0.2, gaba=3*nS)
connect('RE', 'RE', 0.2, gaba=1*nS)
connect('RE', 'IN', 0.05, gaba=1*nS)

# %% [markdown]
# Gap junctions join cells that lie near each other on their grids; the current flows both ways.

# %%
def join(source, target, resistance, pre_ratio):
    a, b = kinds[source][1], kinds[target][1]
    S = Synapses(cells[source], cells[target], '''I_gap_post = (v_pre - v_post)/R : amp (summed)
                                                  I_gap_pre = (v_post - v_pre)/R : amp (summed)''', namespace={'R': resistance})
    apart = f'((i//{a})*{b/a} - j//{b})**2 + ((i%{a})*{b/a} - j%{b})**2'
    S.connect(f'{apart} <= 4' + ' and i != j'*(source == target), p=0.3, pre_ratio=pre_ratio)
    parts.append(S)

join('HTC', 'HTC', 100*Mohm, 1)
join('RTC', 'HTC', 300*Mohm, 0.2)
join('RE', 'RE', 300*Mohm, 0.2)

# %% [markdown]
# ## Four states
#
# Between the states only the leak and the noise change: the network is made once, and goes back to its beginning for each.

# %%
states = {  # potassium leak in mS/cm**2 and jumps of the noise in nS, of HTC and RTC, IN, RE
    'delta': ((0.035, 0.1), (0.01, 0.1), (0.03, 0.1)),
    'spindle': ((0.01, 0.3), (0.015, 0.3), (0.02, 0.3)),
    'alpha': ((0, 1.5), (0.02, 1.5), (0.01, 1.5)),
    'gamma': ((0, 17), (0.02, 1.5), (0.01, 1.5)),
}
duration = 2*second

# %% short
duration = 8*ms
states = {'gamma': states['gamma']}

# %%
M = {name: SpikeMonitor(group) for name, group in cells.items()}
net = Network(cells.values(), parts, M.values())
net.store()
records = {}
for state, (tc, interneurons, reticular) in states.items():
    net.restore()
    for name, (leak, noisy) in {'HTC': tc, 'RTC': tc, 'IN': interneurons, 'RE': reticular}.items():
        cells[name].g_KL, cells[name].jump = leak*mS_cm2, noisy*nS
    net.run(duration)
    records[state] = {name: (m.t/ms, m.i[:]) for name, m in M.items()}

fig, axes = subplots(1, len(states), figsize=(12, 3.5), sharey=True, squeeze=False)
for ax, (state, record) in zip(axes[0], records.items()):
    base = 0
    for name in ('RE', 'IN', 'RTC', 'HTC'):
        times, who = record[name]
        ax.plot(times, base + who, ',')
        base += len(cells[name])
    ax.set(title=state, xlabel='t (ms)', xlim=(0, duration/ms))
axes[0, 0].set_ylabel('RE, IN, RTC, HTC');

# %% [markdown]
# **Claim.** The rhythms of the thalamocortical cells are those of their names: below 5 Hz, 7 to 10 Hz, 8 to 12 Hz, above 20 Hz.
# (Longer runs are needed to see it: the spectrum has a peak for each second.)

# %%
from eqsim.analysis import power_spectrum

ranges = {'delta': (1, 5), 'spindle': (7, 10), 'alpha': (8, 12), 'gamma': (20, 60)}
for state, record in records.items():
    times = concatenate([record['HTC'][0], record['RTC'][0]])
    counts = histogram(times, int(duration/ms), (0, duration/ms))[0]
    f, density = power_spectrum(counts, 1*ms, segment=1*second, points=8192)
    peak = f[f > 1*Hz][argmax(density[f > 1*Hz])]
    low, high = ranges[state]
    print(f'{state}: {peak/Hz:.1f} Hz, {len(times)/193/(duration/second):.1f} spikes per cell and second')
    assert low <= peak/Hz <= high or duration < 1*second
