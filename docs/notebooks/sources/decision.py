# %% [markdown]
# # A decision
#
# Two populations of neurons get inputs that differ a little. Slow excitation within each of them, through NMDA receptors,
# adds up the difference; inhibition, which they share, lets only one win. After Wang (2002), Neuron 36:955. The script with
# all numbers is [`examples/seeds/decision.py`](../../examples/seeds/decision.py).

# %%
from eqsim import *

seed(1)
n_E, n_I = 1600, 400

# %% [markdown]
# ## Neurons
#
# Conductances of AMPA and GABA receptors belong to the receiving neuron. NMDA receptors saturate, so that the open part `s`
# belongs to the synapses of the sending neuron; its sum arrives with the delay of the axon. Magnesium blocks NMDA receptors
# at low voltages.

# %%
delay, scale = 0.5*ms, n_E/1600
cell = '''
    dV/dt = (-70*mV - V + R*I)/tau   : volt (unless refractory)
    I = (g_ampa + g_nmda*unblocked)*(0*mV - V) + g_gaba*(-70*mV - V) : amp
    unblocked = 1/(1 + exp(-0.062*V/mV)/3.57)                        : 1
    dg_ampa/dt = -g_ampa/(2*ms)      : siemens
    dg_gaba/dt = -g_gaba/(5*ms)      : siemens
    g_nmda                           : siemens
'''
gate = '''
    ds/dt = -s/(100*ms) + 0.5/ms*x*(1 - s) : 1
    dx/dt = -x/(2*ms)                      : 1
'''
E = NeuronGroup(n_E, cell + gate, threshold='V > -50*mV', reset='V = -55*mV; x += 1', refractory=2*ms,
                method='exp_auto', namespace={'tau': 20*ms, 'R': 40*Mohm}, name='pyramidal')
I = NeuronGroup(n_I, cell, threshold='V > -50*mV', reset='V = -55*mV', refractory=1*ms,
                method='exp_auto', namespace={'tau': 10*ms, 'R': 50*Mohm}, name='inhibitory')
E.V = I.V = -70*mV
n = int(0.15*n_E)
A, B, N = E[:n], E[n:2*n], E[2*n:]
E

# %% [markdown]
# ## Synapses
#
# Everyone is connected to everyone. `connect()` stores nothing here: what belongs to the sources is added up once, and
# handed to each target.

# %%
def excite(source, target, ampa, nmda, w=1):
    S = Synapses(source, target, 'g_nmda_post = w_nmda*s_pre(t - delay) : siemens (summed)',
                 on_pre='g_ampa_post += w_ampa', delay=delay,
                 namespace={'w_ampa': w*ampa*nS/scale, 'w_nmda': w*nmda*nS/scale})
    S.connect()
    return S

def inhibit(target, gaba):
    S = Synapses(I, target, on_pre='g_gaba_post += w', delay=delay, namespace={'w': gaba*nS/scale})
    S.connect()
    return S

strong, weak = 1.7, 1 - 0.15*0.7/0.85
projections = [
    excite(A, A, 0.05, 0.165, strong), excite(B, B, 0.05, 0.165, strong),
    excite(A, B, 0.05, 0.165, weak), excite(B, A, 0.05, 0.165, weak), excite(N, E[:2*n], 0.05, 0.165, weak),
    excite(E, N, 0.05, 0.165), excite(E, I, 0.04, 0.13),
    inhibit(E, 1.3), inhibit(I, 1.0),
]
print(sum([len(S) for S in projections]), 'pairs')

# %% [markdown]
# ## Inputs
#
# Noise of 2400 Hz to each neuron, and for a second a stimulus, whose mean rate is `40*Hz*(1 + c)` for A and `40*Hz*(1 - c)`
# for B.

# %%
begin, end, T = 100*ms, 1100*ms, 1600*ms
c = 0.256
inputs = [
    PoissonInput(E, 'g_ampa', N=1, rate=2400*Hz, weight=2.1*nS),
    PoissonInput(I, 'g_ampa', N=1, rate=2400*Hz, weight=1.62*nS),
    PoissonInput(A, 'g_ampa', N=1, rate='40*Hz*(1 + c)*int(t >= begin and t < end)', weight=2.1*nS),
    PoissonInput(B, 'g_ampa', N=1, rate='40*Hz*(1 - c)*int(t >= begin and t < end)', weight=2.1*nS),
]
spikes = {'A': SpikeMonitor(A), 'B': SpikeMonitor(B)}
store()
run(T)

# %%
_, (top, bottom) = subplots(2, 1, figsize=(8, 6), sharex=True, layout='constrained')
plot.raster(*spikes.values(), names=['A', 'B'], ax=top)
plot.rate(*spikes.values(), names=['A', 'B'], width=10*ms, ax=bottom)
for ax in (top, bottom):
    ax.axvspan(begin/ms, end/ms, color='0.9', zorder=0)

# %% [markdown]
# **Claim.** The winner goes on when the stimulus is gone: the decision is kept.

# %%
def late_rate(name):
    train = spikes[name].t
    return (train > end).sum()/n/(T - end)

print({name: f'{late_rate(name)/Hz:.1f} Hz' for name in spikes})
assert late_rate('A') > 20*Hz and late_rate('B') < 5*Hz

# %% [markdown]
# **Claim.** With a stimulus that says the opposite, B wins. Values are not part of the program: nothing is compiled for it.

# %%
restore()
c = -0.256
run(T)
assert late_rate('B') > 20*Hz and late_rate('A') < 5*Hz
plot.rate(*spikes.values(), names=['A', 'B'], width=10*ms);
